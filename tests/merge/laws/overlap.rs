//! Merges of whatever two sides can do to a notebook.

use serde_json::json;

use super::content;
use super::model::{Cell, Model};
use super::notebooks::{Edit, edit, give_new_ids, join, new_cell, new_id, notebook, split};
use super::random::Random;

/// Three versions of a notebook.
#[derive(Clone, Debug)]
pub(crate) struct Overlap {
    pub(crate) base: Model,
    pub(crate) ours: Model,
    pub(crate) theirs: Model,
}

impl Overlap {
    pub(crate) fn versions(&self) -> [&Model; 3] {
        [&self.base, &self.ours, &self.theirs]
    }
}

pub(crate) fn overlap(random: &mut Random) -> Overlap {
    let n_cells = random.within(0, 7);
    let base = notebook(random, n_cells);
    let mut sides = [base.clone(), base.clone()];
    for side in &mut sides {
        for _ in 0..random.within(0, 5) {
            change(random, side);
        }
    }
    if random.percent(20) {
        insert_in_both(random, &mut sides);
    }
    if random.percent(12) {
        // The same on both.
        let mut again = random.clone();
        change(random, &mut sides[0]);
        change(&mut again, &mut sides[1]);
    }
    for side in &mut sides {
        if random.percent(10) {
            give_new_ids(random, side);
        }
        if random.percent(25) {
            change_metadata(random, side);
        }
    }
    let mut base = base;
    if random.percent(3) {
        // Both added the file.
        base.cells.clear();
    }
    let [ours, theirs] = sides;
    Overlap { base, ours, theirs }
}

/// Changes one thing, or moves, inserts, deletes a cell.
pub(crate) fn change(random: &mut Random, model: &mut Model) {
    let n_cells = model.cells.len();
    if n_cells == 0 || random.percent(16) {
        let cell = new_cell(random);
        model.cells.insert(random.below(n_cells + 1), cell);
        return;
    }
    let at = random.below(n_cells);
    match random.below(100) {
        0..9 => drop(model.cells.remove(at)),
        9..17 => {
            let cell = model.cells.remove(at);
            model.cells.insert(random.below(n_cells), cell);
        }
        17..23 if model.cells[at].lines.len() >= 2 => {
            let line = random.within(1, model.cells[at].lines.len() - 1);
            let parts = split(random, &model.cells[at], line);
            model.cells.splice(at..=at, parts);
        }
        23..28 if at + 1 < n_cells && model.cells[at].kind == model.cells[at + 1].kind => {
            let joined = join(&model.cells[at], &model.cells[at + 1]);
            model.cells.splice(at..at + 2, [joined]);
        }
        28..31 => {
            let copy = Cell {
                key: random.next(),
                id: new_id(random),
                ..model.cells[at].clone()
            };
            model.cells.insert(random.below(n_cells + 1), copy);
        }
        31..34 => rewrite(random, &mut model.cells[at]),
        34..36 => model.cells[at].crlf ^= true,
        _ => {
            let how = Edit::any(random);
            edit(random, &mut model.cells[at], how);
        }
    }
}

/// Writes something else into the cell.
fn rewrite(random: &mut Random, cell: &mut Cell) {
    cell.lines = content::lines(random, cell.kind);
}

/// Lets both sides insert the same cell, or two versions of it.
fn insert_in_both(random: &mut Random, sides: &mut [Model; 2]) {
    let cell = new_cell(random);
    let place = random.below(3);
    for side in sides {
        let mut own = cell.clone();
        own.id = new_id(random);
        if random.percent(35) {
            let how = Edit::any(random);
            edit(random, &mut own, how);
        }
        let n_cells = side.cells.len();
        let at = [0, n_cells / 2, n_cells][place];
        side.cells.insert(at, own);
    }
}

fn change_metadata(random: &mut Random, model: &mut Model) {
    match random.below(5) {
        0 => {
            let version = random.pick(&["3.9.2", "3.11.7", "3.12.1"]);
            if let Some(language) = model.metadata.get_mut("language_info") {
                language["version"] = version.into();
            }
        }
        1 => {
            let name = random.pick(&["envA", "envB"]);
            let kernel = json!({"display_name": name, "language": "python", "name": name});
            model.metadata.insert("kernelspec".into(), kernel);
        }
        2 => {
            let title = random.pick(&["Report", "Draft", "Final"]);
            model.metadata.insert("title".into(), title.into());
        }
        3 => {
            let toc = json!({"base_numbering": random.below(3), "toc_position": {"left": random.below(90)}});
            model.metadata.insert("toc".into(), toc);
        }
        _ => drop(model.metadata.remove("authors")),
    }
}
