//! Strip: what a machine wrote goes out of a notebook, as edits on its bytes.
//!
//! What goes by default are outputs, execution counts and the metadata that
//! tools write on their own ([`crate::notebook::noise`]). The same plan serves
//! whoever only wants to know what would go: [`Stripped::changes`].

mod metadata;
mod options;
mod outputs;
mod zeppelin;

use std::borrow::Cow;
use std::fmt;

use crate::error::{ErrorKind, Result};
use crate::json::{Document, Edit, Edits, Kind, Value};
use crate::notebook::{Cell, CellKind, NbFormat, Notebook, jupyter_layout};

use metadata::KeyRules;
pub use options::{
    BadOption, Counts, Ids, Layout, MetadataKey, MetadataOptions, MimePattern, OutputOptions,
    OutputType, StripOptions,
};
use outputs::Selection;

/// What strip does to a notebook.
#[derive(Clone, Debug, Default)]
pub struct Stripped {
    /// The changes to the file; none if it is clean.
    pub edits: Edits,
    /// What goes, in the order of the cells.
    pub changes: Vec<Change>,
}

/// One thing that goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The index of the cell, from zero; `None` for the notebook itself.
    pub cell: Option<usize>,
    /// What it is.
    pub what: Removal,
}

/// A thing that goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Removal {
    /// So many outputs, whole or in part.
    Outputs(usize),
    /// `null` where a list of outputs should be.
    NullOutputs,
    /// The execution count of the cell or its outputs, or another number in
    /// its place.
    ExecutionCount,
    /// A key of the metadata, with those it lies in: `vscode.interpreter`.
    Metadata(String),
    /// The id of the cell, or another in its place.
    Id,
    /// The whole cell.
    Cell,
    /// The minor version of the format, since it asks for ids.
    Format,
    /// The layout of the file.
    Layout,
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outputs(1) => write!(f, "1 output"),
            Self::Outputs(count) => write!(f, "{count} outputs"),
            Self::NullOutputs => write!(f, "`null` for outputs"),
            Self::ExecutionCount => write!(f, "execution count"),
            Self::Metadata(key) => write!(f, "metadata `{key}`"),
            Self::Id => write!(f, "id"),
            Self::Cell => write!(f, "the cell"),
            Self::Format => write!(f, "format"),
            Self::Layout => write!(f, "layout"),
        }
    }
}

/// Strips a notebook file: Jupyter's, or Zeppelin's if it has `paragraphs`.
///
/// # Errors
///
/// Fails if the file is no notebook ([`ErrorKind::Shape`] and those of
/// [`Document::read`]), if a cell contradicts itself about keeping its outputs
/// ([`ErrorKind::Contradiction`]), or if it is of nbformat 1: files that call
/// themselves so and have outputs have them in places nobody defined
/// ([`ErrorKind::Unsupported`]).
pub fn strip(bytes: &[u8], options: &StripOptions) -> Result<Stripped> {
    let document = Document::read(bytes)?;
    if let Some(paragraphs) = zeppelin::paragraphs(&document.root()) {
        return Ok(zeppelin::strip(&paragraphs, options));
    }
    let mut stripped = strip_notebook(&Notebook::read(&document)?, options)?;
    if options.layout == Layout::Jupyter {
        lay_out(bytes, &mut stripped)?;
    }
    Ok(stripped)
}

/// Strips a notebook that was read.
///
/// The layout of the file stays, whatever `options` say of it.
pub fn strip_notebook(notebook: &Notebook<'_>, options: &StripOptions) -> Result<Stripped> {
    if notebook.format.major < 2 {
        let what = "nbformat 1 has no place for outputs that one could strip".to_owned();
        return Err(ErrorKind::Unsupported { what }.into());
    }
    let mut plan = Plan::new(notebook, options);
    plan.notebook_metadata();
    plan.format();
    let dropped: Vec<bool> = notebook.cells.iter().map(|cell| plan.drops(cell)).collect();
    let mut index_after = 0;
    for (index, (cell, &dropped)) in notebook.cells.iter().zip(&dropped).enumerate() {
        if dropped {
            plan.change(Some(index), Removal::Cell);
            continue;
        }
        plan.cell(cell, Some(index))?;
        plan.renumber_id(cell, index, index_after);
        index_after += 1;
    }
    plan.drop_cells(&notebook.cell_arrays, &dropped);
    let mut dropped = Vec::new();
    for cell in &notebook.shadowed_cells {
        dropped.push(plan.drops(cell));
        if plan.drops(cell) {
            plan.change(None, Removal::Cell);
        } else {
            plan.cell(cell, None)?;
        }
    }
    plan.drop_cells(&notebook.shadowed_arrays, &dropped);
    Ok(Stripped {
        edits: Edits::new(plan.edits),
        changes: plan.changes,
    })
}

