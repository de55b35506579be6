#!/usr/bin/env python3
"""Reads a .dmoe file as formats/dmoe.md describes it and checks all of it; (3) is that page's section 3.
Exit status: 0 all is well, 1 the file is damaged or differs, 2 wrong usage or it cannot be opened."""
import argparse, hashlib, json, os, re, struct, sys, zlib
import numpy

BITS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
        "F8_E8M0": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
        "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64}
MATRICES, BIASES = ("gate", "up", "down"), ("gate_bias", "up_bias")
# Types of the directory (4, 5). "key?" is optional, [x] is an array of x. Other keys are skipped.
SOURCE = {"name": str, "element_type": str, "shape": [int], "sha256": str,
          "ffn?": {"layer": int, "parts": [str], "neuron_axis": int}}
STORED = {"kind": str, "element_type": str, "shape": [int], "offset": int, "blocks": [list],
          "layer?": int, "name?": str}
DIRECTORY = {"requires": [str], "block_bytes": int, "generator?": str,
    "model": {"family": str, "layers": int, "hidden_size": int, "intermediate_size": int,
              "activation": str, "gated": bool},
    "plan": {"widths": [[int]], "importance": str},
    "source": {"format": str, "tensors": [SOURCE], "metadata?": dict},
    "sections": [{"kind": str, "ring?": int, "offset": int, "length": int, "tensors": [STORED]}]}

def need(condition, what):
    if not condition:
        raise ValueError(what)

def check_types(value, wanted, where):
    """Types are compared exactly: to Python, true is an int and 1.0 equals 1."""
    kind = wanted if type(wanted) is type else type(wanted)
    need(type(value) is kind, f"{where} is missing or not of type {kind.__name__}")
    need(kind is not int or 0 <= value < 2 ** 63, f"{where} is not in 0 … 2^63 - 1")
    for key, inner in wanted.items() if type(wanted) is dict else ():
        name = key.rstrip("?")
        if name in value or name == key:
            check_types(value.get(name), inner, f"{where}.{name}")
    for i, item in enumerate(value) if type(wanted) is list else ():
        check_types(item, wanted[0], f"{where}[{i}]")

def load_json(data, wanted, where):
    def unique(pairs):  # by default the second of two equal keys would win
        need(len(dict(pairs)) == len(pairs), "an object names a key twice")
        return dict(pairs)
    numbers = {"parse_int": lambda digits: int(digits[:20]) - (digits == "-0"), "parse_constant": int}  # no NaN, no -0
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, **numbers)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a surrogate pair
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: {error}")
    check_types(value, wanted, where)
    return value

def get_size(shape, element_type, where):
    need(element_type in BITS, f"{where}: {element_type!a} is no element type")
    bits = BITS[element_type]
    for extent in shape:
        bits *= extent or 1  # a zero must not hide that the other extents overflow
        need(bits < 2 ** 66, f"{where}: the product of extents and element size does not fit 63 bits")
    need(0 in shape or bits % 8 == 0, f"{where} ends within a byte")
    return 0 if 0 in shape else bits // 8

def read_head(data):
    """Preamble (3) and directory: file_length, directory_length and the directory's JSON value."""
    preamble = bytes(data[:64])
    need(len(preamble) == 64 and preamble[:8] == b"DMOE\1\0\0\0", "preamble: no .dmoe file of version 1")
    length, file_length, crc, reserved, own_crc = struct.unpack("<QQI32sI", preamble[8:])
    need(zlib.crc32(preamble[:60]) == own_crc, "preamble: wrong checksum")
    need(not any(reserved), "preamble: reserved bytes are not zero")
    fits = length % 64 == 0 and 64 <= length <= min(2 ** 30, len(data) - 64)
    need(fits, f"preamble: directory_length is {length}, the file has {len(data)} bytes")
    text = bytes(data[64:64 + length])
    need(zlib.crc32(text) == crc, "directory: wrong checksum")
    return file_length, length, load_json(text, DIRECTORY, "directory")

def check_plan(requires, block_bytes, model, widths):
    need(not requires, f"directory: requires {requires!a}, which version 1 does not know")
    need(block_bytes % 64 == 0 and 4096 <= block_bytes <= 2 ** 26, f"directory: block_bytes is {block_bytes}")
    need(model["layers"] == len(widths) > 0 < model["hidden_size"], "model: layers or hidden_size is wrong")
    for l, row in enumerate(widths):
        need(row and len(row) == len(widths[0]) and row[-1] == model["intermediate_size"]
             and all(a < b for a, b in zip([0] + row, row)), f"plan: the widths of layer {l} are wrong")

