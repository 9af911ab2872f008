//! Two texts as lines: what was removed, what was added, what stands around.
//!
//! Each changed line is one element that knows its number; columns for numbers
//! and signs are drawn by the style sheet, so that a large diff stays a small
//! page and copied text is code alone. The same elements stand below each
//! other or side by side, as the reader likes it.

use super::super::hunks::{Origin, Side};
use super::super::line::{Blanks, clipped, displayed, pieces};
use super::super::rows::{LineEnds, Lines, Row, hunks, rows, shown_lines};
use super::super::values::counted;
use super::super::{RenderOptions, WordDiff};
use super::markup::Markup;
use crate::diff::TextDiff;

/// How many characters of a line of an output are shown.
const OUTPUT_COLUMNS: usize = 2_000;

/// How many lines of an unchanged text are shown where it is unfolded.
const UNCHANGED_LINES: usize = 2_000;

/// Writes what changed in a text, with unchanged lines folded.
pub(super) fn write_text_diff(
    out: &mut Markup,
    text: &TextDiff<'_>,
    origin: &Origin,
    options: &RenderOptions,
) {
    let options = RenderOptions {
        // Old and new lines that are versions of one come as pairs.
        word_diff: WordDiff::Plain,
        ..*options
    };
    let lines = Lines {
        old: shown_lines(&text.old, origin),
        new: shown_lines(&text.new, origin),
        new_tokens: Vec::new(),
    };
    let rows = rows(text, &lines, origin, &options);
    let manner = Manner::of(origin);
    let changes = |rows: &[Row<'_>]| -> usize { rows.iter().map(Row::changes).sum() };
    let mut room = match origin {
        Origin::Source { .. } => usize::MAX,
        Origin::Output => options.output_lines,
    };
    open_code(out, origin);
    let mut end = 0;
    for hunk in hunks(&rows, options.context) {
        if room == 0 {
            break;
        }
        write_folded(out, &rows[end..hunk.start], &lines, manner);
        let shown = hunk.start..hunk.end.min(hunk.start.saturating_add(room));
        room -= shown.len().min(room);
        write_rows(out, &rows[shown.clone()], &lines, manner);
        end = shown.end;
    }
    let rest = &rows[end..];
    match changes(rest) {
        0 => write_folded(out, rest, &lines, manner),
        left_out => {
            let more = counted(left_out, "more changed line");
            out.element("em", &[], &format!("… {more}"));
        }
    }
    out.raw("</div>");
}

/// Writes all of a text that is on one side only.
pub(super) fn write_whole(
    out: &mut Markup,
    text: &str,
    side: Side,
    origin: &Origin,
    options: &RenderOptions,
) {
    let lines = shown_lines(text, origin);
    if lines.is_empty() {
        return;
    }
    let most = match origin {
        Origin::Source { .. } => usize::MAX,
        Origin::Output => options.output_lines,
    };
    let shown = if lines.len() <= most.saturating_add(1) {
        lines.len()
    } else {
        most
    };
    let manner = Manner::of(origin);
    open_code(out, origin);
    out.raw("<div class=\"chg\">");
    for (index, line) in lines[..shown].iter().enumerate() {
        let line = Line {
            index,
            text: line,
            words: &[],
            ends: LineEnds::Hidden,
        };
        write_line(out, &line, side, manner);
    }
    out.raw("</div>");
    if shown < lines.len() {
        let more = counted(lines.len() - shown, "more line");
        out.element("em", &[], &format!("… {more}"));
    }
    out.raw("</div>");
}

/// Long outputs scroll, so a reader has to get at them by keys.
fn open_code(out: &mut Markup, origin: &Origin) {
    out.raw(match origin {
        Origin::Source { .. } => "<div class=\"code\">",
        Origin::Output => "<div class=\"code\" tabindex=\"0\">",
    });
}

/// Writes a text that did not change.
pub(super) fn write_unchanged(out: &mut Markup, text: &str) {
    let mut lines = text.split_inclusive('\n');
    out.raw("<pre>");
    for line in lines.by_ref().take(UNCHANGED_LINES) {
        out.lines(line);
    }
    out.raw("</pre>");
    let left_out = lines.count();
    if left_out > 0 {
        out.element("em", &[], &format!("… {}", counted(left_out, "more line")));
    }
}

/// How lines are shown.
#[derive(Clone, Copy, Debug)]
struct Manner {
    columns: usize,
    blanks: Blanks,
    /// Whether unchanged lines can be unfolded.
    unfolds: bool,
}

impl Manner {
    const fn of(origin: &Origin) -> Self {
        match origin {
            Origin::Source { .. } => Self {
                columns: usize::MAX,
                blanks: Blanks::Named,
                unfolds: true,
            },
            Origin::Output => Self {
                columns: OUTPUT_COLUMNS,
                blanks: Blanks::AsTheyAre,
                unfolds: false,
            },
        }
    }
}

/// A line that changed.
#[derive(Clone, Copy, Debug)]
struct Line<'t> {
    index: usize,
    text: &'t str,
    words: &'t [std::ops::Range<usize>],
    ends: LineEnds,
}

/// Writes lines that did not change, folded.
fn write_folded(out: &mut Markup, rows: &[Row<'_>], lines: &Lines<'_>, manner: Manner) {
    // Saying that they are folded takes a line, too.
    if rows.len() <= 1 {
        return write_rows(out, rows, lines, manner);
    }
    let count = format!("… {}", counted(rows.len(), "unchanged line"));
    if !manner.unfolds || rows.len() > UNCHANGED_LINES {
        out.element("em", &[], &count);
        return;
    }
    out.raw("<details class=\"fold\">");
    out.element("summary", &[], &count);
    out.raw("<div class=\"ctx one\">");
    for row in rows {
        if let Row::Context(old, new) = row {
            write_context(out, *old, *new, lines, manner);
        }
    }
    out.raw("</div></details>");
}

/// The sorts of rows that stand in one element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sort {
    Context,
    Change,
    Remark,
}

