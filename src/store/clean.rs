//! From the worktree into the repository: strips a notebook and keeps what
//! goes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;

use super::cells::keyed_cells;
use super::files::mark_used;
use super::lines::{LineEnds, with_line_feeds};
use super::record::{Gap, KeptCell, Record, Text};
use super::{Digest, Store};
use crate::error::Result;
use crate::json::{Document, Kind, Span, Value};
use crate::notebook::Notebook;
use crate::strip::{Removal, StripOptions, Stripped, strip, strip_notebook};

/// A notebook on its way into the repository.
#[derive(Debug)]
pub struct Cleaned<'b> {
    /// The bytes for the repository.
    pub bytes: Cow<'b, [u8]>,
    /// Whether what was taken could be kept.
    pub kept: io::Result<()>,
}

/// Strips a notebook, and keeps what goes in the store, if there is one.
///
/// `path` is that of the notebook from the top of the worktree.
///
/// # Errors
///
/// Fails as [`strip`] does. That something cannot be kept is no error of this
/// function.
pub fn clean<'b>(
    bytes: &'b [u8],
    path: &[u8],
    options: &StripOptions,
    store: Option<&mut Store>,
) -> Result<Cleaned<'b>> {
    let document = Document::read(bytes)?;
    let notebook = Notebook::read(&document).ok();
    let stripped = match &notebook {
        Some(notebook) => strip_notebook(notebook, options)?,
        // Zeppelin's, or none at all.
        None => strip(bytes, options)?,
    };
    let cleaned = if stripped.edits.is_empty() {
        Cow::Borrowed(bytes)
    } else {
        Cow::Owned(stripped.edits.apply(bytes))
    };
    let kept = store.map_or(Ok(()), |store| {
        let seen = Seen {
            path,
            bytes,
            cleaned: &cleaned,
            stripped: &stripped,
            notebook: notebook.as_ref(),
        };
        store.keep(&seen, options)
    });
    Ok(Cleaned {
        bytes: cleaned,
        kept,
    })
}

/// A notebook that was stripped.
struct Seen<'s, 'a> {
    path: &'s [u8],
    bytes: &'s [u8],
    cleaned: &'s [u8],
    stripped: &'s Stripped,
    notebook: Option<&'s Notebook<'a>>,
}

impl Store {
    /// Keeps what was taken out of a notebook.
    ///
    /// A notebook that has nothing to keep leaves a record only where there is
    /// one of the same version: then somebody has cleared it. What comes out
    /// of a merge of text is no reason to forget.
    fn keep(&mut self, seen: &Seen<'_, '_>, options: &StripOptions) -> io::Result<()> {
        // Cells that go as a whole are nowhere else, whether they have run or not.
        let is_worth_keeping = seen.stripped.changes.iter().any(|change| {
            matches!(
                change.what,
                Removal::Outputs(_) | Removal::ExecutionCount | Removal::Cell
            )
        });
        let version = Digest::of(&with_line_feeds(seen.cleaned));
        let path = self.record_path(seen.path, version);
        let old_file = fs::read(&path).unwrap_or_default();
        let old = Record::read(&old_file);
        if !is_worth_keeping && old.is_none() {
            return Ok(());
        }
        let known = old.iter().flat_map(Record::texts_elsewhere);
        let known = known.map(|(digest, _)| digest).collect();
        let mut record = self.record(seen, options, &known)?;
        if let Some(old) = old {
            remember_cells(&mut record, &old);
        }
        let file = record.write();
        // Somebody may have emptied the store in the meantime.
        if old_file == file && mark_used(&path).is_ok() {
            return Ok(());
        }
        self.write(&path, &file)
    }

    /// Returns the record of a notebook, with its texts kept. Those in `known`
    /// are in the record that it takes the place of.
    fn record(
        &mut self,
        seen: &Seen<'_, '_>,
        options: &StripOptions,
        known: &HashSet<Digest>,
    ) -> io::Result<Record> {
        let worktree = self.worktree.clone();
        let mut add_text = |record: &mut Record, text: &[u8]| {
            let text = self.keep_text(&with_line_feeds(text), known)?;
            Ok::<_, io::Error>(text.map(|text| add(record, text)))
        };
        let mut record = Record {
            path: seen.path.to_owned(),
            worktree,
            ..Record::default()
        };
        // The spans of the texts in the file.
        let mut spans: Vec<(Span, usize)> = Vec::new();
        let ends = LineEnds::of(seen.cleaned);
        let mut n_removed = 0;
        let mut n_added = 0;
        for edit in &seen.stripped.edits {
            let at = edit.span.start + n_added - n_removed;
            let length = edit.text.len();
            n_removed += edit.span.len();
            n_added += length;
            let Some(text) = add_text(&mut record, &seen.bytes[edit.span.clone()])? else {
                continue;
            };
            spans.push((edit.span.clone(), text));
            let start = ends.in_line_feeds(at);
            record.gaps.push(Gap {
                at: start,
                length: ends.in_line_feeds(at + length) - start,
                text,
            });
        }
        let cells = seen.notebook.map(|notebook| keyed_cells(notebook, options));
        for (key, cell) in cells.into_iter().flatten() {
            let count = cell.execution_count;
            let count = count.filter(|count| count.kind() == Kind::Number);
            let outputs = cell.outputs.filter(Value::is_truthy);
            let outputs = match outputs {
                Some(outputs) => {
                    let span = outputs.span();
                    let first = spans.partition_point(|(taken, _)| taken.start < span.start);
                    match spans.get(first) {
                        Some((taken, text)) if *taken == span => Some(*text),
                        Some((taken, _)) if taken.start < span.end => {
                            add_text(&mut record, outputs.raw())?
                        }
                        // The repository has them.
                        Some(_) | None => None,
                    }
                }
                None => None,
            };
            if outputs.is_some() || count.is_some() {
                record.cells.push(KeptCell {
                    key,
                    count: count.map_or_else(Vec::new, |count| count.raw().to_owned()),
                    outputs,
                });
            }
        }
        Ok(record)
    }
}

/// Adds a text to a record and returns its index.
fn add(record: &mut Record, text: Text) -> usize {
    record.texts.push(text);
    record.texts.len() - 1
}

/// Takes over the outputs of cells that have none now.
fn remember_cells(record: &mut Record, old: &Record) {
    let cells = record.cells.iter().enumerate();
    let known: HashMap<_, _> = cells.map(|(index, cell)| (cell.key, index)).collect();
    for old_cell in &old.cells {
        let Some(text) = old_cell.outputs.and_then(|index| old.texts.get(index)) else {
            continue;
        };
        let known = known.get(&old_cell.key).copied();
        if known.is_some_and(|known| record.cells[known].outputs.is_some()) {
            continue;
        }
        let cell = KeptCell {
            outputs: Some(add(record, text.clone())),
            ..old_cell.clone()
        };
        match known {
            Some(known) => record.cells[known] = cell,
            None => record.cells.push(cell),
        }
    }
}
