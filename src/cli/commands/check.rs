//! `nbweave check`: what strip would remove, what is broken, what a merge
//! left, secrets.

mod scope;

use std::env;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Error, Result};
use nbweave::check::{CheckOptions, Finding, Rule, check, mended, unreadable};
use nbweave::git::Blobs;
use nbweave::json::Edits;
use nbweave::render::{CheckedFile, ReportFormat, Theme, counted, patch, report, statistics};
use rayon::prelude::*;

use crate::cli::args::{CheckArgs, ColorArg, FindingFormatArg};
use crate::cli::bytes::Bytes;
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::pager;
use crate::cli::settings::{CommandLine, ForPath, OnProblem, PerPath};
use crate::cli::ui::{self, Progress};
use scope::{Paths, Subject, subjects};

pub(crate) fn run(args: &CheckArgs, line: &CommandLine) -> Result<Exit> {
    let explained = args.explained()?;
    if !explained.is_empty() || args.lists_rules {
        let mut out = BufWriter::new(io::stdout().lock());
        for rule in Rule::all().filter(|rule| explained.contains(*rule)) {
            writeln!(out, "{}", rule.page()).context("cannot write")?;
        }
        if args.lists_rules {
            list_rules(&mut out).context("cannot write")?;
        }
        out.flush().context("cannot write")?;
        return Ok(Exit::Clean);
    }
    let rules = PerPath::new(OnProblem::Fail, |args: CheckArgs| Ok(args.options()?));
    let subjects = selected(subjects(args)?, args, |path| rules.get(line, path))?;
    let mode = if args.fix {
        Mode::Fix
    } else if args.diff {
        Mode::Diff
    } else {
        Mode::Report
    };
    let looked_into = all(subjects, mode);
    tell(looked_into, mode, args)
}

/// A notebook with what is looked for in it.
type Selected = (Subject, Arc<CheckOptions>);

/// Returns what is looked for in each notebook, without those that settings
/// leave alone.
fn selected(
    subjects: Vec<Result<Subject>>,
    args: &CheckArgs,
    said: impl Fn(Option<&Path>) -> Result<ForPath<CheckOptions>>,
) -> Result<Vec<Result<Selected>>> {
    let mut all = Vec::new();
    for subject in subjects {
        let subject = match subject {
            Ok(subject) => subject,
            Err(error) => {
                all.push(Err(error));
                continue;
            }
        };
        let path = subject.path();
        match said(path)? {
            ForPath::Held(options) => all.push(Ok((subject, options))),
            ForPath::Excluded(origin) => {
                if path.is_some_and(|path| args.paths.iter().any(|named| named == path)) {
                    let name = subject.name();
                    ui::say(&format!(
                        "nbweave: '{name}' is left alone: {origin} excludes it"
                    ));
                }
            }
        }
    }
    Ok(all)
}

/// What is done about findings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    Report,
    Fix,
    Diff,
}

/// A notebook that was looked into.
#[derive(Debug)]
struct LookedInto {
    subject: Subject,
    findings: Vec<Finding>,
    /// Why it could not be read, or not be written.
    failed: Option<Error>,
    /// How many findings were mended.
    n_mended: usize,
    /// What goes to standard output beside the report.
    text: Vec<u8>,
}

/// Looks into all notebooks, several at once, and returns them in their order.
fn all(subjects: Vec<Result<Selected>>, mode: Mode) -> Vec<Result<LookedInto>> {
    let progress = Progress::new(subjects.len());
    let look = |blobs: &mut Option<Blobs>, subject: Result<Selected>| {
        let done = subject.map(|(subject, options)| look_into(subject, blobs, mode, &options));
        progress.advance();
        done
    };
    if subjects.len() == 1 {
        // One notebook needs no threads.
        return subjects
            .into_iter()
            .map(|subject| look(&mut None, subject))
            .collect();
    }
    let subjects = subjects.into_par_iter();
    subjects.map_init(|| None, look).collect()
}

