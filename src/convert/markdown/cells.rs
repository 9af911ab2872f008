//! Writes single cells as Markdown.

use serde_json::Value;

use super::read::{self as reading, CELL_TYPE, ESCAPED, REGIONS};
use crate::convert::options::{self, Spelling};
use crate::convert::settings::TextSettings;
use crate::convert::{Metadata, TextCell, fences, filter, header, languages, magics, percent};
use crate::notebook::CellKind;

/// What a cell gets so that it is read back right.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Protection {
    /// Whether Markdown stands in a region.
    pub(super) in_region: bool,
    /// Whether the number of blank lines that its metadata asks for is left
    /// aside.
    pub(super) default_blank: bool,
}

/// A cell as text.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) lines: Vec<String>,
    /// Whether it begins with a marker: a fence or the comment of a region.
    pub(super) is_marked: bool,
    /// Whether jupytext has it for code when it counts blank lines.
    is_code: bool,
    /// How many blank lines its metadata asks for.
    pub(super) lines_to_next_cell: Option<usize>,
}

/// What writing a cell depends on.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    /// The notebook's language.
    pub(super) main_language: &'a str,
    /// The notebook's settings.
    pub(super) settings: &'a TextSettings,
}

impl Writer<'_> {
    /// Writes a cell.
    pub(super) fn piece(&self, cell: &TextCell, protection: Protection) -> Piece {
        let mut metadata = filter::cell_metadata(
            &cell.metadata,
            self.settings.cell_metadata_filter.as_deref(),
        );
        metadata = options::with_extras(cell, metadata);
        let is_active_raw =
            cell.kind == CellKind::Raw && metadata.get("active").is_some_and(|active| active != "");
        let is_code = cell.kind == CellKind::Code
            || is_active_raw
            || percent::active_tag(&metadata).is_some();
        let lines_to_next_cell =
            header::lines_to_next_cell(&cell.metadata).filter(|_| !protection.default_blank);
        let (lines, is_marked) = match cell.kind {
            CellKind::Code => (self.code(cell, metadata), true),
            CellKind::Raw | CellKind::Unknown => (self.raw(cell, metadata), true),
            CellKind::Markdown => self.markdown(cell, metadata, protection.in_region),
        };
        Piece {
            lines,
            is_marked,
            is_code,
            lines_to_next_cell,
        }
    }

    /// Returns whether two blank lines stand between two cells, because one
    /// does not part them.
    pub(super) fn needs_two_blank(&self, piece: &Piece, next: &Piece) -> bool {
        let starts_with = |piece: &Piece, start: &str| {
            piece
                .lines
                .first()
                .is_some_and(|line| line.starts_with(start))
        };
        let is_marked = |piece: &Piece| piece.is_code || starts_with(piece, "<!-- #");
        let is_heading = self.settings.split_at_heading && starts_with(next, "#");
        !is_marked(piece) && !is_marked(next) && !is_heading
    }

    /// Writes a cell of code, or a raw cell that is code elsewhere.
    fn code(&self, cell: &TextCell, mut metadata: Metadata) -> Vec<String> {
        let (language, body) = self.language(cell, &mut metadata);
        if cell.kind == CellKind::Code && !percent::is_active("ipynb", &metadata, true) {
            metadata.insert(CELL_TYPE.to_owned(), "code".into());
        }
        self.fenced(&language, body, &metadata, cell.kind)
    }

    fn fenced(
        &self,
        language: &str,
        body: Option<&str>,
        metadata: &Metadata,
        kind: CellKind,
    ) -> Vec<String> {
        let fence = fences::around(lines_of(body));
        let mut content: Vec<_> = lines_of(body).map(str::to_owned).collect();
        if kind == CellKind::Code && self.settings.comment_magics == Some(true) {
            magics::comment_magics(&mut content, language, magics::Magics::All);
        }
        let options = options::write(Some(language), metadata, self.spelling());
        let mut lines = vec![format!("{fence}{options}")];
        lines.append(&mut content);
        lines.push(fence);
        lines
    }

    /// Returns the language that a cell's fence gets and what stands below
    /// it; a magic that the fence takes the place of leaves its arguments in
    /// the metadata.
    fn language<'c>(
        &self,
        cell: &'c TextCell,
        metadata: &mut Metadata,
    ) -> (String, Option<&'c str>) {
        if let Some((language, body)) = self.split_magic(&cell.source, metadata) {
            return (language, body);
        }
        let body = Some(&*cell.source);
        if let Some(language) = metadata.get("language").and_then(Value::as_str)
            && languages::is_fence_language(language)
            && languages::is_same(language, self.main_language)
        {
            let language = language.to_owned();
            metadata.shift_remove("language");
            return (language, body);
        }
        (self.main_language.to_owned(), body)
    }

    /// Splits the magic of a language off a source, if it comes back as it
    /// was, but for a line end behind a magic alone.
    fn split_magic<'c>(
        &self,
        source: &'c str,
        metadata: &mut Metadata,
    ) -> Option<(String, Option<&'c str>)> {
        let custom = &self.settings.custom_magics;
        let magic = languages::split_magic(source, self.main_language, custom)?;
        let mut own = Metadata::new();
        if !magic.arguments.is_empty() {
            own.insert("magic_args".to_owned(), magic.arguments.into());
        }
        own.insert("language".to_owned(), magic.language.into());
        let body = magic.body.unwrap_or_default().to_owned();
        let mut back = percent::cell(CellKind::Code, body, own.clone());
        languages::restore_magic(&mut back, self.main_language, custom);
        let is_back = back.source == source
            || (magic.body.is_none() && back.source.strip_suffix('\n') == Some(source));
        if !is_back {
            return None;
        }
        own.shift_remove("language");
        metadata.shift_remove("language");
        metadata.extend(own);
        Some((magic.language.to_owned(), magic.body))
    }

    /// Writes a raw cell.
    fn raw(&self, cell: &TextCell, mut metadata: Metadata) -> Vec<String> {
        let is_code_here = percent::is_active("md", &metadata, false)
            && !percent::is_active("ipynb", &metadata, true);
        if is_code_here {
            return self.code(cell, metadata);
        }
        if metadata.get("active").is_some_and(|active| active == "") {
            metadata.shift_remove("active");
        }
        if cell
            .source
            .split('\n')
            .any(|line| reading::is_region_end(line, "raw"))
        {
            // Code that is active nowhere is a raw cell, too.
            metadata.shift_remove("tags");
            metadata.insert("active".to_owned(), "".into());
            return self.fenced(self.main_language, Some(&cell.source), &metadata, cell.kind);
        }
        self.region("raw", &metadata, cell.source.split('\n').map(str::to_owned))
    }

    /// Writes a Markdown cell, and says whether it begins with a marker.
    fn markdown(
        &self,
        cell: &TextCell,
        mut metadata: Metadata,
        in_region: bool,
    ) -> (Vec<String>, bool) {
        let mut body = Some(&*cell.source);
        if let Some((language, rest)) = self.split_magic(&cell.source, &mut metadata) {
            metadata.insert("language".to_owned(), language.into());
            body = rest;
        } else if metadata.contains_key("language") {
            let mut back = percent::cell(cell.kind, String::new(), metadata.clone());
            let custom = &self.settings.custom_magics;
            languages::restore_magic(&mut back, self.main_language, custom);
            if !back.source.is_empty() {
                // It would be read as a magic.
                metadata.shift_remove("language");
            }
        }
        let lines: Vec<_> = lines_of(body).collect();
        let is_plain = !in_region && metadata.is_empty();
        if is_plain && reading::is_one_cell(&lines, self.main_language, self.settings) {
            return (lines.into_iter().map(str::to_owned).collect(), false);
        }
        let asked = metadata.get("region_name").and_then(Value::as_str);
        let asked = REGIONS.iter().find(|name| Some(**name) == asked);
        if asked.is_some() {
            metadata.shift_remove("region_name");
        }
        let names = asked.into_iter().chain(&REGIONS);
        let ends = |name: &str| lines.iter().any(|line| reading::is_region_end(line, name));
        let name = names.copied().find(|name| !ends(name));
        let lines = if let Some(name) = name {
            self.region(name, &metadata, lines.into_iter().map(str::to_owned))
        } else {
            metadata.insert(ESCAPED.to_owned(), true.into());
            self.region("region", &metadata, lines.into_iter().map(reading::escape))
        };
        (lines, true)
    }

    /// Puts lines between the comments of a region.
    fn region(
        &self,
        name: &str,
        metadata: &Metadata,
        content: impl Iterator<Item = String>,
    ) -> Vec<String> {
        let start = if metadata.is_empty() {
            format!("<!-- #{name} -->")
        } else {
            format!("<!-- #{name} {} -->", self.region_options(metadata))
        };
        let mut lines = vec![start];
        lines.extend(content);
        lines.push(format!("<!-- #end{name} -->"));
        lines
    }

    /// Returns the options of a region, with the title first if it is read
    /// back from there.
    fn region_options(&self, metadata: &Metadata) -> String {
        let titled = options::write(None, metadata, self.spelling());
        let Some(title) = metadata.get("title") else {
            return titled;
        };
        let (read, rest) = options::read_titled(&titled);
        let is_back = read.is_empty() || (*title == *read && !rest.contains_key("title"));
        if is_back && !titled.contains('\n') {
            titled
        } else {
            options::write(Some(""), metadata, self.spelling())
        }
    }

    fn spelling(&self) -> Spelling {
        if self.settings.cell_metadata_json {
            Spelling::Json
        } else {
            Spelling::KeyValue
        }
    }
}

/// Returns the lines of a source; none if there is nothing below a magic.
fn lines_of(body: Option<&str>) -> impl Iterator<Item = &str> {
    body.into_iter().flat_map(|body| body.split('\n'))
}
