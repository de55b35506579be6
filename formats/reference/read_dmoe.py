#!/usr/bin/env python3
"""Reads a .dmoe file as formats/dmoe.md describes it and checks all of it; (3) is that page's section 3.
Exit status: 0 all is well, 1 the file is damaged or differs, 2 wrong usage or it cannot be opened."""
import argparse, hashlib, json, math, os, re, struct, sys, zlib
import numpy

BITS = {name: bits for bits, names in {
            4: "F4", 6: "F6_E2M3 F6_E3M2", 8: "BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E5M2FNUZ F8_E4M3FNUZ",
            16: "I16 U16 F16 BF16", 32: "I32 U32 F32", 64: "I64 U64 F64 C64"}.items() for name in names.split()}
MATRICES, BIASES = ("gate", "up", "down"), ("gate_bias", "up_bias")
# What tells tensors of a kind apart (5, 7), in the shared section and in rings; those of routing are optional.
KINDS = {"source": ["name"], "file": ["name"], "permutation": ["layer"]}, dict.fromkeys(MATRICES + BIASES, ["layer"])
OPTIONAL = {"router": ["layer", "name"], "budgets": ["name"]}, {"compensation": ["layer", "name"]}
# Types of the directory (4, 5). "key?" is optional, [x] is an array of x. Other keys are skipped.
DIRECTORY = {"requires": [str], "block_bytes": int, "generator?": str,
  "model": {"family": str, "layers": int, "hidden_size": int, "intermediate_size": int, "activation": str, "gated": bool},
  "plan": {"widths": [[int]], "importance": str, "recipe?": str, "router?": {"kind": str, "predicts": str},
           "compensation?": {"rank": int}},
  "source": {"format": str, "metadata?": dict, "tensors": [{"name": str, "element_type": str, "shape": [int],
             "sha256": str, "ffn?": {"layer": int, "parts": [str], "neuron_axis": int}}]},
  "sections": [{"kind": str, "ring?": int, "offset": int, "length": int, "tensors": [{"kind": str, "element_type": str,
                "shape": [int], "offset": int, "blocks": [list], "layer?": int, "name?": str}]}]}

def need(condition, what):
    if not condition:
        raise ValueError(what)

def check_types(value, wanted, where):
    """Types are compared exactly: to Python, true is an int and 1.0 equals 1."""
    kind = wanted if type(wanted) is type else type(wanted)
    need(type(value) is kind and (kind is not int or 0 <= value < 2 ** 63), f"{where} is no {kind.__name__}")
    for key, inner in wanted.items() if type(wanted) is dict else ():
        if key[-1] != "?" or key[:-1] in value:
            check_types(value.get(key.rstrip("?")), inner, f"{where}.{key.rstrip('?')}")
    for i, item in enumerate(value) if type(wanted) is list else ():
        check_types(item, wanted[0], f"{where}[{i}]")

def load_json(data, wanted, where):
    def unique(pairs):  # by default the second of two equal keys would win
        need(len(dict(pairs)) == len(pairs), f"{where}: an object names a key twice")
        return dict(pairs)
    numbers = {"parse_int": lambda digits: int(digits[:20]) - (digits == "-0"), "parse_constant": int}  # no NaN, no -0
    value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, **numbers)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a surrogate pair
    check_types(value, wanted, where)
    return value

def get_size(shape, element_type, where):
    need(element_type in BITS, f"{where}: {element_type!a} is no element type")
    bits = math.prod(extent or 1 for extent in shape) * BITS[element_type]  # a zero must not hide an overflow
    need(bits < 2 ** 66 and (0 in shape or bits % 8 == 0), f"{where} does not fit 63 bits, or ends within a byte")
    return 0 if 0 in shape else bits // 8

def floats(tensor):
    """The elements of a stored tensor in double precision."""
    kind, raw = tensor["element_type"], tensor["bytes"]
    need(kind in ("BF16", "F16", "F32", "F64"), f"{tensor['kind']!a}: there is no computing with {kind}")
    values = (raw.view("<u2").astype("<u4") << 16).view("<f4") if kind == "BF16" else raw.view(f"<f{BITS[kind] // 8}")
    return values.reshape(tensor["shape"]).astype("f8")

