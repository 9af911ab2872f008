//! Merge: what two sides did to one notebook, put together by content.

mod attachments;
mod cells;
mod classes;
mod conflict;
mod decision;
mod deleted;
mod ids;
mod keys;
mod lines;
mod markers;
mod members;
mod notes;
mod options;
mod order;
mod outputs;
mod pieces;
mod plan;
mod read;
mod relines;
mod repair;
mod resolve;
mod scan;
mod settle;
mod verify;
mod widgets;
mod write;

use std::fmt;

use crate::error::Error;
use crate::json::{Document, Edits};
use crate::notebook::{NbFormat, Notebook, upgrade};
use cells::Inputs;
use classes::Alignments;

pub use conflict::{Conflict, Disputed};
pub use decision::{Decided, Decision};
pub(crate) use ids::Made;
pub use options::{
    Adjacent, ConflictStyle, Favor, Inserts, Labels, MergeOptions, OutputChoice, Side,
};
pub use read::{
    Form, Leftovers, Stray, StrayKind, WrittenConflict, leftovers_in, may_have_conflicts,
};
pub use repair::{Lost, Rebuilt, Unrebuildable, rebuild};
pub use resolve::{Resolution, Resolved, resolve};
pub use scan::MarkedLines;

/// The three versions of a merge.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Versions<T> {
    /// What both sides started from.
    pub base: T,
    /// The version that is merged into.
    pub ours: T,
    /// The version that is merged.
    pub theirs: T,
}

impl<T> Versions<T> {
    /// Returns what a side has.
    pub fn side(&self, side: Side) -> &T {
        match side {
            Side::Ours => &self.ours,
            Side::Theirs => &self.theirs,
        }
    }

    /// Does the same to all three.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Versions<U> {
        Versions {
            base: change(self.base),
            ours: change(self.ours),
            theirs: change(self.theirs),
        }
    }
}

/// What a merge comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Merged {
    /// The version that the edits are on: theirs only if it is of a higher
    /// major version of the format, ours otherwise.
    pub host: Side,
    /// The edits that make the merged notebook of it.
    pub edits: Edits,
    /// What is left to decide, in the order of the merged notebook.
    pub conflicts: Vec<Conflict>,
    /// What was decided that people may want to know.
    pub decisions: Vec<Decision>,
}

/// Why notebooks were not merged by content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unmergeable {
    /// Ours or theirs is no notebook.
    #[error("{}: {error}", .side.name())]
    NotANotebook {
        /// Which one.
        side: Side,
        /// What is wrong with it.
        error: Error,
    },
    /// The formats of the two are too old and too different.
    #[error("notebooks of nbformat {} and {} cannot be merged by content", .ours.major, .theirs.major)]
    Formats {
        /// The format of ours.
        ours: NbFormat,
        /// The format of theirs.
        theirs: NbFormat,
    },
    /// The result did not pass the checks that every result has to pass.
    #[error("the merged notebook failed its check: {what}")]
    FailedCheck {
        /// What is wrong with the result.
        what: String,
    },
}

impl Merged {
    /// Returns the merged notebook.
    pub fn bytes(&self, ours: &[u8], theirs: &[u8]) -> Vec<u8> {
        self.edits.apply(match self.host {
            Side::Ours => ours,
            Side::Theirs => theirs,
        })
    }

    /// Returns whether nothing is left to decide.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty()
    }
}

