//! What became of the outputs of a cell.

use super::super::Detail;
use super::super::hunks::{Origin, Side};
use super::super::outputs::{label, number, numbers, unit_at, units};
use super::super::values::{changed_text_words, changed_words, counted};
use super::bundle::{held, richness, try_part, try_text, write_unit};
use super::keys::{write_value_change, write_values};
use super::lines::write_text_diff;
use super::markup::Markup;
use super::notebook::Context;
use super::picture::{Pair, shown_type, write_pair};
use super::table::write_table;
use crate::diff::{
    CellDiff, Change, Meaning, OutputDiff, OutputUnit, PartChange, PartDiff, PartPlace, TextDiff,
    is_base64,
};
use crate::json::Value;
use crate::notebook::Notebook;

/// How many bytes of JSON are shown as a value.
const JSON: usize = 2_000;

/// How many changed places of JSON are listed.
const POINTERS: usize = 50;

/// Writes all outputs of some cells, which are on one side only.
pub(super) fn write_all(
    out: &mut Markup,
    notebook: &Notebook<'_>,
    cells: &[usize],
    side: Side,
    context: &Context<'_, '_>,
) {
    let units = units(notebook, cells);
    if units.is_empty() {
        return;
    }
    let what = match side {
        Side::Old => "removed",
        Side::New => "added",
    };
    let count = format!("{} {what}", counted(units.len(), "output"));
    open(out, &count, side == Side::New);
    for unit in &units {
        out.raw("<div class=\"out\">");
        let number = number("output", &unit.range);
        out.element("h4", &[], &format!("{number} ({})", label(unit)));
        write_unit(out, unit, side, context);
        out.raw("</div>");
    }
    out.raw("</details>");
}

/// Writes the outputs that changed in a cell that is on both sides.
pub(super) fn write_changed(
    out: &mut Markup,
    cell: &CellDiff<'_>,
    anchor: &str,
    context: &Context<'_, '_>,
) {
    let all = context.options.detail == Detail::All;
    let shown = cell
        .outputs
        .iter()
        .filter(|output| all || !output.is_noise());
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() {
        return;
    }
    let old = units(context.diff.old, &cell.old);
    let new = units(context.diff.new, &cell.new);
    open(
        out,
        &format!("{} changed", counted(shown.len(), "output")),
        true,
    );
    for (at, output) in shown.into_iter().enumerate() {
        let old = unit_at(&old, &output.old);
        let new = unit_at(&new, &output.new);
        out.raw("<div class=\"out\">");
        match (old, new) {
            (Some(old), Some(new)) => {
                let number = numbers("output", &output.old, &output.new);
                out.element("h4", &[], &format!("{number} ({}) changed", label(new)));
                let place = format!("{anchor}-{at}");
                write_parts(out, output, old, new, &place, context);
            }
            (Some(old), None) => {
                let number = number("output", &output.old);
                out.element("h4", &[], &format!("{number} ({}) removed", label(old)));
                out.raw("<div class=\"gone\">");
                write_unit(out, old, Side::Old, context);
                out.raw("</div>");
            }
            (None, Some(new)) => {
                let number = number("output", &output.new);
                out.element("h4", &[], &format!("{number} ({}) added", label(new)));
                write_unit(out, new, Side::New, context);
            }
            (None, None) => {}
        }
        out.raw("</div>");
    }
    out.raw("</details>");
}

fn open(out: &mut Markup, count: &str, is_open: bool) {
    out.raw(if is_open {
        "<details class=\"outputs\" open>"
    } else {
        "<details class=\"outputs\">"
    });
    out.element("summary", &[], count);
}

/// Writes what changed in an output: first what shows most, the rest folded.
fn write_parts(
    out: &mut Markup,
    output: &OutputDiff<'_>,
    old: &OutputUnit<'_>,
    new: &OutputUnit<'_>,
    place: &str,
    context: &Context<'_, '_>,
) {
    let all = context.options.detail == Detail::All;
    let mut parts: Vec<_> = output
        .parts
        .iter()
        .filter(|part| all || !part.noise)
        .collect();
    // A traceback says what name and message of an error say.
    if parts.iter().any(|part| part.name == "traceback") {
        parts.retain(|part| !matches!(&*part.name, "ename" | "evalue"));
    }
    let content = |part: &&&PartDiff<'_>| part.place == PartPlace::Content;
    let mut contents: Vec<_> = parts.iter().filter(content).collect();
    contents.sort_by_key(|part| std::cmp::Reverse(richness(&part.name)));
    for (at, part) in contents.iter().enumerate() {
        let is_first = at == 0;
        if !is_first {
            out.raw("<details class=\"more\">");
            out.element("summary", &[], &part.name);
        }
        write_part(out, part, (old, new), &format!("{place}-{at}"), context);
        if !is_first {
            out.raw("</details>");
        }
    }
    let others = parts.iter().filter(|part| !content(part));
    let others: Vec<_> = others.collect();
    if !others.is_empty() {
        out.raw("<ul class=\"keys\">");
        for part in others {
            match &part.change {
                PartChange::Value(change) => write_value_change(out, &part.name, change),
                PartChange::Text(text) => {
                    write_values(out, &part.name, Some(&text.old), Some(&text.new));
                }
            }
        }
        out.raw("</ul>");
    }
}

