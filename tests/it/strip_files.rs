//! `nbweave strip` and files: which ones it takes, and how it leaves them.

use std::fs;
use std::time::{Duration, SystemTime};

use insta::{allow_duplicates, assert_snapshot};

use crate::notebooks::{BROKEN, RAN, STRIPPED};
use crate::sandbox::{Sandbox, finish};

/// Writes a notebook that has run under each of these names.
fn write_all(sandbox: &Sandbox, names: &[&str]) {
    for name in names {
        sandbox.write(name, RAN);
    }
}

/// Checks which of these notebooks have been stripped.
#[track_caller]
fn are_stripped(sandbox: &Sandbox, stripped: &[&str], untouched: &[&str]) {
    for name in stripped {
        assert!(sandbox.read(name) == STRIPPED, "{name} was not stripped");
    }
    for name in untouched {
        assert!(sandbox.read(name) == RAN, "{name} was stripped");
    }
}

#[test]
fn a_named_file_is_taken_whatever_its_name() {
    let sandbox = Sandbox::new();
    let names = [
        "a.json",
        "notebook",
        ".hidden",
        "a.ipynb.bak",
        "a b'c\".ipynb",
    ];
    write_all(&sandbox, &names);
    let output = sandbox.run(&[&["strip"][..], &names].concat(), "");
    assert_eq!(output.status.code(), Some(0));
    are_stripped(&sandbox, &names, &[]);
}

