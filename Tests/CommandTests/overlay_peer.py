"""Compares an overlay on its base with the file that holds the weights: python overlay_peer.py REFERENCE OVERLAY BASE FILE.

REFERENCE is the folder of the independent reader, which takes the rings of the overlay from the base. Prints the number
of equal tensors of rings."""

import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
from dense_checkpoint import compare
from directory import BIASES, MATRICES
from read_dmoe import read_dmoe
from rings import take_rings
from stored_tensors import read_tensor

(directory, sources, taken), (_, _, stored) = (
    read_dmoe(numpy.memmap(path, "u1", "r")) for path in (sys.argv[2], sys.argv[4]))
take_rings(directory, sources, taken, compare(sources, sys.argv[3]))
keys = [{key for key in contents if key[1] in MATRICES + BIASES} for contents in (taken, stored)]
assert keys[0] == keys[1], keys[0] ^ keys[1]
for key in keys[0]:
    assert taken[key]["shape"] == stored[key]["shape"], key
    assert read_tensor(taken[key]).tobytes() == read_tensor(stored[key]).tobytes(), key
print(len(keys[0]))
