//! Outputs of two versions of a cell: which became which, and what of them
//! changed.

mod pairs;
mod parts;
mod units;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::Change;
use super::meaning::Meaning;
use super::noise::NoiseClass;
use super::text::TextDiff;
use super::value::{equal_options, key_changes};
use crate::json::Value;
use crate::notebook::{Output, OutputKind, Scope};
use pairs::pairs;
use parts::diff_parts;

pub(super) use pairs::{Pair, in_order, likeliest_pairs};
pub use units::{OutputPart, OutputUnit, PartContent, output_units};

/// What became of an output.
#[derive(Clone, Debug)]
pub struct OutputDiff<'a> {
    /// Indices of the old outputs, from zero: none (an empty range where it
    /// would stand) if it was added, several if neighbouring outputs to one
    /// stream are one text. With several cells they are counted on from cell
    /// to cell.
    pub old: Range<usize>,
    /// Indices of the new outputs, likewise: none if it was removed.
    pub new: Range<usize>,
    /// What the output is, if that changed.
    pub kind: Option<Change<OutputKind>>,
    /// What differs in an output that is on both sides.
    pub parts: Vec<PartDiff<'a>>,
}

/// A part of an output that changed.
#[derive(Clone, Debug)]
pub struct PartDiff<'a> {
    /// Where in the output it stands.
    pub place: PartPlace,
    /// What it is: a mime type, `text` of a stream, `ename`, `evalue` and
    /// `traceback` of an error, a key of the metadata as `metadata.KEY`,
    /// `execution_count`, another key.
    pub name: Cow<'a, str>,
    /// What changed.
    pub change: PartChange<'a>,
    /// Whether it is noise: execution counts, the same thing at another
    /// memory address, other bytes for the same pixels.
    pub noise: bool,
    /// What sort of noise it is; `None` if it is none.
    pub noise_class: Option<NoiseClass>,
    /// What the change means, where more is known than lines or values.
    pub meaning: Option<Meaning<'a>>,
}

/// Where in an output a part stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PartPlace {
    /// In what is shown: text, an error, a mime bundle.
    Content,
    /// The execution count.
    ExecutionCount,
    /// In the metadata.
    Metadata,
    /// Beside all that, under a key that nbformat does not know.
    Other,
}

/// How a part of an output changed.
#[derive(Clone, Debug)]
pub enum PartChange<'a> {
    /// Text on both sides, compared by lines. Of JSON it is what it looks like
    /// with keys sorted and a line for each value.
    Text(TextDiff<'a>),
    /// Anything else, compared by value; `None` where it is not there.
    Value(Change<Option<Value<'a>>>),
}

impl<'a> OutputDiff<'a> {
    /// Returns whether the output is on both sides, and nothing but noise
    /// changed.
    pub fn is_noise(&self) -> bool {
        let on_both_sides = !self.old.is_empty() && !self.new.is_empty();
        on_both_sides && self.kind.is_none() && self.parts.iter().all(|part| part.noise)
    }

    /// Returns what sort of noise changed in what is shown, if nothing but
    /// noise changed there.
    pub fn noise_class(&self) -> Option<NoiseClass> {
        let classes = self.parts.iter().map(|part| part.noise_class);
        let class = classes.max().flatten();
        class.filter(|class| self.is_noise() && *class > NoiseClass::Bookkeeping)
    }

    /// Returns the changed parts that are worth to be told: no noise, and not
    /// what another part tells better. A table is not told as text again, nor
    /// the error's name and message as a traceback.
    pub fn told_parts(&self) -> Vec<&PartDiff<'a>> {
        let parts = self.parts.iter().filter(|part| !part.noise);
        let mut parts: Vec<_> = parts.collect();
        let is_message = |part: &&PartDiff<'_>| matches!(&*part.name, "ename" | "evalue");
        if parts.iter().any(is_message) {
            parts.retain(|part| part.name != "traceback");
        }
        let has = |is: fn(&Meaning<'_>) -> bool| {
            let mut meanings = self.parts.iter().filter_map(|part| part.meaning.as_ref());
            meanings.any(is)
        };
        if has(|meaning| matches!(meaning, Meaning::Table(_))) {
            let is_twin = |part: &PartDiff<'_>| TWINS_OF_TABLES.contains(&&*part.name);
            let is_one_sided = |part: &PartDiff<'_>| match &part.change {
                PartChange::Value(change) => change.old.is_none() || change.new.is_none(),
                PartChange::Text(_) => false,
            };
            parts.retain(|part| !is_twin(part) || is_one_sided(part));
        }
        parts
    }
}

