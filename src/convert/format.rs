//! The forms of text: their names, how people spell them, and which one a
//! text is in.

use super::languages;
use super::quotes::Quotes;
use super::{Metadata, header, magics};

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
    const ALL: [Self; 6] = [
        Self::Ipynb,
        Self::Percent,
        Self::Hydrogen,
        Self::Light,
        Self::Markdown,
        Self::Myst,
    ];

    /// Returns the name that headers have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipynb => "ipynb",
            Self::Percent => "percent",
            Self::Hydrogen => "hydrogen",
            Self::Light => "light",
            Self::Markdown => "markdown",
            Self::Myst => "myst",
        }
    }

    /// Returns the format of this name, in a header or behind a colon.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Returns the version that we write in a header: text, but for MyST,
    /// which has a number.
    pub fn version(self, extension: &str) -> serde_json::Value {
        match self {
            Self::Ipynb => serde_json::Value::Null,
            Self::Light => "1.5".into(),
            Self::Markdown if extension == ".markdown" => "1.2".into(),
            Self::Percent | Self::Hydrogen | Self::Markdown => "1.3".into(),
            Self::Myst => 0.13.into(),
        }
    }

    /// Returns whether text with this extension, with its dot, can be in it.
    pub fn has_extension(self, extension: &str) -> bool {
        match self {
            Self::Ipynb => extension == ".ipynb",
            Self::Percent | Self::Hydrogen | Self::Light => {
                languages::by_extension(extension).is_some()
            }
            Self::Markdown => matches!(extension, ".md" | ".markdown"),
            Self::Myst => matches!(extension, ".md" | ".myst" | ".mystnb" | ".mnb"),
        }
    }

    /// Returns the format that files with this extension are in if nobody
    /// says otherwise.
    fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            ".ipynb" => Some(Self::Ipynb),
            ".md" | ".markdown" => Some(Self::Markdown),
            ".myst" | ".mystnb" | ".mnb" => Some(Self::Myst),
            _ => languages::by_extension(extension).map(|_| Self::Percent),
        }
    }
}

impl Target {
    /// Reads the spelling of a format.
    ///
    /// # Errors
    ///
    /// Fails with a sentence if there is no such format.
    pub fn parse(spelling: &str) -> Result<Self, String> {
        let (prefix, rest) = match spelling.rsplit_once('/') {
            Some((prefix, rest)) => (Some(prefix.to_owned()), rest),
            None => (None, spelling),
        };
        let (file, name) = match rest.split_once(':') {
            Some((file, name)) => (file, Some(name)),
            None => (rest, None),
        };
        let file = match (file, name) {
            ("notebook", None) => "ipynb",
            ("markdown", None) => "md",
            ("script", _) => "auto",
            ("c++", _) => "cpp",
            _ => file,
        };
        let (file, name) = match (file, Format::named(file)) {
            // Only the name of a format.
            ("myst", None) | ("myst" | "percent" | "light" | "hydrogen", Some(_))
                if name.is_none() =>
            {
                (if file == "myst" { "md" } else { "auto" }, Some(file))
            }
            _ => (file, name),
        };
        let (suffix, extension) = match file.rfind('.') {
            Some(dot) => file.split_at_checked(dot).unwrap_or(("", file)),
            None => ("", file),
        };
        let extension = format!(".{}", extension.trim_start_matches('.'));
        let format = match (name, extension.as_str()) {
            (None, ".auto") => Some(Format::Percent),
            (None, _) => Format::of_extension(&extension),
            (Some(name), _) => Format::named(name),
        };
        let Some(format) = format else {
            return Err(match name {
                Some(name) => format!(
                    "there is no format `{name}`: it is `percent`, `hydrogen`, `light`, `markdown` or `myst`"
                ),
                None => format!(
                    "`{spelling}` is no format: those are `ipynb`, `md`, `md:myst`, and `py:percent` or `auto:percent` and the like"
                ),
            });
        };
        let extension = match extension.as_str() {
            ".auto" if matches!(format, Format::Percent | Format::Hydrogen | Format::Light) => None,
            _ => Some(extension),
        };
        if let Some(extension) = &extension
            && !format.has_extension(extension)
        {
            return Err(format!(
                "`{extension}` files cannot be in the format `{}`",
                format.name()
            ));
        }
        Ok(Self {
            format,
            extension,
            suffix: suffix.to_owned(),
            prefix,
        })
    }

    /// Returns the extension a notebook gets, with its dot; `None` if it is
    /// `auto` and the notebook does not tell its language.
    pub fn extension_for(&self, metadata: &Metadata) -> Option<String> {
        self.extension
            .clone()
            .or_else(|| languages::extension_of(metadata))
    }
}

