//! Settings of other tools, as options of `nbweave strip`.

mod options;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::git::install::effective;
use toml::{Table, Value};

use options::{NBSTRIPOUT, NBWIPERS, translate};

use super::args::ToolArg;
use super::shell::words;

/// What another tool was told.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The same for our filter.
    pub(crate) options: Vec<String>,
    /// What could not be said, and what else people should know.
    pub(crate) notes: Vec<String>,
}

/// Returns what another tool is told here.
pub(crate) fn taken_over(tool: ToolArg) -> Result<Taken> {
    match tool {
        ToolArg::Nbstripout => nbstripout(),
        ToolArg::Nbwipers => nbwipers(),
        ToolArg::Nbdime => nbdime(),
    }
}

fn nbstripout() -> Result<Taken> {
    let mut taken = Taken::default();
    let command = setting("filter.nbstripout.clean")?;
    let mut given = Vec::new();
    if let Some(command) = &command {
        given = options_behind(command, "nbstripout", &mut taken);
    }
    for (key, option) in [
        ("filter.nbstripout.extrakeys", "--extra-keys"),
        ("filter.nbstripout.keepmetadatakeys", "--keep-metadata-keys"),
    ] {
        if let Some(keys) = setting(key)? {
            given.extend([option.to_owned(), keys]);
        }
    }
    translate(&given, NBSTRIPOUT, &mut taken);
    if command.is_none() {
        taken.notes.push("nbstripout is not set up here".to_owned());
    } else if !given.iter().any(|option| option == "--keep-id") {
        let note = "cell ids stay, which nbstripout numbers anew; \
             `--ids renumber` behind `--` does that";
        taken.notes.push(note.to_owned());
    }
    taken
        .notes
        .push("`nbstripout --uninstall` takes the rest of it away".to_owned());
    Ok(taken)
}

fn nbwipers() -> Result<Taken> {
    let mut taken = Taken::default();
    let mut given = Vec::new();
    let command = setting("filter.nbwipers.clean")?;
    let options = match &command {
        Some(command) => options_behind(command, "nbwipers", &mut taken),
        None => Vec::new(),
    };
    let is = |option: &&String| *option == "-c" || *option == "--config";
    let named = options.iter().skip_while(|option| !is(option)).nth(1);
    if !options.iter().any(|option| option == "--isolated") {
        let file = match named {
            Some(path) => Some((PathBuf::from(path), table_of(Path::new(path))?)),
            None => nearest_table()?,
        };
        if let Some((path, table)) = file {
            let table = table.unwrap_or_default();
            taken
                .notes
                .push(format!("settings are read from '{}'", path.display()));
            for (key, value) in &table {
                given.extend(option_of(key, value));
            }
        }
    }
    // The command is `nbwipers clean -`.
    given.extend(
        options
            .into_iter()
            .filter(|word| word != "clean" && word != "-"),
    );
    translate(&given, NBWIPERS, &mut taken);
    if command.is_none() {
        taken.notes.push("nbwipers is not set up here".to_owned());
    }
    taken
        .notes
        .push("`nbwipers uninstall local` takes the rest of it away".to_owned());
    Ok(taken)
}

fn nbdime() -> Result<Taken> {
    let mut taken = Taken::default();
    let note = |taken: &mut Taken, text: String| taken.notes.push(text);
    let driver = setting("merge.jupyternotebook.driver")?;
    let command = setting("diff.jupyternotebook.command")?;
    if driver.is_none() && command.is_none() {
        note(&mut taken, "nbdime is not set up here".to_owned());
    }
    for key in ["diff.tool", "merge.tool", "diff.guitool", "merge.guitool"] {
        if setting(key)?
            .as_deref()
            .is_some_and(|tool| tool.starts_with("nbdime"))
        {
            note(
                &mut taken,
                format!("`{key}` is nbdime's; `git config {key} nbweave` changes it"),
            );
        }
    }
    for option in [&command, &driver] {
        let words = option.as_deref().and_then(words).unwrap_or_default();
        let options = words.into_iter().filter(|word| word.starts_with('-'));
        for option in options {
            note(
                &mut taken,
                format!("`{option}` of nbdime is not taken over"),
            );
        }
    }
    note(
        &mut taken,
        "what nbdime's configuration files say is not taken over; \
         noise is left out of a diff without being told"
            .to_owned(),
    );
    note(
        &mut taken,
        "`nbdime config-git --disable` takes the rest of it away, but also `merge.tool`, \
         whatever that is"
            .to_owned(),
    );
    Ok(taken)
}

fn setting(key: &str) -> Result<Option<String>> {
    effective(key).with_context(|| format!("cannot read `{key}`"))
}

