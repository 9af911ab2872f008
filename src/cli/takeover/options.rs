//! The options of other tools, and what they are here.

use super::Taken;
use crate::cli::drivers::strip_options;

/// What follows an option of another tool.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Takes {
    Nothing,
    Value,
    /// All words up to the next option.
    Values,
}

/// What an option of another tool is here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Here {
    /// Our option; a value stands behind it.
    Option(&'static str),
    /// These words.
    Words(&'static [&'static str]),
    /// Nothing: it is so, or makes no difference.
    Nothing,
    /// There is no such thing, for this reason.
    Missing(&'static str),
    /// It names our option by its value.
    IdAction,
}

pub(super) type Known = (&'static str, Takes, Here);

pub(super) const NBSTRIPOUT: &[Known] = &[
    (
        "--keep-output",
        Takes::Nothing,
        Here::Option("--keep-output"),
    ),
    ("--keep-count", Takes::Nothing, Here::Option("--keep-count")),
    ("--keep-id", Takes::Nothing, Here::Nothing),
    (
        "--keep-output-type",
        Takes::Values,
        Here::Option("--keep-output-type"),
    ),
    (
        "--drop-output-type",
        Takes::Values,
        Here::Option("--drop-output-type"),
    ),
    ("--extra-keys", Takes::Value, Here::Option("--extra-keys")),
    (
        "--keep-metadata-keys",
        Takes::Value,
        Here::Option("--keep-metadata-keys"),
    ),
    (
        "--drop-empty-cells",
        Takes::Nothing,
        Here::Option("--drop-empty-cells"),
    ),
    (
        "--drop-tagged-cells",
        Takes::Value,
        Here::Option("--drop-tagged-cells"),
    ),
    (
        "--strip-init-cells",
        Takes::Nothing,
        Here::Option("--strip-init-cells"),
    ),
    ("--max-size", Takes::Value, Here::Option("--max-size")),
    ("--force", Takes::Nothing, Here::Nothing),
    ("-f", Takes::Nothing, Here::Nothing),
    ("--mode", Takes::Value, Here::Nothing),
    ("-m", Takes::Value, Here::Nothing),
    ("--unix-newlines", Takes::Nothing, Here::Nothing),
];

const NO_EXCLUDE: &str = "give those paths a line with `-filter` in the attributes";

const KERNEL_INFO: &[&str] = &[
    "--extra-keys",
    "metadata.kernelspec metadata.language_info.version",
];

pub(super) const NBWIPERS: &[Known] = &[
    (
        "--keep-output",
        Takes::Nothing,
        Here::Option("--keep-output"),
    ),
    ("--drop-output", Takes::Nothing, Here::Nothing),
    ("--keep-count", Takes::Nothing, Here::Option("--keep-count")),
    ("--drop-count", Takes::Nothing, Here::Nothing),
    ("--keep-id", Takes::Nothing, Here::Nothing),
    ("--drop-id", Takes::Nothing, Here::Words(&["--ids", "drop"])),
    (
        "--sequential-id",
        Takes::Nothing,
        Here::Words(&["--ids", "renumber"]),
    ),
    ("--id-action", Takes::Value, Here::IdAction),
    ("--extra-keys", Takes::Value, Here::Option("--extra-keys")),
    (
        "--keep-keys",
        Takes::Value,
        Here::Option("--keep-metadata-keys"),
    ),
    (
        "--drop-empty-cells",
        Takes::Nothing,
        Here::Option("--drop-empty-cells"),
    ),
    ("--keep-empty-cells", Takes::Nothing, Here::Nothing),
    (
        "--drop-tagged-cells",
        Takes::Value,
        Here::Option("--drop-tagged-cells"),
    ),
    (
        "--strip-init-cell",
        Takes::Nothing,
        Here::Option("--strip-init-cells"),
    ),
    ("--keep-init-cell", Takes::Nothing, Here::Nothing),
    (
        "--strip-kernel-info",
        Takes::Nothing,
        Here::Words(KERNEL_INFO),
    ),
    ("--keep-kernel-info", Takes::Nothing, Here::Nothing),
    ("--exclude", Takes::Value, Here::Missing(NO_EXCLUDE)),
    ("--extend-exclude", Takes::Value, Here::Missing(NO_EXCLUDE)),
    ("--respect-exclusions", Takes::Nothing, Here::Nothing),
    ("--stdin-file-name", Takes::Value, Here::Nothing),
    ("--allow-no-notebooks", Takes::Nothing, Here::Nothing),
    ("--isolated", Takes::Nothing, Here::Nothing),
    ("--config", Takes::Value, Here::Nothing),
    ("-c", Takes::Value, Here::Nothing),
];

/// Adds our words for those of another tool.
pub(super) fn translate(given: &[String], known: &[Known], taken: &mut Taken) {
    let mut given = given.iter().peekable();
    while let Some(word) = given.next() {
        let (name, mut value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        let Some((_, takes, here)) = known.iter().find(|(option, ..)| *option == name) else {
            taken.notes.push(format!("`{word}` is not taken over"));
            continue;
        };
        match takes {
            Takes::Nothing => {}
            Takes::Value => value = value.or_else(|| given.next().cloned()),
            Takes::Values => {
                let mut values: Vec<_> = value.into_iter().collect();
                while let Some(next) = given.next_if(|next| !next.starts_with('-')) {
                    values.push(next.clone());
                }
                value = Some(values.join(" "));
            }
        }
        let ours: Vec<String> = match here {
            Here::Option(option) => {
                let words = [Some((*option).to_owned()), value];
                words.into_iter().flatten().collect()
            }
            Here::Words(words) => words.iter().map(|&word| word.to_owned()).collect(),
            Here::IdAction => match value.as_deref() {
                Some("drop") => vec!["--ids".to_owned(), "drop".to_owned()],
                Some("sequential") => vec!["--ids".to_owned(), "renumber".to_owned()],
                _ => Vec::new(),
            },
            Here::Nothing => Vec::new(),
            Here::Missing(instead) => {
                let value = value.unwrap_or_default();
                taken
                    .notes
                    .push(format!("`{name} {value}` is not taken over: {instead}"));
                Vec::new()
            }
        };
        match strip_options(&ours) {
            Ok(_) => add(ours, &mut taken.options),
            Err(why) => taken
                .notes
                .push(format!("`{word}` is not taken over: {why}")),
        }
    }
}

/// Adds an option; the last one wins where there can be only one.
fn add(option: Vec<String>, options: &mut Vec<String>) {
    let repeatable = [
        "--extra-keys",
        "--keep-metadata-keys",
        "--drop-tagged-cells",
        "--keep-output-type",
        "--drop-output-type",
    ];
    let Some(name) = option.first() else {
        return;
    };
    if !repeatable.contains(&name.as_str())
        && let Some(at) = options.iter().position(|other| other == name)
    {
        options.drain(at..at + option.len());
    }
    options.extend(option);
}
