//! `nbweave strip`: what goes and what stays, by every option.

use insta::assert_snapshot;

use crate::notebooks::{
    ERROR, PICTURE, RAN, STDERR, STDOUT, STRIPPED, code, notebook, notebook_with, one_code, value,
};
use crate::sandbox::Sandbox;

/// Checks what becomes of a notebook: through a pipe and in place the same,
/// announced by `--check`, and with nothing left to do afterwards.
#[track_caller]
pub(crate) fn check(args: &[&str], notebook: impl AsRef<[u8]>, expected: impl AsRef<[u8]>) {
    let (notebook, expected) = (notebook.as_ref(), expected.as_ref());
    let sandbox = Sandbox::new();
    let strip = |more: &[&str], stdin: &[u8]| {
        let args: Vec<_> = ["strip"].iter().chain(args).chain(more).copied().collect();
        let output = sandbox.run(&args, stdin);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), output.stdout, stderr)
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();

    let (exit, piped, stderr) = strip(&["-"], notebook);
    assert_eq!(text(&piped), text(expected), "{stderr}");
    assert_eq!(piped, expected);
    assert_eq!((exit, stderr.as_str()), (0, ""));

    sandbox.write("a.ipynb", notebook);
    let changes = i32::from(notebook != expected);
    assert_eq!(strip(&["--check", "a.ipynb"], b"").0, changes, "--check");
    assert_eq!(strip(&["--exit-code", "a.ipynb"], b"").0, changes);
    let in_place = std::fs::read(sandbox.path("a.ipynb")).unwrap();
    assert_eq!(text(&in_place), text(expected), "in place");
    assert_eq!(in_place, expected, "in place");
    assert_eq!(strip(&["--check", "a.ipynb"], b"").0, 0, "twice");
}

/// Checks that a notebook stays as it is.
#[track_caller]
pub(crate) fn keeps(args: &[&str], notebook: impl AsRef<[u8]>) {
    check(args, &notebook, &notebook);
}

/// Runs a strip that fails and leaves the file alone; returns what it said.
#[track_caller]
fn refuses(args: &[&str], notebook: &str) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", notebook);
    let said = sandbox.nbweave(&[&["strip", "a.ipynb"], args].concat());
    assert_eq!(sandbox.read("a.ipynb"), notebook);
    said
}

#[test]
fn outputs_counts_and_noise_go_and_nothing_else_changes() {
    check(&[], RAN, STRIPPED);
    keeps(&[], STRIPPED);
}

#[test]
fn all_sorts_of_output_go() {
    let outputs = [STDOUT, STDERR, ERROR, PICTURE, &value("7")].join(", ");
    check(&[], one_code("7", "", &outputs), one_code("null", "", ""));
}

#[test]
fn metadata_that_tools_write_goes_and_what_people_wrote_stays() {
    check(
        &[],
        notebook_with(
            r#""kernelspec": {"name": "python3"}, "language_info": {"name": "python", "version": "3.11.2"}, "signature": "sha256:0", "title": "Mine", "widgets": {"state": {}}"#,
            &[&code(
                "null",
                r#""ExecuteTime": {"end_time": "1"}, "collapsed": false, "editable": false, "execution": {"iopub.execute_input": "1"}, "scrolled": true, "slideshow": {"slide_type": "slide"}, "tags": ["raises-exception"]"#,
                "",
            )],
        ),
        notebook_with(
            r#""kernelspec": {"name": "python3"}, "language_info": {"name": "python", "version": "3.11.2"}, "title": "Mine""#,
            &[&code(
                "null",
                r#""editable": false, "slideshow": {"slide_type": "slide"}, "tags": ["raises-exception"]"#,
                "",
            )],
        ),
    );
}

#[test]
fn attachments_and_ids_stay() {
    keeps(
        &[],
        notebook(&[
            r#"{"attachments": {"a.png": {"image/png": "aGk="}}, "cell_type": "markdown", "id": "7", "metadata": {}, "source": ["![](attachment:a.png)"]}"#,
        ]),
    );
}

#[test]
fn outputs_go_whatever_the_kind_of_cell() {
    let cell = |count, outputs| {
        notebook(&[&format!(
            r#"{{"cell_type": "markdown", "execution_count": {count}, "outputs": [{outputs}], "source": "x"}}"#
        )])
    };
    check(&[], cell("1", STDOUT), cell("null", ""));
}

