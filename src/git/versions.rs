//! Versions of a few files: in the commits that changed them, and new ones
//! for the index.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{IndexEntry, index_entry};
use super::objects::ObjectId;
use super::program::{bytes_of, ended, git, path_from, run, run_with, words};

/// Returns the last commits, from `HEAD` back, in which any of these paths
/// changed, the newest first and `limit` at most; none if there is no commit.
/// Paths are from the top of the worktree.
///
/// # Errors
///
/// Fails with git's own words if it cannot be asked.
pub fn commits_of(paths: &[&Path], limit: usize) -> io::Result<Vec<ObjectId>> {
    let head = ended(&mut git(&["rev-parse", "--verify", "--quiet", "HEAD"]))?;
    if !head.status.success() {
        return Ok(Vec::new());
    }
    let mut command = git(&["rev-list", "HEAD"]);
    command.arg(format!("--max-count={limit}"));
    let output = run(command
        .arg("--")
        .args(paths.iter().map(|path| literal(path))))?;
    let lines = output.split(|&byte| byte == b'\n');
    Ok(lines
        .filter_map(|line| ObjectId::new(&String::from_utf8_lossy(line)))
        .collect())
}

/// Returns the blobs that a commit has of these paths, from the top of the
/// worktree; `None` for one that it has not, or not as a file.
///
/// # Errors
///
/// Fails with git's own words if there is no such commit.
pub fn blobs_in(commit: &str, paths: &[&Path]) -> io::Result<Vec<Option<ObjectId>>> {
    let mut command = git(&["--literal-pathspecs", "ls-tree", "-z", "--full-tree"]);
    let output = run(command.arg(commit).arg("--").args(paths))?;
    let mut blobs = vec![None; paths.len()];
    for entry in output.split(|&byte| byte == 0) {
        // `100644 blob ID<tab>PATH`
        let Some(tab) = memchr::memchr(b'\t', entry) else {
            continue;
        };
        let (info, path) = entry.split_at(tab);
        let info = String::from_utf8_lossy(info);
        let path = path_from(path.get(1..).unwrap_or_default());
        if let [mode, "blob", id] = info.split(' ').collect::<Vec<_>>().as_slice()
            && mode.starts_with("100")
            && let Some(at) = paths.iter().position(|wanted| **wanted == *path)
            && let Some(blob) = blobs.get_mut(at)
        {
            *blob = ObjectId::new(id);
        }
    }
    Ok(blobs)
}

/// What is in the index.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// The files that are merged, by path from the top of the worktree.
    pub files: BTreeMap<PathBuf, IndexEntry>,
    /// The paths of all else: files that are not merged, links, submodules.
    pub others: BTreeSet<PathBuf>,
}

/// Returns what is in the index.
///
/// # Errors
///
/// Fails with git's own words if there is no worktree.
pub fn staged_files() -> io::Result<Staged> {
    let mut command = git(&["ls-files", "-z", "--stage", "--full-name", "--", ":/"]);
    for other in ["GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS"] {
        command.env_remove(other);
    }
    let output = run(&mut command)?;
    let mut staged = Staged::default();
    for entry in output.split(|&byte| byte == 0).filter_map(index_entry) {
        if entry.stage == 0 && entry.mode.is_file() {
            staged.files.insert(entry.path.clone(), entry);
        } else {
            staged.others.insert(entry.path);
        }
    }
    Ok(staged)
}

/// Returns the files of `HEAD` that the index has no longer, from the top of
/// the worktree; a new name is a new file.
///
/// # Errors
///
/// Fails with git's own words if there is no worktree.
pub fn removed_files() -> io::Result<BTreeSet<PathBuf>> {
    let mut command = git(&["diff", "--cached", "--name-only", "--diff-filter=D", "-z"]);
    let output = run(command.args(["--no-renames", "--no-ext-diff", "--no-relative"]))?;
    let paths = output.split(|&byte| byte == 0);
    Ok(paths
        .filter(|path| !path.is_empty())
        .map(path_from)
        .collect())
}

/// Whether git is told to ignore a path, from the top of the worktree `top`,
/// that it does not track.
///
/// # Errors
///
/// Fails with git's own words if it cannot be asked.
pub fn is_ignored(top: &Path, path: &Path) -> io::Result<bool> {
    let mut command = git(&["check-ignore", "--quiet", "--"]);
    let output = ended(command.arg(top.join(path)))?;
    match output.status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(io::Error::other(words(&output))),
    }
}

/// Returns the directory that git keeps this worktree's own files in.
///
/// # Errors
///
/// Fails with git's own words if there is no repository.
pub fn own_directory() -> io::Result<PathBuf> {
    let output = run(&mut git(&["rev-parse", "--git-dir"]))?;
    Ok(path_from(output.strip_suffix(b"\n").unwrap_or(&output)))
}

/// Keeps these bytes as a blob, as they are.
///
/// # Errors
///
/// Fails with git's own words if it cannot be written.
pub fn write_blob(bytes: &[u8]) -> io::Result<ObjectId> {
    let mut command = git(&["hash-object", "-w", "--stdin", "--no-filters"]);
    let output = run_with(&mut command, bytes)?;
    ObjectId::new(String::from_utf8_lossy(&output).trim())
        .ok_or_else(|| io::Error::other("git gave no id for a blob"))
}

/// Puts blobs into the index, as files with these modes (`100644`) and paths
/// from the top of the worktree.
///
/// # Errors
///
/// Fails with git's own words if the index cannot be written.
pub fn stage_blobs(entries: &[(&str, &ObjectId, &Path)]) -> io::Result<()> {
    let mut input = Vec::new();
    for (mode, id, path) in entries {
        input.extend(format!("{mode} {}\t", id.as_str()).into_bytes());
        input.extend(bytes_of(path));
        input.push(0);
    }
    run_with(&mut git(&["update-index", "-z", "--index-info"]), &input)?;
    Ok(())
}

/// Returns a pathspec for this path from the top, whatever is in it.
fn literal(path: &Path) -> OsString {
    let mut spec = OsString::from(":(top,literal)");
    spec.push(path);
    spec
}
