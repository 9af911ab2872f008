//! What is said of one notebook in a review: its blocks, each about a cell or
//! several, of texts that are not markup yet.

use std::io;

use crate::diff::{CellDiff, NotebookDiff, OutputDiff, Summary, TableDiff, TextDiff};
use crate::render::brief::{is_brief, units_of};
use crate::render::escape::visible;
use crate::render::hunks::{CUT_HINT, Origin, Pen, Side, write_hunks};
use crate::render::outputs::{units, write_added, write_outputs};
use crate::render::summary::{has_changed_notebook, is_shown, noise, quiet};
use crate::render::unified::{
    alike_header, alike_in_metadata, first_lines, header, in_a_word, one_side, write_fields,
    write_keys, write_notebook, write_one_sided_fields,
};
use crate::render::values::counted;
use crate::render::{FileStatus, RenderOptions, Theme};

use super::inline::start;
use super::table::{Table, changed_rows, table_of};

/// How many characters of a text are kept: more of it than a comment takes is
/// never shown.
const KEPT: usize = 70_000;

/// How many characters of the first line of a source are shown.
const FIRST_LINE: usize = 60;

/// What is said of a notebook in a review.
#[derive(Clone, Debug)]
pub struct MarkdownSection {
    pub(super) old: String,
    pub(super) new: String,
    pub(super) status: &'static str,
    pub(super) summary: Summary,
    /// How many things changed that are noise, and which, in words.
    pub(super) n_quiet: usize,
    pub(super) quiet: Option<String>,
    /// Why the file is not compared as a notebook.
    pub(super) why: Option<String>,
    /// Whether no source changed, so that few will want to read it.
    pub(super) is_rerun: bool,
    pub(super) blocks: Vec<Block>,
}

/// What is said of a cell, of several that changed alike, or of what is beside
/// the cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// Which cells, and what happened to them: words of our own.
    pub(super) title: String,
    /// The first line of a source that did not change.
    pub(super) first_line: Option<String>,
    pub(super) n_cells: usize,
    pub(super) parts: Vec<Part>,
    /// What became of the outputs, in words of our own; then each of them.
    pub(super) outputs_title: String,
    pub(super) outputs: Vec<Part>,
}

/// A piece of a block.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// One line that says something.
    Line(String),
    /// Lines of a diff, and how many are missing behind them.
    Lines(Vec<String>, usize),
    /// A table, and what it is.
    Table(String, Table),
}

/// Returns what is said of what changed in a notebook.
pub fn markdown_section(
    diff: &NotebookDiff<'_>,
    status: FileStatus,
    old: &str,
    new: &str,
    options: &RenderOptions,
) -> MarkdownSection {
    let is_one_sided = matches!(status, FileStatus::Added | FileStatus::Removed);
    let mut review = MarkdownSection {
        summary: diff.summary(),
        n_quiet: n_quiet(diff),
        quiet: noise(diff),
        is_rerun: !is_one_sided && is_brief(diff, options),
        // Writing to memory cannot fail.
        blocks: blocks(diff, options, is_one_sided).unwrap_or_default(),
        ..named(status, old, new)
    };
    if status == FileStatus::Modified && review.blocks.is_empty() && !diff.is_unchanged() {
        review.status = status_word(FileStatus::Noise);
    }
    review
}

/// Returns what is said of a file that is compared as text, for the reason
/// `why`. If the content is equal, there is nothing to say but its `status`.
pub fn markdown_text(
    versions: (&[u8], &[u8]),
    why: &str,
    status: FileStatus,
    old: &str,
    new: &str,
    options: &RenderOptions,
) -> MarkdownSection {
    let mut review = named(status, old, new);
    if versions.0 == versions.1 {
        if status == FileStatus::Modified {
            review.status = "mode changed";
        }
        return review;
    }
    review.why = Some(why.to_owned());
    review.status = status_word(FileStatus::Broken);
    let text = TextDiff::new(
        String::from_utf8_lossy(versions.0),
        String::from_utf8_lossy(versions.1),
    );
    let counts = text.counts();
    let lines = |count, what| format!("{} {what}", counted(count, "line"));
    let block = Block {
        title: format!(
            "{}, {}",
            lines(counts.added, "added"),
            lines(counts.removed, "removed")
        ),
        // Writing to memory cannot fail.
        parts: lines_of(options, |pen| {
            write_hunks(pen, &text, &Origin::source(None))
        })
        .into_iter()
        .flatten()
        .collect(),
        ..Block::default()
    };
    review.blocks.push(block);
    review
}

/// Returns what is said of a file that a merge left in conflict.
pub fn markdown_remark(name: &str) -> MarkdownSection {
    MarkdownSection {
        status: "unmerged",
        ..named(FileStatus::Modified, name, name)
    }
}

fn named(status: FileStatus, old: &str, new: &str) -> MarkdownSection {
    MarkdownSection {
        old: old.to_owned(),
        new: new.to_owned(),
        status: status_word(status),
        summary: Summary::default(),
        n_quiet: 0,
        quiet: None,
        why: None,
        is_rerun: false,
        blocks: Vec::new(),
    }
}

const fn status_word(status: FileStatus) -> &'static str {
    match status {
        FileStatus::Added => "added",
        FileStatus::Removed => "removed",
        FileStatus::Modified => "modified",
        FileStatus::Noise => "only noise",
        FileStatus::Renamed(_) => "renamed",
        FileStatus::Copied(_) => "copied",
        FileStatus::Broken => "not a notebook",
    }
}

fn n_quiet(diff: &NotebookDiff<'_>) -> usize {
    let quiet = quiet(diff);
    quiet.execution_counts + quiet.ids + quiet.metadata + quiet.outputs + usize::from(quiet.format)
}

