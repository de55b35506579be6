"""The kinds of files that mutations.py spoils, and the commands that they are given to."""

import json
import pathlib
import shutil
import struct
import subprocess
from typing import Callable, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINY = ROOT / "fixtures/tiny-llama"
FAMILIES = ROOT / "fixtures/families"
FAMILY = FAMILIES / "llama3"


class Kind(NamedTuple):
    name: str
    # The file that is spoilt.
    file: pathlib.Path
    # The words of a command about it, given its path, or that of its folder.
    words: Callable[[str], list]
    # The folder that it stands in, if it is used with its neighbours.
    folder: pathlib.Path | None = None
    # Where most of what has a meaning is: all of the file where it is None.
    head: int | None = None
    # Whether every mutation must be noticed.
    notices: bool = False


def gguf(keys, tensors):
    """A small file: keys with the numbers of their types and their bytes, tensors of floats."""
    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()

    start = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    start += b"".join(text(key) + struct.pack("<I", kind) + value for key, kind, value in keys)
    data = b""
    for name, values in tensors.items():
        start += text(name) + struct.pack("<IQIQ", 1, len(values), 0, len(data))
        data += struct.pack(f"<{len(values)}f", *values)
        data += bytes(-len(data) % 32)
    return start + bytes(-len(start) % 32) + data


def importance_matrices(place):
    """One of the model's neurons in llama.cpp's older form, and one in its newer."""
    layers = {f"blk.{layer}.ffn_down.weight": [0.5 + neuron % 7 for neuron in range(48)] for layer in range(2)}
    legacy = struct.pack("<i", len(layers))
    for name, values in layers.items():
        legacy += struct.pack("<i", len(name)) + name.encode() + struct.pack("<ii", 7, len(values))
        legacy += struct.pack(f"<{len(values)}f", *values)
    old, new = place / "imatrix.dat", place / "imatrix.gguf"
    old.write_bytes(legacy + struct.pack("<ii", 7, 9) + b"some text")
    text = struct.pack("<Q", 7) + b"imatrix"
    texts = struct.pack("<IQQ", 8, 1, 9) + b"some text"
    keys = [("general.type", 8, text), ("imatrix.datasets", 9, texts), ("imatrix.chunk_count", 4, struct.pack("<I", 7))]
    tensors = {f"{name}.in_sum2": values for name, values in layers.items()}
    new.write_bytes(gguf(keys, tensors | {f"{name}.counts": [7.0] for name in layers}))
    return old, new


def split_file(place):
    """A model in two parts, of which the second."""
    folder = place / "split"
    folder.mkdir()
    for number in range(2):
        keys = [("split.no", 2, struct.pack("<H", number)), ("split.count", 2, struct.pack("<H", 2)),
                ("split.tensors.count", 5, struct.pack("<i", 2))]
        path = folder / f"m-0000{number + 1}-of-00002.gguf"
        path.write_bytes(gguf(keys, {f"t{number}": [1.0, 2.0, 3.0]}))
    return path


def sentence_pieces(place):
    """A model with the pieces of its tokenizer in SentencePiece's own file."""
    folder = place / "pieces"
    folder.mkdir()
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]:
        shutil.copyfile(FAMILIES / "mistral" / name, folder / name)
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    data = b""
    for number, piece in enumerate(sorted(vocabulary, key=vocabulary.get)):
        piece = piece.encode()
        kind = 6 if piece.startswith(b"<0x") else 2 if number == 0 else 3 if number < 3 else 1
        message = b"\x0a" + bytes([len(piece)]) + piece + b"\x15" + struct.pack("<f", -number) + b"\x18" + bytes([kind])
        data += b"\x0a" + bytes([len(message)]) + message
    (folder / "tokenizer.model").write_bytes(data)
    return folder


FAMILY_DESCRIPTION = {
    "like": "llama", "name": "mine",
    "keys": {"hidden_size": "hidden_size", "context_length": "max_position_embeddings"},
    "norm": "rms", "positions": "rotary", "gated": True, "width_factor": 4, "parallel": False, "encoder": False,
    "tied_output": {"key": "tie_word_embeddings", "otherwise": False}, "attention_bias": {"key": "attention_bias"},
    "activations": {"silu": "silu"}, "gguf": {"architecture": "llama", "activation": "silu"},
    "tensors": {"transformers": {"norm_offset": 0.0, "names": {"up": "model.layers.{layer}.mlp.up_proj.weight"}}}}


