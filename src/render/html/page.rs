//! The page around what is said of each file.

use std::io::{self, Write};

use super::super::values::counted;
use super::HtmlSection;
use super::markup::Markup;
use crate::diff::Summary;

const STYLE: &str = include_str!("assets/page.css");

const SCRIPT: &str = include_str!("assets/page.js");

/// What the page may do: run this one script, take these two style sheets,
/// show pictures that it holds. Readers before 2023 know no rule for elements
/// and attributes apart and take the first one on styles.
const POLICY: &str = concat!(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; ",
    "style-src-elem 'sha256-kUemD3lTGsdh1nzMjRuTot4lrUWqGed5xzN92bPr9hs=' ",
    "'sha256-A1FuIo2nw4PGzNSnCm9691MQEdcifI+l0wHHSHYY2PQ='; style-src-attr 'unsafe-inline'; ",
    "script-src 'sha256-NhKa56kleK/RUdd7Y6HybhpX8F3AiM+jSu2KambB5zM='; ",
    "base-uri 'none'; form-action 'none'"
);

/// Writes a page of all that was found.
pub fn html_page(sections: &[HtmlSection], out: &mut dyn Write) -> io::Result<()> {
    let mut head = Markup::default();
    write_head(&mut head, sections);
    out.write_all(&head.into_bytes())?;
    for section in sections {
        out.write_all(&section.body)?;
    }
    let mut end = Markup::default();
    end.raw("</main>");
    write_help(&mut end);
    end.raw("<script>");
    end.raw(SCRIPT);
    end.raw("</script></body></html>\n");
    out.write_all(&end.into_bytes())
}

fn write_head(out: &mut Markup, sections: &[HtmlSection]) {
    let title = match sections.len() {
        0 => "Nothing changed".to_owned(),
        count => format!("{} changed", counted(count, "notebook")),
    };
    out.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.open(
        "meta",
        &[
            ("http-equiv", "Content-Security-Policy"),
            ("content", POLICY),
        ],
    );
    out.raw("<meta name=\"referrer\" content=\"no-referrer\">");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    out.raw("<meta name=\"color-scheme\" content=\"light dark\">");
    out.element("title", &[], &title);
    out.raw("<style>");
    out.raw(STYLE);
    out.raw("</style></head><body>");
    out.raw("<a class=\"skip\" href=\"#changes\">Skip to the changes</a>");
    out.raw("<header class=\"top\"><div class=\"what\">");
    out.element("h1", &[], &title);
    write_totals(out, sections);
    out.raw("</div>");
    write_tools(out);
    out.raw("</header>");
    if sections.len() > 1 {
        write_contents(out, sections);
    }
    out.raw("<main id=\"changes\" tabindex=\"-1\">");
    if sections.is_empty() {
        out.raw("<p class=\"nothing\">The notebooks are the same.</p>");
    }
}

/// The counts of a summary that a reader wants first.
fn counts(summary: &Summary) -> [(&'static str, &'static str, usize); 7] {
    [
        ("modified", "modified", summary.modified),
        ("added", "added", summary.added),
        ("removed", "removed", summary.removed),
        ("moved", "moved", summary.moved),
        ("", "split", summary.split),
        ("", "joined", summary.joined),
        ("", "with changed outputs", summary.outputs),
    ]
}

fn write_totals(out: &mut Markup, sections: &[HtmlSection]) {
    let total = sections
        .iter()
        .fold(Summary::default(), |mut total, section| {
            let summary = &section.summary;
            total.modified += summary.modified;
            total.added += summary.added;
            total.removed += summary.removed;
            total.moved += summary.moved;
            total.split += summary.split;
            total.joined += summary.joined;
            total.outputs += summary.outputs;
            total
        });
    out.raw("<p class=\"totals\">Cells: ");
    write_counts(out, &total);
    out.raw("</p>");
}

