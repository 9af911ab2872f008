//! Takes conflicts out of a notebook as people decide them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::members::{MemberChange, change_members};
use super::read::{Form, WrittenConflict, leftovers_in, source_text};
use super::relines::{Line, LineChange, source_edits};
use super::scan::lines_of;
use super::{Conflict, Disputed};
use crate::json::{Document, Edit, Edits, Kind, Style, Value};
use crate::notebook::Notebook;

/// How a conflict is decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Resolution {
    /// As ours has it.
    Ours,
    /// As theirs has it.
    Theirs,
    /// As both have it, ours first. What cannot be both is ours.
    Both,
    /// As it was before both sides changed it.
    Base,
    /// As this text has it: lines of a source, or JSON.
    Text(String),
}

/// What comes of decisions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Resolved {
    /// The changes to the file.
    pub edits: Edits,
    /// The conflicts that are not decided, by their index in
    /// [`Leftovers::conflicts`](super::Leftovers::conflicts). Also those that
    /// cannot be decided as asked: the base is not known, or the cells that a
    /// conflict is about are not as they were.
    pub left: Vec<usize>,
}

/// Takes the conflicts out of a notebook that are decided.
///
/// `choose` is asked for each conflict of [`leftovers_in`] by its index; what
/// it leaves undecided stays as it is, and so does the rest of the file.
pub fn resolve(
    notebook: &Notebook<'_>,
    mut choose: impl FnMut(usize) -> Option<Resolution>,
) -> Resolved {
    let conflicts = leftovers_in(notebook).conflicts;
    let mut plan = Plan::new(notebook);
    for (index, conflict) in conflicts.iter().enumerate() {
        let decided = choose(index).is_some_and(|choice| plan.decide(conflict, &choice));
        plan.decided.push(decided);
    }
    plan.finish(&conflicts)
}

/// What is going to be done to one notebook.
struct Plan<'a> {
    notebook: &'a Notebook<'a>,
    style: Style,
    /// Which conflicts are decided, as far as they were looked at.
    decided: Vec<bool>,
    /// Which cells go.
    gone: Vec<bool>,
    /// The lines of sources that others take the place of, by cell.
    lines: BTreeMap<usize, Vec<LineChange>>,
    /// What changes in cells, or for `None` in the notebook.
    members: BTreeMap<Option<usize>, Vec<MemberChange>>,
    edits: Vec<Edit>,
}

impl<'a> Plan<'a> {
    fn new(notebook: &'a Notebook<'a>) -> Self {
        Self {
            notebook,
            style: notebook.document.style(),
            decided: Vec::new(),
            gone: vec![false; notebook.cells.len()],
            lines: BTreeMap::new(),
            members: BTreeMap::new(),
            edits: Vec::new(),
        }
    }

    /// Takes a decision down and returns whether it can be done.
    fn decide(&mut self, written: &WrittenConflict, choice: &Resolution) -> bool {
        let done = match &written.conflict.what {
            Disputed::Source => self.source(written, choice),
            Disputed::Kind => self.kind(written, choice),
            Disputed::Metadata(keys) => {
                let path = std::iter::once("metadata".to_owned()).chain(keys.iter().cloned());
                self.value(written, choice, path.collect())
            }
            Disputed::Other(key) => self.value(written, choice, vec![key.clone()]),
            Disputed::Attachment(name) => self.attachment(written, choice, name),
            Disputed::Outputs => self.outputs(written, choice),
            Disputed::Inserts => self.inserts(written, choice),
        };
        done.is_some()
    }

    /// Takes the lines of a side into the source, or the whole cell out.
    fn source(&mut self, written: &WrittenConflict, choice: &Resolution) -> Option<()> {
        let (Form::Source(markers), Some(cell)) = (&written.form, written.conflict.cell) else {
            return None;
        };
        let conflict = &written.conflict;
        let lines = |range: Range<usize>| range.map(Line::Kept).collect::<Vec<_>>();
        let ours = || conflict.ours.is_some().then(|| lines(markers.ours()));
        let theirs = || conflict.theirs.is_some().then(|| lines(markers.theirs()));
        let chosen = match choice {
            Resolution::Ours => ours(),
            Resolution::Theirs => theirs(),
            Resolution::Both => Some([ours(), theirs()].into_iter().flatten().flatten().collect()),
            Resolution::Base => Some(lines(markers.base_lines()?)),
            Resolution::Text(text) => Some(new_lines(text)),
        };
        match chosen {
            Some(chosen) => {
                let changes = self.lines.entry(cell).or_default();
                changes.push((markers.all(), chosen));
            }
            None => *self.gone.get_mut(cell)? = true,
        }
        Some(())
    }

