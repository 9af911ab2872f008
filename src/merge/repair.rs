//! Rebuilds a notebook from a file that a merge by lines filled with conflict
//! markers, so that it is no JSON any more.
//!
//! The lines of ours between the markers, with all others around them, are
//! most often the notebook of ours, and so with theirs: the two are merged
//! anew, by content.

use std::ops::Range;

use super::scan::{labels, lines_of, marker, scan_file};
use super::{
    Conflict, ConflictStyle, Decision, Inserts, Labels, MergeOptions, Side, Unmergeable, Versions,
    merge,
};
use crate::error::Error;
use crate::json::Document;
use crate::notebook::Notebook;

/// How many bytes are read at most in search of hunks that fit together.
const SEARCH_LIMIT: usize = 1 << 29;

/// A notebook that was rebuilt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rebuilt {
    /// The notebook.
    pub bytes: Vec<u8>,
    /// What is left to decide.
    pub conflicts: Vec<Conflict>,
    /// What was decided that people may want to know.
    pub decisions: Vec<Decision>,
    /// How many conflicts there were by lines.
    pub n_hunks: usize,
    /// What did not fit in anywhere and is not in the notebook.
    pub lost: Vec<Lost>,
}

/// Lines of one side that no notebook could be made with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lost {
    /// Whose lines.
    pub side: Side,
    /// The first of them, from one.
    pub first_line: usize,
    /// The last of them.
    pub last_line: usize,
}

/// Why a notebook could not be rebuilt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unrebuildable {
    /// There is no conflict between markers in the file.
    #[error("there are no conflict markers in it that could be taken out")]
    NoMarkers,
    /// A side of the conflicts makes no notebook.
    #[error("without the markers, {} is no notebook: {error}", .side.name())]
    NotANotebook {
        /// Which one.
        side: Side,
        /// What is wrong with it.
        error: Error,
    },
    /// The sides cannot be merged.
    #[error(transparent)]
    Unmergeable(#[from] Unmergeable),
}

/// Rebuilds a notebook from a file with conflict markers at the start of
/// lines.
///
/// The labels of the options are replaced by those of the markers. The base is
/// taken from the markers, where they show it; if not, all that differs
/// between the sides and is not sure to be noise is in conflict.
///
/// # Errors
///
/// Fails if there are no markers, or if ours or theirs makes no notebook even
/// with commas mended and single conflicts taken from the other side.
pub fn rebuild(bytes: &[u8], options: &MergeOptions) -> Result<Rebuilt, Unrebuildable> {
    let text = String::from_utf8_lossy(bytes);
    let file = File::read(&text);
    if file.hunks.is_empty() {
        return Err(Unrebuildable::NoMarkers);
    }
    let ours = file.notebook_of(Side::Ours)?;
    let theirs = file.notebook_of(Side::Theirs)?;
    let base = file.base();
    let merged = merge(
        Versions {
            base: base.as_deref().unwrap_or_default().as_bytes(),
            ours: ours.text.as_bytes(),
            theirs: theirs.text.as_bytes(),
        },
        &MergeOptions {
            labels: file.labels.clone(),
            // There is nothing to show of a base that is not known. Without it,
            // versions of one cell that differ much are taken for two cells:
            // that is for people to see.
            style: base
                .as_ref()
                .map_or(ConflictStyle::Merge, |_| options.style),
            inserts: base.as_ref().map_or(Inserts::Conflict, |_| options.inserts),
            ..options.clone()
        },
    )?;
    let lost = |side: Side, found: &Found| {
        let hunks = found
            .swapped
            .iter()
            .map(|&index| file.hunks[index].lost(side));
        hunks.collect::<Vec<_>>()
    };
    Ok(Rebuilt {
        bytes: merged.bytes(ours.text.as_bytes(), theirs.text.as_bytes()),
        conflicts: merged.conflicts,
        decisions: merged.decisions,
        n_hunks: file.hunks.len(),
        lost: [lost(Side::Ours, &ours), lost(Side::Theirs, &theirs)].concat(),
    })
}

