//! The hook scripts in `hooks/`, run by git.

use std::fs;
use std::path::Path;
use std::process::Output;

use insta::assert_snapshot;

use crate::notebooks::{BROKEN, RAN, STRIPPED};
use crate::sandbox::{Sandbox, finish, path_without_nbweave, show};

const HOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/hooks/pre-commit");

/// A repository with the hook and one commit.
fn repository() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    install(&sandbox, ".git/hooks");
    sandbox.write("README", "");
    sandbox.git(&["add", "README"]);
    sandbox.git(&["commit", "--quiet", "--message", "first"]);
    sandbox
}

fn install(sandbox: &Sandbox, dir: &str) {
    fs::create_dir_all(sandbox.path(dir)).unwrap();
    fs::copy(HOOK, sandbox.path(dir).join("pre-commit")).unwrap();
}

/// Runs `git commit`, which has to succeed, and returns what the hook said.
#[track_caller]
fn commit(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = try_commit(sandbox, args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

fn try_commit(sandbox: &Sandbox, args: &[&str]) -> Output {
    sandbox.try_git(&[&["commit", "--quiet", "--message", "next"], args].concat())
}

fn blob(sandbox: &Sandbox, name: &str) -> String {
    sandbox.git(&["cat-file", "blob", name])
}

fn status(sandbox: &Sandbox) -> String {
    sandbox.git(&["status", "--porcelain"])
}

/// How many commits there are.
fn commits(sandbox: &Sandbox) -> usize {
    sandbox.git(&["rev-list", "--all"]).lines().count()
}

/// A notebook like [`RAN`] or [`STRIPPED`] with something else in it.
fn edited(notebook: &str, title: &str) -> String {
    notebook.replace("# Title", title)
}

#[test]
fn what_is_committed_is_stripped_and_files_keep_their_outputs() {
    let sandbox = repository();
    sandbox.write("d/a.ipynb", RAN);
    sandbox.write("b.ipynb", STRIPPED);
    sandbox.write("c.txt", RAN);
    sandbox.git(&["add", "."]);
    assert_snapshot!(commit(&sandbox, &[]), @"nbweave: stripped what is staged of 'd/a.ipynb'");
    assert_eq!(blob(&sandbox, "HEAD:d/a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, "HEAD:b.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, "HEAD:c.txt"), RAN);
    assert_eq!(sandbox.read("d/a.ipynb"), RAN);
    assert_eq!(status(&sandbox), " M d/a.ipynb\n");
}

#[test]
fn changes_that_are_not_staged_are_left_alone() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("b.ipynb", RAN);
    sandbox.git(&["add", "a.ipynb"]);
    sandbox.write("a.ipynb", edited(RAN, "# Not yet"));
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, ":a.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("a.ipynb"), edited(RAN, "# Not yet"));
    assert_eq!(sandbox.read("b.ipynb"), RAN);
    assert_eq!(status(&sandbox), " M a.ipynb\n?? b.ipynb\n");
}

#[test]
fn the_hook_strips_as_the_command_does() {
    let sandbox = repository();
    let notebooks = [
        RAN.replace(' ', "  "),
        RAN.replace('\n', "\r\n"),
        format!("\u{feff}{}", RAN.trim_end()),
        RAN.replace("# Title", "# \\ud800 1e400"),
    ];
    for (index, notebook) in notebooks.iter().enumerate() {
        sandbox.write(format!("{index}.ipynb"), notebook);
    }
    sandbox.write("z.zpln", r#"{"paragraphs": [{"results": {"msg": "x"}}]}"#);
    sandbox.write("UPPER.IPYNB", RAN);
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    for (index, notebook) in notebooks.iter().enumerate() {
        let piped = sandbox.run(&["strip", "-"], notebook).stdout;
        let committed = blob(&sandbox, &format!("HEAD:{index}.ipynb"));
        assert_eq!(committed.as_bytes(), piped, "{index}");
    }
    let zeppelin = r#"{"paragraphs": [{"results": {}}]}"#;
    assert_eq!(blob(&sandbox, "HEAD:z.zpln"), zeppelin);
    assert_eq!(blob(&sandbox, "HEAD:UPPER.IPYNB"), STRIPPED);
}

#[test]
fn commit_all_is_stripped() {
    let sandbox = repository();
    sandbox.write("a.ipynb", STRIPPED);
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    sandbox.write("a.ipynb", edited(RAN, "# New"));
    commit(&sandbox, &["--all"]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), edited(STRIPPED, "# New"));
    assert_eq!(blob(&sandbox, ":a.ipynb"), edited(STRIPPED, "# New"));
    assert_eq!(sandbox.read("a.ipynb"), edited(RAN, "# New"));
    assert_eq!(status(&sandbox), " M a.ipynb\n");
}

#[test]
fn a_commit_of_some_paths_is_stripped_and_others_stay_staged() {
    let sandbox = repository();
    for name in ["a.ipynb", "b.ipynb"] {
        sandbox.write(name, STRIPPED);
    }
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    for name in ["a.ipynb", "b.ipynb"] {
        sandbox.write(name, edited(RAN, "# New"));
    }
    sandbox.git(&["add", "b.ipynb"]);
    commit(&sandbox, &["--", "a.ipynb"]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), edited(STRIPPED, "# New"));
    assert_eq!(blob(&sandbox, ":a.ipynb"), edited(STRIPPED, "# New"));
    assert_eq!(blob(&sandbox, "HEAD:b.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, ":b.ipynb"), edited(RAN, "# New"));
    assert_eq!(sandbox.read("a.ipynb"), edited(RAN, "# New"));
    assert_eq!(status(&sandbox), " M a.ipynb\nM  b.ipynb\n");
    sandbox.write("a.ipynb", edited(RAN, "# Newer"));
    commit(&sandbox, &["--include", "a.ipynb"]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), edited(STRIPPED, "# Newer"));
    assert_eq!(blob(&sandbox, "HEAD:b.ipynb"), edited(STRIPPED, "# New"));
}

#[test]
fn the_first_commit_is_stripped() {
    for format in ["sha1", "sha256"] {
        let sandbox = Sandbox::new();
        sandbox.git(&["init", "--quiet", "--object-format", format]);
        install(&sandbox, ".git/hooks");
        sandbox.write("a.ipynb", RAN);
        sandbox.git(&["add", "."]);
        commit(&sandbox, &[]);
        assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED, "{format}");
    }
}

