//! `nbweave diff --format html`: one page, from the notebooks to the file.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::revisions::{notebook, with_outputs};
use crate::sandbox::Sandbox;

/// Compares `a.ipynb` as committed with as it is, and returns the page.
#[track_caller]
fn page(old: &str, new: &str) -> String {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", old);
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox.write("a.ipynb", new);
    written(&sandbox, &[])
}

/// Writes a page to a file, and returns it.
#[track_caller]
fn written(sandbox: &Sandbox, args: &[&str]) -> String {
    let all = [&["diff", "--format", "html", "-o", "page.html"], args].concat();
    assert_eq!(sandbox.nbweave(&all), "exit: 0\n");
    sandbox.read("page.html")
}

/// Returns what a page says of its notebooks, an element on a line.
fn main_of(page: &str) -> String {
    let (_, main) = page.split_once("<main").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    let (_, main) = main.split_once('>').unwrap();
    let mut lines = main.to_owned();
    for tag in [
        "section", "header", "h2", "h3", "h4", "p", "article", "details", "summary", "div", "del",
        "ins", "span", "s", "ul", "li", "i", "em", "figure", "iframe", "a",
    ] {
        lines = lines.replace(&format!("<{tag} "), &format!("\n<{tag} "));
        lines = lines.replace(&format!("<{tag}>"), &format!("\n<{tag}>"));
    }
    lines.trim_start().to_owned()
}

fn file(cells: &[Value]) -> String {
    json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).to_string()
}

fn code(id: &str, source: &str, outputs: &[Value]) -> Value {
    json!({"cell_type": "code", "id": id, "source": source, "metadata": {},
           "outputs": outputs, "execution_count": null})
}

fn shown(data: &Value) -> Value {
    json!({"output_type": "display_data", "data": data, "metadata": {}})
}

#[test]
fn a_changed_cell_has_its_lines_with_numbers_and_words() {
    let old = notebook(&["a = 1\nb = 2\n", "print(a)\n"]);
    let new = notebook(&["a = 1\nb = 3\nc = 4\n", "print(a)\n"]);
    assert_snapshot!(main_of(&page(&old, &new)), @r##"
    <section class="nb" id="nb1" aria-labelledby="nb1-name">
    <header>
    <h2 id="nb1-name">a.ipynb</h2>
    <p>1 cell modified</p></header>
    <article class="cell modified" id="nb1-cell-1" aria-labelledby="nb1-cell-1-name">
    <a class="here" href="#nb1-cell-1" aria-label="Link to cell 1">#</a>
    <details class="body" open>
    <summary>
    <h3 id="nb1-cell-1-name">cell 1</h3> 
    <span class="kind">code</span> 
    <span class="tag modified">modified</span></summary>
    <div class="code">
    <div class="ctx">
    <span data-o="1" data-n="1">a = 1</span>
    <s data-n="1">a = 1</s></div>
    <div class="chg">
    <del data-o="2">b = <b>2</b></del>
    <ins data-n="2">b = <b>3</b></ins>
    <ins data-n="3">c = 4</ins></div></div></details></article>
    <details class="same">
    <summary>1 unchanged cell</summary>
    <div class="cell" id="nb1-cell-2">
    <p class="aside">cell 2 · code</p><pre>print(a)
    </pre></div></details></section>
    "##);
}

#[test]
fn a_page_is_a_whole_document_that_allows_itself_only() {
    let page = page(&notebook(&["a = 1\n"]), &notebook(&["a = 2\n"]));
    assert!(page.starts_with(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;;"
    ));
    assert!(page.ends_with("</body></html>\n"));
    assert!(page.len() < 60_000, "{}", page.len());
}

#[test]
fn all_notebooks_are_on_one_page_with_a_list_of_them() {
    let sandbox = Sandbox::with_repository();
    for name in ["a.ipynb", "b.ipynb", "sub/c.ipynb"] {
        sandbox.write(name, notebook(&["x = 1\n"]));
    }
    sandbox.write("broken.ipynb", "{\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox.write("a.ipynb", notebook(&["x = 2\n"]));
    sandbox.write("broken.ipynb", "{{\n");
    sandbox.write("sub/c.ipynb", notebook(&["x = 1\n", "y = 2\n"]));
    let page = written(&sandbox, &[]);
    let (_, list) = page.split_once("<nav").unwrap();
    let (list, _) = list.split_once("</nav>").unwrap();
    let items: Vec<_> = list.split("<li>").skip(1).collect();
    assert_eq!(items.len(), 3, "{list}");
    assert!(items[0].contains("href=\"#nb1\">a.ipynb</a>") && items[0].contains("1 modified"));
    assert!(items[1].contains("href=\"#nb2\">broken.ipynb</a>"));
    assert!(items[1].contains("compared as text: the old version cannot be read"));
    assert!(items[2].contains("href=\"#nb3\">sub/c.ipynb</a>") && items[2].contains("1 added"));
    for id in ["nb1", "nb2", "nb3"] {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(page.contains("<title>3 notebooks changed</title>"));
    assert!(
        page.contains("<ins data-n=\"1\">{<b>{</b></ins>"),
        "{}",
        main_of(&page)
    );
}

#[test]
fn where_nothing_changed_the_page_says_so() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", notebook(&["x = 1\n"]));
    sandbox.git(&["add", "."]);
    let page = written(&sandbox, &[]);
    assert!(page.contains("<title>Nothing changed</title>"));
    assert!(main_of(&page).contains("The notebooks are the same."));
}

#[test]
fn a_merge_conflict_and_a_rename_are_told() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", notebook(&["x = 1\n"]));
    sandbox.write(
        "b.ipynb",
        notebook(&["a long line that stays\n", "y = 1\n"]),
    );
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox.git(&["mv", "b.ipynb", "c.ipynb"]);
    let page = written(&sandbox, &["HEAD"]);
    assert!(
        page.contains("<h2 id=\"nb1-name\">b.ipynb → c.ipynb</h2><p>the content is the same</p>")
    );
    sandbox.git(&["commit", "--quiet", "--message", "two"]);
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.ipynb", notebook(&["x = 2\n"]));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "side"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", notebook(&["x = 3\n"]));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "main"]);
    assert!(!sandbox.try_git(&["merge", "side"]).status.success());
    let page = written(&sandbox, &[]);
    assert!(page.contains("<h2 id=\"nb1-name\">a.ipynb</h2><p>a merge left it in conflict</p>"));
}

