//! What is installed, in use: programs at odd paths, missing programs, hooks,
//! settings of other tools, `git difftool`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::install::{attribute, files, leaves_no_trace, repository, run_in, same_files};
use crate::revisions::{notebook, with_outputs};
use crate::sandbox::{NBWEAVE, Sandbox, finish, path_without_nbweave, show};

/// The program under a name that a shell has to have in quotes.
#[cfg(unix)]
fn odd_program(sandbox: &Sandbox) -> PathBuf {
    let dir = sandbox
        .root()
        .parent()
        .unwrap()
        .join("it's \"50%\" é $HOME");
    fs::create_dir(&dir).unwrap();
    let path = dir.join("nbweave");
    if fs::hard_link(NBWEAVE, &path).is_err() {
        fs::copy(NBWEAVE, &path).unwrap();
    }
    path
}

#[cfg(unix)]
#[test]
fn git_finds_a_program_by_an_odd_path() {
    for scope in ["--local", "--global"] {
        let sandbox = repository("", None);
        let program = odd_program(&sandbox);
        let mut command = sandbox.command(&program);
        command.args(["install", scope, "--absolute-path"]);
        let said = show(&finish(&mut command, ""));
        assert!(said.starts_with("exit: 0\n"), "{said}");
        sandbox.write("a.ipynb", notebook(&["a = 1\n"]));
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "--quiet", "--message=one"]);
        sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
        let git = |args: &[&str]| {
            let mut command = sandbox.command("git");
            // Nothing is found by its name alone.
            command.env("PATH", path_without_nbweave());
            show(&finish(command.args(args), ""))
        };
        let shown = git(&["diff"]);
        assert!(shown.starts_with("exit: 0\n"), "{shown}");
        assert!(
            shown.contains("cell 1") && shown.contains("+a = 2"),
            "{shown}"
        );
        let shown = git(&["show", "--textconv", "HEAD:a.ipynb"]);
        assert!(shown.contains("# %%"), "{shown}");
        let shown = git(&["difftool", "--no-prompt", "--tool=nbweave"]);
        assert!(shown.contains("+++ b/a.ipynb"), "{shown}");
        let driver = sandbox.git(&["config", "merge.nbweave.driver"]);
        assert!(driver.contains("50%%"), "{driver}");
    }
}

/// Git where there is no nbweave.
#[cfg(unix)]
fn git_without_nbweave(sandbox: &Sandbox, args: &[&str]) -> String {
    let mut command = sandbox.command("git");
    command.env("PATH", path_without_nbweave());
    show(&finish(command.args(args), ""))
}

