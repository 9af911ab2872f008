//! Merges three texts by lines, and writes what conflicts between markers.
//!
//! Lines end at `\n`. A missing final line end and a change of all line ends
//! are merged on their own, so that neither makes lines conflict.

use std::ops::Range;

use super::markers::Markers;
use super::{Adjacent, Conflict, ConflictStyle, Disputed, Favor, MergeOptions, Side, Versions};
use crate::diff::TextDiff;

/// How many lines may stand between two conflicts to make them one, as in git:
/// `xdl_simplify_non_conflicts` in its `xmerge.c`.
const JOIN_WITHIN: usize = 3;

/// Three texts, merged by lines.
#[derive(Clone, Debug)]
pub(super) struct LineMerge {
    /// The lines of each version, each with an end.
    lines: Versions<Vec<String>>,
    /// All lines in order, by what became of them.
    pub(super) regions: Vec<Region>,
    /// What ends the lines of the merged text.
    line_end: &'static str,
    /// Whether the merged text ends in a line end.
    final_line_end: bool,
    was_favored: bool,
}

/// Neighbouring lines with one fate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Region {
    pub(super) fate: Fate,
    /// Indices of the lines in each version.
    pub(super) lines: Versions<Range<usize>>,
}

/// What becomes of the lines of a region.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// They are those of this side: the other changed nothing, or the same.
    From(Side),
    /// Both sides changed them, each in its own way.
    Conflict,
    /// The lines of both, as asked.
    Union,
}

/// A change from the base to a side.
#[derive(Clone, Debug)]
struct SideEdit {
    base: Range<usize>,
    side: Range<usize>,
}

impl LineMerge {
    /// Merges three texts. `None` as a base is none: all that differs
    /// conflicts.
    pub(super) fn new(texts: Versions<&str>, options: &MergeOptions, has_base: bool) -> Self {
        let ends = texts.map(|text| (text.ends_with('\n'), is_crlf(text)));
        let three = |base: bool, ours: bool, theirs: bool| if ours == base { theirs } else { ours };
        let (base_end, base_crlf) = if has_base { ends.base } else { ends.ours };
        // An empty text has no opinion on how texts end.
        let end_of = |text: &str, end: bool| if text.is_empty() { base_end } else { end };
        let final_line_end = three(
            base_end,
            end_of(texts.ours, ends.ours.0),
            end_of(texts.theirs, ends.theirs.0),
        );
        let crlf = three(base_crlf, ends.ours.1, ends.theirs.1);
        let lines = texts.map(split);
        let mut merge = Self {
            regions: Vec::new(),
            lines,
            line_end: if crlf { "\r\n" } else { "\n" },
            final_line_end,
            was_favored: false,
        };
        merge.regions = merge.regions(options.adjacent);
        merge.settle_blanks();
        match options.favor {
            Some(favor) => merge.favor(favor),
            None => merge.refine(options.style),
        }
        merge
    }

    /// Returns the lines that a region has in a version.
    pub(super) fn base(&self, region: &Region) -> &[String] {
        self.lines
            .base
            .get(region.lines.base.clone())
            .unwrap_or_default()
    }

    /// Returns the lines that a region has on a side.
    pub(super) fn side(&self, region: &Region, side: Side) -> &[String] {
        let lines = self.lines.side(side);
        lines
            .get(region.lines.side(side).clone())
            .unwrap_or_default()
    }

    /// Returns whether nobody changed the lines of a region.
    pub(super) fn is_unchanged(&self, region: &Region) -> bool {
        let base = self.base(region);
        base == self.side(region, Side::Ours) && base == self.side(region, Side::Theirs)
    }

    /// Returns whether lines conflicted and one side's were taken as asked.
    pub(super) fn was_favored(&self) -> bool {
        self.was_favored
    }

    /// Returns what conflicts.
    pub(super) fn conflicts(&self, marks: &Markers) -> Vec<Conflict> {
        let conflicts = self.regions.iter();
        conflicts
            .filter(|region| region.fate == Fate::Conflict)
            .map(|region| Conflict {
                cell: None,
                what: Disputed::Source,
                base: marks.shows_base().then(|| self.base(region).concat()),
                ours: Some(self.side(region, Side::Ours).concat()),
                theirs: Some(self.side(region, Side::Theirs).concat()),
            })
            .collect()
    }

