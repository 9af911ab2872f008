//! `nbweave diff`: what is compared with what.

use std::fs;

use insta::assert_snapshot;

use crate::revisions::{notebook, with_outputs};
use crate::sandbox::{Sandbox, finish};

/// A repository with two notebooks and a text file, one of them in a
/// directory.
fn repository() -> Sandbox {
    filled(Sandbox::with_repository())
}

fn filled(sandbox: Sandbox) -> Sandbox {
    sandbox.write("a.ipynb", notebook(&["a = 1\n", "print(a)\n"]));
    sandbox.write("sub/b.ipynb", notebook(&["b = 1\n"]));
    sandbox.write("notes.txt", "text\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

/// Runs `nbweave diff --name-status` and returns what it lists.
#[track_caller]
fn changed(sandbox: &Sandbox, args: &[&str]) -> String {
    changed_in(sandbox, "", args)
}

#[track_caller]
fn changed_in(sandbox: &Sandbox, dir: &str, args: &[&str]) -> String {
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command.current_dir(sandbox.path(dir));
    command.args(["diff", "--name-status"]).args(args);
    let output = finish(&mut command, "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_worktree_is_compared_with_the_index() {
    let sandbox = repository();
    assert_eq!(changed(&sandbox, &[]), "");
    sandbox.write("a.ipynb", notebook(&["a = 2\n", "print(a)\n"]));
    sandbox.write("notes.txt", "other text\n");
    assert_eq!(changed(&sandbox, &[]), "M\ta.ipynb\n");
    sandbox.git(&["add", "."]);
    assert_eq!(changed(&sandbox, &[]), "");
    assert_eq!(changed(&sandbox, &["--cached"]), "M\ta.ipynb\n");
    assert_eq!(changed(&sandbox, &["--staged"]), "M\ta.ipynb\n");
    assert_eq!(changed(&sandbox, &["HEAD"]), "M\ta.ipynb\n");
}

#[test]
fn a_change_is_shown() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n", "print(a)\n"]));
    let shown = sandbox.nbweave(&["diff"]);
    for part in ["exit: 0\n", "--- a/a.ipynb\n", "+++ b/a.ipynb\n"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(
        shown.contains("\n-a = 1\n") && shown.contains("\n+a = 2\n"),
        "{shown}"
    );
    assert!(!shown.contains('\x1b'), "{shown}");
}

#[test]
fn a_subdirectory_sees_the_whole_repository_and_its_own_paths() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    sandbox.write("sub/b.ipynb", notebook(&["b = 2\n"]));
    assert_eq!(
        changed_in(&sandbox, "sub", &[]),
        "M\ta.ipynb\nM\tsub/b.ipynb\n"
    );
    assert_eq!(changed_in(&sandbox, "sub", &["."]), "M\tsub/b.ipynb\n");
    assert_eq!(
        changed_in(&sandbox, "sub", &["b.ipynb"]),
        "M\tsub/b.ipynb\n"
    );
    assert_eq!(
        changed_in(&sandbox, "sub", &["HEAD", "--", "../a.ipynb"]),
        "M\ta.ipynb\n"
    );
    assert_eq!(
        changed_in(&sandbox, "sub", &["--", ":(top)a*"]),
        "M\ta.ipynb\n"
    );
}

#[test]
fn revisions_and_ranges_are_those_of_git() {
    let sandbox = repository();
    sandbox.git(&["branch", "side"]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    sandbox.git(&["checkout", "--quiet", "side"]);
    sandbox.write("sub/b.ipynb", notebook(&["b = 2\n"]));
    commit(&sandbox, "three");
    assert_eq!(
        changed(&sandbox, &["main", "side"]),
        "M\ta.ipynb\nM\tsub/b.ipynb\n"
    );
    assert_eq!(
        changed(&sandbox, &["main..side"]),
        "M\ta.ipynb\nM\tsub/b.ipynb\n"
    );
    assert_eq!(changed(&sandbox, &["main...side"]), "M\tsub/b.ipynb\n");
    assert_eq!(
        changed(&sandbox, &["--merge-base", "main"]),
        "M\tsub/b.ipynb\n"
    );
    assert_eq!(
        changed(&sandbox, &["main", "--", "sub"]),
        "M\tsub/b.ipynb\n"
    );
    assert_eq!(changed(&sandbox, &["HEAD^!"]), "M\tsub/b.ipynb\n");
    assert_eq!(
        changed(&sandbox, &["--cached", "main", "--", "*.ipynb"]),
        "M\ta.ipynb\nM\tsub/b.ipynb\n"
    );
}

#[test]
fn a_merge_is_compared_with_its_first_parent() {
    let sandbox = repository();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("sub/b.ipynb", notebook(&["b = 2\n"]));
    commit(&sandbox, "two");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "three");
    sandbox.git(&["merge", "--quiet", "side"]);
    assert_eq!(changed(&sandbox, &["HEAD^1", "HEAD"]), "M\tsub/b.ipynb\n");
    // What both parents have is no change of the merge.
    assert_eq!(changed(&sandbox, &["HEAD^!"]), "");
}

#[test]
fn a_revision_with_a_path_is_a_file() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    let blobs = ["HEAD~:a.ipynb", "HEAD:a.ipynb"];
    assert_eq!(changed(&sandbox, &blobs), "M\tHEAD:a.ipynb\n");
    assert_eq!(
        changed_in(&sandbox, "sub", &["HEAD~:../a.ipynb", "HEAD:./b.ipynb"]),
        "M\tHEAD:./b.ipynb\n"
    );
    assert_eq!(
        changed_in(&sandbox, "sub", &["HEAD~:a.ipynb", "../a.ipynb"]),
        "M\t../a.ipynb\n"
    );
    assert_eq!(changed(&sandbox, &[":a.ipynb", "a.ipynb"]), "");
    // Directories are trees, which are revisions.
    assert_eq!(changed(&sandbox, &["HEAD:sub", "HEAD~:sub"]), "");
    let shown = sandbox.nbweave(&["diff", "HEAD~:a.ipynb", "HEAD:a.ipynb"]);
    assert!(
        shown.contains("--- HEAD~:a.ipynb\n+++ HEAD:a.ipynb\n"),
        "{shown}"
    );
}

#[test]
fn standard_input_is_one_side() {
    let sandbox = repository();
    let other = notebook(&["a = 3\n"]);
    for args in [["-", "a.ipynb"], ["a.ipynb", "-"], ["HEAD:a.ipynb", "-"]] {
        let shown = sandbox.nbweave_with(&["diff", args[0], args[1]], &other);
        assert!(shown.contains("a = 3\n"), "{shown}");
    }
    let same = notebook(&["a = 1\n", "print(a)\n"]);
    assert_snapshot!(
        sandbox.nbweave_with(&["diff", "--exit-code", "HEAD:a.ipynb", "-"], same),
        @"exit: 0"
    );
    assert_snapshot!(sandbox.nbweave(&["diff", "-", "-"]), @"
    exit: 2
    --- stderr
    nbweave: standard input can only be one side
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn two_files_are_compared_with_each_other() {
    let sandbox = repository();
    sandbox.write("c.ipynb", notebook(&["a = 1\n", "print(a)\n"]));
    assert_eq!(changed(&sandbox, &["a.ipynb", "c.ipynb"]), "");
    sandbox.write("c.ipynb", notebook(&["c\n"]));
    assert_eq!(changed(&sandbox, &["a.ipynb", "c.ipynb"]), "M\tc.ipynb\n");
    assert_eq!(changed(&sandbox, &["/dev/null", "a.ipynb"]), "A\ta.ipynb\n");
    assert_eq!(
        changed(&sandbox, &["-R", "/dev/null", "a.ipynb"]),
        "D\ta.ipynb\n"
    );
}

/// A shell makes two names of `*.ipynb` where there are two.
#[test]
fn two_files_that_git_tracks_are_paths() {
    let sandbox = repository();
    let both = ["a.ipynb", "sub/b.ipynb"];
    assert_eq!(changed(&sandbox, &both), "");
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    assert_eq!(changed(&sandbox, &both), "M\ta.ipynb\n");
    assert_eq!(
        changed(&sandbox, &["--no-index", "a.ipynb", "sub/b.ipynb"]),
        "M\tsub/b.ipynb\n"
    );
}

#[test]
fn the_parent_of_a_commit_is_compared_with_the_worktree() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n", "print(a)\n"]));
    commit(&sandbox, "two");
    sandbox.git(&["mv", "a.ipynb", "c.ipynb"]);
    sandbox.write("c.ipynb", notebook(&["a = 3\n", "print(a)\n"]));
    let shown = sandbox.nbweave(&["diff", "-M10", "HEAD^@"]);
    assert!(shown.contains("rename from a.ipynb\n"), "{shown}");
    assert!(shown.contains("-a = 1\n+a = 3\n"), "{shown}");
}

#[test]
fn two_files_need_no_repository_and_no_names_of_notebooks() {
    let sandbox = Sandbox::new();
    sandbox.write("old", notebook(&["a = 1\n"]));
    sandbox.write("new", notebook(&["a = 2\n"]));
    assert_eq!(changed(&sandbox, &["old", "new"]), "M\tnew\n");
    assert_eq!(
        changed(&sandbox, &["--no-index", "--", "old", "new"]),
        "M\tnew\n"
    );
    assert_snapshot!(sandbox.nbweave(&["diff", "old"]), @"
    exit: 2
    --- stderr
    nbweave: outside of a repository, name two files to compare
    hint: `--help` behind the command lists its options
    ");
    assert_snapshot!(sandbox.nbweave(&["diff", "old", "missing"]), @r"
    exit: 129
    --- stderr
    nbweave: cannot read 'missing': No such file or directory (os error 2)
    ");
}

#[test]
fn two_directories_are_compared_by_the_paths_in_them() {
    let sandbox = Sandbox::new();
    for dir in ["old", "new"] {
        sandbox.write(format!("{dir}/same.ipynb"), notebook(&["a\n"]));
        sandbox.write(format!("{dir}/sub/changed.ipynb"), notebook(&[dir]));
        sandbox.write(format!("{dir}/other.txt"), dir);
        sandbox.write(
            format!("{dir}/.ipynb_checkpoints/x.ipynb"),
            notebook(&[dir]),
        );
    }
    sandbox.write("old/gone.ipynb", notebook(&["a\n"]));
    sandbox.write("new/added.ipynb", notebook(&["a\n"]));
    assert_eq!(
        changed(&sandbox, &["old", "new"]),
        "A\tnew/added.ipynb\nD\told/gone.ipynb\nM\tnew/sub/changed.ipynb\n"
    );
    assert_eq!(changed(&sandbox, &["old/same.ipynb", "new"]), "");
}

#[cfg(unix)]
#[test]
fn links_in_directories_are_followed_as_difftool_makes_them() {
    let sandbox = Sandbox::new();
    sandbox.write("left/a.ipynb", notebook(&["a = 1\n"]));
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    fs::create_dir(sandbox.path("right")).unwrap();
    std::os::unix::fs::symlink("../a.ipynb", sandbox.path("right/a.ipynb")).unwrap();
    assert_eq!(changed(&sandbox, &["left", "right"]), "M\tright/a.ipynb\n");
}

#[test]
fn names_that_are_files_and_revisions_are_left_to_git() {
    let sandbox = repository();
    sandbox.git(&["branch", "side"]);
    sandbox.write("main", "x");
    sandbox.write("side", "x");
    let shown = sandbox.nbweave(&["diff", "main", "side"]);
    assert!(shown.starts_with("exit: 129\n"), "{shown}");
    assert!(shown.contains("both revision and filename"), "{shown}");
}

#[test]
fn renames_are_found_as_git_finds_them() {
    let sandbox = repository();
    let cells: Vec<_> = (0..20).map(|n| format!("x{n} = {n}\n")).collect();
    let mut cells: Vec<_> = cells.iter().map(String::as_str).collect();
    sandbox.write("a.ipynb", notebook(&cells));
    commit(&sandbox, "two");
    sandbox.git(&["mv", "a.ipynb", "sub/c.ipynb"]);
    assert_eq!(
        changed(&sandbox, &["--cached"]),
        "R100\ta.ipynb\tsub/c.ipynb\n"
    );
    assert_snapshot!(sandbox.nbweave(&["diff", "HEAD"]), @r"
    exit: 0
    --- stdout
    diff --nbweave a/a.ipynb b/sub/c.ipynb
    similarity index 100%
    rename from a.ipynb
    rename to sub/c.ipynb
    ");
    cells[3] = "y = 3\n";
    sandbox.write("sub/c.ipynb", notebook(&cells));
    let renamed = changed(&sandbox, &["HEAD"]);
    assert!(renamed.starts_with("R09") && renamed.ends_with("\ta.ipynb\tsub/c.ipynb\n"));
    assert_eq!(
        changed(&sandbox, &["--no-renames", "HEAD"]),
        "D\ta.ipynb\nA\tsub/c.ipynb\n"
    );
    assert_eq!(
        changed(&sandbox, &["--find-renames=100%", "HEAD"]),
        "D\ta.ipynb\nA\tsub/c.ipynb\n"
    );
    sandbox.git(&["config", "diff.renames", "false"]);
    assert_eq!(changed(&sandbox, &["HEAD"]), "D\ta.ipynb\nA\tsub/c.ipynb\n");
    assert!(changed(&sandbox, &["-M", "HEAD"]).starts_with("R09"));
}

#[test]
fn files_come_and_go() {
    let sandbox = repository();
    sandbox.git(&["config", "diff.renames", "false"]);
    fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    sandbox.write("new.ipynb", notebook(&["n = 1\n"]));
    sandbox.git(&["add", "--intent-to-add", "new.ipynb"]);
    assert_eq!(changed(&sandbox, &[]), "D\ta.ipynb\nA\tnew.ipynb\n");
    assert_eq!(changed(&sandbox, &["-R"]), "A\ta.ipynb\nD\tnew.ipynb\n");
    assert_eq!(changed(&sandbox, &["--diff-filter=A"]), "A\tnew.ipynb\n");
    let shown = sandbox.nbweave(&["diff"]);
    for part in [
        "deleted file mode 100644\n--- a/a.ipynb\n+++ /dev/null\n",
        "new file mode 100644\n--- /dev/null\n+++ b/new.ipynb\n",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn untracked_notebooks_are_shown_if_they_are_named() {
    let sandbox = repository();
    sandbox.write("new.ipynb", notebook(&["n = 1\n"]));
    sandbox.write("sub/new.ipynb", notebook(&["n = 1\n"]));
    sandbox.write("ignored.ipynb", notebook(&["n = 1\n"]));
    sandbox.write(".gitignore", "ignored.*\n");
    assert_eq!(changed(&sandbox, &[]), "");
    assert_eq!(changed(&sandbox, &["."]), "");
    assert_eq!(changed(&sandbox, &["new.ipynb"]), "?\tnew.ipynb\n");
    assert_eq!(changed(&sandbox, &["ignored.ipynb"]), "?\tignored.ipynb\n");
    assert_eq!(
        changed_in(&sandbox, "sub", &["HEAD", "new.ipynb"]),
        "?\tsub/new.ipynb\n"
    );
    assert_eq!(
        changed(&sandbox, &["--untracked"]),
        "?\tnew.ipynb\n?\tsub/new.ipynb\n"
    );
    assert_eq!(
        changed(&sandbox, &["--untracked", "sub"]),
        "?\tsub/new.ipynb\n"
    );
    // Not where the worktree has no part.
    assert_eq!(changed(&sandbox, &["--cached", "new.ipynb"]), "");
    let shown = sandbox.nbweave(&["diff", "new.ipynb"]);
    assert!(
        shown.contains("--- /dev/null\n+++ b/new.ipynb\n"),
        "{shown}"
    );
    assert!(shown.contains("+n = 1\n"), "{shown}");
}

#[test]
fn unmerged_notebooks_are_named_and_compared_with_ours() {
    let sandbox = repository();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", notebook(&["a = 3\n"]));
    commit(&sandbox, "three");
    let merge = finish(sandbox.command("git").args(["merge", "side"]), "");
    assert_eq!(merge.status.code(), Some(1));
    assert_eq!(changed(&sandbox, &[]), "U\ta.ipynb\nM\ta.ipynb\n");
    assert_snapshot!(sandbox.nbweave(&["diff", "--cached", "--exit-code"]), @r"
    exit: 1
    --- stdout
    * Unmerged path a.ipynb
    ");
    let shown = sandbox.nbweave(&["diff"]);
    assert!(shown.contains("* Unmerged path a.ipynb\n"), "{shown}");
    assert!(shown.contains("merge left conflict markers"), "{shown}");
    assert!(shown.contains("+<<<<<<< HEAD\n"), "{shown}");
    // A good resolution is compared as a notebook.
    sandbox.write("a.ipynb", notebook(&["a = 4\n"]));
    let shown = sandbox.nbweave(&["diff"]);
    assert!(shown.contains("-a = 3\n+a = 4\n"), "{shown}");
}

#[test]
fn a_broken_notebook_is_compared_as_text_and_the_others_go_on() {
    let sandbox = repository();
    let good = "{\n  \"cells\": [],\n  \"metadata\": {},\n  \"nbformat\": 4\n}\n";
    sandbox.write("a.ipynb", good);
    sandbox.git(&["add", "."]);
    sandbox.write("a.ipynb", "{\n  \"cells\": [\n");
    sandbox.write("sub/b.ipynb", notebook(&["b = 2\n"]));
    assert_snapshot!(sandbox.nbweave(&["diff", "-U1", "--", "a.ipynb"]), @r#"
    exit: 0
    --- stdout
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    compared as text: the new version cannot be read as a notebook: invalid JSON at line 3, column 1: the file ends in the middle, 2 brackets are not closed
    @@ -1,5 +1,2 @@
     {
    -  "cells": [],
    -  "metadata": {},
    -  "nbformat": 4
    -}
    +  "cells": [
    "#);
    let shown = sandbox.nbweave(&["diff"]);
    assert!(shown.contains("-b = 1\n+b = 2\n"), "{shown}");
    assert_eq!(changed(&sandbox, &[]), "M\ta.ipynb\nM\tsub/b.ipynb\n");
    let lines = json(&sandbox, &[]);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["new"]["path"], "a.ipynb");
    let error = lines[0]["error"].as_str().unwrap();
    assert!(error.contains("invalid JSON"), "{error}");
    assert_eq!(lines[1]["cells"].as_array().unwrap().len(), 1);
}

/// Runs `nbweave diff --format=json` and returns what it writes, line by line.
fn json(sandbox: &Sandbox, args: &[&str]) -> Vec<serde_json::Value> {
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command.args(["diff", "--format=json"]).args(args);
    let output = finish(&mut command, "");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn programs_get_a_line_for_each_notebook() {
    let sandbox = repository();
    sandbox.git(&["mv", "a.ipynb", "c.ipynb"]);
    sandbox.write("sub/b.ipynb", notebook(&["b = 2\n", "new\n"]));
    let lines = json(&sandbox, &["HEAD"]);
    let paths: Vec<_> = lines
        .iter()
        .map(|line| [&line["old"]["path"], &line["new"]["path"]])
        .collect();
    assert_eq!(
        paths,
        [["a.ipynb", "c.ipynb"], ["sub/b.ipynb", "sub/b.ipynb"]]
    );
    // All cells are there, also of a notebook that only has another name.
    let count = |line: &serde_json::Value| line["cells"].as_array().unwrap().len();
    assert_eq!(lines.iter().map(count).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(lines[0]["nbweave"], 1);
    fs::remove_file(sandbox.path("c.ipynb")).unwrap();
    let lines = json(&sandbox, &["--", "c.ipynb"]);
    assert_eq!(lines[0]["new"]["path"], "/dev/null");
}

#[test]
fn layout_is_no_difference_and_outputs_are() {
    let sandbox = repository();
    let same = notebook(&["a = 1\n", "print(a)\n"]);
    let compact: serde_json::Value = serde_json::from_str(&same).unwrap();
    sandbox.write("a.ipynb", compact.to_string().replace(',', ",\r\n"));
    assert_snapshot!(sandbox.nbweave(&["diff", "--exit-code"]), @"exit: 0");
    sandbox.write(
        "a.ipynb",
        with_outputs(&[("a = 1\n", ""), ("print(a)\n", "1\n")]),
    );
    assert_snapshot!(sandbox.nbweave(&["diff", "--quiet"]), @"exit: 1");
}

#[test]
fn the_exit_code_tells_of_differences_if_asked() {
    let sandbox = repository();
    assert_snapshot!(sandbox.nbweave(&["diff", "--exit-code"]), @"exit: 0");
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    assert_snapshot!(sandbox.nbweave(&["diff", "--exit-code", "--name-only"]), @r"
    exit: 1
    --- stdout
    a.ipynb
    ");
    assert_snapshot!(sandbox.nbweave(&["diff", "--quiet"]), @"exit: 1");
    assert_snapshot!(sandbox.nbweave(&["diff", "--quiet", "sub"]), @"exit: 0");
}

#[test]
fn what_git_does_not_know_fails_in_its_words() {
    let sandbox = repository();
    let shown = sandbox.nbweave(&["diff", "nowhere"]);
    assert!(shown.starts_with("exit: 129\n"), "{shown}");
    assert!(
        shown.contains("nbweave: cannot compare: ambiguous argument 'nowhere'"),
        "{shown}"
    );
    assert!(
        sandbox
            .nbweave(&["diff", "--bogus"])
            .starts_with("exit: 2\n")
    );
}

#[test]
fn names_of_all_kinds_survive() {
    let sandbox = Sandbox::with_repository();
    let names = [
        "sp ace.ipynb",
        "it's.ipynb",
        "\"q\".ipynb",
        "ä/ü.ipynb",
        "tab\t.ipynb",
        "-x.ipynb",
    ];
    for name in names {
        sandbox.write(name, notebook(&["a = 1\n"]));
    }
    commit(&sandbox, "one");
    for name in names {
        sandbox.write(name, notebook(&["a = 2\n"]));
    }
    assert_eq!(
        changed(&sandbox, &[]),
        "M\t\"\\\"q\\\".ipynb\"\nM\t-x.ipynb\nM\tit's.ipynb\nM\tsp ace.ipynb\n\
         M\t\"tab\\t.ipynb\"\nM\tä/ü.ipynb\n"
    );
    assert_eq!(
        changed(&sandbox, &["-z", "--", "tab*", "-x.ipynb"]),
        "M\0-x.ipynb\0M\0tab\t.ipynb\0"
    );
    let shown = sandbox.nbweave(&["diff", "--exit-code", "--", "it's.ipynb"]);
    assert!(shown.contains("+++ b/it's.ipynb\n"), "{shown}");
}

#[test]
fn modes_and_links_are_told() {
    let sandbox = repository();
    sandbox.git(&["update-index", "--chmod=+x", "a.ipynb"]);
    assert_snapshot!(sandbox.nbweave(&["diff", "--cached", "--exit-code"]), @r"
    exit: 1
    --- stdout
    diff --nbweave a/a.ipynb b/a.ipynb
    old mode 100644
    new mode 100755
    ");
    assert_snapshot!(sandbox.nbweave(&["diff", "--cached", "--raw"]), @r"
    exit: 0
    --- stdout
    :100644 100755 f23ea5a f23ea5a M	a.ipynb
    ");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let sandbox = repository();
    std::os::unix::fs::symlink("a.ipynb", sandbox.path("link.ipynb")).unwrap();
    commit(&sandbox, "two");
    fs::remove_file(sandbox.path("link.ipynb")).unwrap();
    std::os::unix::fs::symlink("sub/b.ipynb", sandbox.path("link.ipynb")).unwrap();
    assert_snapshot!(sandbox.nbweave(&["diff"]), @r"
    exit: 0
    --- stdout
    diff --nbweave a/link.ipynb b/link.ipynb
    --- a/link.ipynb
    +++ b/link.ipynb
    compared as text: a symbolic link is no notebook
    @@ -1 +1 @@
    -a.ipynb
    +sub/b.ipynb
    ");
}

#[test]
fn submodules_are_skipped() {
    let sandbox = repository();
    sandbox.git(&["init", "--quiet", "module.ipynb"]);
    sandbox.write("module.ipynb/x.ipynb", notebook(&["x\n"]));
    sandbox.git(&["-C", "module.ipynb", "add", "."]);
    sandbox.git(&["-C", "module.ipynb", "commit", "--quiet", "--message", "x"]);
    sandbox.git(&["-c", "advice.addEmbeddedRepo=false", "add", "module.ipynb"]);
    assert_eq!(changed(&sandbox, &["--cached"]), "");
}

#[test]
fn a_repository_that_libgit2_cannot_open_is_read_by_git() {
    for option in ["--object-format=sha256", "--ref-format=reftable"] {
        let sandbox = Sandbox::new();
        let init = ["init", "--quiet", "--initial-branch=main", option];
        let init = finish(sandbox.command("git").args(init), "");
        if !init.status.success() {
            eprintln!("this git does not know {option}");
            continue;
        }
        let sandbox = filled(sandbox);
        sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
        sandbox.write("sub/b.ipynb", notebook(&["b = 2\n"]));
        commit(&sandbox, "two");
        sandbox.write("a.ipynb", notebook(&["a = 3\n"]));
        let shown = sandbox.nbweave(&["diff", "HEAD~"]);
        assert!(shown.contains("-a = 1\n"), "{option}: {shown}");
        assert!(shown.contains("+a = 3\n"), "{option}: {shown}");
        assert!(shown.contains("-b = 1\n+b = 2\n"), "{option}: {shown}");
        assert_eq!(
            changed(&sandbox, &["HEAD:a.ipynb", "HEAD~:a.ipynb"]),
            "M\tHEAD~:a.ipynb\n"
        );
        let shown = sandbox.nbweave(&["diff", "--cached", "--exit-code"]);
        assert_eq!(shown, "exit: 0\n");
        assert!(asks_for_blobs(&sandbox), "{option}");
    }
}

#[test]
fn blobs_are_read_in_process_where_that_works() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    assert!(!asks_for_blobs(&sandbox));
    sandbox.git(&["config", "extensions.partialClone", "origin"]);
    sandbox.git(&["config", "core.repositoryFormatVersion", "1"]);
    assert!(asks_for_blobs(&sandbox));
    assert_eq!(changed(&sandbox, &[]), "M\ta.ipynb\n");
}

/// Whether a comparison runs `git cat-file`.
fn asks_for_blobs(sandbox: &Sandbox) -> bool {
    let trace = sandbox.path("../trace");
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command
        .args(["diff", "--quiet", "HEAD"])
        .env("GIT_TRACE", &trace);
    let output = finish(&mut command, "");
    assert_eq!(output.status.code(), Some(1));
    fs::read_to_string(trace).unwrap().contains("cat-file")
}

#[test]
fn changes_are_counted() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n", "print(a)\n"]));
    sandbox.write("sub/b.ipynb", "{");
    assert_snapshot!(sandbox.nbweave(&["diff", "--stat"]), @r"
    exit: 0
    --- stdout
     a.ipynb     |         1 cell | 2 +-
     sub/b.ipynb | not a notebook
     2 notebooks changed, 1 cell, 1 insertion(+), 1 deletion(-)
    ");
    assert_snapshot!(sandbox.nbweave(&["diff", "--word-diff", "-U0", "a.ipynb"]), @r"
    exit: 0
    --- stdout
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified
    cell 1 · code · modified
    a = [-1-]{+2+}
    … 1 unchanged cell
    ");
}

#[test]
fn only_noise_is_a_difference_in_two_lines() {
    let sandbox = repository();
    let same = sandbox.read("a.ipynb");
    let ran = same.replace("\"execution_count\": null", "\"execution_count\": 7");
    sandbox.write("a.ipynb", ran);
    assert_snapshot!(sandbox.nbweave(&["diff", "--exit-code"]), @r"
    exit: 1
    --- stdout
    diff --nbweave a/a.ipynb b/a.ipynb
    only noise changed: 2 execution counts (--all shows them)
    ");
}

#[test]
fn notebooks_in_git_lfs_are_compared_not_their_pointers() {
    let sandbox = repository();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n";
    sandbox.write("a.ipynb", pointer);
    commit(&sandbox, "two");
    // Nobody has fetched it.
    let shown = sandbox.nbweave(&["diff", "HEAD~", "HEAD"]);
    assert!(
        shown.contains("the new version is a Git LFS pointer"),
        "{shown}"
    );
    sandbox.write("stored", notebook(&["large = 1\n"]));
    sandbox.write(".gitattributes", "*.ipynb filter=lfs\n");
    sandbox.git(&["config", "filter.lfs.clean", "false"]);
    let smudge = format!("cat >/dev/null; cat '{}'", sandbox.path("stored").display());
    sandbox.git(&["config", "filter.lfs.smudge", &smudge]);
    sandbox.write("a.ipynb", notebook(&["large = 2\n"]));
    let shown = sandbox.nbweave(&["diff"]);
    assert!(shown.contains("-large = 1\n+large = 2\n"), "{shown}");
}

#[test]
fn linked_worktrees_and_split_indexes_are_like_others() {
    let sandbox = repository();
    sandbox.git(&["worktree", "add", "--quiet", "linked", "-b", "side"]);
    sandbox.write("linked/a.ipynb", notebook(&["a = 2\n"]));
    assert_eq!(changed_in(&sandbox, "linked", &[]), "M\ta.ipynb\n");
    assert_eq!(
        changed_in(&sandbox, "linked/sub", &["main"]),
        "M\ta.ipynb\n"
    );
    sandbox.git(&["update-index", "--split-index"]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    assert_eq!(changed(&sandbox, &[]), "M\ta.ipynb\n");
}

#[test]
fn a_bare_repository_has_revisions() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    sandbox.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    assert_eq!(
        changed_in(&sandbox, "bare.git", &["HEAD~", "HEAD"]),
        "M\ta.ipynb\n"
    );
    assert_eq!(
        changed_in(&sandbox, "bare.git", &["HEAD~:a.ipynb", "HEAD:a.ipynb"]),
        "M\tHEAD:a.ipynb\n"
    );
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command.current_dir(sandbox.path("bare.git")).arg("diff");
    let output = finish(&mut command, "");
    assert_eq!(output.status.code(), Some(129));
    assert!(String::from_utf8_lossy(&output.stderr).contains("work tree"));
}

#[test]
fn the_environment_names_the_repository() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    fs::create_dir(sandbox.path("../elsewhere")).unwrap();
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command.current_dir(sandbox.path("../elsewhere"));
    command.env("GIT_DIR", sandbox.path(".git"));
    command.env("GIT_WORK_TREE", sandbox.root());
    command.args(["diff"]);
    let output = finish(&mut command, "");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("-a = 1\n"), "{shown}");
    assert!(shown.contains("+a = 2\n"), "{shown}");
}

#[test]
fn replaced_and_missing_objects_are_for_git() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    sandbox.write("other", notebook(&["replaced\n"]));
    let other = sandbox.git(&["hash-object", "-w", "other"]);
    sandbox.git(&["replace", "HEAD:a.ipynb", other.trim()]);
    let shown = sandbox.nbweave(&["diff", "HEAD~", "HEAD"]);
    assert!(shown.contains("+replaced\n"), "{shown}");
}

#[test]
fn the_worktree_is_seen_through_the_filter() {
    let sandbox = Sandbox::with_repository();
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    sandbox.git(&["config", "filter.nbweave.clean", "nbweave strip"]);
    sandbox.git(&["config", "filter.nbweave.smudge", "cat"]);
    sandbox.git(&["config", "filter.nbweave.required", "true"]);
    let sandbox = filled(sandbox);
    sandbox.write(
        "a.ipynb",
        with_outputs(&[("a = 1\n", "secret\n"), ("print(a)\n", "1\n")]),
    );
    assert_eq!(changed(&sandbox, &[]), "");
    assert_eq!(changed_in(&sandbox, "sub", &["HEAD"]), "");
    sandbox.write(
        "a.ipynb",
        with_outputs(&[("a = 2\n", "secret\n"), ("print(a)\n", "2\n")]),
    );
    let shown = sandbox.nbweave(&["diff"]);
    assert!(shown.contains("-a = 1\n+a = 2\n"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
    // The same beside a version of a commit; two files are what they are.
    let shown = sandbox.nbweave(&["diff", "--all", "HEAD:a.ipynb", "a.ipynb"]);
    assert!(shown.contains("-a = 1\n+a = 2\n"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
    let files = ["diff", "--all", "--no-index", "sub/b.ipynb", "a.ipynb"];
    let shown = sandbox.nbweave(&files);
    assert!(shown.contains("secret"), "{shown}");
}

#[test]
fn the_worktree_is_seen_through_the_filter_of_somebody_else() {
    let sandbox = Sandbox::with_repository();
    sandbox.write(".gitattributes", "*.ipynb filter=other\n");
    sandbox.git(&[
        "config",
        "filter.other.clean",
        "sed 's/secret/public/' # %f",
    ]);
    sandbox.write("d r/it's.ipynb", notebook(&["public\n"]));
    sandbox.write("sub/x", "");
    commit(&sandbox, "one");
    sandbox.write("d r/it's.ipynb", notebook(&["secret\n"]));
    assert_eq!(changed_in(&sandbox, "sub", &[]), "");
    sandbox.write("d r/it's.ipynb", notebook(&["secret 2\n"]));
    let shown = sandbox.nbweave(&["diff"]);
    assert!(shown.contains("-public\n+public 2\n"), "{shown}");
}

#[test]
fn color_is_written_where_it_is_wanted() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    let has_color = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = sandbox.command(crate::sandbox::NBWEAVE);
        command.arg("diff").args(args).envs(env.iter().copied());
        finish(&mut command, "").stdout.contains(&b'\x1b')
    };
    let term = ("TERM", "xterm");
    assert!(!has_color(&[], &[term]));
    assert!(has_color(&["--color"], &[]));
    assert!(has_color(&["--color=always"], &[("NO_COLOR", "1")]));
    assert!(has_color(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_color(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(has_color(&[], &[("GIT_PAGER_IN_USE", "true"), term]));
    assert!(!has_color(
        &[],
        &[("GIT_PAGER_IN_USE", "true"), ("NO_COLOR", "1"), term]
    ));
    assert!(!has_color(
        &["--color=never"],
        &[("GIT_PAGER_IN_USE", "true"), term]
    ));
    sandbox.git(&["config", "color.ui", "false"]);
    assert!(!has_color(&[], &[("GIT_PAGER_IN_USE", "true"), term]));
    sandbox.git(&["config", "color.diff", "always"]);
    assert!(has_color(&[], &[]));
    assert!(!has_color(&["--name-only", "--color=always"], &[]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_the_pager_of_git() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    let at_terminal = |args: &str, env: &[(&str, &str)]| {
        let mut command = sandbox.command("script");
        let line = format!("nbweave {args}");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        command.env("TERM", "xterm").envs(env.iter().copied());
        String::from_utf8(finish(&mut command, "").stdout).unwrap()
    };
    if sandbox.command("script").arg("--version").output().is_err() {
        eprintln!("there is no `script` to make a terminal");
        return;
    }
    let pager = ("GIT_PAGER", "sed 's/^/>>/'");
    let shown = at_terminal("diff", &[pager]);
    assert!(shown.starts_with(">>"), "{shown}");
    assert!(shown.contains(">>\u{1b}[31m-"), "{shown}");
    for args in ["diff --no-pager", "diff --exit-code", "strip --check ."] {
        let shown = at_terminal(args, &[pager]);
        assert!(!shown.contains(">>"), "{shown}");
    }
    let none = ("GIT_PAGER", "cat");
    assert!(at_terminal("diff", &[none]).contains("\u{1b}[31m-"));
    sandbox.git(&["config", "pager.diff", "sed 's/^/::/'"]);
    assert!(at_terminal("diff", &[]).starts_with("::"));
    assert!(at_terminal("show a.ipynb", &[pager]).starts_with(">>"));
    sandbox.git(&["config", "pager.diff", "false"]);
    assert!(!at_terminal("diff", &[("PAGER", "sed 's/^/::/'")]).contains("::"));
}
