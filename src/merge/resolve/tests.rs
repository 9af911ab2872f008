//! What becomes of a notebook when its conflicts are decided.

use super::*;

/// Decides all conflicts of a notebook and returns it and what is left.
fn decided(json: &str, choice: &Resolution) -> (String, Vec<usize>) {
    let document = Document::read(json.as_bytes()).unwrap();
    let notebook = Notebook::read(&document).unwrap();
    let resolved = resolve(&notebook, |_| Some(choice.clone()));
    let changed = resolved.edits.apply(json.as_bytes());
    (String::from_utf8(changed).unwrap(), resolved.left)
}

#[track_caller]
fn check(json: &str, choice: &Resolution, expected: &str) {
    assert_eq!(decided(json, choice), (expected.to_owned(), Vec::new()));
}

fn notebook(cells: &[&str]) -> String {
    let cells = cells.join(",\n  ");
    format!("{{\n \"cells\": [\n  {cells}\n ],\n \"metadata\": {{}},\n \"nbformat\": 4\n}}\n")
}

const LINES: &str = r#"{"cell_type": "code", "source": ["a\n", "<<<<<<< HEAD\n", "b \u003c\n", "||||||| 1a2b3c4\n", "c\n", "=======\n", "d\n", ">>>>>>> topic"]}"#;