    /// Returns all lines as one conflict, and the text with its markers.
    pub(super) fn whole(&self, marks: &Markers) -> (String, Conflict) {
        let conflict = Conflict {
            cell: None,
            what: Disputed::Source,
            base: marks.shows_base().then(|| self.lines.base.concat()),
            ours: Some(self.lines.ours.concat()),
            theirs: Some(self.lines.theirs.concat()),
        };
        let mut text = String::new();
        marks.write(
            conflict.base.as_deref(),
            conflict.ours.as_deref(),
            conflict.theirs.as_deref(),
            &mut text,
        );
        (self.finish(text), conflict)
    }

    /// Returns a text with the line ends that the merged text has.
    pub(super) fn with_line_ends(&self, text: &str) -> String {
        if self.line_end == "\n" {
            text.to_owned()
        } else {
            text.replace('\n', self.line_end)
        }
    }

    /// Returns the merged text, with markers around what conflicts.
    pub(super) fn text(&self, marks: &Markers) -> String {
        let mut text = String::new();
        for region in &self.regions {
            match region.fate {
                Fate::From(side) => self.side(region, side).iter().for_each(|line| text += line),
                Fate::Union => {
                    for side in [Side::Ours, Side::Theirs] {
                        self.side(region, side).iter().for_each(|line| text += line);
                    }
                }
                Fate::Conflict => {
                    let base = marks.shows_base().then(|| self.base(region).concat());
                    let ours = self.side(region, Side::Ours).concat();
                    let theirs = self.side(region, Side::Theirs).concat();
                    marks.write(base.as_deref(), Some(&ours), Some(&theirs), &mut text);
                }
            }
        }
        self.finish(text)
    }

    /// Gives a text that is put together of lines the line ends that the
    /// merged text has.
    pub(super) fn finish(&self, mut text: String) -> String {
        if !self.final_line_end && text.ends_with('\n') {
            text.pop();
        }
        self.with_line_ends(&text)
    }

    /// Puts the changes of both sides together, as diff3 does it: changes that
    /// overlap or touch are one region.
    fn regions(&self, adjacent: Adjacent) -> Vec<Region> {
        let ours = edits(&self.lines.base, &self.lines.ours);
        let theirs = edits(&self.lines.base, &self.lines.theirs);
        let mut cursor = Cursor::default();
        let mut regions = Vec::new();
        let (mut ours, mut theirs) = (ours.as_slice(), theirs.as_slice());
        loop {
            let mut base = match (ours.first(), theirs.first()) {
                (None, None) => break,
                (Some(edit), None) | (None, Some(edit)) => edit.base.clone(),
                (Some(one), Some(two)) => {
                    if is_before(one, two) {
                        one.base.clone()
                    } else {
                        two.base.clone()
                    }
                }
            };
            let (mut n_ours, mut n_theirs) = (0, 0);
            loop {
                let grown = (n_ours, n_theirs);
                for (edits, taken) in [(ours, &mut n_ours), (theirs, &mut n_theirs)] {
                    while let Some(edit) = edits.get(*taken)
                        && belongs(&edit.base, &base, adjacent)
                    {
                        base = base.start.min(edit.base.start)..base.end.max(edit.base.end);
                        *taken += 1;
                    }
                }
                if (n_ours, n_theirs) == grown {
                    break;
                }
            }
            let (mine, rest) = ours.split_at(n_ours);
            ours = rest;
            let (yours, rest) = theirs.split_at(n_theirs);
            theirs = rest;
            cursor.unchanged_until(base.start, &mut regions);
            let lines = cursor.take(&base, mine, yours);
            let fate = if yours.is_empty() {
                Fate::From(Side::Ours)
            } else if mine.is_empty() {
                Fate::From(Side::Theirs)
            } else if self.lines.ours.get(lines.ours.clone())
                == self.lines.theirs.get(lines.theirs.clone())
            {
                Fate::From(Side::Ours)
            } else {
                Fate::Conflict
            };
            regions.push(Region { fate, lines });
        }
        cursor.unchanged_until(self.lines.base.len(), &mut regions);
        regions
    }