/// What tables of HTML are written as beside them, by pandas, R and Colab.
const TWINS_OF_TABLES: &[&str] = &[
    "text/plain",
    "text/markdown",
    "text/latex",
    "application/vnd.dataresource+json",
    "application/vnd.google.colaboratory.intrinsic+json",
];

/// Compares what two versions of a cell put out, and returns what changed.
pub(super) fn diff_outputs<'a>(
    old: &[OutputUnit<'a>],
    new: &[OutputUnit<'a>],
) -> Vec<OutputDiff<'a>> {
    let mut diffs = Vec::new();
    let (mut old_end, mut new_end) = (0, 0);
    if let (Some(old), Some(new)) = (old.first(), new.first()) {
        (old_end, new_end) = (old.range.start, new.range.start);
    }
    for (old_at, new_at) in pairs(old, new) {
        let old = old_at.and_then(|at| old.get(at));
        let new = new_at.and_then(|at| new.get(at));
        let old_range = old.map_or(old_end..old_end, |old| old.range.clone());
        let new_range = new.map_or(new_end..new_end, |new| new.range.clone());
        (old_end, new_end) = (old_range.end, new_range.end);
        match (old, new) {
            (Some(old), Some(new)) => diffs.extend(diff_units(old, new)),
            _ => diffs.push(OutputDiff {
                old: old_range,
                new: new_range,
                kind: None,
                parts: Vec::new(),
            }),
        }
    }
    diffs
}

fn diff_units<'a>(old: &OutputUnit<'a>, new: &OutputUnit<'a>) -> Option<OutputDiff<'a>> {
    let kind = (old.kind != new.kind).then_some(Change {
        old: old.kind,
        new: new.kind,
    });
    let is_same = |old: &Output<'a>, new: &Output<'a>| old.value.raw() == new.value.raw();
    if old.format.major == new.format.major
        && old.outputs.len() == new.outputs.len()
        && old
            .outputs
            .iter()
            .zip(&new.outputs)
            .all(|(old, new)| is_same(old, new))
    {
        return None;
    }
    let mut parts = diff_parts(old, new);
    let counts = (old.execution_count(), new.execution_count());
    if !equal_options(counts.0.as_ref(), counts.1.as_ref()) {
        parts.push(PartDiff {
            place: PartPlace::ExecutionCount,
            name: Cow::Borrowed("execution_count"),
            change: PartChange::Value(Change {
                old: counts.0,
                new: counts.1,
            }),
            noise: true,
            noise_class: Some(NoiseClass::Bookkeeping),
            meaning: None,
        });
    }
    for change in key_changes(&old.metadata(), &new.metadata(), Some(Scope::Cell)) {
        parts.push(PartDiff {
            place: PartPlace::Metadata,
            name: Cow::Owned(format!("metadata.{}", change.dotted())),
            noise: change.noise,
            noise_class: change.noise.then_some(NoiseClass::Bookkeeping),
            meaning: None,
            change: PartChange::Value(Change {
                old: change.old,
                new: change.new,
            }),
        });
    }
    let (old_other, new_other) = (old.other(), new.other());
    let keys: BTreeSet<_> = old_other.keys().chain(new_other.keys()).collect();
    for key in keys {
        let (old, new) = (old_other.get(key), new_other.get(key));
        if !equal_options(old, new) {
            parts.push(PartDiff {
                place: PartPlace::Other,
                name: key.clone(),
                change: PartChange::Value(Change {
                    old: old.copied(),
                    new: new.copied(),
                }),
                noise: false,
                noise_class: None,
                meaning: None,
            });
        }
    }
    if kind.is_none() && parts.is_empty() {
        return None;
    }
    Some(OutputDiff {
        old: old.range.clone(),
        new: new.range.clone(),
        kind,
        parts,
    })
}
