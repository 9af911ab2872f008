//! `nbweave strip` as the clean filter of git.

use std::fs;

use crate::notebooks::{BROKEN, RAN, STDOUT, STRIPPED, notebook_with, one_code};
use crate::sandbox::{Sandbox, finish};

/// A repository in which notebooks go through the filter.
fn repository() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.git(&["config", "filter.nbweave.clean", "nbweave strip -"]);
    sandbox.git(&["config", "filter.nbweave.smudge", "cat"]);
    sandbox.git(&["config", "filter.nbweave.required", "true"]);
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    commit(&sandbox);
    sandbox
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "a commit"]);
}

/// What is staged of a file.
fn staged(sandbox: &Sandbox, name: &str) -> String {
    sandbox.git(&["cat-file", "blob", &format!(":{name}")])
}

fn status(sandbox: &Sandbox) -> String {
    sandbox.git(&["status", "--porcelain"])
}

#[test]
fn staged_notebooks_are_stripped_and_files_keep_their_outputs() {
    let sandbox = repository();
    sandbox.write("d/a.ipynb", RAN);
    sandbox.git(&["add", "."]);
    assert_eq!(staged(&sandbox, "d/a.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("d/a.ipynb"), RAN);
    assert_eq!(status(&sandbox), "A  d/a.ipynb\n");
    commit(&sandbox);
    assert_eq!(status(&sandbox), "");
    assert_eq!(sandbox.git(&["show", "HEAD:d/a.ipynb"]), STRIPPED);
}

#[test]
fn running_a_notebook_again_is_no_difference() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox);
    sandbox.write("a.ipynb", RAN.replace("hello\\n", "hello again\\n"));
    assert_eq!(sandbox.git(&["diff"]), "");
    sandbox.git(&["add", "--update"]);
    assert_eq!(status(&sandbox), "");
    assert!(sandbox.read("a.ipynb").contains("hello again"));
}

#[test]
fn a_difference_in_the_source_is_all_that_a_diff_shows() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox);
    let edited = RAN.replace("print('hello')", "print('good day')");
    sandbox.write("a.ipynb", edited.replace("hello\\n", "good day\\n"));
    let diff = sandbox.git(&["diff", "--numstat"]);
    assert_eq!(diff, "1\t1\ta.ipynb\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "edit"]);
    assert_eq!(status(&sandbox), "");
}

#[test]
fn filter_pipe_and_strip_in_place_give_the_same_bytes() {
    let sandbox = repository();
    let notebooks = [
        RAN.to_owned(),
        STRIPPED.to_owned(),
        RAN.replace(' ', "  "),
        RAN.replace('\n', "\r\n"),
        format!("\u{feff}{}", RAN.trim_end()),
        RAN.lines().map(str::trim_start).collect(),
        one_code("1", r#""collapsed": true"#, STDOUT),
        notebook_with(r#""n": [1e400, NaN], "a": "\ud800""#, &[]),
        r#"{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "outputs": [1], "prompt_number": 2}]}]}"#.to_owned(),
    ];
    for (index, notebook) in notebooks.iter().enumerate() {
        sandbox.write(format!("{index}.ipynb"), notebook);
        sandbox.write(format!("in place/{index}.json"), notebook);
    }
    sandbox.git(&["add", "."]);
    for (index, notebook) in notebooks.iter().enumerate() {
        let piped = sandbox.run(&["strip", "-"], notebook).stdout;
        let in_place = format!("in place/{index}.json");
        let _output = sandbox.run(&["strip", &in_place], "");
        assert_eq!(sandbox.read(&in_place).as_bytes(), piped, "{index}");
        let filtered = staged(&sandbox, &format!("{index}.ipynb"));
        assert_eq!(filtered.as_bytes(), piped, "{index}");
    }
}

#[test]
fn what_is_stripped_by_hand_is_clean_for_the_filter() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN.replace(' ', "  "));
    commit(&sandbox);
    let _output = sandbox.run(&["strip", "a.ipynb"], "");
    sandbox.git(&["add", "--update"]);
    assert_eq!(status(&sandbox), "");
    assert_eq!(sandbox.read("a.ipynb"), staged(&sandbox, "a.ipynb"));
}

#[test]
fn what_is_no_notebook_cannot_be_added() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let marked = RAN.replace('\n', "\n<<<<<<< HEAD\n");
    for bytes in [BROKEN, RAN.trim_end_matches("}\n"), "", pointer, &marked] {
        let sandbox = repository();
        sandbox.write("a.ipynb", bytes);
        let output = sandbox.try_git(&["add", "a.ipynb"]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.starts_with("nbweave: cannot strip '<stdin>': "),
            "{stderr}"
        );
        assert_eq!(output.status.code(), Some(128));
        assert_eq!(sandbox.git(&["ls-files"]), ".gitattributes\n");
        assert_eq!(sandbox.read("a.ipynb"), bytes);
    }
}

#[test]
fn outputs_do_not_leak_when_the_program_is_missing() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    let missing = "filter.nbweave.clean=no-such-program strip -";
    let output = sandbox.try_git(&["-c", missing, "add", "a.ipynb"]);
    assert_eq!(output.status.code(), Some(128));
    assert_eq!(sandbox.git(&["ls-files"]), ".gitattributes\n");
}

