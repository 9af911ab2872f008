//! `nbweave sync`: notebooks and their texts, kept together.

use anyhow::{Context as _, Result, bail};
use nbweave::convert::{Base, Direction, Extras, Memory, Paired, TextNotebook, direction};
use nbweave::merge::{KeepOutputs, Labels, MergeOptions, Versions};

use crate::cli::args::{FromArg, SyncArgs};
use crate::cli::exit::Exit;
use crate::cli::merging::{Merge, label};
use crate::cli::pairing::{
    Files, Form, Given, PairedText, Pairing, has_conflicts, has_leftovers, like_old, pairings, same,
};
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::shell::quoted_word;
use crate::cli::ui;

pub(crate) fn run(args: &SyncArgs, line: &CommandLine) -> Result<Exit> {
    let settings: SyncArgs = line.args(None, OnProblem::Fail)?;
    let mut files = Files::open(args.staged)?;
    let paths = files.named(&args.paths)?;
    let given = match (&args.formats, &settings.formats) {
        (Some(formats), _) => Given::Flag(formats),
        (None, Some(formats)) => Given::Settings(formats),
        (None, None) => Given::Nothing,
    };
    let pairings = pairings(&paths, given, &mut files);
    // A hook runs before commits of anything.
    if pairings.is_empty() && !args.quiet && !args.staged {
        ui::say("nbweave: no notebook here is kept together with a text");
        ui::say("hint: --formats ipynb,py:percent says what notebooks are kept as");
    }
    let mut exit = Exit::Clean;
    for pairing in pairings {
        let done = pairing.and_then(|pairing| sync(&pairing, &mut files, args));
        match done {
            Ok(Exit::Clean) => {}
            Ok(found) if exit == Exit::Clean => exit = found,
            Ok(_) => {}
            Err(error) => exit = ui::report(&error),
        }
    }
    Ok(exit)
}

/// Brings a notebook and its texts together.
fn sync(pairing: &Pairing, files: &mut Files, args: &SyncArgs) -> Result<Exit> {
    let mut exit = Exit::Clean;
    // What one text brings into the notebook goes into those before it.
    for _ in 0..pairing.texts.len() {
        let mut notebook_changed = false;
        for text in &pairing.texts {
            if args.staged && !is_meant(&pairing.notebook, &text.path, files)? {
                continue;
            }
            let mut pair = Pair::read(&pairing.notebook, text, files, args.from)?;
            let direction = pair.direction(files, args.from);
            if args.from.is_none()
                && direction != Direction::Same
                && let Some(undecided) = pair.undecided()?
            {
                ui::say(&undecided);
                exit = Exit::Found;
                continue;
            }
            match pair.step(direction, args)? {
                Step::Nothing if args.check => {}
                Step::Nothing => pair.remember(&Written::default(), files),
                Step::Write(written) if args.check => {
                    ui::print(&written.would(&pair));
                    exit = Exit::Found;
                }
                Step::Write(written) if args.staged && written.has_conflicts => bail!(
                    "'{}' and '{}' as they are staged cannot be merged\n\
                     hint: `nbweave sync` merges them in the worktree, to be finished and staged",
                    pair.paths.notebook,
                    pair.paths.text
                ),
                Step::Write(written) => {
                    notebook_changed |= written.notebook.is_some();
                    pair.write(&written, files, args)?;
                    if !args.quiet || written.has_conflicts {
                        ui::say(&written.done(&pair));
                    }
                    if written.has_conflicts {
                        ui::say(&pair.hint_to_finish());
                        return Ok(Exit::Found);
                    }
                    pair.remember(&written, files);
                }
            }
        }
        if args.check || !notebook_changed {
            break;
        }
    }
    Ok(exit)
}

/// Whether a hook has to do with a pair: a text may be new, unless it is left
/// out on purpose. A notebook that is not staged is nothing for a hook to make,
/// which would have no outputs to put into it.
fn is_meant(notebook: &str, text: &str, files: &mut Files) -> Result<bool> {
    for path in [notebook, text] {
        if files.is_no_file(path) {
            ui::say(&format!(
                "nbweave: '{path}' is not merged or no regular file in the index; \
                 '{notebook}' and '{text}' are left as they are"
            ));
            return Ok(false);
        }
    }
    let has_notebook = files.read_staged(notebook)?.is_some();
    Ok(has_notebook && (files.is_tracked(text) || !files.is_left_out(text)?))
}

