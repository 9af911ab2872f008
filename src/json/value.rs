//! A value of a document: what it is, where it stands, what is in it.
//!
//! Values are looked at in the bytes, when they are looked at; nothing is
//! built beforehand. That relies on the document having been checked: no
//! function here fails on the shape of the text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::Span;
use super::read::Document;
use super::scan;

/// A value of a document.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    document: &'a Document<'a>,
    start: usize,
    end: usize,
    /// The index of the node of an array or object that was noted.
    node: Option<usize>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, or `NaN`, `Infinity`, `-Infinity`.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One `"key": value` of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The key: always a string.
    pub key: Value<'a>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Value<'a> {
    pub(super) fn root(document: &'a Document<'a>, span: Span) -> Self {
        Self::at(document, span.start, Some(0))
    }

    /// Returns the value at `start`. `node` is the node it has if it is an
    /// array or object and was noted.
    fn at(document: &'a Document<'a>, start: usize, node: Option<usize>) -> Self {
        let bytes = document.bytes;
        let (end, node) = match bytes.get(start) {
            Some(b'{' | b'[') => match node.and_then(|node| document.nodes.get(node)) {
                Some(noted) => (noted.end as usize, node),
                None => (scan::skip_container(bytes, start), None),
            },
            Some(b'"') => (scan::skip_string(bytes, start + 1) + 1, None),
            _ => (scan::skip_scalar(bytes, start), None),
        };
        Self {
            document,
            start,
            end: end.min(bytes.len()),
            node,
        }
    }

    /// Returns what the value is.
    pub fn kind(&self) -> Kind {
        match self.document.bytes.get(self.start) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// Returns the place of the value in the file.
    pub fn span(&self) -> Span {
        self.start..self.end
    }

    /// Returns the value as it is written in the file.
    pub fn raw(&self) -> &'a [u8] {
        &self.document.bytes[self.start..self.end]
    }

    /// Returns the document the value is in.
    pub fn document(&self) -> &'a Document<'a> {
        self.document
    }

    /// Returns the text of a string, `None` for any other value.
    ///
    /// Lone surrogates, which no Rust string can hold, become U+FFFD; unknown
    /// escapes stay as they are written. [`Self::raw`] has the truth.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        let raw = self.raw();
        (raw.len() >= 2 && raw[0] == b'"').then(|| scan::decode(&raw[1..raw.len() - 1]))
    }

    /// Returns whether the value is the string `text`.
    pub fn is_str(&self, text: &str) -> bool {
        let [b'"', content @ .., b'"'] = self.raw() else {
            return false;
        };
        // Escapes only make a string longer.
        content == text.as_bytes()
            || (content.len() > text.len()
                && content.contains(&b'\\')
                && scan::decode(content) == text)
    }

    /// Returns the number as an unsigned integer, if it is written as one and
    /// small enough.
    pub fn as_u64(&self) -> Option<u64> {
        std::str::from_utf8(self.raw()).ok()?.parse().ok()
    }

    /// Returns whether Python would take the value for true: anything but
    /// `null`, `false`, zero and what is empty.
    pub fn is_truthy(&self) -> bool {
        match self.kind() {
            Kind::Null => false,
            Kind::Bool => self.raw() == b"true",
            Kind::Number => {
                let text = String::from_utf8_lossy(self.raw());
                text.parse::<f64>() != Ok(0.0)
            }
            Kind::String => self.raw().len() > 2,
            Kind::Array | Kind::Object => !self.is_empty_container(),
        }
    }

    /// Returns whether the value is an array or object with nothing in it.
    pub fn is_empty_container(&self) -> bool {
        matches!(self.kind(), Kind::Array | Kind::Object)
            && scan::skip_blanks(self.document.bytes, self.start + 1) + 1 == self.end
    }

    /// Returns the elements of an array; none if the value is no array.
    pub fn elements(&self) -> Elements<'a> {
        Elements {
            cursor: Cursor::new(self, Kind::Array),
        }
    }

    /// Returns the members of an object as they stand, repeated keys
    /// included; none if the value is no object.
    pub fn members(&self) -> Members<'a> {
        Members {
            cursor: Cursor::new(self, Kind::Object),
        }
    }

    /// Returns all strings, numbers, booleans and nulls in the value, at any
    /// depth, in time linear in its size. Keys are not among them.
    pub fn leaves(&self) -> Leaves<'a> {
        Leaves {
            document: self.document,
            at: self.start,
            end: self.end,
        }
    }

    /// Returns the value of `key`: the last one if there are several, as
    /// Python's reader decides.
    pub fn get(&self, key: &str) -> Option<Self> {
        let members = self.members().filter(|member| member.key.is_str(key));
        members.last().map(|member| member.value)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}..{}", self.kind(), self.start, self.end)
    }
}

impl Member<'_> {
    /// Returns the place from the key to the end of the value.
    pub fn span(&self) -> Span {
        self.key.start..self.value.end
    }
}

/// A position inside an array or object, before an item or the end.
#[derive(Clone, Debug)]
struct Cursor<'a> {
    document: &'a Document<'a>,
    at: usize,
    /// The nodes of the arrays and objects that are still to come; empty if
    /// those inside were not noted.
    nodes: Range<usize>,
    /// Where the closing bracket stands.
    end: usize,
}

