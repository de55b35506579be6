#!/usr/bin/env python3
"""Reads a .dmoe file as formats/dmoe.md describes it and checks all of it; (3) is that page's section 3.
Exit status: 0 all is well, 1 the file is damaged or differs, 2 wrong usage or it cannot be opened."""
import argparse, hashlib, json, os, re, struct, sys, zlib
import numpy
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # for who loads this file by its path alone
from tensors_dmoe import BITS, floats, get_size, need, read_blocks, read_tensor, rebuild

MATRICES, BIASES = ("gate", "up", "down"), ("gate_bias", "up_bias")
KINDS = ("source", "file", "permutation") + MATRICES + BIASES  # these are wanted or refused (5), others are optional
ROUTING = ("router", "budgets"), ("compensation",)  # optional kinds of the shared section, and of rings (7)
NAMES = {"source": ["name"], "file": ["name"], "budgets": ["name"], "permutation": ["layer"],
         "router": ["layer", "name"], "compensation": ["layer", "name"], **dict.fromkeys(MATRICES + BIASES, ["layer"])}
# Types of the directory (4, 5). "key?" is optional, [x] is an array of x. Other keys are skipped.
DIRECTORY = {"requires": [str], "block_bytes": int, "generator?": str,
  "model": {"family": str, "layers": int, "hidden_size": int, "intermediate_size": int, "activation": str,
            "gated": bool},
  "plan": {"widths": [[int]], "importance": str, "recipe?": str, "router?": {"kind": str, "predicts": str},
           "compensation?": {"rank": int}},
  "source": {"format": str, "metadata?": dict, "tensors": [{"name": str, "element_type": str, "shape": [int],
             "sha256": str, "ffn?": {"layer": int, "parts": [str], "neuron_axis": int}}]},
  "sections": [{"kind": str, "ring?": int, "offset": int, "length": int, "tensors": [{"kind": str, "element_type": str,
                "shape": [int], "offset": int, "blocks": [list], "layer?": int, "name?": str}]}]}

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

def read_head(data):
    """Preamble (3) and directory, as far as model and plan (4): where sections begin, where they end, and its value.
    The plan gets what follows from it: is_part (8), is_overlay (9), and of routing (7) is_routed, rank and partial."""
    preamble = bytes(data[:64])
    need(len(preamble) == 64 and preamble[:8] == b"DMOE\1\0\0\0", "preamble: no .dmoe file of version 1")
    length, file_length, crc, reserved, own_crc = struct.unpack("<QQI32sI", preamble[8:])
    need(zlib.crc32(preamble[:60]) == own_crc and not any(reserved), "preamble: wrong checksum or reserved bytes")
    need(length % 64 == 0 and 64 <= length <= min(2 ** 30, len(data) - 64), f"preamble: directory_length is {length}")
    need(zlib.crc32(data[64:64 + length]) == crc, "directory: wrong checksum")
    directory = load_json(bytes(data[64:64 + length]), DIRECTORY, "directory")
    B, model, plan = (directory[key] for key in ("block_bytes", "model", "plan"))
    widths, router, H = plan["widths"], plan.get("router", {"kind": ""}), model["intermediate_size"]
    need({*directory["requires"]} <= {"base"}, f"directory: requires {directory['requires']!a}, not all known")
    need(B % 64 == 0 and 4096 <= B <= 2 ** 26, f"directory: block_bytes is {B}")
    need(model["layers"] == len(widths) > 0 < model["hidden_size"], "model: layers or hidden_size is wrong")
    for l, row in enumerate(widths):
        grows = all(a < b for a, b in zip([0] + row, row + [H + 1]))
        need(row and len(row) == len(widths[0]) and grows, f"plan: the widths of layer {l} are wrong")
    plan["rank"] = plan.get("compensation", {"rank": 0})["rank"]  # ρ, or 0
    need(plan["rank"] in range("compensation" in plan, 2 ** 24 + 1), "plan: the rank of compensation is wrong")
    plan["is_overlay"], plan["is_part"] = "base" in directory["requires"], widths[0][-1] < H
    need(all((row[-1] < H) == plan["is_part"] for row in widths), "plan: full experts in some layers only")
    need(not (plan["is_part"] and plan["is_overlay"]), "plan: a part cannot require its base")
    plan["partial"] = len(widths[0]) - (not plan["is_part"])  # P
    plan["is_routed"] = router["kind"] in ("linear", "mlp") and router["predicts"] in ("similarity", "log_error")
    need(plan["partial"] or not plan["is_routed"], "plan: a router, but no partial expert")
    return 64 + length, file_length, directory

