//! `nbweave strip` on notebooks that are unusual, old, or not quite right, and
//! on files that are no notebooks at all.

use insta::assert_snapshot;

use crate::notebooks::{BROKEN, RAN, STDOUT, STRIPPED, code, notebook, notebook_with, one_code};
use crate::sandbox::Sandbox;
use crate::strip::{check, keeps};

/// Checks that something in the metadata passes through as it is while the
/// rest of the notebook is stripped.
#[track_caller]
fn passes(metadata: &str) {
    check(
        &[],
        notebook_with(metadata, &[&code("1", "", STDOUT)]),
        notebook_with(metadata, &[&code("null", "", "")]),
    );
}

/// Strips a file that is no notebook, which has to be left alone, and through
/// a pipe, where nothing may come out; returns what was said of the file.
#[track_caller]
fn refuses(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", bytes);
    let said = sandbox.nbweave(&["strip", "a.ipynb"]);
    assert_eq!(std::fs::read(sandbox.path("a.ipynb")).unwrap(), bytes);
    let piped = sandbox.run(&["strip", "-"], bytes);
    assert_eq!((piped.status.code(), piped.stdout.len()), (Some(129), 0));
    said
}

#[test]
fn every_indentation_stays() {
    for indent in ["  ", "    ", "\t", ""] {
        let indented = |text: &str| {
            let lines = text.lines().map(|line| {
                let rest = line.trim_start();
                indent.repeat(line.len() - rest.len()) + rest + "\n"
            });
            lines.collect::<String>()
        };
        check(&[], indented(RAN), indented(STRIPPED));
    }
}

#[test]
fn a_notebook_on_one_line_stays_on_it() {
    let one_line = |text: &str| text.lines().map(str::trim_start).collect::<String>();
    check(&[], one_line(RAN), one_line(STRIPPED));
}

#[test]
fn line_ends_stay() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    check(&[], crlf(RAN), crlf(STRIPPED));
    let cr = |text: &str| text.replace('\n', "\r");
    check(&[], cr(RAN), cr(STRIPPED));
}

#[test]
fn the_end_of_the_file_stays() {
    for end in ["", "\n\n", "\r\n", " \n\t"] {
        let ending = |text: &str| text.trim_end().to_owned() + end;
        check(&[], ending(RAN), ending(STRIPPED));
    }
}

#[test]
fn a_byte_order_mark_stays() {
    let marked = |text: &str| format!("\u{feff}{text}");
    check(&[], marked(RAN), marked(STRIPPED));
    let crlf = |text: &str| marked(text).replace('\n', "\r\n");
    check(&[], crlf(RAN), crlf(STRIPPED));
}

