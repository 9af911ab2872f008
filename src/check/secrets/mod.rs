//! NB601 to NB604: secrets in sources and in outputs of text.
//!
//! Pictures and other data in base64 are not looked at, nor is metadata. What
//! is found is never shown: see [`masked`].

mod addresses;
mod assigned;
mod keys;
mod tokens;

use std::borrow::Cow;
use std::ops::Range;

use super::collect::{Collector, TextPlace};
use super::place::PlacedText;
use super::rules::Rule;
use crate::json::{Kind, Value};
use crate::notebook::{CellKind, NbFormat, Notebook, OutputKind};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Texts with fewer bytes hold no secret.
const SHORTEST: usize = 8;

/// A secret in a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Secret {
    rule: Rule,
    /// The bytes of the text that are about it.
    range: Range<usize>,
    /// The bytes of them that must not be shown.
    hidden: Range<usize>,
    /// What it is, with its article.
    what: Cow<'static, str>,
}

/// What a text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sort {
    /// Written by people, or printed for them.
    Plain,
    /// Written by programs for programs: HTML, JSON. Assignments in it are
    /// somebody else's code.
    Markup,
}

/// Finds secrets in all cells.
pub(super) fn find(notebook: &Notebook<'_>, found: &mut Collector) {
    let rules = [
        Rule::Token,
        Rule::PrivateKey,
        Rule::AddressPassword,
        Rule::AssignedSecret,
    ];
    if !found.wants(rules) {
        return;
    }
    let format = notebook.format;
    for (index, cell) in notebook.cells.iter().enumerate() {
        if let Some(source) = cell.source.filter(|_| cell.kind != CellKind::Unknown) {
            look_into(
                &source,
                format,
                Sort::Plain,
                TextPlace::Source(index),
                found,
            );
        }
        let place = TextPlace::Output(index);
        for output in cell.outputs() {
            let texts: &[&str] = match output.kind {
                OutputKind::Stream => &["text"],
                OutputKind::Error => &["evalue", "traceback"],
                OutputKind::DisplayData | OutputKind::ExecuteResult | OutputKind::Unknown => &[],
            };
            for value in texts.iter().filter_map(|key| output.value.get(key)) {
                look_into(&value, format, Sort::Plain, place, found);
            }
            for (mime, value) in output.data() {
                look_into_data(&mime, &value, format, place, found);
            }
        }
    }
}

/// Looks into what an output shows in one mime type.
fn look_into_data(
    mime: &str,
    value: &Value<'_>,
    format: NbFormat,
    place: TextPlace,
    found: &mut Collector,
) {
    if matches!(value.kind(), Kind::String | Kind::Array) && mime.starts_with("text/") {
        let sort = if mime == "text/html" {
            Sort::Markup
        } else {
            Sort::Plain
        };
        look_into(value, format, sort, place, found);
    } else if mime.ends_with("json") || mime.ends_with("javascript") {
        for leaf in value.leaves().filter(|leaf| leaf.kind() == Kind::String) {
            look_into(&leaf, format, Sort::Markup, place, found);
        }
    }
}

fn look_into(
    value: &Value<'_>,
    format: NbFormat,
    sort: Sort,
    place: TextPlace,
    found: &mut Collector,
) {
    if value.raw().len() < SHORTEST {
        return;
    }
    let mut text = PlacedText::read(value, format);
    for secret in secrets_in(&text.text, sort) {
        found.add_in_text(secret.rule, &mut text, secret.range, place, || {
            let verb = if matches!(place, TextPlace::Source(_)) {
                "stands in the source"
            } else {
                "stands in an output"
            };
            format!("{} {verb}", secret.what)
        });
    }
}

/// Finds the secrets of a text, in order; none overlap.
fn secrets_in(text: &str, sort: Sort) -> Vec<Secret> {
    let mut secrets = Vec::new();
    tokens::find(text, &mut secrets);
    keys::find(text, &mut secrets);
    addresses::find(text, &mut secrets);
    if sort == Sort::Plain {
        assigned::find(text, &mut secrets);
    }
    // A token that is assigned is a token.
    secrets.sort_by_key(|secret| (secret.range.start, secret.rule));
    let mut kept: Vec<Secret> = Vec::new();
    for secret in secrets {
        match kept.last() {
            Some(last) if secret.range.start < last.range.end => {}
            _ => kept.push(secret),
        }
    }
    kept
}

/// Returns a text with its secrets masked.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let secrets = all_in(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let whole = 0..text.len();
    Cow::Owned(masked_parts(text, &secrets, whole.clone(), whole).concat())
}

/// Finds the secrets of a text that people wrote or see.
pub(super) fn all_in(text: &str) -> Vec<Secret> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    secrets_in(text, Sort::Plain)
}

/// Returns what stands before, in and behind a part of a window on a text, with
/// its secrets masked. Those that reach into the window are masked, too.
pub(super) fn masked_parts(
    text: &str,
    secrets: &[Secret],
    window: Range<usize>,
    part: Range<usize>,
) -> [String; 3] {
    let mut parts = [String::new(), String::new(), String::new()];
    let part_of = |at: usize| match at {
        _ if at < part.start => 0,
        _ if at < part.end => 1,
        _ => 2,
    };
    let first = secrets.partition_point(|secret| secret.hidden.end <= window.start);
    let mut secrets = secrets.iter().skip(first).peekable();
    let shown = text.get(window.clone()).unwrap_or_default();
    for (index, character) in shown.char_indices() {
        let at = window.start + index;
        while secrets.next_if(|secret| secret.hidden.end <= at).is_some() {}
        match secrets.peek() {
            Some(secret) if secret.hidden.start.max(window.start) == at => {
                parts[part_of(at)].push_str(MASK);
            }
            Some(secret) if secret.hidden.start < at => {}
            _ => parts[part_of(at)].push(character),
        }
    }
    parts
}

/// Returns how much each character of a text tells, in bits: 0 if all are the
/// same, 4 for random hexadecimal digits, up to 6 for random base64.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let of = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(of).sum()
}

/// Returns whether a text stands for a secret without being one.
fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 24] = [
        "example",
        "xxxx",
        "your",
        "placeholder",
        "changeme",
        "change_me",
        "dummy",
        "sample",
        "insert",
        "replace",
        "redacted",
        "secret",
        "password",
        "passwd",
        "abcdef",
        "123456",
        "fake",
        "foobar",
        "****",
        "....",
        "0000",
        "todo",
        "mytoken",
        "my_",
    ];
    let small = text.to_ascii_lowercase();
    WORDS.iter().any(|word| small.contains(word))
}

#[cfg(test)]
mod tests;
