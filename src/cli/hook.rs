//! The hook of git that strips what is staged: in its settings, or in a script.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use nbweave::git::install::{
    ConfigFile, Scope, Setting, hooks_dir, version, with_call, without_call,
};

use super::drivers::{HOOK_COMMAND, HOOK_EVENT, How, RECORD_HOOK};
use super::survey::{cannot_write, read, shown};
use super::ui::{self, Usage};

/// The first version of git that takes hooks from its settings.
const HOOKS_IN_SETTINGS: (u32, u32) = (2, 54);

/// How git is told to run a hook.
#[derive(Clone, Debug)]
pub(crate) enum Hook {
    /// By its settings.
    Settings,
    /// By a script, which is to be so.
    Script { path: PathBuf, text: Vec<u8> },
}

impl Hook {
    pub(crate) fn new(how: &How) -> Result<Self> {
        if version()? >= HOOKS_IN_SETTINGS {
            return Ok(Self::Settings);
        }
        if how.scope < Scope::Local {
            let message = "hooks for all repositories need git 2.54";
            return Err(Usage(message.to_owned()).into());
        }
        let dir = hooks_dir().context("cannot find the hooks")?;
        if dir.ends_with(".husky/_") {
            bail!(
                "husky writes the scripts in '{}' itself; add `nbweave git-hook pre-commit` \
                 to .husky/pre-commit",
                dir.display()
            );
        }
        let path = dir.join("pre-commit");
        let text = script(&path, &how.hook_command())?;
        Ok(Self::Script { path, text })
    }

    pub(crate) fn write(&self, how: &How, file: &ConfigFile) -> Result<()> {
        let command = how.hook_command();
        match self {
            Self::Settings => {
                let settings = [
                    Setting::new(HOOK_EVENT, "pre-commit"),
                    Setting::new(HOOK_COMMAND, command),
                ];
                file.set(&settings).with_context(|| cannot_write(file))?;
                ui::print(&format!("hook in {}: pre-commit", shown(&file.path)));
            }
            Self::Script { path, text } => {
                write_script(path, text)?;
                let record = Setting::new(RECORD_HOOK, "script");
                file.set(&[record]).with_context(|| cannot_write(file))?;
                ui::print(&format!("hook in {}: pre-commit", shown(path)));
            }
        }
        Ok(())
    }
}

/// Returns what the script of a hook is to be.
fn script(path: &Path, command: &str) -> Result<Vec<u8>> {
    let old = read(path)?;
    if old.is_some() && !is_executable(path) {
        bail!(
            "'{}' is not executable, so git does not run it; make it so, or remove it",
            path.display()
        );
    }
    let Ok(new) = with_call(old.as_deref(), command) else {
        bail!(
            "'{}' is no shell script; let it run `{command}`",
            path.display()
        );
    };
    Ok(new)
}

fn write_script(path: &Path, text: &[u8]) -> Result<()> {
    let old = read(path)?;
    if old.as_deref() != Some(text) {
        let context = || format!("cannot write '{}'", path.display());
        nbweave::fs::write(path, text).with_context(context)?;
        if old.is_none() {
            make_executable(path).with_context(context)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = path.metadata();
    metadata.is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut permissions = path.metadata()?.permissions();
    let mode = permissions.mode();
    // Whoever may read it may run it.
    permissions.set_mode(mode | (mode & 0o444) >> 2);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Takes the call out of the script of the hook, and returns where that was.
pub(crate) fn remove_call() -> Result<Option<PathBuf>> {
    let path = hooks_dir()
        .context("cannot find the hooks")?
        .join("pre-commit");
    let Some(old) = read(&path)? else {
        return Ok(None);
    };
    let new = without_call(&old);
    if new.as_ref() == Some(&old) {
        return Ok(None);
    }
    let context = || format!("cannot write '{}'", path.display());
    match new {
        Some(new) => nbweave::fs::write(&path, &new).with_context(context)?,
        None => fs::remove_file(&path).with_context(context)?,
    }
    Ok(Some(path))
}
