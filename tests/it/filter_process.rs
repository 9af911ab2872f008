//! The filter as git runs it: the long-running process, the filter for one
//! file, and what git does where there is none.

use std::fs;

use insta::assert_snapshot;

use crate::filtered::{
    blob, commit, configure, notebook, printed, repository, repository_with, status, stripped,
    without_process,
};
use crate::notebooks::{BROKEN, RAN, STRIPPED};
use crate::sandbox::{Sandbox, finish, show};

const ONE: &[(&str, &str, &str)] = &[("a", "x = 1\n", "one\n"), ("b", "x + 1\n", "two\n")];

/// What a command has git send to filters, by its own trace.
fn requests(sandbox: &Sandbox, args: &[&str]) -> String {
    let trace = sandbox.path("../trace");
    fs::remove_file(&trace).ok();
    let mut git = sandbox.command("git");
    git.env("GIT_TRACE_PACKET", &trace).args(args);
    let output = finish(&mut git, "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    let trace = fs::read(trace).unwrap_or_default();
    String::from_utf8_lossy(&trace).into_owned()
}

#[test]
fn one_process_gets_all_files() {
    let sandbox = repository();
    for index in 0..5 {
        sandbox.write(format!("{index}.ipynb"), RAN);
    }
    let trace = requests(&sandbox, &["add", "."]);
    assert_eq!(trace.matches("git> git-filter-client").count(), 1);
    assert_eq!(trace.matches("git< git-filter-server").count(), 1);
    assert_eq!(trace.matches("git> command=clean").count(), 5);
    assert_eq!(trace.matches("git< status=success").count(), 5);
    // Files can be delayed, and we have no use for that.
    assert!(trace.contains("git> capability=delay"));
    assert!(!trace.contains("git< capability=delay"));
    for index in 0..5 {
        assert_eq!(blob(&sandbox, &format!(":{index}.ipynb")), STRIPPED);
    }
}

#[test]
fn what_git_says_beside_the_content_does_not_matter() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "one");
    sandbox.git(&["checkout", "--quiet", "-b", "empty", "HEAD~"]);
    let trace = requests(&sandbox, &["checkout", "--quiet", "main"]);
    for key in ["ref=refs/heads/main", "treeish=", "blob="] {
        assert!(trace.contains(&format!("git> {key}")), "{trace}");
    }
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    let trace = requests(&sandbox, &["checkout", "--", "a.ipynb"]);
    assert!(trace.contains("git> blob=") && !trace.contains("git> treeish="));
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    let edited = notebook(&[ONE[0], ("b", "x + 3\n", "four\n")]);
    sandbox.write("a.ipynb", &edited);
    let patch = sandbox.git(&["diff"]);
    sandbox.git(&["checkout", "--", "a.ipynb"]);
    let apply = finish(sandbox.command("git").arg("apply"), patch);
    assert!(apply.status.success());
    assert_eq!(sandbox.read("a.ipynb"), edited);
}

#[test]
fn content_of_any_size_goes_through() {
    let sandbox = repository();
    let mut files = Vec::new();
    // Around the size of a packet, with outputs and without.
    let overhead = notebook(&[("a", "", "x")]).len();
    for size in [65_515, 65_516, 65_517, 131_032, 3_000_000] {
        let long = "y".repeat(size - overhead + 1);
        files.push((notebook(&[("a", "", &long)]), stripped(&[("a", "", "")])));
        let source = notebook(&[("a", &long, "x")]);
        files.push((source, stripped(&[("a", &long, "")])));
    }
    for (index, (file, _)) in files.iter().enumerate() {
        sandbox.write(format!("{index}.ipynb"), file);
    }
    commit(&sandbox, "all");
    for (index, (file, clean)) in files.iter().enumerate() {
        let name = format!("{index}.ipynb");
        assert!(blob(&sandbox, &format!(":{name}")) == *clean, "{name}");
        fs::remove_file(sandbox.path(&name)).unwrap();
        sandbox.git(&["checkout", "--", &name]);
        assert!(sandbox.read(&name) == *file, "{name}");
    }
    assert_eq!(status(&sandbox), "");
}

