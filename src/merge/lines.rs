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
mod tests {
    use super::*;

    /// Merges lines that are written as words.
    #[track_caller]
    fn merged(base: &str, ours: &str, theirs: &str, options: &MergeOptions) -> String {
        let text = |words: &str| words.replace(' ', "\n");
        let (base, ours, theirs) = (text(base), text(ours), text(theirs));
        let texts = Versions {
            base: base.as_str(),
            ours: ours.as_str(),
            theirs: theirs.as_str(),
        };
        let merge = LineMerge::new(texts, options, true);
        let markers = Markers::for_texts(options, [texts.base, texts.ours, texts.theirs]);
        merge.text(&markers).replace('\n', "|")
    }

    #[track_caller]
    fn check(base: &str, ours: &str, theirs: &str, expected: &str) {
        let options = MergeOptions::default();
        assert_eq!(merged(base, ours, theirs, &options), expected);
    }

    fn styled(style: ConflictStyle) -> MergeOptions {
        MergeOptions {
            style,
            ..MergeOptions::default()
        }
    }

    #[test]
    fn changes_of_different_lines_are_both_taken() {
        check("a b c d e", "A b c d e", "a b c d E", "A|b|c|d|E");
        check("a b c", "x a b c", "a b c y", "x|a|b|c|y");
        check("a b c d", "a c d", "a b c", "a|c");
        check("a b c d e", "a b c d e", "e", "e");
    }

    #[test]
    fn one_change_on_both_sides_is_taken_once() {
        check("a b c", "a X c", "a X c", "a|X|c");
        check("a b c d", "a X c D", "a X c d", "a|X|c|D");
    }

    #[test]
    fn lines_that_overlap_or_touch_conflict() {
        let conflict = "<<<<<<< ours|1|b|=======|a|2|>>>>>>> theirs|c";
        check("a b c", "1 b c", "a 2 c", conflict);
        check(
            "a b c",
            "a 1 c",
            "a 2 c",
            "a|<<<<<<< ours|1|=======|2|>>>>>>> theirs|c",
        );
        check(
            "a b",
            "a 1 b",
            "a 2 b",
            "a|<<<<<<< ours|1|=======|2|>>>>>>> theirs|b",
        );
    }

    #[test]
    fn touching_lines_are_merged_if_asked() {
        let options = MergeOptions {
            adjacent: Adjacent::Merge,
            ..MergeOptions::default()
        };
        assert_eq!(merged("a b c", "1 b c", "a 2 c", &options), "1|2|c");
        assert_eq!(merged("a b c", "a x b c", "a 2 c", &options), "a|x|2|c");
        let both = merged("a b c", "a 1 c", "a 2 c", &options);
        assert!(both.contains("<<<<<<<"), "{both}");
        let inserts = merged("a b", "a 1 b", "a 2 b", &options);
        assert!(inserts.contains("<<<<<<<"), "{inserts}");
    }

    #[test]
    fn a_final_line_end_makes_no_conflict() {
        check("a b", "a b ", "A b", "A|b|");
        check("a b c d", "a b c D", "A b c d ", "A|b|c|D|");
        check(
            "a b",
            "a 1",
            "a 2",
            "a|<<<<<<< ours|1|=======|2|>>>>>>> theirs",
        );
    }

    #[test]
    fn blanks_at_line_ends_give_way_to_a_change() {
        let options = MergeOptions::default();
        let trimmed = merged("a\t b", "a b", "A b", &options);
        assert_eq!(trimmed, "A|b");
    }

    #[test]
    fn changed_line_ends_are_merged_on_their_own() {
        check("a b c d", "a\r b\r c\r d", "A b c d", "A\r|b\r|c\r|d");
        check("a\r b\r c d", "A\r b\r c d", "a\r b\r c D", "A\r|b\r|c|D");
    }

    #[test]
    fn what_both_sides_have_is_no_part_of_a_conflict() {
        check(
            "a",
            "x 1 y",
            "x 2 y",
            "x|<<<<<<< ours|1|=======|2|>>>>>>> theirs|y",
        );
        check(
            "z",
            "1 k l m n 2",
            "3 k l m n 4",
            "<<<<<<< ours|1|=======|3|>>>>>>> theirs|k|l|m|n|\
             <<<<<<< ours|2|=======|4|>>>>>>> theirs",
        );
        // As in git, three lines between conflicts are too few.
        check(
            "z",
            "1 k l m 2",
            "3 k l m 4",
            "<<<<<<< ours|1|k|l|m|2|=======|3|k|l|m|4|>>>>>>> theirs",
        );
    }

    #[test]
    fn diff3_shows_all_and_zdiff3_what_differs() {
        assert_eq!(
            merged("a", "x 1", "x 2", &styled(ConflictStyle::Diff3)),
            "<<<<<<< ours|x|1|||||||| base|a|=======|x|2|>>>>>>> theirs"
        );
        assert_eq!(
            merged("a", "x 1", "x 2", &styled(ConflictStyle::Zdiff3)),
            "x|<<<<<<< ours|1|||||||| base|a|=======|2|>>>>>>> theirs"
        );
    }

    #[test]
    fn a_side_is_taken_if_asked() {
        for (favor, expected) in [
            (Favor::Ours, "A|1|c|d|E"),
            (Favor::Theirs, "A|2|c|d|E"),
            (Favor::Union, "A|1|A|2|c|d|E"),
        ] {
            let options = MergeOptions {
                favor: Some(favor),
                ..MergeOptions::default()
            };
            assert_eq!(
                merged("a b c d e", "A 1 c d e", "A 2 c d E", &options),
                expected
            );
        }
    }

    #[test]
    fn markers_are_longer_than_what_could_be_taken_for_one() {
        check(
            "a ======= b",
            "1 ======= b",
            "2 ======= b",
            "<<<<<<<< ours|1|========|2|>>>>>>>> theirs|=======|b",
        );
    }
}
