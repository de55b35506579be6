"""The kinds of files that mutations.py damages, and the commands that read them."""

import functools
import json
import pathlib
import shutil
import struct
import subprocess
from typing import Callable, NamedTuple

from place import FEW, MODEL, ROOT, TEXT

FAMILIES = ROOT / "fixtures/families"


class Kind(NamedTuple):
    # The file to damage.
    file: pathlib.Path
    # The arguments of a command that reads it, given its path or that of its folder.
    words: Callable[[str], list]
    # The folder of the file, if it is read with its neighbours.
    folder: pathlib.Path | None = None
    # The length of the file's structure, which gets most mutations; None for the whole file.
    head: int | None = None
    # Whether every mutation must be noticed.
    notices: bool = False


def gguf(keys, tensors):
    """A small file: keys with the numbers of their types and their bytes, and tensors of floats."""
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


FAMILY_DESCRIPTION = {
    "like": "llama", "name": "mine",
    "keys": {"hidden_size": "hidden_size", "context_length": "max_position_embeddings"},
    "norm": "rms", "positions": "rotary", "gated": True, "width_factor": 4, "parallel": False, "encoder": False,
    "tied_output": {"key": "tie_word_embeddings", "otherwise": False}, "attention_bias": {"key": "attention_bias"},
    "activations": {"silu": "silu"}, "gguf": {"architecture": "llama", "activation": "silu"},
    "tensors": {"transformers": {"norm_offset": 0.0, "names": {"up": "model.layers.{layer}.mlp.up_proj.weight"}}}}
QUICK = ["--importance", "weights", "--experts", "2"]
# Values of the model's neurons, under the tensor names of importance matrices.
IMPORTANCE = {f"blk.{layer}.ffn_down.weight": [0.5 + neuron % 7 for neuron in range(48)] for layer in range(2)}


class Files:
    """The files to damage, and others needed for them, each made on first use."""

    def __init__(self, dynamoe, place):
        self.dynamoe, self.place = dynamoe, place

    def make(self, name, *words):
        """An output of the program."""
        path = self.place / name
        subprocess.run(
            [self.dynamoe, *map(str, words), "-o", path], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        return path

    def write(self, name, data):
        path = self.place / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    @functools.cached_property
    def plain(self):
        return self.make("plain.dmoe", "partition", MODEL, *QUICK)

    @functools.cached_property
    def routed(self):
        few = ["--max-tokens", "1024", "--context", "64"]
        return self.make("routed.dmoe", "partition", MODEL, "--text", TEXT, *few, "--experts", "2")

    @functools.cached_property
    def report(self):
        return self.routed.with_name("routed.report.json")

    @functools.cached_property
    def statistics(self):
        return self.make("t.stats", "calibrate", MODEL, "--text", TEXT, *FEW)

    @functools.cached_property
    def sharded(self):
        """A folder with an index."""
        return self.make("sharded", "export", self.plain, "--format", "hf", "--expert", "dense", "--shard-size", "20kB")

    @functools.cached_property
    def routed_folder(self):
        return self.make("routed", "export", self.routed, "--format", "hf")

    @functools.cached_property
    def on_gguf(self):
        """An overlay whose base is the model in GGUF."""
        return self.make("gguf.dmoe", "partition", MODEL / "model.gguf", "--overlay", *QUICK)

    @functools.cached_property
    def on_pieces(self):
        """An overlay whose base is the model with SentencePiece's file."""
        return self.make("pieces.dmoe", "partition", self.pieces, "--overlay", *QUICK)

    @functools.cached_property
    def pieces(self):
        """A model with the pieces of its tokenizer in SentencePiece's own file."""
        folder = self.place / "pieces"
        folder.mkdir()
        for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]:
            shutil.copyfile(FAMILIES / "mistral" / name, folder / name)
        vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
        data = b""
        for number, piece in enumerate(sorted(vocabulary, key=vocabulary.get)):
            piece = piece.encode()
            kind = 6 if piece.startswith(b"<0x") else 2 if number == 0 else 3 if number < 3 else 1
            message = b"\x0a" + bytes([len(piece)]) + piece
            message += b"\x15" + struct.pack("<f", -number) + b"\x18" + bytes([kind])
            data += b"\x0a" + bytes([len(message)]) + message
        (folder / "tokenizer.model").write_bytes(data)
        return folder

    @functools.cached_property
    def second_part(self):
        """The second of the two parts of a model in GGUF."""
        for number in range(2):
            keys = [("split.no", 2, struct.pack("<H", number)), ("split.count", 2, struct.pack("<H", 2)),
                    ("split.tensors.count", 5, struct.pack("<i", 2))]
            path = self.write(f"split/m-0000{number + 1}-of-00002.gguf", gguf(keys, {f"t{number}": [1.0, 2.0, 3.0]}))
        return path

    @functools.cached_property
    def importance_matrix(self):
        """An importance matrix in llama.cpp's older form."""
        data = struct.pack("<i", len(IMPORTANCE))
        for name, values in IMPORTANCE.items():
            data += struct.pack("<i", len(name)) + name.encode() + struct.pack("<ii", 7, len(values))
            data += struct.pack(f"<{len(values)}f", *values)
        return self.write("imatrix.dat", data + struct.pack("<ii", 7, 9) + b"some text")

    @functools.cached_property
    def importance_matrix_gguf(self):
        """The same in its newer form."""
        text = struct.pack("<Q", 7) + b"imatrix"
        texts = struct.pack("<IQQ", 8, 1, 9) + b"some text"
        keys = [("general.type", 8, text), ("imatrix.datasets", 9, texts),
                ("imatrix.chunk_count", 4, struct.pack("<I", 7))]
        tensors = {f"{name}.in_sum2": values for name, values in IMPORTANCE.items()}
        return self.write("imatrix.gguf", gguf(keys, tensors | {f"{name}.counts": [7.0] for name in IMPORTANCE}))

    @functools.cached_property
    def tokens(self):
        return self.write("ids.json", b"[1, 5, 7, 9, 11, 13]\n")

    @functools.cached_property
    def family(self):
        return self.write("family.json", json.dumps(FAMILY_DESCRIPTION).encode())

    @property
    def dry(self):
        return ["--dry-run", "-o", str(self.place / "none.dmoe")]


