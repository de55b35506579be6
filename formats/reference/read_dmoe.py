#!/usr/bin/env python3
"""Reads a .dmoe file as formats/dmoe.md describes it and checks all of it; (3) is that page's section 3.
Section 7, routing, is left to route_dmoe.py, and dense checkpoints to dense_checkpoint.py, which lie beside this file.
Exit status: 0 all is well, 1 the file is damaged or differs, 2 wrong usage or a file cannot be opened."""
import argparse, hashlib, importlib.util, json, math, re, struct, sys, zlib
import numpy

TYPES = {name: (int(elements), int(size)) for elements, size, *names in map(str.split, (  # of a block (4)
    "1 1 BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E5M2FNUZ F8_E4M3FNUZ,1 2 I16 U16 F16 BF16,1 4 I32 U32 F32,1 8 I64 U64"
    " F64 C64,2 1 F4,4 3 F6_E2M3 F6_E3M2,32 17 MXFP4,32 18 Q4_0 IQ4_NL,32 20 Q4_1,32 22 Q5_0,32 24 Q5_1,32 34 Q8_0,"
    "32 36 Q8_1,64 18 Q2_0,64 36 NVFP4,128 18 Q1_0,256 50 IQ1_S,256 54 TQ1_0,256 56 IQ1_M,256 66 IQ2_XXS TQ2_0,"
    "256 74 IQ2_XS,256 82 IQ2_S,256 84 Q2_K,256 98 IQ3_XXS,256 110 Q3_K IQ3_S,256 136 IQ4_XS,256 144 Q4_K,"
    "256 176 Q5_K,256 210 Q6_K,256 292 Q8_K").split(",")) for name in names}
MATRICES, BIASES = ("gate", "up", "down"), ("gate_bias", "up_bias")
# The kinds that are wanted or refused (5), and what tells two of a kind apart. All other kinds are optional.
LABELS = {"source": "name", "file": "name", "permutation": "layer", **dict.fromkeys(MATRICES + BIASES, "layer")}
# Types and ranges of the directory (4, 5). "key?" is optional, [x] an array of x. Keys that are not here are skipped.
COUNT, POSITIVE = range(2 ** 63), range(1, 2 ** 63)
DIRECTORY = {"requires": [str], "block_bytes": range(4096, 2 ** 22 + 1, 64), "generator?": str,
  "model": {"family": str, "layers": POSITIVE, "hidden_size": POSITIVE, "intermediate_size": POSITIVE,
            "activation": str, "gated": bool},
  "plan": {"widths": [[POSITIVE]], "importance": str, "recipe?": str, "router?": {"kind": str, "predicts": str},
           "compensation?": {"rank": range(1, 2 ** 24 + 1)}},
  "source": {"format": str, "metadata?": dict, "tensors": [
             {"name": str, "element_type": str, "shape": [COUNT], "sha256": str,
             "ffn?": {"layer": COUNT, "parts": [str], "neuron_axis": range(2), "whole?": bool, "ring_type?": str}}]},
  "sections": [{"kind": str, "ring?": COUNT, "offset": COUNT, "length": COUNT, "tensors": [{"kind": str, "name?": str,
                "layer?": COUNT, "element_type": str, "shape": [COUNT], "offset": COUNT, "blocks": [list]}]}]}

def need(condition, what):
    if not condition:
        raise ValueError(what)

def check_types(value, wanted, where):
    """A type is compared exactly: to Python, true is an int and 1.0 is in range(2)."""
    kind = wanted if type(wanted) is type else int if type(wanted) is range else type(wanted)
    need(type(value) is kind and (kind is not int or value in wanted), f"{where} is not as it must be: {wanted!a}")
    for key, inner in wanted.items() if type(wanted) is dict else ():
        if key[-1] != "?" or key[:-1] in value:
            check_types(value.get(key.rstrip("?")), inner, f"{where}.{key.rstrip('?')}")
    for i, item in enumerate(value) if type(wanted) is list else ():
        check_types(item, wanted[0], f"{where}[{i}]")

def load_json(data, wanted, where):
    def unique(pairs):  # by default the second of two equal keys would win
        need(len(dict(pairs)) == len(pairs), f"{where}: an object names a key twice")
        return dict(pairs)
    def integer(digits):  # -0 must not pass for 0, and what is skipped may be longer than int() takes
        return -1 if digits[0] == "-" else int(digits[:20])
    value = json.loads(bytes(data).decode("utf-8"), object_pairs_hook=unique, parse_int=integer, parse_constant=int)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a surrogate pair
    check_types(value, wanted, where)
    return value

