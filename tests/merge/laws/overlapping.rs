//! Laws that hold whatever two sides did to a notebook.

use std::collections::BTreeMap;

use nbweave::merge::{ConflictStyle, Disputed, Favor, MergeOptions};

use super::content;
use super::harness::{Files, hold};
use super::model::{Cell, Model};
use super::overlap::{Overlap, overlap};
use super::random::Random;
use crate::result::{Written, count_lines};

/// Makes the case of a seed and holds it to a law.
fn with_case(
    seed: u64,
    law: impl Fn(&Overlap, &Files) -> Result<(), String>,
) -> Result<(), (String, Files)> {
    let mut random = Random::new(seed);
    let case = overlap(&mut random);
    let files = Files::new(&mut random, &case.base, &case.ours, &case.theirs);
    law(&case, &files).map_err(|what| (what, files))
}

#[test]
fn every_merge_is_a_valid_notebook_that_says_whether_it_is_done() {
    hold("valid", 150, |seed| {
        with_case(seed, |case, files| {
            let (merged, bytes) = files.merge(&options(seed))?;
            let written = Written::read(&bytes)?;
            written.check()?;
            let minor = case.ours.minor.max(case.theirs.minor).max(case.base.minor);
            if written.minor() != minor {
                return Err(format!("nbformat 4.{}, not 4.{minor}", written.minor()));
            }
            if merged.is_clean() == written.has_marker() {
                return Err(format!("markers, or none: {:?}", merged.conflicts));
            }
            let text = String::from_utf8_lossy(&bytes);
            if merged.is_clean() && text.contains("nbweave") {
                return Err("a clean merge speaks of nbweave".to_owned());
            }
            for conflict in &merged.conflicts {
                if conflict
                    .cell
                    .is_some_and(|index| index >= written.cells().len())
                {
                    return Err(format!("there is no such cell: {conflict:?}"));
                }
            }
            let (again, bytes_again) = files.merge(&options(seed))?;
            if again != merged || bytes_again != bytes {
                return Err("another result for the same versions".to_owned());
            }
            Ok(())
        })
    });
}

/// Returns one of the forms a conflict can have.
fn options(seed: u64) -> MergeOptions {
    let style = match seed % 3 {
        0 => ConflictStyle::Merge,
        1 => ConflictStyle::Diff3,
        _ => ConflictStyle::Zdiff3,
    };
    MergeOptions {
        style,
        ..MergeOptions::default()
    }
}

#[test]
fn no_line_of_a_side_is_lost() {
    hold("lines", 150, |seed| {
        with_case(seed, |case, files| {
            let (merged, bytes) = files.merge(&options(seed))?;
            let written = Written::read(&bytes)?;
            let counts = Counts::of(case.versions(), written.line_counts());
            if merged.is_clean() {
                counts.add_up()
            } else {
                counts.nothing_is_lost()
            }
        })
    });
}

#[test]
fn no_cell_is_lost_that_no_side_deleted() {
    hold("cells", 150, |seed| {
        with_case(seed, |case, files| {
            let (_, bytes) = files.merge(&MergeOptions::default())?;
            let counts = Written::read(&bytes)?.line_counts();
            for cell in &case.base.cells {
                let (Some(ours), Some(theirs)) = (case.ours.find(cell), case.theirs.find(cell))
                else {
                    continue;
                };
                let mut kept = cell.lines.iter().filter(|line| {
                    ours.lines.contains(line)
                        && theirs.lines.contains(line)
                        && !line.trim().is_empty()
                        && !content::COMMON.contains(&line.as_str())
                });
                if let Some(line) = kept.find(|line| !counts.contains_key(*line)) {
                    return Err(format!("lost from a cell that both kept: {line}"));
                }
            }
            Ok(())
        })
    });
}

/// How often lines stand in the versions and in the merged notebook.
pub(crate) struct Counts {
    base: BTreeMap<String, i64>,
    sides: [BTreeMap<String, i64>; 2],
    merged: BTreeMap<String, i64>,
}

impl Counts {
    pub(crate) fn of(versions: [&Model; 3], merged: BTreeMap<String, i64>) -> Self {
        let count = |model: &Model| {
            let sources: Vec<String> = model.cells.iter().map(Cell::source).collect();
            count_lines(sources.iter().map(String::as_str))
        };
        let [base, ours, theirs] = versions.map(count);
        Self {
            base,
            sides: [ours, theirs],
            merged,
        }
    }

