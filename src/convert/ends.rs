//! Blank ends of cells, which Markdown formats cannot show: a list of them
//! for the header.
//!
//! Jupytext takes blank lines and blanks off the ends of Markdown cells, and
//! writes a source with and without a final line end alike. So that cells
//! come back exactly and the text stays what jupytext writes, the header's
//! `jupytext` section notes what is missing: `blank_ends: 2n 5ss n7 e9 of 12`
//! says that cell 2 of 12 ends in a line end, cell 5 in two spaces, that cell
//! 7 starts with a line end, and that cell 9 is empty and not in the text.
//! Whoever does not know the list reads the same cells without it, and if
//! cells were added or removed it says nothing any more.

use super::{Metadata, TextCell};
use crate::notebook::CellKind;

/// The key in the `jupytext` section.
const KEY: &str = "blank_ends";

/// What letters stand for in the list.
const LETTERS: [(char, char); 4] = [('n', '\n'), ('s', ' '), ('t', '\t'), ('r', '\r')];

/// Returns a source without its blank ends.
pub(super) fn trimmed(source: &str) -> &str {
    source.trim_matches(is_blank)
}

/// Returns whether a character can be a blank end.
pub(super) fn is_blank(char: char) -> bool {
    LETTERS.iter().any(|(_, blank)| *blank == char)
}

/// Returns whether there is nothing but blanks in a line.
pub(super) fn is_blank_line(line: &str) -> bool {
    trimmed(line).is_empty()
}

/// The blank ends of one cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct End<'a> {
    /// The cell, from zero.
    pub(super) cell: usize,
    /// Whether the text has no such cell.
    pub(super) is_missing: bool,
    /// The whole source: with these ends.
    pub(super) source: &'a str,
}

/// Puts the list into a notebook's metadata; takes it out if there is nothing
/// to say.
pub(super) fn note(metadata: &mut Metadata, ends: &[End<'_>], n_cells: usize) {
    if ends.is_empty() {
        take(metadata);
        return;
    }
    let mut list = String::new();
    for end in ends {
        let text = trimmed(end.source);
        let start = end.source.len() - end.source.trim_start_matches(is_blank).len();
        let (before, behind) = if text.is_empty() {
            ("", end.source)
        } else {
            let (before, rest) = end.source.split_at(start);
            (before, rest.split_at(text.len()).1)
        };
        if end.is_missing {
            list.push('e');
        }
        list.extend(before.chars().filter_map(letter));
        list.push_str(&(end.cell + 1).to_string());
        list.extend(behind.chars().filter_map(letter));
        list.push(' ');
    }
    list.push_str("of ");
    list.push_str(&n_cells.to_string());
    let section = metadata
        .entry("jupytext")
        .or_insert_with(|| Metadata::new().into());
    if let Some(section) = section.as_object_mut() {
        section.insert(KEY.to_owned(), list.into());
    }
}

/// Takes the list out of a notebook's metadata and returns it.
pub(super) fn take(metadata: &mut Metadata) -> Option<String> {
    let section = metadata.get_mut("jupytext")?.as_object_mut()?;
    let list = section.remove(KEY)?;
    if section.is_empty() {
        metadata.remove("jupytext");
    }
    list.as_str().map(str::to_owned)
}

/// Puts blank ends back, if the list fits these cells.
pub(super) fn restore(cells: &mut Vec<TextCell>, list: &str) {
    let Some(ends) = parse(list, cells.len()) else {
        return;
    };
    let mut old = std::mem::take(cells).into_iter();
    for (index, before, behind, is_missing) in ends {
        cells.extend(old.by_ref().take(index.saturating_sub(cells.len())));
        // Blank lines around it were counted that belong to it.
        forget_blank_lines(cells.last_mut());
        if is_missing {
            cells.push(TextCell {
                kind: CellKind::Markdown,
                source: behind,
                metadata: Metadata::new(),
                id: None,
                attachments: None,
            });
        } else if let Some(mut cell) = old.next() {
            cell.source = format!("{before}{}{behind}", trimmed(&cell.source));
            forget_blank_lines(Some(&mut cell));
            cells.push(cell);
        }
    }
    cells.extend(old);
}

fn forget_blank_lines(cell: Option<&mut TextCell>) {
    if let Some(cell) = cell {
        cell.metadata.shift_remove("lines_to_next_cell");
    }
}

/// Reads a list for a text of this many cells: each cell's index from zero,
/// what stands before and behind its text, and whether the text has it.
fn parse(list: &str, n_read: usize) -> Option<Vec<(usize, String, String, bool)>> {
    let (items, n_cells) = list.split_once("of ")?;
    let mut ends: Vec<(usize, String, String, bool)> = Vec::new();
    for item in items.split_whitespace() {
        let is_missing = item.starts_with('e');
        let item = item.trim_start_matches('e');
        let digits = item.find(|char: char| char.is_ascii_digit())?;
        let (before, rest) = item.split_at(digits);
        let end = rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        if ends.last().is_some_and(|last| last.0 >= index) {
            return None;
        }
        let blanks = |letters: &str| letters.chars().map(blank).collect::<Option<String>>();
        ends.push((index, blanks(before)?, blanks(behind)?, is_missing));
    }
    let n_missing = ends.iter().filter(|end| end.3).count();
    let n_cells = n_cells.trim().parse::<usize>().ok()?;
    let fits = n_read + n_missing == n_cells && ends.last().is_none_or(|last| last.0 < n_cells);
    fits.then_some(ends)
}

/// Returns the letter of a blank.
fn letter(blank: char) -> Option<char> {
    let pair = LETTERS.iter().find(|pair| pair.1 == blank)?;
    Some(pair.0)
}

/// Returns the blank of a letter.
fn blank(letter: char) -> Option<char> {
    let pair = LETTERS.iter().find(|pair| pair.0 == letter)?;
    Some(pair.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(source: &str) -> TextCell {
        TextCell {
            kind: CellKind::Markdown,
            source: source.to_owned(),
            metadata: Metadata::new(),
            id: None,
            attachments: None,
        }
    }

    fn sources(cells: &[TextCell]) -> Vec<&str> {
        cells.iter().map(|cell| &*cell.source).collect()
    }

    #[test]
    fn ends_come_back() {
        let sources_before = ["a", "b\n", "\n \tc  ", "", "d", "\n\n"];
        let ends: Vec<_> = sources_before
            .iter()
            .enumerate()
            .filter(|(_, source)| trimmed(source) != **source || source.is_empty())
            .map(|(cell, source)| End {
                cell,
                is_missing: trimmed(source).is_empty(),
                source,
            })
            .collect();
        let mut metadata = Metadata::new();
        note(&mut metadata, &ends, 6);
        let list = take(&mut metadata).unwrap();
        assert_eq!(list, "2n nst3ss e4 e6nn of 6");
        assert!(metadata.is_empty());
        let mut cells = ["a", "b", "c", "d"].map(cell).to_vec();
        restore(&mut cells, &list);
        assert_eq!(sources(&cells), sources_before);
    }

    #[test]
    fn a_list_for_other_cells_says_nothing() {
        for list in [
            "1n of 2",
            "2n of 1",
            "n of 1",
            "1x of 1",
            "2n 1n of 1",
            "",
            "0n of 1",
        ] {
            let mut cells = vec![cell("a")];
            restore(&mut cells, list);
            assert_eq!(sources(&cells), ["a"], "{list}");
        }
    }
}