#[test]
fn an_amended_commit_is_stripped() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.git(&["add", "."]);
    commit(&sandbox, &["--amend"]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(commits(&sandbox), 1);
}

#[test]
fn a_commit_from_a_subdirectory_takes_all_that_is_staged() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("d/b.ipynb", RAN);
    sandbox.git(&["add", "."]);
    sandbox.git(&["-C", "d", "commit", "--quiet", "--message", "next"]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, "HEAD:d/b.ipynb"), STRIPPED);
}

#[test]
fn linked_worktrees_are_stripped() {
    let sandbox = repository();
    sandbox.git(&["worktree", "add", "--quiet", "-b", "topic", "linked"]);
    sandbox.write("linked/a.ipynb", RAN);
    let git = |args: &[&str]| sandbox.git(&[&["-C", "linked"], args].concat());
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "next"]);
    assert_eq!(git(&["cat-file", "blob", "HEAD:a.ipynb"]), STRIPPED);
    sandbox.write("linked/a.ipynb", edited(RAN, "# New"));
    git(&["commit", "--quiet", "--message", "next", "--", "a.ipynb"]);
    let new = edited(STRIPPED, "# New");
    assert_eq!(git(&["cat-file", "blob", "HEAD:a.ipynb"]), new);
    assert_eq!(git(&["status", "--porcelain"]), " M a.ipynb\n");
    assert_eq!(sandbox.read("linked/a.ipynb"), edited(RAN, "# New"));
}

#[test]
fn a_merge_that_is_concluded_by_hand_is_stripped() {
    let sandbox = repository();
    sandbox.git(&["switch", "--quiet", "--create", "topic"]);
    sandbox.write("a.ipynb", RAN);
    sandbox.write("README", "theirs");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--no-verify", "--message", "topic"]);
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.write("README", "ours");
    commit(&sandbox, &["--all"]);
    assert!(!sandbox.try_git(&["merge", "topic"]).status.success());
    sandbox.write("README", "ours");
    sandbox.git(&["add", "README"]);
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(
        sandbox
            .git(&["rev-list", "--merges", "--all"])
            .lines()
            .count(),
        1
    );
}

#[test]
fn git_finds_nothing_wrong_with_the_repository_afterwards() {
    let sandbox = repository();
    for name in ["a.ipynb", "d/b.ipynb", "d/e/c.ipynb"] {
        sandbox.write(name, RAN);
    }
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    sandbox.write("d/b.ipynb", edited(RAN, "# New"));
    commit(&sandbox, &["--", "d/b.ipynb"]);
    sandbox.git(&["fsck", "--strict"]);
    assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "");
    sandbox.git(&["restore", "."]);
    assert_eq!(status(&sandbox), "");
    assert_eq!(sandbox.read("d/b.ipynb"), edited(STRIPPED, "# New"));
    assert_eq!(sandbox.read("d/e/c.ipynb"), STRIPPED);
}

