"""Makes a routed folder for Transformers from a .dmoe: python routed_folder.py REFERENCE FILE FOLDER [CHANGE...].

REFERENCE is the folder of the independent reader. The neurons of every layer are stored by rank, next to the
permutation, the router, the compensation and the skipping; config.json describes experts and budgets. Changes modify the folder:
`resaved` is stored as Transformers may save it again, `tuned` has other weights, `unordered` lacks the permutations,
and all others make it invalid."""

import json
import math
import pathlib
import struct
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
from element_types import TYPES
from read_dmoe import read_dmoe
from rings import rebuild
from route_dmoe import floats
from stored_tensors import read_tensor

FILES = {
    "auto_map": {"AutoConfig": "configuration_dynamoe.DynamoeConfig",
                 "AutoModelForCausalLM": "modeling_dynamoe.DynamoeForCausalLM"},
}


def half(values):
    """Bytes of floats that BF16 represents exactly."""
    return (numpy.ascontiguousarray(values, "<f4").view("<u4") >> 16).astype("<u2").tobytes()


def dense(sources, contents):
    """The tensors of the source, with neurons by rank."""
    for name, record in sources.items():
        shape, cut = list(record["shape"]), record.get("ffn")
        if cut is None:
            yield name, record["element_type"], shape, read_tensor(contents[0, "source", name]).tobytes()
            continue
        order = read_tensor(contents[0, "permutation", cut["layer"]]).view("<u4").astype(int)
        rows = numpy.concatenate([order + part * len(order) for part in range(len(cut["parts"]))])
        elements = rebuild(record, contents).reshape(*shape, TYPES[record["element_type"]][1])
        yield name, record["element_type"], shape, elements.take(rows, cut["neuron_axis"]).tobytes()


def experts(directory, sources, contents):
    """The tensors added to those of the source."""
    plan = directory["plan"]
    modules = {}
    for name, record in sources.items():
        if {"up"} <= {*record.get("ffn", {}).get("parts", [])}:
            modules[record["ffn"]["layer"]] = name.rsplit(".", 2)[0] + "."
    for layer in range(directory["model"]["layers"]):
        prefix = modules[layer] + "experts."
        order = read_tensor(contents[0, "permutation", layer]).view("<u4")
        yield prefix + "permutation", "I32", [len(order)], order.astype("<i4").tobytes()
        for key, tensor in contents.items():
            if key[1] == "router" and key[2] == layer:
                yield f"{prefix}router.{key[3]}", "F32", tensor["shape"], floats(tensor).astype("<f4").tobytes()
            if key[1] == "compensation" and key[2] == layer:
                name = "second.bias" if key[3] == "bias" else key[3]
                data = half(floats(tensor)) if tensor["element_type"] == "BF16" else floats(tensor).astype("<f4").tobytes()
                yield f"{prefix}compensation.{key[0] - 1}.{name}", tensor["element_type"], tensor["shape"], data
            if key[1] == "skipping" and key[2] == layer:
                name = key[3] if key[3] in ("scale", "cost") else "compensation." + key[3].replace("bias", "second.bias")
                data = read_tensor(tensor).tobytes()
                yield f"{prefix}skipping.{key[0] - 1}.{name}", tensor["element_type"], tensor["shape"], data


def configuration(directory, contents):
    config = json.loads(read_tensor(contents[0, "file", "config.json"]).tobytes())
    plan, layers = directory["plan"], directory["model"]["layers"]
    router = dict(plan["router"]) if "router" in plan else None
    if router and router["kind"] == "mlp":
        router["hidden"] = [contents[0, "router", layer, "first.bias"]["shape"][0] for layer in range(layers)]
    budgets = None
    if (0, "budgets", "table") in contents:
        budgets = {name: floats(contents[0, "budgets", name]).tolist()
                   for name in ("table", "ends", "window") if (0, "budgets", name) in contents}
    source = {"model_type": config["model_type"], "architectures": config.get("architectures")}
    config |= {"model_type": "dynamoe_" + config["model_type"], "architectures": ["DynamoeForCausalLM"], **FILES}
    config["dynamoe"] = {
        "version": 1, "source": source, "family": directory["model"]["family"], "importance": plan["importance"],
        **({"recipe": plan["recipe"]} if "recipe" in plan else {}), "widths": plan["widths"],
        "router": router, "compensation": plan.get("compensation"), "budgets": budgets,
        **({"skipping": True} if "skipping" in directory["requires"] else {}),
        **({"sensitivities": floats(contents[0, "sensitivity"]).tolist()} if (0, "sensitivity") in contents else {})}
    return config


