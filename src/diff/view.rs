//! What is compared of a cell: its content as nbformat 4 would have it, and
//! the contents of split or joined cells as one.

use std::borrow::Cow;

use super::outputs::{OutputUnit, output_units};
use super::value::{Fields, exact_multiline, exact_text, fields};
use crate::json::{Kind, Value};
use crate::notebook::{Cell, CellKind, NbFormat, Notebook};

/// Whether one of two notebooks is of an older major version than the other.
/// Then what nbformat would drop or add in an upgrade does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Upgrade {
    Yes,
    No,
}

impl Upgrade {
    pub(super) fn between(old: NbFormat, new: NbFormat) -> Self {
        if (old.major < 4) == (new.major < 4) {
            Self::No
        } else {
            Self::Yes
        }
    }
}

/// What is compared of a cell, or of several as one.
#[derive(Debug)]
pub(super) struct CellView<'a> {
    pub(super) kind: CellKind,
    /// Sources joined by line feeds.
    pub(super) source: Cow<'a, str>,
    /// `None` if missing or `null`.
    pub(super) execution_count: Option<Value<'a>>,
    pub(super) id: Option<Value<'a>>,
    pub(super) metadata: Fields<'a>,
    pub(super) attachments: Fields<'a>,
    pub(super) other: Fields<'a>,
    pub(super) outputs: Vec<OutputUnit<'a>>,
}

impl<'a> CellView<'a> {
    /// Views the cells of `notebook` at `indices` as one. Of keys that several
    /// have the last counts, of ids the first.
    pub(super) fn of(notebook: &'a Notebook<'a>, indices: &[usize], upgrade: Upgrade) -> Self {
        let mut view = Self::empty();
        let cells = indices
            .iter()
            .filter_map(|&index| notebook.cells.get(index));
        let mut n_outputs = 0;
        for (nth, cell) in cells.enumerate() {
            let text = cell_text(cell, notebook.format);
            if nth == 0 {
                view.kind = cell.kind;
                view.source = text;
                view.id = cell.id;
            } else {
                let joined = view.source.to_mut();
                joined.push('\n');
                joined.push_str(&text);
            }
            let count = cell
                .execution_count
                .filter(|count| count.kind() != Kind::Null);
            view.execution_count = count.or(view.execution_count);
            view.metadata.extend(cell.metadata.iter().flat_map(fields));
            view.attachments
                .extend(cell.attachments.iter().flat_map(fields));
            view.outputs
                .extend(output_units(cell, notebook.format, n_outputs));
            n_outputs += cell.outputs().count();
            view.add_other(cell, notebook.format, upgrade);
        }
        view
    }

    fn empty() -> Self {
        Self {
            kind: CellKind::Unknown,
            source: Cow::Borrowed(""),
            execution_count: None,
            id: None,
            metadata: Fields::new(),
            attachments: Fields::new(),
            other: Fields::new(),
            outputs: Vec::new(),
        }
    }

    /// Adds what has no field of its own.
    fn add_other(&mut self, cell: &Cell<'a>, format: NbFormat, upgrade: Upgrade) {
        for member in cell.value.members() {
            let key = exact_text(&member.key);
            let value = member.value;
            match (&*key, format.major) {
                ("id" | "source" | "metadata", _)
                | ("input", 2..=3)
                | ("code" | "text", 1)
                | ("execution_count", 4..)
                | ("prompt_number" | "level", ..=3) => {}
                ("cell_type", _) if cell.kind != CellKind::Unknown => {}
                // Some of the elements may be no outputs.
                ("outputs", _) if value.elements().all(|item| item.kind() == Kind::Object) => {}
                ("attachments", _) if value.kind() == Kind::Object => {}
                ("collapsed", ..=3) => {
                    if value.is_truthy() {
                        self.metadata.insert(key, value);
                    }
                }
                ("language", ..=3) if upgrade == Upgrade::Yes => {}
                _ => {
                    self.other.insert(key, value);
                }
            }
        }
    }
}

/// What a cell holds beside what every cell has.
#[derive(Clone, Debug, Default)]
pub struct CellKeys<'a> {
    /// Attachments by name, in the order of names.
    pub attachments: Vec<(Cow<'a, str>, Value<'a>)>,
    /// Keys that nbformat does not know, in alphabetical order.
    pub other: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// Returns what a cell holds that a comparison of it with another would tell
/// as [`attachments`](super::CellDiff::attachments) and
/// [`other`](super::CellDiff::other) keys.
pub fn cell_keys<'a>(cell: &Cell<'a>, format: NbFormat) -> CellKeys<'a> {
    let mut view = CellView::empty();
    view.add_other(cell, format, Upgrade::Yes);
    let attachments = cell.attachments.as_ref().map(fields).unwrap_or_default();
    CellKeys {
        attachments: attachments.into_iter().collect(),
        other: view.other.into_iter().collect(),
    }
}

/// Returns the source of a cell, with lone surrogates as escapes.
pub fn cell_text<'a>(cell: &Cell<'a>, format: NbFormat) -> Cow<'a, str> {
    let text = cell.text();
    match &cell.source {
        Some(source) if text.contains(char::REPLACEMENT_CHARACTER) && format.major >= 4 => {
            exact_multiline(source, format)
        }
        _ => text,
    }
}

/// Returns the metadata of a notebook.
pub(super) fn notebook_metadata<'a>(notebook: &Notebook<'a>, upgrade: Upgrade) -> Fields<'a> {
    let mut metadata = notebook.metadata.as_ref().map(fields).unwrap_or_default();
    if upgrade == Upgrade::Yes {
        // The name of the file, and what nbformat notes about the upgrade.
        for key in ["name", "signature", "orig_nbformat", "orig_nbformat_minor"] {
            metadata.remove(key);
        }
    }
    metadata
}

/// Returns the members of the outermost object that have no meaning of their
/// own.
pub(crate) fn notebook_other<'a>(notebook: &Notebook<'a>) -> Fields<'a> {
    let mut other = fields(&notebook.document.root());
    for key in [
        "cells",
        "metadata",
        "nbformat",
        "nbformat_minor",
        "worksheets",
    ] {
        other.remove(key);
    }
    other
}