/// Returns which format a text is in: what its header says, or else what it
/// looks like. `extension` has its dot.
pub fn guess(text: &str, extension: &str) -> Format {
    let lines: Vec<&str> = text.lines().collect();
    let script = languages::by_extension(extension);
    let comment = script.map_or(languages::Comment::NONE, |script| script.comment);
    let metadata = header::read(&lines, comment, extension).map(|header| header.metadata);
    let named = metadata.ok().as_ref().and_then(|metadata| {
        let section = metadata.get("jupytext")?.get("text_representation")?;
        Format::named(section.get("format_name")?.as_str()?)
    });
    if let Some(format) = named.filter(|format| format.has_extension(extension)) {
        return format;
    }
    let Some(script) = script else {
        return Format::of_extension(extension)
            .filter(|_| !has_directives(&lines))
            .unwrap_or(Format::Myst);
    };
    let mut quotes = Quotes::of(if script.language == "R" {
        "R"
    } else {
        "python"
    });
    let mut has_markers = false;
    let mut has_magics = false;
    for line in lines {
        quotes.read(line);
        if quotes.is_quoted() {
            continue;
        }
        match line.strip_prefix(comment.prefix) {
            Some(text) => has_markers |= is_marker(text),
            None => has_magics |= magics::is_magic(line, script.language, magics::Place::Anywhere),
        }
    }
    match (has_markers, has_magics) {
        (true, true) => Format::Hydrogen,
        (true, false) => Format::Percent,
        (false, _) => Format::Light,
    }
}

/// Returns whether a comment of this text, at the start of a line, starts a
/// cell.
fn is_marker(text: &str) -> bool {
    let inner = text.strip_prefix(' ').unwrap_or(text);
    if let Some(rest) = inner.strip_prefix("%%") {
        return rest.is_empty() || rest.starts_with(char::is_whitespace);
    }
    let count = text
        .strip_prefix(" In[")
        .and_then(|rest| rest.split_once(']'));
    text.starts_with(" <codecell>")
        || count.is_some_and(|(count, _)| {
            count
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b' ')
        })
}

/// Returns whether a Markdown text has cells of MyST, or a header that says
/// so.
fn has_directives(lines: &[&str]) -> bool {
    let is_directive = |line: &&str| {
        let info = line.trim_start_matches(' ').trim_start_matches(['`', '~']);
        let fence = line.len() - info.len();
        fence >= 3 && (info.starts_with("{code-cell}") || info.starts_with("{raw-cell}"))
    };
    let says_so = |line: &&str| line.trim() == "format_name: myst";
    let header = lines.iter().take_while(|line| !is_directive(line));
    lines.iter().any(is_directive)
        || (lines.first().is_some_and(|line| line.trim_end() == "---") && {
            let mut header = header.skip(1).take_while(|line| line.trim_end() != "---");
            header.any(says_so)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_jupytext_are_understood() {
        #[track_caller]
        fn check(
            spelling: &str,
            format: Format,
            extension: Option<&str>,
            suffix: &str,
            prefix: Option<&str>,
        ) {
            let expected = Target {
                format,
                extension: extension.map(str::to_owned),
                suffix: suffix.to_owned(),
                prefix: prefix.map(str::to_owned),
            };
            assert_eq!(Target::parse(spelling), Ok(expected));
        }
        check("py:percent", Format::Percent, Some(".py"), "", None);
        check("auto:light", Format::Light, None, "", None);
        check("percent", Format::Percent, None, "", None);
        check("py", Format::Percent, Some(".py"), "", None);
        check("md", Format::Markdown, Some(".md"), "", None);
        check("markdown", Format::Markdown, Some(".md"), "", None);
        check("myst", Format::Myst, Some(".md"), "", None);
        check("md:myst", Format::Myst, Some(".md"), "", None);
        check("ipynb", Format::Ipynb, Some(".ipynb"), "", None);
        check(".pct.R:percent", Format::Percent, Some(".R"), ".pct", None);
        check(
            "scripts//.pct.py:percent",
            Format::Percent,
            Some(".py"),
            ".pct",
            Some("scripts/"),
        );
    }

    #[test]
    fn what_is_no_format_is_an_error() {
        for spelling in [
            "",
            "pyx",
            "py:percentt",
            "md:percent",
            "py:myst",
            "ipynb:percent",
            "auto:md",
        ] {
            assert!(Target::parse(spelling).is_err(), "{spelling}");
        }
    }

    #[test]
    fn texts_tell_their_format() {
        let check =
            |text: &str, extension: &str, expected| assert_eq!(guess(text, extension), expected);
        check("# %%\nx", ".py", Format::Percent);
        check(
            "# %% [markdown]\n%matplotlib inline",
            ".py",
            Format::Hydrogen,
        );
        check("# In[3]:\nx", ".py", Format::Percent);
        check("# %%time\nx", ".py", Format::Light);
        check("'''\n# %%\n'''", ".py", Format::Light);
        check("(* %% *)", ".ml", Format::Percent);
        check("a", ".md", Format::Markdown);
        check("```{code-cell}\n```", ".md", Format::Myst);
        check("a", ".mystnb", Format::Myst);
        let header = "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: light\n# ---\n# %%\n";
        check(header, ".py", Format::Light);
    }
}
