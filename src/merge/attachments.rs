//! Merges the attachments of a cell, by name.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cells::{Cells, Inputs, MergedCell};
use super::keys::{KeyEdit, NewValue, fields};
use super::settle::shown_base;
use super::{Conflict, Decided, Disputed, Side, Versions};
use crate::diff::equal_options;
use crate::json::{Style, Value, string};
use crate::notebook::{Cell, CellKind};

/// Merges the attachments of a cell. Where both sides have different files of
/// one name, both stay, theirs under another name.
pub(super) fn merge_attachments<'a>(
    inputs: &Inputs<'a>,
    cells: &Cells<'a>,
    kind: CellKind,
    merged: &mut MergedCell<'a>,
) {
    let all = cells.map(|cell| fields(cell.and_then(|cell| cell.attachments).as_ref()));
    let is_code = |cell: Option<&Cell<'_>>| cell.is_some_and(|cell| cell.kind == CellKind::Code);
    let prose = match (is_code(cells.ours), is_code(cells.theirs)) {
        (true, false) => Some(Side::Theirs),
        (false, true) => Some(Side::Ours),
        (_, _) => None,
    };
    if kind == CellKind::Code && prose.is_some() {
        // Writing the kind takes them all away.
        return;
    }
    let names: BTreeSet<&Cow<'_, str>> = all.ours.keys().chain(all.theirs.keys()).collect();
    for name in &names {
        let values = Versions {
            base: all.base.get(*name).copied(),
            ours: all.ours.get(*name).copied(),
            theirs: all.theirs.get(*name).copied(),
        };
        let equal = |one: Option<Value<'_>>, two: Option<Value<'_>>| {
            equal_options(one.as_ref(), two.as_ref())
        };
        let taken = if let Some(prose) = prose {
            // The side that made code of it had to take them away.
            prose
        } else if equal(values.ours, values.theirs) {
            merged.carrier
        } else if equal(values.ours, values.base) {
            Side::Theirs
        } else if equal(values.theirs, values.base) {
            Side::Ours
        } else if let Some(favored) = inputs.favored() {
            merged.decisions.push(Decided::Favored);
            favored
        } else {
            conflict(inputs, name, &values, &names, merged);
            continue;
        };
        if taken != merged.carrier {
            set(name, *values.side(taken), merged);
        }
    }
}

fn set<'a>(name: &str, value: Option<Value<'a>>, merged: &mut MergedCell<'a>) {
    merged.attachments.push(KeyEdit {
        path: vec![name.to_owned()],
        value: value.map_or(NewValue::Nothing, NewValue::Value),
    });
}

/// Keeps what both sides have under one name.
fn conflict<'a>(
    inputs: &Inputs<'a>,
    name: &str,
    values: &Versions<Option<Value<'a>>>,
    names: &BTreeSet<&Cow<'_, str>>,
    merged: &mut MergedCell<'a>,
) {
    let second = inputs.first.other();
    let (kept, other) = (*values.side(inputs.first), *values.side(second));
    let (name_kept, name_other) = match (kept, other) {
        (Some(_), Some(_)) => {
            let free = free_name(name, second.name(), names);
            (Some(name.to_owned()), Some(free))
        }
        (Some(_), None) => (Some(name.to_owned()), None),
        (None, _) => (None, Some(name.to_owned())),
    };
    for (name, value) in [(&name_kept, kept), (&name_other, other)] {
        if let (Some(name), Some(_)) = (name, value) {
            set(name, value, merged);
        }
    }
    let json = |name: Option<String>| name.map(|name| string(&name, &Style::JUPYTER) + "\n");
    let (ours, theirs) = match inputs.first {
        Side::Ours => (name_kept, name_other),
        Side::Theirs => (name_other, name_kept),
    };
    merged.notes.push(Conflict {
        cell: None,
        what: Disputed::Attachment(name.to_owned()),
        base: shown_base(inputs, json(values.base.map(|_| name.to_owned()))),
        ours: json(ours),
        theirs: json(theirs),
    });
}

/// Returns a name that no other attachment has: `plot-theirs.png`.
fn free_name(name: &str, suffix: &str, names: &BTreeSet<&Cow<'_, str>>) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let is_taken = |name: &str| names.contains(&&Cow::Borrowed(name));
    let mut free = format!("{stem}-{suffix}{extension}");
    let mut number = 2;
    while is_taken(&free) {
        free = format!("{stem}-{suffix}-{number}{extension}");
        number += 1;
    }
    free
}
