//! Outputs of nbformat 2 and 3 as nbformat 4 has them.

use std::borrow::Cow;

use super::object::{Fields, Object, array, fields};
use super::text::{self, Join};
use crate::json::{Document, Kind, Member, Value};
use crate::notebook::layout::{is_json, is_split};
use crate::notebook::output::old_mime_type;
use crate::notebook::{NbFormat, Output, OutputKind};

/// How deep JSON may be nested that stood in a string, so that it does not
/// make the notebook too deep to be laid out.
const MOST_DEPTH_IN_STRING: usize = 400;

/// The keys whose lists of lines old writers may have left the line ends out
/// of; others never held lists.
const LINES: &[&str] = &["text", "html", "svg", "latex", "javascript", "json"];

/// Returns an output as nbformat 4 has it.
///
/// Streams and errors lose keys that they have no place for: nobody but a
/// kernel wrote them. What is no output of a known type is displayed as JSON.
pub(super) fn upgraded(value: Value<'_>, format: NbFormat) -> Vec<u8> {
    let Some(output) = Output::read(value, format) else {
        return displayed_as_json(&value);
    };
    let fields = fields(&value);
    match output.kind {
        OutputKind::Stream => stream(&fields),
        OutputKind::Error => error(&fields),
        OutputKind::DisplayData | OutputKind::ExecuteResult => displayed(fields, output.kind),
        OutputKind::Unknown => displayed_as_json(&value),
    }
}

/// Returns the text that a cell of nbformat 1 had for an output as a result.
pub(super) fn result<'a>(value: &Value<'a>, execution_count: &'a [u8]) -> Vec<u8> {
    let mut data = Object::default();
    data.set("text/plain", text::list(&text::content(value, Join::Lines)));
    let mut result = Object::default();
    result.set("data", data.to_json());
    result.set("execution_count", execution_count);
    result.set("metadata", b"{}".as_slice());
    result.set("output_type", br#""execute_result""#.as_slice());
    result.to_json()
}

fn stream(fields: &Fields<'_>) -> Vec<u8> {
    let mut stream = Object::default();
    let names = ["stream", "name"].map(|key| fields.get(key));
    let mut names = names.into_iter().flatten().map(|member| member.value);
    let name = names.find(|name| name.kind() == Kind::String);
    let name = name.map_or(br#""stdout""#.as_slice(), |name| name.raw());
    stream.set("name", name);
    stream.set("output_type", br#""stream""#.as_slice());
    stream.set("text", text::list(&content(fields, &["text"])));
    stream.to_json()
}

fn error(fields: &Fields<'_>) -> Vec<u8> {
    let traceback = fields.get("traceback").map(|member| member.value);
    let lines: Vec<_> = match &traceback {
        Some(lines) if lines.kind() == Kind::Array => lines
            .elements()
            .map(|line| text::string(&text::content(&line, Join::Plain)))
            .collect(),
        Some(line) if line.kind() != Kind::Null => {
            vec![text::string(&text::content(line, Join::Plain))]
        }
        _ => Vec::new(),
    };
    let mut error = Object::default();
    error.set("ename", text::string(&content(fields, &["ename", "etype"])));
    error.set("evalue", text::string(&content(fields, &["evalue"])));
    error.set("output_type", br#""error""#.as_slice());
    error.set("traceback", array(&lines));
    error.to_json()
}

/// Returns the text of the first of these keys that is there.
fn content(fields: &Fields<'_>, keys: &[&str]) -> Vec<u8> {
    let member = keys.iter().find_map(|key| fields.get(*key));
    member.map_or_else(Vec::new, |member| text::content(&member.value, Join::Lines))
}

fn displayed(mut fields: Fields<'_>, kind: OutputKind) -> Vec<u8> {
    let mut output = Object::default();
    fields.remove("output_type");
    let execution_count = take_execution_count(&mut fields);
    if kind == OutputKind::ExecuteResult {
        output.set("output_type", br#""execute_result""#.as_slice());
        output.set("execution_count", execution_count);
    } else {
        output.set("output_type", br#""display_data""#.as_slice());
    }
    let mut metadata = take_metadata(&mut fields);
    // A bundle as in nbformat 4 is one, whatever the file calls itself.
    let nested = match fields.get("data").map(|data| data.value) {
        Some(data) if data.kind() == Kind::Object => {
            fields.remove("data");
            self::fields(&data)
        }
        _ => Fields::new(),
    };
    let mut data = Object::default();
    // Short names last: where both are, nbformat takes these.
    let (mimes, short): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .chain(nested)
        .partition(|(name, _)| name.contains('/'));
    for (name, member) in mimes.into_iter().chain(short) {
        match datum(&name, &member) {
            Some(value) => set_mime(&mut data, name, &member, value),
            None if member.value.kind() == Kind::Null => {}
            None => metadata.add(&member, member.value.raw()),
        }
    }
    output.set("data", data.to_json());
    output.set("metadata", metadata.to_json());
    output.to_json()
}

/// Takes the metadata of an output out, with mime types for short names.
fn take_metadata<'a>(fields: &mut Fields<'a>) -> Object<'a> {
    let mut metadata = Object::default();
    let Some(old) = fields.remove("metadata") else {
        return metadata;
    };
    match old.value.kind() {
        Kind::Object => {
            for (name, member) in self::fields(&old.value) {
                set_mime(&mut metadata, name, &member, member.value.raw());
            }
        }
        Kind::Null => {}
        Kind::Bool | Kind::Number | Kind::String | Kind::Array => {
            metadata.add(&old, old.value.raw());
        }
    }
    metadata
}

/// Sets a value under the mime type that a short name stands for, or under
/// the name.
fn set_mime<'a>(
    object: &mut Object<'a>,
    name: Cow<'a, str>,
    member: &Member<'a>,
    value: impl Into<Cow<'a, [u8]>>,
) {
    match old_mime_type(name) {
        Some(mime) if !member.key.is_str(&mime) => object.set(mime, value),
        _ => object.set_like(member, value),
    }
}

/// Returns the value that a mime type has in nbformat 4; `None` if what stands
/// there can be no data.
fn datum(name: &str, member: &Member<'_>) -> Option<Vec<u8>> {
    let mime = old_mime_type(Cow::Borrowed(name)).unwrap_or(Cow::Borrowed(name));
    let is_text = text::is_text(&member.value);
    let join = if LINES.contains(&name) {
        Join::Lines
    } else {
        Join::Plain
    };
    let content = || text::content(&member.value, join);
    if mime == "application/json" && is_text {
        Some(json_in_string(&content()))
    } else if is_json(&mime) {
        Some(member.value.raw().to_vec())
    } else if !is_text {
        None
    } else if is_split(&mime) {
        Some(text::list(&content()))
    } else {
        Some(text::string(&content()))
    }
}

/// Returns the JSON that stands in a string, which is how old formats kept
/// it; the string if there is none in it.
fn json_in_string(content: &[u8]) -> Vec<u8> {
    let string = text::string(content);
    let json = Document::read(&string).ok().and_then(|document| {
        let json = document.root().as_str()?.into_owned();
        (!json.contains(char::REPLACEMENT_CHARACTER)).then_some(json)
    });
    let inside = json.as_ref().and_then(|json| {
        let document = Document::read(json.as_bytes()).ok()?;
        (document.depth() <= MOST_DEPTH_IN_STRING).then(|| document.root().raw().to_vec())
    });
    inside.unwrap_or(string)
}

/// Takes the number of a prompt out; what old front ends wrote while code ran
/// (`"*"`, `"&nbsp;"`) is none.
pub(super) fn take_execution_count<'a>(fields: &mut Fields<'a>) -> &'a [u8] {
    let keys = ["prompt_number", "execution_count"];
    let counts = keys.map(|key| fields.remove(key));
    let numbers = counts
        .into_iter()
        .flatten()
        .map(|member| member.value.raw());
    let mut numbers = numbers.filter(|raw| raw.iter().all(u8::is_ascii_digit));
    numbers.next().unwrap_or(b"null")
}

