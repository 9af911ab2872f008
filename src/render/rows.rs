//! The lines of two texts in the order in which they are shown, and what of
//! them is shown.

use std::borrow::Cow;
use std::ops::Range;

use super::escape::printed;
use super::hunks::{Origin, Side};
use super::syntax::{Token, Tokens};
use super::{Detail, RenderOptions, WordDiff};
use crate::diff::{LinePair, LineRun, TextDiff, word_changes};

/// One line of what is shown.
#[derive(Clone, Debug)]
pub(super) enum Row<'t> {
    Context(usize, usize),
    Removed(usize, Change),
    Added(usize, Change),
    /// An old and a new line in one.
    Changed(Pair),
    /// A remark, beside the texts.
    Border(&'t str),
    /// So many changed lines that are left out.
    LeftOut(usize, Side),
}

/// How a line differs from the one it is compared with.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) words: Words,
    pub(super) ends: LineEnds,
}

/// An old line and the new one that it became.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) old_words: Words,
    pub(super) new_words: Words,
    pub(super) ends: LineEnds,
}

/// The changed words of a line, as ranges of its bytes; none if the line has
/// no counterpart, or nothing in common with it.
pub(super) type Words = Vec<Range<usize>>;

/// What of a line's end is shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum LineEnds {
    /// Nothing: both sides have the same.
    #[default]
    Hidden,
    /// Carriage returns.
    Shown,
    /// Blanks, too: nothing else differs.
    Blanks,
}

/// The lines of both sides, as they are shown.
pub(super) struct Lines<'t> {
    pub(super) old: Vec<Cow<'t, str>>,
    pub(super) new: Vec<Cow<'t, str>>,
    /// What is in the new ones, if it is shown.
    pub(super) new_tokens: Vec<Tokens>,
}

impl Lines<'_> {
    /// Returns what is in a new line.
    pub(super) fn tokens(&self, new: usize) -> &[(Range<usize>, Token)] {
        self.new_tokens.get(new).map_or(&[], Vec::as_slice)
    }
}

/// Returns the lines of a text with their ends. Those of outputs are as a
/// terminal shows them.
pub(super) fn shown_lines<'t>(text: &'t str, origin: &Origin) -> Vec<Cow<'t, str>> {
    let lines = text.split_inclusive('\n');
    match origin {
        Origin::Source { .. } => lines.map(Cow::Borrowed).collect(),
        Origin::Output => lines.map(|line| printed(without_end(line))).collect(),
    }
}

/// Returns a line without its line feed.
pub(super) fn without_end(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

impl Row<'_> {
    /// Returns how many changed lines this is.
    pub(super) const fn changes(&self) -> usize {
        match self {
            Self::Removed(..) | Self::Added(..) | Self::Changed(_) => 1,
            Self::LeftOut(count, _) => *count,
            Self::Context(..) | Self::Border(_) => 0,
        }
    }

    pub(super) const fn old_line(&self) -> Option<usize> {
        match self {
            Self::Context(old, _) | Self::Removed(old, _) | Self::Changed(Pair { old, .. }) => {
                Some(*old)
            }
            Self::Added(..) | Self::Border(_) | Self::LeftOut(..) => None,
        }
    }

    pub(super) const fn new_line(&self) -> Option<usize> {
        match self {
            Self::Context(_, new) | Self::Added(new, _) | Self::Changed(Pair { new, .. }) => {
                Some(*new)
            }
            Self::Removed(..) | Self::Border(_) | Self::LeftOut(..) => None,
        }
    }
}

