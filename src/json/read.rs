//! Reads bytes into a [`Document`]: checks the whole file once and notes where
//! its outer arrays and objects end.
//!
//! Values are not built. A scanner of our own takes the place of a JSON
//! library because none of them takes what Python writes and keeps the bytes
//! (ARCHITECTURE.md has the comparison), and because skipping is several times
//! faster than building.

use std::sync::OnceLock;

use super::scan::{self, BadString};
use super::value::Value;
use super::{Span, Style};
use crate::error::{Error, ErrorKind, LineColumn, Result};

/// How deep containers are noted, the outermost being 0.
///
/// Enough for `cells[].outputs[].data{}` with a list of lines in it, also
/// inside the worksheets of old formats. Deeper ones, such as the number
/// arrays of a plot, would cost more memory than the file; whoever looks into
/// them scans them again.
const NOTED_DEPTH: usize = 7;

/// The byte order mark some editors put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How pointers to Git LFS content start.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// A file that was checked to be JSON, and the places of its values.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) nodes: Vec<Node>,
    root: Span,
    depth: usize,
    /// The layout, once somebody asked: finding it takes a look at all bytes.
    style: OnceLock<Style>,
}

/// Where an array or object of the outer levels stands.
///
/// Nodes are in the order in which their brackets open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Offset behind the closing bracket.
    pub(super) end: u32,
    /// Index of the first node behind everything inside this one.
    pub(super) next: u32,
}

impl<'a> Document<'a> {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Fails with a place and what was met there if `bytes` are not one JSON
    /// value, and with a kind of its own for what commonly stands where a
    /// notebook should: nothing, a Git LFS pointer, other encodings, the
    /// conflict markers of a textual merge.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        Self::read_noting(bytes, NOTED_DEPTH)
    }

    /// Reads a file like [`Self::read`] and notes containers of all depths, so
    /// that walking through everything takes time linear in the size.
    pub(crate) fn read_whole(bytes: &'a [u8]) -> Result<Self> {
        Self::read_noting(bytes, usize::MAX)
    }

    fn read_noting(bytes: &'a [u8], noted_depth: usize) -> Result<Self> {
        if u32::try_from(bytes.len()).is_err() {
            let what = "the file is larger than 4 GiB".to_owned();
            return Err(ErrorKind::Unsupported { what }.into());
        }
        let mut reader = Reader::new(bytes, noted_depth);
        match reader.document() {
            Ok(root) => Ok(Self {
                bytes,
                nodes: reader.nodes,
                root,
                depth: reader.depth,
                style: OnceLock::new(),
            }),
            Err(fault) => Err(diagnose(bytes, &fault)),
        }
    }

    /// Returns the whole file as it was given.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the value that the file consists of.
    pub fn root(&self) -> Value<'_> {
        Value::root(self, self.root.clone())
    }

    /// Returns how deep arrays and objects are nested; 0 if there are none.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Returns the layout of the file.
    pub fn style(&self) -> Style {
        *self.style.get_or_init(|| Style::detect(self.bytes))
    }
}

/// Why reading stopped, and where.
#[derive(Debug)]
enum Fault {
    /// Something else was expected at this offset.
    Expected(usize, &'static str),
    /// A line ends at this offset, inside a string.
    LineBreak(usize),
    /// The bytes at this offset are not UTF-8.
    Encoding(usize),
    /// The file ends inside the string that starts at this offset.
    OpenString(usize),
    /// The file ends with so many arrays and objects open.
    OpenContainers(usize),
    /// There is more at this offset, behind the value.
    Trailing(usize),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Container {
    Array,
    Object,
}

#[derive(Debug)]
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The containers that are open, outermost first. A list, not the call
    /// stack: depth is the file's choice.
    open: Vec<Container>,
    nodes: Vec<Node>,
    /// The nodes of the open containers, as deep as they are noted.
    open_nodes: Vec<usize>,
    noted_depth: usize,
    /// How many containers were open at most.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], noted_depth: usize) -> Self {
        Self {
            bytes,
            at: 0,
            open: Vec::new(),
            nodes: Vec::new(),
            open_nodes: Vec::new(),
            noted_depth,
            depth: 0,
        }
    }

