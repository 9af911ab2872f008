//! Writes YAML with the layout, quotes and line breaks of PyYAML.

use std::fmt::Write as _;

use serde_json::Value;

use super::Style;
use super::scalar;
use crate::convert::Metadata;
use crate::convert::options::json_text;

/// Lines are broken at the first blank behind this column.
const WIDTH: usize = 80;

/// How many characters a key may have to stand before its colon: 128 with the
/// tag `!!str`, which is counted and not written.
const LONGEST_SIMPLE_KEY: usize = 122;

/// Returns an object as a YAML document, with a final line end.
pub fn write(metadata: &Metadata, style: Style) -> String {
    let mut writer = Writer {
        style,
        out: String::new(),
        column: 0,
        is_after_blank: true,
        is_indenting: true,
    };
    writer.object(metadata, 0, Place::Block);
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    writer.out
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// On lines of its own.
    Block,
    /// Inside brackets.
    Flow,
}

/// What of an object a scalar is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Role {
    /// A key that stands before its colon, and is not broken into lines.
    SimpleKey,
    /// Anything else.
    Value,
}

struct Writer {
    style: Style,
    out: String,
    /// In characters.
    column: usize,
    /// Whether a blank or a line end was written last.
    is_after_blank: bool,
    /// Whether there is nothing but indentation on the line, dashes of lists
    /// included.
    is_indenting: bool,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Writes a sign, behind a blank if it needs one.
    fn sign(&mut self, sign: &str, needs_blank: bool) {
        if needs_blank && !self.is_after_blank {
            self.put(" ");
        }
        self.put(sign);
        self.is_after_blank = false;
        self.is_indenting = false;
    }

    fn line_end(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.is_after_blank = true;
        self.is_indenting = true;
    }

    /// Goes to the column `indent`, on a new line if this one has something.
    fn indent(&mut self, indent: usize) {
        let is_past = self.column > indent || (self.column == indent && !self.is_after_blank);
        if !self.is_indenting || is_past {
            self.line_end();
        }
        if self.column < indent {
            self.put(&" ".repeat(indent - self.column));
            self.is_after_blank = true;
        }
    }

    /// Writes a value that belongs to something at the column `indent`.
    /// Recursion is as deep as metadata, which is bounded.
    fn value(&mut self, value: &Value, indent: usize, place: Place) {
        match value {
            Value::Null => self.plain("null", indent, Role::Value),
            Value::Bool(true) => self.plain("true", indent, Role::Value),
            Value::Bool(false) => self.plain("false", indent, Role::Value),
            Value::Number(_) => self.plain(&number(value), indent, Role::Value),
            Value::String(text) => self.text(text, indent, place, Role::Value),
            Value::Array(elements) => self.list(elements, indent, place),
            Value::Object(members) => self.object(members, indent + 2, place),
        }
    }