#[test]
fn kept_outputs_lose_only_their_counts() {
    let outputs = |count| [STDOUT, ERROR, PICTURE, &value(count)].join(", ");
    for option in ["--keep-output", "--keep-outputs"] {
        check(
            &[option],
            one_code("7", "", &outputs("7")),
            one_code("null", "", &outputs("null")),
        );
    }
}

#[test]
fn keeping_outputs_adds_no_counts_to_them() {
    let outputs = [STDOUT, STDERR, ERROR, PICTURE].join(", ");
    let string = r#"{"name": "stdout", "output_type": "stream", "text": "one string"}"#;
    keeps(&["--keep-output"], one_code("null", "", &outputs));
    keeps(&["--keep-output"], one_code("null", "", string));
}

#[test]
fn kept_counts_stay_without_and_with_their_outputs() {
    let outputs = [STDOUT, &value("7")].join(", ");
    check(
        &["--keep-count"],
        one_code("7", "", &outputs),
        one_code("7", "", ""),
    );
    for count in [
        ["--keep-count"].as_slice(),
        &["--keep-counts"],
        &["--counts=keep"],
        &["--counts", "keep"],
    ] {
        let args = [&["--keep-output"], count].concat();
        keeps(&args, one_code("7", "", &outputs));
    }
}

