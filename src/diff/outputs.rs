//! Outputs of two versions of a cell: which became which, and what of them
//! changed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Change;
use super::meaning::Meaning;
use super::noise::{Look, without_escapes};
use super::text::TextDiff;
use super::value::{
    Fields, equal, equal_base64, equal_options, exact_multiline, exact_text, fields, is_base64,
    is_multiline, key_changes,
};
use crate::json::{Escapes, Indent, KeyOrder, Kind, LineEnd, Style, Value, format as write};
use crate::notebook::{Cell, NbFormat, Output, OutputKind, Scope};

/// How many pairs of outputs are looked at to find out which became which.
/// Beyond, they are taken in order.
const PAIRS: usize = 10_000;

/// The likeness of units that are most likely equal.
const SAME: u64 = 1000;

/// How many bytes a JSON output may have to be compared by lines.
const JSON_BYTES: usize = 256 * 1024;

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

/// One thing that a cell put out: an output, or neighbouring outputs to one
/// stream, however they were cut.
#[derive(Clone, Debug)]
pub struct OutputUnit<'a> {
    /// Indices of the outputs, from zero.
    pub range: Range<usize>,
    /// What it is.
    pub kind: OutputKind,
    outputs: Vec<Output<'a>>,
    format: NbFormat,
}

/// A part of an output, as it is compared.
#[derive(Clone, Debug)]
pub struct OutputPart<'a> {
    /// What it is, as in [`PartDiff::name`].
    pub name: Cow<'a, str>,
    /// What it holds.
    pub content: PartContent<'a>,
    /// The value it was read from, if it is a single one.
    pub value: Option<Value<'a>>,
}

/// What a part of an output holds.
#[derive(Clone, Debug)]
pub enum PartContent<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// Anything else.
    Value(Value<'a>),
}

impl OutputDiff<'_> {
    /// Returns whether the output is on both sides, and nothing but noise
    /// changed.
    pub fn is_noise(&self) -> bool {
        let on_both_sides = !self.old.is_empty() && !self.new.is_empty();
        on_both_sides && self.kind.is_none() && self.parts.iter().all(|part| part.noise)
    }
}

/// Returns what a cell put out, in order. `first` is the index of its first
/// output.
pub fn output_units<'a>(cell: &Cell<'a>, format: NbFormat, first: usize) -> Vec<OutputUnit<'a>> {
    let mut units: Vec<OutputUnit<'a>> = Vec::new();
    for (index, output) in (first..).zip(cell.outputs()) {
        match units.last_mut() {
            Some(last) if continues_stream(last, &output) => {
                last.outputs.push(output);
                last.range.end = index + 1;
            }
            _ => units.push(OutputUnit {
                range: index..index + 1,
                kind: output.kind,
                outputs: vec![output],
                format,
            }),
        }
    }
    units
}

fn continues_stream(unit: &OutputUnit<'_>, output: &Output<'_>) -> bool {
    let joins = |output: &Output<'_>| {
        output.kind == OutputKind::Stream
            && output.value.members().all(|member| {
                let key = member.key.as_str().unwrap_or_default();
                matches!(&*key, "output_type" | "name" | "stream" | "text")
                    || (key == "metadata" && member.value.is_empty_container())
            })
    };
    joins(output)
        && unit.outputs.last().is_some_and(joins)
        && unit.stream_name() == Some(output.stream_name())
}