/// A notebook and one of its texts.
struct Pair<'a> {
    /// The paths.
    paths: Paired<&'a str>,
    form: Form,
    bytes: Paired<Option<Vec<u8>>>,
    said: Paired<Option<TextNotebook>>,
    /// What git has of a notebook that is gone.
    lost: Option<Vec<u8>>,
    /// The version that both come from, if they are to be merged.
    base: Option<Paired<Option<Vec<u8>>>>,
}

/// What is to be done.
enum Step {
    Nothing,
    Write(Written),
}

/// What is written.
#[derive(Default)]
struct Written {
    notebook: Option<Vec<u8>>,
    text: Option<Vec<u8>>,
    has_conflicts: bool,
}

impl<'a> Pair<'a> {
    fn read(
        notebook: &'a str,
        text: &'a PairedText,
        files: &mut Files,
        from: Option<FromArg>,
    ) -> Result<Self> {
        let bytes = Paired {
            notebook: files.read(notebook)?,
            text: files.read(&text.path)?,
        };
        let lost = match bytes.notebook {
            None => files.read_staged(notebook)?,
            Some(_) => None,
        };
        let form = Form::of(&text.format, &text.path, bytes.text.as_deref())?;
        let said = Paired {
            notebook: bytes
                .notebook
                .as_deref()
                .map(|bytes| form.of_notebook(bytes))
                .transpose()
                .with_context(|| format!("cannot read '{notebook}'"))?,
            text: bytes
                .text
                .as_deref()
                // One that was emptied is as if it was gone: taken at its
                // word, it would empty the notebook.
                .filter(|bytes| from == Some(FromArg::Text) || !bytes.trim_ascii().is_empty())
                .map(|bytes| form.read(bytes))
                .transpose()
                .with_context(|| format!("cannot read '{}'", text.path))?,
        };
        Ok(Self {
            paths: Paired {
                notebook,
                text: &text.path,
            },
            form,
            bytes,
            said,
            lost,
            base: None,
        })
    }

    /// Finds out which of the two is brought up to date.
    fn direction(&mut self, files: &mut Files, from: Option<FromArg>) -> Direction {
        if let (Some(notebook), Some(text)) = (&self.said.notebook, &self.said.text) {
            match from {
                _ if same(notebook, text) => return Direction::Same,
                Some(FromArg::Ipynb) => return Direction::ToText,
                Some(FromArg::Text) => return Direction::ToNotebook,
                None => {}
            }
        }
        let form = &self.form;
        let remembered = files.remembered(self.paths).and_then(|(text, is_old)| {
            let said = form.read(&text).ok()?;
            Some((Memory { said, is_old }, text))
        });
        let (memory, remembered) = remembered.unzip();
        let mut seen = Vec::new();
        let versions = files.versions(self.paths.notebook, self.paths.text);
        let said = versions.map(|bytes| {
            let notebook = bytes.notebook.as_deref();
            let text = bytes.text.as_deref();
            // A version that cannot be read is none to come from.
            let said = Paired {
                notebook: notebook.and_then(|bytes| form.of_notebook(bytes).ok()),
                text: text.and_then(|bytes| form.read(bytes).ok()),
            };
            seen.push(bytes);
            said
        });
        let direction = direction(&self.said, memory.as_ref(), said, same);
        self.base = match direction {
            Direction::Merge(Base::Remembered) => Some(Paired {
                notebook: None,
                text: remembered,
            }),
            Direction::Merge(Base::Version(index)) => seen.into_iter().nth(index),
            Direction::Same
            | Direction::ToText
            | Direction::ToNotebook
            | Direction::Unknown
            | Direction::Disputed => None,
        };
        direction
    }

