//! Files that git could not merge: the versions it keeps in the index.

use std::io;
use std::path::{Path, PathBuf};

use super::files::{IndexEntry, index_entry};
use super::objects::ObjectId;
use super::program::{git, run};

/// A file that is not merged: the blobs of its stages in the index.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnmergedFile {
    /// The path from the top of the worktree.
    pub path: PathBuf,
    /// Stage 1: what both sides started from; `None` if both added the file.
    pub base: Option<ObjectId>,
    /// Stage 2: `None` if ours deleted the file, or all that is in it.
    pub ours: Option<ObjectId>,
    /// Stage 3: `None` if theirs deleted the file, or all that is in it.
    pub theirs: Option<ObjectId>,
}

/// The ids of the empty blob, by SHA-1 and by SHA-256.
const EMPTY_BLOBS: [&str; 2] = [
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

/// Returns all files of the repository that are not merged. A version that is
/// empty counts as none.
///
/// # Errors
///
/// Fails with git's own words if there is no worktree.
pub fn unmerged_files() -> io::Result<Vec<UnmergedFile>> {
    let mut command = git(&["ls-files", "--unmerged", "-z", "--full-name", "--", ":/"]);
    for other in ["GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS"] {
        command.env_remove(other);
    }
    let output = run(&mut command)?;
    let mut files: Vec<UnmergedFile> = Vec::new();
    for entry in output.split(|&byte| byte == 0) {
        let Some(IndexEntry {
            id, stage, path, ..
        }) = index_entry(entry)
        else {
            continue;
        };
        if files.last().is_none_or(|file| file.path != path) {
            files.push(UnmergedFile {
                path,
                base: None,
                ours: None,
                theirs: None,
            });
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        // A file with nothing in it is no version of a notebook.
        if EMPTY_BLOBS.contains(&id.as_str()) {
            continue;
        }
        match stage {
            1 => file.base = Some(id),
            2 => file.ours = Some(id),
            _ => file.theirs = Some(id),
        }
    }
    Ok(files)
}

/// Stages files: `git add`.
///
/// # Errors
///
/// Fails with git's own words.
pub fn stage(paths: &[&Path]) -> io::Result<()> {
    let mut command = git(&["--literal-pathspecs", "add", "--"]);
    run(command.args(paths)).map(|_| ())
}