impl<'a> OutputUnit<'a> {
    /// Returns the name of the stream, if it is one: `stdout` or `stderr`.
    pub fn stream_name(&self) -> Option<Cow<'a, str>> {
        let output = self.outputs.first()?;
        (output.kind == OutputKind::Stream).then(|| output.stream_name())
    }

    /// Returns the number that a result carries, if it has one.
    pub fn execution_count(&self) -> Option<Value<'a>> {
        let count = self.outputs.first()?.execution_count();
        count.filter(|count| count.kind() != Kind::Null)
    }

    /// Returns the text of a stream, all outputs joined.
    fn stream_text(&self) -> Cow<'a, str> {
        let text = |output: &Output<'a>| match output.value.get("text") {
            Some(text) => exact_multiline(&text, self.format),
            None => Cow::Borrowed(""),
        };
        match self.outputs.as_slice() {
            [output] => text(output),
            outputs => Cow::Owned(outputs.iter().map(text).collect()),
        }
    }

    /// Returns what the output consists of, metadata and counts apart, in the
    /// order of the file.
    pub fn parts(&self) -> Vec<OutputPart<'a>> {
        let text = |name: &'static str, text| OutputPart {
            name: Cow::Borrowed(name),
            content: PartContent::Text(text),
            value: None,
        };
        let Some(output) = self.outputs.first() else {
            return Vec::new();
        };
        match self.kind {
            OutputKind::Stream => vec![text("text", self.stream_text())],
            OutputKind::Error => {
                let (name, value, traceback) = output.error();
                vec![
                    text("ename", name),
                    text("evalue", value),
                    text("traceback", Cow::Owned(traceback.join("\n"))),
                ]
            }
            OutputKind::DisplayData | OutputKind::ExecuteResult => {
                let data = output.data();
                let places = data.iter().enumerate();
                let last: BTreeMap<_, _> = places.map(|(at, (mime, _))| (mime, at)).collect();
                let counts = |(at, (mime, _)): &(usize, &(Cow<'a, str>, Value<'a>))| {
                    last.get(mime) == Some(at)
                };
                let counting = data.iter().enumerate().filter(counts);
                let part = |(_, (mime, value)): (usize, &(Cow<'a, str>, Value<'a>))| OutputPart {
                    name: mime.clone(),
                    content: mime_content(mime, value, self.format),
                    value: Some(*value),
                };
                counting.map(part).collect()
            }
            OutputKind::Unknown => Vec::new(),
        }
    }

    /// Returns the metadata of the output.
    pub(super) fn metadata(&self) -> Fields<'a> {
        let output = self.outputs.first();
        let metadata = output.and_then(|output| output.value.get("metadata"));
        metadata.as_ref().map(fields).unwrap_or_default()
    }

    /// Returns what has no place in nbformat.
    pub(super) fn other(&self) -> Fields<'a> {
        let mut other = Fields::new();
        for output in &self.outputs {
            let shown: BTreeSet<_> = match (self.kind, self.format.major) {
                (OutputKind::DisplayData | OutputKind::ExecuteResult, ..=3) => {
                    let data = output.data().into_iter();
                    data.map(|(_, value)| value.span().start).collect()
                }
                _ => BTreeSet::new(),
            };
            for member in output.value.members() {
                let key = exact_text(&member.key);
                let value = member.value;
                if !shown.contains(&value.span().start) && !self.knows(&key, &value) {
                    other.insert(key, value);
                }
            }
        }
        other
    }

    /// Returns whether a member is looked at by its own name.
    fn knows(&self, key: &str, value: &Value<'_>) -> bool {
        match (self.kind, key) {
            (OutputKind::Unknown, _) => key == "metadata" && value.kind() == Kind::Object,
            (_, "output_type")
            | (
                OutputKind::DisplayData | OutputKind::ExecuteResult,
                "execution_count" | "prompt_number",
            ) => true,
            (_, "metadata") => value.kind() == Kind::Object,
            (OutputKind::Stream, "text") => is_multiline(value),
            (OutputKind::Stream, "name") => self.format.major >= 4,
            (OutputKind::Stream, "stream") => self.format.major < 4,
            (OutputKind::Error, "ename" | "evalue" | "etype") => value.kind() == Kind::String,
            (OutputKind::Error, "traceback") => value.kind() == Kind::Array && is_multiline(value),
            (OutputKind::DisplayData | OutputKind::ExecuteResult, "data") => {
                self.format.major >= 4 && value.kind() == Kind::Object
            }
            _ => false,
        }
    }

    /// Returns whether the other unit can be a version of this one, and how
    /// likely that is.
    fn likeness(&self, sketch: &Sketch, other: &Self, other_sketch: &Sketch) -> u64 {
        let shows = |unit: &Self| {
            matches!(
                unit.kind,
                OutputKind::DisplayData | OutputKind::ExecuteResult
            )
        };
        if self.kind != other.kind && !(shows(self) && shows(other))
            || self.stream_name() != other.stream_name()
        {
            return 0;
        }
        let types = sketch.types.len().max(other_sketch.types.len());
        let common = sketch.types.intersection(&other_sketch.types).count();
        if common == 0 && types > 0 {
            return 0;
        }
        if sketch.total == other_sketch.total && sketch.ends == other_sketch.ends {
            return SAME;
        }
        let ends = sketch.ends.as_slice();
        let start = ends
            .iter()
            .zip(&other_sketch.ends)
            .take_while(|(old, new)| old == new)
            .count();
        let alike = 40 * start / ends.len().max(other_sketch.ends.len()).max(1);
        let kind = if self.kind == other.kind { 20 } else { 0 };
        let types = 40 * common / types.max(1);
        u64::try_from(20 + kind + types + alike).unwrap_or(0)
    }

    fn sketch(&self) -> Sketch {
        let mut sketch = Sketch {
            types: BTreeSet::new(),
            total: 0,
            ends: Vec::new(),
        };
        for output in &self.outputs {
            let raw = output.value.raw();
            sketch.total += raw.len();
            match self.kind {
                OutputKind::DisplayData | OutputKind::ExecuteResult => {
                    for (mime, value) in output.data().into_iter().take(Sketch::TYPES) {
                        sketch.add_ends(value.raw());
                        sketch.types.insert(mime.into_owned());
                    }
                    // Counts and metadata are no part of what is shown.
                    sketch.total = sketch.ends.len();
                }
                OutputKind::Stream => {
                    let text = output.value.get("text");
                    sketch.add_ends(text.map_or(b"".as_slice(), |text| text.raw()));
                }
                OutputKind::Error | OutputKind::Unknown => sketch.add_ends(raw),
            }
        }
        sketch
    }
}

