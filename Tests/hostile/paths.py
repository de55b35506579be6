"""Gives the built program paths that could lead it astray, and checks its reactions.

    paths.py DYNAMOE [GROUP ...]
    paths.py --list

Index entries that climb out of the folder; missing or inconsistent parts of a split file; pipes, devices, folders and
links in place of every input; the user's own links, which must work. Prints a line per group, and exits with 1, naming
every case that fails.
"""

import json
import os
import resource
import shutil
import socket
import struct
import sys

from place import FEW, MODEL, TEXT, gguf, run_groups, safetensors


# Names in an index

def indexes(at):
    valid = at.path("canary.safetensors")
    valid.write_bytes(safetensors(["b"]))
    (at.path("sub")).mkdir()
    names = [
        "../canary.safetensors", str(valid), "a/../../canary.safetensors", "sub/x.safetensors", "", ".", "..", "a\0b",
        "..\\canary.safetensors", "x" * 5000, "none\x1b[2J\u202e\n.safetensors", "/dev/zero", "/dev/stdin"]
    names = [(name, {65}) for name in names] + [
        ("pipe", {65}), ("socket", {65, 66}), ("folder", {65}), ("loop", {65, 66}), ("zero", {65}), ("stdin", {65}),
        ("closed", {65, 66}), ("model.safetensors.index.json", {65})]
    commands = [
        ["inspect"], ["validate"], ["partition", "--importance", "weights", "-o", at.path("none.dmoe")],
        ["calibrate", "--text", TEXT, "-o", at.path("none")]]
    for number, (name, codes) in enumerate(names):
        folder = at.path(f"index {number}")
        (folder / "folder").mkdir(parents=True)
        (folder / "a.safetensors").write_bytes(safetensors(["a"]))
        os.mkfifo(folder / "pipe")
        (folder / "loop").symlink_to("loop")
        (folder / "zero").symlink_to("/dev/zero")
        (folder / "stdin").symlink_to("/dev/stdin")
        here = socket.socket(socket.AF_UNIX)
        # The path of a socket is limited to 107 bytes.
        os.chdir(folder)
        here.bind("socket")
        here.close()
        document = {"weight_map": {"a": "a.safetensors", "b": name}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(document))
        for command in commands if number in (0, 13) else commands[:1]:
            at.refused(f"shard {name[:40]!r}", codes, command[0], folder, *command[1:])
    outside = at.path("index 0")
    with_canary = at.run("inspect", outside)
    valid.unlink()
    at.complaints.check(with_canary == at.run("inspect", outside), "a shard outside was looked at")
    twice = '{"weight_map": {"a": "a.safetensors", "a": "a.safetensors"}}'
    (outside / "model.safetensors.index.json").write_text(twice)
    at.refused("a tensor named twice", {65}, "inspect", outside)


# Split files

def part(number, count, tensors=3, kind=2):
    form = {2: "<H", 4: "<I", 10: "<Q", 11: "<q"}[kind]
    keys = [("split.no", kind, struct.pack(form, number)), ("split.count", kind, struct.pack(form, count))]
    return gguf(f"t{number}", keys + [("split.tensors.count", 5, struct.pack("<i", tensors))])


def splits(at):
    store = at.path("store")
    store.mkdir()

    def parts(case):
        folder = at.path(case)
        folder.mkdir()
        files = [folder / f"x-0000{number + 1}-of-00003.gguf" for number in range(3)]
        for number, file in enumerate(files):
            file.write_bytes(part(number, 3))
        return files

    files = parts("whole")
    at.done("a split file", "inspect", files[0])
    at.done("a split file by another part", "inspect", files[2])
    files = parts("linked")
    for number, file in enumerate(files):
        file.replace(store / f"blob{number}")
        file.symlink_to(store / f"blob{number}")
    at.done("parts that are links", "inspect", files[1])
    files = parts("missing")
    files[1].unlink()
    at.refused("a part is missing", {65, 66}, "inspect", files[0])
    for case, make in [
        ("pipe", os.mkfifo), ("folder", os.mkdir), ("loop", lambda path: os.symlink(path, path)),
        ("zero", lambda path: os.symlink("/dev/zero", path)), ("first", lambda path: os.symlink(files[0], path))]:
        files = parts(f"part {case}")
        files[1].unlink()
        make(files[1])
        at.refused(f"a part is a {case}", {65, 66}, "inspect", files[0])
    for case, first, second in [
        ("number", part(1, 3), None), ("count", part(0, 2), None), ("other count", None, part(1, 4)),
        ("other number", None, part(2, 3)), ("tensors", part(0, 3, tensors=2**31 - 1), None),
        ("negative tensors", part(0, 3, tensors=-1), None), ("count 65535", part(0, 65535), None),
        ("count 10^9", part(0, 10**9, kind=4), None), ("count 2^63", part(0, 2**63, kind=10), None),
        ("number -1", part(-1, 3, kind=11), None),
        ("number 2^63 - 1", part(2**63 - 1, 3, kind=10), None)]:
        files = parts(f"wrong {case}")
        for file, data in zip(files, [first, second]):
            if data:
                file.write_bytes(data)
        at.refused(f"a split file with a wrong {case}", {65}, "inspect", files[0])
    many = at.path("x-00001-of-65535.gguf")
    many.write_bytes(part(0, 65535))
    at.refused("65535 parts", {65, 66}, "inspect", many)