impl Sort {
    const fn of(row: &Row<'_>) -> Self {
        match row {
            Row::Context(..) => Self::Context,
            Row::Removed(..) | Row::Added(..) | Row::Changed(_) => Self::Change,
            Row::Border(_) | Row::LeftOut(..) => Self::Remark,
        }
    }
}

fn write_rows(out: &mut Markup, rows: &[Row<'_>], lines: &Lines<'_>, manner: Manner) {
    for block in rows.chunk_by(|row, next| Sort::of(row) == Sort::of(next)) {
        match block.first().map(Sort::of) {
            Some(Sort::Context) => write_block_of_context(out, block, lines, manner),
            Some(Sort::Change) => write_change(out, block, lines, manner),
            Some(Sort::Remark) | None => {
                for row in block {
                    if let Row::Border(remark) = row {
                        out.element("em", &[], remark);
                    }
                }
            }
        }
    }
}

fn write_block_of_context(out: &mut Markup, rows: &[Row<'_>], lines: &Lines<'_>, manner: Manner) {
    out.raw("<div class=\"ctx\">");
    for row in rows {
        if let Row::Context(old, new) = row {
            write_context(out, *old, *new, lines, manner);
            // The same again, for the other side where there are two.
            let number = (new + 1).to_string();
            out.open("s", &[("data-n", &number)]);
            write_parts(out, &lines.new[*new], &[], LineEnds::Hidden, manner);
            out.close("s");
        }
    }
    out.raw("</div>");
}

fn write_context(out: &mut Markup, old: usize, new: usize, lines: &Lines<'_>, manner: Manner) {
    let numbers = ((old + 1).to_string(), (new + 1).to_string());
    out.open("span", &[("data-o", &numbers.0), ("data-n", &numbers.1)]);
    let manner = Manner {
        blanks: Blanks::AsTheyAre,
        ..manner
    };
    write_parts(out, &lines.new[new], &[], LineEnds::Hidden, manner);
    out.close("span");
}

/// Writes old lines, then new ones. Where one side has fewer before a pair of
/// lines, it has gaps, so that the pair can stand side by side.
fn write_change(out: &mut Markup, rows: &[Row<'_>], lines: &Lines<'_>, manner: Manner) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut lost_newline = None;
    for row in rows {
        match row {
            Row::Removed(index, change) => {
                old.push(Some(line(&lines.old, *index, &change.words, change.ends)));
            }
            Row::Added(index, change) => {
                new.push(Some(line(&lines.new, *index, &change.words, change.ends)));
            }
            Row::Changed(pair) => {
                let length = old.len().max(new.len());
                old.resize(length, None);
                new.resize(length, None);
                old.push(Some(line(&lines.old, pair.old, &pair.old_words, pair.ends)));
                new.push(Some(line(&lines.new, pair.new, &pair.new_words, pair.ends)));
                if pair.old_words.is_empty() && pair.new_words.is_empty() {
                    lost_newline = newline_remark(&lines.old[pair.old], &lines.new[pair.new]);
                }
            }
            Row::Context(..) | Row::Border(_) | Row::LeftOut(..) => {}
        }
    }
    out.raw("<div class=\"chg\">");
    for line in &old {
        match line {
            Some(line) => write_line(out, line, Side::Old, manner),
            None => out.raw("<i></i>"),
        }
    }
    for line in &new {
        match line {
            Some(line) => write_line(out, line, Side::New, manner),
            None => out.raw("<i class=\"n\"></i>"),
        }
    }
    out.raw("</div>");
    if let Some(remark) = lost_newline {
        out.element("em", &[], remark);
    }
}

fn line<'t>(
    lines: &'t [std::borrow::Cow<'_, str>],
    index: usize,
    words: &'t [std::ops::Range<usize>],
    ends: LineEnds,
) -> Line<'t> {
    Line {
        index,
        text: &lines[index],
        words,
        ends,
    }
}

fn newline_remark(old: &str, new: &str) -> Option<&'static str> {
    match (old.ends_with('\n'), new.ends_with('\n')) {
        (true, false) => Some("The new version has no newline at its end"),
        (false, true) => Some("The old version had no newline at its end"),
        (true, true) | (false, false) => None,
    }
}

fn write_line(out: &mut Markup, line: &Line<'_>, side: Side, manner: Manner) {
    let number = (line.index + 1).to_string();
    let (tag, attribute) = match side {
        Side::Old => ("del", "data-o"),
        Side::New => ("ins", "data-n"),
    };
    out.open(tag, &[(attribute, &number)]);
    write_parts(out, line.text, line.words, line.ends, manner);
    out.close(tag);
}

/// Writes a line with its changed words marked.
fn write_parts(
    out: &mut Markup,
    text: &str,
    words: &[std::ops::Range<usize>],
    ends: LineEnds,
    manner: Manner,
) {
    if words.is_empty() && text.len() <= manner.columns {
        out.text(&displayed(text, ends, manner.blanks));
        return;
    }
    let pieces = pieces(text, words, &[], ends, manner.blanks);
    for (text, face) in clipped(pieces, manner.columns) {
        if face.is_changed {
            out.element("b", &[], &text);
        } else {
            out.text(&text);
        }
    }
}
