//! One output as it is: the richest of its forms that can be shown without
//! doing anything.

use std::borrow::Cow;

use pulldown_latex::config::DisplayMode;

use super::super::escape::visible;
use super::super::hunks::{Origin, Side};
use super::super::values::{compact, counted, described, excerpts, size};
use super::lines::write_whole;
use super::markdown_text::{FORMULA_BYTES, formula, markdown};
use super::markup::Markup;
use super::notebook::Context;
use super::picture::{shown_type, write_drawing, write_picture};
use super::sanitize::clean_output;
use crate::diff::{OutputPart, OutputUnit, PartContent, text_digest};
use crate::json::Value;
use crate::notebook::OutputKind;

/// How many characters of JSON are shown.
const JSON: usize = 2_000;

/// What a frame holds before an output.
const FRAME_HEAD: &str = concat!(
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Output</title><style>",
    include_str!("assets/frame.css"),
    "</style><body>"
);

/// Returns how much the form of a mime type shows to a reader of a page.
pub(super) fn richness(mime: &str) -> u8 {
    match mime {
        _ if shown_type(mime).is_some() => 9,
        "image/svg+xml" => 8,
        "text/html" => 7,
        "text/markdown" => 6,
        "text/latex" => 5,
        "text/plain" => 3,
        "application/javascript" => 4,
        _ if mime.contains("widget-view") => 4,
        _ if mime.starts_with("text/") => 2,
        _ => 1,
    }
}

/// Writes an output that is on one side only.
pub(super) fn write_unit(
    out: &mut Markup,
    unit: &OutputUnit<'_>,
    side: Side,
    context: &Context<'_, '_>,
) {
    let mut parts = unit.parts();
    match unit.kind {
        OutputKind::Stream | OutputKind::Error => {
            let text = parts.into_iter().filter_map(as_text);
            let text = text.last().unwrap_or_default();
            write_whole(out, &text, side, &Origin::Output, &context.options);
        }
        OutputKind::DisplayData | OutputKind::ExecuteResult => {
            parts.sort_by_key(|part| std::cmp::Reverse(richness(&part.name)));
            // What cannot be shown in its richest form has another, mostly.
            let is_shown = parts.iter().any(|part| try_part(out, part, side, context));
            if !is_shown {
                write_placeholder(out, &parts);
            }
        }
        OutputKind::Unknown => {
            out.raw("<p class=\"aside\">An output of an unknown kind.</p>");
        }
    }
}

