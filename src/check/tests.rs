//! Each rule, on the smallest notebook that breaks it.

use super::*;

/// A notebook of nbformat 4.5 with these cells.
fn notebook(cells: &[&str]) -> String {
    let cells = cells.join(",\n  ");
    format!(
        r#"{{
 "cells": [
  {cells}
 ],
 "metadata": {{"kernelspec": {{"display_name": "Python 3", "language": "python", "name": "python3"}}}},
 "nbformat": 4,
 "nbformat_minor": 5
}}
"#
    )
}

/// A code cell with an id, a count, outputs and a source.
fn code(id: &str, count: &str, outputs: &str, source: &str) -> String {
    format!(
        r#"{{"cell_type": "code", "execution_count": {count}, "id": "{id}", "metadata": {{}}, "outputs": [{outputs}], "source": {source}}}"#
    )
}

fn options(select: &str) -> CheckOptions {
    CheckOptions {
        select: select.parse().unwrap(),
        ..CheckOptions::default()
    }
}

fn findings(json: &str, options: &CheckOptions) -> Vec<Finding> {
    check(json.as_bytes(), options).unwrap().findings
}

/// Checks what a rule finds: the text at the place of each finding starts as
/// `expected` says.
#[track_caller]
fn finds(json: &str, rule: &str, expected: &[&str]) {
    let found = findings(json, &options(rule));
    let at = found
        .iter()
        .map(|finding| json.get(finding.span.start..).unwrap());
    let at: Vec<_> = at.collect();
    assert_eq!(at.len(), expected.len(), "{found:#?}");
    for (at, expected) in at.iter().zip(expected) {
        assert!(at.starts_with(expected), "{expected}: {at}");
    }
    for finding in &found {
        assert_eq!(
            finding.start,
            LineColumn::of(json.as_bytes(), finding.span.start)
        );
        assert_eq!(
            finding.end,
            LineColumn::of(json.as_bytes(), finding.span.end)
        );
    }
}

/// Checks that mending by a rule replaces `old` by `new`, and every other byte
/// stays.
#[track_caller]
fn mends(json: &str, rule: &str, old: &str, new: &str) {
    assert_eq!(json.matches(old).count(), 1, "{old}");
    let options = options(rule);
    let edits = mended(json.as_bytes(), &options).unwrap().unwrap();
    let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
    assert_eq!(changed, json.replace(old, new));
    assert_eq!(mended(changed.as_bytes(), &options).unwrap(), None);
    assert!(
        findings(&changed, &options)
            .iter()
            .all(|finding| !finding.is_mendable)
    );
}

#[test]
fn nothing_is_wrong_with_a_clean_notebook() {
    let clean = notebook(&[
        r##"{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# T"]}"##,
        &code("b", "null", "", r#"["x = 1\n", "x"]"#),
        r#"{"cell_type": "raw", "id": "c", "metadata": {"format": "text/x"}, "source": "r"}"#,
    ]);
    let all = options("ALL");
    assert_eq!(findings(&clean, &all), []);
    assert_eq!(mended(clean.as_bytes(), &all).unwrap(), None);
}

const OUTPUT: &str = r#"{"output_type": "stream", "name": "stdout", "text": "hi"}"#;

#[test]
fn outputs_counts_and_metadata_of_tools_are_found_each_by_its_rule() {
    let cell = code("a", "3", OUTPUT, "\"x\"").replace("{}", r#"{"scrolled": true, "tags": []}"#);
    let json = notebook(&[&cell]);
    finds(&json, "NB101", &["[{\"output_type"]);
    finds(&json, "NB102", &["3,"]);
    finds(&json, "NB103", &["\"scrolled\""]);
    mends(&json, "NB101", OUTPUT, "");
    mends(&json, "NB102", "3,", "null,");
    mends(&json, "NB103", "\"scrolled\": true, ", "");
}

#[test]
fn a_count_of_an_output_that_is_kept_is_found_by_its_rule() {
    let output =
        r#"{"output_type": "execute_result", "execution_count": 7, "data": {}, "metadata": {}}"#;
    let json = notebook(&[&code("a", "null", output, "\"x\"")]);
    let mut options = options("NB1");
    options.strip.outputs.keep = true;
    let found = findings(&json, &options);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, Rule::ExecutionCount);
    let edits = mended(json.as_bytes(), &options).unwrap().unwrap();
    let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
    assert_eq!(changed, json.replace('7', "null"));
    options.ignore = "NB102".parse().unwrap();
    assert_eq!(mended(json.as_bytes(), &options).unwrap(), None);
}

#[test]
fn cells_and_ids_go_if_strip_was_told_so() {
    let cells = [
        code("a", "null", "", "\"\""),
        code("b", "null", "", "\"x\""),
    ];
    let json = notebook(&[&cells[0], &cells[1]]);
    let mut options = options("NB104");
    options.strip.drop_empty_cells = true;
    let found = findings(&json, &options);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].cell.as_ref().unwrap().index, 0);
    let edits = mended(json.as_bytes(), &options).unwrap().unwrap();
    let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
    assert_eq!(changed, notebook(&[&cells[1]]));

    let mut options = self::options("NB105");
    options.strip.ids = crate::strip::Ids::Drop;
    let found = findings(&json, &options);
    // Of two cells, and the format.
    assert_eq!(found.len(), 3);
    let edits = mended(json.as_bytes(), &options).unwrap().unwrap();
    let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
    let expected = json
        .replace("\"id\": \"a\", ", "")
        .replace("\"id\": \"b\", ", "");
    assert_eq!(changed, expected.replace("minor\": 5", "minor\": 4"));
}