    /// Where one side changed nothing but blanks at the ends of lines, takes
    /// what the other did.
    fn settle_blanks(&mut self) {
        let mut regions = std::mem::take(&mut self.regions);
        for region in &mut regions {
            if region.fate != Fate::Conflict {
                continue;
            }
            let base = self.base(region);
            for side in [Side::Ours, Side::Theirs] {
                if equal_but_blanks(base, self.side(region, side)) {
                    region.fate = Fate::From(side.other());
                    break;
                }
            }
        }
        self.regions = regions;
    }

    fn favor(&mut self, favor: Favor) {
        let conflicts = self.regions.iter_mut();
        for region in conflicts.filter(|region| region.fate == Fate::Conflict) {
            self.was_favored = true;
            region.fate = match favor {
                Favor::Ours => Fate::From(Side::Ours),
                Favor::Theirs => Fate::From(Side::Theirs),
                Favor::Union => Fate::Union,
            };
        }
    }

    /// Makes conflicts smaller where the style allows for it: lines that both
    /// sides have are not part of it.
    fn refine(&mut self, style: ConflictStyle) {
        let mut refined = Vec::with_capacity(self.regions.len());
        for region in std::mem::take(&mut self.regions) {
            if region.fate != Fate::Conflict || style == ConflictStyle::Diff3 {
                refined.push(region);
                continue;
            }
            let ours = self.side(&region, Side::Ours);
            let theirs = self.side(&region, Side::Theirs);
            let common = match style {
                ConflictStyle::Merge => common_runs(ours, theirs),
                ConflictStyle::Zdiff3 => common_ends(ours, theirs),
                ConflictStyle::Diff3 => Vec::new(),
            };
            split_conflict(&region, &common, &mut refined);
        }
        self.regions = refined;
    }
}

/// How far the lines of all versions have been gone through.
#[derive(Debug, Default)]
struct Cursor {
    base: usize,
    ours: usize,
    theirs: usize,
}

impl Cursor {
    /// Goes over lines that nobody changed.
    fn unchanged_until(&mut self, base: usize, regions: &mut Vec<Region>) {
        let length = base.saturating_sub(self.base);
        if length > 0 {
            let lines = Versions {
                base: self.base..base,
                ours: self.ours..self.ours + length,
                theirs: self.theirs..self.theirs + length,
            };
            let fate = Fate::From(Side::Ours);
            regions.push(Region { fate, lines });
        }
        self.base += length;
        self.ours += length;
        self.theirs += length;
    }

    /// Goes over changed lines and returns them.
    fn take(
        &mut self,
        base: &Range<usize>,
        ours: &[SideEdit],
        theirs: &[SideEdit],
    ) -> Versions<Range<usize>> {
        let side = |at: usize, edits: &[SideEdit]| {
            let removed: usize = edits.iter().map(|edit| edit.base.len()).sum();
            let added: usize = edits.iter().map(|edit| edit.side.len()).sum();
            at..at + base.len() + added - removed
        };
        let lines = Versions {
            base: base.clone(),
            ours: side(self.ours, ours),
            theirs: side(self.theirs, theirs),
        };
        self.base = base.end;
        self.ours = lines.ours.end;
        self.theirs = lines.theirs.end;
        lines
    }
}

fn is_before(one: &SideEdit, two: &SideEdit) -> bool {
    (one.base.start, one.base.end) <= (two.base.start, two.base.end)
}

/// Returns whether a change is part of a region that was changed.
fn belongs(edit: &Range<usize>, region: &Range<usize>, adjacent: Adjacent) -> bool {
    let overlaps = match adjacent {
        Adjacent::Conflict => edit.start <= region.end && region.start <= edit.end,
        Adjacent::Merge => edit.start < region.end && region.start < edit.end,
    };
    overlaps || edit == region
}

