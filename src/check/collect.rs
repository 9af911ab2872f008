//! Gathers findings and edits, but for those that nobody wants.

use std::collections::HashMap;

use super::Checked;
use super::finding::{CellPlace, Excerpt, Finding};
use super::options::CheckOptions;
use super::place::{LineCursor, PlacedText};
use super::rules::{Rule, RuleSet};
use super::secrets::{self, Secret};
use crate::error::LineColumn;
use crate::json::{Edit, Edits, Span};
use crate::notebook::{Cell, Notebook};

/// How tags start by which a cell wants rules ignored.
const IGNORE_TAG: &str = "nbweave-ignore";

/// How many characters of a line are shown.
const EXCERPT_WIDTH: usize = 100;

/// How many characters of them stand before what is pointed out.
const EXCERPT_LEAD: usize = 40;

/// How many characters of a line are searched for secrets before it names a
/// cell.
const TITLE_REACH: usize = 4000;

/// How many characters of a cell's first line name it.
const TITLE_WIDTH: usize = 40;

/// A finding before its place is counted in lines.
#[derive(Debug)]
struct Found {
    rule: Rule,
    span: Span,
    cell: Option<usize>,
    message: String,
    in_source: Option<LineColumn>,
    excerpt: Option<Excerpt>,
    is_mendable: bool,
}

/// What was found so far.
#[derive(Debug)]
pub(super) struct Collector {
    rules: RuleSet,
    /// The rules that cells want ignored, by the index of the cell.
    ignored: HashMap<usize, RuleSet>,
    found: Vec<Found>,
    edits: Vec<Edit>,
}

