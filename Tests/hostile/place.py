"""Code shared by the scripts beside it: a place for the files of a case, the program, and complaints."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unicodedata
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "fixtures/families/llama3"
TEXT = ROOT / "fixtures/tiny-llama/heldout.txt"
SECONDS = 10
FEW = ["--max-tokens", "64", "--context", "32"]


class Outcome(NamedTuple):
    code: int
    output: str
    # Without notes, such as those about files of the model's folder that were not read.
    errors: str

    @classmethod
    def of(cls, done):
        errors = done.stderr.decode("utf-8", "replace").splitlines(keepends=True)
        return cls(
            done.returncode, done.stdout.decode("utf-8", "replace"),
            "".join(line for line in errors if not line.startswith("note: ")))


class Complaints:
    """Cases that fail, and the number of cases checked."""

    def __init__(self):
        self.texts, self.count = [], 0

    def check(self, holds, text):
        self.count += 1
        if not holds:
            self.texts.append(text)


class Place:
    """A folder for the files of a case, and the program."""

    def __init__(self, dynamoe, root, complaints):
        self.dynamoe, self.root, self.complaints = dynamoe, root, complaints

    def path(self, *parts):
        return self.root.joinpath(*parts)

    def run(self, *words, stdin=subprocess.DEVNULL, **options):
        try:
            done = subprocess.run(
                [self.dynamoe, *map(str, words)], stdin=stdin, capture_output=True, timeout=SECONDS, **options)
        except subprocess.TimeoutExpired:
            return Outcome(-99, "", "hangs")
        return Outcome.of(done)

    def done(self, case, *words, **options):
        outcome = self.run(*words, **options)
        self.complaints.check(
            outcome.code == 0 and harmless(outcome.output) and harmless(outcome.errors),
            f"{case}: {words[0]} ended with {outcome.code}, or wrote control characters: {outcome.errors[:300]!r}"
            f" {[c for c in outcome.output if not harmless(c)][:9]}")
        return outcome.output

    def refused(self, case, codes, *words, **options):
        """Expects one short line on standard error, nothing on standard output, and one of the exit codes."""
        outcome = self.run(*words, **options)
        one_line = outcome.errors.endswith("\n") and outcome.errors.count("\n") == 1 and len(outcome.errors) < 10_000
        self.complaints.check(
            outcome.code in codes and one_line and not outcome.output and harmless(outcome.errors),
            f"{case}: {words[0]} ended with {outcome.code}, not {codes}, or wrote more than a harmless line: "
            f"{outcome.errors[:300]!r} {outcome.output[:80]!r}")
        return outcome.errors

    def model(self, name, source=MODEL):
        """A copy of a small model that may be changed."""
        folder = self.path(name)
        folder.mkdir(parents=True)
        for file in source.iterdir():
            if file.name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
                shutil.copyfile(file, folder / file.name)
        return folder


def harmless(text):
    return not any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in text)


def safetensors(tensors, metadata=None):
    """A file of one-byte tensors with these names."""
    header = {"__metadata__": metadata} if metadata else {}
    for place, name in enumerate(tensors):
        header[name] = {"dtype": "U8", "shape": [1], "data_offsets": [place, place + 1]}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(len(tensors))


def change(path, edit):
    document = json.loads(path.read_text())
    path.write_text(json.dumps(edit(document) or document))


def gguf(tensor, keys):
    text = lambda value: struct.pack("<Q", len(value.encode())) + value.encode()
    pairs = b"".join(text(key) + struct.pack("<I", kind) + value for key, kind, value in keys)
    start = b"GGUF" + struct.pack("<IQQ", 3, 1, len(keys)) + pairs
    start += text(tensor) + struct.pack("<IQIQ", 1, 8, 0, 0)
    return start + bytes(-len(start) % 32) + bytes(32)


def choose(known, count, usage):
    """The words of the command line: `count` of them, then the wanted ones of the known names, by default all."""
    words = sys.argv[1:]
    if words == ["--list"]:
        sys.exit(print(*known, sep="\n"))
    if len(words) < count or not {*words[count:]} <= {*known}:
        sys.exit(f"{usage}\nThere are: {' '.join(known)}")
    return words[:count] + (words[count:] or list(known))


def run_groups(groups, usage):
    """Runs groups of cases, each in its own folder, prints the failures, and returns the exit code."""
    os.environ["SWIFT_BACKTRACE"] = "enable=no"
    dynamoe, *names = choose(groups, 1, usage)
    dynamoe = str(pathlib.Path(dynamoe).resolve())
    failures = []
    with tempfile.TemporaryDirectory() as place:
        for name in names:
            root = pathlib.Path(place).resolve() / name
            root.mkdir()
            complaints = Complaints()
            groups[name](Place(dynamoe, root, complaints))
            print(f"{name:14} {complaints.count} cases"
                  + (f", {len(complaints.texts)} wrong" if complaints.texts else ""), flush=True)
            failures += complaints.texts
        os.chdir("/")
    for text in failures:
        print(text, file=sys.stderr)
    return 1 if failures else 0
