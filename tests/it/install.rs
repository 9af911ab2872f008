//! `nbweave install` and `nbweave uninstall`: what is written, that git reads
//! it, and that nothing is left.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::revisions::notebook;
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

/// All files that settings, attributes and hooks can be in, with their bytes.
pub(crate) fn files(sandbox: &Sandbox) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut dirs = vec![sandbox.root().parent().unwrap().to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                let is_other = ["objects", "logs", "refs"]
                    .iter()
                    .any(|name| path.ends_with(name));
                if !is_other {
                    dirs.push(path);
                }
            } else if !path.ends_with("index") {
                let bytes = fs::read(&path).unwrap_or_default();
                files.insert(path, bytes);
            }
        }
    }
    files
}

pub(crate) fn run_in(sandbox: &Sandbox, dir: &str, args: &[&str]) -> String {
    let mut command = sandbox.command(NBWEAVE);
    show(&finish(
        command.current_dir(sandbox.path(dir)).args(args),
        "",
    ))
}

/// Installs twice and uninstalls, and compares all files.
#[track_caller]
pub(crate) fn leaves_no_trace(sandbox: &Sandbox, scope: &str, options: &[&str]) {
    let before = files(sandbox);
    let mut words = vec!["install", scope];
    words.extend(options);
    let said = sandbox.nbweave(&words);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    let installed = files(sandbox);
    assert_ne!(installed, before, "{said}");
    let said = sandbox.nbweave(&words);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert_eq!(files(sandbox), installed, "{said}");
    let said = sandbox.nbweave(&["uninstall", scope]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    same_files(&files(sandbox), &before);
    let said = sandbox.nbweave(&["uninstall", scope]);
    assert!(said.contains("nothing of nbweave"), "{said}");
}

#[track_caller]
pub(crate) fn same_files(now: &BTreeMap<PathBuf, Vec<u8>>, before: &BTreeMap<PathBuf, Vec<u8>>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for (path, bytes) in before {
        let new = now.get(path).map(|bytes| text(bytes));
        assert_eq!(new, Some(text(bytes)), "{}", path.display());
    }
    assert_eq!(now.len(), before.len(), "{:?}", now.keys());
}

/// A repository whose settings and attributes end with these.
pub(crate) fn repository(config: &str, attributes: Option<&str>) -> Sandbox {
    let sandbox = Sandbox::with_repository();
    let path = sandbox.path(".git/config");
    let mut text = fs::read(&path).unwrap();
    text.extend(config.as_bytes());
    fs::write(path, text).unwrap();
    if let Some(attributes) = attributes {
        sandbox.write(".git/info/attributes", attributes);
    }
    sandbox
}

const FILTER: &[&str] = &["--filter"];

pub(crate) fn attribute(sandbox: &Sandbox, name: &str, path: &str) -> String {
    let said = sandbox.git(&["check-attr", name, "--", path]);
    said.trim_end().rsplit(": ").next().unwrap().to_owned()
}

#[test]
fn nothing_is_left_where_there_was_no_file() {
    leaves_no_trace(&repository("", None), "--local", FILTER);
}

#[test]
fn nothing_is_left_where_files_were_empty() {
    let sandbox = repository("", Some(""));
    sandbox.write("../home/.gitconfig", "");
    sandbox.write("../home/.config/git/attributes", "");
    leaves_no_trace(&sandbox, "--local", FILTER);
    leaves_no_trace(&sandbox, "--global", FILTER);
}

#[test]
fn nothing_is_left_where_the_last_line_had_no_end() {
    let sandbox = repository("[user]\n\tname = A", Some("*.txt text"));
    leaves_no_trace(&sandbox, "--local", FILTER);
    // In the section that a setting goes to, too.
    let sandbox = repository("[merge]\n\ttool = vimdiff", Some("*.txt text"));
    leaves_no_trace(&sandbox, "--local", FILTER);
}

#[test]
fn nothing_is_left_where_lines_end_as_on_windows() {
    let sandbox = repository(
        "[user]\r\n\tname = A\r\n",
        Some("*.txt text\r\n*.c diff=cpp\r\n"),
    );
    leaves_no_trace(&sandbox, "--local", FILTER);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    let attributes = sandbox.read(".git/info/attributes");
    assert!(attributes.ends_with("*.ipynb diff=nbweave merge=nbweave\r\n"));
    assert_eq!(attribute(&sandbox, "merge", "a.ipynb"), "nbweave");
}

#[test]
fn nothing_is_left_among_comments_and_blank_lines() {
    let config =
        "; first\n[merge]\n\ttool = vimdiff\n\n# about diff\n[diff]\n\ttool = x\n\n# last\n\n";
    leaves_no_trace(
        &repository(config, Some("# c\n\n*.c diff=cpp\n\n\n# d\n")),
        "--local",
        FILTER,
    );
    let config = "[diff \"nbweave\"]\n\t# mine\n\talgorithm = histogram\n";
    leaves_no_trace(&repository(config, None), "--local", FILTER);
}

#[test]
fn what_came_later_stays_when_own_lines_in_the_middle_go() {
    let sandbox = repository("[user]\n\tname = A\n", Some("*.txt text\n"));
    let config = sandbox.read(".git/config");
    assert!(
        sandbox
            .nbweave(&["install", "--filter"])
            .starts_with("exit: 0\n")
    );
    let later = "# about alias\n[alias]\n\tst = status\n";
    for (path, more) in [
        (".git/config", later),
        (".git/info/attributes", "*.c diff=cpp\n"),
    ] {
        let text = sandbox.read(path);
        sandbox.write(path, text + more);
    }
    assert!(sandbox.nbweave(&["uninstall"]).starts_with("exit: 0\n"));
    assert_eq!(sandbox.read(".git/config"), config + later);
    assert_eq!(
        sandbox.read(".git/info/attributes"),
        "*.txt text\n*.c diff=cpp\n"
    );
}

#[test]
fn settings_of_other_tools_stay() {
    let config = "[diff \"jupyternotebook\"]\n\tcommand = git-nbdiffdriver diff\n\
        [merge \"jupyternotebook\"]\n\tdriver = git-nbmergedriver merge %O %A %B %L %P\n\
        [merge]\n\ttool = vimdiff\n[mergetool]\n\tprompt = false\n\
        [filter \"nbstripout\"]\n\tclean = nbstripout\n\tsmudge = cat\n\trequired = true\n";
    let attributes = "*.ipynb\tdiff=jupyternotebook\n\n*.ipynb\tmerge=jupyternotebook\n\
        *.ipynb filter=nbstripout\n*.zpln filter=nbstripout\n";
    let sandbox = repository(config, Some(attributes));
    leaves_no_trace(&sandbox, "--local", FILTER);
    assert!(
        sandbox
            .nbweave(&["install", "--filter"])
            .starts_with("exit: 0\n")
    );
    for name in ["diff", "merge", "filter"] {
        assert_eq!(attribute(&sandbox, name, "d/a.ipynb"), "nbweave");
    }
    assert_eq!(sandbox.git(&["config", "merge.tool"]), "vimdiff\n");
}

#[test]
fn nothing_is_left_in_the_settings_of_a_person() {
    let sandbox = repository("", None);
    leaves_no_trace(&sandbox, "--global", FILTER);
    // With the other file alone, git writes there.
    sandbox.write("../home/.config/git/config", "[user]\n\tname = A\n");
    leaves_no_trace(&sandbox, "--global", FILTER);
    assert!(
        sandbox
            .nbweave(&["install", "--global"])
            .starts_with("exit: 0\n")
    );
    let config = sandbox.read("../home/.config/git/config");
    assert!(config.contains("[diff \"nbweave\"]"), "{config}");
}

#[test]
fn attributes_of_a_person_are_where_git_looks_for_them() {
    let sandbox = repository("", None);
    sandbox.write(
        "../home/.gitconfig",
        "[core]\n\tattributesFile = ~/my attributes\n",
    );
    leaves_no_trace(&sandbox, "--global", FILTER);
    assert!(
        sandbox
            .nbweave(&["install", "--global"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(
        sandbox.read("../home/my attributes"),
        "*.ipynb diff=nbweave merge=nbweave\n"
    );
    assert_eq!(attribute(&sandbox, "diff", "a.ipynb"), "nbweave");
}

#[test]
fn nothing_is_left_in_the_settings_of_a_worktree() {
    let sandbox = repository("", None);
    let said = sandbox.nbweave(&["install", "--worktree"]);
    assert!(said.contains("extensions.worktreeConfig"), "{said}");
    sandbox.git(&["config", "extensions.worktreeConfig", "true"]);
    leaves_no_trace(&sandbox, "--worktree", FILTER);
}

#[test]
fn included_settings_are_read_and_left_alone() {
    let sandbox = repository("[include]\n\tpath = more\n", None);
    sandbox.write(".git/more", "[diff \"nbweave\"]\n\tcommand = mine\n");
    leaves_no_trace(&sandbox, "--local", FILTER);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    // What comes later wins.
    assert_eq!(
        sandbox.git(&["config", "diff.nbweave.command"]),
        "nbweave git-diff\n"
    );
}

#[test]
fn settings_in_a_form_that_git_does_not_write_are_taken_out_by_git() {
    let sandbox = repository("[filter \"nbweave\"] clean = nbweave strip -\n", None);
    let said = sandbox.nbweave(&["uninstall"]);
    assert!(said.contains("settings removed"), "{said}");
    assert!(
        sandbox
            .try_git(&["config", "filter.nbweave.clean"])
            .stdout
            .is_empty()
    );
}

#[test]
fn settings_that_are_being_written_are_not_overwritten() {
    let sandbox = repository("", None);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    sandbox.write(".git/config.lock", "");
    let before = sandbox.read(".git/config");
    for words in [["install", "--filter"], ["uninstall", "--local"]] {
        let said = sandbox.nbweave(&words);
        assert!(said.starts_with("exit: 129\n"), "{said}");
        assert!(said.contains("could not lock"), "{said}");
        assert_eq!(sandbox.read(".git/config"), before);
    }
}

#[test]
fn every_part_is_what_git_asks_for() {
    let sandbox = repository("", None);
    assert!(
        sandbox
            .nbweave(&["install", "--filter"])
            .starts_with("exit: 0\n")
    );
    let value = |key: &str| sandbox.git(&["config", "--local", key]);
    assert_eq!(value("diff.nbweave.command"), "nbweave git-diff\n");
    assert_eq!(value("diff.nbweave.textconv"), "nbweave textconv\n");
    assert!(value("merge.nbweave.driver").starts_with(
        "nbweave git-merge --base %O --ours %A --theirs %B --marker-size %L --path %P \
         --label-base %S --label-ours %X --label-theirs %Y"
    ));
    assert_eq!(value("filter.nbweave.process"), "nbweave filter-process\n");
    assert_eq!(value("filter.nbweave.clean"), "nbweave git-clean -- %f\n");
    assert_eq!(value("filter.nbweave.smudge"), "nbweave git-smudge -- %f\n");
    assert_eq!(value("filter.nbweave.required"), "true\n");
    assert_eq!(value("merge.renormalize"), "true\n");
    assert_eq!(value("mergetool.nbweave.hideResolved"), "false\n");
    assert_eq!(value("mergetool.nbweave.trustExitCode"), "true\n");
    for key in [
        "merge.tool",
        "diff.tool",
        "difftool.prompt",
        "mergetool.prompt",
    ] {
        assert!(sandbox.try_git(&["config", key]).stdout.is_empty(), "{key}");
    }
    assert_eq!(attribute(&sandbox, "filter", "a.zpln"), "nbweave");
    assert_eq!(attribute(&sandbox, "diff", "a.zpln"), "unspecified");
    assert_eq!(attribute(&sandbox, "filter", "a.py"), "unspecified");
}

#[test]
fn parts_can_be_chosen() {
    let sandbox = repository("", None);
    assert!(
        sandbox
            .nbweave(&["install", "--only", "merge,tools"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(
        sandbox.read(".git/info/attributes"),
        "*.ipynb merge=nbweave\n"
    );
    assert!(
        sandbox
            .try_git(&["config", "diff.nbweave.command"])
            .stdout
            .is_empty()
    );
    assert!(
        sandbox
            .try_git(&["config", "filter.nbweave.clean"])
            .stdout
            .is_empty()
    );
    // What is there stays.
    assert!(
        sandbox
            .nbweave(&["install", "--only=filter"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(
        sandbox.read(".git/info/attributes"),
        "*.ipynb merge=nbweave filter=nbweave\n*.zpln filter=nbweave\n"
    );
    assert!(
        sandbox
            .nbweave(&["install", "--no-filter", "--no-textconv"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(
        sandbox.read(".git/info/attributes"),
        "*.ipynb diff=nbweave merge=nbweave\n"
    );
    for key in [
        "filter.nbweave.process",
        "merge.renormalize",
        "diff.nbweave.textconv",
    ] {
        assert!(sandbox.try_git(&["config", key]).stdout.is_empty(), "{key}");
    }
}

#[test]
fn a_choice_of_how_to_merge_is_left_alone() {
    let sandbox = repository("[merge]\n\trenormalize = false\n", None);
    leaves_no_trace(&sandbox, "--local", FILTER);
    assert!(
        sandbox
            .nbweave(&["install", "--filter"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(sandbox.git(&["config", "merge.renormalize"]), "false\n");
}

#[test]
fn the_filter_gets_its_options() {
    let sandbox = repository("", None);
    let words = ["install", "--filter", "--no-restore", "--", "--keep-count"];
    let words = [&words[..], &["--extra-keys", "metadata.a metadata.b"]].concat();
    assert!(sandbox.nbweave(&words).starts_with("exit: 0\n"));
    assert_eq!(
        sandbox.git(&["config", "filter.nbweave.process"]),
        "nbweave filter-process --no-restore --keep-count --extra-keys 'metadata.a metadata.b'\n"
    );
    // Git would be stuck with a filter that does not start.
    for bad in [
        "--bogus",
        "--check",
        "a.ipynb",
        "--format=jupyter",
        "--quiet",
    ] {
        let bad = ["--", bad];
        let said = sandbox.nbweave(&[&["install", "--filter"][..], &bad].concat());
        assert!(said.starts_with("exit: 2\n"), "{said}");
    }
    let said = sandbox.nbweave(&["install", "--no-restore"]);
    assert!(said.starts_with("exit: 2\n"), "{said}");
}

#[test]
fn attributes_go_into_the_repository_if_asked_to() {
    let sandbox = repository("", None);
    sandbox.write(".gitattributes", "*.c diff=cpp");
    leaves_no_trace(
        &sandbox,
        "--local",
        &["--attributes=.gitattributes", "--filter"],
    );
    let words = ["install", "--attributes", ".gitattributes"];
    assert!(sandbox.nbweave(&words).starts_with("exit: 0\n"));
    assert_eq!(
        sandbox.read(".gitattributes"),
        "*.c diff=cpp\n*.ipynb diff=nbweave merge=nbweave"
    );
    assert!(!sandbox.path(".git/info/attributes").exists());
    // They stay there, and move if asked to.
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    assert!(!sandbox.path(".git/info/attributes").exists());
    assert!(
        sandbox
            .nbweave(&["install", "--attributes=info"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(sandbox.read(".gitattributes"), "*.c diff=cpp");
    assert!(sandbox.path(".git/info/attributes").exists());
}

#[test]
fn attributes_that_the_repository_has_are_neither_repeated_nor_removed() {
    let sandbox = repository("", None);
    let attributes = "*.ipynb diff=nbweave merge=nbweave\ndata/*.ipynb -diff\n";
    sandbox.write(".gitattributes", attributes);
    let said = sandbox.nbweave(&["install"]);
    assert!(
        said.contains("attributes already in .gitattributes"),
        "{said}"
    );
    assert!(!sandbox.path(".git/info/attributes").exists());
    assert_eq!(attribute(&sandbox, "diff", "data/a.ipynb"), "unset");
    assert!(sandbox.nbweave(&["uninstall"]).starts_with("exit: 0\n"));
    assert_eq!(sandbox.read(".gitattributes"), attributes);
}

#[test]
fn the_filter_comes_where_the_repository_has_its_attribute() {
    let sandbox = repository("", None);
    let attributes = "*.ipynb diff=nbweave merge=nbweave filter=nbweave\n";
    sandbox.write(".gitattributes", attributes);
    let process = ["config", "--default=", "filter.nbweave.process"];
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    assert_eq!(sandbox.git(&process), "nbweave filter-process\n");
    assert!(!sandbox.path(".git/info/attributes").exists());
    // Whoever has chosen knows better.
    let keeping = ["install", "--filter", "--", "--keep-count"];
    assert!(sandbox.nbweave(&keeping).starts_with("exit: 0\n"));
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    let kept = sandbox.git(&process);
    assert_eq!(kept, "nbweave filter-process --keep-count\n");
    assert!(
        sandbox
            .nbweave(&["install", "--no-filter"])
            .starts_with("exit: 0\n")
    );
    assert_eq!(sandbox.git(&process), "\n");
}

#[test]
fn attributes_that_the_repository_has_only_some_of_are_completed() {
    let sandbox = repository("", None);
    let attributes = "*.ipynb diff=nbweave merge=nbweave\ndata/*.ipynb -diff\n";
    sandbox.write(".gitattributes", attributes);
    for _ in 0..2 {
        let said = sandbox.nbweave(&["install", "--filter"]);
        assert!(said.starts_with("exit: 0\n"), "{said}");
        assert_eq!(attribute(&sandbox, "filter", "data/a.ipynb"), "nbweave");
        assert_eq!(attribute(&sandbox, "diff", "data/a.ipynb"), "unset");
        assert_eq!(attribute(&sandbox, "diff", "a.ipynb"), "nbweave");
    }
    assert!(sandbox.nbweave(&["uninstall"]).starts_with("exit: 0\n"));
    assert_eq!(sandbox.read(".gitattributes"), attributes);
    assert!(!sandbox.path(".git/info/attributes").exists());
}

#[test]
fn notebooks_of_another_kind_of_filter_are_left_to_it() {
    let sandbox = repository("", None);
    sandbox.write(
        ".gitattributes",
        "*.ipynb filter=lfs diff=lfs merge=lfs -text\n",
    );
    sandbox.write("a.ipynb", notebook(&["a"]));
    sandbox.git(&["add", "."]);
    let before = files(&sandbox);
    let said = sandbox.nbweave(&["install", "--filter"]);
    assert!(said.starts_with("exit: 129\n"), "{said}");
    assert!(said.contains("'lfs'"), "{said}");
    same_files(&files(&sandbox), &before);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    assert_eq!(attribute(&sandbox, "filter", "a.ipynb"), "lfs");
}

#[test]
fn it_works_from_everywhere_in_a_repository() {
    let sandbox = repository("", None);
    let dir = "ein 'Ordner' \"é\"";
    sandbox.write(Path::new(dir).join("a.ipynb"), notebook(&["a"]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    sandbox.git(&["worktree", "add", "--quiet", "-b", "other", "../other tree"]);
    for (dir, place) in [(dir, "info"), (".git", "info"), ("../other tree", "info")] {
        let before = files(&sandbox);
        let said = run_in(&sandbox, dir, &["install", "--attributes", place]);
        assert!(said.starts_with("exit: 0\n"), "{dir}: {said}");
        let config = sandbox.read(".git/config");
        assert!(config.contains("[diff \"nbweave\"]"), "{config}");
        assert!(sandbox.path(".git/info/attributes").exists());
        let said = run_in(&sandbox, dir, &["uninstall"]);
        assert!(said.starts_with("exit: 0\n"), "{dir}: {said}");
        same_files(&files(&sandbox), &before);
    }
    let said = run_in(&sandbox, dir, &["install", "--attributes=.gitattributes"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert!(sandbox.path(".gitattributes").exists());
}

#[test]
fn worktrees_with_settings_of_their_own_share_the_attributes() {
    let sandbox = repository("", None);
    sandbox.git(&["commit", "--quiet", "--allow-empty", "--message=one"]);
    sandbox.git(&["worktree", "add", "--quiet", "../other"]);
    sandbox.git(&["config", "extensions.worktreeConfig", "true"]);
    let before = files(&sandbox);
    for dir in [".", "../other"] {
        let said = run_in(&sandbox, dir, &["install", "--worktree"]);
        assert!(said.starts_with("exit: 0\n"), "{said}");
    }
    let said = run_in(&sandbox, "../other", &["uninstall", "--worktree"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert_eq!(attribute(&sandbox, "diff", "a.ipynb"), "nbweave");
    let said = run_in(&sandbox, ".", &["uninstall", "--worktree"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    same_files(&files(&sandbox), &before);
}

#[test]
fn a_bare_repository_and_a_submodule_have_settings_of_their_own() {
    let sandbox = repository("", None);
    sandbox.git(&["init", "--quiet", "--bare", "../bare.git"]);
    let said = run_in(&sandbox, "../bare.git", &["install"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert!(
        sandbox
            .read("../bare.git/info/attributes")
            .contains("nbweave")
    );
    let said = run_in(
        &sandbox,
        "../bare.git",
        &["install", "--attributes=.gitattributes"],
    );
    assert!(said.starts_with("exit: 2\n"), "{said}");

    let other = Sandbox::with_repository();
    other.git(&["commit", "--quiet", "--allow-empty", "--message=one"]);
    let url = other.root().display().to_string();
    let allow = "protocol.file.allow=always";
    sandbox.git(&["-c", allow, "submodule", "--quiet", "add", &url, "sub"]);
    let said = run_in(&sandbox, "sub", &["install"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert!(sandbox.read(".git/modules/sub/config").contains("nbweave"));
    assert!(!sandbox.read(".git/config").contains("nbweave"));
}

#[test]
fn outside_of_a_repository_a_scope_has_to_be_named() {
    let sandbox = Sandbox::new();
    for command in ["install", "uninstall"] {
        let said = sandbox.nbweave(&[command]);
        assert!(said.starts_with("exit: 2\n"), "{said}");
        assert!(said.contains("--global"), "{said}");
    }
    leaves_no_trace(&sandbox, "--global", &[]);
}

#[test]
fn settings_of_the_machine_can_be_written() {
    let sandbox = repository("", None);
    let path = sandbox.root().parent().unwrap().join("system");
    let run = |args: &[&str]| {
        let mut command = sandbox.command(NBWEAVE);
        command.env("GIT_CONFIG_SYSTEM", &path);
        show(&finish(command.args(args), ""))
    };
    let said = run(&["install", "--system", "--only=tools"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    let config = fs::read_to_string(&path).unwrap();
    assert!(config.contains("[difftool \"nbweave\"]"), "{config}");
}

#[test]
fn the_environment_says_where_the_settings_of_a_person_are() {
    let sandbox = repository("", None);
    let base = sandbox.root().parent().unwrap().to_owned();
    fs::create_dir(base.join("my dir")).unwrap();
    let run = |program: &str, args: &[&str]| {
        let mut command = sandbox.command(program);
        command.env("GIT_CONFIG_GLOBAL", base.join("my dir/é"));
        command.env("XDG_CONFIG_HOME", base.join("xdg"));
        show(&finish(command.args(args), ""))
    };
    let before = files(&sandbox);
    let said = run(NBWEAVE, &["install", "--global"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    assert!(base.join("my dir/é").exists() && base.join("xdg/git/attributes").exists());
    let said = run("git", &["check-attr", "diff", "--", "a.ipynb"]);
    assert!(said.contains("diff: nbweave"), "{said}");
    let said = run("git", &["config", "diff.nbweave.command"]);
    assert!(said.contains("nbweave git-diff"), "{said}");
    let said = run(NBWEAVE, &["uninstall", "--global"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    same_files(&files(&sandbox), &before);
}

#[cfg(unix)]
#[test]
fn attributes_that_git_does_not_follow_are_not_written() {
    let sandbox = repository("", None);
    sandbox.write("elsewhere", "");
    std::os::unix::fs::symlink("elsewhere", sandbox.path(".gitattributes")).unwrap();
    let before = files(&sandbox);
    let said = sandbox.nbweave(&["install", "--attributes=.gitattributes"]);
    assert!(
        said.starts_with("exit: 129\n") && said.contains("symbolic link"),
        "{said}"
    );
    same_files(&files(&sandbox), &before);
}
