//! What is shown of small pairs of notebooks that other tools get wrong.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

/// Compares two files and returns what people see.
#[track_caller]
fn shown(old: &str, new: &str) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("old.ipynb", old);
    sandbox.write("new.ipynb", new);
    sandbox.nbweave(&["diff", "--outputs", "old.ipynb", "new.ipynb"])
}

#[test]
fn a_cell_that_moved() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}, {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell moved
    cell 1 · code · moved from cell 3
     frame.plot(kind='bar') …
    … 2 unchanged cells
    ");
}

#[test]
fn two_cells_that_changed_places() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell moved
    cell 1 · code · moved from cell 2
     frame.groupby('town').mean()
    … 2 unchanged cells
    ");
}

#[test]
fn a_cell_that_was_split() {
    let old = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame = load('rain.csv')\nframe = frame.dropna()\nprint(frame.shape)\nmodel = fit(frame, depth=3)\nprint(model.score)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    let new = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame = load('rain.csv')\nframe = frame.dropna()\nprint(frame.shape)"}, {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "model = fit(frame, depth=3)\nprint(model.score)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell split
    cell 1 → 1, 2 · code · split into 2
     frame = load('rain.csv') …
     model = fit(frame, depth=3) …
    ");
}

#[test]
fn two_cells_that_were_joined() {
    let old = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame = load('rain.csv')\nframe = frame.dropna()\nprint(frame.shape)"}, {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "model = fit(frame, depth=3)\nprint(model.score)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    let new = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame = load('rain.csv')\nframe = frame.dropna()\nprint(frame.shape)\nmodel = fit(frame, depth=3)\nprint(model.score)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell joined
    cells 1, 2 → 1 · code · joined from 2
     frame = load('rain.csv') …
    ");
}

#[test]
fn code_that_became_prose() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "Some notes"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "Some notes"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · markdown · now markdown, was code
     Some notes
    ");
}

#[test]
fn ids_that_are_all_new() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "x", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "y", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "z", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    only noise changed: 3 cell ids (--all shows them)
    ");
}

#[test]
fn a_cell_that_was_rewritten() {
    let old = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "alpha(1)\nbeta(2)\ngamma(3)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    let new = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "while True:\n    wait(seconds)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell added, 1 removed
    … 1 unchanged cell
    cell 2 · code · removed
    @@ -1,3 +0,0 @@
    -alpha(1)
    -beta(2)
    -gamma(3)
    cell 2 · code · added
    @@ -0,0 +1,2 @@
    +while True:
    +    wait(seconds)
    ");
}

#[test]
fn true_that_became_one() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {"flag": true, "n": 1}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {"flag": 1, "n": 1.5}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    metadata of 1 cell changed
    cell 1 · code · metadata modified
     import pandas as pd …
    metadata.flag: true → 1
    metadata.n: 1 → 1.5
    ");
}

#[test]
fn line_ends_that_changed() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = 1\r\nb = 2"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = 1\nb = 2"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1,2 +1,2 @@
    -a = 1␍
    +a = 1
     b = 2
    ");
}

#[test]
fn a_final_newline() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = 1"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = 1\n"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @r"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1 +1 @@
    -a = 1
    \ No newline at end of cell
    +a = 1
    ");
}

#[test]
fn a_line_separator_inside_a_line() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = \u2028 1"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = \u2028 2"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1 +1 @@
    -a = <U+2028> 1
    +a = <U+2028> 2
    ");
}

#[test]
fn half_a_surrogate_pair() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "s = '\ud83d'"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "s = '\ud83e'"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @r"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1 +1 @@
    -s = '\ud83d'
    +s = '\ud83e'
    ");
}

#[test]
fn a_string_and_its_lines() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "a = 1\nb = 2"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": ["a = 1\n", "b = 2"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"exit: 0");
}

#[test]
fn a_picture_that_changed() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "aGVsbG8="}}], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "aGVsbG9v"}}], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    outputs of 1 cell changed
    cell 1 · code · outputs modified
     frame.plot(kind='bar') …
    output 1 (image/png): 5 B → 6 B (6fe27ec4 → 724b70f0)
    ");
}

#[test]
fn a_byte_order_mark() {
    let old = &format!(
        "\u{feff}{}",
        r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#
    );
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}, {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"exit: 0");
}

#[test]
fn a_file_that_was_empty() {
    let old = "";
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell added
    cell 1 · code · added
    @@ -0,0 +1,2 @@
    +import pandas as pd
    +frame = pd.read_csv('a.csv')
    ");
}