/// Returns a notebook that a file with conflict markers was made of: the base,
/// if the markers show it, else ours, else theirs; `None` if there is none.
///
/// For the base of a merge: where merge bases were merged by lines, any of them
/// is a better base than none.
pub(super) fn any_version(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let file = File::read(&text);
    if file.hunks.is_empty() {
        return None;
    }
    let side = |side: Side| file.notebook_of(side).ok().map(|found| found.text);
    file.base()
        .or_else(|| side(Side::Ours))
        .or_else(|| side(Side::Theirs))
}

/// A file with conflict markers.
struct File<'t> {
    /// The text before each hunk, and behind the last.
    common: Vec<String>,
    hunks: Vec<Hunk<'t>>,
    labels: Labels,
}

/// A conflict by lines.
struct Hunk<'t> {
    base: Option<Vec<&'t str>>,
    ours: Vec<&'t str>,
    theirs: Vec<&'t str>,
    /// Where the lines of each side start, from one.
    starts: (usize, usize),
}

impl Hunk<'_> {
    fn side(&self, side: Side) -> &[&str] {
        match side {
            Side::Ours => &self.ours,
            Side::Theirs => &self.theirs,
        }
    }

    fn lost(&self, side: Side) -> Lost {
        let first_line = match side {
            Side::Ours => self.starts.0,
            Side::Theirs => self.starts.1,
        };
        Lost {
            side,
            first_line,
            last_line: first_line + self.side(side).len().saturating_sub(1),
        }
    }
}

/// A notebook found in a file with conflict markers.
struct Found {
    text: String,
    /// The hunks that are the other side's, by index.
    swapped: Vec<usize>,
}

impl<'t> File<'t> {
    fn read(text: &'t str) -> Self {
        let bare = lines_of(text);
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        let scanned = scan_file(&bare);
        let mut file = Self {
            common: Vec::new(),
            hunks: Vec::new(),
            labels: Labels::default(),
        };
        // No line of JSON looks like a marker, so what is left of a conflict
        // that somebody began to take out can go.
        let common = |range: Range<usize>| {
            let kept = range.filter(|&index| marker(bare[index]).is_none());
            kept.map(|index| lines[index]).collect::<String>()
        };
        let mut at = 0;
        for markers in &scanned.conflicts {
            if file.hunks.is_empty() {
                file.labels = labels(&bare, markers);
            }
            file.common.push(common(at..markers.start));
            file.hunks.push(Hunk {
                base: markers.base_lines().map(|range| lines[range].to_vec()),
                ours: lines[markers.ours()].to_vec(),
                theirs: lines[markers.theirs()].to_vec(),
                starts: (markers.ours().start + 1, markers.theirs().start + 1),
            });
            at = markers.end + 1;
        }
        file.common.push(common(at..lines.len()));
        file
    }

    /// Returns the base, if the markers show it and it is a notebook.
    fn base(&self) -> Option<String> {
        let hunks = self.hunks.iter().map(|hunk| hunk.base.as_deref());
        let text = self.joined(&hunks.collect::<Option<Vec<_>>>()?);
        check(&text).ok().map(|()| text)
    }

    /// Returns the notebook of a side: with all its hunks, or with as many as
    /// it takes to make a notebook.
    fn notebook_of(&self, side: Side) -> Result<Found, Unrebuildable> {
        let with = |swapped: &[usize]| {
            let hunks = self.hunks.iter().enumerate().map(|(index, hunk)| {
                hunk.side(if swapped.contains(&index) {
                    side.other()
                } else {
                    side
                })
            });
            self.joined(&hunks.collect::<Vec<_>>())
        };
        let text = with(&[]);
        let Err(error) = check(&text) else {
            return Ok(Found {
                text,
                swapped: Vec::new(),
            });
        };
        // Where both sides moved a bracket, conflicts belong together that
        // stand apart.
        let n_hunks = self.hunks.len();
        let ones = (0..n_hunks).map(|one| vec![one]);
        let pairs =
            (0..n_hunks).flat_map(|one| (one + 1..n_hunks).map(move |other| vec![one, other]));
        let tries = SEARCH_LIMIT / text.len().max(1);
        // With nothing of its own it would not be that side any more.
        let some = |swapped: &Vec<usize>| swapped.len() < n_hunks;
        for swapped in ones.chain(pairs).filter(some).take(tries) {
            let text = with(&swapped);
            if check(&text).is_ok() {
                return Ok(Found { text, swapped });
            }
        }
        Err(Unrebuildable::NotANotebook { side, error })
    }