/// Merges what ours and theirs did to the base.
///
/// An empty base is none: both sides added the notebook. A base that is no
/// notebook, as merges of merge bases by lines leave them, counts as none,
/// too, unless one side of its conflict markers is one.
///
/// # Errors
///
/// Fails if ours or theirs is no notebook, or the result did not pass its
/// checks. Then the versions are to be merged by lines.
pub fn merge(versions: Versions<&[u8]>, options: &MergeOptions) -> Result<Merged, Unmergeable> {
    let mended = match readable(versions.base) {
        Ok(_) => None,
        Err(_) => repair::any_version(versions.base),
    };
    let base = readable(mended.as_deref().map_or(versions.base, str::as_bytes));
    let documents = (
        readable(versions.ours).map_err(|error| not_a_notebook(Side::Ours, error))?,
        readable(versions.theirs).map_err(|error| not_a_notebook(Side::Theirs, error))?,
    );
    let sides = (
        Notebook::read(&documents.0).map_err(|error| not_a_notebook(Side::Ours, error))?,
        Notebook::read(&documents.1).map_err(|error| not_a_notebook(Side::Theirs, error))?,
    );
    let formats = (sides.0.format, sides.1.format);
    let major = formats.0.major.max(formats.1.major);
    let has_other_shape = |format: NbFormat| (format.major == 1) != (major == 1);
    if major < 4 && (has_other_shape(formats.0) || has_other_shape(formats.1)) {
        return Err(Unmergeable::Formats {
            ours: formats.0,
            theirs: formats.1,
        });
    }
    let has_base = base.is_ok();
    let none = empty_like(formats.0.max(formats.1));
    let base_document = base.or_else(|_| readable(&none)).map_err(failed)?;
    let base_notebook = Notebook::read(&base_document).map_err(failed)?;
    let notebooks = Versions {
        base: &base_notebook,
        ours: &sides.0,
        theirs: &sides.1,
    };
    let host = if formats.0.major < major {
        Side::Theirs
    } else {
        Side::Ours
    };
    let is_old = |notebook: &Notebook<'_>| notebook.format.major < 4;
    let mixed = major >= 4 && (is_old(&base_notebook) || is_old(&sides.0) || is_old(&sides.1));
    let mut merged = if mixed {
        merge_upgraded(notebooks, has_base, host, options)?
    } else {
        merge_notebooks(&Inputs {
            notebooks,
            has_base,
            options,
            host,
            first: Side::Ours,
        })?
    };
    let is_blank = versions.base.iter().all(u8::is_ascii_whitespace);
    if !has_base && !is_blank {
        let what = Decided::NoBase;
        merged.decisions.insert(0, Decision { cell: None, what });
    }
    Ok(merged)
}

/// Merges notebooks of which some are of nbformat 3 or before, but not the
/// host, as if all had been upgraded.
fn merge_upgraded(
    notebooks: Versions<&Notebook<'_>>,
    has_base: bool,
    host: Side,
    options: &MergeOptions,
) -> Result<Merged, Unmergeable> {
    let upgraded = notebooks.map(upgrade);
    let bytes = (
        upgraded.base.map_err(failed)?,
        upgraded.ours.map_err(failed)?,
        upgraded.theirs.map_err(failed)?,
    );
    let documents = (
        readable(&bytes.0).map_err(failed)?,
        readable(&bytes.1).map_err(failed)?,
        readable(&bytes.2).map_err(failed)?,
    );
    let notebooks = (
        Notebook::read(&documents.0).map_err(failed)?,
        Notebook::read(&documents.1).map_err(failed)?,
        Notebook::read(&documents.2).map_err(failed)?,
    );
    merge_notebooks(&Inputs {
        notebooks: Versions {
            base: &notebooks.0,
            ours: &notebooks.1,
            theirs: &notebooks.2,
        },
        has_base,
        options,
        host,
        first: Side::Ours,
    })
}

fn not_a_notebook(side: Side, error: Error) -> Unmergeable {
    Unmergeable::NotANotebook { side, error }
}

fn failed(error: impl fmt::Display) -> Unmergeable {
    Unmergeable::FailedCheck {
        what: error.to_string(),
    }
}

/// Returns the document that bytes are, if it is a notebook.
fn readable(bytes: &[u8]) -> Result<Document<'_>, Error> {
    let document = Document::read(bytes)?;
    Notebook::read(&document)?;
    Ok(document)
}

/// Returns a notebook without cells.
fn empty_like(format: NbFormat) -> Vec<u8> {
    let NbFormat { major, minor } = format;
    let cells = if matches!(major, 2..=3) {
        "\"worksheets\": [{\"cells\": []}]"
    } else {
        "\"cells\": []"
    };
    format!("{{{cells}, \"nbformat\": {major}, \"nbformat_minor\": {minor}}}").into_bytes()
}

/// Merges notebooks of one shape.
fn merge_notebooks(inputs: &Inputs<'_>) -> Result<Merged, Unmergeable> {
    let alignments = Alignments::of(&inputs.notebooks);
    let mut plan = plan::plan(inputs, &alignments);
    ids::assign_ids(inputs, &mut plan);
    let merged = Merged {
        host: inputs.host,
        edits: write::write(inputs, &plan),
        conflicts: plan.conflicts(),
        decisions: plan.decisions(),
    };
    verify::verify(inputs, &plan, &merged).map_err(|what| Unmergeable::FailedCheck { what })?;
    Ok(merged)
}
