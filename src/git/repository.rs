//! Where the repository is, as seen from the current directory.

use std::io;
use std::path::{Path, PathBuf};

use super::program::{ended, git, path_from, words};

/// The repository that the current directory or the environment names.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The top of its worktree, from the current directory; `None` in a bare
    /// repository and inside of `.git`.
    pub top: Option<PathBuf>,
}

impl Repository {
    /// Finds the repository; `None` if there is none, or no git.
    ///
    /// # Errors
    ///
    /// Fails with git's own words if it refuses to work in the repository.
    pub fn find() -> io::Result<Option<Self>> {
        let mut command = git(&["rev-parse", "--is-inside-work-tree", "--show-cdup"]);
        let output = match ended(command.env("LC_ALL", "C")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            output => output?,
        };
        if !output.status.success() {
            let message = words(&output);
            if message.contains("not a git repository") {
                return Ok(None);
            }
            return Err(io::Error::other(message));
        }
        // A path may hold line feeds of its own.
        let path = |line: &[u8]| path_from(line.strip_suffix(b"\n").unwrap_or(line));
        let top = if let Some(up) = output.stdout.strip_prefix(b"true\n".as_slice()) {
            Some(path(up))
        } else {
            // The environment may name a worktree elsewhere.
            let top = ended(&mut git(&["rev-parse", "--show-toplevel"]))?;
            top.status.success().then(|| path(&top.stdout))
        };
        Ok(Some(Self { top }))
    }

    /// Returns where a path from the top of the worktree is, from the current
    /// directory.
    pub fn worktree_path(&self, path: &Path) -> PathBuf {
        match &self.top {
            Some(top) => top.join(path),
            None => path.to_owned(),
        }
    }
}
