//! Runs a law over many seeds and writes down what breaks it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use nbweave::merge::{MergeOptions, Merged, Versions, merge};

use super::model::{Layout, Model};
use super::random::Random;

/// Three files to merge.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) base: Vec<u8>,
    pub(crate) ours: Vec<u8>,
    pub(crate) theirs: Vec<u8>,
}

impl Files {
    /// Writes the versions, most often in one layout.
    pub(crate) fn new(random: &mut Random, base: &Model, ours: &Model, theirs: &Model) -> Self {
        let usual = Layout::any(random);
        let mut write = |model: &Model| {
            if random.percent(8) {
                model.write(&Layout::any(random))
            } else {
                model.write(&usual)
            }
        };
        Self {
            base: write(base),
            ours: write(ours),
            theirs: write(theirs),
        }
    }

    /// Returns the merge the other way round.
    pub(crate) fn swapped(&self) -> Self {
        Self {
            base: self.base.clone(),
            ours: self.theirs.clone(),
            theirs: self.ours.clone(),
        }
    }

    pub(crate) fn merge(&self, options: &MergeOptions) -> Result<(Merged, Vec<u8>), String> {
        let versions = Versions {
            base: self.base.as_slice(),
            ours: &self.ours,
            theirs: &self.theirs,
        };
        let merged = merge(versions, options).map_err(|error| format!("not merged: {error}"))?;
        let bytes = merged.bytes(&self.ours, &self.theirs);
        Ok((merged, bytes))
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Holds so many cases, or as many as are asked for, to a law. It gets a seed
/// and says what is wrong with which files.
pub(crate) fn hold(name: &str, n_cases: u64, law: impl Fn(u64) -> Result<(), (String, Files)>) {
    let first = number("NBWEAVE_MERGE_SEED").unwrap_or(1);
    let n_cases = number("NBWEAVE_MERGE_CASES").unwrap_or(n_cases);
    let mut wrong = Vec::new();
    for seed in first..first + n_cases {
        match catch_unwind(AssertUnwindSafe(|| law(seed))) {
            Ok(Ok(())) => {}
            Ok(Err((what, files))) => {
                let dir = keep(name, seed, &what, &files);
                wrong.push(format!("seed {seed}: {what}\n    {}", dir.display()));
            }
            Err(_) => wrong.push(format!("seed {seed}: panic")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {n_cases} cases:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// Writes the files of a case and what is made of them.
fn keep(name: &str, seed: u64, what: &str, files: &Files) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("merge_laws")
        .join(format!("{name}-{seed}"));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("base.ipynb"), &files.base).unwrap();
    fs::write(dir.join("ours.ipynb"), &files.ours).unwrap();
    fs::write(dir.join("theirs.ipynb"), &files.theirs).unwrap();
    fs::write(dir.join("why.txt"), format!("{what}\n")).unwrap();
    let write = |name: &str, files: &Files| {
        let merged = files.merge(&MergeOptions::default()).ok()?.1;
        fs::write(dir.join(name), &merged).unwrap();
        Some(merged)
    };
    if let Some(ours) = write("merged.ipynb", files) {
        let again = Files {
            ours,
            ..files.clone()
        };
        write("again.ipynb", &again);
    }
    write("swapped.ipynb", &files.swapped());
    dir
}