def read_head(data):
    """Preamble (3) and directory, as far as model and plan (4): where sections begin, where they end, and its value."""
    preamble = bytes(data[:64])
    need(len(preamble) == 64 and preamble[:8] == b"DMOE\1\0\0\0", "preamble: no .dmoe file of version 1")
    length, file_length, crc, reserved, own_crc = struct.unpack("<QQI32sI", preamble[8:])
    need(zlib.crc32(preamble[:60]) == own_crc and not any(reserved), "preamble: wrong checksum or reserved bytes")
    need(length % 64 == 0 and 64 <= length <= min(2 ** 30, len(data) - 64), f"preamble: directory_length is {length}")
    need(zlib.crc32(data[64:64 + length]) == crc, "directory: wrong checksum")
    directory = load_json(bytes(data[64:64 + length]), DIRECTORY, "directory")
    B, model, plan = (directory[key] for key in ("block_bytes", "model", "plan"))
    need(not directory["requires"], f"directory: requires {directory['requires']!a}, which version 1 does not know")
    need(B % 64 == 0 and 4096 <= B <= 2 ** 26, f"directory: block_bytes is {B}")
    need(model["layers"] == len(plan["widths"]) > 0 < model["hidden_size"], "model: layers or hidden_size is wrong")
    for l, row in enumerate(plan["widths"]):
        need(row and len(row) == len(plan["widths"][0]) and row[-1] == model["intermediate_size"]
             and all(a < b for a, b in zip([0] + row, row)), f"plan: the widths of layer {l} are wrong")
    plan["rank"] = plan.get("compensation", {"rank": 0})["rank"]  # 0 where there is none
    need(plan["rank"] in range("compensation" in plan, 2 ** 24 + 1), "plan: the rank of compensation is wrong")
    router = plan.get("router", {"kind": ""})
    plan["is_routed"] = router["kind"] in ("linear", "mlp") and router["predicts"] in ("similarity", "log_error")
    return 64 + length, file_length, directory

def check_sources(source, model):
    """The dense checkpoint: name → record, and (part, layer) → element type of all that is cut (4)."""
    need(source["format"] == "safetensors", f"source: format {source['format']!a} is unknown")
    check_types(list(source.get("metadata", {}).values()), [str], "source: metadata")
    sources, cut = {}, {}
    for record in source["tensors"]:
        where, element = f"source tensor {record['name']!a}", record["element_type"]
        need(record["name"] not in sources and re.fullmatch("[0-9a-f]{64}", record["sha256"]), f"{where}: twice, or no digest")
        sources[record["name"]] = record
        record["size"] = get_size(record["shape"], element, where)
        if "ffn" in record:
            layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
            rank = 1 if {*parts} <= {*BIASES} else 2
            shape = [model["intermediate_size"] * len(parts), model["hidden_size"]][:rank][::-1 if axis else 1]
            need(layer < model["layers"] and axis < rank and record["shape"] == shape and BITS[element] % 8 == 0
                 and parts and (rank == 1 or {*parts} <= {*MATRICES}), f"{where}: ffn does not fit, {record['ffn']!a}")
            for part in parts:
                need((part, layer) not in cut, f"{where}: a second {part} of layer {layer}")
                cut[part, layer] = element
    missing = {(part, l) for l in range(model["layers"]) for part in MATRICES[not model["gated"]:]} - cut.keys()
    need(not missing, f"source: no {sorted(missing)[:1]!a}")
    need(model["gated"] or not any("gate" in part for part, _ in cut), "source: a gate, but gated is false")
    return sources, cut

