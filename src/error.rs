//! What can be wrong with a notebook file, where, and what to do about it.
//!
//! A message says what and where in one line; what to do is a sentence of its
//! own, [`Error::hint`]. The path is not known here: whoever opened the file
//! adds it.

use std::fmt;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why bytes could not be read as a notebook, or not be worked on.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing but blanks.
    #[error("the file is empty, a notebook has at least `cells`")]
    Empty,
    /// The bytes are a Git LFS pointer: the content was not fetched.
    #[error("the file is a Git LFS pointer, not the notebook itself")]
    LfsPointer,
    /// The bytes are not UTF-8.
    #[error("not UTF-8 text at {at}: {what}")]
    Encoding {
        /// The first byte that does not belong.
        at: LineColumn,
        /// What it seems to be instead.
        what: &'static str,
    },
    /// A line of a textual merge stands where JSON should.
    #[error("invalid JSON at {at}: a merge left conflict markers in the file")]
    ConflictMarkers {
        /// The first marker.
        at: LineColumn,
    },
    /// The bytes are not JSON.
    #[error("invalid JSON at {at}: {what}")]
    Syntax {
        /// Where reading stopped.
        at: LineColumn,
        /// What was expected there and what was met.
        what: String,
    },
    /// The file ends before the JSON does.
    #[error("invalid JSON at {at}: the file ends in the middle, {what}")]
    Truncated {
        /// The end of the file.
        at: LineColumn,
        /// What is missing.
        what: String,
    },
    /// The JSON is not shaped like a notebook.
    #[error("not a notebook at {at}: {what}")]
    Shape {
        /// Where the offending value starts.
        at: LineColumn,
        /// The value, by its JSON pointer, and what is wrong with it.
        what: String,
    },
    /// The notebook says two things that cannot both be done.
    #[error("contradiction at {at}: {what}")]
    Contradiction {
        /// Where the second statement starts.
        at: LineColumn,
        /// The two statements.
        what: String,
    },
    /// The header of a text is not as it should be.
    #[error("invalid YAML at {at}: {what}")]
    Header {
        /// The place of what is wrong.
        at: LineColumn,
        /// What is wrong with it.
        what: String,
    },
    /// A notebook of a kind that this cannot be done to.
    #[error("{what}")]
    Unsupported {
        /// What the notebook is and what cannot be done to it.
        what: String,
    },
}

impl Error {
    /// Returns the kind, to be matched on.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// Returns one sentence on what to do, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        match *self.0 {
            ErrorKind::LfsPointer => Some("`git lfs pull` fetches the content"),
            ErrorKind::Encoding { .. } => Some("notebooks are UTF-8; `iconv` converts other text"),
            ErrorKind::ConflictMarkers { .. } => {
                Some("`nbweave resolve --rebuild` with the path makes a notebook of it again")
            }
            ErrorKind::Truncated { .. } => Some(
                "an older version may be in git (`git log` with the path) \
                 or in `.ipynb_checkpoints`",
            ),
            ErrorKind::Empty
            | ErrorKind::Syntax { .. }
            | ErrorKind::Shape { .. }
            | ErrorKind::Contradiction { .. }
            | ErrorKind::Header { .. }
            | ErrorKind::Unsupported { .. } => None,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

/// A place in a text file, as editors count: both from one, columns in
/// characters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LineColumn {
    /// The line, from one.
    pub line: usize,
    /// The column in characters, from one.
    pub column: usize,
}

impl LineColumn {
    /// Returns the place of the byte at `offset`, or the end of `bytes` if
    /// they are shorter.
    ///
    /// Bytes that are no UTF-8 count as one column each; a byte order mark
    /// counts as none. `\n`, `\r\n` and `\r` each end a line.
    pub fn of(bytes: &[u8], offset: usize) -> Self {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let ends_line = |at: usize| match before[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let mut line = 1;
        let mut line_start = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', before) {
            if ends_line(at) {
                line += 1;
                line_start = at + 1;
            }
        }
        let text = String::from_utf8_lossy(&before[line_start..]);
        let column = 1 + text.chars().filter(|&c| c != '\u{feff}').count();
        Self { line, column }
    }
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::LineColumn;

    #[track_caller]
    fn check(text: &str, offset: usize, line: usize, column: usize) {
        let found = LineColumn::of(text.as_bytes(), offset);
        assert_eq!(found, LineColumn { line, column });
    }

    #[test]
    fn the_first_byte_is_line_one_column_one() {
        check("", 0, 1, 1);
        check("ab", 0, 1, 1);
    }

    #[test]
    fn every_line_end_counts_once() {
        check("a\nb\r\nc\rd", 7, 4, 1);
        check("a\r\nb", 3, 2, 1);
    }

    #[test]
    fn columns_are_characters_and_a_byte_order_mark_is_none() {
        check("\u{feff}äö x", "\u{feff}äö ".len(), 1, 4);
    }

    #[test]
    fn past_the_end_is_the_end() {
        check("ab", 99, 1, 3);
    }
}
