#!/usr/bin/env python3
"""Writes random notebooks as Markdown and MyST with nbweave and with jupytext.

    PYTHON markup_parity.py [--nbweave PROGRAM] [--first N] [--count N]

PYTHON is one with jupytext. For each notebook and format:

  back   nbweave reads its own text as the notebook's kinds and sources
  same   the text equals jupytext's, and need not: jupytext loses cells of it
  bytes  it has to be equal, since jupytext reads back what it wrote
  read   jupytext reads nbweave's text as the cells of the notebook, where it
         does so with its own

`back` has to hold for all, `bytes` and `read` wherever they are asked for.
What fails is listed by the number of its notebook, and the exit code is 1.
The version of jupytext in the header, and what else stands in its section
there, is left aside.
"""

import argparse
import collections
import concurrent.futures
import copy
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import jupytext
import nbformat

import markup_notebooks

FORMATS = {
    "md": {"extension": ".md", "format_name": "markdown"},
    "md:myst": {"extension": ".md", "format_name": "myst"},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbweave", default="target/debug/nbweave")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    seeds = range(args.first, args.first + args.count)
    n_failed = 0
    for name in FORMATS:
        counts = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for seed, result in zip(seeds, pool.map(lambda seed: compare(args.nbweave, seed, name), seeds)):
                counts.update(word for word, holds in result.items() if holds)
                failed = [word for word in ("back", "bytes", "read") if result.get(word) is False]
                n_failed += bool(failed)
                if failed:
                    print(f"{name} {seed}: not", ", ".join(failed))
        print(name, args.count, *(f"{word} {counts[word]}" for word in ("back", "same", "bytes", "read")))
    return 1 if n_failed else 0


def compare(nbweave, seed, name):
    """Returns what holds for a notebook in a format; what was not asked is not there."""
    made = markup_notebooks.notebook(seed)
    wanted = [(cell["cell_type"], cell["source"]) for cell in made["cells"]]
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "a.ipynb").write_text(json.dumps(made), encoding="utf-8")
        convert = [nbweave, "convert", "--quiet"]
        subprocess.run([*convert, "--to", name, folder / "a.ipynb", "-o", folder / "a.md"], capture_output=True)
        back = ["--from", name, "--to", "ipynb", folder / "a.md", "-o", folder / "b.ipynb"]
        subprocess.run([*convert, *back], capture_output=True)
        if not (folder / "b.ipynb").exists():
            return {"back": False}
        with (folder / "a.md").open(encoding="utf-8", newline="") as file:
            text = file.read()
        read = nbformat.read(folder / "b.ipynb", as_version=4)
    result = {"back": pairs(read) == wanted}
    reference, is_kept = theirs(made, name, wanted)
    is_same = reference is not None and without_own_section(reference) == without_own_section(text)
    if is_kept:
        result["bytes"] = is_same
        result["read"] = pairs(jupytext.reads(text, FORMATS[name])) == wanted
    else:
        result["same"] = is_same
    return result


def theirs(made, name, wanted):
    """Returns the text of jupytext, and whether it reads it back; none if it fails."""
    try:
        text = jupytext.writes(nbformat.from_dict(copy.deepcopy(made)), FORMATS[name])
        return text + "\n" * (not text.endswith("\n")), pairs(jupytext.reads(text, FORMATS[name])) == wanted
    except Exception:
        return None, False


def pairs(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def without_own_section(text):
    """Returns the lines of a text but for the header's section about jupytext."""
    kept, section = [], None
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if section is not None and indent > section:
            continue
        section = indent if line.strip() == "jupytext:" else None
        if section is None:
            kept.append(line)
    return kept


if __name__ == "__main__":
    sys.exit(main())