#[test]
fn names_of_any_sort_go_through() {
    for by_process in [true, false] {
        let sandbox = repository();
        if !by_process {
            without_process(&sandbox);
        }
        let names = [
            " a b .ipynb",
            "-c.ipynb",
            "--help.ipynb",
            "d'e\"f$(g)`h`!.ipynb",
            "i\nj\tk\\l.ipynb",
            "ä ö/ü=1.ipynb",
            "%f.ipynb",
            "pathname=x.ipynb",
        ];
        for name in names {
            sandbox.write(name, notebook(ONE));
        }
        commit(&sandbox, "all");
        for name in names {
            let staged = blob(&sandbox, &format!(":{name}"));
            assert_eq!(staged, stripped(ONE), "{name}");
            fs::remove_file(sandbox.path(name)).unwrap();
            sandbox.git(&["checkout", "--", name]);
            assert_eq!(sandbox.read(name), notebook(ONE), "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_go_through() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = repository();
    let name = OsStr::from_bytes(b"caf\xe9 \xff.ipynb");
    sandbox.write(name, notebook(ONE));
    commit(&sandbox, "one");
    fs::remove_file(sandbox.path(name)).unwrap();
    sandbox.git(&["checkout", "--", "."]);
    assert_eq!(sandbox.read(name), notebook(ONE));
    let listed = sandbox.nbweave(&["store", "list"]);
    assert!(
        listed.contains("caf\u{fffd} \u{fffd}.ipynb: 1 version"),
        "{listed}"
    );
}

#[test]
fn what_is_no_notebook_goes_through_with_a_word_on_standard_error() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let marked = RAN.replace(" \"metadata\"", "<<<<<<< HEAD\n \"metadata\"");
    let (truncated, _) = RAN.split_at(200);
    let files = [
        ("broken", BROKEN),
        ("empty", ""),
        ("pointer", pointer),
        ("marked", &marked),
        ("truncated", truncated),
        ("json", "{\"a\": [1]}\n"),
        ("list", "[]"),
        (
            "version 1",
            r#"{"cells": [{"cell_type": "code", "code": "1", "outputs": [1]}]}"#,
        ),
    ];
    for by_process in [true, false] {
        let sandbox = repository();
        if !by_process {
            without_process(&sandbox);
        }
        for (name, text) in files {
            sandbox.write(format!("{name}.ipynb"), text);
        }
        sandbox.write("latin.ipynb", b"{\"cells\": [\"\xe9\"]}");
        let output = sandbox.try_git(&["add", "."]);
        assert!(output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), files.len() + 1, "{said}");
        for (name, text) in files {
            assert_eq!(blob(&sandbox, &format!(":{name}.ipynb")), text);
            let line = format!("nbweave: '{name}.ipynb' goes through unfiltered: ");
            assert!(said.lines().any(|said| said.starts_with(&line)), "{said}");
        }
        sandbox.git(&["commit", "--quiet", "--message", "all"]);
        for (name, text) in files {
            let name = format!("{name}.ipynb");
            fs::remove_file(sandbox.path(&name)).unwrap();
            sandbox.git(&["checkout", "--quiet", "--", &name]);
            assert_eq!(sandbox.read(&name), text);
        }
    }
}

#[test]
fn a_word_about_a_file_names_it_and_the_place() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.nbweave_with(&["git-clean", "--", "d/a\n.ipynb"], BROKEN), @r#"
    exit: 0
    --- stdout
    {
     "cells": [
      {"cell_type" "code"}
     ]
    }
    --- stderr
    nbweave: 'd/a\n.ipynb' goes through unfiltered: invalid JSON at line 3, column 16: expected `:`, met `"`
    "#);
}

#[test]
fn without_a_repository_or_a_path_the_filter_only_strips() {
    let sandbox = Sandbox::new();
    for args in [&["git-clean"][..], &["git-clean", "--", "a.ipynb"]] {
        assert_eq!(sandbox.run(args, RAN).stdout, STRIPPED.as_bytes());
    }
    assert_eq!(sandbox.run(&["git-smudge"], RAN).stdout, RAN.as_bytes());
    assert!(sandbox.names().is_empty());
    let sandbox = repository();
    assert_eq!(sandbox.run(&["git-clean"], RAN).stdout, STRIPPED.as_bytes());
    assert!(!sandbox.path(".git/nbweave").exists());
}

