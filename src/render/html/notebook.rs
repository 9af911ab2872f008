//! All that a page says of one file.

use std::cell::Cell as Counter;
use std::collections::{BTreeMap, BTreeSet};

use super::super::hunks::Origin;
use super::super::summary::{has_changed_notebook, is_shown, summary_line, version};
use super::super::values::counted;
use super::super::{Detail, FileNames, RenderOptions};
use super::cell::{write_cell, write_stub, write_unchanged_cell};
use super::keys::{write_key, write_values};
use super::lines::write_text_diff;
use super::markup::Markup;
use super::{HtmlSection, page_options};
use crate::diff::{CellDiff, NotebookDiff, Summary, TextDiff};

/// How many bytes of HTML and Markdown of one notebook are looked at.
const RICH_BYTES: usize = 8_000_000;

/// What everything on a page about one notebook needs to know.
#[derive(Debug)]
pub(super) struct Context<'d, 'a> {
    pub(super) diff: &'d NotebookDiff<'a>,
    pub(super) options: RenderOptions,
    /// The anchors of each entry of the diff: one for each new cell, or one
    /// for what is gone.
    anchors: Vec<Vec<String>>,
    /// How many bytes of HTML and Markdown may still be looked at.
    room: Counter<usize>,
}

impl Context<'_, '_> {
    /// Returns the anchor of an entry of the diff.
    pub(super) fn anchor(&self, at: usize) -> &str {
        let anchors = self.anchors.get(at);
        let anchor = anchors.and_then(|anchors| anchors.first());
        anchor.map(String::as_str).unwrap_or_default()
    }

    /// Returns the anchors of the other cells of an entry.
    pub(super) fn other_anchors(&self, at: usize) -> &[String] {
        let anchors = self.anchors.get(at);
        let others = anchors.and_then(|anchors| anchors.get(1..));
        others.unwrap_or_default()
    }

    /// Takes so many bytes of HTML or Markdown, if there is room for them.
    pub(super) fn takes(&self, bytes: usize) -> bool {
        let left = self.room.get().checked_sub(bytes);
        self.room.set(left.unwrap_or(self.room.get()));
        left.is_some()
    }
}

/// Returns what a page says of a notebook. `number` is its number on the page,
/// from one: links to it are `#nb1`, to its cells `#nb1-cell-` with the id or
/// the number of the cell.
pub fn html_section(
    diff: &NotebookDiff<'_>,
    names: &FileNames<'_>,
    number: usize,
    options: &RenderOptions,
) -> HtmlSection {
    let context = Context {
        diff,
        options: page_options(options),
        anchors: anchors(diff, number),
        room: Counter::new(RICH_BYTES),
    };
    let about = match (names.old, names.new) {
        (None, _) => format!("added, {}", counted(diff.new.cells.len(), "cell")),
        (_, None) => format!("removed, {}", counted(diff.old.cells.len(), "cell")),
        _ => summary_line(diff, Detail::All),
    };
    section(number, names, about, diff.summary(), |out| {
        write_notebook_keys(out, &context);
        write_cells(out, &context, number);
    })
}

/// Returns what a page says of a file that is compared as text, for the reason
/// `why`.
pub fn html_text(
    old: &[u8],
    new: &[u8],
    why: &str,
    names: &FileNames<'_>,
    number: usize,
    options: &RenderOptions,
) -> HtmlSection {
    let about = if old == new {
        why.to_owned()
    } else {
        format!("compared as text: {why}")
    };
    section(number, names, about, Summary::default(), |out| {
        if old != new {
            let text = TextDiff::new(String::from_utf8_lossy(old), String::from_utf8_lossy(new));
            write_text_diff(out, &text, &Origin::source(None), &page_options(options));
        }
    })
}

/// Returns what a page says of a file of which there is one thing to say.
pub fn html_remark(remark: &str, names: &FileNames<'_>, number: usize) -> HtmlSection {
    section(number, names, remark.to_owned(), Summary::default(), |_| {})
}