    /// Puts the file together with these lines in the place of the hunks.
    fn joined(&self, hunks: &[&[&str]]) -> String {
        let mut text = String::new();
        for (common, hunk) in self.common.iter().zip(hunks) {
            join(&mut text, common);
            join(&mut text, &hunk.concat());
        }
        if let Some(last) = self.common.last() {
            join(&mut text, last);
        }
        text
    }
}

/// Adds lines of JSON to others, with the comma between them mended: a merge
/// by lines cannot know whether a value is the last one.
fn join(text: &mut String, more: &str) {
    let is_value_start =
        |next: char| matches!(next, '"' | '{' | '[' | '-' | '0'..='9' | 't' | 'f' | 'n');
    let is_value_end = |last: char| matches!(last, '"' | '}' | ']' | '0'..='9' | 'e' | 'l');
    let end = text.trim_end().len();
    let last = text.trim_end().chars().next_back();
    let next = more.trim_start().chars().next();
    match (last, next) {
        (Some(','), Some('}' | ']')) => {
            text.remove(end - 1);
        }
        (Some(',' | '{' | '['), Some(',')) => {
            *text += &more.replacen(',', "", 1);
            return;
        }
        (Some(last), Some(next)) if is_value_end(last) && is_value_start(next) => {
            text.insert(end, ',');
        }
        (_, _) => {}
    }
    *text += more;
}

