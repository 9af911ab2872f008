//! Markdown of a cell or an output as HTML, with formulas as `MathML`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Event as TexEvent, Parser as TexParser, Storage, push_mathml};

use super::sanitize::{FORMULA_MARK, Formula, Safe, clean_markdown, is_picture, with_formulas};

/// How many bytes of Markdown are rendered; longer texts are shown as source.
const MARKDOWN_BYTES: usize = 200_000;

/// How many bytes a formula may have to be rendered.
pub(super) const FORMULA_BYTES: usize = 4_000;

/// How many events a formula may become: macros can make much of little.
const FORMULA_EVENTS: usize = 10_000;

/// How deep groups of a formula may be nested.
const FORMULA_DEPTH: usize = 40;

/// How deep blocks of a text may be nested.
const TEXT_DEPTH: usize = 100;

/// Commands that are not read: those that define others, of which a few can
/// make very much of little, and one that only programs write.
const LEFT_ALONE: &[&str] = &["def", "let", "newcommand", "newenvironment", "char"];

/// Returns Markdown as harmless HTML; `None` if it is too long or too deep.
/// `attachment` returns the address of an attached picture.
pub(super) fn markdown(text: &str, attachment: &dyn Fn(&str) -> Option<String>) -> Option<Safe> {
    if text.len() > MARKDOWN_BYTES {
        return None;
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut rendered = Rendered {
        // A text cannot name its own hash, so the mark is no part of it.
        mark: format!("{FORMULA_MARK}{}-", blake3::hash(text.as_bytes()).to_hex()),
        ..Rendered::default()
    };
    for event in Parser::new_ext(text, options) {
        rendered.push(event, attachment);
        if rendered.depth > TEXT_DEPTH {
            return None;
        }
    }
    let mut html = String::with_capacity(text.len() * 3 / 2);
    push_html(&mut html, rendered.events.into_iter());
    let clean = clean_markdown(&html)?;
    Some(with_formulas(&clean, &rendered.mark, &rendered.formulas))
}

/// Markdown on the way to HTML.
#[derive(Debug, Default)]
struct Rendered<'t> {
    events: Vec<Event<'t>>,
    formulas: Vec<Formula>,
    /// What stands for a formula, before its number and `;`.
    mark: String,
    depth: usize,
    /// The pictures that are open: where they are, if that is elsewhere.
    pictures: Vec<Option<CowStr<'t>>>,
}

impl<'t> Rendered<'t> {
    fn push(&mut self, event: Event<'t>, attachment: &dyn Fn(&str) -> Option<String>) {
        match event {
            Event::InlineMath(tex) => self.push_formula(&tex, DisplayMode::Inline),
            Event::DisplayMath(tex) => self.push_formula(&tex, DisplayMode::Block),
            Event::Start(Tag::Image {
                dest_url,
                link_type,
                title,
                id,
            }) => {
                self.depth += 1;
                let Some(address) = address_of(&dest_url, attachment) else {
                    self.pictures.push(Some(dest_url));
                    return;
                };
                self.pictures.push(None);
                self.events.push(Event::Start(Tag::Image {
                    dest_url: CowStr::from(address),
                    link_type,
                    title,
                    id,
                }));
            }
            Event::End(TagEnd::Image) => {
                self.depth = self.depth.saturating_sub(1);
                self.events.push(match self.pictures.pop().flatten() {
                    None => Event::End(TagEnd::Image),
                    Some(address) => {
                        Event::Text(format!(" [picture not loaded: {address}]").into())
                    }
                });
            }
            Event::Start(tag) => {
                self.depth += 1;
                self.events.push(Event::Start(below(tag)));
            }
            Event::End(end) => {
                self.depth = self.depth.saturating_sub(1);
                let end = if let TagEnd::Heading(level) = end {
                    TagEnd::Heading(level_below(level))
                } else {
                    end
                };
                self.events.push(Event::End(end));
            }
            plain @ (Event::Text(_)
            | Event::Code(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_)) => self.events.push(plain),
        }
    }

    fn push_formula(&mut self, tex: &str, mode: DisplayMode) {
        // What a picture is called is no place for elements.
        let text = if self.pictures.last().is_some_and(Option::is_none) {
            tex.to_owned()
        } else {
            let number = self.formulas.len();
            self.formulas.push(formula(tex, mode));
            format!("{}{number};", self.mark)
        };
        self.events.push(Event::Text(text.into()));
    }
}

/// Returns a formula as `MathML`, or as its source if it cannot be read.
pub(super) fn formula(tex: &str, mode: DisplayMode) -> Formula {
    // The reader of formulas stumbles over some that are none.
    let formula = catch_unwind(AssertUnwindSafe(|| mathml(tex, mode)));
    let formula = formula.unwrap_or_default();
    formula.unwrap_or_else(|| Formula::of_source(tex.trim()))
}