#[test]
fn cells_that_ran_out_of_order_are_found() {
    let json = notebook(&[
        &code("a", "2", "", "\"x\""),
        &code("b", "1", "", "\"x\""),
        &code("c", "3", "", "\"x\""),
        &code("d", "3", "", "\"x\""),
    ]);
    finds(&json, "NB201", &["1, \"id\": \"b\"", "3, \"id\": \"d\""]);
}

#[test]
fn gaps_between_counts_are_found() {
    let json = notebook(&[
        &code("a", "1", "", "\"x\""),
        &code("b", "2", "", "\"x\""),
        &code("c", "5", "", "\"x\""),
        &code("d", "6", "", "\"x\""),
    ]);
    finds(&json, "NB202", &["5, \"id\": \"c\""]);
}

#[test]
fn cells_that_did_not_run_are_found_where_others_did() {
    let ran = code("a", "1", "", "\"x\"");
    let not = code("b", "null", "", "\"x\"");
    let empty = code("c", "null", "", "\"\"");
    finds(
        &notebook(&[&ran, &not, &empty]),
        "NB203",
        &["{\"cell_type\": \"code\", \"execution_count\": null, \"id\": \"b\""],
    );
    finds(&notebook(&[&not, &empty]), "NB203", &[]);
}

#[test]
fn errors_are_found_but_for_those_that_are_wanted() {
    let error =
        r#"{"output_type": "error", "ename": "ZeroDivisionError", "evalue": "", "traceback": []}"#;
    let cell = code("a", "1", error, "\"1/0\"");
    let json = notebook(&[&cell]);
    finds(&json, "NB204", &["{\"output_type\": \"error\""]);
    assert_eq!(
        findings(&json, &options("NB204"))[0].message,
        "the cell ended with ZeroDivisionError"
    );
    let wanted = json.replacen(
        "\"metadata\": {}",
        r#""metadata": {"tags": ["raises-exception"]}"#,
        1,
    );
    finds(&wanted, "NB204", &[]);
}