impl<'a> Cursor<'a> {
    /// Starts inside `container`, or at an end if it is not of this kind.
    fn new(container: &Value<'a>, kind: Kind) -> Self {
        let document = container.document;
        let inside = container.kind() == kind;
        Self {
            document,
            at: container.start + 1,
            nodes: container
                .node
                .map_or(0..0, |node| node + 1..document.nodes[node].next as usize),
            end: if inside {
                container.end.saturating_sub(1)
            } else {
                0
            },
        }
    }

    /// Goes to the next item, over the comma before it, and returns whether
    /// there is one.
    fn next_item(&mut self) -> bool {
        let bytes = self.document.bytes;
        self.at = scan::skip_blanks(bytes, self.at);
        if bytes.get(self.at) == Some(&b',') {
            self.at = scan::skip_blanks(bytes, self.at + 1);
        }
        self.at < self.end
    }

    /// Returns the value here and goes behind it.
    fn value(&mut self) -> Value<'a> {
        let node = (!self.nodes.is_empty()).then_some(self.nodes.start);
        let value = Value::at(self.document, self.at, node);
        if let Some(noted) = value.node {
            self.nodes.start = self.document.nodes[noted].next as usize;
        }
        self.at = value.end;
        value
    }
}

/// The elements of an array.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.cursor.next_item().then(|| self.cursor.value())
    }
}

/// The members of an object.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        if !self.cursor.next_item() {
            return None;
        }
        let key = self.cursor.value();
        let bytes = self.cursor.document.bytes;
        let colon = scan::skip_blanks(bytes, key.end);
        self.cursor.at = scan::skip_blanks(bytes, colon + 1);
        let value = self.cursor.value();
        Some(Member { key, value })
    }
}

/// The leaves of a value: everything in it that is no array or object.
#[derive(Clone, Debug)]
pub struct Leaves<'a> {
    document: &'a Document<'a>,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Leaves<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let bytes = self.document.bytes;
        while self.at < self.end {
            match bytes[self.at] {
                b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => {
                    self.at += 1;
                }
                _ => {
                    let leaf = Value::at(self.document, self.at, None);
                    self.at = leaf.end;
                    let is_key = bytes.get(scan::skip_blanks(bytes, leaf.end)) == Some(&b':');
                    if !is_key {
                        return Some(leaf);
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Document<'_> {
        Document::read(json.as_bytes()).unwrap()
    }

    /// Rebuilds what `serde_json` would, from what our values say.
    fn rebuilt(value: Value<'_>) -> serde_json::Value {
        match value.kind() {
            Kind::Array => value.elements().map(rebuilt).collect(),
            Kind::Object => value
                .members()
                .map(|member| {
                    let key = member.key.as_str().unwrap().into_owned();
                    (key, rebuilt(member.value))
                })
                .collect(),
            Kind::String => value.as_str().unwrap().into(),
            Kind::Null | Kind::Bool | Kind::Number => serde_json::from_slice(value.raw()).unwrap(),
        }
    }

    #[test]
    fn members_and_elements_stand_where_they_say() {
        let json = r#" { "a" : [ 1 , "x\"]" , {} ] , "b":null} "#;
        let document = read(json);
        let members: Vec<_> = document.root().members().collect();
        let raw = |span: Span| json.get(span).unwrap();
        assert_eq!(raw(members[0].span()), r#""a" : [ 1 , "x\"]" , {} ]"#);
        assert_eq!(raw(members[1].span()), r#""b":null"#);
        let elements: Vec<_> = members[0].value.elements().map(|v| raw(v.span())).collect();
        assert_eq!(elements, ["1", r#""x\"]""#, "{}"]);
    }

    #[test]
    fn the_last_of_repeated_keys_counts() {
        let document = read(r#"{"a": 1, "b": 2, "\u0061": 3}"#);
        assert_eq!(document.root().get("a").unwrap().raw(), b"3");
        assert!(document.root().get("c").is_none());
    }

    #[test]
    fn leaves_are_everything_but_keys_and_brackets() {
        let document = read(r#"{"a" : ["b", {"c": 1.5}, []], "d": {}, "e": null}"#);
        let leaves: Vec<_> = document.root().leaves().map(|leaf| leaf.raw()).collect();
        assert_eq!(leaves, [br#""b""#.as_slice(), b"1.5", b"null"]);
    }

    #[test]
    fn other_kinds_have_no_items() {
        let document = read(r#"["a", 1, {"x": [1]}]"#);
        assert_eq!(document.root().members().count(), 0);
        for element in document.root().elements() {
            assert_eq!(element.elements().count(), 0);
        }
    }

    #[test]
    fn siblings_keep_their_places_below_the_depth_that_is_noted() {
        let nested = "[".repeat(6) + "[1,[2]],[{\"a\":[3]}],[4]" + &"]".repeat(6);
        let document = read(&nested);
        let strict: serde_json::Value = serde_json::from_str(&nested).unwrap();
        assert_eq!(rebuilt(document.root()), strict);
    }

    #[test]
    fn truth_is_what_python_takes_for_true() {
        let values = r#"[null, false, 0, -0.0, "", [], { }, true, 1, NaN, "false", [0]]"#;
        let document = read(values);
        let truths: Vec<_> = document.root().elements().map(|v| v.is_truthy()).collect();
        assert_eq!(truths, [[false; 7].as_slice(), &[true; 5]].concat());
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(12, 64, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_are_what_a_strict_parser_sees(value in json(), pretty: bool) {
            let text = if pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                value.to_string()
            };
            prop_assert_eq!(rebuilt(read(&text).root()), value);
        }
    }
}