/// What is looked at to find out which output became which: not all of an
/// image.
#[derive(Debug)]
struct Sketch {
    types: BTreeSet<String>,
    total: usize,
    ends: Vec<u8>,
}

impl Sketch {
    /// How many mime types are looked at.
    const TYPES: usize = 16;

    fn add_ends(&mut self, raw: &[u8]) {
        const END: usize = 128;
        const ALL: usize = 2048;
        if self.ends.len() > ALL {
            return;
        }
        self.ends.extend_from_slice(&raw[..raw.len().min(END)]);
        self.ends
            .extend_from_slice(&raw[raw.len().saturating_sub(END)..]);
        self.ends.extend_from_slice(&raw.len().to_le_bytes());
    }
}

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
    for (old, new) in pairs(old, new) {
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

type Pair<'u, 'a> = (Option<&'u OutputUnit<'a>>, Option<&'u OutputUnit<'a>>);

/// Returns which old unit became which new one, none of them crossing, by the
/// greatest likeness in all.
fn pairs<'u, 'a>(old: &'u [OutputUnit<'a>], new: &'u [OutputUnit<'a>]) -> Vec<Pair<'u, 'a>> {
    let sketches =
        |units: &[OutputUnit<'a>]| -> Vec<_> { units.iter().map(OutputUnit::sketch).collect() };
    let (old_sketches, new_sketches) = (sketches(old), sketches(new));
    let likeness =
        |at: usize, to: usize| old[at].likeness(&old_sketches[at], &new[to], &new_sketches[to]);
    let (start, end) = ends_in_common(old.len(), new.len(), |at, to| likeness(at, to) == SAME);
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let n_pairs = (old_end - start).saturating_mul(new_end - start);
    if n_pairs > PAIRS {
        let (start, end) = ends_in_common(old.len(), new.len(), |at, to| likeness(at, to) > 0);
        let (old_end, new_end) = (old.len() - end, new.len() - end);
        let mut pairs = in_order(&old[..start], &new[..start]);
        pairs.extend(in_order(&old[start..old_end], &[]));
        pairs.extend(in_order(&[], &new[start..new_end]));
        pairs.extend(in_order(&old[old_end..], &new[new_end..]));
        return pairs;
    }
    let mut pairs = in_order(&old[..start], &new[..start]);
    let (old_middle, new_middle) = (&old[start..old_end], &new[start..new_end]);
    pairs.extend(likeliest_pairs(old_middle, new_middle, |at, to| {
        likeness(start + at, start + to)
    }));
    pairs.extend(in_order(&old[old_end..], &new[new_end..]));
    pairs
}

/// Returns how many pairs at the start and at the end hold what is asked.
fn ends_in_common(old: usize, new: usize, holds: impl Fn(usize, usize) -> bool) -> (usize, usize) {
    let common = old.min(new);
    let start = (0..common).take_while(|&at| holds(at, at)).count();
    let end = (0..common - start)
        .take_while(|&by| holds(old - 1 - by, new - 1 - by))
        .count();
    (start, end)
}

/// Pairs units at the same places.
fn in_order<'u, 'a>(old: &'u [OutputUnit<'a>], new: &'u [OutputUnit<'a>]) -> Vec<Pair<'u, 'a>> {
    let n_units = old.len().max(new.len());
    (0..n_units).map(|at| (old.get(at), new.get(at))).collect()
}

