//! The output store under everything that git does to a worktree: what people
//! ran stays where they ran it, and nowhere else.

use std::fs;

use crate::filtered::{
    blob, check_out_again, commit, configure, notebook, printed, repository, repository_with,
    status, stripped, without_process,
};
use crate::sandbox::{Sandbox, finish};

const ONE: &[(&str, &str, &str)] = &[
    ("a", "x = 1\n", "one\n"),
    ("b", "x + 1\n", "two\n"),
    ("c", "x + 2\n", "three\n"),
];

/// [`ONE`], run again.
const RERUN: &[(&str, &str, &str)] = &[
    ("a", "x = 1\n", "one again\n"),
    ("b", "x + 1\n", "two again\n"),
    ("c", "x + 2\n", "three again\n"),
];

/// [`ONE`] with another last cell, that has run.
const EDITED: &[(&str, &str, &str)] = &[
    ("a", "x = 1\n", "one\n"),
    ("b", "x + 1\n", "two\n"),
    ("c", "x + 3\n", "four\n"),
];

/// A repository with a notebook that has run and is committed.
fn with_one() -> Sandbox {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "one");
    sandbox
}

/// Adds a branch `side` on which the first cell is another, as somebody else
/// wrote it: never in this worktree with outputs.
fn with_side() -> Sandbox {
    let sandbox = with_one();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    let theirs = [
        ("a", "x = 100\n", ""),
        ("b", "x + 1\n", ""),
        ("c", "x + 2\n", ""),
    ];
    // As a pull brings it.
    sandbox.git(&[
        "config",
        "filter.nbweave.process",
        "nbweave filter-process --no-restore",
    ]);
    sandbox.write("a.ipynb", stripped(&theirs));
    commit(&sandbox, "side");
    sandbox.git(&["config", "filter.nbweave.process", "nbweave filter-process"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox
}

#[test]
fn nothing_of_outputs_is_committed_and_the_file_stays_as_it_was() {
    let sandbox = with_one();
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), stripped(ONE));
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_checkout_and_back_gives_the_identical_file() {
    let sandbox = with_one();
    let file = notebook(ONE);
    sandbox.git(&["checkout", "--quiet", "-b", "other", "HEAD~"]);
    assert!(!sandbox.path("a.ipynb").exists());
    sandbox.git(&["checkout", "--quiet", "main"]);
    assert_eq!(sandbox.read("a.ipynb"), file);
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_stash_of_a_run_brings_it_back() {
    let sandbox = with_one();
    sandbox.write("a.ipynb", notebook(RERUN));
    sandbox.git(&["stash"]);
    sandbox.git(&["stash", "pop"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(RERUN));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_stash_of_an_edit_brings_all_outputs_back() {
    let sandbox = with_one();
    sandbox.write("a.ipynb", notebook(EDITED));
    sandbox.git(&["stash"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    assert_eq!(status(&sandbox), "");
    sandbox.git(&["stash", "pop"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(EDITED));
    assert_eq!(status(&sandbox), " M a.ipynb\n");
}

#[test]
fn cells_that_the_filter_drops_come_back_if_nothing_has_run() {
    let sandbox = repository_with("--drop-tagged-cells solution");
    let tagged = stripped(ONE).replacen(
        "\"metadata\": {}",
        "\"metadata\": { \"tags\": [\"solution\"] }",
        1,
    );
    assert!(tagged.contains("solution"), "{tagged}");
    sandbox.write("a.ipynb", &tagged);
    commit(&sandbox, "one");
    assert!(!blob(&sandbox, ":a.ipynb").contains("solution"));
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(sandbox.read("a.ipynb"), tagged);
}

#[test]
fn a_stash_of_untracked_notebooks_brings_them_back() {
    let sandbox = with_one();
    sandbox.write("new.ipynb", notebook(EDITED));
    sandbox.git(&["stash", "--include-untracked"]);
    assert!(!sandbox.path("new.ipynb").exists());
    sandbox.git(&["stash", "pop"]);
    assert_eq!(sandbox.read("new.ipynb"), notebook(EDITED));
}

#[test]
fn the_newest_run_comes_back() {
    let sandbox = with_one();
    sandbox.write("a.ipynb", notebook(RERUN));
    sandbox.git(&["add", "--update"]);
    assert_eq!(status(&sandbox), "");
    sandbox.git(&["checkout", "--quiet", "HEAD~"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(RERUN));
}

#[test]
fn a_merge_keeps_the_outputs_of_cells_that_are_the_same() {
    for operation in [
        &["merge", "--quiet", "--no-edit", "side"][..],
        &["cherry-pick", "side"],
        &["rebase", "--quiet", "side"],
    ] {
        let sandbox = with_side();
        sandbox.write("a.ipynb", notebook(EDITED));
        sandbox.git(&["commit", "--quiet", "--all", "--message", "edit"]);
        sandbox.git(operation);
        // The first is somebody else's; the last two ran here.
        let expected = ["", "two\n", "four\n"];
        assert_eq!(printed(&sandbox, "a.ipynb"), expected, "{operation:?}");
        assert_eq!(status(&sandbox), "", "{operation:?}");
        assert!(!blob(&sandbox, ":a.ipynb").contains("two"));
    }
}

#[test]
fn a_merge_that_renormalizes_keeps_the_newest_run() {
    let sandbox = with_one();
    sandbox.git(&["config", "merge.renormalize", "true"]);
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write(
        "a.ipynb",
        notebook(&[("a", "x = 100\n", "hundred\n"), ONE[1], ONE[2]]),
    );
    commit(&sandbox, "side");
    sandbox.git(&["checkout", "--quiet", "main"]);
    let again = [RERUN[0], RERUN[1], ("c", "x + 3\n", "four\n")];
    sandbox.write("a.ipynb", notebook(&again));
    commit(&sandbox, "two");
    sandbox.git(&["merge", "--quiet", "side"]);
    assert_eq!(
        printed(&sandbox, "a.ipynb"),
        ["hundred\n", "two again\n", "four\n"]
    );
}

#[test]
fn sides_of_a_conflict_come_with_their_outputs() {
    let sandbox = with_one();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.ipynb", notebook(EDITED));
    commit(&sandbox, "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    let ours = [ONE[0], ONE[1], ("c", "x + 5\n", "six\n")];
    sandbox.write("a.ipynb", notebook(&ours));
    commit(&sandbox, "ours");
    let merge = sandbox.try_git(&["merge", "side"]);
    assert_eq!(merge.status.code(), Some(1));
    assert!(sandbox.read("a.ipynb").contains("<<<<<<<"));
    // Git has a look at the file with the markers, and gets over it.
    assert_eq!(status(&sandbox), "UU a.ipynb\n");
    sandbox.git(&["checkout", "--ours", "a.ipynb"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(&ours));
    sandbox.git(&["checkout", "--theirs", "a.ipynb"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(EDITED));
    sandbox.git(&["merge", "--abort"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(&ours));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_conflict_that_is_resolved_as_text_forgets_nothing() {
    let sandbox = with_one();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.ipynb", notebook(EDITED));
    commit(&sandbox, "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    let resolved = [ONE[0], ONE[1], ("c", "x + 9\n", "")];
    sandbox.write("a.ipynb", stripped(&resolved));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "resolved"]);
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(printed(&sandbox, "a.ipynb"), ["one\n", "two\n", ""]);
    sandbox.git(&["checkout", "--quiet", "side"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(EDITED));
}

#[test]
fn an_aborted_rebase_brings_the_outputs_back() {
    let sandbox = with_side();
    let ours = [("a", "x = 7\n", "seven\n"), ONE[1], ONE[2]];
    sandbox.write("a.ipynb", notebook(&ours));
    commit(&sandbox, "ours");
    assert!(!sandbox.try_git(&["rebase", "side"]).status.success());
    sandbox.git(&["rebase", "--abort"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(&ours));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn an_automatic_stash_keeps_outputs() {
    let sandbox = with_side();
    sandbox.write("b.ipynb", notebook(ONE));
    commit(&sandbox, "another");
    sandbox.write("b.ipynb", notebook(RERUN));
    sandbox.git(&["rebase", "--quiet", "--autostash", "side"]);
    assert_eq!(sandbox.read("b.ipynb"), notebook(RERUN));
    assert_eq!(printed(&sandbox, "a.ipynb"), ["", "two\n", "three\n"]);
}

#[test]
fn outputs_survive_what_pre_commit_does_with_changes_that_are_not_staged() {
    let sandbox = with_one();
    sandbox.write("b.ipynb", notebook(ONE));
    commit(&sandbox, "two");
    sandbox.write("a.ipynb", notebook(EDITED));
    sandbox.write("b.ipynb", notebook(RERUN));
    let tree = sandbox.git(&["write-tree"]);
    let args = ["diff-index", "--binary", "--no-ext-diff", "-p", tree.trim()];
    let patch = sandbox.git(&args);
    assert!(!patch.contains("b.ipynb b/b.ipynb\nindex"), "{patch}");
    sandbox.git(&["checkout", "--", "."]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    let apply = finish(
        sandbox
            .command("git")
            .args(["apply", "--whitespace=nowarn"]),
        patch,
    );
    assert!(apply.status.success());
    assert_eq!(sandbox.read("a.ipynb"), notebook(EDITED));
    assert_eq!(sandbox.read("b.ipynb"), notebook(RERUN));
}

#[test]
fn what_is_thrown_away_comes_back_as_it_was_last_seen() {
    for args in [
        &["reset", "--quiet", "--hard"][..],
        &["checkout", "--quiet", "--force"],
        &["restore", "a.ipynb"],
    ] {
        let sandbox = with_one();
        // Nobody but the editor has seen this.
        sandbox.write("a.ipynb", notebook(&[("a", "lost\n", "lost\n")]));
        sandbox.git(args);
        assert_eq!(sandbox.read("a.ipynb"), notebook(ONE), "{args:?}");
    }
}

#[test]
fn a_renamed_notebook_has_its_outputs_under_both_names() {
    let sandbox = with_one();
    sandbox.git(&["mv", "a.ipynb", "b.ipynb"]);
    commit(&sandbox, "rename");
    sandbox.write("b.ipynb", notebook(RERUN));
    sandbox.git(&["add", "--update"]);
    sandbox.git(&["checkout", "--quiet", "HEAD~"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    sandbox.git(&["checkout", "--quiet", "main"]);
    assert_eq!(sandbox.read("b.ipynb"), notebook(RERUN));
}

#[test]
fn cleared_outputs_stay_cleared() {
    let sandbox = with_one();
    sandbox.write("a.ipynb", stripped(ONE));
    sandbox.git(&["add", "--update"]);
    sandbox.git(&["checkout", "--quiet", "HEAD~"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    assert_eq!(sandbox.read("a.ipynb"), stripped(ONE));
    // But what they were is not forgotten for what comes in a merge.
    let merged = [("n", "new\n", ""), ONE[0], ONE[1]];
    let output = sandbox.run(&["git-smudge", "--", "a.ipynb"], stripped(&merged));
    assert!(String::from_utf8(output.stdout).unwrap().contains("two"));
}

#[test]
fn one_cell_that_was_cleared_stays_cleared() {
    let sandbox = with_one();
    let cleared = [ONE[0], ("b", "x + 1\n", ""), ONE[2]];
    sandbox.write("a.ipynb", notebook(&cleared));
    sandbox.git(&["add", "--update"]);
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(sandbox.read("a.ipynb"), notebook(&cleared));
}

#[test]
fn linked_worktrees_have_outputs_of_their_own() {
    let sandbox = with_one();
    sandbox.git(&["worktree", "add", "--quiet", "-b", "linked", "linked"]);
    // It has run nowhere else yet.
    assert_eq!(sandbox.read("linked/a.ipynb"), notebook(ONE));
    sandbox.write("linked/a.ipynb", notebook(RERUN));
    sandbox.git(&["-C", "linked", "add", "--update"]);
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    fs::remove_file(sandbox.path("linked/a.ipynb")).unwrap();
    sandbox.git(&["-C", "linked", "checkout", "--quiet", "--", "a.ipynb"]);
    assert_eq!(sandbox.read("linked/a.ipynb"), notebook(RERUN));
    let status = sandbox.git(&["-C", "linked", "status", "--porcelain"]);
    assert_eq!(status, "");
    assert!(!sandbox.path("linked/.git/nbweave").exists());
    let shown = sandbox.nbweave(&["store", "show", "a.ipynb"]);
    assert!(shown.contains(" in worktree 'linked'\n"), "{shown}");
}

#[test]
fn a_clone_has_no_outputs() {
    let sandbox = with_one();
    sandbox.git(&["clone", "--quiet", ".", "clone"]);
    configure(&sandbox, "clone", "");
    fs::remove_file(sandbox.path("clone/a.ipynb")).unwrap();
    sandbox.git(&["-C", "clone", "checkout", "--quiet", "--", "a.ipynb"]);
    assert_eq!(sandbox.read("clone/a.ipynb"), stripped(ONE));
    assert_eq!(sandbox.git(&["-C", "clone", "status", "--porcelain"]), "");
}

#[test]
fn an_archive_has_no_outputs() {
    let sandbox = with_one();
    let wrapped = "if true; then exec nbweave filter-process; fi";
    for process in ["nbweave filter-process", wrapped] {
        sandbox.git(&["config", "filter.nbweave.process", process]);
        let archive = sandbox.git(&["archive", "HEAD"]);
        assert!(archive.contains("x = 1"));
        assert!(!archive.contains("two"));
    }
    let archive = sandbox.git(&["-c", "alias.pack=archive HEAD", "pack"]);
    assert!(archive.contains("x = 1") && !archive.contains("two"));
    without_process(&sandbox);
    let archive = sandbox.git(&["-c", "core.x=y", "archive", "HEAD", "a.ipynb"]);
    assert!(archive.contains("x = 1"));
    assert!(!archive.contains("two"));
}

#[test]
fn what_git_shows_and_sends_has_no_outputs() {
    let sandbox = with_one();
    sandbox.write("a.ipynb", notebook(EDITED));
    for args in [
        &["diff"][..],
        &["diff", "--stat"],
        &["log", "-p"],
        &["show", "HEAD:a.ipynb"],
        &["format-patch", "--stdout", "--root", "HEAD"],
    ] {
        let shown = sandbox.git(args);
        assert!(shown.contains("a.ipynb") || shown.contains("x = 1"));
        assert!(!shown.contains("two"), "{args:?}: {shown}");
    }
    sandbox.git(&["gc", "--quiet"]);
    sandbox.git(&["clean", "--quiet", "-fdx"]);
    sandbox.git(&["fsck"]);
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
}

#[test]
fn history_with_outputs_is_left_alone() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "with outputs");
    configure(&sandbox, ".", "");
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    sandbox.git(&["add", "--renormalize", "."]);
    commit(&sandbox, "stripped");
    let output = sandbox.run(&["git-smudge", "--", "a.ipynb"], notebook(ONE));
    assert_eq!(output.stdout, notebook(ONE).into_bytes());
    sandbox.git(&["checkout", "--quiet", "HEAD~"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    sandbox.git(&["checkout", "--quiet", "main"]);
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_filter_for_each_file_does_the_same() {
    let sandbox = with_one();
    without_process(&sandbox);
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE));
    sandbox.write("d e/b'c.ipynb", notebook(EDITED));
    commit(&sandbox, "by file");
    sandbox.git(&["config", "filter.nbweave.process", "nbweave filter-process"]);
    check_out_again(&sandbox, "d e/b'c.ipynb");
    assert_eq!(sandbox.read("d e/b'c.ipynb"), notebook(EDITED));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_removed_filter_leaves_the_outputs_to_be_seen() {
    let sandbox = with_one();
    sandbox.git(&["config", "--remove-section", "filter.nbweave"]);
    sandbox.write("a.ipynb", notebook(RERUN));
    assert_eq!(status(&sandbox), " M a.ipynb\n");
}

#[test]
fn a_submodule_has_a_store_of_its_own() {
    let sandbox = with_one();
    let other = Sandbox::with_repository();
    other.write("a.ipynb", stripped(EDITED));
    commit(&other, "one");
    let from = other.root().to_str().unwrap().to_owned();
    let allow = "protocol.file.allow=always";
    sandbox.git(&["-c", allow, "submodule", "--quiet", "add", &from, "sub"]);
    configure(&sandbox, "sub", "");
    sandbox.write(
        ".git/modules/sub/info/attributes",
        "*.ipynb filter=nbweave\n",
    );
    sandbox.write("sub/a.ipynb", notebook(EDITED));
    sandbox.git(&["-C", "sub", "add", "a.ipynb"]);
    assert!(sandbox.path(".git/modules/sub/nbweave/outputs").exists());
    fs::remove_file(sandbox.path("sub/a.ipynb")).unwrap();
    sandbox.git(&["-C", "sub", "checkout", "--", "a.ipynb"]);
    assert_eq!(sandbox.read("sub/a.ipynb"), notebook(EDITED));
}

#[test]
fn a_sparse_checkout_and_a_worktree_elsewhere_keep_outputs() {
    let sandbox = repository();
    sandbox.write("d/a.ipynb", notebook(ONE));
    sandbox.write("e/b", "");
    commit(&sandbox, "one");
    sandbox.git(&["sparse-checkout", "set", "e"]);
    assert!(!sandbox.path("d/a.ipynb").exists());
    sandbox.git(&["sparse-checkout", "disable"]);
    assert_eq!(sandbox.read("d/a.ipynb"), notebook(ONE));
    fs::create_dir(sandbox.path("../elsewhere")).unwrap();
    let mut git = sandbox.command("git");
    git.current_dir(sandbox.path("../elsewhere"));
    git.args([
        "--git-dir=../work/.git",
        "--work-tree=.",
        "checkout",
        "--",
        "d/a.ipynb",
    ]);
    assert!(finish(&mut git, "").status.success());
    assert_eq!(sandbox.read("../elsewhere/d/a.ipynb"), notebook(ONE));
}
