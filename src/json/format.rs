//! Writes a value anew in a given style. For files that are made, or are to
//! be laid out as Jupyter does it; everything else is an edit.

use std::io::Write as _;

use super::read::Document;
use super::scan;
use super::style::{Escapes, Indent, LineEnd, Style};
use super::value::{Kind, Value};

/// In which order the members of objects are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyOrder {
    /// As they stand.
    Kept,
    /// By code points, as Python's `sort_keys` does it. Repeated keys keep
    /// their order among themselves.
    Sorted,
}

/// Returns `value` written in `style`.
///
/// Numbers are spelled as Python's `json` spells them, but for those it cannot
/// hold (`1e400`), which stay as they are. Lone surrogates and unknown escapes
/// stay escapes.
pub fn format(value: &Value<'_>, style: &Style, order: KeyOrder) -> Vec<u8> {
    let mut writer = Writer {
        style,
        order,
        out: Vec::with_capacity(value.raw().len()),
    };
    match Document::read_whole(value.raw()) {
        Ok(whole) => writer.write(whole.root(), 0),
        // Cannot be: a value of a document was checked with the document.
        Err(_) => writer.out.extend_from_slice(value.raw()),
    }
    if style.final_newline {
        writer.line_end();
    }
    writer.out
}

/// Returns `value` as [`format()`] does, but to be put into a file, `depth`
/// levels deep: without a final line end, whatever the style says.
pub fn format_at(value: &Value<'_>, style: &Style, order: KeyOrder, depth: usize) -> String {
    let mut writer = Writer {
        style,
        order,
        out: Vec::with_capacity(value.raw().len()),
    };
    match Document::read_whole(value.raw()) {
        Ok(whole) => writer.write(whole.root(), depth),
        // Cannot be: a value of a document was checked with the document.
        Err(_) => writer.out.extend_from_slice(value.raw()),
    }
    String::from_utf8_lossy(&writer.out).into_owned()
}

/// Returns `text` as a JSON string with the escapes that the style asks for.
pub fn string(text: &str, style: &Style) -> String {
    let mut writer = Writer {
        style,
        order: KeyOrder::Kept,
        out: Vec::with_capacity(text.len() + 2),
    };
    writer.out.push(b'"');
    writer.text(text);
    writer.out.push(b'"');
    String::from_utf8_lossy(&writer.out).into_owned()
}

