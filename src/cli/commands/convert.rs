//! `nbweave convert`: notebooks as text and text as notebooks.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use nbweave::convert::{Extras, Target, TextCell};
use nbweave::merge::{KeepOutputs, Updated};
use nbweave::render::PictureFile;
use rayon::prelude::*;

use crate::cli::args::ConvertArgs;
use crate::cli::bytes;
use crate::cli::converting::places::{Found, Output, extension_of, found, link};
use crate::cli::converting::{
    Converted, ReviewTo, Source, To, difference_lines, read, taken_over, target, text_to_text,
    to_newest, to_notebook, to_review, to_text, update_words,
};
use crate::cli::exit::Exit;
use crate::cli::input::{self, Input};
use crate::cli::pairing::has_conflicts;
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui::{self, Progress, Usage};

/// How many results are held before they are written.
const AT_ONCE: usize = 256;

/// How many differences of one file are listed.
const LISTED: usize = 8;

pub(crate) fn run(own: &ConvertArgs, line: &CommandLine) -> Result<Exit> {
    let args: &ConvertArgs = &line.args(None, OnProblem::Fail)?;
    let paths = input::paths_or_stdin(&args.paths)?;
    // A name that was given says more than a setting for all.
    let output = args.output.as_deref();
    let to =
        To::parse(own.to.as_deref(), output).or_else(|_| To::parse(args.to.as_deref(), output))?;
    let from = args.from.as_deref().map(target).transpose()?;
    if args.update && !matches!(to, To::Ipynb) {
        return Err(Usage("--update is for notebooks: `--to ipynb`".to_owned()).into());
    }
    if args.outputs.is_some() && !matches!(to, To::Review(ReviewTo::Markdown)) {
        return Err(Usage("--outputs is for `--to review:md`".to_owned()).into());
    }
    let is_one = matches!(paths.as_slice(), [path] if !path.is_dir());
    let work = Work {
        args,
        output: Output::of(args.output.as_deref(), is_one),
        to,
        from,
    };
    work.on(found(&paths, &work.to, work.from.as_ref()))
}

/// A conversion of many files.
struct Work<'a> {
    args: &'a ConvertArgs,
    to: To,
    from: Option<Target>,
    output: Output,
}

/// What became of one file.
struct Done {
    input: Input,
    converted: Converted,
    /// Where it goes; `None` is standard output.
    place: Option<PathBuf>,
    /// What an update changed.
    updated: Option<Updated>,
}