    /// Says what a merge left in one of the two that people have to decide
    /// first: it would get into the other.
    fn undecided(&self) -> Result<Option<String>> {
        let Paired { notebook, text } = self.paths;
        if let Some(bytes) = &self.bytes.notebook
            && has_leftovers(bytes)?
        {
            return Ok(Some(format!(
                "nbweave: '{notebook}' has conflicts that nobody decided\n{}",
                self.hint_to_finish()
            )));
        }
        let has_markers = self.bytes.text.as_deref().is_some_and(has_conflicts);
        Ok(has_markers.then(|| {
            format!(
                "nbweave: '{text}' has conflicts that nobody decided\n\
                 hint: finish '{text}', then `nbweave sync`; or take the notebook: \
                 `nbweave sync --from ipynb {}`",
                quoted_word(notebook)
            )
        }))
    }

    fn hint_to_finish(&self) -> String {
        let notebook = self.paths.notebook;
        format!(
            "hint: finish '{notebook}' in any editor or with `nbweave resolve`, \
             then `nbweave sync --from ipynb {}`",
            quoted_word(notebook)
        )
    }

    /// Remembers what both say now that this is written, if it is the same.
    fn remember(&self, written: &Written, files: &Files) {
        let notebook = written.notebook.as_ref().or(self.bytes.notebook.as_ref());
        let text = written.text.as_ref().or(self.bytes.text.as_ref());
        let (Some(notebook), Some(text)) = (notebook, text) else {
            return;
        };
        if let (Ok(one), Ok(other)) = (self.form.of_notebook(notebook), self.form.read(text))
            && same(&one, &other)
        {
            files.remember(self.paths, text.clone());
        }
    }

    /// Returns the text of a notebook, in the dress of the one there is.
    fn text_of(&self, notebook: &[u8]) -> Result<Vec<u8>> {
        let (Some(old), Some(said)) = (&self.bytes.text, &self.said.text) else {
            return Ok(self.form.write(notebook)?.into_bytes());
        };
        let extras = Extras {
            ids: said.cells.iter().any(|cell| cell.id.is_some()),
            attachments: said.cells.iter().any(|cell| cell.attachments.is_some()),
        };
        let new = self.form.write_with(notebook, extras)?;
        let said = self.form.read(new.as_bytes())?;
        let dressed = like_old(old, new.clone());
        let is_kept = self.form.read(dressed.as_bytes());
        Ok(if is_kept.is_ok_and(|read| same(&read, &said)) {
            dressed.into_bytes()
        } else {
            new.into_bytes()
        })
    }

    fn step(&self, direction: Direction, args: &SyncArgs) -> Result<Step> {
        let keep = if args.keep_outputs {
            KeepOutputs::All
        } else {
            KeepOutputs::Formatted
        };
        let Paired { notebook, text } = self.paths;
        let mut written = Written::default();
        match (direction, &self.bytes.notebook, &self.said.text) {
            (Direction::ToText, Some(bytes), _) => {
                let new = self.text_of(bytes);
                written.text = Some(new.with_context(|| format!("cannot write '{text}'"))?);
            }
            (Direction::ToNotebook, old, Some(said)) => {
                // Its outputs are still there.
                let old = old.as_ref().or(self.lost.as_ref());
                let new = self.form.notebook(old.map(Vec::as_slice), said, keep);
                let new = new.with_context(|| format!("cannot write '{notebook}'"))?;
                written.notebook = Some(new);
            }
            (Direction::Merge(_), Some(ours), Some(said)) => {
                let merge = self.merge(ours, said, keep);
                written =
                    merge.with_context(|| format!("cannot merge '{notebook}' and '{text}'"))?;
            }
            (Direction::Unknown, _, _) => bail!(
                "'{notebook}' and '{text}' say different things, and git has no version in \
                 which they said the same; `--from ipynb` or `--from text` takes one of them"
            ),
            (Direction::Disputed, _, _) => bail!(
                "'{notebook}' and '{text}' say different things, and one of them was taken back \
                 to an earlier version; `--from ipynb` or `--from text` takes one of them"
            ),
            _ => {}
        }
        written
            .notebook
            .take_if(|new| Some(&*new) == self.bytes.notebook.as_ref());
        written
            .text
            .take_if(|new| Some(&*new) == self.bytes.text.as_ref());
        Ok(match written {
            Written {
                notebook: None,
                text: None,
                ..
            } => Step::Nothing,
            written => Step::Write(written),
        })
    }