#[cfg(unix)]
#[test]
fn git_goes_on_without_the_program_where_a_person_has_the_settings() {
    let sandbox = repository("", None);
    assert!(
        sandbox
            .nbweave(&["install", "--global", "--filter"])
            .starts_with("exit: 0\n")
    );
    sandbox.write("a.ipynb", with_outputs(&[("a = 1\n", "1\n")]));
    sandbox.write("b.txt", "b\n");
    let git = |args: &[&str]| git_without_nbweave(&sandbox, args);
    let said = git(&["add", "."]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert!(said.contains("not installed"), "{said}");
    assert!(git(&["commit", "--quiet", "--message=one"]).starts_with("exit: 0\n"));
    sandbox.write("a.ipynb", with_outputs(&[("a = 2\n", "1\n")]));
    sandbox.write("b.txt", "c\n");
    let shown = git(&["diff"]);
    assert!(shown.starts_with("exit: 0\n"), "{shown}");
    assert!(shown.contains("+c\n") && shown.contains("a = 2"), "{shown}");
    let shown = git(&["log", "-p"]);
    assert!(
        shown.starts_with("exit: 0\n") && shown.contains("a = 1"),
        "{shown}"
    );
    assert!(git(&["stash"]).starts_with("exit: 0\n"));
    assert!(git(&["stash", "pop"]).starts_with("exit: 0\n"));
    assert!(sandbox.read("a.ipynb").contains("a = 2"));
}

#[cfg(unix)]
#[test]
fn a_merge_without_the_program_loses_neither_side() {
    for scope in ["--local", "--global"] {
        let sandbox = repository("", None);
        assert!(
            sandbox
                .nbweave(&["install", scope, "--only=merge"])
                .starts_with("exit: 0\n")
        );
        sandbox.write("it's \"x\".ipynb", notebook(&["a = 1\n", "b = 1\n"]));
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "--quiet", "--message=one"]);
        sandbox.git(&["switch", "--quiet", "--create=side"]);
        sandbox.write("it's \"x\".ipynb", notebook(&["a = 2\n", "b = 1\n"]));
        sandbox.git(&["commit", "--quiet", "--all", "--message=two"]);
        sandbox.git(&["switch", "--quiet", "main"]);
        sandbox.write("it's \"x\".ipynb", notebook(&["a = 3\n", "b = 1\n"]));
        sandbox.git(&["commit", "--quiet", "--all", "--message=three"]);
        let said = git_without_nbweave(&sandbox, &["merge", "side"]);
        assert!(said.starts_with("exit: 1\n"), "{said}");
        let merged = sandbox.read("it's \"x\".ipynb");
        // Git before 2.44 has no labels for a driver.
        for wanted in ["<<<<<<< ", "a = 2", "a = 3", ">>>>>>> "] {
            assert!(merged.contains(wanted), "{merged}");
        }
    }
}

