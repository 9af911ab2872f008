//! What is read of conflicts, and that it is what was written.

use super::*;
use crate::merge::{ConflictStyle, Inserts, MergeOptions, OutputChoice, Versions, merge};
use proptest::prelude::*;
use std::collections::HashSet;
use std::mem::discriminant;

/// Reads a notebook of cells that are given by kind and source.
fn read(cells: &[(&str, &str)]) -> Leftovers {
    let cells: Vec<_> = cells
        .iter()
        .map(|(kind, source)| serde_json::json!({"cell_type": kind, "source": source}))
        .collect();
    let json = serde_json::json!({"cells": cells, "nbformat": 4}).to_string();
    let document = Document::read(json.as_bytes()).unwrap();
    leftovers_in(&Notebook::read(&document).unwrap())
}

#[expect(clippy::unnecessary_wraps, reason = "a side of a conflict")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

const NOTE: &str = "**Merge conflict in the cell below**: the notebook has what ours says. \
    Delete this cell when it is decided.\n\n`/metadata/slideshow/slide_type`:\n\n```json\n\
    <<<<<<< HEAD\n\"slide\"\n||||||| 1a2b3c4\n=======\n\"skip\"\n>>>>>>> topic\n```\n\n\
    `/metadata/a~1b`:\n\n```json\n<<<<<<< HEAD\n=======\n{\n \"x\": 1\n}\n>>>>>>> topic\n```";

#[test]
fn lines_between_markers_are_the_sides() {
    let source = "a\n<<<<<<< HEAD\nours\n||||||| 1a2b3c4\nbase\n=======\n>>>>>>> my topic";
    let found = read(&[("markdown", "b"), ("code", source)]);
    let [written] = found.conflicts.as_slice() else {
        panic!("{found:?}")
    };
    let expected = Conflict {
        cell: Some(1),
        what: Disputed::Source,
        base: text("base\n"),
        ours: text("ours\n"),
        theirs: text(""),
    };
    assert_eq!(written.conflict, expected);
    assert_eq!(written.labels.ours, "HEAD");
    assert_eq!(written.labels.base, "1a2b3c4");
    assert_eq!(written.labels.theirs, "my topic");
    assert!(found.strays.is_empty());
}

#[test]
fn a_side_without_the_cell_says_so_in_its_label() {
    let source = "<<<<<<< HEAD (cell deleted)\n=======\nx\n>>>>>>> topic";
    let found = read(&[("code", source)]);
    assert_eq!(found.conflicts[0].conflict.ours, None);
    assert_eq!(found.conflicts[0].conflict.theirs, text("x\n"));
    assert_eq!(found.conflicts[0].labels.ours, "HEAD");
    let found = read(&[(
        "code",
        "<<<<<<< HEAD (cell deleted)\ny\n=======\nx\n>>>>>>> topic",
    )]);
    assert_eq!(found.conflicts[0].labels.ours, "HEAD (cell deleted)");
}

#[test]
fn only_markers_of_one_size_belong_together() {
    let source = "<<<<<<<< a\n=======\n>>>>>>> x\n========\nb\n>>>>>>>> c\n";
    let found = read(&[("code", source)]);
    assert_eq!(
        found.conflicts[0].conflict.ours,
        text("=======\n>>>>>>> x\n")
    );
    assert_eq!(found.conflicts[0].conflict.theirs, text("b\n"));
    assert!(found.strays.is_empty());
}

#[test]
fn lines_may_end_in_carriage_returns() {
    let source = "<<<<<<< a\r\nx\r\n=======\r\ny\r\n>>>>>>> b\r\n";
    let found = read(&[("code", source)]);
    assert_eq!(found.conflicts[0].conflict.ours, text("x\n"));
    assert_eq!(found.conflicts[0].labels.theirs, "b");
}

