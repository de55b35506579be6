"""Dense tensors from rings, and rings from a base: sections 6 and 9 of formats/dmoe.md."""
import numpy

from element_types import TYPES, is_plain
from json_rules import need
from stored_tensors import read_permutation, read_tensor


def rebuild(record, contents):
    """The bytes of a dense tensor: its parts in turn along the neuron axis, each P[π(r)] = S[r] (section 6)."""
    layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
    permutation = read_permutation(contents, layer)
    # The contents are in the order of the sections.
    rings = [read_tensor(contents[key]) for part in parts for key in contents if key[1:] == (part, layer)]
    S = numpy.concatenate(rings).reshape(len(parts), len(permutation), -1, TYPES[record["element_type"]][1])
    P = numpy.empty_like(S)
    P[:, permutation] = S
    return numpy.ascontiguousarray(numpy.concatenate(P).swapaxes(0, axis))


def take_rings(directory, sources, contents, base):
    """Adds the rings of an overlay: S[r] = P[π(r)] of its base (section 9); `base` is name → bytes."""
    for name, record in sources.items():
        if "ffn" not in record:
            continue
        layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
        permutation, element_type = read_permutation(contents, layer), record["element_type"]
        need(is_plain(element_type), f"{name!a}: there is no computing with {element_type}")
        elements = base[name].reshape(*record["shape"], TYPES[element_type][1]).swapaxes(0, axis)
        ends = directory["plan"]["widths"][layer][:directory["plan"]["there"]]
        for part, P in zip(parts, numpy.split(elements, len(parts))):
            for e, (low, high) in enumerate(zip([0] + ends, ends)):
                S = P[permutation[low:high]]
                contents[e + 1, part, layer] = {
                    "kind": part, "layer": layer, "element_type": element_type, "shape": list(S.shape[:-1]),
                    "stored": [(S.reshape(-1), S.size, element_type)]}
