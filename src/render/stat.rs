//! Which notebooks changed, and how much: `--stat`, `--name-only`,
//! `--name-status`.

use std::io::{self, Write};

use super::escape::{file_name, width};
use super::summary::{has_changed_notebook, is_shown};
use super::values::counted;
use super::{Detail, RenderOptions, Theme};
use crate::diff::{CellDiff, NotebookDiff, TextDiff};
use crate::notebook::Cell;

/// What happened to a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileStatus {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its content changed, or its mode.
    Modified,
    /// Nothing but noise changed in it.
    Noise,
    /// It has another name, and so many percent of its content.
    Renamed(u8),
    /// It is a copy, with so many percent of the content.
    Copied(u8),
    /// It cannot be read as a notebook.
    Broken,
}

/// How much changed in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileStat {
    /// What happened to the file.
    pub status: FileStatus,
    /// The path as it was; that of the new file, if there was none.
    pub old: String,
    /// The path as it is; that of the old file, if it is gone.
    pub new: String,
    /// Cells in which something changed, noise apart.
    pub cells: usize,
    /// Cells that are on both sides, and in which the outputs changed and
    /// nothing else.
    pub output_cells: usize,
    /// Whether metadata of the notebook changed.
    pub metadata: bool,
    /// Lines of sources that are new.
    pub added: usize,
    /// Lines of sources that are gone.
    pub removed: usize,
}

/// Counts what changed in a notebook. Noise does not count.
pub fn stat(diff: &NotebookDiff<'_>, status: FileStatus, old: &str, new: &str) -> FileStat {
    let shown = || {
        let cells = diff.cells.iter();
        cells.filter(|cell| is_shown(cell, Detail::Meant))
    };
    let mut stat = FileStat {
        status,
        old: old.to_owned(),
        new: new.to_owned(),
        cells: shown().count(),
        output_cells: shown().filter(|cell| is_only_outputs(cell)).count(),
        metadata: has_changed_notebook(diff, Detail::Meant),
        added: 0,
        removed: 0,
    };
    for cell in shown() {
        let (added, removed) = line_counts(diff, cell);
        stat.added += added;
        stat.removed += removed;
    }
    let has_counts = stat.cells > 0 || stat.metadata;
    if status == FileStatus::Modified && !has_counts && !diff.is_unchanged() {
        stat.status = FileStatus::Noise;
    }
    stat
}

fn is_only_outputs(cell: &CellDiff<'_>) -> bool {
    cell.old.len() == 1
        && cell.new.len() == 1
        && !cell.moved
        && !cell.is_modified()
        && cell.metadata.iter().all(|key| key.noise)
}

