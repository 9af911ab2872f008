//! NB301: each thing that nbformat's schemas say, broken once.

use super::*;

/// A notebook in which nothing is wrong and everything is there.
const FULL: &str = r#"{
 "cells": [
  {"cell_type": "code", "execution_count": 1, "id": "a",
   "metadata": {"collapsed": true, "scrolled": "auto", "execution": {"shell.execute_reply": "2020"},
    "name": "n", "tags": ["t", "u"], "jupyter": {"source_hidden": true}},
   "outputs": [
    {"output_type": "stream", "name": "stdout", "text": ["s"]},
    {"output_type": "display_data", "data": {"text/plain": "d", "application/a+json": {"x": 1}}, "metadata": {}},
    {"output_type": "execute_result", "execution_count": 2, "data": {"text/html": ["h"]}, "metadata": {"m": 1}},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["l"]}],
   "source": ["c"]},
  {"attachments": {"p.png": {"image/png": "i"}}, "cell_type": "markdown", "id": "b", "metadata": {}, "source": "k"},
  {"cell_type": "raw", "id": "r", "metadata": {"format": "f"}, "source": []}],
 "metadata": {"kernelspec": {"display_name": "P", "name": "p"},
  "language_info": {"name": "python", "codemirror_mode": {"v": 3}, "file_extension": ".py",
   "mimetype": "text/x", "pygments_lexer": "ip"}, "orig_nbformat": 4, "title": "T", "authors": [{"name": "A"}]},
 "nbformat": 4, "nbformat_minor": 5}"#;

/// Checks that putting `new` in the place of `old` breaks the structure once,
/// and where.
#[track_caller]
fn breaks(old: &str, new: &str, at: &str) {
    assert_eq!(FULL.matches(old).count(), 1, "{old}");
    finds(&FULL.replace(old, new), "NB301", &[at]);
}

#[test]
fn a_full_notebook_is_valid() {
    finds(FULL, "NB3", &[]);
}

