//! Two tables as one, with what changed marked.

use super::super::outputs::{delta_words, table_words};
use super::super::values::counted;
use super::markup::Markup;
use crate::diff::{TableCell, TableDiff, TableLine, TableRow};

/// How many rows are shown.
const ROWS: usize = 200;

/// How many columns are shown.
const COLUMNS: usize = 60;

/// Writes the rows that changed, each with a row around it.
pub(super) fn write_table(out: &mut Markup, table: &TableDiff) {
    out.element("p", &[("class", "aside")], &table_words(table));
    out.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Changed table\">");
    out.raw("<table class=\"data\"><thead><tr><td></td>");
    for column in table.columns.iter().take(COLUMNS) {
        write_head(out, column, "col");
    }
    out.raw("</tr></thead><tbody>");
    let n_columns = (table.columns.len().min(COLUMNS) + 1).to_string();
    let mut left_out = 0;
    let mut written = 0;
    for (at, row) in table.rows.iter().enumerate() {
        let first = at.saturating_sub(1);
        let around = table.rows.iter().skip(first).take(at + 2 - first);
        if written >= ROWS || !around.into_iter().any(|row| !row.is_unchanged()) {
            left_out += 1;
            continue;
        }
        write_gap(out, left_out, &n_columns);
        left_out = 0;
        written += 1;
        write_row(out, row);
    }
    write_gap(out, left_out, &n_columns);
    out.raw("</tbody></table></div>");
    if let Some(notes) = &table.notes {
        out.raw("<p class=\"aside\">");
        out.element("del", &[], notes.old.trim());
        out.raw(" ");
        out.element("ins", &[], notes.new.trim());
        out.raw("</p>");
    }
    if table.columns.len() > COLUMNS {
        let more = counted(table.columns.len() - COLUMNS, "more column");
        out.element("p", &[("class", "aside")], &format!("… {more}"));
    }
}

/// Says that rows are left out.
fn write_gap(out: &mut Markup, count: usize, columns: &str) {
    if count > 0 {
        out.raw("<tr class=\"gap\">");
        let rows = counted(count, "more row");
        out.element("td", &[("colspan", columns)], &format!("… {rows}"));
        out.raw("</tr>");
    }
}

fn write_row(out: &mut Markup, row: &TableRow) {
    out.raw("<tr>");
    write_head(out, &row.line, "row");
    for cell in row.cells.iter().take(COLUMNS) {
        match cell {
            TableCell::Absent => out.raw("<td></td>"),
            TableCell::Same(text) => out.element("td", &[], text),
            TableCell::Changed { old, new, delta } => {
                out.raw("<td class=\"mod\">");
                out.element("del", &[], old);
                out.raw(" ");
                out.element("ins", &[], new);
                if let Some(delta) = delta.filter(|delta| *delta != 0.0) {
                    out.raw(" ");
                    out.element(
                        "small",
                        &[("title", "difference")],
                        &delta_words(old, new, delta),
                    );
                }
                out.raw("</td>");
            }
            TableCell::Added(text) => {
                out.raw("<td>");
                out.element("ins", &[], text);
                out.raw("</td>");
            }
            TableCell::Removed(text) => {
                out.raw("<td>");
                out.element("del", &[], text);
                out.raw("</td>");
            }
        }
    }
    out.raw("</tr>");
}

/// Returns what became of a row or a column that is on one side only.
const fn sign(line: &TableLine) -> Option<&'static str> {
    match (line.old, line.new) {
        (None, Some(_)) => Some("ins"),
        (Some(_), None) => Some("del"),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

fn write_head(out: &mut Markup, line: &TableLine, scope: &str) {
    out.open("th", &[("scope", scope)]);
    match (sign(line), &line.old_name) {
        (Some(tag), _) => out.element(tag, &[], &line.name),
        (None, Some(old)) => {
            out.element("del", &[], old);
            out.raw(" ");
            out.element("ins", &[], &line.name);
        }
        (None, None) => out.text(&line.name),
    }
    out.close("th");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_did_not_change_are_left_out() {
        let line = |at| TableLine {
            name: format!("row<{at}>"),
            old: Some(at),
            new: Some(at),
            old_name: None,
        };
        let mut table = TableDiff {
            columns: vec![line(0)],
            ..TableDiff::default()
        };
        for at in 0..9 {
            let cell = match at {
                4 => TableCell::Changed {
                    old: "1".to_owned(),
                    new: "<b>".to_owned(),
                    delta: None,
                },
                _ => TableCell::Same("x".to_owned()),
            };
            table.rows.push(TableRow {
                line: line(at),
                cells: vec![cell],
            });
        }
        let mut out = Markup::default();
        write_table(&mut out, &table);
        let html = String::from_utf8(out.into_bytes()).unwrap();
        assert!(html.contains("<del>1</del> <ins>&lt;b&gt;</ins>"), "{html}");
        assert_eq!(html.matches("… 3 more rows").count(), 2, "{html}");
        assert_eq!(html.matches("row&lt;").count(), 4, "{html}");
    }
}
