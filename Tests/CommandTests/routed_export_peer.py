"""Compares a routed folder with its .dmoe: python routed_export_peer.py REFERENCE FILE FOLDER.

REFERENCE is the folder of the independent reader. Reconstructs the dense tensors and orders their neurons by the
permutation; reads routers, compensation, skipping and permutations from the file and names them as in docs/transformers.md;
compares all of these with the tensors that the safetensors package reads, and config.json with the directory. Prints
the number of equal tensors, and of those that the source does not have."""

import json
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
from element_types import TYPES
from read_dmoe import read_dmoe
from rings import rebuild
from route_dmoe import floats
from safetensors import deserialize
from stored_tensors import read_tensor

directory, sources, contents = read_dmoe(numpy.memmap(sys.argv[2], "u1", "r"))
folder = pathlib.Path(sys.argv[3])
model, plan, H = directory["model"], directory["plan"], directory["model"]["intermediate_size"]
found = {}
for file in sorted(folder.glob("*.safetensors")):
    for name, tensor in deserialize(file.read_bytes()):
        found[name] = (tensor["dtype"], list(tensor["shape"]), bytes(tensor["data"]))
orders = [read_tensor(contents[0, "permutation", layer]) for layer in range(model["layers"])]
expected, places = {}, {}
for name, source in sources.items():
    cut = source.get("ffn")
    data = read_tensor(contents[0, "source", name]) if cut is None else rebuild(source, contents)
    if cut is not None:
        order, parts = orders[cut["layer"]].view("<u4").astype(int), len(cut["parts"])
        elements = data.reshape(*source["shape"], TYPES[source["element_type"]][1])
        data = elements.take(numpy.concatenate([order + part * H for part in range(parts)]), cut["neuron_axis"])
        if "down" in cut["parts"]:
            words = name.split(".")
            assert words[-1] == "weight"
            places[cut["layer"]] = ".".join([*words[:-2], "experts", ""])
    expected[name] = (source["element_type"], source["shape"], data.tobytes())
assert len(places) == model["layers"]
for layer, order in enumerate(orders):
    expected[places[layer] + "permutation"] = ("I32", [H], order.tobytes())
for (section, kind, *label), tensor in contents.items():
    if kind == "router":
        name = places[label[0]] + f"router.{label[1]}"
    elif kind == "compensation":
        part = "second.bias" if label[1] == "bias" else label[1]
        name = places[label[0]] + f"compensation.{section - 1}.{part}"
    elif kind == "skipping":
        part = label[1] if label[1] in ("scale", "cost") else "compensation." + label[1].replace("bias", "second.bias")
        name = places[label[0]] + f"skipping.{section - 1}.{part}"
    else:
        continue
    expected[name] = (tensor["element_type"], tensor["shape"], read_tensor(tensor).tobytes())
assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
for name, wanted in expected.items():
    assert found[name] == wanted, name

config, source = (json.loads(data) for data in (
    (folder / "config.json").read_bytes(), bytes(read_tensor(contents[0, "file", "config.json"]))))
form = config.pop("dynamoe")
assert config.pop("auto_map") == {
    "AutoConfig": "configuration_dynamoe.DynamoeConfig", "AutoModelForCausalLM": "modeling_dynamoe.DynamoeForCausalLM"}
kind = source.pop("model_type")
assert config.pop("model_type") == "dynamoe_" + kind and config.pop("architectures") == ["DynamoeForCausalLM"]
assert form.pop("source") == {"model_type": kind} | (
    {"architectures": source.pop("architectures")} if "architectures" in source else {})
source.pop("auto_map", None)
assert config == source, "config.json"
assert form.pop("version") == 1 and form.pop("family") == model["family"]
assert form.pop("importance") == plan["importance"] and form.pop("recipe", None) == plan.get("recipe")
assert form.pop("widths") == plan["widths"] and form.pop("compensation") == plan.get("compensation")
router = plan.get("router")
if router and router["kind"] == "mlp":
    hidden = [contents[0, "router", layer, "first.bias"]["shape"][0] for layer in range(model["layers"])]
    router = router | {"hidden": hidden}
assert form.pop("router") == router
skips = "skipping" in directory["requires"]
assert form.pop("skipping") == (True if skips else None)
weighed = (0, "sensitivity") in contents
assert form.pop("sensitivities") == (floats(contents[0, "sensitivity"]).tolist() if weighed else None)
budgets = form.pop("budgets")
if (0, "budgets", "table") in contents:
    # Every double must survive exactly.
    names = ("table", "ends", "window") if skips else ("table", "ends")
    assert budgets == {name: floats(contents[0, "budgets", name]).tolist() for name in names}
else:
    assert budgets is None
assert not form, form
code = (folder / "configuration_dynamoe.py").read_text()
assert code.count(f'\nSOURCE = "{kind}"\n') == 1
compile(code, "configuration", "exec"), compile((folder / "modeling_dynamoe.py").read_text(), "modeling", "exec")
families = {}
exec((folder / "families_dynamoe.py").read_text(), families)
assert kind in families["LAYOUTS"]
print(len(found), len(found) - len(sources))