def read_head(data):
    """Preamble (3) and directory, checked as far as model and plan (4). Returns the latter, its end and file_length."""
    preamble = bytes(data[:64])
    need(len(preamble) == 64 and preamble[:8] == b"DMOE\1\0\0\0", "preamble: no .dmoe file of version 1")
    length, file_length, crc, reserved, own_crc = struct.unpack("<QQI32sI", preamble[8:])
    need(zlib.crc32(preamble[:60]) == own_crc and not any(reserved), "preamble: wrong checksum or reserved bytes")
    need(length % 64 == 0 and 64 <= length <= min(2 ** 30, len(data) - 64), f"preamble: directory_length is {length}")
    need(zlib.crc32(data[64:64 + length]) == crc, "directory: wrong checksum")
    directory = load_json(data[64:64 + length], DIRECTORY, "directory")
    requires, widths, H = directory["requires"], directory["plan"]["widths"], directory["model"]["intermediate_size"]
    need({*requires} <= {"base"}, f"directory: requires {requires!a}, not all known")
    need(len(widths) == directory["model"]["layers"], f"plan: widths of {len(widths)} layers")
    for l, row in enumerate(widths):
        grows = all(a < b for a, b in zip(row, row[1:] + [H + 1]))
        need(row and len(row) == len(directory["sections"]) - 1 and grows, f"plan: the widths of layer {l} are wrong")
    is_full = {row[-1] == H for row in widths}
    need(is_full in ({True}, {bool(requires)}), "plan: full experts in some layers only, or in none of an overlay")
    return directory, 64 + length, file_length

def get_size(element_type, shape):
    need(element_type in TYPES, f"{element_type!a} is no element type")
    (elements, size), count = TYPES[element_type], math.prod(shape)
    need(math.prod(extent or 1 for extent in shape) * size < elements << 63 and
         (([1] + shape)[-1] if elements > 4 else count) % elements == 0, f"{shape} overflows, or ends within a block")
    return count // elements * size

def check_sources(directory):
    """The dense checkpoint (4): its records by name, and what the file must hold (5, 9): key → (type, shape)."""
    source, model, widths = directory["source"], directory["model"], directory["plan"]["widths"]
    need(source["format"] in ("safetensors", "gguf"), f"source: format {source['format']!a} is unknown")
    need({*map(type, source.get("metadata", {}).values())} <= {str}, "source: metadata are not all strings")
    matrices, biases = MATRICES[not model["gated"]:], BIASES[not model["gated"]:]
    sources, found, forms = {}, set(), {(0, "permutation", l): ("U32", row[-1:]) for l, row in enumerate(widths)}
    for record in source["tensors"]:
        name, element_type, shape = (record[key] for key in ("name", "element_type", "shape"))
        get_size(element_type, shape)
        need(sources.setdefault(name, record) is record, f"source: a second {name!a}")
        need(re.fullmatch("[0-9a-f]{64}", record["sha256"]), f"source: {name!a} has no digest")
        if "ffn" not in record:
            forms[0, "source", name] = element_type, shape
            continue
        layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
        kinds, row = (biases, []) if {*parts} <= {*biases} else (matrices, [model["hidden_size"]])
        is_whole, ring_type = (record["ffn"].get(*pair) for pair in (("whole", False), ("ring_type", element_type)))
        own, full = is_whole + ("ring_type" in record["ffn"]), [model["intermediate_size"] * len(parts)] + row
        need(parts and {*parts} <= {*kinds} and layer < model["layers"] and own <= (parts == ["down"]) and
             all(TYPES.get(t, (2,))[0] not in (2, 4) for t in (element_type, ring_type)) and
             (axis < len(row) or own or TYPES[element_type][0] == 1) and axis <= len(row) and
             (is_whole or get_size(ring_type, [1] + row)) and shape == full[::-1 if axis else 1],
             f"source: ffn of {name!a} does not fit")
        for part in parts:
            need((part, layer) not in found, f"source: a second {part} of layer {layer}")
            found.add((part, layer))
            for e, (low, high) in enumerate(zip([0] + widths[layer], widths[layer])):
                forms |= {} if is_whole else {(e + 1, part, layer): (ring_type, [high - low] + row)}
        forms |= {(0, "source", name): (element_type, shape)} if is_whole else {}
    need(all((part, l) in found for part in matrices for l in range(model["layers"])), f"source: not all {matrices}")
    for tensor in directory["sections"][0]["tensors"]:  # files are as many and as long as they are
        if tensor["kind"] == "file" and re.fullmatch(r"(?!\.\.?\Z)[^/\\\0]+", tensor.get("name", "")):
            forms[0, "file", tensor["name"]] = "U8", [math.prod(tensor["shape"])]
    return sources, {key: form for key, form in forms.items() if not directory["requires"] or key[1] == "permutation"}

