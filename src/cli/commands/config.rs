//! `nbweave config`: what is set, and where.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};
use nbweave::settings::{Held, KEYS, Origin, Value, schema};
use serde_json::{Map, json};

use crate::cli::args::{ConfigArgs, ConfigFormatArg};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::settings::{CommandLine, Found, OnProblem};

/// Where comments start, if the value leaves room.
const COMMENTS: usize = 36;

/// Stands for the notebooks of a directory.
const NOTEBOOK: &str = "-";

pub(crate) fn run(args: &ConfigArgs, line: &CommandLine) -> Result<Exit> {
    let mut exit = Exit::Clean;
    let text = if args.schema {
        schema()
    } else {
        // What makes no sense does not hide the rest: git has to go on with it.
        let path = args.path.as_deref().map(|path| {
            if path.is_dir() {
                path.join(NOTEBOOK)
            } else {
                path.to_owned()
            }
        });
        let found = line.found(path.as_deref(), OnProblem::Say)?;
        if !found.problems.is_empty() {
            exit = Exit::Usage;
        }
        match args.format {
            ConfigFormatArg::Text => as_text(args, &found),
            ConfigFormatArg::Json => as_json(args, &found),
        }
    };
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context("cannot write")?;
    Ok(exit)
}

/// Returns all keys as a settings file has them, with what set them behind.
fn as_text(args: &ConfigArgs, found: &Found) -> String {
    let mut lines = Vec::new();
    if let Some(path) = &args.path {
        lines.push(format!("# for {}", Input::File(path.clone())));
    }
    let files: Vec<_> = found.files().map(|file| file.name.as_str()).collect();
    lines.push(match files.as_slice() {
        [] => "# no settings files".to_owned(),
        files => format!("# from {}", files.join(", ")),
    });
    if let Some(origin) = found.excluded_by() {
        lines.push(format!("# left alone: {origin}"));
    }
    let mut section = None;
    for held in found.held() {
        let key = held.key;
        if section != Some(key.section) {
            section = Some(key.section);
            lines.push(format!("\n[{}]", key.section.name()));
        }
        let line = match (held.set, key.default) {
            (Some((value, _)), _) => format!("{} = {value}", key.name),
            (None, "") => format!("# {} =", key.name),
            (None, default) => format!("{} = {default}", key.name),
        };
        let origin = match held.set {
            Some((_, origin)) => origin.to_string(),
            None => "default".to_owned(),
        };
        lines.push(format!("{line:<COMMENTS$}  # {origin}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Returns the same for programs.
fn as_json(args: &ConfigArgs, found: &Found) -> String {
    let mut sections = Map::new();
    for key in KEYS {
        sections
            .entry(key.section.name())
            .or_insert_with(|| json!({}));
    }
    for held in found.held() {
        sections[held.key.section.name()][held.key.name] = json!({
            "value": value(&held),
            "origin": held.set.map_or_else(|| json!({"from": "default"}), |(_, origin)| of(origin)),
        });
    }
    let files: Vec<_> = found.files().map(|file| file.name.as_str()).collect();
    let path = args.path.as_deref().map(std::path::Path::to_string_lossy);
    let whole = json!({
        "nbweave": 1,
        "path": path,
        "files": files,
        "excluded": found.excluded_by().map(of),
        "settings": sections,
    });
    format!("{whole}\n")
}

fn value(held: &Held<'_>) -> serde_json::Value {
    match held.set {
        None => serde_json::from_str(held.key.default).unwrap_or_default(),
        Some((Value::Flag(flag), _)) => json!(flag),
        Some((Value::Number(number), _)) => json!(number),
        Some((Value::Word(word), _)) => json!(word),
        Some((Value::List(words), _)) => json!(words),
    }
}

fn of(origin: &Origin) -> serde_json::Value {
    match origin {
        Origin::File { name, at, number } => json!({
            "from": "file",
            "file": &**name,
            "line": at.line,
            "column": at.column,
            "override": number,
        }),
        Origin::Environment(name) => json!({"from": "environment", "variable": name}),
    }
}