def check_sources(source, model):
    """The dense checkpoint: name → record, and (part, layer) → element type of all that is cut (4)."""
    need(source["format"] == "safetensors", f"source: format {source['format']!a} is unknown")
    check_types(list(source.get("metadata", {}).values()), [str], "source: metadata")
    sources, cut = {}, {}
    for record in source["tensors"]:
        where = f"source tensor {record['name']!a}"
        need(record["name"] not in sources, f"{where} occurs twice")
        need(re.fullmatch("[0-9a-f]{64}", record["sha256"]), f"{where}: sha256 is no digest")
        sources[record["name"]] = record
        record["size"] = get_size(record["shape"], record["element_type"], where)
        for key in check_ffn(record, model, where) if "ffn" in record else ():
            need(key not in cut, f"{where}: a second {key[0]} of layer {key[1]}")
            cut[key] = record["element_type"]
    for key in {(part, l) for l in range(model["layers"]) for part in MATRICES[not model["gated"]:]}:
        need(key in cut, f"source: no {key[0]} of layer {key[1]}")
    need(model["gated"] or not any("gate" in part for part, _ in cut), "source: a gate, but gated is false")
    return sources, cut

def check_ffn(record, model, where):
    layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
    rank = 1 if {*parts} <= {*BIASES} else 2
    shape = [model["intermediate_size"] * len(parts), model["hidden_size"]][:rank][::-1 if axis else 1]
    need(layer < model["layers"], f"{where}: there is no layer {layer}")
    need(parts and (rank == 1 or {*parts} <= {*MATRICES}), f"{where}: parts are {parts!a}")
    need(BITS[record["element_type"]] % 8 == 0, f"{where}: elements of less than a byte cannot be cut")
    need(axis < rank and record["shape"] == shape, f"{where}: not {shape} with neuron_axis {axis}")
    return [(part, layer) for part in parts]

