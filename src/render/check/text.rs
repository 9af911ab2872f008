//! Findings as text for people.

use std::io::{self, Write};

use owo_colors::OwoColorize as _;

use super::{CheckedFile, gathered};
use crate::check::{Excerpt, Finding};
use crate::render::escape::{file_name, visible, width};
use crate::render::theme::Theme;

/// Writes findings with the lines they are about.
pub(super) fn text(files: &[CheckedFile], theme: &Theme, out: &mut impl Write) -> io::Result<()> {
    for file in files {
        for (finding, n_more) in gathered(&file.findings) {
            write_line(&file.name, finding, n_more, theme, out)?;
            if let Some(excerpt) = &finding.excerpt {
                write_excerpt(excerpt, theme, out)?;
            }
        }
    }
    Ok(())
}

/// Writes findings, a line each.
pub(super) fn concise(
    files: &[CheckedFile],
    theme: &Theme,
    out: &mut impl Write,
) -> io::Result<()> {
    for file in files {
        for finding in &file.findings {
            write_line(&file.name, finding, 0, theme, out)?;
        }
    }
    Ok(())
}

/// Writes a finding, and how many more like it are left out.
fn write_line(
    name: &str,
    finding: &Finding,
    n_more: usize,
    theme: &Theme,
    out: &mut impl Write,
) -> io::Result<()> {
    let at = finding.start;
    let name = file_name(name);
    let code = finding.rule.code();
    let message = visible(&finding.message);
    write!(
        out,
        "{}:{}:{}: {} {message}",
        name.style(theme.file),
        at.line,
        at.column,
        code.style(theme.removed)
    )?;
    if let Some(cell) = &finding.cell {
        let number = cell.index + 1;
        let title = match &*cell.title {
            "" => String::new(),
            title => format!(" '{}'", visible(title)),
        };
        let line = cell
            .at
            .map_or(String::new(), |at| format!(", line {}", at.line));
        let place = format!("(cell {number}{title}{line})");
        write!(out, " {}", place.style(theme.quiet))?;
    }
    if n_more > 0 {
        write!(out, " and {n_more} more")?;
    }
    writeln!(out)
}

/// Writes a line with signs below the part of it that is meant.
fn write_excerpt(excerpt: &Excerpt, theme: &Theme, out: &mut impl Write) -> io::Result<()> {
    let part = |skip: usize, take: usize| -> String {
        let part: String = excerpt.line.chars().skip(skip).take(take).collect();
        visible(&part).replace('\t', "    ")
    };
    let before = part(0, excerpt.start);
    let meant = part(excerpt.start, excerpt.length);
    let line = part(0, usize::MAX);
    let blanks = " ".repeat(width(&before));
    let signs = "^".repeat(width(&meant).max(1));
    writeln!(out, "    | {line}")?;
    writeln!(out, "    | {blanks}{}", signs.style(theme.removed))
}
