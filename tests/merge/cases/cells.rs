//! Cells that come, go, move, fall apart and are put together.

use nbweave::merge::{Disputed, Inserts, Side};

use super::*;

const TIDES: &str = "tides = tide_table('Bremen')\ntides.next_high()";
const LEGEND: &str = "Colors stand for flags,\nsizes for tonnage.";

#[test]
fn different_new_cells_at_one_place_both_stay_ours_first() {
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 2, [code("o", TIDES)]));
    let theirs = notebook(inserted(fleet(), 2, [markdown("t", LEGEND)]));
    let outcome = clean(&base, &ours, &theirs);
    let wanted = [SETUP, READ, TIDES, LEGEND, TEXT, COUNT, PLOT];
    assert_eq!(outcome.sources(), wanted);
    assert_eq!(outcome.decided(), [Decided::BothInserted]);
}

#[test]
fn notebooks_without_ids_get_none_by_new_cells() {
    let base = notebook_without_ids(fleet());
    let ours = notebook_without_ids(inserted(fleet(), 2, [code("o", TIDES)]));
    let theirs = notebook_without_ids(inserted(fleet(), 2, [markdown("t", LEGEND)]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources().len(), 7);
    assert_eq!(outcome.ids(), [""; 0]);
}

#[test]
fn cells_appended_by_both_stay_ours_first() {
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 5, [code("o", TIDES)]));
    let theirs = notebook(inserted(fleet(), 5, [markdown("t", LEGEND)]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources()[5..], [TIDES, LEGEND]);
}

#[test]
fn several_new_cells_at_one_place_are_not_mixed() {
    let more = "berths = harbor.berths(free=True)\nlen(berths)";
    let words = "> Sources: port authority, 2021.";
    let base = notebook(fleet());
    let new = [code("o1", TIDES), code("o2", more)];
    let ours = notebook(inserted(fleet(), 3, new));
    let new = [markdown("t1", LEGEND), markdown("t2", words)];
    let theirs = notebook(inserted(fleet(), 3, new));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources()[3..7], [TIDES, more, LEGEND, words]);
}

#[test]
fn new_cells_at_one_place_are_a_conflict_when_asked_for() {
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 2, [code("o", TIDES)]));
    let theirs = notebook(inserted(fleet(), 2, [markdown("t", LEGEND)]));
    let options = MergeOptions {
        inserts: Inserts::Conflict,
        ..MergeOptions::default()
    };
    let outcome = merged_with(&options, &base, &ours, &theirs);
    assert_eq!(outcome.merged.conflicts[0].what, Disputed::Inserts);
    let sources = outcome.sources();
    assert!(sources[2].starts_with("**Merge conflict in the cells below**: "));
    assert!(sources[2].contains("`/cells`:"));
    assert_eq!(sources[3..5], [TIDES, LEGEND]);
}

#[test]
fn new_cells_are_a_conflict_beside_a_cell_that_is_deleted() {
    let options = MergeOptions {
        inserts: Inserts::Conflict,
        ..MergeOptions::default()
    };
    let base = notebook(fleet());
    let mut cells = fleet();
    cells[2] = code("o", TIDES);
    let ours = notebook(cells);
    let theirs = notebook(inserted(fleet(), 2, [markdown("t", LEGEND)]));
    for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
        let outcome = merged_with(&options, &base, ours, theirs);
        let what: Vec<_> = outcome.merged.conflicts.iter().map(|it| &it.what).collect();
        assert_eq!(what, [&Disputed::Inserts]);
    }
}

#[test]
fn what_is_a_conflict_beside_one_side_first_is_no_fault() {
    let options = MergeOptions {
        inserts: Inserts::Conflict,
        ..MergeOptions::default()
    };
    let base = notebook(fleet());
    let mut cells = fleet();
    cells[2] = code("o", TIDES);
    let ours = notebook(cells);
    let mut cells = inserted(fleet(), 2, [markdown("t", LEGEND)]);
    cells[3] = markdown("c", &format!("{TEXT}\n\nAnd more."));
    let theirs = notebook(cells);
    for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
        let outcome = merged_with(&options, &base, ours, theirs);
        let sources = outcome.sources();
        assert!(sources.iter().any(|source| source == TIDES));
        assert!(sources.iter().any(|source| source == LEGEND));
    }
}

#[test]
fn the_same_new_cell_stands_once_with_the_id_of_ours() {
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 2, [code("o", TIDES)]));
    let theirs = notebook(inserted(fleet(), 2, [code("t", TIDES)]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources(), [SETUP, READ, TIDES, TEXT, COUNT, PLOT]);
    assert_eq!(outcome.ids()[2], "o");
}

#[test]
fn a_copy_of_a_cell_that_both_made_stands_once() {
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 1, [code("o", SETUP)]));
    let theirs = notebook(inserted(fleet(), 1, [code("t", SETUP)]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources(), [SETUP, SETUP, READ, TEXT, COUNT, PLOT]);
}

