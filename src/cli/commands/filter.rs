//! `nbweave filter-process`, `git-clean`, `git-smudge`: notebooks on their way
//! between the worktree and the repository.
//!
//! Git stops what it does if a filter fails, so a file that cannot be filtered
//! is passed on as it is.

use std::borrow::Cow;
use std::collections::HashSet;
use std::env;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use nbweave::git::{self, Direction, GitDirectory};
use nbweave::store::{Limits, Restore, Store, clean, smudge};
use nbweave::strip::StripOptions;

use crate::cli::args::{FilterArgs, FilterOneArgs, RestoreArg, RuleArgs};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::settings::{CommandLine, ForPath, OnProblem, PerPath};
use crate::cli::ui;

/// How people get on if the filter is what keeps them.
const ESCAPE_HATCH: &str = "hint: `git -c filter.nbweave.process= -c filter.nbweave.clean= \
                            -c filter.nbweave.required=false` \
                            with the command behind it does without the filter";

/// What textconv begins with, behind the sign of a comment. `git blame` cleans
/// what came out of it.
const TEXT: &[u8] = b": notebook";

/// A pipe holds 64 KiB, as does a packet.
const BUFFER: usize = 128 * 1024;

pub(crate) fn process(args: &FilterArgs, line: &CommandLine) -> Exit {
    let mut filter = match Filter::new(args, line) {
        Ok(filter) => filter,
        Err(error) => return failed(&error),
    };
    let input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let served = git::serve_filter(input, output, |request| {
        Some(filter.filtered(request.direction, &request.path, request.content))
    });
    filter.finish();
    served.map_or_else(|error| failed(&error.into()), |()| Exit::Clean)
}

pub(crate) fn clean_one(args: &FilterOneArgs, line: &CommandLine) -> Exit {
    one(Direction::Clean, args, line)
}

pub(crate) fn smudge_one(args: &FilterOneArgs, line: &CommandLine) -> Exit {
    one(Direction::Smudge, args, line)
}

fn one(direction: Direction, args: &FilterOneArgs, line: &CommandLine) -> Exit {
    let mut filter = match Filter::new(&args.filter, line) {
        Ok(filter) => filter,
        Err(error) => return failed(&error),
    };
    let path = args.path.clone().unwrap_or_default();
    let written = Input::Stdin.read().and_then(|bytes| {
        let filtered = filter.filtered(direction, &path, &bytes);
        let mut out = io::stdout().lock();
        let written = out.write_all(&filtered).and_then(|()| out.flush());
        written.context("cannot write")
    });
    filter.finish();
    written.map_or_else(|error| failed(&error), |()| Exit::Clean)
}

/// Says what went wrong, and what to do when git is kept from its work.
fn failed(error: &anyhow::Error) -> Exit {
    let exit = ui::report(error);
    if exit != Exit::Clean {
        ui::say(ESCAPE_HATCH);
    }
    exit
}

/// Returns the output store of the repository that the environment or the
/// current directory names, if there is one.
pub(super) fn store() -> Option<Store> {
    let current = env::current_dir().ok()?;
    let directory = GitDirectory::find(env::var_os("GIT_DIR").as_deref(), &current)?;
    Some(Store::new(&directory.common, directory.worktree.as_deref()))
}

/// A filter at work.
struct Filter<'a> {
    line: &'a CommandLine,
    /// What goes without settings.
    options: Arc<StripOptions>,
    rules: PerPath<RuleArgs, StripOptions>,
    store: Option<Store>,
    restore: Restore,
    /// Whether notebooks go into an archive, which is for others; `None` until
    /// somebody wants to know.
    is_archiving: Option<bool>,
    /// Whether it was said that outputs cannot be kept.
    told: bool,
    /// The hashes of notebooks that outputs were put back into.
    restored: HashSet<u64>,
}

impl<'a> Filter<'a> {
    fn new(args: &FilterArgs, line: &'a CommandLine) -> Result<Self> {
        let restore = match args.restore {
            _ if args.no_restore => None,
            RestoreArg::Exact => Some(Restore::Exact),
            RestoreArg::Cell => Some(Restore::Cell),
            RestoreArg::Off => None,
        };
        Ok(Self {
            line,
            options: Arc::new(args.rules.options()?),
            rules: PerPath::new(OnProblem::Say, |args: RuleArgs| Ok(args.options()?)),
            store: restore.and_then(|_| store()),
            restore: restore.unwrap_or(Restore::Exact),
            is_archiving: None,
            told: false,
            restored: HashSet::new(),
        })
    }

