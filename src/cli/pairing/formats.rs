//! What the settings of jupytext say of the forms that notebooks are kept in.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use nbweave::convert::{PairFormat, pair_formats, yaml};
use serde_json::Value;

use crate::cli::ui;

/// Files with settings of jupytext, in the order in which it looks for them.
const FILES: &[&str] = &[
    "jupytext.toml",
    "jupytext.yml",
    "jupytext.yaml",
    "jupytext.json",
    ".jupytext",
    ".jupytext.toml",
    ".jupytext.yml",
    ".jupytext.yaml",
    ".jupytext.json",
];

/// Settings that are heeded in the metadata of a notebook alone.
const UNHEEDED: &[&str] = &[
    "notebook_metadata_filter",
    "cell_metadata_filter",
    "root_level_metadata_filter",
    "root_level_metadata_as_raw_cell",
    "hide_notebook_metadata",
    "comment_magics",
    "cell_markers",
    "split_at_heading",
    "cell_metadata_json",
    "custom_cell_magics",
    "custom_language_magics",
];

/// Settings for the notebooks below a directory.
#[derive(Clone, Debug)]
pub(crate) struct Formats {
    /// The directory, with slashes and from the top; empty for the top.
    pub(crate) dir: String,
    /// The forms, of which the first that a path can be of holds.
    pub(crate) groups: Vec<Vec<PairFormat>>,
}

/// Looks for settings, once for each directory.
#[derive(Debug)]
pub(crate) struct FormatFinder {
    top: PathBuf,
    found: HashMap<String, Option<Formats>>,
    /// The directories whose settings were read once.
    read: HashSet<String>,
}

impl FormatFinder {
    pub(crate) fn new(top: &Path) -> Self {
        Self {
            top: top.to_owned(),
            found: HashMap::new(),
            read: HashSet::new(),
        }
    }

    /// Returns the settings that hold in a directory: the nearest, up to the
    /// top.
    pub(crate) fn find(&mut self, dir: &str) -> Result<Option<&Formats>> {
        if !self.found.contains_key(dir) {
            let mut at = dir;
            let found = loop {
                if let Some(settings) = read_dir(&self.top.join(at))? {
                    if self.read.insert(at.to_owned()) {
                        settings.say_unheeded();
                    }
                    let groups = settings.groups;
                    let dir = at.to_owned();
                    break Some(Formats { dir, groups });
                }
                if at.is_empty() {
                    break None;
                }
                at = at.rsplit_once('/').map_or("", |(above, _)| above);
            };
            self.found.insert(dir.to_owned(), found);
        }
        Ok(self.found.get(dir).and_then(Option::as_ref))
    }
}

/// What is in a file with settings.
struct Settings {
    path: PathBuf,
    groups: Vec<Vec<PairFormat>>,
    unheeded: Vec<&'static str>,
}

impl Settings {
    fn of(path: PathBuf, settings: &Value) -> Result<Self> {
        let is_set = |key: &&&str| settings.get(**key).is_some();
        Ok(Self {
            path,
            groups: groups(settings.get("formats"))?,
            unheeded: UNHEEDED.iter().filter(is_set).copied().collect(),
        })
    }

    /// Says which settings a user of jupytext would miss.
    fn say_unheeded(&self) {
        if !self.groups.is_empty() && !self.unheeded.is_empty() {
            let path = self.path.display();
            let unheeded = self.unheeded.join("`, `");
            ui::say(&format!(
                "nbweave: `{unheeded}` in '{path}' is not heeded, but below `jupytext` in the \
                 metadata of a notebook"
            ));
        }
    }
}

/// Returns what the settings in a directory say; `None` if there are none.
fn read_dir(dir: &Path) -> Result<Option<Settings>> {
    let read = |name: &str| match fs::read_to_string(dir.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let context = |name: &str| format!("cannot read '{}'", dir.join(name).display());
    for name in FILES {
        if let Some(text) = read(name).with_context(|| context(name))? {
            let settings = parse(name, &text).with_context(|| context(name))?;
            return Settings::of(dir.join(name), &settings)
                .with_context(|| context(name))
                .map(Some);
        }
    }
    let name = "pyproject.toml";
    if let Some(text) = read(name).with_context(|| context(name))?
        && text.contains("jupytext")
    {
        let settings = parse(name, &text).with_context(|| context(name))?;
        if let Some(settings) = settings.pointer("/tool/jupytext") {
            return Settings::of(dir.join(name), settings)
                .with_context(|| context(name))
                .map(Some);
        }
    }
    Ok(None)
}

fn parse(name: &str, text: &str) -> Result<Value> {
    let extension = Path::new(name).extension();
    match extension.and_then(|extension| extension.to_str()) {
        Some("json") => Ok(serde_json::from_str(text)?),
        Some("yml" | "yaml") => Ok(yaml::read(text, 1)?),
        _ => Ok(toml::from_str(text)?),
    }
}

/// Returns groups of forms: of `a,b;c,d`, a list of such, or of tables from
/// directory to form.
fn groups(formats: Option<&Value>) -> Result<Vec<Vec<PairFormat>>> {
    let wrong = || anyhow!("`formats` is neither text nor a table nor a list of these");
    let one = |value: &Value| -> Result<Vec<Vec<PairFormat>>> {
        match value {
            Value::String(text) => {
                let specs = text.split(';').filter(|spec| !spec.trim().is_empty());
                Ok(specs.map(pair_formats).collect::<Result<_, _>>()?)
            }
            Value::Object(table) => {
                let mut words = Vec::new();
                for (root, form) in table {
                    let form = form.as_str().ok_or_else(wrong)?;
                    let root = root.strip_suffix('/').unwrap_or(root);
                    words.push(match root {
                        "" => form.to_owned(),
                        root => format!("{root}///{form}"),
                    });
                }
                Ok(vec![pair_formats(&words.join(","))?])
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(wrong()),
        }
    };
    match formats {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => {
            let groups: Vec<_> = list.iter().map(one).collect::<Result<_>>()?;
            Ok(groups.into_iter().flatten().collect())
        }
        Some(value) => one(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: &[&str]) {
        let settings = parse(name, text).unwrap();
        let groups = groups(settings.get("formats")).unwrap();
        let written = |group: &Vec<PairFormat>| {
            let words: Vec<_> = group.iter().map(ToString::to_string).collect();
            words.join(",")
        };
        assert_eq!(groups.iter().map(written).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn formats_are_text_tables_or_lists_of_these() {
        let toml = "jupytext.toml";
        check(toml, "formats = 'ipynb,py:percent'", &["ipynb,py:percent"]);
        check(
            toml,
            "[formats]\n'notebooks/' = 'ipynb'\n'scripts' = 'py:percent'",
            &["notebooks///ipynb,scripts///py:percent"],
        );
        check(
            toml,
            "formats = ['a///ipynb,b///py', {'' = 'ipynb', 'c/' = 'md'}]",
            &["a///ipynb,b///py", "ipynb,c///md"],
        );
        check(toml, "comment_magics = false", &[]);
        let json = "jupytext.json";
        check(
            json,
            r#"{"formats": "ipynb,md;ipynb,py"}"#,
            &["ipynb,md", "ipynb,py"],
        );
    }

    #[test]
    fn formats_of_another_kind_are_an_error() {
        let wrong = Value::Bool(true);
        assert!(groups(Some(&wrong)).is_err());
        let wrong = serde_json::json!({"a": 1});
        assert!(groups(Some(&wrong)).is_err());
    }
}