#[test]
fn a_cell_says_by_metadata_that_its_outputs_stay() {
    let cell = |count| one_code(count, r#""keep_output": true"#, STDOUT);
    check(&[], cell("1"), cell("null"));
}

#[test]
fn a_cell_says_by_a_tag_that_its_outputs_stay() {
    let cell = |count| one_code(count, r#""tags": ["a", "keep_output"]"#, STDOUT);
    check(&[], cell("1"), cell("null"));
}

#[test]
fn a_cell_says_by_metadata_that_its_outputs_go() {
    let cell = |outputs| one_code("null", r#""keep_output": false"#, outputs);
    check(&[], cell(STDOUT), cell(""));
    check(&["--keep-output"], cell(STDOUT), cell(""));
}

#[test]
fn a_cell_that_contradicts_itself_is_an_error() {
    let cell = code(
        "null",
        r#""keep_output": false, "tags": ["keep_output"]"#,
        STDOUT,
    );
    assert_snapshot!(refuses(&[], &notebook(&[&cell])), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': contradiction at line 3, column 89: the metadata of the cell says not to keep its outputs (`keep_output`), its tags say to keep them
    ");
}

#[test]
fn metadata_and_tag_may_say_the_same() {
    keeps(
        &[],
        one_code(
            "null",
            r#""keep_output": true, "tags": ["keep_output"]"#,
            STDOUT,
        ),
    );
}

#[test]
fn init_cells_keep_their_outputs_unless_told() {
    let cell = |init, outputs| one_code("null", &format!(r#""init_cell": {init}"#), outputs);
    keeps(&[], cell("true", STDOUT));
    for option in ["--strip-init-cells", "--strip-init-cell"] {
        check(&[option], cell("true", STDOUT), cell("true", ""));
    }
    check(&["--keep-output"], cell("false", STDOUT), cell("false", ""));
}

#[test]
fn a_notebook_says_that_outputs_stay_but_for_cells_that_say_otherwise() {
    let cells = |outputs| {
        notebook_with(
            r#""keep_output": true"#,
            &[
                &code("null", "", STDOUT),
                &code("null", r#""keep_output": false"#, outputs),
            ],
        )
    };
    check(&[], cells(STDOUT), cells(""));
}

#[test]
fn outputs_stay_by_type() {
    let all = [STDOUT, STDERR, ERROR, PICTURE].join(", ");
    let check = |args: &[&str], left: &[&str]| {
        let left = one_code("null", "", &left.join(", "));
        check(args, one_code("null", "", &all), left);
    };
    check(&["--keep-output-type=error"], &[ERROR]);
    check(&["--keep-output-type", "stream"], &[STDOUT, STDERR]);
    check(&["--keep-output-type", "stream:stderr"], &[STDERR]);
    check(
        &[
            "--keep-output-type=error",
            "--keep-output-type=stream:stdout",
        ],
        &[STDOUT, ERROR],
    );
    check(
        &["--keep-output-type=error,display_data"],
        &[ERROR, PICTURE],
    );
    check(&["--keep-output", "--keep-output-type=error"], &[ERROR]);
    check(&["--keep-output-type=nothing-like-it"], &[]);
}

#[test]
fn outputs_go_by_type() {
    let all = [STDOUT, STDERR, ERROR, PICTURE].join(", ");
    let check = |args: &[&str], left: &[&str]| {
        let left = one_code("null", "", &left.join(", "));
        check(args, one_code("null", "", &all), left);
    };
    let keep = "--keep-output";
    check(&[keep, "--drop-output-type=stream"], &[ERROR, PICTURE]);
    check(
        &[
            keep,
            "--drop-output-type=stream:stderr",
            "--drop-output-type",
            "error",
        ],
        &[STDOUT, PICTURE],
    );
    check(
        &[
            "--keep-output-type=stream",
            "--drop-output-type=stream:stderr",
        ],
        &[STDOUT],
    );
}

#[test]
fn types_that_go_do_so_in_cells_that_keep_their_outputs() {
    let cell = |outputs: &[&str]| one_code("null", r#""keep_output": true"#, &outputs.join(", "));
    check(
        &["--drop-output-type=stream:stderr"],
        cell(&[STDOUT, STDERR]),
        cell(&[STDOUT]),
    );
}

#[test]
fn types_of_output_have_their_old_names_before_nbformat_4() {
    let old = |outputs: &str| {
        format!(
            r#"{{"metadata": {{}}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{{"cells": [{{"cell_type": "code", "input": "x", "outputs": [{outputs}]}}]}}]}}"#
        )
    };
    let stderr = r#"{"output_type": "stream", "stream": "stderr", "text": "hm"}"#;
    let error = r#"{"ename": "E", "output_type": "pyerr", "traceback": []}"#;
    let both = format!("{stderr}, {error}");
    check(
        &["--keep-output-type=stream:stderr"],
        old(&both),
        old(stderr),
    );
    check(&["--keep-output-type=error"], old(&both), old(error));
}

#[test]
fn mime_types_go_out_of_outputs_that_stay() {
    let words =
        r#"{"data": {"text/plain": ["<Figure>"]}, "metadata": {}, "output_type": "display_data"}"#;
    for mime in ["image/png", "image/*"] {
        check(
            &["--keep-output", "--drop-mime-type", mime],
            one_code("null", "", &[STDOUT, PICTURE].join(", ")),
            one_code("null", "", &[STDOUT, words].join(", ")),
        );
    }
}

#[test]
fn an_output_with_no_mime_type_left_goes() {
    check(
        &[
            "--keep-output",
            "--drop-mime-type=image/png",
            "--drop-mime-type=text/*",
        ],
        one_code("null", "", &[STDOUT, PICTURE].join(", ")),
        one_code("null", "", STDOUT),
    );
}

#[test]
fn small_outputs_stay() {
    let text = |length: usize| {
        let text = "ä".repeat(length);
        format!(r#"{{"data": {{"text/plain": "{text}"}}, "output_type": "display_data"}}"#)
    };
    // The type counts, too: `display_data` has 12 characters.
    let (at_limit, above) = (text(988), text(989));
    let both = format!("{at_limit}, {above}");
    for size in ["1000", "1k", "1K"] {
        check(
            &["--max-size", size],
            one_code("null", "", &both),
            one_code("null", "", &at_limit),
        );
    }
    keeps(&["--max-size=1M"], one_code("null", "", &both));
}

#[test]
fn counts_can_be_renumbered_in_the_order_of_the_cells() {
    let cells = |counts: [&str; 3], outputs: [&str; 3]| {
        let code = |index: usize| code(counts[index], "", outputs[index]);
        notebook(&[&code(0), &code(1), &code(2)])
    };
    let (seven, one, nine, two) = (value("7"), value("1"), value("9"), value("2"));
    check(
        &["--counts=renumber"],
        cells(["7", "null", "9"], [&seven, "", &nine]),
        cells(["1", "null", "2"], ["", "", ""]),
    );
    check(
        &["--counts=renumber", "--keep-output"],
        cells(["7", "null", "9"], [&seven, "", &nine]),
        cells(["1", "null", "2"], [&one, "", &two]),
    );
}

#[test]
fn ids_can_be_dropped_and_the_format_with_them() {
    let cell = r#"{"cell_type": "raw", "id": "a", "metadata": {}, "source": []}"#;
    let without = r#"{"cell_type": "raw", "metadata": {}, "source": []}"#;
    let dropped =
        notebook(&[without, without]).replace(r#""nbformat_minor": 5"#, r#""nbformat_minor": 4"#);
    check(&["--ids=drop"], notebook(&[cell, cell]), dropped);
}

#[test]
fn ids_can_be_renumbered() {
    let cell = |id: &str| {
        format!(r#"{{"cell_type": "raw", "id": {id}, "metadata": {{}}, "source": ["x"]}}"#)
    };
    let cells = |ids: [&str; 3]| notebook(&ids.map(cell).each_ref().map(String::as_str));
    check(
        &["--ids=renumber"],
        cells([r#""same""#, r#""same""#, "12"]),
        cells([r#""0""#, r#""1""#, r#""2""#]),
    );
}

#[test]
fn missing_ids_are_not_made_up() {
    let cell = r#"{"cell_type": "raw", "metadata": {}, "source": []}"#;
    for args in [
        &[][..],
        &["--ids=keep"],
        &["--ids=renumber"],
        &["--keep-id"],
    ] {
        keeps(args, notebook(&[cell, cell]));
    }
}

#[test]
fn all_metadata_can_be_kept() {
    let cells = |count, outputs| {
        notebook_with(
            r#""signature": "sha256:0", "widgets": {}"#,
            &[&code(count, r#""collapsed": true"#, outputs)],
        )
    };
    check(&["--keep-metadata"], cells("1", STDOUT), cells("null", ""));
}

#[test]
fn more_keys_can_go() {
    let full = notebook_with(
        r#""author": "me", "celltoolbar": "Tags", "kernelspec": {"display_name": "Mine", "name": "python3"}"#,
        &[&code(
            "null",
            r#""name": "intro", "nbgrader": {"grade": true, "points": 1}, "tags": []"#,
            "",
        )],
    );
    let stripped = notebook_with(
        r#""author": "me", "kernelspec": {"name": "python3"}"#,
        &[&code(
            "null",
            r#""nbgrader": {"points": 1}, "tags": []"#,
            "",
        )],
    );
    let keys = [
        "metadata.celltoolbar",
        "metadata.kernelspec.display_name",
        "cell.metadata.name",
        "cell.metadata.nbgrader.grade",
    ];
    check(&["--extra-keys", &keys.join(" ")], &full, &stripped);
    check(&["--extra-keys", &keys.join(",")], &full, &stripped);
    let several: Vec<_> = keys.iter().flat_map(|key| ["--extra-keys", key]).collect();
    check(&several, &full, &stripped);
}

#[test]
fn a_key_can_have_dots_in_it() {
    let cells = |rest| notebook_with(rest, &[]);
    check(
        &["--extra-keys=metadata.a.b.c"],
        cells(r#""a": {"b": {"c": 1, "d": 2}}, "a.b": {"c": 3}, "a.b.c": 4, "a.b.cd": 5"#),
        cells(r#""a": {"b": {"d": 2}}, "a.b": {}, "a.b.cd": 5"#),
    );
}

#[test]
fn fields_of_cells_can_go() {
    let cell = r#"{"attachments": {"a": {}}, "cell_type": "markdown", "id": "a", "metadata": {}, "source": []}"#;
    let without = r#"{"cell_type": "markdown", "id": "a", "metadata": {}, "source": []}"#;
    check(
        &["--extra-keys=cell.attachments"],
        notebook(&[cell]),
        notebook(&[without]),
    );
}

#[test]
fn all_metadata_can_go() {
    let full = notebook_with(r#""a": 1, "b": 2"#, &[&code("null", r#""c": 3"#, "")]);
    let bare = notebook_with("", &[&code("null", "", "")]);
    check(&["--extra-keys=metadata cell.metadata"], full, bare);
}

#[test]
fn keys_that_would_go_can_be_kept() {
    let full = notebook_with(
        r#""signature": "sha256:0", "widgets": {"state": {}}"#,
        &[&code("null", r#""collapsed": true, "scrolled": true"#, "")],
    );
    let stripped = notebook_with(
        r#""widgets": {"state": {}}"#,
        &[&code("null", r#""scrolled": true"#, "")],
    );
    for option in ["--keep-metadata-keys", "--keep-keys"] {
        check(
            &[option, "metadata.widgets cell.metadata.scrolled"],
            &full,
            &stripped,
        );
    }
}

#[test]
fn kept_keys_win_over_extra_keys() {
    keeps(
        &["--extra-keys=metadata", "--keep-metadata-keys=metadata.a"],
        notebook_with(r#""a": {"b": 1}"#, &[]),
    );
    keeps(
        &[
            "--extra-keys=cell.metadata.a",
            "--keep-metadata-keys=cell.metadata.a",
        ],
        one_code("null", r#""a": 1"#, ""),
    );
}

#[test]
fn what_is_no_key_is_a_usage_error() {
    assert_snapshot!(refuses(&["--extra-keys=metdata.a"], RAN), @"
    exit: 2
    --- stderr
    nbweave: `metdata.a` is no key; one is `metadata.KEY` or `cell.metadata.KEY`
    hint: `--help` behind the command lists its options
    ");
    assert_snapshot!(refuses(&["--keep-metadata-keys=a"], RAN), @"
    exit: 2
    --- stderr
    nbweave: `a` is no key; one is `metadata.KEY` or `cell.metadata.KEY`
    hint: `--help` behind the command lists its options
    ");
    assert_snapshot!(refuses(&["--extra-keys=cell.source"], RAN), @"
    exit: 2
    --- stderr
    nbweave: `cell.source` cannot go: every cell needs it
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn cells_without_source_can_go() {
    let cell = |source: &str| {
        format!(
            r#"{{"cell_type": "code", "execution_count": null, "metadata": {{}}, "outputs": [], "source": {source}}}"#
        )
    };
    let (empty, list, blank, full) = (
        cell(r#""""#),
        cell("[]"),
        cell(r#"[" \n", "\t"]"#),
        cell(r#"["x"]"#),
    );
    check(
        &["--drop-empty-cells"],
        notebook(&[&empty, &full, &list, &blank, &full, &empty]),
        notebook(&[&full, &full]),
    );
    keeps(&[], notebook(&[&empty, &list, &blank]));
}

#[test]
fn cells_with_any_of_several_tags_can_go() {
    let tagged = |tags: &str| code("null", &format!(r#""tags": [{tags}]"#), "");
    let first = tagged(r#""solution""#);
    let second = tagged(r#""a", "private""#);
    let third = tagged(r#""solution-hint""#);
    let full = notebook(&[&first, &third, &second]);
    let left = notebook(&[&third]);
    for args in [
        &["--drop-tagged-cells", "solution private"][..],
        &["--drop-tagged-cells=private,solution"],
        &[
            "--drop-tagged-cells=solution",
            "--drop-tagged-cells=private",
        ],
    ] {
        check(args, &full, &left);
    }
    check(
        &["--drop-tagged-cells=solution"],
        &full,
        notebook(&[&third, &second]),
    );
}

#[test]
fn ids_are_renumbered_without_the_cells_that_go() {
    let cell = |id: &str, tags: &str| {
        code("null", &format!(r#""tags": [{tags}]"#), "")
            .replace(r#""id": "a""#, &format!(r#""id": "{id}""#))
    };
    check(
        &["--ids=renumber", "--drop-tagged-cells=go"],
        notebook(&[&cell("p", r#""go""#), &cell("q", "")]),
        notebook(&[&cell("0", "")]),
    );
}

#[test]
fn the_layout_can_be_that_of_jupyter() {
    let jumbled = r##"{"nbformat_minor":5,"nbformat":4, "metadata":{},"cells":[
	{"source":"# T\ntwo \u00e4 \/","cell_type":"markdown","id":"b","metadata":{}},
	{"source":["a\nb"],"outputs":[{"output_type":"stream","name":"stdout","text":"x"}],"metadata":{"n":1E5},"id":"a","execution_count":5,"cell_type":"code"}]}"##;
    let laid_out = "{
 \"cells\": [
  {
   \"cell_type\": \"markdown\",
   \"id\": \"b\",
   \"metadata\": {},
   \"source\": [
    \"# T\\n\",
    \"two ä /\"
   ]
  },
  {
   \"cell_type\": \"code\",
   \"execution_count\": null,
   \"id\": \"a\",
   \"metadata\": {
    \"n\": 100000.0
   },
   \"outputs\": [],
   \"source\": [
    \"a\\n\",
    \"b\"
   ]
  }
 ],
 \"metadata\": {},
 \"nbformat\": 4,
 \"nbformat_minor\": 5
}
";
    check(&["--format=jupyter"], jumbled, laid_out);
    check(&["--format", "jupyter"], RAN, STRIPPED);
    keeps(
        &["--format=keep"],
        jumbled
            .replace("5,\"cell_type\"", "null,\"cell_type\"")
            .replace(
                r#"[{"output_type":"stream","name":"stdout","text":"x"}]"#,
                "[]",
            ),
    );
}

#[test]
fn zeppelin_notebooks_lose_their_results() {
    let note = |results| {
        format!(
            r#"{{"paragraphs": [{{"text": "%md", "results": {results}, "status": "FINISHED"}}, {{"text": "x"}}], "name": "n"}}"#
        )
    };
    let results = r#"{"code": "SUCCESS", "msg": [{"data": "x", "type": "TEXT"}]}"#;
    check(&[], note(results), note("{}"));
    keeps(&["--keep-output"], note(results));
}

#[test]
fn options_combine() {
    let cells = |count, cells: &[&str], outputs: &[&str]| {
        let kept = code(count, r#""tags": ["t"]"#, &outputs.join(", "));
        let all: Vec<&str> = std::iter::once(kept.as_str())
            .chain(cells.iter().copied())
            .collect();
        notebook(&all)
    };
    let empty = code("null", "", "").replace(r#"["x"]"#, "[]");
    check(
        &[
            "--keep-output-type",
            "stream",
            "--drop-output-type",
            "stream:stderr",
            "--keep-count",
            "--drop-empty-cells",
            "--extra-keys",
            "metadata.title",
        ],
        cells("4", &[&empty], &[STDOUT, STDERR, ERROR]),
        cells("4", &[], &[STDOUT]),
    );
}

#[test]
fn an_output_that_may_stay_by_its_size_stays_twice() {
    let output = |count: &str| {
        format!(
            r#"{{"output_type": "execute_result", "execution_count": {count}, "metadata": {{}}, "data": {{"text/plain": "1"}}}}"#
        )
    };
    let notebook = |count| one_code(count, "", &output(count));
    check(&["--max-size=19"], notebook("1"), notebook("null"));
    check(&["--max-size=18"], notebook("1"), one_code("null", "", ""));
}

#[test]
fn empty_headings_are_empty_cells() {
    let old = |cells: &str| format!(r#"{{"nbformat": 3, "worksheets": [{{"cells": [{cells}]}}]}}"#);
    let heading = r#"{"cell_type": "heading", "level": 1, "source": ""}"#;
    check(&["--drop-empty-cells"], old(heading), old(""));
}

#[test]
fn cells_that_readers_do_not_see_are_dropped_like_others() {
    let solution = r#"{"cell_type": "raw", "source": "x", "metadata": {"tags": ["t"]}}"#;
    let file = |cell: &str| {
        format!(r#"{{"worksheets": [{{"cells": [{cell}]}}], "cells": [{cell}], "nbformat": 3}}"#)
    };
    check(&["--drop-tagged-cells=t"], file(solution), file(""));
}

#[test]
fn mime_types_go_from_repeated_data_too_and_never_from_streams() {
    let secret = |first: &str| {
        let data = format!(r#""data": {{{first}}}, "data": {{"text/plain": "y"}}"#);
        one_code(
            "null",
            "",
            &format!(r#"{{"output_type": "display_data", {data}, "metadata": {{}}}}"#),
        )
    };
    let args = ["--keep-output", "--drop-mime-type=image/*"];
    check(&args, secret(r#""image/png": "SECRET""#), secret(""));
    let stream = r#"{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "x", "outputs": [{"output_type": "stream", "stream": "stdout", "text": "kept"}]}]}]}"#;
    keeps(&["--keep-output", "--drop-mime-type=text/plain"], stream);
}
