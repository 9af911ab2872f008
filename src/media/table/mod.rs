//! Tables of HTML, as data frames print them.

mod grid;
mod reader;

use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};

use reader::Reader;

/// How many cells a table may have, spans counted as what they cover.
pub const CELLS: usize = 100_000;

/// How many bytes of HTML are looked at.
pub const BYTES: usize = 4 * 1024 * 1024;

/// A table: every row has a text for each column.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    /// Rows of the head, from the top: several for a column index of several
    /// levels.
    pub head: Vec<Vec<String>>,
    /// Rows of the body.
    pub body: Vec<Vec<String>>,
    /// How many columns at the left are names of rows: `th` in the body.
    pub row_names: usize,
    /// What is said around the table: a caption, how many rows there are.
    pub notes: String,
    /// Whether cells have a look of their own: colors, bars.
    pub is_styled: bool,
}

/// Returns the table that HTML consists of; `None` if there is more to see
/// than one table and a note, or the table is larger than [`CELLS`].
///
/// Tables inside of cells count as the text in them.
pub fn parse(html: &str) -> Option<Table> {
    if html.len() > BYTES || !html.contains("<table") {
        return None;
    }
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    // Scripts are not run, so the tokenizer never stops before the end.
    while !input.is_empty() {
        let _stopped = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns rows as lines, cells between bars.
    fn shown(html: &str) -> Option<String> {
        let table = parse(html)?;
        let rows =
            |rows: &[Vec<String>]| -> Vec<_> { rows.iter().map(|row| row.join("|")).collect() };
        let mut lines = rows(&table.head);
        lines.push(format!("== {} {}", table.row_names, table.notes));
        lines.extend(rows(&table.body));
        Some(lines.join("\n"))
    }

    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        assert_eq!(shown(html).unwrap(), expected.join("\n"));
    }

    #[test]
    fn a_frame_of_pandas() {
        check(
            "<div>\n<style scoped>\n .dataframe td { a: b > c }\n</style>\n\
             <table border=\"1\" class=\"dataframe\">\n<thead>\n<tr style=\"text-align: right;\">\
             <th></th><th>town</th><th>rain</th></tr></thead><tbody><tr><th>0</th>\
             <td>A &amp; B</td><td>1.5</td></tr></tbody></table>\n<p>1 rows × 2 columns</p></div>",
            &["|town|rain", "== 1 1 rows × 2 columns", "0|A & B|1.5"],
        );
    }

    #[test]
    fn levels_of_columns_and_rows_span() {
        check(
            "<table><thead><tr><th></th><th></th><th colspan=2>rain</th></tr>\
             <tr><th></th><th></th><th>min</th><th>max</th></tr></thead>\
             <tbody><tr><th rowspan=2>a</th><th>1</th><td>2</td><td>3</td></tr>\
             <tr><th>2</th><td>4</td><td>5</td></tr></tbody></table>",
            &["||rain|rain", "||min|max", "== 2 ", "a|1|2|3", "a|2|4|5"],
        );
    }

    #[test]
    fn end_tags_may_be_missing() {
        check(
            "<table><tr><th>a<th>b<tr><td>1<td>2<br>3<tr><td>4</table>",
            &["a|b", "== 0 ", "1|2 3", "4|"],
        );
    }

    #[test]
    fn a_frame_of_r() {
        check(
            "<table class=\"dataframe\">\n<caption>A data.frame: 1 × 2</caption>\n<thead>\n\
             <tr><th></th><th scope=col>mpg</th></tr><tr><th></th>\
             <th scope=col>&lt;dbl&gt;</th></tr></thead><tbody>\
             <tr><th scope=row>Mazda</th><td>21</td></tr></tbody></table>",
            &["|mpg", "|<dbl>", "== 1 A data.frame: 1 × 2", "Mazda|21"],
        );
    }

    #[test]
    fn a_frame_of_julia() {
        check(
            "<div><div style=\"float: left;\"><span>1×1 DataFrame</span></div></div>\
             <div class=\"data-frame\"><table class=\"data-frame\"><thead>\
             <tr class=\"header\"><th class=\"rowNumber\">Row</th><th>a</th></tr></thead>\
             <tbody><tr><td class=\"rowNumber\">1</td><td>x</td></tr></tbody></table></div>",
            &["Row|a", "== 1 1×1 DataFrame", "1|x"],
        );
    }

    #[test]
    fn a_frame_of_polars() {
        check(
            "<div><style>a</style><small>shape: (1, 1)</small><table border=\"1\">\
             <thead><tr><th>a</th></tr><tr><td>i64</td></tr></thead>\
             <tbody><tr><td>1</td></tr></tbody></table></div>",
            &["a", "i64", "== 0 shape: (1, 1)", "1"],
        );
    }

    #[test]
    fn what_colab_puts_beside_a_table_is_left_out() {
        check(
            "<div id=\"df-1\"><div><table><tr><td>1</table></div><button onclick=\"x\">\
             <svg><path d=\"M0\"/></svg> Convert</button>\
             <script>const x = google.colab.kernel;</script></div>",
            &["== 0 ", "1"],
        );
    }

    #[test]
    fn tables_in_cells_are_text() {
        check(
            "<table><tr><td>a<table><tr><td>1</td><td>2</td></tr></table></td><td>b</td></tr></table>",
            &["== 0 ", "a 1 2|b"],
        );
    }

    #[test]
    fn what_is_more_than_a_table_is_none() {
        for html in [
            "<p>a</p>",
            "<table><tr><td>1</table><table><tr><td>2</table>",
            "<table><tr><td>1</table><script>let data = [1];</script>",
            "<table><tr><td><img src=\"x\"></table>",
            "<table><tr><td><svg></svg></table>",
            "<table></table>",
            &format!("<table><tr><td>1</table>{}", "word ".repeat(100)),
        ] {
            assert_eq!(shown(html), None, "{html}");
        }
    }

    #[test]
    fn spans_do_not_blow_up() {
        let reaching = "<td rowspan=65000>x".repeat(40_000);
        let rows = "<tr><td>x".repeat(40_000);
        assert_eq!(
            shown(&format!("<table><tr><td>x{reaching}{rows}</table>")),
            None
        );
        let long = "x".repeat(1_000_000);
        let wide = format!("<table><tr><td colspan=1000 rowspan=9>{long}</table>");
        assert_eq!(shown(&wide), None);
        let row = "<tr><td colspan=1000 rowspan=65000>x".repeat(2000);
        assert_eq!(shown(&format!("<table>{row}</table>")), None);
        let rows = format!("<tr><td rowspan=65000>x{}", "<tr>".repeat(60_000));
        assert_eq!(
            shown(&format!("<table>{rows}</table>")).unwrap(),
            "== 0 \nx"
        );
    }

    proptest! {
        #[test]
        fn no_html_is_too_much(html in "(<(table|tr|td|th|thead|svg|style|script|/td|/tr|/table|/svg|td rowspan=3|td colspan=2)>|[a-z&;<>]){0,60}") {
            if let Some(table) = parse(&html) {
                let width = table.head.iter().chain(&table.body).map(Vec::len).max();
                for row in table.head.iter().chain(&table.body) {
                    prop_assert_eq!(Some(row.len()), width);
                }
                prop_assert!(table.row_names <= width.unwrap_or(0));
            }
        }
    }
}