#[test]
fn a_merge_that_brings_only_outputs_can_be_concluded() {
    let sandbox = repository();
    sandbox.write("a.ipynb", STRIPPED);
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    sandbox.git(&["switch", "--quiet", "--create", "topic"]);
    sandbox.write("a.ipynb", RAN);
    let outputs = [
        "commit",
        "--quiet",
        "--all",
        "--no-verify",
        "--message",
        "outputs",
    ];
    sandbox.git(&outputs);
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-ff", "--no-commit", "topic"]);
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(
        sandbox
            .git(&["rev-list", "--merges", "--all"])
            .lines()
            .count(),
        1
    );
}

#[test]
fn line_ends_in_the_index_stay() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let sandbox = repository();
    sandbox.write("a.ipynb", crlf(RAN));
    sandbox.git(&["add", "."]);
    sandbox.git(&["config", "core.autocrlf", "true"]);
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), crlf(STRIPPED));
}

#[test]
fn names_of_any_sort_are_stripped() {
    let sandbox = repository();
    let names = [
        " a b .ipynb",
        "-c.ipynb",
        "d'e\"f$(g)`h`*?[.ipynb",
        "i\nj\tk\\l\r.ipynb",
        "ä ö/ü.ipynb",
        "%s %d.ipynb",
        ":(top)m.ipynb",
    ];
    for name in names {
        sandbox.write(name, RAN);
    }
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    for name in names {
        assert_eq!(blob(&sandbox, &format!("HEAD:{name}")), STRIPPED, "{name}");
        assert_eq!(sandbox.read(name), RAN, "{name}");
    }
    assert_eq!(sandbox.git(&["ls-files"]).lines().count(), names.len() + 1);
}

#[test]
fn users_settings_of_git_make_no_difference() {
    let sandbox = repository();
    for (key, value) in [
        ("core.quotePath", "false"),
        ("core.abbrev", "4"),
        ("diff.renames", "copies"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("diff.relative", "true"),
        ("core.autocrlf", "true"),
    ] {
        sandbox.git(&["config", key, value]);
    }
    sandbox.write("d/ä.ipynb", RAN);
    sandbox.git(&["add", "."]);
    sandbox.git(&["-C", "d", "commit", "--quiet", "--message", "next"]);
    assert_eq!(blob(&sandbox, "HEAD:d/ä.ipynb"), STRIPPED);
}

#[test]
fn programs_that_switch_patterns_off_make_no_difference() {
    for option in [
        "--literal-pathspecs",
        "--noglob-pathspecs",
        "--icase-pathspecs",
    ] {
        let sandbox = repository();
        sandbox.write("a.ipynb", RAN);
        sandbox.git(&["add", "."]);
        sandbox.git(&[option, "commit", "--quiet", "--message", "next"]);
        assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED, "{option}");
    }
}

#[test]
fn removed_and_renamed_notebooks_are_no_trouble() {
    let sandbox = repository();
    for name in ["a.ipynb", "b.ipynb"] {
        sandbox.write(name, RAN);
    }
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--no-verify", "--message", "outputs"]);
    sandbox.git(&["rm", "--quiet", "a.ipynb"]);
    sandbox.git(&["mv", "b.ipynb", "c.ipynb"]);
    commit(&sandbox, &[]);
    assert_eq!(
        sandbox.git(&["ls-tree", "--name-only", "HEAD"]),
        "README\nc.ipynb\n"
    );
    assert_eq!(blob(&sandbox, "HEAD:c.ipynb"), STRIPPED);
}

#[test]
fn notebooks_that_are_not_staged_are_not_looked_at() {
    let sandbox = repository();
    sandbox.write("old.ipynb", RAN);
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--no-verify", "--message", "outputs"]);
    sandbox.write("new.ipynb", BROKEN);
    sandbox.write("meant.ipynb", RAN);
    sandbox.git(&["add", "--intent-to-add", "meant.ipynb"]);
    sandbox.write("README", "new");
    sandbox.git(&["add", "README"]);
    assert_eq!(commit(&sandbox, &[]), "");
    assert_eq!(blob(&sandbox, "HEAD:old.ipynb"), RAN);
    assert_eq!(status(&sandbox), " A meant.ipynb\n?? new.ipynb\n");
}

