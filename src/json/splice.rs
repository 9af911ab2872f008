//! Changes which items an array or object holds, by edits, so that what is
//! put in looks like what is there.

use std::borrow::Cow;

use super::Span;
use super::edit::Edit;
use super::style::{Indent, LineEnd, Style};
use super::value::{Kind, Value};

/// An item of an array or object as it is to be: an element, or a key with its
/// value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Item {
    /// The item that stands at this place stays.
    Kept(Span),
    /// This is put in, written for the depth at which it will stand.
    New(String),
}

/// Returns the edits that make `items` the items of `container`.
///
/// Items that stay must be in the order in which they stand. What is between
/// items is written as the container does it already, else in the style of the
/// file; `depth` is how many arrays and objects the container stands in.
pub fn splice(container: &Value<'_>, items: &[Item], depth: usize) -> Vec<Edit> {
    let layout = Layout::of(container, depth);
    let inside = container.span().start + 1..container.span().end - 1;
    let mut edits = Vec::new();
    let mut put = |span: Span, text: String| {
        edits.push(Edit {
            span,
            text: Cow::Owned(text),
        });
    };
    let mut last_kept: Option<usize> = None;
    let mut new: Vec<&str> = Vec::new();
    for item in items {
        let span = match item {
            Item::New(text) => {
                new.push(text);
                continue;
            }
            Item::Kept(span) => span,
        };
        let Ok(at) = layout
            .spans
            .binary_search_by_key(&span.start, |span| span.start)
        else {
            continue;
        };
        let joined = new.join(&layout.between);
        match last_kept {
            None if at == 0 && new.is_empty() => {}
            None if at == 0 => {
                let comma = if layout.lead.is_empty() {
                    layout.between.as_str()
                } else {
                    ","
                };
                put(
                    inside.start..inside.start,
                    format!("{}{joined}{comma}", layout.lead),
                );
            }
            None => {
                let between = if new.is_empty() { "" } else { &layout.between };
                put(
                    inside.start..span.start,
                    format!("{}{joined}{between}", layout.lead),
                );
            }
            Some(last) => {
                let after = layout.spans[last].end;
                let gone_until = layout.spans[at - 1].end;
                if !new.is_empty() || gone_until > after {
                    let between = if new.is_empty() { "" } else { &layout.between };
                    put(after..gone_until, format!("{between}{joined}"));
                }
            }
        }
        new.clear();
        last_kept = Some(at);
    }
    let joined = new.join(&layout.between);
    match (last_kept, layout.spans.last()) {
        (Some(last), Some(end)) => {
            let after = layout.spans[last].end;
            if !new.is_empty() || end.end > after {
                let between = if new.is_empty() { "" } else { &layout.between };
                put(after..end.end, format!("{between}{joined}"));
            }
        }
        (_, _) if new.is_empty() => {
            if !layout.spans.is_empty() {
                put(inside, String::new());
            }
        }
        (_, _) => put(inside, format!("{}{joined}{}", layout.lead, layout.tail)),
    }
    edits
}

/// What stands around the items of a container.
struct Layout {
    spans: Vec<Span>,
    /// Between the opening bracket and the first item.
    lead: String,
    /// Between two items, with the comma.
    between: String,
    /// Between the last item and the closing bracket.
    tail: String,
}

