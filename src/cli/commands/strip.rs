//! `nbweave strip`.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rayon::prelude::*;

use nbweave::render::patch;
use nbweave::strip::{Change, Removal, StripOptions, strip};

use crate::cli::args::StripArgs;
use crate::cli::exit::Exit;
use crate::cli::input::{self, Input};
use crate::cli::settings::{CommandLine, ForPath, OnProblem, PerPath};
use crate::cli::ui::{self, Progress};

pub(crate) fn run(args: &StripArgs, line: &CommandLine) -> Result<Exit> {
    let rules = PerPath::new(OnProblem::Fail, |args: StripArgs| {
        let mut options = args.rules.options()?;
        options.layout = args.format.into();
        Ok(options)
    });
    let paths = input::paths_or_stdin(&args.paths)?;
    let mode = if args.check {
        Mode::Check
    } else if args.dry_run {
        Mode::DryRun
    } else if args.diff {
        Mode::Diff
    } else if args.stdout {
        Mode::Stdout
    } else {
        Mode::InPlace
    };
    let work = Work {
        mode,
        quiet: args.quiet,
    };
    let inputs = Selected::of(&paths, |path| {
        rules.get(line, path.or(args.path.as_deref()))
    })?;
    let ended = work.on(inputs)?;
    let found = match mode {
        Mode::Check => ended.changed_notebooks > 0,
        Mode::InPlace => args.exit_code && ended.changed_notebooks > 0,
        Mode::DryRun | Mode::Diff | Mode::Stdout => false,
    };
    Ok(ended.exit(found))
}

/// What is done with a notebook that has something to strip.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    InPlace,
    Check,
    DryRun,
    Diff,
    Stdout,
}

/// A strip of many notebooks.
#[derive(Debug)]
struct Work {
    mode: Mode,
    quiet: bool,
}

/// A notebook that is worked on.
#[derive(Debug)]
struct Selected {
    input: Input,
    /// What goes; `None` if it is to be left alone.
    options: Option<Arc<StripOptions>>,
    /// What says so, unless the notebook came with others of its directory.
    alone: Option<String>,
}

impl Selected {
    /// Returns what paths of the command line name, with what is said of each;
    /// standard input has no path.
    fn of(
        paths: &[PathBuf],
        said: impl Fn(Option<&Path>) -> Result<ForPath<StripOptions>>,
    ) -> Result<Vec<Result<Self>>> {
        let mut all = Vec::new();
        for input in input::inputs(paths) {
            let input = match input {
                Ok(input) => input,
                Err(error) => {
                    all.push(Err(error));
                    continue;
                }
            };
            let path = match &input {
                Input::File(path) => Some(path),
                Input::Stdin => None,
            };
            let (options, origin) = match said(path.map(PathBuf::as_path))? {
                ForPath::Held(options) => (Some(options), None),
                ForPath::Excluded(origin) => (None, Some(origin)),
            };
            let is_named = path.is_none_or(|path| paths.contains(path));
            all.push(Ok(Self {
                input,
                options,
                alone: origin.filter(|_| is_named).map(|origin| origin.to_string()),
            }));
        }
        Ok(all)
    }
}

/// How a strip of many notebooks ended.
#[derive(Debug, Default)]
struct Ended {
    notebooks: usize,
    changed_notebooks: usize,
    failed: usize,
}

impl Ended {
    /// Returns how the process should end.
    fn exit(&self, found: bool) -> Exit {
        match self.failed {
            0 if found => Exit::Found,
            0 => Exit::Clean,
            _ => Exit::Failed,
        }
    }
}

/// What was done with one notebook.
#[derive(Debug)]
struct Done {
    input: Input,
    changes: Vec<Change>,
    changed: bool,
    /// What goes to standard output.
    text: Vec<u8>,
}

impl Work {
    /// Works on all inputs, several at once, and tells of them in their order.
    /// One that fails does not stop the others.
    fn on(&self, inputs: Vec<Result<Selected>>) -> Result<Ended> {
        // One notebook needs no threads, and one that is piped in need not be
        // held in memory twice.
        if let [Ok(input)] = inputs.as_slice() {
            let mut ended = Ended::default();
            // Many edits make many small writes.
            let mut out = BufWriter::with_capacity(128 * 1024, io::stdout().lock());
            let done = self.strip(input, &mut out);
            self.tell(done, &mut ended, &mut out)?;
            out.flush().context("cannot write")?;
            return Ok(ended);
        }
        let progress = Progress::new(inputs.len());
        let strip = |input: Result<Selected>| {
            let mut text = Vec::new();
            let done = input.and_then(|input| self.strip(&input, &mut text));
            progress.advance();
            done.map(|done| Done { text, ..done })
        };
        let all: Vec<_> = inputs.into_par_iter().map(strip).collect();
        drop(progress);
        let mut ended = Ended::default();
        let mut out = BufWriter::new(io::stdout().lock());
        for done in all {
            self.tell(done, &mut ended, &mut out)?;
        }
        out.flush().context("cannot write")?;
        Ok(ended)
    }

