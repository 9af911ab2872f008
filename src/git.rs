//! Git, asked through the `git` program. Nothing here knows what a notebook
//! is: it hands out paths.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the files below `dir` that git sees, tracked or not ignored, whose
/// names match one of the `globs`; `None` if `dir` is in no work tree or there
/// is no git.
///
/// Files that are only in the index are left out, and symbolic links: git
/// keeps the link, not what it points to. Submodules are repositories of their
/// own. The globs are pathspecs of git, case ignored: `*.ipynb`.
///
/// # Errors
///
/// Fails with git's own words if it refuses to work in the repository.
pub fn visible_files(dir: &Path, globs: &[&str]) -> io::Result<Option<Vec<PathBuf>>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(dir).env("LC_ALL", "C");
    command.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]);
    command.args(globs.iter().map(|glob| format!(":(icase){glob}")));
    let output = match command.output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        output => output?,
    };
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let no_work_tree = ["not a git repository", "must be run in a work tree"];
        if no_work_tree.iter().any(|reason| message.contains(reason)) {
            return Ok(None);
        }
        return Err(io::Error::other(message.trim().to_owned()));
    }
    let names = output.stdout.split(|&byte| byte == 0);
    let paths = names
        .filter(|name| !name.is_empty())
        .map(|name| dir.join(path_from(name)));
    let is_file = |path: &PathBuf| path.symlink_metadata().is_ok_and(|file| file.is_file());
    let mut files: Vec<_> = paths.filter(is_file).collect();
    files.sort();
    // During a merge the index has up to three entries for one path.
    files.dedup();
    Ok(Some(files))
}

#[cfg(unix)]
fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;

    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_from(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
