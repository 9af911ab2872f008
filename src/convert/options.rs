//! Cell metadata on one line: `Title key="value" flag=true`.

use serde_json::Value;

use super::filter::{ABOUT_TEXT, is_valid_key};
use super::languages::is_language_in_any_case;
use super::literal;
use super::{Metadata, TextCell};
use crate::json::{self, Document, Escapes, Indent, KeyOrder, Style};

/// How metadata is spelled.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Spelling {
    /// `key=JSON key=JSON`.
    #[default]
    KeyValue,
    /// One JSON object.
    Json,
}

/// The key of options that could not be read: they are kept as they are.
const UNREADABLE: &str = "incorrectly_encoded_metadata";

/// Returns metadata as text, for fences and regions of Markdown: `lead` is a
/// language, or nothing, and then the metadata's title comes first, if it can
/// be told from what follows.
pub fn write(lead: Option<&str>, metadata: &Metadata, spelling: Spelling) -> String {
    let mut metadata = metadata.clone();
    metadata.retain(|key, _| !ABOUT_TEXT.contains(&key.as_str()));
    let lead = match lead {
        Some(language) => Lead::Language(language.to_owned()),
        None => Lead::Title(take_title(&mut metadata).unwrap_or_default()),
    };
    write_behind(&lead, &metadata, spelling)
}

/// What stands before the options.
#[derive(Clone, Debug)]
pub(super) enum Lead {
    /// The language of a fence.
    Language(String),
    /// Words that a reader takes up to the first key with a value.
    Title(String),
}

/// Takes the title out of metadata, if it can be told from what follows.
pub(super) fn take_title(metadata: &mut Metadata) -> Option<String> {
    let title = metadata.get("title")?.as_str()?;
    let is_plain = !title.is_empty()
        && title.trim() == title
        && !title.contains(['{', '=', '\n', '\r'])
        && !title.starts_with('%')
        && !title
            .rsplit(' ')
            .next()
            .is_some_and(|word| word.starts_with('.'))
        && !["[markdown]", "[md]", "[raw]", "[code]"]
            .iter()
            .any(|kind| title.contains(kind));
    if !is_plain {
        return None;
    }
    let title = title.to_owned();
    metadata.shift_remove("title");
    Some(title)
}

/// Returns `lead` and the options behind it.
pub(super) fn write_behind(lead: &Lead, metadata: &Metadata, spelling: Spelling) -> String {
    let (Lead::Language(text) | Lead::Title(text)) = lead;
    let mut words = Vec::new();
    if !text.is_empty() {
        words.push(text.clone());
    }
    if spelling == Spelling::Json {
        if !metadata.is_empty() {
            words.push(json_text(&metadata.clone().into()));
        }
        return words.join(" ");
    }
    // A key without a value would be read as a word of the title.
    let mut bare_is_read = matches!(lead, Lead::Language(_));
    for (key, value) in metadata {
        let unreadable = value.as_str().filter(|_| key == UNREADABLE);
        words.push(
            match unreadable.filter(|text| !text.contains(['\n', '\r'])) {
                Some(text) => text.to_owned(),
                None if value.is_null() && bare_is_read && is_identifier(key) => key.clone(),
                None => format!("{key}={}", json_text(value)),
            },
        );
        bare_is_read = true;
    }
    words.join(" ")
}

/// Reads what stands behind a region's or a cell's marker: a title, and
/// metadata.
pub fn read_titled(text: &str) -> (String, Metadata) {
    let text = text.trim();
    if let Some((title, members)) = split_json(text) {
        return (title.trim().to_owned(), read_json(members));
    }
    let title_end = match text.find('=') {
        Some(equals) => {
            // The last word before it is the key.
            let before = text.get(..equals).unwrap_or_default().trim_end();
            before.rfind(' ').map_or(0, |blank| blank + 1)
        }
        None => text.len(),
    };
    let mut title = text.get(..title_end).unwrap_or_default().trim_end();
    // Words at its end that start with a dot are attributes, as in Pandoc.
    loop {
        let (before, last) = title.rsplit_once(' ').unwrap_or(("", title));
        if !last.starts_with('.') {
            break;
        }
        title = before.trim_end();
    }
    let options = text.get(title.len()..).unwrap_or_default();
    (title.to_owned(), read_key_values(options))
}

