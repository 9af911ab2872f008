//! Files that are not compared as notebooks, as a unified diff of their lines.

use std::io::{self, Write};

use super::escape::visible;
use super::hunks::{Origin, Pen, write_hunks};
use super::unified::{write_names, write_sides};
use super::{FileNames, RenderOptions, Theme};
use crate::diff::TextDiff;

/// Writes what changed in a file that is compared as text, for the reason
/// `why`. If the content is equal, what is left is what `names` say.
///
/// What is not UTF-8 is shown by replacement characters.
pub fn text_diff(
    old: &[u8],
    new: &[u8],
    why: &str,
    names: &FileNames<'_>,
    options: &RenderOptions,
    theme: &Theme,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pen = Pen {
        out,
        options,
        theme,
    };
    write_names(&mut pen, names)?;
    if old == new {
        return Ok(());
    }
    write_sides(&mut pen, names)?;
    let reason = format!("compared as text: {}", visible(why));
    pen.line(&reason, theme.summary)?;
    let text = TextDiff::new(String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    write_hunks(&mut pen, &text, &Origin::source(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let mut out = Vec::new();
        let options = RenderOptions {
            context: 1,
            ..RenderOptions::default()
        };
        text_diff(
            old.as_bytes(),
            new.as_bytes(),
            "why",
            &FileNames::of("x"),
            &options,
            &Theme::default(),
            &mut out,
        )
        .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn equal_texts_have_names_only() {
        check("a\n", "a\n", "diff --nbweave a/x b/x\n");
    }

    #[test]
    fn changed_lines_stand_between_unchanged_ones() {
        check(
            "a\nb\nc\nd\n",
            "a\nb\nX\u{1b}\nd\n",
            "diff --nbweave a/x b/x\n--- a/x\n+++ b/x\ncompared as text: why\n\
             @@ -2,3 +2,3 @@\n b\n-c\n+X␛\n d\n",
        );
    }
}