    /// Sets or removes a value. The notebook has what ours says.
    fn value(
        &mut self,
        written: &WrittenConflict,
        choice: &Resolution,
        path: Vec<String>,
    ) -> Option<()> {
        let value = match choice {
            Resolution::Ours | Resolution::Both => return Some(()),
            Resolution::Theirs => written.conflict.theirs.clone(),
            Resolution::Base => base_of(written)?,
            Resolution::Text(text) if text.trim().is_empty() => None,
            Resolution::Text(text) => {
                Document::read(text.as_bytes()).ok()?;
                Some(text.clone())
            }
        };
        self.change(written.conflict.cell, path, value);
        Some(())
    }

    fn change(&mut self, cell: Option<usize>, path: Vec<String>, value: Option<String>) {
        let changes = self.members.entry(cell).or_default();
        changes.push(MemberChange { path, value });
    }

    /// Makes another kind of cell of a cell, with the keys that the format
    /// asks of it.
    fn kind(&mut self, written: &WrittenConflict, choice: &Resolution) -> Option<()> {
        let at = written.conflict.cell;
        let cell = self.notebook.cells.get(at?)?;
        let value = match choice {
            Resolution::Ours | Resolution::Both => return Some(()),
            Resolution::Theirs => written.conflict.theirs.clone()?,
            Resolution::Base => base_of(written)??,
            Resolution::Text(text) => text.clone(),
        };
        let document = Document::read(value.as_bytes()).ok()?;
        let name = document.root().as_str()?;
        if !matches!(&*name, "code" | "markdown" | "raw") {
            return None;
        }
        let key = |key: &str| vec![key.to_owned()];
        if name == "code" {
            if cell.execution_count.is_none() {
                self.change(at, key("execution_count"), Some("null".to_owned()));
            }
            if cell.outputs.is_none() {
                self.change(at, key("outputs"), Some("[]".to_owned()));
            }
            // Code has none; the side that wants code did without them.
            if cell.attachments.is_some() {
                self.change(at, key("attachments"), None);
            }
        } else {
            self.change(at, key("execution_count"), None);
            self.change(at, key("outputs"), None);
        }
        self.change(at, key("cell_type"), Some(value.clone()));
        Some(())
    }

    /// Keeps one of two attachments under the name both had.
    fn attachment(
        &mut self,
        written: &WrittenConflict,
        choice: &Resolution,
        name: &str,
    ) -> Option<()> {
        let Conflict {
            cell, ours, theirs, ..
        } = &written.conflict;
        let attachments = self.notebook.cells.get((*cell)?)?.attachments;
        let ours = name_in(ours.as_deref())?;
        let theirs = name_in(theirs.as_deref())?;
        let (kept, other) = match choice {
            Resolution::Both => return Some(()),
            Resolution::Ours => (ours, theirs),
            Resolution::Theirs => (theirs, ours),
            // It is not kept anywhere.
            Resolution::Base | Resolution::Text(_) => return None,
        };
        let path = |name: &str| vec!["attachments".to_owned(), name.to_owned()];
        if let Some(other) = other {
            self.change(*cell, path(&other), None);
        }
        if let Some(kept) = kept.filter(|kept| kept != name) {
            let value = attachments?.get(&kept)?;
            self.change(*cell, path(&kept), None);
            self.change(*cell, path(name), Some(raw_text(&value)));
        }
        Some(())
    }

    /// Takes the outputs of a side out.
    fn outputs(&mut self, written: &WrittenConflict, choice: &Resolution) -> Option<()> {
        let conflict = &written.conflict;
        let cell = self.notebook.cells.get(conflict.cell?)?;
        let ours = indices_in(conflict.ours.as_deref())?;
        let theirs = indices_in(conflict.theirs.as_deref())?;
        let kept = match choice {
            Resolution::Both => return Some(()),
            Resolution::Ours => &ours,
            Resolution::Theirs => &theirs,
            Resolution::Base | Resolution::Text(_) => return None,
        };
        let outputs = cell
            .outputs
            .filter(|outputs| outputs.kind() == Kind::Array)?;
        let elements: Vec<_> = outputs.elements().collect();
        if ours
            .iter()
            .chain(&theirs)
            .any(|&index| index >= elements.len())
        {
            return None;
        }
        let goes = |index: &usize| {
            !kept.contains(index) && (ours.contains(index) || theirs.contains(index))
        };
        let spans = elements.iter().enumerate();
        let items = spans.map(|(index, output)| (output.span(), goes(&index)));
        let items: Vec<_> = items.collect();
        self.edits.extend(Edit::remove_items(&outputs, items));
        // The count belongs to the outputs; ours is in the cell.
        let mut counts = kept
            .iter()
            .filter_map(|&index| elements[index].get("execution_count"));
        let count = counts.next_back().map(|count| raw_text(&count));
        if *choice == Resolution::Theirs {
            self.change(
                conflict.cell,
                vec!["execution_count".to_owned()],
                Some(count.unwrap_or_else(|| "null".to_owned())),
            );
        }
        Some(())
    }