fn edits(base: &[String], side: &[String]) -> Vec<SideEdit> {
    let diff = TextDiff::new(base.concat(), side.concat());
    let changed = diff.runs.into_iter().filter(|run| !run.equal);
    changed
        .map(|run| SideEdit {
            base: run.old,
            side: run.new,
        })
        .collect()
}

/// Returns the lines of a text, each with `\n` at its end, whatever ended it.
fn split(text: &str) -> Vec<String> {
    let crlf = is_crlf(text);
    let line = |line: &str| {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = if crlf {
            line.strip_suffix('\r').unwrap_or(line)
        } else {
            line
        };
        format!("{line}\n")
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Returns whether there are line ends, all of them `\r\n`.
pub(super) fn is_crlf(text: &str) -> bool {
    let mut ends = 0;
    for line in text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
    {
        if !line.ends_with("\r\n") {
            return false;
        }
        ends += 1;
    }
    ends > 0
}

fn equal_but_blanks(one: &[String], two: &[String]) -> bool {
    one.len() == two.len()
        && one
            .iter()
            .zip(two)
            .all(|(one, two)| one.trim_end() == two.trim_end())
}

/// A run of lines that both sides have: where it starts on each, and its
/// length.
type Common = (usize, usize, usize);

/// Returns all runs of lines that both sides have, in order, but those too
/// short to be told apart from what surrounds them.
fn common_runs(ours: &[String], theirs: &[String]) -> Vec<Common> {
    let diff = TextDiff::new(ours.concat(), theirs.concat());
    let last = diff.runs.len().saturating_sub(1);
    let runs = diff.runs.iter().enumerate();
    runs.filter(|(at, run)| {
        let at_an_end = *at == 0 || *at == last;
        run.equal && (at_an_end || run.old.len() > JOIN_WITHIN)
    })
    .map(|(_, run)| (run.old.start, run.new.start, run.old.len()))
    .collect()
}

/// Returns the lines that both sides have at the start and at the end.
fn common_ends(ours: &[String], theirs: &[String]) -> Vec<Common> {
    let pairs = ours.iter().zip(theirs);
    let start = pairs.take_while(|(ours, theirs)| ours == theirs).count();
    let pairs = ours.iter().skip(start).rev();
    let end = pairs
        .zip(theirs.iter().skip(start).rev())
        .take_while(|(ours, theirs)| ours == theirs)
        .count();
    let all = [(0, 0, start), (ours.len() - end, theirs.len() - end, end)];
    all.into_iter()
        .filter(|&(_, _, length)| length > 0)
        .collect()
}

/// Splits a conflict at lines that both sides have. Lines of the base stay
/// with the first part that conflicts.
fn split_conflict(region: &Region, common: &[Common], out: &mut Vec<Region>) {
    let (mut ours, mut theirs) = (region.lines.ours.start, region.lines.theirs.start);
    let mut base = region.lines.base.clone();
    let ends = (region.lines.ours.end, region.lines.theirs.end);
    let end = (
        ends.0 - region.lines.ours.start,
        ends.1 - region.lines.theirs.start,
        0,
    );
    for &(ours_at, theirs_at, length) in common.iter().chain([&end]) {
        let (ours_at, theirs_at) = (
            region.lines.ours.start + ours_at,
            region.lines.theirs.start + theirs_at,
        );
        if ours_at > ours || theirs_at > theirs {
            let lines = Versions {
                base: base.clone(),
                ours: ours..ours_at,
                theirs: theirs..theirs_at,
            };
            base.start = base.end;
            let fate = Fate::Conflict;
            out.push(Region { fate, lines });
        }
        if length > 0 {
            let lines = Versions {
                base: base.start..base.start,
                ours: ours_at..ours_at + length,
                theirs: theirs_at..theirs_at + length,
            };
            let fate = Fate::From(Side::Ours);
            out.push(Region { fate, lines });
        }
        ours = ours_at + length;
        theirs = theirs_at + length;
    }
}

#[cfg(test)]
mod tests;
