"""Runs a layer of a .dmoe file as its routers choose (formats/dmoe.md, section 7), on what read_dmoe returns.

Inputs x and the residual stream r are arrays with a row for each token, scores have a column for each partial expert.
A cut file (8) holds fewer experts than its routers and budgets count on: costs are those of the ones that are there."""
import math
import numpy
from read_dmoe import BITS, compare, floats, need, read_tensor

ACTIVATIONS = {"silu": lambda z: z / (1 + numpy.exp(-z))}
erf = numpy.vectorize(math.erf, [float])

def take_base(directory, sources, contents, path):
    """Gives the rings of an overlay (9) their tensors from its base: section 6 read backwards, S[r] = P[π(r)]."""
    base = compare(sources, path)
    for name, record in [item for item in sources.items() if "ffn" in item[1]]:
        layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
        order = read_tensor(contents[0]["permutation", layer]).view("<u4")
        elements = base[name].reshape(*record["shape"], BITS[record["element_type"]] // 8)
        for part, P in zip(parts, numpy.split(elements.swapaxes(0, axis), len(parts))):
            for ring, ranks in zip(contents[1:], numpy.split(order, directory["plan"]["widths"][layer])):
                S = P[ranks]
                ring[part, layer] = {"kind": part, "layer": layer, "element_type": record["element_type"],
                                     "shape": list(S.shape[:-1]), "stored": [(S.reshape(-1), S.size)]}

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
    """Of every expert that is there, the share of the layer's parameters that it uses, its compensation included."""
    model, plan = directory["model"], directory["plan"]
    D, H, R = model["hidden_size"], model["intermediate_size"], plan["rank"]
    rows = 3 if model["gated"] else 2
    extra = 2 * R * D + D if R else 0
    widths = plan["widths"][layer][:plan["there"]]
    return numpy.array([(w * rows * D + (extra if w < H else 0)) / (H * rows * D) for w in widths])

def find_knob(directory, contents, budget, by_truth=False):
    """From a wanted cost fraction to the arguments of choose."""
    table = floats(contents[0]["budgets", "table"])
    if budget >= 1:
        return {"expert": directory["plan"]["there"] - 1}
    if len(table) == 0 or budget < table[0, 0]:
        return {"expert": 0}
    costs, knobs = table[:, 0], table[:, 2 if by_truth else 1]
    if directory["plan"]["router"]["predicts"] == "similarity":
        return {"threshold": numpy.interp(budget, costs, knobs)}  # above the last row its knob
    return {"price": numpy.exp(numpy.interp(budget, costs, numpy.log(knobs)))}

def choose(scores, costs, expert=None, threshold=None, price=None):
    """An expert for each token, by one of the last three. The scores of experts that are not there have no say."""
    scores, shape = scores[:, :len(costs)], (len(scores), len(costs))
    partial = scores.shape[1]
    if expert is not None:
        return numpy.full(len(scores), expert)
    if threshold is not None:
        is_enough = numpy.zeros(shape, bool)
        is_enough[:, :partial] = (scores > threshold) & (threshold < 1)
        is_enough[:, -1] = True
        return is_enough.argmax(axis=1)
    errors = numpy.zeros(shape)  # that of a full expert is 0
    errors[:, :partial] = numpy.exp(numpy.clip(scores, -25, 5))
    totals = errors + price * costs
    chosen = numpy.where(numpy.isnan(totals), numpy.inf, totals).argmin(axis=1)  # the first, so the smaller, of equals
    return numpy.where(numpy.isnan(totals).all(axis=1), len(costs) - 1, chosen)  # the page does not say: the last

def feed_forward(directory, contents, layer, x, choices):
    """What the layer gives, each token having the expert that was chosen for it, without the bias of down."""
    model = directory["model"]
    need(model["activation"] in ACTIVATIONS, f"the activation {model['activation']!a} is unknown")
    need(("up", layer) in contents[1], "the weights are those of a base, call take_base")
    act, y = ACTIVATIONS[model["activation"]], numpy.zeros(x.shape)
    for e, ring in enumerate(contents[1:]):
        part = lambda *key: floats(ring[key]) if key in ring else 0
        rows = x[choices >= e]
        up = rows @ part("up", layer).T + part("up_bias", layer)
        hidden = act(rows @ part("gate", layer).T + part("gate_bias", layer)) * up if model["gated"] else act(up)
        y[choices >= e] += hidden @ part("down", layer)
        if ("compensation", layer, "bias") in ring:
            A, B, b = (part("compensation", layer, name) for name in ("first.weight", "second.weight", "bias"))
            y[choices == e] += x[choices == e] @ A.T @ B.T + b
    return y