# Inputs that are not regular files

def special(at):
    """Paths that are not regular files, with the expected codes."""
    os.mkfifo(at.path("pipe"))
    here = socket.socket(socket.AF_UNIX)
    os.chdir(at.root)
    here.bind("socket")
    here.close()
    at.path("loop").symlink_to("loop")
    at.path("folder").mkdir()
    at.path("zero").symlink_to("/dev/zero")
    no_file, none = {65, 66}, {66}
    return [
        ("pipe", at.path("pipe"), no_file), ("socket", at.path("socket"), no_file), ("/dev/zero", "/dev/zero", no_file),
        ("/dev/full", "/dev/full", no_file), ("/dev/null", "/dev/null", no_file),
        ("/dev/random", "/dev/random", no_file), ("a link to /dev/zero", at.path("zero"), no_file),
        ("folder", at.path("folder"), no_file), ("loop", at.path("loop"), none), ("nothing", "", none),
        ("a long path", "x" * 5000, none), ("a deep path", "x/" * 2500, none),
        ("a file as a folder", f"{TEXT}/x", none)]


def inputs(at):
    places = special(at)
    report, dmoe, overlay = at.path("w.report.json"), at.path("w.dmoe"), at.path("overlay.dmoe")
    quick = ["--importance", "weights", "--experts", "2"]
    at.done("a conversion", "partition", MODEL, "-o", dmoe, *quick)
    at.done("an overlay", "partition", MODEL, "-o", overlay, "--overlay", *quick)
    out = ["-o", at.path("none.dmoe")]
    evaluate = ["evaluate", MODEL, *FEW, "--variants", "dense"]
    commands = {
        "the model": lambda path: ["inspect", path],
        "the dense model": lambda path: ["validate", dmoe, "--against", path],
        "the source": lambda path: ["partition", path, *quick, *out],
        "--text": lambda path: [*evaluate, "--text", path], "--tokens": lambda path: [*evaluate, "--tokens", path],
        "--show-text": lambda path: ["partition", MODEL, *out, "--text", TEXT, *FEW, "--show-text", path],
        "--calibration": lambda path: ["partition", MODEL, *out, "--calibration", path],
        "--imatrix": lambda path: ["partition", MODEL, *out, "--imatrix", path],
        "--family": lambda path: ["inspect", MODEL, "--family", path],
        "--base": lambda path: ["validate", overlay, "--base", path],
        "statistics": lambda path: ["merge", path, *out], "the report": lambda path: ["report", path, *out],
        "--report": lambda path: [
            "export", dmoe, "--format", "hf", "--expert", "0", "-o", at.path("e"), "--report", path],
        "the folder": lambda path: ["import", path, *out]}
    for option, words in commands.items():
        for case, path, codes in places:
            at.refused(f"{case} as {option}", codes, *words(path))
    for case, path, codes in places:
        if case not in ("loop", "a long path", "nothing", "a deep path"):
            at.refused(f"{case} as the output", {73}, "partition", MODEL, "-o", path, *quick, "--force")
            at.refused(f"{case} as the page", {73}, "report", report, "-o", path, "--force")
    # Decoded as text, it would be another name.
    for words in [["inspect"], ["partition", MODEL, *quick, "-o"]]:
        at.refused("a name that is not UTF-8", {64}, *words, os.fsdecode(bytes(at.path("n")) + b"\xff.dmoe"))
    at.path("dangling").symlink_to(at.path("nowhere"))
    for case, name in [("a link to nothing", "dangling"), ("a name that is too long", "n" * 251 + ".dmoe"),
                       ("a name that leaves no room for a report", "n" * 250 + ".dmoe")]:
        at.refused(f"{case} as the output", {73}, "partition", MODEL, "-o", at.path(name), *quick)
    at.complaints.check(at.path("dangling").is_symlink() and not list(at.root.glob("n*.dmoe")), "an output was left")
    # Without a limit, the program would take all of the machine's memory.
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    with open("/dev/zero") as endless:
        words = [*evaluate, "--tokens", "-", "--threads", "1"]
        at.refused("ids without end", {65}, *words, stdin=endless, preexec_fn=limit)
    kept = at.path("pipe").is_fifo() and at.path("zero").is_symlink()
    at.complaints.check(kept, "an output replaced what is no file")
    # Companion files of the weights.
    for number, name in enumerate(["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json",
                                   "tokenizer.model", "dynamoe-family.json", "LICENSE", "README.md"]):
        for case, make in [
            ("pipe", os.mkfifo), ("folder", os.mkdir), ("zero", lambda path: os.symlink("/dev/zero", path))]:
            folder = at.model(f"beside {number} {case}")
            (folder / name).unlink(missing_ok=True)
            make(folder / name)
            at.refused(f"{name} is a {case}", {65, 66}, "partition", folder, *quick, *out)
    at.complaints.check(not at.path("none.dmoe").exists(), "a refusal left an output")


