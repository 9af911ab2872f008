//! Where git keeps a repository, found without running git: a filter is
//! started too often for that.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::program::path_from;

/// The directory of a repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GitDirectory {
    /// The directory that all worktrees share.
    pub common: PathBuf,
    /// The name of the linked worktree; `None` for the main one.
    pub worktree: Option<OsString>,
}

impl GitDirectory {
    /// Finds the directory of the repository that `start` is in, or that
    /// `named` names, the value of `GIT_DIR`. `None` if there is none.
    ///
    /// In a submodule it is the directory of the submodule.
    pub fn find(named: Option<&OsStr>, start: &Path) -> Option<Self> {
        let dir = match named {
            Some(named) => resolved(start.join(named))?,
            None => start.ancestors().find_map(|dir| {
                let inside = resolved(dir.join(".git"));
                inside.or_else(|| is_git_directory(dir).then(|| dir.to_owned()))
            })?,
        };
        let shared = fs::read(dir.join("commondir")).ok();
        Some(match shared {
            Some(shared) => Self {
                common: dir.join(path_from(shared.trim_ascii_end())),
                worktree: dir.file_name().map(OsStr::to_owned),
            },
            None => Self {
                common: dir,
                worktree: None,
            },
        })
    }
}

/// Returns a directory of git, or the one that a file in its place names.
fn resolved(path: PathBuf) -> Option<PathBuf> {
    if path.is_dir() {
        return is_git_directory(&path).then_some(path);
    }
    let text = fs::read(&path).ok()?;
    let target = path_from(text.strip_prefix(b"gitdir: ")?.trim_ascii_end());
    let dir = path.parent()?.join(target);
    is_git_directory(&dir).then_some(dir)
}

fn is_git_directory(dir: &Path) -> bool {
    let has = |name| dir.join(name).symlink_metadata().is_ok();
    has("HEAD") && (has("objects") || has("commondir"))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write their own files")]
mod tests {
    use super::*;

    fn make(dir: &Path, names: &[&str]) {
        for name in names {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
    }

    fn find(named: Option<&str>, start: &Path) -> Option<(PathBuf, Option<OsString>)> {
        let found = GitDirectory::find(named.map(OsStr::new), start)?;
        Some((found.common.canonicalize().unwrap(), found.worktree))
    }

    #[test]
    fn a_repository_is_found_from_below_and_by_name() {
        let temporary = tempfile::tempdir().unwrap();
        let top = temporary.path().canonicalize().unwrap();
        make(
            &top,
            &["r/.git/HEAD", "r/.git/objects", "r/a/b/c", "r/a/.git/x"],
        );
        let git = top.join("r/.git");
        // A directory that is only called `.git` is no repository.
        assert_eq!(find(None, &top.join("r/a/b")), Some((git.clone(), None)));
        assert_eq!(find(None, &git), Some((git.clone(), None)));
        assert_eq!(find(Some("r/.git"), &top), Some((git.clone(), None)));
        assert_eq!(find(git.to_str(), Path::new("/")), Some((git, None)));
        assert_eq!(find(Some("nowhere"), &top.join("r")), None);
    }

    #[test]
    fn a_linked_worktree_shares_the_directory() {
        let temporary = tempfile::tempdir().unwrap();
        let top = temporary.path().canonicalize().unwrap();
        make(
            &top,
            &["r/.git/HEAD", "r/.git/objects", "r/.git/worktrees/w/HEAD"],
        );
        let dir = top.join("r/.git/worktrees/w");
        fs::write(dir.join("commondir"), "../..\n").unwrap();
        make(&top, &["linked/sub/x"]);
        let link = format!("gitdir: {}\n", dir.display());
        fs::write(top.join("linked/.git"), link).unwrap();
        let expected = Some((top.join("r/.git"), Some("w".into())));
        assert_eq!(find(None, &top.join("linked/sub")), expected);
        assert_eq!(find(dir.to_str(), &top), expected);
        assert_eq!(find(Some("linked/.git"), &top), expected);
    }
}