#[test]
fn what_is_not_git_is_told_so() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.nbweave_with(&["filter-process"], "hello there"), @"
    exit: 129
    --- stderr
    nbweave: expected the length of a packet, met 'hell'
    hint: `git -c filter.nbweave.process= -c filter.nbweave.clean= -c filter.nbweave.required=false` with the command behind it does without the filter
    ");
    assert_snapshot!(sandbox.nbweave_with(&["filter-process"], "000ahello\n0000"), @"
    exit: 129
    --- stderr
    nbweave: expected `git-filter-client`: this is started by git
    hint: `git -c filter.nbweave.process= -c filter.nbweave.clean= -c filter.nbweave.required=false` with the command behind it does without the filter
    ");
    assert_snapshot!(sandbox.nbweave_with(&["filter-process"], ""), @"exit: 0");
}

#[test]
fn a_command_nobody_knows_is_answered_and_does_not_end_the_process() {
    let sandbox = Sandbox::new();
    let packet = |text: &str| format!("{:04x}{text}", text.len() + 4);
    let mut input = String::new();
    for list in [
        &["git-filter-client\n", "version=2\n"][..],
        &["capability=clean\n", "capability=smudge\n"],
        &["command=polish\n", "pathname=a.ipynb\n"],
        &["content"],
        &["command=clean\n", "pathname=a.ipynb\n"],
        &[STRIPPED],
    ] {
        input.extend(list.iter().map(|text| packet(text)));
        input += "0000";
    }
    let output = sandbox.run(&["filter-process"], &input);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("0011status=error\n00000013status=success\n0000"),
        "{said}"
    );
    assert!(said.contains(STRIPPED));
}

#[test]
fn the_hatch_in_the_hint_leads_out() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    sandbox.git(&["config", "filter.nbweave.process", "false"]);
    let failed = sandbox.try_git(&["add", "a.ipynb"]);
    assert_eq!(failed.status.code(), Some(128));
    assert_eq!(sandbox.git(&["ls-files"]), ".gitattributes\n");
    sandbox.git(&[
        "-c",
        "filter.nbweave.process=",
        "-c",
        "filter.nbweave.required=false",
        "add",
        "a.ipynb",
    ]);
    assert_eq!(blob(&sandbox, ":a.ipynb"), notebook(ONE));
}

#[test]
fn options_that_make_no_sense_stop_git_and_say_so() {
    let sandbox = repository_with("--keep-output-type=:");
    sandbox.write("a.ipynb", notebook(ONE));
    let output = sandbox.try_git(&["add", "a.ipynb"]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("nbweave: `:` is no type of output"), "{said}");
    assert_eq!(sandbox.git(&["ls-files"]), ".gitattributes\n");
}

#[test]
fn outputs_do_not_leak_where_the_program_is_missing() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    let missing = "filter.nbweave.process=no-such-program filter-process";
    let output = sandbox.try_git(&["-c", missing, "add", "a.ipynb"]);
    assert_eq!(output.status.code(), Some(128));
    assert_eq!(sandbox.git(&["ls-files"]), ".gitattributes\n");
    without_process(&sandbox);
    let missing = "filter.nbweave.clean=no-such-program";
    let output = sandbox.try_git(&["-c", missing, "add", "a.ipynb"]);
    assert_eq!(output.status.code(), Some(128));
    assert_eq!(sandbox.git(&["ls-files"]), ".gitattributes\n");
}

#[test]
fn attributes_without_a_filter_are_harmless() {
    let sandbox = Sandbox::with_repository();
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    sandbox.write("a.ipynb", notebook(ONE));
    let output = sandbox.try_git(&["add", "."]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(blob(&sandbox, ":a.ipynb"), notebook(ONE));
}

#[test]
fn two_processes_at_once_do_not_disturb_each_other() {
    let sandbox = repository();
    let names: Vec<_> = (0..40).map(|index| format!("{index}.ipynb")).collect();
    let long = "long ".repeat(2000);
    for name in &names {
        sandbox.write(name, notebook(&[("a", name, &long), ("b", "x\n", name)]));
    }
    let spawn = || {
        let mut git = sandbox.command("git");
        git.args(["hash-object", "--"]).args(&names);
        std::thread::spawn(move || finish(&mut git, ""))
    };
    let running: Vec<_> = (0..4).map(|_| spawn()).collect();
    let ended: Vec<_> = running.into_iter().map(|one| one.join().unwrap()).collect();
    for output in &ended {
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{}",
            show(output)
        );
        assert_eq!(output.stdout, ended[0].stdout);
    }
    commit(&sandbox, "all");
    for name in &names {
        let file = sandbox.read(name);
        fs::remove_file(sandbox.path(name)).unwrap();
        sandbox.git(&["checkout", "--", name]);
        assert_eq!(sandbox.read(name), file);
    }
    // No file is left behind that was not finished.
    let files = finish(
        sandbox
            .command("find")
            .args([".git/nbweave", "-name", ".new-*"]),
        "",
    );
    assert!(files.stdout.is_empty());
}