fn blocks(
    diff: &NotebookDiff<'_>,
    options: &RenderOptions,
    is_one_sided: bool,
) -> io::Result<Vec<Block>> {
    let mut blocks = Vec::new();
    if !is_one_sided && has_changed_notebook(diff, options.detail) {
        blocks.push(Block {
            title: "notebook".to_owned(),
            parts: lines_of(options, |pen| write_notebook(pen, diff))?
                .into_iter()
                .collect(),
            ..Block::default()
        });
    }
    let theme = Theme::default();
    let mut cells = diff.cells.as_slice();
    while let Some((first, rest)) = cells.split_first() {
        if !is_shown(first, options.detail) {
            cells = rest;
            continue;
        }
        let mut nowhere = io::sink();
        let pen = Pen {
            out: &mut nowhere,
            options,
            theme: &theme,
        };
        let alike = alike_in_metadata(&pen, cells)?;
        if alike > 1 {
            let (alike, rest) = cells.split_at(alike);
            blocks.push(Block {
                title: alike_header(alike),
                n_cells: alike.len(),
                parts: lines_of(options, |pen| write_keys(pen, first))?
                    .into_iter()
                    .collect(),
                ..Block::default()
            });
            cells = rest;
        } else {
            blocks.push(block(diff, first, options)?);
            cells = rest;
        }
    }
    Ok(blocks)
}

fn block(
    diff: &NotebookDiff<'_>,
    cell: &CellDiff<'_>,
    options: &RenderOptions,
) -> io::Result<Block> {
    let mut block = Block {
        title: header(diff, cell),
        n_cells: cell.old.len().max(cell.new.len()),
        ..Block::default()
    };
    let side = match () {
        () if cell.is_added() => Side::New,
        () if cell.is_removed() => Side::Old,
        () => {
            let fields = lines_of(options, |pen| write_fields(pen, diff, cell))?;
            block.parts.extend(fields);
            if cell.source.is_none() {
                block.first_line = first_lines(diff, cell, FIRST_LINE).into_iter().next();
            }
            block.outputs_title = outputs_title(cell);
            let units = units_of(diff, cell);
            for output in cell.outputs.iter().filter(|output| !output.is_noise()) {
                let outputs = std::slice::from_ref(output);
                let text = lines_of(options, |pen| write_outputs(pen, outputs, &units))?;
                block.outputs.extend(match (table_of(output), text) {
                    (Some(table), Some(text)) => Some(as_table(table, text)),
                    (_, text) => text,
                });
            }
            return Ok(block);
        }
    };
    block.parts.extend(lines_of(options, |pen| {
        write_one_sided_fields(pen, diff, cell, side)
    })?);
    let (notebook, indices) = one_side(diff, cell, side);
    let units = units(notebook, indices);
    if units.is_empty() {
        return Ok(block);
    }
    let what = match side {
        Side::New => "added",
        Side::Old => "removed",
    };
    block.outputs_title = format!("{} {what}", counted(units.len(), "output"));
    for unit in &units {
        block.outputs.extend(match side {
            Side::New => lines_of(options, |pen| write_added(pen, unit))?,
            Side::Old => Some(Part::Line(visible(&in_a_word(unit)).into_owned())),
        });
    }
    Ok(block)
}

/// Returns how many outputs of a cell changed in which way.
fn outputs_title(cell: &CellDiff<'_>) -> String {
    let count = |is: fn(&OutputDiff<'_>) -> bool| {
        let outputs = cell.outputs.iter().filter(|output| !output.is_noise());
        outputs.filter(|output| is(output)).count()
    };
    let added = count(|output| output.old.is_empty());
    let removed = count(|output| output.new.is_empty());
    let changed = count(|output| !output.old.is_empty() && !output.new.is_empty());
    let counts = [(changed, "changed"), (added, "added"), (removed, "removed")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, what)| format!("{} {what}", counted(count, "output")))
        .collect();
    counts.join(", ")
}

/// Returns what something writes: one line, or the lines of a diff.
fn lines_of(
    options: &RenderOptions,
    write: impl FnOnce(&mut Pen<'_>) -> io::Result<()>,
) -> io::Result<Option<Part>> {
    let mut text = Vec::new();
    let theme = Theme::default();
    write(&mut Pen {
        out: &mut text,
        options,
        theme: &theme,
    })?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.split_terminator('\n');
    let (mut kept, mut room) = (Vec::new(), KEPT);
    for line in lines.by_ref() {
        let line = if line.starts_with('…') {
            line.trim_end_matches(CUT_HINT).trim_end()
        } else {
            line
        };
        let line = start(line, room.max(1));
        room = room.saturating_sub(line.chars().count() + 1);
        kept.push(line);
        if room == 0 {
            break;
        }
    }
    let missing = lines.count();
    Ok(match kept.as_slice() {
        [] => None,
        [line] if missing == 0 => Some(Part::Line(line.clone())),
        _ => Some(Part::Lines(kept, missing)),
    })
}

/// Returns a table below the first line of what is said of it as text; the
/// text, if no row changed.
fn as_table(table: &TableDiff, text: Part) -> Part {
    let rows = changed_rows(table);
    match &text {
        Part::Lines(lines, _) if !rows.rows.is_empty() => {
            let first = lines.first().cloned().unwrap_or_default();
            Part::Table(first, rows)
        }
        Part::Line(first) if !rows.rows.is_empty() => Part::Table(first.clone(), rows),
        Part::Lines(..) | Part::Line(_) | Part::Table(..) => text,
    }
}