fn with_source(source: &str) -> String {
    notebook(&[&format!(r#"{{"cell_type": "code", "source": {source}}}"#)])
}

#[test]
fn the_lines_of_a_side_stay_as_they_are_spelled() {
    let json = notebook(&[LINES]);
    check(&json, &Resolution::Ours, &with_source(r#"["a\n", "b <"]"#));
    check(&json, &Resolution::Theirs, &with_source(r#"["a\n", "d"]"#));
    check(
        &json,
        &Resolution::Both,
        &with_source(r#"["a\n", "b \u003c\n", "d"]"#),
    );
    check(&json, &Resolution::Base, &with_source(r#"["a\n", "c"]"#));
    let text = Resolution::Text("e\nf\n".to_owned());
    check(&json, &text, &with_source(r#"["a\n", "e\n", "f"]"#));
}

#[test]
fn a_source_in_one_string_stays_in_one() {
    let json = with_source(r#""a\r\n<<<<<<< x\r\nb\r\n=======\r\nc\r\n>>>>>>> y\r\n""#);
    check(
        &json,
        &Resolution::Both,
        &with_source(r#""a\r\nb\r\nc\r\n""#),
    );
}

#[test]
fn strings_of_several_lines_are_split() {
    let json = with_source(r#"["<<<<<<< x\nb\n=======\n", "c\n>>>>>>> y\nd"]"#);
    check(
        &json,
        &Resolution::Theirs,
        &with_source("[\n    \"c\\n\",\n    \"d\"\n   ]"),
    );
}

#[test]
fn old_formats_keep_their_keys_and_lines_without_ends() {
    let json = r#"{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["<<<<<<< x", "a", "=======", "b", ">>>>>>> y", "c"]}]}]}"#;
    let expected = r#"{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["b", "c"]}]}]}"#;
    check(json, &Resolution::Theirs, expected);
}

#[test]
fn several_conflicts_in_one_source_are_decided_one_by_one() {
    let source = r#"["<<<<<<< x\n", "a\n", "=======\n", "b\n", ">>>>>>> y\n", "<<<<<<< x\n", "c\n", "=======\n", "d\n", ">>>>>>> y\n"]"#;
    let json = with_source(source);
    let document = Document::read(json.as_bytes()).unwrap();
    let read = Notebook::read(&document).unwrap();
    let resolved = resolve(&read, |index| (index == 1).then_some(Resolution::Theirs));
    assert_eq!(resolved.left, [0]);
    let changed = String::from_utf8(resolved.edits.apply(json.as_bytes())).unwrap();
    let expected = r#"["<<<<<<< x\n", "a\n", "=======\n", "b\n", ">>>>>>> y\n", "d\n"]"#;
    assert_eq!(changed, with_source(expected));
}

#[test]
fn a_deletion_takes_the_cell_and_the_notes_about_it() {
    let note = note(
        "cell",
        "/metadata/tags",
        r#"<<<<<<< x\n[\"a\"]\n=======\n[]\n>>>>>>> y"#,
    );
    let cell = r#"{"cell_type": "code", "source": ["<<<<<<< HEAD\n", "a\n", "=======\n", ">>>>>>> topic (cell deleted)"]}"#;
    let kept = r#"{"cell_type": "code", "source": ["a"]}"#;
    check(
        &notebook(&[&note, cell, kept]),
        &Resolution::Theirs,
        &notebook(&[kept]),
    );
    check(&notebook(&[cell]), &Resolution::Ours, &notebook(&[kept]));
    check(&notebook(&[cell]), &Resolution::Both, &notebook(&[kept]));
    assert_eq!(decided(&notebook(&[cell]), &Resolution::Base).1, [0]);
}

/// A note with one conflict; `markers` is the inside of a JSON string.
fn note(where_: &str, pointer: &str, markers: &str) -> String {
    let words = if where_ == "cell" {
        "cell below"
    } else {
        where_
    };
    format!(
        r#"{{"cell_type": "markdown", "source": "**Merge conflict in the {words}**: the notebook has what ours says. Delete this cell when it is decided.\n\n`{pointer}`:\n\n```json\n{markers}\n```"}}"#
    )
}

#[test]
fn values_are_set_or_removed_and_the_note_goes() {
    let cell = |metadata: &str| {
        format!(r#"{{"cell_type": "code", "metadata": {{{metadata}}}, "source": []}}"#)
    };
    let markers = r"<<<<<<< x\n1\n||||||| z\n=======\n[2]\n>>>>>>> y";
    let json = notebook(&[&note("cell", "/metadata/a", markers), &cell(r#""a": 1"#)]);
    check(&json, &Resolution::Ours, &notebook(&[&cell(r#""a": 1"#)]));
    check(&json, &Resolution::Both, &notebook(&[&cell(r#""a": 1"#)]));
    check(&json, &Resolution::Base, &notebook(&[&cell("")]));
    let theirs = cell("\"a\": [\n     2\n    ]");
    check(&json, &Resolution::Theirs, &notebook(&[&theirs]));
    let text = Resolution::Text("{}".to_owned());
    check(&json, &text, &notebook(&[&cell(r#""a": {}"#)]));
    assert_eq!(
        decided(&json, &Resolution::Text("{".to_owned())),
        (json, vec![0])
    );
}

#[test]
fn what_a_note_says_of_others_stays() {
    let section = |key: &str| {
        format!(r"`/metadata/{key}`:\n\n```json\n<<<<<<< x\n1\n=======\n2\n>>>>>>> y\n```")
    };
    let start = "**Merge conflict in the notebook**: the notebook has what ours says.";
    let note = |sections: &[&str]| {
        let sections: Vec<_> = sections.iter().map(|key| section(key)).collect();
        let text = sections.join(r"\n\n");
        format!(r#"{{"cell_type": "markdown", "source": "{start}\n\n{text}"}}"#)
    };
    let json = notebook(&[&note(&["a", "b"])]);
    let document = Document::read(json.as_bytes()).unwrap();
    let read = Notebook::read(&document).unwrap();
    let resolved = resolve(&read, |index| (index == 0).then_some(Resolution::Theirs));
    let changed = String::from_utf8(resolved.edits.apply(json.as_bytes())).unwrap();
    let expected = notebook(&[&note(&["b"])]);
    assert_eq!(
        changed,
        expected.replace("\"metadata\": {}", "\"metadata\": {\n  \"a\": 2\n }")
    );
}

#[test]
fn a_cell_of_another_kind_has_the_keys_of_that() {
    let markers = r#"<<<<<<< x\n\"markdown\"\n=======\n\"code\"\n>>>>>>> y"#;
    let markdown = r#"{"cell_type": "markdown", "metadata": {}, "source": "a"}"#;
    let code = r#"{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": "a"}"#;
    let json = notebook(&[&note("cell", "/cell_type", markers), markdown]);
    check(&json, &Resolution::Theirs, &notebook(&[code]));
    let markers = markers.replace("code", "raw");
    let json = notebook(&[&note("cell", "/cell_type", &markers), code]);
    let raw = markdown.replace("markdown", "raw");
    check(&json, &Resolution::Theirs, &notebook(&[&raw]));
}

#[test]
fn a_cell_that_becomes_code_has_no_attachments() {
    let markers = r#"<<<<<<< x\n\"markdown\"\n=======\n\"code\"\n>>>>>>> y"#;
    let markdown = r#"{"attachments": {"a.png": {"image/png": "YQ=="}}, "cell_type": "markdown", "metadata": {}, "source": "a"}"#;
    let code = r#"{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": "a"}"#;
    let json = notebook(&[&note("cell", "/cell_type", markers), markdown]);
    check(&json, &Resolution::Theirs, &notebook(&[code]));
    check(&json, &Resolution::Ours, &notebook(&[markdown]));
}

#[test]
fn one_attachment_stays_under_its_name_or_both_do() {
    let markers = r#"<<<<<<< x\n\"a.png\"\n=======\n\"a-theirs.png\"\n>>>>>>> y"#;
    let cell = |attachments: &str| {
        format!(r#"{{"attachments": {{{attachments}}}, "cell_type": "markdown", "source": "a"}}"#)
    };
    let both = r#""a-theirs.png": {"image/png": "Yg=="}, "a.png": {"image/png": "YQ=="}"#;
    let json = notebook(&[&note("cell", "/attachments/a.png", markers), &cell(both)]);
    check(
        &json,
        &Resolution::Ours,
        &notebook(&[&cell(r#""a.png": {"image/png": "YQ=="}"#)]),
    );
    let theirs = decided(&json, &Resolution::Theirs).0;
    let value: serde_json::Value = serde_json::from_str(&theirs).unwrap();
    let expected = serde_json::json!({"a.png": {"image/png": "Yg=="}});
    assert_eq!(value["cells"][0]["attachments"], expected);
    check(&json, &Resolution::Both, &notebook(&[&cell(both)]));
}

#[test]
fn outputs_of_a_side_stay_with_their_count() {
    let markers = r"<<<<<<< x\n[0]\n=======\n[1]\n>>>>>>> y";
    let output =
        |count: u8| format!(r#"{{"execution_count": {count}, "output_type": "execute_result"}}"#);
    let cell = |count: u8, outputs: &str| {
        format!(
            r#"{{"cell_type": "code", "execution_count": {count}, "outputs": [{outputs}], "source": []}}"#
        )
    };
    let both = format!("{}, {}", output(3), output(5));
    let json = notebook(&[&note("cell", "/outputs", markers), &cell(3, &both)]);
    check(&json, &Resolution::Ours, &notebook(&[&cell(3, &output(3))]));
    check(
        &json,
        &Resolution::Theirs,
        &notebook(&[&cell(5, &output(5))]),
    );
    check(&json, &Resolution::Both, &notebook(&[&cell(3, &both)]));
}

#[test]
fn new_cells_of_a_side_go_if_they_are_where_they_were() {
    let markers = r#"<<<<<<< x\n[\"a\"]\n=======\n[\"b\", \"c\"]\n>>>>>>> y"#;
    let note = note("cells below", "/cells", markers);
    let cell = |line: &str| format!(r#"{{"cell_type": "code", "source": "{line}"}}"#);
    let [a, b, c, d] = ["a", "b", "c", "d"].map(cell);
    let json = notebook(&[&note, &a, &b, &c, &d]);
    check(&json, &Resolution::Ours, &notebook(&[&a, &d]));
    check(&json, &Resolution::Theirs, &notebook(&[&b, &c, &d]));
    check(&json, &Resolution::Both, &notebook(&[&a, &b, &c, &d]));
    check(&json, &Resolution::Base, &notebook(&[&d]));
    let edited = notebook(&[&note, &a, &d, &c]);
    assert_eq!(
        decided(&edited, &Resolution::Ours),
        (edited.clone(), vec![0])
    );
}
