//! Which files are converted, and where their results go.

use std::env;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use nbweave::convert::{Format, Target, languages};

use super::To;
use crate::cli::input::{self, Input};
use crate::cli::ui;

/// A file to convert.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) input: Input,
    /// The directory that was named, if the file was not.
    pub(crate) dir: Option<PathBuf>,
}

/// Returns the files that paths of the command line name. Of a directory,
/// those are taken that can be meant.
pub(crate) fn found(paths: &[PathBuf], to: &To, from: Option<&Target>) -> Vec<Result<Found>> {
    let mut all = Vec::new();
    for path in paths {
        if path == Path::new("-") || !path.is_dir() {
            let inputs = input::inputs(std::slice::from_ref(path));
            let found = inputs.into_iter().map(|input| {
                let dir = None;
                input.map(|input| Found { input, dir })
            });
            all.extend(found);
            continue;
        }
        match input::files_in(path, |file| is_wanted(file, to, from)) {
            Ok(files) => {
                if files.is_empty() {
                    let dir = path.display();
                    ui::say(&format!("nbweave: there is nothing to convert in '{dir}'"));
                }
                let found = files.into_iter().map(|input| {
                    let dir = Some(path.clone());
                    input.map(|input| Found { input, dir })
                });
                all.extend(found);
            }
            Err(error) => all.push(Err(error)),
        }
    }
    all
}

/// Whether a file in a directory can be meant, by its name.
fn is_wanted(file: &Path, to: &To, from: Option<&Target>) -> bool {
    let extension = extension_of(file);
    match (from, to) {
        (Some(from), _) => match &from.extension {
            Some(wanted) => extension.eq_ignore_ascii_case(wanted),
            None if from.format == Format::Ipynb => is_ipynb(&extension),
            None => is_text(&extension),
        },
        (None, To::Ipynb) => is_text(&extension),
        (None, To::Text(_) | To::Review(_)) => is_ipynb(&extension),
    }
}

/// Returns the extension of a file with its dot; nothing if it has none.
pub(crate) fn extension_of(file: &Path) -> String {
    let extension = file.extension().map(|name| name.to_string_lossy());
    extension.map_or(String::new(), |name| format!(".{name}"))
}

pub(crate) fn is_ipynb(extension: &str) -> bool {
    extension.eq_ignore_ascii_case(".ipynb")
}

/// Whether text of this extension can be a notebook.
pub(crate) fn is_text(extension: &str) -> bool {
    let markdown = [".md", ".markdown", ".myst", ".mystnb", ".mnb"];
    markdown.contains(&extension) || languages::by_extension(extension).is_some()
}

/// Where results go.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// Beside what they are made of.
    Beside,
    /// To standard output.
    Stdout,
    /// To this file.
    File(PathBuf),
    /// Below this directory.
    Below(PathBuf),
}

impl Output {
    /// Reads what was said about it. `is_one` if one file was named.
    pub(crate) fn of(output: Option<&Path>, is_one: bool) -> Self {
        let Some(output) = output else {
            return Self::Beside;
        };
        let name = output.as_os_str().as_encoded_bytes();
        let is_dir = name.ends_with(b"/") || name.ends_with(b"\\") && cfg!(windows);
        if name == b"-" {
            Self::Stdout
        } else if is_one && !is_dir && !output.is_dir() {
            Self::File(output.to_owned())
        } else {
            Self::Below(output.to_owned())
        }
    }