    /// Strips one notebook; what goes to standard output goes to `out`.
    fn strip(&self, selected: &Selected, out: &mut impl io::Write) -> Result<Done> {
        let input = &selected.input;
        let Some(options) = &selected.options else {
            return self.leave(selected, out);
        };
        let bytes = input.read()?;
        let stripped = strip(&bytes, options).with_context(|| format!("cannot strip '{input}'"))?;
        let edits = &stripped.edits;
        let changed = !edits.is_empty();
        match (self.mode, input) {
            (Mode::InPlace, Input::File(path)) if changed => {
                nbweave::fs::replace(path, |file| edits.write_to(&bytes, file))
                    .with_context(|| format!("cannot write '{input}'"))?;
            }
            (Mode::Stdout, _) | (Mode::InPlace, Input::Stdin) => {
                edits.write_to(&bytes, out).context("cannot write")?;
            }
            (Mode::Diff, _) => {
                patch(&input.to_string(), &bytes, edits, out).context("cannot write")?;
            }
            (Mode::InPlace | Mode::Check | Mode::DryRun, _) => {}
        }
        Ok(Done {
            input: input.clone(),
            changes: stripped.changes,
            changed,
            text: Vec::new(),
        })
    }

    /// Leaves a notebook as it is.
    fn leave(&self, selected: &Selected, out: &mut impl io::Write) -> Result<Done> {
        let input = &selected.input;
        let is_piped = self.mode == Mode::InPlace && *input == Input::Stdin;
        if is_piped || self.mode == Mode::Stdout {
            out.write_all(&input.read()?).context("cannot write")?;
        } else if let Some(origin) = &selected.alone
            && !self.quiet
        {
            ui::say(&format!(
                "nbweave: '{input}' is left alone: {origin} excludes it"
            ));
        }
        Ok(Done {
            input: input.clone(),
            changes: Vec::new(),
            changed: false,
            text: Vec::new(),
        })
    }

    /// Says what was done with one notebook and counts it.
    fn tell(&self, done: Result<Done>, ended: &mut Ended, out: &mut impl io::Write) -> Result<()> {
        ended.notebooks += 1;
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                if ui::report(&error) == Exit::Clean {
                    // The reader of standard output went away.
                    return Err(error);
                }
                ended.failed += 1;
                return Ok(());
            }
        };
        out.write_all(&done.text).context("cannot write")?;
        if !done.changed {
            return Ok(());
        }
        ended.changed_notebooks += 1;
        match self.mode {
            Mode::Check => write_findings(&done, out).context("cannot write"),
            Mode::DryRun => writeln!(out, "{}", done.input).context("cannot write"),
            Mode::InPlace if !self.quiet && done.input != Input::Stdin => {
                let summary = summary(&done.changes);
                ui::say(&format!("stripped '{}': {summary}", done.input));
                Ok(())
            }
            Mode::InPlace | Mode::Diff | Mode::Stdout => Ok(()),
        }
    }
}

/// Writes a line for each cell that has something to strip.
fn write_findings(done: &Done, out: &mut impl io::Write) -> io::Result<()> {
    for changes in done.changes.chunk_by(|one, other| one.cell == other.cell) {
        let Some(Change { cell, .. }) = changes.first() else {
            continue;
        };
        // People count from one.
        let place = cell.map_or("notebook".to_owned(), |index| format!("cell {}", index + 1));
        let what: Vec<_> = changes
            .iter()
            .map(|change| change.what.to_string())
            .collect();
        writeln!(out, "{}: {place}: {}", done.input, what.join(", "))?;
    }
    Ok(())
}

/// Returns what went out of a notebook, in one line.
fn summary(changes: &[Change]) -> String {
    let outputs = changes.iter().map(|change| match change.what {
        Removal::Outputs(count) => count,
        Removal::NullOutputs
        | Removal::ExecutionCount
        | Removal::Metadata(_)
        | Removal::Id
        | Removal::Cell
        | Removal::Format
        | Removal::Layout => 0,
    });
    let of = |is: fn(&Removal) -> bool| changes.iter().filter(|change| is(&change.what)).count();
    let counted = [
        (outputs.sum(), "output"),
        (
            of(|what| *what == Removal::ExecutionCount),
            "execution count",
        ),
        (
            of(|what| matches!(what, Removal::Metadata(_))),
            "metadata key",
        ),
        (of(|what| *what == Removal::Id), "id"),
        (of(|what| *what == Removal::Cell), "cell"),
    ];
    let plural = |count| if count == 1 { "" } else { "s" };
    let mut parts: Vec<_> = counted
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", plural(count)))
        .collect();
    for once in [Removal::NullOutputs, Removal::Format, Removal::Layout] {
        if changes.iter().any(|change| change.what == once) {
            parts.push(once.to_string());
        }
    }
    parts.join(", ")
}
