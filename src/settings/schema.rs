//! The table of keys for editors, as JSON schema, and for people, as Markdown.

use serde_json::{Map, Value, json};

use super::{KEYS, Key, Kind, SECTIONS, Section};

/// Returns the JSON schema of a settings file, for editors.
pub fn schema() -> String {
    let patterns = |doc: &str| {
        json!({
            "description": doc,
            "type": "array",
            "items": {"type": "string", "minLength": 1},
        })
    };
    let mut top = Map::new();
    top.insert(
        "exclude".to_owned(),
        patterns("Notebooks to leave alone, as patterns from this file's directory."),
    );
    let mut over = Map::new();
    over.insert(
        "paths".to_owned(),
        patterns("For which notebooks, as patterns from this file's directory."),
    );
    let mut sections = Map::new();
    for section in SECTIONS {
        let name = section.name().to_owned();
        let reference = json!({"$ref": format!("#/definitions/{name}")});
        if section.knows_paths() {
            over.insert(name.clone(), reference.clone());
        }
        top.insert(name.clone(), reference);
        sections.insert(name, section_schema(section));
    }
    top.insert(
        "overrides".to_owned(),
        json!({
            "description": "What holds for some notebooks only; the last that matches wins.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": over,
                "required": ["paths"],
                "additionalProperties": false,
            },
        }),
    );
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of nbweave",
        "description": "nbweave.toml, or [tool.nbweave] in pyproject.toml",
        "type": "object",
        "properties": top,
        "additionalProperties": false,
        "definitions": sections,
    });
    format!("{schema:#}\n")
}

fn section_schema(section: Section) -> Value {
    let mut properties = Map::new();
    for key in KEYS.iter().filter(|key| key.section == section) {
        properties.insert(key.name.to_owned(), key_schema(key));
    }
    json!({
        "description": section.doc(),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn key_schema(key: &Key) -> Value {
    let mut schema = match key.kind {
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Number => json!({"type": "integer", "minimum": 0}),
        Kind::Size => json!({
            "type": ["integer", "string"],
            "minimum": 0,
            "pattern": "^[0-9]+[kKmMgG]?$",
        }),
        Kind::Choice(words) => json!({"enum": words}),
        Kind::Word => json!({"type": "string", "minLength": 1}),
        Kind::List(_) => json!({
            "type": "array",
            "items": {"type": "string", "pattern": r"^[^\s,]+$"},
        }),
    };
    schema["description"] = key.doc.into();
    // The defaults are flags, numbers, strings and empty lists: JSON as it is.
    if let Ok(default) = serde_json::from_str::<Value>(key.default) {
        schema["default"] = default;
    }
    schema
}

/// Returns the keys as tables of Markdown, one for each section that has any.
pub fn table() -> String {
    let mut lines = Vec::new();
    for section in SECTIONS {
        let keys = KEYS.iter().filter(|key| key.section == section);
        let rows: Vec<_> = keys.map(row).collect();
        if rows.is_empty() {
            continue;
        }
        lines.push(format!("### `[{}]`\n", section.name()));
        lines.push(format!("{}\n", section.doc()));
        lines.push("| key | values | default | |\n| --- | --- | --- | --- |".to_owned());
        lines.extend(rows);
        lines.push(String::new());
    }
    lines.join("\n")
}

fn row(key: &Key) -> String {
    let values = match key.kind {
        Kind::Flag => "`true`, `false`".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Size => "size".to_owned(),
        Kind::Choice(words) => {
            let words = words.iter().map(|word| format!("`\"{word}\"`"));
            words.collect::<Vec<_>>().join(", ")
        }
        Kind::Word => "string".to_owned(),
        Kind::List(_) => "list of strings".to_owned(),
    };
    let default = match key.default {
        "" => String::new(),
        default => format!("`{default}`"),
    };
    format!("| `{}` | {values} | {default} | {} |", key.name, key.doc)
}
