#!/usr/bin/env python3
"""Measures `nbweave convert` beside jupytext and nbconvert: notebooks to
percent scripts (nbconvert: to its scripts), and the scripts back.

Whole processes, medians; wall and CPU time in milliseconds, peak memory in
MiB. In each round every program runs once, into a new directory; notebooks
have code, Markdown, text outputs and one picture, 50 KB each.

    cargo build --release
    python3 benches/convert.py [--jupytext PATH] [--nbconvert PATH] [--runs N]
"""

import argparse
import json
import random
import shutil
import statistics
import tempfile
from pathlib import Path

from diff import WORDS, cell, line, measure

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "name": "python", "nbconvert_exporter": "python"}


def notebook(rand, cells, image):
    made = []
    for at in range(cells):
        one = cell(rand, image if at == 1 else 0)
        if at % 3 == 0:
            words = " ".join(rand.choice(WORDS) for _ in range(30))
            one = {"cell_type": "markdown", "id": one["id"], "metadata": {}, "source": [f"## {line(rand)}", words]}
        made.append(one)
    metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def runs(programs, rounds):
    """Returns the medians of each program, run in turns."""
    results = [[] for _ in programs]
    for _ in range(rounds):
        for program, found in zip(programs, results):
            with tempfile.TemporaryDirectory() as out:
                found.append(measure([word.replace("{out}", out) for word in program], 1, 0))
    return [[statistics.median(column) for column in zip(*found)] for found in results]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbweave", default="target/release/nbweave")
    parser.add_argument("--jupytext", default=shutil.which("jupytext"))
    parser.add_argument("--nbconvert", default=shutil.which("jupyter-nbconvert"))
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    print("| | nbweave: wall · CPU · peak | jupytext | nbconvert |")
    print("| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temp:
        for count, cells, image in ((1, 9, 0), (100, 24, 30_000), (1000, 24, 30_000)):
            rounds = args.runs if count < 1000 else min(args.runs, 3)
            names = []
            for at in range(count):
                path = Path(temp, f"{count}-{at:04}.ipynb")
                path.write_text(notebook(random.Random(at), cells, image))
                names.append(str(path))
            to = [[args.nbweave, "convert", "--quiet", "--to", "py:percent", *names, "-o", "{out}/"]]
            if args.jupytext:
                # It writes beside its input, so each round gets links elsewhere.
                script = 'cd "$1"; shift; ln -s "$@" .; exec "$0" --quiet --to py:percent *.ipynb'
                to.append(["sh", "-c", script, args.jupytext, "{out}", *names])
            if args.nbconvert:
                to.append([args.nbconvert, "--log-level", "ERROR", "--to", "script", "--output-dir", "{out}", *names])
            figures = runs(to, rounds)
            shown = [" · ".join(f"{figure:,.1f}" for figure in column) for column in figures]
            size = Path(names[0]).stat().st_size / 1e3
            print(f"| {count:,} to scripts, {size:.0f} KB each | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
