#!/usr/bin/env python3
"""Measures `nbweave merge` beside nbdime's `nbmerge` and `git merge-file`.

Whole processes, medians: wall milliseconds, CPU milliseconds, peak MiB. The
notebooks are made here, the same in every run; both sides edit cells, in all
cases but one different ones.

    cargo build --release
    python3 benches/merge.py [--nbmerge PATH] [--runs N]
"""

import argparse
import copy
import json
import random
import shutil
import tempfile
from pathlib import Path

from diff import cell, edit, measure, notebook

CASES = [
    ("edited", "5 % edited on each side, ids"),
    ("no-ids", "5 % edited on each side, no ids"),
    ("conflicts", "the same 5 % edited on both sides, ids"),
    ("rerun", "all run again on both sides, ids"),
]


def triple(rand, cells, case, image=0):
    base = [cell(rand, image) for _ in range(cells)]
    ours, theirs = copy.deepcopy(base), copy.deepcopy(base)
    edited = rand.sample(range(cells), max(2, cells // 10))
    half = len(edited) // 2
    for at in edited[:half]:
        edit(rand, ours[at])
    for at in edited[:half] if case == "conflicts" else edited[half:]:
        edit(rand, theirs[at])
    for side in (ours, theirs) if case == "rerun" else ():
        for one in side:
            one["execution_count"] = rand.randrange(1, 500)
            for output in one["outputs"]:
                output["text"] = [f"{rand.random()}\n"]
    has_ids = case != "no-ids"
    for one in [] if has_ids else base + ours + theirs:
        one.pop("id", None)
    return [notebook(version, 5 if has_ids else 4) for version in (base, ours, theirs)]


def workloads():
    for cells in (3, 200, 1000, 10000):
        for case, name in CASES if cells >= 1000 else CASES[:1]:
            yield f"{cells:,} cells, {name}", cells, triple(random.Random(cells), cells, case)
    name = "200 cells, 40 MB of pictures, 5 % edited on each side"
    yield name, 200, triple(random.Random(8), 200, "edited", 200_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nbweave", default="target/release/nbweave")
    parser.add_argument("--nbmerge", default=shutil.which("nbmerge"))
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--nbmerge-cells", type=int, default=1000, help="no more for nbmerge")
    args = parser.parse_args()
    print("| | size | nbweave: wall · CPU · peak | git merge-file | nbmerge |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temp:
        base, ours, theirs, out = (Path(temp, name) for name in ("base", "ours", "theirs", "out"))
        for name, cells, versions in workloads():
            for path, version in zip((base, ours, theirs), versions):
                path.write_text(json.dumps(version, indent=1, sort_keys=True) + "\n")
            names = [str(path) for path in (base, ours, theirs)]
            # Conflicts are an exit code, up to 127 of them for git.
            commands = [
                ([args.nbweave, "merge", "--quiet", *names], args.runs, 1),
                (["git", "merge-file", "--stdout", "--quiet", names[1], names[0], names[2]], args.runs, 127),
            ]
            if args.nbmerge and cells <= args.nbmerge_cells:
                commands.append(([args.nbmerge, *names, "--out", str(out)], min(args.runs, 3), 1))
            figures = [measure(*command) for command in commands]
            shown = [" · ".join(f"{figure:,.1f}" for figure in column) for column in figures]
            shown += [""] * (3 - len(shown))
            print(f"| {name} | {base.stat().st_size / 1e6:.1f} MB | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