    /// Merges what changed in the text into the notebook.
    fn merge(&self, ours: &[u8], said: &TextNotebook, keep: KeepOutputs) -> Result<Written> {
        let base = self.base.clone().unwrap_or_default();
        let base = match (base.notebook, base.text) {
            (Some(notebook), _) => notebook,
            (None, Some(text)) => {
                let said = self.form.read(&text)?;
                self.form.notebook(Some(ours), &said, KeepOutputs::All)?
            }
            (None, None) => bail!("there is no version that both come from"),
        };
        let theirs = self.form.notebook(Some(&base), said, keep)?;
        let versions = Versions {
            base: base.as_slice(),
            ours,
            theirs: &theirs,
        };
        let options = MergeOptions {
            labels: Labels {
                base: label("base"),
                ours: label(self.paths.notebook),
                theirs: label(self.paths.text),
            },
            ..MergeOptions::default()
        };
        let merge = Merge::styled(versions, options, false)?;
        let has_conflicts = merge.has_conflicts();
        // A text cannot show a conflict so that its notebook could be read
        // back; people finish it in the notebook.
        let text = if has_conflicts {
            None
        } else {
            Some(self.text_of(&merge.bytes)?)
        };
        Ok(Written {
            notebook: Some(merge.bytes),
            text,
            has_conflicts,
        })
    }

    fn write(&self, written: &Written, files: &mut Files, args: &SyncArgs) -> Result<()> {
        let Paired { notebook, text } = self.paths;
        if let Some(new) = &written.notebook {
            files.write(notebook, new)?;
            if args.staged {
                self.follow_notebook(new, files)?;
            }
        }
        if let Some(new) = &written.text {
            files.write(text, new)?;
            if args.staged {
                let there = files.read_worktree(text)?;
                let is_same = there.as_ref() == Some(new);
                if there.is_none() || there == self.bytes.text {
                    files.write_worktree(text, new)?;
                } else if !is_same {
                    stays(text);
                }
            }
        }
        Ok(())
    }

    /// Brings the notebook of the worktree up to date with what was staged,
    /// if it said what was staged before; its outputs stay.
    fn follow_notebook(&self, new: &[u8], files: &Files) -> Result<()> {
        let path = self.paths.notebook;
        let there = files.read_worktree(path)?;
        let new = match (&there, &self.said.notebook) {
            (None, None) => new.to_vec(),
            (Some(there), Some(staged))
                if self
                    .form
                    .of_notebook(there)
                    .is_ok_and(|it| same(&it, staged)) =>
            {
                let said = self.form.of_notebook(new)?;
                self.form
                    .notebook(Some(there), &said, KeepOutputs::Formatted)?
            }
            _ => {
                stays(path);
                return Ok(());
            }
        };
        files.write_worktree(path, &new)
    }
}

impl Written {
    /// Says what was done.
    fn done(&self, pair: &Pair<'_>) -> String {
        let Paired { notebook, text } = pair.paths;
        match (&self.notebook, &self.text) {
            _ if self.has_conflicts => format!("'{notebook}' and '{text}' merged, with conflicts"),
            (Some(_), Some(_)) => format!("'{notebook}' and '{text}' merged"),
            (Some(_), None) => format!("'{notebook}' brought up to date with '{text}'"),
            (None, _) => format!("'{text}' written from '{notebook}'"),
        }
    }

    /// Says what would be done.
    fn would(&self, pair: &Pair<'_>) -> String {
        let Paired { notebook, text } = pair.paths;
        match (&self.notebook, &self.text) {
            _ if self.has_conflicts => {
                format!("'{notebook}' and '{text}' would be merged, with conflicts")
            }
            (Some(_), Some(_)) => format!("'{notebook}' and '{text}' would be merged"),
            (Some(_), None) => format!("'{notebook}' would be brought up to date with '{text}'"),
            (None, _) => format!("'{text}' would be written from '{notebook}'"),
        }
    }
}

/// Says that a file of the worktree was not brought up to date.
fn stays(path: &str) {
    ui::say(&format!(
        "nbweave: '{path}' of the worktree has changes that are not staged, and stays as it is"
    ));
}