impl Layout {
    fn of(container: &Value<'_>, depth: usize) -> Self {
        let spans: Vec<Span> = if container.kind() == Kind::Object {
            container.members().map(|member| member.span()).collect()
        } else {
            container.elements().map(|element| element.span()).collect()
        };
        let document = container.document();
        let style = document.style();
        let text = |span: Span| {
            let bytes = document.bytes().get(span).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        let whole = container.span();
        let (lead, tail) = match (spans.first(), spans.last()) {
            (Some(first), Some(last)) => (
                text(whole.start + 1..first.start),
                text(last.end..whole.end - 1),
            ),
            (_, _) => (style.line_break(depth + 1), style.line_break(depth)),
        };
        let between = match spans.as_slice() {
            [first, second, ..] => text(first.end..second.start),
            [_] if !lead.is_empty() => format!(",{lead}"),
            _ if style.indent != Indent::None => format!(",{}", style.line_break(depth + 1)),
            _ if style.space_after_comma => ", ".to_owned(),
            _ => ",".to_owned(),
        };
        Self {
            spans,
            lead,
            between,
            tail,
        }
    }
}

impl Style {
    /// Returns what stands between two lines: a line end and the indent of the
    /// second, which is `depth` levels deep. Nothing if all is on one line.
    pub fn line_break(&self, depth: usize) -> String {
        let (indent, width) = match self.indent {
            Indent::None => return String::new(),
            Indent::Spaces(width) => (" ", width),
            Indent::Tabs(width) => ("\t", width),
        };
        let end = match self.line_end {
            LineEnd::Lf => "\n",
            LineEnd::CrLf => "\r\n",
        };
        format!("{end}{}", indent.repeat(width * depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Edits};

    /// Makes a list of what `wanted` says: digits stay, letters are new.
    #[track_caller]
    fn check(json: &str, wanted: &str, expected: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let root = document.root();
        let items: Vec<Item> = wanted
            .chars()
            .map(|character| {
                let stands = root
                    .elements()
                    .find(|element| element.raw() == character.to_string().as_bytes());
                match stands {
                    Some(element) => Item::Kept(element.span()),
                    None => Item::New(format!("\"{character}\"")),
                }
            })
            .collect();
        let edits = Edits::new(splice(&root, &items, 0));
        let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
        assert_eq!(changed, expected);
        Document::read(changed.as_bytes()).unwrap();
    }

    #[test]
    fn what_stays_is_left_as_it_is() {
        check("[1,  2 ,3 ]", "123", "[1,  2 ,3 ]");
        check("[ ]", "", "[ ]");
    }

    #[test]
    fn new_items_look_like_those_that_are_there() {
        check("[\n 1,\n 2\n]", "1a2", "[\n 1,\n \"a\",\n 2\n]");
        check("[\n 1,\n 2\n]", "ab12", "[\n \"a\",\n \"b\",\n 1,\n 2\n]");
        check("[\n 1,\n 2\n]", "12ab", "[\n 1,\n 2,\n \"a\",\n \"b\"\n]");
        check("[\n\t1\n]", "a1b", "[\n\t\"a\",\n\t1,\n\t\"b\"\n]");
        check("[1, 2]", "a12", "[\"a\", 1, 2]");
        check("[1,2]", "1a2", "[1,\"a\",2]");
    }

    #[test]
    fn items_go_with_their_commas() {
        check("[\n 1,\n 2,\n 3\n]", "13", "[\n 1,\n 3\n]");
        check("[\n 1,\n 2,\n 3\n]", "3", "[\n 3\n]");
        check("[\n 1,\n 2,\n 3\n]", "1", "[\n 1\n]");
        check("[\n 1,\n 2,\n 3\n]", "", "[]");
    }

    #[test]
    fn items_are_replaced() {
        check("[\n 1,\n 2,\n 3\n]", "a3", "[\n \"a\",\n 3\n]");
        check("[\n 1,\n 2,\n 3\n]", "1a3", "[\n 1,\n \"a\",\n 3\n]");
        check("[\n 1,\n 2,\n 3\n]", "1a", "[\n 1,\n \"a\"\n]");
        check("[\n 1,\n 2,\n 3\n]", "ab", "[\n \"a\",\n \"b\"\n]");
    }

    #[test]
    fn an_empty_list_is_filled_in_the_style_of_the_file() {
        let json = "{\n  \"a\": []\n}";
        let document = Document::read(json.as_bytes()).unwrap();
        let list = document.root().get("a").unwrap();
        let edits = Edits::new(splice(&list, &[Item::New("1".to_owned())], 1));
        let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
        assert_eq!(changed, "{\n  \"a\": [\n    1\n  ]\n}");
        check("[]", "ab", "[\"a\", \"b\"]");
    }
}
