//! `nbweave textconv`: what git runs for `git log -p`, `git show`, `git blame`
//! and others.

use std::env;
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context as _, Result};
use nbweave::json::Document;
use nbweave::notebook::Notebook;
use nbweave::render::{RenderOptions, textconv};

use crate::cli::args::TextconvArgs;
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::pairs::{may_be_filtered, own_filter, stripped};

pub(crate) fn run(args: &TextconvArgs) -> Result<Exit> {
    let bytes = Input::File(args.file.clone()).read()?;
    // VS Code shows notebooks itself, and asks git for them this way.
    let text = match env::var_os("VSCODE_GIT_COMMAND") {
        Some(_) => None,
        None => catch_unwind(AssertUnwindSafe(|| converted(&args.file, &bytes))).unwrap_or(None),
    };
    let text = text.as_deref().unwrap_or(&bytes);
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .context("cannot write")?;
    Ok(Exit::Clean)
}

/// Returns a notebook as text; `None` if it is none.
fn converted(file: &Path, bytes: &[u8]) -> Option<Vec<u8>> {
    // Git compares what it would store. It does not say which path a temporary
    // file is for, only the name.
    let path = match (file.is_absolute(), file.file_name()) {
        (true, Some(name)) => Path::new(name),
        _ => file,
    };
    let filter = may_be_filtered(file, bytes).then(|| own_filter(path));
    let clean = filter
        .flatten()
        .and_then(|filter| stripped(bytes, &filter, path));
    let document = Document::read(clean.as_deref().unwrap_or(bytes)).ok()?;
    let notebook = Notebook::read(&document).ok()?;
    let mut text = Vec::new();
    textconv(&notebook, &RenderOptions::default(), &mut text).ok()?;
    Some(text)
}
