//! NB402, NB403: attachments that are shown nowhere, or not there.

use std::borrow::Cow;
use std::collections::HashSet;

use super::collect::{Collector, TextPlace};
use super::place::PlacedText;
use super::rules::Rule;
use crate::json::{Edit, Kind, Span, Value};
use crate::notebook::{Cell, CellKind, Notebook};

/// How the address of an attachment starts.
const SCHEME: &str = "attachment:";

/// How many bytes an address has at most, and of a line is looked at before one.
const LONGEST_ADDRESS: usize = 1024;

/// How many characters of an address are shown.
const SHOWN_ADDRESS: usize = 80;

/// What may stand before the address of an attachment that is shown: the end
/// of `](`, `<`, a quote or a blank behind `]:`, the sign before a value of
/// HTML without quotes.
const BEFORE_ADDRESS: [char; 6] = ['(', '<', '"', '\'', ' ', '='];

/// Finds attachments that are not used and uses that have no attachment.
pub(super) fn find(notebook: &Notebook<'_>, found: &mut Collector) {
    if !found.wants([Rule::UnusedAttachment, Rule::MissingAttachment]) {
        return;
    }
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.kind != CellKind::Code {
            check_cell(notebook, cell, index, found);
        }
    }
}

fn check_cell(notebook: &Notebook<'_>, cell: &Cell<'_>, index: usize, found: &mut Collector) {
    let attachments = cell
        .attachments
        .filter(|value| value.kind() == Kind::Object);
    let mentions = cell
        .source
        .filter(|source| memchr::memmem::find(source.raw(), SCHEME.as_bytes()).is_some());
    if attachments.is_none() && mentions.is_none() {
        return;
    }
    let names: Vec<_> = attachments
        .iter()
        .flat_map(Value::members)
        .filter_map(|member| member.key.as_str())
        .collect();
    let known = Names::new(&names);
    let mut used: HashSet<&[u8]> = HashSet::new();
    if let Some(source) = mentions {
        let mut text = PlacedText::read(&source, notebook.format);
        let whole = text.text.clone().into_owned();
        for (at, _) in whole.match_indices(SCHEME) {
            let behind = whole.get(at + SCHEME.len()..).unwrap_or_default();
            let name = known.of_address(behind);
            used.extend(name);
            let before = whole
                .get(..at)
                .and_then(|before| before.chars().next_back());
            let is_address = before.is_some_and(|before| BEFORE_ADDRESS.contains(&before))
                && is_shown(&whole, at);
            if name.is_none() && is_address {
                let range = address(behind, at);
                let place = TextPlace::Source(index);
                let wanted = whole
                    .get(range.start + SCHEME.len()..range.end)
                    .unwrap_or_default();
                found.add_in_text(Rule::MissingAttachment, &mut text, range, place, || {
                    let mut shown: String = wanted.chars().take(SHOWN_ADDRESS).collect();
                    if shown.len() < wanted.len() {
                        shown.push('…');
                    }
                    format!("the cell has no attachment `{shown}`")
                });
            }
        }
    }
    let Some(attachments) = attachments else {
        return;
    };
    let mut items = Vec::new();
    for member in attachments.members() {
        let name = member.key.as_str().unwrap_or_default();
        let goes = !used.contains(name.as_bytes())
            && found.add_mendable(
                Rule::UnusedAttachment,
                member.key.span(),
                Some(index),
                || format!("the attachment `{name}` is shown nowhere in its cell"),
            );
        items.push((member.span(), goes));
    }
    if items.iter().all(|(_, goes)| *goes) && !items.is_empty() {
        // An empty list of attachments is nothing that a person wrote.
        found.edit(Edit::remove_members(&cell.value, |member| {
            member.key.is_str("attachments")
        }));
    } else if items.iter().any(|(_, goes)| *goes) {
        found.edit(Edit::remove_items(&attachments, items));
    }
}

