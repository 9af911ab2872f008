//! How two tables differ: the rows that changed, in columns.

use std::io;

use owo_colors::Style;

use crate::diff::{TableCell, TableDiff, TableLine, TableRow};
use crate::render::Detail;
use crate::render::escape::{cut, visible, width};
use crate::render::hunks::{CUT_HINT, Pen, Side};
use crate::render::metadata::{write_value, write_values};
use crate::render::values::counted;

/// How many columns of the terminal a cell may take.
const CELL: usize = 40;

/// How many columns of the terminal names of rows may take.
const NAME: usize = 30;

/// How many blanks stand between columns.
const GAP: usize = 2;

/// How many rows of a wide table are shown before columns are left out.
const FEW_ROWS: usize = 3;

/// Text in a style.
type Piece = (String, Style);

/// Returns how many rows and columns changed.
pub(in crate::render) fn table_words(diff: &TableDiff) -> String {
    let on_both = |line: &TableLine| line.old.is_some() && line.new.is_some();
    let changed = |row: &&TableRow| on_both(&row.line) && !row.is_unchanged();
    let added = |line: &TableLine| line.old.is_none();
    let removed = |line: &TableLine| line.new.is_none();
    let mut words = Vec::new();
    let mut add = |count: usize, noun: &str, verb: &str| {
        if count > 0 {
            words.push(format!("{} {verb}", counted(count, noun)));
        }
    };
    let rows = &diff.rows;
    add(rows.iter().filter(changed).count(), "row", "changed");
    add(
        rows.iter().filter(|row| added(&row.line)).count(),
        "row",
        "added",
    );
    add(
        rows.iter().filter(|row| removed(&row.line)).count(),
        "row",
        "removed",
    );
    let columns = &diff.columns;
    let count = |is: &dyn Fn(&TableLine) -> bool| columns.iter().filter(|line| is(line)).count();
    add(count(&added), "column", "added");
    add(count(&removed), "column", "removed");
    add(count(&|line| line.old_name.is_some()), "column", "renamed");
    if !diff.columns_are_in_order() {
        words.push("columns in another order".to_owned());
    }
    if words.is_empty() {
        words.push("its note changed".to_owned());
    }
    words.join(", ")
}

/// Writes what changed: columns that came or went, then the rows that changed.
pub(super) fn write_table(pen: &mut Pen<'_>, diff: &TableDiff) -> io::Result<()> {
    if let Some(notes) = &diff.notes {
        write_note(pen, &visible(&notes.old), &visible(&notes.new))?;
    }
    for (at, column) in diff.columns.iter().enumerate() {
        write_column(pen, diff, at, column)?;
    }
    let changed: Vec<_> = diff.rows.iter().filter(|row| !row.is_unchanged()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let most = match pen.options.detail {
        Detail::Meant => pen.options.output_lines,
        Detail::All => usize::MAX,
    };
    // Wide tables take several lines for a row.
    let mut deltas = Deltas::Shown;
    let mut n_blocks = blocks(pen, diff, &changed, deltas).len();
    if n_blocks > 1 {
        let without = blocks(pen, diff, &changed, Deltas::Hidden).len();
        if without < n_blocks {
            (n_blocks, deltas) = (without, Deltas::Hidden);
        }
    }
    let most_rows = (most / n_blocks.max(1)).max(FEW_ROWS.min(most));
    // One line more takes as much room as the line that says so.
    let most_rows = if changed.len() <= most_rows.saturating_add(1) {
        changed.len()
    } else {
        most_rows
    };
    let (shown, rest) = changed.split_at(most_rows);
    let blocks = blocks(pen, diff, shown, deltas);
    let most_blocks = (most / (shown.len() + 1)).max(1);
    for block in blocks.iter().take(most_blocks) {
        write_block(pen, shown, block)?;
    }
    let n_left_out: usize = blocks.iter().skip(most_blocks).map(Vec::len).sum();
    let left_out = [(rest.len(), "more row"), (n_left_out, "more column")];
    let left_out = left_out.iter().filter(|(count, _)| *count > 0);
    let left_out: Vec<_> = left_out
        .map(|(count, noun)| counted(*count, noun))
        .collect();
    if !left_out.is_empty() {
        pen.aside(&format!("… {} {CUT_HINT}", left_out.join(", ")))?;
    }
    Ok(())
}

/// Whether it is said by how much a number grew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Deltas {
    Shown,
    /// For want of room.
    Hidden,
}

