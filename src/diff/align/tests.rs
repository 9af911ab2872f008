//! What the alignment makes of small notebooks.

use super::*;
use crate::json::Document;
use proptest::prelude::*;

/// Returns a notebook with these cells: Markdown if they start with `#`,
/// with an id if one stands before an `@`.
fn notebook(cells: &[String]) -> String {
    let cells = cells.iter().map(|cell| {
        let (id, text) = match cell.split_once('@') {
            Some((id, text)) => (Some(id), text),
            None => (None, cell.as_str()),
        };
        let kind = if text.starts_with('#') {
            "markdown"
        } else {
            "code"
        };
        let mut cell = serde_json::json!({"cell_type": kind, "source": text});
        if let Some(id) = id {
            cell["id"] = id.into();
        }
        cell
    });
    let cells: Vec<_> = cells.collect();
    serde_json::json!({"cells": cells, "nbformat": 4}).to_string()
}

fn align_json(old: &str, new: &str) -> Alignment {
    let old = Document::read(old.as_bytes()).unwrap();
    let new = Document::read(new.as_bytes()).unwrap();
    align(
        &Notebook::read(&old).unwrap(),
        &Notebook::read(&new).unwrap(),
    )
}

fn align_cells<T: ToString>(old: &[T], new: &[T]) -> Alignment {
    let own = |cells: &[T]| cells.iter().map(T::to_string).collect::<Vec<_>>();
    align_json(&notebook(&own(old)), &notebook(&own(new)))
}

