#!/usr/bin/env python3
"""Measures `nbweave strip` and `nbweave check` against other strip tools.

Whole processes are measured, as a user or git starts them. In every round each
program runs once, in a new random order, so that whatever else the machine
does falls on all of them alike; the medians of all rounds are printed as
Markdown tables. The notebooks are made by this script, the same ones each
time. What the tools write is read once, to see that they did the work.

Linux only. README.md beside this file says what the numbers mean.
"""

import argparse
import base64
import ctypes
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

SEED = 20010203

# What each program is given to strip standard input, to strip files in place
# and to check files. A program without a word for one of them is left out.
PEERS = {
    "nb-clean": {"filter": ["clean"], "in place": ["clean"], "check": ["check"]},
    "nbstripout-fast": {"filter": [], "in place": []},
    "nbwipers": {
        "filter": ["clean", "-"],
        "in place": ["clean-all", "--yes"],
        "check": ["check"],
    },
    "nbstripout": {"filter": [], "in place": [], "check": ["--verify"]},
}
NBWEAVE = {"filter": ["strip"], "in place": ["strip"], "check": ["check"]}
# What it costs to start a process, to read everything, and to copy it.
FLOORS = {
    "true": {"filter": []},
    "wc": {"filter": ["-l"], "in place": ["-l"], "check": ["-l"]},
    "cat": {"filter": [], "in place": [], "check": []},
}
COMMANDS = {"nbweave": NBWEAVE, **PEERS, **FLOORS}

# A target: what is compared ("wall" or "cpu" in ms, "memory" in MiB), with
# what ("best peer", "true", "file", or "ms" for a plain number), and the most
# that it may be of that.
Target = namedtuple("Target", "measure of limit")

# `write` makes the notebooks in a directory; `runs` is how many rounds there are,
# `floors` is what is run beside the strip tools.
Workload = namedtuple("Workload", "name about task runs write floors targets")

Sample = namedtuple("Sample", "wall cpu")
Result = namedtuple("Result", "wall cpu memory")


# --- Notebooks ---------------------------------------------------------------


def image(rng, size):
    """Returns an output whose base64 text has about `size` characters."""
    data = b"\x89PNG\r\n\x1a\n" + rng.randbytes(size * 3 // 4 - 8)
    return {
        "data": {
            "image/png": base64.b64encode(data).decode() + "\n",
            "text/plain": ["<Figure size 640x480 with 1 Axes>"],
        },
        "metadata": {},
        "output_type": "display_data",
    }


def lines(rng, count):
    """Returns `count` lines of words, as a list in the way of nbformat."""
    words = "frame axis = mean group ( sum ) plot index value in [ 0 ] naïve".split()
    text = [" ".join(rng.choices(words, k=8)) + "\n" for _ in range(count)]
    return text[:-1] + [text[-1].rstrip("\n")]


def stream(rng, count):
    return {"name": "stdout", "output_type": "stream", "text": lines(rng, count)}


def code(rng, number, source_lines, outputs):
    return {
        "cell_type": "code",
        "execution_count": number,
        "id": f"{rng.getrandbits(32):08x}",
        "metadata": {"collapsed": False} if number % 5 == 0 else {},
        "outputs": outputs,
        "source": lines(rng, source_lines),
    }


def markdown(rng):
    return {
        "cell_type": "markdown",
        "id": f"{rng.getrandbits(32):08x}",
        "metadata": {},
        "source": lines(rng, 3),
    }


def write_notebook(path, cells):
    """Writes a notebook as Jupyter does."""
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python", "version": "3.12.1"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(notebook, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")


def write_small(directory):
    rng = random.Random(SEED)
    cells = [code(rng, n + 1, 6, [stream(rng, 9)]) for n in range(11)]
    write_notebook(f"{directory}/0000.ipynb", [markdown(rng), *cells])


def write_images(count, size):
    def write(directory):
        rng = random.Random(SEED)
        cells = [code(rng, n + 1, 5, [image(rng, size)]) for n in range(count)]
        write_notebook(f"{directory}/0000.ipynb", cells)

    return write


def write_sources(directory):
    rng = random.Random(SEED)
    cells = [code(rng, n + 1, 8, [stream(rng, 4)]) for n in range(14_000)]
    write_notebook(f"{directory}/0000.ipynb", cells)


def write_thousand(directory):
    rng = random.Random(SEED)
    for index in range(1000):
        cells = [markdown(rng) for _ in range(4)]
        cells += [code(rng, n + 1, 6, [stream(rng, 5)]) for n in range(16)]
        cells.append(code(rng, 17, 4, [image(rng, rng.randrange(20_000, 55_000))]))
        write_notebook(f"{directory}/{index:04}.ipynb", cells)