fn write_note(pen: &mut Pen<'_>, old: &str, new: &str) -> io::Result<()> {
    match (old, new) {
        ("", new) => write_value(pen, "note", new, Side::New),
        (old, "") => write_value(pen, "note", old, Side::Old),
        (old, new) => write_values(pen, "note", old, new),
    }
}

/// Writes what became of a column, if anything did: its cells are those of
/// rows in which nothing else may have changed.
fn write_column(
    pen: &mut Pen<'_>,
    diff: &TableDiff,
    at: usize,
    column: &TableLine,
) -> io::Result<()> {
    let name = visible(&column.name);
    if let Some(old_name) = &column.old_name {
        return write_values(pen, "column", &visible(old_name), &name);
    }
    let (sign, style) = match (column.old, column.new) {
        (None, _) => ("+", pen.theme.added),
        (_, None) => ("-", pen.theme.removed),
        (Some(_), Some(_)) => return Ok(()),
    };
    let cells = diff
        .rows
        .iter()
        .filter_map(|row| text_of(row.cells.get(at)?));
    let cells: Vec<_> = cells.take(pen.options.width).map(visible).collect();
    let line = format!("{sign}column {name}: {}", cells.join(", "));
    let line = match pen.options.detail {
        Detail::Meant => cut(&line, pen.options.width),
        Detail::All => line.into(),
    };
    pen.line(&line, style)
}

/// Returns what a cell says now, or said before it was removed.
fn text_of(cell: &TableCell) -> Option<&str> {
    match cell {
        TableCell::Absent => None,
        TableCell::Same(text)
        | TableCell::Added(text)
        | TableCell::Removed(text)
        | TableCell::Changed { new: text, .. } => Some(text),
    }
}

/// A column as it is shown.
struct Column {
    head: String,
    /// What is shown of the cells, one for each row.
    cells: Vec<Vec<Piece>>,
    width: usize,
}

/// Returns the columns that matter, in blocks that fit below each other.
fn blocks(pen: &Pen<'_>, diff: &TableDiff, rows: &[&TableRow], deltas: Deltas) -> Vec<Vec<Column>> {
    let names = rows.iter().map(|row| width(&name_of(&row.line)));
    let room = match pen.options.detail {
        Detail::Meant => pen
            .options
            .width
            .saturating_sub(names.max().unwrap_or(0) + 1),
        Detail::All => usize::MAX,
    };
    let mut blocks: Vec<Vec<Column>> = Vec::new();
    let mut left = 0;
    for at in columns_that_matter(diff, rows) {
        let head = cut(&visible(&diff.columns[at].name), CELL).into_owned();
        let cells = rows.iter().map(|row| match row.cells.get(at) {
            Some(cell) => pieces(pen, row, cell, deltas),
            None => Vec::new(),
        });
        let cells: Vec<_> = cells.collect();
        let widths = cells.iter().map(|cell| width_of(cell));
        let width = widths.chain([width(&head)]).max().unwrap_or(0);
        let column = Column { head, cells, width };
        match blocks.last_mut() {
            Some(block) if width + GAP <= left => block.push(column),
            _ => {
                left = room;
                blocks.push(vec![column]);
            }
        }
        left = left.saturating_sub(width + GAP);
    }
    // Rows that are only called otherwise have nothing but their names.
    if blocks.is_empty() {
        blocks.push(Vec::new());
    }
    blocks
}

