"""Kills the built program, fills its disk and changes its files while it works, and checks the resulting files.

    python faults [--inputs FOLDER] DYNAMOE COUNT [PART ...]
    python faults --list

The moments are random, but always the same shares of the duration of an undisturbed run; COUNT is the number of each
kind. The parts:

    killed      ended by SIGKILL, SIGINT, SIGTERM and SIGHUP, also with --resume
    calls       ended before single system calls, and these calls failing; needs strace
    full        no space for outputs, scratch and journal; a disk of its own needs unshare
    forbidden   folders and files that may not be written, read or searched
    changed     files that are cut, longer, rewritten, touched, replaced or removed while they are read
    gone        outputs and their folder removed or renamed

An output keeps its old bytes, or is replaced by the whole new file; several outputs of one command are all old or all
new. Errors are one line with a documented code, and leave nothing but the journal of --resume; files left by SIGKILL
are recognisable by their names, and the same command with --force then gives the results of an undisturbed run. Prints
the observed states, and exits with 1 if any of this does not hold.

FOLDER keeps the inputs of all commands and the results of undisturbed runs, so that several calls make them once.
"""

import argparse
import collections
import os
import signal
import sys
import tempfile
import time

from calls import Calls
from changed import Changed
from forbidden import Forbidden
from full import Full
from gone import Gone
from killed import Killed
from works import CATCHABLE, INTERRUPTED

PARTS = ["killed", "calls", "full", "forbidden", "changed", "gone"]


class Faults(Killed, Calls, Full, Forbidden, Changed, Gone):
    """All parts."""


def main(dynamoe, count, parts, inputs):
    # The parent process may ignore signals, and ignored signals stay ignored in started programs.
    for number in CATCHABLE:
        signal.signal(number, lambda *_: sys.exit(INTERRUPTED))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        faults = Faults(dynamoe, count, folder, inputs or f"{folder}/inputs")
        for part in parts or PARTS:
            started = time.monotonic()
            getattr(faults, part)()
            for name, seen in faults.seen.items():
                if name.startswith(part):
                    print(name + ", ".join(f"{what} × {n}" for what, n in sorted(seen.items())), flush=True)
            print(f"{part}: {time.monotonic() - started:.0f} s", flush=True)
    told = collections.Counter()
    for text in faults.failures:
        # A defect fails often; a few failures of each part and command suffice.
        kind = tuple(text.split()[:2])
        told[kind] += 1
        if told[kind] <= 8:
            print(text, file=sys.stderr)
    if faults.failures:
        print(f"{len(faults.failures)} failures", file=sys.stderr)
    return 1 if faults.failures else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        usage=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="version", version="\n".join(PARTS))
    parser.add_argument("--inputs", metavar="FOLDER")
    parser.add_argument("dynamoe", metavar="DYNAMOE")
    parser.add_argument("count", metavar="COUNT", type=int)
    parser.add_argument("parts", metavar="PART", nargs="*", choices=PARTS)
    words = parser.parse_args()
    sys.exit(main(words.dynamoe, words.count, words.parts, words.inputs))