#[test]
fn conflict_markers_in_the_file() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [
<<<<<<< ours
]}
"#;
    assert_snapshot!(shown(old, new), @r#"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    compared as text: the new version cannot be read as a notebook: invalid JSON at line 2, column 1: a merge left conflict markers in the file
    @@ -1 +1,3 @@
    -{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    +{"cells": [
    +<<<<<<< ours
    +]}
    "#);
}

#[test]
fn a_notebook_of_nbformat_3() {
    let old = r#"{"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": [{"cell_type": "code", "input": "import pandas as pd\nframe = pd.read_csv('a.csv')", "language": "python", "metadata": {}, "outputs": []}]}]}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    notebook metadata changed
    notebook
    nbformat: 3.0 → 4.5
    … 1 unchanged cell
    ");
}

#[test]
fn cells_without_metadata() {
    let old = r#"{"cells": [{"cell_type": "code", "source": "a = 1"}], "nbformat": 4}"#;
    let new = r#"{"cells": [{"cell_type": "code", "source": "a = 2"}], "nbformat": 4}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1 +1 @@
    -a = 1
    +a = 2
    ");
}

#[test]
fn a_cell_without_outputs() {
    let old = r#"{"cells": [{"cell_type": "code", "metadata": {}, "source": "a"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    let new = r#"{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1\n"}], "source": "a"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    outputs added to 1 cell
    cell 1 · code · outputs added
     a
    output 1 (stream stdout) added: 1
    ");
}

#[test]
fn an_output_without_metadata() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "display_data", "data": {"text/plain": "1"}}], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": "2"}}], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    outputs of 1 cell changed
    cell 1 · code · outputs modified
     frame.plot(kind='bar') …
    output 1 (text/plain)
    @@ -1 +1 @@
    -1
    +2
    ");
}

#[test]
fn a_minor_version_to_come() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 99}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 99}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1,2 +1 @@
    -import pandas as pd
    -frame = pd.read_csv('a.csv')
    +frame.groupby('town').mean()
    ");
}

#[test]
fn a_stream_in_other_pieces() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1\n"}, {"output_type": "stream", "name": "stdout", "text": "2\n"}], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]}], "source": "frame.plot(kind='bar')\nplt.show()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"exit: 0");
}

#[test]
fn ids_that_are_there_twice() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').mean()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}, {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "frame.groupby('town').median()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    1 cell modified
    … 1 unchanged cell
    cell 2 · code · modified
    @@ -1 +1 @@
    -frame.groupby('town').mean()
    +frame.groupby('town').median()
    ");
}

#[test]
fn cells_of_one_letter() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "x"}, {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "y"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "q"}, {"cell_type": "code", "id": "d", "metadata": {}, "execution_count": null, "outputs": [], "source": "r"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    2 cells added, 2 removed
    cell 1 · code · removed
    @@ -1 +0,0 @@
    -x
    cell 2 · code · removed
    @@ -1 +0,0 @@
    -y
    cell 1 · code · added
    @@ -0,0 +1 @@
    +q
    cell 2 · code · added
    @@ -0,0 +1 @@
    +r
    ");
}

#[test]
fn not_a_number_is_equal_to_itself() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {"n": NaN}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {"n": NaN}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"exit: 0");
}

#[test]
fn a_file_that_is_no_notebook() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = "[1, 2]\n";
    assert_snapshot!(shown(old, new), @r#"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    compared as text: the new version cannot be read as a notebook: not a notebook at line 1, column 1: expected an object, met an array
    @@ -1 +1 @@
    -{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import pandas as pd\nframe = pd.read_csv('a.csv')"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    +[1, 2]
    "#);
}

#[test]
fn a_table_that_changed() {
    let old = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/html": "<table><tr><td>1.5</td></tr></table>", "text/plain": "1.5"}}], "source": "frame.groupby('town').mean()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let new = r#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/html": "<table><tr><td>2.5</td></tr></table>", "text/plain": "2.5"}}], "source": "frame.groupby('town').mean()"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    assert_snapshot!(shown(old, new), @"
    exit: 0
    --- stdout
    diff --nbweave old.ipynb new.ipynb
    --- old.ipynb
    +++ new.ipynb
    outputs of 1 cell changed
    cell 1 · code · outputs modified
     frame.groupby('town').mean()
    output 1 (text/html): 1 row changed
     row 1  1.5 → 2.5 (+1.0)
    ");
}