/// Returns the text of a part. That of an error is its traceback, if it has
/// one.
fn as_text(part: OutputPart<'_>) -> Option<Cow<'_, str>> {
    match part.content {
        PartContent::Text(text) if !text.is_empty() => Some(text),
        PartContent::Text(_) | PartContent::Value(_) => None,
    }
}

/// Writes one form of an output, if it can be shown.
pub(super) fn try_part(
    out: &mut Markup,
    part: &OutputPart<'_>,
    side: Side,
    context: &Context<'_, '_>,
) -> bool {
    match &part.content {
        PartContent::Text(text) => try_text(out, &part.name, text, side, context),
        PartContent::Value(value) => try_value(out, &part.name, value, side),
    }
}

/// Writes a text by its mime type.
pub(super) fn try_text(
    out: &mut Markup,
    mime: &str,
    text: &str,
    side: Side,
    context: &Context<'_, '_>,
) -> bool {
    let what = match side {
        Side::Old => "before",
        Side::New => "after",
    };
    match mime {
        "image/svg+xml" => write_drawing(out, text, what),
        "text/html" => write_html(out, text, what, context),
        "text/markdown" => {
            let html = context.takes(text.len()).then(|| markdown(text, &|_| None));
            let html = html.flatten();
            if let Some(html) = &html {
                out.raw("<div class=\"prose\" tabindex=\"0\">");
                out.safe(html);
                out.raw("</div>");
            }
            html.is_some()
        }
        "text/latex" if text.len() <= FORMULA_BYTES => {
            let tex = text.trim();
            let inner = tex
                .strip_prefix("$$")
                .and_then(|tex| tex.strip_suffix("$$"));
            let single = || tex.strip_prefix('$').and_then(|tex| tex.strip_suffix('$'));
            let tex = inner.or_else(single).unwrap_or(tex);
            let tex = tex.trim_start_matches("\\displaystyle").trim();
            out.raw("<div class=\"prose\" tabindex=\"0\">");
            out.safe(formula(tex, DisplayMode::Block).safe());
            out.raw("</div>");
            true
        }
        _ => {
            write_whole(out, text, side, &Origin::Output, &context.options);
            true
        }
    }
}

fn try_value(out: &mut Markup, mime: &str, value: &Value<'_>, side: Side) -> bool {
    if let Some(mime) = shown_type(mime) {
        write_picture(out, mime, value, "output");
        return true;
    }
    if mime.contains("widget-view") {
        out.raw("<p class=\"aside\">An interactive widget, which needs a kernel to be shown.</p>");
        return true;
    }
    let is_json = mime == "application/json" || mime.ends_with("+json");
    // Large JSON is the data of a drawing that needs a script.
    if !is_json || value.raw().len() > JSON {
        return false;
    }
    let (text, _) = excerpts(&compact(value), "", JSON);
    let tag = match side {
        Side::Old => "del",
        Side::New => "ins",
    };
    out.raw("<div class=\"code\"><div class=\"chg\">");
    out.element(tag, &[], &text);
    out.raw("</div></div>");
    true
}

/// Writes HTML in a frame. Returns `false` if nothing of it can be shown.
fn write_html(out: &mut Markup, html: &str, what: &str, context: &Context<'_, '_>) -> bool {
    let clean = context.takes(html.len()).then(|| clean_output(html));
    let Some(clean) = clean.flatten() else {
        return false;
    };
    let is_seen = clean.as_str().contains("<img") || has_text(clean.as_str());
    if !is_seen {
        return false;
    }
    let height = height_of(clean.as_str()).to_string();
    let title = format!("HTML output, {what}");
    out.frame(FRAME_HEAD, &clean, &title, &height);
    true
}

/// Whether HTML has text outside of its tags.
fn has_text(html: &str) -> bool {
    let texts = html
        .split('<')
        .enumerate()
        .map(|(at, part)| match part.split_once('>') {
            Some((_, text)) if at > 0 => text,
            _ => part,
        });
    texts.into_iter().any(|text| !text.trim().is_empty())
}

/// Returns how many pixels HTML is likely to be high: a frame that may do
/// nothing cannot tell.
fn height_of(html: &str) -> usize {
    let count = |what: &str| html.matches(what).count();
    let rows = count("<tr") * 26;
    let lines = (count("<br") + count("<p") + count("<li") + count("<div") / 2) * 22;
    let pictures = count("<img") * 220;
    let text = html.len() / 200 * 8;
    let known = rows + lines + pictures;
    (known.max(text) + 30).clamp(60, 440)
}

/// Says what an output holds of which nothing can be shown.
fn write_placeholder(out: &mut Markup, parts: &[OutputPart<'_>]) {
    if parts.is_empty() {
        return out.raw("<p class=\"aside\">An empty output.</p>");
    }
    let held: Vec<_> = parts.iter().map(held).collect();
    let about = format!("Not shown: {}", held.join("; "));
    out.element("p", &[("class", "aside")], &about);
}

/// Returns what a form of an output holds, in a few words.
pub(super) fn held(part: &OutputPart<'_>) -> String {
    let words = match &part.content {
        PartContent::Value(value) => described(&part.name, value),
        PartContent::Text(text) => {
            let digest = text_digest(text);
            let lines = counted(text.lines().count(), "line");
            format!("{lines}, {}, {}", size(digest.bytes), digest.hash)
        }
    };
    format!("{}, {words}", visible(&part.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_tags() {
        assert!(has_text("a"));
        assert!(has_text("<p>a</p>"));
        assert!(!has_text("<p title=\"a\"> </p>\n"));
        assert!(!has_text(""));
    }

    #[test]
    fn frames_are_neither_tiny_nor_endless() {
        assert_eq!(height_of("x"), 60);
        assert_eq!(height_of(&"<tr><td>1</td></tr>".repeat(1000)), 440);
        assert_eq!(height_of(&"<tr></tr>".repeat(6)), 186);
    }
}