/// What is still to be written. A list, not the call stack: depth is the
/// file's choice.
#[derive(Debug)]
enum Task<'a> {
    Value(Value<'a>, usize),
    Key(Value<'a>),
    /// The start of an item at a depth, behind a comma or not.
    Item {
        depth: usize,
        first: bool,
    },
    /// A closing bracket on a line of its own.
    Close(u8, usize),
}

#[derive(Debug)]
struct Writer<'s> {
    style: &'s Style,
    order: KeyOrder,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn write(&mut self, value: Value<'_>, depth: usize) {
        let mut tasks = vec![Task::Value(value, depth)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Value(value, depth) => match value.kind() {
                    Kind::Array | Kind::Object => self.open(&value, depth, &mut tasks),
                    Kind::String => self.string(value.raw()),
                    Kind::Number => self.number(value.raw()),
                    Kind::Null | Kind::Bool => self.out.extend_from_slice(value.raw()),
                },
                Task::Key(key) => {
                    self.string(key.raw());
                    self.out.push(b':');
                    if self.style.space_after_colon {
                        self.out.push(b' ');
                    }
                }
                Task::Item { depth, first } => {
                    if !first {
                        self.out.push(b',');
                    }
                    if self.style.indent != Indent::None {
                        self.new_line(depth);
                    } else if !first && self.style.space_after_comma {
                        self.out.push(b' ');
                    }
                }
                Task::Close(bracket, depth) => {
                    if self.style.indent != Indent::None {
                        self.new_line(depth);
                    }
                    self.out.push(bracket);
                }
            }
        }
    }

    fn open<'a>(&mut self, container: &Value<'a>, depth: usize, tasks: &mut Vec<Task<'a>>) {
        let object = container.kind() == Kind::Object;
        self.out.push(if object { b'{' } else { b'[' });
        let close = if object { b'}' } else { b']' };
        if container.is_empty_container() {
            self.out.push(close);
            return;
        }
        tasks.push(Task::Close(close, depth));
        let first_task = tasks.len();
        let depth = depth + 1;
        if object {
            let mut members: Vec<_> = container.members().collect();
            if self.order == KeyOrder::Sorted {
                members.sort_by_cached_key(|member| member.key.as_str());
            }
            for (index, member) in members.into_iter().enumerate() {
                let first = index == 0;
                tasks.push(Task::Item { depth, first });
                tasks.push(Task::Key(member.key));
                tasks.push(Task::Value(member.value, depth));
            }
        } else {
            for (index, element) in container.elements().enumerate() {
                let first = index == 0;
                tasks.push(Task::Item { depth, first });
                tasks.push(Task::Value(element, depth));
            }
        }
        // The last task is done first.
        tasks[first_task..].reverse();
    }

    fn new_line(&mut self, depth: usize) {
        self.line_end();
        let (byte, width) = match self.style.indent {
            Indent::None => return,
            Indent::Spaces(width) => (b' ', width),
            Indent::Tabs(width) => (b'\t', width),
        };
        self.out.resize(self.out.len() + width * depth, byte);
    }

    fn line_end(&mut self) {
        let end: &[u8] = match self.style.line_end {
            LineEnd::Lf => b"\n",
            LineEnd::CrLf => b"\r\n",
        };
        self.out.extend_from_slice(end);
    }

    /// Writes a number as Python's `json` does after reading it.
    fn number(&mut self, raw: &[u8]) {
        let integer = raw
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'-');
        if integer {
            let zero = raw == b"-0";
            self.out.extend_from_slice(if zero { b"0" } else { raw });
            return;
        }
        let text = String::from_utf8_lossy(raw);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.out.extend_from_slice(python_repr(number).as_bytes());
            }
            _ => self.out.extend_from_slice(raw),
        }
    }

    /// Writes a string with the escapes that the style asks for.
    fn string(&mut self, raw: &[u8]) {
        self.out.push(b'"');
        let mut rest = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        while !rest.is_empty() {
            let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            self.text(&String::from_utf8_lossy(&rest[..plain]));
            rest = &rest[plain..];
            if rest.is_empty() {
                break;
            }
            rest = match scan::escape(rest) {
                (Some(character), length) => {
                    self.text(character.encode_utf8(&mut [0; 4]));
                    &rest[length..]
                }
                // No character: the escape stays as it is written.
                (None, length) => {
                    self.out.extend_from_slice(&rest[..length]);
                    &rest[length..]
                }
            };
        }
        self.out.push(b'"');
    }

    fn text(&mut self, text: &str) {
        let non_ascii = self.style.escapes == Escapes::NonAscii;
        for character in text.chars() {
            let short = match character {
                '"' | '\\' => character,
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                _ if character < ' ' || (non_ascii && !character.is_ascii()) => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        // Writing to memory cannot fail.
                        write!(self.out, "\\u{unit:04x}").ok();
                    }
                    continue;
                }
                _ => {
                    let mut utf8 = [0; 4];
                    let utf8 = character.encode_utf8(&mut utf8);
                    self.out.extend_from_slice(utf8.as_bytes());
                    continue;
                }
            };
            self.out.push(b'\\');
            self.out
                .extend_from_slice(short.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Returns the `repr` that Python gives a finite float: the shortest digits
/// that read back as the same number, with an exponent from 1e16 on and below
/// 1e-4.
fn python_repr(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..16) => {
            let plain = format!("{number}");
            if exponent >= 0 && !plain.contains('.') {
                plain + ".0"
            } else {
                plain
            }
        }
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        Err(_) => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, style: &Style, expected: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let written = format(&document.root(), style, KeyOrder::Sorted);
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    const COMPACT: Style = Style {
        indent: Indent::None,
        space_after_comma: true,
        final_newline: false,
        ..Style::JUPYTER
    };

    #[test]
    fn jupyter_indents_by_one_and_sorts() {
        check(
            r#"{"b":[1,{}],"a":{"c":[]}}"#,
            &Style::JUPYTER,
            "{\n \"a\": {\n  \"c\": []\n },\n \"b\": [\n  1,\n  {}\n ]\n}\n",
        );
    }

    #[test]
    fn one_line_and_crlf() {
        check(
            r#"{"b":[1, 2],"a":0}"#,
            &COMPACT,
            r#"{"a": 0, "b": [1, 2]}"#,
        );
        let crlf = Style {
            line_end: LineEnd::CrLf,
            indent: Indent::Tabs(1),
            ..Style::JUPYTER
        };
        check("[1]", &crlf, "[\r\n\t1\r\n]\r\n");
    }

    #[test]
    fn escapes_are_the_ones_python_writes() {
        check(
            r#""\/\u00e4\u003c\u001b\u007f\u2028\ud83d\ude00\b\f""#,
            &COMPACT,
            "\"/ä<\\u001b\u{7f}\u{2028}😀\\b\\f\"",
        );
        let ascii = Style {
            escapes: Escapes::NonAscii,
            ..COMPACT
        };
        check("\"ä😀\"", &ascii, r#""\u00e4\ud83d\ude00""#);
    }

    #[test]
    fn what_no_character_stands_for_stays_an_escape() {
        check(
            r#""\ud83d \$ \ud83d\u0041""#,
            &COMPACT,
            r#""\ud83d \$ \ud83dA""#,
        );
        check("\"a\tb\"", &COMPACT, r#""a\tb""#);
    }

    /// The expected spellings are what Python 3.11 prints.
    #[test]
    fn numbers_are_spelled_as_python_spells_them() {
        check(
            "[1E5, 1e16, 1.5e-7, 0.0001, 0.00001, -0, -0.0, 123456789012345678, 1e15, 0.1000, \
             1.7976931348623157e308, 1e400, 5e-324, 100, 1.5e300, NaN, 9007199254740993.0]",
            &COMPACT,
            "[100000.0, 1e+16, 1.5e-07, 0.0001, 1e-05, 0, -0.0, 123456789012345678, \
             1000000000000000.0, 0.1, 1.7976931348623157e+308, 1e400, 5e-324, 100, 1.5e+300, NaN, \
             9007199254740992.0]",
        );
    }

    #[test]
    fn depth_does_not_use_the_stack() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        check(&deep, &COMPACT, &deep);
    }
}