fn displayed_as_json(value: &Value<'_>) -> Vec<u8> {
    let mut data = Object::default();
    data.set("application/json", value.raw());
    let mut output = Object::default();
    output.set("data", data.to_json());
    output.set("metadata", b"{}".as_slice());
    output.set("output_type", br#""display_data""#.as_slice());
    output.to_json()
}

#[cfg(test)]
mod tests {
    use crate::notebook::upgrade::tests::{json, upgraded};

    /// Checks what becomes of one output of nbformat 3.
    #[track_caller]
    fn check(old: &str, new: &str) {
        let cell = format!(r#"{{"cell_type":"code","input":"","outputs":[{old}]}}"#);
        let notebook = format!(r#"{{"nbformat":3,"worksheets":[{{"cells":[{cell}]}}]}}"#);
        let outputs = upgraded(&notebook)["cells"][0]["outputs"].clone();
        assert_eq!(outputs, json(&format!("[{new}]")));
    }

    #[test]
    fn a_result_has_its_data_in_a_mime_bundle() {
        check(
            r#"{"output_type":"pyout","prompt_number":3,"metadata":{},"text":["a","b"],
                "html":["c","d"],"svg":["e","f"],"png":"f\n","jpeg":"g","latex":["h","i"],
                "javascript":["i","j"],"image/bmp":["j","k"]}"#,
            r#"{"output_type":"execute_result","execution_count":3,"metadata":{},"data":{
                "text/plain":["a\n","b"],"text/html":["c\n","d"],
                "image/svg+xml":["e\n","f"],"image/png":"f\n","image/jpeg":"g",
                "text/latex":["h\n","i"],"application/javascript":["i\n","j"],
                "image/bmp":"jk"}}"#,
        );
    }

    #[test]
    fn metadata_of_a_type_is_found_under_its_mime_type() {
        check(
            r#"{"output_type":"display_data","png":"a","metadata":{"png":{"width":1},"x":2}}"#,
            r#"{"output_type":"display_data","data":{"image/png":"a"},
                "metadata":{"image/png":{"width":1},"x":2}}"#,
        );
    }

    #[test]
    fn json_comes_out_of_its_string() {
        let check = |old: &str, new: &str| {
            check(
                &format!(r#"{{"output_type":"display_data","json":{old}}}"#),
                &format!(
                    r#"{{"output_type":"display_data","data":{{"application/json":{new}}},
                        "metadata":{{}}}}"#
                ),
            );
        };
        check(r#""{\"a\": [1, \"\\n\"]}""#, r#"{"a":[1,"\n"]}"#);
        check(r#"["{\"a\":","1}"]"#, r#"{"a":1}"#);
        check(r#"["1","2"]"#, r#""1\n2""#);
        check(r#"{"b":1}"#, r#"{"b":1}"#);
        check(r#""no json""#, r#""no json""#);
        check(r#""""#, r#""""#);
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        check(&format!("\"{deep}\""), &format!("\"{deep}\""));
    }

    #[test]
    fn pdf_gets_its_mime_type() {
        check(
            r#"{"output_type":"display_data","pdf":"a"}"#,
            r#"{"output_type":"display_data","data":{"application/pdf":"a"},"metadata":{}}"#,
        );
    }

    #[test]
    fn a_short_name_wins_over_its_mime_type() {
        for (short, mime) in [
            ("text", "text/plain"),
            ("javascript", "application/javascript"),
        ] {
            check(
                &format!(r#"{{"output_type":"display_data","{short}":"a","{mime}":"b"}}"#),
                &format!(
                    r#"{{"output_type":"display_data","data":{{"{mime}":["a"]}},"metadata":{{}}}}"#
                ),
            );
        }
    }

    #[test]
    fn a_bundle_of_nbformat_4_is_taken_as_one() {
        check(
            r#"{"output_type":"execute_result","execution_count":1,"data":{"text/plain":"a"}}"#,
            r#"{"output_type":"execute_result","execution_count":1,
                "data":{"text/plain":["a"]},"metadata":{}}"#,
        );
    }

    #[test]
    fn what_is_no_data_goes_into_the_metadata() {
        check(
            r#"{"output_type":"display_data","text":{"a":1.50},"html":null,"png":"a","b":["c"],
                "tags":3,"metadata":{"text/plain":0}}"#,
            r#"{"output_type":"display_data","data":{"image/png":"a","b":"c"},
                "metadata":{"text/plain":0,"text":{"a":1.5},"tags_":3}}"#,
        );
        check(
            r#"{"output_type":"display_data","metadata":"a","execution_count":3}"#,
            r#"{"output_type":"display_data","data":{},"metadata":{"metadata":"a"}}"#,
        );
    }

    #[test]
    fn streams_are_named_by_name() {
        check(
            r#"{"output_type":"stream","stream":"stderr","name":"x","text":["a","b"],"c":1}"#,
            r#"{"output_type":"stream","name":"stderr","text":["a\n","b"]}"#,
        );
        check(
            r#"{"output_type":"stream","stream":null,"name":"x","text":"a\nb"}"#,
            r#"{"output_type":"stream","name":"x","text":["a\n","b"]}"#,
        );
        check(
            r#"{"output_type":"stream"}"#,
            r#"{"output_type":"stream","name":"stdout","text":[]}"#,
        );
    }

    #[test]
    fn errors_have_all_their_parts() {
        check(
            r#"{"output_type":"pyerr","ename":"E","evalue":"v\nw","traceback":["a\nb","c"]}"#,
            r#"{"output_type":"error","ename":"E","evalue":"v\nw","traceback":["a\nb","c"]}"#,
        );
        check(
            r#"{"output_type":"pyerr","etype":"E","evalue":1.5,"traceback":[null,{"a":"b"}]}"#,
            r#"{"output_type":"error","ename":"E","evalue":"1.5","traceback":["","{\"a\":\"b\"}"]}"#,
        );
        check(
            r#"{"output_type":"pyerr","traceback":"a"}"#,
            r#"{"output_type":"error","ename":"","evalue":"","traceback":["a"]}"#,
        );
    }

    #[test]
    fn numbers_of_prompts_are_numbers_or_none() {
        for (old, new) in [
            ("7", "7"),
            ("0", "0"),
            ("null", "null"),
            (r#""*""#, "null"),
            (r#""&nbsp;""#, "null"),
            ("-1", "null"),
            ("1.0", "null"),
            ("true", "null"),
        ] {
            check(
                &format!(r#"{{"output_type":"pyout","prompt_number":{old}}}"#),
                &format!(
                    r#"{{"output_type":"execute_result","execution_count":{new},
                        "data":{{}},"metadata":{{}}}}"#
                ),
            );
        }
    }

    #[test]
    fn what_is_no_known_output_is_displayed_as_json() {
        for old in [
            r#"{"output_type":"clear_output","wait":true}"#,
            "{}",
            "1",
            r#""a""#,
            "null",
        ] {
            check(
                old,
                &format!(
                    r#"{{"output_type":"display_data","data":{{"application/json":{old}}},
                        "metadata":{{}}}}"#
                ),
            );
        }
    }
}