/// Turns edits into one that also lays the file out as Jupyter does.
fn lay_out(bytes: &[u8], stripped: &mut Stripped) -> Result<()> {
    let laid_out = jupyter_layout(&stripped.edits.apply(bytes))?;
    if laid_out == bytes {
        return Ok(());
    }
    if stripped.edits.is_empty() {
        stripped.changes.push(Change {
            cell: None,
            what: Removal::Layout,
        });
    }
    stripped.edits = Edits::new(vec![Edit {
        span: 0..bytes.len(),
        text: Cow::Owned(String::from_utf8_lossy(&laid_out).into_owned()),
    }]);
    Ok(())
}

/// What is going to be done to one notebook.
#[derive(Debug)]
struct Plan<'a> {
    notebook: &'a Notebook<'a>,
    options: &'a StripOptions,
    rules: KeyRules<'a>,
    /// Whether outputs stay in cells that do not say themselves.
    keeps_outputs: bool,
    /// The last execution count given out.
    last_count: usize,
    edits: Vec<Edit>,
    changes: Vec<Change>,
}

impl<'a> Plan<'a> {
    fn new(notebook: &'a Notebook<'a>, options: &'a StripOptions) -> Self {
        let says_keep = notebook
            .metadata
            .and_then(|metadata| metadata.get("keep_output"));
        let keeps_outputs =
            options.outputs.keep || says_keep.is_some_and(|value| value.is_truthy());
        Self {
            notebook,
            options,
            rules: KeyRules::new(&options.metadata, options.ids),
            keeps_outputs,
            last_count: 0,
            edits: Vec::new(),
            changes: Vec::new(),
        }
    }

    fn change(&mut self, cell: Option<usize>, what: Removal) {
        self.changes.push(Change { cell, what });
    }

    fn notebook_metadata(&mut self) {
        for member in self.notebook.document.root().members() {
            if member.key.is_str("metadata") {
                let keys = self.rules.notebook(&member.value, &mut self.edits);
                for key in keys {
                    self.change(None, Removal::Metadata(key));
                }
            }
        }
    }

    /// Lowers the minor version if ids go: since 4.5 every cell has to have one.
    fn format(&mut self) {
        let NbFormat { major, minor } = self.notebook.format;
        if self.options.ids == Ids::Drop && major == 4 && minor >= 5 {
            let minor = self.notebook.document.root().get("nbformat_minor");
            if let Some(edit) = minor.and_then(|minor| Edit::replace(&minor, "4")) {
                self.edits.push(edit);
                self.change(None, Removal::Format);
            }
        }
    }

    /// Returns whether the whole cell goes.
    fn drops(&self, cell: &Cell<'_>) -> bool {
        (self.options.drop_empty_cells && cell.is_blank())
            || self
                .options
                .drop_tagged_cells
                .iter()
                .any(|tag| cell.has_tag(tag))
    }

    /// Strips one cell. Its members are looked at one by one: of repeated keys
    /// all hold something that goes.
    fn cell(&mut self, cell: &Cell<'_>, index: Option<usize>) -> Result<()> {
        let says_keep = outputs::says_keep(cell, self.options.outputs.strip_init_cells)?;
        let mut n_outputs = 0;
        let mut counts = false;
        let number = self.next_count(cell);
        for member in cell.value.members() {
            let value = member.value;
            if member.key.is_str("outputs") {
                if value.kind() == Kind::Null {
                    self.null_outputs(&value, index, says_keep);
                }
                n_outputs += self.outputs(&value, says_keep, number);
                if self.keeps_all(says_keep) || self.options.outputs.keeps_some() {
                    counts |= self.output_counts(&value, number);
                }
            } else if member.key.is_str("execution_count") || member.key.is_str("prompt_number") {
                counts |= self.count(&value, number);
            } else if member.key.is_str("metadata") {
                let keys = self.rules.cell_metadata(&value, &mut self.edits);
                for key in keys {
                    self.change(index, Removal::Metadata(key));
                }
            }
        }
        if n_outputs > 0 {
            self.change(index, Removal::Outputs(n_outputs));
        }
        if counts {
            self.change(index, Removal::ExecutionCount);
        }
        for key in self.rules.cell(&cell.value, &mut self.edits) {
            let is_id = key == "id";
            self.change(
                index,
                if is_id {
                    Removal::Id
                } else {
                    Removal::Metadata(key)
                },
            );
        }
        Ok(())
    }