def check_sources(source, model):
    """The dense checkpoint: name → record, and (part, layer) → element type of all that is cut (4)."""
    need(source["format"] == "safetensors", f"source: format {source['format']!a} is unknown")
    check_types(list(source.get("metadata", {}).values()), [str], "source: metadata")
    sources, cut = {}, {}
    for record in source["tensors"]:
        where, element = f"source tensor {record['name']!a}", record["element_type"]
        need(record["name"] not in sources, f"{where} is a second one")
        need(re.fullmatch("[0-9a-f]{64}", record["sha256"]), f"{where} has no digest")
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

def check_section(section, position, block_bytes, data, routing):
    """Offsets and bytes (4, 5). Returns where it ends and, by their keys, its tensors of the kinds that are known."""
    start, found = position, {}
    for tensor in section["tensors"]:
        where = f"{section['kind']} {section.get('ring', '')}: {tensor['kind']!a} at {position}"
        need(tensor["offset"] == position, f"{where} says that it is at {tensor['offset']}")
        position = read_blocks(tensor, block_bytes, data, where)
        padding = -position % 64
        need(not data[position:position + padding].any(), f"{where}: the padding behind is not zero")
        position += padding
        key = (tensor["kind"], *map(tensor.get, NAMES.get(tensor["kind"], ())))
        if tensor["kind"] in KINDS or tensor["kind"] in routing and None not in key:  # all others are skipped (5, 7)
            need(None not in key and key not in found, f"{where}: {key!a} is a second one, or incomplete")
            found[key] = tensor
    need([section["offset"], section["length"]] == [start, position - start], f"{section['kind']}: not at {start}")
    return position, found

def list_shared(model, plan, sources, found):
    """What the shared section must hold of the kinds that are known (5, 7): key → (type, shape)."""
    free = lambda *key: [*found[key]["shape"], 0][0] if key in found else 0  # an extent that is the file's choice
    wanted = {("permutation", l): ("U32", row[-1:]) for l, row in enumerate(plan["widths"])}
    if not plan["is_overlay"]:
        wanted |= {("source", name): (r["element_type"], r["shape"]) for name, r in sources.items() if "ffn" not in r}
        files = [key for key in found if key[0] == "file" and re.fullmatch(r"(?!\.\.?\Z)[^/\\\0]+", key[1])]
        wanted |= {key: ("U8", [free(*key)]) for key in files}
    if any(key[0] == "budgets" for key in found):
        wanted |= {("budgets", "table"): ("F64", [free("budgets", "table"), 3]), ("budgets", "ends"): ("F64", [2])}
    for l in range(model["layers"] if plan["is_routed"] else 0):
        P, F = plan["partial"], model["hidden_size"] + (plan["router"]["predicts"] == "log_error")
        N = free("router", l, "first.bias")
        shapes = {"weight": [P, F], "bias": [P]}
        if plan["router"]["kind"] == "mlp":
            need(N > 0, f"plan: the router of layer {l} is empty, or not there")
            shapes = {"first.weight": [N, F], "first.bias": [N], "second.weight": [P, N], "second.bias": [P]}
        wanted |= {("router", l, name): ("F32", shape) for name, shape in shapes.items()}
    return wanted

def list_ring(e, model, plan, cut):
    """What ring e must hold of the kinds that are known (5, 7, 9): key → (type, shape)."""
    D, R, wanted = model["hidden_size"], plan["rank"], {}
    if not plan["is_overlay"]:
        rows = [row[e] - (row[e - 1] if e else 0) for row in plan["widths"]]
        wanted = {(part, l): (type, [rows[l], D][:1 + (part in MATRICES)]) for (part, l), type in cut.items()}
    for l in range(model["layers"] if plan["is_routed"] and R and e < plan["partial"] else 0):
        shapes = {"first.weight": ("BF16", [R, D]), "second.weight": ("BF16", [D, R]), "bias": ("F32", [D])}
        wanted |= {("compensation", l, name): form for name, form in shapes.items()}
    return wanted

def check_values(key, tensor, model, plan):
    if key[0] == "permutation":
        order = read_tensor(tensor).view("<u4")
        is_wrong = int(order.max()) >= model["intermediate_size"] or len(numpy.unique(order)) < len(order)
        need(not is_wrong, f"{key!a}: an index is not below H, or occurs twice")
    if key[0] in ("router", "compensation", "budgets"):
        values, sign = floats(tensor), 1 if plan["router"]["predicts"] == "similarity" else -1
        need(numpy.isfinite(values).all(), f"{key!a}: not all are finite")
        need(key != ("budgets", "ends") or values[0] > 0 and values[1] == 1, f"{key!a}: no costs of the ends")
        if key == ("budgets", "table"):  # costs grow, with them thresholds; prices are above 0 and fall
            is_monotone = (numpy.diff(values, axis=0) * [1, sign, sign] > 0).all()
            need(is_monotone and (sign > 0 or (values[:, 1:] > 0).all()), f"{key!a}: not monotone, or no prices")