# Legitimate uses

def links(at):
    cache = at.path("hub/models--org--name")
    blobs, snapshot = cache / "blobs", cache / "snapshots/0123"
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    for number, name in enumerate(["config.json", "tokenizer.json", "tokenizer_config.json"]):
        shutil.copyfile(MODEL / name, blobs / str(number))
        (snapshot / name).symlink_to(f"../../blobs/{number}")
    data = (MODEL / "model.safetensors").read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:end])
    header.pop("__metadata__", None)
    places = {}
    for number, half in enumerate([list(header)[::2], list(header)[1::2]]):
        new, body = {}, b""
        for name in half:
            first, last = header[name]["data_offsets"]
            new[name] = header[name] | {"data_offsets": [len(body), len(body) + last - first]}
            body += data[end + first : end + last]
            places[name] = f"model-0000{number + 1}-of-00002.safetensors"
        text = json.dumps(new).encode()
        (blobs / f"shard{number}").write_bytes(struct.pack("<Q", len(text)) + text + body)
        (snapshot / f"model-0000{number + 1}-of-00002.safetensors").symlink_to(f"../../blobs/shard{number}")
    (blobs / "index").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    (snapshot / "model.safetensors.index.json").symlink_to("../../blobs/index")
    at.path("model").symlink_to(snapshot)
    output = at.path("l.dmoe")
    for case, path in [("a cache of the Hub", snapshot), ("a link to a folder", at.path("model"))]:
        at.done(case, "validate", path)
        at.done(case, "partition", path, "-o", output, "--importance", "weights", "--experts", "2", "--force")
        at.done(case, "validate", output, "--against", MODEL)
    at.path("g.gguf").symlink_to(MODEL / "model.gguf")
    at.path("text").symlink_to(TEXT)
    at.path("linked.dmoe").symlink_to(output)
    at.done("a GGUF file by a link", "inspect", at.path("g.gguf"))
    at.done("a container by a link", "validate", at.path("linked.dmoe"))
    at.done("text by a link", "evaluate", MODEL, "--text", at.path("text"), *FEW, "--variants", "dense")
    with TEXT.open() as text:
        at.done("text from standard input", "evaluate", MODEL, "--text", "-", *FEW, "--variants", "dense", stdin=text)
    for path in ["-", "/dev/stdin", "/dev/fd/{}"]:
        reading, writing = os.pipe()
        os.write(writing, TEXT.read_bytes()[:2000])
        os.close(writing)
        at.done(f"text through a pipe as {path}", "evaluate", MODEL, "--text", path.format(reading), *FEW, "--variants",
                "dense", stdin=reading, pass_fds=[reading])
        os.close(reading)


if __name__ == "__main__":
    sys.exit(run_groups({"indexes": indexes, "splits": splits, "inputs": inputs, "links": links}, __doc__))