WORKLOADS = [
    Workload(
        "10KB",
        "one notebook of 10 KB, standard input to a file",
        "filter",
        200,
        write_small,
        ["true", "cat"],
        [Target("cpu", "ms", 3), Target("cpu", "true", 2)],
    ),
    Workload(
        "5MB",
        "one notebook of 5 MB (41 images of 120 KB), standard input to a file",
        "filter",
        41,
        write_images(41, 120_000),
        ["wc", "cat"],
        [Target("wall", "best peer", 0.5)],
    ),
    Workload(
        "100MB",
        "one notebook of 100 MB (199 images of 500 KB), standard input to a file",
        "filter",
        21,
        write_images(199, 500_000),
        ["wc", "cat"],
        [Target("wall", "best peer", 0.35), Target("memory", "file", 1.1)],
    ),
    Workload(
        "sources",
        "one notebook of 10 MB (14,000 cells, text outputs), standard input to a file",
        "filter",
        31,
        write_sources,
        ["wc", "cat"],
        [],
    ),
    Workload(
        "1000",
        "1,000 notebooks of 50 KB, one call, in place",
        "in place",
        15,
        write_thousand,
        ["wc", "cat"],
        [Target("wall", "best peer", 0.6)],
    ),
    Workload(
        "check",
        "1,000 notebooks of 50 KB, one call, check only",
        "check",
        15,
        write_thousand,
        ["wc", "cat"],
        [],
    ),
]


# --- Running -----------------------------------------------------------------


class Bench:
    """A workload on disk, and the command lines of the programs that can do it."""

    def __init__(self, workload, programs):
        self.workload = workload
        self.commands = {
            name: [path, *COMMANDS[name][workload.task]]
            for name, path in programs.items()
            if workload.task in COMMANDS[name]
            and (name not in FLOORS or name in workload.floors)
        }
        os.mkdir("made")
        os.mkdir("fresh")
        workload.write("made")
        self.names = sorted(os.listdir("made"))
        self.size = sum(os.path.getsize(f"made/{name}") for name in self.names)

    def remove(self):
        shutil.rmtree("made")
        shutil.rmtree("fresh")

    def prepare(self, name):
        """Returns the command line and the standard input of the next run."""
        command = self.commands[name]
        if self.workload.task == "filter":
            return command, f"made/{self.names[0]}"
        # Written over what the last run left: file systems are slow to make
        # files where many were deleted just before.
        for name in self.names:
            shutil.copyfile(f"made/{name}", f"fresh/{name}")
        return [*command, *(f"fresh/{name}" for name in self.names)], os.devnull

    def time(self, name):
        """Runs a program once and returns what it took, in milliseconds."""
        code, sample = run_timed(*self.prepare(name))
        self.expect(name, code)
        os.unlink("out")  # emptying it is not for the next run to pay
        return sample

    def memory(self, name):
        """Runs a program once and returns its peak memory in MiB."""
        code, peak = run_for_memory(*self.prepare(name))
        self.expect(name, code)
        if name in PEERS or name == "nbweave":
            self.expect_stripped(name)
        os.unlink("out")
        return peak

    def expect(self, name, code):
        """Stops everything if a program did not end as it should."""
        finds = self.workload.task == "check" and name not in FLOORS
        if code != (1 if finds else 0):
            sys.exit(f"{name} ended with {code} in workload {self.workload.name}")

    def expect_stripped(self, name):
        """Stops everything if a program left outputs."""
        written = {
            "filter": ["out"],
            "in place": [f"fresh/{name}" for name in self.names],
            "check": [],
        }
        for path in written[self.workload.task]:
            with open(path, encoding="utf-8") as file:
                cells = json.load(file)["cells"]
            if any(c.get("outputs") or c.get("execution_count") for c in cells):
                sys.exit(f"{name} left outputs in workload {self.workload.name}")


def run_timed(command, stdin):
    """Runs a command and returns its exit code and what it took."""
    files = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, "out", os.O_WRONLY | os.O_CREAT, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment(), file_actions=files)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - started
    cpu = usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(status), Sample(wall * 1e3, cpu * 1e3)


def run_for_memory(command, stdin):
    """Runs a command and returns its exit code and its peak memory in MiB.

    Linux starts to count with the memory of whoever called exec. For a Python
    script that is more than most of the programs need themselves, so a shell
    starts them, leaves at once, and its children become ours.
    """
    script = 'in=$1; shift; "$@" <"$in" >out 2>/dev/null &'
    arguments = ["sh", "-c", script, "sh", stdin, *command]
    shell = os.posix_spawn("/bin/sh", arguments, environment())
    ended = {}
    for _ in range(2):
        process, status, usage = os.wait4(-1, 0)
        ended[process] = os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024
    del ended[shell]
    return ended.popitem()[1]


def adopt_orphans():
    """Makes this process the parent of processes below it that lose theirs."""
    PR_SET_CHILD_SUBREAPER = 36
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")