#[test]
fn outputs_that_did_not_change_are_not_on_the_page() {
    let old = with_outputs(&[("a = 1\n", "a very long output\n"), ("b = 2\n", "short\n")]);
    let new = with_outputs(&[("a = 2\n", "a very long output\n"), ("b = 2\n", "brief\n")]);
    let page = page(&old, &new);
    assert!(!page.contains("a very long output"));
    assert!(page.contains("<del data-o=\"1\">short</del>"));
    assert!(page.contains("<ins data-n=\"1\">brief</ins>"));
}

#[test]
fn moved_cells_and_the_places_where_they_were_know_each_other() {
    let cell = |at: usize| {
        code(
            &format!("c{at}"),
            &format!("value_{at} = compute({at})"),
            &[],
        )
    };
    let mut cells: Vec<_> = (0..6).map(cell).collect();
    let old = file(&cells);
    let moved = cells.remove(1);
    cells.push(moved);
    let main = main_of(&page(&old, &file(&cells)));
    for part in [
        "<p class=\"stub\" id=\"nb1-from-2\">cell 2 moved to ",
        "<a href=\"#nb1-cell-c1\">cell 6</a>",
        "<article class=\"cell moved\" id=\"nb1-cell-c1\"",
        "<a href=\"#nb1-from-2\">Where it was</a>",
    ] {
        assert!(main.contains(part), "{part}: {main}");
    }
    let (before, _) = main.split_once("class=\"stub\"").unwrap();
    assert!(before.contains("nb1-cell-c0") && !before.contains("nb1-cell-c2"));
}

#[test]
fn each_part_of_a_split_cell_can_be_linked_to() {
    let first = "one = load('one.csv')\ntwo = load('two.csv')\n";
    let second = "both = join(one, two)\nprint(both.head())\n";
    let old = file(&[code("a", &format!("{first}{second}"), &[])]);
    let new = file(&[code("a", first, &[]), code("b", second, &[])]);
    let main = main_of(&page(&old, &new));
    assert!(main.contains("split into 2"), "{main}");
    for id in ["nb1-cell-a", "nb1-cell-b"] {
        assert_eq!(main.matches(&format!(" id=\"{id}\"")).count(), 1, "{main}");
    }
    assert!(main.contains("<em>here begins cell 2</em>"), "{main}");
}