def read_blocks(tensor, block_bytes, data):
    """Checks a tensor's blocks (5), adds `stored`: what decode_block takes. Returns where the next tensor begins."""
    blocks, element_type, position = (tensor[key] for key in ("blocks", "element_type", "offset"))
    size, tensor["stored"] = get_size(element_type, tensor["shape"]), []
    need(len(blocks) == -(-size // block_bytes), f"{len(blocks)} blocks for {size} bytes")
    for b, block in enumerate(blocks):
        need([*map(type, block)] == [int, str] and re.fullmatch("[0-9a-f]{8}", block[1]), f"block {b} is no pair")
        length, plain_size = block[0], min(block_bytes, size - b * block_bytes)
        need(plain_size <= 16 * length <= 16 * plain_size, f"block {b} stores {plain_size} bytes in {length}")
        need(length == plain_size or TYPES[element_type][0] == 1, f"block {b} is coded, which {element_type} cannot be")
        if data is not None:
            stored = data[position:position + length]
            need(f"{zlib.crc32(stored):08x}" == block[1], f"block {b} has another checksum")
            tensor["stored"].append((stored, plain_size, element_type))
            decode_block(*tensor["stored"][-1])
        position += length
    need(data is None or not data[position:position + -position % 64].any(), "the padding behind it is not zero")
    return position + -position % 64

def decode_block(stored, plain_size, element_type):
    """The plain bytes of a block (5). A coded one has a plane for each byte of its elements, the highest first."""
    if len(stored) == plain_size:
        return stored
    width = TYPES[element_type][1]
    count, start = plain_size // width, 4 * width
    lengths = numpy.frombuffer(stored, "<u4", width).tolist()
    need(start + sum(lengths) == len(stored) and all(1 <= length <= count for length in lengths),
         f"planes of {lengths} bytes, {count} when plain, in a block of {len(stored)}")
    elements = numpy.empty((count, width), "u1")
    for i, plane in enumerate(numpy.split(stored[start:], numpy.cumsum(lengths[:-1]))):
        if len(plane) < count:
            stream = zlib.decompressobj(-15)
            plane = numpy.frombuffer(stream.decompress(plane, count + 1), "u1")  # one more shows whether there is more
            need(len(plane) == count and stream.eof and not stream.unused_data, f"a stream is not just {count} bytes")
        elements[:, width - 1 - i] = plane
    if element_type in ("BF16", "F16", "F32", "F64"):  # the sign goes back from the lowest bit to the highest
        numbers = elements.view(f"<u{width}")
        numbers[:] = numbers >> 1 | numbers << (8 * width - 1)
    return elements.reshape(-1)

def read_tensor(tensor):
    """The plain bytes of a stored tensor, decoded anew each time: all of a model may be more than memory holds."""
    return numpy.concatenate([numpy.empty(0, "u1"), *(decode_block(*block) for block in tensor["stored"])])

def read_sections(directory, start, data, forms):
    """Checks layout and tensors (2, 5), but no bytes of sections that are cut away (8). Returns where sections end, and
    the tensors that are there and not optional."""
    ends, contents = [start], {}
    for i, section in enumerate(directory["sections"]):
        position, is_there = ends[-1], section["offset"] + section["length"] <= len(data)
        kind, ring = ("ring", i - 1) if i else ("shared", section.get("ring"))
        need(section["kind"] == kind and section.get("ring") == ring, f"section {i} is not {kind} {ring}")
        for tensor in section["tensors"]:
            kind, where = tensor["kind"], f"section {i}: {tensor['kind']!a} at {position}"
            need(tensor["offset"] == position, f"{where} says that it is at {tensor['offset']}")
            try:
                position = read_blocks(tensor, directory["block_bytes"], data if is_there else None)
            except (ValueError, zlib.error) as error:
                raise ValueError(f"{where}: {error}")
            if kind in LABELS:
                key, form = (i, kind, tensor.get(LABELS[kind])), (tensor["element_type"], tensor["shape"])
                need(forms.pop(key, None) == form, f"{where}: {key!a}, {form}, is not wanted, or not so, or not again")
                contents |= {key: tensor} if is_there else {}
        need([section["offset"], section["length"]] == [ends[-1], position - ends[-1]], f"section {i}: wrong place")
        ends.append(position)
    need(not forms, f"there is no {min(forms, default='')!a}")
    return ends[1:], contents

def rebuild(record, contents):
    """A dense tensor from its rings (6), part behind part along the neuron axis."""
    layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
    order = read_tensor(contents[0, "permutation", layer]).view("<u4")
    S = [read_tensor(contents[key]) for part in parts for key in contents if key[1:] == (part, layer)]  # ring by ring
    S = numpy.concatenate(S).reshape(len(parts), len(order), -1, TYPES[record["element_type"]][1])
    dense = numpy.concatenate(S[:, numpy.argsort(order)])  # P[π(r)] = S[r]
    return numpy.ascontiguousarray(dense.swapaxes(0, axis))

def read_dmoe(data):
    """Checks the file. Returns its directory, its sources by name, and of the tensors that are there those that are not
    optional: (section, kind, name or layer) → tensor. The plan gets `there`, `is_dense` and `routing`."""
    directory, start, file_length = read_head(data)
    plan, H = directory["plan"], directory["model"]["intermediate_size"]
    sources, forms = check_sources(directory)
    ends, contents = read_sections(directory, start, data, forms)
    need(ends[-1] == file_length < 2 ** 63, f"preamble: file_length is {file_length}, not {ends[-1]}")
    need(len(data) in ends[1:], f"it has {len(data)} of {file_length} bytes, which is not where a ring ends")
    for l in range(directory["model"]["layers"]):
        order = read_tensor(contents[0, "permutation", l]).view("<u4").tolist()
        need(max(order) < H and len({*order}) == len(order), f"permutation {l}: an index is too large, or occurs twice")
    plan["there"] = sum(end <= len(data) for end in ends[1:])  # experts (8)
    plan["is_dense"] = plan["there"] == len(ends) - 1 and plan["widths"][0][-1] == H and not directory["requires"]
    for name, record in sources.items():
        if (0, "source", name) in contents or plan["is_dense"] and "ring_type" not in record["ffn"]:
            stored = contents.get((0, "source", name))
            dense = read_tensor(stored) if stored else rebuild(record, contents)
            need(hashlib.sha256(dense).hexdigest() == record["sha256"], f"{name!a}: wrong digest")
    routing = importlib.util.find_spec("route_dmoe") and importlib.import_module("route_dmoe")
    plan["routing"] = routing.check_routing(directory, contents) if routing else "not checked, no route_dmoe.py"
    return directory, sources, contents

def main():
    parser = argparse.ArgumentParser(description="Read a .dmoe file and check all of it.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--against", "--base", metavar="MODEL_FOLDER", help="compare with this dense checkpoint")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        directory, sources, contents = read_dmoe(numpy.memmap(options.file, "u1", "r"))
        plan, sections = directory["plan"], directory["sections"]
        print(", ".join(f"{key} {directory['model'][key]!a}" for key in DIRECTORY["model"]))
        for e, (section, *widths) in enumerate(zip(sections[1:], *plan["widths"])):
            print(f"expert {e}: {section['offset'] + section['length']} bytes, widths", *widths)
        print(f"holds experts 0…{plan['there'] - 1} of {len(sections) - 1}, routing: {plan['routing']}")
        exact = sum("ring_type" not in record.get("ffn", ()) for record in sources.values())
        print(f"complete: all {exact} dense tensors rebuilt" if plan["is_dense"] else "weights are missing")
        if exact < len(sources):
            print(f"not bit by bit: {len(sources) - exact} tensors whose rings are of another type")
        if options.against:
            need(plan["is_dense"] or directory["requires"], "it lacks weights, it cannot be compared")
            importlib.import_module("dense_checkpoint").compare(sources, options.against)
            print(f"identical to {options.against}: {len(sources)} tensors")
    except (ValueError, RecursionError, OSError, MemoryError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, (OSError, MemoryError)) else 1)

if __name__ == "__main__":
    main()
