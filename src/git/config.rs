//! Settings of git that we follow.

use std::io;

use super::program::{ended, git, run};

/// Returns a setting; `None` if it is not set.
pub(super) fn value(key: &str) -> io::Result<Option<String>> {
    let output = ended(&mut git(&["config", "--get", key]))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(output.status.success().then(|| text.to_owned()))
}

/// Whether `color.diff` or `color.ui` want color; `None` if git cannot be
/// asked.
pub fn color_is_wanted(stdout_is_terminal: bool) -> Option<bool> {
    let is_terminal = if stdout_is_terminal { "true" } else { "false" };
    let output = ended(&mut git(&[
        "config",
        "--get-colorbool",
        "color.diff",
        is_terminal,
    ]));
    match output.ok()?.stdout.trim_ascii() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

/// Returns the pager that a command of git would use; `None` if it would use
/// none.
///
/// `GIT_PAGER`, `pager.<command>`, `core.pager`, `PAGER` and `less`, in this order.
/// `from_environment` says whether `GIT_PAGER` is set, which counts more than
/// `pager.<command>`.
pub fn pager(command: &str, from_environment: bool) -> Option<String> {
    let chosen = value(&format!("pager.{command}")).ok()?;
    let is = |words: &[&str]| {
        let chosen = chosen.as_deref().map(str::to_ascii_lowercase);
        chosen.is_some_and(|chosen| words.contains(&chosen.as_str()))
    };
    if is(&["false", "no", "off", "0"]) {
        return None;
    }
    let yes = chosen.is_none() || is(&["", "true", "yes", "on", "1"]);
    let pager = match chosen {
        Some(command) if !yes && !from_environment => command,
        _ => {
            let output = ended(&mut git(&["var", "GIT_PAGER"])).ok()?;
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
    };
    (!pager.is_empty() && pager != "cat").then_some(pager)
}

/// Returns the editor that git would start, as a command for the shell.
///
/// # Errors
///
/// Fails with git's own words if none is set and the terminal is a poor one.
pub fn editor() -> io::Result<String> {
    let output = run(&mut git(&["var", "GIT_EDITOR"]))?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}
