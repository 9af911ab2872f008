//! What is shown of outputs that changed, by what they are.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// Returns a notebook of one cell with these outputs.
fn notebook(outputs: &[Value]) -> String {
    json!({
        "cells": [{
            "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1,
            "outputs": outputs, "source": "show()",
        }],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    })
    .to_string()
}

fn shown_with(flags: &[&str], old: &[Value], new: &[Value]) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("old.ipynb", notebook(old));
    sandbox.write("new.ipynb", notebook(new));
    let args = [&["diff"], flags, &["old.ipynb", "new.ipynb"]].concat();
    let shown = sandbox.nbweave(&args);
    // What is the same for all of these.
    let lines = shown.lines().filter(|line| {
        let same = ["exit: 0", "--- ", "+++ ", "diff ", "cell 1 ", " show()"];
        !same.iter().any(|start| line.starts_with(start))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns what people see of one output that changed.
fn shown(old: Value, new: Value) -> String {
    shown_with(&["--outputs"], &[old], &[new])
}

#[expect(clippy::needless_pass_by_value, reason = "shorter where it is called")]
fn display(data: Value) -> Value {
    json!({"output_type": "display_data", "metadata": {}, "data": data})
}

fn stream(text: &str) -> Value {
    json!({"output_type": "stream", "name": "stdout", "text": text})
}

fn error(name: &str, message: &str, traceback: &[&str]) -> Value {
    json!({"output_type": "error", "ename": name, "evalue": message, "traceback": traceback})
}

/// Returns a picture of four by five pixels in base64.
fn picture(format: ImageFormat, corner: u8, has_alpha: bool) -> String {
    let mut picture = RgbImage::from_pixel(4, 5, Rgb([200, 200, 200]));
    picture.put_pixel(0, 0, Rgb([corner, 200, 200]));
    let mut picture = DynamicImage::ImageRgb8(picture);
    if has_alpha {
        picture = DynamicImage::ImageRgba8(picture.into_rgba8());
    }
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    STANDARD.encode(file.into_inner())
}

fn png(corner: u8) -> Value {
    display(json!({
        "image/png": picture(ImageFormat::Png, corner, false),
        "text/plain": "<Figure size 4x5>",
    }))
}

#[test]
fn pictures_with_other_pixels() {
    assert_snapshot!(shown(png(200), png(20)), @"
    outputs of 1 cell changed
    output 1 (image/png): 4×5, 5.0 % of pixels differ, by 24 % on average
    ");
}

#[test]
fn pictures_with_the_same_pixels_are_noise() {
    let other = display(json!({
        "image/png": picture(ImageFormat::Png, 200, true),
        "text/plain": "<Figure size 4x5>",
    }));
    assert_snapshot!(shown(png(200), other.clone()), @"
    only noise changed: 1 picture with the same pixels (--all shows them)
    ");
    assert_snapshot!(shown_with(&["--all"], &[png(200)], &[other]), @"
    only noise changed: 1 picture with the same pixels
    output 1 (image/png): 4×5, the same pixels, 133 B → 135 B
    ");
}

#[test]
fn pictures_of_other_sizes() {
    let mut file = Cursor::new(Vec::new());
    let large = image::RgbaImage::from_pixel(8, 5, Rgba([1, 2, 3, 255]));
    large.write_to(&mut file, ImageFormat::Png).unwrap();
    let large = display(json!({"image/png": STANDARD.encode(file.into_inner())}));
    assert_snapshot!(shown(png(200), large), @"
    outputs of 1 cell changed
    output 1 (image/png, text/plain)
    image/png: 4×5 → 8×5, 133 B → 132 B
    text/plain: removed, 17 B, 3a23e3cb
    ");
}

#[test]
fn pictures_that_cannot_be_decoded_are_told_by_size() {
    let broken = |end: &str| {
        display(json!({"image/png": format!("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAFCAYA{end}")}))
    };
    assert_snapshot!(shown(broken("AAAA"), broken("BBBB")), @"
    outputs of 1 cell changed
    output 1 (image/png): 4×5, 30 B (6a8708d3 → 5dde736a)
    ");
}

#[test]
fn drawings_are_the_same_with_other_ids_and_dates() {
    let drawing = |id: &str, date: &str| {
        display(json!({"image/svg+xml": format!(
            "<svg>\n<dc:date>{date}</dc:date>\n<g clip-path=\"url(#p{id})\"/>\n\
             <clipPath id=\"p{id}\"/>\n</svg>"
        )}))
    };
    let (old, new) = (
        drawing("0123456789", "2020-01-01"),
        drawing("abcdef9876", "2021-02-03"),
    );
    assert_snapshot!(shown(old, new), @"
    only noise changed: ids in 1 output (--all shows them)
    ");
}

/// Returns a frame as pandas prints it, rows as names of rows and cells.
fn frame(head: &[&str], rows: &[(&str, &[&str])]) -> Value {
    let cells = |tag: &str, cells: &[&str]| -> String {
        let cells: Vec<_> = cells
            .iter()
            .map(|cell| format!("<{tag}>{cell}</{tag}>"))
            .collect();
        cells.concat()
    };
    let lines = rows
        .iter()
        .map(|(name, row)| format!("<tr><th>{name}</th>{}</tr>\n", cells("td", row)));
    let plain = rows
        .iter()
        .map(|(name, row)| format!("{name} {}\n", row.join(" ")));
    let size = format!("{} rows × {} columns", rows.len(), head.len());
    display(json!({
        "text/html": format!(
            "<div>\n<style scoped>\n.dataframe tbody tr th {{ vertical-align: top; }}\n</style>\n\
             <table border=\"1\" class=\"dataframe\">\n<thead>\n<tr><th></th>{}</tr>\n</thead>\n\
             <tbody>\n{}</tbody>\n</table>\n<p>{size}</p>\n</div>",
            cells("th", head), lines.collect::<String>()
        ),
        "text/plain": format!("  {}\n{}\n[{size}]", head.join(" "), plain.collect::<String>()),
    }))
}

#[test]
fn tables_are_shown_by_cell() {
    let old = frame(
        &["town", "rain", "wind"],
        &[
            ("0", &["Oslo", "0.81", "3"]),
            ("1", &["Rome", "0.5", "4"]),
            ("2", &["東京", "1,200", "5"]),
        ],
    );
    let new = frame(
        &["town", "rain", "wind"],
        &[
            ("0", &["Oslo", "0.84", "3"]),
            ("1", &["Rome", "0.5", "4"]),
            ("2", &["東京", "1,150", "NaN"]),
        ],
    );
    assert_snapshot!(shown(old, new), @"
    outputs of 1 cell changed
    output 1 (text/html): 2 rows changed
        rain                 wind
     0  0.81 → 0.84 (+0.03)  3
     2  1,200 → 1,150 (-50)  5 → NaN
    ");
}

#[test]
fn rows_that_are_only_called_otherwise_are_told() {
    let old = frame(&["rain"], &[("0", &["0.81"]), ("1", &["0.5"])]);
    let new = frame(&["rain"], &[("1", &["0.81"]), ("2", &["0.5"])]);
    assert_snapshot!(shown(old, new), @"
    outputs of 1 cell changed
    output 1 (text/html): 2 rows changed
     0 → 1
     1 → 2
    ");
}

#[test]
fn tables_with_rows_and_columns_that_came_and_went() {
    let old = frame(
        &["town", "rain"],
        &[
            ("0", &["Oslo", "0.81"]),
            ("1", &["Rome", "0.5"]),
            ("2", &["Bern", "0.7"]),
        ],
    );
    let new = frame(
        &["town", "rain", "sun"],
        &[
            ("0", &["Oslo", "0.81", "1"]),
            ("1", &["Kyiv", "0.6", "2"]),
            ("2", &["Rome", "0.5", "3"]),
            ("3", &["Bern", "0.7", "4"]),
        ],
    );
    assert_snapshot!(shown(old, new), @"
    outputs of 1 cell changed
    output 1 (text/html): 1 row added, 1 column added
    note: 3 rows × 2 columns → 4 rows × 3 columns
    +column sun: 1, 2, 3, 4
        town  rain  sun
    +1  Kyiv  0.6   2
    ");
}

#[test]
fn long_and_wide_tables_are_cut_and_folded() {
    let names: Vec<String> = (0..40).map(|at| format!("{at}")).collect();
    let table = |digit: &str| {
        let cell = format!("{digit}.00000000000000000000");
        let cells = [cell.as_str(); 6];
        let rows: Vec<(&str, &[&str])> = names.iter().map(|name| (&**name, &cells[..])).collect();
        frame(&["a", "b", "c", "d", "e", "f"], &rows)
    };
    assert_snapshot!(shown(table("1"), table("2")), @"
    outputs of 1 cell changed
    output 1 (text/html): 40 rows changed
        a
     0  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     1  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     2  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
        b
     0  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     1  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     2  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
        c
     0  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     1  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     2  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
        d
     0  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     1  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     2  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
        e
     0  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     1  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
     2  1.00000000000000000000 → 2.00000000000000000000 (+1.00000000000000000000)
    … 37 more rows, 1 more column (--all shows them)
    ");
}

#[test]
fn markup_around_the_same_table_is_noise() {
    let old = frame(&["a"], &[("0", &["1"])]);
    let mut new = old.clone();
    let html = old["data"]["text/html"].as_str().unwrap();
    new["data"]["text/html"] = json!(html.replace(" scoped", "").replace("border=\"1\"", ""));
    assert_snapshot!(shown(old, new), @"
    only noise changed: markup in 1 output (--all shows them)
    ");
}

#[test]
fn values_are_shown_by_pointer() {
    let plot = |title: &str, numbers: std::ops::Range<u32>, extra: Value| {
        display(json!({
            "application/vnd.plotly.v1+json": {
                "data": [{"type": "bar", "y": numbers.collect::<Vec<_>>()}],
                "layout": {"title": {"text": title}, "extra": extra},
            },
            "text/html": format!("<div><script>Plotly.newPlot(\"{title}\")</script></div>"),
        }))
    };
    let (old, new) = (
        plot("Rain", 0..1000, json!(null)),
        plot("Sun", 1..1001, json!({"a": 1})),
    );
    assert_snapshot!(shown(old, new), @r#"
    outputs of 1 cell changed
    output 1 (application/vnd.plotly.v1+json, text/html)
    application/vnd.plotly.v1+json:
    /data/0/y: 1,000 numbers, 1,000 changed
    /layout/extra: null → {"a": 1}
    /layout/title/text: "Rain" → "Sun"
    text/html: 50 B → 49 B (5a164570 → 7831d5aa)
    "#);
}

#[test]
fn views_of_widgets_are_the_same_with_other_models() {
    let view = |model: &str| {
        display(json!({
            "application/vnd.jupyter.widget-view+json":
                {"model_id": model, "version_major": 2, "version_minor": 0},
            "text/plain": "IntSlider(value=1)",
        }))
    };
    assert_snapshot!(shown(view("0a"), view("1b")), @"
    only noise changed: ids in 1 output (--all shows them)
    ");
}

#[test]
fn errors_are_shown_by_their_message() {
    let old = error(
        "KeyError",
        "'a'",
        &["\u{1b}[0;31mKeyError\u{1b}[0m", "----> 1 x['a']"],
    );
    let new = error(
        "NameError",
        "name 'y'",
        &["\u{1b}[0;31mNameError\u{1b}[0m", "----> 1 y"],
    );
    assert_snapshot!(shown(old, new), @"
    outputs of 1 cell changed
    output 1 (error)
    error: KeyError: 'a' → NameError: name 'y'
    ");
}

#[test]
fn frames_of_an_error_are_shown_where_they_differ() {
    let frames = |path: &str, line: u32, call: &str| {
        error(
            "KeyError",
            "'a'",
            &[
                "KeyError  Traceback (most recent call last)",
                &format!("File {path}:{line}, in <module>"),
                &format!("      1 import x\n----> {line} {call}"),
                "KeyError: 'a'",
            ],
        )
    };
    let old = frames("/tmp/ipykernel_1/2.py", 2, "f(x)");
    let moved = frames("/tmp/ipykernel_33/44.py", 7, "f(x)");
    assert_snapshot!(shown(old.clone(), moved), @"
    only noise changed: line numbers in 1 output (--all shows them)
    ");
    let new = frames("/tmp/ipykernel_1/2.py", 2, "g(x)");
    assert_snapshot!(shown(old, new), @"
    outputs of 1 cell changed
    output 1 (error): KeyError: 'a'
    @@ -1,5 +1,5 @@
     KeyError  Traceback (most recent call last)
     File /tmp/ipykernel_1/2.py:2, in <module>
           1 import x
    -----> 2 f(x)
    +----> 2 g(x)
     KeyError: 'a'
    ");
}

#[test]
fn what_is_noise_is_counted_by_class() {
    let text = |time: &str, address: &str| {
        [
            stream(&format!("Wall time: {time}\n")),
            display(json!({"text/plain": format!("<A at 0x{address}>")})),
            json!({"output_type": "stream", "name": "stderr",
                   "text": format!("10%|#\r{time}\r100%|##| 9/9 [00:0{}<00:00, 9it/s]\n", time.len())}),
        ]
    };
    let (old, new) = (text("1.2 s", "7f00aa001122"), text("34 ms", "7f00aa003344"));
    assert_snapshot!(shown_with(&[], &old, &new), @"
    only noise changed: addresses in 1 output, progress in 1 output, timings in 1 output (--all shows them)
    ");
    let (old, new) = (
        text("1.2 s", "7f00aa001122"),
        text("345 ms", "7f00aa001122"),
    );
    assert_snapshot!(shown_with(&[], &old, &new), @"
    only noise changed: timings in 2 outputs (--all shows them)
    ");
}

#[test]
fn numbers_beside_timings_are_real() {
    let bar = |time: &str, loss: &str| {
        stream(&format!(
            "100%|██| 3/3 [00:{time}<00:00, 1.5s/it, loss={loss}]\nWall time: {time} s\n"
        ))
    };
    assert_snapshot!(shown(bar("11", "0.31"), bar("12", "0.32")), @"
    outputs of 1 cell changed
    output 1 (stream stdout)
    @@ -1,2 +1,2 @@
    -100%|██| 3/3 [00:11<00:00, 1.5s/it, loss=0.31]
    +100%|██| 3/3 [00:12<00:00, 1.5s/it, loss=0.32]
     Wall time: 12 s
    ");
}

#[test]
fn programs_are_told_what_a_change_means() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "old.ipynb",
        notebook(&[png(200), frame(&["a"], &[("0", &["1"])])]),
    );
    sandbox.write(
        "new.ipynb",
        notebook(&[png(20), frame(&["a"], &[("0", &["3"])])]),
    );
    let out = sandbox.nbweave(&["diff", "--format", "json", "old.ipynb", "new.ipynb"]);
    let line = out.lines().find(|line| line.starts_with('{')).unwrap();
    let diff: Value = serde_json::from_str(line).unwrap();
    let outputs = diff["cells"][0]["outputs"].as_array().unwrap();
    let meanings: Vec<_> = outputs
        .iter()
        .map(|output| &output["parts"][0]["meaning"])
        .collect();
    assert_eq!(meanings[0]["pixels"], json!("differ"));
    assert_eq!(meanings[0]["share"], json!(0.05));
    assert_eq!(
        meanings[1]["rows"][0]["cells"],
        json!([{"column": 0, "old": "1", "new": "3", "delta": 2.0}])
    );
}

#[test]
fn drawings_are_shown_by_their_words() {
    let drawing = |label: &str, x: u32| {
        display(json!({"image/svg+xml": format!(
            "<svg>\n<!-- frame -->\n<path d=\"M {x} 0\"/>\n<text x=\"{x}\">{label}</text>\n</svg>"
        )}))
    };
    assert_snapshot!(shown(drawing("rain", 1), drawing("sun", 2)), @"
    outputs of 1 cell changed
    output 1 (image/svg+xml): 2 lines of markup changed, 69 B → 68 B
    @@ -1,2 +1,2 @@
     frame
    -rain
    +sun
    ");
    assert_snapshot!(shown(drawing("rain", 1), drawing("rain", 2)), @"
    outputs of 1 cell changed
    output 1 (image/svg+xml): 2 lines of markup changed, 69 B
    ");
}

#[test]
fn what_stands_beside_a_table_does_not_tell_it_again() {
    let with_twins = |cell: &str| {
        let mut output = frame(&["a"], &[("0", &[cell])]);
        output["data"]["text/markdown"] = json!(format!("| a |\n|---|\n| {cell} |"));
        output["data"]["application/vnd.dataresource+json"] = json!({"data": [{"a": cell}]});
        output
    };
    let mut new = with_twins("2");
    assert_snapshot!(shown(with_twins("1"), new.clone()), @"
    outputs of 1 cell changed
    output 1 (text/html): 1 row changed
        a
     0  1 → 2 (+1)
    ");
    // What is new beside it is no other way to say the same.
    new["data"].as_object_mut().unwrap().remove("text/markdown");
    assert_snapshot!(shown(with_twins("1"), new), @"
    outputs of 1 cell changed
    output 1 (text/markdown, text/html)
    text/markdown: removed, 17 B, 7d623ec7
    text/html: 1 row changed
        a
     0  1 → 2 (+1)
    ");
}