def check_section(section, position, B, data, kinds):
    """Offsets, blocks and bytes (4, 5). Returns where it ends and, by their keys, its tensors of known kinds."""
    start, found = position, {}
    for tensor in section["tensors"]:
        kind, element, blocks = (tensor[key] for key in ("kind", "element_type", "blocks"))
        where = f"{section['kind']} {section.get('ring', '')}: {kind!a} at {position}"
        size = get_size(tensor["shape"], element, where)
        need(tensor["offset"] == position and len(blocks) == -(-size // B), f"{where}: wrong offset or blocks")
        for b, block in enumerate(blocks):
            need([*map(type, block)] == [int, str] and block[0] == min(B, size - b * B)
                 and re.fullmatch("[0-9a-f]{8}", block[1]), f"{where}: block {b} is not [its length, checksum]")
            crc = f"{zlib.crc32(data[position + b * B:position + b * B + block[0]]):08x}"
            need(crc == block[1] or position + size > len(data), f"{where}: the checksum of block {b} is {crc}")
        tensor["bytes"] = data[position:position + size]
        position += size + -size % 64
        need(not data[tensor["offset"] + size:position].any(), f"{where}: the padding behind is not zero")
        key = (kind, *(tensor.get(name) for name in kinds.get(kind, ())))
        if kind in (*KINDS[0], *KINDS[1]) or kind in kinds and None not in key:  # all others are skipped
            need(None not in key and key not in found, f"{where}: {key!a} is a second one, or incomplete")
            found[key] = tensor
    need([section["offset"], section["length"]] == [start, position - start], f"{section['kind']}: not at {start}")
    return position, found

def list_wanted(i, model, plan, sources, cut, found):
    """What section i must hold of the kinds that are known (5, 7): key → (type, shape)."""
    D, H, E, R = model["hidden_size"], model["intermediate_size"], len(plan["widths"][0]), plan["rank"]
    first = lambda *key: [*found[key]["shape"], 0][0] if key in found else 0  # an extent that is the file's choice
    if i > 0:
        rows = [row[i - 1] - (row[i - 2] if i > 1 else 0) for row in plan["widths"]]
        wanted = {(part, l): (type, [rows[l], D][:1 + (part in MATRICES)]) for (part, l), type in cut.items()}
        maps = {"first.weight": ("BF16", [R, D]), "second.weight": ("BF16", [D, R]), "bias": ("F32", [D])}
        layers = range(model["layers"] if plan["is_routed"] and R and i < E else 0)  # the last expert drops nothing
        return wanted | {("compensation", l, name): form for name, form in maps.items() for l in layers}
    wanted = {("source", name): (r["element_type"], r["shape"]) for name, r in sources.items() if "ffn" not in r}
    wanted |= {k: ("U8", [first(*k)]) for k in found if k[0] == "file" and re.fullmatch(r"(?!\.\.?\Z)[^/\\\0]+", k[1])}
    if any(key[0] == "budgets" for key in found):
        wanted |= {("budgets", "table"): ("F64", [first("budgets", "table"), 3]), ("budgets", "ends"): ("F64", [2])}
    for l in range(model["layers"]):
        wanted["permutation", l] = ("U32", [H])
        if plan["is_routed"]:
            F, N = D + (plan["router"]["predicts"] == "log_error"), first("router", l, "first.bias")
            shapes = {"first.weight": [N, F], "first.bias": [N], "second.weight": [E - 1, N], "second.bias": [E - 1]}
            shapes = {"weight": [E - 1, F], "bias": [E - 1]} if plan["router"]["kind"] == "linear" else shapes
            need(0 not in sum(shapes.values(), []), f"plan: a router of layer {l} without values")
            wanted |= {("router", l, name): ("F32", shape) for name, shape in shapes.items()}
    return wanted

def check_values(key, tensor, plan):
    if key[0] == "permutation":
        need(sorted(tensor["bytes"].view("<u4")) == [*range(*tensor["shape"])], f"{key!a}: an index occurs twice")
    if key[0] in ("router", "compensation", "budgets"):
        values, sign = floats(tensor), 1 if plan["router"]["predicts"] == "similarity" else -1
        need(numpy.isfinite(values).all(), f"{key!a}: not all are finite")
        need(key != ("budgets", "ends") or values[0] > 0 and values[1] == 1, f"{key!a}: no costs of the ends")
        if key == ("budgets", "table"):  # costs grow, with them thresholds; prices are above 0 and fall
            is_monotone = (numpy.diff(values, axis=0) * [1, sign, sign] > 0).all()
            need(is_monotone and (sign > 0 or (values[:, 1:] > 0).all()), f"{key!a}: not monotone, or no prices")

def rebuild(record, shared, *rings):
    """A dense tensor from its rings (6): P[π(r)] = S[r], and part behind part along the neuron axis."""
    layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
    order = shared["permutation", layer]["bytes"].view("<u4")
    dense = numpy.empty((len(parts), len(order), record["size"] // len(order) // len(parts)), "u1")
    for P, part in zip(dense, parts):
        P[order] = numpy.concatenate([ring[part, layer]["bytes"] for ring in rings]).reshape(len(order), -1)
    if axis == 1:  # elements change places, the bytes of one do not
        dense = dense.reshape(len(order) * len(parts), -1, BITS[record["element_type"]] // 8).transpose(1, 0, 2)
    return numpy.ascontiguousarray(dense)

def read_dmoe(data):
    """Checks the file. Returns directory, sources and, of each section that is there (8), the tensors by their keys."""
    position, file_length, directory = read_head(data)
    model, plan, sections = directory["model"], directory["plan"], directory["sections"]
    sources, cut = check_sources(directory["source"], model)
    need(len(sections) == len(plan["widths"][0]) + 1, f"directory: {len(sections)} sections")
    contents, ends = [], []
    for i, section in enumerate(sections):
        is_next = section["kind"] == ("ring" if i else "shared") and (i == 0 or section.get("ring") == i - 1)
        need(is_next, f"section {i}: its kind or ring is another one's")
        kinds = KINDS[i > 0] | (OPTIONAL[i > 0] if plan["is_routed"] and (i == 0 or plan["rank"]) else {})
        position, found = check_section(section, position, directory["block_bytes"], data, kinds)
        wanted = list_wanted(i, model, plan, sources, cut, found)
        for key in sorted(wanted.keys() | found.keys()):
            there = key in found and (found[key]["element_type"], found[key]["shape"])
            need(there == wanted.get(key), f"section {i}: {key!a} is {there}, not {wanted.get(key)}")
        contents.append(found)
        ends.append(position)
    need(file_length == position < 2 ** 63, f"preamble: file_length {file_length}, not {position}")
    need(len(data) in ends[1:], f"it has {len(data)} of {file_length} bytes, which is not where a ring ends")
    contents = contents[:ends.index(len(data)) + 1]
    for key, tensor in [item for found in contents for item in found.items()]:
        check_values(key, tensor, plan)
    for name, record in sources.items():
        if "ffn" not in record or len(data) == file_length:
            dense = rebuild(record, *contents) if "ffn" in record else contents[0]["source", name]["bytes"]
            need(hashlib.sha256(dense).hexdigest() == record["sha256"], f"{name!a}: wrong digest")
    return directory, sources, contents

def compare(sources, path):
    """With a dense checkpoint; by digests, those of the directory having been found right before."""
    ours = {name: tuple(record[key] for key in ("element_type", "shape", "sha256")) for name, record in sources.items()}
    files = [os.path.join(path, "model.safetensors") if os.path.isdir(path) else path]
    if os.path.isdir(path) and not os.path.exists(files[0]):
        index = files[0] + ".index.json"
        shards = load_json(bytes(numpy.memmap(index, "u1", "r")), {"weight_map": dict}, index)["weight_map"]
        check_types([*shards.values()], [str], index)
        files = [os.path.join(path, shard) for shard in sorted({*shards.values()})]
    for path in files:
        data = numpy.memmap(path, "u1", "r")
        start = 8 + int.from_bytes(bytes(data[:8]), "little")
        header = load_json(bytes(data[8:start]), dict, path)
        for name in sorted(header.keys() - {"__metadata__"}):
            where, tensor = f"{path}: {name!a}", header[name]
            check_types(tensor, {"dtype": str, "shape": [int], "data_offsets": [int]}, where)
            need(len(tensor["data_offsets"]) == 2 and name in ours, f"{where} is only here, or twice, or nowhere")
            here = hashlib.sha256(data[start:][slice(*tensor["data_offsets"])]).hexdigest()
            need(ours.pop(name) == (tensor["dtype"], tensor["shape"], here), f"{where} differs")
    need(not ours, f"{sorted(ours)[:1]!a} is only in the .dmoe file")

def main():
    parser = argparse.ArgumentParser(description="Read a .dmoe file and check all of it.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--against", metavar="MODEL_FOLDER", help="compare with this dense checkpoint")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        directory, sources, contents = read_dmoe(numpy.memmap(options.file, "u1", "r"))
        sections, widths = directory["sections"], directory["plan"]["widths"]
        print(", ".join(f"{key} {ascii(directory['model'][key])}" for key in DIRECTORY["model"]))
        for e, section in enumerate(sections[1:]):
            print(f"expert {e}: {section['offset'] + section['length']} bytes, widths", *(row[e] for row in widths))
        print(sum(len(section["tensors"]) for section in sections[:len(contents)]), "stored tensors checked")
        print(f"complete: all {len(sources)} dense tensors rebuilt, digests equal" if len(contents) == len(sections)
              else f"holds experts 0…{len(contents) - 2} of {len(sections) - 1}")
        if options.against:
            need(len(contents) == len(sections), "a cut file lacks weights, it cannot be compared")
            compare(sources, options.against)
            print(f"identical to {options.against}: {len(sources)} tensors")
    except (ValueError, RecursionError, OSError, MemoryError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, (OSError, MemoryError)) else 1)

if __name__ == "__main__":
    main()