#[test]
fn a_hook_strips_what_is_staged() {
    let sandbox = repository("", None);
    fs::remove_dir_all(sandbox.path(".git/hooks")).ok();
    assert!(
        sandbox
            .nbweave(&["install", "--hooks"])
            .starts_with("exit: 0\n")
    );
    sandbox.write("a.ipynb", with_outputs(&[("a = 1\n", "secret\n")]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    assert!(
        !sandbox
            .git(&["show", "--no-textconv", "HEAD:a.ipynb"])
            .contains("secret")
    );
    assert!(sandbox.read("a.ipynb").contains("secret"));
    assert!(sandbox.nbweave(&["uninstall"]).starts_with("exit: 0\n"));
    assert!(!sandbox.path(".git/hooks/pre-commit").exists());
}

#[cfg(unix)]
#[test]
fn a_hook_that_is_there_is_kept_and_run() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = repository("[core]\n\thooksPath = my hooks\n", None);
    let path = "my hooks/pre-commit";
    let script = "#!/bin/sh\ntouch ran\nexit 0";
    sandbox.write(path, script);
    let said = sandbox.nbweave(&["install", "--hooks"]);
    assert!(said.contains("not executable"), "{said}");
    fs::set_permissions(sandbox.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    leaves_no_trace(&sandbox, "--local", &["--hooks"]);
    sandbox.write("sub/a.ipynb", with_outputs(&[("a = 1\n", "secret\n")]));
    let said = run_in(&sandbox, "sub", &["install", "--hooks"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    sandbox.git(&["add", "sub"]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    assert!(sandbox.path("ran").exists());
    assert!(
        !sandbox
            .git(&["show", "--no-textconv", "HEAD:sub/a.ipynb"])
            .contains("secret")
    );

    sandbox.write(path, "#!/usr/bin/env python3\n");
    let said = sandbox.nbweave(&["install", "--hooks"]);
    assert!(said.contains("no shell script"), "{said}");
}

/// A git that says it is of another version.
#[cfg(unix)]
fn newer_git(sandbox: &Sandbox) -> Command {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = sandbox.root().parent().unwrap().join("bin");
    fs::create_dir(&dir).ok();
    let script = "#!/bin/sh\nPATH=${PATH#*:}\n\
        test \"$1\" = --version && { echo git version 2.55.0; exit; }\nexec git \"$@\"\n";
    fs::write(dir.join("git"), script).unwrap();
    fs::set_permissions(dir.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = sandbox.command(NBWEAVE);
    let path = std::env::var_os("PATH").unwrap();
    let dirs = std::iter::once(dir).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(dirs).unwrap());
    command
}

#[cfg(unix)]
#[test]
fn hooks_are_settings_where_git_has_such() {
    let sandbox = repository("", None);
    let before = files(&sandbox);
    let said = sandbox.nbweave(&["install", "--global", "--hooks"]);
    if said.starts_with("exit: 2\n") {
        assert!(said.contains("2.54"), "{said}");
        same_files(&files(&sandbox), &before);
    }
    let said = show(&finish(
        newer_git(&sandbox).args(["install", "--global", "--hooks"]),
        "",
    ));
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert_eq!(
        sandbox.git(&["config", "hook.nbweave.event"]),
        "pre-commit\n"
    );
    assert_eq!(
        sandbox.git(&["config", "hook.nbweave.command"]),
        "nbweave git-hook pre-commit\n"
    );
    assert!(!sandbox.path(".git/hooks/pre-commit").exists());
    assert!(
        sandbox
            .nbweave(&["uninstall", "--global"])
            .starts_with("exit: 0\n")
    );
    assert!(
        sandbox
            .try_git(&["config", "hook.nbweave.event"])
            .stdout
            .is_empty()
    );
}

#[test]
fn scripts_of_husky_are_left_alone() {
    let sandbox = repository("[core]\n\thooksPath = .husky/_\n", None);
    let said = sandbox.nbweave(&["install", "--hooks"]);
    assert!(
        said.starts_with("exit: 129\n") && said.contains("husky"),
        "{said}"
    );
    assert!(!sandbox.path(".husky").exists());
}

#[test]
fn settings_of_nbstripout_are_taken_over() {
    let sandbox = repository(
        "[filter \"nbstripout\"]\n\tclean = python3 -m nbstripout --keep-count --bogus\n\
         \textrakeys = metadata.a cell.metadata.b\n\tkeepmetadatakeys = cell.metadata.collapsed\n",
        Some("*.ipynb filter=nbstripout\n"),
    );
    leaves_no_trace(&sandbox, "--local", &["--from=nbstripout"]);
    let said = sandbox.nbweave(&["install", "--from=nbstripout", "--", "--ids=renumber"]);
    assert!(said.contains("`--bogus` is not taken over"), "{said}");
    assert_eq!(
        sandbox.git(&["config", "filter.nbweave.process"]),
        "nbweave filter-process --keep-count --extra-keys 'metadata.a cell.metadata.b' \
         --keep-metadata-keys cell.metadata.collapsed '--ids=renumber'\n"
    );
    assert_eq!(attribute(&sandbox, "filter", "a.ipynb"), "nbweave");
}

#[test]
fn settings_of_nbwipers_are_taken_over() {
    let sandbox = repository(
        "[filter \"nbwipers\"]\n\tclean = \\\"/x y/nbwipers\\\" clean - --stdin-file-name %f\n",
        None,
    );
    sandbox.write(
        "pyproject.toml",
        "[tool.nbwipers]\nextra-keys = ['metadata.a']\ndrop-count = false\nexclude = ['d/']\n",
    );
    fs::create_dir(sandbox.path("d")).unwrap();
    let said = run_in(&sandbox, "d", &["install", "--from=nbwipers"]);
    assert!(said.contains("`--exclude d/` is not taken over"), "{said}");
    let process = sandbox.git(&["config", "filter.nbweave.process"]);
    assert!(process.contains(" --keep-count"), "{process}");
    assert!(process.contains(" --extra-keys metadata.a"), "{process}");
    sandbox.write("pyproject.toml", "[tool.nbwipers\n");
    let said = sandbox.nbweave(&["install", "--from=nbwipers"]);
    assert!(
        said.starts_with("exit: 129\n") && said.contains("pyproject.toml"),
        "{said}"
    );
}

#[test]
fn tools_of_nbdime_are_pointed_out() {
    let sandbox = repository(
        "[merge \"jupyternotebook\"]\n\tdriver = git-nbmergedriver merge %O %A %B %L %P\n\
         [merge]\n\ttool = nbdime\n",
        None,
    );
    let said = sandbox.nbweave(&["install", "--from=nbdime"]);
    assert!(said.contains("`git config merge.tool nbweave`"), "{said}");
    assert_eq!(sandbox.git(&["config", "merge.tool"]), "nbdime\n");
    assert!(
        sandbox
            .try_git(&["config", "filter.nbweave.clean"])
            .stdout
            .is_empty()
    );
}

#[test]
fn difftool_names_files_as_the_repository_does() {
    let sandbox = repository("", None);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    sandbox.write("d/-a b.ipynb", notebook(&["a = 1\n"]));
    sandbox.write("gone.ipynb", notebook(&["g\n"]));
    sandbox.write("bad.ipynb", "{");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    sandbox.write("d/-a b.ipynb", notebook(&["a = 2\n"]));
    sandbox.write("bad.ipynb", "{\n");
    sandbox.write(
        "new.ipynb",
        notebook(&["n\n", "another\n", "and one more\n"]),
    );
    sandbox.git(&["rm", "--quiet", "gone.ipynb"]);
    sandbox.git(&["add", "new.ipynb"]);
    for more in [&[][..], &["--dir-diff"]] {
        let words = ["difftool", "--no-prompt", "--tool=nbweave", "HEAD"];
        let shown = sandbox.git(&[&words[..], more].concat());
        for line in [
            "--- a/d/-a b.ipynb",
            "+++ b/d/-a b.ipynb",
            "+a = 2",
            "--- /dev/null",
        ] {
            assert!(shown.contains(line), "{line} in {shown}");
        }
        assert!(shown.contains("+++ b/new.ipynb"), "{shown}");
        assert!(shown.contains("--- a/gone.ipynb"), "{shown}");
        assert!(!shown.contains("/tmp"), "{shown}");
    }
    // Git ends with 126 and above.
    let said = sandbox.nbweave(&["difftool", "missing.ipynb", "bad.ipynb"]);
    assert!(said.starts_with("exit: 1\n"), "{said}");
}

#[test]
fn people_get_the_difftool_that_they_ask_for() {
    let sandbox = repository("[difftool \"mine\"]\n\tcmd = echo mine \"$MERGED\"\n", None);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    sandbox.write("a.ipynb", notebook(&["a = 1\n"]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    sandbox.write("a.ipynb", notebook(&["a = 2\n"]));
    let shown = sandbox.git(&["difftool", "--no-prompt", "--tool=mine"]);
    assert_eq!(shown, "mine a.ipynb\n");
}

#[test]
fn difftool_compares_what_git_would_store() {
    let sandbox = repository("", None);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    sandbox.git(&["config", "filter.nbweave.clean", "nbweave strip -"]);
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    sandbox.write("a.ipynb", with_outputs(&[("a = 1\n", "old\n")]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    sandbox.write("a.ipynb", with_outputs(&[("a = 2\n", "secret\n")]));
    for more in [&[][..], &["--dir-diff"]] {
        let words = ["difftool", "--no-prompt", "--tool=nbweave"];
        let shown = sandbox.git(&[&words[..], more].concat());
        assert!(
            shown.contains("+a = 2") && !shown.contains("secret"),
            "{shown}"
        );
    }
}

#[test]
fn a_program_that_is_on_no_path_is_pointed_out() {
    let sandbox = repository("", None);
    let mut command = sandbox.command(NBWEAVE);
    command.env("PATH", path_without_nbweave());
    let said = show(&finish(command.arg("install"), ""));
    assert!(
        said.starts_with("exit: 0\n") && said.contains("--absolute-path"),
        "{said}"
    );
    assert!(!sandbox.nbweave(&["install"]).contains("--absolute-path"));
}
