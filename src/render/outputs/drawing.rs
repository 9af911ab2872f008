//! Drawings in SVG: of those, people read the words.

use crate::diff::TextDiff;
use crate::render::values::{counted, sizes};

/// Returns how much of a drawing changed, in a few words.
pub(super) fn drawing_words(text: &TextDiff<'_>) -> String {
    let counts = text.counts();
    let lines = counts.added.max(counts.removed);
    let sizes = sizes(text.old.len(), text.new.len());
    format!("{} of markup changed, {sizes}", counted(lines, "line"))
}

/// Returns the words of both drawings, a line for each; `None` if they are the
/// same, in the same order.
pub(super) fn changed_labels(text: &TextDiff<'_>) -> Option<TextDiff<'static>> {
    let (old, new) = (labels(&text.old), labels(&text.new));
    (old != new).then(|| TextDiff::new(old, new))
}

/// Returns what stands in a drawing as text, or as a comment where letters are
/// drawn as lines.
fn labels(svg: &str) -> String {
    let mut labels = String::new();
    let mut add = |text: &str| {
        let words: Vec<_> = text.split_whitespace().collect();
        if !words.is_empty() {
            labels.push_str(&words.join(" "));
            labels.push('\n');
        }
    };
    let mut rest = svg;
    while let Some((_, behind)) = rest.split_once('<') {
        rest = behind;
        if let Some(comment) = behind.strip_prefix("!--") {
            let (comment, after) = comment.split_once("-->").unwrap_or((comment, ""));
            add(comment);
            rest = after;
        } else if let Some((tag, after)) = behind.split_once('>') {
            let name = tag.split_ascii_whitespace().next().unwrap_or_default();
            if matches!(name, "text" | "tspan" | "title") {
                add(after.split('<').next().unwrap_or_default());
            }
            rest = after;
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_text_and_comments() {
        let svg = "<svg><!-- rain -->\n<g>x</g><text x=\"1\">a\n b<tspan>c</tspan></text><title/>\
                   <title>t</title><!-- open";
        assert_eq!(labels(svg), "rain\na b\nc\nt\nopen\n");
    }
}
