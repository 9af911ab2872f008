//! Diffs and notebooks as text, from the notebooks to the last byte.

use std::path::Path;

use insta::assert_snapshot;
use nbweave::diff::{DiffOptions, diff_notebooks};
use nbweave::json::Document;
use nbweave::notebook::Notebook;
use nbweave::render::{
    Detail, FileNames, FileStat, FileStatus, NameEnd, RenderOptions, Reruns, Theme, WordDiff,
    name_only, name_status, show, stat, textconv, unified, write_stat,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A picture of one pixel, and one that is nearly the same.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const OTHER_PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const WHOLE: &str = "# What was measured\none = load('one.csv')\ntwo = load('two.csv')\nthree = load('three.csv')\n\
                     both = join(one, two)\n# What it means\nmodel = fit(both, three)\nplot(model)\nprint(model.score())\n\
                     save(model, 'model.bin')";
const FIRST_PART: &str = "# What was measured\none = load('one.csv')\ntwo = load('two.csv')\nthree = load('three.csv')\n\
                          both = join(one, two)";
const SECOND_PART: &str = "# What it means\nmodel = fit(both, three)\nplot(model)\nprint(model.summary())\n\
                           save(model, 'model.bin')";

fn notebook(cells: &[Value]) -> Value {
    json!({
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    })
}

fn code(id: &str, source: &str) -> Value {
    json!({"cell_type": "code", "id": id, "source": source, "metadata": {}, "outputs": [], "execution_count": null})
}

fn run(id: &str, source: &str, count: u32, outputs: &[Value]) -> Value {
    json!({"cell_type": "code", "id": id, "source": source, "metadata": {}, "outputs": outputs, "execution_count": count})
}

fn markdown(id: &str, source: &str) -> Value {
    json!({"cell_type": "markdown", "id": id, "source": source, "metadata": {}})
}

fn stdout(text: &str) -> Value {
    json!({"output_type": "stream", "name": "stdout", "text": text})
}

fn display(data: &Value) -> Value {
    json!({"output_type": "display_data", "data": data, "metadata": {}})
}

fn error(name: &str, message: &str) -> Value {
    json!({"output_type": "error", "ename": name, "evalue": message,
           "traceback": ["\u{1b}[0;31m---------\u{1b}[0m", format!("{name}: {message}")]})
}

fn with<T>(json: &str, look: impl FnOnce(&Notebook<'_>) -> T) -> T {
    let document = Document::read(json.as_bytes()).unwrap();
    look(&Notebook::read(&document).unwrap())
}

/// Returns what [`unified`] writes.
fn shown(old: &Value, new: &Value, options: &RenderOptions, theme: &Theme) -> String {
    let mut out = Vec::new();
    with(&old.to_string(), |old| {
        with(&new.to_string(), |new| {
            let diff = diff_notebooks(old, new, &DiffOptions::default());
            unified(&diff, &FileNames::of("a.ipynb"), options, theme, &mut out).unwrap();
        });
    });
    String::from_utf8(out).unwrap()
}

fn plain(old: &[Value], new: &[Value]) -> String {
    let options = RenderOptions::default();
    shown(&notebook(old), &notebook(new), &options, &Theme::default())
}

/// Returns what [`plain`] does, without the four lines at the head.
fn body(old: &[Value], new: &[Value]) -> String {
    let text = plain(old, new);
    let lines: Vec<_> = text.lines().skip(4).collect();
    lines.join("\n")
}

fn story() -> (Vec<Value>, Vec<Value>) {
    let load = "import pandas as pd\n\ndf = pd.read_csv('data.csv')\ndf.head()";
    let load_again =
        "import pandas as pd\nimport numpy as np\n\ndf = pd.read_csv('data/all.csv')\ndf.head()";
    let table = |value: &str| {
        json!({"output_type": "execute_result", "execution_count": 2, "metadata": {},
               "data": {"text/html": format!("A table of {value}"),
                        "text/plain": format!("   speed\n0      {value}\n1      7")}})
    };
    let fit = "model = LinearRegression()\nmodel.fit(X, y)\nprint(model.coef_)";
    let old = vec![
        markdown("a", "# Analysis\n\nWhat the sensors say."),
        run("b", load, 2, &[table("3")]),
        code("c", "def clean(frame):\n    return frame.dropna()"),
        code("d", "clean(df).describe()"),
        run("e", fit, 5, &[stdout("[1.5 2.25]\n")]),
        run(
            "f",
            "df.plot()",
            6,
            &[display(
                &json!({"image/png": PIXEL, "text/plain": "<Figure>"}),
            )],
        ),
        markdown("g", "Old remarks, to be removed."),
        markdown("h", "## Outlook"),
    ];
    let mut tagged = run("e", fit, 8, &[stdout("[1.5 2.75]\n")]);
    tagged["metadata"] = json!({"tags": ["train"]});
    let new = vec![
        markdown("a", "# Analysis\n\nWhat the sensors say."),
        markdown("h", "## Outlook"),
        run("b", load_again, 3, &[table("4")]),
        code("c", "def clean(frame):\n    return frame.dropna()"),
        code("d", "clean(df).describe()"),
        tagged,
        run(
            "f",
            "df.plot()",
            9,
            &[display(
                &json!({"image/png": OTHER_PIXEL, "text/plain": "<Figure>"}),
            )],
        ),
        run(
            "i",
            "1 / 0",
            10,
            &[error("ZeroDivisionError", "division by zero")],
        ),
    ];
    (old, new)
}

#[test]
fn all_that_can_happen_to_cells() {
    let (old, new) = story();
    assert_snapshot!(plain(&old, &new), @r#"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified, 1 added, 1 removed, 1 moved; outputs of 3 changed; metadata of 1 changed; quiet: 3 execution counts (--all shows them)
    … 1 unchanged cell
    cell 2 · markdown · moved from cell 8
     ## Outlook
    cell 2 → 3 · code · In [3] · modified
    @@ -1,4 +1,5 @@
     import pandas as pd
    +import numpy as np
     
    -df = pd.read_csv('data.csv')
    +df = pd.read_csv('data/all.csv')
     df.head()
    output 1 (text/html, text/plain)
    text/html: 12 B (5d982449 → 1bc5890c)
    text/plain:
    @@ -1,3 +1,3 @@
        speed
    -0      3
    +0      4
     1      7
    … 2 unchanged cells
    cell 5 → 6 · code · In [8] · metadata modified, outputs modified
     model = LinearRegression() …
    +metadata.tags: ["train"]
    output 1 (stream stdout)
    @@ -1 +1 @@
    -[1.5 2.25]
    +[1.5 2.75]
    cell 6 → 7 · code · In [9] · outputs modified
     df.plot()
    output 1 (image/png): 1×1, 70 B (3361b128 → 78f12180)
    cell 7 · markdown · removed
    @@ -1 +0,0 @@
    -Old remarks, to be removed.
    cell 8 · code · In [10] · added
    @@ -0,0 +1 @@
    +1 / 0
    output 1 (error) added: ZeroDivisionError: division by zero
    "#);
}

#[test]
fn equal_notebooks_give_no_text() {
    let (old, _) = story();
    assert_eq!(plain(&old, &old), "");
}

#[test]
fn noise_alone_is_two_lines() {
    let old = [run("a", "x", 1, &[stdout("<f at 0x7f0012345678>\n")])];
    let new = [run("b", "x", 2, &[stdout("<f at 0x7f00aaaaaaaa>\n")])];
    assert_snapshot!(plain(&old, &new), @r"
    diff --nbweave a/a.ipynb b/a.ipynb
    only noise changed: 1 execution count, 1 cell id, 1 output (--all shows them)
    ");
}

/// Returns what is shown of a notebook that was run again.
fn brief(old: &[Value], new: &[Value]) -> String {
    let options = RenderOptions {
        reruns: Reruns::Brief,
        ..RenderOptions::default()
    };
    shown(&notebook(old), &notebook(new), &options, &Theme::default())
}

#[test]
fn a_notebook_that_was_run_again_takes_three_lines() {
    let cells = |first: &str, second: &str| {
        [
            markdown("a", "# Title"),
            run("b", "f()", 1, &[stdout(first)]),
            run("c", "g()", 2, &[stdout(second)]),
        ]
    };
    assert_snapshot!(brief(&cells("1\n", "2\n"), &cells("3\n", "4\n")), @"
    diff --nbweave a/a.ipynb b/a.ipynb
    outputs of 2 cells changed
    outputs of cells 2, 3 (stream stdout) (--outputs shows more)
    ");
}

#[test]
fn the_only_output_that_changed_is_described() {
    let image = |data: &str| {
        [run(
            "a",
            "plot()",
            1,
            &[display(&json!({"image/png": data}))],
        )]
    };
    assert_snapshot!(brief(&image(PIXEL), &image(OTHER_PIXEL)), @"
    diff --nbweave a/a.ipynb b/a.ipynb
    outputs of 1 cell changed
    cell 1: output 1 (image/png): 1×1, 70 B (3361b128 → 78f12180) (--outputs shows more)
    ");
}

#[test]
fn outputs_that_all_came_or_went_are_counted_as_such() {
    let cells = |count: usize| {
        let outputs = [stdout("1\n"), display(&json!({"image/png": PIXEL}))];
        let outputs = &outputs[..count];
        [run("a", "x", 1, outputs), run("b", "y", 1, outputs)]
    };
    assert_snapshot!(brief(&cells(2), &cells(0)), @"
    diff --nbweave a/a.ipynb b/a.ipynb
    outputs removed from 2 cells
    outputs of cells 1, 2 (stream stdout, image/png) (--outputs shows more)
    ");
    assert_snapshot!(brief(&cells(0), &cells(1)), @"
    diff --nbweave a/a.ipynb b/a.ipynb
    outputs added to 2 cells
    outputs of cells 1, 2 (stream stdout) (--outputs shows more)
    ");
    let (mut old, new) = (cells(0), cells(1));
    old[1] = run("b", "y", 1, &[stdout("2\n")]);
    assert_snapshot!(brief(&old, &new), @"
    diff --nbweave a/a.ipynb b/a.ipynb
    outputs of 2 cells changed
    outputs of cells 1, 2 (stream stdout) (--outputs shows more)
    ");
}

#[test]
fn the_only_key_of_a_cell_that_changed_is_shown() {
    let cells = |first: &Value, second: &Value| {
        let mut cells = [code("a", "x"), code("b", "y")];
        cells[0]["metadata"] = first.clone();
        cells[1]["metadata"] = second.clone();
        cells
    };
    let none = json!({});
    let old = cells(&none, &json!({"tags": ["a"]}));
    assert_snapshot!(brief(&old, &cells(&none, &json!({"tags": ["b"]}))), @r#"
    diff --nbweave a/a.ipynb b/a.ipynb
    metadata of 1 cell changed
    cell 2: metadata.tags: ["a"] → ["b"] (--outputs shows more)
    "#);
    let both = json!({"tags": ["b"], "name": "n"});
    assert_snapshot!(brief(&old, &cells(&both, &both)), @"
    diff --nbweave a/a.ipynb b/a.ipynb
    metadata of 2 cells changed
    metadata of cells 1, 2 (name, tags) (--outputs shows more)
    ");
}

#[test]
fn a_changed_source_brings_the_outputs_with_it() {
    let cells = |source: &str, text: &str| [run("a", source, 1, &[stdout(text)])];
    let (old, new) = (cells("f(1)", "1\n"), cells("f(2)", "2\n"));
    assert_eq!(brief(&old, &new), plain(&old, &new));
}

#[test]
fn all_shows_noise() {
    let old = [run("a", "x", 1, &[stdout("<f at 0x7f0012345678>\n")])];
    let new = [run("b", "x", 2, &[stdout("<f at 0x7f00aaaaaaaa>\n")])];
    let options = RenderOptions {
        detail: Detail::All,
        ..RenderOptions::default()
    };
    let text = shown(
        &notebook(&old),
        &notebook(&new),
        &options,
        &Theme::default(),
    );
    assert_snapshot!(text, @r#"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    only noise changed: 1 execution count, 1 cell id, 1 output
    cell 1 · code · In [2] · noise
     x
    id: "a" → "b"
    execution_count: 1 → 2
    output 1 (stream stdout)
    @@ -1 +1 @@
    -<f at 0x7f0012345678>
    +<f at 0x7f00aaaaaaaa>
    "#);
}

#[test]
fn words_can_be_shown_in_their_lines() {
    let (old, new) = story();
    let options = RenderOptions {
        word_diff: WordDiff::Plain,
        context: 1,
        ..RenderOptions::default()
    };
    let text = shown(
        &notebook(&old[..3]),
        &notebook(&new[..4]),
        &options,
        &Theme::default(),
    );
    assert_snapshot!(text, @"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified, 1 added; outputs of 1 changed; quiet: 1 execution count (--all shows them)
    … 1 unchanged cell
    cell 2 · markdown · added
    {+## Outlook+}
    cell 2 → 3 · code · In [3] · modified
    import pandas as pd
    {+import numpy as np+}

    df = pd.read_csv('data{+/all+}.csv')
    df.head()
    output 1 (text/html, text/plain)
    text/html: 12 B (5d982449 → 1bc5890c)
    text/plain:
       speed
    0      [-3-]{+4+}
    1      7
    … 1 unchanged cell
    ");
}

#[test]
fn line_ends_are_shown_where_they_differ() {
    let crlf = body(
        &[code("a", "a = 1\r\nb = 2\r\n")],
        &[code("a", "a = 1\nb = 2\n")],
    );
    assert_snapshot!(crlf, @r"
    cell 1 · code · modified
    @@ -1,2 +1,2 @@
    -a = 1␍
    -b = 2␍
    +a = 1
    +b = 2
    ");
    let same = body(
        &[code("a", "a = 1\r\nb = 2\r\n")],
        &[code("a", "a = 1\r\nb = 3\r\n")],
    );
    assert_snapshot!(same, @r"
    cell 1 · code · modified
    @@ -1,2 +1,2 @@
     a = 1
    -b = 2
    +b = 3
    ");
    let blanks = body(
        &[code("a", "if x:\n    y \n    z")],
        &[code("a", "if x:\n    y\t\n    z")],
    );
    assert_snapshot!(blanks, @r"
    cell 1 · code · modified
    @@ -1,3 +1,3 @@
     if x:
    -    y·
    +    y⇥
         z
    ");
}

#[test]
fn blanks_that_are_no_space_are_shown_where_lines_changed() {
    let same = "name\u{a0}= 1\n";
    assert_snapshot!(body(
        &[run("a", &format!("{same}x = 1"), 1, &[stdout("1")])],
        &[
            run("a", &format!("{same}x\u{a0}= 1"), 1, &[stdout("\u{2009}1")]),
            code("b", "y\u{3000}")
        ],
    ), @"
    cell 1 · code · In [1] · modified
    @@ -1,2 +1,2 @@
     name = 1
    -x = 1
    +x<U+00A0>= 1
    output 1 (stream stdout)
    @@ -1 +1 @@
    -1
    + 1
    cell 2 · code · added
    @@ -0,0 +1 @@
    +y<U+3000>
    ");
}

#[test]
fn a_final_newline_is_named_if_nothing_else_differs() {
    assert_snapshot!(body(&[code("a", "x = 1")], &[code("a", "x = 1\n")]), @r"
    cell 1 · code · modified
    @@ -1 +1 @@
    -x = 1
    \ No newline at end of cell
    +x = 1
    ");
    assert_snapshot!(body(&[code("a", "x = 1")], &[code("a", "x = 1\ny = 2")]), @r"
    cell 1 · code · modified
    @@ -1 +1,2 @@
     x = 1
    +y = 2
    ");
}

#[test]
fn splits_and_joins_show_where_cells_begin() {
    let whole = [code("a", WHOLE)];
    let parts = [code("a", FIRST_PART), code("b", SECOND_PART)];
    assert_snapshot!(plain(&whole, &parts), @r"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified, 1 split
    cell 1 → 1, 2 · code · split into 2, modified
    @@ -3,8 +3,8 @@
     two = load('two.csv')
     three = load('three.csv')
     both = join(one, two)
    \ here begins cell 2
     # What it means
     model = fit(both, three)
     plot(model)
    -print(model.score())
    +print(model.summary())
     save(model, 'model.bin')
    ");
    assert_snapshot!(plain(&parts, &whole), @r"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified, 1 joined
    cells 1, 2 → 1 · code · joined from 2, modified
    @@ -3,8 +3,8 @@
     two = load('two.csv')
     three = load('three.csv')
     both = join(one, two)
    \ here began old cell 2
     # What it means
     model = fit(both, three)
     plot(model)
    -print(model.summary())
    +print(model.score())
     save(model, 'model.bin')
    ");
}

#[test]
fn a_split_that_changed_no_line_counts_once() {
    let whole = |between: &str| [code("a", &format!("{FIRST_PART}{between}{SECOND_PART}"))];
    let parts = [
        code("a", &format!("{FIRST_PART}\n")),
        code("b", SECOND_PART),
    ];
    assert_snapshot!(plain(&whole("\n"), &parts), @r"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell split
    cell 1 → 1, 2 · code · split into 2
    @@ -3,6 +3,7 @@
     two = load('two.csv')
     three = load('three.csv')
     both = join(one, two)
    +
    \ here begins cell 2
     # What it means
     model = fit(both, three)
     plot(model)
    ");
    assert_snapshot!(plain(&parts, &whole("\n\n\n")), @r"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell joined
    cells 1, 2 → 1 · code · joined from 2
    @@ -4,6 +4,7 @@
     three = load('three.csv')
     both = join(one, two)
     
    +
    \ here began old cell 2
     # What it means
     model = fit(both, three)
     plot(model)
    ");
}

#[test]
fn a_cell_becomes_prose() {
    let old = [run("a", "# Title\ntext", 1, &[stdout("hi\n")])];
    assert_snapshot!(body(&old, &[markdown("a", "# Title\ntext")]), @r"
    cell 1 · markdown · now markdown, was code, outputs removed
     # Title …
    output 1 (stream stdout) removed: hi
    ");
}

#[test]
fn long_outputs_are_cut_and_counted() {
    let lines = |word: &str| {
        let lines = (0..40).map(|n| format!("{word} {n}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    let old = [run("a", "x", 1, &[stdout(&lines("old"))])];
    let new = [run(
        "a",
        "x",
        1,
        &[
            stdout(&lines("new")),
            stdout_of("stderr", &lines("warning")),
        ],
    )];
    let options = RenderOptions {
        output_lines: 4,
        ..RenderOptions::default()
    };
    let text = shown(
        &notebook(&old),
        &notebook(&new),
        &options,
        &Theme::default(),
    );
    assert_snapshot!(text, @"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    outputs of 1 cell changed
    cell 1 · code · In [1] · outputs modified
     x
    output 1 (stream stdout)
    @@ -1,40 +1,40 @@
    -old 0
    -old 1
    … 38 more lines removed (--all shows them)
    +new 0
    … 39 more changed lines (--all shows them)
    output 2 (stream stderr) added
    @@ -0,0 +1,40 @@
    +warning 0
    +warning 1
    +warning 2
    +warning 3
    … 36 more lines (--all shows them)
    ");
}

fn stdout_of(name: &str, text: &str) -> Value {
    json!({"output_type": "stream", "name": name, "text": text})
}

#[test]
fn outputs_are_shown_by_what_they_are() {
    let image = |data: &str| display(&json!({"image/png": data}));
    let old = [run(
        "a",
        "x",
        1,
        &[
            image(PIXEL),
            display(&json!({"text/html": "<b>1</b>"})),
            display(&json!({"application/json": {"a": 1, "b": [1, 2]}})),
            error("NameError", "name 'x' is not defined"),
        ],
    )];
    let new = [run(
        "a",
        "x",
        1,
        &[
            image(OTHER_PIXEL),
            display(&json!({"text/html": "<b>2</b>"})),
            display(&json!({"application/json": {"a": 1, "b": [1, 3]}})),
            error("NameError", "name 'y' is not defined"),
        ],
    )];
    assert_snapshot!(body(&old, &new), @r#"
    cell 1 · code · In [1] · outputs modified
     x
    output 1 (image/png): 1×1, 70 B (3361b128 → 78f12180)
    output 2 (text/html)
    @@ -1 +1 @@
    -<b>1</b>
    +<b>2</b>
    output 3 (application/json)
    @@ -2,6 +2,6 @@
       "a": 1,
       "b": [
         1,
    -    2
    +    3
       ]
     }
    output 4 (error)
    evalue: name 'x' is not defined → name 'y' is not defined
    "#);
}

#[test]
fn types_of_an_output_are_told_apart() {
    let cell = |html: &str, plain: &str, latex: &str| {
        [run(
            "a",
            "x",
            1,
            &[display(&json!({
                "text/html": html, "text/plain": plain, "text/latex": latex, "image/svg+xml": html,
            }))],
        )]
    };
    assert_snapshot!(body(&cell("<b>1</b>", "1", "$1$"), &cell("<b>2</b>", "2", "$2$")), @"
    cell 1 · code · In [1] · outputs modified
     x
    output 1 (text/html, image/svg+xml, text/plain, text/latex)
    text/html: 8 B (ec1d1aa1 → 17e1a01a)
    image/svg+xml: 8 B (ec1d1aa1 → 17e1a01a)
    text/plain:
    @@ -1 +1 @@
    -1
    +2
    text/latex:
    @@ -1 +1 @@
    -$1$
    +$2$
    ");
}

#[test]
fn metadata_is_shown_by_key() {
    let mut old = code("a", "x");
    old["metadata"] = json!({"tags": ["a"], "gone": true, "a.b": 1});
    let mut new = code("a", "x");
    new["metadata"] = json!({"tags": ["a", "b"], "a.b": 2, "slideshow": {"slide_type": "skip"}});
    let mut attached = markdown("b", "![](p.png)");
    let old = [old, attached.clone()];
    attached["attachments"] = json!({"p.png": {"image/png": PIXEL}});
    assert_snapshot!(body(&old, &[new, attached]), @r#"
    cell 1 · code · metadata modified
     x
    metadata."a.b": 1 → 2
    -metadata.gone: true
    +metadata.slideshow: {"slide_type": "skip"}
    metadata.tags: ["a"] → ["a", "b"]
    cell 2 · markdown · modified
     ![](p.png)
    +attachments."p.png": image/png 1×1, 70 B, 3361b128
    "#);
}

/// A cell with an attachment and a key that nbformat does not know.
fn attached(picture: &str) -> Value {
    let mut cell = markdown("p", "see ![x](attachment:x.png)");
    cell["attachments"] = json!({"x.png": {"image/png": picture}});
    cell["extra"] = json!({"a": 1});
    cell
}

#[test]
fn cells_of_one_side_are_shown_with_all_their_keys() {
    let old = [markdown("a", "# t")];
    let new = [markdown("a", "# t"), attached(PIXEL)];
    assert_snapshot!(body(&old, &new), @r#"
    … 1 unchanged cell
    cell 2 · markdown · added
    @@ -0,0 +1 @@
    +see ![x](attachment:x.png)
    +attachments."x.png": image/png 1×1, 70 B, 3361b128
    +extra: {"a": 1}
    "#);
    assert_snapshot!(body(&new, &old), @r#"
    … 1 unchanged cell
    cell 2 · markdown · removed
    @@ -1 +0,0 @@
    -see ![x](attachment:x.png)
    -attachments."x.png": image/png 1×1, 70 B, 3361b128
    -extra: {"a": 1}
    "#);
    assert_snapshot!(show_text(&notebook(&new[1..]), &RenderOptions::default()), @r#"
    notebook · python3 · nbformat 4.5 · 1 cell

    cell 1 · markdown
    see ![x](attachment:x.png)
    attachments."x.png": image/png 1×1, 70 B, 3361b128
    extra: {"a": 1}
    "#);
    assert_snapshot!(textconv_text(&notebook(&new[1..])), @r#"
    #: notebook python3

    # %% [markdown]
    #: attachments."x.png": image/png 1×1, 70 B, 3361b128
    #: extra: {"a": 1}
    # see ![x](attachment:x.png)
    "#);
}

#[test]
fn attachments_are_described_on_both_sides() {
    let mut other = attached(OTHER_PIXEL);
    assert_snapshot!(body(&[attached(PIXEL)], &[other.clone()]), @r#"
    cell 1 · markdown · modified
     see ![x](attachment:x.png)
    attachments."x.png".image/png: 1×1, 70 B (3361b128 → 78f12180)
    "#);
    other["attachments"] = json!({"x.png": {"image/gif": OTHER_PIXEL}});
    assert_snapshot!(body(&[attached(PIXEL)], &[other]), @r#"
    cell 1 · markdown · modified
     see ![x](attachment:x.png)
    +attachments."x.png".image/gif: 70 B, 78f12180
    -attachments."x.png".image/png: 1×1, 70 B, 3361b128
    "#);
}

#[test]
fn cells_that_change_alike_in_metadata_are_shown_once() {
    let cells = |editable: bool| -> Vec<Value> {
        let cell = |n: usize| {
            let mut cell = code(&format!("c{n}"), &format!("x{n} = {n}"));
            cell["metadata"] = json!({"editable": editable});
            cell
        };
        (0..5).map(cell).collect()
    };
    assert_snapshot!(body(&cells(true), &cells(false)), @r"
    cells 1–5 · metadata modified
    metadata.editable: true → false
    ");
}

#[test]
fn metadata_of_the_notebook_comes_first() {
    let old = notebook(&[code("a", "x")]);
    let mut new = notebook(&[code("a", "x")]);
    new["metadata"]["kernelspec"] = json!({"name": "ir", "display_name": "R", "language": "R"});
    new["metadata"]["title"] = json!("A title");
    let text = shown(&old, &new, &RenderOptions::default(), &Theme::default());
    assert_snapshot!(text, @r#"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    notebook metadata changed
    notebook
    metadata.kernelspec.display_name: "Python 3" → "R"
    metadata.kernelspec.language: "python" → "R"
    metadata.kernelspec.name: "python3" → "ir"
    +metadata.title: "A title"
    … 1 unchanged cell
    "#);
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let hostile = "a\u{1b}]0;title\u{7}b\u{202e}c\u{9b}2J";
    let mut old = run(
        hostile,
        "x",
        1,
        &[stdout("\u{1b}[31mred\u{1b}[0m\n50%\r100%\n")],
    );
    old["metadata"] = json!({hostile: hostile});
    let mut new = run(
        hostile,
        hostile,
        1,
        &[
            stdout("\u{1b}[32mgreen\u{1b}[0m\n50%\r100%\n"),
            display(&json!({hostile: hostile})),
            error(hostile, hostile),
        ],
    );
    new["metadata"] = json!({hostile: [hostile]});
    let text = plain(&[old.clone()], &[new.clone()]);
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{text:?}"
    );
    assert_snapshot!(text, @r#"
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified; outputs of 1 changed; metadata of 1 changed
    cell 1 · code · In [1] · modified
    @@ -1 +1 @@
    -x
    +a␛]0;title␇b<U+202E>c<U+009B>2J
    metadata.a␛]0;title␇b<U+202E>c<U+009B>2J: "a\u001b]0;title\u0007b<U+202E>c<U+009B>2J" → ["a\u001b]0;title\u0007b<U+202E>c<U+009B>2J"]
    output 1 (stream stdout)
    @@ -1,2 +1,2 @@
    -red
    +green
     100%
    output 2 (a␛]0;title␇b<U+202E>c<U+009B>2J) added: 20 B
    output 3 (error) added: ab<U+202E>c: ab<U+202E>c
    "#);
}

#[test]
fn names_say_what_git_says() {
    let (old, new) = (
        json!({"cells": []}).to_string(),
        notebook(&[code("a", "x")]).to_string(),
    );
    let text = |names: &FileNames<'_>| {
        let mut out = Vec::new();
        with(&old, |old| {
            with(&new, |new| {
                let diff = diff_notebooks(old, new, &DiffOptions::default());
                let options = RenderOptions::default();
                unified(&diff, names, &options, &Theme::default(), &mut out).unwrap();
            });
        });
        String::from_utf8(out).unwrap()
    };
    let added = FileNames {
        old: None,
        extended: "new file mode 100644\nindex 0000000..1111111\n",
        ..FileNames::of("dir/a b.ipynb")
    };
    assert_snapshot!(text(&added), @r"
    diff --nbweave a/dir/a b.ipynb b/dir/a b.ipynb
    new file mode 100644
    index 0000000..1111111
    --- /dev/null
    +++ b/dir/a b.ipynb
    1 cell added
    cell 1 · code · added
    @@ -0,0 +1 @@
    +x
    ");
    let hostile = FileNames::between("a\n.ipynb", "\u{1b}[31m\"");
    assert_snapshot!(text(&hostile), @r#"
    diff --nbweave "a/a\n.ipynb" "b/\033[31m\""
    --- "a/a\n.ipynb"
    +++ "b/\033[31m\""
    1 cell added; notebook metadata changed; quiet: nbformat 4.0 → 4.5 (--all shows them)
    notebook
    +metadata.kernelspec: {"display_name": "Python 3", "language": "python", "name": "python3"}
    cell 1 · code · added
    @@ -0,0 +1 @@
    +x
    "#);
}

fn stats() -> Vec<FileStat> {
    let (old, new) = story();
    let of = |old: &[Value], new: &[Value], status, old_name: &str, name: &str| {
        with(&notebook(old).to_string(), |old| {
            with(&notebook(new).to_string(), |new| {
                let diff = diff_notebooks(old, new, &DiffOptions::default());
                stat(&diff, status, old_name, name)
            })
        })
    };
    let many: Vec<_> = (0..40).map(|n| code(&format!("m{n}"), "x\ny\nz")).collect();
    vec![
        of(
            &old,
            &new,
            FileStatus::Modified,
            "analysis.ipynb",
            "analysis.ipynb",
        ),
        of(&[], &many, FileStatus::Added, "new.ipynb", "new.ipynb"),
        of(&old, &[], FileStatus::Removed, "old.ipynb", "old.ipynb"),
        of(
            &old,
            &old,
            FileStatus::Renamed(100),
            "a/one.ipynb",
            "a/two.ipynb",
        ),
        of(
            &[run("a", "x", 1, &[])],
            &[run("a", "x", 2, &[])],
            FileStatus::Modified,
            "n\t.ipynb",
            "n\t.ipynb",
        ),
        of(
            &[run("a", "x", 1, &[])],
            &[run("a", "x", 2, &[stdout("x")])],
            FileStatus::Modified,
            "out.ipynb",
            "out.ipynb",
        ),
    ]
}

#[test]
fn stat_counts_cells_and_lines() {
    let mut out = Vec::new();
    let options = RenderOptions {
        width: 60,
        ..RenderOptions::default()
    };
    write_stat(&stats(), &options, &Theme::default(), &mut out).unwrap();
    assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
    analysis.ipynb         |           6 cells |   5 +-
    new.ipynb              |     new, 40 cells | 120 ++++++++++
    old.ipynb              |     gone, 8 cells |  16 --
    ...ipynb => two.ipynb} |           0 cells |   0
    "n\t.ipynb"            |        only noise |   0
    out.ipynb              | outputs of 1 cell |   0
    6 notebooks changed, 55 cells, 123 insertions(+), 18 deletions(-)
    "#);
}

#[test]
fn stat_of_another_minor_version_is_noise() {
    let old = notebook(&[code("a", "x")]);
    let mut new = old.clone();
    new["nbformat_minor"] = json!(4);
    let stat = with(&old.to_string(), |old| {
        with(&new.to_string(), |new| {
            let diff = diff_notebooks(old, new, &DiffOptions::default());
            stat(&diff, FileStatus::Modified, "a.ipynb", "a.ipynb")
        })
    });
    assert_eq!(stat.status, FileStatus::Noise);
}

#[test]
fn stat_of_an_equal_notebook_is_no_noise() {
    let json = notebook(&[code("a", "x")]).to_string();
    let stat = with(&json, |notebook| {
        let diff = diff_notebooks(notebook, notebook, &DiffOptions::default());
        stat(&diff, FileStatus::Modified, "a.ipynb", "a.ipynb")
    });
    let mut out = Vec::new();
    write_stat(
        &[stat],
        &RenderOptions::default(),
        &Theme::default(),
        &mut out,
    )
    .unwrap();
    assert_snapshot!(String::from_utf8(out).unwrap(), @"
    a.ipynb | mode changed
    1 notebook changed, 0 cells
    ");
}

#[test]
fn stat_fits_into_any_width() {
    for width in 0..100 {
        let mut out = Vec::new();
        let options = RenderOptions {
            width,
            ..RenderOptions::default()
        };
        write_stat(&stats(), &options, &Theme::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let files = text.lines().take(stats().len());
        let longest = files.map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width.max(45), "{width}\n{text}");
    }
}

#[test]
fn names_alone() {
    let mut out = Vec::new();
    name_status(&stats(), NameEnd::LineFeed, &mut out).unwrap();
    name_only(&stats()[..2], NameEnd::LineFeed, &mut out).unwrap();
    name_status(&stats()[3..5], NameEnd::Nul, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap().replace('\0', "<NUL>");
    assert_snapshot!(text, @r#"
    M	analysis.ipynb
    A	new.ipynb
    D	old.ipynb
    R100	a/one.ipynb	a/two.ipynb
    M	"n\t.ipynb"
    M	out.ipynb
    analysis.ipynb
    new.ipynb
    R100<NUL>a/one.ipynb<NUL>a/two.ipynb<NUL>M<NUL>n	.ipynb<NUL>
    "#);
}

fn show_text(notebook: &Value, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    with(&notebook.to_string(), |notebook| {
        show(notebook, options, &Theme::default(), &mut out).unwrap();
    });
    String::from_utf8(out).unwrap()
}

fn textconv_text(notebook: &Value) -> String {
    let mut out = Vec::new();
    with(&notebook.to_string(), |notebook| {
        textconv(notebook, &RenderOptions::default(), &mut out).unwrap();
    });
    String::from_utf8(out).unwrap()
}

#[test]
fn a_notebook_to_read() {
    let (_, new) = story();
    assert_snapshot!(show_text(&notebook(&new[4..]), &RenderOptions::default()), @r#"
    notebook · python3 · nbformat 4.5 · 4 cells

    cell 1 · code
    clean(df).describe()

    cell 2 · code · In [8]
    model = LinearRegression()
    model.fit(X, y)
    print(model.coef_)
    metadata.tags: ["train"]
    output 1 (stream stdout)
    [1.5 2.75]

    cell 3 · code · In [9]
    df.plot()
    output 1 (image/png): 1×1, 70 B, 78f12180

    cell 4 · code · In [10]
    1 / 0
    output 1 (error)
    ZeroDivisionError: division by zero
    "#);
}

#[test]
fn a_notebook_for_git_to_compare() {
    let (_, new) = story();
    assert_snapshot!(textconv_text(&notebook(&new)), @r#"
    #: notebook python3

    # %% [markdown]
    # # Analysis
    #
    # What the sensors say.

    # %% [markdown]
    # ## Outlook

    # %%
    import pandas as pd
    import numpy as np

    df = pd.read_csv('data/all.csv')
    df.head()
    #>> text/html
    #>    speed
    #> 0      4
    #> 1      7

    # %%
    def clean(frame):
        return frame.dropna()

    # %%
    clean(df).describe()

    # %%
    #: tags: ["train"]
    model = LinearRegression()
    model.fit(X, y)
    print(model.coef_)
    #>> stream stdout
    #> [1.5 2.75]

    # %%
    df.plot()
    #>> image/png: 1×1, 70 B, 78f12180

    # %%
    1 / 0
    #>> error
    #> ZeroDivisionError: division by zero
    "#);
}

#[test]
fn different_sources_are_different_text_for_git() {
    let output = run("a", "x", 1, &[stdout("hi")]);
    let cells = [
        vec![code("a", "x\n\n# %%\ny")],
        vec![code("a", "x"), code("b", "y")],
        vec![code("a", "x\n#>> stream stdout\n#> hi")],
        vec![output],
        vec![code("a", "x\n\\#>> stream stdout\n\\#> hi")],
        vec![code("a", "#: tags: [\"t\"]\nx")],
        vec![json!({"cell_type": "code", "source": "x", "metadata": {"tags": ["t"]}})],
        vec![code("a", "x")],
        vec![code("a", "x\n")],
        vec![code("a", "x\n\n")],
        vec![code("a", "x\n#: newline at end")],
        vec![code("a", "x\n\\#: newline at end")],
        vec![code("a", "x\n: newline at end")],
        vec![markdown("a", "x\n\n%% [markdown]\ny")],
        vec![markdown("a", "x\n\n\\%% [markdown]\ny")],
        vec![markdown("a", "x"), markdown("b", "y")],
        vec![code("a", "# x"), markdown("b", "y")],
        vec![attached(PIXEL)],
        vec![attached(OTHER_PIXEL)],
    ];
    let texts = cells
        .each_ref()
        .map(|cells| textconv_text(&notebook(cells)));
    for (at, text) in texts.iter().enumerate() {
        for (other, other_text) in texts.iter().enumerate().skip(at + 1) {
            assert_ne!(text, other_text, "{at} {other}");
        }
    }
    assert_snapshot!(texts[4], @r"
    #: notebook python3

    # %%
    x
    \\#>> stream stdout
    \\#> hi
    ");
    assert_snapshot!(texts[8], @r"
    #: notebook python3

    # %%
    x
    #: newline at end
    ");
}

#[test]
fn lone_surrogates_are_escapes_in_text_for_git() {
    let of = |escape: &str| {
        let json = notebook(&[code("a", "ESCAPE")]).to_string();
        let mut out = Vec::new();
        with(&json.replace("ESCAPE", escape), |notebook| {
            textconv(notebook, &RenderOptions::default(), &mut out).unwrap();
        });
        String::from_utf8(out).unwrap()
    };
    assert!(of("\\ud83d").contains("\n\\ud83d\n"));
    assert_ne!(of("\\ud83d"), of("\\ud83e"));
}

#[test]
fn text_for_git_does_not_change_with_noise() {
    let noisy = |id: &str, count: u32, address: &str| {
        let mut cell = run(
            id,
            "f",
            count,
            &[
                json!({"output_type": "execute_result", "execution_count": count, "metadata": {},
                   "data": {"text/plain": format!("<f at 0x7f00{address}>")}}),
                stdout(&format!(
                    "/tmp/ipykernel_{count}/{count}.py:1: FutureWarning\n"
                )),
            ],
        );
        cell["metadata"] =
            json!({"execution": {"iopub.execute_input": address}, "collapsed": true});
        notebook(&[cell])
    };
    let old = noisy("a", 1, "12345678");
    let mut new = noisy("b", 22, "abcdef12");
    new["nbformat_minor"] = json!(4);
    assert_eq!(textconv_text(&old), textconv_text(&new));
}

#[test]
fn a_cell_put_in_changes_no_other_line_for_git() {
    let (_, new) = story();
    let with_cell = [&[markdown("z", "Hello")], new.as_slice()].concat();
    let text = textconv_text(&notebook(&new));
    assert_eq!(
        textconv_text(&notebook(&with_cell)).replace("\n# %% [markdown]\n# Hello\n", ""),
        text
    );
}

/// Compares with a picture under `tests/snapshots`. With `UPDATE_SNAPSHOTS` in
/// the environment the picture is made anew.
fn check_picture(name: &str, old: &Value, new: &Value, options: &RenderOptions) {
    let text = shown(old, new, options, &Theme::colored());
    let picture = anstyle_svg::Term::new().render_svg(&text);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected.replace("\r\n", "\n") == picture,
        "{name} is another picture now; look at it after `UPDATE_SNAPSHOTS=1 cargo test`"
    );
}

#[test]
fn pictures_of_diffs() {
    let options = RenderOptions::default();
    let (old, new) = story();
    let (old, new) = (notebook(&old), notebook(&new));
    check_picture("diff.svg", &old, &new, &options);
    let all = RenderOptions {
        detail: Detail::All,
        ..options
    };
    check_picture("diff-all.svg", &old, &new, &all);
    let words = RenderOptions {
        word_diff: WordDiff::Color,
        ..options
    };
    check_picture("diff-words.svg", &old, &new, &words);
    let whole = notebook(&[code("a", WHOLE), markdown("m", "Text  ")]);
    let parts = notebook(&[
        code("a", FIRST_PART),
        code("b", SECOND_PART),
        markdown("m", "Text"),
    ]);
    check_picture("diff-split.svg", &whole, &parts, &options);
}

fn any_cell() -> impl Strategy<Value = Value> {
    let line = prop_oneof![
        Just("x = 1".to_owned()),
        Just("y".to_owned()),
        Just("\r".to_owned()),
        ".{0,6}"
    ];
    let text = prop::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n"));
    (0..6_u8, text.clone(), text).prop_map(|(id, source, output)| match id {
        0 => markdown("m", &source),
        1 => run(
            "i",
            &source,
            1,
            &[display(&json!({"image/png": output, "text/plain": source}))],
        ),
        2 => run("e", &source, 2, &[error(&output, &source)]),
        3 => run(
            "j",
            &source,
            2,
            &[display(
                &json!({"application/json": {"a": output}, "text/html": source}),
            )],
        ),
        4 => json!({"cell_type": source, "metadata": {"tags": [output], "collapsed": true}}),
        _ => run(
            "s",
            &source,
            3,
            &[stdout(&output), stdout_of("stderr", &output)],
        ),
    })
}

proptest! {
    /// Whatever differs is shown, and whatever is shown is harmless, in every
    /// form.
    #[test]
    fn any_notebooks_can_be_shown(
        old in prop::collection::vec(any_cell(), 0..5),
        new in prop::collection::vec(any_cell(), 0..5),
        context in 0..4_usize,
        output_lines in 0..5_usize,
        form in 0..6_u8,
        is_brief: bool,
    ) {
        let options = RenderOptions {
            context,
            output_lines,
            detail: if form < 3 { Detail::Meant } else { Detail::All },
            reruns: if is_brief { Reruns::Brief } else { Reruns::Full },
            word_diff: [WordDiff::None, WordDiff::Plain, WordDiff::Color][usize::from(form % 3)],
            width: 80,
        };
        let (old, new) = (notebook(&old), notebook(&new));
        let text = shown(&old, &new, &options, &Theme::default());
        prop_assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')));
        prop_assert_eq!(shown(&old, &old, &options, &Theme::default()), "");
        for text in [show_text(&new, &options), textconv_text(&new)] {
            prop_assert!(text.ends_with('\n'));
            prop_assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r')));
        }
    }
}
