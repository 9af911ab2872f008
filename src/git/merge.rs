//! Merges as git does them: by lines, and the settings for them.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::TempDir;

use super::attributes::attributes;
use super::config::value;
use super::program::{ended, git, words};

/// A merge of lines, as `git merge-file` does it.
#[derive(Clone, Copy, Debug)]
pub struct LineMerge<'a> {
    /// What both sides started from.
    pub base: &'a [u8],
    /// The version that is merged into.
    pub ours: &'a [u8],
    /// The version that is merged.
    pub theirs: &'a [u8],
    /// The names of the base, ours and theirs behind conflict markers.
    pub labels: [&'a str; 3],
    /// How long conflict markers are, in characters.
    pub marker_size: usize,
    /// A value of `merge.conflictStyle`.
    pub style: &'a str,
    /// The option that says what is taken where lines conflict: `ours`,
    /// `theirs` or `union`.
    pub favor: Option<&'a str>,
}

/// What a merge of lines comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MergedLines {
    /// The merged text.
    pub text: Vec<u8>,
    /// Whether something in it is left to decide.
    pub has_conflicts: bool,
}

impl LineMerge<'_> {
    /// Merges the lines. Of binary files, it is ours with a conflict, as git
    /// has it.
    ///
    /// # Errors
    ///
    /// Fails if git cannot be run, or fails itself.
    pub fn run(&self) -> io::Result<MergedLines> {
        let dir = TempDir::with_prefix("nbweave-")?;
        let file = |name: &str, text: &[u8]| {
            let path = dir.path().join(name);
            let mut file = std::fs::File::options()
                .write(true)
                .create_new(true)
                .open(&path)?;
            file.write_all(text)?;
            Ok::<_, io::Error>(path)
        };
        // Outside of a repository, git reads no settings here, and there is no
        // option for the default.
        let style = format!("merge.conflictStyle={}", self.style);
        let mut command = git(&["-c", &style, "merge-file", "--stdout"]);
        if self.style != "merge" {
            command.arg(format!("--{}", self.style));
        }
        command.args(self.favor.map(|favor| format!("--{favor}")));
        command.arg(format!("--marker-size={}", self.marker_size));
        let [base, ours, theirs] = self.labels;
        for label in [ours, base, theirs] {
            command.args(["-L", label]);
        }
        command.arg("--");
        command.arg(file("ours", self.ours)?);
        command.arg(file("base", self.base)?);
        command.arg(file("theirs", self.theirs)?);
        let output = ended(command.env("LC_ALL", "C"))?;
        match output.status.code() {
            // The number of conflicts, up to 127.
            Some(conflicts @ 0..128) => Ok(MergedLines {
                text: output.stdout,
                has_conflicts: conflicts > 0,
            }),
            _ if words(&output).starts_with("Cannot merge binary files") => Ok(MergedLines {
                text: self.ours.to_owned(),
                has_conflicts: true,
            }),
            _ => Err(io::Error::other(words(&output))),
        }
    }
}

/// Returns `merge.conflictStyle`; `None` if it is not set, or git cannot be
/// asked.
pub fn conflict_style() -> Option<String> {
    value("merge.conflictStyle").ok().flatten()
}

/// Returns the attribute `conflict-marker-size` of a path from the current
/// directory; `None` if it is not set, or git cannot be asked.
pub fn marker_size(path: &Path) -> Option<usize> {
    let values = attributes(&["conflict-marker-size"], &[path.to_owned()]).ok()?;
    values.into_iter().flatten().flatten().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge<'a>(base: &'a str, ours: &'a str, theirs: &'a str) -> LineMerge<'a> {
        LineMerge {
            base: base.as_bytes(),
            ours: ours.as_bytes(),
            theirs: theirs.as_bytes(),
            labels: ["the base", "-us", "them"],
            marker_size: 9,
            style: "merge",
            favor: None,
        }
    }

    #[track_caller]
    fn check(merge: LineMerge<'_>, text: &str, has_conflicts: bool) {
        let merged = merge.run().unwrap();
        assert_eq!(String::from_utf8_lossy(&merged.text), text);
        assert_eq!(merged.has_conflicts, has_conflicts);
    }

    #[test]
    fn lines_that_do_not_touch_are_merged() {
        check(
            merge("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n"),
            "A\nb\nC\n",
            false,
        );
    }

    #[test]
    fn conflicts_have_markers_of_the_size_and_style_asked_for() {
        check(
            merge("a\n", "b\n", "c\n"),
            "<<<<<<<<< -us\nb\n=========\nc\n>>>>>>>>> them\n",
            true,
        );
        let diff3 = LineMerge {
            style: "diff3",
            ..merge("a\n", "b\n", "c\n")
        };
        check(
            diff3,
            "<<<<<<<<< -us\nb\n||||||||| the base\na\n=========\nc\n>>>>>>>>> them\n",
            true,
        );
    }

    #[test]
    fn a_favored_side_leaves_no_conflict() {
        let favoring = |favor| LineMerge {
            favor: Some(favor),
            ..merge("a\n", "b\n", "c\n")
        };
        check(favoring("ours"), "b\n", false);
        check(favoring("theirs"), "c\n", false);
        check(favoring("union"), "b\nc\n", false);
    }

    #[test]
    fn of_binary_files_ours_stays_in_conflict() {
        check(merge("a\0", "b\0", "c\0"), "b\0", true);
    }
}
