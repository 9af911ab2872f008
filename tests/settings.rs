//! The table of keys, and what is made of it: the reader, the schema, the
//! documentation.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and writes its own files"
)]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nbweave::settings::{
    Form, KEYS, Kind, Pattern, Section, Value, effective, from_environment, held_by, read, schema,
    table,
};
use proptest::prelude::*;

mod json_schema;

use json_schema::check;

/// Settings that make sense.
const GOOD: &[&str] = &[
    "",
    "exclude = []",
    "exclude = ['a/', '*.ipynb']\n[strip]\nkeep-output = true",
    "[strip]\nmax-size = 500\ncounts = 'renumber'\nextra-keys = ['metadata.a', 'cell.metadata.b.c']",
    "[strip]\nmax-size = '10k'\ndrop-mime-type = ['image/*']\nkeep-output-type = ['stream:stderr']",
    "strip.ids = 'drop'\ndiff.unified = 0x10\nmerge = {favor = 'union', outputs = 'clear'}",
    "[[overrides]]\npaths = ['a']\nstrip.keep-output = false\n[[overrides]]\npaths = []",
    "[install]\nfilter = true\nattributes = '.gitattributes'",
    "[check]\n[convert]",
    "[convert]\nto = 'md:myst'\nformats = 'ipynb, py:percent'\nids = true",
];

/// Settings of which something makes none.
const BAD: &[&str] = &[
    "bogus = 1",
    "strip = true",
    "[strip]\nbogus = true",
    "[strip]\nkeep-output = 'true'",
    "[strip]\nkeep-output = 1",
    "[strip]\ncounts = 'all'",
    "[strip]\ncounts = ['keep']",
    "[strip]\nextra-keys = 'metadata.a'",
    "[strip]\nextra-keys = ['metadata.a metadata.b']",
    "[strip]\nextra-keys = ['']",
    "[strip]\nextra-keys = [1]",
    "[strip]\nmax-size = '10q'",
    "[strip]\nmax-size = -1",
    "[strip]\nmax-size = 1.5",
    "[diff]\nunified = '3'",
    "[diff]\nunified = -3",
    "[merge]\nfavor = 'mine'",
    "[convert]\nto = ''",
    "[[overrides]]\npaths = ['a']\nconvert.ids = true",
    "exclude = 'a'",
    "exclude = ['']",
    "overrides = 1",
    "[overrides]\npaths = ['a']",
    "[[overrides]]\nstrip.keep-output = true",
    "[[overrides]]\npaths = ['a']\ndiff.unified = 1",
    "[[overrides]]\npaths = ['a']\nexclude = ['a']",
];

#[track_caller]
fn problems(text: &str) -> Vec<String> {
    let (_, problems) = read(text, "nbweave.toml", Form::Own);
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_reader_and_the_schema_agree() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    for (texts, is_good) in [(GOOD, true), (BAD, false)] {
        for text in texts {
            let value: toml::Table = text.parse().unwrap();
            let value = serde_json::to_value(value).unwrap();
            let checked = check(&value, &schema, &schema, "");
            assert_eq!(checked.is_ok(), is_good, "{text}: {checked:?}");
            let said = problems(text);
            assert_eq!(said.is_empty(), is_good, "{text}: {said:?}");
        }
    }
}

#[test]
fn problems_say_where_and_what_may_have_been_meant() {
    for (text, expected) in [
        (
            "[strip]\n\nkeep_ouput = true",
            "unknown key 'keep_ouput' at nbweave.toml:3:1; did you mean 'keep-output'?",
        ),
        (
            "[strip]\nkeep_output = true",
            "unknown key 'keep_output' at nbweave.toml:2:1; did you mean 'keep-output'?",
        ),
        (
            "keep-output = true",
            "unknown key 'keep-output' at nbweave.toml:1:1; it belongs to [strip]",
        ),
        (
            "[strip]\noutputs = true",
            "unknown key 'outputs' at nbweave.toml:2:1; it belongs to [diff] or [merge]",
        ),
        ("[zebra]", "unknown key 'zebra' at nbweave.toml:1:2"),
        (
            "[strip]\nkeep-output = 'yes'",
            "'keep-output' at nbweave.toml:2:15 is a string; it takes true or false",
        ),
        (
            "[strip]\ncounts = \"kep\"",
            "invalid value 'kep' of 'counts' at nbweave.toml:2:10: it takes strip, keep, \
             renumber; did you mean 'keep'?",
        ),
        (
            "exclude = ['../a']",
            "invalid pattern '../a' at nbweave.toml:1:12: patterns start at the settings file",
        ),
    ] {
        assert_eq!(problems(text), [expected], "{text}");
    }
}