#[test]
fn a_notebook_that_cannot_be_read_stops_the_commit() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("b b.ipynb", BROKEN);
    sandbox.write("c.ipynb", "");
    sandbox.git(&["add", "."]);
    assert_snapshot!(show(&try_commit(&sandbox, &[])), @r#"
    exit: 1
    --- stderr
    nbweave: what is staged of 'b b.ipynb' cannot be stripped:
    nbweave: cannot strip '<stdin>': invalid JSON at line 3, column 16: expected `:`, met `"`
    nbweave: what is staged of 'c.ipynb' cannot be stripped:
    nbweave: cannot strip '<stdin>': the file is empty, a notebook has at least `cells`
    nbweave: nothing was committed
    "#);
    assert_eq!(commits(&sandbox), 1);
    assert_eq!(blob(&sandbox, ":a.ipynb"), RAN);
    assert_eq!(
        status(&sandbox),
        "A  a.ipynb\nA  \"b b.ipynb\"\nA  c.ipynb\n"
    );
    sandbox.write("b b.ipynb", RAN);
    sandbox.write("c.ipynb", RAN);
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:b b.ipynb"), STRIPPED);
}

#[test]
fn a_repaired_file_does_not_hide_a_broken_one_that_is_staged() {
    let sandbox = repository();
    sandbox.write("a.ipynb", BROKEN);
    sandbox.git(&["add", "."]);
    sandbox.write("a.ipynb", STRIPPED);
    assert_eq!(try_commit(&sandbox, &[]).status.code(), Some(1));
    assert_eq!(commits(&sandbox), 1);
}

