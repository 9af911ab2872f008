//! Two tables by columns and rows.

mod align;
mod numbers;

use super::Change;
use super::meaning::{TableCell, TableDiff, TableLine, TableRow};
use crate::media::table::{Table, parse};
use align::{RowNames, align_columns, align_rows, line, row_names};
use numbers::delta;

/// What two pieces of HTML are as tables.
#[derive(Debug, PartialEq)]
pub(super) enum Tables {
    /// One of them is no table.
    Unknown,
    /// They say the same in the same cells, and nothing has a look of its own.
    SameCells,
    /// They differ.
    Differ(TableDiff),
}

/// Compares two pieces of HTML as tables.
pub(super) fn compare_tables(old: &str, new: &str) -> Tables {
    let (Some(old), Some(new)) = (parse(old), parse(new)) else {
        return Tables::Unknown;
    };
    if (&old.head, &old.body, &old.notes) == (&new.head, &new.body, &new.notes) {
        return if old.is_styled || new.is_styled || old.row_names != new.row_names {
            Tables::Unknown
        } else {
            Tables::SameCells
        };
    }
    let diff = diff_tables(&old, &new);
    if diff.is_unchanged() {
        return Tables::Unknown;
    }
    Tables::Differ(diff)
}

impl TableDiff {
    /// Returns whether nothing is told to have changed.
    pub fn is_unchanged(&self) -> bool {
        self.notes.is_none()
            && self.columns.iter().all(TableLine::is_unchanged)
            && self.columns_are_in_order()
            && self.rows.iter().all(TableRow::is_unchanged)
    }

    /// Returns whether columns on both sides stand in the same order.
    pub fn columns_are_in_order(&self) -> bool {
        let stayed = self.columns.iter().filter(|column| column.new.is_some());
        stayed.filter_map(|column| column.old).is_sorted()
    }
}

impl TableLine {
    /// Returns whether it is in both tables under one name.
    pub fn is_unchanged(&self) -> bool {
        self.old.is_some() && self.new.is_some() && self.old_name.is_none()
    }
}

impl TableRow {
    /// Returns whether it is in both tables, and the same in the columns that
    /// are.
    pub fn is_unchanged(&self) -> bool {
        let is_changed = |cell: &TableCell| matches!(cell, TableCell::Changed { .. });
        self.line.is_unchanged() && !self.cells.iter().any(is_changed)
    }
}

fn diff_tables(old: &Table, new: &Table) -> TableDiff {
    let columns = align_columns(old, new);
    let common: Vec<(usize, usize)> = columns
        .iter()
        .filter_map(|column| Some((column.old? + old.row_names, column.new? + new.row_names)))
        .collect();
    let pairs = align_rows(old, new, &common);
    let (old_names, new_names) = (row_names(old), row_names(new));
    let are_places = RowNames::of(&old_names, &new_names) == RowNames::Places;
    let rows = pairs.into_iter().map(|(from, to)| {
        let (old_name, new_name) = (
            from.map(|at| old_names[at].as_str()),
            to.map(|at| new_names[at].as_str()),
        );
        let mut line = line(from, to, old_name, new_name);
        if are_places {
            line.old_name = None;
        }
        let cells = columns.iter().map(|column| {
            let text = |table: &Table, row: Option<usize>, column: Option<usize>| {
                let row = table.body.get(row?)?;
                row.get(column? + table.row_names).cloned()
            };
            table_cell(text(old, from, column.old), text(new, to, column.new))
        });
        TableRow {
            cells: cells.collect(),
            line,
        }
    });
    let rows = rows.collect();
    let notes = (old.notes != new.notes).then(|| Change {
        old: old.notes.clone(),
        new: new.notes.clone(),
    });
    TableDiff {
        columns,
        rows,
        notes,
    }
}

