//! What a notebook and its text say, so far as the text can say it.

use anyhow::{Context as _, Result};
use nbweave::convert::{
    Extras, Format, PairFormat, Target, TextNotebook, format, ipynb, text, text_notebook, update,
};
use nbweave::json::Document;
use nbweave::merge::KeepOutputs;
use nbweave::notebook::{Notebook, upgrade};

/// The form of a text, as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) format: Format,
    /// The extension with its dot.
    pub(crate) extension: String,
}

impl Form {
    /// Returns the form that a text has by its path and by what its pair asks
    /// for; if that is any, by the text there is.
    pub(crate) fn of(pair: &PairFormat, path: &str, text: Option<&[u8]>) -> Result<Self> {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if pair.name.is_none()
            && let Some(text) = text.and_then(|text| str::from_utf8(text).ok())
        {
            let extension = format!(".{extension}");
            let format = format::guess(text, &extension);
            return Ok(Self { format, extension });
        }
        let spelling = match &pair.name {
            Some(name) => format!("{extension}:{name}"),
            None => extension.to_owned(),
        };
        let target = Target::parse(&spelling).map_err(anyhow::Error::msg)?;
        Ok(Self {
            format: target.format,
            extension: format!(".{extension}"),
        })
    }

    /// Returns what a text says. One that is there may be in another form than
    /// it would be written in.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<TextNotebook> {
        let text = str::from_utf8(bytes).context("it is not in UTF-8")?;
        let format = format::guess(text, &self.extension);
        Ok(text::read(text, format, &self.extension)?)
    }

    /// Returns the text of a notebook.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<String> {
        let document = Document::read(bytes)?;
        let notebook = Notebook::read(&document)?;
        let upgraded = upgrade(&notebook)?;
        let document = Document::read(&upgraded)?;
        let notebook = text_notebook(&Notebook::read(&document)?, Extras::default());
        Ok(text::write(&notebook, self.format, &self.extension)?)
    }

    /// Returns what the text of a notebook would say.
    pub(crate) fn of_notebook(&self, bytes: &[u8]) -> Result<TextNotebook> {
        let written = self.write(bytes)?;
        Ok(text::read(&written, self.format, &self.extension)?)
    }

    /// Returns a notebook that says what a text says. What only a notebook can
    /// hold is taken from the one there is.
    pub(crate) fn notebook(
        &self,
        old: Option<&[u8]>,
        said: &TextNotebook,
        keep: KeepOutputs,
    ) -> Result<Vec<u8>> {
        let Some(old) = old else {
            let script = nbweave::convert::languages::by_extension(&self.extension);
            return Ok(ipynb::write(said, script.map(|script| script.language))?);
        };
        let document = Document::read(old)?;
        let notebook = Notebook::read(&document)?;
        let updated = update(&notebook, said, (self.format, &self.extension), keep)?;
        Ok(updated.edits.apply(old))
    }
}

/// Returns whether two say the same. A text without a header says nothing of
/// the notebook's metadata, and how the text is written is not said either.
pub(crate) fn same(one: &TextNotebook, other: &TextNotebook) -> bool {
    let cells = one.cells.len() == other.cells.len()
        && one.cells.iter().zip(&other.cells).all(|(one, other)| {
            one.kind == other.kind && one.source == other.source && one.metadata == other.metadata
        });
    let meant = |notebook: &TextNotebook| {
        let mut metadata = notebook.metadata.clone();
        metadata.remove("jupytext");
        metadata
    };
    let has_header = |notebook: &TextNotebook| !notebook.metadata.is_empty();
    cells && (!has_header(one) || !has_header(other) || meant(one) == meant(other))
}
