//! NB501: Python cells that do not parse.
//!
//! What `IPython` does to a cell before Python sees it is understood: magics,
//! `!` and `?`, cell magics, cells that are indented as a whole, commands that
//! work without their `%`. Where it is in doubt whether a cell is Python, it is
//! not looked at. Which version of Python it is for makes no difference.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use ruff_python_ast::PySourceType;
use ruff_python_parser::{ParseOptions, parse_unchecked};

use super::collect::{Collector, TextPlace};
use super::place::PlacedText;
use super::rules::Rule;
use super::running::MAY_FAIL;
use crate::json::Value;
use crate::notebook::{Cell, CellKind, Notebook};

/// Sources of more bytes are not looked at.
const LARGEST_SOURCE: usize = 1 << 20;

/// How deep brackets may be nested, and lines be indented: what the parser
/// makes of it is as deep, and takes as much of the call stack.
const DEEPEST: usize = 200;

/// How many signs and words may make one expression, for the same reason.
const LONGEST_CHAIN: usize = 3000;

/// Cell magics behind which there is Python.
const PYTHON_MAGICS: [&str; 16] = [
    "time",
    "timeit",
    "capture",
    "prun",
    "python",
    "python3",
    "debug",
    "local",
    "memit",
    "mprun",
    "lprun",
    "snakeviz",
    "scalene",
    "pyinstrument",
    "ipytest",
    "px",
];

/// Magics of one `%` that make the whole cell something else where notebooks
/// of Databricks run.
const OTHER_LANGUAGES: [&str; 7] = ["sql", "md", "scala", "r", "sh", "fs", "html"];

/// Commands that `IPython` takes without a `%` before them.
const AUTOMAGICS: [&str; 20] = [
    "cat",
    "cd",
    "clear",
    "conda",
    "cp",
    "ldir",
    "less",
    "ls",
    "mamba",
    "man",
    "matplotlib",
    "micromamba",
    "mkdir",
    "more",
    "mv",
    "pip",
    "pwd",
    "pylab",
    "rm",
    "rmdir",
];

/// Finds cells that do not parse, but for those in conflict.
pub(super) fn find(notebook: &Notebook<'_>, conflicted: &HashSet<usize>, found: &mut Collector) {
    if !found.wants([Rule::SyntaxError]) || !runs_python(notebook) {
        return;
    }
    for (index, cell) in notebook.cells.iter().enumerate() {
        if !is_python(cell) || conflicted.contains(&index) {
            continue;
        }
        let Some(source) = cell.source else {
            continue;
        };
        let mut text = PlacedText::read(&source, notebook.format);
        let Some((range, what)) = fault_in(&text.text) else {
            continue;
        };
        let place = TextPlace::Source(index);
        found.add_in_text(Rule::SyntaxError, &mut text, range, place, || what);
    }
}

/// Returns whether the notebook says that its cells are Python 3.
fn runs_python(notebook: &Notebook<'_>) -> bool {
    let metadata = notebook.metadata;
    let text = |object: &str, key: &str| {
        let object = metadata.and_then(|metadata| metadata.get(object))?;
        Some(object.get(key)?.as_str()?.to_ascii_lowercase())
    };
    let kernel = text("kernelspec", "name").unwrap_or_default();
    let language = text("language_info", "name").or_else(|| text("kernelspec", "language"));
    let is_python = match language.as_deref() {
        Some(language) => matches!(language, "python" | "ipython" | "python3"),
        None => kernel.starts_with("python"),
    };
    let version = text("language_info", "version").unwrap_or_default();
    let shown = text("kernelspec", "display_name").unwrap_or_default();
    let is_old = version.starts_with("2.") || kernel == "python2" || shown.starts_with("python 2");
    let dialect = text("kernelspec", "language").unwrap_or_default();
    let is_dialect = kernel.contains("sage") || matches!(&*dialect, "sage" | "coconut" | "hy");
    notebook.format.major >= 4 && is_python && !is_old && !is_dialect
}

