//! Calls of the `git` program.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Returns a call of git, in the current directory and environment.
pub(super) fn git(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(arguments);
    command.stdin(Stdio::null());
    command
}

/// Runs git and returns what it wrote.
///
/// Fails with git's own words if it does.
pub(super) fn run(command: &mut Command) -> io::Result<Vec<u8>> {
    stdout_of(ended(command)?)
}

/// Runs git, whichever way it ends.
pub(super) fn ended(command: &mut Command) -> io::Result<Output> {
    command.output().map_err(|error| named(&error))
}

/// Runs git with `input` on its standard input, and returns what it wrote.
pub(super) fn run_with(command: &mut Command, input: &[u8]) -> io::Result<Vec<u8>> {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| named(&error))?;
    let pipe = child.stdin.take();
    std::thread::scope(|scope| {
        // A child that ends early says why itself.
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input)));
        stdout_of(child.wait_with_output()?)
    })
}

fn stdout_of(output: Output) -> io::Result<Vec<u8>> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(io::Error::other(words(&output)))
}

/// Returns what git said when it failed, without the word `fatal`.
pub(super) fn words(output: &Output) -> String {
    let message = String::from_utf8_lossy(&output.stderr);
    let message = message.trim();
    for level in ["fatal: ", "error: "] {
        if let Some(rest) = message.strip_prefix(level) {
            return rest.to_owned();
        }
    }
    if message.is_empty() {
        return format!("git ended with {}", output.status);
    }
    message.to_owned()
}

/// Says which program could not be run.
fn named(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot run `git`: {error}"))
}

#[cfg(unix)]
pub(super) fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;

    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
pub(super) fn path_from(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Returns a path as git takes it: with slashes.
pub(super) fn bytes_of(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        let slash = |&byte: &u8| if byte == b'\\' { b'/' } else { byte };
        bytes.iter().map(slash).collect()
    } else {
        bytes.to_vec()
    }
}