#[test]
fn problems_come_in_the_order_of_the_file_and_stop_nothing() {
    let text = "z = 1\n[strip]\nz = 1\nkeep-output = true\na = 1\n[diff]\nunified = 5";
    let (file, said) = read(text, "f", Form::Own);
    let places: Vec<_> = said.iter().map(|problem| &*problem.what).collect();
    assert_eq!(
        places,
        [
            "unknown key 'z' at f:1:1",
            "unknown key 'z' at f:3:1",
            "unknown key 'a' at f:5:1"
        ]
    );
    let names: Vec<_> = file
        .unwrap()
        .entries
        .iter()
        .map(|entry| entry.key.name)
        .collect();
    assert_eq!(names, ["keep-output", "unified"]);
}

#[test]
fn what_is_no_toml_says_where() {
    let (file, said) = read("[strip]\n<<<<<<< ours\n", "f", Form::Own);
    assert!(file.is_none());
    let expected = "invalid TOML at f:2:9: key with no value, expected `=`; \
        a merge left conflict markers in the file";
    assert_eq!(said[0].to_string(), expected);
    // A byte order mark is none of the text.
    assert!(problems("\u{feff}[strip]\nkeep-output = true").is_empty());
}

#[test]
fn places_are_counted_in_lines_and_characters() {
    for (text, place) in [
        ("a = 1", "1:1"),
        ("\r\n\r\na = 1", "3:1"),
        ("exclude = ['ü', 'é', '']", "1:22"),
        (
            "[[overrides]]\npaths = []\nstrip.a = 1\nmerge.inserts = 'both'\nstrip.ids = 'keep'",
            "3:7",
        ),
        // The second of these tables is read after what follows it.
        (
            "[[overrides]]\npaths = []\n[[overrides]]\npaths = ['']\n[strip]\n",
            "4:10",
        ),
    ] {
        let said = problems(text);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains(&format!("nbweave.toml:{place}")),
            "{said:?}"
        );
    }
}

#[test]
fn long_files_and_deep_ones_are_no_trouble() {
    let many = "'a', ".repeat(100_000);
    let (file, said) = read(&format!("exclude = [{many}]"), "f", Form::Own);
    assert!(said.is_empty());
    assert_eq!(file.unwrap().exclude.len(), 100_000);
    let keys: Vec<_> = (0..20_000).map(|index| format!("a{index} = 1")).collect();
    assert_eq!(problems(&keys.join("\n")).len(), 20_000);
    for deep in [
        "[".repeat(100_000),
        "{a=".repeat(100_000),
        "a.".repeat(50_000),
    ] {
        assert!(!problems(&format!("x = {deep}")).is_empty());
        assert!(!problems(&deep).is_empty());
    }
}

#[test]
fn a_project_file_is_ours_if_it_has_our_table() {
    let read = |text| read(text, "pyproject.toml", Form::Pyproject);
    assert_eq!(read("[project]\nname = 'nbweave'"), (None, Vec::new()));
    assert_eq!(read("[tool.ruff]\nx = 1"), (None, Vec::new()));
    let (file, said) = read("[tool.nbweave.strip]\nkeep-output = true\n[tool.x]\ny = 1");
    assert!(said.is_empty());
    assert_eq!(file.unwrap().entries[0].value, Value::Flag(true));
    let (_, said) = read("[tool]\nnbweave = 1");
    assert_eq!(
        said[0].to_string(),
        "'tool.nbweave' at pyproject.toml:2:11 is a whole number; it takes a table"
    );
}

#[test]
fn the_settings_of_a_person_know_no_paths() {
    for text in ["exclude = ['a']", "[[overrides]]\npaths = ['a']"] {
        let (_, said) = read(text, "config.toml", Form::Person);
        assert_eq!(said.len(), 1, "{text}");
    }
}