/// Looks into one notebook.
fn look_into(
    subject: Subject,
    blobs: &mut Option<Blobs>,
    mode: Mode,
    options: &CheckOptions,
) -> LookedInto {
    let mut done = LookedInto {
        subject,
        findings: Vec::new(),
        failed: None,
        n_mended: 0,
        text: Vec::new(),
    };
    let bytes = match done.subject.read(blobs) {
        Ok(bytes) => bytes,
        Err(error) => {
            done.failed = Some(error);
            return done;
        }
    };
    let name = done.subject.name();
    match check(&bytes, options) {
        Ok(checked) => done.findings = checked.findings,
        Err(error) => {
            done.findings.push(unreadable(&bytes, &error));
            done.failed = Some(Error::from(error).context(format!("cannot check '{name}'")));
            return done;
        }
    }
    let mending = match mode {
        Mode::Report => Ok(()),
        Mode::Fix => fix(&mut done, &bytes, options),
        Mode::Diff => show_fix(&mut done, &bytes, options),
    };
    done.failed = mending.err();
    done
}

/// Mends a notebook, and looks into it again.
fn fix(done: &mut LookedInto, bytes: &Bytes, options: &CheckOptions) -> Result<()> {
    let name = done.subject.name();
    let mended = if done.findings.iter().any(|finding| finding.is_mendable) {
        mended(bytes, options).with_context(|| format!("cannot check '{name}'"))?
    } else {
        None
    };
    if let Subject::Input(Input::Stdin) = done.subject {
        let edits = mended.clone().unwrap_or_default();
        edits
            .write_to(bytes, &mut done.text)
            .context("cannot write")?;
    }
    let Some(edits) = mended else {
        return Ok(());
    };
    let again = edits.apply(bytes);
    let left = check(&again, options).with_context(|| format!("cannot check '{name}'"))?;
    if let Subject::Input(Input::File(path)) = &done.subject {
        nbweave::fs::replace(path, |file| edits.write_to(bytes, file))
            .with_context(|| format!("cannot write '{name}'"))?;
    }
    done.n_mended = done.findings.len().saturating_sub(left.findings.len());
    done.findings = left.findings;
    Ok(())
}

/// Shows what mending a notebook would do.
fn show_fix(done: &mut LookedInto, bytes: &Bytes, options: &CheckOptions) -> Result<()> {
    let name = done.subject.name();
    let edits: Option<Edits> =
        mended(bytes, options).with_context(|| format!("cannot check '{name}'"))?;
    if let Some(edits) = edits {
        done.n_mended = done
            .findings
            .iter()
            .filter(|finding| finding.is_mendable)
            .count();
        patch(&name, bytes, &edits, &mut done.text).context("cannot write")?;
    }
    Ok(())
}

/// Says what was found in all notebooks.
fn tell(all: Vec<Result<LookedInto>>, mode: Mode, args: &CheckArgs) -> Result<Exit> {
    let is_for_people = matches!(
        args.output_format,
        FindingFormatArg::Text | FindingFormatArg::Concise
    );
    let paths = if is_for_people {
        None
    } else {
        Some(Paths::find()?)
    };
    let mut failed = 0;
    let mut n_mended = 0;
    let mut files = Vec::new();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut has_text = false;
    for done in all {
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                failed += 1;
                ui::report(&error);
                continue;
            }
        };
        out.write_all(&done.text).context("cannot write")?;
        has_text |= !done.text.is_empty();
        let name = done.subject.name();
        if let Some(error) = &done.failed {
            failed += 1;
            ui::report(error);
        }
        if mode == Mode::Fix && done.n_mended > 0 {
            let what = counted(done.n_mended, "finding");
            ui::say(&format!("mended {what} in '{name}'"));
        }
        n_mended += done.n_mended;
        let path = match (&paths, done.subject.path()) {
            (Some(paths), Some(path)) => paths.below_top(path),
            (_, _) => name.clone(),
        };
        // A report writes names in its own way.
        let name = match done.subject.path() {
            Some(path) => path.to_string_lossy().into_owned(),
            None => name,
        };
        // People were told already that it cannot be read.
        let mut findings = done.findings;
        if is_for_people {
            findings.retain(|finding| finding.rule != Rule::Unreadable);
        }
        files.push(CheckedFile {
            name,
            path,
            findings,
        });
    }
    let found = match mode {
        Mode::Diff => n_mended > 0,
        Mode::Report | Mode::Fix => {
            // The mended notebook takes standard output.
            let target = match &args.output_file {
                _ if mode == Mode::Fix && has_text => Target::StandardError,
                Some(path) => Target::File(path),
                None => Target::StandardOutput,
            };
            write_report(&files, args, target, &mut out)?;
            if is_for_people {
                summarize(&files, args);
            }
            files.iter().any(|file| !file.findings.is_empty())
        }
    };
    out.flush().context("cannot write")?;
    Ok(match failed {
        0 if found => Exit::Found,
        0 => Exit::Clean,
        _ => Exit::Failed,
    })
}