#[test]
fn a_broken_notebook_can_be_added_on_purpose() {
    let sandbox = repository();
    sandbox.write("a.ipynb", BROKEN);
    let attributes = sandbox.read(".gitattributes") + "a.ipynb -filter\n";
    sandbox.write(".gitattributes", attributes);
    sandbox.git(&["add", "a.ipynb"]);
    assert_eq!(staged(&sandbox, "a.ipynb"), BROKEN);
    sandbox.write("a.ipynb", BROKEN);
    assert_eq!(
        sandbox.git(&["status", "--short", "a.ipynb"]),
        "A  a.ipynb\n"
    );
}

#[test]
fn line_ends_are_converted_by_git_alone() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    for (autocrlf, blob) in [
        ("false", crlf(STRIPPED)),
        ("true", STRIPPED.to_owned()),
        ("input", STRIPPED.to_owned()),
    ] {
        let sandbox = repository();
        sandbox.git(&["config", "core.autocrlf", autocrlf]);
        sandbox.write("a.ipynb", crlf(RAN));
        commit(&sandbox);
        assert_eq!(staged(&sandbox, "a.ipynb"), blob, "{autocrlf}");
        assert_eq!(sandbox.read("a.ipynb"), crlf(RAN), "{autocrlf}");
        assert_eq!(status(&sandbox), "", "{autocrlf}");
    }
}

#[test]
fn a_checkout_with_crlf_is_clean() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox);
    sandbox.git(&["config", "core.autocrlf", "true"]);
    fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    sandbox.git(&["checkout", "--", "a.ipynb"]);
    assert_eq!(sandbox.read("a.ipynb"), STRIPPED.replace('\n', "\r\n"));
    assert_eq!(status(&sandbox), "");
    sandbox.git(&["add", "--renormalize", "."]);
    assert_eq!(status(&sandbox), "");
}

#[test]
fn names_of_any_sort_go_through_the_filter() {
    let sandbox = repository();
    let names = [
        " a b .ipynb",
        "-c.ipynb",
        "d'e\"f$(g)`h`.ipynb",
        "i\nj\tk\\l.ipynb",
        "ä ö/ü.ipynb",
        "%f.ipynb",
    ];
    for name in names {
        sandbox.write(name, RAN);
    }
    sandbox.git(&["add", "."]);
    for name in names {
        assert_eq!(staged(&sandbox, name), STRIPPED, "{name}");
    }
    commit(&sandbox);
    assert_eq!(status(&sandbox), "");
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_go_through_the_filter() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = repository();
    sandbox.write(OsStr::from_bytes(b"caf\xe9 \xff.ipynb"), RAN);
    commit(&sandbox);
    assert_eq!(status(&sandbox), "");
    let tree = sandbox.git(&["ls-tree", "HEAD"]);
    let blob = tree.lines().last().unwrap().split_whitespace().nth(2);
    assert_eq!(sandbox.git(&["cat-file", "blob", blob.unwrap()]), STRIPPED);
}

#[test]
fn a_clone_is_stripped_and_clean() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox);
    sandbox.git(&["clone", "--quiet", ".", "clone"]);
    assert_eq!(sandbox.read("clone/a.ipynb"), STRIPPED);
    assert_eq!(sandbox.git(&["-C", "clone", "status", "--porcelain"]), "");
}

#[test]
fn linked_worktrees_and_subdirectories_use_the_filter() {
    let sandbox = repository();
    sandbox.git(&["worktree", "add", "--quiet", "--detach", "linked"]);
    sandbox.write("linked/d/a.ipynb", RAN);
    sandbox.git(&["-C", "linked/d", "add", "a.ipynb"]);
    let blob = ["-C", "linked", "cat-file", "blob", ":d/a.ipynb"];
    assert_eq!(sandbox.git(&blob), STRIPPED);
}

#[test]
fn parts_of_a_notebook_can_be_staged() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox);
    let edited = RAN
        .replace("# Title", "# Name")
        .replace("print('hello')", "print('bye')");
    sandbox.write("a.ipynb", &edited);
    let output = finish(sandbox.command("git").args(["add", "--patch"]), "y\nn\n");
    assert!(output.status.success());
    assert_eq!(
        staged(&sandbox, "a.ipynb"),
        STRIPPED.replace("# Title", "# Name")
    );
    assert_eq!(sandbox.read("a.ipynb"), edited);
}

#[test]
fn options_in_the_filter_hold() {
    let sandbox = repository();
    let clean =
        "nbweave strip --keep-output --extra-keys 'metadata.kernelspec cell.metadata.tags' -";
    sandbox.git(&["config", "filter.nbweave.clean", clean]);
    sandbox.write("a.ipynb", RAN);
    sandbox.git(&["add", "."]);
    let staged = staged(&sandbox, "a.ipynb");
    assert!(staged.contains("hello\\n"));
    assert!(!staged.contains("kernelspec"));
    assert!(!staged.contains("greeting"));
}

#[test]
fn the_commands_in_the_documentation_set_the_filter_up() {
    let document = include_str!("../../hooks/README.md");
    let commands = document
        .split("```sh\n")
        .filter_map(|block| block.split("```").next())
        .find(|block| block.contains("git config filter.nbweave.clean "))
        .unwrap();
    let sandbox = Sandbox::with_repository();
    let mut shell = sandbox.command("sh");
    let output = finish(shell.args(["-e", "-c", commands]), "");
    assert!(output.status.success());
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox);
    assert_eq!(staged(&sandbox, "a.ipynb"), STRIPPED);
    assert_eq!(status(&sandbox), "");
    fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    sandbox.git(&["checkout", "--", "a.ipynb"]);
    assert_eq!(sandbox.read("a.ipynb"), STRIPPED);
}
