//! Laws about versions that are equal: a side that did nothing yields, what
//! both did happens once, and nobody else's bytes are touched.

use nbweave::diff::{DiffOptions, diff_notebooks};
use nbweave::json::Document;
use nbweave::merge::MergeOptions;
use nbweave::notebook::Notebook;

use super::harness::{Files, hold};
use super::model::{Cell, Layout, Model};
use super::notebooks::{Edit, edit, new_cell, notebook};
use super::overlap::{change, overlap};
use super::random::Random;
use crate::result::Written;

fn files(base: &[u8], ours: &[u8], theirs: &[u8]) -> Files {
    Files {
        base: base.to_vec(),
        ours: ours.to_vec(),
        theirs: theirs.to_vec(),
    }
}

/// Merges, and says with the files what is wrong.
fn merged_without_conflict(files: &Files) -> Result<Vec<u8>, (String, Files)> {
    let merged = files.merge(&MergeOptions::default());
    let (merged, bytes) = merged.map_err(|what| (what, files.clone()))?;
    if merged.is_clean() {
        Ok(bytes)
    } else {
        Err((format!("{:?}", merged.conflicts), files.clone()))
    }
}

/// Returns whether two notebooks differ by their layout at most.
fn has_equal_content(one: &[u8], two: &[u8]) -> bool {
    let (one, two) = (Document::read(one).unwrap(), Document::read(two).unwrap());
    let (one, two) = (Notebook::read(&one).unwrap(), Notebook::read(&two).unwrap());
    diff_notebooks(&one, &two, &DiffOptions::default()).is_unchanged()
}

#[test]
fn a_side_that_did_nothing_yields() {
    hold("yields", 120, |seed| {
        let mut random = Random::new(seed);
        let case = overlap(&mut random);
        let made = Files::new(&mut random, &case.base, &case.ours, &case.theirs);
        let case = files(&made.base, &made.ours, &made.base);
        if merged_without_conflict(&case)? != made.ours {
            return Err(("ours has other bytes".to_owned(), case));
        }
        let case = files(&made.base, &made.base, &made.theirs);
        if !has_equal_content(&merged_without_conflict(&case)?, &made.theirs) {
            return Err(("theirs has another content".to_owned(), case));
        }
        let case = files(&made.base, &made.ours, &made.ours);
        if merged_without_conflict(&case)? != made.ours {
            return Err(("both are equal: other bytes".to_owned(), case));
        }
        Ok(())
    });
}

#[test]
fn another_layout_of_the_base_is_no_change() {
    hold("layout", 100, |seed| {
        let mut random = Random::new(seed);
        let case = overlap(&mut random);
        let made = Files::new(&mut random, &case.base, &case.ours, &case.theirs);
        let laid_out = case.base.write(&Layout::any(&mut random));
        let case = files(&made.base, &made.ours, &laid_out);
        if merged_without_conflict(&case)? != made.ours {
            return Err(("ours has other bytes".to_owned(), case));
        }
        let case = files(&made.base, &laid_out, &made.theirs);
        if !has_equal_content(&merged_without_conflict(&case)?, &made.theirs) {
            return Err(("theirs has another content".to_owned(), case));
        }
        Ok(())
    });
}

#[test]
fn merging_again_changes_nothing() {
    hold("again", 150, |seed| {
        let mut random = Random::new(seed);
        let case = overlap(&mut random);
        let made = Files::new(&mut random, &case.base, &case.ours, &case.theirs);
        let merged = made.merge(&MergeOptions::default());
        let (merged, bytes) = merged.map_err(|what| (what, made.clone()))?;
        // Which of two equal cells is the copy cannot be told.
        if !merged.is_clean() || case.versions().into_iter().any(has_copies) {
            return Ok(());
        }
        let again = files(&made.base, &bytes, &made.theirs);
        let result = again.merge(&MergeOptions::default());
        let (_, twice) = result.map_err(|what| (what, again.clone()))?;
        if has_equal_content(&twice, &bytes) {
            Ok(())
        } else {
            Err(("merging theirs again changes the result".to_owned(), made))
        }
    });
}

fn has_copies(model: &Model) -> bool {
    let mut sources: Vec<String> = model.cells.iter().map(Cell::source).collect();
    sources.sort_unstable();
    sources.windows(2).any(|pair| pair[0] == pair[1])
}

/// What theirs does to one cell only.
#[derive(Clone, Copy, Debug)]
enum Single {
    Edit(Edit),
    Delete,
    Insert,
}

#[test]
fn bytes_of_other_cells_are_kept() {
    hold("bytes", 150, |seed| {
        let mut random = Random::new(seed);
        let n_cells = random.within(2, 7);
        let base = notebook(&mut random, n_cells);
        let at = random.below(n_cells);
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        let single = match random.below(6) {
            0 => Single::Delete,
            1 => Single::Insert,
            _ => Single::Edit(Edit::any(&mut random)),
        };
        match single {
            Single::Delete => drop(theirs.cells.remove(at)),
            Single::Insert => theirs.cells.insert(at, new_cell(&mut random)),
            Single::Edit(how) => edit(&mut random, &mut theirs.cells[at], how),
        }
        // Cells that ours changed, but neither this one nor those beside it.
        for (index, cell) in ours.cells.iter_mut().enumerate() {
            if index.abs_diff(at) > 1 && random.percent(40) {
                let how = Edit::any(&mut random);
                edit(&mut random, cell, how);
            }
        }
        let made = Files::new(&mut random, &base, &ours, &theirs);
        let bytes = merged_without_conflict(&made)?;
        kept(&made.ours, &bytes, at, single).map_err(|what| (what, made))
    });
}

/// Checks that the merged file is ours but for what stands at the cell.
fn kept(ours: &[u8], merged: &[u8], at: usize, single: Single) -> Result<(), String> {
    let document = Document::read(ours).unwrap();
    let notebook = Notebook::read(&document).unwrap();
    let (cell_start, cell_end) = {
        let span = notebook.cells[at].value.span();
        (span.start, span.end)
    };
    // With the cell goes the comma and the blanks in front of it or behind it.
    let before = if at == 0 {
        cell_start
    } else {
        notebook.cells[at - 1].value.span().end
    };
    let behind = notebook
        .cells
        .get(at + 1)
        .map_or(cell_end, |next| next.value.span().start);
    let (start, end) = match single {
        Single::Edit(_) => (cell_start, cell_end),
        Single::Insert => (before, cell_start),
        Single::Delete => (before, behind),
    };
    if !merged.starts_with(&ours[..start]) {
        return Err(format!(
            "{single:?} of cell {at} changed bytes in front of it"
        ));
    }
    if !merged.ends_with(&ours[end..]) {
        return Err(format!("{single:?} of cell {at} changed bytes behind it"));
    }
    Written::read(merged)?.check()
}

#[test]
fn changes_of_one_side_are_made_whatever_the_layout() {
    hold("one-side", 120, |seed| {
        let mut random = Random::new(seed);
        let n_cells = random.within(1, 8);
        let base = notebook(&mut random, n_cells);
        let mut theirs: Model = base.clone();
        for _ in 0..random.within(1, 8) {
            change(&mut random, &mut theirs);
        }
        let write = |model: &Model, random: &mut Random| model.write(&Layout::any(random));
        let (old, ours) = (write(&base, &mut random), write(&base, &mut random));
        let case = files(&old, &ours, &write(&theirs, &mut random));
        let bytes = merged_without_conflict(&case)?;
        let result = Written::read(&bytes).and_then(|written| {
            written.check()?;
            super::expected::equals_model(&written, &theirs, &[])
        });
        result.map_err(|what| (what, case))
    });
}