    /// Checks that a line that a side added is there.
    fn nothing_is_lost(&self) -> Result<(), String> {
        for line in self.sides.iter().flat_map(BTreeMap::keys) {
            if !self.base.contains_key(line) && !self.merged.contains_key(line) {
                return Err(format!("lost: {line}"));
            }
        }
        Ok(())
    }

    /// Checks that each line is there as often as the changes of both sides
    /// say, once or twice if both did the same. Lines that stand in many cells
    /// do not count: which of them came and went cannot be told.
    ///
    /// A line that only one side deleted may stay: it can be in a cell that
    /// the other side changed so much that it is a new one.
    pub(crate) fn add_up(&self) -> Result<(), String> {
        let versions = [&self.base, &self.sides[0], &self.sides[1], &self.merged];
        let lines = versions.into_iter().flat_map(BTreeMap::keys);
        for line in lines.filter(|line| !content::COMMON.contains(&line.as_str())) {
            let [base, ours, theirs, merged] =
                versions.map(|version| version.get(line).copied().unwrap_or(0));
            let (by_ours, by_theirs) = (ours - base, theirs - base);
            let both = base + by_ours + by_theirs;
            let once = match (by_ours.signum(), by_theirs.signum()) {
                (1, 1) => ours.max(theirs),
                (-1, -1) => ours.min(theirs),
                _ => both,
            };
            if merged < both.min(once) || merged > both.max(ours).max(theirs) {
                return Err(format!(
                    "{base} in the base, {ours} in ours, {theirs} in theirs, {merged} merged: {line}"
                ));
            }
        }
        Ok(())
    }
}

#[test]
fn swapped_sides_give_the_mirrored_result() {
    hold("swap", 120, |seed| {
        with_case(seed, |_, files| {
            let options = MergeOptions::default();
            let (one, one_bytes) = files.merge(&options)?;
            let (two, two_bytes) = files.swapped().merge(&options)?;
            let disputed = |merged: &nbweave::merge::Merged| {
                let mut kinds: Vec<String> = merged
                    .conflicts
                    .iter()
                    .map(|conflict| kind(&conflict.what))
                    .collect();
                kinds.sort_unstable();
                kinds
            };
            if disputed(&one) != disputed(&two) {
                return Err(format!(
                    "{:?}, swapped {:?}",
                    disputed(&one),
                    disputed(&two)
                ));
            }
            if one.is_clean() {
                let cells = |bytes: &[u8]| -> Result<Vec<(String, String)>, String> {
                    let written = Written::read(bytes)?;
                    let kinds = written
                        .cells()
                        .iter()
                        .map(|cell| cell["cell_type"].to_string());
                    // Where only line ends differ, those of ours stay.
                    let sources = written.sources().map(|source| source.replace("\r\n", "\n"));
                    let mut cells: Vec<_> = kinds.zip(sources).collect();
                    cells.sort_unstable();
                    Ok(cells)
                };
                if cells(&one_bytes)? != cells(&two_bytes)? {
                    return Err("other cells when the sides are swapped".to_owned());
                }
            }
            Ok(())
        })
    });
}

fn kind(what: &Disputed) -> String {
    match what {
        Disputed::Source => "source".to_owned(),
        Disputed::Kind => "kind".to_owned(),
        Disputed::Metadata(keys) => format!("metadata {keys:?}"),
        Disputed::Attachment(name) => format!("attachment {name}"),
        Disputed::Outputs => "outputs".to_owned(),
        Disputed::Other(key) => format!("key {key}"),
        Disputed::Inserts => "inserts".to_owned(),
    }
}

#[test]
fn what_is_favored_leaves_no_markers_in_a_valid_notebook() {
    hold("favor", 80, |seed| {
        with_case(seed, |case, files| {
            for favor in [Favor::Ours, Favor::Theirs, Favor::Union] {
                let options = MergeOptions {
                    favor: Some(favor),
                    ..MergeOptions::default()
                };
                let (merged, bytes) = files.merge(&options)?;
                let written = Written::read(&bytes)?;
                written.check()?;
                if !merged.is_clean() || written.has_marker() {
                    return Err(format!("{favor:?}: {:?}", merged.conflicts));
                }
                if favor == Favor::Union {
                    Counts::of(case.versions(), written.line_counts()).nothing_is_lost()?;
                }
            }
            Ok(())
        })
    });
}