fn line_counts(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> (usize, usize) {
    let lines = |cells: &[Cell<'_>], indices: &[usize]| -> usize {
        let cells = indices.iter().filter_map(|&index| cells.get(index));
        cells.map(|cell| cell.text().lines().count()).sum()
    };
    if cell.is_added() {
        (lines(&diff.new.cells, &cell.new), 0)
    } else if cell.is_removed() {
        (0, lines(&diff.old.cells, &cell.old))
    } else {
        let counts = cell.source.as_ref().map(TextDiff::counts);
        counts.map_or((0, 0), |counts| (counts.added, counts.removed))
    }
}

/// Writes a line for each file and one for all, as `git diff --stat` does:
///
/// ```text
///  a.ipynb |  3 cells | 12 +++++++-----
///  1 notebook changed, 3 cells, 7 insertions(+), 5 deletions(-)
/// ```
pub fn write_stat(
    stats: &[FileStat],
    options: &RenderOptions,
    theme: &Theme,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<_> = stats.iter().map(display_name).collect();
    let cells: Vec<_> = stats.iter().map(cells_column).collect();
    let longest = |texts: &[String]| texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let lines = |stat: &FileStat| stat.added.saturating_add(stat.removed);
    let most = stats.iter().map(lines).max().unwrap_or(0);
    let digits = most.to_string().len();
    let cells_width = longest(&cells);
    // Blanks and bars take eight columns; the graph gets the rest, names go
    // before it, as in git.
    let room = options.width.saturating_sub(8 + cells_width + digits);
    let names_width = longest(&names).min(room.saturating_sub(10).max(room * 5 / 8));
    let graph = room.saturating_sub(names_width).max(1);
    for ((stat, name), cells) in stats.iter().zip(&names).zip(&cells) {
        let name = shortened(name, names_width);
        let blanks = " ".repeat(names_width.saturating_sub(width(&name)));
        let cells_blanks = " ".repeat(cells_width.saturating_sub(width(cells)));
        write!(out, " {name}{blanks} | {cells_blanks}{cells}")?;
        let count = lines(stat);
        if most == 0 || stat.status == FileStatus::Broken {
            writeln!(out)?;
            continue;
        }
        let (plus, minus) = scaled(stat.added, stat.removed, most, graph);
        let plus = "+".repeat(plus);
        let minus = "-".repeat(minus);
        let blank = if count == 0 { "" } else { " " };
        writeln!(
            out,
            " | {count:>digits$}{blank}{}{}",
            theme.added.style(plus),
            theme.removed.style(minus)
        )?;
    }
    write_total(stats, out)
}

fn write_total(stats: &[FileStat], out: &mut dyn Write) -> io::Result<()> {
    if stats.is_empty() {
        return Ok(());
    }
    let sum = |field: fn(&FileStat) -> usize| -> usize {
        stats.iter().map(field).fold(0, usize::saturating_add)
    };
    let mut parts = vec![
        format!("{} changed", counted(stats.len(), "notebook")),
        counted(sum(|stat| stat.cells), "cell"),
    ];
    let (added, removed) = (sum(|stat| stat.added), sum(|stat| stat.removed));
    if added > 0 {
        parts.push(format!("{}(+)", counted(added, "insertion")));
    }
    if removed > 0 {
        parts.push(format!("{}(-)", counted(removed, "deletion")));
    }
    writeln!(out, " {}", parts.join(", "))
}

/// Returns how many cells changed, and what else there is to say.
fn cells_column(stat: &FileStat) -> String {
    if stat.status == FileStatus::Broken {
        return "not a notebook".to_owned();
    }
    let is_quiet = stat.cells == 0 && !stat.metadata;
    match stat.status {
        FileStatus::Added => format!("new, {}", counted(stat.cells, "cell")),
        FileStatus::Removed => format!("gone, {}", counted(stat.cells, "cell")),
        _ if stat.cells > 0 && stat.output_cells == stat.cells => {
            format!("outputs of {}", counted(stat.cells, "cell"))
        }
        _ if stat.cells > 0 => counted(stat.cells, "cell"),
        FileStatus::Renamed(_) | FileStatus::Copied(_) if is_quiet => "0 cells".to_owned(),
        FileStatus::Modified if is_quiet => "mode changed".to_owned(),
        FileStatus::Noise => "only noise".to_owned(),
        FileStatus::Modified
        | FileStatus::Renamed(_)
        | FileStatus::Copied(_)
        | FileStatus::Broken => "metadata".to_owned(),
    }
}

/// Returns how many signs stand for lines added and removed, of which there
/// are `most` in the longest graph of `room` columns. Any change has a sign.
fn scaled(added: usize, removed: usize, most: usize, room: usize) -> (usize, usize) {
    if most <= room {
        return (added, removed);
    }
    let scale = |count: usize, room: usize| match count {
        0 => 0,
        _ => (count.saturating_mul(room - 1) / most).saturating_add(1),
    };
    let both = added > 0 && removed > 0;
    let total = scale(added.saturating_add(removed), room).max(if both { 2 } else { 0 });
    if added < removed {
        let plus = scale(added, room).min(total);
        (plus, total - plus)
    } else {
        let minus = scale(removed, room).min(total);
        (total - minus, minus)
    }
}

/// Returns the end of a name, if all of it takes more columns than there are.
fn shortened(name: &str, columns: usize) -> String {
    if width(name) <= columns {
        return name.to_owned();
    }
    let mut rest = name;
    while let Some(first) = rest.chars().next()
        && width(rest) + 3 > columns
    {
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    // Git cuts at a directory if there is one.
    if let Some(slash) = rest.find('/') {
        rest = rest.get(slash..).unwrap_or_default();
    }
    format!("...{rest}")
}

/// Returns the name of a file, or what is common to two names and what is not:
/// `notebooks/{a.ipynb => b.ipynb}`.
fn display_name(stat: &FileStat) -> String {
    let (old, new) = (&stat.old, &stat.new);
    if old == new {
        return file_name(new).into_owned();
    }
    let (old_shown, new_shown) = (file_name(old), file_name(new));
    if old_shown != old.as_str() || new_shown != new.as_str() {
        return format!("{old_shown} => {new_shown}");
    }
    let same = |(old, new): &(u8, u8)| old == new;
    let start = old.bytes().zip(new.bytes()).take_while(same).count();
    let prefix = old.get(..start).unwrap_or_default();
    let prefix = prefix.rfind('/').map_or(0, |slash| slash + 1);
    let old_rest = old.get(prefix..).unwrap_or_default();
    let new_rest = new.get(prefix..).unwrap_or_default();
    let backwards = old_rest.bytes().rev().zip(new_rest.bytes().rev());
    let end = backwards.take_while(same).count();
    let suffix = old_rest.get(old_rest.len() - end..).unwrap_or_default();
    let suffix = suffix
        .find('/')
        .map_or("", |slash| suffix.get(slash..).unwrap_or_default());
    let prefix = old.get(..prefix).unwrap_or_default();
    if prefix.is_empty() && suffix.is_empty() {
        return format!("{old} => {new}");
    }
    let old_middle = old_rest.strip_suffix(suffix).unwrap_or(old_rest);
    let new_middle = new_rest.strip_suffix(suffix).unwrap_or(new_rest);
    format!("{prefix}{{{old_middle} => {new_middle}}}{suffix}")
}

/// What stands behind a name in a list of names.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum NameEnd {
    /// A line feed; names with something unprintable in them are quoted.
    #[default]
    LineFeed,
    /// A zero byte, as with `-z`; names are what they are.
    Nul,
}

/// Writes the names of the files, one on a line.
pub fn name_only(stats: &[FileStat], end: NameEnd, out: &mut dyn Write) -> io::Result<()> {
    for stat in stats {
        match end {
            NameEnd::LineFeed => writeln!(out, "{}", file_name(&stat.new))?,
            NameEnd::Nul => write!(out, "{}\0", stat.new)?,
        }
    }
    Ok(())
}

/// Writes a letter for what happened to each file, and its names.
pub fn name_status(stats: &[FileStat], end: NameEnd, out: &mut dyn Write) -> io::Result<()> {
    for stat in stats {
        let status = match stat.status {
            FileStatus::Added => "A".to_owned(),
            FileStatus::Removed => "D".to_owned(),
            FileStatus::Modified | FileStatus::Noise | FileStatus::Broken => "M".to_owned(),
            FileStatus::Renamed(percent) => format!("R{percent:03}"),
            FileStatus::Copied(percent) => format!("C{percent:03}"),
        };
        let has_two_names = matches!(stat.status, FileStatus::Renamed(_) | FileStatus::Copied(_));
        let names = [&stat.old, &stat.new];
        let names = &names[usize::from(!has_two_names)..];
        write!(out, "{status}")?;
        match end {
            NameEnd::LineFeed => {
                names
                    .iter()
                    .try_for_each(|name| write!(out, "\t{}", file_name(name)))?;
                writeln!(out)?;
            }
            NameEnd::Nul => {
                names.iter().try_for_each(|name| write!(out, "\0{name}"))?;
                write!(out, "\0")?;
            }
        }
    }
    Ok(())
}
