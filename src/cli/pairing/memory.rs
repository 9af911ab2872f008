//! What notebooks and their texts said when they were last brought together:
//! a file for each pair, in the directory that git keeps for the worktree.
//!
//! Whoever works on both sides between two commits comes from there, and not
//! from what git has. What is damaged or gone is as if it had never been kept.

use std::fs;
use std::path::{Path, PathBuf};

use nbweave::convert::Paired;

/// Where the files are below the directory of git.
const PLACE: &str = "nbweave/pairs";

/// What is kept of a pair.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Kept {
    /// Names for what was staged of both at that time.
    pub(crate) staged: String,
    /// The text, when the notebook said the same.
    pub(crate) text: Vec<u8>,
}

/// Where it is kept.
#[derive(Debug)]
pub(crate) struct Memories {
    dir: PathBuf,
}

impl Memories {
    /// Returns what is kept in the directory that git has for a worktree.
    pub(crate) fn new(own_directory: &Path) -> Self {
        let dir = own_directory.join(PLACE);
        Self { dir }
    }

    /// Returns what is kept of a pair.
    pub(crate) fn read(&self, paths: Paired<&str>) -> Option<Kept> {
        let bytes = fs::read(self.file_of(paths)).ok()?;
        let (staged, text) = bytes.split_at(memchr::memchr(b'\n', &bytes)?);
        Some(Kept {
            staged: str::from_utf8(staged).ok()?.to_owned(),
            text: text.get(1..)?.to_owned(),
        })
    }

    /// Keeps this of a pair, if it can be written.
    pub(crate) fn keep(&self, paths: Paired<&str>, kept: &Kept) {
        if self.read(paths).as_ref() == Some(kept) {
            return;
        }
        let bytes = [kept.staged.as_bytes(), b"\n", &kept.text].concat();
        nbweave::fs::write(&self.file_of(paths), &bytes).ok();
    }

    fn file_of(&self, paths: Paired<&str>) -> PathBuf {
        let name = format!("{}\0{}", paths.notebook, paths.text);
        self.dir
            .join(blake3::hash(name.as_bytes()).to_hex().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_of_a_pair_comes_back_and_of_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let memories = Memories::new(dir.path());
        let paths = Paired {
            notebook: "ä/a.ipynb",
            text: "a.py",
        };
        assert_eq!(memories.read(paths), None);
        let kept = Kept {
            staged: "1 -".to_owned(),
            text: b"x\n\xff\n".to_vec(),
        };
        memories.keep(paths, &kept);
        assert_eq!(memories.read(paths), Some(kept));
        let text = "b.py";
        assert_eq!(memories.read(Paired { text, ..paths }), None);
    }
}
