//! Settings where git runs us: the filter, the drivers, the hook, and what
//! `nbweave install` installs.

use std::fs;

use insta::assert_snapshot;

use crate::filtered::{blob, commit, repository, repository_with, status};
use crate::merges::{base, ours, sources_in, theirs_in_conflict};
use crate::notebooks::{RAN, STRIPPED};
use crate::sandbox::{Sandbox, show};
use crate::settings::KEEP;

/// Stages everything and returns what was said.
#[track_caller]
fn add(sandbox: &Sandbox) -> String {
    let output = sandbox.try_git(&["add", "--all"]);
    assert!(output.status.success(), "{}", show(&output));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_filter_takes_what_settings_in_the_worktree_say() {
    let sandbox = repository();
    sandbox.write("d/nbweave.toml", KEEP);
    sandbox.write("a.ipynb", RAN);
    sandbox.write("d/e/b.ipynb", RAN);
    assert_eq!(add(&sandbox), "");
    assert_eq!(blob(&sandbox, ":a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, ":d/e/b.ipynb"), RAN);
    // What is staged or committed of the settings does not count.
    commit(&sandbox, "settings");
    sandbox.write("d/nbweave.toml", "");
    sandbox.git(&["add", "--renormalize", "d/e/b.ipynb"]);
    assert_eq!(blob(&sandbox, ":d/e/b.ipynb"), STRIPPED);
    sandbox.write("d/nbweave.toml", KEEP);
    sandbox.git(&["add", "--renormalize", "."]);
    assert_eq!(status(&sandbox), "");
}

#[test]
fn one_file_at_a_time_is_filtered_the_same() {
    let sandbox = repository();
    crate::filtered::without_process(&sandbox);
    sandbox.write(
        "nbweave.toml",
        format!("exclude = ['x.ipynb']\n[[overrides]]\npaths = ['d/']\n{KEEP}")
            .replace("[strip]", "[overrides.strip]"),
    );
    for path in ["a.ipynb", "d/b.ipynb", "x.ipynb"] {
        sandbox.write(path, RAN);
    }
    assert_eq!(add(&sandbox), "");
    assert_eq!(blob(&sandbox, ":a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, ":d/b.ipynb"), RAN);
    assert_eq!(blob(&sandbox, ":x.ipynb"), RAN);
}

#[test]
fn options_of_the_filter_win_over_files() {
    let sandbox = repository_with("--no-keep-output");
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("a.ipynb", RAN);
    add(&sandbox);
    let staged = blob(&sandbox, ":a.ipynb");
    assert!(!staged.contains("stdout") && staged.contains("\"execution_count\": 3"));
    let sandbox = repository_with("--no-config");
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("a.ipynb", RAN);
    add(&sandbox);
    assert_eq!(blob(&sandbox, ":a.ipynb"), STRIPPED);
}

#[test]
fn what_is_wrong_in_a_file_is_said_and_the_rest_counts() {
    let sandbox = repository();
    sandbox.write("nbweave.toml", format!("{KEEP}bogus = 1\n"));
    sandbox.write("a.ipynb", RAN);
    sandbox.write("b.ipynb", RAN);
    assert_snapshot!(add(&sandbox), @"
    nbweave: unknown key 'bogus' at nbweave.toml:5:1
    hint: what is wrong does not count; `nbweave config` shows what does
    ");
    assert_eq!(blob(&sandbox, ":a.ipynb"), RAN);
}

#[test]
fn a_file_that_is_no_toml_lets_no_outputs_in_and_git_goes_on() {
    let sandbox = repository();
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox, "kept");
    sandbox.write(
        "nbweave.toml",
        "<<<<<<< ours\n[strip]\n=======\n>>>>>>> theirs\n",
    );
    // Of the same size, so that git has to ask the filter.
    sandbox.write("a.ipynb", RAN.replace("# Title", "# TITLE"));
    sandbox.write("b.ipynb", RAN);
    let output = sandbox.try_git(&["status", "--porcelain"]);
    assert_snapshot!(show(&output), @"
    exit: 0
    --- stdout
     M a.ipynb
     M nbweave.toml
    ?? b.ipynb
    --- stderr
    nbweave: invalid TOML at nbweave.toml:1:9: key with no value, expected `=`; a merge left conflict markers in the file
    hint: what is wrong does not count; `nbweave config` shows what does
    ");
    assert_snapshot!(add(&sandbox), @"
    nbweave: invalid TOML at nbweave.toml:1:9: key with no value, expected `=`; a merge left conflict markers in the file
    hint: what is wrong does not count; `nbweave config` shows what does
    ");
    assert_eq!(blob(&sandbox, ":b.ipynb"), STRIPPED);
    // Checking out works, too.
    sandbox.git(&["reset", "--quiet", "--hard"]);
    assert_eq!(sandbox.read("a.ipynb"), RAN);
}

#[test]
fn the_drivers_for_diffs_see_what_the_filter_takes() {
    let sandbox = repository();
    sandbox.git(&["config", "diff.nbweave.command", "nbweave git-diff"]);
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave diff=nbweave\n");
    sandbox.write("nbweave.toml", "[diff]\noutputs = true\n");
    sandbox.write("a.ipynb", RAN);
    sandbox.write("d/nbweave.toml", KEEP);
    sandbox.write("d/b.ipynb", RAN);
    commit(&sandbox, "one");
    let other = RAN.replace("hello\\n", "good bye\\n");
    sandbox.write("a.ipynb", &other);
    sandbox.write("d/b.ipynb", &other);
    let shown = sandbox.git(&["diff"]);
    assert!(!shown.contains("a.ipynb"), "{shown}");
    assert!(
        shown.contains("d/b.ipynb") && shown.contains("good bye"),
        "{shown}"
    );
    let shown = String::from_utf8(sandbox.run(&["diff"], "").stdout).unwrap();
    assert!(!shown.contains("a.ipynb"), "{shown}");
    assert!(
        shown.contains("d/b.ipynb") && shown.contains("good bye"),
        "{shown}"
    );
    // Settings that make no sense end no diff.
    sandbox.write("nbweave.toml", "[diff]\noutputs = 1\n");
    let output = sandbox.try_git(&["diff", "--stat", "--ext-diff"]);
    assert!(output.status.success());
    let output = sandbox.try_git(&["diff"]);
    assert!(output.status.success());
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    nbweave: 'outputs' at nbweave.toml:2:11 is a whole number; it takes true or false
    hint: what is wrong does not count; `nbweave config` shows what does
    nbweave: 'outputs' at nbweave.toml:2:11 is a whole number; it takes true or false
    hint: what is wrong does not count; `nbweave config` shows what does
    ");
}

/// A repository whose branches changed the same line of a notebook.
fn diverged(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_repository();
    let driver = "nbweave git-merge --base %O --ours %A --theirs %B --marker-size %L --path %P";
    sandbox.git(&["config", "merge.nbweave.driver", driver]);
    sandbox.write(".gitattributes", "*.ipynb merge=nbweave\n");
    sandbox.write("nbweave.toml", settings);
    sandbox.write("d/a.ipynb", base());
    commit(&sandbox, "base");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("d/a.ipynb", theirs_in_conflict());
    commit(&sandbox, "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("d/a.ipynb", ours());
    commit(&sandbox, "ours");
    sandbox
}

#[test]
fn git_merges_as_is_set() {
    let sandbox = diverged("[[overrides]]\npaths = ['d/a.ipynb']\nmerge.favor = 'theirs'\n");
    sandbox.git(&["merge", "--quiet", "side"]);
    assert!(sources_in(&sandbox, "d/a.ipynb")[0].contains("'theirs.csv'"));
}

#[test]
fn settings_that_make_no_sense_keep_git_from_no_merge() {
    let sandbox = diverged("[merge]\nfavor = 'mine'\nconflict = 'diff3'\n");
    let output = sandbox.try_git(&["merge", "--quiet", "side"]);
    assert_eq!(output.status.code(), Some(1), "{}", show(&output));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("invalid value 'mine' of 'favor' at nbweave.toml:2:9"),
        "{said}"
    );
    let source = &sources_in(&sandbox, "d/a.ipynb")[0];
    assert!(
        source.contains("<<<<<<<") && source.contains("|||||||"),
        "{source}"
    );
}

#[test]
fn merging_anew_decides_as_is_set() {
    let sandbox = diverged("");
    assert!(
        !sandbox
            .try_git(&["merge", "--quiet", "side"])
            .status
            .success()
    );
    sandbox.write("nbweave.toml", "[merge]\nfavor = 'union'\n");
    let output = sandbox.run(&["resolve", "--restart", "d/a.ipynb"], "");
    let source = &sources_in(&sandbox, "d/a.ipynb")[0];
    assert!(!source.contains("<<<<<<<"), "{source} {}", show(&output));
    assert!(source.contains("'ours.csv'") && source.contains("'theirs.csv'"));
}

#[test]
fn the_hook_strips_each_notebook_by_its_own_settings() {
    let sandbox = Sandbox::with_repository();
    let hook = concat!(env!("CARGO_MANIFEST_DIR"), "/hooks/pre-commit");
    fs::create_dir_all(sandbox.path(".git/hooks")).unwrap();
    fs::copy(hook, sandbox.path(".git/hooks/pre-commit")).unwrap();
    let over = format!("[[overrides]]\npaths = ['100% ü/', 'd/']\n{KEEP}");
    sandbox.write("nbweave.toml", over.replace("[strip]", "[overrides.strip]"));
    for path in ["a.ipynb", "d/b c.ipynb", "100% ü/c.ipynb"] {
        sandbox.write(path, RAN);
    }
    commit(&sandbox, "all");
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, "HEAD:d/b c.ipynb"), RAN);
    assert_eq!(blob(&sandbox, "HEAD:100% ü/c.ipynb"), RAN);
}

#[test]
fn a_repository_says_what_is_installed() {
    let sandbox = Sandbox::with_repository();
    sandbox.write(
        "nbweave.toml",
        "[install]\nfilter = true\ntextconv = false\n",
    );
    let filter = |sandbox: &Sandbox| {
        let output = sandbox.try_git(&["config", "filter.nbweave.process"]);
        output.status.success()
    };
    let output = sandbox.run(&["install", "--no-filter"], "");
    assert!(output.status.success(), "{}", show(&output));
    assert!(!filter(&sandbox));
    let output = sandbox.run(&["install", "--only=diff"], "");
    assert!(output.status.success(), "{}", show(&output));
    assert!(!filter(&sandbox));
    let output = sandbox.run(&["install"], "");
    assert!(output.status.success(), "{}", show(&output));
    assert!(filter(&sandbox));
    assert!(
        !sandbox
            .try_git(&["config", "diff.nbweave.textconv"])
            .status
            .success()
    );
}

#[test]
fn the_status_takes_notebooks_for_stripped_that_are_as_is_set() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("a.ipynb", RAN);
    commit(&sandbox, "one");
    let _said = sandbox.nbweave(&["install", "--filter"]);
    let status = sandbox.nbweave(&["status"]);
    assert!(!status.contains("something to strip"), "{status}");
    sandbox.write("nbweave.toml", "");
    let status = sandbox.nbweave(&["status"]);
    assert!(status.contains("something to strip"), "{status}");
    sandbox.write("nbweave.toml", "[strip]\nbogus = 1\n");
    let status = sandbox.nbweave(&["status"]);
    let expected = "unknown key 'bogus' at nbweave.toml:2:1";
    assert!(status.contains(expected), "{status}");
}
