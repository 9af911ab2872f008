//! What a diff comes to: whether anything changed, and how much of what.

use super::{CellDiff, KeyChange, NotebookDiff, OutputDiff};

/// How many cells changed in which way. A cell can count several times.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Cells that are new.
    pub added: usize,
    /// Cells that are gone.
    pub removed: usize,
    /// Cells on both sides with another source, kind, attachment or unknown
    /// key. Blank lines between parts that were split or joined do not count.
    pub modified: usize,
    /// Cells that stand elsewhere.
    pub moved: usize,
    /// Cells that became several.
    pub split: usize,
    /// Cells that several became.
    pub joined: usize,
    /// Cells on both sides whose outputs changed.
    pub outputs: usize,
    /// Cells on both sides whose metadata changed.
    pub metadata: usize,
    /// Cells in which nothing but noise changed.
    pub noise: usize,
    /// Cells in which nothing changed.
    pub unchanged: usize,
}

impl NotebookDiff<'_> {
    /// Returns whether nothing changed, not even noise.
    pub fn is_unchanged(&self) -> bool {
        self.format.is_none()
            && self.metadata.is_empty()
            && self.other.is_empty()
            && self.cells.iter().all(CellDiff::is_unchanged)
    }

    /// Returns whether something changed, and nothing but noise.
    pub fn is_noise(&self) -> bool {
        !self.is_unchanged()
            && self.format.is_none()
            && self.other.is_empty()
            && all_noise(&self.metadata)
            && self
                .cells
                .iter()
                .all(|cell| cell.is_unchanged() || cell.is_noise())
    }

    /// Counts what changed.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for cell in &self.cells {
            let mut count = |holds: bool, field: fn(&mut Summary) -> &mut usize| {
                *field(&mut summary) += usize::from(holds);
            };
            count(cell.is_added(), |summary| &mut summary.added);
            count(cell.is_removed(), |summary| &mut summary.removed);
            count(cell.is_modified(), |summary| &mut summary.modified);
            count(cell.moved, |summary| &mut summary.moved);
            count(cell.is_split(), |summary| &mut summary.split);
            count(cell.is_joined(), |summary| &mut summary.joined);
            let has_outputs = cell.outputs.iter().any(|output| !output.is_noise());
            count(has_outputs, |summary| &mut summary.outputs);
            count(!all_noise(&cell.metadata), |summary| &mut summary.metadata);
            count(cell.is_noise(), |summary| &mut summary.noise);
            count(cell.is_unchanged(), |summary| &mut summary.unchanged);
        }
        summary
    }
}

impl CellDiff<'_> {
    /// Returns whether the cell is new.
    pub fn is_added(&self) -> bool {
        self.old.is_empty()
    }

    /// Returns whether the cell is gone.
    pub fn is_removed(&self) -> bool {
        self.new.is_empty()
    }

    /// Returns whether one cell became several.
    pub fn is_split(&self) -> bool {
        self.new.len() > 1 && self.new.len() > self.old.len()
    }

    /// Returns whether several cells became one.
    pub fn is_joined(&self) -> bool {
        self.old.len() > 1 && self.old.len() >= self.new.len()
    }

    /// Returns whether what a person wrote changed: the source, what the cell
    /// is, attachments, keys that nbformat does not know. Blank lines that a
    /// split or a join took or left do not count.
    pub fn is_modified(&self) -> bool {
        self.has_changed_source()
            || self.kind.is_some()
            || !self.attachments.is_empty()
            || !self.other.is_empty()
    }

    /// Returns whether the source changed, but for blank lines where cells were
    /// split or joined.
    fn has_changed_source(&self) -> bool {
        let Some(source) = &self.source else {
            return false;
        };
        if self.old.len() == 1 && self.new.len() == 1 {
            return true;
        }
        !lines_with_text(&source.old).eq(lines_with_text(&source.new))
    }

    /// Returns whether nothing changed, not even noise.
    pub fn is_unchanged(&self) -> bool {
        self.is_quiet()
            && self.execution_count.is_none()
            && self.id.is_none()
            && self.metadata.is_empty()
            && self.outputs.is_empty()
    }

    /// Returns whether something changed, and nothing but noise.
    pub fn is_noise(&self) -> bool {
        !self.is_unchanged()
            && self.is_quiet()
            && all_noise(&self.metadata)
            && self.outputs.iter().all(OutputDiff::is_noise)
    }

    /// Returns whether nothing changed that is never noise.
    fn is_quiet(&self) -> bool {
        self.old.len() == 1 && self.new.len() == 1 && !self.moved && !self.is_modified()
    }
}

fn lines_with_text(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

fn all_noise(changes: &[KeyChange<'_>]) -> bool {
    changes.iter().all(|change| change.noise)
}