# Commands, given the path of the damaged file or folder.

def inspect(path):
    return ["inspect", path, "--statistics", "--tensors"]


def validate(path):
    return ["validate", path]


def evaluate(path):
    return ["evaluate", path, "--text", str(TEXT), *FEW, "--variants", "dense"]


def show(path):
    return ["show", path, "--text", str(TEXT), *FEW]


def export(path):
    return ["export", path, "--format", "gguf", "--expert", "0", "-o", f"{path}.none"]


def export_on(overlay, output):
    expert = ["--format", "gguf", "--expert", "0"]
    return lambda path: ["export", str(overlay), "--base", path, *expert, "-o", path + output]


def bring(path):
    return ["import", path, "-o", f"{path}/none.dmoe"]


def weigh(files):
    return lambda path: ["partition", path, "--importance", "weights", *files.dry]


def rank(files, option):
    return lambda path: ["partition", str(MODEL), option, path, *files.dry]


# Every kind by its name; its files are made on use.
KINDS: dict[str, Callable[[Files], Kind]] = {
    "safetensors": lambda files: Kind(MODEL / "model.safetensors", inspect, head=4096),
    "safetensors-model": lambda files: Kind(MODEL / "model.safetensors", weigh(files), MODEL, head=4096),
    "index": lambda files: Kind(files.sharded / "model.safetensors.index.json", validate, files.sharded),
    "gguf": lambda files: Kind(MODEL / "model.gguf", inspect, head=8192),
    "gguf-model": lambda files: Kind(MODEL / "model.gguf", evaluate, head=8192),
    "gguf-export": lambda files: Kind(MODEL / "model.gguf", export_on(files.on_gguf, ".none"), head=8192),
    "split-gguf": lambda files: Kind(files.second_part, inspect, files.second_part.parent),
    "config": lambda files: Kind(MODEL / "config.json", evaluate, MODEL),
    "family": lambda files: Kind(files.family, lambda path: [*evaluate(str(MODEL)), "--family", path]),
    "tokenizer": lambda files: Kind(MODEL / "tokenizer.json", evaluate, MODEL),
    "tokenizer-config": lambda files: Kind(MODEL / "tokenizer_config.json", evaluate, MODEL),
    "tokenizer.model": lambda files: Kind(
        files.pieces / "tokenizer.model", export_on(files.on_pieces, "/none.gguf"), files.pieces),
    "dmoe": lambda files: Kind(files.plain, validate, head=16384, notices=True),
    "dmoe-routed": lambda files: Kind(files.routed, validate, head=32768, notices=True),
    "dmoe-evaluate": lambda files: Kind(files.routed, evaluate, head=32768),
    "dmoe-show": lambda files: Kind(files.routed, show, head=32768),
    "dmoe-export": lambda files: Kind(files.plain, export, head=16384),
    "routed-config": lambda files: Kind(files.routed_folder / "config.json", bring, files.routed_folder),
    "routed-weights": lambda files: Kind(
        files.routed_folder / "model.safetensors", bring, files.routed_folder, head=8192),
    "statistics": lambda files: Kind(files.statistics, rank(files, "--calibration"), head=4096),
    "imatrix": lambda files: Kind(files.importance_matrix, rank(files, "--imatrix")),
    "imatrix-gguf": lambda files: Kind(files.importance_matrix_gguf, rank(files, "--imatrix")),
    "report": lambda files: Kind(files.report, lambda path: ["report", path, "-o", f"{path}.html"]),
    "tokens": lambda files: Kind(
        files.tokens, lambda path: ["evaluate", str(MODEL), "--tokens", path, "--variants", "dense"]),
}