#[test]
fn two_versions_of_a_new_cell_are_one_cell_with_a_conflict() {
    let split = |part: &str| {
        format!(
            "train, rest = split(ships, seed=41)\nmodel = Forest(depth=8)\nmodel.fit(train)\nmodel.score({part})"
        )
    };
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 4, [code("o", &split("rest_of_2021"))]));
    let theirs = notebook(inserted(fleet(), 4, [code("t", &split("rest_of_2020"))]));
    let outcome = conflicting(&base, &ours, &theirs);
    assert_eq!(outcome.sources().len(), 6);
    let marked = outcome.marked();
    assert!(marked.starts_with("train, rest = split(ships, seed=41)\n"));
    assert!(marked.contains("<<<<<<< ours\nmodel.score(rest_of_2021)\n=======\n"));
    assert!(marked.contains("=======\nmodel.score(rest_of_2020)\n>>>>>>> theirs"));
}

#[test]
fn the_same_new_cell_with_other_tags_has_the_tags_of_both() {
    let new = |id: &str, tag: &str| with(code(id, TIDES), "/metadata/tags", json!([tag]));
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 2, [new("o", "slow")]));
    let theirs = notebook(inserted(fleet(), 2, [new("t", "online")]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources().len(), 6);
    assert_eq!(
        outcome.at("/cells/2/metadata/tags"),
        &json!(["slow", "online"])
    );
}

#[test]
fn the_same_new_cell_with_other_outputs_has_those_of_ours() {
    let base = notebook(fleet());
    let new = ran(code("o", TIDES), 3, "04:12\n");
    let ours = notebook(inserted(fleet(), 2, [new]));
    let new = ran(code("t", TIDES), 9, "04:13\n");
    let theirs = notebook(inserted(fleet(), 2, [new]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources().len(), 6);
    assert_eq!(outcome.at("/cells/2/outputs/0/text/0"), "04:12\n");
    assert_eq!(outcome.at("/cells/2/execution_count"), 3);
}

#[test]
fn a_new_cell_beside_a_changed_one_is_no_conflict() {
    let other = "ships = pl.read_csv(Path('ships.csv'))\nships.glimpse()";
    let base = notebook(fleet());
    for (at, wanted) in [(1, [TIDES, other]), (2, [other, TIDES])] {
        let ours = notebook(inserted(fleet(), at, [code("o", TIDES)]));
        let theirs = notebook(edited(fleet(), 1, other));
        let [one, two] = wanted;
        let wanted = [SETUP, one, two, TEXT, COUNT, PLOT];
        assert_eq!(clean(&base, &ours, &theirs).sources(), wanted);
        assert_eq!(clean(&base, &theirs, &ours).sources(), wanted);
    }
}

#[test]
fn a_new_cell_beside_a_deleted_one_is_no_conflict() {
    let base = notebook(fleet());
    for at in [1, 2] {
        let ours = notebook(inserted(fleet(), at, [code("o", TIDES)]));
        let theirs = notebook(without(fleet(), 1));
        let wanted = [SETUP, TIDES, TEXT, COUNT, PLOT];
        assert_eq!(clean(&base, &ours, &theirs).sources(), wanted);
        assert_eq!(clean(&base, &theirs, &ours).sources(), wanted);
    }
}

#[test]
fn changes_of_neighbors_are_no_conflict() {
    let (read, text) = (
        READ.replace("'ships'", "'boats'"),
        TEXT.replace("###", "##"),
    );
    for notebook in [notebook::<Vec<Value>>, notebook_without_ids::<Vec<Value>>] {
        let base = notebook(fleet());
        let ours = notebook(edited(fleet(), 1, &read));
        let theirs = notebook(edited(fleet(), 2, &text));
        let wanted = [SETUP, &read, &text, COUNT, PLOT];
        assert_eq!(clean(&base, &ours, &theirs).sources(), wanted);
    }
}

#[test]
fn neighbors_that_the_sides_deleted_are_both_gone() {
    let base = notebook(fleet());
    let ours = notebook(without(fleet(), 1));
    let theirs = notebook(without(fleet(), 2));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources(), [SETUP, COUNT, PLOT]);
}

#[test]
fn a_cell_that_one_side_moved_and_the_other_edited_is_there_edited() {
    let setup = format!("{SETUP}import numpy\n");
    let base = notebook(fleet());
    let ours = notebook(moved(fleet(), 0, 4));
    let theirs = notebook(edited(fleet(), 0, &setup));
    let wanted = [READ, TEXT, COUNT, PLOT, &setup];
    assert_eq!(clean(&base, &ours, &theirs).sources(), wanted);
    assert_eq!(clean(&base, &theirs, &ours).sources(), wanted);
}

#[test]
fn a_cell_that_both_moved_stands_once_where_ours_has_it() {
    let base = notebook(fleet());
    let ours = notebook(moved(fleet(), 0, 2));
    let theirs = notebook(moved(fleet(), 0, 4));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources(), [READ, TEXT, SETUP, COUNT, PLOT]);
    assert_eq!(outcome.decided(), [Decided::BothMoved(Side::Ours)]);
}

