//! Reads conflicts back from a notebook, and finds what other tools left.
//!
//! Nothing is remembered outside of the notebook: people move, edit and save
//! it in between, with any tool. What is not as it was written is not guessed
//! at but reported as a stray.

use std::borrow::Cow;
use std::ops::Range;

use super::markers::CELL_DELETED;
use super::notes::NOTE_START;
use super::scan::{MarkedLines, Marker, labels, lines_of, marker, scan};
use super::{Conflict, Disputed, Labels};
use crate::json::{Document, Kind, Value};
use crate::notebook::{Cell, CellKind, Notebook, OutputKind, multiline_text};

/// How many keys a pointer may have. Nobody nests metadata as deep, and what
/// is made of pointers may recurse.
const MAX_KEYS: usize = 64;

/// What a merge left in a notebook for people to decide.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Leftovers {
    /// The conflicts that can be decided, in the order of the notebook.
    pub conflicts: Vec<WrittenConflict>,
    /// What looks like the rest of a conflict and is not whole, or has
    /// another tool's form, in the order of the notebook.
    pub strays: Vec<Stray>,
}

/// A conflict as it stands in a notebook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrittenConflict {
    /// The conflict. Its cell is the one in this notebook that it is about.
    pub conflict: Conflict,
    /// The names behind the markers; that of the base is empty if there is
    /// none.
    pub labels: Labels,
    /// Whether the base stands there. If not, that [`Conflict::base`] is
    /// `None` means nothing.
    pub shows_base: bool,
    /// Where it stands.
    pub form: Form,
}

/// Where a conflict stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Form {
    /// Between markers in the source of the cell.
    Source(MarkedLines),
    /// In a note above the cell or at the top of the notebook.
    Note {
        /// The index of the note among the cells, from zero.
        note: usize,
        /// The lines of the note's source that are about this conflict.
        lines: Range<usize>,
    },
}

/// What looks like the rest of a conflict.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stray {
    /// The index of the cell, from zero; `None` for the notebook itself.
    pub cell: Option<usize>,
    /// What it is.
    pub what: StrayKind,
}

/// What looks like the rest of a conflict.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StrayKind {
    /// A line of the source, counted from one, that is a marker without the
    /// others.
    Marker(usize),
    /// A note that cannot be read any more.
    Note,
    /// A cell that is nothing but a marker, as nbdime and nbdev write them.
    MarkerCell,
    /// An output that is nothing but a marker, as nbdime writes them.
    MarkerOutput,
    /// What nbdime writes into the metadata of what it could not merge.
    NbdimeMetadata,
}

/// Finds all that a merge left in a notebook.
pub fn leftovers_in(notebook: &Notebook<'_>) -> Leftovers {
    let mut found = Leftovers::default();
    if has_nbdime_conflicts(notebook.metadata.as_ref()) {
        found.stray(None, StrayKind::NbdimeMetadata);
    }
    let below = cells_below(notebook);
    for (index, cell) in notebook.cells.iter().enumerate() {
        if has_nbdime_conflicts(cell.metadata.as_ref()) {
            found.stray(Some(index), StrayKind::NbdimeMetadata);
        }
        if !may_have_conflicts(cell.value.raw()) {
            continue;
        }
        let text = source_text(notebook, cell);
        let lines = lines_of(&text);
        if is_note(cell, &lines) {
            found.read_note(index, below[index], &lines);
        } else if cell.kind == CellKind::Markdown && is_marker_cell(&text) {
            found.stray(Some(index), StrayKind::MarkerCell);
        } else {
            found.read_source(index, &lines);
        }
        if cell.outputs().any(|output| {
            output.kind == OutputKind::Stream && is_marker(output.stream_text().trim_end())
        }) {
            found.stray(Some(index), StrayKind::MarkerOutput);
        }
    }
    found
}