#[test]
fn directories_outside_of_git_are_searched_for_notebooks() {
    let sandbox = Sandbox::new();
    let found = ["d/A.IPYNB", "d/b.ipynb", "d/e/f/c.ipynb", "d/z.zpln"];
    let others = [
        "a.ipynb",
        "d/.ipynb_checkpoints/b-checkpoint.ipynb",
        "d/b.ipynb.bak",
        "d/b.json",
        "d/ipynb",
    ];
    write_all(&sandbox, &found);
    write_all(&sandbox, &others);
    assert_snapshot!(sandbox.nbweave(&["strip", "d"]), @"
    exit: 0
    --- stderr
    stripped 'd/A.IPYNB': 1 output, 1 execution count, 1 metadata key
    stripped 'd/b.ipynb': 1 output, 1 execution count, 1 metadata key
    stripped 'd/e/f/c.ipynb': 1 output, 1 execution count, 1 metadata key
    stripped 'd/z.zpln': 1 output, 1 execution count, 1 metadata key
    ");
    are_stripped(&sandbox, &found, &others);
}

#[test]
fn directories_in_git_are_what_git_sees() {
    let sandbox = Sandbox::with_repository();
    let found = ["A.IPYNB", "d/tracked.ipynb", "d/untracked.ipynb", "z.zpln"];
    let others = ["ignored/a.ipynb", "d/out.ipynb", "a.json", ".git/a.ipynb"];
    write_all(&sandbox, &found);
    write_all(&sandbox, &others);
    sandbox.write(".gitignore", "ignored/\nout.*\n");
    sandbox.git(&["add", "d/tracked.ipynb"]);
    assert_snapshot!(sandbox.nbweave(&["strip", "--dry-run", "."]), @"
    exit: 0
    --- stdout
    A.IPYNB
    d/tracked.ipynb
    d/untracked.ipynb
    z.zpln
    ");
    assert_snapshot!(sandbox.nbweave(&["strip", "."]), @"
    exit: 0
    --- stderr
    stripped 'A.IPYNB': 1 output, 1 execution count, 1 metadata key
    stripped 'd/tracked.ipynb': 1 output, 1 execution count, 1 metadata key
    stripped 'd/untracked.ipynb': 1 output, 1 execution count, 1 metadata key
    stripped 'z.zpln': 1 output, 1 execution count, 1 metadata key
    ");
    are_stripped(&sandbox, &found, &others);
}

#[test]
fn tracked_files_are_taken_even_if_ignored() {
    let sandbox = Sandbox::with_repository();
    write_all(&sandbox, &["a.ipynb", "b.ipynb"]);
    sandbox.git(&["add", "a.ipynb"]);
    sandbox.write(".gitignore", "*.ipynb\n");
    assert_snapshot!(sandbox.nbweave(&["strip", "."]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    are_stripped(&sandbox, &["a.ipynb"], &["b.ipynb"]);
}

#[test]
fn ignored_files_are_taken_if_named() {
    let sandbox = Sandbox::with_repository();
    write_all(&sandbox, &["out/a.ipynb"]);
    sandbox.write(".gitignore", "out/\n");
    assert_snapshot!(sandbox.nbweave(&["strip", "out/a.ipynb"]), @"
    exit: 0
    --- stderr
    stripped 'out/a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    are_stripped(&sandbox, &["out/a.ipynb"], &[]);
}

#[test]
fn files_that_only_the_index_has_are_no_error() {
    let sandbox = Sandbox::with_repository();
    write_all(&sandbox, &["a.ipynb", "b.ipynb"]);
    sandbox.git(&["add", "."]);
    fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    assert_snapshot!(sandbox.nbweave(&["strip", "--dry-run", "."]), @"
    exit: 0
    --- stdout
    b.ipynb
    ");
}

#[test]
fn a_conflicted_path_is_taken_once() {
    let sandbox = Sandbox::with_repository();
    let commit = |message: &str| {
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "--quiet", "--message", message]);
    };
    let with_title = |title: &str| RAN.replace("# Title", title);
    sandbox.write("a.ipynb", RAN);
    commit("base");
    sandbox.git(&["switch", "--quiet", "--create", "topic"]);
    sandbox.write("a.ipynb", with_title("# Theirs"));
    commit("theirs");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.write("a.ipynb", with_title("# Ours"));
    commit("ours");
    assert_eq!(sandbox.try_git(&["merge", "topic"]).status.code(), Some(1));
    assert_snapshot!(sandbox.nbweave(&["strip", "."]), @"
    exit: 129
    --- stderr
    nbweave: cannot strip 'a.ipynb': invalid JSON at line 8, column 1: a merge left conflict markers in the file
    hint: `nbweave resolve --rebuild` with the path makes a notebook of it again
    ");
    sandbox.git(&["checkout", "--ours", "a.ipynb"]);
    assert_eq!(sandbox.git(&["ls-files", "--unmerged"]).lines().count(), 3);
    assert_snapshot!(sandbox.nbweave(&["strip", "--dry-run", "."]), @"
    exit: 0
    --- stdout
    a.ipynb
    ");
    assert_snapshot!(sandbox.nbweave(&["strip", "."]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
}

#[test]
fn a_repository_inside_another_is_its_own() {
    let sandbox = Sandbox::with_repository();
    write_all(&sandbox, &["a.ipynb", "inner/b.ipynb"]);
    sandbox.git(&["init", "--quiet", "inner"]);
    assert_snapshot!(sandbox.nbweave(&["strip", "."]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    are_stripped(&sandbox, &["a.ipynb"], &["inner/b.ipynb"]);
    assert_snapshot!(sandbox.nbweave(&["strip", "inner"]), @"
    exit: 0
    --- stderr
    stripped 'inner/b.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    are_stripped(&sandbox, &["inner/b.ipynb"], &[]);
}

#[test]
fn programs_that_switch_patterns_off_make_no_difference() {
    let sandbox = Sandbox::with_repository();
    write_all(&sandbox, &["d/a.ipynb"]);
    for variable in ["GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS"] {
        let mut check = sandbox.command("nbweave");
        check.args(["check", "--untracked", "."]).env(variable, "1");
        let output = finish(&mut check, "");
        assert_eq!(output.status.code(), Some(1), "{variable}");
    }
}

/// A repository whose pre-commit hook lists what there is to strip in `d`, and
/// a worktree linked to it.
fn repository_with_listing_hook() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    let found = sandbox.path("found");
    let hook = format!(
        "#!/bin/sh\nexec nbweave strip --dry-run d >'{}'\n",
        found.display()
    );
    sandbox.write(".git/hooks/pre-commit", hook);
    let mut chmod = sandbox.command("chmod");
    let made = finish(chmod.args(["+x", ".git/hooks/pre-commit"]), "");
    assert!(made.status.success());
    let first = ["commit", "--quiet", "--allow-empty", "--message", "first"];
    sandbox.git(&[&first[..], &["--no-verify"]].concat());
    sandbox.git(&["worktree", "add", "--quiet", "--detach", "linked"]);
    sandbox
}

/// Commits in a worktree, and checks what the hook sees there.
#[track_caller]
fn hook_sees_what_git_sees(worktree: &str) {
    let sandbox = repository_with_listing_hook();
    for name in ["tracked", "untracked", "forced", "ignored"] {
        sandbox.write(format!("{worktree}/d/{name}.ipynb"), RAN);
    }
    let ignored = "/d/forced.ipynb\n/d/ignored.ipynb\n";
    sandbox.write(format!("{worktree}/.gitignore"), ignored);
    let git = |args: &[&str]| sandbox.git(&[&["-C", worktree], args].concat());
    git(&["add", "--force", "d/tracked.ipynb", "d/forced.ipynb"]);
    git(&["commit", "--quiet", "--message", "next"]);
    assert_eq!(
        sandbox.read("found"),
        "d/forced.ipynb\nd/tracked.ipynb\nd/untracked.ipynb\n"
    );
}

#[test]
fn a_hook_can_name_a_directory() {
    hook_sees_what_git_sees(".");
}

#[test]
fn a_hook_of_a_linked_worktree_can_name_a_directory() {
    hook_sees_what_git_sees("linked");
}

#[test]
fn odd_names_are_found_in_git() {
    let sandbox = Sandbox::with_repository();
    let names = [
        " a .ipynb",
        "-b.ipynb",
        "c'\"\\.ipynb",
        "d\ne\t.ipynb",
        "ä/ö.ipynb",
        "*.ipynb",
    ];
    write_all(&sandbox, &names);
    let output = sandbox.run(&["strip", "."], "");
    assert_eq!(output.status.code(), Some(0));
    are_stripped(&sandbox, &names, &[]);
}

#[test]
fn without_notebooks_there_is_nothing_to_do() {
    let sandbox = Sandbox::new();
    sandbox.write("d/a.txt", "");
    assert_snapshot!(sandbox.nbweave(&["strip", "d"]), @"
    exit: 0
    --- stderr
    nbweave: there are no notebooks in 'd'
    ");
    assert_snapshot!(sandbox.nbweave(&["strip", "--check", "d"]), @"
    exit: 0
    --- stderr
    nbweave: there are no notebooks in 'd'
    ");
    let sandbox = Sandbox::with_repository();
    assert_snapshot!(sandbox.nbweave(&["check"]), @"
    exit: 0
    --- stderr
    nbweave: there are no notebooks in '.'
    ");
}

#[test]
fn one_broken_notebook_in_a_directory_does_not_stop_the_others() {
    let sandbox = Sandbox::new();
    write_all(&sandbox, &["d/a.ipynb", "d/c.ipynb"]);
    sandbox.write("d/b.ipynb", BROKEN);
    assert_snapshot!(sandbox.nbweave(&["strip", "d"]), @r#"
    exit: 129
    --- stderr
    stripped 'd/a.ipynb': 1 output, 1 execution count, 1 metadata key
    nbweave: cannot strip 'd/b.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    stripped 'd/c.ipynb': 1 output, 1 execution count, 1 metadata key
    "#);
    are_stripped(&sandbox, &["d/a.ipynb", "d/c.ipynb"], &[]);
}

#[test]
fn a_file_that_is_named_twice_is_stripped_once() {
    let sandbox = Sandbox::new();
    write_all(&sandbox, &["d/a.ipynb", "d/b.ipynb"]);
    let paths = ["d", "d/a.ipynb", "./d/b.ipynb", "d/b.ipynb"];
    let output = sandbox.run(&[&["strip", "--dry-run"][..], &paths].concat(), "");
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(listed, "d/a.ipynb\nd/b.ipynb\n");
}

#[test]
fn what_is_not_there_is_an_error() {
    assert_snapshot!(Sandbox::new().nbweave(&["strip", "a.ipynb", "d/"]), @"
    exit: 129
    --- stderr
    nbweave: cannot read 'a.ipynb': No such file or directory (os error 2)
    nbweave: cannot read 'd/': No such file or directory (os error 2)
    ");
}

#[test]
fn a_file_with_nothing_to_strip_is_not_written_to() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", STRIPPED);
    sandbox.write("b.ipynb", BROKEN);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for name in ["a.ipynb", "b.ipynb"] {
        let file = fs::File::options()
            .write(true)
            .open(sandbox.path(name))
            .unwrap();
        file.set_modified(long_ago).unwrap();
    }
    for args in [&["strip"][..], &["strip", "--exit-code"], &["check"]] {
        let output = sandbox.run(&[args, &["a.ipynb", "b.ipynb"]].concat(), "");
        assert_eq!(output.status.code(), Some(129));
    }
    for name in ["a.ipynb", "b.ipynb"] {
        let metadata = fs::metadata(sandbox.path(name)).unwrap();
        assert_eq!(metadata.modified().unwrap(), long_ago, "{name}");
    }
}

#[test]
fn the_other_modes_write_to_no_file() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = fs::File::options()
        .write(true)
        .open(sandbox.path("a.ipynb"))
        .unwrap();
    file.set_modified(long_ago).unwrap();
    for mode in ["--check", "--dry-run", "--diff", "--stdout"] {
        let _output = sandbox.run(&["strip", mode, "a.ipynb"], "");
    }
    assert_eq!(sandbox.read("a.ipynb"), RAN);
    assert_eq!(sandbox.names(), ["a.ipynb"]);
    let modified = fs::metadata(sandbox.path("a.ipynb")).unwrap().modified();
    assert_eq!(modified.unwrap(), long_ago);
}

#[test]
fn nothing_is_left_beside_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("b.ipynb", BROKEN);
    let _output = sandbox.run(&["strip", "a.ipynb", "b.ipynb"], "");
    assert_eq!(sandbox.names(), ["a.ipynb", "b.ipynb"]);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::io::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
    use std::process::Stdio;
    use std::thread;
    use std::time::Instant;

    use super::*;

    fn set_mode(sandbox: &Sandbox, name: &str, mode: u32) {
        fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Whether permissions mean nothing to whoever runs the tests.
    fn is_superuser(sandbox: &Sandbox) -> bool {
        fs::metadata(sandbox.root()).unwrap().uid() == 0
    }

    #[test]
    fn permissions_stay() {
        let sandbox = Sandbox::new();
        for mode in [0o644, 0o600, 0o664, 0o755, 0o640] {
            sandbox.write("a.ipynb", RAN);
            set_mode(&sandbox, "a.ipynb", mode);
            let _output = sandbox.run(&["strip", "a.ipynb"], "");
            assert_eq!(sandbox.read("a.ipynb"), STRIPPED);
            let metadata = fs::metadata(sandbox.path("a.ipynb")).unwrap();
            assert_eq!(metadata.mode() & 0o7777, mode);
        }
    }

    #[test]
    fn a_symbolic_link_stays_one_and_what_it_points_to_is_stripped() {
        let sandbox = Sandbox::new();
        sandbox.write("real/a.ipynb", RAN);
        symlink("real/a.ipynb", sandbox.path("link.ipynb")).unwrap();
        symlink("link.ipynb", sandbox.path("link to link")).unwrap();
        let output = sandbox.run(&["strip", "link to link"], "");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(sandbox.read("real/a.ipynb"), STRIPPED);
        for (link, to) in [
            ("link.ipynb", "real/a.ipynb"),
            ("link to link", "link.ipynb"),
        ] {
            assert_eq!(
                fs::read_link(sandbox.path(link)).unwrap().to_str(),
                Some(to)
            );
        }
    }

    #[test]
    fn symbolic_links_in_directories_are_not_followed() {
        for sandbox in [Sandbox::new(), Sandbox::with_repository()] {
            sandbox.write("elsewhere/a.ipynb", RAN);
            sandbox.write("d/b.ipynb", RAN);
            symlink("../elsewhere/a.ipynb", sandbox.path("d/link.ipynb")).unwrap();
            symlink("../elsewhere", sandbox.path("d/dir")).unwrap();
            symlink("..", sandbox.path("d/up")).unwrap();
            allow_duplicates! { assert_snapshot!(sandbox.nbweave(&["strip", "d"]), @r"
                exit: 0
                --- stderr
                stripped 'd/b.ipynb': 1 output, 1 execution count, 1 metadata key
                "); }
            are_stripped(&sandbox, &["d/b.ipynb"], &["elsewhere/a.ipynb"]);
        }
    }

    #[test]
    fn a_symbolic_link_to_a_directory_can_be_named() {
        for sandbox in [Sandbox::new(), Sandbox::with_repository()] {
            sandbox.write("d/a.ipynb", RAN);
            symlink("d", sandbox.path("link")).unwrap();
            let output = sandbox.run(&["strip", "link"], "");
            assert_eq!(output.status.code(), Some(0));
            are_stripped(&sandbox, &["d/a.ipynb"], &[]);
        }
    }

    #[test]
    fn names_that_are_not_utf_8_are_names() {
        let name = OsStr::from_bytes(b"caf\xe9.ipynb");
        let sandbox = Sandbox::with_repository();
        sandbox.write(name, RAN);
        let output = finish(sandbox.command("nbweave").arg("strip").arg(name), "");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(sandbox.read(name), STRIPPED);
        sandbox.write(name, RAN);
        assert_eq!(sandbox.run(&["strip", "."], "").status.code(), Some(0));
        assert_eq!(sandbox.read(name), STRIPPED);
    }

    #[test]
    fn a_file_that_cannot_be_written_to_is_an_error() {
        let sandbox = Sandbox::new();
        if is_superuser(&sandbox) {
            eprintln!("skipped: the superuser can write to everything");
            return;
        }
        sandbox.write("a.ipynb", RAN);
        sandbox.write("b.ipynb", RAN);
        set_mode(&sandbox, "a.ipynb", 0o444);
        assert_snapshot!(sandbox.nbweave(&["strip", "a.ipynb", "b.ipynb"]), @r"
        exit: 129
        --- stderr
        nbweave: cannot write 'a.ipynb': Permission denied (os error 13)
        stripped 'b.ipynb': 1 output, 1 execution count, 1 metadata key
        ");
        are_stripped(&sandbox, &["b.ipynb"], &["a.ipynb"]);
        assert_eq!(sandbox.names(), ["a.ipynb", "b.ipynb"]);
    }

    #[test]
    fn a_file_that_cannot_be_written_to_can_be_checked() {
        let sandbox = Sandbox::new();
        sandbox.write("a.ipynb", STRIPPED);
        set_mode(&sandbox, "a.ipynb", 0o444);
        set_mode(&sandbox, ".", 0o555);
        let check = sandbox.run(&["check", "a.ipynb"], "").status.code();
        let strip = sandbox.run(&["strip", "a.ipynb"], "").status.code();
        set_mode(&sandbox, ".", 0o755);
        assert_eq!((check, strip), (Some(0), Some(0)));
    }

    #[test]
    fn a_file_in_a_directory_that_cannot_be_written_to_is_an_error() {
        let sandbox = Sandbox::new();
        if is_superuser(&sandbox) {
            eprintln!("skipped: the superuser can write to everything");
            return;
        }
        sandbox.write("a.ipynb", RAN);
        set_mode(&sandbox, ".", 0o555);
        let output = sandbox.run(&["strip", "a.ipynb"], "");
        set_mode(&sandbox, ".", 0o755);
        assert_eq!(output.status.code(), Some(129));
        are_stripped(&sandbox, &[], &["a.ipynb"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        let sandbox = Sandbox::new();
        if is_superuser(&sandbox) {
            eprintln!("skipped: the superuser can read everything");
            return;
        }
        sandbox.write("a.ipynb", RAN);
        set_mode(&sandbox, "a.ipynb", 0o200);
        assert_snapshot!(sandbox.nbweave(&["strip", "a.ipynb"]), @r"
        exit: 129
        --- stderr
        nbweave: cannot read 'a.ipynb': Permission denied (os error 13)
        ");
    }

    /// Runs `nbweave` while a notebook is written into the FIFO `pipe`;
    /// returns its exit code, or `None` if it hung.
    fn run_on_fifo(args: &[&str]) -> Option<i32> {
        let sandbox = Sandbox::new();
        let made = finish(sandbox.command("mkfifo").arg("pipe"), "");
        assert!(made.status.success());
        let path = sandbox.path("pipe");
        let mut child = sandbox
            .command("nbweave")
            .args(args)
            .arg("pipe")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let fifo = path.clone();
        // Opening waits for a reader, and so for as long as the test takes if
        // the command never opens the FIFO; a thread of its own can wait.
        thread::spawn(move || {
            let opened = fs::File::options().write(true).open(fifo);
            opened.and_then(|mut fifo| fifo.write_all(RAN.as_bytes()))
        });
        let started = Instant::now();
        let mut ended = child.try_wait().unwrap();
        while ended.is_none() && started.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(5));
            ended = child.try_wait().unwrap();
        }
        if ended.is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(fs::symlink_metadata(&path).unwrap().file_type().is_fifo());
        ended.map(|status| status.code().unwrap())
    }

    #[test]
    fn a_fifo_can_be_read() {
        assert_eq!(run_on_fifo(&["strip", "--check"]), Some(1));
        assert_eq!(run_on_fifo(&["strip", "--stdout"]), Some(0));
    }

    #[test]
    fn a_fifo_is_not_stripped_in_place() {
        assert_eq!(run_on_fifo(&["strip"]), Some(129));
    }

    #[test]
    fn a_substituted_process_can_be_read() {
        let sandbox = Sandbox::new();
        sandbox.write("a.ipynb", RAN);
        let script = "nbweave strip --stdout /dev/fd/3 3<a.ipynb && cat a.ipynb | nbweave strip --check /dev/stdin";
        let output = finish(sandbox.command("sh").args(["-c", script]), "");
        assert_eq!(output.status.code(), Some(1));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.starts_with(STRIPPED), "{stdout}");
        assert!(stdout.contains("/dev/stdin: cell 2: "), "{stdout}");
    }

    #[test]
    fn hard_links_elsewhere_keep_the_old_bytes() {
        let sandbox = Sandbox::new();
        sandbox.write("a.ipynb", RAN);
        fs::hard_link(sandbox.path("a.ipynb"), sandbox.path("b.ipynb")).unwrap();
        let _output = sandbox.run(&["strip", "a.ipynb"], "");
        are_stripped(&sandbox, &["a.ipynb"], &["b.ipynb"]);
    }
}
