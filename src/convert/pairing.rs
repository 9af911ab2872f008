//! Paths of a notebook and of its texts, which are kept together: the
//! `formats` of jupytext.
//!
//! A word of a spec is `[ROOT///][DIR//][PREFIX/][SUFFIX.]EXTENSION[:NAME]`:
//! in `notebooks///ipynb,scripts///py:percent` the tree below `scripts` is
//! that below `notebooks`, in `ipynb,text//py` scripts are in a directory
//! beside each notebook. Paths have slashes and are relative to where the
//! settings stand.

use std::fmt;

/// One of the forms that a notebook is kept in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PairFormat {
    /// The directory at any depth whose tree is copied; empty if there is none.
    pub root: String,
    /// The directory, from that of the notebook; may go up by `..`.
    pub dir: String,
    /// What stands before the name of the file.
    pub prefix: String,
    /// What stands behind it, before the extension.
    pub suffix: String,
    /// The extension without its dot; `auto` for that of the language.
    pub extension: String,
    /// The name of the format, such as `percent`; `None` for the usual one of
    /// the extension.
    pub name: Option<String>,
}

/// What the paths of all forms of a notebook have in common.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PairedName {
    /// What is before the root, if the form has one.
    above: Option<String>,
    /// The directory: below the root, if there is one.
    dir: String,
    /// The name of the file, without extension.
    name: String,
}

/// Why a spec was not understood.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("'{word}' in the formats '{spec}' {problem}")]
pub struct SpecError {
    spec: String,
    word: String,
    problem: &'static str,
}

impl PairFormat {
    /// Whether this is the notebook itself.
    pub fn is_notebook(&self) -> bool {
        self.extension == "ipynb"
    }

    /// Returns the extension and the name of the format, as `--to` takes them.
    pub fn format(&self) -> String {
        match &self.name {
            Some(name) => format!("{}:{name}", self.extension),
            None => self.extension.clone(),
        }
    }

    /// Returns what this path has in common with those of the other forms;
    /// `None` if it cannot be a path of this form. `extension` is what stands
    /// for `auto`.
    pub fn name_of(&self, path: &str, extension: Option<&str>) -> Option<PairedName> {
        let (dir, file) = split_last(path);
        let name = file.strip_suffix(self.extension_or(extension)?)?;
        let name = name.strip_suffix('.')?.strip_suffix(self.suffix.as_str())?;
        let name = name.strip_prefix(self.prefix.as_str())?;
        if name.is_empty() {
            return None;
        }
        let dir = below(dir, &self.dir)?;
        let (above, dir) = match self.root.as_str() {
            "" => (None, dir),
            root => {
                let (above, dir) = around_last(&dir, root)?;
                (Some(above), dir)
            }
        };
        Some(PairedName {
            above,
            dir,
            name: name.to_owned(),
        })
    }

    /// Returns the path of this form of a notebook; `None` if only one of the
    /// forms has a root, or the path would go above the settings.
    pub fn path_of(&self, paired: &PairedName, extension: Option<&str>) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        match (&paired.above, self.root.as_str()) {
            (Some(_), "") => return None,
            (None, root) if !root.is_empty() => return None,
            (Some(above), root) => parts.extend([above.as_str(), root]),
            (None, _) => {}
        }
        parts.extend([paired.dir.as_str(), self.dir.as_str()]);
        let mut path: Vec<&str> = Vec::new();
        for part in parts.iter().flat_map(|part| part.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    path.pop()?;
                }
                part => path.push(part),
            }
        }
        let (prefix, suffix) = (&self.prefix, &self.suffix);
        let extension = self.extension_or(extension)?;
        let file = format!("{prefix}{}{suffix}.{extension}", paired.name);
        path.push(&file);
        Some(path.join("/"))
    }

    fn extension_or<'a>(&'a self, auto: Option<&'a str>) -> Option<&'a str> {
        match self.extension.as_str() {
            "auto" => auto,
            extension => Some(extension),
        }
    }
}

impl fmt::Display for PairFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.root.is_empty() {
            write!(f, "{}//", self.root)?;
        }
        if !self.dir.is_empty() {
            write!(f, "{}/", self.dir)?;
        }
        if !(self.root.is_empty() && self.dir.is_empty() && self.prefix.is_empty()) {
            write!(f, "{}/", self.prefix)?;
        }
        if !self.suffix.is_empty() {
            write!(f, "{}.", self.suffix)?;
        }
        f.write_str(&self.format())
    }
}

/// Reads the forms that a notebook is kept in: `ipynb,py:percent`.
///
/// # Errors
///
/// Fails if a word has no extension, or if the notebook is not among them, or
/// nothing else is.
pub fn pair_formats(spec: &str) -> Result<Vec<PairFormat>, SpecError> {
    let error = |word: &str, problem| SpecError {
        spec: spec.to_owned(),
        word: word.to_owned(),
        problem,
    };
    let mut formats = Vec::new();
    for word in spec
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        let format = pair_format(word).ok_or_else(|| error(word, "has no extension"))?;
        if formats.contains(&format) {
            return Err(error(word, "is there twice"));
        }
        formats.push(format);
    }
    match formats.iter().filter(|format| format.is_notebook()).count() {
        1 if formats.len() > 1 => Ok(formats),
        1 => Err(error(spec, "names no text beside the notebook")),
        0 => Err(error(spec, "does not name the notebook (`ipynb`)")),
        _ => Err(error(spec, "names two notebooks")),
    }
}

