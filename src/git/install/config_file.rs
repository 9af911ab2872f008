//! A file with settings of git: settings put in and taken out.
//!
//! They are put in by `git config`. Taking them out gives the bytes that were
//! there before, which needs to know whether there were any, and whether the
//! last line had an end: that is kept in the file itself, among the settings.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::config_text::without;
use crate::fs::replace;
use crate::git::program::{ended, git, run, run_with};

/// The section for what taking settings out has to know.
const RECORD: &str = "nbweave.install";

/// What the file was like: `absent` or `unterminated`.
const RECORD_FILE: &str = "nbweave.install.file";

/// A setting.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    /// Section, name and key: `diff.x.command`.
    pub key: String,
    /// Its value.
    pub value: String,
}

impl Setting {
    /// Returns a setting.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

/// Whether two keys name the same setting. Only what stands between the first
/// and the last dot has upper and lower case.
pub fn same_key(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

fn canonical(key: &str) -> String {
    let (section, rest) = key.split_once('.').unwrap_or((key, ""));
    let (middle, name) = rest.rsplit_once('.').unwrap_or(("", rest));
    let (section, name) = (section.to_ascii_lowercase(), name.to_ascii_lowercase());
    format!("{section}.{middle}.{name}")
}

/// A file with settings. It need not exist.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
}

impl ConfigFile {
    /// Returns the settings in the file itself, not in those that it includes.
    ///
    /// # Errors
    ///
    /// Fails with git's own words if the file makes no sense to it.
    pub fn settings(&self) -> io::Result<Vec<Setting>> {
        if !self.path.exists() {
            return Ok(Vec::new());
        }
        run(self.git().args(["--null", "--list"])).map(|list| parse(&list))
    }

    /// Returns the last value of a setting in the file itself.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::settings`] does.
    pub fn value(&self, key: &str) -> io::Result<Option<String>> {
        let settings = self.settings()?.into_iter().rev();
        let mut found = settings.filter(|setting| same_key(&setting.key, key));
        Ok(found.next().map(|setting| setting.value))
    }

    /// Sets what is not set so, and returns whether there was anything.
    ///
    /// # Errors
    ///
    /// Fails with git's own words if the file cannot be written.
    pub fn set(&self, wanted: &[Setting]) -> io::Result<bool> {
        let known = self.settings()?;
        let is_set = |setting: &&Setting| {
            let values = known
                .iter()
                .filter(|other| same_key(&other.key, &setting.key));
            let values: Vec<_> = values.map(|other| &other.value).collect();
            values == [&setting.value]
        };
        let mut missing: Vec<_> = wanted.iter().filter(|setting| !is_set(setting)).collect();
        if missing.is_empty() {
            return Ok(false);
        }
        let is_recorded = |setting: &Setting| canonical(&setting.key).starts_with(RECORD);
        let record;
        if !known.iter().any(is_recorded)
            && let Some(state) = self.state()?
        {
            record = Setting::new(RECORD_FILE, state);
            missing.insert(0, &record);
        }
        for setting in missing {
            let words = ["--replace-all", &setting.key, &setting.value];
            run(self.git().args(words))?;
        }
        Ok(true)
    }

    /// Returns what is to be known about the file as it is.
    fn state(&self) -> io::Result<Option<&'static str>> {
        Ok(match self.bytes()? {
            None => Some("absent"),
            Some(bytes) if !bytes.is_empty() && !bytes.ends_with(b"\n") => Some("unterminated"),
            Some(_) => None,
        })
    }

    fn bytes(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Takes settings out, and returns whether there were any. With the last
    /// of those that [`Self::set`] has put there, the file is as it was.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written, or if it is being written to.
    pub fn remove(&self, keys: &[&str], last: Last) -> io::Result<bool> {
        let Some(bytes) = self.bytes()? else {
            return Ok(false);
        };
        let known = self.settings()?;
        let state = self.value(RECORD_FILE)?;
        let is_wanted = |key: &str| {
            let is_record = last == Last::Yes && canonical(key).starts_with(RECORD);
            is_record || keys.iter().any(|wanted| same_key(wanted, key))
        };
        let (gone, left): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|setting| is_wanted(&setting.key));
        if gone.is_empty() {
            return Ok(false);
        }
        let mut keys: Vec<_> = gone.iter().map(|setting| setting.key.as_str()).collect();
        keys.dedup();
        let mut text = without(&bytes, &keys);
        if last == Last::Yes && state.as_deref() == Some("unterminated") {
            text.pop_if(|byte| *byte == b'\n');
        }
        let read_back = run_with(
            &mut git(&["config", "--file", "-", "--null", "--list"]),
            &text,
        );
        if read_back.is_ok_and(|list| parse(&list) == left) {
            let is_empty = text.iter().all(u8::is_ascii_whitespace);
            let is_ours = last == Last::Yes && state.as_deref() == Some("absent");
            if is_empty && is_ours {
                fs::remove_file(&self.path)?;
            } else {
                replace_locked(&self.path, &text)?;
            }
            return Ok(true);
        }
        // Somebody has written the settings in a form that git does not.
        for key in keys {
            let output = ended(self.git().args(["--unset-all", key]))?;
            // 5: two keys were one.
            if !output.status.success() && output.status.code() != Some(5) {
                return Err(io::Error::other(crate::git::program::words(&output)));
            }
        }
        Ok(true)
    }

    fn git(&self) -> std::process::Command {
        let mut command = git(&["config", "--file"]);
        command.arg(&self.path);
        command
    }
}

/// Whether nothing of ours is left in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Last {
    /// These were the last settings, so what was noted about the file goes.
    Yes,
    /// There are others.
    No,
}

/// Parses what `git config --null --list` prints.
fn parse(list: &[u8]) -> Vec<Setting> {
    let entries = list
        .split(|&byte| byte == 0)
        .filter(|entry| !entry.is_empty());
    let setting = |entry: &[u8]| {
        let text = String::from_utf8_lossy(entry);
        let (key, value) = text.split_once('\n').unwrap_or((&text, ""));
        Setting::new(key, value)
    };
    entries.map(setting).collect()
}

/// Replaces a file with settings, unless git is doing so.
fn replace_locked(path: &Path, text: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let mut lock = path.clone().into_os_string();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let made = OpenOptions::new().write(true).create_new(true).open(&lock);
    made.map_err(|error| {
        let message = format!("could not lock config file '{}': {error}", path.display());
        io::Error::new(error.kind(), message)
    })?;
    let replaced = replace(&path, |out| out.write_all(text));
    fs::remove_file(&lock)?;
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_case_only_between_the_dots() {
        assert!(same_key("Merge.reNormalize", "merge.renormalize"));
        assert!(same_key(
            "mergetool.x.trustExitCode",
            "mergetool.x.trustexitcode"
        ));
        assert!(!same_key("diff.X.command", "diff.x.command"));
    }

    #[test]
    fn values_may_have_several_lines_or_be_missing() {
        assert_eq!(
            parse(b"a.b\nc\nd\0e.f\0"),
            [Setting::new("a.b", "c\nd"), Setting::new("e.f", "")]
        );
    }
}
