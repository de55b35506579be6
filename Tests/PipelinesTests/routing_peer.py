"""Runs layers by the independent reader: python routing_peer.py REFERENCE FILE, a JSON object on standard input.

Each of "layers" has inputs "x" and "residual", "scores" to choose by, "rules", and "choices" of experts. Prints the
predictions, the choices by each rule, the outputs of the layer, and the knobs for "budgets"."""

import json
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
import read_dmoe
import route_dmoe

directory, sources, contents = read_dmoe.read_dmoe(numpy.memmap(sys.argv[2], "u1", "r"))
request = json.load(sys.stdin)
result = {"layers": [], "knobs": []}
for layer, asked in enumerate(request["layers"]):
    x, residual, scores = (numpy.array(asked[key]) for key in ("x", "residual", "scores"))
    costs = route_dmoe.list_costs(directory, layer)
    result["layers"].append({
        "costs": costs.tolist(),
        "predicted": route_dmoe.predict(directory, contents, layer, x, residual).ravel().tolist(),
        "choices": [route_dmoe.choose(scores, costs, **rule).tolist() for rule in request["rules"]],
        "output": route_dmoe.feed_forward(
            directory, contents, layer, x, numpy.array(asked["choices"])).ravel().tolist(),
    })
for by_truth in (False, True):
    for budget in request["budgets"]:
        result["knobs"].append(route_dmoe.find_knob(directory, contents, budget, by_truth))
print(json.dumps(result))
