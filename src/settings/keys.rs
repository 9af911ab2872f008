//! The table of keys. A new one is one row, and the flag of the same name.

use super::check::Words;
use Kind::{Choice, Flag, List, Number, Size, Word};
use Section::{Check, Convert, Diff, Install, Merge, Strip};

/// A table of a settings file, for one or several commands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Section {
    /// What strip, check and the filter take out.
    Strip,
    /// How differences look.
    Diff,
    /// What a merge decides.
    Merge,
    /// What check reports.
    Check,
    /// What convert writes, and what sync keeps together.
    Convert,
    /// What install installs.
    Install,
}

/// All sections, in the order in which people read of them.
pub const SECTIONS: [Section; 6] = [Strip, Diff, Merge, Check, Convert, Install];

impl Section {
    /// Returns the name of the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strip => "strip",
            Self::Diff => "diff",
            Self::Merge => "merge",
            Self::Check => "check",
            Self::Convert => "convert",
            Self::Install => "install",
        }
    }

    /// Returns what the keys of the table are for, as one sentence.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Strip => "What `nbweave strip`, `nbweave check` and the filter take out.",
            Self::Diff => "How `nbweave diff`, `nbweave show` and `git diff` look.",
            Self::Merge => "What `nbweave merge` and `git merge` decide on their own.",
            Self::Check => "What `nbweave check` reports.",
            Self::Convert => {
                "What `nbweave convert` writes, and what `nbweave sync` keeps together."
            }
            Self::Install => "What `nbweave install` installs.",
        }
    }

    /// Returns whether its keys can be other ones for some paths. How things
    /// look, what is written and what is installed holds for a whole command.
    pub fn knows_paths(self) -> bool {
        !matches!(self, Self::Diff | Self::Convert | Self::Install)
    }

    /// Returns the section with a name.
    pub fn named(name: &str) -> Option<Self> {
        SECTIONS.into_iter().find(|section| section.name() == name)
    }
}

/// What values a key takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A number, from zero.
    Number,
    /// A number, or text with a suffix: `500`, `"10k"`, `"2M"`.
    Size,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A word.
    Word,
    /// A list of words.
    List(Words),
}

/// One key.
#[derive(Debug, PartialEq)]
pub struct Key {
    /// The table it is in.
    pub section: Section,
    /// Its name: that of the flag, without the dashes.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What holds without it, as it is written in a file; empty if something
    /// else decides, which the doc then says.
    pub default: &'static str,
    /// What it does, in the words of the flag's help.
    pub doc: &'static str,
    /// Other flags with which it does not count, be they given or stood for by
    /// keys further up.
    pub unless: &'static [&'static str],
}

impl Key {
    /// Returns the variable of the environment that sets it.
    pub fn variable(&self) -> String {
        let name = format!("NBWEAVE_{}_{}", self.section.name(), self.name);
        name.replace('-', "_").to_ascii_uppercase()
    }
}

/// Returns a row of the table that no other flag stands in the way of.
const fn key(
    section: Section,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Key {
    Key {
        section,
        name,
        kind,
        default,
        doc,
        unless: &[],
    }
}

impl Key {
    const fn unless(mut self, flags: &'static [&'static str]) -> Self {
        self.unless = flags;
        self
    }
}