    /// Returns where the result of a file goes; `None` is standard output.
    ///
    /// `ending` takes the place of the name's end that `from` says, or of its
    /// extension.
    pub(crate) fn place(
        &self,
        found: &Found,
        ending: &str,
        from: Option<&Target>,
    ) -> Option<PathBuf> {
        let path = match (self, &found.input) {
            (Self::Stdout, _) | (Self::Beside, Input::Stdin) => return None,
            (Self::File(path), _) => return Some(path.clone()),
            (Self::Beside | Self::Below(_), Input::File(path)) => path.clone(),
            (Self::Below(_), Input::Stdin) => PathBuf::from("stdin"),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let extension = extension_of(&path);
        let stem = name.strip_suffix(&extension).unwrap_or(&name);
        let suffix = from.map_or("", |from| from.suffix.as_str());
        let stem = stem.strip_suffix(suffix).unwrap_or(stem);
        let path = path.with_file_name(format!("{stem}{ending}"));
        match self {
            Self::Below(output) => Some(output.join(below(&path, found.dir.as_deref()))),
            Self::Beside | Self::Stdout | Self::File(_) => Some(path),
        }
    }
}

/// Returns the part of a path that is kept below another directory: behind the
/// directory that was named, or all of it if it leads nowhere else.
fn below<'p>(path: &'p Path, dir: Option<&Path>) -> &'p Path {
    let dir = dir.map(|dir| dir.strip_prefix("./").unwrap_or(dir));
    if let Some(rest) = dir.and_then(|dir| path.strip_prefix(dir).ok()) {
        return rest;
    }
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.components().all(stays) {
        return path;
    }
    path.file_name().map_or(path, Path::new)
}

/// Returns the link from a file to a directory, with a `/` at the end; from
/// standard output, from the current directory.
pub(crate) fn link(from: Option<&Path>, to: &Path) -> String {
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        normal(&path)
    };
    let from = match from {
        Some(file) => absolute(file).parent().map(Path::to_owned),
        None => env::current_dir().ok(),
    };
    let (from, to) = (from.unwrap_or_default(), absolute(to));
    let shared = from.components().zip(to.components());
    let n_shared = shared.take_while(|(one, other)| one == other).count();
    let up = from.components().skip(n_shared).map(|_| "..".to_owned());
    let down = to.components().skip(n_shared);
    let down = down.map(|part| encoded(&part.as_os_str().to_string_lossy()));
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("{}/", parts.join("/"))
}

/// Returns an absolute path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

/// Returns a name as links have it.
fn encoded(name: &str) -> String {
    let mut link = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Found {
        Found {
            input: Input::File(PathBuf::from(path)),
            dir: None,
        }
    }

    #[track_caller]
    fn check(output: &Output, found: &Found, ending: &str, expected: &str) {
        let place = output.place(found, ending, None);
        assert_eq!(place.as_deref(), Some(Path::new(expected)));
    }

    #[test]
    fn results_stand_beside_what_they_are_made_of() {
        check(&Output::Beside, &named("x/a.b.ipynb"), ".py", "x/a.b.py");
        check(
            &Output::Beside,
            &named("x/a.ipynb"),
            ".pct.py",
            "x/a.pct.py",
        );
        let from = Target::parse(".pct.py:percent").unwrap();
        let place = Output::Beside.place(&named("a.pct.py"), ".ipynb", Some(&from));
        assert_eq!(place, Some(PathBuf::from("a.ipynb")));
    }

    #[test]
    fn below_a_directory_paths_are_kept_but_never_lead_out_of_it() {
        let below = Output::Below(PathBuf::from("out"));
        check(&below, &named("x/a.ipynb"), ".md", "out/x/a.md");
        check(&below, &named("../x/a.ipynb"), ".md", "out/a.md");
        check(&below, &named("/x/a.ipynb"), ".md", "out/a.md");
        let in_dir = Found {
            dir: Some(PathBuf::from("../nbs")),
            ..named("../nbs/sub/a.ipynb")
        };
        check(&below, &in_dir, ".md", "out/sub/a.md");
    }

    #[test]
    fn one_file_can_be_named() {
        let output = Output::of(Some(Path::new("no-such/b.txt")), true);
        check(&output, &named("a.ipynb"), ".md", "no-such/b.txt");
        let output = Output::of(Some(Path::new("no-such/")), true);
        check(&output, &named("a.ipynb"), ".md", "no-such/a.md");
        let place = Output::of(Some(Path::new("-")), true).place(&named("a"), ".md", None);
        assert_eq!(place, None);
    }

    #[test]
    fn links_lead_from_the_file_to_the_directory() {
        let link = |from: &str, to: &str| link(Some(Path::new(from)), Path::new(to));
        assert_eq!(link("/r/a.md", "/r/pics"), "pics/");
        assert_eq!(link("/r/sub/a.md", "/r/./p q/x"), "../p%20q/x/");
        assert_eq!(link("/r/a.md", "/r"), "");
        assert_eq!(link("/r/a.md", "/r/b/../ä"), "%C3%A4/");
    }
}
