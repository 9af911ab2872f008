//! Tables of HTML, as data frames print them.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// How many cells a table may have, spans counted as what they cover.
pub const CELLS: usize = 100_000;

/// How many bytes of HTML are looked at.
pub const BYTES: usize = 4 * 1024 * 1024;

/// How many bytes there may be around a table that is all there is to see.
const NOTES: usize = 300;

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
    tokenizer.sink.0.into_inner().finish()
}

/// What the tokenizer hands its tokens to.
#[derive(Debug, Default)]
struct Reader(RefCell<State>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => state.tag(&tag),
            Token::CharacterTokens(text) => {
                state.text(&text);
                TokenSinkResult::Continue
            }
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => TokenSinkResult::Continue,
        }
    }
}

/// What was read so far.
#[derive(Debug, Default)]
struct State {
    rows: Vec<Row>,
    /// How many tables are open.
    depth: usize,
    n_tables: usize,
    n_cells: usize,
    place: Place,
    is_in_head: bool,
    /// The element whose content is not shown as text, and how many of that
    /// name are open.
    skipped: Option<(Skipped, usize)>,
    notes: String,
    is_styled: bool,
    /// Whether this is no mere table.
    is_more: bool,
}

/// Where text goes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Place {
    /// To the notes.
    #[default]
    Around,
    /// Into the last cell.
    Cell,
    /// Nowhere: it stands in a table, and in no cell.
    Between,
}

/// Elements whose content is no text of the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Skipped {
    Style,
    Script,
    Svg,
    Button,
}

#[derive(Debug, Default)]
struct Row {
    cells: Vec<Cell>,
    is_head: bool,
}

#[derive(Debug, Default)]
struct Cell {
    text: String,
    is_name: bool,
    columns: usize,
    rows: usize,
}

impl State {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if let Some((skipped, count)) = self.skipped {
            if skipped_by(name) == Some(skipped) {
                let count = match tag.kind {
                    TagKind::StartTag => count + usize::from(!tag.self_closing),
                    TagKind::EndTag => count - 1,
                };
                self.skipped = (count > 0).then_some((skipped, count));
            }
            return TokenSinkResult::Continue;
        }
        match tag.kind {
            TagKind::StartTag => self.start(name, tag),
            TagKind::EndTag => {
                self.end(name);
                TokenSinkResult::Continue
            }
        }
    }

    fn start(&mut self, name: &str, tag: &Tag) -> TokenSinkResult<()> {
        if let Some(skipped) = skipped_by(name) {
            // Drawings in a cell are something to see.
            self.is_more |= self.place == Place::Cell && skipped != Skipped::Style;
            if !tag.self_closing || matches!(skipped, Skipped::Style | Skipped::Script) {
                self.skipped = Some((skipped, 1));
            }
            return match skipped {
                Skipped::Style => TokenSinkResult::RawData(RawKind::Rawtext),
                Skipped::Script => TokenSinkResult::RawData(RawKind::ScriptData),
                Skipped::Svg | Skipped::Button => TokenSinkResult::Continue,
            };
        }
        match name {
            "table" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.n_tables += 1;
                    self.place = Place::Between;
                    self.is_in_head = false;
                }
            }
            _ if self.depth > 1 => self.separate(),
            "thead" if self.depth == 1 => self.section(true),
            "tbody" | "tfoot" if self.depth == 1 => self.section(false),
            "tr" if self.depth == 1 => {
                self.place = Place::Between;
                self.rows.push(Row {
                    cells: Vec::new(),
                    is_head: self.is_in_head,
                });
            }
            "td" | "th" if self.depth == 1 => self.cell(name, tag),
            "caption" => self.place = Place::Around,
            // What would be lost as text.
            "img" | "a" | "canvas" | "iframe" | "video" | "audio" | "object" | "embed"
            | "input" | "select" | "textarea" | "math" => self.is_more = true,
            "br" | "p" | "div" | "li" => self.separate(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, name: &str) {
        match name {
            "table" if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.place = Place::Around;
                }
            }
            _ if self.depth > 1 => self.separate(),
            "thead" if self.depth == 1 => self.section(false),
            "td" | "th" | "tr" | "tbody" | "tfoot" | "caption" if self.depth == 1 => {
                self.place = Place::Between;
            }
            "p" | "div" | "li" => self.separate(),
            _ => {}
        }
    }

    fn section(&mut self, is_head: bool) {
        self.place = Place::Between;
        self.is_in_head = is_head;
    }

    fn cell(&mut self, name: &str, tag: &Tag) {
        let attribute = |wanted: &str| {
            let mut attributes = tag.attrs.iter();
            let found = attributes.find(|attribute| &*attribute.name.local == wanted);
            found.map(|attribute| &*attribute.value)
        };
        let span = |wanted, most| {
            let number = attribute(wanted).and_then(|text| text.trim().parse::<usize>().ok());
            number.unwrap_or(1).clamp(1, most)
        };
        let is_looked_at = ["style", "id", "bgcolor", "background"];
        self.is_styled |= is_looked_at.iter().any(|name| attribute(name).is_some());
        let cell = Cell {
            text: String::new(),
            // Julia numbers rows in cells of this class.
            is_name: name == "th" || attribute("class") == Some("rowNumber"),
            columns: span("colspan", 1000),
            rows: span("rowspan", 65_534),
        };
        self.n_cells += cell.columns;
        if self.n_cells > CELLS || self.n_tables > 1 {
            self.is_more = true;
            return;
        }
        if self.rows.is_empty() {
            self.rows.push(Row::default());
        }
        if let Some(row) = self.rows.last_mut() {
            row.cells.push(cell);
            self.place = Place::Cell;
        }
    }

    fn text(&mut self, text: &str) {
        match self.skipped {
            // What a script does is not known, but for the buttons that Colab
            // puts beside a table.
            Some((Skipped::Script, _)) => {
                let is_blank = text.trim_ascii().is_empty();
                self.is_more |= !is_blank && !text.contains("colab");
            }
            Some(_) => {}
            None => {
                if let Some(to) = self.text_of_place() {
                    to.push_str(text);
                }
            }
        }
    }

    /// Separates what stands before a tag from what stands behind it.
    fn separate(&mut self) {
        if let Some(to) = self.text_of_place() {
            to.push(' ');
        }
    }

    fn text_of_place(&mut self) -> Option<&mut String> {
        match self.place {
            Place::Around => Some(&mut self.notes),
            Place::Cell => {
                let cell = self.rows.last_mut()?.cells.last_mut()?;
                Some(&mut cell.text)
            }
            Place::Between => None,
        }
    }

    fn finish(self) -> Option<Table> {
        let notes = collapsed(&self.notes);
        if self.is_more || self.n_tables != 1 || notes.len() > NOTES {
            return None;
        }
        let mut rows = self.rows;
        rows.retain(|row| !row.cells.is_empty());
        // Without a head, rows of nothing but names are one.
        if !rows.iter().any(|row| row.is_head) {
            let is_head = |row: &&mut Row| row.cells.iter().all(|cell| cell.is_name);
            rows.iter_mut()
                .take_while(is_head)
                .for_each(|row| row.is_head = true);
        }
        let n_head = rows.iter().take_while(|row| row.is_head).count();
        let (body, row_names) = grid(rows.split_off(n_head))?;
        let (head, _) = grid(rows)?;
        let width = |rows: &[Vec<String>]| rows.iter().map(Vec::len).max().unwrap_or(0);
        let n_columns = width(&head).max(width(&body));
        if n_columns == 0 || n_columns.saturating_mul(head.len() + body.len()) > CELLS {
            return None;
        }
        let mut table = Table {
            head,
            body,
            row_names,
            notes,
            is_styled: self.is_styled,
        };
        for row in table.head.iter_mut().chain(&mut table.body) {
            row.resize(n_columns, String::new());
        }
        Some(table)
    }
}