/// Returns whether a file can hold what [`leftovers_in`] finds. Most cannot,
/// and need not be read as notebooks to see it.
pub fn may_have_conflicts(bytes: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(bytes, what).is_some();
    // Some writers escape what HTML would take for a tag.
    has(b"<<<<")
        || has(b">>>>>>>")
        || has(b"nbdime-conflicts")
        || has(b"\\u003c")
        || has(b"\\u003C")
        || has(b"\\u003e")
        || has(b"\\u003E")
}

impl Leftovers {
    /// Returns whether a merge left nothing.
    pub fn is_empty(&self) -> bool {
        self.conflicts.is_empty() && self.strays.is_empty()
    }

    fn stray(&mut self, cell: Option<usize>, what: StrayKind) {
        self.strays.push(Stray { cell, what });
    }

    /// Reads the conflicts in a source.
    fn read_source(&mut self, index: usize, lines: &[&str]) {
        let scanned = scan(lines);
        for markers in scanned.conflicts {
            let labels = labels(lines, &markers);
            let (ours_label, ours_deleted) = without_deleted(&labels.ours, &markers.ours());
            let (theirs_label, theirs_deleted) = without_deleted(&labels.theirs, &markers.theirs());
            let text = |range: Range<usize>| with_ends(lines.get(range).unwrap_or_default());
            self.conflicts.push(WrittenConflict {
                conflict: Conflict {
                    cell: Some(index),
                    what: Disputed::Source,
                    base: markers.base_lines().map(text),
                    ours: (!ours_deleted).then(|| text(markers.ours())),
                    theirs: (!theirs_deleted).then(|| text(markers.theirs())),
                },
                shows_base: markers.base.is_some(),
                labels: Labels {
                    base: labels.base,
                    ours: ours_label,
                    theirs: theirs_label,
                },
                form: Form::Source(markers),
            });
        }
        for line in scanned.strays {
            self.stray(Some(index), StrayKind::Marker(line + 1));
        }
    }

    /// Reads the conflicts that a note is about; `below` is the next cell that
    /// is none.
    fn read_note(&mut self, note: usize, below: Option<usize>, lines: &[&str]) {
        let about_notebook = lines[0].contains("in the notebook**");
        let cell = if about_notebook { None } else { below };
        let sections = sections(lines);
        // A note whose cell is gone, or that lost what it is about.
        if sections.is_empty() || (!about_notebook && cell.is_none()) {
            return self.stray(Some(note), StrayKind::Note);
        }
        for (pointer, section) in sections {
            let conflict = read_section(lines, &section, pointer, cell, note);
            match conflict {
                Some(conflict) => self.conflicts.push(conflict),
                None => self.stray(Some(note), StrayKind::Note),
            }
        }
    }
}

/// Reads one conflict of a note; `None` if it is not as it was written.
fn read_section(
    lines: &[&str],
    section: &Range<usize>,
    pointer: &str,
    cell: Option<usize>,
    note: usize,
) -> Option<WrittenConflict> {
    let what = disputed(pointer)?;
    let inside = lines.get(section.clone())?;
    let scanned = scan(inside);
    let [markers] = scanned.conflicts.as_slice() else {
        return None;
    };
    let json = |range: Range<usize>| -> Option<Option<String>> {
        let text = with_ends(inside.get(range)?);
        if text.trim().is_empty() {
            return Some(None);
        }
        Document::read(text.as_bytes()).ok()?;
        Some(Some(text))
    };
    let base = match markers.base_lines() {
        Some(range) => json(range)?,
        None => None,
    };
    Some(WrittenConflict {
        conflict: Conflict {
            cell,
            what,
            base,
            ours: json(markers.ours())?,
            theirs: json(markers.theirs())?,
        },
        labels: labels(inside, markers),
        shows_base: markers.base.is_some(),
        form: Form::Note {
            note,
            lines: section.clone(),
        },
    })
}

