//! The languages that scripts are in: extensions, comments, and the cell
//! magics that are languages.

use std::borrow::Cow;

use serde_json::Value;

use super::{Metadata, TextCell};

/// A language as scripts have it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Script {
    /// The extension, with its dot.
    pub extension: &'static str,
    /// The name, as kernels have it.
    pub language: &'static str,
    /// How comments are written.
    pub comment: Comment,
}

/// How a language writes comments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Comment {
    /// What stands before one; empty for text that needs no comments.
    pub prefix: &'static str,
    /// What stands behind one, empty in most languages.
    pub suffix: &'static str,
}

/// All script languages. Of several extensions of a language, the first is
/// the one it gets.
const SCRIPTS: &[Script] = &[
    script(".py", "python", "#"),
    script(".coco", "coconut", "#"),
    script(".R", "R", "#"),
    script(".r", "R", "#"),
    script(".jl", "julia", "#"),
    script(".cpp", "c++", "//"),
    script(".ss", "scheme", ";;"),
    script(".clj", "clojure", ";;"),
    script(".scm", "scheme", ";;"),
    script(".sh", "bash", "#"),
    script(".ps1", "powershell", "#"),
    script(".q", "q", "/"),
    script(".m", "matlab", "%"),
    enclosed(".wolfram", "wolfram language", "(*", "*)"),
    script(".pro", "idl", ";"),
    script(".js", "javascript", "//"),
    script(".ts", "typescript", "//"),
    script(".scala", "scala", "//"),
    script(".rs", "rust", "//"),
    script(".robot", "robotframework", "#"),
    script(".resource", "robotframework", "#"),
    script(".cs", "csharp", "//"),
    script(".fsx", "fsharp", "//"),
    script(".fs", "fsharp", "//"),
    script(".sos", "sos", "#"),
    script(".java", "java", "//"),
    script(".groovy", "groovy", "//"),
    script(".sage", "sage", "#"),
    enclosed(".ml", "ocaml", "(*", "*)"),
    script(".hs", "haskell", "--"),
    script(".tcl", "tcl", "#"),
    enclosed(".mac", "maxima", "/*", "*/"),
    script(".gp", "gnuplot", "#"),
    script(".do", "stata", "//"),
    enclosed(".sas", "sas", "/*", "*/"),
    enclosed(".jenner", "jenner", "/*", "*/"),
    script(".xsh", "xonsh", "#"),
    script(".lgt", "logtalk", "%"),
    script(".logtalk", "logtalk", "%"),
    script(".lua", "lua", "--"),
    script(".go", "go", "//"),
];

/// Cell magics that are languages, beside those of [`SCRIPTS`].
const MAGIC_LANGUAGES: &[&str] = &[
    "sh", "python2", "python3", "js", "perl", "html", "latex", "markdown", "pypy", "ruby",
    "script", "svg", "octave", "spark", "sql", "cython", "c#", "f#", "cs", "fs",
];

const fn script(extension: &'static str, language: &'static str, prefix: &'static str) -> Script {
    enclosed(extension, language, prefix, "")
}

const fn enclosed(
    extension: &'static str,
    language: &'static str,
    prefix: &'static str,
    suffix: &'static str,
) -> Script {
    Script {
        extension,
        language,
        comment: Comment { prefix, suffix },
    }
}

impl Comment {
    /// No comments at all, as in Markdown.
    pub const NONE: Self = Self {
        prefix: "",
        suffix: "",
    };

    /// Returns a line as a comment; an empty one without a blank at its end.
    pub fn line(self, line: &str) -> String {
        let Self { prefix, suffix } = self;
        match (prefix, suffix, line) {
            ("", _, _) => line.to_owned(),
            (_, "", "") => prefix.to_owned(),
            (_, "", _) => format!("{prefix} {line}"),
            (_, _, "") => format!("{prefix} {suffix}"),
            _ => format!("{prefix} {line} {suffix}"),
        }
    }

    /// Returns what a comment says; a line that is no comment as it is.
    pub fn uncommented(self, line: &str) -> &str {
        let Self { prefix, suffix } = self;
        let mut text = line;
        if !prefix.is_empty()
            && let Some(rest) = text.strip_prefix(prefix)
        {
            text = rest.strip_prefix(' ').unwrap_or(rest);
        }
        if !suffix.is_empty()
            && let Some(rest) = text.strip_suffix(suffix)
        {
            text = rest.strip_suffix(' ').unwrap_or(rest);
        }
        text
    }
}

/// Returns the script language of an extension with its dot.
pub fn by_extension(extension: &str) -> Option<&'static Script> {
    SCRIPTS.iter().find(|script| script.extension == extension)
}

