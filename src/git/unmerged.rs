//! Files that git could not merge: the versions it keeps in the index.

use std::io;
use std::path::{Path, PathBuf};

use super::objects::ObjectId;
use super::program::{git, path_from, run};

/// A file that is not merged: the blobs of its stages in the index.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnmergedFile {
    /// The path from the top of the worktree.
    pub path: PathBuf,
    /// Stage 1: what both sides started from; `None` if both added the file.
    pub base: Option<ObjectId>,
    /// Stage 2: `None` if ours deleted the file.
    pub ours: Option<ObjectId>,
    /// Stage 3: `None` if theirs deleted the file.
    pub theirs: Option<ObjectId>,
}

/// Returns all files of the repository that are not merged.
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
        let Some((id, stage, path)) = entry_of(entry) else {
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
        match stage {
            b"1" => file.base = Some(id),
            b"2" => file.ours = Some(id),
            _ => file.theirs = Some(id),
        }
    }
    Ok(files)
}

/// Reads `<mode> <id> <stage>\t<path>`.
fn entry_of(entry: &[u8]) -> Option<(ObjectId, &[u8], PathBuf)> {
    let tab = memchr::memchr(b'\t', entry)?;
    let mut fields = entry.get(..tab)?.split(|&byte| byte == b' ').skip(1);
    let id = ObjectId::new(std::str::from_utf8(fields.next()?).ok()?)?;
    Some((id, fields.next()?, path_from(entry.get(tab + 1..)?)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_blanks_and_tabs() {
        let (id, stage, path) = entry_of(b"100644 1a2b 3\ta \tb.ipynb").unwrap();
        assert_eq!(id.as_str(), "1a2b");
        assert_eq!(stage, b"3");
        assert_eq!(path, Path::new("a \tb.ipynb"));
        assert_eq!(entry_of(b""), None);
    }
}
