//! Files as git sees them.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::changes::Mode;
use super::objects::ObjectId;
use super::program::{ended, git, path_from, run};

/// Returns the files below `dir` that git sees, tracked or not ignored, of
/// those that are `wanted`; `None` if `dir` is in no work tree or there is no
/// git.
///
/// Files that are only in the index are left out, and symbolic links: git
/// keeps the link, not what it points to. Submodules are repositories of their
/// own.
///
/// # Errors
///
/// Fails with git's own words if it refuses to work in the repository.
pub fn visible_files(
    dir: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> io::Result<Option<Vec<PathBuf>>> {
    files_below(dir, &["--cached", "--others", "--exclude-standard"], wanted)
}

/// [`visible_files`], but only those that git tracks.
///
/// # Errors
///
/// Fails with git's own words if it refuses to work in the repository.
pub fn tracked_files(
    dir: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> io::Result<Option<Vec<PathBuf>>> {
    files_below(dir, &["--cached"], wanted)
}

fn files_below(
    dir: &Path,
    options: &[&str],
    wanted: impl Fn(&Path) -> bool,
) -> io::Result<Option<Vec<PathBuf>>> {
    // A hook is told by the environment which repository it is for, and the
    // current directory has its say in where the work tree is.
    if env::var_os("GIT_DIR").is_some() {
        let mut command = Command::new("git");
        list_below(&mut command, options, dir);
        match list(&mut command)? {
            Listing::Files(names) => return Ok(Some(existing(Path::new(""), &names, wanted))),
            Listing::NoWorkTree => return Ok(None),
            Listing::OutsideRepository => {}
        }
    }
    let mut command = Command::new("git");
    for place in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(place);
    }
    list_below(command.arg("-C").arg(dir), options, Path::new("."));
    match list(&mut command)? {
        Listing::Files(names) => Ok(Some(existing(dir, &names, wanted))),
        Listing::NoWorkTree | Listing::OutsideRepository => Ok(None),
    }
}

/// What git says of the files in a directory.
enum Listing {
    /// Their names, each ended by a zero byte.
    Files(Vec<u8>),
    NoWorkTree,
    OutsideRepository,
}

fn list_below(command: &mut Command, options: &[&str], dir: &Path) {
    command.args(["ls-files", "-z"]).args(options);
    command.arg("--").arg(dir);
    command.env("LC_ALL", "C").env("GIT_LITERAL_PATHSPECS", "1");
    // Git takes one way of reading patterns at a time.
    for other in [
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    ] {
        command.env_remove(other);
    }
}

fn list(command: &mut Command) -> io::Result<Listing> {
    let output = match command.output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Listing::NoWorkTree),
        output => output?,
    };
    if output.status.success() {
        return Ok(Listing::Files(output.stdout));
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let says = |what| message.contains(what);
    if says("not a git repository") || says("must be run in a work tree") {
        Ok(Listing::NoWorkTree)
    } else if says("is outside repository") {
        Ok(Listing::OutsideRepository)
    } else {
        Err(io::Error::other(message.trim().to_owned()))
    }
}

/// Returns the files of a listing that are wanted and there, as files.
fn existing(dir: &Path, names: &[u8], wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let names = names.split(|&byte| byte == 0);
    let paths = names
        .filter(|name| !name.is_empty())
        .map(|name| dir.join(path_from(name)));
    let is_file = |path: &PathBuf| path.symlink_metadata().is_ok_and(|file| file.is_file());
    let mut files: Vec<_> = paths.filter(|path| wanted(path)).filter(is_file).collect();
    files.sort();
    // During a merge the index has up to three entries for one path.
    files.dedup();
    files
}

/// Returns whether git tracks all of these files.
///
/// # Errors
///
/// Fails if git cannot be run.
pub fn are_tracked(paths: &[&Path]) -> io::Result<bool> {
    let mut command = git(&["--literal-pathspecs", "ls-files", "--error-unmatch", "--"]);
    Ok(ended(command.args(paths))?.status.success())
}

/// A file in the index.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IndexEntry {
    /// What kind of file it is.
    pub mode: Mode,
    /// Its content.
    pub id: ObjectId,
    /// 0, or the side of a conflict.
    pub stage: u8,
    /// The path from the current directory.
    pub path: PathBuf,
}

/// Returns the files in the index that match one of the pathspecs.
///
/// # Errors
///
/// Fails with git's own words if it does not take the pathspecs, or if there
/// is no worktree.
pub fn index_entries(pathspecs: &[OsString]) -> io::Result<Vec<IndexEntry>> {
    let list = run(git(&["ls-files", "-z", "--stage", "--"]).args(pathspecs))?;
    let entries = list.split(|&byte| byte == 0);
    Ok(entries.filter_map(index_entry).collect())
}

/// Parses `100644 <id> 0<tab><path>`.
pub(super) fn index_entry(entry: &[u8]) -> Option<IndexEntry> {
    let tab = memchr::memchr(b'\t', entry)?;
    let (words, path) = entry.split_at(tab);
    let mut words = str::from_utf8(words).ok()?.split(' ');
    Some(IndexEntry {
        mode: Mode::parse(words.next()?)?,
        id: ObjectId::new(words.next()?)?,
        stage: words.next()?.parse().ok()?,
        path: path_from(path.get(1..)?),
    })
}

/// What untracked files are asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ignored {
    /// Those, too, that git is told to ignore.
    Included,
    /// Only those that it would add.
    LeftOut,
}

/// Returns the untracked files that match one of the pathspecs, from the top
/// of the worktree.
///
/// # Errors
///
/// Fails with git's own words if it does not take the pathspecs.
pub fn untracked_files(pathspecs: &[OsString], ignored: Ignored) -> io::Result<Vec<PathBuf>> {
    let mut command = git(&["ls-files", "-z", "--others", "--full-name"]);
    if ignored == Ignored::LeftOut {
        command.arg("--exclude-standard");
    }
    let names = run(command.arg("--").args(pathspecs))?;
    let names = names.split(|&byte| byte == 0);
    Ok(names
        .filter(|name| !name.is_empty())
        .map(path_from)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_blanks_and_tabs() {
        let entry = index_entry(b"100644 1a2b 3\ta \tb.ipynb").unwrap();
        assert_eq!(entry.id.as_str(), "1a2b");
        assert_eq!(entry.stage, 3);
        assert_eq!(entry.path, Path::new("a \tb.ipynb"));
        assert_eq!(index_entry(b""), None);
    }
}