    fn list(&mut self, elements: &[Value], indent: usize, place: Place) {
        let is_flat = self.style == Style::Compact && !elements.iter().any(Value::is_object);
        if elements.is_empty() || is_flat || place == Place::Flow {
            self.sign("[", true);
            self.is_after_blank = true;
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    self.sign(",", false);
                }
                if self.column > WIDTH {
                    self.indent(indent + 2);
                }
                self.value(element, indent + 2, Place::Flow);
            }
            self.sign("]", false);
            return;
        }
        // Behind a key, dashes stand below it, not further in.
        let indent = if self.is_indenting {
            indent + 2
        } else {
            indent
        };
        for element in elements {
            self.indent(indent);
            let is_indenting = self.is_indenting;
            self.sign("-", true);
            self.is_indenting = is_indenting;
            self.value(element, indent, Place::Block);
        }
    }

    /// Writes an object with its keys at the column `indent`.
    fn object(&mut self, members: &Metadata, indent: usize, place: Place) {
        let mut members: Vec<(&String, &Value)> = members.iter().collect();
        if self.style == Style::Block {
            members.sort_by_key(|(key, _)| *key);
        }
        if members.is_empty() || place == Place::Flow {
            self.sign("{", true);
            self.is_after_blank = true;
            for (index, (key, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    self.sign(",", false);
                }
                if self.column > WIDTH {
                    self.indent(indent);
                }
                self.member(key, value, indent, Place::Flow);
            }
            self.sign("}", false);
            return;
        }
        for (key, value) in members {
            self.indent(indent);
            self.member(key, value, indent, Place::Block);
        }
    }

    fn member(&mut self, key: &str, value: &Value, indent: usize, place: Place) {
        let is_simple = !key.is_empty()
            && key.chars().count() <= LONGEST_SIMPLE_KEY
            && !key.contains(['\n', '\u{85}', '\u{2028}', '\u{2029}']);
        if is_simple {
            self.text(key, indent, place, Role::SimpleKey);
            self.sign(":", false);
        } else {
            let is_indenting = self.is_indenting;
            self.sign("?", true);
            self.is_indenting = is_indenting;
            self.text(key, indent, place, Role::Value);
            match place {
                Place::Block => {
                    self.indent(indent);
                    let is_indenting = self.is_indenting;
                    self.sign(":", true);
                    self.is_indenting = is_indenting;
                }
                Place::Flow => self.sign(":", true),
            }
        }
        self.value(value, indent, place);
    }

    /// Writes text with the quotes it needs.
    fn text(&mut self, text: &str, indent: usize, place: Place, role: Role) {
        let shape = Shape::of(text, self.style);
        let is_plain = match place {
            Place::Block => shape.is_plain_in_blocks,
            Place::Flow => shape.is_plain_in_flow,
        };
        if is_plain && scalar::is_text(text) {
            self.plain(text, indent, role);
        } else if shape.is_single_quoted
            && !(role == Role::SimpleKey && shape.has_line_ends)
            // Readers differ in what these are between single quotes.
            && !text.contains(RARE_LINE_ENDS)
        {
            self.single_quoted(text, indent, role);
        } else {
            self.double_quoted(text, indent, role);
        }
    }

    fn plain(&mut self, text: &str, indent: usize, role: Role) {
        if !self.is_after_blank {
            self.put(" ");
        }
        self.is_after_blank = false;
        self.is_indenting = false;
        for run in Runs::of(text) {
            let is_one_blank = run == " ";
            if is_one_blank && self.column > WIDTH && role == Role::Value {
                self.indent(indent + 2);
                self.is_after_blank = false;
                self.is_indenting = false;
            } else {
                self.put(run);
            }
        }
    }

    fn single_quoted(&mut self, text: &str, indent: usize, role: Role) {
        self.sign("'", true);
        let mut at = 0;
        for run in Runs::of(text) {
            let is_inner = at > 0 && at + run.len() < text.len();
            at += run.len();
            if run.starts_with('\n') {
                // The first line end alone would be read as a blank.
                self.line_end();
                for _ in run.chars() {
                    self.line_end();
                }
                self.indent(indent + 2);
            } else if run == " " && is_inner && self.column > WIDTH && role == Role::Value {
                self.indent(indent + 2);
            } else {
                self.put(&run.replace('\'', "''"));
            }
        }
        self.sign("'", false);
    }

    fn double_quoted(&mut self, text: &str, indent: usize, role: Role) {
        self.sign("\"", true);
        let characters: Vec<char> = text.chars().collect();
        let last = characters.len().saturating_sub(1);
        // What is not written yet: characters that need no escape.
        let mut pending = Vec::new();
        for (index, &character) in characters.iter().enumerate() {
            let is_plain = self.is_plain_in_quotes(character);
            if !is_plain {
                self.put(&pending.drain(..).collect::<String>());
                self.put(&escape(character));
            }
            let is_at_break = character == ' ' || pending.is_empty();
            // An escape was written already, but for its last character.
            let width = self.column + pending.len() - usize::from(!is_plain);
            if index > 0 && index < last && is_at_break && width > WIDTH && role == Role::Value {
                pending.push('\\');
                self.put(&pending.drain(..).collect::<String>());
                self.indent(indent + 2);
                self.is_after_blank = false;
                self.is_indenting = false;
                let next = if is_plain {
                    Some(&character)
                } else {
                    characters.get(index + 1)
                };
                if next == Some(&' ') {
                    self.put("\\");
                }
            }
            if is_plain {
                pending.push(character);
            }
        }
        self.put(&pending.into_iter().collect::<String>());
        self.sign("\"", false);
    }

    fn is_plain_in_quotes(&self, character: char) -> bool {
        match character {
            '"' | '\\' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
            ' '..='~' => true,
            '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => self.style == Style::Compact,
            _ => false,
        }
    }
}

/// Line ends of YAML 1.1 that are none in YAML 1.2.
const RARE_LINE_ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

fn is_break(character: char) -> bool {
    character == '\n' || RARE_LINE_ENDS.contains(&character)
}

/// Runs of blanks, of line ends and of anything else.
struct Runs<'a> {
    rest: &'a str,
}

impl<'a> Runs<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let class = |character: char| (character == ' ', character == '\n');
        let first = class(self.rest.chars().next()?);
        let end = self.rest.find(|character| class(character) != first);
        let (run, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        self.rest = rest;
        Some(run)
    }
}

fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => character,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let mut escape = String::new();
            let code = u32::from(character);
            // Writing to memory cannot fail.
            match code {
                0..=0xff => write!(escape, "\\x{code:02X}").ok(),
                0x100..=0xffff => write!(escape, "\\u{code:04X}").ok(),
                _ => write!(escape, "\\U{code:08X}").ok(),
            };
            return escape;
        }
    };
    format!("\\{short}")
}

/// Returns a number as YAML 1.1 has it: an exponent needs a point before it.
fn number(value: &Value) -> String {
    let text = json_text(value);
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

/// What text allows and needs.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Shape {
    is_plain_in_flow: bool,
    is_plain_in_blocks: bool,
    is_single_quoted: bool,
    has_line_ends: bool,
}

