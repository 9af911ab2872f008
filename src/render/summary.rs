//! What changed in a notebook, in one line.

use std::collections::BTreeMap;

use super::Detail;
use super::values::counted;
use crate::diff::{CellDiff, NoiseClass, NotebookDiff, OutputDiff, PartDiff};
use crate::notebook::NbFormat;

/// Noise, counted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Quiet {
    /// Execution counts, one for a cell.
    pub execution_counts: usize,
    /// Ids of cells.
    pub ids: usize,
    /// Keys of metadata.
    pub metadata: usize,
    /// Outputs that look the same, or differ in what changes with every run.
    pub outputs: usize,
    /// How many of those outputs are noise of which class.
    pub classes: BTreeMap<NoiseClass, usize>,
    /// Whether the minor version of the format changed, and nothing else of
    /// it.
    pub format: bool,
}

/// Counts the noise in a diff.
pub fn quiet(diff: &NotebookDiff<'_>) -> Quiet {
    let mut quiet = Quiet {
        metadata: diff.metadata.iter().filter(|key| key.noise).count(),
        format: has_minor_change(diff),
        ..Quiet::default()
    };
    for cell in &diff.cells {
        quiet.execution_counts += usize::from(has_changed_count(cell));
        quiet.ids += usize::from(cell.id.is_some());
        quiet.metadata += cell.metadata.iter().filter(|key| key.noise).count();
        for output in cell
            .outputs
            .iter()
            .filter(|output| has_noisy_content(output))
        {
            quiet.outputs += 1;
            let class = output.noise_class().unwrap_or(NoiseClass::Bookkeeping);
            *quiet.classes.entry(class).or_default() += 1;
        }
    }
    quiet
}

fn has_changed_count(cell: &CellDiff<'_>) -> bool {
    let mut parts = cell.outputs.iter().flat_map(|output| &output.parts);
    cell.execution_count.is_some() || parts.any(is_count)
}

fn is_count(part: &PartDiff<'_>) -> bool {
    part.noise && part.name == "execution_count"
}

fn has_noisy_content(output: &OutputDiff<'_>) -> bool {
    let mut parts = output.parts.iter();
    output.is_noise() && parts.any(|part| part.noise && !is_count(part))
}

/// Whether the format changed in a way that programs decide on.
pub(super) fn has_minor_change(diff: &NotebookDiff<'_>) -> bool {
    let format = diff.format;
    format.is_some_and(|format| format.old.major == format.new.major)
}

/// Whether something changed outside of the cells, and is to be shown.
pub(super) fn has_changed_notebook(diff: &NotebookDiff<'_>, detail: Detail) -> bool {
    let has_format = diff.format.is_some() && !has_minor_change(diff);
    let mut keys = diff.metadata.iter().chain(&diff.other);
    has_format
        || match detail {
            Detail::Meant => keys.any(|key| !key.noise),
            Detail::All => diff.format.is_some() || keys.next().is_some(),
        }
}

/// Whether something of a cell is to be shown.
pub(super) fn is_shown(cell: &CellDiff<'_>, detail: Detail) -> bool {
    !cell.is_unchanged() && (detail == Detail::All || !cell.is_noise())
}

/// What became of all outputs that changed, in cells on both sides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum OutputsWay {
    /// They are new, as after a first run.
    Added,
    /// They are gone, as after clearing them.
    Removed,
    /// Neither, or not for all.
    Mixed,
}

/// Returns what became of the outputs that changed, noise apart.
pub(super) fn outputs_way(diff: &NotebookDiff<'_>) -> OutputsWay {
    let outputs = || {
        let outputs = diff.cells.iter().flat_map(|cell| &cell.outputs);
        outputs.filter(|output| !output.is_noise())
    };
    match () {
        () if outputs().all(|output| output.old.is_empty()) => OutputsWay::Added,
        () if outputs().all(|output| output.new.is_empty()) => OutputsWay::Removed,
        () => OutputsWay::Mixed,
    }
}

/// Returns what changed in one line.
pub(super) fn summary_line(diff: &NotebookDiff<'_>, detail: Detail) -> String {
    let summary = diff.summary();
    let counts = [
        (summary.modified, "modified"),
        (summary.added, "added"),
        (summary.removed, "removed"),
        (summary.moved, "moved"),
        (summary.split, "split"),
        (summary.joined, "joined"),
    ];
    let mut cells: Vec<String> = Vec::new();
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let count = counted_first(count, cells.is_empty());
        cells.push(format!("{count} {what}"));
    }
    let mut parts = Vec::new();
    if !cells.is_empty() {
        parts.push(cells.join(", "));
    }
    if summary.outputs > 0 {
        let count = counted_first(summary.outputs, parts.is_empty());
        parts.push(match outputs_way(diff) {
            OutputsWay::Added => format!("outputs added to {count}"),
            OutputsWay::Removed => format!("outputs removed from {count}"),
            OutputsWay::Mixed => format!("outputs of {count} changed"),
        });
    }
    if summary.metadata > 0 {
        let count = counted_first(summary.metadata, parts.is_empty());
        parts.push(format!("metadata of {count} changed"));
    }
    if has_changed_notebook(diff, Detail::Meant) {
        parts.push("notebook metadata changed".to_owned());
    }
    if let Some(noise) = noise(diff) {
        let what = match (parts.is_empty(), detail) {
            (true, _) => "only noise changed: ",
            (false, Detail::Meant) => "quiet: ",
            (false, Detail::All) => "noise: ",
        };
        let hint = match detail {
            Detail::Meant => " (--all shows them)",
            Detail::All => "",
        };
        parts.push(format!("{what}{noise}{hint}"));
    }
    parts.join("; ")
}

/// Returns a number of cells; the word is said once, at the first of them.
fn counted_first(count: usize, is_first: bool) -> String {
    if is_first {
        counted(count, "cell")
    } else {
        count.to_string()
    }
}

/// Returns the noise in words, if there is any.
fn noise(diff: &NotebookDiff<'_>) -> Option<String> {
    let quiet = quiet(diff);
    let counts = [
        (quiet.execution_counts, "execution count"),
        (quiet.ids, "cell id"),
        (quiet.metadata, "metadata key"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<_> = counts.map(|(count, noun)| counted(count, noun)).collect();
    let classes = quiet.classes.iter();
    parts.extend(classes.map(|(class, count)| class_words(*class, *count)));
    if let Some(format) = diff.format.filter(|_| quiet.format) {
        parts.push(format!(
            "nbformat {} → {}",
            version(format.old),
            version(format.new)
        ));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns outputs with noise of one class in words.
fn class_words(class: NoiseClass, count: usize) -> String {
    let what = match class {
        NoiseClass::Bookkeeping => return format!("metadata of {}", counted(count, "output")),
        NoiseClass::Pixels => return format!("{} with the same pixels", counted(count, "picture")),
        NoiseClass::Colors => "colors",
        NoiseClass::Ids => "ids",
        NoiseClass::Addresses => "addresses",
        NoiseClass::TemporaryPaths => "temporary paths",
        NoiseClass::Places => "line numbers",
        NoiseClass::Markup => "markup",
        NoiseClass::Progress => "progress",
        NoiseClass::Timings => "timings",
    };
    format!("{what} in {}", counted(count, "output"))
}

/// Returns a version as people write it.
pub(super) fn version(format: NbFormat) -> String {
    format!("{}.{}", format.major, format.minor)
}
