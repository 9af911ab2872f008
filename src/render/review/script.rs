//! The review of a notebook as a script.

use std::io::{self, Write};

use super::super::RenderOptions;
use super::super::escape::visible;
use super::super::show::kernel_name;
use super::{cell_lines, notebook_lines, outputs_of};
use crate::convert::languages::Comment;
use crate::diff::cell_text;
use crate::notebook::{CellKind, Notebook};

/// Stands behind a source that ends in a line feed, as few do.
const FINAL_NEWLINE: &str = "newline at end";

/// Writes the script. `# %%` starts a cell, metadata stands behind `#:`, and
/// outputs behind `#>`; Markdown is commented out.
pub(super) fn write(
    notebook: &Notebook<'_>,
    comment: Comment,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pen = Pen { comment, out };
    match kernel_name(notebook) {
        Some(kernel) => pen.ours(": ", &format!("notebook {kernel}"))?,
        None => pen.ours(": ", "notebook")?,
    }
    for line in notebook_lines(notebook) {
        pen.ours(": ", &line)?;
    }
    for (index, cell) in notebook.cells.iter().enumerate() {
        writeln!(pen.out)?;
        match cell.kind {
            CellKind::Code => pen.ours(" %%", "")?,
            CellKind::Markdown => pen.ours(" %% ", "[markdown]")?,
            CellKind::Raw => pen.ours(" %% ", "[raw]")?,
            CellKind::Unknown => pen.ours(" %% ", "[unknown kind]")?,
        }
        for line in cell_lines(cell, notebook) {
            pen.ours(": ", &line)?;
        }
        pen.source(cell.kind, &cell_text(cell, notebook.format))?;
        for output in outputs_of(notebook, index, options.output_lines) {
            pen.ours(">> ", &output.title)?;
            for line in &output.lines {
                pen.ours(if line.is_empty() { ">" } else { "> " }, line)?;
            }
        }
    }
    Ok(())
}

struct Pen<'o> {
    comment: Comment,
    out: &'o mut dyn Write,
}

impl Pen<'_> {
    /// Writes a line of ours: a comment with a mark right behind its prefix.
    fn ours(&mut self, mark: &str, text: &str) -> io::Result<()> {
        let Comment { prefix, suffix } = self.comment;
        write!(self.out, "{prefix}{mark}{text}")?;
        if !suffix.is_empty() {
            write!(self.out, " {suffix}")?;
        }
        writeln!(self.out)
    }

    /// Writes a source, with a backslash before each line that could be taken
    /// for one of ours, or for one that has such a backslash.
    fn source(&mut self, kind: CellKind, source: &str) -> io::Result<()> {
        let is_code = kind == CellKind::Code;
        for line in source.split_inclusive('\n') {
            let line = line.strip_suffix('\n').unwrap_or(line);
            let (line, end) = match line.strip_suffix('\r') {
                Some(line) => (line, "\r"),
                None => (line, ""),
            };
            let mark = if self.looks_like_ours(line, is_code) {
                "\\"
            } else {
                ""
            };
            let Comment { prefix, suffix } = self.comment;
            let line = visible(line);
            match (is_code, line.is_empty()) {
                (true, _) => write!(self.out, "{mark}{line}")?,
                (false, true) => write!(self.out, "{prefix}")?,
                (false, false) => write!(self.out, "{prefix} {mark}{line}")?,
            }
            if !is_code && !suffix.is_empty() {
                write!(self.out, " {suffix}")?;
            }
            writeln!(self.out, "{end}")?;
        }
        if source.ends_with('\n') {
            self.ours(": ", FINAL_NEWLINE)?;
        }
        Ok(())
    }

    fn looks_like_ours(&self, line: &str, is_code: bool) -> bool {
        let rest = line.trim_start_matches('\\');
        if !is_code {
            return rest.starts_with("%%");
        }
        let behind = rest.strip_prefix(self.comment.prefix);
        let marks = [" %%", ": ", ">"];
        behind.is_some_and(|behind| marks.iter().any(|mark| behind.starts_with(mark)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[track_caller]
    fn check(comment: Comment, cells: &str, expected: &str) {
        let json = format!(r#"{{"cells":[{cells}],"nbformat":4}}"#);
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let mut out = Vec::new();
        write(&notebook, comment, &RenderOptions::default(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn comments_are_those_of_the_language() {
        let cells = r#"{"cell_type":"markdown","source":"a\n\nb"},
            {"cell_type":"code","source":"c","outputs":[
            {"output_type":"stream","name":"stdout","text":"d\n\ne"}]}"#;
        let slashes = Comment {
            prefix: "//",
            suffix: "",
        };
        check(
            slashes,
            cells,
            "//: notebook\n\n// %% [markdown]\n// a\n//\n// b\n\n// %%\nc\n\
             //>> stream stdout\n//> d\n//>\n//> e\n",
        );
        let brackets = Comment {
            prefix: "(*",
            suffix: "*)",
        };
        check(
            brackets,
            cells,
            "(*: notebook *)\n\n(* %% [markdown] *)\n(* a *)\n(* *)\n(* b *)\n\n(* %% *)\nc\n\
             (*>> stream stdout *)\n(*> d *)\n(*> *)\n(*> e *)\n",
        );
    }
}