/// Returns whether an address is one that Markdown or HTML shows, not one that
/// is only talked about: no sign of code stands around it.
fn is_shown(text: &str, at: usize) -> bool {
    let near = text.floor_char_boundary(at.saturating_sub(LONGEST_ADDRESS));
    let before = text.get(near..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let on_line = before.get(line_start..).unwrap_or_default();
    let is_code_span = on_line.matches('`').count() % 2 == 1;
    let before = on_line.trim_end_matches(BEFORE_ADDRESS);
    let is_link = before.ends_with(']') || before.ends_with("]:");
    let is_html = before.to_ascii_lowercase().ends_with("src") || before.ends_with("href");
    !is_code_span && (is_link || is_html)
}

/// The names of the attachments of a cell.
#[derive(Debug, Default)]
struct Names<'n> {
    names: HashSet<&'n [u8]>,
    /// How many bytes they have, without repeats, the most first.
    lengths: Vec<usize>,
}

impl<'n> Names<'n> {
    fn new(names: &'n [Cow<'_, str>]) -> Self {
        let mut lengths: Vec<_> = names.iter().map(|name| name.len()).collect();
        lengths.sort_unstable_by(|one, other| other.cmp(one));
        lengths.dedup();
        Self {
            names: names.iter().map(|name| name.as_bytes()).collect(),
            lengths,
        }
    }

    /// Returns which of the names an address is, given by what stands behind
    /// its scheme: the longest that fits.
    fn of_address(&self, behind: &str) -> Option<&'n [u8]> {
        // Escaped, a byte takes three.
        let longest = self
            .lengths
            .first()
            .map_or(0, |length| length.saturating_mul(3));
        let near = behind.floor_char_boundary(longest.min(LONGEST_ADDRESS));
        let near = behind.get(..near).unwrap_or_default();
        let line = near.lines().next().unwrap_or_default();
        let decoded = percent_decoded(line);
        let starts = self.lengths.iter().flat_map(|length| {
            let written = line.as_bytes().get(..*length);
            [written, decoded.get(..*length)]
        });
        let mut starts = starts.flatten();
        starts.find_map(|start| self.names.get(start).copied())
    }
}

/// Returns where an address ends of which no name is known.
fn address(behind: &str, at: usize) -> Span {
    let ends = |c: char| c.is_whitespace() || matches!(c, ')' | '"' | '\'' | '>' | '\\');
    let near = behind.floor_char_boundary(LONGEST_ADDRESS);
    let length = behind
        .get(..near)
        .and_then(|near| near.find(ends))
        .unwrap_or(near);
    at..at + SCHEME.len() + length
}

/// Returns text with `%20` and the like as the bytes they stand for.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let digit = |index: usize| {
            let digit = others.get(index).map(|byte| char::from(*byte));
            digit.and_then(|digit| digit.to_digit(16))
        };
        let byte = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = match byte {
            Some(_) => others.get(2..).unwrap_or_default(),
            None => others,
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whether_escaped_or_not() {
        let names = ["a b(1).png", "a", "ü.png"].map(Cow::from);
        for (behind, expected) in [
            ("a%20b(1).png)", Some("a b(1).png")),
            ("a b(1).png)", Some("a b(1).png")),
            ("%C3%BC.png)", Some("ü.png")),
            ("a.png", Some("a")),
            ("b.png)", None),
            ("%zz", None),
        ] {
            let found = Names::new(&names).of_address(behind);
            assert_eq!(found, expected.map(str::as_bytes), "{behind}");
        }
    }

    #[test]
    fn only_what_is_shown_is_an_address() {
        for (text, expected) in [
            ("![x](attachment:a.png)", true),
            ("![x](<attachment:a.png>)", true),
            ("<img src=\"attachment:a.png\">", true),
            ("[x]: attachment:a.png", true),
            ("`![x](attachment:a.png)`", false),
            ("an attachment: see below", false),
            ("(attachment:a)", false),
        ] {
            let at = text.find(SCHEME).unwrap();
            assert_eq!(is_shown(text, at), expected, "{text}");
        }
    }
}