fn likeliest_pairs<'u, 'a>(
    old: &'u [OutputUnit<'a>],
    new: &'u [OutputUnit<'a>],
    likeness: impl Fn(usize, usize) -> u64,
) -> Vec<Pair<'u, 'a>> {
    // best[at][to]: the greatest likeness of old[at..] and new[to..].
    let width = new.len() + 1;
    let mut best = vec![0_u64; (old.len() + 1) * width];
    let mut pair = vec![0_u64; best.len()];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            let here = at * width + to;
            pair[here] = likeness(at, to);
            let paired = match pair[here] {
                0 => 0,
                likeness => likeness + best[here + width + 1],
            };
            best[here] = paired.max(best[here + 1]).max(best[here + width]);
        }
    }
    let (mut at, mut to) = (0, 0);
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    while at < old.len() && to < new.len() {
        let here = at * width + to;
        if pair[here] > 0 && best[here] == pair[here] + best[here + width + 1] {
            pairs.push((Some(&old[at]), Some(&new[to])));
            at += 1;
            to += 1;
        } else if best[here] == best[here + width] {
            pairs.push((Some(&old[at]), None));
            at += 1;
        } else {
            pairs.push((None, Some(&new[to])));
            to += 1;
        }
    }
    pairs.extend(old[at..].iter().map(|old| (Some(old), None)));
    pairs.extend(new[to..].iter().map(|new| (None, Some(new))));
    pairs
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
            meaning: None,
        });
    }
    for change in key_changes(&old.metadata(), &new.metadata(), Some(Scope::Cell)) {
        parts.push(PartDiff {
            place: PartPlace::Metadata,
            name: Cow::Owned(format!("metadata.{}", change.dotted())),
            noise: change.noise,
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

/// Compares parts by name, in the order of the new output, then those that
/// are gone.
fn diff_parts<'a>(old: &OutputUnit<'a>, new: &OutputUnit<'a>) -> Vec<PartDiff<'a>> {
    let by_name = |part: OutputPart<'a>| (part.name.clone(), part);
    let mut old_parts: BTreeMap<_, _> = old.parts().into_iter().map(by_name).collect();
    let formats = (old.format, new.format);
    let mut diffs = Vec::new();
    for new_part in new.parts() {
        let old_part = old_parts.remove(&new_part.name);
        diffs.extend(diff_part(old_part, Some(new_part), formats));
    }
    for old_part in old_parts.into_values() {
        diffs.extend(diff_part(Some(old_part), None, formats));
    }
    diffs
}

fn diff_part<'a>(
    old: Option<OutputPart<'a>>,
    new: Option<OutputPart<'a>>,
    formats: (NbFormat, NbFormat),
) -> Option<PartDiff<'a>> {
    let name = new.as_ref().or(old.as_ref())?.name.clone();
    let values = Change {
        old: old.as_ref().and_then(|part| part.value),
        new: new.as_ref().and_then(|part| part.value),
    };
    let content = |part: Option<OutputPart<'a>>| part.map(|part| part.content);
    let (change, noise) = match (content(old), content(new)) {
        (Some(PartContent::Text(old)), Some(PartContent::Text(new))) => diff_text(&name, old, new)?,
        (Some(PartContent::Value(old)), Some(PartContent::Value(new))) => {
            diff_value(&name, old, new, formats)?
        }
        _ => (PartChange::Value(values), false),
    };
    Some(PartDiff {
        place: PartPlace::Content,
        name,
        change,
        noise,
        meaning: None,
    })
}

fn diff_text<'a>(
    name: &str,
    old: Cow<'a, str>,
    new: Cow<'a, str>,
) -> Option<(PartChange<'a>, bool)> {
    if old == new {
        return None;
    }
    let how = match name {
        "text/html" => Look::Html,
        _ => Look::Text,
    };
    let text = TextDiff::of_output(old, new, how);
    // Colors can change where lines end in a traceback; the text is what
    // counts.
    let noise = text.is_noise() || without_escapes(&text.old) == without_escapes(&text.new);
    Some((PartChange::Text(text), noise))
}