#[test]
fn escapes_and_raw_characters_stay_as_they_are_written() {
    passes(r#""a": "\u00e4 \u003c\/b> \ud83d\ude00 \b\f\u001b""#);
    passes("\"ä\": \"\u{7f} \u{85} \u{2028} \u{c} 😀 \t\"");
}

#[test]
fn lone_surrogates_stay() {
    passes(r#""a": "\ud800", "b": "\udc00 \ud83d", "\udfff": 1"#);
    let cell = |count, outputs| {
        let code = code(count, "", outputs).replace(r#"["x"]"#, r#"["print('\ud83d')"]"#);
        notebook(&[&code])
    };
    let output = r#"{"name": "stdout", "output_type": "stream", "text": ["\ud800"]}"#;
    check(&[], cell("1", output), cell("null", ""));
}

#[test]
fn numbers_stay_as_they_are_written() {
    passes(
        r#""n": [1.0, 1E5, 1e+5, -0, -0.0, 0.1000, 1e400, -1e400, 1e-400, 0.12345678901234567890123456789]"#,
    );
    passes(r#""n": [12345678901234567890123, 18446744073709551616, 9007199254740993]"#);
    passes(&format!(r#""n": {}"#, "9".repeat(5000)));
}

#[test]
fn numbers_that_python_writes_and_json_does_not_know_stay() {
    passes(r#""n": [NaN, Infinity, -Infinity]"#);
}

#[test]
fn repeated_keys_all_stay() {
    passes(r#""a": 1, "b": 2, "a": 3"#);
    keeps(
        &[],
        r#"{"cells": [], "nbformat": 3, "metadata": {"a": 1}, "nbformat": 4, "metadata": {}}"#,
    );
    keeps(
        &[],
        r#"{"cells": [{"cell_type": "raw", "source": "a", "source": "b"}], "nbformat": 4}"#,
    );
}

#[test]
fn nothing_hides_behind_a_repeated_key() {
    let hiding = |count, outputs| {
        let cell = format!(
            r#"{{"cell_type": "code", "execution_count": {count}, "outputs": [{outputs}], "outputs": [], "execution_count": null, "source": "x"}}"#
        );
        format!(r#"{{"cells": [{cell}], "cells": [{cell}], "nbformat": 4}}"#)
    };
    check(&[], hiding("1", STDOUT), hiding("null", ""));
}

#[test]
fn nothing_hides_behind_an_escaped_key() {
    let hiding = |count, outputs| {
        format!(
            r#"{{"c\u0065lls": [{{"cell_type": "code", "\u0065xecution_count": {count}, "out\u0070uts": [{outputs}], "source": "x"}}], "nbformat": 4}}"#
        )
    };
    check(&[], hiding("1", STDOUT), hiding("null", ""));
}

#[test]
fn the_order_of_keys_stays() {
    let jumbled = |count, outputs| {
        format!(
            r#"{{"nbformat_minor": 2, "metadata": {{"z": 1, "a": 2}}, "nbformat": 4, "cells": [{{"source": "x", "outputs": [{outputs}], "metadata": {{}}, "execution_count": {count}, "cell_type": "code"}}]}}"#
        )
    };
    check(&[], jumbled("1", STDOUT), jumbled("null", ""));
}

#[test]
fn sources_stay_split_as_they_are() {
    for source in [
        r#""""#,
        r#""a\nb""#,
        r#"["a\nb", "", "c\n\n"]"#,
        r#"["a\r\n", "b\f", "c"]"#,
        "null",
    ] {
        let cell =
            |count, outputs| notebook(&[&code(count, "", outputs).replace(r#"["x"]"#, source)]);
        check(&[], cell("1", STDOUT), cell("null", ""));
    }
}

#[test]
fn unknown_keys_and_cells_stay() {
    let unknown = |count, outputs| {
        format!(
            r#"{{"cells": [{{"cell_type": "code", "execution_count": {count}, "extra": {{"b": 1, "a": 2}}, "outputs": [{outputs}], "source": "x"}}, {{"cell_type": "diagram", "shapes": [], "source": "x"}}], "from_the_future": true, "nbformat": 4, "nbformat_minor": 99}}"#
        )
    };
    check(&[], unknown("1", STDOUT), unknown("null", ""));
}

#[test]
fn missing_keys_are_not_made_up() {
    for cell in [
        r#"{"cell_type": "code", "execution_count": null, "metadata": {}, "source": []}"#,
        r#"{"cell_type": "code", "metadata": {}, "outputs": [], "source": []}"#,
        r#"{"cell_type": "code", "execution_count": null, "outputs": [], "source": []}"#,
        r#"{"cell_type": "code"}"#,
        r#"{"source": "x"}"#,
        "{}",
    ] {
        keeps(&[], notebook(&[cell]));
    }
    for notebook in [
        r#"{"cells": []}"#,
        r#"{"cells": [], "nbformat": 4}"#,
        r#"{"cells": [], "nbformat": 4, "nbformat_minor": 5}"#,
    ] {
        keeps(&[], notebook);
    }
}

#[test]
fn what_is_there_goes_where_other_keys_are_missing() {
    let cell = |outputs| {
        format!(r#"{{"cells": [{{"cell_type": "code", "outputs": [{outputs}], "source": "x"}}]}}"#)
    };
    check(&[], cell(STDOUT), cell(""));
    let cell =
        |count| format!(r#"{{"cells": [{{"cell_type": "code", "execution_count": {count}}}]}}"#);
    check(&[], cell("1"), cell("null"));
}

#[test]
fn versions_may_be_written_in_any_way() {
    for version in ["4", "4.0", r#""4""#, "5", "null"] {
        let versioned = |count, outputs| {
            one_code(count, "", outputs)
                .replace(r#""nbformat": 4"#, &format!(r#""nbformat": {version}"#))
        };
        check(&[], versioned("1", STDOUT), versioned("null", ""));
    }
}

#[test]
fn counts_go_whatever_they_are() {
    for count in ["1.0", r#""3""#, "-1", "[1]", "true", r#"{"a": 1}"#] {
        check(&[], one_code(count, "", ""), one_code("null", "", ""));
    }
}

#[test]
fn outputs_that_are_null_become_a_list() {
    let cell = |outputs| {
        format!(
            r#"{{"cells": [{{"cell_type": "code", "outputs": {outputs}, "source": "x"}}], "nbformat": 4}}"#
        )
    };
    check(&[], cell("null"), cell("[]"));
    keeps(&["--keep-output"], cell("null"));
}

#[test]
fn ids_that_are_wrong_stay() {
    for id in ["7", "null", r#""""#, r#""no id: äöü""#] {
        let cell = |count, outputs| notebook(&[&code(count, "", outputs).replace(r#""a""#, id)]);
        check(&[], cell("1", STDOUT), cell("null", ""));
    }
}

#[test]
fn a_notebook_without_cells_stays() {
    keeps(&[], notebook(&[]));
    keeps(
        &[],
        "{\n \"cells\": [],\n \"metadata\": {},\n \"nbformat\": 4\n}",
    );
}

#[test]
fn depth_is_no_limit() {
    let depth = 100_000;
    let deep = "[".repeat(depth) + &"]".repeat(depth);
    passes(&format!(r#""deep": {deep}"#));
    let output = format!(
        r#"{{"data": {{"application/json": {deep}}}, "metadata": {{}}, "output_type": "display_data"}}"#
    );
    check(&[], one_code("1", "", &output), one_code("null", "", ""));
    check(
        &["--keep-output", "--max-size=2M"],
        one_code("1", "", &output),
        one_code("null", "", &output),
    );
}

#[test]
fn notebooks_of_nbformat_3_are_stripped_in_their_own_shape() {
    let old = |count, outputs: &str, signature| {
        format!(
            r#"{{
 "metadata": {{"name": "old"{signature}}},
 "nbformat": 3,
 "nbformat_minor": 0,
 "worksheets": [
  {{"cells": [{{"cell_type": "heading", "level": 1, "metadata": {{}}, "source": ["T"]}}], "metadata": {{}}}},
  {{
   "cells": [
    {{
     "cell_type": "code",
     "collapsed": false,
     "input": ["1 + 1"],
     "language": "python",
     "metadata": {{}},
     "outputs": [{outputs}],
     "prompt_number": {count}
    }}
   ]
  }}
 ]
}}
"#
        )
    };
    let output = |count| {
        format!(
            r#"{{"metadata": {{}}, "output_type": "pyout", "prompt_number": {count}, "text": ["2"]}}"#
        )
    };
    check(
        &[],
        old("5", &output("5"), r#", "signature": "sha256:0""#),
        old("null", "", ""),
    );
    check(
        &["--keep-output"],
        old("5", &output("5"), ""),
        old("null", &output("null"), ""),
    );
}

#[test]
fn notebooks_of_nbformat_2_are_stripped_in_their_own_shape() {
    let old = |count, outputs| {
        format!(
            r#"{{"metadata": {{"name": "old"}}, "nbformat": 2, "worksheets": [{{"cells": [{{"cell_type": "code", "collapsed": false, "input": "1 + 1", "language": "python", "outputs": [{outputs}], "prompt_number": {count}}}]}}]}}"#
        )
    };
    let output = r#"{"output_type": "pyout", "prompt_number": 5, "text": "2"}"#;
    check(&[], old("5", output), old("null", ""));
}

#[test]
fn notebooks_of_nbformat_1_are_refused() {
    let old = r#"{"cells": [{"cell_type": "code", "code": "1 + 1", "prompt_number": 5}]}"#;
    assert_snapshot!(refuses(old), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': nbformat 1 has no place for outputs that one could strip
    ");
}

#[test]
fn nothing_is_no_notebook() {
    assert_snapshot!(refuses(""), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': the file is empty, a notebook has at least `cells`
    ");
    assert_snapshot!(refuses(" \n\t\r\n"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': the file is empty, a notebook has at least `cells`
    ");
}

#[test]
fn other_json_is_no_notebook() {
    assert_snapshot!(refuses("{}\n"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not a notebook at line 1, column 1: it has neither `cells` nor `worksheets`
    ");
    assert_snapshot!(refuses("[]\n"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not a notebook at line 1, column 1: expected an object, met an array
    ");
    assert_snapshot!(refuses("null\n"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not a notebook at line 1, column 1: expected an object, met null
    ");
    assert_snapshot!(refuses("{\"cells\": null}"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not a notebook at line 1, column 11: `/cells`: expected an array, met null
    ");
    assert_snapshot!(refuses("{\n \"cells\": [\n  null\n ]\n}"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not a notebook at line 3, column 3: `/cells/0`: expected an object, met null
    ");
    assert_snapshot!(refuses("{\"cells\": [{\"outputs\": {}}]}"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not a notebook at line 1, column 24: `/cells/0/outputs`: expected an array, met an object
    ");
}

#[test]
fn broken_json_is_refused_with_the_place() {
    assert_snapshot!(refuses(BROKEN), @r#"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    "#);
    assert_snapshot!(refuses("# a comment\n{\"cells\": []}"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 1, column 1: expected a value, met `#`
    ");
    assert_snapshot!(refuses("{\"cells\": []}\n{\"cells\": []}\n"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 2, column 1: expected nothing behind the closing bracket, met `{`
    ");
    assert_snapshot!(refuses("{\"cells\": [],}"), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 1, column 14: expected a key in double quotes, met `}`
    ");
}

#[test]
fn a_truncated_notebook_is_refused_with_a_hint() {
    let half = &RAN.as_bytes()[..RAN.len() / 2];
    assert_snapshot!(refuses(half), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 23, column 7: the file ends in the middle, in the string that starts at line 23, column 6
    hint: an older version may be in git (`git log` with the path) or in `.ipynb_checkpoints`
    ");
    assert_snapshot!(refuses("[".repeat(100_000)), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 1, column 100001: the file ends in the middle, 100000 brackets are not closed
    hint: an older version may be in git (`git log` with the path) or in `.ipynb_checkpoints`
    ");
}

#[test]
fn conflict_markers_are_refused_with_a_hint() {
    let merged = RAN.replace(
        "   \"execution_count\": 3,\n",
        "<<<<<<< HEAD\n   \"execution_count\": 3,\n=======\n   \"execution_count\": 4,\n>>>>>>> topic\n",
    );
    assert_snapshot!(refuses(merged), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 13, column 1: a merge left conflict markers in the file
    hint: `nbweave resolve --rebuild` with the path makes a notebook of it again
    ");
}

#[test]
fn other_encodings_are_refused_with_a_hint() {
    let utf16: Vec<u8> = RAN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(refuses([b"\xff\xfe", utf16.as_slice()].concat()), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not UTF-8 text at line 1, column 1: it looks like UTF-16
    hint: notebooks are UTF-8; `iconv` converts other text
    ");
    let latin1 = RAN.replace("# Title", "# Titel \u{fffd}").into_bytes();
    let latin1 = String::from_utf8(latin1).unwrap();
    let (before, after) = latin1.split_once('\u{fffd}').unwrap();
    assert_snapshot!(refuses([before.as_bytes(), b"\xe4", after.as_bytes()].concat()), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': not UTF-8 text at line 8, column 14: an invalid byte
    hint: notebooks are UTF-8; `iconv` converts other text
    ");
}

#[test]
fn a_git_lfs_pointer_is_refused_with_a_hint() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    assert_snapshot!(refuses(pointer), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': the file is a Git LFS pointer, not the notebook itself
    hint: `git lfs pull` fetches the content
    ");
}

#[test]
fn standard_input_is_named_in_errors() {
    assert_snapshot!(Sandbox::new().nbweave_with(&["strip", "-"], BROKEN), @r#"
    exit: 129
    --- stderr
    nbweave: cannot strip '<stdin>': invalid JSON at line 3, column 16: expected `:`, met `"`
    "#);
}