/// Reads what stands behind a fence: a language in any case, and metadata.
pub fn read_fence(text: &str) -> (String, Metadata) {
    let text = text.trim();
    if let Some((language, members)) = split_json(text) {
        return (language.trim().to_owned(), read_json(members));
    }
    if is_language_in_any_case(text) {
        return (text.to_owned(), Metadata::new());
    }
    match text.split_once(' ') {
        Some((language, options)) if is_language_in_any_case(language) => {
            (language.to_owned(), read_key_values(options))
        }
        _ => (String::new(), read_key_values(text)),
    }
}

/// Returns whether options are spelled as JSON: an object begins before any
/// key has a value.
pub fn is_json(text: &str) -> bool {
    split_json(text).is_some()
}

fn split_json(text: &str) -> Option<(&str, &str)> {
    let brace = text.find('{')?;
    if text.find('=').is_some_and(|equals| equals < brace) {
        return None;
    }
    text.split_at_checked(brace)
}

fn read_json(text: &str) -> Metadata {
    match literal::parse(text) {
        Some(Value::Object(members)) => members,
        _ => unreadable(text),
    }
}

fn unreadable(text: &str) -> Metadata {
    let mut metadata = Metadata::new();
    metadata.insert(UNREADABLE.to_owned(), text.into());
    metadata
}

/// Reads `key=value key key=value`: from the left as it is written, or else
/// from the right, as far as that goes.
fn read_key_values(text: &str) -> Metadata {
    read_forward(text).unwrap_or_else(|| read_backward(text))
}

/// Reads what [`write_behind`] writes.
fn read_forward(text: &str) -> Option<Metadata> {
    let mut metadata = Metadata::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (key, behind) = rest.split_at_checked(end)?;
        if let Some(value) = behind.strip_prefix('=') {
            if !is_valid_key(key) {
                return None;
            }
            let mut values = serde_json::Deserializer::from_str(value).into_iter::<Value>();
            let parsed = values.next()?.ok()?;
            let (_, behind) = value.split_at_checked(values.byte_offset())?;
            if !behind.is_empty() && !behind.starts_with(' ') {
                return None;
            }
            metadata.insert(key.to_owned(), parsed);
            rest = behind.trim_start();
        } else if is_identifier(key) {
            metadata.insert(key.to_owned(), Value::Null);
            rest = behind.trim_start();
        } else {
            return None;
        }
    }
    Some(metadata)
}

/// How many bytes are read from the right: each equals sign may mean reading
/// all behind it.
const LONGEST_BACKWARD: usize = 20_000;

/// Reads the last key, and then those before it. What is left when there is
/// none is kept as it is.
fn read_backward(text: &str) -> Metadata {
    if text.len() > LONGEST_BACKWARD {
        return unreadable(text.trim());
    }
    let mut found: Vec<(String, Value)> = Vec::new();
    let mut rest = text.trim();
    'keys: while !rest.is_empty() {
        let last_word = rest.rfind(' ').map_or(0, |blank| blank + 1);
        let word = rest.get(last_word..).unwrap_or_default();
        if !rest.starts_with("--") && is_identifier(word) {
            found.push((word.to_owned(), Value::Null));
            rest = rest.get(..last_word).unwrap_or_default().trim();
            continue;
        }
        // The value may hold equals signs itself: the shortest that can be
        // read is taken.
        for (equals, _) in rest.rmatch_indices('=') {
            let (before, value) = rest.split_at_checked(equals).unwrap_or_default();
            let before = before.trim_end();
            let key_start = before.rfind(' ').map_or(0, |blank| blank + 1);
            let key = before.get(key_start..).unwrap_or_default();
            if !is_valid_key(key) {
                continue;
            }
            let value = value.get(1..).unwrap_or_default();
            if let Some(value) = literal::parse(value) {
                found.push((key.to_owned(), value));
                rest = rest.get(..key_start).unwrap_or_default().trim();
                continue 'keys;
            }
        }
        found.push((UNREADABLE.to_owned(), rest.into()));
        break;
    }
    found.into_iter().rev().collect()
}

