//! `nbweave textconv`, as git runs it, and `nbweave show`.

use insta::assert_snapshot;

use crate::revisions::{notebook, with_outputs};
use crate::sandbox::{NBWEAVE, Sandbox, finish};

fn repository() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.git(&["config", "diff.nbweave.textconv", "nbweave textconv"]);
    sandbox.write(".git/info/attributes", "*.ipynb diff=nbweave\n");
    sandbox.write("a.ipynb", notebook(&["a = 1\n"]));
    commit(&sandbox, "one");
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    commit(&sandbox, "two");
    sandbox
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

#[test]
fn git_log_shows_text() {
    let sandbox = repository();
    let shown = sandbox.git(&["log", "-p", "--format=%s"]);
    assert!(shown.contains("-a = 1\n+a = 2\n"), "{shown}");
    assert!(!shown.contains("nbformat"), "{shown}");
    let shown = sandbox.git(&["show", "--textconv", "HEAD:a.ipynb"]);
    assert!(!shown.contains("nbformat"), "{shown}");
}

#[test]
fn a_hunk_of_text_says_which_sort_of_cell_it_is_in() {
    let sandbox = Sandbox::with_repository();
    sandbox.git(&["config", "user.name", "A"]);
    assert!(
        sandbox
            .nbweave(&["install", "--local"])
            .starts_with("exit: 0\n")
    );
    let lines = "line\n".repeat(20);
    sandbox.write("a.ipynb", notebook(&["first", &format!("{lines}a = 1\n")]));
    commit(&sandbox, "one");
    sandbox.write("a.ipynb", notebook(&["first", &format!("{lines}a = 2\n")]));
    commit(&sandbox, "two");
    let shown = sandbox.git(&["log", "-p", "-1", "--format=%s"]);
    let hunk = shown.lines().find(|line| line.starts_with("@@")).unwrap();
    assert!(hunk.ends_with("@@ # %%"), "{shown}");
}

#[test]
fn clients_that_expect_a_notebook_get_it() {
    let sandbox = repository();
    let mut command = sandbox.command("git");
    command.args(["show", "--textconv", "HEAD:a.ipynb"]);
    command.env("VSCODE_GIT_COMMAND", "show");
    let shown = finish(&mut command, "").stdout;
    assert_eq!(String::from_utf8(shown).unwrap(), sandbox.read("a.ipynb"));
}

#[test]
fn what_is_no_notebook_is_copied() {
    let sandbox = Sandbox::new();
    let files: [&[u8]; 5] = [b"", b"no notebook", b"{\"cells\": [", b"{}", b"\xff\xfe\0"];
    for bytes in files {
        sandbox.write("x.ipynb", bytes);
        let output = finish(sandbox.command(NBWEAVE).args(["textconv", "x.ipynb"]), "");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(output.stdout, bytes);
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn outputs_that_the_filter_removes_are_no_text() {
    let sandbox = repository();
    sandbox.write("a.ipynb", with_outputs(&[("a = 3\n", "secret\n")]));
    assert!(sandbox.git(&["diff"]).contains("secret"));
    sandbox.git(&["config", "filter.nbweave.clean", "nbweave strip"]);
    sandbox.write(
        ".git/info/attributes",
        "*.ipynb diff=nbweave filter=nbweave\n",
    );
    let shown = sandbox.git(&["diff"]);
    assert!(shown.contains("-a = 2\n+a = 3\n"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
    let process = "nbweave filter-process --keep-output";
    sandbox.git(&["config", "filter.nbweave.process", process]);
    assert!(sandbox.git(&["diff"]).contains("secret"));
}

#[test]
fn show_takes_files_revisions_and_standard_input() {
    let sandbox = repository();
    for args in [["show", "a.ipynb"], ["show", "HEAD:a.ipynb"]] {
        let shown = sandbox.nbweave(&args);
        assert!(
            shown.starts_with("exit: 0\n") && shown.contains("a = 2\n"),
            "{shown}"
        );
    }
    let shown = sandbox.nbweave_with(&["show", "-"], notebook(&["b = 1\n"]));
    assert!(shown.contains("b = 1\n"), "{shown}");
    let shown = sandbox.nbweave(&["show", "a.ipynb", "HEAD~:a.ipynb"]);
    assert!(shown.contains("==> a.ipynb <==\n"), "{shown}");
    assert!(shown.contains("\n==> HEAD~:a.ipynb <==\n"), "{shown}");
    sandbox.write("bad.ipynb", "{");
    let shown = sandbox.nbweave(&["show", "bad.ipynb", "a.ipynb"]);
    assert!(
        shown.starts_with("exit: 129\n") && shown.contains("a = 2\n"),
        "{shown}"
    );
    assert_snapshot!(sandbox.nbweave(&["show", "HEAD:missing.ipynb"]), @r"
    exit: 129
    --- stderr
    nbweave: cannot find 'HEAD:missing.ipynb': path 'missing.ipynb' does not exist in 'HEAD'
    ");
}
