//! Versions of the format, ids, and versions that are no notebook.

use nbweave::merge::{Side, Unmergeable};

use super::*;

fn renamed(cells: Vec<Value>, side: &str) -> Vec<Value> {
    let names = cells
        .iter()
        .map(|cell| format!("{}-{side}", cell["id"].as_str().unwrap()));
    let names: Vec<String> = names.collect();
    let cells = cells.into_iter().zip(names);
    cells
        .map(|(cell, id)| with(cell, "/id", id.into()))
        .collect()
}

#[test]
fn the_higher_minor_version_wins_with_the_ids_of_the_side_that_has_them() {
    let new = code("new", "moorings = berth_plan(per_port)");
    let base = notebook_without_ids(fleet());
    let with_ids = notebook(fleet());
    let more = notebook_without_ids(inserted(fleet(), 3, [new]));
    for outcome in [
        clean(&base, &with_ids, &more),
        clean(&base, &more, &with_ids),
    ] {
        assert_eq!(outcome.at("/nbformat_minor"), 5);
        let ids = outcome.ids();
        assert_eq!(ids.len(), 6);
        assert_eq!(
            [ids[0], ids[1], ids[2], ids[4], ids[5]],
            ["setup", "read", "text", "count", "plot"]
        );
    }
}

#[test]
fn ids_that_both_gave_are_those_of_ours() {
    let edit = format!("{SETUP}import numpy");
    let ours = notebook(renamed(fleet(), "ours"));
    let theirs = notebook(renamed(edited(fleet(), 0, &edit), "theirs"));
    // Neither had any before, or both replaced them.
    for base in [notebook_without_ids(fleet()), notebook(fleet())] {
        let outcome = clean(&base, &ours, &theirs);
        let wanted = [
            "setup-ours",
            "read-ours",
            "text-ours",
            "count-ours",
            "plot-ours",
        ];
        assert_eq!(outcome.ids(), wanted);
        assert_eq!(outcome.sources()[0], edit);
    }
}

#[test]
fn ids_that_one_side_replaced_do_not_hide_what_the_other_did() {
    let base = notebook(fleet());
    let ours = notebook(renamed(fleet(), "ours"));
    let theirs = notebook(moved(edited(fleet(), 0, "import polars as pl\n"), 4, 1));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(
        outcome.sources(),
        ["import polars as pl\n", PLOT, READ, TEXT, COUNT]
    );
}

#[test]
fn ids_that_stand_twice_are_mended_and_edits_kept() {
    let cells = |second: &str| {
        with(edited(fleet(), 1, second).into(), "/1/id", "setup".into())
            .as_array()
            .unwrap()
            .clone()
    };
    let (read, base) = (READ.replace("'ships'", "'boats'"), notebook(cells(READ)));
    let theirs = with(notebook(cells(READ)), "/metadata/title", "Ports".into());
    let outcome = clean(&base, &notebook(cells(&read)), &theirs);
    assert_eq!(outcome.sources(), [SETUP, &read, TEXT, COUNT, PLOT]);
    assert_eq!(outcome.ids()[0], "setup");
    assert!(outcome.decided().contains(&Decided::IdGiven));
}

#[test]
fn new_cells_of_both_sides_with_one_id_get_different_ones() {
    let new = |source: &str| code("new", source);
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 0, [new("%load_ext autoreload")]));
    let theirs = notebook(inserted(fleet(), 5, [new("ships.write_parquet('done')")]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.sources().len(), 7);
    assert_eq!(outcome.ids()[0], "new");
}

#[test]
fn an_empty_base_is_none() {
    let [one, two] = [1, 2].map(|n| notebook(fleet()[..3 + n].to_vec()));
    for outcome in [
        clean(&Value::Null, &one, &two),
        clean(&Value::Null, &two, &one),
    ] {
        assert_eq!(outcome.sources(), [SETUP, READ, TEXT, COUNT, PLOT]);
    }
}

#[test]
fn a_base_that_is_no_notebook_is_none_and_that_is_told() {
    let base = Value::from("{\"cells\": [\n  this was cut off");
    let theirs = notebook(inserted(fleet(), 5, [code("new", "ships.close()")]));
    let outcome = clean(&base, &notebook(fleet()), &theirs);
    assert_eq!(outcome.sources().len(), 6);
    assert_eq!(outcome.decided(), [Decided::NoBase]);
}

#[test]
fn a_base_with_conflict_markers_is_what_it_was_made_of() {
    let text = serde_json::to_string_pretty(&notebook(fleet())).unwrap();
    let (before, after) = text.split_once("\"nbformat_minor\": 5").unwrap();
    let base = format!(
        "{before}\n<<<<<<< Temporary merge branch 1\n\"nbformat_minor\": 5\n=======\n\
         \"nbformat_minor\": 4\n>>>>>>> Temporary merge branch 2\n{after}"
    );
    let ours = notebook(fleet()[1..].to_vec());
    let outcome = clean(&Value::from(base), &ours, &notebook(fleet()));
    assert_eq!(outcome.sources().len(), fleet().len() - 1);
    assert_eq!(outcome.decided(), []);
}

#[test]
fn a_side_that_is_no_notebook_is_an_error_that_names_it() {
    let good = serde_json::to_vec(&notebook(fleet())).unwrap();
    let versions = Versions {
        base: good.as_slice(),
        ours: &good,
        theirs: b"version https://git-lfs.github.com/spec/v1\n",
    };
    let error = merge(versions, &MergeOptions::default()).unwrap_err();
    assert!(
        matches!(
            error,
            Unmergeable::NotANotebook {
                side: Side::Theirs,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn notebooks_of_format_3_and_4_are_merged_on_the_newer_one() {
    let old = |source: &str| {
        let cell = json!({"cell_type": "code", "collapsed": false, "input": lines(source),
                          "language": "python", "metadata": {}, "outputs": []});
        let text = json!({"cell_type": "markdown", "metadata": {}, "source": lines(TEXT)});
        json!({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0,
               "worksheets": [{"cells": [cell, text], "metadata": {}}]})
    };
    let edit = COUNT.replace("'len'", "'port'");
    let upgraded = notebook_without_ids([code("", COUNT), markdown("", TEXT)]);
    for outcome in [
        clean(&old(COUNT), &old(&edit), &upgraded),
        clean(&old(COUNT), &upgraded, &old(&edit)),
    ] {
        assert_eq!(outcome.at("/nbformat"), 4);
        assert_eq!(outcome.sources(), [edit.as_str(), TEXT]);
    }
}

#[test]
fn the_file_of_ours_is_kept_as_it_is_written() {
    let text = |source: &str, title: &str| {
        format!(
            "{{ \"nbformat\":4, \"nbformat_minor\":4,\r\n\t\"metadata\":{{\"title\" : {title},\"x\":1.0e2}},\
             \r\n\"cells\":[ {{\"cell_type\":\"raw\",\"source\":\"{source}\",\"metadata\":{{ }}}} ] }}"
        )
    };
    let [base, ours, theirs] = [
        text("kept \\u00e9", "\"a\""),
        text("kept \\u00e9", "\"b\""),
        text("kept \\u00e9\\nnew", "\"a\""),
    ];
    let versions = Versions {
        base: base.as_bytes(),
        ours: ours.as_bytes(),
        theirs: theirs.as_bytes(),
    };
    let merged = merge(versions, &MergeOptions::default()).unwrap();
    let bytes = merged.bytes(ours.as_bytes(), theirs.as_bytes());
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        text("kept \\u00e9\\nnew", "\"b\"")
    );
}