    /// Checks the whole file and returns where its value stands.
    fn document(&mut self) -> Result<Span, Fault> {
        if self.bytes.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len();
        }
        self.skip_blanks();
        let start = self.at;
        self.value()?;
        let root = start..self.at;
        self.skip_blanks();
        if self.at < self.bytes.len() {
            return Err(Fault::Trailing(self.at));
        }
        Ok(root)
    }

    fn value(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.open(Container::Object);
                    if self.peek() != Some(b'}') {
                        self.key()?;
                        continue;
                    }
                    self.close();
                }
                Some(b'[') => {
                    self.open(Container::Array);
                    if self.peek() != Some(b']') {
                        continue;
                    }
                    self.close();
                }
                Some(b'"') => self.string()?,
                _ => self.scalar()?,
            }
            if self.end_of_value()? {
                return Ok(());
            }
        }
    }

    /// Goes on behind a value: closes what ends there, and returns whether
    /// that was everything. If not, the next value starts here.
    fn end_of_value(&mut self) -> Result<bool, Fault> {
        while let Some(&container) = self.open.last() {
            self.skip_blanks();
            match (container, self.peek()) {
                (Container::Array, Some(b',')) => {
                    self.at += 1;
                    self.skip_blanks();
                    return Ok(false);
                }
                (Container::Object, Some(b',')) => {
                    self.at += 1;
                    self.skip_blanks();
                    self.key()?;
                    return Ok(false);
                }
                (Container::Array, Some(b']')) | (Container::Object, Some(b'}')) => self.close(),
                (Container::Array, _) => return Err(self.expected("`,` or `]`")),
                (Container::Object, _) => return Err(self.expected("`,` or `}`")),
            }
        }
        Ok(true)
    }

    fn open(&mut self, container: Container) {
        if self.open.len() < self.noted_depth {
            self.open_nodes.push(self.nodes.len());
            self.nodes.push(Node { end: 0, next: 0 });
        }
        self.open.push(container);
        self.depth = self.depth.max(self.open.len());
        self.at += 1;
        self.skip_blanks();
    }

    fn close(&mut self) {
        self.at += 1;
        self.open.pop();
        if self.open.len() < self.noted_depth
            && let Some(node) = self.open_nodes.pop()
        {
            self.nodes[node] = Node {
                end: narrow(self.at),
                next: narrow(self.nodes.len()),
            };
        }
    }

    /// Checks a key and its colon, up to the value.
    fn key(&mut self) -> Result<(), Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        self.string()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        self.skip_blanks();
        Ok(())
    }

    fn string(&mut self) -> Result<(), Fault> {
        let quote = self.at;
        match scan::check_string(self.bytes, quote + 1) {
            Ok(end) => {
                self.at = end + 1;
                Ok(())
            }
            Err(BadString::Unterminated) => Err(Fault::OpenString(quote)),
            Err(BadString::LineBreak(at)) => Err(Fault::LineBreak(at)),
            Err(BadString::Encoding(at)) => Err(Fault::Encoding(at)),
        }
    }

    fn scalar(&mut self) -> Result<(), Fault> {
        let rest = &self.bytes[self.at..];
        let literal = scan::LITERALS
            .iter()
            .find(|literal| rest.starts_with(literal));
        self.at = match literal {
            Some(literal) => self.at + literal.len(),
            None => {
                scan::check_number(self.bytes, self.at).ok_or_else(|| self.expected("a value"))?
            }
        };
        Ok(())
    }

    fn expected(&self, what: &'static str) -> Fault {
        if self.at < self.bytes.len() {
            Fault::Expected(self.at, what)
        } else {
            Fault::OpenContainers(self.open.len())
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        self.at = scan::skip_blanks(self.bytes, self.at);
    }
}

/// Turns an offset or index into what [`Node`] holds. Nothing is cut:
/// [`Document::read`] lets no file in that is too large for it.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Says what a file that could not be read is, in words its owner knows.
fn diagnose(bytes: &[u8], fault: &Fault) -> Error {
    let end = LineColumn::of(bytes, bytes.len());
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return ErrorKind::Empty.into();
    }
    if text.starts_with(LFS_POINTER) {
        return ErrorKind::LfsPointer.into();
    }
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, ..] | [0, _, ..] = text {
        let at = LineColumn::of(bytes, 0);
        let what = "it looks like UTF-16";
        return ErrorKind::Encoding { at, what }.into();
    }
    match *fault {
        Fault::Expected(at, expected) => unexpected(bytes, at, expected),
        Fault::Trailing(at) => unexpected(bytes, at, "nothing behind the closing bracket"),
        Fault::LineBreak(at) => ErrorKind::Syntax {
            at: LineColumn::of(bytes, at),
            what: "expected `\"` before the end of the line".to_owned(),
        }
        .into(),
        Fault::Encoding(at) => ErrorKind::Encoding {
            at: LineColumn::of(bytes, at),
            what: "an invalid byte",
        }
        .into(),
        Fault::OpenString(at) => ErrorKind::Truncated {
            at: end,
            what: format!("in the string that starts at {}", LineColumn::of(bytes, at)),
        }
        .into(),
        Fault::OpenContainers(depth) => ErrorKind::Truncated {
            at: end,
            what: match depth {
                1 => "one bracket is not closed".to_owned(),
                _ => format!("{depth} brackets are not closed"),
            },
        }
        .into(),
    }
}

fn unexpected(bytes: &[u8], at: usize, expected: &str) -> Error {
    const MARKERS: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];
    let rest = &bytes[at..];
    let place = LineColumn::of(bytes, at);
    if MARKERS.iter().any(|marker| rest.starts_with(marker)) {
        return ErrorKind::ConflictMarkers { at: place }.into();
    }
    let end = rest.len().min(char::MAX.len_utf8());
    let lossy = String::from_utf8_lossy(&rest[..end]);
    let what = match lossy.chars().next() {
        Some(char::REPLACEMENT_CHARACTER) => {
            let what = "an invalid byte";
            return ErrorKind::Encoding { at: place, what }.into();
        }
        Some(met) if met.is_control() => format!("expected {expected}, met {met:?}"),
        Some(met) => format!("expected {expected}, met `{met}`"),
        None => format!("expected {expected}"),
    };
    ErrorKind::Syntax { at: place, what }.into()
}

