//! Conversion of one file: what it is, what becomes of it, and what is to be
//! said about that.

pub(crate) mod places;

use anyhow::{Context as _, Result, anyhow};
use nbweave::convert::settings::TextSettings;
use nbweave::convert::{
    Difference, Extras, Format, Metadata, Target, TextNotebook, differences, filter, ipynb,
    languages, text, text_notebook, update,
};
use nbweave::json::Document;
use nbweave::merge::{KeepOutputs, Updated};
use nbweave::notebook::{Cell, Notebook};
use nbweave::render::{
    PictureFile, RenderOptions, ReviewForm, counted, extension, pictures, review,
};

use serde_json::json;

use crate::cli::ui::Usage;
use places::{extension_of, is_ipynb};

/// What files are converted to.
#[derive(Clone, Debug)]
pub(crate) enum To {
    Ipynb,
    Text(Target),
    Review(ReviewTo),
}

/// What a review is written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ReviewTo {
    Script,
    Markdown,
}

impl To {
    /// Reads what people want, or else what the name of a file says they do.
    pub(crate) fn parse(
        spelling: Option<&str>,
        output: Option<&std::path::Path>,
    ) -> Result<Self, Usage> {
        let missing = || Usage("--to is missing: what is to be written?".to_owned());
        let from_name;
        let spelling = match (spelling, output) {
            (Some(spelling), _) => spelling,
            (None, Some(file)) => {
                let extension = extension_of(file);
                if !is_ipynb(&extension) && !places::is_text(&extension) {
                    return Err(missing());
                }
                from_name = extension;
                from_name.trim_start_matches('.')
            }
            (None, None) => return Err(missing()),
        };
        match spelling {
            "ipynb" => Ok(Self::Ipynb),
            "review" | "auto:review" => Ok(Self::Review(ReviewTo::Script)),
            "review:md" | "review:markdown" | "md:review" => Ok(Self::Review(ReviewTo::Markdown)),
            _ => {
                let target = target(spelling)?;
                Ok(if target.format == Format::Ipynb {
                    Self::Ipynb
                } else {
                    Self::Text(target)
                })
            }
        }
    }
}

/// Reads the spelling of a format of files.
pub(crate) fn target(spelling: &str) -> Result<Target, Usage> {
    let target = Target::parse(spelling).map_err(Usage)?;
    if target.prefix.is_some() {
        let what = format!("'{spelling}' names a directory; --output is for that");
        return Err(Usage(what));
    }
    Ok(target)
}

/// What was read of a file.
#[derive(Debug)]
pub(crate) enum Source<'a> {
    /// A notebook.
    Notebook(&'a [u8]),
    /// Text.
    Text {
        format: Format,
        extension: String,
        notebook: TextNotebook,
        /// Whether it says of itself that it is a notebook.
        has_header: bool,
    },
}

/// Finds out what a file is. `extension` is that of its name, with its dot.
pub(crate) fn read<'a>(
    bytes: &'a [u8],
    extension: &str,
    from: Option<&Target>,
) -> Result<Source<'a>> {
    let is_json = || {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        text.trim_ascii_start().starts_with(b"{")
    };
    let is_notebook = match from {
        Some(from) => from.format == Format::Ipynb,
        None => is_ipynb(extension) || (!places::is_text(extension) && is_json()),
    };
    if is_notebook {
        return Ok(Source::Notebook(bytes));
    }
    let extension = match from.and_then(|from| from.extension.clone()) {
        Some(extension) => extension,
        None if places::is_text(extension) => extension.to_owned(),
        None => {
            return Err(anyhow!(
                "nothing tells what it is (--from says it, as in `--from py:percent`)"
            ));
        }
    };
    let content = std::str::from_utf8(bytes).context("it is not UTF-8")?;
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    let named = from.map(|from| from.format);
    let format = named.unwrap_or_else(|| nbweave::convert::format::guess(content, &extension));
    let notebook = text::read(content, format, &extension)?;
    let has_header = ["jupytext", "kernelspec"]
        .iter()
        .any(|key| notebook.metadata.contains_key(*key));
    Ok(Source::Text {
        format,
        extension,
        notebook,
        has_header,
    })
}