#[test]
fn the_notebook_has_its_keys_and_no_others() {
    breaks(r#""nbformat": 4, "#, "", "{\n \"cells\"");
    breaks(r#""nbformat": 4,"#, r#""nbformat": 9,"#, "9");
    breaks(r#""nbformat": 4,"#, r#""nbformat": "4","#, "\"4\"");
    breaks(r#""nbformat_minor": 5"#, r#""nbformat_minor": 5.0"#, "5.0");
    breaks(
        r#""nbformat_minor": 5"#,
        r#""nbformat_minor": 5, "x": 1"#,
        "\"x\"",
    );
}

#[test]
fn the_metadata_of_the_notebook_is_of_its_kinds() {
    breaks(r#"{"display_name": "P", "name": "p"}"#, "1", "1,");
    breaks(r#""display_name": "P", "#, "", "{\"name\"");
    breaks(r#""display_name": "P""#, r#""display_name": 1"#, "1");
    breaks(r#"{"name": "python", "#, "{", "{\"codemirror");
    breaks(r#"{"v": 3}"#, "3", "3");
    breaks("\".py\"", "null", "null");
    breaks(r#""orig_nbformat": 4"#, r#""orig_nbformat": 0"#, "0");
    breaks(r#""orig_nbformat": 4"#, r#""orig_nbformat": -1"#, "-1");
    breaks("\"T\"", "[]", "[]");
    breaks(r#"[{"name": "A"}]"#, "{}", "{}");
    // Before 4.2 these were not spoken of.
    let old = FULL.replace("\"T\"", "[]");
    let old = old.replace("minor\": 5", "minor\": 1");
    let old = ["a", "b", "r"].iter().fold(old, |old, id| {
        old.replace(&format!("\"id\": \"{id}\", "), "")
    });
    finds(&old.replace("\"id\": \"a\",", ""), "NB301", &[]);
}

#[test]
fn cells_have_their_keys_and_no_others() {
    breaks(r#""cell_type": "raw", "#, "", "{\"id\": \"r\"");
    breaks(
        r#""cell_type": "raw""#,
        r#""cell_type": "html""#,
        "\"html\"",
    );
    breaks(r#""execution_count": 1, "#, "", "{\"cell_type\": \"code\"");
    breaks(
        r#""execution_count": 1"#,
        r#""execution_count": 1.0"#,
        "1.0",
    );
    breaks(r#""execution_count": 1"#, r#""execution_count": -1"#, "-1");
    breaks(
        r#""execution_count": 1"#,
        r#""execution_count": true"#,
        "true",
    );
    breaks(
        r#""source": ["c"]"#,
        r#""source": ["c"], "attachments": {}"#,
        "\"attachments\"",
    );
    breaks(
        r#""source": "k""#,
        r#""source": "k", "outputs": []"#,
        "\"outputs\"",
    );
    breaks(r#", "source": "k""#, "", "{\"attachments\"");
    breaks(r#"["c"]"#, r#"["c", 1]"#, "1]");
    breaks("\"k\"", "null", "null");
    breaks(r#"{"image/png": "i"}"#, "\"i\"", "\"i\"");
    breaks(r#""image/png": "i""#, r#""image/png": {}"#, "{}");
}

#[test]
fn ids_are_keys_since_4_5() {
    let old = FULL.replace("minor\": 5", "minor\": 4");
    finds(
        &old,
        "NB301",
        &["\"id\": \"a\"", "\"id\": \"b\"", "\"id\": \"r\""],
    );
}

#[test]
fn the_metadata_of_cells_is_of_its_kinds() {
    breaks(r#""collapsed": true"#, r#""collapsed": "yes""#, "\"yes\"");
    breaks("\"auto\"", "\"yes\"", "\"yes\"");
    breaks("\"2020\"", "2020", "2020");
    breaks("\"n\"", "\"\"", "\"\"");
    breaks("\"u\"", "\"t\"", "\"t\"]");
    breaks("\"u\"", "\"a,b\"", "\"a,b\"");
    breaks("\"u\"", "7", "7]");
    breaks(r#"["t", "u"]"#, "\"t\"", "\"t\"");
    breaks(r#"{"source_hidden": true}"#, "true", "true");
    breaks("\"f\"", "1", "1}");
}

#[test]
fn outputs_have_their_keys_and_no_others() {
    breaks(r#""output_type": "stream", "#, "", "{\"name\": \"stdout\"");
    breaks(
        "\"stream\"",
        "\"update_display_data\"",
        "\"update_display_data\"",
    );
    breaks(r#""name": "stdout", "#, "", "{\"output_type\": \"stream\"");
    breaks(r#"["s"]"#, "1", "1}");
    breaks(
        r#", "metadata": {}},"#,
        "},",
        "{\"output_type\": \"display_data\"",
    );
    breaks("\"d\"", "{}", "{}");
    breaks(
        r#""execution_count": 2"#,
        r#""execution_count": "*""#,
        "\"*\"",
    );
    breaks(r#"{"m": 1}"#, "[]", "[]");
    breaks(r#", "traceback": ["l"]"#, "", "{\"output_type\": \"error\"");
    breaks(r#"["l"]"#, "\"l\"", "\"l\"");
    breaks("\"E\"", "\"E\", \"transient\": {}", "\"transient\"");
}

#[test]
fn notebooks_of_the_future_may_have_more() {
    let future = FULL.replace("minor\": 5", "minor\": 6");
    let future = future.replace(r#""cell_type": "raw""#, r#""cell_type": "new", "x": 1"#);
    let future = future.replace(r#""output_type": "stream""#, r#""output_type": "new""#);
    finds(&future, "NB301", &[]);
    finds(&future.replace("\"n\"", "1"), "NB301", &["1"]);
}

#[test]
fn what_is_missing_and_has_one_meaning_is_put_in() {
    for (old, new) in [
        (r#""execution_count": 1, "#, r#""execution_count": null, "#),
        (r#", "metadata": {}},"#, r#", "metadata": {}},"#),
        (r#""execution_count": 2, "#, r#""execution_count": null, "#),
    ] {
        let broken = FULL.replacen(old, if old.starts_with(',') { "}," } else { "" }, 1);
        let edits = mended(broken.as_bytes(), &options("NB301"))
            .unwrap()
            .unwrap();
        let changed = String::from_utf8(edits.apply(broken.as_bytes())).unwrap();
        let put_in: serde_json::Value = serde_json::from_str(&changed).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&FULL.replace(old, new)).unwrap();
        assert_eq!(put_in, expected);
    }
}