#[test]
fn ids_that_are_no_good_or_taken_give_way_to_numbers() {
    let ids = ["ok_1-A", "ok_1-A", "7", "\"><b>", "é"];
    let cell = |source: &str| {
        let cells = ids.iter().enumerate();
        let cells = cells.map(|(at, id)| code(id, &format!("{source}_{at} = compute({at})"), &[]));
        file(&cells.collect::<Vec<_>>())
    };
    let main = main_of(&page(&cell("old"), &cell("new")));
    for id in [
        "nb1-cell-ok_1-A",
        "nb1-cell-2",
        "nb1-cell-3",
        "nb1-cell-4",
        "nb1-cell-5",
    ] {
        assert_eq!(
            main.matches(&format!(" id=\"{id}\"")).count(),
            1,
            "{id}: {main}"
        );
    }
}

#[test]
fn html_outputs_stand_in_frames_that_may_do_nothing() {
    let output = |text: &str| {
        [shown(
            &json!({"text/html": format!("<p>{text}</p><script>s</script>")}),
        )]
    };
    let old = file(&[code("a", "x", &output("one"))]);
    let new = file(&[code("a", "x", &output("two"))]);
    let page = page(&old, &new);
    assert_eq!(page.matches("<iframe sandbox loading=\"lazy\"").count(), 2);
    assert!(page.contains("&lt;body&gt;&lt;p&gt;two&lt;/p&gt;\"></iframe>"));
}

#[test]
fn outputs_that_need_a_script_are_told() {
    let plot = json!({
        "application/vnd.plotly.v1+json": {"data": "x".repeat(5000)},
        "text/html": "<div id=\"p\"></div><script>draw()</script>",
    });
    let old = file(&[code("a", "x", &[])]);
    let new = file(&[code("a", "x", &[shown(&plot)])]);
    let main = main_of(&page(&old, &new));
    assert!(
        main.contains("Not shown: text/html, 1 line, 41 B, "),
        "{main}"
    );
    assert!(
        main.contains("; application/vnd.plotly.v1+json, 5.0 KB, "),
        "{main}"
    );
    assert!(!main.contains("draw()"), "{main}");
}

#[test]
fn attached_pictures_are_shown_before_and_after() {
    // Heads of PNG files of one pixel and of four.
    let (one, four) = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB",
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAAC",
    );
    let attached = |attachments: Value| {
        let mut cell = json!({"cell_type": "markdown", "id": "a", "metadata": {}, "source": "x"});
        cell["attachments"] = attachments;
        file(&[cell])
    };
    let old = attached(json!({"p.png": {"image/png": one}, "old.png": {"image/png": one}}));
    let new = attached(json!({"p.png": {"image/png": four}, "new.png": {"image/png": four}}));
    let main = main_of(&page(&old, &new));
    assert!(main.contains("3 attachments changed"), "{main}");
    assert!(!main.contains("metadata key"), "{main}");
    for (width, what) in [
        ("1", "before"),
        ("2", "after"),
        ("1", "removed"),
        ("2", "added"),
    ] {
        let picture = format!("width=\"{width}\" height=\"{width}\" alt=\"{what}\"");
        assert!(main.contains(&picture), "{picture} {main}");
    }
    assert_eq!(main.matches("<fieldset").count(), 1);
}

#[test]
fn a_result_goes_to_the_file_and_nowhere_else() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", notebook(&["x = 1\n"]));
    sandbox.write("b.ipynb", notebook(&["x = 2\n"]));
    for format in ["html", "json", "terminal"] {
        let args = ["diff", "--format", format, "a.ipynb", "b.ipynb"];
        let expected = sandbox.run(&args, "");
        assert!(!expected.stdout.is_empty());
        // A second time, over the first result.
        for _ in 0..2 {
            let said = sandbox.nbweave(&[&args[..], &["--exit-code", "--output", "out"]].concat());
            assert_eq!(said, "exit: 1\n");
        }
        assert_eq!(sandbox.read("out").as_bytes(), expected.stdout, "{format}");
    }
    assert_eq!(sandbox.names(), ["a.ipynb", "b.ipynb", "out"]);
    let said = sandbox.nbweave(&["diff", "a.ipynb", "b.ipynb", "-o", "no/such/out"]);
    let expected = "exit: 129\n--- stderr\nnbweave: cannot write 'no/such/out': No such file";
    assert!(said.starts_with(expected), "{said}");
}
