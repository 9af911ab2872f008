//! What was found, as plain data.

use std::fmt;

use super::rules::Rule;
use crate::error::LineColumn;
use crate::json::Span;

/// A rule that is broken at a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What is wrong, without the place.
    pub message: String,
    /// The bytes of the file it is about; none if something is missing there.
    pub span: Span,
    /// Where they start in the file.
    pub start: LineColumn,
    /// Where they end in the file.
    pub end: LineColumn,
    /// The cell it is about, if it is about one.
    pub cell: Option<CellPlace>,
    /// The line of text it is about, if it is about text.
    pub excerpt: Option<Excerpt>,
    /// Whether [`super::mended`] mends it.
    pub is_mendable: bool,
}

/// A cell, as people find it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CellPlace {
    /// The index of the cell, from zero.
    pub index: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The first line of its source that says something, cut short; empty if
    /// there is none.
    pub title: String,
    /// Where in the source of the cell it is, if it is there.
    pub at: Option<LineColumn>,
}

/// A line of text with a part of it pointed out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Excerpt {
    /// The line without its end, secrets in it masked. Of long lines it is a
    /// part.
    pub line: String,
    /// How many characters stand before the part.
    pub start: usize,
    /// How many characters the part has, up to the end of the line.
    pub length: usize,
}

/// Returns a finding in a file of which nothing else is known.
pub(super) fn unplaced(
    rule: Rule,
    bytes: &[u8],
    span: Span,
    message: &dyn fmt::Display,
) -> Finding {
    let start = LineColumn::of(bytes, span.start);
    Finding {
        rule,
        message: message.to_string(),
        end: start,
        start,
        span,
        cell: None,
        excerpt: None,
        is_mendable: false,
    }
}
