//! The forms of text: their names, how people spell them, and which one a
//! text is in.

use super::Metadata;

/// What a notebook is written as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// A notebook file.
    Ipynb,
    /// A script with `# %%` before each cell.
    Percent,
    /// The same, with magics that are not commented out.
    Hydrogen,
    /// A script whose paragraphs are the cells.
    Light,
    /// Markdown with fenced code.
    Markdown,
    /// Markdown with `{code-cell}` directives.
    Myst,
}

/// A format as people spell it: `py:percent`, `auto:light`, `md`, `md:myst`,
/// `scripts//.pct.py:percent`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// The extension with its dot; `None` for `auto`, the one of the
    /// notebook's language.
    pub extension: Option<String>,
    /// What stands before the extension, such as `.pct`.
    pub suffix: String,
    /// What stands before the last `/`, as jupytext's prefixes: a directory,
    /// and maybe the start of a name behind another `/`.
    pub prefix: Option<String>,
}

impl Format {
    /// Returns the name that headers have for it.
    pub fn name(self) -> &'static str {
        todo!()
    }

    /// Returns the format of this name, in a header or behind a colon.
    pub fn named(_name: &str) -> Option<Self> {
        todo!()
    }

    /// Returns the version that we write in a header, as YAML has it.
    pub fn version(self, _extension: &str) -> &'static str {
        todo!()
    }
}

impl Target {
    /// Reads the spelling of a format.
    ///
    /// # Errors
    ///
    /// Fails with a sentence if there is no such format.
    pub fn parse(_spelling: &str) -> Result<Self, String> {
        todo!()
    }

    /// Returns the extension a notebook gets, with its dot; `None` if it is
    /// `auto` and the notebook does not tell its language.
    pub fn extension_for(&self, _metadata: &Metadata) -> Option<String> {
        todo!()
    }
}

/// Returns which format a text is in. `extension` has its dot.
pub fn guess(_text: &str, _extension: &str) -> Format {
    todo!()
}
