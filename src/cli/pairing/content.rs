//! What a notebook and its text say, so far as the text can say it.

use anyhow::{Context as _, Result};
use nbweave::convert::{
    Extras, Format, PairFormat, Target, TextNotebook, format, ipynb, text, text_notebook, update,
};
use nbweave::json::Document;
use nbweave::merge::{KeepOutputs, leftovers_in, may_have_conflicts};
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
        self.write_with(bytes, Extras::default())
    }

    /// Returns the text of a notebook with what a text may hold besides.
    pub(crate) fn write_with(&self, bytes: &[u8], extras: Extras) -> Result<String> {
        let document = Document::read(bytes)?;
        let notebook = Notebook::read(&document)?;
        let upgraded = upgrade(&notebook)?;
        let document = Document::read(&upgraded)?;
        let notebook = text_notebook(&Notebook::read(&document)?, extras);
        Ok(text::write(&notebook, self.format, &self.extension)?)
    }

    /// Returns what the text of a notebook would say.
    pub(crate) fn of_notebook(&self, bytes: &[u8]) -> Result<TextNotebook> {
        let written = self.write(bytes)?;
        Ok(text::read(&written, self.format, &self.extension)?)
    }

    /// Returns a notebook that says what a text says. What only a notebook can
    /// hold is taken from the one there is, which is upgraded to nbformat 4.
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
        // Those before nbformat 4 have no place for some of it.
        let old = upgrade(&Notebook::read(&document)?)?;
        let document = Document::read(&old)?;
        let notebook = Notebook::read(&document)?;
        let updated = update(&notebook, said, (self.format, &self.extension), keep)?;
        Ok(updated.edits.apply(&old))
    }
}

/// Returns whether a text has the markers of a conflict, as git writes them.
pub(crate) fn has_conflicts(text: &[u8]) -> bool {
    let mut wanted = ["<<<<<<< ", "=======", ">>>>>>> "].into_iter().peekable();
    for line in text.split(|&byte| byte == b'\n') {
        if wanted
            .next_if(|marker| line.starts_with(marker.as_bytes()))
            .is_some()
            && wanted.peek().is_none()
        {
            return true;
        }
    }
    false
}

/// Returns whether a merge left something in a notebook that nobody decided.
pub(crate) fn has_leftovers(notebook: &[u8]) -> Result<bool> {
    if !may_have_conflicts(notebook) {
        return Ok(false);
    }
    let document = Document::read(notebook)?;
    Ok(!leftovers_in(&Notebook::read(&document)?).is_empty())
}

/// Returns a new text with the line ends, and the byte order mark, of the old
/// one, and with the version that jupytext wrote into its header.
pub(crate) fn like_old(old: &[u8], new: String) -> String {
    let Ok(old) = str::from_utf8(old) else {
        return new;
    };
    let mut new = new;
    if let Some(version) = version_line(old)
        && version_line(&new).is_none()
    {
        let place = header_lines(&new).find(|(_, line)| line.contains("format_version:"));
        if let Some(end) = place.map(|(at, line)| at + line.len()) {
            new.insert_str(end, &format!("{}\n", version.trim_end()));
        }
    }
    let n_lines = old.matches('\n').count();
    if n_lines > 0 && old.matches("\r\n").count() == n_lines {
        new = new.replace('\n', "\r\n");
    }
    if old.starts_with(BYTE_ORDER_MARK) {
        new.insert(0, BYTE_ORDER_MARK);
    }
    new
}

/// What some editors put in front of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the line of a header with the version of jupytext.
fn version_line(text: &str) -> Option<&str> {
    header_lines(text)
        .map(|(_, line)| line)
        .find(|line| line.contains("jupytext_version:"))
}

/// Returns the lines that say which form a text has, and where they start.
fn header_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        end += line.len();
        (end - line.len(), line)
    });
    // Headers are short, and texts may speak of headers further down.
    lines
        .take(30)
        .skip_while(|(_, line)| !line.contains("text_representation:"))
        .take(6)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_have_all_three_markers_in_order() {
        let conflict = b"a\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other\n";
        assert!(has_conflicts(conflict));
        assert!(!has_conflicts(b"# <<<<<<< HEAD\nTitle\n=======\n"));
        assert!(!has_conflicts(b">>>>>>> a\n=======\n<<<<<<< b\n"));
    }

    #[test]
    fn a_text_keeps_its_line_ends_and_mark() {
        let like = |old: &str| like_old(old.as_bytes(), "a\nb\n".to_owned());
        assert_eq!(like("x\r\ny\r\n"), "a\r\nb\r\n");
        assert_eq!(like("x\r\ny\n"), "a\nb\n");
        assert_eq!(like("\u{feff}x\n"), "\u{feff}a\nb\n");
        assert_eq!(like(""), "a\nb\n");
    }

    #[test]
    fn a_text_keeps_the_version_of_jupytext() {
        let new = "# ---\n#     text_representation:\n#       format_version: '1.3'\n# ---\n";
        let old = new.replace("'1.3'\n", "'1.3'\n#       jupytext_version: 1.16.1\n");
        assert_eq!(like_old(old.as_bytes(), new.to_owned()), old);
        assert_eq!(like_old(new.as_bytes(), new.to_owned()), new);
        // A text that says so of another is not a header.
        assert_eq!(like_old(b"jupytext_version: 1\n", new.to_owned()), new);
    }
}