def prepare(dynamoe, place):
    """The files that are spoilt; some must be made first."""
    def make(*words):
        subprocess.run([dynamoe, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    text = TINY / "heldout.txt"
    few = ["--max-tokens", "64", "--context", "32"]
    quick = ["--importance", "weights", "--experts", "2"]
    plain, routed, stats = place / "plain.dmoe", place / "routed.dmoe", place / "t.stats"
    make("partition", FAMILY, "-o", plain, *quick)
    make("partition", FAMILY, "-o", routed, "--text", text, "--max-tokens", "1024", "--context", "64", "--experts", "2")
    make("calibrate", FAMILY, "--text", text, *few, "-o", stats)
    sharded, folder = place / "sharded", place / "routed"
    make("export", plain, "--format", "hf", "--expert", "dense", "--shard-size", "20kB", "-o", sharded)
    make("export", routed, "--format", "hf", "-o", folder)
    pieces, on_pieces, on_gguf = sentence_pieces(place), place / "pieces.dmoe", place / "gguf.dmoe"
    make("partition", pieces, "-o", on_pieces, "--overlay", *quick)
    make("partition", FAMILY / "model.gguf", "-o", on_gguf, "--overlay", *quick)
    legacy, matrix = importance_matrices(place)
    tokens, family = place / "ids.json", place / "family.json"
    tokens.write_text("[1, 5, 7, 9, 11, 13]\n")
    family.write_text(json.dumps(FAMILY_DESCRIPTION))
    dry = ["--dry-run", "-o", str(place / "none.dmoe")]
    evaluate = lambda path: ["evaluate", path, "--text", str(text), *few, "--variants", "dense"]
    inspect = lambda path: ["inspect", path, "--statistics", "--tensors"]
    bring = lambda path: ["import", path, "-o", f"{path}/none.dmoe"]
    weigh = lambda path: ["partition", path, "--importance", "weights", *dry]
    rank = lambda path: ["partition", str(FAMILY), "--imatrix", path, *dry]
    export = lambda file, *base: ["export", str(file), *base, "--format", "gguf", "--expert", "0"]
    return [
        Kind("safetensors", FAMILY / "model.safetensors", inspect, head=4096),
        Kind("safetensors-model", FAMILY / "model.safetensors", weigh, FAMILY, head=4096),
        Kind("index", sharded / "model.safetensors.index.json", lambda path: ["validate", path], sharded),
        Kind("gguf", FAMILY / "model.gguf", inspect, head=8192),
        Kind("gguf-model", FAMILY / "model.gguf", evaluate, head=8192),
        Kind("gguf-export", FAMILY / "model.gguf",
             lambda path: [*export(on_gguf, "--base", path), "-o", f"{path}.none"], head=8192),
        Kind("split-gguf", split_file(place), inspect, place / "split"),
        Kind("config", FAMILY / "config.json", evaluate, FAMILY),
        Kind("family", family, lambda path: [*evaluate(str(FAMILY)), "--family", path]),
        Kind("tokenizer", FAMILY / "tokenizer.json", evaluate, FAMILY),
        Kind("tokenizer-config", FAMILY / "tokenizer_config.json", evaluate, FAMILY),
        Kind("tokenizer.model", pieces / "tokenizer.model",
             lambda path: [*export(on_pieces, "--base", path), "-o", f"{path}/none.gguf"], pieces),
        Kind("dmoe", plain, lambda path: ["validate", path], head=16384, notices=True),
        Kind("dmoe-routed", routed, lambda path: ["validate", path], head=32768, notices=True),
        Kind("dmoe-evaluate", routed, evaluate, head=32768),
        Kind("dmoe-show", routed, lambda path: ["show", path, "--text", str(text), *few], head=32768),
        Kind("dmoe-export", plain, lambda path: [*export(path), "-o", f"{path}.none"], head=16384),
        Kind("routed-config", folder / "config.json", bring, folder),
        Kind("routed-weights", folder / "model.safetensors", bring, folder, head=8192),
        Kind("statistics", stats, lambda path: ["partition", str(FAMILY), "--calibration", path, *dry], head=4096),
        Kind("imatrix", legacy, rank),
        Kind("imatrix-gguf", matrix, rank),
        Kind("report", place / "routed.report.json", lambda path: ["report", path, "-o", f"{path}.html"]),
        Kind("tokens", tokens, lambda path: ["evaluate", str(FAMILY), "--tokens", path, "--variants", "dense"]),
    ]
