//! Where git looks for settings, attributes and hooks.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Scope;
use crate::git::config::value;
use crate::git::program::{ended, git, path_from, run};

/// Returns the file that holds the settings of a scope. It need not exist.
///
/// # Errors
///
/// Fails with git's own words if there is no repository and the scope needs
/// one, or if worktrees have no settings of their own in this one.
pub fn config_path(scope: Scope) -> io::Result<PathBuf> {
    match scope {
        Scope::System => Ok(variable("GIT_CONFIG_SYSTEM")
            .or_else(|| {
                let mut command = git(&["var", "GIT_CONFIG_SYSTEM"]);
                printed(command.env_remove("GIT_CONFIG_NOSYSTEM"))
            })
            .unwrap_or_else(|| "/etc/gitconfig".into())),
        Scope::Global => global_config(),
        Scope::Local => git_path("config"),
        Scope::Worktree if has_worktree_settings() => git_path("config.worktree"),
        Scope::Worktree => Err(io::Error::other(
            "worktrees have no settings of their own here: `extensions.worktreeConfig` is not set",
        )),
    }
}

/// Whether worktrees have settings of their own in this repository.
pub fn has_worktree_settings() -> bool {
    let key = "extensions.worktreeConfig";
    let asked = ended(&mut git(&[
        "config",
        "--local",
        "--type=bool",
        "--get",
        key,
    ]));
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"true")
}

/// Returns the files with the settings of single worktrees that exist.
pub fn worktree_config_paths() -> Vec<PathBuf> {
    let Ok(common) = rev_parse(&["--git-common-dir"]) else {
        return Vec::new();
    };
    let linked = std::fs::read_dir(common.join("worktrees"));
    let linked = linked.into_iter().flatten().flatten();
    let dirs = std::iter::once(common).chain(linked.map(|entry| entry.path()));
    let mut paths: Vec<_> = dirs.map(|dir| dir.join("config.worktree")).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths
}

/// As git does it: `~/.gitconfig`, unless there is only the other one.
fn global_config() -> io::Result<PathBuf> {
    if let Some(path) = variable("GIT_CONFIG_GLOBAL") {
        return Ok(path);
    }
    let home = home()?.join(".gitconfig");
    let other = xdg_dir()?.join("config");
    Ok(if !home.exists() && other.exists() {
        other
    } else {
        home
    })
}

/// Returns the file with the attributes that hold for a scope. It need not
/// exist. A worktree has no attributes of its own: they are the repository's.
///
/// # Errors
///
/// Fails with git's own words if there is no repository and the scope needs
/// one.
pub fn attributes_path(scope: Scope) -> io::Result<PathBuf> {
    match scope {
        Scope::System => {
            let mut command = git(&["var", "GIT_ATTR_SYSTEM"]);
            let path = printed(command.env_remove("GIT_ATTR_NOSYSTEM"));
            Ok(path.unwrap_or_else(|| "/etc/gitattributes".into()))
        }
        Scope::Global => {
            let set = ["--global", "--system"].into_iter().find_map(|scope| {
                let key = "core.attributesFile";
                let words = ["config", scope, "--includes", "--type=path", "--get", key];
                printed(&mut git(&words))
            });
            match set {
                Some(path) => Ok(path),
                None => Ok(xdg_dir()?.join("attributes")),
            }
        }
        Scope::Local | Scope::Worktree => info_attributes(),
    }
}

/// Returns the file with attributes of a person that git reads here: settings
/// of the repository can name another one.
///
/// # Errors
///
/// Fails if the environment names no home directory.
pub fn personal_attributes() -> io::Result<PathBuf> {
    let words = ["config", "--type=path", "--get", "core.attributesFile"];
    match printed(&mut git(&words)) {
        Some(path) => Ok(path),
        None => Ok(xdg_dir()?.join("attributes")),
    }
}

/// Returns the file with the attributes of a repository that are no part of
/// it.
///
/// # Errors
///
/// Fails with git's own words if there is no repository.
pub fn info_attributes() -> io::Result<PathBuf> {
    git_path("info/attributes")
}

/// Returns the directory with the scripts that git runs.
///
/// # Errors
///
/// Fails with git's own words if there is no repository.
pub fn hooks_dir() -> io::Result<PathBuf> {
    git_path("hooks")
}

/// Returns major and minor version of git.
///
/// # Errors
///
/// Fails if git cannot be run.
pub fn version() -> io::Result<(u32, u32)> {
    let text = run(&mut git(&["--version"]))?;
    Ok(parse_version(&String::from_utf8_lossy(&text)).unwrap_or((0, 0)))
}

/// Parses `git version 2.47.3 (Apple Git-1)`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let word = text.split_whitespace().nth(2)?;
    let mut numbers = word.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Returns the value that a setting has here; `None` if it has none.
///
/// # Errors
///
/// Fails if git cannot be run.
pub fn effective(key: &str) -> io::Result<Option<String>> {
    value(key)
}

/// Returns where a setting has its value from: the scope, and the file or
/// what else git says.
///
/// # Errors
///
/// Fails if git cannot be run.
pub fn origin(key: &str) -> io::Result<Option<(String, String)>> {
    let show = ["config", "-z", "--show-scope", "--show-origin", "--get"];
    let output = ended(git(&show).arg(key))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut fields = text.split('\0');
    let (Some(scope), Some(origin)) = (fields.next(), fields.next()) else {
        return Ok(None);
    };
    let origin = origin.strip_prefix("file:").unwrap_or(origin);
    Ok(Some((scope.to_owned(), origin.to_owned())))
}

fn git_path(name: &str) -> io::Result<PathBuf> {
    rev_parse(&["--git-path", name])
}

fn rev_parse(arguments: &[&str]) -> io::Result<PathBuf> {
    let mut command = git(&["rev-parse", "--path-format=absolute"]);
    let output = run(command.args(arguments))?;
    Ok(path_from(output.strip_suffix(b"\n").unwrap_or(&output)))
}

/// Returns what git prints as a path; `None` if it fails or prints nothing.
fn printed(command: &mut Command) -> Option<PathBuf> {
    let output = run(command).ok()?;
    let line = output.strip_suffix(b"\n").unwrap_or(&output);
    (!line.is_empty()).then(|| path_from(line))
}

fn variable(name: &str) -> Option<PathBuf> {
    let value = env::var_os(name)?;
    (!value.is_empty()).then(|| value.into())
}

fn home() -> io::Result<PathBuf> {
    let name: &[&str] = if cfg!(windows) {
        &["HOME", "USERPROFILE"]
    } else {
        &["HOME"]
    };
    let found = name.iter().find_map(|name| variable(name));
    found.ok_or_else(|| io::Error::other("the environment names no home directory"))
}

fn xdg_dir() -> io::Result<PathBuf> {
    match variable("XDG_CONFIG_HOME") {
        Some(dir) => Ok(dir.join(OsStr::new("git"))),
        None => Ok(home()?.join(Path::new(".config/git"))),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn versions_have_words_behind_them() {
        for text in [
            "git version 2.47.3\n",
            "git version 2.47.3.windows.1\n",
            "git version 2.47 (Apple Git-154)\n",
        ] {
            assert_eq!(parse_version(text), Some((2, 47)), "{text}");
        }
        assert_eq!(parse_version("git version next"), None);
    }
}
