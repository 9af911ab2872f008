//! Finds conflict markers in a text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Labels;

/// The shortest run of characters that is taken for a conflict marker. Git's
/// are 7 long; the attribute `conflict-marker-size` may ask for less, and three
/// of them are a Python prompt.
pub(super) const SHORTEST_MARKER: usize = 4;

/// The shortest run that is taken for a marker where the others are missing.
/// Shorter ones quote mail in Markdown.
const SHORTEST_STRAY: usize = 7;

/// The lines of a conflict in a text, by index from zero. All ends are lines
/// with markers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MarkedLines {
    /// The line with `<<<<<<<`.
    pub start: usize,
    /// The line with `|||||||`, if there is one.
    pub base: Option<usize>,
    /// The line with `=======`.
    pub middle: usize,
    /// The line with `>>>>>>>`.
    pub end: usize,
}

impl MarkedLines {
    /// Returns the lines of ours.
    pub fn ours(&self) -> Range<usize> {
        self.start + 1..self.base.unwrap_or(self.middle)
    }

    /// Returns the lines of the base, if they stand there.
    pub fn base_lines(&self) -> Option<Range<usize>> {
        self.base.map(|base| base + 1..self.middle)
    }

    /// Returns the lines of theirs.
    pub fn theirs(&self) -> Range<usize> {
        self.middle + 1..self.end
    }

    /// Returns all lines, those of the markers included.
    pub fn all(&self) -> Range<usize> {
        self.start..self.end + 1
    }
}

/// Returns the lines of a text without their ends.
pub(super) fn lines_of(text: &str) -> Vec<&str> {
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| {
            let line = line.strip_suffix('\n').unwrap_or(line);
            line.strip_suffix('\r').unwrap_or(line)
        })
        .collect()
}

/// A line that may be a conflict marker.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Marker<'t> {
    /// The character it is made of.
    pub(super) sign: char,
    /// How many of them there are.
    size: usize,
    /// What stands behind them.
    label: &'t str,
}

/// Reads a line as a marker, if it is one.
pub(super) fn marker(line: &str) -> Option<Marker<'_>> {
    let sign = line.chars().next()?;
    if !matches!(sign, '<' | '|' | '=' | '>') {
        return None;
    }
    let rest = line.trim_start_matches(sign);
    let size = line.len() - rest.len();
    let label = match rest.strip_prefix(' ') {
        Some(label) if sign != '=' => label,
        None if rest.is_empty() => "",
        _ => return None,
    };
    (size >= SHORTEST_MARKER).then_some(Marker { sign, size, label })
}

/// The conflicts in a text, and the lines that are markers of none.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanned {
    pub(super) conflicts: Vec<MarkedLines>,
    pub(super) strays: Vec<usize>,
}

/// Finds the conflicts in the source of a cell, given by its lines.
///
/// Longer markers come first: a text that holds markers of its own gets longer
/// ones around what conflicts in it.
pub(super) fn scan(lines: &[&str]) -> Scanned {
    let markers = markers_in(lines);
    let mut sizes: Vec<_> = markers.iter().map(|(_, marker)| marker.size).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes.dedup();
    let mut scanned = Scanned::default();
    // By its first line, where each conflict that was found ends.
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    for size in sizes {
        let is_taken = |index: usize| {
            let before = ends.range(..=index).next_back();
            before.is_some_and(|(_, &end)| index <= end)
        };
        let of_size = markers.iter().filter(|(_, marker)| marker.size == size);
        let free: Vec<_> = of_size
            .filter(|(index, _)| !is_taken(*index))
            .copied()
            .collect();
        let mut found = scan_markers(&free);
        // What stands around another conflict is left until that is settled.
        found
            .conflicts
            .retain(|conflict| ends.range(conflict.all()).next().is_none());
        ends.extend(found.conflicts.iter().map(|found| (found.start, found.end)));
        scanned.conflicts.append(&mut found.conflicts);
        scanned.strays.append(&mut found.strays);
    }
    let is_long = |stray: &usize| {
        let at = markers.binary_search_by_key(stray, |(index, _)| *index);
        at.is_ok_and(|at| markers[at].1.size >= SHORTEST_STRAY)
    };
    scanned.conflicts.sort_by_key(|conflict| conflict.start);
    scanned.strays.retain(is_long);
    scanned.strays.sort_unstable();
    scanned
}

/// Finds the conflicts in a file that git merged by lines.
///
/// The first markers count, and up to their end only those of their size: git
/// writes longer ones inside, around what conflicted already in the base.
pub(super) fn scan_file(lines: &[&str]) -> Scanned {
    scan_markers(&markers_in(lines))
}

/// Returns the lines that may be markers, by index.
fn markers_in<'t>(lines: &[&'t str]) -> Vec<(usize, Marker<'t>)> {
    let lines = lines.iter().enumerate();
    lines
        .filter_map(|(index, line)| Some((index, marker(line)?)))
        .collect()
}