    /// Returns whether the outputs of a cell stay that no option names.
    fn keeps_all(&self, says_keep: Option<bool>) -> bool {
        let by_type = !self.options.outputs.keep_types.is_empty();
        says_keep.unwrap_or(self.keeps_outputs && !by_type)
    }

    fn null_outputs(&mut self, null: &Value<'_>, cell: Option<usize>, says_keep: Option<bool>) {
        if !self.keeps_all(says_keep) {
            self.edits.extend(Edit::replace(null, "[]"));
            self.change(cell, Removal::NullOutputs);
        }
    }

    /// Strips the outputs of a cell and returns how many are changed.
    fn outputs(
        &mut self,
        outputs: &Value<'_>,
        says_keep: Option<bool>,
        number: Option<usize>,
    ) -> usize {
        let options = &self.options.outputs;
        let keeps_all = self.keeps_all(says_keep);
        if !keeps_all && !options.keeps_some() {
            let n_outputs = outputs.elements().count();
            if n_outputs > 0 {
                self.edits.extend(Edit::replace(outputs, "[]"));
            }
            return n_outputs;
        }
        let selection = Selection {
            format: self.notebook.format,
            options,
            keeps_all,
            counts: self.options.counts,
            number,
        };
        outputs::select(outputs, selection, &mut self.edits)
    }

    /// Strips the counts that kept outputs carry.
    fn output_counts(&mut self, outputs: &Value<'_>, number: Option<usize>) -> bool {
        let mut changed = false;
        for output in outputs.elements() {
            for member in output.members() {
                if member.key.is_str("execution_count") || member.key.is_str("prompt_number") {
                    changed |= self.count(&member.value, number);
                }
            }
        }
        changed
    }

    /// Returns the number a cell that has run gets.
    fn next_count(&mut self, cell: &Cell<'_>) -> Option<usize> {
        let has_run = cell
            .execution_count
            .is_some_and(|count| count.kind() != Kind::Null);
        if self.options.counts == Counts::Renumber && has_run && cell.kind == CellKind::Code {
            self.last_count += 1;
            Some(self.last_count)
        } else {
            None
        }
    }

    /// Strips an execution count and returns whether that changes it.
    fn count(&mut self, count: &Value<'_>, number: Option<usize>) -> bool {
        let edit = match (self.options.counts, number) {
            (Counts::Keep, _) => None,
            (Counts::Renumber, Some(_)) if count.kind() == Kind::Null => None,
            (Counts::Renumber, Some(number)) => Edit::replace(count, number.to_string()),
            (Counts::Strip | Counts::Renumber, _) => Edit::replace(count, "null"),
        };
        let changed = edit.is_some();
        self.edits.extend(edit);
        changed
    }

    /// Gives the cell another id. Ids that are dropped go with other fields of
    /// the cell, see [`KeyRules::cell`].
    fn renumber_id(&mut self, cell: &Cell<'_>, index: usize, index_after: usize) {
        if self.options.ids == Ids::Renumber
            && let Some(id) = cell.id
            && let Some(edit) = Edit::replace(&id, format!("\"{index_after}\""))
        {
            self.edits.push(edit);
            self.change(Some(index), Removal::Id);
        }
    }

    fn drop_cells(&mut self, arrays: &[Value<'_>], dropped: &[bool]) {
        if dropped.contains(&true) {
            let mut dropped = dropped.iter().copied();
            for array in arrays {
                let items = array.elements().map(|cell| cell.span());
                let items = items.zip(dropped.by_ref());
                self.edits
                    .extend(Edit::remove_items(array, items.collect::<Vec<_>>()));
            }
        }
    }
}