def check_sections(sections, rings, B, position):
    """Offsets, lengths and blocks (4, 5). Adds 'where', 'size' and 'end' for the functions below."""
    need(len(sections) == rings + 1, f"directory: {len(sections)} sections, not {rings + 1}")
    for i, section in enumerate(sections):
        section["where"], start = f"section {i}", position
        need(section["kind"] == ("ring" if i else "shared"), f"section {i}: kind is {section['kind']!a}")
        need(i == 0 or section.get("ring") == i - 1, f"section {i}: ring is not {i - 1}")
        for j, tensor in enumerate(section["tensors"]):
            where = tensor["where"] = f"section {i}, tensor {j} ({tensor['kind']!a})"
            size = tensor["size"] = get_size(tensor["shape"], tensor["element_type"], where)
            need(tensor["offset"] == position, f"{where}: offset is {tensor['offset']}, not {position}")
            need(len(tensor["blocks"]) == -(-size // B), f"{where}: {len(tensor['blocks'])} blocks")
            for b, block in enumerate(tensor["blocks"]):
                need([*map(type, block)] == [int, str], f"{where}: block {b} is not [length, checksum]")
                need(block[0] == min(B, size - b * B), f"{where}: the length of block {b} is wrong")
                need(re.fullmatch("[0-9a-f]{8}", block[1]), f"{where}: block {b} has no checksum")
            position += -(-size // 64) * 64
        place = (section["offset"], section["length"])
        need(place == (start, position - start), f"section {i}: not {position - start} bytes at {start}")
        section["end"] = position

def check_contents(section, expected):
    """That a section holds what is expected, (kind, name or layer) → (type, shape), and no more (5)."""
    found, shared = {}, section["kind"] == "shared"
    for tensor in section["tensors"]:
        kind, where = tensor["kind"], tensor["where"]
        if kind in MATRICES + BIASES + ("source", "file", "permutation"):  # others are optional
            key = (kind, tensor.get("name" if kind in ("source", "file") else "layer"))
            need(None not in key and key not in found, f"{where}: {key!a} is a second one, or incomplete")
            found[key] = tensor
            if shared and kind == "file" and re.fullmatch(r"(?!\.\.?\Z)[^/\\\0]+", key[1]):
                expected[key] = ("U8", [tensor["size"]])
    for key in sorted(expected.keys() | found.keys()):
        there = key in found and (found[key]["element_type"], found[key]["shape"])
        need(there == expected.get(key), f"{section['where']}: {key!a} is {there}, not {expected.get(key)}")
    return found

def check_bytes(section, data):
    """Reads all of a section: blocks, padding, permutations. Adds 'bytes' to its tensors."""
    for tensor in section["tensors"]:
        position, where = tensor["offset"], tensor["where"]
        for b, (length, checksum) in enumerate(tensor["blocks"]):
            crc = f"{zlib.crc32(data[position:position + length]):08x}"
            need(crc == checksum, f"{where}: the checksum of block {b} is {crc}, not {checksum}")
            position += length
        tensor["bytes"] = data[tensor["offset"]:position]
        need(not data[position:position + -position % 64].any(), f"{where}: the padding behind is not zero")
        if tensor["kind"] == "permutation":
            order = numpy.sort(tensor["bytes"].view("<u4"))
            need((order == numpy.arange(len(order))).all(), f"{where}: an index is missing or occurs twice")

def rebuild(record, widths, shared, rings):
    """A dense tensor from its rings (6): P[π(r)] = S[r], and part behind part along the neuron axis."""
    layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
    order, neurons = shared["permutation", layer]["bytes"].view("<u4"), widths[layer][-1] * len(parts)
    dense = numpy.empty((len(parts), widths[layer][-1], record["size"] // neurons), "u1")
    for P, part in zip(dense, parts):
        for low, high, ring in zip([0] + widths[layer], widths[layer], rings):
            P[order[low:high]] = ring[part, layer]["bytes"].reshape(high - low, -1)
    if axis == 1:  # elements change places, the bytes of one do not
        dense = dense.reshape(neurons, -1, BITS[record["element_type"]] // 8).transpose(1, 0, 2)
    return numpy.ascontiguousarray(dense)

def read_dmoe(data):
    """Checks the file. Returns directory, sources and how many sections are there: fewer in a prefix (7)."""
    file_length, directory_length, directory = read_head(data)
    model, widths, sections = directory["model"], directory["plan"]["widths"], directory["sections"]
    check_plan(directory["requires"], directory["block_bytes"], model, widths)
    sources, cut = check_sources(directory["source"], model)
    check_sections(sections, len(widths[0]), directory["block_bytes"], 64 + directory_length)
    whole = {("source", n): (r["element_type"], r["shape"]) for n, r in sources.items() if "ffn" not in r}
    orders = {("permutation", l): ("U32", row[-1:]) for l, row in enumerate(widths)}
    shared, rings = check_contents(sections[0], {**whole, **orders}), []
    for e, section in enumerate(sections[1:]):
        shapes = [[row[e] - (row[e - 1] if e else 0), model["hidden_size"]] for row in widths]
        rings.append(check_contents(section, {(part, l): (element, shapes[l][:1 + (part in MATRICES)])
                                              for (part, l), element in cut.items()}))
    ends = [section["end"] for section in sections]
    need(file_length == ends[-1] < 2 ** 63, f"preamble: file_length {file_length}, not {ends[-1]}")
    need(len(data) in ends[1:], f"it has {len(data)} of {file_length} bytes, which is not where a ring ends")
    for section in sections[:ends.index(len(data)) + 1]:
        check_bytes(section, data)
    for name, record in sources.items():
        whole = "ffn" not in record
        if whole or len(data) == file_length:
            dense = shared["source", name]["bytes"] if whole else rebuild(record, widths, shared, rings)
            need(hashlib.sha256(dense).hexdigest() == record["sha256"], f"{name!a}: wrong digest")
    return directory, sources, ends.index(len(data)) + 1

def compare(sources, path):
    """With a dense checkpoint; by digests, those of the directory having been found right before."""
    files, missing = [os.path.join(path, "model.safetensors") if os.path.isdir(path) else path], {*sources}
    if os.path.isdir(path) and not os.path.exists(files[0]):
        index = files[0] + ".index.json"
        shards = load_json(bytes(numpy.memmap(index, "u1", "r")), {"weight_map": dict}, index)["weight_map"]
        check_types([*shards.values()], [str], index)
        files = [os.path.join(path, shard) for shard in sorted({*shards.values()})]
    for path in files:
        data = numpy.memmap(path, "u1", "r")
        start = 8 + int.from_bytes(bytes(data[:8]), "little")
        need(start <= len(data), f"{path}: the header leaves the file")
        header = load_json(bytes(data[8:start]), dict, path)
        for name in sorted(header.keys() - {"__metadata__"}):
            where = f"{path}: {name!a}"
            check_types(header[name], {"dtype": str, "shape": [int], "data_offsets": [int]}, where)
            element, shape, offsets = (header[name][key] for key in ("dtype", "shape", "data_offsets"))
            need(len(offsets) == 2 and offsets[1] - offsets[0] == get_size(shape, element, where)
                 and start + offsets[1] <= len(data), f"{where}: wrong data_offsets")
            need(name in missing, f"{where} is not in the .dmoe file, or twice here")
            missing.remove(name)
            ours = tuple(sources[name][key] for key in ("element_type", "shape", "sha256"))
            here = (element, shape, hashlib.sha256(data[start + offsets[0]:start + offsets[1]]).hexdigest())
            need(here == ours, f"{where} is {here}, not {ours}")
    need(not missing, f"{sorted(missing)[:1]!a} is only in the .dmoe file")

def main():
    parser = argparse.ArgumentParser(description="Read a .dmoe file and check all of it.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--against", metavar="MODEL_FOLDER", help="compare with this dense checkpoint")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        directory, sources, there = read_dmoe(numpy.memmap(options.file, "u1", "r"))
        sections, widths = directory["sections"], directory["plan"]["widths"]
        print(", ".join(f"{key} {ascii(directory['model'][key])}" for key in DIRECTORY["model"]))
        for e, section in enumerate(sections[1:]):
            print(f"expert {e}: {section['end']} bytes, widths", *(row[e] for row in widths))
        print(sum(len(section["tensors"]) for section in sections[:there]), "stored tensors checked")
        print(f"complete: all {len(sources)} dense tensors rebuilt, digests equal" if there == len(sections)
              else f"holds experts 0…{there - 2} of {len(sections) - 1}")
        if options.against:
            need(there == len(sections), "a cut file lacks weights, it cannot be compared")
            compare(sources, options.against)
            print(f"identical to {options.against}: {len(sources)} tensors")
    except (ValueError, OSError, MemoryError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        sys.exit(1 if isinstance(error, ValueError) else 2)

if __name__ == "__main__":
    main()