/// Where the report goes.
#[derive(Clone, Copy, Debug)]
enum Target<'a> {
    StandardOutput,
    StandardError,
    File(&'a Path),
}

fn write_report(
    files: &[CheckedFile],
    args: &CheckArgs,
    target: Target<'_>,
    out: &mut impl io::Write,
) -> Result<()> {
    let format = ReportFormat::from(args.output_format);
    let theme = theme(args, target);
    let mut text = Vec::new();
    let is_counted =
        args.statistics && matches!(format, ReportFormat::Text | ReportFormat::Concise);
    if is_counted {
        statistics(files, &mut text).context("cannot write")?;
    } else {
        report(files, format, &theme, &mut text).context("cannot write")?;
    }
    match target {
        Target::StandardOutput => {
            out.write_all(&text).context("cannot write")?;
            out.flush().context("cannot write")
        }
        Target::StandardError => io::stderr().write_all(&text).context("cannot write"),
        Target::File(path) => nbweave::fs::write(path, &text)
            .with_context(|| format!("cannot write '{}'", path.display())),
    }
}

/// Returns the colors. Git is asked for its settings only if somebody may see
/// them.
fn theme(args: &CheckArgs, target: Target<'_>) -> Theme {
    let is_seen = io::stdout().is_terminal() || env::var_os("CLICOLOR_FORCE").is_some();
    let has_color = match target {
        Target::StandardOutput => {
            (is_seen || args.color != ColorArg::Auto) && pager::has_color(args.color)
        }
        Target::StandardError | Target::File(_) => false,
    };
    if has_color {
        Theme::colored()
    } else {
        Theme::default()
    }
}

/// Says in one line what was found, and what to do.
fn summarize(files: &[CheckedFile], args: &CheckArgs) {
    let all = || files.iter().flat_map(|file| &file.findings);
    let n_findings = all().count();
    if n_findings == 0 {
        return;
    }
    let n_files = files
        .iter()
        .filter(|file| !file.findings.is_empty())
        .count();
    let found = counted(n_findings, "finding");
    let place = match (n_files, files.len()) {
        (1, 1) => "the notebook".to_owned(),
        (count, all) => format!("{count} of {}", counted(all, "notebook")),
    };
    ui::say(&format!("nbweave: {found} in {place}"));
    let n_mendable = all().filter(|finding| finding.is_mendable).count();
    if n_mendable > 0 && !args.fix && !args.staged {
        let what = match n_mendable {
            _ if n_mendable < n_findings => format!("{n_mendable} of them"),
            1 => "it".to_owned(),
            _ => "them".to_owned(),
        };
        ui::say(&format!(
            "hint: `nbweave check --fix` with the same paths and options mends {what}"
        ));
    }
    if all().any(|finding| finding.rule == Rule::Conflict) {
        ui::say("hint: `nbweave resolve` lists and settles conflicts");
    }
}

/// Writes the rules, a line each.
fn list_rules(out: &mut impl io::Write) -> io::Result<()> {
    let names = Rule::all().map(|rule| rule.name().len());
    let width = names.max().unwrap_or_default();
    for rule in Rule::all() {
        let usually = if rule.is_default() { "on " } else { "off" };
        let mends = if rule.can_mend() { "fix" } else { "   " };
        let (code, name, summary) = (rule.code(), rule.name(), rule.summary());
        writeln!(out, "{code} {name:width$} {usually} {mends} {summary}")?;
    }
    Ok(())
}