fn write_part(
    out: &mut Markup,
    part: &PartDiff<'_>,
    units: (&OutputUnit<'_>, &OutputUnit<'_>),
    place: &str,
    context: &Context<'_, '_>,
) {
    match (&part.change, &part.meaning) {
        (PartChange::Text(text), Some(Meaning::Table(table))) => {
            write_table(out, table);
            write_source(out, text, context);
        }
        (PartChange::Text(text), Some(Meaning::Json(pointers))) => {
            out.raw("<ul class=\"keys\">");
            for pointer in pointers.iter().take(POINTERS) {
                write_value_change(out, &pointer.pointer, &pointer.change);
            }
            out.raw("</ul>");
            if pointers.len() > POINTERS {
                let more = counted(pointers.len() - POINTERS, "more change");
                out.element("p", &[("class", "aside")], &format!("… {more}"));
            }
            write_source(out, text, context);
        }
        (PartChange::Text(text), _) => write_text(out, part, text, context),
        (PartChange::Value(change), _) => match (change.old, change.new) {
            (Some(old), Some(new)) => {
                let pair = Change { old, new };
                write_value_pair(out, part, &pair, place);
            }
            (Some(_), None) => write_one_sided(out, part, units.0, Side::Old, context),
            (None, Some(_)) => write_one_sided(out, part, units.1, Side::New, context),
            (None, None) => {}
        },
    }
}

/// Writes what changed in a text: as it looks on both sides if that is not
/// the text itself, and by lines.
fn write_text(
    out: &mut Markup,
    part: &PartDiff<'_>,
    text: &TextDiff<'_>,
    context: &Context<'_, '_>,
) {
    let looks = ["text/html", "image/svg+xml", "text/markdown", "text/latex"];
    if !looks.contains(&&*part.name) {
        return write_text_diff(out, text, &Origin::Output, &context.options);
    }
    let mut sides = [Markup::default(), Markup::default()];
    let [old, new] = &mut sides;
    let is_shown = try_text(old, &part.name, &text.old, Side::Old, context)
        && try_text(new, &part.name, &text.new, Side::New, context);
    if !is_shown {
        let words = changed_text_words(text);
        out.element("p", &[("class", "aside")], &words);
        return write_source(out, text, context);
    }
    out.raw("<div class=\"pair\">");
    for (side, name) in sides.into_iter().zip(["Before", "After"]) {
        out.raw("<figure>");
        out.append(&side.into_bytes());
        out.element("figcaption", &[], name);
        out.raw("</figure>");
    }
    out.raw("</div>");
    write_source(out, text, context);
}

/// Writes what changed in the lines of a text that is shown otherwise.
fn write_source(out: &mut Markup, text: &TextDiff<'_>, context: &Context<'_, '_>) {
    out.raw("<details class=\"more\"><summary>Source</summary>");
    write_text_diff(out, text, &Origin::Output, &context.options);
    out.raw("</details>");
}

fn write_value_pair(
    out: &mut Markup,
    part: &PartDiff<'_>,
    change: &Change<Value<'_>>,
    place: &str,
) {
    if let Some(mime) = shown_type(&part.name) {
        let pair = Pair {
            mime,
            old: &change.old,
            new: &change.new,
            name: place,
        };
        let picture = match &part.meaning {
            Some(Meaning::Picture(picture)) => Some(picture),
            Some(Meaning::Table(_) | Meaning::Json(_)) | None => None,
        };
        return write_pair(out, &pair, picture);
    }
    let is_short = |value: Value<'_>| value.raw().len() <= JSON;
    if !is_base64(&part.name) && is_short(change.old) && is_short(change.new) {
        out.raw("<ul class=\"keys\">");
        let change = Change {
            old: Some(change.old),
            new: Some(change.new),
        };
        write_value_change(out, &part.name, &change);
        out.raw("</ul>");
        return;
    }
    let words = changed_words(&part.name, &change.old, &change.new);
    out.element("p", &[("class", "aside")], &words);
}

/// Writes a form of an output that the other side does not have.
fn write_one_sided(
    out: &mut Markup,
    part: &PartDiff<'_>,
    unit: &OutputUnit<'_>,
    side: Side,
    context: &Context<'_, '_>,
) {
    let what = match side {
        Side::Old => "removed",
        Side::New => "added",
    };
    out.element("p", &[("class", "aside")], &format!("{} {what}", part.name));
    let found = unit
        .parts()
        .into_iter()
        .find(|found| found.name == part.name);
    let Some(found) = found else {
        return;
    };
    if !try_part(out, &found, side, context) {
        out.element("p", &[("class", "aside")], &held(&found));
    }
}