impl Collector {
    pub(super) fn new(options: &CheckOptions) -> Self {
        Self {
            rules: options.select.without(options.ignore),
            ignored: HashMap::new(),
            found: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// Notes which cells want rules ignored.
    pub(super) fn learn_tags(&mut self, notebook: &Notebook<'_>) {
        for (index, cell) in notebook.cells.iter().enumerate() {
            let ignored = ignored_by(cell);
            if !ignored.is_empty() {
                self.ignored.insert(index, ignored);
            }
        }
    }

    /// Returns whether anybody wants to hear of a rule, in any cell.
    pub(super) fn wants(&self, rules: impl IntoIterator<Item = Rule>) -> bool {
        rules.into_iter().any(|rule| self.rules.contains(rule))
    }

    /// Returns whether anybody wants to hear of a rule in a cell.
    pub(super) fn wants_in(&self, rule: Rule, cell: Option<usize>) -> bool {
        let ignored = cell.and_then(|index| self.ignored.get(&index));
        self.rules.contains(rule) && !ignored.is_some_and(|ignored| ignored.contains(rule))
    }

    /// Returns whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Returns the cells in which a rule is broken.
    pub(super) fn cells_with(&self, rule: Rule) -> impl Iterator<Item = usize> {
        let found = self.found.iter().filter(move |found| found.rule == rule);
        found.filter_map(|found| found.cell)
    }

    /// Adds a finding that cannot be mended.
    pub(super) fn add(
        &mut self,
        rule: Rule,
        span: Span,
        cell: Option<usize>,
        message: impl FnOnce() -> String,
    ) {
        self.push(rule, span, cell, message, false);
    }

    /// Adds a finding that an edit mends. Returns whether the edit is wanted.
    pub(super) fn add_mendable(
        &mut self,
        rule: Rule,
        span: Span,
        cell: Option<usize>,
        message: impl FnOnce() -> String,
    ) -> bool {
        self.push(rule, span, cell, message, true)
    }

    fn push(
        &mut self,
        rule: Rule,
        span: Span,
        cell: Option<usize>,
        message: impl FnOnce() -> String,
        is_mendable: bool,
    ) -> bool {
        let wanted = self.wants_in(rule, cell);
        if wanted {
            self.found.push(Found {
                rule,
                span,
                cell,
                message: message(),
                in_source: None,
                excerpt: None,
                is_mendable,
            });
        }
        wanted
    }

    /// Adds a finding about bytes `range` of a text. `place` says whether the
    /// text is the source of the cell.
    pub(super) fn add_in_text(
        &mut self,
        rule: Rule,
        text: &mut PlacedText<'_>,
        range: Span,
        place: TextPlace,
        message: impl FnOnce() -> String,
    ) {
        let (TextPlace::Source(index) | TextPlace::Output(index)) = place;
        let cell = Some(index);
        if !self.wants_in(rule, cell) {
            return;
        }
        let span = text.in_file(range.start)..text.in_file(range.end);
        let at = text.in_text(range.start);
        let (whole, secrets) = text.with_secrets();
        let excerpt = excerpt(whole, secrets, range);
        self.found.push(Found {
            rule,
            span,
            cell,
            message: message(),
            in_source: matches!(place, TextPlace::Source(_)).then_some(at),
            excerpt: Some(excerpt),
            is_mendable: false,
        });
    }

    /// Adds an edit that mends something.
    pub(super) fn edit(&mut self, edits: impl IntoIterator<Item = Edit>) {
        self.edits.extend(edits);
    }

    /// Puts everything in the order of the file.
    pub(super) fn finish(mut self, bytes: &[u8], notebook: Option<&Notebook<'_>>) -> Checked {
        self.found
            .sort_by_key(|found| (found.span.start, found.rule));
        let mut starts = LineCursor::START;
        let mut titles: HashMap<usize, (Option<String>, String)> = HashMap::new();
        let mut findings = Vec::with_capacity(self.found.len());
        for found in self.found {
            let start = starts.go_to(bytes, found.span.start);
            let mut ends = starts;
            let end = ends.go_to(bytes, found.span.end.max(found.span.start));
            let cell = found.cell.map(|index| {
                let cell = notebook.and_then(|notebook| notebook.cells.get(index));
                let named = titles
                    .entry(index)
                    .or_insert_with(|| cell.map(name_of).unwrap_or_default());
                CellPlace {
                    index,
                    id: named.0.clone(),
                    title: named.1.clone(),
                    at: found.in_source,
                }
            });
            findings.push(Finding {
                rule: found.rule,
                message: secrets::masked(&found.message).into_owned(),
                span: found.span,
                start,
                end,
                cell,
                excerpt: found.excerpt,
                is_mendable: found.is_mendable,
            });
        }
        Checked {
            findings,
            edits: Edits::new(self.edits),
        }
    }
}

/// What a text is.
#[derive(Clone, Copy, Debug)]
pub(super) enum TextPlace {
    /// The source of the cell with this index.
    Source(usize),
    /// Part of the outputs of the cell with this index.
    Output(usize),
}

/// Returns the rules that the tags of a cell say are to be ignored in it:
/// `nbweave-ignore`, `nbweave-ignore-NB101`, `nbweave-ignore-outputs`.
fn ignored_by(cell: &Cell<'_>) -> RuleSet {
    let tags = cell.metadata.and_then(|metadata| metadata.get("tags"));
    let mut ignored = RuleSet::NONE;
    for tag in tags.into_iter().flat_map(|tags| tags.elements()) {
        let tag = tag.as_str().unwrap_or_default();
        let Some(rest) = tag.strip_prefix(IGNORE_TAG) else {
            continue;
        };
        let named = match rest.strip_prefix('-') {
            Some(name) => name.parse().ok(),
            None if rest.is_empty() => Some(Rule::all().collect()),
            None => None,
        };
        ignored = ignored.and(named.unwrap_or(RuleSet::NONE));
    }
    ignored
}

/// Returns the id and the title of a cell.
fn name_of(cell: &Cell<'_>) -> (Option<String>, String) {
    let id = cell.id.and_then(|id| id.as_str());
    let text = cell.text();
    // Of a conflict, both sides say more than the marker.
    let says = |line: &&str| !line.is_empty() && !line.starts_with("<<<<<<<");
    let mut lines = text.lines().map(str::trim).filter(says);
    let line = lines.next().unwrap_or_default();
    let shown: String = line.chars().take(TITLE_REACH).collect();
    let masked = secrets::masked(&shown);
    let mut title: String = masked.chars().take(TITLE_WIDTH).collect();
    if masked.chars().nth(TITLE_WIDTH).is_some() {
        title.push('…');
    }
    (id.map(std::borrow::Cow::into_owned), title)
}

/// Returns the line of a text that a range starts on, secrets masked, with
/// the part of the range on it.
fn excerpt(text: &str, secrets: &[Secret], range: Span) -> Excerpt {
    // A line can be a whole file: what is far away is not looked at.
    let reach = 2 * EXCERPT_WIDTH;
    let part = |range: Span| text.get(range).unwrap_or_default();
    let near = text.floor_char_boundary(range.start.saturating_sub(reach));
    let line_start = part(near..range.start)
        .rfind('\n')
        .map(|end| near + end + 1);
    let from = line_start.unwrap_or(near);
    let far = text.floor_char_boundary(range.start.saturating_add(reach));
    let line_end = part(range.start..far).find('\n');
    let until = line_end.map_or(far, |end| range.start + end);
    let end = until.min(range.end.max(range.start));
    let masked = secrets::masked_parts(text, secrets, from..until, range.start..end);
    let [lead, middle, tail] = masked;
    let lead = lead.trim_end_matches('\r');
    let n_lead = lead.chars().count();
    let is_cut = n_lead > EXCERPT_LEAD && n_lead + middle.chars().count() > EXCERPT_WIDTH;
    let skipped = if is_cut { n_lead - EXCERPT_LEAD } else { 0 };
    let mut line = String::new();
    if skipped > 0 || (line_start.is_none() && near > 0) {
        line.push('…');
    }
    let n_dots = line.chars().count();
    line.extend(lead.chars().skip(skipped));
    let start = n_lead - skipped + n_dots;
    line.push_str(&middle);
    line.push_str(tail.trim_end_matches('\r'));
    let length = middle.chars().count();
    if line.chars().count() > EXCERPT_WIDTH {
        line = line.chars().take(EXCERPT_WIDTH).collect();
        line.push('…');
    }
    Excerpt {
        length: length.min(EXCERPT_WIDTH.saturating_sub(start)),
        line,
        start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, part: &str, line: &str, start: usize, length: usize) {
        let at = text.find(part).unwrap();
        let found = excerpt(text, &[], at..at + part.len());
        assert_eq!(
            (&*found.line, found.start, found.length),
            (line, start, length)
        );
    }

    #[test]
    fn the_line_that_something_stands_on_is_shown() {
        check("a\nbö cd e\nf", "cd", "bö cd e", 3, 2);
        check("a\nb c\r\nd", "c", "b c", 2, 1);
        check("a b\nc", "b\nc", "a b", 2, 1);
    }

    #[test]
    fn of_long_lines_what_is_near_is_shown() {
        let text = format!("{}here{}", "a ".repeat(2000), " b".repeat(2000));
        let at = text.find("here").unwrap();
        let found = excerpt(&text, &[], at..at + 4);
        let shown: String = found
            .line
            .chars()
            .skip(found.start)
            .take(found.length)
            .collect();
        assert_eq!(shown, "here");
        assert!(found.line.chars().count() <= EXCERPT_WIDTH + 1);
        assert!(found.line.starts_with('…') && found.line.ends_with('…'));
    }
}
