//! Two texts as hunks of lines, as in a unified diff, or with the changed
//! words in their lines.

use std::io::{self, Write};
use std::ops::Range;

use owo_colors::Style;

use super::escape::{cut, visible, visible_blanks};
use super::rows::{
    Change, LineEnds, Lines, Pair, Row, abridged, hunks, rows, shown_lines, without_end,
};
use super::values::counted;
use super::{Detail, RenderOptions, Theme, WordDiff};
use crate::diff::TextDiff;

/// How many columns of a line of an output are shown.
const OUTPUT_COLUMNS: usize = 400;

/// Stands where an output was cut.
pub(super) const CUT_HINT: &str = "(--all shows them)";

/// What is written to, and how.
pub(super) struct Pen<'p> {
    pub(super) out: &'p mut dyn Write,
    pub(super) options: &'p RenderOptions,
    pub(super) theme: &'p Theme,
}

impl Pen<'_> {
    /// Writes a line.
    pub(super) fn line(&mut self, text: &str, style: Style) -> io::Result<()> {
        writeln!(self.out, "{}", style.style(text))
    }

    /// Writes a line in passing.
    pub(super) fn aside(&mut self, text: &str) -> io::Result<()> {
        self.line(text, self.theme.quiet)
    }
}

/// How blanks that look like a space, and are none, are shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Blanks {
    /// As they are: in lines that did not change, and in outputs.
    AsTheyAre,
    /// By number: in a changed source they may be what changed.
    Named,
}

/// How changed lines are shown.
#[derive(Clone, Copy, Debug)]
struct Manner {
    /// How many columns are shown at most.
    columns: usize,
    blanks: Blanks,
}

impl Manner {
    fn of(pen: &Pen<'_>, origin: &Origin) -> Self {
        let columns = match (origin, pen.options.detail) {
            (Origin::Output, Detail::Meant) => OUTPUT_COLUMNS,
            _ => usize::MAX,
        };
        let blanks = match origin {
            Origin::Source { .. } => Blanks::Named,
            Origin::Output => Blanks::AsTheyAre,
        };
        Self { columns, blanks }
    }
}

/// Where a text comes from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A source: all of it matters. Lines at which another cell begins, by
    /// side, with what is to be said there.
    Source {
        old_borders: Vec<(usize, String)>,
        new_borders: Vec<(usize, String)>,
    },
    /// An output: shown as a terminal shows it, and no more than is asked for.
    Output,
}

impl Origin {
    /// Returns the origin of a text that is the source of one cell.
    pub(super) fn source() -> Self {
        Self::Source {
            old_borders: Vec::new(),
            new_borders: Vec::new(),
        }
    }
}

/// Writes what changed in a text as hunks.
pub(super) fn write_hunks(
    pen: &mut Pen<'_>,
    text: &TextDiff<'_>,
    origin: &Origin,
) -> io::Result<()> {
    let lines = Lines {
        old: shown_lines(&text.old, origin),
        new: shown_lines(&text.new, origin),
    };
    let rows = rows(text, &lines, origin, pen.options);
    let mut room = most_lines(pen, origin);
    let manner = Manner::of(pen, origin);
    let mut left_out = 0;
    let n_rows = rows.len();
    for hunk in hunks(&rows, pen.options.context) {
        let hunk = &rows[hunk];
        let changes = |rows: &[Row<'_>]| -> usize { rows.iter().map(Row::changes).sum() };
        if room == 0 {
            left_out += changes(hunk);
            continue;
        }
        let rows = abridged(hunk, room);
        let (shown, hidden) = rows.split_at(fitting(rows.len(), room));
        left_out += changes(hidden);
        room = room.saturating_sub(shown.len());
        if pen.options.word_diff == WordDiff::None || hunk.len() < n_rows {
            write_hunk_header(pen, hunk)?;
        }
        write_rows(pen, shown, &lines, manner)?;
    }
    if left_out > 0 {
        let lines = counted(left_out, "more changed line");
        pen.aside(&format!("… {lines} {CUT_HINT}"))?;
    }
    Ok(())
}

/// Returns how many lines of a text are shown at most.
fn most_lines(pen: &Pen<'_>, origin: &Origin) -> usize {
    match (origin, pen.options.detail) {
        (Origin::Output, Detail::Meant) => pen.options.output_lines,
        _ => usize::MAX,
    }
}

/// Returns how many of `count` lines are shown where there is room for `room`.
/// One line alone is not left out: saying so takes a line, too.
fn fitting(count: usize, room: usize) -> usize {
    if room > 0 && count <= room.saturating_add(1) {
        count
    } else {
        room
    }
}

/// Writes all of a text that is only on one side, as one hunk.
pub(super) fn write_whole(
    pen: &mut Pen<'_>,
    text: &str,
    side: Side,
    origin: &Origin,
) -> io::Result<()> {
    let lines = shown_lines(text, origin);
    if lines.is_empty() {
        return Ok(());
    }
    let shown = fitting(lines.len(), most_lines(pen, origin));
    let manner = Manner::of(pen, origin);
    let theme = pen.theme;
    let (sign, style) = match side {
        Side::Old => ("-", theme.removed),
        Side::New => ("+", theme.added),
    };
    if pen.options.word_diff == WordDiff::None {
        let range = hunk_range(0, lines.len());
        let header = match side {
            Side::Old => format!("@@ -{range} +0,0 @@"),
            Side::New => format!("@@ -0,0 +{range} @@"),
        };
        pen.line(&header, theme.hunk)?;
    }
    for line in &lines[..shown] {
        let line = displayed(line, LineEnds::Hidden, manner.blanks);
        let line = cut(&line, manner.columns);
        match pen.options.word_diff {
            WordDiff::None => pen.line(&format!("{sign}{line}"), style)?,
            WordDiff::Plain if sign == "-" => pen.line(&format!("[-{line}-]"), style)?,
            WordDiff::Plain => pen.line(&format!("{{+{line}+}}"), style)?,
            WordDiff::Color => pen.line(&line, style)?,
        }
    }
    if shown < lines.len() {
        let lines = counted(lines.len() - shown, "more line");
        pen.aside(&format!("… {lines} {CUT_HINT}"))?;
    }
    Ok(())
}

/// The side a text is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Old,
    New,
}