/// Returns the words behind the name of a program in a command.
fn options_behind(command: &str, program: &str, taken: &mut Taken) -> Vec<String> {
    let Some(words) = words(command) else {
        taken
            .notes
            .push(format!("a command is not understood: {command}"));
        return Vec::new();
    };
    let is_program = |word: &String| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        name.trim_end_matches(".exe") == program
    };
    match words.iter().position(is_program) {
        Some(at) => words.into_iter().skip(at + 1).collect(),
        None => Vec::new(),
    }
}

/// Returns the nearest file with settings of nbwipers and what it says, from
/// the current directory up.
fn nearest_table() -> Result<Option<(PathBuf, Option<Table>)>> {
    let dir = std::env::current_dir().context("there is no current directory")?;
    for dir in dir.ancestors() {
        for name in [".nbwipers.toml", "nbwipers.toml", "pyproject.toml"] {
            let path = dir.join(name);
            if path.is_file()
                && let Some(table) = table_of(&path)?
            {
                return Ok(Some((path, Some(table))));
            }
        }
    }
    Ok(None)
}

/// Returns the settings of nbwipers in a file; `None` if it has none.
fn table_of(path: &Path) -> Result<Option<Table>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read '{}'", path.display()))?;
    let table: Table = text
        .parse()
        .with_context(|| format!("cannot read '{}'", path.display()))?;
    if path.file_name().is_none_or(|name| name != "pyproject.toml") {
        return Ok(Some(table));
    }
    let tool = table.get("tool").and_then(|tool| tool.get("nbwipers"));
    Ok(tool.and_then(Value::as_table).cloned())
}

/// Returns a setting in a file as an option on the command line.
fn option_of(key: &str, value: &Value) -> Vec<String> {
    let key = key.replace('_', "-");
    let list = |value: &Value| match value.as_array() {
        Some(values) => {
            let words: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            words.join(",")
        }
        None => value.as_str().unwrap_or_default().to_owned(),
    };
    match value {
        Value::Boolean(true) => vec![format!("--{key}")],
        Value::Boolean(false) => match key.strip_prefix("drop-") {
            Some(what) => vec![format!("--keep-{what}")],
            None => Vec::new(),
        },
        Value::Array(_) | Value::String(_) => {
            let list = list(value);
            if list.is_empty() {
                Vec::new()
            } else {
                vec![format!("--{key}"), list]
            }
        }
        Value::Integer(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => {
            vec![format!("--{key}")]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::options::Known;
    use super::*;

    fn translated(command: &str, known: &[Known], program: &str) -> Taken {
        let mut taken = Taken::default();
        let options = options_behind(command, program, &mut taken);
        translate(&options, known, &mut taken);
        taken
    }

    #[test]
    fn options_of_nbstripout_have_ours() {
        let taken = translated(
            "\"/x y/python3\" -m nbstripout --keep-count --max-size=10k \
             --drop-output-type error stream:stderr --drop-tagged-cells 'a b' --unix-newlines",
            NBSTRIPOUT,
            "nbstripout",
        );
        assert_eq!(
            taken.options,
            [
                "--keep-count",
                "--max-size",
                "10k",
                "--drop-output-type",
                "error stream:stderr",
                "--drop-tagged-cells",
                "a b"
            ]
        );
        assert!(taken.notes.is_empty(), "{:?}", taken.notes);
    }

    #[test]
    fn what_has_no_equal_is_said() {
        let taken = translated(
            "nbstripout --bogus --extra-keys bogus",
            NBSTRIPOUT,
            "nbstripout",
        );
        assert!(taken.options.is_empty());
        assert_eq!(taken.notes.len(), 2, "{:?}", taken.notes);
    }

    #[test]
    fn settings_of_nbwipers_have_ours() {
        let table: Table = "extra-keys = ['metadata.a', 'cell.metadata.b']\n\
             drop-output = false\ndrop-count = true\nid-action = 'sequential'\n\
             drop_tagged_cells = ['x']\nstrip-kernel-info = true\nexclude = ['d/']\n\
             drop-empty-cells = false"
            .parse()
            .unwrap();
        let given: Vec<_> = table
            .iter()
            .flat_map(|(key, value)| option_of(key, value))
            .collect();
        let mut taken = Taken::default();
        translate(&given, NBWIPERS, &mut taken);
        let mut options = taken.options.join(" ");
        options.push(' ');
        for wanted in [
            "--extra-keys metadata.a,cell.metadata.b ",
            "--keep-output ",
            "--ids renumber ",
            "--drop-tagged-cells x ",
            "--extra-keys metadata.kernelspec metadata.language_info.version ",
        ] {
            assert!(options.contains(wanted), "{wanted} in {options}");
        }
        assert!(!options.contains("empty"), "{options}");
        assert_eq!(taken.notes.len(), 1, "{:?}", taken.notes);
    }

    #[test]
    fn the_last_of_two_wins() {
        let taken = translated("nbwipers --drop-id --sequential-id", NBWIPERS, "nbwipers");
        assert_eq!(taken.options, ["--ids", "renumber"]);
    }
}
