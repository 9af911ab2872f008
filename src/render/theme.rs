//! The colors of what is shown.

use owo_colors::Style;

/// The colors of what is shown. Chosen once, by the binary: renderers never
/// ask whether the terminal has color. The default has none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Theme {
    /// The names of the files that are compared.
    pub file: Style,
    /// The line that says what changed in all.
    pub summary: Style,
    /// The line before a cell.
    pub cell: Style,
    /// The line before a hunk: `@@ -1 +1 @@`.
    pub hunk: Style,
    /// The line before an output; names of metadata and mime types.
    pub header: Style,
    /// What is only on the new side.
    pub added: Style,
    /// What is only on the old side.
    pub removed: Style,
    /// The words of a line that are only on the new side.
    pub added_word: Style,
    /// The words of a line that are only on the old side.
    pub removed_word: Style,
    /// What is said in passing: noise, unchanged cells, what was left out.
    pub quiet: Style,
    /// What stands out in sources; `None` if nothing does.
    pub syntax: Option<SyntaxTheme>,
}

/// The colors of what stands out in a source. Names that are defined are bold
/// and comments faint, in the color of their line.
#[derive(Clone, Copy, Debug, Default)]
pub struct SyntaxTheme {
    /// Words with a meaning of their own.
    pub keyword: Style,
    /// Strings and numbers.
    pub literal: Style,
}

impl Theme {
    /// Returns git's colors, from the sixteen that every terminal has and
    /// that follow its own light or dark palette.
    pub fn colored() -> Self {
        let style = Style::new();
        Self {
            file: style.bold(),
            summary: style,
            cell: style.bold().yellow(),
            hunk: style.cyan(),
            header: style.magenta(),
            added: style.green(),
            removed: style.red(),
            added_word: style.green().reversed(),
            removed_word: style.red().reversed(),
            quiet: style.dimmed(),
            syntax: Some(SyntaxTheme {
                keyword: style.magenta(),
                literal: style.cyan(),
            }),
        }
    }
}