/// Writes an alignment as `0=0 1~1 -2 +2 3=3^`: equal, edited, removed,
/// added, moved; `4~4,5` is a split.
fn shown(alignment: &Alignment) -> String {
    let list = |cells: &[usize]| {
        let cells: Vec<_> = cells.iter().map(usize::to_string).collect();
        cells.join(",")
    };
    let shown = alignment.matches.iter().map(|found| {
        let (old, new) = (list(&found.old), list(&found.new));
        let sign = match (found.old.is_empty(), found.new.is_empty()) {
            (true, _) => "+",
            (_, true) => "-",
            _ if found.similarity >= 1.0 => "=",
            _ => "~",
        };
        let mark = if found.moved { "^" } else { "" };
        match sign {
            "-" => format!("-{old}"),
            sign => format!("{old}{sign}{new}{mark}"),
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(old: &[&str], new: &[&str], expected: &str) {
    assert_eq!(shown(&align_cells(old, new)), expected);
}

const LOAD: &str = "frame = read(path)\nframe.describe()";
const FIT: &str = "model = Forest(depth=3)\nmodel.fit(frame)";
const PLOT: &str = "axes = draw(model)\naxes.legend()\nshow(axes)";
const TITLE: &str = "# What the weather was like\n\nSome prose about it.";

#[test]
fn equal_notebooks_align_cell_by_cell() {
    check(&[TITLE, LOAD, FIT], &[TITLE, LOAD, FIT], "0=0 1=1 2=2");
    check(&[], &[], "");
}

#[test]
fn of_equally_good_cells_that_stands_still_which_did() {
    let [one, two, three] = ["alpha = first(1)", "gamma = other(2)", "omega = third(3)"];
    check(&[one, two, three], &[three, two, one], "2=0^ 1=1 0=2^");
}

#[test]
fn an_edited_cell_stays_one_cell() {
    check(
        &[TITLE, LOAD, FIT],
        &[TITLE, "frame = read(path, sep=';')\nframe.describe()", FIT],
        "0=0 1~1 2=2",
    );
}

#[test]
fn a_new_cell_beside_an_edited_one_is_added() {
    let edited = "model = Forest(depth=4)\nmodel.fit(frame)";
    check(&[LOAD, FIT], &[LOAD, "clean(frame)", edited], "0=0 +1 1~2");
    check(&[LOAD, FIT], &[LOAD, edited, "score(42)"], "0=0 1~1 +2");
}

#[test]
fn removed_cells_stand_before_what_was_added_in_their_place() {
    check(
        &[TITLE, "abc", FIT],
        &[TITLE, "# uvw xyz", FIT],
        "0=0 -1 +1 2=2",
    );
}

#[test]
fn what_has_nothing_in_common_is_not_one_cell() {
    check(&["x"], &["q"], "-0 +0");
    check(
        &[LOAD, "x = compute_the_thing(1)\n"],
        &[LOAD, "y = other(2)\nprint(y)\n"],
        "0=0 -1 +1",
    );
}

#[test]
fn a_little_in_common_is_enough_between_two_anchors() {
    check(
        &[TITLE, "a = 1", LOAD],
        &[TITLE, "a = 2", LOAD],
        "0=0 1~1 2=2",
    );
    check(
        &[TITLE, "# Result", LOAD],
        &[TITLE, "# Results", LOAD],
        "0=0 1~1 2=2",
    );
    check(&[TITLE, "", LOAD], &[TITLE, "go()", LOAD], "0=0 1~1 2=2");
}

#[test]
fn only_blanks_changed_is_the_same_cell_but_not_equal() {
    check(&["a = 1", FIT], &[FIT, "b", "a = 1 \r\n"], "-0 1=0 +1 +2");
    check(&[LOAD, FIT], &[LOAD, &format!("{FIT}\n")], "0=0 1~1");
}

#[test]
fn a_cell_that_became_prose_is_the_same() {
    let note = format!("# note\n{PLOT}");
    check(&[LOAD, PLOT, FIT], &[LOAD, &note, FIT], "0=0 1~1 2=2");
}

#[test]
fn the_smaller_part_of_an_exchange_moved() {
    check(
        &[LOAD, TITLE, FIT, PLOT],
        &[TITLE, FIT, PLOT, LOAD],
        "1=0 2=1 3=2 0=3^",
    );
    check(&[LOAD, TITLE, FIT], &[LOAD, FIT, TITLE], "0=0 2=1^ 1=2");
}

#[test]
fn a_cell_that_was_moved_and_edited_is_found() {
    let edited = format!("{PLOT}\naxes.title(1)");
    check(
        &[PLOT, TITLE, LOAD, FIT],
        &[TITLE, LOAD, FIT, &edited],
        "1=0 2=1 3=2 0~3^",
    );
}

#[test]
fn little_content_does_not_tell_where_a_cell_went() {
    check(&["df", TITLE, LOAD], &[TITLE, LOAD, "df"], "-0 1=0 2=1 +2");
}

#[test]
fn pieces_of_a_cell_are_a_split_and_back_a_join() {
    let whole = "a = one(1)\nb = two(a)\nc = three(b)\nd = four(c)";
    let pieces = ["a = one(1)\nb = two(a)", "c = three(b)\nd = four(c)"];
    check(
        &[LOAD, whole, FIT],
        &[LOAD, pieces[0], pieces[1], FIT],
        "0=0 1~1,2 2=3",
    );
    check(
        &[LOAD, pieces[0], pieces[1], FIT],
        &[LOAD, whole, FIT],
        "0=0 1,2~1 3=2",
    );
}

#[test]
fn a_new_cell_is_no_piece() {
    let whole = "a = one(1)\nb = two(a)\nc = three(b)\nd = four(c)";
    check(&[LOAD, whole], &[LOAD, whole, "a = one(1)"], "0=0 1=1 +2");
}

#[test]
fn added_sections_begin_with_their_heading() {
    check(
        &["# A", "run()", "# B", "stop()"],
        &["# A", "run()", "# A", "run()", "# B", "stop()"],
        "0=0 1=1 +2 +3 2=4 3=5",
    );
    check(
        &["zero()", "# A", "run()", "# A", "stop()"],
        &["zero()", "# A", "stop()"],
        "0=0 -1 -2 3=1 4=2",
    );
}

#[test]
fn trusted_ids_say_more_than_content() {
    check(
        &["a@x = 1", "b@y = 2", "c@run()"],
        &["a@something(else)", "b@y = 2", "c@run()"],
        "0~0 1=1 2=2",
    );
    // Two like cells with ids of their own are two cells.
    check(
        &["a@x = load(1, 2)", "b@run()"],
        &["z@x = load(1, 3)\nand(more)", "b@run()"],
        "-0 +0 1=1",
    );
}

#[test]
fn ids_that_were_all_replaced_are_ignored() {
    check(
        &["a@run()\nx", "b@stop()\ny", "c@z"],
        &["c@run()\nx", "d@stop()\ny", "e@z"],
        "0=0 1=1 2=2",
    );
}

#[test]
fn ids_that_are_positions_are_ignored() {
    check(
        &["cell-0@run(x)", "cell-1@stop(y)"],
        &["cell-0@first(thing)", "cell-1@run(x)", "cell-2@stop(y)"],
        "+0 0=1 1=2",
    );
}

#[test]
fn repeated_ids_are_ignored() {
    check(
        &["a@run(x)", "a@first copy"],
        &["a@run(x)", "a@inserted", "a@first copy"],
        "0=0 +1 1=2",
    );
}

#[test]
fn exchanged_ids_do_not_mislead() {
    check(
        &["a@run(x)", "b@stop(y)", "c@third()", "d@fourth()"],
        &["b@run(x)", "a@stop(y)", "c@third()", "d@fourth()"],
        "0=0 1=1 2=2 3=3",
    );
}

#[test]
fn lone_surrogates_are_not_taken_for_one_another() {
    let json = |code| {
        format!(r#"{{"cells":[{{"cell_type":"code","source":"print('{code}')"}}],"nbformat":4}}"#)
    };
    let alignment = align_json(&json(r"\ud83d"), &json(r"\ud83e"));
    assert_eq!(shown(&alignment), "0~0");
}

#[test]
fn weak_pairs_are_no_identity() {
    let alignment = align_cells(
        &[TITLE, "alpha = beta(gamma)\nx", LOAD],
        &[TITLE, "delta(epsilon)\nzeta(eta, alpha, theta)", LOAD],
    );
    assert_eq!(shown(&alignment), "0=0 1~1 2=2");
    assert!(!alignment.matches[1].is_identity());
    assert!(alignment.matches[0].is_identity());
}

/// Compared pairs grow with the number of cells, not with its square.
#[test]
fn work_grows_with_size_alone() {
    for n_cells in [500, 2_000] {
        let old: Vec<_> = (0..n_cells)
            .map(|at| format!("old_{at}(x{})", at * 7))
            .collect();
        let new: Vec<_> = (0..n_cells)
            .map(|at| format!("new_{at}(y{})", at * 5))
            .collect();
        let (old, new) = (notebook(&old), notebook(&new));
        let old = Document::read(old.as_bytes()).unwrap();
        let new = Document::read(new.as_bytes()).unwrap();
        let (old, new) = (Notebook::read(&old).unwrap(), Notebook::read(&new).unwrap());
        let texts = (texts(&old), texts(&new));
        let fingerprints = Fingerprints::of((&old.cells, &texts.0), (&new.cells, &texts.1));
        let mut work = Work::new(&old, &new, &fingerprints);
        work.run();
        assert!(
            work.comparer.compared <= 60_000,
            "{}",
            work.comparer.compared
        );
    }
}

fn cells() -> impl Strategy<Value = Vec<String>> {
    let line = prop::sample::select(vec![
        "run(x)",
        "stop(y)",
        "# Title",
        "show()",
        "z = 1",
        "z = 2",
        "long_name = thing(other)",
        "import everything",
        "",
    ]);
    let text = prop::collection::vec(line, 1..4).prop_map(|lines| lines.join("\n"));
    let id = prop::option::weighted(0.3, "[a-f]@");
    let cell = (id, text).prop_map(|(id, text)| id.unwrap_or_default() + &text);
    prop::collection::vec(cell, 0..9)
}

proptest! {
    #[test]
    fn every_cell_is_in_one_match_and_only_moved_ones_cross(old in cells(), new in cells()) {
        let alignment = align_cells(&old, &new);
        let mut olds: Vec<_> = alignment.matches.iter().flat_map(|m| m.old.clone()).collect();
        olds.sort_unstable();
        prop_assert_eq!(olds, (0..old.len()).collect::<Vec<_>>());
        // The new side is in order already.
        let news: Vec<_> = alignment.matches.iter().flat_map(|m| m.new.clone()).collect();
        prop_assert_eq!(news, (0..new.len()).collect::<Vec<_>>());
        let stayed = alignment.matches.iter().filter(|m| !m.moved).flat_map(|m| m.old.clone());
        prop_assert!(stayed.collect::<Vec<_>>().is_sorted());
        prop_assert!(alignment.matches.iter().all(|m| m.old.len() <= 1 || m.new.len() <= 1));
    }

    #[test]
    fn a_notebook_is_itself(cells in cells()) {
        let alignment = align_cells(&cells, &cells);
        for (index, found) in alignment.matches.iter().enumerate() {
            prop_assert_eq!((&found.old, &found.new), (&vec![index], &vec![index]));
            prop_assert!(!found.moved && found.similarity >= 1.0);
        }
    }

    #[test]
    fn the_result_is_the_same_every_time(old in cells(), new in cells()) {
        prop_assert_eq!(align_cells(&old, &new), align_cells(&old, &new));
    }

    #[test]
    fn one_edit_reads_the_same_backwards(cells in cells(), at in any::<prop::sample::Index>()) {
        let mut edited = cells.clone();
        edited.insert(at.index(cells.len() + 1), "something = quite(different)".to_owned());
        let pairs = |alignment: &Alignment| {
            let mut pairs: Vec<_> = alignment.matches.iter().map(|m| (m.old.clone(), m.new.clone())).collect();
            pairs.sort();
            pairs
        };
        let there = pairs(&align_cells(&cells, &edited));
        let mut back: Vec<_> = pairs(&align_cells(&edited, &cells)).into_iter().map(|(a, b)| (b, a)).collect();
        back.sort();
        prop_assert_eq!(there, back);
    }
}