/// Returns all lines of both texts, in the order in which they are shown.
pub(super) fn rows<'t>(
    text: &TextDiff<'_>,
    lines: &Lines<'_>,
    origin: &'t Origin,
    options: &RenderOptions,
) -> Vec<Row<'t>> {
    let ends = line_ends(text);
    let mut rows = Vec::new();
    let mut runs = settled(text, lines, options.detail);
    let is_source = matches!(origin, Origin::Source { .. });
    let only_final_newline = is_source && runs.iter().all(|run| run.equal);
    if only_final_newline {
        runs.clone_from(&text.runs);
    }
    for run in &runs {
        if run.equal {
            let both = run.old.clone().zip(run.new.clone());
            rows.extend(both.map(|(old, new)| Row::Context(old, new)));
            continue;
        }
        let pairs = match (origin, options.detail) {
            // Lines that are left out need no comparing.
            (Origin::Output, Detail::Meant) => {
                pairs(lines, &start_of(run, options.output_lines), ends)
            }
            _ => pairs(lines, run, ends),
        };
        let change = Change {
            words: Vec::new(),
            ends,
        };
        if options.word_diff == WordDiff::None {
            push_apart(&mut rows, run, pairs, &change);
        } else {
            push_together(&mut rows, run, pairs, &change);
        }
    }
    match origin {
        Origin::Source { .. } if only_final_newline => with_newline_remark(rows, lines),
        Origin::Source {
            old_borders,
            new_borders,
            ..
        } => with_borders(rows, old_borders, new_borders),
        Origin::Output => rows,
    }
}

/// Returns the runs with the lines that only lack a line feed, as the last of
/// a cell does, among the equal ones; noise, too, if it is not shown.
fn settled(text: &TextDiff<'_>, lines: &Lines<'_>, detail: Detail) -> Vec<LineRun> {
    let mut runs = Vec::with_capacity(text.runs.len());
    for run in &text.runs {
        let is_quiet = run.noise && detail == Detail::Meant;
        if run.equal || (is_quiet && run.old.len() == run.new.len()) {
            runs.push(LineRun {
                equal: true,
                ..run.clone()
            });
            continue;
        }
        let same = |(old, new): &(usize, usize)| {
            without_end(&lines.old[*old]) == without_end(&lines.new[*new])
        };
        let both = || run.old.clone().zip(run.new.clone());
        let before = both().take_while(same).count();
        let (old, new) = (
            run.old.start + before..run.old.end,
            run.new.start + before..run.new.end,
        );
        let backwards = old.clone().rev().zip(new.clone().rev());
        let after = backwards.take_while(same).count();
        let part = |old, new, equal| LineRun {
            old,
            new,
            equal,
            noise: run.noise,
        };
        let (old_end, new_end) = (old.end - after, new.end - after);
        runs.push(part(
            run.old.start..old.start,
            run.new.start..new.start,
            true,
        ));
        runs.push(part(old.start..old_end, new.start..new_end, false));
        runs.push(part(old_end..old.end, new_end..new.end, true));
    }
    runs.retain(|run| !run.old.is_empty() || !run.new.is_empty());
    runs
}

/// Adds a change as old lines, then new ones.
fn push_apart(rows: &mut Vec<Row<'_>>, run: &LineRun, pairs: Vec<Pair>, change: &Change) {
    let mut removed = vec![change.clone(); run.old.len()];
    let mut added = vec![change.clone(); run.new.len()];
    for pair in pairs {
        let change = |words| Change {
            words,
            ends: pair.ends,
        };
        removed[pair.old - run.old.start] = change(pair.old_words);
        added[pair.new - run.new.start] = change(pair.new_words);
    }
    let removed = run.old.clone().zip(removed);
    rows.extend(removed.map(|(old, change)| Row::Removed(old, change)));
    let added = run.new.clone().zip(added);
    rows.extend(added.map(|(new, change)| Row::Added(new, change)));
}

/// Adds a change with the old and the new words of a line in one.
fn push_together(rows: &mut Vec<Row<'_>>, run: &LineRun, pairs: Vec<Pair>, change: &Change) {
    let (mut old, mut new) = (run.old.clone(), run.new.clone());
    for pair in pairs {
        rows.extend((old.start..pair.old).map(|old| Row::Removed(old, change.clone())));
        rows.extend((new.start..pair.new).map(|new| Row::Added(new, change.clone())));
        (old.start, new.start) = (pair.old + 1, pair.new + 1);
        rows.push(Row::Changed(pair));
    }
    rows.extend(old.map(|old| Row::Removed(old, change.clone())));
    rows.extend(new.map(|new| Row::Added(new, change.clone())));
}

/// Says which of two versions of the last line has no line feed.
fn with_newline_remark<'t>(rows: Vec<Row<'t>>, lines: &Lines<'_>) -> Vec<Row<'t>> {
    let mut remarked = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        let line = match &row {
            Row::Removed(old, _) => lines.old.get(*old),
            Row::Added(new, _) => lines.new.get(*new),
            Row::Context(..) | Row::Changed(_) | Row::Border(_) | Row::LeftOut(..) => None,
        };
        let lacks_newline = line.is_some_and(|line| !line.ends_with('\n'));
        remarked.push(row);
        if lacks_newline {
            remarked.push(Row::Border("No newline at end of cell"));
        }
    }
    remarked
}

