"""Compares an imported .dmoe with the source of its folder: python import_peer.py REFERENCE FILE IMPORTED [FOLDER].

REFERENCE is the folder of the independent reader. FOLDER is given if it was fine-tuned: its weights must equal those of
the imported file after undoing the permutation. Prints how many stored tensors and how many rings are equal, byte for
byte."""

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

paths = sys.argv[2:4]
bytes_ = [numpy.memmap(path, "u1", "r") for path in paths]
(directory, sources, contents), (found, found_sources, found_contents) = map(read_dmoe, bytes_)
assert found["model"] == directory["model"] and found["requires"] == directory["requires"]
plans = [{key: value for key, value in each["plan"].items()} for each in (directory, found)]
assert plans[0] == plans[1], plans
configs = [json.loads(read_tensor(each.pop((0, "file", "config.json"))).tobytes()) for each in (contents, found_contents)]
assert configs[1].items() >= configs[0].items(), configs
assert not configs[1].keys() & {"dynamoe", "auto_map"}
found_contents.pop((0, "file", "README.md"), None)
assert found_contents.keys() == contents.keys(), found_contents.keys() ^ contents.keys()

if len(sys.argv) == 5:
    folder, same = pathlib.Path(sys.argv[4]), 0
    for file in folder.glob("*.safetensors"):
        for name, tensor in deserialize(file.read_bytes()):
            if ".experts." in name:
                continue
            source = found_sources[name]
            assert (source["element_type"], source["shape"]) == (tensor["dtype"], list(tensor["shape"]))
            elements = numpy.frombuffer(bytes(tensor["data"]), "u1").reshape(*source["shape"], -1)
            if cut := source.get("ffn"):
                order = read_tensor(found_contents[0, "permutation", cut["layer"]]).view("<u4").astype(int)
                rows = numpy.concatenate([order + part * len(order) for part in range(len(cut["parts"]))])
                elements = elements.take(numpy.argsort(rows), cut["neuron_axis"])
                expected = rebuild(source, found_contents)
            else:
                expected = read_tensor(found_contents[0, "source", name])
            assert elements.tobytes() == expected.tobytes(), name
            same += 1
    assert same == len(sources)
    print(same)
else:
    for name, source in sources.items():
        assert found_sources[name] == source, name
    for key, tensor in contents.items():
        other = found_contents[key]
        assert (other["element_type"], other["shape"]) == (tensor["element_type"], tensor["shape"]), key
        assert read_tensor(other).tobytes() == read_tensor(tensor).tobytes(), key
    def ring(directory, data, number):
        section = directory["sections"][number + 1]
        return data[section["offset"]:section["offset"] + section["length"]].tobytes()
    rings = sum(
        ring(directory, bytes_[0], e) == ring(found, bytes_[1], e) for e in range(len(directory["sections"]) - 1))
    print(len(contents), rings)
