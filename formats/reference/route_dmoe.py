"""Runs a layer of a .dmoe file as its routers choose (formats/dmoe.md, section 7), on what read_dmoe returns.

Inputs x and the residual stream r are arrays with a row for each token, scores have a column for each expert but the
last."""
import math
import numpy
from read_dmoe import floats, need

ACTIVATIONS = {"silu": lambda z: z / (1 + numpy.exp(-z))}
erf = numpy.vectorize(math.erf, [float])

def predict(directory, contents, layer, x, r):
    """The scores: similarities, or logarithms of errors."""
    router = directory["plan"]["router"]
    get = lambda name: floats(contents[0]["router", layer, name])
    if router["predicts"] == "log_error":
        length = numpy.sqrt((r.astype("f8") ** 2).sum(axis=1))
        x = numpy.column_stack([x, numpy.log(numpy.maximum(length, 2.0 ** -511))])
    if router["kind"] == "linear":
        return x @ get("weight").T + get("bias")
    z = x @ get("first.weight").T + get("first.bias")
    return z / 2 * (1 + erf(z / math.sqrt(2))) @ get("second.weight").T + get("second.bias")

def list_costs(directory, layer):
    """Of every expert, the share of the layer's parameters that it uses, its compensation included."""
    model, plan = directory["model"], directory["plan"]
    D, H, R = model["hidden_size"], model["intermediate_size"], plan["rank"]
    rows = 3 if model["gated"] else 2
    extra = 2 * R * D + D if R else 0
    return numpy.array([(w * rows * D + (extra if w < H else 0)) / (H * rows * D) for w in plan["widths"][layer]])

def find_knob(directory, contents, budget, by_truth=False):
    """From a wanted cost fraction to the arguments of choose."""
    table = floats(contents[0]["budgets", "table"])
    if budget >= 1:
        return {"expert": len(directory["plan"]["widths"][0]) - 1}
    if len(table) == 0 or budget < table[0, 0]:
        return {"expert": 0}
    costs, knobs = table[:, 0], table[:, 2 if by_truth else 1]
    if directory["plan"]["router"]["predicts"] == "similarity":
        return {"threshold": numpy.interp(budget, costs, knobs)}  # above the last row its knob
    return {"price": numpy.exp(numpy.interp(budget, costs, numpy.log(knobs)))}

def choose(scores, costs, expert=None, threshold=None, price=None):
    """An expert for each token, by one of the last three."""
    last = numpy.zeros((len(scores), 1))
    if expert is not None:
        return numpy.full(len(scores), expert)
    if threshold is not None:
        return numpy.hstack([(scores > threshold) & (threshold < 1), last == 0]).argmax(axis=1)
    totals = numpy.hstack([numpy.exp(numpy.clip(scores, -25, 5)), last]) + price * costs
    return numpy.where(numpy.isnan(totals), numpy.inf, totals).argmin(axis=1)  # the first, so the smaller, of equals

def feed_forward(directory, contents, layer, x, choices):
    """What the layer gives, each token having the expert that was chosen for it, without the bias of down."""
    model, plan = directory["model"], directory["plan"]
    need(model["activation"] in ACTIVATIONS, f"the activation {model['activation']!a} is unknown")
    act, y = ACTIVATIONS[model["activation"]], numpy.zeros(x.shape)
    for e, ring in enumerate(contents[1:]):
        part = lambda *key: floats(ring[key]) if key in ring else 0
        rows = x[choices >= e]
        up = rows @ part("up", layer).T + part("up_bias", layer)
        hidden = act(rows @ part("gate", layer).T + part("gate_bias", layer)) * up if model["gated"] else act(up)
        y[choices >= e] += hidden @ part("down", layer)
        if plan["rank"] and e < len(plan["widths"][0]) - 1:
            A, B, b = (part("compensation", layer, name) for name in ("first.weight", "second.weight", "bias"))
            y[choices == e] += x[choices == e] @ A.T @ B.T + b
    return y