fn section(
    number: usize,
    names: &FileNames<'_>,
    about: String,
    summary: Summary,
    write: impl FnOnce(&mut Markup),
) -> HtmlSection {
    let name = match (names.old, names.new) {
        (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
        (old, new) => new.or(old).unwrap_or_default().to_owned(),
    };
    let mut out = Markup::default();
    let id = format!("nb{number}");
    let heading = format!("{id}-name");
    out.open(
        "section",
        &[("class", "nb"), ("id", &id), ("aria-labelledby", &heading)],
    );
    out.raw("<header>");
    out.element("h2", &[("id", &heading)], &name);
    out.element("p", &[], &about);
    if !names.extended.is_empty() {
        out.raw("<p class=\"aside\">");
        out.lines(names.extended.trim_end());
        out.raw("</p>");
    }
    out.raw("</header>");
    write(&mut out);
    out.raw("</section>");
    HtmlSection {
        number,
        name,
        about,
        summary,
        body: out.into_bytes(),
    }
}

/// Returns the anchors of each entry, all different: the id of a cell where it
/// is a good one, else its number.
fn anchors(diff: &NotebookDiff<'_>, number: usize) -> Vec<Vec<String>> {
    let mut taken = BTreeSet::new();
    let mut anchor = |new: usize| {
        let cell = diff.new.cells.get(new);
        let id = cell.and_then(|cell| cell.id.as_ref()?.as_str());
        let id = id.filter(|id| is_good(id));
        let id = id.map(|id| format!("nb{number}-cell-{id}"));
        match id.filter(|id| taken.insert(id.clone())) {
            Some(id) => id,
            None => format!("nb{number}-cell-{}", new + 1),
        }
    };
    let mut anchors = Vec::with_capacity(diff.cells.len());
    for entry in &diff.cells {
        anchors.push(match (entry.new.as_slice(), entry.old.first()) {
            ([], Some(old)) => vec![format!("nb{number}-old-{}", old + 1)],
            (new, _) => new.iter().map(|&new| anchor(new)).collect(),
        });
    }
    anchors
}

/// Whether an id is what nbformat allows, and no number.
fn is_good(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    id.len() <= 64 && id.bytes().all(is_plain) && id.bytes().any(|byte| !byte.is_ascii_digit())
}

/// Writes what changed outside of the cells, and the noise in a line.
fn write_notebook_keys(out: &mut Markup, context: &Context<'_, '_>) {
    let diff = context.diff;
    if has_changed_notebook(diff, Detail::Meant) {
        out.raw("<details class=\"nbkeys\" open><summary>Notebook metadata</summary>");
        out.raw("<ul class=\"keys\">");
        write_keys(out, diff, false);
        out.raw("</ul></details>");
    }
    if has_changed_notebook(diff, Detail::All)
        && diff.metadata.iter().chain(&diff.other).any(|key| key.noise)
    {
        out.raw("<details class=\"quiet\"><summary>Metadata that tools wrote</summary>");
        out.raw("<ul class=\"keys\">");
        write_keys(out, diff, true);
        out.raw("</ul></details>");
    }
}

fn write_keys(out: &mut Markup, diff: &NotebookDiff<'_>, noise: bool) {
    if let Some(format) = diff.format.filter(|_| !noise) {
        let (old, new) = (version(format.old), version(format.new));
        write_values(out, "nbformat", Some(&old), Some(&new));
    }
    for (place, changes) in [("metadata", &diff.metadata), ("", &diff.other)] {
        for change in changes.iter().filter(|change| change.noise == noise) {
            write_key(out, place, change);
        }
    }
}

/// Writes all cells: those that changed, the others folded.
fn write_cells(out: &mut Markup, context: &Context<'_, '_>, number: usize) {
    let diff = context.diff;
    let stubs = stubs(diff);
    let write_stubs = |out: &mut Markup, at: usize| {
        for &moved in stubs.get(&at).into_iter().flatten() {
            write_stub(out, context, moved, number);
        }
    };
    write_stubs(out, 0);
    let mut at = 0;
    while let Some(entry) = diff.cells.get(at) {
        if is_shown(entry, context.options.detail) {
            write_cell(out, context, at, number);
            at += 1;
            write_stubs(out, at);
            continue;
        }
        let rest = diff.cells.get(at + 1..).unwrap_or_default().iter();
        let more = rest.zip(at + 1..).take_while(|(entry, index)| {
            !is_shown(entry, context.options.detail) && !stubs.contains_key(index)
        });
        let end = at + 1 + more.count();
        write_unchanged(out, context, at..end);
        at = end;
        write_stubs(out, at);
    }
}

/// Writes cells that did not change, folded.
fn write_unchanged(out: &mut Markup, context: &Context<'_, '_>, range: std::ops::Range<usize>) {
    out.raw("<details class=\"same\">");
    let noun = "unchanged cell";
    out.element("summary", &[], &counted(range.len(), noun));
    for at in range {
        write_unchanged_cell(out, context, at);
    }
    out.raw("</details>");
}

/// Returns where cells stood that stand elsewhere now: which entries are to be
/// told of before the entry of an index.
fn stubs(diff: &NotebookDiff<'_>) -> BTreeMap<usize, Vec<usize>> {
    let stays = |entry: &CellDiff<'_>| !entry.moved;
    let mut staying: Vec<(usize, usize)> = Vec::new();
    for (at, entry) in diff
        .cells
        .iter()
        .enumerate()
        .filter(|(_, entry)| stays(entry))
    {
        staying.extend(entry.old.iter().map(|&old| (old, at)));
    }
    staying.sort_unstable();
    let mut moved: Vec<(usize, usize)> = Vec::new();
    for (at, entry) in diff
        .cells
        .iter()
        .enumerate()
        .filter(|(_, entry)| !stays(entry))
    {
        moved.extend(entry.old.first().map(|&old| (old, at)));
    }
    moved.sort_unstable();
    let mut stubs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (old, entry) in moved {
        let before = staying.partition_point(|(other, _)| *other < old);
        let place = before.checked_sub(1).and_then(|before| staying.get(before));
        let place = place.map_or(0, |(_, at)| at + 1);
        stubs.entry(place).or_default().push(entry);
    }
    stubs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_made_of_good_ids_only() {
        assert!(is_good("a1-B_2"));
        for bad in ["", "12", "a b", "\"><script>", "é", &"a".repeat(65)] {
            assert!(!is_good(bad), "{bad}");
        }
    }
}