#[test]
fn markers_that_do_not_close_are_strays() {
    let strays = |source: &str| {
        let found = read(&[("code", source)]);
        let strays = found.strays.into_iter().map(|stray| stray.what);
        (found.conflicts.len(), strays.collect::<Vec<_>>())
    };
    let marker = StrayKind::Marker;
    assert_eq!(strays("a\n<<<<<<< HEAD\nb"), (0, vec![marker(2)]));
    assert_eq!(strays("a\n>>>>>>> topic"), (0, vec![marker(2)]));
    assert_eq!(
        strays("<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> c"),
        (1, vec![marker(1)])
    );
}

#[test]
fn text_that_only_looks_like_a_marker_is_text() {
    let source = "Title\n=======\n<<<<<<<x\n<<<<<< 6\n>>>>>>>>y\n>>> a\n||||||| b\n";
    assert!(read(&[("code", source), ("markdown", source)]).is_empty());
}

#[test]
fn a_note_is_about_the_cell_below() {
    let found = read(&[("markdown", NOTE), ("code", "x")]);
    let [first, second] = found.conflicts.as_slice() else {
        panic!("{found:?}")
    };
    let keys = vec!["slideshow".to_owned(), "slide_type".to_owned()];
    let expected = Conflict {
        cell: Some(1),
        what: Disputed::Metadata(keys),
        base: None,
        ours: text("\"slide\"\n"),
        theirs: text("\"skip\"\n"),
    };
    assert_eq!(first.conflict, expected);
    assert!(first.shows_base);
    assert_eq!(
        second.conflict.what,
        Disputed::Metadata(vec!["a/b".to_owned()])
    );
    assert_eq!(second.conflict.theirs, text("{\n \"x\": 1\n}\n"));
    assert!(!second.shows_base);
    assert_eq!(
        second.form,
        Form::Note {
            note: 0,
            lines: 13..23
        }
    );
}

#[test]
fn a_note_on_the_notebook_is_about_no_cell() {
    let note = NOTE.replace("the cell below", "the notebook");
    let found = read(&[("markdown", &note)]);
    assert_eq!(found.conflicts.len(), 2);
    assert!(
        found
            .conflicts
            .iter()
            .all(|written| written.conflict.cell.is_none())
    );
}

#[test]
fn notes_that_cannot_be_read_are_strays() {
    let broken = NOTE.replace("\"skip\"", "skip");
    let found = read(&[("markdown", &broken), ("code", "x")]);
    assert_eq!((found.conflicts.len(), found.strays.len()), (1, 1));
    let without_cell = read(&[("markdown", NOTE)]);
    assert_eq!(
        without_cell.strays,
        [Stray {
            cell: Some(0),
            what: StrayKind::Note
        }]
    );
    let decided = NOTE.split("`/metadata/s").next().unwrap();
    assert!(read(&[("markdown", decided), ("code", "x")]).is_empty());
}

/// Merges and reads what was written.
fn merged_and_read(
    base: &serde_json::Value,
    ours: &serde_json::Value,
    theirs: &serde_json::Value,
    options: &MergeOptions,
) -> (Vec<Conflict>, Leftovers) {
    let [base, ours, theirs] = [base, ours, theirs].map(|value| format!("{value:#}"));
    let versions = Versions {
        base: base.as_bytes(),
        ours: ours.as_bytes(),
        theirs: theirs.as_bytes(),
    };
    let merged = merge(versions, options).unwrap();
    let bytes = merged.bytes(versions.ours, versions.theirs);
    let document = Document::read(&bytes).unwrap();
    let found = leftovers_in(&Notebook::read(&document).unwrap());
    (merged.conflicts, found)
}

const STYLES: [ConflictStyle; 3] = [
    ConflictStyle::Merge,
    ConflictStyle::Diff3,
    ConflictStyle::Zdiff3,
];