/// Fails if a text is no notebook.
fn check(text: &str) -> Result<(), Error> {
    let document = Document::read(text.as_bytes())?;
    Notebook::read(&document)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Disputed, leftovers_in};

    fn rebuilt(text: &str) -> Rebuilt {
        let rebuilt = rebuild(text.as_bytes(), &MergeOptions::default()).unwrap();
        let document = Document::read(&rebuilt.bytes).unwrap();
        let found = leftovers_in(&Notebook::read(&document).unwrap()).conflicts;
        let found: Vec<_> = found.into_iter().map(|written| written.conflict).collect();
        assert_eq!(found, rebuilt.conflicts);
        rebuilt
    }

    fn sources(rebuilt: &Rebuilt) -> Vec<String> {
        let document = Document::read(&rebuilt.bytes).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let cells = notebook.cells.iter();
        cells.map(|cell| cell.text().into_owned()).collect()
    }

    /// A notebook with these lines between two cells, a cell to a line.
    fn around(lines: &str) -> String {
        format!(
            "{{\n \"cells\": [\n  {{\"cell_type\": \"raw\", \"metadata\": {{}}, \"source\": \"first\"}},\n\
             {lines}\
             {{\"cell_type\": \"raw\", \"metadata\": {{}}, \"source\": \"last\"}}\n ],\n \
             \"metadata\": {{}},\n \"nbformat\": 4,\n \"nbformat_minor\": 2\n}}\n"
        )
    }

    fn cell(lines: &str) -> String {
        format!(
            "{{\"cell_type\": \"code\", \"execution_count\": null, \"metadata\": {{}}, \
             \"outputs\": [], \"source\": [\n{lines}]}},\n"
        )
    }

    #[test]
    fn lines_in_conflict_are_so_in_their_cell() {
        let source = "\"load(data)\\n\",\n\"fit(model)\\n\",\n<<<<<<< HEAD\n\"plot(red)\"\n=======\n\
            \"plot(blue)\"\n>>>>>>> topic\n";
        let rebuilt = rebuilt(&around(&cell(source)));
        let expected = "load(data)\nfit(model)\n<<<<<<< HEAD\nplot(red)\n=======\nplot(blue)\n\
            >>>>>>> topic";
        assert_eq!(sources(&rebuilt), ["first", expected, "last"]);
        assert_eq!((rebuilt.n_hunks, rebuilt.conflicts.len()), (1, 1));
        assert!(rebuilt.lost.is_empty());
    }

    #[test]
    fn the_base_between_the_markers_decides() {
        let source = "\"load(data)\\n\",\n<<<<<<< HEAD\n\"fit(model)\\n\",\n\"plot(red)\"\n\
            ||||||| 1a2b3c4\n\"fit(old)\\n\",\n\"plot(red)\"\n=======\n\"fit(old)\\n\",\n\
            \"more(1)\\n\",\n\"plot(red)\\n\",\n\"show(it)\"\n>>>>>>> topic\n";
        let rebuilt = rebuilt(&around(&cell(source)));
        let found = sources(&rebuilt).remove(1);
        assert!(found.contains("plot(red)\nshow(it)"), "{found}");
    }

    #[test]
    fn counts_and_outputs_are_no_conflict() {
        let count = "<<<<<<< HEAD\n\"execution_count\": 3,\n=======\n\"execution_count\": 5,\n\
            >>>>>>> topic\n";
        let line =
            cell("\"load(data)\"\n").replace("\"execution_count\": null,", &format!("\n{count}"));
        let rebuilt = rebuilt(&around(&line));
        assert!(rebuilt.conflicts.is_empty());
        assert_eq!(sources(&rebuilt), ["first", "load(data)", "last"]);
    }

    #[test]
    fn commas_at_the_edges_are_mended() {
        let ours = cell("\"ours(1)\"\n");
        let theirs = cell("\"theirs(2)\"\n").replace("]},", "]}");
        let conflict = format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n");
        let rebuilt = rebuilt(&around(&conflict));
        let sources = sources(&rebuilt).concat();
        assert!(
            sources.contains("ours(1)") && sources.contains("theirs(2)"),
            "{sources}"
        );
    }

    #[test]
    fn different_cells_are_both_there_and_in_conflict() {
        let ours = cell("\"import numpy\"\n");
        let theirs = cell("\"print('hello, world')\"\n");
        let conflict = format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n");
        let rebuilt = rebuilt(&around(&conflict));
        assert_eq!(rebuilt.conflicts[0].what, Disputed::Inserts);
        assert_eq!(
            sources(&rebuilt)[2..],
            ["import numpy", "print('hello, world')", "last"]
        );
    }

    #[test]
    fn what_fits_nowhere_is_named() {
        let count = "<<<<<<< HEAD\n\"execution_count\": 3,\n=======\n\"execution_count\": {\n\
            >>>>>>> topic\n";
        let broken =
            cell("\"load(data)\"\n").replace("\"execution_count\": null,", &format!("\n{count}"));
        let lines = "<<<<<<< HEAD\n\"plot(red)\"\n=======\n\"plot(blue)\"\n>>>>>>> topic\n";
        let rebuilt = rebuilt(&around(&format!("{broken}{}", cell(lines))));
        let lost = Lost {
            side: Side::Theirs,
            first_line: 8,
            last_line: 8,
        };
        assert_eq!(rebuilt.lost, [lost]);
        assert_eq!(rebuilt.conflicts.len(), 1);
    }

    #[test]
    fn what_makes_no_notebook_is_an_error() {
        let rebuild = |text: &str| rebuild(text.as_bytes(), &MergeOptions::default());
        assert!(matches!(rebuild("{"), Err(Unrebuildable::NoMarkers)));
        let broken = around("<<<<<<< HEAD\n=======\n{\n>>>>>>> topic\n");
        let side = match rebuild(&broken) {
            Err(Unrebuildable::NotANotebook { side, .. }) => side,
            other => panic!("{other:?}"),
        };
        assert_eq!(side, Side::Theirs);
    }

    #[test]
    fn markers_left_over_from_another_conflict_go() {
        let lines = "<<<<<<< HEAD\n\"plot(red)\"\n=======\n\"plot(blue)\"\n>>>>>>> topic\n";
        let text = around(&cell(lines)).replace(
            " \"metadata\": {},\n \"nb",
            ">>>>>>> topic\n \"metadata\": {},\n \"nb",
        );
        assert_eq!(rebuilt(&text).conflicts.len(), 1);
    }
}
