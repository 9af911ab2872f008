#!/usr/bin/env python3
"""Measures `nbweave diff` on made-up notebooks, beside nbdiff if there is one.

Whole processes, medians of several runs; wall and CPU time in milliseconds,
peak memory in MiB. Every case is a pair of versions of one notebook.
"""
import argparse
import base64
import copy
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

WORDS = "data frame model train split loss metric plot axis label fetch parse merge index value".split()
CASES = [
    ("edited", "5 % edited, ids"),
    ("no-ids", "5 % edited, no ids"),
    ("new-ids", "5 % edited, all ids new"),
    ("all", "every cell edited, no ids"),
    ("alike", "all cells alike, 5 % edited, no ids"),
]


def line(rand):
    one, other, number = rand.choice(WORDS), rand.choice(WORDS), rand.randrange(10**6)
    return f"{one}_{number} = {other}.{rand.choice(WORDS)}({rand.random():.3f}, name='{one}')\n"


def cell(rand, image=0):
    count = rand.randrange(1, 500)
    text = {"name": "stdout", "output_type": "stream", "text": [f"{rand.random()}\n"]}
    outputs = [text] if rand.random() < 0.5 else []
    if image:
        png = base64.b64encode(rand.randbytes(image * 3 // 4)).decode()
        outputs.append({"data": {"image/png": png}, "metadata": {}, "output_type": "display_data"})
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": f"{rand.getrandbits(32):08x}",
        "metadata": {},
        "outputs": outputs,
        "source": [line(rand) for _ in range(rand.randrange(2, 20))],
    }


def edit(rand, one):
    at = rand.randrange(len(one["source"]))
    one["source"][at] = line(rand)
    one["execution_count"] += 1


def pair(rand, cells, case, image=0):
    old = [cell(rand, image) for _ in range(cells)]
    if case == "alike":
        old = [copy.deepcopy(old[0]) for _ in old]
    new = copy.deepcopy(old)
    share = 1 if case == "all" else 0.05
    for one in rand.sample(new, max(1, int(share * cells))):
        edit(rand, one)
    if case == "pictures":
        for one in new:
            one["outputs"][-1]["data"]["image/png"] = cell(rand, image)["outputs"][-1]["data"]["image/png"]
    for one in new if case == "new-ids" else []:
        one["id"] = f"{rand.getrandbits(32):08x}"
    has_ids = case not in ("no-ids", "all", "alike")
    for one in [] if has_ids else old + new:
        one.pop("id", None)
    return [notebook(cells, 5 if has_ids else 4) for cells in (old, new)]


def notebook(cells, minor):
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}


def workloads():
    for cells in (3, 200, 1000, 10000):
        for case, name in CASES if cells >= 1000 else CASES[:1]:
            yield f"{cells:,} cells, {name}", pair(random.Random(cells), cells, case)
    yield "50 cells, 10 MB of pictures, all new", pair(random.Random(7), 50, "pictures", 200_000)
    yield "200 cells, 40 MB of pictures, 5 % edited", pair(random.Random(8), 200, "edited", 200_000)


def measure(command, runs, most=1):
    results = []
    for _ in range(runs):
        start = time.perf_counter()
        # A small process in between: memory is counted from whoever calls exec.
        process = subprocess.Popen(
            ["sh", "-c", '"$@"; exit $?', "sh", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if process.returncode > most:
            raise SystemExit(f"{command} ended with {process.returncode}")
        results.append((wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / 1024))
    return [statistics.median(column) for column in zip(*results)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nbweave", default="target/release/nbweave")
    parser.add_argument("--nbdiff", default=shutil.which("nbdiff"))
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--nbdiff-cells", type=int, default=1000, help="no more for nbdiff")
    args = parser.parse_args()
    print("| | size | nbweave: wall · CPU · peak | nbdiff: wall · CPU · peak |")
    print("| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temp:
        old, new = Path(temp, "old.ipynb"), Path(temp, "new.ipynb")
        for name, versions in workloads():
            for path, version in zip((old, new), versions):
                path.write_text(json.dumps(version, indent=1, sort_keys=True) + "\n")
            ours = measure([args.nbweave, "diff", "--no-pager", str(old), str(new)], args.runs)
            theirs = ""
            if args.nbdiff and len(versions[0]["cells"]) <= args.nbdiff_cells:
                figures = measure([args.nbdiff, str(old), str(new)], min(args.runs, 3))
                theirs = " · ".join(f"{figure:,.0f}" for figure in figures)
            ours = " · ".join(f"{figure:.1f}" for figure in ours)
            print(f"| {name} | {old.stat().st_size / 1e6:.1f} MB | {ours} | {theirs} |", flush=True)


if __name__ == "__main__":
    main()