#[test]
fn the_last_override_that_matches_wins() {
    let text = "[strip]\nkeep-output = true\nids = 'drop'\n\
        [[overrides]]\npaths = ['a/']\nstrip.keep-output = false\n\
        [[overrides]]\npaths = ['a/b/']\nstrip.keep-output = true\nstrip.ids = 'keep'";
    let (file, _) = read(text, "f", Form::Own);
    let file = file.unwrap();
    for (path, keep, ids) in [
        (None, "true at f:2", "\"drop\" at f:3"),
        (Some("x.ipynb"), "true at f:2", "\"drop\" at f:3"),
        (
            Some("a/x.ipynb"),
            "false at f:6 (override 1)",
            "\"drop\" at f:3",
        ),
        (
            Some("a/b/x.ipynb"),
            "true at f:9 (override 2)",
            "\"keep\" at f:10 (override 2)",
        ),
    ] {
        let held = effective(held_by(&file, path.map(Path::new)));
        let of = |name: &str| {
            let own = held
                .iter()
                .find(|held| held.key.section == Section::Strip && held.key.name == name);
            let (value, origin) = own.unwrap().set.unwrap();
            format!("{value} at {origin}")
        };
        assert_eq!((&*of("keep-output"), &*of("ids")), (keep, ids), "{path:?}");
    }
}

#[test]
fn variables_are_words_as_behind_flags() {
    let set = [
        ("NBWEAVE_STRIP_KEEP_OUTPUT", "1"),
        ("NBWEAVE_STRIP_EXTRA_KEYS", "metadata.a, metadata.b"),
        ("NBWEAVE_STRIP_MAX_SIZE", "10k"),
        ("NBWEAVE_MERGE_FAVOR", "ours"),
        ("NBWEAVE_STRIP_COUNTS", "bogus"),
    ];
    let variable = |name: &str| {
        let own = set.iter().find(|(key, _)| *key == name);
        own.map(|(_, value)| (*value).to_owned())
    };
    let (entries, said) = from_environment(&[Section::Strip], variable);
    let values: Vec<_> = entries
        .iter()
        .map(|entry| entry.value.to_string())
        .collect();
    assert_eq!(
        values,
        ["true", "\"10k\"", "[\"metadata.a\", \"metadata.b\"]"]
    );
    assert_eq!(
        said[0].to_string(),
        "invalid value 'bogus' of NBWEAVE_STRIP_COUNTS: it takes strip, keep, renumber"
    );
    assert_eq!(said.len(), 1);
}

#[test]
fn values_are_written_as_they_are_read() {
    for key in KEYS {
        let values: Vec<Value> = match key.kind {
            Kind::Flag => vec![Value::Flag(true), Value::Flag(false)],
            Kind::Number | Kind::Size => vec![Value::Number(0), Value::Number(70)],
            Kind::Choice(words) => words.iter().map(|&word| Value::Word(word.into())).collect(),
            Kind::Word => vec![Value::Word("a\"b\\, ü".into())],
            Kind::List(_) => vec![Value::List(Vec::new())],
        };
        for value in values {
            let text = format!("[{}]\n{} = {value}", key.section.name(), key.name);
            let (file, said) = read(&text, "f", Form::Own);
            assert!(said.is_empty(), "{text}: {said:?}");
            assert_eq!(file.unwrap().entries[0].value, value);
        }
        if !key.default.is_empty() {
            let text = format!("[{}]\n{} = {}", key.section.name(), key.name, key.default);
            assert_eq!(problems(&text), [""; 0], "the default of {}", key.name);
        }
    }
}

/// Compares what is published with what it should be; `UPDATE_SNAPSHOTS=1`
/// writes it.
#[track_caller]
fn check_published(name: &str, expected: impl Fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let expected = expected(&text);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, expected).unwrap();
        return;
    }
    assert_eq!(text, expected, "UPDATE_SNAPSHOTS=1 writes docs/{name} anew");
}

#[test]
fn the_published_schema_is_that_of_the_keys() {
    check_published("nbweave.schema.json", |_| schema());
}

#[test]
fn the_documentation_lists_the_keys() {
    check_published("settings.md", |text| {
        let (start, _) = text.split_once("-->\n").unwrap();
        format!("{start}-->\n\n{}\n", table().trim_end())
    });
}