    /// Returns a file as it goes on; `path` is from the top of the worktree.
    fn filtered<'b>(
        &mut self,
        direction: Direction,
        path: &Path,
        bytes: &'b [u8],
    ) -> Cow<'b, [u8]> {
        let name = Input::File(path.to_owned());
        let work = || match direction {
            Direction::Clean => self.cleaned(path, bytes),
            Direction::Smudge => Ok(self.smudged(path, bytes)),
        };
        match guarded(work) {
            Ok(filtered) => filtered,
            Err(error) => {
                if !is_text(bytes) {
                    ui::say(&format!(
                        "nbweave: '{name}' goes through unfiltered: {error:#}"
                    ));
                }
                Cow::Borrowed(bytes)
            }
        }
    }

    /// Returns what goes out of a notebook; `None` if it is left alone.
    fn options_for(&self, path: &Path) -> Option<Arc<StripOptions>> {
        match self.rules.get(self.line, Some(path)) {
            Ok(ForPath::Held(options)) => Some(options),
            Ok(ForPath::Excluded(_)) => None,
            Err(error) => {
                ui::say(&format!("nbweave: settings do not count: {error:#}"));
                Some(Arc::clone(&self.options))
            }
        }
    }

    fn cleaned<'b>(&mut self, path: &Path, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>> {
        let Some(options) = self.options_for(path) else {
            return Ok(Cow::Borrowed(bytes));
        };
        // With `merge.renormalize` git smudges and cleans all sides of a merge.
        // Kept as if they had just run, the outputs of an old version would
        // take the place of newer ones.
        let is_known = !self.restored.is_empty() && self.restored.contains(&hash(path, bytes));
        let store = self.store.as_mut();
        let store = store.filter(|_| !path.as_os_str().is_empty() && !is_known);
        let cleaned = clean(bytes, key(path), &options, store)?;
        if let Err(error) = cleaned.kept
            && !self.told
        {
            self.told = true;
            let name = Input::File(path.to_owned());
            ui::say(&format!(
                "nbweave: cannot keep the outputs of '{name}': {error}"
            ));
        }
        Ok(cleaned.bytes)
    }

    fn smudged<'b>(&mut self, path: &Path, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let smudged = self.with_outputs(path, bytes);
        if let Cow::Owned(restored) = &smudged {
            self.restored.insert(hash(path, restored));
        }
        smudged
    }

    fn with_outputs<'b>(&mut self, path: &Path, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let Some(store) = &self.store else {
            return Cow::Borrowed(bytes);
        };
        if *self.is_archiving.get_or_insert_with(git::is_archiving) {
            return Cow::Borrowed(bytes);
        }
        let Some(options) = self.options_for(path) else {
            return Cow::Borrowed(bytes);
        };
        smudge(bytes, key(path), &options, store, self.restore)
    }

    /// Brings the store back into its limits. Git has all its answers.
    fn finish(&mut self) {
        if let Some(store) = &mut self.store {
            // Another process will, if this one may not.
            store.prune_if_due(Limits::default()).ok();
        }
    }
}

/// Returns a path from the top of the worktree as the store knows it.
pub(super) fn key(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn hash(path: &Path, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, bytes).hash(&mut hasher);
    hasher.finish()
}

/// Returns what `work` does; that it panicked is an error like others.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(anyhow::anyhow!("a mistake in nbweave, please report it")))
}

/// Whether bytes are what textconv writes, in any language.
fn is_text(bytes: &[u8]) -> bool {
    let longest_sign = 3;
    let start = bytes.get(..longest_sign + TEXT.len()).unwrap_or(bytes);
    start.windows(TEXT.len()).any(|part| part == TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_textconv_is_known_in_any_language() {
        for text in ["#: notebook", "//: notebook ir", "(*: notebook *)"] {
            assert!(is_text(text.as_bytes()), "{text}");
        }
        assert!(!is_text(b"{\"a\": notebook"));
        assert!(!is_text(b""));
    }

    #[test]
    fn a_panic_is_an_error() {
        let result: Result<()> = guarded(|| panic!("as a test"));
        assert!(result.unwrap_err().to_string().contains("report it"));
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
    }
}