#[test]
fn a_cell_that_both_moved_to_one_place_is_nothing_to_tell() {
    let base = notebook(fleet());
    let both = notebook(moved(fleet(), 0, 4));
    let theirs = with(both.clone(), "/metadata/title", "Ports".into());
    let outcome = clean(&base, &both, &theirs);
    assert_eq!(outcome.sources(), [READ, TEXT, COUNT, PLOT, SETUP]);
    assert_eq!(outcome.decided(), []);
}

#[test]
fn a_deleted_cell_that_the_other_side_edited_stays_and_is_marked() {
    let count = COUNT.replace("'len'", "'port'");
    let base = notebook(fleet());
    let gone = notebook(without(fleet(), 3));
    let edit = notebook(edited(fleet(), 3, &count));
    let outcome = conflicting(&base, &gone, &edit);
    assert_eq!(outcome.sources().len(), 5);
    let wanted = format!("<<<<<<< ours (cell deleted)\n=======\n{count}\n>>>>>>> theirs");
    assert_eq!(outcome.marked(), wanted);
    assert_eq!(outcome.merged.conflicts[0].ours, None);

    let outcome = conflicting(&base, &edit, &gone);
    let wanted = format!("<<<<<<< ours\n{count}\n=======\n>>>>>>> theirs (cell deleted)");
    assert_eq!(outcome.marked(), wanted);
    assert_eq!(outcome.merged.conflicts[0].theirs, None);
}

#[test]
fn a_deleted_cell_that_the_other_side_only_ran_is_gone() {
    let ran_again = with(fleet().into(), "/1/metadata/scrolled", true.into());
    let mut ran_again = ran_again.as_array().unwrap().clone();
    ran_again[1] = ran(ran_again[1].clone(), 12, "Rows: 7\n");
    let base = notebook(fleet());
    let (gone, ran) = (notebook(without(fleet(), 1)), notebook(ran_again));
    for outcome in [clean(&base, &gone, &ran), clean(&base, &ran, &gone)] {
        assert_eq!(outcome.sources(), [SETUP, TEXT, COUNT, PLOT]);
        let first = READ.lines().next().unwrap().to_owned();
        assert_eq!(outcome.decided(), [Decided::Deleted(first)]);
    }
}

const STEPS: &str = "ports = per_port['port']\nports = ports.sort()\nports.head()\n\n\
                     names = flags['name']\nnames = names.unique()\nnames.tail()";

/// The cells with the two parts of `STEPS` for one cell.
fn steps() -> Vec<Value> {
    inserted(fleet(), 4, [code("steps", STEPS)])
}

fn steps_split() -> Vec<Value> {
    let (one, two) = STEPS.split_once("\n\n").unwrap();
    let mut cells = edited(steps(), 4, one);
    cells.insert(5, code("second", two));
    cells
}

#[test]
fn an_edit_of_a_cell_that_was_split_lands_in_the_part_with_its_lines() {
    for notebook in [notebook::<Vec<Value>>, notebook_without_ids::<Vec<Value>>] {
        let base = notebook(steps());
        let ours = notebook(steps_split());
        let theirs = STEPS.replace("names.tail()", "names.tail(20)");
        let theirs = notebook(edited(steps(), 4, &theirs));
        for outcome in [clean(&base, &ours, &theirs), clean(&base, &theirs, &ours)] {
            let sources = outcome.sources();
            assert_eq!(sources.len(), 7);
            assert!(!sources[4].contains("names"));
            assert!(sources[5].ends_with("names.unique()\nnames.tail(20)"));
        }
    }
}

#[test]
fn an_edit_of_a_cell_that_was_joined_lands_in_the_whole() {
    let base = notebook(steps_split());
    let ours = notebook(steps());
    let theirs = "names = flags['name']\nnames = names.drop_nulls()\nnames.tail()";
    let theirs = notebook(edited(steps_split(), 5, theirs));
    for outcome in [clean(&base, &ours, &theirs), clean(&base, &theirs, &ours)] {
        let wanted = STEPS.replace("unique", "drop_nulls");
        assert_eq!(outcome.sources(), [SETUP, READ, TEXT, COUNT, &wanted, PLOT]);
    }
}

#[test]
fn a_cell_rewritten_by_one_side_and_edited_by_the_other_conflicts() {
    let base = notebook(fleet());
    let rewritten = "for row in database.query('ships'):\n    show(row)";
    let ours = notebook(edited(fleet(), 1, rewritten));
    let theirs = notebook(edited(
        fleet(),
        1,
        &READ.replace("Path('ships')", "Path('boats')"),
    ));
    let outcome = conflicting(&base, &ours, &theirs);
    assert_eq!(outcome.sources().len(), 5);
    let marked = outcome.marked();
    assert!(marked.contains("database.query") && marked.contains("Path('boats')"));
}