impl Work<'_> {
    /// Converts all files, several at once, and writes and tells in their
    /// order. One that fails does not stop the others.
    fn on(&self, all: Vec<Result<Found>>) -> Result<Exit> {
        let progress = Progress::new(all.len());
        let mut out = BufWriter::new(io::stdout().lock());
        let mut taken = HashSet::new();
        let mut exit = Exit::Clean;
        let mut all = all.into_iter().peekable();
        while all.peek().is_some() {
            let some: Vec<_> = all.by_ref().take(AT_ONCE).collect();
            let convert = |found: Result<Found>| {
                let done = found.and_then(|found| self.convert(&found));
                progress.advance();
                done
            };
            // One file needs no threads.
            let done: Vec<_> = match some.len() {
                1 => some.into_iter().map(convert).collect(),
                _ => some.into_par_iter().map(convert).collect(),
            };
            for done in done {
                let told = done.and_then(|done| match done {
                    Some(done) => self.finish(&done, &mut taken, &mut out),
                    None => Ok(Exit::Clean),
                });
                exit = exit.max(told.unwrap_or_else(|error| ui::report(&error)));
            }
        }
        drop(progress);
        out.flush().context("cannot write")?;
        Ok(exit)
    }

    /// Converts one file; `None` if it was not meant.
    fn convert(&self, found: &Found) -> Result<Option<Done>> {
        let input = &found.input;
        let bytes = input.read()?;
        let extension = match input {
            Input::File(path) => extension_of(path),
            Input::Stdin => String::new(),
        };
        let context = || format!("cannot convert '{input}'");
        let source = read(&bytes, &extension, self.from.as_ref()).with_context(context)?;
        if let Source::Text { has_header, .. } = &source
            && found.dir.is_some()
            && self.from.is_none()
            && !has_header
        {
            return Ok(None);
        }
        let mut updated = None;
        let converted = match (&self.to, &source) {
            (To::Text(to), Source::Notebook(bytes)) => to_text(bytes, to, self.extras()),
            (To::Text(to), Source::Text { notebook, .. }) => text_to_text(notebook, to),
            (To::Ipynb, Source::Notebook(bytes)) => to_newest(bytes),
            (To::Review(to), Source::Notebook(bytes)) => self.review(bytes, *to, found),
            (
                To::Review(to),
                Source::Text {
                    notebook,
                    extension,
                    ..
                },
            ) => to_notebook(notebook, extension)
                .and_then(|converted| self.review(&converted.bytes, *to, found)),
            (To::Ipynb, Source::Text { .. }) => {
                self.notebook(&source, found).map(|(converted, changes)| {
                    updated = changes;
                    converted
                })
            }
        };
        let converted = converted.with_context(context)?;
        let place = self.place(found, &converted.ending);
        Ok(Some(Done {
            input: input.clone(),
            place,
            converted,
            updated,
        }))
    }

    fn place(&self, found: &Found, ending: &str) -> Option<PathBuf> {
        self.output.place(found, ending, self.from.as_ref())
    }

    fn extras(&self) -> Extras {
        Extras {
            ids: self.args.ids,
            attachments: self.args.attachments,
        }
    }

    /// Makes a notebook of text, of the one that is there if it is to be
    /// updated.
    fn notebook(&self, source: &Source<'_>, found: &Found) -> Result<(Converted, Option<Updated>)> {
        let Source::Text {
            format,
            extension,
            notebook,
            ..
        } = source
        else {
            return Err(anyhow!("it is no text"));
        };
        let mut converted = to_notebook(notebook, extension)?;
        let has_markers = |cell: &TextCell| has_conflicts(cell.source.as_bytes());
        if let Some(at) = notebook.cells.iter().position(has_markers) {
            let warning = format!("cell {} has conflict markers", at + 1);
            converted.warnings.push(warning);
        }
        if self.args.check {
            let target = Target {
                format: *format,
                extension: Some(extension.clone()),
                suffix: String::new(),
                prefix: None,
            };
            converted.differences = text_to_text(notebook, &target)?.differences;
        }
        let place = self.place(found, &converted.ending);
        let Some(place) = place.filter(|place| self.args.update && place.exists()) else {
            return Ok((converted, None));
        };
        let context = || format!("cannot update '{}'", Input::File(place.clone()));
        if notebook.cells.is_empty() && !self.args.force {
            let error = anyhow!("the text has no cells, so none would be left (--force does it)");
            return Err(error).with_context(context);
        }
        let old = bytes::read_path(&place).with_context(context)?;
        let keep = if self.args.keep_outputs {
            KeepOutputs::All
        } else {
            KeepOutputs::Formatted
        };
        let form = (*format, extension.as_str());
        let (new, updated) = taken_over(&old, notebook, form, keep).with_context(context)?;
        converted.bytes = new;
        Ok((converted, Some(updated)))
    }

    fn review(&self, bytes: &[u8], to: ReviewTo, found: &Found) -> Result<Converted> {
        let links = self.args.outputs.as_deref().map(|dir| {
            let place = self.place(found, "");
            link(place.as_deref(), dir)
        });
        to_review(bytes, to, links.as_deref())
    }

    /// Writes the result of one file and tells of it.
    fn finish(
        &self,
        done: &Done,
        taken: &mut HashSet<PathBuf>,
        out: &mut impl io::Write,
    ) -> Result<Exit> {
        let converted = &done.converted;
        let lines = difference_lines(&converted.differences);
        if self.args.check {
            for line in &lines {
                writeln!(out, "{}: {line}", done.input).context("cannot write")?;
            }
            let exit = if lines.is_empty() {
                Exit::Clean
            } else {
                Exit::Found
            };
            return Ok(exit);
        }
        let was_written = match &done.place {
            None => {
                out.write_all(&converted.bytes).context("cannot write")?;
                false
            }
            Some(place) => {
                let name = Input::File(place.clone());
                if !taken.insert(place.clone()) {
                    return Err(anyhow!("'{}': '{name}' has another result", done.input));
                }
                self.write(done, place)
                    .with_context(|| format!("cannot write '{name}'"))?
            }
        };
        if let Some(dir) = &self.args.outputs {
            for picture in &converted.pictures {
                write_picture(dir, picture)?;
            }
        }
        self.tell(done, was_written, &lines);
        Ok(Exit::Clean)
    }

    /// Writes a file; returns whether there was anything to write.
    fn write(&self, done: &Done, place: &Path) -> Result<bool> {
        let bytes = &done.converted.bytes;
        if place.symlink_metadata().is_ok() {
            let is_same = bytes::read_path(place).is_ok_and(|old| old[..] == bytes[..]);
            if is_same {
                return Ok(false);
            }
            let is_own = done.input == Input::File(place.to_owned());
            if !self.args.force && !is_own && done.updated.is_none() {
                let hint = match self.to {
                    To::Ipynb => "--update takes text over into it, --force replaces it",
                    To::Text(_) | To::Review(_) => "--force replaces it",
                };
                return Err(anyhow!("it is there already ({hint})"));
            }
        }
        nbweave::fs::write(place, bytes)?;
        Ok(true)
    }

    /// Says what was done with one file, and what did not go with it.
    fn tell(&self, done: &Done, was_written: bool, lines: &[String]) {
        let input = &done.input;
        let warnings = done.converted.warnings.iter();
        for line in lines.iter().take(LISTED).chain(warnings) {
            ui::say(&format!("nbweave: '{input}': {line}"));
        }
        if lines.len() > LISTED {
            let more = lines.len() - LISTED;
            ui::say(&format!("nbweave: '{input}': … {more} more like these"));
        }
        if self.args.verbose && !done.converted.left_out.is_empty() {
            let left_out = done.converted.left_out.join(", ");
            ui::say(&format!("'{input}': not in the text: {left_out}"));
        }
        let Some(place) = done.place.as_ref().filter(|_| was_written) else {
            return;
        };
        if self.args.quiet {
            return;
        }
        let place = Input::File(place.clone());
        match &done.updated {
            Some(updated) => ui::say(&format!("updated '{place}': {}", update_words(updated))),
            None => ui::say(&format!("wrote '{place}'")),
        }
    }
}

/// Writes a picture, unless it is there. Its name tells its content.
fn write_picture(dir: &Path, picture: &PictureFile) -> Result<()> {
    let path = dir.join(&picture.name);
    let context = || format!("cannot write '{}'", Input::File(path.clone()));
    match path.symlink_metadata() {
        Ok(there)
            if there.is_file()
                && bytes::read_path(&path).is_ok_and(|old| old[..] == picture.bytes[..]) =>
        {
            Ok(())
        }
        Ok(_) => Err(anyhow!("something else is there")).with_context(context),
        Err(_) => {
            fs::create_dir_all(dir).with_context(context)?;
            nbweave::fs::create(&path, |out| out.write_all(&picture.bytes)).with_context(context)
        }
    }
}