#[test]
fn examples_in_the_documentation_make_sense() {
    let text = include_str!("../docs/settings.md");
    let examples: Vec<_> = text.split("```toml\n").skip(1).collect();
    assert_eq!(examples.len(), 1);
    for example in examples {
        let (example, _) = example.split_once("```").unwrap();
        assert_eq!(problems(example), [""; 0], "{example}");
    }
}

/// A word of settings, or something like it.
fn piece() -> impl Strategy<Value = String> {
    let keys: Vec<String> = KEYS.iter().map(|key| key.name.to_owned()).collect();
    let marks = [
        "[",
        "]",
        "[[",
        "]]",
        "=",
        "\n",
        ".",
        ",",
        "\"",
        "'",
        "{",
        "}",
        "true",
        "1",
        "-",
        "#",
        "strip",
        "overrides",
        "paths",
        "exclude",
        "tool.nbweave",
        " ",
    ];
    prop_oneof![
        proptest::sample::select(keys),
        proptest::sample::select(marks.map(str::to_owned).to_vec()),
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #[test]
    fn reading_never_panics(pieces in proptest::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        for form in [Form::Own, Form::Pyproject, Form::Person] {
            read(&text, "f", form);
        }
    }

    #[test]
    fn values_of_any_kind_never_panic(index in 0..KEYS.len(), value in any::<String>()) {
        let key = &KEYS[index];
        let quoted = serde_json::to_string(&value).unwrap();
        for value in [&quoted, &format!("[{quoted}]"), &value] {
            read(&format!("[{}]\n{} = {value}", key.section.name(), key.name), "f", Form::Own);
        }
        from_environment(&[key.section], |_| Some(value.clone()));
    }

    #[test]
    fn patterns_never_panic(pattern in "[a*?/\\[\\]!\\\\^-]{0,12}", path in "[a/\\[-]{0,12}") {
        if let Ok(pattern) = pattern.parse::<Pattern>() {
            pattern.matches(Path::new(&path));
        }
    }
}

/// Paths below a directory, and those of them that git ignores by a pattern.
fn ignored_by_git(dir: &Path, pattern: &str, paths: &[String]) -> BTreeSet<String> {
    fs::write(dir.join(".gitignore"), format!("{pattern}\n")).unwrap();
    let mut git = Command::new("git");
    git.current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = git
        .args(["check-ignore", "--"])
        .args(paths)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn patterns_mean_what_they_mean_to_git() {
    let dir = tempfile::tempdir().unwrap();
    let init = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(dir.path())
        .status();
    assert!(init.unwrap().success());
    let paths: Vec<String> = [
        "a",
        "b",
        "ab",
        "a.ipynb",
        "d/a",
        "d/b",
        "d/ab",
        "d/a.ipynb",
        "d/e/a",
        "d/e/b",
        "d/e/f/a",
        "e/d/a",
        "x-y",
        "[a]",
        "d.e/a",
        "ad/a",
    ]
    .map(str::to_owned)
    .to_vec();
    for path in &paths {
        let path: PathBuf = dir.path().join(path);
        if path.file_name().unwrap() != "d" {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
    }
    for text in [
        "a",
        "a*",
        "*a",
        "*",
        "**",
        "?",
        "/a",
        "/d",
        "d",
        "d/",
        "/d/",
        "d/a",
        "d/*",
        "d/**",
        "d/**/a",
        "**/a",
        "**/d/a",
        "**/e/",
        "e/d/",
        "d/e",
        "d/?",
        "[ab]",
        "[!a]",
        "[^a]*",
        "[a-b]",
        "[]a]",
        r"\[a]",
        r"\a",
        "*.ipynb",
        "d/*.ipynb",
        "a**",
        "**a",
        "d/**a",
        "*/a",
        "*/*/a",
        "d*/",
        "[a",
        "x[--]y",
        "x[!a-z]y",
        "**/**/a",
        "d/**/**/a",
    ] {
        let expected = ignored_by_git(dir.path(), text, &paths);
        let matching: BTreeSet<String> = match text.parse::<Pattern>() {
            Ok(pattern) => paths
                .iter()
                .filter(|path| pattern.matches(Path::new(path)))
                .cloned()
                .collect(),
            Err(_) => BTreeSet::new(),
        };
        assert_eq!(matching, expected, "{text}");
    }
}
