"""Runs layers by the independent reader: python routing_peer.py REFERENCE FILE, a JSON object on standard input.

Each of "layers" has inputs "x" and "residual", "scores" to choose by, "choices" of experts to run, and the "bias" of
down. Prints, for each layer, its costs and predictions, and for each of "rules" the costs that it compares, the choices
by it, the outputs of the given experts and what their tokens cost; then the knobs for "budgets". A rule "in_window"
skips no neurons."""

import json
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
import read_dmoe
import route_dmoe

directory, sources, contents = read_dmoe.read_dmoe(numpy.memmap(sys.argv[2], "u1", "r"))
request = json.load(sys.stdin)


def run(layer, asked, in_window=False, **knob):
    x, residual, scores, choices, bias = (
        numpy.array(asked[key]) for key in ("x", "residual", "scores", "choices", "bias"))
    price = None if in_window else knob.get("price")
    costs = route_dmoe.list_token_costs(directory, contents, layer, price)
    output, used = route_dmoe.feed_forward(directory, contents, layer, x, choices, residual, price)
    return {
        "costs": costs.tolist(), "choices": route_dmoe.choose(scores, costs, **knob).tolist(),
        "output": (output + bias).ravel().tolist(), "used": used.tolist()}


result = {"layers": [], "knobs": []}
for layer, asked in enumerate(request["layers"]):
    x, residual = numpy.array(asked["x"]), numpy.array(asked["residual"])
    result["layers"].append({
        "costs": route_dmoe.list_costs(directory, layer).tolist(),
        "predicted": route_dmoe.predict(directory, contents, layer, x, residual).ravel().tolist(),
        "rules": [run(layer, asked, **rule) for rule in request["rules"]]})
for options in ({}, {"by_truth": True}, {"in_window": True}):
    for budget in request["budgets"]:
        result["knobs"].append(route_dmoe.find_knob(directory, contents, budget, **options))
print(json.dumps(result))