/// Returns the script language of this name, as [`usual_name`] has it.
pub(super) fn by_name(name: &str) -> Option<&'static Script> {
    SCRIPTS.iter().find(|script| script.language == name)
}

/// Returns the extension, with its dot, of a notebook's language, for `auto`.
pub fn extension_of(metadata: &Metadata) -> Option<String> {
    let kernel = text_at(metadata, "kernelspec", "language");
    let named = text_at(metadata, "language_info", "file_extension");
    let extension = match named {
        // The kernel of Sage says it is Python.
        Some(".py") if kernel == Some("sage") => ".sage",
        Some(named) => named,
        None => {
            let language = kernel.or_else(|| text_at(metadata, "jupytext", "main_language"))?;
            let same = |script: &&Script| is_same(language, script.language);
            SCRIPTS.iter().find(same)?.extension
        }
    };
    let extension = match extension {
        ".r" => ".R",
        ".fs" => ".fsx",
        ".resource" => ".robot",
        // ROOT.
        ".C" => ".cpp",
        _ => extension,
    };
    Some(extension.to_owned())
}

/// Returns a notebook's language: what its metadata says, or else the
/// extension's. In the spelling of [`Script::language`], if it is one.
pub fn main_language(metadata: &Metadata, extension: &str) -> Option<String> {
    let language = text_at(metadata, "jupytext", "main_language")
        .or_else(|| text_at(metadata, "kernelspec", "language").filter(|name| !name.is_empty()))
        .or_else(|| by_extension(extension).map(|script| script.language))?;
    Some(match language {
        "R" | "sas" => language.to_owned(),
        _ if language.starts_with("C++") => "c++".to_owned(),
        _ => language.to_lowercase().replace('#', "sharp"),
    })
}

/// Returns the name by which [`Script::language`] has a language.
pub(super) fn usual_name(language: &str) -> Cow<'_, str> {
    let lower = language.to_lowercase();
    match &*lower {
        "r" => Cow::Borrowed("R"),
        "octave" => Cow::Borrowed("matlab"),
        "cs" | "c#" => Cow::Borrowed("csharp"),
        "fs" | "f#" => Cow::Borrowed("fsharp"),
        _ if lower.starts_with("c++") => Cow::Borrowed("c++"),
        _ => Cow::Owned(lower),
    }
}

/// Returns whether two names are of one language.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || usual_name(one) == usual_name(other)
}

/// Returns whether a cell magic of this name is a language (`bash`, `R`).
pub fn is_magic_language(name: &str) -> bool {
    MAGIC_LANGUAGES.contains(&name) || by_name(name).is_some()
}

/// Returns whether a Markdown fence of this name can be a code cell: the
/// languages of [`is_magic_language`] in their spelling or in upper case.
pub fn is_fence_language(name: &str) -> bool {
    is_magic_language(name) || languages().any(|language| language.to_uppercase() == name)
}

/// Returns whether this is one of the languages, in any case.
pub(super) fn is_language_in_any_case(name: &str) -> bool {
    languages().any(|language| language.eq_ignore_ascii_case(name))
}

fn languages() -> impl Iterator<Item = &'static str> {
    let of_scripts = SCRIPTS.iter().map(|script| script.language);
    MAGIC_LANGUAGES.iter().copied().chain(of_scripts)
}

/// A cell with the magic of another language split off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Magic<'a> {
    /// The language.
    pub language: &'a str,
    /// What stands behind its name, often nothing.
    pub arguments: &'a str,
    /// The lines behind the magic's, if there are any, be it an empty one.
    pub body: Option<&'a str>,
}

/// Splits the language magic off a cell: `%%bash -s x`, or `#!bash` in C#.
///
/// `main_language` is the notebook's, `custom` are more magics that are
/// languages.
pub fn split_magic<'a>(
    source: &'a str,
    main_language: &str,
    custom: &[String],
) -> Option<Magic<'a>> {
    let (line, body) = match source.split_once('\n') {
        Some((line, body)) => (line, Some(body)),
        None => (source, None),
    };
    let (language, arguments) = if main_language == "csharp" {
        (line.strip_prefix("#!")?.trim(), "")
    } else {
        let magic = line.strip_prefix("%%")?;
        magic.split_once(' ').unwrap_or((magic, ""))
    };
    let custom = custom.iter().any(|name| name == language) && main_language != "csharp";
    (is_magic_language(language) || custom).then_some(Magic {
        language,
        arguments,
        body,
    })
}

