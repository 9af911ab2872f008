//! Two texts as hunks of lines, as in a unified diff, or with the changed
//! words in their lines.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use owo_colors::Style;

use super::escape::cut;
use super::line::{Blanks, Piece, clipped, displayed, pieces};
use super::rows::{Change, LineEnds, Lines, Pair, Row, abridged, hunks, rows, shown_lines};
use super::side_by_side::write_beside;
use super::syntax::{Language, Token, Tokens, tokens};
use super::values::counted;
use super::{Detail, Layout, RenderOptions, Theme, WordDiff};
use crate::diff::TextDiff;

/// How many columns of a line of an output are shown.
const OUTPUT_COLUMNS: usize = 400;

/// Where there are fewer columns, texts do not stand side by side.
const NARROW: usize = 60;

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

    /// Writes the pieces of a line, and ends it.
    pub(super) fn pieces(&mut self, pieces: &[Piece], line: Style, word: Style) -> io::Result<()> {
        for (text, face) in pieces {
            let style = face.style(self.theme, line, word);
            write!(self.out, "{}", style.style(text))?;
        }
        writeln!(self.out)
    }

    /// Writes a line in passing.
    pub(super) fn aside(&mut self, text: &str) -> io::Result<()> {
        self.line(text, self.theme.quiet)
    }
}

/// How changed lines are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// How many columns are shown at most.
    pub(super) columns: usize,
    pub(super) blanks: Blanks,
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
        /// What the new side is written in.
        language: Option<&'static Language>,
    },
    /// An output: shown as a terminal shows it, and no more than is asked for.
    Output,
}

impl Origin {
    /// Returns the origin of a text that is the source of one cell.
    pub(super) fn source(language: Option<&'static Language>) -> Self {
        Self::Source {
            old_borders: Vec::new(),
            new_borders: Vec::new(),
            language,
        }
    }
}

/// Returns what is in the lines of the new side, if that has colors.
pub(super) fn new_tokens(pen: &Pen<'_>, lines: &[Cow<'_, str>], origin: &Origin) -> Vec<Tokens> {
    match origin {
        Origin::Source {
            new_borders,
            language: Some(language),
            ..
        } if pen.theme.syntax.is_some() => {
            tokens(lines, new_borders.iter().map(|border| border.0), language)
        }
        Origin::Source { .. } | Origin::Output => Vec::new(),
    }
}

/// Writes what changed in a text as hunks.
pub(super) fn write_hunks(
    pen: &mut Pen<'_>,
    text: &TextDiff<'_>,
    origin: &Origin,
) -> io::Result<()> {
    let new = shown_lines(&text.new, origin);
    let lines = Lines {
        old: shown_lines(&text.old, origin),
        new_tokens: new_tokens(pen, &new, origin),
        new,
    };
    let is_beside = pen.options.layout == Layout::SideBySide && pen.options.width >= NARROW;
    let options = RenderOptions {
        // Versions of a line are then one row.
        word_diff: if is_beside {
            WordDiff::Color
        } else {
            pen.options.word_diff
        },
        ..*pen.options
    };
    let rows = rows(text, &lines, origin, &options);
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
        if is_beside {
            write_beside(pen, shown, &lines, manner)?;
        } else {
            write_rows(pen, shown, &lines, manner)?;
        }
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
    let tokens = match side {
        Side::Old => Vec::new(),
        Side::New => new_tokens(pen, &lines, origin),
    };
    for (at, line) in lines.iter().take(shown).enumerate() {
        if let Some(tokens) = tokens
            .get(at)
            .filter(|_| pen.options.word_diff == WordDiff::None)
        {
            let pieces = pieces(line, &Vec::new(), tokens, LineEnds::Hidden, manner.blanks);
            write!(pen.out, "{}", style.style(sign))?;
            pen.pieces(&pieces, style, style)?;
            continue;
        }
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
            Row::Border(_) | Row::LeftOut(..) => write_remark(pen, row)?,
            Row::Context(_, new) if !lines.tokens(*new).is_empty() => {
                let (line, tokens) = (&lines.new[*new], lines.tokens(*new));
                let (ends, blanks) = (LineEnds::Hidden, Blanks::AsTheyAre);
                let pieces = pieces(line, &Vec::new(), tokens, ends, blanks);
                if pen.options.word_diff == WordDiff::None {
                    write!(pen.out, " ")?;
                }
                pen.pieces(&pieces, Style::new(), Style::new())?;
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
                write_changed(pen, &lines.old[*old], &[], Side::Old, change, manner)?;
            }
            Row::Added(new, change) => {
                let tokens = lines.tokens(*new);
                write_changed(pen, &lines.new[*new], tokens, Side::New, change, manner)?;
            }
            Row::Changed(pair) => write_pair(pen, pair, lines, manner.blanks)?,
        }
    }
    Ok(())
}

/// Writes a row that is no line of the texts.
pub(super) fn write_remark(pen: &mut Pen<'_>, row: &Row<'_>) -> io::Result<()> {
    match row {
        Row::Border(remark) => pen.aside(&format!("\\ {remark}")),
        Row::LeftOut(count, side) => {
            let what = match side {
                Side::Old => "removed",
                Side::New => "added",
            };
            let lines = counted(*count, "more line");
            pen.aside(&format!("… {lines} {what} {CUT_HINT}"))
        }
        Row::Context(..) | Row::Removed(..) | Row::Added(..) | Row::Changed(_) => Ok(()),
    }
}

/// Writes a line that is only on one side.
fn write_changed(
    pen: &mut Pen<'_>,
    line: &str,
    tokens: &[(Range<usize>, Token)],
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
            let pieces = pieces(line, &change.words, tokens, change.ends, manner.blanks);
            let pieces = clipped(pieces, manner.columns);
            write!(pen.out, "{}", style.style(sign))?;
            pen.pieces(&pieces, style, word_style)
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
    let all = |line, words| pieces(line, words, &[], pair.ends, blanks);
    let old = all(&lines.old[pair.old], &pair.old_words);
    let new = all(&lines.new[pair.new], &pair.new_words);
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
        if let Some((text, _)) = old.next_if(|(_, face)| face.is_changed) {
            let (open, close) = removed_marks;
            write!(pen.out, "{}", removed.style(format!("{open}{text}{close}")))?;
        }
        if let Some((text, _)) = new.next_if(|(_, face)| face.is_changed) {
            let (open, close) = added_marks;
            write!(pen.out, "{}", added.style(format!("{open}{text}{close}")))?;
        }
        let (_, equal) = (
            old.next_if(|(_, face)| !face.is_changed),
            new.next_if(|(_, face)| !face.is_changed),
        );
        if let Some((text, _)) = equal {
            write!(pen.out, "{text}")?;
        }
    }
    writeln!(pen.out)
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