/// Returns whether a key may stand without a value.
fn is_identifier(word: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    word.bytes()
        .next()
        .is_some_and(|byte| !byte.is_ascii_digit())
        && word.bytes().all(is_inner)
}

/// Returns a value as Python's `json.dumps` spells it: on one line, ASCII
/// only.
pub fn json_text(value: &Value) -> String {
    const STYLE: Style = Style {
        indent: Indent::None,
        space_after_comma: true,
        escapes: Escapes::NonAscii,
        final_newline: false,
        ..Style::JUPYTER
    };
    let text = value.to_string();
    let Ok(document) = Document::read(text.as_bytes()) else {
        // Cannot be: it was just written.
        return text;
    };
    let bytes = json::format(&document.root(), &STYLE, KeyOrder::Kept);
    // The one character that Python escapes and Jupyter's layout does not.
    String::from_utf8_lossy(&bytes).replace('\u{7f}', "\\u007f")
}

/// The key that a cell's id has among its options.
const ID: &str = "cell_id";
/// The key that a cell's attachments have among its options.
const ATTACHMENTS: &str = "attachments";

/// Returns the metadata that text gets for a cell: `filtered` with its id
/// (`cell_id`) and attachments (`attachments`), if it has any that are to be
/// there.
pub fn with_extras(cell: &TextCell, mut filtered: Metadata) -> Metadata {
    if let Some(id) = &cell.id {
        filtered.insert(ID.to_owned(), id.as_str().into());
    }
    if let Some(attachments) = &cell.attachments
        && !attachments.is_empty()
    {
        filtered.insert(ATTACHMENTS.to_owned(), attachments.clone().into());
    }
    filtered
}

