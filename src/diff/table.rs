//! Two tables by columns and rows.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::ops::Range;

use super::Change;
use super::meaning::{TableCell, TableDiff, TableLine, TableRow};
use super::outputs::{Pair, in_order, likeliest_pairs};
use super::text::runs_of_numbers;
use crate::media::table::{Table, parse};

/// How many pairs of rows are looked at between rows that stayed. Beyond, they
/// are taken in order.
const PAIRS: usize = 4_000;

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
    let have_numbers = are_numbered(&old_names) && are_numbered(&new_names);
    let rows = pairs.into_iter().map(|(from, to)| {
        let (old_name, new_name) = (
            from.map(|at| old_names[at].as_str()),
            to.map(|at| new_names[at].as_str()),
        );
        let mut line = line(from, to, old_name, new_name);
        if have_numbers {
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

fn line(
    old: Option<usize>,
    new: Option<usize>,
    old_name: Option<&str>,
    new_name: Option<&str>,
) -> TableLine {
    let renamed = old_name.filter(|old| new_name.is_some_and(|new| new != *old));
    TableLine {
        name: new_name.or(old_name).unwrap_or_default().to_owned(),
        old,
        new,
        old_name: renamed.map(str::to_owned),
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

/// Returns the columns of both tables: in the order of the new one, those that
/// are gone behind what they stood behind.
fn align_columns(old: &Table, new: &Table) -> Vec<TableLine> {
    let (old_names, new_names) = (column_names(old), column_names(new));
    // Of several columns with one name, the first became the first.
    let numbered = |names: &[String]| -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let key = |name: &'_ String| (name.clone(), 0);
        let mut keys: Vec<_> = names.iter().map(key).collect();
        for (name, (_, nth)) in names.iter().zip(&mut keys) {
            let count = counts.entry(name).or_default();
            *nth = *count;
            *count += 1;
        }
        keys
    };
    let (old_keys, new_keys) = (numbered(&old_names), numbered(&new_names));
    let old_at: BTreeMap<_, _> = old_keys.iter().zip(0..).collect();
    let mut of_new: Vec<Option<usize>> = new_keys
        .iter()
        .map(|key| old_at.get(key).copied())
        .collect();
    let mut is_taken = vec![false; old_names.len()];
    for &at in of_new.iter().flatten() {
        is_taken[at] = true;
    }
    // A column with another name and the same content, at the same place, was
    // renamed.
    for at in 0..of_new.len().min(is_taken.len()) {
        if of_new[at].is_none() && !is_taken[at] && have_same_content(old, new, at) {
            of_new[at] = Some(at);
            is_taken[at] = true;
        }
    }
    let gone = |range: Range<usize>| {
        let free = range.take_while(|&at| !is_taken[at]);
        free.map(|at| line(Some(at), None, Some(&old_names[at]), None))
    };
    let mut columns: Vec<_> = gone(0..old_names.len()).collect();
    for (at, from) in of_new.iter().enumerate() {
        let old_name = from.map(|from| old_names[from].as_str());
        columns.push(line(*from, Some(at), old_name, Some(&new_names[at])));
        if let Some(from) = from {
            columns.extend(gone(from + 1..old_names.len()));
        }
    }
    columns
}

/// Returns what heads say of the columns that are no names of rows.
fn column_names(table: &Table) -> Vec<String> {
    let rows = table.head.iter().chain(&table.body);
    let n_columns = rows.map(Vec::len).max().unwrap_or(0);
    let name = |at: usize| {
        let levels = table.head.iter().filter_map(|row| row.get(at));
        let levels = levels.map(String::as_str).filter(|text| !text.is_empty());
        levels.collect::<Vec<_>>().join(" / ")
    };
    (table.row_names..n_columns).map(name).collect()
}

/// Returns what rows are called.
fn row_names(table: &Table) -> Vec<String> {
    let name = |row: &Vec<String>| {
        let names = row.get(..table.row_names).unwrap_or_default();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        names.join(" / ")
    };
    table.body.iter().map(name).collect()
}

/// Returns whether a column says the same in both tables, in at least one row.
fn have_same_content(old: &Table, new: &Table, column: usize) -> bool {
    let texts = |table: &Table| -> Vec<String> {
        let cell = |row: &Vec<String>| row.get(column + table.row_names).cloned();
        table.body.iter().filter_map(cell).collect()
    };
    !old.body.is_empty() && texts(old) == texts(new)
}

/// Returns whether rows are called by their numbers, which say nothing of what
/// they hold: one after the other, but for what is left out.
fn are_numbered(names: &[String]) -> bool {
    let mut expected = None;
    for name in names {
        let number = match name.parse::<u64>() {
            Ok(number) => number,
            Err(_) if matches!(name.as_str(), "..." | "…" | "⋮") => {
                expected = None;
                continue;
            }
            Err(_) => return name.is_empty(),
        };
        if expected.is_some_and(|expected| expected != number) {
            return false;
        }
        expected = number.checked_add(1);
    }
    true
}

/// Returns which old row became which new one, none of them crossing: by their
/// names, if they have any that are no numbers, or else by what they hold in
/// the columns that both tables have.
fn align_rows(old: &Table, new: &Table, common: &[(usize, usize)]) -> Vec<Pair> {
    let (old_names, new_names) = (row_names(old), row_names(new));
    let by_name = !are_numbered(&old_names) || !are_numbered(&new_names);
    let is_equal = |from: usize, to: usize, (old_at, new_at): &(usize, usize)| {
        old.body[from].get(*old_at) == new.body[to].get(*new_at)
    };
    let n_equal = |from: usize, to: usize| {
        let equal = common.iter().filter(|columns| is_equal(from, to, columns));
        u64::try_from(equal.count()).unwrap_or(0)
    };
    let (old_numbers, new_numbers) = if by_name {
        numbers(&old_names, &new_names)
    } else {
        let texts = |table: &Table, side: fn(&(usize, usize)) -> usize| -> Vec<Vec<String>> {
            let columns = || common.iter().map(side);
            let text = |row: &Vec<String>| {
                columns()
                    .map(|at| row.get(at).cloned().unwrap_or_default())
                    .collect()
            };
            table.body.iter().map(text).collect()
        };
        numbers(&texts(old, |pair| pair.0), &texts(new, |pair| pair.1))
    };
    let mut pairs = Vec::new();
    for run in runs_of_numbers(&old_numbers, &new_numbers) {
        let n_pairs = run.old.len().saturating_mul(run.new.len());
        if run.equal || n_pairs == 0 || n_pairs > PAIRS {
            pairs.extend(in_order(run.old, run.new));
        } else if by_name {
            let half = u64::try_from(common.len() / 2).unwrap_or(0);
            pairs.extend(likeliest_pairs(
                run.old,
                run.new,
                |from, to| match n_equal(from, to) {
                    equal if equal > half => equal,
                    _ => 0,
                },
            ));
        } else if run.old.len() == run.new.len() {
            pairs.extend(in_order(run.old, run.new));
        } else {
            let likeness = |from, to| 1 + 10 * n_equal(from, to);
            pairs.extend(likeliest_pairs(run.old, run.new, likeness));
        }
    }
    pairs
}

/// Returns a number for each thing: equal ones for equal things.
fn numbers<K: Eq + Hash>(old: &[K], new: &[K]) -> (Vec<u32>, Vec<u32>) {
    let mut seen: HashMap<&K, u32> = HashMap::new();
    let mut numbers = Vec::with_capacity(old.len() + new.len());
    for thing in old.iter().chain(new) {
        let next = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        numbers.push(*seen.entry(thing).or_insert(next));
    }
    let new_numbers = numbers.split_off(old.len());
    (numbers, new_numbers)
}

/// Returns by how much a number grew, with as many decimals as the texts have;
/// `None` if one of both is no number.
fn delta(old: &str, new: &str) -> Option<f64> {
    let delta = number(new)? - number(old)?;
    let decimals = |text: &str| {
        let digits = text.trim_end_matches('%').split_once('.');
        digits.map_or(0, |(_, digits)| digits.len())
    };
    let is_plain = |text: &str| !text.contains(['e', 'E']);
    if is_plain(old) && is_plain(new) {
        let decimals = decimals(old).max(decimals(new)).min(15);
        return format!("{delta:.decimals$}").parse().ok();
    }
    Some(delta)
}

/// Returns the number that a text is: with a sign, commas between thousands, a
/// percent sign, an exponent.
fn number(text: &str) -> Option<f64> {
    let text = text.strip_suffix('%').unwrap_or(text).trim();
    let text = text.replace('\u{2212}', "-");
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ',' | 'e' | 'E');
    if !text.chars().all(is_number) {
        return None;
    }
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let first = groups.next().unwrap_or_default();
    let mut has_groups = false;
    for group in groups {
        has_groups = true;
        if group.len() != 3 {
            return None;
        }
    }
    if has_groups && !(1..=3).contains(&first.len()) {
        return None;
    }
    let number: f64 = text.replace(',', "").parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(compare_tables(&old, "<p>1</p>"), Tables::Unknown);
    }

    #[test]
    fn numbers_have_a_delta() {
        assert_eq!(delta("0.81", "0.84"), Some(0.03));
        assert_eq!(delta("1,234", "1,235"), Some(1.0));
        assert_eq!(delta("12.5%", "13%"), Some(0.5));
        assert_eq!(delta("1e-3", "2e-3"), Some(0.001));
        assert_eq!(delta("\u{2212}1", "1"), Some(2.0));
        for text in ["NaN", "inf", "a", "", "1,23", "12,3456", "1-2", "."] {
            assert_eq!(delta("1", text), None, "{text}");
        }
    }
}
