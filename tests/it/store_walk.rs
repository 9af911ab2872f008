//! A random walk through what people do with notebooks and git, with the
//! filter in place. After every step:
//!
//! * nothing in the index has outputs;
//! * a clean worktree is clean after all files were touched;
//! * every cell shows what a cell of this path, id and source has shown;
//! * what a version of a notebook has shown, it shows again, and a version that
//!   is new shows what its cells have shown in others.
//!
//! `NBWEAVE_WALK_STEPS` makes it longer, `NBWEAVE_WALK_SEED` another.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::time::{Duration, SystemTime};

use crate::filtered::{cells_of, commit, notebook, repository, status};
use crate::sandbox::{Sandbox, finish};

const PATHS: [&str; 3] = ["a.ipynb", "d/b.ipynb", "d/c.ipynb"];
const BRANCHES: [&str; 3] = ["main", "one", "two"];

/// Numbers that look random and are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// A path, and the id and source of every cell.
type Version = (&'static str, Vec<(String, String)>);

struct Walk {
    sandbox: Sandbox,
    random: Random,
    /// What every path, id and source has printed.
    printed: HashSet<(String, String, String, String)>,
    /// What cells showed when a version was last in the worktree: by path, ids
    /// and sources.
    versions: HashMap<Version, Vec<String>>,
    /// The cells of a path after the step before.
    before: HashMap<&'static str, Vec<(String, String, String)>>,
    n_runs: usize,
    /// How often a cell was seen that has printed something some time, how
    /// often it had nothing to show, and how often it should have had.
    observed: usize,
    empty: usize,
    forgotten: usize,
    /// How often an operation succeeded.
    done: BTreeMap<&'static str, usize>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let sandbox = repository();
        let walk = Self {
            sandbox,
            random: Random(seed),
            printed: HashSet::new(),
            n_runs: 0,
            versions: HashMap::new(),
            before: HashMap::new(),
            observed: 0,
            empty: 0,
            forgotten: 0,
            done: BTreeMap::new(),
        };
        for path in PATHS {
            let cells: Vec<_> = (0..14)
                .map(|index| (format!("{index}"), format!("f({index})\n"), String::new()))
                .collect();
            walk.write(path, &cells);
        }
        commit(&walk.sandbox, "notebooks");
        for branch in &BRANCHES[1..] {
            walk.sandbox.git(&["branch", branch]);
        }
        walk
    }

    fn write(&self, path: &str, cells: &[(String, String, String)]) {
        let cells = cells.iter();
        let cells: Vec<_> = cells
            .map(|(id, source, text)| (&**id, &**source, &**text))
            .collect();
        self.sandbox.write(path, notebook(&cells));
    }

    /// The cells of a notebook in the worktree; `None` if it is none now.
    fn cells(&self, path: &str) -> Option<Vec<(String, String, String)>> {
        let text = fs::read_to_string(self.sandbox.path(path)).ok()?;
        (!text.contains("<<<<<<<")).then(|| cells_of(&text))
    }

    fn git(&mut self, name: &'static str, args: &[&str]) -> bool {
        let output = self.sandbox.try_git(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !said.contains("panicked") && !said.contains("filter 'nbweave' failed"),
            "{said}"
        );
        let success = output.status.success();
        *self.done.entry(name).or_default() += usize::from(success);
        success
    }

    /// Runs some of the cells of a notebook, as a kernel would.
    fn run(&mut self, path: &str) {
        let Some(mut cells) = self.cells(path) else {
            return;
        };
        for (id, source, text) in &mut cells {
            if self.random.below(3) > 0 {
                self.n_runs += 1;
                let length = [1, 40, 5000][self.random.below(3)];
                *text = format!("run {} {}\n", self.n_runs, "-".repeat(length));
                self.remember(path, id, source, text);
            }
        }
        self.write(path, &cells);
    }

    fn remember(&mut self, path: &str, id: &str, source: &str, text: &str) {
        let key = [path, id, source, text].map(str::to_owned);
        let [path, id, source, text] = key;
        self.printed.insert((path, id, source, text));
    }

    /// Edits a cell, adds one, or removes one.
    fn edit(&mut self, path: &str) {
        let Some(mut cells) = self.cells(path) else {
            return;
        };
        let at = self.random.below(cells.len());
        self.n_runs += 1;
        let number = self.n_runs;
        match self.random.below(5) {
            0 => cells.insert(
                at,
                (
                    format!("n{number}"),
                    format!("g({number})\n"),
                    String::new(),
                ),
            ),
            1 if cells.len() > 10 => {
                cells.remove(at);
            }
            _ => {
                // An editor leaves what the cell shows until it is run again.
                let (id, source, text) = &mut cells[at];
                *source = format!("f({number})\n");
                let (id, source, text) = (id.clone(), source.clone(), text.clone());
                self.remember(path, &id, &source, &text);
            }
        }
        self.write(path, &cells);
    }

    fn step(&mut self) {
        let path = PATHS[self.random.below(PATHS.len())];
        let branch = BRANCHES[self.random.below(BRANCHES.len())];
        match self.random.below(22) {
            0..=3 => self.run(path),
            4 | 5 => self.edit(path),
            6..=10 => {
                if self.random.below(2) == 0 {
                    self.edit(path);
                }
                self.git("add", &["add", "--update"]);
                self.git("commit", &["commit", "--quiet", "--message", "work"]);
            }
            11 | 12 => {
                self.git("checkout", &["checkout", "--quiet", branch]);
            }
            13 => self.merging(
                "merge",
                &["merge", "--quiet", "--no-edit", branch],
                "--abort",
            ),
            14 => self.merging("rebase", &["rebase", "--quiet", branch], "--abort"),
            15 => self.merging(
                "rebase",
                &["rebase", "--quiet", "--autostash", branch],
                "--abort",
            ),
            16 => self.merging("cherry-pick", &["cherry-pick", branch], "--abort"),
            17 => {
                if self.git("stash", &["stash", "--quiet"]) {
                    if self.random.below(2) == 0 {
                        self.git("checkout", &["checkout", "--quiet", branch]);
                    }
                    if !self.git("stash pop", &["stash", "pop", "--quiet"]) {
                        self.git("reset", &["reset", "--quiet", "--hard"]);
                        self.git("stash drop", &["stash", "drop", "--quiet"]);
                    }
                }
            }
            18 => {
                self.git("diff", &["diff"]);
                self.git("log", &["log", "-p", "-3"]);
            }
            19 => {
                // What was never seen by the filter is lost, and not ours.
                self.git("add", &["add", "--update"]);
                self.git("reset", &["reset", "--quiet", "--hard"]);
            }
            20 => {
                let refreshed = self.sandbox.run(&["refresh", "--quiet"], "");
                assert!(refreshed.status.success());
                *self.done.entry("refresh").or_default() += 1;
            }
            _ => self.touch(),
        }
    }

    /// Merges in one way or another; a conflict is given up, or one side is
    /// taken.
    fn merging(&mut self, name: &'static str, args: &[&str], abort: &str) {
        if !self.git(name, args) {
            self.after_conflict(name, abort);
        }
        // A stash that could not be put back whole is left in its place, also
        // by a rebase that went well.
        if !self.sandbox.git(&["ls-files", "--unmerged"]).is_empty() {
            self.git("reset", &["reset", "--quiet", "--hard"]);
        }
    }

    fn after_conflict(&mut self, name: &'static str, abort: &str) {
        let unmerged = self.sandbox.git(&["ls-files", "--unmerged"]);
        if !unmerged.is_empty() && name == "merge" && self.random.below(2) == 0 {
            let side = ["--ours", "--theirs"][self.random.below(2)];
            self.sandbox.git(&["checkout", "--quiet", side, "--", "."]);
            commit(&self.sandbox, "one side");
            *self.done.entry("take a side").or_default() += 1;
        } else if !unmerged.is_empty() || name == "rebase" {
            self.sandbox.try_git(&[name, abort]);
            *self.done.entry("abort").or_default() += 1;
        }
    }

    fn touch(&self) {
        let now = SystemTime::now() + Duration::from_secs(5);
        for path in PATHS {
            let path = self.sandbox.path(path);
            let file = fs::File::options().append(true).open(path).unwrap();
            file.set_modified(now).unwrap();
        }
    }

    fn check(&mut self) {
        let mut blobs = self.sandbox.command("sh");
        let all = "git ls-files --stage | cut -d' ' -f2 | git cat-file --batch";
        let blobs = finish(blobs.args(["-c", all]), "").stdout;
        let blobs = String::from_utf8(blobs).unwrap();
        assert!(!blobs.contains("stream") && blobs.contains("outputs"));
        if status(&self.sandbox).is_empty() {
            self.touch();
            assert_eq!(status(&self.sandbox), "");
        }
        for path in PATHS {
            let cells = self.cells(path).unwrap();
            self.check_cells(path, &cells);
        }
    }

    fn check_cells(&mut self, path: &'static str, cells: &[(String, String, String)]) {
        let sources = cells
            .iter()
            .map(|(id, source, _)| (id.clone(), source.clone()));
        let texts = cells.iter().map(|(_, _, text)| text.clone()).collect();
        let version = (path, sources.collect());
        let last = self.versions.insert(version, texts);
        let before = self
            .before
            .insert(path, cells.to_owned())
            .unwrap_or_default();
        for (index, (id, source, text)) in cells.iter().enumerate() {
            let is_of = |known: &&(String, String, String, String)| {
                (&*known.0, &known.1, &known.2) == (path, id, source)
            };
            let mut known = self.printed.iter().filter(is_of);
            if !text.is_empty() {
                self.observed += 1;
                assert!(
                    known.any(|known| known.3 == *text),
                    "{path} {id} {source} {text}"
                );
            } else if known.any(|known| !known.3.is_empty()) {
                self.observed += 1;
                self.empty += 1;
                // It may not have run when this version was last here, or in the
                // file that was edited just now.
                let was_empty = match &last {
                    Some(last) => last[index].is_empty(),
                    None => before.contains(&cells[index]),
                };
                self.forgotten += usize::from(!was_empty);
            }
        }
    }
}

#[test]
fn a_random_walk_keeps_what_was_promised() {
    let number = |name: &str, default: u64| {
        let value = std::env::var_os(name);
        value.map_or(default, |value| value.to_str().unwrap().parse().unwrap())
    };
    let n_steps = number("NBWEAVE_WALK_STEPS", 40);
    let seed = number("NBWEAVE_WALK_SEED", 0x5eed_1234_5678_9abc);
    let mut walk = Walk::new(seed);
    for step in 0..n_steps {
        walk.step();
        walk.check();
        if n_steps > 100 && step % 100 == 99 {
            eprintln!(
                "{} steps, {} cells that have run: {} without outputs, {} of them forgotten",
                step + 1,
                walk.observed,
                walk.empty,
                walk.forgotten
            );
        }
    }
    eprintln!("{:?}", walk.done);
    // A version that git passed through on its way, in a rebase, counts as seen
    // with what it had then.
    assert!(walk.observed > 0 && walk.forgotten * 1000 <= walk.observed);
}
