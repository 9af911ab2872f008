//! Where something stands: in the file, and in the text of a cell.

use std::borrow::Cow;

use super::secrets::{self, Secret};
use crate::error::LineColumn;
use crate::json::{Kind, Value, raw_length};
use crate::notebook::{NbFormat, multiline_text};

/// Counts lines and columns from place to place. Going on is cheap, going back
/// starts anew.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineCursor {
    at: usize,
    place: LineColumn,
}

impl LineCursor {
    pub(super) const START: Self = Self {
        at: 0,
        place: LineColumn { line: 1, column: 1 },
    };

    /// Returns the place of the byte at `offset` as [`LineColumn::of`] does.
    pub(super) fn go_to(&mut self, bytes: &[u8], offset: usize) -> LineColumn {
        let offset = offset.min(bytes.len());
        if offset < self.at {
            *self = Self::START;
        }
        let passed = bytes.get(self.at..offset).unwrap_or_default();
        let mut line_start = None;
        for index in memchr::memchr2_iter(b'\n', b'\r', passed) {
            let is_crlf = passed[index] == b'\r' && bytes.get(self.at + index + 1) == Some(&b'\n');
            if !is_crlf {
                self.place.line += 1;
                line_start = Some(index + 1);
            }
        }
        if line_start.is_some() {
            self.place.column = 1;
        }
        let on_line = passed.get(line_start.unwrap_or(0)..).unwrap_or_default();
        let is_start = |byte: &&u8| **byte & 0xc0 != 0x80;
        self.place.column += on_line.iter().filter(is_start).count();
        if self.at == 0 && line_start.is_none() && on_line.starts_with("\u{feff}".as_bytes()) {
            self.place.column -= 1;
        }
        self.at = offset;
        self.place
    }
}

/// A text of a notebook that knows where in the file it stands.
#[derive(Debug)]
pub(super) struct PlacedText<'a> {
    /// The text, lines joined.
    pub(super) text: Cow<'a, str>,
    file: &'a [u8],
    pieces: Vec<Piece>,
    /// The last place that was asked for: in the text and in the file.
    last: (usize, usize),
    lines: LineCursor,
    secrets: Option<Vec<Secret>>,
}

/// A string that a text is made of.
#[derive(Debug)]
struct Piece {
    /// Where it starts in the text.
    start: usize,
    /// Where it starts in the file, behind the quote.
    raw: usize,
    /// Where it ends in the file, before the quote.
    raw_end: usize,
}

impl<'a> PlacedText<'a> {
    /// Reads a value that is a string or a list of strings.
    pub(super) fn read(value: &Value<'a>, format: NbFormat) -> Self {
        let text = multiline_text(value, format);
        let mut pieces = Vec::new();
        let mut start = 0;
        let piece = |start, value: &Value<'_>| Piece {
            start,
            raw: value.span().start + 1,
            raw_end: value.span().end.saturating_sub(1),
        };
        if value.kind() == Kind::String {
            pieces.push(piece(0, value));
        }
        for element in value.elements() {
            let Some(line) = element.as_str() else {
                continue;
            };
            // Old formats leave line ends out, which stand between the pieces
            // of the text then.
            let rest = text.get(start..).unwrap_or_default();
            let is_separated = start > 0 && !rest.starts_with(&*line) && rest.starts_with('\n');
            start += usize::from(is_separated);
            pieces.push(piece(start, &element));
            start += line.len();
        }
        Self {
            text,
            file: value.document().bytes(),
            pieces,
            last: (0, 0),
            lines: LineCursor::START,
            secrets: None,
        }
    }

    /// Returns where in the file the byte of the text at `offset` stands.
    pub(super) fn in_file(&mut self, offset: usize) -> usize {
        let index = self.pieces.partition_point(|piece| piece.start <= offset);
        let Some(piece) = self.pieces.get(index.saturating_sub(1)) else {
            return 0;
        };
        let is_behind = self.last.0 >= piece.start && self.last.0 <= offset;
        let (start, raw) = if is_behind && self.last.1 >= piece.raw {
            self.last
        } else {
            (piece.start, piece.raw)
        };
        let content = self.file.get(raw..piece.raw_end).unwrap_or_default();
        let found = raw + raw_length(content, offset - start);
        self.last = (offset, found);
        found
    }

    /// Returns the text and the secrets in it.
    pub(super) fn with_secrets(&mut self) -> (&str, &[Secret]) {
        let text = &*self.text;
        let secrets = self.secrets.get_or_insert_with(|| secrets::all_in(text));
        (text, secrets)
    }

    /// Returns the line and column in the text.
    pub(super) fn in_text(&mut self, offset: usize) -> LineColumn {
        self.lines.go_to(self.text.as_bytes(), offset)
    }

    /// Returns where the lines of the text start.
    pub(super) fn line_starts(&self) -> Vec<usize> {
        let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
        std::iter::once(0).chain(ends.map(|end| end + 1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use proptest::prelude::*;

    #[track_caller]
    fn check(json: &str, major: u64, text: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let format = NbFormat { major, minor: 0 };
        let mut placed = PlacedText::read(&document.root(), format);
        assert_eq!(placed.text, text);
        for (at, character) in text
            .char_indices()
            .filter(|(_, c)| c.is_ascii_alphanumeric())
        {
            let found = json.get(placed.in_file(at)..).unwrap();
            assert!(found.starts_with(character), "{character} at {at}: {found}");
        }
        for (at, character) in text.char_indices().rev() {
            if character.is_ascii_alphanumeric() {
                assert!(
                    json.get(placed.in_file(at)..)
                        .unwrap()
                        .starts_with(character)
                );
            }
        }
    }

    #[test]
    fn each_letter_is_found_where_it_stands() {
        check(r#""ab\ncd\u00fc\"e""#, 4, "ab\ncdü\"e");
        check(r#"["ab\n", "\tc", "", "d\\e"]"#, 4, "ab\n\tcd\\e");
        check(r#"["ab", "cd", "e"]"#, 3, "ab\ncd\ne");
        check(r#"["ab\n", "cd"]"#, 3, "ab\ncd");
        check(r#"["ab", 1, "c"]"#, 4, "abc");
    }

    #[test]
    fn lines_start_behind_line_feeds() {
        let document = Document::read(br#"["a\n", "bc\n", "d"]"#).unwrap();
        let format = NbFormat { major: 4, minor: 5 };
        let mut placed = PlacedText::read(&document.root(), format);
        assert_eq!(placed.line_starts(), [0, 2, 5]);
        assert_eq!(placed.in_text(3), LineColumn { line: 2, column: 2 });
    }

    proptest! {
        #[test]
        fn a_cursor_counts_as_one_who_starts_anew(
            text in "[a\u{e4}\n\r\u{feff}]{0,12}", offsets: [u8; 4],
        ) {
            // A mark inside of a text is a character of it.
            let text = text.replacen('\u{feff}', "x", 9);
            let mut cursor = LineCursor::START;
            for offset in offsets {
                let offset = usize::from(offset) % 16;
                let is_boundary = offset > text.len() || text.is_char_boundary(offset);
                if is_boundary {
                    let expected = LineColumn::of(text.as_bytes(), offset);
                    prop_assert_eq!(cursor.go_to(text.as_bytes(), offset), expected);
                }
            }
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = "\u{feff}ab";
        let mut cursor = LineCursor::START;
        for offset in [3, 4, 5, 0] {
            let expected = LineColumn::of(text.as_bytes(), offset);
            assert_eq!(cursor.go_to(text.as_bytes(), offset), expected);
        }
    }
}