fn diff_value<'a>(
    mime: &str,
    old: Value<'a>,
    new: Value<'a>,
    formats: (NbFormat, NbFormat),
) -> Option<(PartChange<'a>, bool)> {
    if is_base64(mime) {
        if equal_base64(&old, &new, formats) {
            return None;
        }
    } else {
        if equal(&old, &new) {
            return None;
        }
        let size = old.raw().len().max(new.raw().len());
        let is_container = |value: Value<'_>| matches!(value.kind(), Kind::Array | Kind::Object);
        if size <= JSON_BYTES && is_container(old) && is_container(new) {
            let text = TextDiff::new(json_lines(&old), json_lines(&new));
            let noise = mime == WIDGET && is_same_widget(&old, &new);
            return Some((PartChange::Text(text), noise));
        }
    }
    let change = Change {
        old: Some(old),
        new: Some(new),
    };
    Some((PartChange::Value(change), false))
}

const WIDGET: &str = "application/vnd.jupyter.widget-view+json";

/// Returns whether two views of widgets differ in nothing but the model,
/// whose name is drawn anew in every run.
fn is_same_widget(old: &Value<'_>, new: &Value<'_>) -> bool {
    let changes = key_changes(&fields(old), &fields(new), None);
    changes.iter().all(|change| change.path == ["model_id"])
}

/// Returns JSON with a line for each value, keys sorted.
fn json_lines(value: &Value<'_>) -> String {
    const STYLE: Style = Style {
        indent: Indent::Spaces(2),
        space_after_colon: true,
        space_after_comma: false,
        escapes: Escapes::Needed,
        line_end: LineEnd::Lf,
        final_newline: true,
    };
    String::from_utf8_lossy(&write(value, &STYLE, KeyOrder::Sorted)).into_owned()
}

/// Returns the content of one mime type: text if it is such by its type and
/// its shape.
fn mime_content<'a>(mime: &str, value: &Value<'a>, format: NbFormat) -> PartContent<'a> {
    let is_json = mime == "application/json" || mime.ends_with("+json");
    if is_multiline(value) && !is_json && !is_base64(mime) {
        PartContent::Text(exact_multiline(value, format))
    } else {
        PartContent::Value(*value)
    }
}
