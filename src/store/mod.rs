//! The output store: what the filter takes out of notebooks on their way into
//! the repository is kept beside it, and put back on the way out.
//!
//! The store changes what lies in the worktree, never what is committed:
//! [`smudge`] returns nothing that [`clean`] would not turn into the bytes it
//! was given, which it tries each time.
//!
//! Kept is a record for each version of a notebook: what was taken from where
//! in the stripped file, which gives the file back to the byte; and which cell
//! showed what, for versions that were never seen before, such as the result
//! of a merge. A record is a file, and so is every long text in it, named by
//! its content. All are written whole and renamed into place, so that several
//! processes can work at once without a lock; what is damaged or gone is as if
//! it had never been kept.

mod cells;
mod clean;
mod digest;
mod files;
mod lines;
mod record;
mod smudge;
mod upkeep;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use digest::Digest;

pub use clean::{Cleaned, clean};
pub use smudge::{Restore, smudge};
pub use upkeep::{KeptNotebook, KeptOutput, KeptVersion, Limits, Removed};

/// Where the store is below the directory of git.
const PLACE: &str = "nbweave/outputs";

/// The output store of a repository, as seen from one of its worktrees.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    /// The name of the linked worktree; empty for the main one.
    worktree: Vec<u8>,
    /// How many bytes were written.
    n_written: u64,
}

impl Store {
    /// Returns the store below the directory of a repository that all
    /// worktrees share. There may be nothing there yet.
    pub fn new(common_dir: &Path, worktree: Option<&OsStr>) -> Self {
        let worktree = worktree.map(OsStr::as_encoded_bytes);
        Self {
            dir: common_dir.join(PLACE),
            worktree: worktree.unwrap_or_default().to_owned(),
            n_written: 0,
        }
    }

    /// Returns the directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}