/// Writes rows with their names, and what is said in some columns, below the
/// names of those.
fn write_block(pen: &mut Pen<'_>, rows: &[&TableRow], columns: &[Column]) -> io::Result<()> {
    let names: Vec<_> = rows.iter().map(|row| name_of(&row.line)).collect();
    let name_width = names.iter().map(|name| width(name)).max().unwrap_or(0);
    if columns.iter().any(|column| !column.head.is_empty()) {
        let mut line = " ".repeat(name_width + 1);
        for column in columns {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&column.head);
            line.push_str(&" ".repeat(column.width - width(&column.head)));
        }
        pen.line(line.trim_end(), pen.theme.hunk)?;
    }
    for (at, (row, name)) in rows.iter().zip(&names).enumerate() {
        let (sign, style) = match (row.line.old, row.line.new) {
            (Some(_), Some(_)) => (" ", Style::new()),
            (None, _) => ("+", pen.theme.added),
            (Some(_), None) => ("-", pen.theme.removed),
        };
        write!(pen.out, "{}", style.style(format!("{sign}{name}")))?;
        // Blanks are written before text, so that there are none at the end.
        let mut blanks = name_width - width(name);
        for column in columns {
            let cell = &column.cells[at];
            blanks += GAP;
            if !cell.is_empty() {
                write!(pen.out, "{}", " ".repeat(blanks))?;
                blanks = 0;
            }
            for (text, style) in cell {
                write!(pen.out, "{}", style.style(text))?;
            }
            blanks += column.width - width_of(cell);
        }
        writeln!(pen.out)?;
    }
    Ok(())
}

/// Returns what a row is called: its number, from one, if it has no name.
fn name_of(line: &TableLine) -> String {
    if let Some(old_name) = &line.old_name {
        let name = format!("{} → {}", visible(old_name), visible(&line.name));
        return cut(&name, NAME).into_owned();
    }
    if !line.name.is_empty() {
        return cut(&visible(&line.name), NAME).into_owned();
    }
    let index = line.new.or(line.old).unwrap_or(0);
    format!("row {}", index + 1)
}

/// Returns the columns in which something changed; all of them, if rows came
/// or went.
fn columns_that_matter(diff: &TableDiff, rows: &[&TableRow]) -> Vec<usize> {
    let has_changed = |at: &usize| {
        let mut cells = rows.iter().filter_map(|row| row.cells.get(*at));
        cells.any(|cell| matches!(cell, TableCell::Changed { .. }))
    };
    let all = 0..diff.columns.len();
    if rows
        .iter()
        .any(|row| row.line.old.is_none() || row.line.new.is_none())
    {
        return all.collect();
    }
    all.filter(has_changed).collect()
}

/// Returns what is shown of a cell.
fn pieces(pen: &Pen<'_>, row: &TableRow, cell: &TableCell, deltas: Deltas) -> Vec<Piece> {
    let theme = pen.theme;
    let shown = |text: &str| cut(&visible(text), CELL).into_owned();
    match cell {
        TableCell::Absent => Vec::new(),
        TableCell::Same(text) => vec![(shown(text), Style::new())],
        // Of rows on both sides, these are cells of columns that came or went.
        TableCell::Added(_) | TableCell::Removed(_)
            if row.line.old.is_some() && row.line.new.is_some() =>
        {
            Vec::new()
        }
        TableCell::Added(text) => vec![(shown(text), theme.added)],
        TableCell::Removed(text) => vec![(shown(text), theme.removed)],
        TableCell::Changed { old, new, delta } => {
            let plain = Style::new();
            let mut pieces = vec![
                (shown(old), theme.removed),
                (" → ".to_owned(), plain),
                (shown(new), theme.added),
            ];
            let delta = delta.filter(|delta| *delta != 0.0 && deltas == Deltas::Shown);
            let words = |delta| format!(" ({})", delta_words(old, new, delta));
            pieces.extend(delta.map(|delta| (words(delta), plain)));
            pieces
        }
    }
}

/// Returns by how much a number grew, with its sign and the decimals of both.
pub(in crate::render) fn delta_words(old: &str, new: &str, delta: f64) -> String {
    signed(delta, decimals(old).max(decimals(new)))
}

/// Returns a number with its sign, and as many decimals as are asked for if it
/// can be read like that.
fn signed(number: f64, decimals: usize) -> String {
    let plain = format!("{number:+.decimals$}");
    let is_short = plain.len() <= CELL && plain.bytes().any(|b| matches!(b, b'1'..=b'9'));
    if is_short {
        plain
    } else {
        format!("{number:+e}")
    }
}

/// Returns how many decimals a number is written with.
fn decimals(text: &str) -> usize {
    let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
    decimals.bytes().take_while(u8::is_ascii_digit).count()
}

fn width_of(pieces: &[Piece]) -> usize {
    pieces.iter().map(|(text, _)| width(text)).sum()
}
