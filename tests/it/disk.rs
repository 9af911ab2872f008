//! What is left of a notebook when writing goes wrong.

use std::fs;
use std::io::Read as _;
use std::process::{Output, Stdio};
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;

use crate::notebooks::{RAN, STRIPPED, long_notebook};
use crate::sandbox::{Sandbox, finish, show};

/// Strips files in place where none may have more than 20,000 bytes; `prepare`
/// is a line of shell that comes before. Returns `None` if there is no prlimit.
fn strip_on_a_full_disk(sandbox: &Sandbox, prepare: &str, names: &str) -> Option<Output> {
    sandbox.command("prlimit").arg("--version").output().ok()?;
    let script = format!("{prepare}; exec prlimit --fsize=20000 nbweave strip {names}");
    let mut shell = sandbox.command("sh");
    Some(finish(shell.args(["-c", &script]), ""))
}

#[test]
fn a_full_disk_leaves_the_file_whole() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", long_notebook("1"));
    sandbox.write("b.ipynb", RAN);
    let Some(output) = strip_on_a_full_disk(&sandbox, "trap '' XFSZ", "a.ipynb b.ipynb") else {
        eprintln!("skipped: there is no prlimit");
        return;
    };
    assert_snapshot!(show(&output), @"
    exit: 129
    --- stderr
    nbweave: cannot write 'a.ipynb': File too large (os error 27)
    stripped 'b.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    assert!(sandbox.read("a.ipynb") == long_notebook("1"));
    assert_eq!(sandbox.read("b.ipynb"), STRIPPED);
    assert_eq!(sandbox.names(), ["a.ipynb", "b.ipynb"]);
}

#[test]
fn a_limit_that_comes_with_a_signal_leaves_the_file_whole() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", long_notebook("1"));
    let Some(output) = strip_on_a_full_disk(&sandbox, ":", "a.ipynb") else {
        eprintln!("skipped: there is no prlimit");
        return;
    };
    assert!(!output.status.success());
    // The signal kills the process, which can then put nothing in order: its
    // temporary file stays.
    assert!(sandbox.read("a.ipynb") == long_notebook("1"));
}

#[test]
fn standard_output_that_is_full_is_an_error() {
    let sandbox = Sandbox::new();
    if fs::metadata("/dev/full").is_err() {
        eprintln!("skipped: there is no /dev/full");
        return;
    }
    sandbox.write("a.ipynb", RAN);
    for args in [
        "strip - <a.ipynb",
        "strip --stdout a.ipynb",
        "strip --stdout a.ipynb a.ipynb",
        "strip --check a.ipynb",
        "strip --dry-run a.ipynb",
        "strip --diff a.ipynb",
        "check",
    ] {
        let script = format!("nbweave {args} >/dev/full");
        let output = finish(sandbox.command("sh").args(["-c", &script]), "");
        let stderr = String::from_utf8(output.stderr).unwrap();
        let said = "nbweave: cannot write: No space left on device";
        assert!(stderr.starts_with(said), "{args}: {stderr}");
        assert_eq!(output.status.code(), Some(129), "{args}");
    }
}

#[test]
fn a_killed_process_leaves_the_file_whole() {
    let sandbox = Sandbox::new();
    let old = long_notebook("1");
    let new = long_notebook("null");
    sandbox.write("a.ipynb", &old);
    for delay in 0..25 {
        let mut child = sandbox
            .command("nbweave")
            .args(["strip", "--quiet", "a.ipynb"])
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        let left = sandbox.read("a.ipynb");
        assert!(left == old || left == new, "{} bytes", left.len());
        if left == new {
            sandbox.write("a.ipynb", &old);
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", long_notebook("1"));
    for index in 0..600 {
        sandbox.write(format!("d/{index}-{}.ipynb", "long".repeat(40)), RAN);
    }
    for args in [
        &["strip", "--stdout", "a.ipynb"][..],
        &["strip", "--stdout", "a.ipynb", "a.ipynb"],
        &["strip", "--check", "d"],
        &["strip", "--dry-run", "d"],
        &["strip", "--diff", "d"],
        &["check", "d"],
    ] {
        let mut child = sandbox
            .command("nbweave")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}
