//! Puts other lines into the source of a cell, by edits.

use std::ops::Range;

use super::keys::list;
use super::read::source_text;
use super::scan::lines_of;
use crate::json::{Edit, Item, Kind, Style, Value, splice, string};
use crate::notebook::{Cell, Notebook};

/// A line of a source as it is to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Line {
    /// The line that stands there at this index.
    Kept(usize),
    /// A new one, without its end.
    New(String),
}

/// Lines of a source, by index from zero, and those that take their place.
pub(super) type LineChange = (Range<usize>, Vec<Line>);

/// Returns the edits that put other lines into a source. `changes` do not
/// overlap; they may be in any order.
///
/// Lines that stay keep their bytes where the file has one string for each.
pub(super) fn source_edits(
    notebook: &Notebook<'_>,
    cell: &Cell<'_>,
    style: &Style,
    depth: usize,
    changes: &[LineChange],
) -> Vec<Edit> {
    let Some(source) = cell.source else {
        return Vec::new();
    };
    let text = source_text(notebook, cell);
    let old = lines_of(&text);
    let mut changes: Vec<_> = changes.iter().collect();
    changes.sort_by_key(|(range, _)| range.start);
    let mut wanted: Vec<Line> = Vec::new();
    let mut at = 0;
    for (range, lines) in changes {
        wanted.extend((at..range.start).map(Line::Kept));
        wanted.extend(lines.iter().cloned());
        at = range.end;
    }
    wanted.extend((at..old.len()).map(Line::Kept));

    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let has_final_end = text.ends_with('\n');
    let count = wanted.len();
    let end_of = |index: usize| {
        if index + 1 < count || has_final_end {
            line_end
        } else {
            ""
        }
    };
    let plain = |line: &Line| match line {
        Line::Kept(index) => old.get(*index).copied().unwrap_or_default().to_owned(),
        Line::New(text) => text.clone(),
    };
    let elements: Vec<_> = source.elements().collect();
    let texts: Vec<_> = elements.iter().filter_map(Value::as_str).collect();
    let bare = |line: &str| {
        lines_of(line)
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned()
    };
    let is_one_for_each = source.kind() == Kind::Array
        && texts.len() == elements.len()
        && texts.len() == old.len()
        && texts.iter().zip(&old).all(|(line, old)| bare(line) == *old);
    // Old formats may leave the line ends out.
    let has_ends = texts.first().is_none_or(|line| line.ends_with('\n')) || texts.len() < 2;
    let item = |(index, line): (usize, &Line)| {
        let end = if has_ends { end_of(index) } else { "" };
        let text = format!("{}{end}", plain(line));
        match line {
            Line::Kept(old) if texts.get(*old).is_some_and(|old| **old == text) => {
                Item::Kept(elements[*old].span())
            }
            Line::Kept(_) | Line::New(_) => Item::New(string(&text, style)),
        }
    };
    if is_one_for_each {
        let items: Vec<_> = wanted.iter().enumerate().map(item).collect();
        return splice(&source, &items, depth + 1);
    }
    let lines = wanted.iter().enumerate();
    let lines: Vec<_> = lines
        .map(|(index, line)| format!("{}{}", plain(line), end_of(index)))
        .collect();
    let json = if source.kind() == Kind::Array {
        let lines: Vec<_> = lines.iter().map(|line| string(line, style)).collect();
        list(&lines, style, depth + 1)
    } else {
        string(&lines.concat(), style)
    };
    Edit::replace(&source, json).into_iter().collect()
}
