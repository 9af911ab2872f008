#!/usr/bin/env python3
"""Strips notebooks with nbweave and with nbstripout, and compares the results.

Every option of nbstripout that says what goes is tried on every notebook.
Results are compared by value: nbweave edits the file, nbstripout writes it
anew. Where nbweave is to do something else than nbstripout, `differences.py`
says what and why, and that is what its result is compared with. A line for
each option says how many notebooks came out

  same          equal
  intended      different, as `differences.py` has it
  DIFFER        different in another way
  peer failed   nbstripout ended with an error: nothing to compare
  UNSTABLE      whatever they came out: `strip --check` should name a notebook
                if strip is going to change it, and when it has none any more

Every notebook that is DIFFER or UNSTABLE is listed, and with any the exit code
is 1.
"""

import argparse
import collections
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import differences
import nbstripout_peer
import values
from options import OPTIONS, SAYING_KEYS, USAGE_ERRORS, ZEPPELIN_OPTIONS

ENDS = ("same", "intended", "DIFFER", "peer failed", "UNSTABLE")
BAD_ENDS = ("DIFFER", "UNSTABLE")

# nbstripout for one process of the pool.
PEER = None


def main():
    args = arguments()
    notebooks = list(find(args.paths))
    print(f"{len(notebooks)} notebooks\n\n{'':41}", *ENDS, sep="  ")
    bad = 0
    totals = collections.Counter()
    for name, ends in compare_all(notebooks, args):
        bad += tell_row(name, ends, args.show)
        for end, what in ends:
            totals.update([end] if end != "intended" else ["intended", *what])
            totals.update([what] if end == "peer failed" else [])
    tell_totals(totals)
    bad += usage_errors(args.nbweave)
    print(f"\n{bad} bad ends" if bad else "\nnothing is unexplained")
    return 1 if bad else 0


def arguments():
    """Reads the command line."""
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nbweave", metavar="PROGRAM", default="nbweave")
    parser.add_argument(
        "--nbstripout", metavar="PROGRAM", help="default: what this Python can import"
    )
    parser.add_argument("--option", metavar="REGEX", default="", help="only options like this")
    parser.add_argument("--show", metavar="N", type=int, default=5, help="list so many per option")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count())
    parser.add_argument("paths", nargs="*", metavar="PATH", default=[here / "notebooks"])
    args = parser.parse_args()
    program = shutil.which(args.nbweave)
    if program is None:
        parser.error(f"there is no program '{args.nbweave}'")
    args.nbweave = os.path.abspath(program)
    return args


def find(paths):
    """Returns the notebooks below paths."""
    for path in map(pathlib.Path, paths):
        files = path.rglob("*") if path.is_dir() else [path]
        yield from sorted(file for file in files if file.suffix in (".ipynb", ".zpln"))


def compare_all(notebooks, args):
    """Yields each option with the ends of all notebooks: of which sort, and
    what there is to say."""
    with (
        tempfile.TemporaryDirectory(prefix="strip-parity-") as work,
        concurrent.futures.ProcessPoolExecutor(
            args.jobs, initializer=start, initargs=(args.nbstripout,)
        ) as pool,
    ):
        for options, suffix in [(OPTIONS, ".ipynb"), (ZEPPELIN_OPTIONS, ".zpln")]:
            files = [path for path in notebooks if path.suffix == suffix]
            for name, rules in options.items():
                if files and re.search(args.option, name):
                    ours, unstable = run_nbweave(files, pathlib.Path(work), args.nbweave, rules)
                    tasks = zip(files, [rules] * len(files), ours)
                    ends = list(pool.map(compare_one, tasks, chunksize=4))
                    yield name, [*ends, *(("UNSTABLE", what) for what in unstable)]


