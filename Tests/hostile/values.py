"""Gives the built program .dmoe files whose numbers break a rule under right checksums.

    values.py DYNAMOE [GROUP ...]
    values.py --list

Every command that uses the data of a file must refuse it with one line, before it writes or prints anything; `inspect`
reads headers only. Prints a line per group, and exits with 1, naming every case that fails.
"""

import json
import struct
import sys
import zlib

from place import FEW, MODEL, TEXT, run_groups


EXPORTS = [
    ["--format", "dmoe", "--expert", "0"], ["--format", "hf"], ["--format", "hf", "--expert", "0"],
    ["--format", "gguf", "--expert", "dense"]]


class Container:
    """A .dmoe in memory, whose stored bytes can be replaced."""

    def __init__(self, path):
        data = path.read_bytes()
        length = struct.unpack_from("<Q", data, 8)[0]
        self.data, self.start = bytearray(data), 64 + length
        self.directory = json.loads(data[64:self.start])

    def tensors(self, kind, name=None):
        for section in self.directory["sections"]:
            for tensor in section["tensors"]:
                if tensor["kind"] == kind and name in (None, tensor.get("name")):
                    yield tensor

    def bytes(self, tensor):
        return bytearray(self.data[tensor["offset"]:][:tensor["blocks"][0][0]])

    def replace(self, tensor, data):
        """Other bytes in a tensor of one block, which is stored plain, with their checksum."""
        block, = tensor["blocks"]
        assert len(data) == block[0], (tensor, len(data))
        self.data[tensor["offset"]:tensor["offset"] + len(data)] = data
        block[1] = f"{zlib.crc32(data):08x}"

    def write(self, path):
        text = json.dumps(self.directory, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (self.start - 64 - len(text))
        assert len(text) == self.start - 64
        preamble = struct.pack("<4sIQQI32x", b"DMOE", 1, len(text), len(self.data), zlib.crc32(text))
        self.data[:self.start] = preamble + struct.pack("<I", zlib.crc32(preamble)) + text
        path.write_bytes(self.data)


def converted(at, *options):
    path = at.path("valid.dmoe")
    if not path.exists():
        at.done("a valid file", "partition", MODEL, "-o", path, "--text", TEXT, *FEW, "--experts", "2",
                "--compression", "none", *options)
    return Container(path)


def refused_everywhere(at, case, container, words, *base):
    path = at.path("spoilt.dmoe")
    container.write(path)
    at.done(case, "inspect", path)
    checked = at.run("validate", path, *base)
    at.complaints.check(
        checked.code == 1 and "✗" in checked.output, f"{case}: validate ended with {checked.code}")
    commands = [["evaluate", path, "--text", TEXT, *FEW], ["show", path, "--text", TEXT, *FEW],
                ["evaluate", path, "--text", TEXT, *FEW, "--variants", "expert-0"]]
    for number, options in enumerate(EXPORTS):
        commands.append(["export", path, *options, "-o", at.path(f"none{number}")])
    for command in commands:
        told = at.refused(case, {65}, *command, *base)
        at.complaints.check(all(word in told for word in words), f"{case}: {command} says {told!r}, not {words}")
    at.complaints.check(not list(at.root.glob("none*")), f"{case}: an export was written")


def permutations(at, *options):
    base = ["--base", MODEL] if options else []
    for case, layer, at_rank in [
            ("a repeated index", 0, lambda order: order[1]), ("an index beyond", 1, len),
            ("the largest index", 1, lambda order: 2**32 - 1)]:
        container = converted(at, *options)
        tensor = list(container.tensors("permutation"))[layer]
        order = list(struct.unpack(f"<{tensor['shape'][0]}I", container.bytes(tensor)))
        order[0] = at_rank(order)
        container.replace(tensor, struct.pack(f"<{len(order)}I", *order))
        refused_everywhere(at, f"{case}, layer {layer}", container, ["permutation", f"layer {layer}"], *base)


def overlays(at):
    permutations(at, "--overlay")


def spoil(at, kind, word):
    names = {tensor.get("name") for tensor in converted(at).tensors(kind)}
    at.complaints.check(bool(names), f"there is no {kind}")
    values = [float("nan"), float("inf"), -float("inf")]
    for value, name in zip(values * len(names), sorted(names)):
        container = converted(at)
        tensor = list(container.tensors(kind, name))[-1]
        size = {"F32": 4, "BF16": 2, "F64": 8}[tensor["element_type"]]
        data = container.bytes(tensor)
        data[-size:] = struct.pack("<d", value) if size == 8 else struct.pack("<f", value)[-size:]
        container.replace(tensor, data)
        refused_everywhere(at, f"{kind} {name} with {value}", container, [word])


def routers(at):
    spoil(at, "router", "layer 1")


def compensation(at):
    spoil(at, "compensation", "layer 1")


def budgets(at):
    spoil(at, "budgets", "budgets")


GROUPS = {
    "permutations": permutations, "overlays": overlays, "routers": routers, "compensation": compensation,
    "budgets": budgets}

if __name__ == "__main__":
    sys.exit(run_groups(GROUPS, __doc__))
