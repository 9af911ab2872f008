//! `nbweave show`: notebooks as text.

use std::io::{self, BufWriter, Write as _};

use anyhow::{Context as _, Result};
use nbweave::git::Blobs;
use nbweave::json::Document;
use nbweave::notebook::Notebook;
use nbweave::render::show;

use crate::cli::args::ShowArgs;
use crate::cli::bytes::Bytes;
use crate::cli::compare::{Look, View};
use crate::cli::exit::Exit;
use crate::cli::input::{self, Input};
use crate::cli::pager;
use crate::cli::pairs::{self, Version};
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui;

pub(crate) fn run(args: &ShowArgs, line: &CommandLine) -> Result<Exit> {
    let words = input::paths_or_stdin(&args.inputs)?;
    if !args.no_pager {
        pager::page("show")?;
    }
    let look = Look::new(&line.args(None, OnProblem::Fail)?, View::Changes);
    let mut inputs = Vec::new();
    for word in words {
        let exists = word.exists() || word.as_os_str() == "-";
        let blob = if exists {
            None
        } else {
            pairs::blob(word.as_os_str())?
        };
        if let Some(version) = blob {
            inputs.push(Ok(Shown::Blob(version)));
            continue;
        }
        let all = input::inputs(&[word]);
        inputs.extend(all.into_iter().map(|input| input.map(Shown::Input)));
    }
    let is_one = inputs.len() == 1;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut blobs = None;
    let mut exit = Exit::Clean;
    for (index, input) in inputs.into_iter().enumerate() {
        let shown = input.and_then(|input| {
            let text = text(&input, &mut blobs, &look)?;
            Ok((input.name(), text))
        });
        match shown {
            Ok((name, text)) => {
                let gap = if index == 0 { "" } else { "\n" };
                if !is_one {
                    writeln!(out, "{gap}==> {name} <==").context("cannot write")?;
                }
                out.write_all(&text).context("cannot write")?;
            }
            Err(error) => exit = exit.max(ui::report(&error)),
        }
    }
    out.flush().context("cannot write")?;
    Ok(exit)
}

/// What is shown.
enum Shown {
    Input(Input),
    Blob(Version),
}

impl Shown {
    fn name(&self) -> String {
        match self {
            Self::Input(input) => input.to_string(),
            Self::Blob(version) => version.name.display().to_string(),
        }
    }
}

fn text(shown: &Shown, blobs: &mut Option<Blobs>, look: &Look) -> Result<Vec<u8>> {
    let bytes = match shown {
        Shown::Input(input) => input.read()?,
        Shown::Blob(version) => version
            .read(blobs)?
            .unwrap_or_else(|| Bytes::from(Vec::new())),
    };
    let context = || format!("cannot read '{}'", shown.name());
    let document = Document::read(&bytes).with_context(context)?;
    let notebook = Notebook::read(&document).with_context(context)?;
    let mut text = Vec::new();
    show(&notebook, &look.options, &look.theme, &mut text)?;
    Ok(text)
}