/// What becomes of a file.
#[derive(Debug, Default)]
pub(crate) struct Converted {
    pub(crate) bytes: Vec<u8>,
    /// What the name of the result ends in.
    pub(crate) ending: String,
    /// What would not come back.
    pub(crate) differences: Vec<Difference>,
    /// What the text does not hold that nobody should lose unawares.
    pub(crate) warnings: Vec<String>,
    /// What else the text does not hold.
    pub(crate) left_out: Vec<String>,
    pub(crate) pictures: Vec<PictureFile>,
}

/// Converts a notebook to text in a form that has a way back.
pub(crate) fn to_text(bytes: &[u8], to: &Target, extras: Extras) -> Result<Converted> {
    let document = Document::read(bytes)?;
    let notebook = Notebook::read(&document)?;
    if notebook.format.major < 4 {
        let upgraded = ipynb::upgraded(&notebook)?;
        return to_text(&upgraded, to, extras);
    }
    let content = text_notebook(&notebook, extras);
    let mut converted = text_to_text(&content, to)?;
    let with = |has: fn(&Cell<'_>) -> bool| notebook.cells.iter().filter(|cell| has(cell)).count();
    let attached = with(|cell| {
        let attachments = cell.attachments;
        attachments.is_some_and(|it| it.members().next().is_some())
    });
    if attached > 0 && !extras.attachments {
        let cells = counted(attached, "cell");
        converted.warnings.push(format!(
            "attachments of {cells} are not in the text (--attachments puts them there)"
        ));
    }
    let run = with(|cell| cell.outputs().next().is_some());
    if run > 0 {
        let cells = counted(run, "cell");
        converted.left_out.push(format!("outputs of {cells}"));
    }
    let with_ids = with(|cell| cell.id.is_some());
    if with_ids > 0 && !extras.ids {
        let ids = counted(with_ids, "id");
        converted.left_out.push(ids);
    }
    let settings = TextSettings::of(&content.metadata);
    let filter = settings.notebook_metadata_filter.as_deref();
    let kept = filter::notebook_metadata(&content.metadata, filter);
    let left_out = content.metadata.keys();
    let left_out: Vec<_> = left_out.filter(|key| !kept.contains_key(*key)).collect();
    if !left_out.is_empty() {
        let keys: Vec<_> = left_out
            .iter()
            .map(|key| key.escape_debug().to_string())
            .collect();
        converted
            .left_out
            .push(format!("metadata of the notebook ({})", keys.join(", ")));
    }
    Ok(converted)
}

/// Writes text in another form.
pub(crate) fn text_to_text(content: &TextNotebook, to: &Target) -> Result<Converted> {
    let extension = to.extension_for(&content.metadata);
    let extension = extension.or_else(|| extension_by_kernel(&content.metadata));
    let extension = extension.ok_or_else(|| {
        anyhow!("it does not say what language it is in (`py:percent` instead of `auto` does)")
    })?;
    let written = text::write(content, to.format, &extension)?;
    let back = text::read(&written, to.format, &extension)?;
    Ok(Converted {
        bytes: written.into_bytes(),
        ending: format!("{}{extension}", to.suffix),
        differences: differences(content, &back),
        ..Converted::default()
    })
}

/// Returns the extension of scripts in the language of a notebook that says
/// only what its kernel is called, as Colab's do, or nothing at all: then it
/// is Python.
fn extension_by_kernel(metadata: &Metadata) -> Option<String> {
    let says_nothing = ["kernelspec", "language_info"]
        .iter()
        .all(|key| metadata.get(*key).is_none_or(|value| value == &json!({})));
    if says_nothing {
        return Some(".py".to_owned());
    }
    let name = metadata.get("kernelspec")?.get("name")?.as_str()?;
    let name = name.to_lowercase();
    let kernels = [
        ("python", ".py"),
        ("conda", ".py"),
        ("ir", ".R"),
        ("julia", ".jl"),
        ("bash", ".sh"),
        ("javascript", ".js"),
        ("haskell", ".hs"),
        ("ihaskell", ".hs"),
        ("octave", ".m"),
        ("matlab", ".m"),
        ("scala", ".scala"),
    ];
    let found = kernels.iter().find(|(kernel, _)| match *kernel {
        "ir" => name == "ir",
        kernel => name.starts_with(kernel),
    });
    found.map(|(_, extension)| (*extension).to_owned())
}

/// Converts a notebook to a notebook of the newest format.
pub(crate) fn to_newest(bytes: &[u8]) -> Result<Converted> {
    let document = Document::read(bytes)?;
    let notebook = Notebook::read(&document)?;
    Ok(Converted {
        bytes: ipynb::upgraded(&notebook)?.into_owned(),
        ending: ".ipynb".to_owned(),
        ..Converted::default()
    })
}

/// Converts text to a notebook.
pub(crate) fn to_notebook(content: &TextNotebook, extension: &str) -> Result<Converted> {
    let language = languages::by_extension(extension).map(|script| script.language);
    Ok(Converted {
        bytes: ipynb::write(content, language)?,
        ending: ".ipynb".to_owned(),
        ..Converted::default()
    })
}

/// Returns what a notebook on disk, `old`, is with a text taken over, and what
/// that changed.
pub(crate) fn taken_over(
    old: &[u8],
    content: &TextNotebook,
    (format, extension): (Format, &str),
    keep: KeepOutputs,
) -> Result<(Vec<u8>, Updated)> {
    let document = Document::read(old)?;
    let notebook = Notebook::read(&document)?;
    if notebook.format.major < 4 {
        let upgraded = ipynb::upgraded(&notebook)?;
        let (new, updated) = taken_over(&upgraded, content, (format, extension), keep)?;
        let is_same = updated.edits.is_empty();
        return Ok((if is_same { old.to_vec() } else { new }, updated));
    }
    let updated = update(&notebook, content, (format, extension), keep)?;
    Ok((updated.edits.apply(old), updated))
}

/// Converts a notebook to text to review. Links to pictures begin with
/// `links`.
pub(crate) fn to_review(bytes: &[u8], to: ReviewTo, links: Option<&str>) -> Result<Converted> {
    let document = Document::read(bytes)?;
    let notebook = Notebook::read(&document)?;
    let form = match to {
        ReviewTo::Script => ReviewForm::script_of(&notebook),
        ReviewTo::Markdown => ReviewForm::Markdown { pictures: links },
    };
    let mut converted = Converted {
        ending: review_ending(&notebook, to),
        ..Converted::default()
    };
    review(
        &notebook,
        form,
        &RenderOptions::default(),
        &mut converted.bytes,
    )?;
    if links.is_some() {
        converted.pictures = pictures(&notebook);
    }
    Ok(converted)
}

/// Returns what the name of a review ends in: nothing that the text of a
/// notebook ends in, too.
fn review_ending(notebook: &Notebook<'_>, to: ReviewTo) -> String {
    match to {
        ReviewTo::Script => {
            let extension = extension(notebook).unwrap_or_else(|| ".py".to_owned());
            format!(".review{extension}")
        }
        ReviewTo::Markdown => ".review.md".to_owned(),
    }
}

/// Returns what an update changed, in a line.
pub(crate) fn update_words(updated: &Updated) -> String {
    let parts = [
        (updated.changed, "changed"),
        (updated.added, "added"),
        (updated.removed, "removed"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<_> = parts
        .map(|(count, what)| format!("{} {what}", counted(count, "cell")))
        .collect();
    if updated.cleared > 0 {
        let cells = counted(updated.cleared, "cell");
        parts.push(format!("outputs of {cells} removed with the code"));
    }
    if parts.is_empty() {
        return "no cells changed".to_owned();
    }
    parts.join(", ")
}

/// Returns lines about what would not come back, the many blank ones in one.
pub(crate) fn difference_lines(differences: &[Difference]) -> Vec<String> {
    let is_blank = |it: &&Difference| matches!(it, Difference::BlankLines { .. });
    let n_blank = differences.iter().filter(is_blank).count();
    let mut lines = Vec::new();
    let mut told = false;
    for difference in differences {
        if is_blank(&difference) && n_blank > 1 {
            if !told {
                let cells = counted(n_blank, "cell");
                lines.push(format!(
                    "{cells} would come back with other blank lines around them"
                ));
            }
            told = true;
            continue;
        }
        lines.push(difference.to_string());
    }
    lines
}