def write(path, tensors):
    """Writes a safetensors file by hand, with the tensors in the given order."""
    header, position = {"__metadata__": {"format": "pt"}}, 0
    for name, kind, shape, data in tensors:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [position, position + len(data)]}
        position += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for *_, data in tensors))


def resave(folder, config, tensors):
    """Uses other shards, another order, other types for tensors that the source lacks, and adds Transformers' keys."""
    wider = []
    for name, kind, shape, data in sorted(tensors, key=lambda tensor: tensor[0][::-1]):
        if kind == "I32":
            kind, data = "I64", numpy.frombuffer(data, "<i4").astype("<i8").tobytes()
        if ".compensation." in name and kind == "BF16":
            kind, data = "F32", (numpy.frombuffer(data, "<u2").astype("<u4") << 16).tobytes()
        wider.append((name, kind, shape, data))
    places, middle = {}, len(wider) // 2
    for number, part in enumerate([wider[:middle], wider[middle:]], start=1):
        file = f"model-{number:05}-of-00002.safetensors"
        write(folder / file, part)
        places |= {name: file for name, *_ in part}
    size = sum(len(data) for *_, data in wider)
    index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(places.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    config |= {"transformers_version": "5.23.0", "dtype": "bfloat16"}
    return dict(sorted(config.items()))


def change(what, config, tensors):
    """Applies a single change."""
    own = config["dynamoe"]
    def pick(ending):
        return next(index for index, tensor in enumerate(tensors) if tensor[0].endswith(ending))
    def put(ending, **fields):
        index = pick(ending)
        values = dict(zip(("name", "kind", "shape", "data"), tensors[index])) | fields
        tensors[index] = tuple(values.values())
    def poke(ending, number, value, form="<f4"):
        values = numpy.frombuffer(tensors[pick(ending)][3], form).copy()
        values[number] = value
        put(ending, data=values.tobytes())
    if what == "tuned":
        for index, (name, kind, shape, data) in enumerate(tensors):
            if kind == "BF16" and ".experts." not in name:
                numbers = numpy.frombuffer(data, "<u2").copy()
                numbers[::3] ^= 1
                tensors[index] = (name, kind, shape, numbers.tobytes())
    elif what == "unordered":
        tensors[:] = [tensor for tensor in tensors if not tensor[0].endswith("experts.permutation")]
    elif what == "one unordered":
        del tensors[pick("experts.permutation")]
    elif what == "plain":
        tensors[:] = [tensor for tensor in tensors if ".experts." not in tensor[0]]
        config["model_type"] = own["source"]["model_type"]
        del config["dynamoe"], config["auto_map"]
    elif what == "version":
        own["version"] = 2
    elif what == "no version":
        del own["version"]
    elif what == "source":
        own["source"]["model_type"] = "mistral"
    elif what == "family":
        own["family"] = "gemma"
    elif what == "widths":
        own["widths"][1][-1] += 32
    elif what == "wide":
        own["widths"] = [[*row[:-1], row[-1] + 32] for row in own["widths"]]
    elif what == "few widths":
        del own["widths"][0]
    elif what == "uneven widths":
        own["widths"][1] = own["widths"][1][1:]
    elif what == "falling widths":
        own["widths"][0][1] = own["widths"][0][0]
    elif what == "one expert":
        own["widths"] = [row[-1:] for row in own["widths"]]
    elif what == "fewer experts":
        own["widths"] = [row[1:] for row in own["widths"]]
    elif what == "huge width":
        own["widths"][0][-1] = 2 ** 62
    elif what == "no widths":
        own["widths"] = []
    elif what == "router":
        del tensors[pick("1.mlp.experts.router.second.weight")]
    elif what == "router kind":
        own["router"]["kind"] = "tree"
    elif what == "predicts":
        own["router"]["predicts"] = "luck"
    elif what == "hidden":
        own["router"]["hidden"][2] += 1
    elif what == "huge hidden":
        own["router"]["hidden"][0] = 2 ** 40
    elif what == "few hidden":
        own["router"]["hidden"] = []
    elif what == "no router":
        own["router"] = own["skipping"] = own["sensitivities"] = None
    elif what == "rank":
        own["compensation"]["rank"] = 5
    elif what == "huge rank":
        own["compensation"]["rank"] = 10 ** 15
    elif what == "no compensation":
        own["compensation"] = None
    elif what == "stray":
        tensors.append(("model.layers.0.mlp.experts.router.third.weight", "F32", [1], bytes(4)))
    elif what == "nan":
        poke("2.mlp.experts.router.first.weight", 7, math.nan)
    elif what == "infinite bias":
        poke("0.mlp.experts.compensation.1.second.bias", 3, math.inf)
    elif what == "overflow":
        index = pick("0.mlp.experts.compensation.1.first.weight")
        values = numpy.full(math.prod(tensors[index][2]), 3.4028235e38, "<f4")
        put("0.mlp.experts.compensation.1.first.weight", kind="F32", data=values.tobytes())
    elif what == "integer router":
        put("0.mlp.experts.router.first.bias", kind="I32")
    elif what == "twice":
        poke("0.mlp.experts.permutation", 1, numpy.frombuffer(tensors[pick("0.mlp.experts.permutation")][3], "<i4")[0], "<i4")
    elif what == "negative":
        poke("0.mlp.experts.permutation", 5, -1, "<i4")
    elif what == "far":
        poke("3.mlp.experts.permutation", 5, 384, "<i4")
    elif what == "float order":
        put("0.mlp.experts.permutation", kind="F32")
    elif what == "short order":
        index = pick("0.mlp.experts.permutation")
        put("0.mlp.experts.permutation", shape=[383], data=tensors[index][3][4:])
    elif what == "weights":
        del tensors[pick("layers.1.mlp.up_proj.weight")]
    elif what == "budgets":
        own["budgets"]["table"][1][0] = 0
    elif what == "short row":
        own["budgets"]["table"][1].pop()
    elif what == "prices":
        own["budgets"]["table"][0][1] = -1.0
    elif what == "skipping without routers":
        own["router"] = None
    elif what == "skipping by similarity":
        own["router"]["predicts"] = "similarity"
    elif what == "no skipping":
        own["skipping"] = None
        del own["budgets"]["window"]
    elif what == "some skipping":
        own["skipping"] = 1
    elif what == "negative scale":
        poke("1.mlp.experts.skipping.3.scale", 2, -1.0)
    elif what == "nan scale":
        poke("1.mlp.experts.skipping.3.scale", 2, math.nan)
    elif what == "infinite cost":
        poke("2.mlp.experts.skipping.7.cost", 24, math.inf, "<f8")
    elif what == "integer cost":
        put("2.mlp.experts.skipping.7.cost", kind="I64")
    elif what == "few costs":
        index = pick("0.mlp.experts.skipping.0.cost")
        put("0.mlp.experts.skipping.0.cost", shape=[24], data=tensors[index][3][8:])
    elif what == "few scales":
        index = pick("0.mlp.experts.skipping.1.scale")
        count = tensors[index][2][0] - 1
        put("0.mlp.experts.skipping.1.scale", shape=[count], data=tensors[index][3][4:])
    elif what == "no window":
        del own["budgets"]["window"]
    elif what == "few sensitivities":
        own["sensitivities"].pop()
    elif what == "sensitivities without routers":
        own["router"] = own["skipping"] = own["compensation"] = own["budgets"] = None
    elif what == "no sensitivity":
        own["sensitivities"][1] = 0
    elif what == "window without skipping":
        own["skipping"] = None
        tensors[:] = [tensor for tensor in tensors if ".skipping." not in tensor[0]]
    elif what == "window row":
        own["budgets"]["window"][1].append(1.0)
    elif what == "rising window":
        own["budgets"]["window"][1][1] = own["budgets"]["window"][0][1]
    elif what == "ends":
        own["budgets"]["ends"][1] = 2
    elif what == "text in budgets":
        own["budgets"]["table"][0][2] = "0.5"
    else:
        sys.exit(f"no such change: {what}")


def main(file, folder, *changes):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    directory, sources, contents = read_dmoe(numpy.memmap(file, "u1", "r"))
    config = configuration(directory, contents)
    tensors = [*dense(sources, contents), *experts(directory, sources, contents)]
    for what in changes:
        if what != "resaved":
            change(what, config, tensors)
    if "resaved" in changes:
        config = resave(folder, config, tensors)
    else:
        write(folder / "model.safetensors", tensors)
    for key, tensor in contents.items():
        if key[1] == "file" and key[2] != "config.json":
            (folder / key[2]).write_bytes(read_tensor(tensor).tobytes())
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for name in ("modeling_dynamoe.py", "configuration_dynamoe.py", "finetune.py"):
        (folder / name).write_text("# stands beside the weights\n")


if __name__ == "__main__":
    main(*sys.argv[2:])
