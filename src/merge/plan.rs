//! What the merged notebook consists of, before any of it is written.

use std::borrow::Cow;

use super::cells::{ClassMerge, Inputs, MergedCell, merge_class};
use super::classes::{Alignments, Class, Classes, classes};
use super::keys::{Context, KeyEdit, NewValue, fields, merge_keys};
use super::order::{is_moved_apart, order};
use super::settle::settle;
use super::widgets::drop_unused_models;
use super::{Conflict, Decided, Decision, Disputed, Inserts, Side, Versions};
use crate::diff::notebook_other;
use crate::notebook::Scope;

/// What the merged notebook consists of.
#[derive(Clone, Debug)]
pub(super) struct Plan<'a> {
    /// Its cells in order.
    pub(super) entries: Vec<Entry<'a>>,
    /// What changes in the outermost object of the host.
    pub(super) notebook: Vec<KeyEdit<'a>>,
    /// What changes in the metadata of the host.
    pub(super) metadata: Vec<KeyEdit<'a>>,
    /// Decisions about the notebook, or cells that are gone.
    pub(super) decisions: Vec<Decided>,
    /// The classes in which there was more to merge than to take what one side
    /// has, with what they came to.
    pub(super) merged: Vec<(Class, Outcome)>,
}

/// What a class came to, whoever is ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// So many conflicts.
    Conflicts(usize),
    /// Cells with these sources, in no order. Blanks at the ends of lines do
    /// not count.
    Sources(Vec<String>),
}

impl Outcome {
    pub(super) fn of(inputs: &Inputs<'_>, merged: &ClassMerge<'_>) -> Self {
        let conflicts = merged.cells.iter();
        let conflicts = conflicts.map(|cell| cell.conflicts.len() + cell.notes.len());
        let conflicts: usize = conflicts.sum();
        if conflicts > 0 {
            return Self::Conflicts(conflicts);
        }
        let sources = merged.cells.iter().map(|cell| {
            let text = match &cell.source {
                Some(source) => Cow::Borrowed(source.as_str()),
                None => inputs.text(cell.carrier, cell.index),
            };
            let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
            lines.join("\n")
        });
        let mut sources: Vec<String> = sources.collect();
        sources.sort_unstable();
        Self::Sources(sources)
    }
}

/// Whether a class came to more than what one side has.
fn is_merged(class: &Class, merged: &ClassMerge<'_>) -> bool {
    let one_each = class.cells.ours.len() == 1 && class.cells.theirs.len() == 1;
    let is_changed = |cell: &MergedCell<'_>| {
        cell.source.is_some() || !cell.conflicts.is_empty() || !cell.notes.is_empty()
    };
    let in_both = class.is_in(Side::Ours) && class.is_in(Side::Theirs);
    (in_both && !one_each) || merged.cells.iter().any(is_changed)
}

/// A cell of the merged notebook.
#[derive(Clone, Debug)]
pub(super) enum Entry<'a> {
    /// A cell of a side.
    Cell(Box<MergedCell<'a>>),
    /// A note about conflicts that have no place in a source.
    Note(Note),
}

/// Conflicts that have no place in a source.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) about: About,
    pub(super) conflicts: Vec<Conflict>,
    /// The id of the note, if the format has ids.
    pub(super) id: Option<String>,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum About {
    /// The cell below.
    Cell,
    /// The cells below, so many of each side.
    Cells,
    /// The notebook.
    Notebook,
}

impl Plan<'_> {
    /// Returns the conflicts in the order of the merged notebook, each with
    /// the cell it is about.
    pub(super) fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let (cell, found) = match entry {
                Entry::Cell(cell) => (Some(at), &cell.conflicts),
                Entry::Note(note) => {
                    let cell = (note.about != About::Notebook).then_some(at + 1);
                    (cell, &note.conflicts)
                }
            };
            conflicts.extend(found.iter().map(|conflict| Conflict {
                cell,
                ..conflict.clone()
            }));
        }
        conflicts
    }

    /// Returns the decisions in the order of the merged notebook.
    pub(super) fn decisions(&self) -> Vec<Decision> {
        let notebook = self.decisions.iter().map(|what| Decision {
            cell: None,
            what: what.clone(),
        });
        let mut decisions: Vec<_> = notebook.collect();
        for (at, entry) in self.entries.iter().enumerate() {
            if let Entry::Cell(cell) = entry {
                decisions.extend(cell.decisions.iter().map(|what| Decision {
                    cell: Some(at),
                    what: what.clone(),
                }));
            }
        }
        decisions
    }
}

