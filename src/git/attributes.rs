//! Attributes of paths, and the filters they name.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::program::{bytes_of, git, run_with};

/// A filter between the worktree and the repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Filter {
    /// Its name: `x` in `filter=x`.
    pub name: String,
    /// The command that cleans one file, if there is one.
    pub clean: Option<String>,
    /// The command that cleans many files, if there is one.
    pub process: Option<String>,
}

/// Returns what each path has for each of these attributes: `None` if nothing
/// is said of it. Paths are from the current directory.
///
/// # Errors
///
/// Fails if git cannot be asked.
pub fn attributes(names: &[&str], paths: &[PathBuf]) -> io::Result<Vec<Vec<Option<String>>>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut input = Vec::new();
    for path in paths {
        input.extend(bytes_of(path));
        input.push(0);
    }
    let mut command = git(&["check-attr", "-z", "--stdin"]);
    let output = run_with(command.args(names), &input)?;
    let fields: Vec<_> = output.split(|&byte| byte == 0).collect();
    // Path, attribute, value.
    let value = |fields: &[&[u8]]| match fields {
        [_, _, value] if *value != b"unspecified" => {
            Some(String::from_utf8_lossy(value).into_owned())
        }
        _ => None,
    };
    let values: Vec<_> = fields.chunks_exact(3).map(value).collect();
    Ok(values.chunks(names.len()).map(<[_]>::to_vec).collect())
}

/// Returns the filter of each path, with its settings; paths are from the
/// current directory.
///
/// # Errors
///
/// Fails if git cannot be asked.
pub fn filters(paths: &[PathBuf]) -> io::Result<Vec<Option<Filter>>> {
    let mut known: Vec<Filter> = Vec::new();
    let mut filters = Vec::new();
    for values in attributes(&["filter"], paths)? {
        let name = values.into_iter().next().flatten();
        let Some(name) = name.filter(|name| !matches!(&**name, "unset" | "set")) else {
            filters.push(None);
            continue;
        };
        if !known.iter().any(|filter| filter.name == name) {
            known.push(settings(&name)?);
        }
        let filter = known.iter().find(|filter| filter.name == name);
        filters.push(filter.cloned());
    }
    filters.resize(paths.len(), None);
    Ok(filters)
}

fn settings(name: &str) -> io::Result<Filter> {
    let value = |key: &str| {
        let key = format!("filter.{name}.{key}");
        let value = super::config::value(&key)?;
        Ok::<_, io::Error>(value.filter(|value| !value.is_empty()))
    };
    Ok(Filter {
        name: name.to_owned(),
        clean: value("clean")?,
        process: value("process")?,
    })
}

impl Filter {
    /// Runs the command that cleans one file, from the top of the worktree as
    /// git does; `path` is from there, too.
    ///
    /// # Errors
    ///
    /// Fails if there is no such command, or if it fails.
    pub fn clean(&self, bytes: &[u8], top: &Path, path: &Path) -> io::Result<Vec<u8>> {
        let Some(clean) = &self.clean else {
            let message = format!("filter.{}.clean is not set", self.name);
            return Err(io::Error::other(message));
        };
        let path = path.to_string_lossy();
        let quoted = format!("'{}'", path.replace('\'', r"'\''").replace('!', r"'\!'"));
        let mut command = Command::new("sh");
        command.arg("-c").arg(clean.replace("%f", &quoted));
        if !top.as_os_str().is_empty() {
            command.current_dir(top);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let pipe = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // A filter need not read everything.
            scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(bytes)));
            child.wait_with_output()
        })?;
        if !output.status.success() {
            let message = format!("the filter `{}` ended with {}", self.name, output.status);
            return Err(io::Error::other(message));
        }
        Ok(output.stdout)
    }
}