/// Returns whether a cell is code of the kernel and meant to run.
fn is_python(cell: &Cell<'_>) -> bool {
    let vscode = cell.metadata.and_then(|metadata| metadata.get("vscode"));
    let language = vscode.and_then(|vscode| vscode.get("languageId"));
    let is_other = |language: Value<'_>| !language.is_str("python");
    cell.kind == CellKind::Code && !language.is_some_and(is_other) && !cell.has_tag(MAY_FAIL)
}

/// Returns the first place at which a source does not parse, and what is wrong
/// there.
fn fault_in(source: &str) -> Option<(Range<usize>, String)> {
    if source.len() > LARGEST_SOURCE || is_deep(source) {
        return None;
    }
    let code = without_cell_magics(source)?;
    parse_fault(&code, 0)?;
    // IPython takes more than Python does; not often, so that most cells need
    // not be looked at for it.
    let code = without_automagics(&code);
    let first = code.lines().find(|line| !line.trim().is_empty());
    if first.is_some_and(|line| line.starts_with([' ', '\t'])) {
        const BLOCK: &str = "if 1:\n";
        return parse_fault(&format!("{BLOCK}{code}"), BLOCK.len());
    }
    parse_fault(&code, 0)
}

/// Returns the first fault of a code. The places are those behind its first
/// `lead` bytes.
fn parse_fault(code: &str, lead: usize) -> Option<(Range<usize>, String)> {
    let options = ParseOptions::from(PySourceType::Ipynb);
    let parsed = parse_unchecked(code, options);
    let first = parsed
        .errors()
        .iter()
        .min_by_key(|error| error.location.start())?;
    let place = |offset: usize| offset.saturating_sub(lead);
    let start = place(first.location.start().to_usize());
    let end = place(first.location.end().to_usize());
    let message = first.error.to_string();
    let mut letters = message.chars();
    let message = letters.next().map_or(String::new(), |letter| {
        format!("{}{}", letter.to_lowercase(), letters.as_str())
    });
    Some((start..end, message))
}

/// Returns a source with blanks in the place of cell magics before Python;
/// `None` if it is something else.
fn without_cell_magics(source: &str) -> Option<Cow<'_, str>> {
    let mut blanked = 0;
    for line in source.split_inclusive('\n') {
        let code = line.trim();
        // Comments before a magic are not for IPython, but other programs and
        // many people take them.
        if code.is_empty() || code.starts_with('#') {
            blanked += line.len();
            continue;
        }
        if code.starts_with(">>>") || code.starts_with("In [") {
            return None;
        }
        let Some(magic) = code.strip_prefix('%') else {
            break;
        };
        let is_cell_magic = magic.starts_with('%');
        let name = magic.trim_start_matches('%');
        let ends = |c: char| !c.is_alphanumeric() && c != '_';
        let name = name.split(ends).next().unwrap_or_default();
        match is_cell_magic {
            true if PYTHON_MAGICS.contains(&name) => blanked += line.len(),
            true => return None,
            false if OTHER_LANGUAGES.contains(&name) => return None,
            false => break,
        }
    }
    let (head, rest) = source.split_at_checked(blanked)?;
    if !head.contains('%') {
        return Some(Cow::Borrowed(source));
    }
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    let mut code: String = head.bytes().map(blank).collect();
    code.push_str(rest);
    Some(Cow::Owned(code))
}

/// Returns a code with a number in the place of commands that `IPython` takes
/// without a `%`.
fn without_automagics(code: &str) -> String {
    let mut lines = String::with_capacity(code.len());
    for line in code.split_inclusive('\n') {
        let word = line.split([' ', '\n', '\r']).next().unwrap_or_default();
        let rest = line.get(word.len()..).unwrap_or_default().trim_start();
        let is_assigned = rest.starts_with(['=', '(']);
        if AUTOMAGICS.contains(&word) && !is_assigned {
            let content = line.trim_end_matches(['\r', '\n']);
            lines.push('0');
            lines.push_str(&" ".repeat(content.len() - 1));
            lines.push_str(line.get(content.len()..).unwrap_or_default());
        } else {
            lines.push_str(line);
        }
    }
    lines
}