/// Returns what the conflict at a pointer is about.
fn disputed(pointer: &str) -> Option<Disputed> {
    let keys = pointer.strip_prefix('/')?.split('/');
    let mut keys: Vec<String> = keys
        .map(|key| key.replace("~1", "/").replace("~0", "~"))
        .collect();
    if keys.len() > MAX_KEYS {
        return None;
    }
    let first = keys.remove(0);
    Some(match (first.as_str(), keys.as_mut_slice()) {
        ("metadata", _) => Disputed::Metadata(keys),
        ("cell_type", []) => Disputed::Kind,
        ("outputs", []) => Disputed::Outputs,
        ("cells", []) => Disputed::Inserts,
        ("attachments", [name]) => Disputed::Attachment(std::mem::take(name)),
        (_, []) => Disputed::Other(first),
        (_, _) => return None,
    })
}

/// Returns the pointers of a note, each with the lines up to the next.
fn sections<'t>(lines: &[&'t str]) -> Vec<(&'t str, Range<usize>)> {
    let pointer = |line: &&'t str| {
        let pointer = line.strip_prefix('`')?.strip_suffix("`:")?;
        pointer.starts_with('/').then_some(pointer)
    };
    let starts: Vec<_> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some((pointer(line)?, index)))
        .collect();
    let ends = starts.iter().skip(1).map(|&(_, start)| start);
    let ends: Vec<_> = ends.chain([lines.len()]).collect();
    let sections = starts.into_iter().zip(ends);
    sections
        .map(|((pointer, start), end)| (pointer, start..end))
        .collect()
}

/// Returns for each cell the next one behind it that is no note.
fn cells_below(notebook: &Notebook<'_>) -> Vec<Option<usize>> {
    let mut below = vec![None; notebook.cells.len()];
    let mut next = None;
    for (index, cell) in notebook.cells.iter().enumerate().rev() {
        below[index] = next;
        let may_be_note = cell.kind == CellKind::Markdown && may_have_conflicts(cell.value.raw());
        if !may_be_note || !is_note(cell, &lines_of(&source_text(notebook, cell))) {
            next = Some(index);
        }
    }
    below
}

/// Returns whether a cell says what is in conflict below it.
fn is_note(cell: &Cell<'_>, lines: &[&str]) -> bool {
    cell.kind == CellKind::Markdown
        && lines
            .first()
            .is_some_and(|line| line.starts_with(NOTE_START))
        && lines.iter().any(|line| is_marker(line))
}

/// Returns whether a text is a marker and nothing else, in the dress that
/// nbdev or nbdime give it.
fn is_marker_cell(text: &str) -> bool {
    let text = text.trim();
    let dressed = text
        .strip_prefix('`')
        .and_then(|text| text.strip_suffix('`'))
        .or_else(|| {
            let text = text.strip_prefix("<span style=\"color:red\"><b>")?;
            text.strip_suffix("</b></span>")
        });
    dressed.is_some_and(is_marker)
}

/// Returns whether a line starts or ends a conflict.
pub(super) fn is_marker(line: &str) -> bool {
    !line.contains('\n')
        && matches!(
            marker(line),
            Some(Marker {
                sign: '<' | '>',
                ..
            })
        )
}

fn has_nbdime_conflicts(metadata: Option<&Value<'_>>) -> bool {
    metadata.is_some_and(|metadata| {
        metadata.kind() == Kind::Object && metadata.get("nbdime-conflicts").is_some()
    })
}

/// Returns the text of a cell's source as the file has it.
pub(super) fn source_text<'a>(notebook: &Notebook<'_>, cell: &Cell<'a>) -> Cow<'a, str> {
    cell.source.map_or(Cow::Borrowed(""), |source| {
        multiline_text(&source, notebook.format)
    })
}

/// Returns lines as one text, each with an end.
fn with_ends(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Returns a label without the words that say that the side deleted the cell,
/// and whether they were there.
fn without_deleted(label: &str, lines: &Range<usize>) -> (String, bool) {
    let rest = label.strip_suffix(CELL_DELETED.trim_start());
    match rest.filter(|rest| lines.is_empty() && (rest.is_empty() || rest.ends_with(' '))) {
        Some(rest) => (rest.strip_suffix(' ').unwrap_or(rest).to_owned(), true),
        None => (label.to_owned(), false),
    }
}

#[cfg(test)]
mod tests;