/// Puts the remarks before the lines that they are about.
fn with_borders<'t>(
    rows: Vec<Row<'t>>,
    old_borders: &'t [(usize, String)],
    new_borders: &'t [(usize, String)],
) -> Vec<Row<'t>> {
    let mut bordered = Vec::with_capacity(rows.len());
    let mut borders = [old_borders, new_borders];
    for row in rows {
        for (borders, at) in borders.iter_mut().zip([row.old_line(), row.new_line()]) {
            while let (Some((first, rest)), Some(at)) = (borders.split_first(), at)
                && first.0 <= at
            {
                bordered.push(Row::Border(&first.1));
                *borders = rest;
            }
        }
        bordered.push(row);
    }
    let rest = borders.into_iter().flatten();
    bordered.extend(rest.map(|(_, remark)| Row::Border(remark)));
    bordered
}

/// Returns what is to be seen of line ends: carriage returns, unless all lines
/// of both sides have one.
fn line_ends(text: &TextDiff<'_>) -> LineEnds {
    let lines = || {
        text.old
            .split_inclusive('\n')
            .chain(text.new.split_inclusive('\n'))
    };
    let ended = |line: &&str| line.ends_with('\n');
    if lines().filter(ended).all(|line| line.ends_with("\r\n")) {
        LineEnds::Hidden
    } else {
        LineEnds::Shown
    }
}

/// Returns no more than so many lines of both sides of a run, and one.
fn start_of(run: &LineRun, most: usize) -> LineRun {
    let start = |range: &Range<usize>| {
        let length = range.len().min(most.saturating_add(1));
        range.start..range.start + length
    };
    LineRun {
        old: start(&run.old),
        new: start(&run.new),
        ..run.clone()
    }
}

/// Returns which lines of a change are versions of one line, in order.
fn pairs(lines: &Lines<'_>, run: &LineRun, ends: LineEnds) -> Vec<Pair> {
    let old: Vec<_> = lines.old[run.old.clone()]
        .iter()
        .map(|line| without_end(line))
        .collect();
    let new: Vec<_> = lines.new[run.new.clone()]
        .iter()
        .map(|line| without_end(line))
        .collect();
    let pair = |pair: LinePair| {
        let only_blanks = old[pair.old].trim_end() == new[pair.new].trim_end();
        Pair {
            old: run.old.start + pair.old,
            new: run.new.start + pair.new,
            old_words: pair.removed,
            new_words: pair.added,
            ends: if only_blanks { LineEnds::Blanks } else { ends },
        }
    };
    word_changes(&old, &new).into_iter().map(pair).collect()
}

/// Returns the ranges of rows that are shown: changes and borders, with so
/// many rows around them.
pub(super) fn hunks(rows: &[Row<'_>], context: usize) -> Vec<Range<usize>> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if matches!(row, Row::Context(..)) {
            continue;
        }
        let start = at.saturating_sub(context);
        let end = at.saturating_add(context).saturating_add(1).min(rows.len());
        match hunks.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

/// Returns a hunk in which no block of old or of new lines takes more than
/// half of the room, so that both can be seen.
pub(super) fn abridged<'t>(hunk: &[Row<'t>], room: usize) -> Vec<Row<'t>> {
    if hunk.len() <= room.saturating_add(1) {
        return hunk.to_vec();
    }
    let side = |row: &Row<'_>| match row {
        Row::Removed(..) => Some(Side::Old),
        Row::Added(..) => Some(Side::New),
        Row::Context(..) | Row::Changed(_) | Row::Border(_) | Row::LeftOut(..) => None,
    };
    let most = (room / 2).max(1);
    let mut rows = Vec::new();
    for block in hunk.chunk_by(|row, next| side(row) == side(next)) {
        match block.first().and_then(side) {
            Some(side) if block.len() > most + 1 => {
                rows.extend_from_slice(&block[..most]);
                rows.push(Row::LeftOut(block.len() - most, side));
            }
            _ => rows.extend_from_slice(block),
        }
    }
    rows
}
