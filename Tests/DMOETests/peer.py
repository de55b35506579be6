"""Runs the independent reader on files: python peer.py READER, the paths on standard input, a line each.

Prints a line for each: "accept", or "reject: why". A reader that ends in any other way ends this too."""

import contextlib
import importlib.util
import io
import os
import sys


def verdict(reader, path):
    sys.argv = ["read_dmoe.py", path]
    output, errors = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            reader.main()
        return "accept"
    except SystemExit as end:
        if end.code != 1:
            raise
        return "reject: " + ascii(errors.getvalue())


sys.path.insert(0, os.path.dirname(sys.argv[1]))
spec = importlib.util.spec_from_file_location("read_dmoe", sys.argv[1])
reader = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reader)
for line in sys.stdin.read().split("\n"):
    if line:
        print(verdict(reader, line), flush=True)