/// Returns whether what a parser makes of a code may be too deep to go
/// through, or to be freed, on the call stack.
fn is_deep(code: &str) -> bool {
    let mut depth: usize = 0;
    let mut chain = 0;
    let mut indent = 0;
    let mut in_word = false;
    for byte in code.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        chain += usize::from(is_word && !in_word);
        in_word = is_word;
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                chain += 1;
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' | b';' => chain = 0,
            b'\n' => {
                indent = 0;
                if depth == 0 {
                    chain = 0;
                }
                continue;
            }
            b' ' | b'\t' if indent != usize::MAX => {
                indent += 1;
                continue;
            }
            b' ' | b'\t' => continue,
            _ if !is_word => chain += 1,
            _ => {}
        }
        if depth > DEEPEST
            || chain > LONGEST_CHAIN
            || (indent != usize::MAX && indent > 4 * DEEPEST)
        {
            return true;
        }
        indent = usize::MAX;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, fault: Option<&str>) {
        let found = fault_in(source);
        let at = found
            .as_ref()
            .map(|(range, _)| source.get(range.start..).unwrap());
        match (fault, at) {
            (Some(fault), Some(at)) => assert!(at.starts_with(fault), "{source}: {found:?}"),
            (None, None) => {}
            (_, _) => panic!("{source}: {found:?}"),
        }
    }

    #[test]
    fn python_parses() {
        for source in [
            "",
            "x = 1\n",
            "await f()",
            "return 1",
            "print(f'{x!r:>{w}}')",
            "x = 1;",
        ] {
            check(source, None);
        }
    }

    #[test]
    fn the_first_fault_is_found_where_it_stands() {
        check(
            "x = 1\nfor i in range(3)\n    print(i)\ny = (",
            Some("\n    print"),
        );
        check("def f(:\n    pass", Some(":"));
        check("print 'a'", Some("'a'"));
        check("  x = 1\n  y = = 2", Some("= 2"));
        check("%%time\nx = = 1", Some("= 1"));
        check("pip install a\nx = = 1", Some("= 1"));
    }

    #[test]
    fn what_ipython_takes_is_no_fault() {
        for source in [
            "%matplotlib inline\nx = 1",
            "!ls -la | grep 'x\nfiles = !ls\nhere = %pwd",
            "x?\nx.y??\n?x",
            "%%time\nx = 1",
            "\n\n%%capture out\n%%time\nx = 1",
            "for i in x:\n    !echo {i}\n    %timeit f(i)",
            "pip install numpy",
            "ls\ncd ..\nx = 1",
            "    x = 1\n    y = 2",
            ">>> x = = 1",
        ] {
            check(source, None);
        }
    }

    #[test]
    fn other_languages_are_not_looked_at() {
        for source in [
            "%%bash\nfor i in 1; do echo; done",
            "%%html\n<b>",
            "%sql\nSELECT 1",
            "%%x y\n?",
            "# all rows\n%%sql\nSELECT 1",
        ] {
            check(source, None);
        }
    }

    #[test]
    fn names_that_are_commands_too_can_be_names() {
        check("ls = [1]\ncat(1)\nrm.x = = 1", Some("= 1"));
        check("x = (\npip", Some(""));
    }

    #[test]
    fn deep_and_long_code_is_not_looked_at() {
        for source in [
            "[".repeat(100_000),
            "(".repeat(100_000) + &")".repeat(100_000),
            "-".repeat(100_000) + "1",
            "not ".repeat(100_000) + "x",
            "a+".repeat(100_000) + "a",
            "a.".repeat(100_000) + "a",
            "lambda:".repeat(100_000) + "a",
            "a if a else ".repeat(50_000) + "a",
            "{".repeat(1000) + "f'{",
            "f'{".repeat(10_000),
            (0..1000).map(|n| " ".repeat(n) + "if a:\n").collect(),
        ] {
            check(&source, None);
        }
        let data = format!("x = [{}]", "-1.5, ".repeat(10_000));
        check(&data, None);
        check(&format!("{data}\ny = = 1"), Some("= 1"));
    }
}