fn scan_markers(markers: &[(usize, Marker<'_>)]) -> Scanned {
    let mut scanned = Scanned::default();
    let mut open: Option<Open> = None;
    for &(index, marker) in markers {
        let Some(inside) = open.as_mut() else {
            match marker.sign {
                '<' => open = Some(Open::at(index, marker.size)),
                '>' => scanned.strays.push(index),
                _ => {}
            }
            continue;
        };
        if marker.size != inside.size {
            continue;
        }
        match (marker.sign, inside.middle) {
            ('|', None) if inside.base.is_none() => inside.base = Some(index),
            ('=', None) => inside.middle = Some(index),
            ('>', Some(middle)) => {
                scanned.conflicts.push(MarkedLines {
                    start: inside.start,
                    base: inside.base,
                    middle,
                    end: index,
                });
                open = None;
            }
            ('<', _) => {
                // The one before has no end.
                scanned.strays.push(inside.start);
                open = Some(Open::at(index, marker.size));
            }
            (_, _) => {}
        }
    }
    scanned.strays.extend(open.map(|open| open.start));
    scanned
}

/// A conflict whose end was not met yet.
struct Open {
    size: usize,
    start: usize,
    base: Option<usize>,
    middle: Option<usize>,
}

impl Open {
    fn at(start: usize, size: usize) -> Self {
        Self {
            size,
            start,
            base: None,
            middle: None,
        }
    }
}

/// Returns what stands behind the markers of a conflict.
pub(super) fn labels(lines: &[&str], markers: &MarkedLines) -> Labels {
    let label = |index: usize| {
        let marker = lines.get(index).and_then(|line| marker(line));
        marker.map_or_else(String::new, |marker| marker.label.to_owned())
    };
    Labels {
        base: markers.base.map(label).unwrap_or_default(),
        ours: label(markers.start),
        theirs: label(markers.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the first and last lines of conflicts, and the strays.
    fn found(text: &str) -> (Vec<(usize, usize)>, Vec<usize>) {
        let scanned = scan(&lines_of(text));
        let ends = scanned.conflicts.iter();
        (
            ends.map(|markers| (markers.start, markers.end)).collect(),
            scanned.strays,
        )
    }

    #[test]
    fn a_conflict_goes_from_its_first_marker_to_its_last() {
        let text = "a\n<<<<<<< x\n=======\nb\n>>>>>>>\n<<<<<<<\n=======\n>>>>>>> y";
        assert_eq!(found(text), (vec![(1, 4), (5, 7)], vec![]));
    }

    #[test]
    fn markers_of_another_size_are_text() {
        let text = "<<<<<<<< x\n=======\n>>>>>>>\n========\n>>>>>>>> y\n";
        assert_eq!(found(text), (vec![(0, 4)], vec![]));
    }

    #[test]
    fn longer_markers_come_first_in_a_source_and_outer_ones_in_a_file() {
        let text = "<<<<<<< x\n<<<<<<<< y\n========\n>>>>>>>> y\n=======\n>>>>>>> x\n";
        assert_eq!(found(text).0, [(1, 3)]);
        let scanned = scan_file(&lines_of(text));
        assert_eq!(scanned.conflicts[0].all(), 0..6);
        let open = "<<<<<<< x\n<<<<<<<< y\n========\n>>>>>>>> y\n";
        assert_eq!(found(open), (vec![(1, 3)], vec![0]));
    }

    #[test]
    fn markers_without_the_others_are_strays() {
        assert_eq!(
            found("<<<<<<< x\n<<<<<<< y\n=======\n>>>>>>> z"),
            (vec![(1, 3)], vec![0])
        );
        assert_eq!(found(">>>>>>> x\n<<<<<<< y\n"), (vec![], vec![0, 1]));
        assert_eq!(found("=======\n||||||| x\n"), (vec![], vec![]));
    }

    #[test]
    fn short_markers_count_where_all_are_there() {
        assert_eq!(found("<<<< x\n====\n>>>> y\n"), (vec![(0, 2)], vec![]));
        assert_eq!(found(">>>> mail\n<<<<<< x\n>>>>>> y\n"), (vec![], vec![]));
        assert_eq!(found("<<< x\n===\n>>> y\n"), (vec![], vec![]));
    }

    #[test]
    fn only_the_first_of_each_marker_counts() {
        let text = "<<<<<<<\n||||||| x\n||||||| y\n=======\n=======\n>>>>>>>\n";
        let scanned = scan(&lines_of(text));
        let markers = &scanned.conflicts[0];
        assert_eq!(markers.ours(), 1..1);
        assert_eq!(markers.base_lines(), Some(2..3));
        assert_eq!(markers.theirs(), 4..5);
        assert_eq!(markers.all(), 0..6);
    }

    #[test]
    fn a_label_is_all_that_stands_behind_a_blank() {
        let text = "<<<<<<< a b (c)\r\n=======\r\n>>>>>>>\r\n";
        let lines = lines_of(text);
        let labels = labels(&lines, &scan(&lines).conflicts[0]);
        assert_eq!(
            (labels.ours.as_str(), labels.theirs.as_str()),
            ("a b (c)", "")
        );
    }
}
