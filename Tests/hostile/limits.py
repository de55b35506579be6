"""Runs the built program with few descriptors and threads, and at odd widths of the terminal.

    limits.py DYNAMOE [GROUP ...]
    limits.py --list

It works, or ends soon with one line and a documented code. Prints a line per group, and exits with 1, naming every case
that fails.
"""

import os
import resource
import subprocess
import sys

from place import FEW, MODEL, TEXT, run_groups

NOBODY = 65534


def works(at):
    yield ["inspect", MODEL, "--statistics"]
    yield ["evaluate", MODEL, "--text", TEXT, *FEW, "--variants", "dense"]
    yield ["partition", MODEL, "-o", at.path("out", "t.dmoe"), "--text", TEXT, *FEW, "--experts", "2"]


def limited(at, case, words, codes, **options):
    outcome = at.run(*words, **options)
    at.complaints.check(
        outcome.code in codes and (outcome.code == 0 or outcome.errors.count("\n") == 1),
        f"{case}: {words[0]} ended with {outcome.code}: {outcome.errors[:300]!r}")
    left = list(at.path("out").iterdir())
    at.complaints.check(outcome.code == 0 or not left, f"{case}: {words[0]} left {left}")
    for path in left:
        path.unlink()
    return outcome


def descriptors(at):
    at.path("out").mkdir()
    for words in works(at):
        # The dynamic loader takes one.
        for number in [*range(4, 18), 24]:
            def limit():
                resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))
            outcome = limited(at, f"{number} descriptors", words, {0, 66, 73, 74}, preexec_fn=limit)
        at.complaints.check(outcome.code == 0, f"24 descriptors are too few for {words[0]}: {outcome.errors}")


def threads(at):
    at.path("out").mkdir()
    os.chmod(at.path("out"), 0o777)
    # Root has no limit. Without threads of its own, OpenBLAS does not end the process first.
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}
    try:
        if subprocess.run([at.dynamoe, "--version"], capture_output=True, **options).returncode:
            raise PermissionError
    except PermissionError:
        return print("threads: nobody may not run the program", file=sys.stderr)

    def limit():
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    for words in works(at):
        outcome = limited(at, "one thread", words, {74}, preexec_fn=limit, env=environment, **options)
        at.complaints.check("threads: expected room for" in outcome.errors, f"one thread: {outcome.errors}")


def columns(at):
    for width in ["0", "-3", "1", "10", "39", "100", "100000000000", str(2**63 - 1), str(2**63), "x", ""]:
        for words in [["--help"], ["partition", "--help"]]:
            told = at.done(f"{width!r} columns", *words, env=os.environ | {"COLUMNS": width})
            at.complaints.check("--threads" in told or "EXIT CODES" in told, f"{width!r} columns: {told[:200]}")
        at.refused(f"{width!r} columns", {64}, "evaluate", MODEL, "--variants", "", env=os.environ | {"COLUMNS": width})


if __name__ == "__main__":
    sys.exit(run_groups({"descriptors": descriptors, "threads": threads, "columns": columns}, __doc__))
