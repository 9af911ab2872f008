//! What a cell put out, as it is compared: streams joined, results by mime
//! type.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::diff::value::{Fields, exact_multiline, exact_text, fields, is_base64, is_multiline};
use crate::json::{Kind, Value};
use crate::notebook::{Cell, NbFormat, Output, OutputKind};

/// One thing that a cell put out: an output, or neighbouring outputs to one
/// stream, however they were cut.
#[derive(Clone, Debug)]
pub struct OutputUnit<'a> {
    /// Indices of the outputs, from zero.
    pub range: Range<usize>,
    /// What it is.
    pub kind: OutputKind,
    pub(super) outputs: Vec<Output<'a>>,
    pub(super) format: NbFormat,
}

/// A part of an output, as it is compared.
#[derive(Clone, Debug)]
pub struct OutputPart<'a> {
    /// What it is, as in [`PartDiff::name`](super::PartDiff::name).
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
    pub(in crate::diff) fn metadata(&self) -> Fields<'a> {
        let output = self.outputs.first();
        let metadata = output.and_then(|output| output.value.get("metadata"));
        metadata.as_ref().map(fields).unwrap_or_default()
    }

    /// Returns what has no place in nbformat.
    pub(in crate::diff) fn other(&self) -> Fields<'a> {
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
