//! Tables as they are written in HTML, from a stream of tokens.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};

use super::grid::{collapsed, grid};
use super::{CELLS, Table};

/// How many bytes there may be around a table that is all there is to see.
const NOTES: usize = 300;

/// What the tokenizer hands its tokens to.
#[derive(Debug, Default)]
pub(super) struct Reader(RefCell<State>);

impl Reader {
    /// Returns the table that was read, if it is all there is to see.
    pub(super) fn finish(self) -> Option<Table> {
        self.0.into_inner().finish()
    }
}

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
    /// What the style sheets say.
    sheets: String,
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

/// A row as it was written.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    is_head: bool,
}

/// A cell as it was written.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Whether it is a `th`.
    pub(super) is_name: bool,
    /// How many columns it spans.
    pub(super) columns: usize,
    /// How many rows it spans.
    pub(super) rows: usize,
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
        self.is_styled |= has_look(name, tag);
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
        self.is_styled |= attribute("style").is_some() || attribute("id").is_some();
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
            Some((Skipped::Style, _)) => self.sheets.push_str(text),
            Some((Skipped::Svg | Skipped::Button, _)) => {}
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
            is_styled: self.is_styled || color_cells(&self.sheets),
        };
        for row in table.head.iter_mut().chain(&mut table.body) {
            row.resize(n_columns, String::new());
        }
        Some(table)
    }
}

/// Returns whether an element looks unlike the text around it: it is colored,
/// marked or a bar.
fn has_look(name: &str, tag: &Tag) -> bool {
    const LOOKS: &[&str] = &[
        "b", "strong", "mark", "s", "del", "ins", "u", "progress", "meter",
    ];
    let says_so = |name: &str, value: &str| match name {
        "bgcolor" | "background" | "color" => true,
        "style" => names_color(value),
        _ => false,
    };
    let mut attributes = tag.attrs.iter();
    LOOKS.contains(&name) || attributes.any(|it| says_so(&it.name.local, &it.value))
}

/// Returns whether style sheets give colors to cells of tables. Those that
/// tools bring along only align them.
fn color_cells(sheets: &str) -> bool {
    let is_separator = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | '_');
    let is_cell = |word: &str| matches!(word, "table" | "tr" | "td" | "th");
    let rules = sheets.split('}').filter_map(|rule| rule.rsplit_once('{'));
    let mut colored = rules.filter(|(_, style)| names_color(style));
    colored.any(|(selector, _)| selector.split(is_separator).any(is_cell))
}

fn names_color(style: &str) -> bool {
    style.contains("color") || style.contains("background")
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
