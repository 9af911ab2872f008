//! `nbweave git-diff`, as git runs it.

use std::fs;

use insta::assert_snapshot;

use crate::revisions::{notebook, with_outputs};
use crate::sandbox::{NBWEAVE, Sandbox, finish};

/// A repository where git uses the driver for notebooks.
fn repository() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.git(&["config", "diff.nbweave.command", "nbweave git-diff"]);
    sandbox.write(".git/info/attributes", "*.ipynb diff=nbweave\n");
    sandbox.write("a.ipynb", notebook(&["a = 1\n"]));
    sandbox.write("b.ipynb", notebook(&["b = 1\n"]));
    commit(&sandbox, "one");
    sandbox
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

#[test]
fn changed_added_and_deleted_notebooks_are_shown() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    fs::remove_file(sandbox.path("b.ipynb")).unwrap();
    sandbox.write("c.ipynb", notebook(&["c = 1\n"]));
    sandbox.git(&["add", "--intent-to-add", "c.ipynb"]);
    let shown = sandbox.git(&["diff", "--no-renames"]);
    for part in [
        "--- a/a.ipynb\n+++ b/a.ipynb\n",
        "-a = 1\n+a = 2\n",
        "deleted file mode 100644\n--- a/b.ipynb\n+++ /dev/null\n",
        "new file mode 100644\n--- /dev/null\n+++ b/c.ipynb\n",
        "+c = 1\n",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn renames_and_modes_are_told() {
    let sandbox = repository();
    let cells = ["x = 1\n"; 20];
    sandbox.write("a.ipynb", notebook(&cells));
    commit(&sandbox, "two");
    let mut cells = cells.to_vec();
    cells[7] = "x = 2\n";
    sandbox.git(&["mv", "a.ipynb", "sp ace.ipynb"]);
    sandbox.write("sp ace.ipynb", notebook(&cells));
    sandbox.git(&["add", "."]);
    sandbox.git(&["update-index", "--chmod=+x", "b.ipynb"]);
    let shown = sandbox.git(&["diff", "--cached"]);
    for part in [
        "similarity index 9",
        "rename from a.ipynb\nrename to sp ace.ipynb\n--- a/a.ipynb\n+++ b/sp ace.ipynb\n",
        "-x = 1\n+x = 2\n",
        "diff --nbweave a/b.ipynb b/b.ipynb\nold mode 100644\nnew mode 100755\n",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_broken_notebook_does_not_stop_the_others() {
    let sandbox = repository();
    sandbox.write("a.ipynb", "{\"cells\": [");
    sandbox.write("b.ipynb", notebook(&["b = 2\n"]));
    let shown = sandbox.git(&["diff"]);
    assert!(
        shown.contains("compared as text: the new version cannot be read"),
        "{shown}"
    );
    assert!(shown.contains("+{\"cells\": [\n"), "{shown}");
    assert!(shown.contains("-b = 1\n+b = 2\n"), "{shown}");
}

#[test]
fn both_sides_are_stripped_where_the_filter_is_on() {
    let sandbox = repository();
    sandbox.write(
        ".git/info/attributes",
        "*.ipynb diff=nbweave filter=nbweave\n",
    );
    sandbox.git(&["config", "filter.nbweave.clean", "nbweave strip"]);
    sandbox.git(&["config", "filter.nbweave.smudge", "cat"]);
    sandbox.write("sub/c.ipynb", notebook(&["c = 1\n"]));
    commit(&sandbox, "two");
    sandbox.write("a.ipynb", with_outputs(&[("a = 2\n", "secret\n")]));
    sandbox.write("b.ipynb", with_outputs(&[("b = 1\n", "secret\n")]));
    sandbox.write("sub/c.ipynb", with_outputs(&[("c = 2\n", "secret\n")]));
    let shown = sandbox.git(&["diff"]);
    assert!(shown.contains("-a = 1\n+a = 2\n"), "{shown}");
    assert!(shown.contains("-c = 1\n+c = 2\n"), "{shown}");
    assert!(
        !shown.contains("b.ipynb") && !shown.contains("secret"),
        "{shown}"
    );
    let shown = sandbox.git(&["-C", "sub", "diff", "--relative"]);
    assert!(shown.contains("-c = 1\n+c = 2\n"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn what_the_filter_keeps_is_shown() {
    let sandbox = repository();
    sandbox.write(
        ".git/info/attributes",
        "*.ipynb diff=nbweave filter=nbweave\n",
    );
    let secret = with_outputs(&[("a = 1\n", "secret\n")]);
    sandbox.write("a.ipynb", &secret);
    // A filter that has no settings keeps everything.
    let shown = sandbox.git(&["diff"]);
    assert!(shown.contains("outputs added to 1 cell"), "{shown}");
    for (key, command) in [
        ("clean", "nbweave git-clean --keep-output -- %f"),
        ("process", "nbweave filter-process --keep-output"),
    ] {
        let key = format!("filter.nbweave.{key}");
        sandbox.git(&["config", &key, command]);
        let shown = sandbox.git(&["diff"]);
        assert!(shown.contains("outputs added to 1 cell"), "{shown}");
        let shown = sandbox.nbweave(&["diff"]);
        assert!(shown.contains("outputs added to 1 cell"), "{shown}");
    }
}

#[test]
fn what_the_filter_takes_beyond_the_usual_is_not_shown() {
    let sandbox = repository();
    sandbox.write(
        ".git/info/attributes",
        "*.ipynb diff=nbweave filter=nbweave\n",
    );
    let process = "nbweave filter-process --extra-keys metadata.mine";
    sandbox.git(&["config", "filter.nbweave.process", process]);
    let noted = notebook(&["a = 2\n"]).replace(
        "  \"metadata\": {},\n  \"nbformat\"",
        "  \"metadata\": { \"mine\": 1 },\n  \"nbformat\"",
    );
    assert!(noted.contains("mine"), "{noted}");
    sandbox.write("a.ipynb", &noted);
    let shown = sandbox.git(&["diff"]);
    assert!(shown.contains("-a = 1\n+a = 2\n"), "{shown}");
    assert!(!shown.contains("mine"), "{shown}");
}

#[test]
fn an_unmerged_path_is_named() {
    let sandbox = repository();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", notebook(&["a = 3\n"]));
    commit(&sandbox, "three");
    let merge = finish(sandbox.command("git").args(["merge", "side"]), "");
    assert_eq!(merge.status.code(), Some(1));
    assert_eq!(
        sandbox.git(&["diff", "--cached"]),
        "* Unmerged path a.ipynb\n"
    );
    let shown = sandbox.git(&["diff", "--ours"]);
    assert!(shown.starts_with("* Unmerged path a.ipynb\n"), "{shown}");
    assert!(shown.contains("+<<<<<<< HEAD\n"), "{shown}");
}

#[cfg(unix)]
#[test]
fn links_are_shown_as_text() {
    let sandbox = repository();
    std::os::unix::fs::symlink("a.ipynb", sandbox.path("link.ipynb")).unwrap();
    commit(&sandbox, "two");
    fs::remove_file(sandbox.path("link.ipynb")).unwrap();
    std::os::unix::fs::symlink("b.ipynb", sandbox.path("link.ipynb")).unwrap();
    assert_snapshot!(sandbox.git(&["diff"]), @r"
    diff --nbweave a/link.ipynb b/link.ipynb
    --- a/link.ipynb
    +++ b/link.ipynb
    compared as text: a symbolic link is no notebook
    @@ -1 +1 @@
    -a.ipynb
    +b.ipynb
    ");
}

#[test]
fn git_gets_the_exit_code_it_is_promised() {
    let sandbox = repository();
    let zeros = "0".repeat(40);
    sandbox.write("new.ipynb", notebook(&["a = 2\n"]));
    let run = |flag: &[&str], new: &str| {
        let mut command = sandbox.command(NBWEAVE);
        command.arg("git-diff").args(flag);
        command.args([
            "a.ipynb", "a.ipynb", &zeros, "100644", new, &zeros, "100644",
        ]);
        finish(&mut command, "").status.code()
    };
    assert_eq!(run(&[], "new.ipynb"), Some(0));
    assert_eq!(run(&[], "missing.ipynb"), Some(0));
    assert_eq!(run(&["--trust-exit-code"], "new.ipynb"), Some(1));
    assert_eq!(run(&["--trust-exit-code"], "a.ipynb"), Some(0));
    assert_snapshot!(sandbox.nbweave(&["git-diff", "a", "b"]), @"
    exit: 2
    --- stderr
    nbweave: git calls this with 1, 7 or 9 arguments; `nbweave diff` is for people
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn git_believes_the_exit_code_if_told_to() {
    let sandbox = repository();
    sandbox.git(&[
        "config",
        "diff.nbweave.command",
        "nbweave git-diff --trust-exit-code",
    ]);
    sandbox.git(&["config", "diff.nbweave.trustExitCode", "true"]);
    let compact: serde_json::Value = serde_json::from_str(&sandbox.read("a.ipynb")).unwrap();
    sandbox.write("a.ipynb", compact.to_string());
    let run = || {
        let output = finish(sandbox.command("git").args(["diff", "--exit-code"]), "");
        output.status.code()
    };
    let version = sandbox.git(&["version"]);
    let minor = version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_some_and(|minor| minor < 46) {
        eprintln!("this git does not know trustExitCode");
        return;
    }
    assert_eq!(run(), Some(0));
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    assert_eq!(run(), Some(1));
}

#[test]
fn the_pager_of_git_gets_color() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    let mut command = sandbox.command("git");
    command
        .args(["diff"])
        .env("GIT_PAGER_IN_USE", "true")
        .env("TERM", "xterm");
    let output = finish(&mut command, "");
    assert!(output.stdout.contains(&b'\x1b'));
    assert!(!sandbox.git(&["diff"]).contains('\x1b'));
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let sandbox = repository();
    let line = "x = 1\n".repeat(20_000);
    sandbox.write("a.ipynb", notebook(&[&line]));
    for command in [
        "git diff",
        "nbweave diff",
        "git diff --no-index b.ipynb a.ipynb",
    ] {
        let script = format!("{command} 2>error | head -n 1 >/dev/null; cat error");
        let output = finish(sandbox.command("sh").args(["-c", &script]), "");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{command}");
    }
}

#[cfg(unix)]
#[test]
fn difftool_shows_directories() {
    let sandbox = repository();
    sandbox.write("sub/c.ipynb", notebook(&["c = 1\n"]));
    commit(&sandbox, "two");
    sandbox.git(&[
        "config",
        "difftool.nbweave.cmd",
        "nbweave diff \"$LOCAL\" \"$REMOTE\"",
    ]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    sandbox.write("sub/c.ipynb", notebook(&["c = 2\n"]));
    for mode in [&["--dir-diff"][..], &[]] {
        let mut args = vec!["difftool", "--no-prompt", "--tool=nbweave"];
        args.extend(mode);
        let shown = sandbox.git(&args);
        assert!(shown.contains("-a = 1\n+a = 2\n"), "{shown}");
        assert!(shown.contains("-c = 1\n+c = 2\n"), "{shown}");
    }
}