    /// Takes the new cells of a side out.
    fn inserts(&mut self, written: &WrittenConflict, choice: &Resolution) -> Option<()> {
        let start = written.conflict.cell?;
        let ours = lines_in(written.conflict.ours.as_deref())?;
        let theirs = lines_in(written.conflict.theirs.as_deref())?;
        let middle = start + ours.len();
        let end = middle + theirs.len();
        let is_there = |(index, line): (usize, &String)| {
            let cell = self.notebook.cells.get(index);
            cell.is_some_and(|cell| {
                let text = source_text(self.notebook, cell);
                lines_of(&text).first().copied().unwrap_or_default() == line
            })
        };
        if !(start..end).zip(ours.iter().chain(&theirs)).all(is_there) {
            return None;
        }
        let goes = match choice {
            Resolution::Both => 0..0,
            Resolution::Ours => middle..end,
            Resolution::Theirs => start..middle,
            Resolution::Base => start..end,
            Resolution::Text(_) => return None,
        };
        self.gone.get_mut(goes)?.fill(true);
        Some(())
    }

    /// Makes edits of all that was taken down.
    fn finish(mut self, conflicts: &[WrittenConflict]) -> Resolved {
        // What was in conflict in a cell that goes is decided.
        for (conflict, decided) in conflicts.iter().zip(&mut self.decided) {
            *decided |= conflict.conflict.cell.is_some_and(|cell| self.gone[cell]);
        }
        self.remove_notes(conflicts);
        let depth = self.notebook.cell_depth();
        let lines = std::mem::take(&mut self.lines);
        for (index, changes) in lines {
            let cell = &self.notebook.cells[index];
            let edits = source_edits(self.notebook, cell, &self.style, depth, &changes);
            self.edits.extend(edits);
        }
        for (cell, changes) in &self.members {
            let (object, depth) = match cell {
                Some(index) => (self.notebook.cells[*index].value, depth),
                None => (self.notebook.document.root(), 0),
            };
            self.edits.extend(change_members(&object, depth, changes));
        }
        let mut gone = self.gone.iter().copied();
        for array in &self.notebook.cell_arrays {
            let items = array.elements().map(|cell| cell.span()).zip(gone.by_ref());
            let items: Vec<_> = items.collect();
            if items.iter().any(|(_, goes)| *goes) {
                self.edits.extend(Edit::remove_items(array, items));
            }
        }
        let decided = self.decided.iter().enumerate();
        Resolved {
            left: decided
                .filter(|(_, decided)| !**decided)
                .map(|(index, _)| index)
                .collect(),
            edits: Edits::new(self.edits),
        }
    }

    /// Takes out what notes say of conflicts that are decided, and notes that
    /// have nothing left to say.
    fn remove_notes(&mut self, conflicts: &[WrittenConflict]) {
        let mut is_needed: BTreeMap<usize, bool> = BTreeMap::new();
        for (conflict, decided) in conflicts.iter().zip(&self.decided) {
            if let Form::Note { note, lines } = &conflict.form {
                *is_needed.entry(*note).or_default() |= !decided;
                if *decided {
                    let changes = self.lines.entry(*note).or_default();
                    changes.push((lines.clone(), Vec::new()));
                }
            }
        }
        for (note, is_needed) in is_needed {
            self.gone[note] |= !is_needed;
        }
    }
}

/// Returns the base of a conflict in a note; `None` if it is not known.
#[expect(
    clippy::option_option,
    reason = "not known is not the same as not there"
)]
fn base_of(written: &WrittenConflict) -> Option<Option<String>> {
    written.shows_base.then(|| written.conflict.base.clone())
}

fn raw_text(value: &Value<'_>) -> String {
    String::from_utf8_lossy(value.raw()).into_owned()
}

/// Reads a JSON string, or nothing; `None` if it is something else.
#[expect(
    clippy::option_option,
    reason = "not readable is not the same as not there"
)]
fn name_in(json: Option<&str>) -> Option<Option<String>> {
    let Some(json) = json else { return Some(None) };
    let document = Document::read(json.as_bytes()).ok()?;
    let name = document.root().as_str()?.into_owned();
    Some(Some(name))
}

/// Reads a JSON array of numbers; nothing is an empty one.
fn indices_in(json: Option<&str>) -> Option<Vec<usize>> {
    let document = Document::read(json.unwrap_or("[]").as_bytes()).ok()?;
    let elements = document.root().elements();
    elements
        .map(|index| index.as_u64().and_then(|index| usize::try_from(index).ok()))
        .collect()
}

/// Reads a JSON array of strings; nothing is an empty one.
fn lines_in(json: Option<&str>) -> Option<Vec<String>> {
    let document = Document::read(json.unwrap_or("[]").as_bytes()).ok()?;
    let elements = document.root().elements();
    elements
        .map(|line| line.as_str().map(std::borrow::Cow::into_owned))
        .collect()
}

fn new_lines(text: &str) -> Vec<Line> {
    let lines = lines_of(text).into_iter();
    lines.map(|line| Line::New(line.to_owned())).collect()
}

#[cfg(test)]
mod tests;
