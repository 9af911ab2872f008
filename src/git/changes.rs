//! What changed between two revisions, the index and the worktree: which
//! files, not what is in them.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;

use super::objects::ObjectId;
use super::program::{git, path_from, run};

/// What is compared with what.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Options of `git diff` that choose what is compared, such as `--cached`.
    pub options: Vec<OsString>,
    /// Revisions, ranges and pathspecs, as `git diff` tells them apart.
    pub arguments: Vec<OsString>,
    /// Pathspecs, and nothing else.
    pub pathspecs: Vec<OsString>,
}

/// A file that differs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileChange {
    /// What became of it.
    pub status: Status,
    /// How much of it stayed, in percent, if it was renamed or copied.
    pub similarity: Option<u8>,
    /// The file as it was.
    pub old: FileVersion,
    /// The file as it is.
    pub new: FileVersion,
}

/// One side of a change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileVersion {
    /// The path from the top of the worktree.
    pub path: PathBuf,
    /// What kind of file it is.
    pub mode: Mode,
    /// Where the content is.
    pub place: Place,
}

/// Where the content of a file is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// The file is not on this side.
    Nowhere,
    /// In the repository.
    Blob(ObjectId),
    /// In the worktree.
    Worktree,
}

/// What became of a file, by git's letters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// `A`: it is new.
    Added,
    /// `C`: it is a copy of another.
    Copied,
    /// `D`: it is gone.
    Deleted,
    /// `M`: its content or mode changed.
    Modified,
    /// `R`: it has another name.
    Renamed,
    /// `T`: it became a link, or was one.
    TypeChanged,
    /// `U`: a merge left it in conflict.
    Unmerged,
    /// `?`: git does not track it.
    Untracked,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "A",
            Self::Copied => "C",
            Self::Deleted => "D",
            Self::Modified => "M",
            Self::Renamed => "R",
            Self::TypeChanged => "T",
            Self::Unmerged => "U",
            Self::Untracked => "?",
        })
    }
}

/// A file mode of git: `100644`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Mode(pub u32);

impl Mode {
    /// What most files have.
    pub const FILE: Self = Self(0o100_644);

    /// Parses six octal digits.
    pub fn parse(text: &str) -> Option<Self> {
        u32::from_str_radix(text, 8).ok().map(Self)
    }

    /// Whether there is a file at all.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// Whether it is a regular file.
    pub fn is_file(self) -> bool {
        self.0 >> 12 == 0o10
    }

    /// Whether it is a symbolic link.
    pub fn is_link(self) -> bool {
        self.0 >> 12 == 0o12
    }

    /// Whether it is a commit of another repository.
    pub fn is_submodule(self) -> bool {
        self.0 >> 12 == 0o16
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06o}", self.0)
    }
}

/// Returns what `git diff` finds, in its order. Renames are found as its
/// settings say.
///
/// # Errors
///
/// Fails with git's own words if the arguments make no sense to it.
pub fn changes(what: &Changes) -> io::Result<Vec<FileChange>> {
    let mut command = git(&["diff", "--raw", "-z", "--no-abbrev", "--no-color"]);
    command.args(["--no-ext-diff", "--no-textconv", "--no-relative"]);
    command.arg("--ignore-submodules=all");
    command.args(&what.options).args(&what.arguments);
    if !what.pathspecs.is_empty() {
        command.arg("--").args(&what.pathspecs);
    }
    let raw = run(&mut command)?;
    parse(&raw).ok_or_else(|| io::Error::other("git printed a list of changes of unknown form"))
}

/// Parses what `git diff --raw -z` prints.
fn parse(raw: &[u8]) -> Option<Vec<FileChange>> {
    let mut changes = Vec::new();
    let mut fields = raw.split(|&byte| byte == 0);
    while let Some(field) = fields.next().filter(|field| !field.is_empty()) {
        let text = str::from_utf8(field).ok()?;
        let words = text.trim_start_matches(':');
        let n_old = text.len() - words.len();
        let words: Vec<_> = words.split(' ').collect();
        // A merge is compared with all its parents at once; the first one is
        // what the branch was.
        let [old_mode, ..] = words.as_slice() else {
            return None;
        };
        let new_mode = words.get(n_old)?;
        let old_id = words.get(n_old + 1)?;
        let new_id = words.get(2 * n_old + 1)?;
        let letters = words.get(2 * n_old + 2)?;
        let score = letters.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let status = match letters.chars().next()? {
            'A' => Status::Added,
            'C' => Status::Copied,
            'D' => Status::Deleted,
            'R' => Status::Renamed,
            'T' => Status::TypeChanged,
            'U' => Status::Unmerged,
            _ => Status::Modified,
        };
        let path = path_from(fields.next()?);
        let two_paths = n_old == 1 && matches!(status, Status::Copied | Status::Renamed);
        let new_path = if two_paths {
            path_from(fields.next()?)
        } else {
            path.clone()
        };
        changes.push(FileChange {
            status,
            similarity: score.parse().ok(),
            old: version(path, old_mode, old_id)?,
            new: version(new_path, new_mode, new_id)?,
        });
    }
    Some(changes)
}

fn version(path: PathBuf, mode: &str, id: &str) -> Option<FileVersion> {
    let mode = Mode::parse(mode)?;
    let place = if !mode.is_some() {
        Place::Nowhere
    } else if id.bytes().all(|digit| digit == b'0') {
        Place::Worktree
    } else {
        Place::Blob(ObjectId::new(id)?)
    };
    Some(FileVersion { path, mode, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> Vec<String> {
        let changes = parse(raw.as_bytes()).unwrap();
        let shown = changes.iter().map(|change| {
            let (old, new) = (&change.old, &change.new);
            format!(
                "{} {} {:?} -> {} {:?}",
                change.status,
                old.path.display(),
                old.place,
                new.path.display(),
                new.place
            )
        });
        shown.collect()
    }

    #[test]
    fn a_zero_id_of_a_file_that_is_there_is_the_worktree() {
        assert_eq!(
            shown(":100644 100644 0967ef4 0000000 M\0a b\0:100644 000000 0967ef4 0000000 D\0c\0"),
            [
                "M a b Blob(0967ef4) -> a b Worktree",
                "D c Blob(0967ef4) -> c Nowhere",
            ]
        );
    }

    #[test]
    fn renames_have_two_paths() {
        assert_eq!(
            shown(":100644 100644 1111111 2222222 R096\0old\0new\0"),
            ["R old Blob(1111111) -> new Blob(2222222)"]
        );
    }

    #[test]
    fn merges_are_compared_with_their_first_parent() {
        assert_eq!(
            shown("::100644 100755 100644 1111111 2222222 3333333 MM\0a\0"),
            ["M a Blob(1111111) -> a Blob(3333333)"]
        );
    }

    #[test]
    fn anything_else_is_no_list_of_changes() {
        assert_eq!(parse(b""), Some(Vec::new()));
        for raw in [":", ":100644", ":100644 100644 1 2\0", ":1 2 3 4 M"] {
            assert_eq!(parse(raw.as_bytes()), None, "{raw}");
        }
    }
}