#[cfg(test)]
mod tests {
    use super::Document;
    use proptest::prelude::*;

    #[track_caller]
    fn accepts(json: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        assert_eq!(document.root().raw(), json.as_bytes());
    }

    #[track_caller]
    fn refuses(bytes: impl AsRef<[u8]>, message: &str) {
        let error = Document::read(bytes.as_ref()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn json_is_read() {
        for json in [
            "null",
            "-1.5e3",
            "\"\"",
            "[]",
            "{}",
            r#"{"a":[1,{"b":[]},"]"]}"#,
        ] {
            accepts(json);
        }
    }

    #[test]
    fn what_python_writes_is_read() {
        for json in [
            "NaN",
            "[Infinity, -Infinity]",
            r#""\ud83d""#,
            r#"{"a": 1, "a": 2}"#,
            "1e400",
        ] {
            accepts(json);
        }
        accepts(&"9".repeat(5000));
    }

    #[test]
    fn raw_control_characters_and_unknown_escapes_are_kept() {
        accepts("\"a\tb\u{1}\"");
        accepts(r#""\$27""#);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_value() {
        let document = Document::read("\u{feff}[1]".as_bytes()).unwrap();
        assert_eq!(document.root().span(), 3..6);
    }

    #[test]
    fn depth_is_limited_by_the_file_alone() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        accepts(&deep);
        refuses(
            "[".repeat(1_000_000),
            "invalid JSON at line 1, column 1000001: the file ends in the middle, \
             1000000 brackets are not closed",
        );
    }

    #[test]
    fn depth_counts_brackets() {
        for (json, depth) in [("1", 0), ("[]", 1), ("[{}, [[]]]", 3)] {
            assert_eq!(Document::read(json.as_bytes()).unwrap().depth(), depth);
        }
    }

    #[test]
    fn errors_say_where_and_what_was_met() {
        for (json, message) in [
            ("[1\n 2]", "line 2, column 2: expected `,` or `]`, met `2`"),
            ("{\"ä\" 1}", "line 1, column 6: expected `:`, met `1`"),
            (
                "{1}",
                "line 1, column 2: expected a key in double quotes, met `1`",
            ),
            (
                "{\"a\": 1,}",
                "line 1, column 9: expected a key in double quotes, met `}`",
            ),
            ("[1,]", "line 1, column 4: expected a value, met `]`"),
            ("[01]", "line 1, column 3: expected `,` or `]`, met `1`"),
            ("[nul]", "line 1, column 2: expected a value, met `n`"),
            (
                "[] []",
                "line 1, column 4: expected nothing behind the closing bracket, met `[`",
            ),
            (
                "[\"a\n\"]",
                "line 1, column 4: expected `\"` before the end of the line",
            ),
            ("// x", "line 1, column 1: expected a value, met `/`"),
        ] {
            refuses(json, &format!("invalid JSON at {message}"));
        }
    }

    #[test]
    fn a_file_that_ends_too_early_is_called_so() {
        refuses(
            "{\"a\": \"b",
            "invalid JSON at line 1, column 9: the file ends in the middle, \
             in the string that starts at line 1, column 7",
        );
        refuses(
            "{\"a\": 1",
            "invalid JSON at line 1, column 8: the file ends in the middle, \
             one bracket is not closed",
        );
    }

    #[test]
    fn what_often_stands_where_a_notebook_should_is_named() {
        refuses("", "the file is empty, a notebook has at least `cells`");
        refuses(
            " \n\t\r\n",
            "the file is empty, a notebook has at least `cells`",
        );
        refuses(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "the file is a Git LFS pointer, not the notebook itself",
        );
        refuses(
            b"\xff\xfe{\0}\0",
            "not UTF-8 text at line 1, column 1: it looks like UTF-16",
        );
        refuses(
            "[\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> x\n]",
            "invalid JSON at line 2, column 1: a merge left conflict markers in the file",
        );
        refuses(
            b"[\"caf\xe9\"]",
            "not UTF-8 text at line 1, column 6: an invalid byte",
        );
        refuses(
            b"[\xe9]",
            "not UTF-8 text at line 1, column 2: an invalid byte",
        );
    }

    proptest! {
        /// No input makes the reader panic, and what it takes is what the
        /// strict parser takes, and more.
        #[test]
        fn every_input_has_an_answer(text in r#"[\[\]{},:"\\ \n0-9a-fu.eEtrun+-]{0,40}"#) {
            let strict = serde_json::from_str::<serde_json::Value>(&text);
            let ours = Document::read(text.as_bytes());
            prop_assert!(strict.is_err() || ours.is_ok(), "{text}");
        }

        #[test]
        fn bytes_of_any_sort_have_an_answer(bytes: Vec<u8>) {
            if let Ok(document) = Document::read(&bytes) {
                prop_assert!(document.root().span().end <= bytes.len());
            }
        }
    }
}