fn mathml(tex: &str, display_mode: DisplayMode) -> Option<Formula> {
    let has = |command: &str| tex.contains(command);
    if tex.len() > FORMULA_BYTES || LEFT_ALONE.iter().any(|command| has(command)) {
        return None;
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    let mut depth = 0_usize;
    for event in TexParser::new(tex, &storage) {
        let event = event.ok()?;
        match &event {
            TexEvent::Begin(_) => depth += 1,
            TexEvent::End => depth = depth.saturating_sub(1),
            TexEvent::Content(_)
            | TexEvent::Script { .. }
            | TexEvent::Visual(_)
            | TexEvent::Space { .. }
            | TexEvent::StateChange(_)
            | TexEvent::EnvironmentFlow(_) => {}
        }
        events.push(Ok::<_, std::convert::Infallible>(event));
        if depth > FORMULA_DEPTH || events.len() > FORMULA_EVENTS {
            return None;
        }
    }
    let config = RenderConfig {
        display_mode,
        ..RenderConfig::default()
    };
    let mut html = String::new();
    push_mathml(&mut html, events.into_iter(), config).ok()?;
    Formula::of_mathml(&html)
}

/// Returns the address of a picture that is in the text or in the notebook.
fn address_of(address: &str, attachment: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match address.strip_prefix("attachment:") {
        Some(name) => attachment(name),
        None if is_picture(address) => Some(address.to_owned()),
        None => None,
    }
}

/// Returns a heading as one below the cell that it is in, without an id that
/// could be one of the page's.
fn below(tag: Tag<'_>) -> Tag<'_> {
    let Tag::Heading { level, .. } = tag else {
        return tag;
    };
    Tag::Heading {
        level: level_below(level),
        id: None,
        classes: Vec::new(),
        attrs: Vec::new(),
    }
}

const fn level_below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H4,
        HeadingLevel::H2 => HeadingLevel::H5,
        HeadingLevel::H3 | HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => {
            HeadingLevel::H6
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(text: &str) -> String {
        let attachment = |name: &str| (name == "a.png").then(|| "data:image/png;base64,AA".into());
        let html = markdown(text, &attachment).unwrap();
        html.as_str().trim().to_owned()
    }

    #[test]
    fn text_is_rendered_below_the_headings_of_the_page() {
        assert_eq!(
            html("# A\n*b* `c`"),
            "<h4>A</h4>\n<p><em>b</em> <code>c</code></p>"
        );
    }

    #[test]
    fn formulas_are_mathml() {
        let text = html("a $x<1$ b");
        assert!(text.starts_with("<p>a <math"), "{text}");
        assert!(text.contains("&lt;"), "{text}");
        assert!(html("$$\\frac{1}{2}$$").contains("display=\"block\""));
    }

    #[test]
    fn a_formula_that_cannot_be_read_is_its_source() {
        let source = "<code class=\"tex\" title=\"TeX source\">";
        for tex in ["\\frac", "\\nosuchcommand", "\\def\\a{\\b\\b}\\a"] {
            let text = html(&format!("${tex}$"));
            assert_eq!(text, format!("<p>{source}{tex}</code></p>"));
        }
        let deep = format!("${}x{}$", "{".repeat(200), "}".repeat(200));
        assert!(html(&deep).contains(source), "{deep}");
    }

    #[test]
    fn a_formula_never_gets_into_an_attribute() {
        for text in [
            "![$x$](attachment:a.png)",
            "<div title=\"a\n\n$x$\n\n\">b</div>",
            "[a](http://b \"$x$\")",
        ] {
            let text = html(text);
            for tag in text.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap();
                assert!(!tag.contains("nbweave-formula"), "{text}");
            }
            assert!(
                !text.contains("=\"<math") && !text.contains("a\n<math"),
                "{text}"
            );
        }
    }

    #[test]
    fn formulas_hold_no_markup() {
        for tex in [
            "\\text{<img src=x onerror=a()>}",
            "\\operatorname{<script>a()</script>}",
            "\\href{javascript:a()}{x}",
            "\\color{red;background:url(http://a)}x",
            "\\text{</mtext></math><img src=x>}",
        ] {
            let text = html(&format!("${tex}$"));
            assert!(
                !text.contains("<img") && !text.contains("<script"),
                "{text}"
            );
            assert!(
                !text.contains("href=") && !text.contains("style=\"background"),
                "{text}"
            );
        }
    }

    #[test]
    fn pictures_are_those_of_the_notebook() {
        assert_eq!(
            html("![b](attachment:a.png)"),
            "<p><img src=\"data:image/png;base64,AA\" alt=\"b\"></p>"
        );
        assert_eq!(
            html("[![b](http://c/d.png)](https://e/)"),
            "<p><a href=\"https://e/\" rel=\"noopener noreferrer\">b [picture not loaded: \
             http://c/d.png]</a></p>"
        );
    }

    #[test]
    fn too_deep_or_too_long_texts_are_not_rendered() {
        let none = |_: &str| None;
        assert_eq!(markdown(&"> ".repeat(200), &none), None);
        assert_eq!(markdown(&"a".repeat(MARKDOWN_BYTES + 1), &none), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn no_formula_stops_the_work(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("\\frac"), Just("\\left("), Just("\\right)"), Just("{"), Just("}"),
                    Just("^"), Just("_"), Just("\\sqrt"), Just("["), Just("]"), Just("&"),
                    Just("\\\\"), Just("\\begin{matrix}"), Just("\\end{matrix}"), Just("#1"),
                    Just("%"), Just("'"), Just("1.5em"), Just("\\char"), Just("\"FFFFFFFFFFF"),
                    Just("\\hspace"), Just("\\color{red}"), Just("\\text{é<}"), Just("é"), Just(" "),
                    Just("\\begin{array}{c|c}"), Just("\\end{array}"), Just("\\hline"),
                    Just("\\"), Just("99999999999999999999"), Just("~"), Just("\\not"), Just("<"),
                    Just("\\genfrac"), Just("\\kern"), Just("-"), Just("\\limits"), Just("x"),
                ],
                0..12,
            )
        ) {
            let tex = parts.concat();
            let formula = formula(&tex, DisplayMode::Inline);
            prop_assert!(!formula.safe().as_str().contains("<img"));
        }
    }
}