fn table_cell(old: Option<String>, new: Option<String>) -> TableCell {
    match (old, new) {
        (None, None) => TableCell::Absent,
        (None, Some(new)) => TableCell::Added(new),
        (Some(old), None) => TableCell::Removed(old),
        (Some(old), Some(new)) if old == new => TableCell::Same(new),
        (Some(old), Some(new)) => TableCell::Changed {
            delta: delta(&old, &new),
            old,
            new,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns HTML of rows as lines, cells between bars; `!` before names of
    /// rows. The first row is the head.
    fn html(rows: &[&str]) -> String {
        let mut html = String::from("<table>");
        for (at, row) in rows.iter().enumerate() {
            html.push_str(if at == 0 { "<thead><tr>" } else { "<tr>" });
            for cell in row.split('|') {
                match cell.strip_prefix('!') {
                    Some(name) => html.extend(["<th>", name, "</th>"]),
                    None => html.extend(["<td>", cell, "</td>"]),
                }
            }
            html.push_str(if at == 0 { "</tr></thead>" } else { "</tr>" });
        }
        html + "</table>"
    }

    /// Tells columns and rows that changed, a line for each.
    #[track_caller]
    fn check(old: &[&str], new: &[&str], expected: &[&str]) {
        let Tables::Differ(diff) = compare_tables(&html(old), &html(new)) else {
            panic!("no change");
        };
        let mut told = Vec::new();
        let sign = |line: &TableLine| match (line.old, line.new) {
            (Some(_), Some(_)) => "",
            (None, _) => "+",
            (_, None) => "-",
        };
        for column in diff.columns.iter().filter(|line| !line.is_unchanged()) {
            let old_name = column.old_name.as_deref().unwrap_or_default();
            told.push(format!("column {}{} {old_name}", sign(column), column.name));
        }
        for row in diff.rows.iter().filter(|row| !row.is_unchanged()) {
            let cells = row.cells.iter().map(|cell| match cell {
                TableCell::Absent => " ".to_owned(),
                TableCell::Same(text) => text.clone(),
                TableCell::Changed { old, new, delta } => match delta {
                    Some(delta) => format!("{old}>{new}({delta})"),
                    None => format!("{old}>{new}"),
                },
                TableCell::Added(text) => format!("+{text}"),
                TableCell::Removed(text) => format!("-{text}"),
            });
            let cells: Vec<_> = cells.collect();
            told.push(format!(
                "{}{}: {}",
                sign(&row.line),
                row.line.name,
                cells.join("|")
            ));
        }
        assert_eq!(told, expected);
    }

    #[test]
    fn cells_are_compared_by_column_and_row() {
        check(
            &["!|a|b", "!x|1,000|p", "!y|2.50|q"],
            &["!|a|b", "!x|1,200|p", "!y|2.25|r"],
            &["x: 1,000>1,200(200)|p", "y: 2.50>2.25(-0.25)|q>r"],
        );
    }

    #[test]
    fn a_row_that_was_put_in_changes_no_other() {
        check(
            &["!|a", "!0|p", "!1|q", "!2|r"],
            &["!|a", "!0|p", "!1|new", "!2|q", "!3|r"],
            &["+1: +new"],
        );
    }

    #[test]
    fn rows_with_names_are_found_by_them() {
        check(
            &["!|a|b", "!mean|1|2", "!std|3|4", "!max|5|6"],
            &["!|a|b", "!mean|9|9", "!min|0|0", "!max|8|8"],
            &[
                "mean: 1>9(8)|2>9(7)",
                "-std: -3|-4",
                "+min: +0|+0",
                "max: 5>8(3)|6>8(2)",
            ],
        );
    }

    #[test]
    fn numbers_of_rows_that_begin_elsewhere_are_told() {
        let told = |old: &[&str], new: &[&str]| {
            let Tables::Differ(diff) = compare_tables(&html(old), &html(new)) else {
                panic!("no change");
            };
            let names = diff.rows.into_iter().map(|row| {
                let old_name = row.line.old_name.unwrap_or_default();
                (old_name, row.line.name)
            });
            names.collect::<Vec<_>>()
        };
        let name = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(
            told(&["!|a", "!0|p", "!1|q"], &["!|a", "!1|p", "!2|q"]),
            [name("0", "1"), name("1", "2")],
        );
        assert_eq!(
            told(&["!|a", "!0|p", "!1|q"], &["!|a", "!1|p", "!2|r"]),
            [name("0", "1"), name("1", "2")],
        );
        assert_eq!(
            told(&["!|a", "!0|p", "!1|q"], &["!|a", "!0|p", "!1|r"]),
            [name("", "0"), name("", "1")],
        );
    }

    #[test]
    fn years_are_names() {
        check(
            &["!|a|b|c", "!2019|1|p|x", "!2020|2|q|y"],
            &["!|a|b|c", "!2020|2|q|z", "!2021|3|r|x"],
            &["-2019: -1|-p|-x", "2020: 2|q|y>z", "+2021: +3|+r|+x"],
        );
        check(
            &["!|a", "!2019|1", "!2020|2"],
            &["!|a", "!2019|2", "!2020|3"],
            &["2019: 1>2(1)", "2020: 2>3(1)"],
        );
    }

    #[test]
    fn columns_are_found_by_name_and_renamed_ones_by_content() {
        check(
            &["a|b|c", "1|2|3"],
            &["c|a|d", "3|1|4"],
            &["column -b ", "column +d "],
        );
        check(&["a|b", "1|2"], &["a|c", "1|2"], &["column c b"]);
    }

    #[test]
    fn another_order_of_columns_is_a_change() {
        let (old, new) = (html(&["a|b", "1|2"]), html(&["b|a", "2|1"]));
        let Tables::Differ(diff) = compare_tables(&old, &new) else {
            panic!("no change");
        };
        assert!(!diff.columns_are_in_order());
        assert!(diff.rows.iter().all(TableRow::is_unchanged));
    }

    #[test]
    fn notes_are_compared() {
        let note = |rows: u32| html(&["a", "1"]) + &format!("<p>{rows} rows</p>");
        let Tables::Differ(diff) = compare_tables(&note(10), &note(12)) else {
            panic!("no change");
        };
        let notes = diff.notes.unwrap();
        assert_eq!((&*notes.old, &*notes.new), ("10 rows", "12 rows"));
    }

    #[test]
    fn markup_around_the_same_cells_is_no_change_but_colors_are() {
        let old = html(&["a", "1"]);
        let new = old.replace("<table>", "<div><table border=\"1\" class=\"dataframe\">");
        assert_eq!(compare_tables(&old, &new), Tables::SameCells);
        let colored = old.replace("<td>", "<td style=\"color: red\">");
        assert_eq!(compare_tables(&old, &colored), Tables::Unknown);
        for look in [
            "<b>1</b>",
            "<span style=\"color: red\">1</span>",
            "<progress value=\"1\"></progress>1",
        ] {
            let looking = old.replace('1', look);
            assert_eq!(compare_tables(&old, &looking), Tables::Unknown, "{look}");
        }
        let row = old.replace("<td>", "<tr bgcolor=\"red\"><td>");
        assert_eq!(compare_tables(&old, &row), Tables::Unknown);
        let sheet = |style: &str| format!("<style>\na b,\ntd {{ {style} }}\n</style>{old}");
        let colored = compare_tables(&sheet("color: red"), &sheet("color: lime"));
        assert_eq!(colored, Tables::Unknown);
        let aligned = compare_tables(&sheet("text-align: left"), &sheet("text-align: right"));
        assert_eq!(aligned, Tables::SameCells);
        assert_eq!(compare_tables(&old, "<p>1</p>"), Tables::Unknown);
    }

    proptest! {
        #[test]
        fn each_row_and_column_is_told_once(
            old in proptest::collection::vec("[a-c](\\|[0-2]){0,3}", 1..8),
            new in proptest::collection::vec("!?[0-3](\\|[0-2]){0,3}", 1..8),
        ) {
            let side = |rows: &[String]| {
                let rows: Vec<_> = rows.iter().map(String::as_str).collect();
                parse(&html(&rows)).unwrap()
            };
            let (old, new) = (side(&old), side(&new));
            for (old, new) in [(&old, &new), (&new, &old)] {
                let diff = diff_tables(old, new);
                let indices = |lines: Vec<&TableLine>| {
                    let mut from: Vec<_> = lines.iter().filter_map(|line| line.old).collect();
                    let to: Vec<_> = lines.iter().filter_map(|line| line.new).collect();
                    from.sort_unstable();
                    (from, to)
                };
                let (from, to) = indices(diff.rows.iter().map(|row| &row.line).collect());
                prop_assert!(from.into_iter().eq(0..old.body.len()));
                prop_assert!(to.into_iter().eq(0..new.body.len()));
                let n_columns = |table: &Table| {
                    let rows = table.head.iter().chain(&table.body);
                    rows.map(Vec::len).max().unwrap_or(0) - table.row_names
                };
                let (from, to) = indices(diff.columns.iter().collect());
                prop_assert!(from.into_iter().eq(0..n_columns(old)));
                prop_assert!(to.into_iter().eq(0..n_columns(new)));
                for row in &diff.rows {
                    prop_assert_eq!(row.cells.len(), diff.columns.len());
                }
            }
        }
    }
}