def environment():
    """Returns an environment without settings of whoever runs this."""
    return {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "LC_ALL": "C.UTF-8"}


def measure(bench, runs):
    """Returns a result for each program: medians of `runs` rounds."""
    names = list(bench.commands)
    # Runs for memory also are what warms the caches up.
    memory = {name: max(bench.memory(name) for _ in range(3)) for name in names}
    samples = {name: [] for name in names}
    rng = random.Random(SEED)
    for _ in range(runs):
        rng.shuffle(names)
        for name in names:
            samples[name].append(bench.time(name))
    return {
        name: Result(
            statistics.median(sample.wall for sample in samples[name]),
            statistics.median(sample.cpu for sample in samples[name]),
            memory[name],
        )
        for name in bench.commands
    }


# --- Telling -----------------------------------------------------------------


def best_peer(results, measure):
    """Returns the least that a peer took, if there are peers."""
    values = [getattr(results[name], measure) for name in PEERS if name in results]
    return min(values, default=None)


def ratio(value, base):
    return "" if base is None else f"{value / base:.2f}"


def print_table(results):
    print("| program | wall ms | ÷ best peer | CPU ms | ÷ best peer | peak MiB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    wall, cpu = best_peer(results, "wall"), best_peer(results, "cpu")
    for name, result in results.items():
        print(
            f"| {name} | {result.wall:.1f} | {ratio(result.wall, wall)}"
            f" | {result.cpu:.1f} | {ratio(result.cpu, cpu)} | {result.memory:.1f} |"
        )


def print_target(target, results, size):
    """Says whether nbweave keeps a target, if what it is against was run."""
    bases = {
        "ms": 1,
        "best peer": best_peer(results, target.measure),
        "true": getattr(results.get("true"), target.measure, None),
        "file": size / 2**20,
    }
    base = bases[target.of]
    if base is None or "nbweave" not in results:
        return
    value = getattr(results["nbweave"], target.measure) / base
    unit = " ms" if target.of == "ms" else f" × {target.of}"
    verdict = "met" if value <= target.limit else "NOT met"
    print(f"- {target.measure} ≤ {target.limit}{unit}: {verdict}, {value:.2f}{unit}")


def run_workload(workload, programs, runs):
    bench = Bench(workload, programs)
    load = os.getloadavg()[0]
    results = measure(bench, runs)
    print(f"\n### {workload.name}: {workload.about}\n")
    print(f"{bench.size:,} bytes, {runs} runs each, load before: {load:.1f}\n")
    print_table(results)
    print()
    for target in workload.targets:
        print_target(target, results, bench.size)
    sys.stdout.flush()
    bench.remove()


def print_versions(programs):
    for name in programs:
        if name in PEERS or name == "nbweave":
            run = subprocess.run(
                [programs[name], "--version"], capture_output=True, text=True
            )
            print(f"- {name}: {run.stdout.strip().split(' ')[-1]}")
    print(f"- {os.cpu_count()} processors")


def find_programs(nbweave, directories):
    """Returns the paths of all programs that are there, by name."""
    search = [os.path.abspath(os.path.join(dir, "bin")) for dir in directories]
    search = os.pathsep.join([*search, os.environ["PATH"]])
    found = {"nbweave": os.path.abspath(nbweave)}
    for name in (*PEERS, *FLOORS):
        path = shutil.which(name, path=search)
        if path:
            found[name] = path
        else:
            print(f"{name} was not found and is left out", file=sys.stderr)
    return found


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--nbweave",
        default="target/release/nbweave",
        help="the program to measure (default: %(default)s)",
    )
    parser.add_argument(
        "--peers",
        action="append",
        default=[],
        metavar="DIR",
        help="where peers are installed, in DIR/bin; several times if need be; "
        "PATH is searched, too",
    )
    parser.add_argument(
        "--dir", help="where to put the notebooks (default: for temporary files)"
    )
    parser.add_argument("--runs", type=int, help="rounds (default: by workload)")
    parser.add_argument(
        "--only",
        action="append",
        choices=[workload.name for workload in WORKLOADS],
        help="measure this workload; several times if need be",
    )
    arguments = parser.parse_args()
    if not os.access(arguments.nbweave, os.X_OK):
        parser.error(f"no program '{arguments.nbweave}': `cargo build --release`")
    return arguments


def main():
    if sys.platform != "linux":
        sys.exit("this measures with what only Linux has")
    arguments = parse_arguments()
    programs = find_programs(arguments.nbweave, arguments.peers)
    adopt_orphans()
    print_versions(programs)
    with tempfile.TemporaryDirectory(dir=arguments.dir) as directory:
        os.chdir(directory)
        for workload in WORKLOADS:
            if not arguments.only or workload.name in arguments.only:
                run_workload(workload, programs, arguments.runs or workload.runs)
        os.chdir("/")


if __name__ == "__main__":
    main()