def run_nbweave(files, work, nbweave, rules):
    """Strips copies of files with nbweave. Returns what became of each, the
    file or a message, and what `--check` got wrong."""
    shutil.rmtree(work / "copies", ignore_errors=True)
    (work / "copies").mkdir()
    copies = {f"copies/{index}{path.suffix}": path for index, path in enumerate(files)}
    for copy, path in copies.items():
        shutil.copyfile(path, work / copy)

    def run(option):
        return subprocess.run(
            [nbweave, "strip", option, *rules.nbweave(), "copies"],
            cwd=work,
            # The copies are in no repository.
            env={**os.environ, "GIT_CEILING_DIRECTORIES": str(work)},
            capture_output=True,
            text=True,
        )

    def checked():
        return set(re.findall(r"^(copies/\d+\.\w+): ", run("--check").stdout, re.MULTILINE))

    named_before = checked()
    ended = run("--quiet")
    refusals = dict(re.findall(r"cannot strip '(.+?)': (.*)", ended.stderr))
    unstable = []
    if ended.returncode != (129 if refusals else 0):
        unstable.append(f"nbweave ended with {ended.returncode}: {ended.stderr.strip()}")
    results = []
    for copy, path in copies.items():
        data = (work / copy).read_bytes()
        if (data != path.read_bytes()) != (copy in named_before):
            unstable.append(f"{path}: changed, but not named by --check, or the other way round")
        results.append(refusals.get(copy, data))
    if not set(SAYING_KEYS) & set(rules.extra_keys):
        unstable += [f"{copies[copy]}: not clean after strip" for copy in sorted(checked())]
    return results, unstable


def start(program):
    """Prepares a process that runs nbstripout."""
    global PEER
    PEER = nbstripout_peer.Program(program) if program else nbstripout_peer.InProcess()


def compare_one(task):
    """Returns how one notebook ended, and what there is to say of it."""
    path, rules, ours = task
    data = path.read_bytes()
    refusal = ours if isinstance(ours, str) else ""

    @functools.cache
    def peer(data, rules):
        return PEER.strip(data, rules.nbstripout())

    try:
        peer(data, rules)
    except nbstripout_peer.PeerFailed as failure:
        if str(failure) != "MetadataError":
            return "peer failed", str(failure)
    case = differences.Case(data, rules, peer)
    known = [start for start in differences.REFUSALS if refusal.startswith(start)]
    if known:
        return "intended", known
    if refusal or (not rules.zeppelin and differences.contradicts_itself(case)):
        both = "says not to keep its outputs" in refusal and differences.contradicts_itself(case)
        return ("same", "") if both else ("DIFFER", f"{path}: {refusal or 'not refused'}")
    value = values.blurred(values.joined(values.read(ours)))
    found = values.difference(value, differences.expected(case))
    if found:
        return "DIFFER", f"{path}: {found}"
    matter = differences.that_matter(case)
    return ("intended", matter) if matter else ("same", "")


def tell_row(name, ends, show):
    """Prints the line of an option and returns how many ends are bad."""
    counts = collections.Counter(end for end, _ in ends)
    print(f"{name:41}", *(f"{counts[end]:{len(end)}}" for end in ENDS), sep="  ")
    bad = [f"    {end}: {what}" for end, what in ends if end in BAD_ENDS]
    for line in bad[:show]:
        print(line)
    if len(bad) > show:
        print(f"    and {len(bad) - show} more")
    sys.stdout.flush()
    return len(bad)


def tell_totals(totals):
    """Prints the sums of all options, and the reasons for the differences."""
    print(f"{'all':41}", *(f"{totals.pop(end, 0):{len(end)}}" for end in ENDS), sep="  ")
    differ = [name for name in totals if name in differences.NAMED]
    print("\nintended differences, and the results that show them")
    for name in sorted(differ, key=totals.get, reverse=True):
        print(f"{totals[name]:6}  {name.replace('_', ' ')}: {differences.NAMED[name]}")
    print("\nfailures of nbstripout")
    for name in sorted(totals.keys() - differ, key=totals.get, reverse=True):
        print(f"{totals[name]:6}  {name}")


def usage_errors(nbweave):
    """Checks that nbweave refuses what makes no sense; returns how often it
    does not."""
    bad = 0
    print("\nusage errors")
    for option, reason in USAGE_ERRORS:
        ended = subprocess.run([nbweave, "strip", option, "-"], input=b"", capture_output=True)
        good = ended.returncode == 2
        bad += not good
        print(f"{'ok' if good else 'BAD':>6}  {option}: {reason}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
