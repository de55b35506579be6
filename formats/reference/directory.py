"""Preamble and directory of a .dmoe file, sections 3 and 4 of formats/dmoe.md, and its required tensors, section 5."""
import math
import re
import struct
import zlib

from element_types import TYPES, get_size, is_packed, is_plain
from json_rules import COUNT, POSITIVE, check_types, load_json, need

MATRICES, BIASES = ("gate", "up", "down"), ("gate_bias", "up_bias")
FEATURES = {"base", "layer_widths", "skipping"}

# The objects of section 4: types, and ranges of integers; [x] is an array of x, "key?" an optional key.
MODEL = {
    "family": str, "layers": POSITIVE, "hidden_size": POSITIVE, "intermediate_size": POSITIVE, "activation": str,
    "gated": bool}
PLAN = {
    "widths": [[POSITIVE]], "importance": str, "recipe?": str, "router?": {"kind": str, "predicts": str},
    "compensation?": {"rank": range(1, 2**24 + 1)}}
FFN = {"layer": COUNT, "parts": [str], "neuron_axis": range(2), "whole?": bool, "ring_type?": str}
RECORD = {"name": str, "element_type": str, "shape": [COUNT], "sha256": str, "ffn?": FFN}
SOURCE = {"format": str, "tensors": [RECORD], "metadata?": dict}
STORED_TENSOR = {
    "kind": str, "element_type": str, "shape": [COUNT], "offset": COUNT, "blocks": [list], "layer?": COUNT,
    "name?": str}
SECTION = {"kind": str, "ring?": COUNT, "offset": COUNT, "length": COUNT, "tensors": [STORED_TENSOR]}
DIRECTORY = {
    "requires": [str], "block_bytes": range(4096, 2**22 + 1, 64), "model": MODEL, "plan": PLAN, "source": SOURCE,
    "sections": [SECTION], "generator?": str}


def read_preamble(data):
    """Checks the preamble (section 3). Returns directory_length, directory_crc32 and file_length."""
    preamble = bytes(data[:64])
    need(len(preamble) == 64 and preamble[:8] == b"DMOE\1\0\0\0", "preamble: no .dmoe file of version 1")
    length, file_length, crc, reserved, own_crc = struct.unpack("<QQI32sI", preamble[8:])
    need(zlib.crc32(preamble[:60]) == own_crc, "preamble: wrong checksum")
    need(not any(reserved), "preamble: reserved bytes are not zero")
    need(length % 64 == 0 and 64 <= length <= min(2**30, len(data) - 64), f"preamble: directory_length is {length}")
    return length, crc, file_length


def read_directory(data):
    """Checks the directory but for source and sections (section 4). Returns it, its end and file_length."""
    length, crc, file_length = read_preamble(data)
    need(zlib.crc32(data[64:64 + length]) == crc, "directory: wrong checksum")
    directory = load_json(data[64:64 + length], {"requires": [str]}, "directory")
    need({*directory["requires"]} <= FEATURES, f"directory: requires {directory['requires']!a}, not all known")
    model = MODEL | {"intermediate_size": [POSITIVE]} if "layer_widths" in directory["requires"] else MODEL
    check_types(directory, DIRECTORY | {"model": model}, "directory")
    check_widths(directory)
    return directory, 64 + length, file_length


def is_overlay(directory):
    """Whether the weights of the file are in a base (section 9)."""
    return "base" in directory["requires"]


def list_neurons(model):
    """H of every layer: one number for all, or an array (section 4)."""
    H = model["intermediate_size"]
    return H if type(H) is list else [H] * model["layers"]


def check_widths(directory):
    """Widths grow strictly up to H. The last one is H in all layers or, in a part, in none (section 4)."""
    widths, model = directory["plan"]["widths"], directory["model"]
    need(len(widths) == model["layers"], f"plan: widths of {len(widths)} layers")
    neurons = list_neurons(model)
    need(len(neurons) == model["layers"], f"model: intermediate_size of {len(neurons)} layers")
    for l, (row, H) in enumerate(zip(widths, neurons)):
        grows = all(a < b for a, b in zip(row, row[1:] + [H + 1]))
        need(row and len(row) == len(directory["sections"]) - 1 and grows, f"plan: the widths of layer {l} are wrong")
    full = sum(row[-1] == H for row, H in zip(widths, neurons))
    need(full in (0, len(widths)), "plan: full experts in some layers only")
    need(full or not is_overlay(directory), "plan: an overlay without full experts")


