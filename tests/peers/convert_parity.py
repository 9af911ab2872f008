#!/usr/bin/env python3
"""Writes generated notebooks as percent scripts with nbweave and jupytext.

    convert_parity.py --nbweave target/debug/nbweave [--count 300] [--seed 1]

The notebooks are in all script languages, with what scripts find hard: magics,
lines that look like markers, open strings, metadata of all shapes. For each

  back   nbweave takes its own text back to the same kinds and sources
  bytes  the text is jupytext's, but for what the header says about the text;
         asked only where jupytext takes its own text back as it was

What is not so is shown, and makes the exit code 1.
"""

import argparse
import collections
import copy
import difflib
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

import jupytext
import nbformat
from jupytext.cell_metadata import _IGNORE_CELL_METADATA
from jupytext.languages import _SCRIPT_EXTENSIONS
from jupytext.metadata_filter import filter_metadata
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

LINES = """\
x = 1|def f(x):|    return x|class A:|    pass|@dec|||# comment|  indented|%time x|%%time|%%bash|%%bash -s a|%%R|!ls -l
?help|obj?|x = !ls|y = %m|cat a b|cat = 1|# %time|# # !x|'''|\"\"\"|s = '''b'''|%m \\|  cont \\|)|# %% x|# %%|// %%|# In[3]:
%%writefile a.py|    # %cd ..|é|a  |   |# +|%m # noescape|%m # escape|%%|%% -x|#!bash|!*x|:dep a|%%sql select|# ---|```|it's
# Title|# cat pictures|## ls x|text|* item|```mermaid|%%{init}|%% x|In[3]:|*)|a *)|\\alpha|---|a | b""".replace("\n", "|").split("|")

METADATA = [
    {"tags": ["a"]}, {"tags": []}, {"tags": ["active-py"]}, {"tags": ["active-ipynb"]}, {"title": "A title"},
    {"title": "b=1"}, {"k": None}, {"a.b": 1.5, "s": "a b=1 c='2'"}, {"scrolled": True, "d": {"x": [1, "é", None]}},
    {"cell_depth": 2, "title": "x"}, {"region_name": "md"}, {"active": "py"}, {"active": "ipynb"},
    {"lines_to_next_cell": 0}, {"lines_to_next_cell": 2}, {"run_control": {"frozen": True}}, {"language": "sql"},
    {"cell_marker": '"""'}, {"bad key": 1}, {"slideshow": {"slide_type": "slide"}},
]

OPTIONS = [
    {"comment_magics": False}, {"cell_metadata_json": True}, {"cell_markers": '"""'}, {"cell_metadata_filter": "-all"},
    {"notebook_metadata_filter": "-all"}, {"executable": "/bin/x"}, {"custom_cell_magics": "mermaid"},
]

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbweave", required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    dice = random.Random(args.seed)
    ends = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.count):
            notebook, extension = make_notebook(dice)
            ends.update(compare(args.nbweave, notebook, extension, pathlib.Path(folder)))
    print(", ".join(f"{name} {n}" for name, n in sorted(ends.items())))
    return 1 if any(name.isupper() for name in ends) else 0


def make_notebook(dice):
    """Makes a notebook and chooses the extension of its script."""
    extension = dice.choice(list(_SCRIPT_EXTENSIONS)) if dice.random() < 0.5 else ".py"
    metadata = {}
    if dice.random() < 0.8:
        language = _SCRIPT_EXTENSIONS[extension]["language"]
        metadata["kernelspec"] = {"display_name": "K", "language": language, "name": "k"}
    if dice.random() < 0.1:
        metadata["jupytext"] = copy.deepcopy(dice.choice(OPTIONS))
    cells = []
    for _ in range(dice.randint(1, 6)):
        kind = dice.choice(["code", "code", "code", "markdown", "markdown", "raw"])
        source = "\n".join(dice.choice(LINES) for _ in range(dice.choice([0, 1, 1, 2, 2, 3, 5])))
        source += dice.choice([""] * 9 + ["\n", "\n\n"])
        of_cell = copy.deepcopy(dice.choice(METADATA)) if dice.random() < 0.2 else {}
        cells.append(NEW[kind](source, metadata=of_cell))
    if dice.random() < 0.1:
        cells.insert(0, new_raw_cell("---\ntitle: x\n---"))
    return new_notebook(cells=cells, metadata=metadata), extension


def compare(nbweave, notebook, extension, folder):
    """Yields what came out for one notebook."""
    before, text, after = folder / "in.ipynb", folder / f"out{extension}", folder / "back.ipynb"
    nbformat.write(notebook, before)
    convert(nbweave, f"{extension[1:]}:percent", before, text)
    convert(nbweave, "ipynb", text, after)
    ours = text.read_text(encoding="utf-8")
    if pairs(nbformat.read(after, as_version=4)) == pairs(notebook):
        yield "back"
    else:
        print(f"does not come back ({extension}):\n{ours}")
        yield "BACK"
    fmt = {"extension": extension, "format_name": "percent"}
    try:
        theirs = jupytext.writes(copy.deepcopy(notebook), fmt)
        is_kept = kept(jupytext.reads(theirs, fmt)) == kept(notebook)
    except Exception:  # whatever it is that jupytext cannot do
        return
    theirs = theirs if theirs.endswith("\n") else theirs + "\n"
    theirs, ours = (without_section(text, extension) for text in (theirs, ours))
    if theirs == ours:
        yield "bytes"
    elif is_kept:
        print("\n".join(difflib.unified_diff(theirs, ours, "jupytext", "nbweave", lineterm="")))
        yield "BYTES"


def convert(nbweave, target, source, result):
    command = [nbweave, "convert", "--force", "--to", target, source, "-o", result]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{target}: exit code {done.returncode}\n{done.stderr}")


def pairs(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def kept(notebook):
    """Returns what text is to keep of the cells."""
    chosen = notebook.metadata.get("jupytext", {}).get("cell_metadata_filter")
    keep = lambda cell: {**filter_metadata(cell.metadata, None, _IGNORE_CELL_METADATA), **bad_keys(cell)}
    return [(cell.cell_type, cell.source, {} if chosen else keep(cell)) for cell in notebook.cells]


def bad_keys(cell):
    return {key: value for key, value in cell.metadata.items() if " " in key}


def without_section(text, extension):
    """Returns the lines of a text without the header's section `jupytext`."""
    comment = _SCRIPT_EXTENSIONS[extension]["comment"]
    lines, depth = [], None
    for line in text.split("\n"):
        plain = line.removeprefix(comment).removeprefix(" ")
        indent = len(plain) - len(plain.lstrip())
        if depth is not None and indent > depth:
            continue
        depth = None
        if plain.split("*")[0].strip() == "jupytext:":
            depth = indent
        else:
            lines.append(line)
    return lines


if __name__ == "__main__":
    sys.exit(main())