/// Takes id and attachments out of a cell's metadata into their own fields.
pub fn take_extras(cell: &mut TextCell) {
    if cell.metadata.get(ID).is_some_and(Value::is_string)
        && let Some(Value::String(id)) = cell.metadata.shift_remove(ID)
    {
        cell.id = Some(id);
    }
    if cell.metadata.get(ATTACHMENTS).is_some_and(Value::is_object)
        && let Some(Value::Object(attachments)) = cell.metadata.shift_remove(ATTACHMENTS)
    {
        cell.attachments = Some(attachments);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Metadata {
        serde_json::from_value(value).unwrap()
    }

    #[track_caller]
    fn check_titled(text: &str, title: &str, metadata: Value) {
        assert_eq!(read_titled(text), (title.to_owned(), object(metadata)));
    }

    #[test]
    fn titles_come_before_the_first_key() {
        check_titled(" A title a=1 ", "A title", json!({"a": 1}));
        check_titled("a=1", "", json!({"a": 1}));
        check_titled("A title", "A title", json!({}));
        check_titled("T .attribute", "T", json!({".attribute": null}));
        check_titled(r#"T {"a": [1]}"#, "T", json!({"a": [1]}));
        check_titled("", "", json!({}));
    }

    #[test]
    fn values_may_look_like_options() {
        check_titled(
            r#"a="b=1 c=2" d={"e": "="}"#,
            "",
            json!({"a": "b=1 c=2", "d": {"e": "="}}),
        );
        check_titled(r#"a="x b=1 # y""#, "", json!({"a": "x b=1 # y"}));
    }

    #[test]
    fn python_spellings_are_read() {
        check_titled(
            "a='b' c=True d=None e=('x', 1,) f g=[1.5]",
            "",
            json!({"a": "b", "c": true, "d": null, "e": ["x", 1], "f": null, "g": [1.5]}),
        );
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        check_titled(
            "a=1 b=@",
            "",
            json!({"incorrectly_encoded_metadata": "a=1 b=@"}),
        );
        check_titled("{a", "", json!({"incorrectly_encoded_metadata": "{a"}));
        let kept = object(json!({"incorrectly_encoded_metadata": "b=@"}));
        assert_eq!(write(None, &kept, Spelling::KeyValue), "b=@");
    }

    #[test]
    fn fences_have_a_language_first() {
        let check = |text: &str, language: &str, metadata: Value| {
            assert_eq!(read_fence(text), (language.to_owned(), object(metadata)));
        };
        check("python", "python", json!({}));
        check(" Python  a=1 b", "Python", json!({"a": 1, "b": null}));
        check("wolfram language", "wolfram language", json!({}));
        check("mermaid", "", json!({"mermaid": null}));
        check(r#"R {"a": 1}"#, "R", json!({"a": 1}));
    }

    #[test]
    fn json_is_spelled_as_python_spells_it() {
        let value = json!({"ä": [1.0, 1e-7, 1e20, "\u{7f}😀"], "b": {}});
        let expected = r#"{"\u00e4": [1.0, 1e-07, 1e+20, "\u007f\ud83d\ude00"], "b": {}}"#;
        assert_eq!(json_text(&value), expected);
    }

    #[test]
    fn titles_that_would_be_misread_are_options() {
        let check = |title: &str, expected: &str| {
            let metadata = object(json!({"a": null, "title": title}));
            let text = write(None, &metadata, Spelling::KeyValue);
            assert_eq!(text, expected);
            let (found, mut read) = read_titled(&text);
            if !found.is_empty() {
                read.insert("title".to_owned(), found.into());
            }
            assert_eq!(read, metadata);
        };
        check("T", "T a=null");
        check("x=1", r#"a=null title="x=1""#);
        check("[md]", r#"a=null title="[md]""#);
        check("ends .so", r#"a=null title="ends .so""#);
        check("", r#"a=null title="""#);
    }

    #[test]
    fn ids_and_attachments_go_in_and_out() {
        let mut cell = TextCell {
            kind: crate::notebook::CellKind::Markdown,
            source: String::new(),
            metadata: Metadata::new(),
            id: Some("x".to_owned()),
            attachments: Some(object(json!({"a.png": {"image/png": "AA"}}))),
        };
        let before = cell.clone();
        let metadata = with_extras(&cell, Metadata::new());
        let text = write(None, &metadata, Spelling::KeyValue);
        assert_eq!(
            text,
            r#"cell_id="x" attachments={"a.png": {"image/png": "AA"}}"#
        );
        cell = TextCell {
            id: None,
            attachments: None,
            metadata,
            ..cell
        };
        take_extras(&mut cell);
        assert_eq!(cell, before);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            r#"[a-c=#{}\[\]"' \\,\n]{0,8}"#.prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..3)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            members in prop::collection::vec(("[a-zA-Z0-9_.@/-]{1,4}", value()), 0..4),
            is_fence: bool,
        ) {
            let metadata: Metadata = members
                .into_iter()
                .filter(|(key, _)| key != "title")
                .collect();
            let read = if is_fence {
                read_fence(&write(Some("python"), &metadata, Spelling::KeyValue)).1
            } else {
                let (title, read) = read_titled(&write(None, &metadata, Spelling::KeyValue));
                prop_assert_eq!(title, "");
                read
            };
            prop_assert_eq!(read, metadata);
        }

        #[test]
        fn any_text_can_be_read(text: String) {
            read_titled(&text);
            read_fence(&text);
        }
    }
}
