//! Notebooks and the texts they are kept together with: which ones there are,
//! and what is in them.

mod content;
mod files;
mod formats;
mod memory;

pub(crate) use content::{Form, has_conflicts, has_leftovers, like_old, same};
pub(crate) use files::Files;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use nbweave::convert::{Extras, Metadata, PairFormat, languages, pair_formats, text_notebook};
use nbweave::json::Document;
use nbweave::notebook::Notebook;

use crate::cli::converting::places::{extension_of, is_ipynb, is_text};
use crate::cli::ui;
use formats::FormatFinder;

/// A notebook and the texts it is kept together with, by paths from the top.
#[derive(Clone, Debug)]
pub(crate) struct Pairing {
    pub(crate) notebook: String,
    pub(crate) texts: Vec<PairedText>,
}

/// A text of a notebook.
#[derive(Clone, Debug)]
pub(crate) struct PairedText {
    pub(crate) path: String,
    pub(crate) format: PairFormat,
}

/// The forms that hold for files whose own say nothing of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'a> {
    /// There are none.
    Nothing,
    /// They count more than what jupytext's files say.
    Flag(&'a str),
    /// They count where jupytext's files say nothing.
    Settings(&'a str),
}

/// Returns whether a file is called like a notebook or a text of one.
pub(crate) fn may_be_paired(path: &Path) -> bool {
    let extension = extension_of(path);
    is_ipynb(&extension) || is_text(&extension)
}

/// Returns the pairs that these files are in, each once.
pub(crate) fn pairings(
    paths: &[String],
    given: Given<'_>,
    files: &mut Files,
) -> Vec<Result<Pairing>> {
    let mut finder = FormatFinder::new(files.top());
    let mut found: BTreeMap<String, Result<Pairing>> = BTreeMap::new();
    for path in paths {
        match pairing(path, given, files, &mut finder) {
            Ok(None) => {}
            Ok(Some(pairing)) => {
                found.entry(pairing.notebook.clone()).or_insert(Ok(pairing));
            }
            Err(error) => {
                let error = error.context(format!("cannot pair '{path}'"));
                found.insert(path.clone(), Err(error));
            }
        }
    }
    found.into_values().collect()
}

fn pairing(
    path: &str,
    given: Given<'_>,
    files: &mut Files,
    finder: &mut FormatFinder,
) -> Result<Option<Pairing>> {
    let is_notebook = is_ipynb(&extension_of(Path::new(path)));
    let bytes = files.read(path)?;
    let metadata = match &bytes {
        Some(bytes) if is_notebook => {
            let document = Document::read(bytes)?;
            text_notebook(&Notebook::read(&document)?, Extras::default()).metadata
        }
        Some(bytes) => header(path, bytes),
        None => Metadata::new(),
    };
    let found = pairing_of(path, &metadata, given, files, finder)?;
    let Some(bytes) = bytes else {
        // What is gone is made of what it was kept together with.
        let found = found.filter(|found| {
            files.exists(&found.notebook) || found.texts.iter().any(|text| files.exists(&text.path))
        });
        if found.is_none() && !files.is_staged() && !files.is_tracked(path) {
            bail!("there is no such file");
        }
        return Ok(found);
    };
    // A script is a notebook's only if it says so, or if there is one.
    let is_meant = is_notebook || says_it_is_one(&metadata, &bytes);
    Ok(found.filter(|found| is_meant || files.exists(&found.notebook)))
}

/// Returns the pair that a file with this metadata is in.
fn pairing_of(
    path: &str,
    metadata: &Metadata,
    given: Given<'_>,
    files: &Files,
    finder: &mut FormatFinder,
) -> Result<Option<Pairing>> {
    let own = metadata.get("jupytext").and_then(|own| own.get("formats"));
    let own = own.and_then(|formats| formats.as_str());
    let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
    let (spec, found) = match (own, given) {
        (Some(own), _) => (Some(own), None),
        (None, Given::Flag(spec)) => (Some(spec), None),
        (None, Given::Settings(spec)) => match finder.find(dir)? {
            Some(found) => (None, Some(found)),
            None => (Some(spec), None),
        },
        (None, Given::Nothing) => (None, finder.find(dir)?),
    };
    if let Some(spec) = spec {
        let formats = pair_formats(spec)?;
        let found = named(path, &formats, metadata);
        say_without_language(path, found.as_ref(), &formats, metadata, files);
        return Ok(found);
    }
    let Some(found) = found else {
        return Ok(None);
    };
    let below = match found.dir.as_str() {
        "" => path,
        dir => path
            .strip_prefix(dir)
            .and_then(|path| path.strip_prefix('/'))
            .context("the settings are elsewhere")?,
    };
    let Some(mut pairing) = found
        .groups
        .iter()
        .find_map(|formats| named(below, formats, metadata))
    else {
        for formats in &found.groups {
            say_without_language(path, None, formats, metadata, files);
        }
        return Ok(None);
    };
    if !found.dir.is_empty() {
        let above = |path: &mut String| *path = format!("{}/{path}", found.dir);
        above(&mut pairing.notebook);
        pairing
            .texts
            .iter_mut()
            .for_each(|text| above(&mut text.path));
    }
    Ok(Some(pairing))
}

/// Returns whether a text says in its header that it is a notebook.
fn says_it_is_one(metadata: &Metadata, bytes: &[u8]) -> bool {
    let own = metadata.get("jupytext");
    let has_formats = own.is_some_and(|own| own.get("formats").is_some());
    // Headers are short, and are written so that nothing stands before them.
    let start = bytes.get(..HEADER).unwrap_or(bytes);
    let says_form = memchr::memmem::find(start, b"text_representation:").is_some();
    has_formats || says_form || metadata.contains_key("kernelspec")
}

/// How many bytes are looked through for what a header says.
const HEADER: usize = 2000;

/// Says that a notebook has no text since its language is not known.
fn say_without_language(
    path: &str,
    found: Option<&Pairing>,
    formats: &[PairFormat],
    metadata: &Metadata,
    files: &Files,
) {
    if found.is_none()
        && is_ipynb(&extension_of(Path::new(path)))
        && files.exists(path)
        && formats.iter().any(|format| format.extension == "auto")
        && languages::extension_of(metadata).is_none()
    {
        ui::say(&format!(
            "nbweave: '{path}' has no text: it names no language, or one without scripts, \
             and `auto` needs one"
        ));
    }
}

/// Returns the metadata in the header of a text; none if it cannot be read,
/// which whoever takes the text will say.
fn header(path: &str, bytes: &[u8]) -> Metadata {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    // Most files of a repository are no notebooks, and this is what those
    // say that are.
    if memchr::memmem::find(bytes, b"jupytext").is_none() {
        return Metadata::new();
    }
    let form = Form {
        format: nbweave::convert::Format::Percent,
        extension: format!(".{extension}"),
    };
    form.read(bytes)
        .map(|said| said.metadata)
        .unwrap_or_default()
}

/// Returns the pair that a path is in by these forms.
fn named(path: &str, formats: &[PairFormat], metadata: &Metadata) -> Option<Pairing> {
    let auto = languages::extension_of(metadata);
    let own = path.rsplit_once('.').map(|(_, extension)| extension);
    let auto = auto.as_deref().map(|auto| auto.trim_start_matches('.'));
    let auto = auto.or(own.filter(|own| *own != "ipynb"));
    let name = formats.iter().find_map(|form| form.name_of(path, auto))?;
    let mut notebook = None;
    let mut texts = Vec::new();
    for format in formats {
        let path = format.path_of(&name, auto)?;
        if format.is_notebook() {
            notebook = Some(path);
        } else {
            let format = format.clone();
            texts.push(PairedText { path, format });
        }
    }
    let notebook = notebook?;
    Some(Pairing { notebook, texts })
}
