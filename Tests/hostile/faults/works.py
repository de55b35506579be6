"""The commands under test, and known properties of their runs."""

import pathlib
import signal
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[3]
TINY = ROOT / "fixtures/tiny-llama"
FAMILY = ROOT / "fixtures/families/llama3"
FEW = ["--max-tokens", "1024", "--context", "64"]
CATCHABLE = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
PARTIAL = ".dynamoe-partial"
CHECK_FAILED, INTERRUPTED, USAGE, DATA, MISSING, CANNOT_CREATE, INPUT_OUTPUT = 1, 130, 64, 65, 66, 73, 74
SECONDS = 120
NOBODY = 65534


class Work(NamedTuple):
    """A command, run in a folder with inputs in `in` and outputs in `out`."""

    name: str
    words: list
    # Names in `out`; empty if the result is printed.
    outputs: list
    # Names in `in` that may change during the run.
    inputs: list
    # Folder of its scratch file.
    scratch: str | None = None
    # File that an interrupted run may leave under its own name.
    journal: str | None = None


class Undisturbed(NamedTuple):
    files: dict
    seconds: float
    bytes: int


class Outcome(NamedTuple):
    code: int
    errors: str
    printed: bytes


class Place(NamedTuple):
    """The folder of one attempt."""

    path: pathlib.Path

    @property
    def out(self):
        return self.path / "out"

    @property
    def scratch(self):
        return self.path / "tmp"


PARTITION_TEXT = ["partition", "in/model", "-o", "out/t.dmoe", "--text", "in/text.txt", *FEW, "--experts", "2"]
PARTITION_LARGE = ["partition", "in/large", "-o", "out/t.dmoe", "--importance", "weights", "--experts", "2"]
PARTITIONED = ["t.dmoe", "t.report.json", "t.report.html"]
COMPANIONS = ["config.json", "tokenizer.json", "tokenizer_config.json"]


def of(folder, *names):
    return [f"{folder}/{name}" for name in names]


WORKS = [
    Work("partition", PARTITION_LARGE, PARTITIONED, of("large", "model.safetensors", *COMPANIONS)),
    Work("partition-plain", [*PARTITION_LARGE, "--compression", "none"], PARTITIONED,
         of("large", "model.safetensors", *COMPANIONS)),
    Work("partition-gguf", ["partition", "in/model.gguf", *PARTITION_LARGE[2:]], PARTITIONED, ["model.gguf"]),
    Work("partition-text", PARTITION_TEXT, PARTITIONED, of("model", "model.safetensors", *COMPANIONS) + ["text.txt"]),
    Work("partition-overlay", [*PARTITION_TEXT, "--overlay", "--memory", "1K"], PARTITIONED,
         of("model", "model.safetensors", *COMPANIONS), scratch="out"),
    Work("partition-resume", [*PARTITION_TEXT, "--resume"], PARTITIONED, of("model", "model.safetensors", *COMPANIONS),
         journal="t.dmoe.resume"),
    Work("calibrate", ["calibrate", "in/large", "-o", "out/t.stats", "--text", "in/text.txt", *FEW, "--memory", "1K"],
         ["t.stats"], of("large", "model.safetensors", *COMPANIONS) + ["text.txt"], scratch="out"),
    Work("merge", ["merge", "in/1.stats", "in/2.stats", "-o", "out/t.stats"], ["t.stats"], ["1.stats", "2.stats"]),
    Work("export-dmoe", ["export", "in/t.dmoe", "--format", "dmoe", "--expert", "0", "-o", "out/e.dmoe"], ["e.dmoe"],
         ["t.dmoe"]),
    Work("export-hf", ["export", "in/t.dmoe", "--format", "hf", "--expert", "50%", "--shard-size", "300KB", "-o",
                       "out/half"], ["half"], ["t.dmoe", "t.report.json"]),
    Work("export-routed", ["export", "in/t.dmoe", "--format", "hf", "-o", "out/routed"], ["routed"],
         ["t.dmoe", "t.report.json"]),
    Work("export-gguf", ["export", "in/t.dmoe", "--format", "gguf", "--expert", "50%", "-o", "out/half.gguf"],
         ["half.gguf"], ["t.dmoe"]),
    Work("import", ["import", "in/routed", "-o", "out/i.dmoe"], ["i.dmoe"],
         of("routed", "model.safetensors", *COMPANIONS)),
    Work("report", ["report", "in/t.report.json", "-o", "out/page.html"], ["page.html"], ["t.report.json"]),
    Work("evaluate", ["evaluate", "in/t.dmoe", "--text", "in/text.txt", *FEW, "--variants", "dense,expert-0",
                      "--memory", "1K", "--json"], [], ["t.dmoe", "text.txt"], scratch="tmp"),
    Work("validate", ["validate", "in/t.dmoe", "--against", "in/large"], [], ["t.dmoe", "large/model.safetensors"]),
]
