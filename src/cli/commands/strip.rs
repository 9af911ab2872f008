//! `nbweave strip`.

use std::io::{self, BufWriter, Write as _};

use anyhow::{Context as _, Result};
use rayon::prelude::*;

use nbweave::render::patch;
use nbweave::strip::{Change, Removal, StripOptions, strip};

use crate::cli::args::StripArgs;
use crate::cli::exit::Exit;
use crate::cli::input::{self, Input};
use crate::cli::ui::{self, Progress};

pub(crate) fn run(args: &StripArgs) -> Result<Exit> {
    let mut options = args.rules.options()?;
    options.layout = args.format.into();
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
        options: &options,
        quiet: args.quiet,
    };
    let ended = work.on(input::inputs(&paths))?;
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
struct Work<'a> {
    mode: Mode,
    options: &'a StripOptions,
    quiet: bool,
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

impl Work<'_> {
    /// Works on all inputs, several at once, and tells of them in their order.
    /// One that fails does not stop the others.
    fn on(&self, inputs: Vec<Result<Input>>) -> Result<Ended> {
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
        let strip = |input: Result<Input>| {
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
    fn strip(&self, input: &Input, out: &mut impl io::Write) -> Result<Done> {
        let bytes = input.read()?;
        let stripped =
            strip(&bytes, self.options).with_context(|| format!("cannot strip '{input}'"))?;
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
