//! One cell: what happened to it, its source, its keys, its outputs.

use super::super::escape::{cut, visible};
use super::super::hunks::{Origin, Side};
use super::super::metadata::{key_words, meant_metadata};
use super::super::unified::{happenings, kind_name, list, number as cell_numbers, origin};
use super::super::values::{compact, counted};
use super::keys::{ATTACHMENTS, write_attached, write_key, write_value_change, write_values};
use super::lines::{write_text_diff, write_unchanged, write_whole};
use super::markdown_text::markdown;
use super::markup::Markup;
use super::notebook::Context;
use super::outputs::{write_all, write_changed};
use super::picture::picture_address;
use crate::diff::{CellDiff, KeyChange, cell_keys, cell_text};
use crate::json::Kind;
use crate::notebook::{Cell, CellKind, NbFormat, Notebook, Scope};

/// How many columns of the first line of a source stand in a header.
const IN_HEADER: usize = 80;

/// Writes a cell that changed, the entry at `at` of the diff.
pub(super) fn write_cell(out: &mut Markup, context: &Context<'_, '_>, at: usize, number: usize) {
    let Some(entry) = context.diff.cells.get(at) else {
        return;
    };
    let anchor = context.anchor(at);
    let heading = format!("{anchor}-name");
    let class = format!("cell {}", class_of(entry));
    out.open(
        "article",
        &[
            ("class", &class),
            ("id", anchor),
            ("aria-labelledby", &heading),
        ],
    );
    for other in context.other_anchors(at) {
        out.element("span", &[("id", other)], "");
    }
    let link = format!("#{anchor}");
    let name = cell_numbers(entry);
    let label = format!("Link to {name}");
    out.element(
        "a",
        &[("class", "here"), ("href", &link), ("aria-label", &label)],
        "#",
    );
    out.raw("<details class=\"body\" open><summary>");
    write_header(out, context, entry, &heading);
    out.raw("</summary>");
    if entry.moved {
        write_link_back(out, entry, number);
    }
    if entry.is_added() {
        write_one_sided(out, context, &entry.new, Side::New);
    } else if entry.is_removed() {
        write_one_sided(out, context, &entry.old, Side::Old);
    } else {
        write_both_sides(out, context, entry, anchor);
    }
    out.raw("</details></article>");
}