/// Puts the magic back before the source of a cell whose metadata has
/// `language` (and `magic_args`), and takes these out. A cell in the
/// notebook's own language gets none.
pub fn restore_magic(cell: &mut TextCell, main_language: &str, custom: &[String]) {
    let Some(language) = cell.metadata.get("language").and_then(Value::as_str) else {
        return;
    };
    if language == main_language {
        cell.metadata.shift_remove("language");
        return;
    }
    let known = is_magic_language(language) || custom.iter().any(|name| name == language);
    if known && usual_name(language) != main_language {
        put_magic(cell, main_language);
    }
}

/// Puts the magic that a cell's metadata tells before its source, and takes
/// it out of the metadata.
pub(super) fn put_magic(cell: &mut TextCell, main_language: &str) {
    let Some(Value::String(language)) = cell.metadata.shift_remove("language") else {
        return;
    };
    let sign = if main_language == "csharp" {
        "#!"
    } else {
        "%%"
    };
    let mut magic = format!("{sign}{language}");
    if let Some(Value::String(arguments)) = cell.metadata.shift_remove("magic_args") {
        magic.push(' ');
        magic.push_str(&arguments);
    }
    magic.push('\n');
    cell.source.insert_str(0, &magic);
}

/// Returns the text at `section.key`.
pub(super) fn text_at<'a>(metadata: &'a Metadata, section: &str, key: &str) -> Option<&'a str> {
    metadata.get(section)?.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::CellKind;

    fn metadata(json: &str) -> Metadata {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn comments_go_on_and_off() {
        let ocaml = by_extension(".ml").unwrap().comment;
        let python = by_extension(".py").unwrap().comment;
        for line in ["", "a", " a", "# a", "*)", "a *)", "(* b"] {
            for comment in [ocaml, python, Comment::NONE] {
                assert_eq!(comment.uncommented(&comment.line(line)), line);
            }
        }
        assert_eq!(ocaml.line(""), "(* *)");
        assert_eq!(python.line(""), "#");
        assert_eq!(python.uncommented("#a"), "a");
    }

    #[test]
    fn the_kernel_tells_the_extension() {
        #[track_caller]
        fn check(json: &str, expected: Option<&str>) {
            assert_eq!(extension_of(&metadata(json)).as_deref(), expected);
        }
        check(r#"{"language_info": {"file_extension": ".r"}}"#, Some(".R"));
        check(r#"{"kernelspec": {"language": "R"}}"#, Some(".R"));
        check(r#"{"kernelspec": {"language": "Octave"}}"#, Some(".m"));
        check(r#"{"kernelspec": {"language": "C++17"}}"#, Some(".cpp"));
        check(
            r#"{"language_info": {"file_extension": ".py"}, "kernelspec": {"language": "sage"}}"#,
            Some(".sage"),
        );
        check(r#"{"jupytext": {"main_language": "go"}}"#, Some(".go"));
        check("{}", None);
    }

    #[test]
    fn language_magics_come_off_and_back() {
        #[track_caller]
        fn check(source: &str, main: &str, expected: Option<(&str, &str, Option<&str>)>) {
            let found = split_magic(source, main, &["mermaid".to_owned()]);
            let found = found.map(|magic| (magic.language, magic.arguments, magic.body));
            assert_eq!(found, expected);
            if let Some((language, arguments, Some(body))) = expected {
                let mut cell = TextCell {
                    kind: CellKind::Code,
                    source: body.to_owned(),
                    metadata: metadata(&format!(r#"{{"a": 1, "language": "{language}"}}"#)),
                    id: None,
                    attachments: None,
                };
                if !arguments.is_empty() {
                    cell.metadata
                        .insert("magic_args".to_owned(), arguments.into());
                }
                restore_magic(&mut cell, main, &["mermaid".to_owned()]);
                assert_eq!(cell.source, source);
                assert_eq!(cell.metadata.len(), 1);
            }
        }
        check(
            "%%bash -s x\nls",
            "python",
            Some(("bash", "-s x", Some("ls"))),
        );
        check("%%bash", "python", Some(("bash", "", None)));
        check("%%mermaid\n", "python", Some(("mermaid", "", Some(""))));
        check("#!fsharp\nx", "csharp", Some(("fsharp", "", Some("x"))));
        check("%%time\nx", "python", None);
        check("%%\nx", "python", None);
        check("%bash\nx", "python", None);
    }

    #[test]
    fn fences_may_shout() {
        assert!(is_fence_language("BASH"));
        assert!(is_fence_language("c++"));
        assert!(!is_fence_language("Python"));
        assert!(!is_fence_language("mermaid"));
        assert!(is_language_in_any_case("Python"));
    }
}