def read_dmoe(data):
    """Checks the file. Returns directory, sources and, of each section that is there (8), the tensors by their keys.
    The plan gets there, the number of experts that are, and is_dense: whether these are all of the dense model."""
    position, file_length, directory = read_head(data)
    model, plan, sections = directory["model"], directory["plan"], directory["sections"]
    sources, cut = check_sources(directory["source"], model)
    need(len(sections) == len(plan["widths"][0]) + 1, f"directory: {len(sections)} sections")
    contents, ends = [], []
    for i, section in enumerate(sections):
        is_next = section["kind"] == ("ring" if i else "shared") and (i == 0 or section.get("ring") == i - 1)
        need(is_next, f"section {i}: its kind or ring is another one's")
        routing = ROUTING[i > 0] if plan["is_routed"] and (i == 0 or plan["rank"]) else ()
        position, found = check_section(section, position, directory["block_bytes"], data, routing)
        wanted = list_ring(i - 1, model, plan, cut) if i else list_shared(model, plan, sources, found)
        for key in sorted(wanted.keys() | found.keys()):
            there = key in found and (found[key]["element_type"], found[key]["shape"])
            need(there == wanted.get(key), f"section {i}: {key!a} is {there}, not {wanted.get(key)}")
        contents.append(found)
        ends.append(position)
    need(file_length == position < 2 ** 63, f"preamble: file_length {file_length}, not {position}")
    need(len(data) in ends[1:], f"it has {len(data)} of {file_length} bytes, which is not where a ring ends")
    contents = [found for found, end in zip(contents, ends) if end <= len(data)]  # rings of an overlay may be empty
    plan["there"] = len(contents) - 1
    plan["is_dense"] = len(contents) == len(sections) and not plan["is_part"] and not plan["is_overlay"]
    for key, tensor in [item for found in contents for item in found.items()]:
        check_values(key, tensor, model, plan)
    for name, record in sources.items():
        if ("source", name) in contents[0] or plan["is_dense"]:
            dense = rebuild(record, *contents) if "ffn" in record else read_tensor(contents[0]["source", name])
            need(hashlib.sha256(dense).hexdigest() == record["sha256"], f"{name!a}: wrong digest")
    return directory, sources, contents

def compare(sources, path):
    """With a dense checkpoint, by names, types, shapes and digests. Returns the bytes of its tensors by name."""
    ours = {name: tuple(record[key] for key in ("element_type", "shape", "sha256")) for name, record in sources.items()}
    files, theirs = [os.path.join(path, "model.safetensors") if os.path.isdir(path) else path], {}
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
            theirs[name] = data[start:][slice(*tensor["data_offsets"])]
            here = hashlib.sha256(theirs[name]).hexdigest()
            need(ours.pop(name) == (tensor["dtype"], tensor["shape"], here), f"{where} differs")
    need(not ours, f"{sorted(ours)[:1]!a} is only in the .dmoe file")
    return theirs

def main():
    parser = argparse.ArgumentParser(description="Read a .dmoe file and check all of it.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--against", metavar="MODEL_FOLDER", help="compare with this dense checkpoint")
    parser.add_argument("--base", metavar="MODEL_FOLDER", help="the dense checkpoint that an overlay requires")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        directory, sources, contents = read_dmoe(numpy.memmap(options.file, "u1", "r"))
        sections, plan = directory["sections"], directory["plan"]
        if options.base and not plan["is_overlay"]:
            parser.error(f"{options.file} does not require a base")
        print(", ".join(f"{key} {ascii(directory['model'][key])}" for key in DIRECTORY["model"]))
        for e, section in enumerate(sections[1:]):
            end, widths = section["offset"] + section["length"], [row[e] for row in plan["widths"]]
            print(f"expert {e}: {end} bytes, widths", *widths)
        print(sum(len(section["tensors"]) for section in sections[:len(contents)]), "stored tensors checked")
        if len(contents) < len(sections):
            print(f"holds experts 0…{plan['there'] - 1} of {len(sections) - 1}")
        if plan["is_part"]:
            print("a part: its experts are those of a larger model, whose other weights are not in it")
        if plan["is_overlay"]:
            print("an overlay: its weights are those of its base,", options.base or "not checked: name it by --base")
        if plan["is_dense"]:
            print(f"complete: all {len(sources)} dense tensors rebuilt, digests equal")
        need(plan["is_dense"] or not options.against, "it lacks weights, it cannot be compared")
        for path in filter(None, (options.base, options.against)):
            compare(sources, path)
            print(f"identical to {path}: {len(sources)} tensors")
    except (ValueError, RecursionError, OSError, MemoryError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, (OSError, MemoryError)) else 1)

if __name__ == "__main__":
    main()
