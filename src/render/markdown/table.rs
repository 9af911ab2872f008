//! The rows of a table that changed, as a table of Markdown.

use std::fmt::Write as _;

use super::inline::{cell_code, length, start};
use crate::diff::{Meaning, OutputDiff, TableCell, TableDiff, TableLine};
use crate::render::values::counted;

/// How many rows of a table that changed are kept.
const ROWS: usize = 50;

/// How many columns of it are shown.
const COLUMNS: usize = 8;

/// How many characters of a cell of a table are shown.
const TABLE_CELL: usize = 40;

/// How many characters of what is said around a table are shown.
const NOTE: usize = 100;

/// The rows of a table that changed. All rows are as long as the head.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Table {
    pub(super) head: Vec<CellText>,
    pub(super) rows: Vec<Vec<CellText>>,
    /// What is said around it, if that changed.
    pub(super) note: Option<CellText>,
    /// How many rows and columns are missing.
    pub(super) missing: (usize, usize),
}

/// What is shown of a cell of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum CellText {
    Same(String),
    Changed(String, String),
    Added(String),
    Removed(String),
    Nothing,
}

/// Returns how the tables of an output differ, if it is one.
pub(super) fn table_of<'d>(output: &'d OutputDiff<'_>) -> Option<&'d TableDiff> {
    let parts = output.parts.iter().filter(|part| !part.noise);
    let tables = parts.filter_map(|part| match &part.meaning {
        Some(Meaning::Table(table)) => Some(table),
        Some(Meaning::Picture(_) | Meaning::Json(_)) | None => None,
    });
    let mut tables = tables.filter(|table| !table.rows.is_empty() && !table.columns.is_empty());
    tables.next()
}

/// Returns the rows of a table in which something changed, and the columns in
/// which something did, or all, if they are few.
pub(super) fn changed_rows(table: &TableDiff) -> Table {
    let is_changed = |cell: &TableCell| !matches!(cell, TableCell::Same(_) | TableCell::Absent);
    let rows: Vec<_> = table
        .rows
        .iter()
        .filter(|row| !row.line.is_unchanged() || row.cells.iter().any(is_changed))
        .collect();
    let mut columns: Vec<_> = (0..table.columns.len()).collect();
    if columns.len() > COLUMNS {
        columns.retain(|&at| {
            let mut cells = rows.iter().filter_map(|row| row.cells.get(at));
            cells.any(is_changed)
        });
        columns.truncate(COLUMNS);
    }
    let short = |text: &String| start(text, TABLE_CELL);
    let names = columns.iter().filter_map(|&at| table.columns.get(at));
    let name = |line: &TableLine| match &line.old_name {
        Some(old) => CellText::Changed(short(old), short(&line.name)),
        None => CellText::Same(short(&line.name)),
    };
    let mut head = vec![CellText::Nothing];
    head.extend(names.map(name));
    let note = |text: &String| start(text.trim(), NOTE);
    let shown = rows.iter().take(ROWS).map(|row| {
        let cells = columns.iter().map(|&at| row.cells.get(at));
        let cells = cells.map(|cell| match cell {
            Some(TableCell::Same(text)) => CellText::Same(short(text)),
            Some(TableCell::Changed { old, new, .. }) => CellText::Changed(short(old), short(new)),
            Some(TableCell::Added(text)) => CellText::Added(short(text)),
            Some(TableCell::Removed(text)) => CellText::Removed(short(text)),
            Some(TableCell::Absent) | None => CellText::Nothing,
        });
        std::iter::once(name(&row.line)).chain(cells).collect()
    });
    Table {
        rows: shown.collect(),
        note: table
            .notes
            .as_ref()
            .map(|notes| CellText::Changed(note(&notes.old), note(&notes.new))),
        missing: (
            rows.len().saturating_sub(ROWS),
            table.columns.len() - columns.len(),
        ),
        head,
    }
}

/// Returns a table in about `room` characters: the rows that fit.
pub(super) fn table(table: &Table, room: usize) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = row(table.head.iter().map(shown_cell).collect());
    text.push_str(&row(vec!["---".to_owned(); table.head.len()]));
    let mut missing = table.missing.0;
    let mut left = room.saturating_sub(length(&text));
    for (at, cells) in table.rows.iter().enumerate() {
        let cells = row(cells.iter().map(shown_cell).collect());
        let cost = length(&cells);
        if cost > left && at > 0 {
            missing += table.rows.len() - at;
            break;
        }
        left = left.saturating_sub(cost);
        text.push_str(&cells);
    }
    text.push('\n');
    let missing = [(missing, "more row"), (table.missing.1, "more column")];
    let missing: Vec<_> = missing
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    if let Some(note) = &table.note {
        write!(text, "note: {}\n\n", shown_cell(note)).ok();
    }
    if !missing.is_empty() {
        write!(text, "… {}\n\n", missing.join(", ")).ok();
    }
    text
}

fn shown_cell(cell: &CellText) -> String {
    match cell {
        CellText::Nothing => String::new(),
        CellText::Same(text) if text.is_empty() => String::new(),
        CellText::Same(text) => cell_code(text),
        CellText::Changed(old, new) => {
            let part = |text: &str| {
                if text.is_empty() {
                    "nothing".to_owned()
                } else {
                    cell_code(text)
                }
            };
            format!("{} → {}", part(old), part(new))
        }
        CellText::Added(text) => format!("**+** {}", cell_code(text)),
        CellText::Removed(text) => format!("**−** {}", cell_code(text)),
    }
}
