//! `nbweave convert --to review`.

use base64::Engine as _;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::notebooks::RAN;
use crate::sandbox::Sandbox;

fn pictured(bytes: &[u8]) -> String {
    let mut notebook: Value = serde_json::from_str(RAN).unwrap();
    let picture = base64::engine::general_purpose::STANDARD.encode(bytes);
    let outputs = notebook["cells"][1]["outputs"].as_array_mut().unwrap();
    outputs.push(json!({
        "output_type": "display_data", "metadata": {"filename": "../../evil.png"},
        "data": {"image/png": picture, "text/plain": "<Figure>"},
    }));
    notebook.to_string()
}

#[test]
fn a_script_to_review_has_outputs() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    let shown = sandbox.nbweave(&["convert", "--to", "review", "a.ipynb", "-o", "-"]);
    assert_snapshot!(shown, @r##"
    exit: 0
    --- stdout
    #: notebook python3

    # %% [markdown]
    # # Title

    # %%
    #: tags: ["greeting"]
    print('hello')
    #>> stream stdout
    #> hello
    "##);
    sandbox
        .nbweave(&["convert", "--to", "review", "a.ipynb"])
        .clear();
    assert_eq!(sandbox.names(), ["a.ipynb", "a.review.py"]);
}

#[test]
fn markdown_to_review_links_to_pictures_by_their_content() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.ipynb", pictured(b"not really a picture"));
    let args = [
        "convert",
        "--to",
        "review:md",
        "in/a.ipynb",
        "--outputs",
        "in/my pictures",
    ];
    let shown = sandbox.nbweave(&args);
    assert!(shown.starts_with("exit: 0\n"), "{shown}");
    let text = sandbox.read("in/a.review.md");
    let name = "(my%20pictures/";
    let at = text.find(name).unwrap() + name.len();
    let name = text.get(at..).unwrap().split(')').next().unwrap();
    assert_eq!(name.len(), "0123456789ab.png".len());
    let path = sandbox.path("in/my pictures").join(name);
    assert_eq!(std::fs::read(&path).unwrap(), b"not really a picture");
    assert_snapshot!(text.replace(name, "NAME"), @r#"
    <!-- notebook python3 -->

    <!-- cell: markdown -->

    # Title

    <!-- cell: code -->
    <!-- tags: ["greeting"] -->

    ```python
    print('hello')
    ```

    Output: `stream stdout`

    ```
    hello
    ```

    ![image/png: 20 B, 5f96d294](my%20pictures/NAME)
    "#);
}

#[cfg(unix)]
#[test]
fn pictures_are_not_written_through_links() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", pictured(b"one"));
    sandbox.write("victim", "safe");
    let args = [
        "convert",
        "--to",
        "review:md",
        "a.ipynb",
        "-f",
        "--outputs",
        "out",
    ];
    assert!(sandbox.nbweave(&args).starts_with("exit: 0\n"));
    let picture = std::fs::read_dir(sandbox.path("out"))
        .unwrap()
        .next()
        .unwrap();
    let picture = picture.unwrap().path();
    std::fs::remove_file(&picture).unwrap();
    std::os::unix::fs::symlink(sandbox.path("victim"), &picture).unwrap();
    let shown = sandbox.nbweave(&args);
    assert!(shown.starts_with("exit: 129\n"), "{shown}");
    assert!(shown.contains("something else is there"), "{shown}");
    assert_eq!(sandbox.read("victim"), "safe");
}