#[test]
fn commands_that_look_at_the_worktree_clean_it() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "one");
    let id = sandbox.git(&["rev-parse", "HEAD:a.ipynb"]);
    assert_eq!(sandbox.git(&["hash-object", "a.ipynb"]), id);
    assert_eq!(
        sandbox.git(&["hash-object", "--path=x.ipynb", "a.ipynb"]),
        id
    );
    assert_ne!(sandbox.git(&["hash-object", "--no-filters", "a.ipynb"]), id);
    let blame = sandbox.git(&["blame", "a.ipynb"]);
    assert!(
        !blame.contains("Not Committed Yet") && !blame.contains("two"),
        "{blame}"
    );
    // With textconv it is text that goes through the filter.
    sandbox.write(".git/info/attributes", "*.ipynb diff=nbweave\n");
    sandbox.git(&["config", "diff.nbweave.textconv", "nbweave textconv"]);
    let blame = show(&finish(
        sandbox.command("git").args(["blame", "-s", "a.ipynb"]),
        "",
    ));
    assert!(
        blame.contains("#: notebook") && !blame.contains("stderr"),
        "{blame}"
    );
    let filtered = sandbox.git(&["cat-file", "--filters", "HEAD:a.ipynb"]);
    assert_eq!(filtered, notebook(ONE));
    sandbox.git(&["mv", "a.ipynb", "b.ipynb"]);
    assert_eq!(status(&sandbox), "R  a.ipynb -> b.ipynb\n");
    sandbox.git(&["rm", "--quiet", "--cached", "b.ipynb"]);
    assert_eq!(sandbox.read("b.ipynb"), notebook(ONE));
}

#[test]
fn parts_of_a_notebook_can_be_staged_and_taken_back() {
    let sandbox = repository();
    let cells = |first, last| {
        let filler: Vec<_> = ["b", "c", "d"].map(|id| (id, "pass\n", "-\n")).into();
        let cells = [&[("a", first, "one\n")], &*filler, &[("e", last, "two\n")]];
        notebook(&cells.concat())
    };
    sandbox.write("a.ipynb", cells("1\n", "2\n"));
    commit(&sandbox, "one");
    let edited = cells("3\n", "4\n");
    sandbox.write("a.ipynb", &edited);
    let output = finish(sandbox.command("git").args(["add", "--patch"]), "y\nn\n");
    assert!(output.status.success());
    let staged = blob(&sandbox, ":a.ipynb");
    assert!(
        staged.contains("\"3\\n\"") && staged.contains("\"2\\n\""),
        "{staged}"
    );
    assert!(!staged.contains("one") && !staged.contains("stream"));
    assert_eq!(sandbox.read("a.ipynb"), edited);
    let output = finish(sandbox.command("git").args(["checkout", "--patch"]), "y\n");
    assert!(output.status.success());
    let expected = ["one\n", "-\n", "-\n", "-\n", "two\n"];
    assert_eq!(printed(&sandbox, "a.ipynb"), expected);
    assert_eq!(status(&sandbox), "M  a.ipynb\n");
}

#[test]
fn a_new_worktree_and_a_clone_go_through_the_filter() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "one");
    // The filter is told of the repository by the environment.
    let mut git = sandbox.command("git");
    git.env("GIT_DIR", sandbox.path(".git"));
    git.current_dir(sandbox.path(".."));
    git.args(["worktree", "add", "--quiet", "--detach", "new"]);
    assert!(finish(&mut git, "").status.success());
    assert_eq!(sandbox.read("../new/a.ipynb"), notebook(ONE));
    for (key, value) in [("process", "nbweave filter-process"), ("required", "true")] {
        let key = format!("filter.nbweave.{key}");
        sandbox.git(&["config", "--global", &key, value]);
    }
    sandbox.git(&["clone", "--quiet", ".", "clone"]);
    assert_eq!(sandbox.read("clone/a.ipynb"), stripped(ONE));
    configure(&sandbox, "clone", "");
    assert_eq!(sandbox.git(&["-C", "clone", "status", "--porcelain"]), "");
}