#[test]
fn outputs_alone_are_no_commit() {
    let sandbox = repository();
    sandbox.write("a.ipynb", STRIPPED);
    sandbox.git(&["add", "."]);
    commit(&sandbox, &[]);
    sandbox.write("a.ipynb", RAN);
    assert_eq!(try_commit(&sandbox, &["--all"]).status.code(), Some(1));
    sandbox.git(&["add", "."]);
    assert_snapshot!(show(&try_commit(&sandbox, &[])), @"
    exit: 1
    --- stderr
    nbweave: stripped what is staged of 'a.ipynb'
    nbweave: nothing is left to commit: only outputs had changed
    ");
    assert_eq!(commits(&sandbox), 2);
    assert_eq!(sandbox.read("a.ipynb"), RAN);
    assert_eq!(status(&sandbox), " M a.ipynb\n");
}

#[test]
fn without_the_program_nothing_is_committed() {
    let sandbox = repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.git(&["add", "."]);
    let mut commit = sandbox.command("git");
    commit.args(["commit", "--quiet", "--message", "next"]);
    let output = finish(commit.env("PATH", path_without_nbweave()), "");
    assert_snapshot!(show(&output), @"
    exit: 1
    --- stderr
    nbweave: not installed, so staged notebooks cannot be stripped
    nbweave: `git commit --no-verify` commits them as they are
    ");
    assert_eq!(commits(&sandbox), 1);
}

#[test]
fn without_notebooks_the_program_is_not_needed() {
    let sandbox = repository();
    sandbox.write("README", "new");
    let mut commit = sandbox.command("git");
    commit.args(["commit", "--quiet", "--all", "--message", "next"]);
    assert!(
        finish(commit.env("PATH", path_without_nbweave()), "")
            .status
            .success()
    );
}

#[test]
fn the_hook_can_live_in_a_directory_for_hooks() {
    let sandbox = Sandbox::with_repository();
    install(&sandbox, "home of hooks");
    sandbox.git(&["config", "core.hooksPath", "home of hooks"]);
    sandbox.write("a.ipynb", RAN);
    sandbox.git(&["add", "a.ipynb"]);
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
}

#[test]
fn the_hook_does_nothing_where_the_filter_has_done_it() {
    let sandbox = repository();
    sandbox.git(&["config", "filter.nbweave.clean", "nbweave strip -"]);
    sandbox.git(&["config", "filter.nbweave.smudge", "cat"]);
    sandbox.git(&["config", "filter.nbweave.required", "true"]);
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    sandbox.write("a.ipynb", RAN);
    sandbox.git(&["add", "."]);
    assert_eq!(commit(&sandbox, &[]), "");
    assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    assert_eq!(status(&sandbox), "");
}

#[test]
fn entries_outside_of_a_sparse_checkout_stay_outside() {
    let sandbox = repository();
    sandbox.write("in/a.ipynb", RAN);
    sandbox.write("out/b.ipynb", RAN);
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--no-verify", "--message", "outputs"]);
    sandbox.git(&["sparse-checkout", "set", "in"]);
    sandbox.git(&["reset", "--soft", "HEAD^"]);
    commit(&sandbox, &[]);
    assert_eq!(blob(&sandbox, "HEAD:in/a.ipynb"), STRIPPED);
    assert_eq!(blob(&sandbox, "HEAD:out/b.ipynb"), STRIPPED);
    assert_eq!(status(&sandbox), " M in/a.ipynb\n");
    assert!(!sandbox.path("out").exists());
}

#[test]
fn nothing_is_left_in_the_directory_for_temporary_files() {
    let sandbox = repository();
    fs::create_dir(sandbox.path("tmp")).unwrap();
    for (name, notebook) in [("a.ipynb", RAN), ("b.ipynb", BROKEN)] {
        sandbox.write(name, notebook);
        sandbox.git(&["add", name]);
        let mut commit = sandbox.command("git");
        commit.args(["commit", "--quiet", "--message", "next"]);
        commit.env("TMPDIR", sandbox.path("tmp"));
        let _output = finish(&mut commit, "");
    }
    assert_eq!(fs::read_dir(sandbox.path("tmp")).unwrap().count(), 0);
}

#[test]
fn the_hook_runs_in_every_posix_shell_at_hand() {
    for shell in ["dash", "bash", "busybox", "ksh", "mksh", "yash"] {
        let sandbox = repository();
        let shell_args: &[&str] = match shell {
            "busybox" => &["sh"],
            "bash" => &["--posix"],
            _ => &[],
        };
        sandbox.write("a b.ipynb", RAN);
        sandbox.git(&["add", "."]);
        let mut hook = sandbox.command(shell);
        hook.args(shell_args).arg(Path::new(HOOK));
        let Ok(output) = hook.output() else {
            eprintln!("skipped {shell}: it is not installed");
            continue;
        };
        assert!(output.status.success(), "{shell}: {}", show(&output));
        assert_eq!(blob(&sandbox, ":a b.ipynb"), STRIPPED, "{shell}");
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn names_that_are_not_utf_8_are_stripped() {
        let sandbox = repository();
        sandbox.write(OsStr::from_bytes(b"caf\xe9 \xff.ipynb"), RAN);
        sandbox.git(&["add", "."]);
        commit(&sandbox, &[]);
        let tree = sandbox.git(&["ls-tree", "HEAD", "--", "*.ipynb", "."]);
        let entry = tree.lines().find(|line| line.contains("ipynb")).unwrap();
        let id = entry.split_whitespace().nth(2).unwrap();
        assert_eq!(blob(&sandbox, id), STRIPPED);
    }

    #[test]
    fn modes_stay() {
        let sandbox = repository();
        sandbox.write("a.ipynb", RAN);
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(sandbox.path("a.ipynb"), executable).unwrap();
        sandbox.git(&["add", "."]);
        commit(&sandbox, &[]);
        assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
        let tree = sandbox.git(&["ls-tree", "HEAD", "a.ipynb"]);
        assert!(tree.starts_with("100755 "), "{tree}");
    }

    #[test]
    fn symbolic_links_and_submodules_stay() {
        let sandbox = repository();
        symlink("elsewhere", sandbox.path("link.ipynb")).unwrap();
        sandbox.git(&["add", "link.ipynb"]);
        let head = sandbox.git(&["rev-parse", "HEAD"]);
        let entry = format!("160000,{},sub.ipynb", head.trim());
        sandbox.git(&["update-index", "--add", "--cacheinfo", &entry]);
        assert_eq!(commit(&sandbox, &[]), "");
        assert_eq!(blob(&sandbox, "HEAD:link.ipynb"), "elsewhere");
        let tree = sandbox.git(&["ls-tree", "HEAD"]);
        assert!(tree.contains("160000 commit "), "{tree}");
    }

    #[test]
    fn a_link_that_became_a_notebook_is_stripped() {
        let sandbox = repository();
        symlink("README", sandbox.path("a.ipynb")).unwrap();
        sandbox.git(&["add", "a.ipynb"]);
        commit(&sandbox, &[]);
        fs::remove_file(sandbox.path("a.ipynb")).unwrap();
        sandbox.write("a.ipynb", RAN);
        sandbox.git(&["add", "a.ipynb"]);
        commit(&sandbox, &[]);
        assert_eq!(blob(&sandbox, "HEAD:a.ipynb"), STRIPPED);
    }

    #[test]
    fn the_script_can_be_run() {
        assert!(fs::metadata(HOOK).unwrap().permissions().mode() & 0o111 == 0o111);
    }
}