def list_parts(model):
    """The matrices that every layer has, and the biases that it may have (section 4)."""
    return (MATRICES, BIASES) if model["gated"] else (MATRICES[1:], BIASES[1:])


def check_source(directory):
    """Checks the description of the dense checkpoint (section 4). Returns its records by name."""
    source, model, sources, found = directory["source"], directory["model"], {}, set()
    need(source["format"] in ("safetensors", "gguf"), f"source: format {source['format']!a} is unknown")
    need({*map(type, source.get("metadata", {}).values())} <= {str}, "source: metadata are not all strings")
    for record in source["tensors"]:
        name = record["name"]
        get_size(record["element_type"], record["shape"])
        need(sources.setdefault(name, record) is record, f"source: a second {name!a}")
        need(re.fullmatch("[0-9a-f]{64}", record["sha256"]), f"source: {name!a} has no digest")
        if "ffn" not in record:
            continue
        check_ffn(record, model)
        for part in record["ffn"]["parts"]:
            key = part, record["ffn"]["layer"]
            need(key not in found, f"source: a second {part} of layer {key[1]}")
            found.add(key)
    for part in list_parts(model)[0]:
        for l in range(model["layers"]):
            need((part, l) in found, f"source: no {part} of layer {l}")
    return sources


def check_ffn(record, model):
    """Checks that a tensor's parts, layer, shape and type allow its neurons to be separated (section 4)."""
    ffn, where = record["ffn"], f"source: ffn of {record['name']!a}"
    parts, axis, element_type = ffn["parts"], ffn["neuron_axis"], record["element_type"]
    matrices, biases = list_parts(model)
    row = [] if parts and {*parts} <= {*biases} else [model["hidden_size"]]
    need(parts and {*parts} <= {*(matrices if row else biases)}, f"{where}: parts {parts!a}")
    need(ffn["layer"] < model["layers"], f"{where}: layer {ffn['layer']}")
    options = [key for key in ("whole", "ring_type") if ffn.get(key)]
    need(not options or parts == ["down"] and len(options) == 1, f"{where}: {options} of {parts!a}")
    ring_type = ffn.get("ring_type", element_type)
    need(ring_type in TYPES and not is_packed(element_type) and not is_packed(ring_type), f"{where}: {ring_type!a}")
    # Along the last axis, neurons share the blocks of quantised types.
    need(axis < len(row) or axis == len(row) and (options or is_plain(element_type)), f"{where}: neuron_axis {axis}")
    if not ffn.get("whole"):
        get_size(ring_type, [1] + row)  # a row is whole blocks
    shape = [list_neurons(model)[ffn["layer"]] * len(parts)] + row
    need(record["shape"] == (shape[::-1] if axis else shape), f"{where}: shape {record['shape']}")


def list_wanted(directory, sources):
    """The tensors that the file must hold (section 5): (section, kind, name or layer) → (element type, shape)."""
    widths, wanted = directory["plan"]["widths"], {}
    for l, row in enumerate(widths):
        wanted[0, "permutation", l] = "U32", [row[-1]]
    files = list_files(directory)
    if is_overlay(directory):
        return wanted | {place: form for place, form in files.items() if place[2] == "calibration.jsonl"}
    for name, record in sources.items():
        ffn = record.get("ffn", {"whole": True})
        if ffn.get("whole"):
            wanted[0, "source", name] = record["element_type"], record["shape"]
            continue
        element_type, layer = ffn.get("ring_type", record["element_type"]), ffn["layer"]
        for e, (low, high) in enumerate(zip([0] + widths[layer], widths[layer])):
            for part in ffn["parts"]:
                row = [directory["model"]["hidden_size"]] if part in MATRICES else []
                wanted[e + 1, part, layer] = element_type, [high - low] + row
    return wanted | files


def list_files(directory):
    """The files beside the weights, of any number and length, with plain names (section 5)."""
    tensors = directory["sections"][0]["tensors"]
    files = {tensor.get("name", ""): math.prod(tensor["shape"]) for tensor in tensors if tensor["kind"] == "file"}
    return {
        (0, "file", name): ("U8", [size]) for name, size in files.items()
        if re.fullmatch(r"(additional_chat_templates/)?(?!\.\.?\Z)[^/\\\0]+", name)}