fn write_hunk_header(pen: &mut Pen<'_>, hunk: &[Row<'_>]) -> io::Result<()> {
    let range = |lines: Vec<usize>| hunk_range(lines.first().copied().unwrap_or(0), lines.len());
    let old = range(hunk.iter().filter_map(Row::old_line).collect());
    let new = range(hunk.iter().filter_map(Row::new_line).collect());
    pen.line(&format!("@@ -{old} +{new} @@"), pen.theme.hunk)
}

fn write_rows(
    pen: &mut Pen<'_>,
    rows: &[Row<'_>],
    lines: &Lines<'_>,
    manner: Manner,
) -> io::Result<()> {
    for row in rows {
        match row {
            Row::Border(remark) => pen.aside(&format!("\\ {remark}"))?,
            Row::LeftOut(count, side) => {
                let what = match side {
                    Side::Old => "removed",
                    Side::New => "added",
                };
                let lines = counted(*count, "more line");
                pen.aside(&format!("… {lines} {what} {CUT_HINT}"))?;
            }
            Row::Context(_, new) => {
                let text = displayed(&lines.new[*new], LineEnds::Hidden, Blanks::AsTheyAre);
                let text = cut(&text, manner.columns);
                match pen.options.word_diff {
                    WordDiff::None => writeln!(pen.out, " {text}")?,
                    WordDiff::Plain | WordDiff::Color => writeln!(pen.out, "{text}")?,
                }
            }
            Row::Removed(old, change) => {
                write_changed(pen, &lines.old[*old], Side::Old, change, manner)?;
            }
            Row::Added(new, change) => {
                write_changed(pen, &lines.new[*new], Side::New, change, manner)?;
            }
            Row::Changed(pair) => write_pair(pen, pair, lines, manner.blanks)?,
        }
    }
    Ok(())
}

/// Writes a line that is only on one side.
fn write_changed(
    pen: &mut Pen<'_>,
    line: &str,
    side: Side,
    change: &Change,
    manner: Manner,
) -> io::Result<()> {
    let theme = pen.theme;
    let (sign, style, word_style) = match side {
        Side::Old => ("-", theme.removed, theme.removed_word),
        Side::New => ("+", theme.added, theme.added_word),
    };
    match (pen.options.word_diff, side) {
        (WordDiff::None, _) => {
            let parts = parts(line, &change.words, change.ends, manner.blanks);
            let parts = clipped(parts, manner.columns);
            write!(pen.out, "{}", style.style(sign))?;
            for (text, is_changed) in &parts {
                let style = if *is_changed { word_style } else { style };
                write!(pen.out, "{}", style.style(text))?;
            }
            writeln!(pen.out)
        }
        (WordDiff::Plain, Side::Old) => {
            let line = displayed(line, change.ends, manner.blanks);
            pen.line(&format!("[-{}-]", cut(&line, manner.columns)), style)
        }
        (WordDiff::Plain, Side::New) => {
            let line = displayed(line, change.ends, manner.blanks);
            pen.line(&format!("{{+{}+}}", cut(&line, manner.columns)), style)
        }
        (WordDiff::Color, _) => {
            let line = displayed(line, change.ends, manner.blanks);
            pen.line(&cut(&line, manner.columns), style)
        }
    }
}

/// Writes an old and a new line as one.
fn write_pair(pen: &mut Pen<'_>, pair: &Pair, lines: &Lines<'_>, blanks: Blanks) -> io::Result<()> {
    let old = parts(&lines.old[pair.old], &pair.old_words, pair.ends, blanks);
    let new = parts(&lines.new[pair.new], &pair.new_words, pair.ends, blanks);
    let (removed, added) = (pen.theme.removed, pen.theme.added);
    let (removed_marks, added_marks) = match pen.options.word_diff {
        WordDiff::Plain => (("[-", "-]"), ("{+", "+}")),
        WordDiff::None | WordDiff::Color => (("", ""), ("", "")),
    };
    // Equal parts are the same on both sides, so each stands between the same
    // changes.
    let mut old = old.into_iter().peekable();
    let mut new = new.into_iter().peekable();
    while old.peek().is_some() || new.peek().is_some() {
        if let Some((text, _)) = old.next_if(|(_, is_changed)| *is_changed) {
            let (open, close) = removed_marks;
            write!(pen.out, "{}", removed.style(format!("{open}{text}{close}")))?;
        }
        if let Some((text, _)) = new.next_if(|(_, is_changed)| *is_changed) {
            let (open, close) = added_marks;
            write!(pen.out, "{}", added.style(format!("{open}{text}{close}")))?;
        }
        let (_, equal) = (
            old.next_if(|(_, is_changed)| !is_changed),
            new.next_if(|(_, is_changed)| !is_changed),
        );
        if let Some((text, _)) = equal {
            write!(pen.out, "{text}")?;
        }
    }
    writeln!(pen.out)
}

/// Returns a line, harmless, in parts that are alternately the same on both
/// sides and not.
pub(super) fn parts(
    line: &str,
    words: &[Range<usize>],
    ends: LineEnds,
    blanks: Blanks,
) -> Vec<(String, bool)> {
    let line = without_end(line);
    let mut parts = Vec::new();
    let mut at = 0;
    for word in words {
        // Ranges that are none of this line would be a fault of the diff.
        let (Some(before), Some(text)) = (line.get(at..word.start), line.get(word.clone())) else {
            break;
        };
        parts.push((displayed(before, LineEnds::Shown, blanks), false));
        parts.push((
            displayed(text, part_ends(ends, word.end == line.len()), blanks),
            true,
        ));
        at = word.end;
    }
    let rest = line.get(at..).unwrap_or_default();
    parts.push((displayed(rest, ends, blanks), false));
    parts.retain(|(text, _)| !text.is_empty());
    parts
}

/// Returns what is shown of the end of a part of a line.
const fn part_ends(ends: LineEnds, at_line_end: bool) -> LineEnds {
    if at_line_end { ends } else { LineEnds::Shown }
}

/// Returns the parts of a line that has more than `most` characters from a
/// little before the first change on, with marks where something is missing.
pub(super) fn clipped(parts: Vec<(String, bool)>, most: usize) -> Vec<(String, bool)> {
    let length = |text: &String| text.chars().count();
    let total: usize = parts.iter().map(|(text, _)| length(text)).sum();
    if total <= most {
        return parts;
    }
    let same = parts.iter().take_while(|(_, is_changed)| !is_changed);
    let before: usize = same.map(|(text, _)| length(text)).sum();
    let mut skipped = match before {
        _ if before == total => 0,
        _ if before < most / 2 => 0,
        _ => before - most / 8,
    };
    let mut room = most;
    let mut clipped = Vec::new();
    if skipped > 0 {
        clipped.push(("…".to_owned(), false));
    }
    let mut left_out = total - skipped;
    for (text, is_changed) in parts {
        let characters = text.chars().skip(skipped).take(room);
        let part: String = characters.collect();
        skipped = skipped.saturating_sub(length(&text));
        room -= length(&part);
        left_out -= length(&part);
        clipped.push((part, is_changed));
    }
    if left_out > 0 {
        let more = format!("… {}", counted(left_out, "more character"));
        clipped.push((more, false));
    }
    clipped.retain(|(text, _)| !text.is_empty());
    clipped
}

/// Returns lines as a unified diff names them: from one, and the line before
/// where there are none.
pub(super) fn hunk_range(start: usize, count: usize) -> String {
    match count {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{count}", start + 1),
    }
}

/// Returns a line without its line feed, harmless.
pub(super) fn displayed(line: &str, ends: LineEnds, blanks: Blanks) -> String {
    let line = without_end(line);
    let visible = |text| match blanks {
        Blanks::AsTheyAre => visible(text).into_owned(),
        Blanks::Named => visible_blanks(text).into_owned(),
    };
    let (text, end) = match line.strip_suffix('\r') {
        Some(text) if ends == LineEnds::Hidden => (text, ""),
        Some(text) => (text, "␍"),
        None => (line, ""),
    };
    if ends != LineEnds::Blanks {
        return format!("{}{end}", visible(text));
    }
    let trimmed = text.trim_end();
    let blanks = text.strip_prefix(trimmed).unwrap_or_default();
    let blanks: String = blanks
        .chars()
        .map(|blank| match blank {
            ' ' => '·',
            '\t' => '⇥',
            other => other,
        })
        .collect();
    format!("{}{}{end}", visible(trimmed), visible(&blanks))
}
