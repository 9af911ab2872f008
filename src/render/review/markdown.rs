//! The review of a notebook as Markdown.

use std::borrow::Cow;
use std::io::{self, Write};

use super::super::RenderOptions;
use super::super::escape::visible;
use super::super::show::kernel_name;
use super::super::unified::kind_name;
use super::pictures::Picture;
use super::{cell_lines, notebook_lines, outputs_of};
use crate::diff::cell_text;
use crate::notebook::{CellKind, Notebook};

/// Writes the Markdown. Comments of HTML, which nobody sees, say where cells
/// start and what their metadata is; code and outputs are fenced.
///
/// Links to pictures begin with `links`; without it there are none.
pub(super) fn write(
    notebook: &Notebook<'_>,
    links: Option<&str>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kernel = kernel_name(notebook).map(|kernel| format!(" {kernel}"));
    write_comment(&format!("notebook{}", kernel.unwrap_or_default()), out)?;
    for line in notebook_lines(notebook) {
        write_comment(&line, out)?;
    }
    let language = language(notebook);
    for (index, cell) in notebook.cells.iter().enumerate() {
        writeln!(out)?;
        write_comment(&format!("cell: {}", kind_name(cell.kind)), out)?;
        for line in cell_lines(cell, notebook) {
            write_comment(&line, out)?;
        }
        let source = cell_text(cell, notebook.format);
        let lines = source.split('\n').map(shown_line);
        let lines: Vec<_> = lines.collect();
        match cell.kind {
            CellKind::Markdown => {
                writeln!(out)?;
                for line in &lines {
                    writeln!(out, "{line}")?;
                }
            }
            CellKind::Code => write_fenced(&language, &lines, out)?,
            CellKind::Raw | CellKind::Unknown => write_fenced("", &lines, out)?,
        }
        for output in outputs_of(notebook, index, options.output_lines) {
            let link = links.filter(|_| output.lines.is_empty());
            let link = link.and_then(|links| Some((links, Picture::of(&output.unit)?.name())));
            match link {
                Some((links, name)) => {
                    let title = text_of_link(&output.title);
                    writeln!(out, "\n![{title}]({links}{name})")?;
                }
                None => writeln!(out, "\nOutput: {}", inline_code(&output.title))?,
            }
            if !output.lines.is_empty() {
                let lines: Vec<_> = output
                    .lines
                    .iter()
                    .map(|line| line.as_str().into())
                    .collect();
                write_fenced("", &lines, out)?;
            }
        }
    }
    Ok(())
}

/// Returns a line of a source, with the `\r` at its end.
fn shown_line(line: &str) -> Cow<'_, str> {
    match line.strip_suffix('\r') {
        Some(line) => Cow::Owned(format!("{}\r", visible(line))),
        None => visible(line),
    }
}

/// Returns the name of the language for fences: empty if nobody says.
fn language(notebook: &Notebook<'_>) -> String {
    let name = |object: &str, key: &str| notebook.metadata?.get(object)?.get(key)?.as_str();
    let name = name("kernelspec", "language").or_else(|| name("language_info", "name"));
    let name = name.unwrap_or_default().to_lowercase();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+-#_".contains(c);
    name.chars().filter(|&c| is_plain(c)).take(40).collect()
}

fn write_comment(text: &str, out: &mut dyn Write) -> io::Result<()> {
    // Text must not end the comment.
    let text = text.replace("--", "\\-\\-");
    writeln!(out, "<!-- {text} -->")
}

/// Writes lines between fences that are longer than any in them.
fn write_fenced(info: &str, lines: &[Cow<'_, str>], out: &mut dyn Write) -> io::Result<()> {
    let ticks = |line: &Cow<'_, str>| {
        let line = line.trim_start();
        line.len() - line.trim_start_matches('`').len()
    };
    let longest = lines.iter().map(ticks).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "\n{fence}{info}")?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{fence}")
}

/// Returns text as code in a line, whatever backticks it has.
fn inline_code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Returns text that stands for a picture, with nothing that ends it.
fn text_of_link(text: &str) -> String {
    let plain = |c: char| !matches!(c, '[' | ']' | '\\' | '<' | '>' | '`' | '!' | '*' | '_');
    text.chars().filter(|&c| plain(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn text(cells: &str) -> String {
        let json = format!(
            r#"{{"cells":[{cells}],"nbformat":4,"nbformat_minor":4,"metadata":{{"kernelspec":
            {{"name":"k","language":"Python"}}}}}}"#
        );
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let mut out = Vec::new();
        let options = RenderOptions::default();
        write(&notebook, Some("dir/"), &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        let text = text(r#"{"cell_type":"code","source":"````\n","outputs":[]}"#);
        let expected = "<!-- notebook k -->\n\n<!-- cell: code -->\n\n`````python\n````\n\n`````\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn metadata_stays_in_its_comment() {
        let text = text(r#"{"cell_type":"markdown","source":"","metadata":{"a":"--> <script>"}}"#);
        assert!(text.contains("<!-- a: \"\\-\\-> <script>\" -->"), "{text}");
    }

    #[test]
    fn nothing_of_a_notebook_is_in_a_link() {
        let text = text(
            r#"{"cell_type":"code","source":"","outputs":[{"output_type":"display_data",
            "data":{"image/png":"aGk=","image/x](javascript:1)":"x"}}]}"#,
        );
        let link = text.split("](").nth(1).unwrap();
        assert!(
            link.starts_with("dir/") && link.ends_with(".png)\n"),
            "{text}"
        );
        assert_eq!(text.matches("](").count(), 1, "{text}");
    }
}