impl Shape {
    fn of(text: &str, style: Style) -> Self {
        let is_blank = |c: char| matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(c);
        let starts_document = text.starts_with("---") || text.starts_with("...");
        let mut has_flow_signs = starts_document;
        let mut has_block_signs = starts_document;
        let mut has_line_ends = false;
        let mut has_special = false;
        let mut has_blank_behind_break = false;
        let mut has_break_behind_blank = false;
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let is_before_blank = characters.peek().is_none_or(|&next| is_blank(next));
            let is_behind_blank = previous.is_none_or(is_blank);
            if previous.is_none() {
                let (flow, block) = match character {
                    '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\''
                    | '"' | '%' | '@' | '`' => (true, true),
                    '?' | ':' => (true, is_before_blank),
                    // Behind a dash, YAML 1.2 takes no brackets, PyYAML does.
                    '-' => {
                        let is_sign = characters
                            .peek()
                            .is_some_and(|next| ",[]{}".contains(*next));
                        (is_before_blank, is_before_blank || is_sign)
                    }
                    _ => (false, false),
                };
                has_flow_signs |= flow;
                has_block_signs |= block;
            } else {
                match character {
                    ',' | '?' | '[' | ']' | '{' | '}' => has_flow_signs = true,
                    ':' => {
                        has_flow_signs = true;
                        has_block_signs |= is_before_blank;
                    }
                    '#' if is_behind_blank => {
                        has_flow_signs = true;
                        has_block_signs = true;
                    }
                    _ => {}
                }
            }
            has_line_ends |= is_break(character);
            has_special |= match character {
                '\n' | ' '..='~' => false,
                '\u{feff}' | '\u{10ffff}' => true,
                '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                    style != Style::Compact
                }
                _ => true,
            };
            has_blank_behind_break |= character == ' ' && previous.is_some_and(is_break);
            has_break_behind_blank |= is_break(character) && previous == Some(' ');
            previous = Some(character);
        }
        let is_edge = |c: char| c == ' ' || is_break(c);
        let has_edges = text.starts_with(is_edge) || text.ends_with(is_edge);
        let is_single_quoted = !has_blank_behind_break && !has_break_behind_blank && !has_special;
        let is_plain = is_single_quoted && !has_edges && !has_line_ends;
        Self {
            // PyYAML reads a dash before a comma, stricter readers do not.
            is_plain_in_flow: is_plain
                && !has_flow_signs
                && !text.is_empty()
                && !text.ends_with(" -"),
            is_plain_in_blocks: is_plain && !has_block_signs,
            is_single_quoted,
            has_line_ends,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::convert::yaml::read;

    #[track_caller]
    fn check(value: Value, style: Style, expected: &str) {
        let Value::Object(members) = value else {
            panic!("not an object");
        };
        assert_eq!(write(&members, style), expected);
    }

    /// The expected layouts are what PyYAML 6.0 writes.
    #[test]
    fn blocks_are_sorted_and_dashes_stand_below_their_key() {
        check(
            json!({"b": [1, {"d": [], "c": {}}, [2, [3]]], "a": {"x": null, "é": "é"}}),
            Style::Block,
            "a:\n  x: null\n  \"\\xE9\": \"\\xE9\"\nb:\n- 1\n- c: {}\n  d: []\n- - 2\n  - - 3\n",
        );
    }

    #[test]
    fn compact_lists_stay_on_a_line() {
        check(
            json!({"b": ["é", "a, b", 1.0], "a": [{"x": [1, [2]]}]}),
            Style::Compact,
            "b: [é, 'a, b', 1.0]\na:\n- x: [1, [2]]\n",
        );
    }

    #[test]
    fn text_that_means_something_is_quoted() {
        check(
            json!({"yes": "1.3", "a": "- b", "c": "", "d": "it's", "e": "x: y", "f": "\t", "g": "1e20", "h": "2001-01-01"}),
            Style::Block,
            "a: '- b'\nc: ''\nd: it's\ne: 'x: y'\nf: \"\\t\"\ng: 1e20\nh: '2001-01-01'\n'yes': '1.3'\n",
        );
        check(
            json!({"n": 1e20, "m": 1.5e-7}),
            Style::Block,
            "m: 1.5e-07\nn: 1.0e+20\n",
        );
    }

    #[test]
    fn long_lines_are_broken_behind_column_80() {
        let words = "word ".repeat(20);
        let text = format!(
            "a:\n  {}\n  {}",
            "word ".repeat(16).trim(),
            "word ".repeat(4).trim()
        );
        let text = text.replace("a:\n  ", "a: ") + "\n";
        check(json!({"a": words.trim()}), Style::Block, &text);
        check(json!({"a": "b\n\nc"}), Style::Block, "a: 'b\n\n\n  c'\n");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[-a:0 #'\"\\\\\n?é,]{0,12}".prop_map(Value::from),
            "[ a]{60,200}".prop_map(Value::from),
            "[\\PC]{0,9}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-z:0 ]{1,4}", inner), 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            members in prop::collection::vec(("[a-z:0 ]{1,4}", value()), 1..4),
            is_block: bool,
        ) {
            let metadata: Metadata = members.into_iter().collect();
            let style = if is_block { Style::Block } else { Style::Compact };
            let text = write(&metadata, style);
            prop_assert_eq!(read(&text, 1).unwrap(), Value::Object(metadata), "{}", text);
        }
    }
}
