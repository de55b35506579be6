"""Runs the independent reader on files: python peer.py READER, one path per line on standard input.

Prints one line for each: "accept", or "reject: REASON". Any other failure of the reader ends this program."""

import contextlib
import io
import os
import sys

sys.path.insert(0, os.path.dirname(sys.argv[1]))

import read_dmoe


def verdict(path):
    sys.argv = ["read_dmoe.py", path]
    output, errors = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            read_dmoe.main()
        return "accept"
    except SystemExit as end:
        if end.code != 1:
            raise
        return "reject: " + ascii(errors.getvalue())


for line in sys.stdin.read().split("\n"):
    if line:
        print(verdict(line), flush=True)
