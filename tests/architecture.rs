//! Keeps the direction of imports: bytes → document → notebook → operation →
//! output → outside world (ARCHITECTURE.md).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules of the library that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("fs", &[]),
    ("git", &["fs"]),
    ("json", &["error"]),
    ("notebook", &["error", "json"]),
    ("media", &[]),
    ("diff", &["error", "json", "media", "notebook"]),
    ("merge", &["diff", "error", "json", "notebook"]),
    ("convert", &["diff", "error", "json", "merge", "notebook"]),
    ("strip", &["error", "json", "notebook"]),
    ("settings", &["check", "error", "strip"]),
    ("store", &["error", "json", "notebook", "strip"]),
    (
        "check",
        &[
            "diff", "error", "json", "media", "merge", "notebook", "strip",
        ],
    ),
    (
        "render",
        &[
            "check", "convert", "diff", "error", "json", "media", "merge", "notebook", "strip",
        ],
    ),
];

/// The only modules that may touch the world outside of their arguments.
const TOUCH_THE_WORLD: &[&str] = &["fs", "git", "store"];

#[test]
fn modules_only_use_what_comes_before_them() {
    for file in sources(Path::new("src")) {
        let Some(module) = module_of(&file) else {
            continue;
        };
        let (_, allowed) = MAY_USE
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("`{module}` is not in the table"));
        let text = code_of(&file);
        for used in names_behind("crate::", &text) {
            assert!(
                used == module || allowed.contains(&used.as_str()),
                "{}: `{module}` may not use `{used}`",
                file.display()
            );
        }
    }
}

#[test]
fn only_some_modules_touch_the_outside_world() {
    for file in sources(Path::new("src")) {
        let Some(module) = module_of(&file) else {
            continue;
        };
        if TOUCH_THE_WORLD.contains(&module.as_str()) {
            continue;
        }
        let text = code_of(&file);
        for used in names_behind("std::", &text) {
            assert!(
                !["env", "fs", "net", "process", "thread", "time"].contains(&used.as_str()),
                "{}: `{module}` may not use `std::{used}`",
                file.display()
            );
        }
    }
}

/// Returns the files of a tree, without those of the command line: it is not
/// in the library, so the compiler keeps the library from using it.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("cli") {
                files.extend(sources(&path));
            }
        } else {
            files.push(path);
        }
    }
    files
}

/// Returns the top module that a file belongs to; none for the crate roots.
fn module_of(file: &Path) -> Option<String> {
    let inside = file.strip_prefix("src").unwrap();
    let name = inside.components().next()?.as_os_str().to_str().unwrap();
    let name = name.trim_end_matches(".rs");
    (!["lib", "main"].contains(&name)).then(|| name.to_owned())
}

/// Returns a file without comments and without its tests, which may use more.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the names that follow a path, as in `use crate::{a, b::c};`.
fn names_behind(path: &str, text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut names = BTreeSet::new();
    for rest in text.split(path).skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest.split(|c| !is_name(c)).next().unwrap(),
        };
        for name in list.split(',') {
            let name: String = name.trim().chars().take_while(|&c| is_name(c)).collect();
            names.insert(name);
        }
    }
    names.remove("");
    names
}