fn pair_format(word: &str) -> Option<PairFormat> {
    let (place, file) = match word.rsplit_once('/') {
        Some((place, file)) => (place, file),
        None => ("", word),
    };
    let (file, name) = match file.rsplit_once(':') {
        Some((file, name)) => (file, Some(name)),
        None => (file, None),
    };
    let (suffix, extension) = match file.rsplit_once('.') {
        // A dot in front of the extension alone is no suffix.
        Some((suffix, extension)) => (suffix, extension),
        None => ("", file),
    };
    let (root, place) = place.rsplit_once("//").unwrap_or(("", place));
    let (dir, prefix) = place.rsplit_once('/').unwrap_or(("", place));
    let (extension, usual) = match extension {
        "notebook" => ("ipynb", None),
        "markdown" => ("md", None),
        "script" => ("auto", None),
        "myst" => ("md", Some("myst")),
        extension => (extension, None),
    };
    let name = name.filter(|name| !name.is_empty()).or(usual);
    (!extension.is_empty()).then(|| PairFormat {
        root: root.to_owned(),
        dir: dir.to_owned(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        extension: extension.to_owned(),
        name: name.map(str::to_owned),
    })
}

/// Splits a path into its directory and the name of the file.
fn split_last(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Returns the directory that `dir` is entered from, by `way`; `None` if it
/// cannot have been entered by it.
fn below(dir: &str, way: &str) -> Option<String> {
    let mut from: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in way.split('/').rev() {
        match part {
            "" | "." => {}
            // Which directory it was that was left, nobody knows.
            ".." => return None,
            part => {
                if from.pop()? != part {
                    return None;
                }
            }
        }
    }
    Some(from.join("/"))
}

/// Splits a directory at the last place where `root` stands in it.
fn around_last(dir: &str, root: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    let root: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    let at = parts
        .windows(root.len().max(1))
        .rposition(|window| window == root.as_slice())?;
    let (above, rest) = parts.split_at(at);
    Some((above.join("/"), rest.get(root.len()..)?.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs `path`, which is of the first form, with the second.
    #[track_caller]
    fn check(spec: &str, path: &str, expected: Option<&str>) {
        let formats = pair_formats(spec).unwrap();
        let [first, second] = formats.as_slice() else {
            panic!("two forms");
        };
        let name = first.name_of(path, None);
        let paired = name.and_then(|name| second.path_of(&name, Some("jl")));
        assert_eq!(paired.as_deref(), expected);
        // And back.
        if let Some(paired) = &paired
            && let Some(name) = second.name_of(paired, Some("jl"))
        {
            assert_eq!(first.path_of(&name, None).as_deref(), Some(path));
        }
    }

    #[test]
    fn texts_stand_beside_the_notebook() {
        check("ipynb,py:percent", "a.ipynb", Some("a.py"));
        check("ipynb,py:percent", "x/y/a.b.ipynb", Some("x/y/a.b.py"));
        check("ipynb,.pct.py:percent", "x/a.ipynb", Some("x/a.pct.py"));
        check("ipynb,auto:percent", "x/a.ipynb", Some("x/a.jl"));
        check("ipynb,py", "a.py", None);
        check("ipynb,py", ".ipynb", None);
    }

    #[test]
    fn texts_stand_in_a_directory_beside_or_above_or_with_a_prefix() {
        check("ipynb,text//py", "x/a.ipynb", Some("x/text/a.py"));
        check("ipynb,../text//py", "x/a.ipynb", Some("text/a.py"));
        check("ipynb,../text//py", "a.ipynb", None);
        check("ipynb,nb_/py", "x/a.ipynb", Some("x/nb_a.py"));
        check("nb//ipynb,py//py", "x/nb/a.ipynb", Some("x/py/a.py"));
        check("nb//ipynb,py//py", "x/a.ipynb", None);
    }

    #[test]
    fn trees_are_copied_from_root_to_root() {
        let spec = "notebooks///ipynb,scripts///py:percent";
        check(spec, "notebooks/x/a.ipynb", Some("scripts/x/a.py"));
        check(spec, "p/notebooks/a.ipynb", Some("p/scripts/a.py"));
        check(spec, "a.ipynb", None);
        check(spec, "other/a.ipynb", None);
        check("notebooks///ipynb,py", "notebooks/a.ipynb", None);
    }

    #[test]
    fn a_spec_is_written_as_it_was_read() {
        for spec in [
            "ipynb,py:percent",
            "notebooks///ipynb,scripts///py:percent",
            "ipynb,text//md:myst",
            "ipynb,nb_/pct.py",
            "root//dir/prefix/ipynb,md",
        ] {
            let written: Vec<_> = pair_formats(spec)
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(written.join(","), spec);
        }
    }

    #[test]
    fn specs_without_a_notebook_or_a_text_are_errors() {
        for spec in ["", "py:percent", "ipynb", "ipynb,ipynb", "ipynb,:percent"] {
            assert!(pair_formats(spec).is_err(), "{spec}");
        }
    }
}