/// Returns the class by which the style sheet knows what happened to a cell.
fn class_of(entry: &CellDiff<'_>) -> &'static str {
    match () {
        () if entry.is_added() => "added",
        () if entry.is_removed() => "removed",
        () if entry.is_modified() => "modified",
        () if entry.moved => "moved",
        // Outputs, metadata, where a cell ends: no text that people wrote.
        () => "touched",
    }
}

/// Returns the cell by which an entry is known: the first new one, or the
/// first old one of those that are gone.
fn known_cell<'d, 'a>(context: &'d Context<'_, 'a>, entry: &CellDiff<'a>) -> Option<&'d Cell<'a>> {
    let diff = context.diff;
    match (entry.new.first(), entry.old.first()) {
        (Some(&new), _) => diff.new.cells.get(new),
        (None, Some(&old)) => diff.old.cells.get(old),
        (None, None) => None,
    }
}

fn write_header(out: &mut Markup, context: &Context<'_, '_>, entry: &CellDiff<'_>, heading: &str) {
    let name = cell_numbers(entry);
    let cell = known_cell(context, entry);
    let kind = cell.map_or(CellKind::Unknown, |cell| cell.kind);
    out.element("h3", &[("id", heading)], &name);
    out.raw(" ");
    out.element("span", &[("class", "kind")], kind_name(kind));
    let count = cell.and_then(|cell| cell.execution_count);
    if let Some(count) = count.filter(|count| count.kind() == Kind::Number) {
        out.raw(" ");
        let count = format!("In [{}]", cut(&compact(&count), 12));
        out.element("span", &[("class", "count")], &count);
    }
    for what in happenings(entry) {
        let class = match () {
            () if what.starts_with("added") => "tag added",
            () if what.starts_with("removed") => "tag removed",
            () if what.starts_with("moved") => "tag moved",
            () if what.starts_with("modified") => "tag modified",
            () => "tag",
        };
        out.raw(" ");
        out.element("span", &[("class", class)], &what);
    }
}

fn write_link_back(out: &mut Markup, entry: &CellDiff<'_>, number: usize) {
    if let Some(old) = entry.old.first() {
        let link = format!("#nb{number}-from-{}", old + 1);
        out.raw("<p class=\"aside\">");
        out.element("a", &[("href", &link)], "Where it was");
        out.raw("</p>");
    }
}

/// Writes where a cell stood that was moved. `moved` is its entry.
pub(super) fn write_stub(out: &mut Markup, context: &Context<'_, '_>, moved: usize, number: usize) {
    let Some(entry) = context.diff.cells.get(moved) else {
        return;
    };
    let Some(old) = entry.old.first() else {
        return;
    };
    let noun = |indices: &[usize]| if indices.len() > 1 { "cells" } else { "cell" };
    let id = format!("nb{number}-from-{}", old + 1);
    out.open("p", &[("class", "stub"), ("id", &id)]);
    out.text(&format!(
        "{} {} moved to ",
        noun(&entry.old),
        list(&entry.old)
    ));
    let link = format!("#{}", context.anchor(moved));
    let name = format!("{} {}", noun(&entry.new), list(&entry.new));
    out.element("a", &[("href", &link)], &name);
    out.raw("</p>");
}

/// Writes a cell that is new, or gone.
fn write_one_sided(out: &mut Markup, context: &Context<'_, '_>, cells: &[usize], side: Side) {
    let notebook = match side {
        Side::Old => context.diff.old,
        Side::New => context.diff.new,
    };
    for cell in cells.iter().filter_map(|&index| notebook.cells.get(index)) {
        let text = cell_text(cell, notebook.format);
        if text.is_empty() {
            out.raw("<p class=\"aside\">An empty cell.</p>");
        }
        write_whole(out, &text, side, &Origin::source(None), &context.options);
        if cell.kind == CellKind::Markdown && side == Side::New {
            write_rendered(out, context, &[(notebook, cell, "")]);
        }
        let keys: Vec<_> = meant_metadata(cell.metadata.as_ref(), Scope::Cell)
            .into_iter()
            .map(|(name, value)| (format!("metadata.{name}"), compact(&value)))
            .chain(key_words(cell, notebook.format))
            .collect();
        if !keys.is_empty() {
            out.raw("<ul class=\"keys\">");
            for (name, value) in &keys {
                let (old, new) = match side {
                    Side::Old => (Some(value.as_str()), None),
                    Side::New => (None, Some(value.as_str())),
                };
                write_values(out, name, old, new);
            }
            out.raw("</ul>");
        }
    }
    write_all(out, notebook, cells, side, context);
}

fn write_both_sides(
    out: &mut Markup,
    context: &Context<'_, '_>,
    entry: &CellDiff<'_>,
    anchor: &str,
) {
    let diff = context.diff;
    match &entry.source {
        Some(text) => write_text_diff(out, text, &origin(diff, entry), &context.options),
        None => write_same_source(out, context, entry),
    }
    let cell = |notebook: &'_ Notebook<'_>, indices: &[usize]| {
        let first = indices.first().and_then(|&index| notebook.cells.get(index));
        first.is_some_and(|cell| cell.kind == CellKind::Markdown)
    };
    if entry.source.is_some()
        && let ([old], [new]) = (entry.old.as_slice(), entry.new.as_slice())
        && cell(diff.old, &entry.old)
        && cell(diff.new, &entry.new)
        && let (Some(old), Some(new)) = (diff.old.cells.get(*old), diff.new.cells.get(*new))
    {
        write_rendered(
            out,
            context,
            &[(diff.old, old, "Before"), (diff.new, new, "After")],
        );
    }
    write_keys(out, entry, anchor);
    write_noise(out, entry);
    write_changed(out, entry, anchor, context);
}

/// Writes a source that did not change, folded behind its first line.
fn write_same_source(out: &mut Markup, context: &Context<'_, '_>, entry: &CellDiff<'_>) {
    let cells = entry.new.iter();
    for cell in cells.filter_map(|&index| context.diff.new.cells.get(index)) {
        let text = cell_text(cell, context.diff.new.format);
        write_folded_source(out, &text);
    }
}

fn write_folded_source(out: &mut Markup, text: &str) {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else {
        return;
    };
    out.raw("<details class=\"fold\"><summary><code>");
    out.text(&cut(&visible(first), IN_HEADER));
    out.raw("</code></summary>");
    write_unchanged(out, text);
    out.raw("</details>");
}

/// Writes a cell that did not change.
pub(super) fn write_unchanged_cell(out: &mut Markup, context: &Context<'_, '_>, at: usize) {
    let Some(entry) = context.diff.cells.get(at) else {
        return;
    };
    let anchor = context.anchor(at);
    let Some(cell) = known_cell(context, entry) else {
        return;
    };
    out.open("div", &[("class", "cell"), ("id", anchor)]);
    out.raw("<p class=\"aside\">");
    out.text(&format!(
        "{} · {}",
        cell_numbers(entry),
        kind_name(cell.kind)
    ));
    out.raw("</p>");
    write_unchanged(out, &cell_text(cell, context.diff.new.format));
    out.raw("</div>");
}

/// Writes what Markdown looks like, folded.
fn write_rendered(
    out: &mut Markup,
    context: &Context<'_, '_>,
    sides: &[(&Notebook<'_>, &Cell<'_>, &str)],
) {
    let mut rendered = Vec::new();
    for (notebook, cell, name) in sides {
        let text = cell_text(cell, notebook.format);
        let attached = |name: &str| attached_picture(cell, notebook.format, name);
        let html = context
            .takes(text.len())
            .then(|| markdown(&text, &attached));
        match html.flatten() {
            Some(html) => rendered.push((html, *name)),
            None => return,
        }
    }
    out.raw("<details class=\"rendered\"><summary>Rendered</summary><div class=\"pair\">");
    for (html, name) in rendered {
        out.raw("<figure><div class=\"prose\" tabindex=\"0\">");
        out.safe(&html);
        out.raw("</div>");
        if !name.is_empty() {
            out.element("figcaption", &[], name);
        }
        out.raw("</figure>");
    }
    out.raw("</div></details>");
}

/// Returns the address of a picture that is attached to a cell by a name.
fn attached_picture(cell: &Cell<'_>, format: NbFormat, name: &str) -> Option<String> {
    let keys = cell_keys(cell, format);
    let (_, bundle) = keys.attachments.iter().find(|(key, _)| *key == name)?;
    let mut members = bundle.members();
    members.find_map(|member| picture_address(&member.key.as_str()?, &member.value))
}

/// Writes the keys of a cell whose values people changed, and pictures that
/// are attached to it. `anchor` names the cell on the page.
fn write_keys(out: &mut Markup, entry: &CellDiff<'_>, anchor: &str) {
    let keys = || changed_keys(entry).filter(|(_, key)| !key.noise);
    let words: Vec<_> = [
        ("metadata", "metadata key"),
        (ATTACHMENTS, "attachment"),
        ("", "other key"),
    ]
    .into_iter()
    .filter_map(|(of, noun)| {
        let count = keys().filter(|(place, _)| *place == of).count();
        (count > 0).then(|| counted(count, noun))
    })
    .collect();
    if words.is_empty() {
        return;
    }
    out.raw("<details class=\"nbkeys\" open>");
    out.element("summary", &[], &format!("{} changed", words.join(", ")));
    out.raw("<ul class=\"keys\">");
    for (place, key) in keys() {
        write_key(out, place, key);
    }
    out.raw("</ul>");
    for (at, key) in entry.attachments.iter().enumerate() {
        if !key.noise {
            write_attached(out, key, &format!("{anchor}-attached-{at}"));
        }
    }
    out.raw("</details>");
}

/// Returns all keys of a cell that changed, with what they are keys of.
fn changed_keys<'d, 'a>(
    entry: &'d CellDiff<'a>,
) -> impl Iterator<Item = (&'static str, &'d KeyChange<'a>)> {
    let places = [
        ("metadata", &entry.metadata),
        (ATTACHMENTS, &entry.attachments),
        ("", &entry.other),
    ];
    let places = places.into_iter();
    places.flat_map(|(place, keys)| keys.iter().map(move |key| (place, key)))
}

/// Writes what tools changed on their own, folded.
fn write_noise(out: &mut Markup, entry: &CellDiff<'_>) {
    let keys = || changed_keys(entry).filter(|(_, key)| key.noise);
    let values = [
        ("id", &entry.id),
        ("execution_count", &entry.execution_count),
    ];
    let values = || {
        values
            .iter()
            .filter_map(|(name, change)| Some((name, change.as_ref()?)))
    };
    let count = keys().count() + values().count();
    if count == 0 {
        return;
    }
    out.raw("<details class=\"quiet\">");
    out.element("summary", &[], &counted(count, "quiet change"));
    out.raw("<ul class=\"keys\">");
    for (name, change) in values() {
        write_value_change(out, name, change);
    }
    for (place, key) in keys() {
        write_key(out, place, key);
    }
    out.raw("</ul></details>");
}
