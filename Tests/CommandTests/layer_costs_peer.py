"""Costs of a routed model by the independent reader: python layer_costs_peer.py REFERENCE FILE.

REFERENCE is the folder of the reader. Prints, for each expert of FILE, the mean of its costs over the layers, then the
`ends` of the budgets."""

import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
from read_dmoe import read_dmoe
from route_dmoe import floats, list_costs

directory, _, contents = read_dmoe(numpy.memmap(sys.argv[2], "u1", "r"))
costs = numpy.mean([list_costs(directory, layer) for layer in range(directory["model"]["layers"])], axis=0)
print(*costs, *floats(contents[0, "budgets", "ends"]))