#[test]
fn every_kind_of_conflict_is_read_as_it_was_written() {
    let version = |n: u32| {
        serde_json::json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {"title": n}, "cells": [
            {"cell_type": "code", "execution_count": n, "metadata": {"a/b~": {"c`": n}},
                "source": format!("frame = load()\nmodel = fit(frame, {n})\nplot(model)"),
                "outputs": [{"output_type": "stream", "name": "stdout", "text": format!("{n}")}]},
            {"cell_type": "markdown", "metadata": {}, "source": "See the picture: ![it](attachment:a.png)",
                "attachments": {"a.png": {"image/png": format!("{n}AAA")}}},
            {"cell_type": (["raw", "markdown", "code"][n as usize]), "metadata": {},
                "source": "Some words that nobody changed"}]})
    };
    for style in STYLES {
        let options = MergeOptions {
            style,
            outputs: OutputChoice::Conflict,
            inserts: Inserts::Conflict,
            ..MergeOptions::default()
        };
        let mut versions = [0, 1, 2].map(version);
        for cell in [2, 0] {
            for (n, version) in versions.iter_mut().enumerate().skip(1) {
                let new = serde_json::json!({"cell_type": "raw", "metadata": {},
                    "source": format!("{}", ["", "Alpha beta gamma", "One two three"][n])});
                version["cells"].as_array_mut().unwrap().insert(cell, new);
            }
        }
        // Code has keys that others have not.
        for version in &mut versions {
            for cell in version["cells"].as_array_mut().unwrap() {
                if cell["cell_type"] == "code" && cell.get("outputs").is_none() {
                    cell["outputs"] = serde_json::json!([]);
                    cell["execution_count"] = serde_json::Value::Null;
                }
            }
        }
        let [base, ours, theirs] = &versions;
        let (written, found) = merged_and_read(base, ours, theirs, &options);
        let kinds: HashSet<_> = written.iter().map(|one| discriminant(&one.what)).collect();
        assert!(kinds.len() >= 5, "{written:?}");
        let found: Vec<_> = found
            .conflicts
            .into_iter()
            .map(|one| one.conflict)
            .collect();
        assert_eq!(found, written);
    }
}

/// Lines that look like markers and some that do not.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("a"),
        Just("b"),
        Just("c"),
        Just(""),
        Just("<<<<<<< x"),
        Just("======="),
        Just(">>>>>>> (cell deleted)"),
        Just("|||||||| y"),
    ];
    prop::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn lines_in_conflict_are_read_as_they_were_written(
        base in lines(), ours in lines(), theirs in lines(), style in 0..3_usize,
    ) {
        let notebook = |source: &str| {
            let source = format!("this is = one(cell)\nand keeps = its(lines)\n{source}\nup to = the(end)");
            serde_json::json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
                {"cell_type": "raw", "metadata": {}, "source": source}]})
        };
        let options = MergeOptions { style: STYLES[style], ..MergeOptions::default() };
        let [base, ours, theirs] = [base, ours, theirs].map(|source| notebook(&source));
        let (written, found) = merged_and_read(&base, &ours, &theirs, &options);
        let found: Vec<_> = found.conflicts.into_iter().map(|one| one.conflict).collect();
        for conflict in &written {
            prop_assert!(found.contains(conflict), "{found:?} {conflict:?}");
        }
    }
}

#[test]
fn what_other_tools_leave_is_found() {
    let json = r#"{"nbformat": 4, "metadata": {"nbdime-conflicts": {}}, "cells": [
        {"cell_type": "markdown", "source": "`<<<<<<< HEAD`"},
        {"cell_type": "markdown", "source": "<span style=\"color:red\"><b>>>>>>>> remote</b></span>"},
        {"cell_type": "code", "source": "", "metadata": {"nbdime-conflicts": {}}, "outputs": [
            {"output_type": "stream", "name": "stderr", "text": ["<<<<<<< local\n"]}]}]}"#;
    let document = Document::read(json.as_bytes()).unwrap();
    let found = leftovers_in(&Notebook::read(&document).unwrap());
    let strays: Vec<_> = found
        .strays
        .into_iter()
        .map(|stray| (stray.cell, stray.what))
        .collect();
    let expected = [
        (None, StrayKind::NbdimeMetadata),
        (Some(0), StrayKind::MarkerCell),
        (Some(1), StrayKind::MarkerCell),
        (Some(2), StrayKind::NbdimeMetadata),
        (Some(2), StrayKind::MarkerOutput),
    ];
    assert_eq!(strays, expected);
}