fn write_counts(out: &mut Markup, summary: &Summary) {
    let counts = counts(summary);
    let counts = counts.iter().filter(|(_, _, count)| *count > 0);
    let mut is_empty = true;
    for (class, what, count) in counts {
        let class = format!("tag {class}");
        out.raw(" ");
        out.element(
            "span",
            &[("class", class.trim_end())],
            &format!("{count} {what}"),
        );
        is_empty = false;
    }
    if is_empty {
        out.raw(" none");
    }
}

/// Writes what a reader may choose. All of it works without a script.
fn write_tools(out: &mut Markup) {
    out.raw(
        "<div class=\"tools\">\
         <fieldset class=\"layout\"><legend>Layout</legend>\
         <label><input type=\"radio\" name=\"layout\" id=\"unified\" checked>Unified</label>\
         <label><input type=\"radio\" name=\"layout\" id=\"split\">Side by side</label></fieldset>\
         <fieldset><legend>Show</legend>\
         <label><input type=\"checkbox\" id=\"outputs\" checked>Outputs</label></fieldset>\
         <fieldset><legend>Theme</legend>\
         <label><input type=\"radio\" name=\"theme\" id=\"auto\" checked>Auto</label>\
         <label><input type=\"radio\" name=\"theme\" id=\"light\">Light</label>\
         <label><input type=\"radio\" name=\"theme\" id=\"dark\">Dark</label></fieldset>\
         <button type=\"button\" class=\"keys-button\" id=\"keys\" aria-haspopup=\"dialog\">Keys \
         <kbd>?</kbd></button></div>",
    );
}

fn write_contents(out: &mut Markup, sections: &[HtmlSection]) {
    out.raw("<nav class=\"contents\" aria-label=\"Notebooks\"><ol>");
    for section in sections {
        let link = format!("#nb{}", section.number);
        out.raw("<li>");
        out.element("a", &[("href", &link)], &section.name);
        if section.summary == Summary::default() {
            out.raw(" ");
            out.element("span", &[("class", "aside")], &section.about);
        } else {
            write_counts(out, &section.summary);
        }
        out.raw("</li>");
    }
    out.raw("</ol></nav>");
}

fn write_help(out: &mut Markup) {
    out.raw("<dialog id=\"help\" aria-labelledby=\"help-name\"><h2 id=\"help-name\">Keys</h2><dl>");
    for (keys, what) in [
        ("j k", "next and previous cell"),
        ("n p", "next and previous change"),
        ("u", "unified or side by side"),
        ("o", "show or hide outputs"),
        ("r", "show or hide rendered Markdown"),
        ("x", "fold or unfold the cell"),
        ("d", "light or dark"),
        ("?", "this help"),
        ("Esc", "close it"),
    ] {
        out.raw("<div><dt>");
        for key in keys.split(' ') {
            out.element("kbd", &[], key);
            out.raw(" ");
        }
        out.raw("</dt>");
        out.element("dd", &[], what);
        out.raw("</div>");
    }
    out.raw("</dl><button type=\"button\" id=\"close\">Close</button></dialog>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    #[track_caller]
    fn check_hash(directive: &str, texts: &[&str]) {
        let hash = |text: &&str| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let expected: String = texts.iter().map(hash).collect();
        let expected = format!("{directive}{expected};");
        assert!(
            POLICY.contains(&expected),
            "the policy should say: {expected}"
        );
    }

    #[test]
    fn the_policy_allows_our_style_sheets_and_our_script() {
        check_hash("style-src-elem", &[STYLE, include_str!("assets/frame.css")]);
        check_hash("script-src", &[SCRIPT]);
    }

    #[test]
    fn the_policy_allows_nothing_else() {
        assert!(POLICY.starts_with("default-src 'none'; img-src data:; "));
        assert!(!POLICY.contains("http") && !POLICY.contains('*'));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval"));
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }

    #[test]
    fn what_is_on_every_page_is_small() {
        let mut page = Vec::new();
        html_page(&[], &mut page).unwrap();
        assert!(page.len() < 40_000, "{}", page.len());
    }
}