fn skipped_by(name: &str) -> Option<Skipped> {
    match name {
        "style" => Some(Skipped::Style),
        "script" => Some(Skipped::Script),
        "svg" => Some(Skipped::Svg),
        "button" => Some(Skipped::Button),
        _ => None,
    }
}

/// Returns rows with a text for each column that a cell spans, and how many
/// columns at the left are names in all of them; `None` if that is too much.
fn grid(rows: Vec<Row>) -> Option<(Vec<Vec<String>>, usize)> {
    /// A cell that reaches into the rows below.
    #[derive(Clone, Default)]
    struct Reaching {
        text: String,
        is_name: bool,
        rows: usize,
    }
    let mut grid = Vec::with_capacity(rows.len());
    let mut reaching: Vec<Reaching> = Vec::new();
    let mut n_texts = 0;
    let mut row_names = usize::MAX;
    for row in rows {
        let mut texts: Vec<String> = Vec::new();
        let mut n_names = 0;
        let mut add = |texts: &mut Vec<String>, text: String, is_name: bool| {
            n_names += usize::from(is_name && n_names == texts.len());
            texts.push(text);
        };
        let take = |reaching: &mut Vec<Reaching>, at: usize| {
            let above = reaching.get_mut(at).filter(|above| above.rows > 0)?;
            above.rows -= 1;
            Some((above.text.clone(), above.is_name))
        };
        for cell in row.cells {
            while let Some((text, is_name)) = take(&mut reaching, texts.len()) {
                add(&mut texts, text, is_name);
            }
            let text = collapsed(&cell.text);
            for _ in 0..cell.columns {
                let at = texts.len();
                if reaching.len() <= at {
                    reaching.resize(at + 1, Reaching::default());
                }
                reaching[at] = Reaching {
                    text: text.clone(),
                    is_name: cell.is_name,
                    rows: cell.rows - 1,
                };
                add(&mut texts, text.clone(), cell.is_name);
            }
            n_texts += texts.len();
            if n_texts > CELLS * 2 {
                return None;
            }
        }
        while let Some((text, is_name)) = take(&mut reaching, texts.len()) {
            add(&mut texts, text, is_name);
        }
        row_names = row_names.min(n_names);
        grid.push(texts);
    }
    let row_names = if grid.is_empty() { 0 } else { row_names };
    Some((grid, row_names))
}

/// Returns text with one blank in the place of several, and none around it.
fn collapsed(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
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
