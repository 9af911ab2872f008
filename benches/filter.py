#!/usr/bin/env python3
"""Measures git with the filter of nbweave beside git without any filter.

In each round, for each filter, in a repository of its own: `git add` of all
notebooks, `git checkout` of a branch without them and back, and `git status`
after all of them were touched. Medians of wall and CPU milliseconds, children
included, and how they compare with no filter.

    cargo build --release
    python3 benches/filter.py [--peers DIR] [--dir DIR] [--runs N]
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from diff import cell, notebook

STEPS = ("add", "checkout", "status")
WORKLOADS = {
    # Cells, size of a picture, share of the cells that show one.
    "pictures": ("1,000 notebooks of 85 KB, mostly pictures", 14, 20_000, 0.25),
    "mixed": ("1,000 notebooks of 50 KB, with a picture or two", 14, 32_000, 0.08),
    "text": ("1,000 notebooks of 15 KB, text only", 16, 0, 0),
}


def make(folder, cells, image, share):
    rand = random.Random(5)
    for number in range(1000):
        many = [cell(rand, image if rand.random() < share else 0) for _ in range(cells)]
        text = json.dumps(notebook(many, 5), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        path = folder / f"{number // 50}" / f"{number}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def filters(nbweave, peers):
    yield "none", {}
    restore = {"process": f"{nbweave} filter-process", "clean": f"{nbweave} git-clean -- %f"}
    yield "nbweave", {**restore, "smudge": f"{nbweave} git-smudge -- %f", "required": "true"}
    yield "nbweave, no store", {
        "process": f"{nbweave} filter-process --no-restore",
        "clean": "cat",
        "smudge": "cat",
        "required": "true",
    }
    for name, clean in (("nbwipers", "nbwipers clean -"), ("nbstripout-fast", "nbstripout-fast -t")):
        program = shutil.which(name, path=f"{peers}/bin") if peers else None
        if program:
            yield name, {"clean": clean.replace(name, program, 1), "smudge": "cat"}


def run(repository, *arguments):
    """Returns the wall and CPU milliseconds that git takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(["git", *arguments], cwd=repository, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1e3, cpu * 1e3


def one_round(source, folder, settings):
    repository = folder / "repository"
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir()
    run(repository, "init", "--quiet")
    for key, value in {"user.name": "a", "user.email": "a", "gc.auto": "0"}.items():
        run(repository, "config", key, value)
    for key, value in settings.items():
        run(repository, "config", f"filter.x.{key}", value)
    run(repository, "commit", "--quiet", "--allow-empty", "--message=empty")
    run(repository, "branch", "without")
    shutil.copytree(source, repository, dirs_exist_ok=True)
    if settings:
        (repository / ".git" / "info" / "attributes").write_text("*.ipynb filter=x\n")
    times = {"add": run(repository, "add", ".")}
    run(repository, "commit", "--quiet", "--message=all")
    run(repository, "checkout", "--quiet", "without")
    times["checkout"] = run(repository, "checkout", "--quiet", "-")
    now = time.time() + 5
    for path in repository.rglob("*.ipynb"):
        os.utime(path, (now, now))
    times["status"] = run(repository, "status", "--short")
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbweave", default="target/release/nbweave")
    parser.add_argument("--peers", help="where bin/nbwipers and bin/nbstripout-fast are")
    parser.add_argument("--peer-runs", type=int, default=1)
    parser.add_argument("--dir", help="where the repositories are made")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    nbweave = Path(args.nbweave).resolve()
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        folder = Path(folder)
        for name, cells, image, share in WORKLOADS.values():
            source = folder / "source"
            shutil.rmtree(source, ignore_errors=True)
            source.mkdir()
            make(source, cells, image, share)
            results = {}
            for nth in range(args.runs):
                for filter_name, settings in filters(nbweave, args.peers):
                    is_peer = "process" not in settings and settings
                    if not is_peer or nth < args.peer_runs:
                        results.setdefault(filter_name, []).append(one_round(source, folder, settings))
            size = sum(path.stat().st_size for path in source.rglob("*.ipynb")) / 1e6
            print(f"\n{name} ({size:.0f} MB): wall · CPU ms (times no filter)\n")
            print("| | " + " | ".join(STEPS) + " |\n| --- |" + " ---: |" * len(STEPS))
            medians = {
                filter_name: {
                    step: [statistics.median(column) for column in zip(*(times[step] for times in rounds))]
                    for step in STEPS
                }
                for filter_name, rounds in results.items()
            }
            for filter_name, times in medians.items():
                row = []
                for step in STEPS:
                    (wall, cpu), none = times[step], medians["none"][step]
                    row.append(f"{wall:,.0f} · {cpu:,.0f} ({wall / none[0]:.2f} · {cpu / none[1]:.2f})")
                print(f"| {filter_name} | " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
