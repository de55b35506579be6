"""Compares an exported folder with its .dmoe: python export_peer.py REFERENCE FILE FOLDER EXPERT.

REFERENCE is the folder of the independent reader. Picks every tensor of the expert from the dense one, neuron by neuron
in the order of the permutation (or in the source's order for all neurons), and compares it with the tensor that the
safetensors package reads. Prints the number of equal tensors."""

import json
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
from element_types import TYPES
from read_dmoe import read_dmoe
from rings import rebuild
from safetensors import deserialize
from stored_tensors import read_tensor

directory, sources, contents = read_dmoe(numpy.memmap(sys.argv[2], "u1", "r"))
folder, expert = pathlib.Path(sys.argv[3]), int(sys.argv[4])
found = {}
for file in sorted(folder.glob("*.safetensors")):
    for name, tensor in deserialize(file.read_bytes()):
        found[name] = (tensor["dtype"], list(tensor["shape"]), bytes(tensor["data"]))
index = folder / "model.safetensors.index.json"
if index.exists():
    places = json.loads(index.read_text())["weight_map"]
    assert places.keys() == found.keys() and set(places.values()) == {p.name for p in folder.glob("*.safetensors")}
assert found.keys() == sources.keys(), found.keys() ^ sources.keys()
H = directory["model"]["intermediate_size"]
for name, source in sources.items():
    shape, cut = list(source["shape"]), source.get("ffn")
    if cut is None:
        expected = read_tensor(contents[0, "source", name])
    else:
        axis, parts, width = cut["neuron_axis"], len(cut["parts"]), directory["plan"]["widths"][cut["layer"]][expert]
        order = read_tensor(contents[0, "permutation", cut["layer"]]).view("<u4")[:width]
        order = numpy.arange(H) if width == H else order
        elements = rebuild(source, contents).reshape(*shape, TYPES[source["element_type"]][1])
        rows = numpy.concatenate([order.astype(int) + part * H for part in range(parts)])
        expected, shape[axis] = elements.take(rows, axis), len(rows)
    assert found[name] == (source["element_type"], shape, expected.tobytes()), name
print(len(found))