/// Decides what the merged notebook consists of.
pub(super) fn plan<'a>(inputs: &Inputs<'a>, alignments: &Alignments) -> Plan<'a> {
    let counts = inputs.notebooks.map(|notebook| notebook.cells.len());
    let classes = classes(counts, alignments);
    let mut plan = Plan {
        entries: Vec::with_capacity(counts.ours.max(counts.theirs)),
        notebook: Vec::new(),
        metadata: Vec::new(),
        decisions: Vec::new(),
        merged: Vec::new(),
    };
    let mut conflicts = Vec::new();
    plan_notebook(inputs, &mut plan, &mut conflicts);
    if !conflicts.is_empty() {
        plan.entries.push(note(About::Notebook, conflicts));
    }
    let mut order = order(&classes);
    let mut merged = Vec::with_capacity(order.len());
    // What is deleted stands between no others.
    order.retain(|&class| {
        let outcome = merge_class(inputs, &classes.all[class]);
        if is_merged(&classes.all[class], &outcome) {
            let outcome = Outcome::of(inputs, &outcome);
            plan.merged.push((classes.all[class].clone(), outcome));
        }
        let ClassMerge { cells, decisions } = outcome;
        plan.decisions.extend(decisions);
        let stays = !cells.is_empty();
        if stays {
            merged.push(cells);
        }
        stays
    });
    let meetings = meetings(&classes, &order);
    for (at, (&class, cells)) in order.iter().zip(merged).enumerate() {
        let meeting = meetings.get(at).and_then(Option::as_ref);
        if let Some(meeting) = meeting
            && inputs.options.inserts == Inserts::Conflict
        {
            let conflict = insert_conflict(inputs, &classes, meeting);
            plan.entries.push(note(About::Cells, vec![conflict]));
        }
        for (nth, mut cell) in cells.into_iter().enumerate() {
            if nth == 0 && meeting.is_some() && inputs.options.inserts == Inserts::Both {
                cell.decisions.push(Decided::BothInserted);
            }
            if nth == 0 && is_moved_apart(&classes, class) {
                cell.decisions.push(Decided::BothMoved(inputs.first));
            }
            let notes = std::mem::take(&mut cell.notes);
            if !notes.is_empty() {
                plan.entries.push(note(About::Cell, notes));
            }
            plan.entries.push(Entry::Cell(Box::new(cell)));
        }
    }
    drop_unused_models(inputs, &mut plan);
    plan
}

fn note<'a>(about: About, conflicts: Vec<Conflict>) -> Entry<'a> {
    Entry::Note(Note {
        about,
        conflicts,
        id: None,
    })
}

/// Merges the metadata of the notebook, the version of its format, and the
/// keys beside them.
fn plan_notebook<'a>(inputs: &Inputs<'a>, plan: &mut Plan<'a>, conflicts: &mut Vec<Conflict>) {
    let context = Context {
        scope: Some(Scope::Notebook),
        first: inputs.first,
        run: inputs.first,
    };
    let metadata = inputs
        .notebooks
        .map(|notebook| fields(notebook.metadata.as_ref()));
    plan.metadata = settle(
        inputs,
        merge_keys(&metadata, context),
        inputs.host,
        Disputed::Metadata,
        conflicts,
        &mut plan.decisions,
    );
    let other = inputs.notebooks.map(notebook_other);
    let context = Context {
        scope: None,
        ..context
    };
    plan.notebook = settle(
        inputs,
        merge_keys(&other, context),
        inputs.host,
        |path| Disputed::Other(path.join("/")),
        conflicts,
        &mut plan.decisions,
    );
    let minor = merged_minor(inputs);
    if inputs.notebooks.side(inputs.host).format.minor != minor {
        plan.notebook.push(KeyEdit {
            path: vec!["nbformat_minor".to_owned()],
            value: NewValue::Text(minor.to_string()),
        });
    }
}

/// Returns the minor version of the merged notebook: the highest of those that
/// have its major version.
pub(super) fn merged_minor(inputs: &Inputs<'_>) -> u64 {
    let host = inputs.notebooks.side(inputs.host).format;
    let Versions { base, ours, theirs } = inputs.notebooks.map(|notebook| notebook.format);
    let all = [base, ours, theirs].into_iter();
    let minors = all.filter(|format| format.major == host.major);
    minors
        .map(|format| format.minor)
        .max()
        .unwrap_or(host.minor)
}

/// New cells of both sides at one place.
#[derive(Clone, Debug, Default)]
struct Meeting {
    /// The classes that only ours has.
    ours: Vec<usize>,
    /// The classes that only theirs has, directly behind those.
    theirs: Vec<usize>,
}

/// Returns for each class in order the meeting that starts with it.
fn meetings(classes: &Classes, order: &[usize]) -> Vec<Option<Meeting>> {
    let mut meetings: Vec<Option<Meeting>> = vec![None; order.len()];
    let is_new_in = |class: &Class, side: Side| {
        class.cells.base.is_empty() && class.is_in(side) && !class.is_in(side.other())
    };
    let run = |start: usize, side: Side| -> Vec<usize> {
        let rest = order.iter().skip(start);
        rest.take_while(|&&class| is_new_in(&classes.all[class], side))
            .copied()
            .collect()
    };
    let mut at = 0;
    while at < order.len() {
        let ours = run(at, Side::Ours);
        let theirs = run(at + ours.len(), Side::Theirs);
        let length = ours.len() + theirs.len();
        if !ours.is_empty() && !theirs.is_empty() {
            meetings[at] = Some(Meeting { ours, theirs });
        }
        at += length.max(1);
    }
    meetings
}

/// Returns the conflict that new cells of both sides at one place are to who
/// asked for it.
fn insert_conflict(inputs: &Inputs<'_>, classes: &Classes, meeting: &Meeting) -> Conflict {
    let lines = |side: Side, found: &[usize]| {
        let cells = found
            .iter()
            .flat_map(|&class| classes.all[class].cells.side(side));
        let lines: Vec<String> = cells
            .map(|&index| {
                let text = inputs.text(side, index);
                let line = text.lines().next().unwrap_or_default();
                crate::json::string(line, &crate::json::Style::JUPYTER)
            })
            .collect();
        Some(format!("[{}]\n", lines.join(", ")))
    };
    Conflict {
        cell: None,
        what: Disputed::Inserts,
        base: None,
        ours: lines(Side::Ours, &meeting.ours),
        theirs: lines(Side::Theirs, &meeting.theirs),
    }
}
