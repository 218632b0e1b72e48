#!/usr/bin/env python3
"""Prints a table of CPU times of kernels in Raddle beside wasmi, and their ratios; then one of instantiation.

usage: compare.py [--rounds N] [--scale F] [--only NAME,..] [--no-build] [--with NAME=COMMAND].. [FOLDER..]

A folder has core modules (.wasm, .wat) that export `run: (i32) -> i64`, and a list of them with the argument that takes wasmi
about a second: `sizes.txt` (or `n.txt`), a name and a number a line. Default: the folder `kernels` beside this file.
Builds both programs first. Runs take turns, so that a busy machine disturbs all alike; what is compared is the CPU time
of whole processes, less that of a run with the argument 1; the ratio is the median of the ratios of the rounds.
The second table is the time of a new store with an instance of a module of the folder `instances` and a call of it.
Ends with status 1 if results differ. Needs a POSIX system and Python 3."""

import argparse
import math
import os
import pathlib
import shlex
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def build():
    cargo = ["cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run([*cargo, "--package", "raddle-cli"], cwd=ROOT, check=True)
    subprocess.run([*cargo, "--package", "raddle-wasm", "--example", "instantiate"], cwd=ROOT, check=True)
    peer = ["--manifest-path", HERE / "peer" / "Cargo.toml", "--target-dir", TARGET / "peer"]
    subprocess.run([*cargo, *peer], cwd=ROOT, check=True)


def run(command, kernel, n):
    """What a run prints first, and its seconds of CPU."""
    child = subprocess.Popen([*command, str(kernel), str(n)], stdout=subprocess.PIPE, text=True)
    checksum = child.stdout.read().split()[:1]
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode or not checksum:
        sys.exit(f"{shlex.join(command)} {kernel} {n}: expected a checksum, found exit status {child.returncode}")
    return checksum[0], usage.ru_utime + usage.ru_stime


def kernels(folder):
    """The kernels of a folder with their sizes."""
    lists = [folder / name for name in ("sizes.txt", "n.txt") if (folder / name).is_file()]
    if not lists:
        sys.exit(f"{folder}: expected a list `sizes.txt`, found none")
    for line in lists[0].read_text().splitlines():
        name, size = line.split()
        files = [folder / (name + ending) for ending in (".wasm", ".wat") if (folder / (name + ending)).is_file()]
        if not files:
            sys.exit(f"{folder}: expected a kernel {name}, found no file")
        yield name, files[0], int(size)


def measure(kernel, n, runners, rounds):
    """For each runner the median of its times, and of its ratios to the first; whether all computed the same."""
    start = [min(run(command, kernel, 1)[1] for _ in range(3)) for _, command in runners]
    checksums, times = set(), [[] for _ in runners]
    for _ in range(rounds):
        for at, (_, command) in enumerate(runners):
            checksum, seconds = run(command, kernel, n)
            checksums.add(checksum)
            times[at].append(max(seconds - start[at], 1e-6))
    ratios = [statistics.median(a / b for a, b in zip(row, times[0])) for row in times]
    return [statistics.median(row) for row in times], ratios, len(checksums) == 1


def instantiation(runners, rounds):
    """Prints a table of instantiation: the median of the times, and of their ratios to the first."""
    print("\n| instance and call | " + " | ".join(name for name, _ in runners) + " |\n" + "|---" * (len(runners) + 1) + "|")
    for module in sorted((HERE / "instances").glob("*.wat"), reverse=True):
        times = [[] for _ in runners]
        for _ in range(rounds):
            for row, (_, command) in zip(times, runners):
                row.append(int(subprocess.run([*command, module], stdout=subprocess.PIPE, check=True).stdout))
        ratios = [statistics.median(a / b for a, b in zip(row, times[0])) for row in times]
        cells = [f"{statistics.median(row)} ns / {ratio:.2f}" for row, ratio in zip(times, ratios)]
        print(f"| {module.stem} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=0.5, help="of the sizes; a depth of recursion is not scaled")
    parser.add_argument("--only", default="", help="names of kernels; without instantiation")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--with", action="append", default=[], dest="others", metavar="NAME=COMMAND")
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if not options.no_build:
        build()
    peer, ours = TARGET / "peer" / "release" / "raddle-peer", TARGET / "release" / "raddle"
    runners = [("wasmi", [str(peer)]), ("raddle", [str(ours), "bench"])]
    runners += [(name, shlex.split(command)) for name, _, command in (other.partition("=") for other in options.others)]
    print("| kernel | " + " | ".join(name for name, _ in runners) + " |\n" + "|---" * (len(runners) + 1) + "|")
    products, count, agree = [0.0] * len(runners), 0, True
    for folder in options.folders or [HERE / "kernels"]:
        for name, kernel, size in kernels(folder):
            if options.only and name not in options.only.split(","):
                continue
            # The work of `fib` grows by the golden ratio with each step.
            n = size + round(math.log(options.scale, 1.618)) if name == "fib" else max(2, round(size * options.scale))
            times, ratios, same = measure(kernel, n, runners, options.rounds)
            agree &= same
            cells = [f"{time * 1e3:.0f} ms / {ratio:.2f}" for time, ratio in zip(times, ratios)]
            print(f"| {name} | " + " | ".join(cells) + " |" + ("" if same else " results differ"), flush=True)
            products, count = [sum_ + math.log(ratio) for sum_, ratio in zip(products, ratios)], count + 1
    print(f"| geomean of {count} | " + " | ".join(f"{math.exp(product / count):.2f}" for product in products) + " |")
    if not options.only:
        ours = TARGET / "release" / "examples" / "instantiate"
        instantiation([("wasmi", [peer, "instantiate"]), ("raddle", [ours])], options.rounds)
    sys.exit(0 if agree else 1)


main()
