//! Check: what is wrong with a notebook, or would go out of it, as a list of
//! findings, and the edits that mend what can be mended safely.
//!
//! Each finding breaks a [`Rule`] and stands at a place in the file; nothing
//! is written. Secrets never get into a finding: they are masked where they
//! are found.

mod attachments;
mod collect;
mod conflicts;
mod finding;
mod ids;
mod inserts;
mod loose;
mod notebook;
mod options;
mod place;
mod python;
mod rules;
mod running;
mod schema;
mod secrets;
mod stripped;
mod structure;

use crate::error::{Error, ErrorKind, LineColumn, Result};
use crate::json::{Document, Edit, Edits, Span};
use crate::merge::may_have_conflicts;
use crate::notebook::Notebook;
use crate::strip::strip;

use collect::Collector;
pub use finding::{CellPlace, Excerpt, Finding};
pub use options::CheckOptions;
pub use rules::{Rule, RuleSet, Severity, UnknownRule};

/// What was found in a notebook.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// The edits that mend what can be mended of it.
    pub edits: Edits,
}

/// How often a file is mended: what is mended can make room for more.
const MENDING_PASSES: usize = 4;

/// Checks a notebook file: Jupyter's, or Zeppelin's if it has `paragraphs`.
///
/// What a merge by lines left in the JSON is found ([`Rule::Conflict`]), as is
/// JSON that is no notebook ([`Rule::InvalidStructure`]).
///
/// # Errors
///
/// Fails if the bytes cannot be read as JSON, but for conflict markers, and if
/// a cell contradicts itself about keeping its outputs
/// ([`ErrorKind::Contradiction`]).
pub fn check(bytes: &[u8], options: &CheckOptions) -> Result<Checked> {
    // Most files have none, and need not be read to see it.
    let rules = options.select.without(options.ignore);
    if rules == RuleSet::from(Rule::Conflict) && !may_have_conflicts(bytes) {
        return Ok(Checked::default());
    }
    let document = match Document::read(bytes) {
        Ok(document) => document,
        Err(error) => return unread(bytes, options, error),
    };
    let mut collector = Collector::new(options);
    let root = document.root();
    let has = |key: &str| root.get(key).is_some();
    if has("paragraphs") && !has("cells") && !has("worksheets") {
        stripped::zeppelin(&root, &strip(bytes, &options.strip)?, &mut collector);
        return Ok(collector.finish(bytes, None));
    }
    match Notebook::read(&document) {
        Ok(notebook) => {
            collector.learn_tags(&notebook);
            stripped::find(&notebook, options, &mut collector)?;
            structure::find(&root, notebook.cell_depth(), &mut collector);
            loose::find(bytes, &notebook, &mut collector);
            notebook::find(&notebook, options, &mut collector);
            Ok(collector.finish(bytes, Some(&notebook)))
        }
        Err(error) => {
            structure::find(&root, 2, &mut collector);
            if collector.is_empty() {
                collector.add(
                    Rule::InvalidStructure,
                    place_of(bytes, &error),
                    None,
                    || error.to_string(),
                );
            }
            Ok(collector.finish(bytes, None))
        }
    }
}

/// Returns how a file that cannot be read is reported.
pub fn unreadable(bytes: &[u8], error: &Error) -> Finding {
    finding::unplaced(Rule::Unreadable, bytes, place_of(bytes, error), error)
}

/// Returns what `--fix` makes of a file; `None` if nothing can be mended.
///
/// # Errors
///
/// Fails as [`check`] does.
pub fn mended(bytes: &[u8], options: &CheckOptions) -> Result<Option<Edits>> {
    let first = check(bytes, options)?.edits;
    if first.is_empty() {
        return Ok(None);
    }
    let mut now = first.apply(bytes);
    for pass in 1..MENDING_PASSES {
        let edits = check(&now, options)?.edits;
        if edits.is_empty() {
            return Ok(Some(match pass {
                1 => first,
                _ => whole_difference(bytes, &now),
            }));
        }
        now = edits.apply(&now);
    }
    Ok(Some(whole_difference(bytes, &now)))
}

/// Returns one edit that makes `new` of `old`.
fn whole_difference(old: &[u8], new: &[u8]) -> Edits {
    let equal = |(one, other): &(&u8, &u8)| one == other;
    let is_cut = |bytes: &[u8], at: usize| bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let mut start = old.iter().zip(new).take_while(equal).count();
    while start > 0 && !(is_cut(old, start) && is_cut(new, start)) {
        start -= 1;
    }
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let rest = old_rest.iter().rev().zip(new_rest.iter().rev());
    let mut end = rest.take_while(equal).count();
    while end > 0 && !is_cut(old, old.len() - end) {
        end -= 1;
    }
    let text = String::from_utf8_lossy(&new[start..new.len() - end]).into_owned();
    Edits::new(vec![Edit {
        span: start..old.len() - end,
        text: text.into(),
    }])
}

/// Returns what there is to say of a file that is no JSON.
fn unread(bytes: &[u8], options: &CheckOptions, error: Error) -> Result<Checked> {
    let ErrorKind::ConflictMarkers { .. } = error.kind() else {
        return Err(error);
    };
    let mut checked = Checked::default();
    if options.looks_for(Rule::Conflict) {
        let span = place_of(bytes, &error);
        let what = "conflict markers of git in the JSON";
        let found = finding::unplaced(Rule::Conflict, bytes, span, &what);
        checked.findings.push(found);
    }
    Ok(checked)
}

/// Returns the byte that an error is about.
fn place_of(bytes: &[u8], error: &Error) -> Span {
    let at = match error.kind() {
        ErrorKind::Encoding { at, .. }
        | ErrorKind::ConflictMarkers { at }
        | ErrorKind::Syntax { at, .. }
        | ErrorKind::Truncated { at, .. }
        | ErrorKind::Shape { at, .. }
        | ErrorKind::Contradiction { at, .. }
        | ErrorKind::Header { at, .. } => *at,
        ErrorKind::Empty | ErrorKind::LfsPointer | ErrorKind::Unsupported { .. } => {
            LineColumn { line: 1, column: 1 }
        }
    };
    let offset = offset_of(bytes, at);
    offset..offset
}

/// Returns the byte at a place.
fn offset_of(bytes: &[u8], at: LineColumn) -> usize {
    let mut line_start = 0;
    let mut line = 1;
    for index in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if line == at.line {
            break;
        }
        if bytes[index] == b'\n' || bytes.get(index + 1) != Some(&b'\n') {
            line += 1;
            line_start = index + 1;
        }
    }
    let rest = bytes.get(line_start..).unwrap_or_default();
    let mut starts = rest.iter().enumerate();
    let mut starts = starts.by_ref().filter(|(_, byte)| **byte & 0xc0 != 0x80);
    let found = starts.nth(at.column - 1);
    found.map_or(bytes.len(), |(column, _)| line_start + column)
}

#[cfg(test)]
mod tests;