/// All keys, by section.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key(Strip, "keep-output", Flag, "false", "Keep outputs."),
    key(Strip, "keep-output-type", List(Words::OutputTypes), "[]", "Keep outputs of these types, such as `error` or `stream:stderr`."),
    key(Strip, "drop-output-type", List(Words::OutputTypes), "[]", "Remove outputs of these types, even where outputs are kept."),
    key(Strip, "drop-mime-type", List(Words::MimeTypes), "[]", "Remove these mime types, such as `image/png` or `image/*`, from outputs that are kept."),
    key(Strip, "max-size", Size, "0", "Keep outputs up to a size in characters: `500`, `\"10k\"`, `\"2M\"`."),
    key(Strip, "strip-init-cells", Flag, "false", "Remove outputs of cells with `init_cell` in their metadata, too."),
    key(Strip, "counts", Choice(&["strip", "keep", "renumber"]), "\"strip\"", "What becomes of execution counts.").unless(&["keep-count"]),
    key(Strip, "ids", Choice(&["keep", "drop", "renumber"]), "\"keep\"", "What becomes of cell ids.").unless(&["keep-id"]),
    key(Strip, "keep-metadata", Flag, "false", "Keep all metadata: only outputs and execution counts go."),
    key(Strip, "extra-keys", List(Words::MetadataKeys), "[]", "Remove these keys, too: `metadata.KEY`, `cell.metadata.KEY` or `cell.FIELD`."),
    key(Strip, "keep-metadata-keys", List(Words::MetadataKeys), "[]", "Keep these keys, which would go."),
    key(Strip, "drop-empty-cells", Flag, "false", "Remove cells without source."),
    key(Strip, "drop-tagged-cells", List(Words::Any), "[]", "Remove cells with one of these tags."),
    key(Strip, "format", Choice(&["keep", "jupyter"]), "\"keep\"", "Lay the notebook out as it is, or as Jupyter writes it; for `nbweave strip` alone."),
    key(Diff, "unified", Number, "3", "Show so many unchanged lines around changes."),
    key(Diff, "word-diff", Choice(&["none", "plain", "color"]), "\"none\"", "Show changed words in their lines.").unless(&["side-by-side"]),
    key(Diff, "side-by-side", Flag, "false", "Show old and new in two columns, where there are 60 columns or more.").unless(&["word-diff"]),
    key(Diff, "syntax", Choice(&["auto", "never"]), "\"auto\"", "Whether to show keywords, strings, numbers and comments of sources in color, where there is color."),
    key(Diff, "hyperlinks", Choice(&["auto", "always", "never"]), "\"auto\"", "When names of files are links to them."),
    key(Diff, "outputs", Flag, "false", "Show what changed in outputs and metadata even if no source did."),
    key(Diff, "all", Flag, "false", "Show all changes, also of what tools write on their own."),
    key(Merge, "outputs", Choice(&["ours", "theirs", "clear", "conflict"]), "\"ours\"", "Whose outputs stay if both sides ran a cell."),
    key(Merge, "conflict", Choice(&["merge", "diff3", "zdiff3"]), "", "How conflicts in sources are written; without it, as `merge.conflictStyle` of git says."),
    key(Merge, "favor", Choice(&["ours", "theirs", "union"]), "", "What is taken where lines conflict; without it, conflicts are left."),
    key(Merge, "inserts", Choice(&["both", "conflict"]), "\"both\"", "What becomes of different new cells at one place."),
    key(Merge, "adjacent", Choice(&["conflict", "merge"]), "\"conflict\"", "What becomes of changed lines that touch."),
    key(Check, "select", List(Words::Rules), "[]", "Look for these rules only: codes, the start of codes, names, or `ALL`; without any, for the usual ones.").unless(&["conflicts"]),
    key(Check, "extend-select", List(Words::Rules), "[]", "Look for these rules, too.").unless(&["conflicts"]),
    key(Check, "ignore", List(Words::Rules), "[]", "Do not look for these rules, whatever else is said.").unless(&["conflicts"]),
    key(Check, "max-output-size", Size, "", "Report outputs of a cell that are larger; without it, than 1M."),
    key(Check, "output-format", Choice(&["text", "concise", "json", "github", "gitlab", "sarif", "junit"]), "\"text\"", "How findings are written.").unless(&["diff"]),
    key(Convert, "to", Word, "", "What to write, such as `auto:percent`; without it, the name behind `--output` tells, which also wins.").unless(&["update"]),
    key(Convert, "ids", Flag, "false", "Put the ids of cells into the text."),
    key(Convert, "attachments", Flag, "false", "Put attachments into the text."),
    key(Convert, "formats", Word, "", "What `nbweave sync` keeps notebooks as, such as `ipynb,py:percent`, where nothing of jupytext says so."),
    key(Install, "filter", Flag, "false", "Strip notebooks, too, whenever git stores them.").unless(&["only"]),
    key(Install, "textconv", Flag, "true", "Write notebooks as text for `git log -p`, `git show` and others.").unless(&["only"]),
    key(Install, "attributes", Choice(&["info", ".gitattributes"]), "", "Where the attributes go; without it into `info`, unless `.gitattributes` has them.").unless(&["global", "system"]),
    key(Install, "absolute-path", Flag, "false", "Name the program by its whole path."),
    key(Install, "hooks", Flag, "false", "Strip what is staged before each commit, by a hook.").unless(&["global", "system"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_there_twice_and_sections_stay_together() {
        let mut seen = Vec::new();
        for key in KEYS {
            let name = (key.section, key.name);
            assert!(!seen.contains(&name), "{name:?}");
            seen.push(name);
        }
        assert!(seen.is_sorted_by_key(|(section, _)| *section));
    }

    #[test]
    fn every_section_can_be_found_by_its_name() {
        for section in SECTIONS {
            assert_eq!(Section::named(section.name()), Some(section));
        }
        assert_eq!(Section::named("overrides"), None);
    }

    #[test]
    fn docs_are_sentences() {
        for key in KEYS {
            assert!(key.doc.ends_with('.'), "{}", key.name);
            assert!(!key.doc.contains('|'), "{} in a table", key.name);
        }
    }
}