#[test]
fn outputs_of_another_run_are_found() {
    let result = |count: &str| {
        format!(
            r#"{{"output_type": "execute_result", "execution_count": {count}, "data": {{}}, "metadata": {{}}}}"#
        )
    };
    let of = |cell: &str, output: &str| notebook(&[&code("a", cell, &result(output), "\"x\"")]);
    finds(&of("4", "3"), "NB205", &["3, \"data\""]);
    finds(&of("null", "3"), "NB205", &["3, \"data\""]);
    finds(&of("3", "3"), "NB205", &[]);
    finds(&of("3", "null"), "NB205", &[]);
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_with_a_place() {
    let json = b"{\n \"cells\": [}\n";
    let error = check(json, &CheckOptions::default()).unwrap_err();
    let found = unreadable(json, &error);
    assert_eq!(found.rule, Rule::Unreadable);
    assert_eq!((found.start.line, found.start.column), (2, 12));
    assert!(
        found.message.starts_with("invalid JSON at line 2"),
        "{}",
        found.message
    );
}

#[test]
fn what_a_merge_left_is_found_where_it_stands() {
    let source = r#"["a\n", "<<<<<<< ours\n", "b\n", "=======\n", "c\n", ">>>>>>> theirs\n"]"#;
    let json = notebook(&[&code("a", "null", "", source)]);
    finds(&json, "NB302", &["<<<<<<< ours"]);
    let found = findings(&json, &options("NB302"));
    let cell = found[0].cell.clone().unwrap();
    assert_eq!((cell.index, cell.at.unwrap().line), (0, 2));
    assert_eq!(found[0].excerpt.as_ref().unwrap().line, "<<<<<<< ours");
    // It is no fault of its own that it does not parse.
    finds(&json, "NB501", &[]);
    let metadata = json.replacen(
        "\"metadata\": {}",
        r#""metadata": {"nbdime-conflicts": {}}"#,
        1,
    );
    let found = findings(&metadata, &options("NB302"));
    assert_eq!(found[0].message, "metadata `nbdime-conflicts`");
}

#[test]
fn conflict_markers_in_the_json_are_found() {
    let json = "{\n<<<<<<< ours\n \"cells\": [],\n=======\n>>>>>>> theirs\n}\n";
    finds(json, "NB302", &["<<<<<<< ours"]);
    assert_eq!(findings(json, &options("NB301")), []);
}

#[test]
fn the_second_of_equal_ids_is_found_and_mended() {
    let json = notebook(&[
        &code("a", "null", "", "\"1\""),
        &code("a", "null", "", "\"2\"").replace("\"id\"", "\"id\" "),
    ]);
    finds(
        &json,
        "NB303",
        &["\"a\", \"metadata\": {}, \"outputs\": [], \"source\": \"2\""],
    );
    let edits = mended(json.as_bytes(), &options("NB303")).unwrap().unwrap();
    let edits: Vec<_> = edits.iter().collect();
    assert_eq!(edits.len(), 1);
    assert_eq!(json.get(edits[0].span.clone()), Some("\"a\""));
    // Eight digits in quotes.
    assert_eq!(edits[0].text.len(), 10);
}

#[test]
fn a_missing_id_is_found_and_put_in_where_jupyter_has_it() {
    let json = notebook(&[r#"{"cell_type": "raw", "metadata": {}, "source": "x"}"#]);
    finds(&json, "NB304", &["{\"cell_type\": \"raw\""]);
    let edits = mended(json.as_bytes(), &options("NB304")).unwrap().unwrap();
    let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
    let at = changed.find("\"id\": \"").unwrap();
    assert_eq!(
        json,
        format!(
            "{}{}",
            &changed.get(..at).unwrap(),
            changed.get(at + 18..).unwrap()
        )
    );
    let keys: Vec<_> = ["cell_type", "\"id\"", "\"metadata\": {}"]
        .map(|key| changed.find(key))
        .into();
    assert!(keys.is_sorted() && keys[0].is_some());
    // Before 4.5 there are none.
    finds(&json.replace("minor\": 5", "minor\": 4"), "NB304", &[]);
}

#[test]
fn a_malformed_id_is_found_and_mended() {
    let json = notebook(&[&code("my cell", "null", "", "\"x\"")]);
    finds(&json, "NB305", &["\"my cell\""]);
    mends(&json, "NB305", "my cell", "my-cell");
}

#[test]
fn a_missing_kernelspec_is_found() {
    let json = notebook(&[]);
    finds(&json, "NB306", &[]);
    finds(&json.replace("kernelspec", "k"), "NB306", &["{\"k\""]);
}

#[test]
fn an_old_format_is_found() {
    let json = r#"{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}"#;
    finds(json, "NB307", &["3,"]);
    finds(json, "NB301", &[]);
}

#[test]
fn what_json_does_not_allow_is_found_though_it_can_be_read() {
    let cells = [
        code("a", "null", "", "\"x\""),
        code("b", "null", "", "\"\\$5 and \\$6\ta\""),
    ];
    let json = notebook(&cells.each_ref().map(String::as_str));
    finds(&json, "NB309", &["\\$5", "\ta"]);
    let found = findings(&json, &options("NB309"));
    let cell = found[0].cell.as_ref().map(|cell| cell.index);
    assert_eq!(cell, Some(1));
    let marked = format!("\u{feff}{}", notebook(&[&cells[0]]));
    assert_eq!(findings(&marked, &options("NB309")).len(), 1);
    finds(&notebook(&[&cells[0]]), "NB309", &[]);
}

#[test]
fn a_repeated_key_is_found_where_it_stands_again() {
    let cell =
        code("a", "null", "", "\"x\"").replace("\"source\"", "\"source\": \"old\", \"source\"");
    finds(&notebook(&[&cell]), "NB308", &["\"source\": \"x\""]);
}

#[test]
fn large_outputs_are_found_unless_they_go_anyway() {
    let json = notebook(&[&code("a", "null", OUTPUT, "\"x\"")]);
    let mut large = options("NB401");
    finds(&json, "NB401", &[]);
    large.max_output_size = 10;
    assert_eq!(findings(&json, &large).len(), 1);
    large.select = "NB401"
        .parse::<RuleSet>()
        .unwrap()
        .and(Rule::Outputs.into());
    let rules: Vec<_> = findings(&json, &large)
        .iter()
        .map(|found| found.rule)
        .collect();
    assert_eq!(rules, [Rule::Outputs]);
}

#[test]
fn attachments_are_found_that_are_not_shown_or_not_there() {
    let cell = r#"{"attachments": {"a.png": {"image/png": "x"}, "b.png": {"image/png": "y"}}, "cell_type": "markdown", "id": "a", "metadata": {}, "source": ["![x](attachment:a.png)\n", "![x](attachment:c.png)"]}"#;
    let json = notebook(&[cell]);
    finds(&json, "NB402", &["\"b.png\""]);
    finds(&json, "NB403", &["attachment:c.png)"]);
    mends(&json, "NB402", r#", "b.png": {"image/png": "y"}"#, "");
    let none = json.replace("attachment:a.png", "a.png");
    mends(
        &none,
        "NB402",
        r#""attachments": {"a.png": {"image/png": "x"}, "b.png": {"image/png": "y"}}, "#,
        "",
    );
}

#[test]
fn empty_cells_are_found_and_taken_out() {
    let empty = code("b", "null", "", "[\"  \\n\"]");
    let json = notebook(&[&code("a", "null", "", "\"x\""), &empty]);
    finds(
        &json,
        "NB404",
        &["{\"cell_type\": \"code\", \"execution_count\": null, \"id\": \"b\""],
    );
    mends(&json, "NB404", &format!(",\n  {empty}"), "");
    assert!(!CheckOptions::default().looks_for(Rule::EmptyCell));
    // What it shows may be all that is left of it.
    let json = notebook(&[&code("a", "null", OUTPUT, "\"\"")]);
    assert_eq!(findings(&json, &options("NB404")).len(), 1);
    assert_eq!(mended(json.as_bytes(), &options("NB404")).unwrap(), None);
}

#[test]
fn code_that_does_not_parse_is_found_in_python_alone() {
    let json = notebook(&[&code("a", "null", "", r#"["x = 1\n", "\ty = = 2"]"#)]);
    finds(&json, "NB501", &["\\ty"]);
    let found = &findings(&json, &options("NB501"))[0];
    assert_eq!(found.cell.as_ref().unwrap().at.unwrap().line, 2);
    finds(&json.replace("\"python\"", "\"julia\""), "NB501", &[]);
    finds(
        &json.replace(
            "\"language\": \"python\", \"name\": \"python3\"",
            "\"x\": 1",
        ),
        "NB501",
        &[],
    );
    let shown = json.replacen(
        "\"metadata\": {}",
        r#""metadata": {"tags": ["raises-exception"]}"#,
        1,
    );
    finds(&shown, "NB501", &[]);
    let other = r#""metadata": {"vscode": {"languageId": "sql"}}"#;
    finds(&json.replacen("\"metadata\": {}", other, 1), "NB501", &[]);
}

/// A token that no scanner takes for one as long as it is in pieces.
fn token() -> String {
    ["gh", "p_", "a1B2c3D4e5F6g7H8i9J0", "k1L2m3N4o5P6q7R8"].concat()
}

#[test]
fn secrets_are_found_in_sources_and_outputs_and_never_shown() {
    let secret = token();
    let output = format!(
        r#"{{"output_type": "stream", "name": "stdout", "text": ["a\n", "got {secret}\n"]}}"#
    );
    let source = format!(r##"["# {secret}\n", "key = '{secret}'"]"##);
    let json = notebook(&[&code("a", "null", &output, &source)]);
    finds(&json, "NB601", &["ghp_", "ghp_", "ghp_"]);
    let all = findings(&json, &options("ALL"));
    let shown = format!("{all:?}");
    let (_, tail) = secret.split_at(8);
    assert!(!shown.contains(tail), "{shown}");
    let of_output = all
        .iter()
        .find(|found| found.message.contains("output") && found.rule == Rule::Token);
    assert_eq!(
        of_output.unwrap().excerpt.as_ref().unwrap().line,
        "got ghp_***"
    );
}

#[test]
fn pictures_are_not_searched_for_secrets() {
    let output = format!(
        r#"{{"output_type": "display_data", "data": {{"image/png": "{0}", "text/plain": "<x>", "image/svg+xml": "{0}"}}, "metadata": {{}}}}"#,
        token()
    );
    finds(
        &notebook(&[&code("a", "null", &output, "\"x\"")]),
        "NB6",
        &[],
    );
}

#[test]
fn tags_keep_rules_quiet_in_their_cell_and_nothing_of_it_is_mended() {
    let with = |tag: &str| {
        let cell = code("a", "3", OUTPUT, "\"x\"");
        cell.replace("{}", &format!(r#"{{"scrolled": true, "tags": ["{tag}"]}}"#))
    };
    let rules = |tag: &str| {
        let json = notebook(&[&with(tag), &code("b", "4", "", "\"x\"")]);
        let found = findings(&json, &CheckOptions::default());
        let codes: Vec<_> = found.iter().map(|found| found.rule.code()).collect();
        let edits = mended(json.as_bytes(), &CheckOptions::default())
            .unwrap()
            .unwrap();
        (codes, edits.iter().count())
    };
    assert_eq!(rules("x"), (vec!["NB102", "NB103", "NB101", "NB102"], 4));
    assert_eq!(rules("nbweave-ignore"), (vec!["NB102"], 1));
    assert_eq!(
        rules("nbweave-ignore-NB101"),
        (vec!["NB102", "NB103", "NB102"], 3)
    );
    assert_eq!(
        rules("nbweave-ignore-execution-count"),
        (vec!["NB103", "NB101", "NB102"], 3)
    );
    assert_eq!(
        rules("nbweave-ignored"),
        (vec!["NB102", "NB103", "NB101", "NB102"], 4)
    );
}

#[test]
fn several_things_are_mended_at_once() {
    let cell = r#"{"cell_type": "code", "outputs": [], "source": "x"}"#;
    let json = notebook(&[cell, cell]).replace("\n \"metadata\": {\"kernelspec\": {\"display_name\": \"Python 3\", \"language\": \"python\", \"name\": \"python3\"}},", "");
    let all = options("NB3");
    let edits = mended(json.as_bytes(), &all).unwrap().unwrap();
    let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
    let found = findings(&changed, &all);
    let rules: Vec<_> = found.iter().map(|found| found.rule).collect();
    assert_eq!(rules, [Rule::MissingKernelspec], "{changed}");
    assert_eq!(changed.matches("\"execution_count\": null").count(), 2);
}

#[test]
fn edits_of_more_than_one_pass_become_one() {
    for (old, new) in [
        ("abc", "abc"),
        ("aäc", "aöc"),
        ("", "ä"),
        ("ää", "ä"),
        ("aXb", "ab"),
    ] {
        let edits = whole_difference(old.as_bytes(), new.as_bytes());
        assert_eq!(edits.apply(old.as_bytes()), new.as_bytes(), "{old} {new}");
    }
}

#[test]
fn a_zeppelin_notebook_is_checked_for_results() {
    let json = r#"{"paragraphs": [{"text": "a", "results": {"code": "SUCCESS"}}]}"#;
    finds(json, "NB101", &["{\"text\""]);
    mends(json, "NB101", r#"{"code": "SUCCESS"}"#, "{}");
}

#[test]
fn what_is_no_notebook_is_a_finding() {
    for json in [
        "[]",
        "3",
        r#"{"a": 1}"#,
        r#"{"cells": 1}"#,
        r#"{"nbformat": 3, "worksheets": {}}"#,
    ] {
        let found = findings(json, &CheckOptions::default());
        assert_eq!(found.len(), 1, "{json}: {found:?}");
        assert_eq!(found[0].rule, Rule::InvalidStructure);
    }
}

mod schema;
