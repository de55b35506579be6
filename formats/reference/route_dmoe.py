"""Routers, compensation, skipping and budgets: section 7 of formats/dmoe.md. Checks them, and runs a layer.

All functions work on the results of read_dmoe. Tensors of routing are added to the contents by (section, kind, layer,
name), without layer for budgets. Inputs x and the residual stream r are arrays with a row for each token, scores have a
column for each partial expert. A cut file holds fewer experts than its routers and budgets cover (section 8): it has
scores for all of them, and costs only for those in the file."""
import math

import numpy

from directory import list_neurons
from element_types import TYPES
from json_rules import need
from stored_tensors import read_tensor

erf = numpy.vectorize(math.erf, [float])
ACTIVATIONS = {
    "silu": lambda z: z / (1 + numpy.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
    "relu": lambda z: numpy.maximum(z, 0)}
KINDS, PREDICTIONS = ("linear", "mlp"), ("similarity", "log_error")
# Keys that distinguish tensors of a kind. Tensors without them, or in a section of the other sort, are skipped.
SHARED_LABELS = {"router": ("layer", "name"), "budgets": ("name",), "sensitivity": ()}
RING_LABELS = {"compensation": ("layer", "name"), "skipping": ("layer", "name")}
EXPONENTS = range(-20, 5)  # of 2, for the prices with known costs


# The tensors of routing.

def check_routing(directory, contents):
    """Checks the tensors of routing, and adds those in the file to the contents. Returns the result as text."""
    plan = directory["plan"]
    if "router" not in plan:
        need(not has_skipping(directory), "plan: skipping, but no router")
        return "none"
    if plan["router"]["kind"] not in KINDS or plan["router"]["predicts"] not in PREDICTIONS:
        return "of a kind that is not known here, not checked"
    need(count_partial(directory) > 0, "plan: a router, but no partial expert")
    has_prices = plan["router"]["predicts"] == "log_error"
    need(has_prices or not has_skipping(directory), "plan: skipping, but no routers that predict errors")
    for i in range(len(directory["sections"])):
        found = find_tensors(directory, i)
        check_forms(found, list_ring(directory, i - 1) if i else list_shared(directory, found))
        if i <= plan["there"]:
            for key, tensor in found.items():
                check_values(key, floats(tensor), plan["router"]["predicts"])
            contents.update(found)
    return "checked"


def find_tensors(directory, i):
    """The tensors of routing in a section, by their keys; no two have the same key."""
    labels, found = RING_LABELS if i else SHARED_LABELS, {}
    is_used = {"compensation": "compensation" in directory["plan"], "skipping": has_skipping(directory)}
    for tensor in directory["sections"][i]["tensors"]:
        kind = tensor["kind"]
        label = [tensor.get(key) for key in labels.get(kind, (None,))]
        if None in label or not is_used.get(kind, True):
            continue
        key = (i, kind, *label)
        need(key not in found, f"a second {key!a}")
        found[key] = tensor
    return found


def check_forms(found, wanted):
    """All wanted tensors are found and no others, each with its type and shape."""
    for key in sorted(wanted.keys() | found.keys()):
        form = (found[key]["element_type"], found[key]["shape"]) if key in found else None
        need(form == wanted.get(key), f"{key!a} is {form}, not {wanted.get(key)}")


def count_partial(directory):
    """P, the number of partial experts in the plan; in a part all are partial."""
    return sum(width < list_neurons(directory["model"])[0] for width in directory["plan"]["widths"][0])


def get_rank(directory):
    """ρ of the compensation, 0 if there is none."""
    return directory["plan"].get("compensation", {"rank": 0})["rank"]


def has_skipping(directory):
    """Whether experts skip neurons when a price chooses them."""
    return "skipping" in directory["requires"]


def get_rows(found, *key):
    """The first extent of a tensor, if the file may choose it; 0 if there is none."""
    return [*found[key]["shape"], 0][0] if key in found else 0


def list_shared(directory, found):
    """The routers and budgets that the shared section must hold: key → (element type, shape)."""
    wanted = {}
    for l in range(directory["model"]["layers"]):
        wanted |= {(0, "router", l, name): ("F32", shape) for name, shape in list_router(directory, found, l).items()}
    if any(key[1] == "budgets" for key in found):
        wanted[0, "budgets", "table"] = "F64", [get_rows(found, 0, "budgets", "table"), 3]
        wanted[0, "budgets", "ends"] = "F64", [2]
        if has_skipping(directory):
            wanted[0, "budgets", "window"] = "F64", [get_rows(found, 0, "budgets", "window"), 2]
    if (0, "sensitivity") in found:
        wanted[0, "sensitivity"] = "F64", [directory["model"]["layers"]]
    return wanted


def list_router(directory, found, l):
    """The shapes of a layer's router, by name."""
    router, P = directory["plan"]["router"], count_partial(directory)
    F = directory["model"]["hidden_size"] + (router["predicts"] == "log_error")
    if router["kind"] == "linear":
        return {"weight": [P, F], "bias": [P]}
    N = get_rows(found, 0, "router", l, "first.bias")
    need(N > 0, f"the router of layer {l} is empty, or not there")
    return {"first.weight": [N, F], "first.bias": [N], "second.weight": [P, N], "second.bias": [P]}


def list_ring(directory, e):
    """The compensation and skipping that ring e must hold: key → (element type, shape)."""
    R, D, wanted = get_rank(directory), directory["model"]["hidden_size"], {}
    kinds = ("compensation", "skipping") if has_skipping(directory) else ("compensation",)
    for l, row in enumerate(directory["plan"]["widths"]):
        for kind in kinds if R and e < count_partial(directory) else ():  # the full expert drops nothing
            wanted[e + 1, kind, l, "first.weight"] = "BF16", [R, D]
            wanted[e + 1, kind, l, "second.weight"] = "BF16", [D, R]
            wanted[e + 1, kind, l, "bias"] = "F32", [D]
        if has_skipping(directory):
            wanted[e + 1, "skipping", l, "scale"] = "F32", [row[e] - ([0] + row)[e]]
            wanted[e + 1, "skipping", l, "cost"] = "F64", [len(EXPONENTS)]
    return wanted


def check_values(key, values, predicts):
    """All elements are finite; costs and knobs are in order."""
    need(numpy.isfinite(values).all(), f"{key!a}: not all are finite")
    if key[1:] == ("budgets", "ends"):
        need(values[0] > 0 and values[1] == 1, f"{key!a}: {values} are no costs of the smallest and the full expert")
    need(key[-1] != "sensitivity" or (values > 0).all(), f"{key!a}: not all are above 0")
    need(key[-1] not in ("scale", "cost") or (values >= 0).all(), f"{key!a}: not all are at least 0")
    if key[1:] in (("budgets", "table"), ("budgets", "window")):
        # Costs grow from row to row; thresholds grow too, prices fall and are above 0.
        signs = [1, 1, 1] if predicts == "similarity" else [1, -1, -1][:values.shape[1]]
        need((numpy.diff(values, axis=0) * signs > 0).all(), f"{key!a}: costs or knobs are not monotone")
        need(predicts == "similarity" or (values[:, 1:] > 0).all(), f"{key!a}: a price is not above 0")


def floats(tensor):
    """The elements of a stored tensor in double precision."""
    element_type, raw = tensor["element_type"], read_tensor(tensor)
    is_known = element_type in ("BF16", "F16", "F32", "F64")
    need(is_known, f"{tensor['kind']!a}: there is no computing with {element_type}")
    if element_type == "BF16":
        values = (raw.view("<u2").astype("<u4") << 16).view("<f4")
    else:
        values = raw.view(f"<f{TYPES[element_type][1]}")
    return values.reshape(tensor["shape"]).astype("f8")


# Prediction.

def predict(directory, contents, layer, x, r):
    """The scores: similarities, or logarithms of errors."""
    get = lambda name: floats(contents[0, "router", layer, name])
    f = get_features(directory, x, r)
    if directory["plan"]["router"]["kind"] == "linear":
        return f @ get("weight").T + get("bias")
    z = f @ get("first.weight").T + get("first.bias")
    return ACTIVATIONS["gelu"](z) @ get("second.weight").T + get("second.bias")


def get_features(directory, x, r):
    """x, followed by the logarithm of the length of r if errors are predicted."""
    if directory["plan"]["router"]["predicts"] == "similarity":
        return x
    return numpy.column_stack([x, numpy.log(numpy.maximum(get_length(r), 2.0**-511))])


def get_length(r):
    """‖r‖ for each token."""
    return numpy.sqrt((r.astype("f8") ** 2).sum(axis=1))


# Choice.

def list_costs(directory, layer):
    """cost_e of every expert in the file, a share of the mean layer's parameters."""
    model, plan, R = directory["model"], directory["plan"], get_rank(directory)
    neurons, D, rows = list_neurons(model), model["hidden_size"], 3 if model["gated"] else 2
    H, mean = neurons[layer], sum(neurons) / len(neurons)
    compensation = 2 * R * D + D if R else 0
    widths = plan["widths"][layer][:plan["there"]]
    return numpy.array([(w * rows * D + (compensation if w < H else 0)) / (mean * rows * D) for w in widths])


def list_token_costs(directory, contents, layer, price):
    """cost_e(λ) of every expert in the file; cost_e without a price, or if experts skip no neurons."""
    costs = list_costs(directory, layer)
    if price is None or not has_skipping(directory):
        return costs
    known = [floats(contents[e + 1, "skipping", layer, "cost"]) for e in range(len(costs))]
    return numpy.array([numpy.interp(math.log2(price), EXPONENTS, row) for row in known])  # the ends' beyond them


def choose(scores, costs, expert=None, threshold=None, price=None):
    """An expert for each token: a given one, or by a threshold or a price among those that have costs."""
    if expert is not None:
        return numpy.full(len(scores), expert)
    scores = scores[:, :len(costs)]
    if threshold is not None:
        return choose_by_threshold(scores, len(costs), threshold)
    return choose_by_price(scores, costs, price)


def choose_by_threshold(scores, count, threshold):
    """The smallest expert whose score is above the threshold; the last if there is none, or from 1 on."""
    is_enough = numpy.zeros((len(scores), count), bool)
    is_enough[:, :scores.shape[1]] = (scores > threshold) & (threshold < 1)
    is_enough[:, -1] = True
    return is_enough.argmax(axis=1)


def choose_by_price(scores, costs, price):
    """The expert with the least error plus λ · cost, the smaller of equals; NaN chooses none."""
    errors = numpy.zeros((len(scores), len(costs)))  # that of a full expert is 0
    errors[:, :scores.shape[1]] = numpy.exp(numpy.clip(scores, -25, 5))
    totals = errors + price * costs
    chosen = numpy.where(numpy.isnan(totals), numpy.inf, totals).argmin(axis=1)
    return numpy.where(numpy.isnan(totals).all(axis=1), len(costs) - 1, chosen)


# Budgets.

def find_knob(directory, contents, budget, by_truth=False, in_window=False):
    """The arguments of choose for a wanted cost; by_truth, if choices are by the true scores; in_window, if tokens run
    together and skip no neurons, where only routers have prices."""
    table = floats(contents[0, "budgets", "window" if in_window and has_skipping(directory) else "table"])
    if budget >= 1:
        return {"expert": directory["plan"]["there"] - 1}
    if len(table) == 0 or budget < table[0, 0]:
        return {"expert": 0}
    costs, knobs = table[:, 0], table[:, 2 if by_truth else 1]
    # Beyond the last row, interp gives its knob.
    if directory["plan"]["router"]["predicts"] == "similarity":
        return {"threshold": numpy.interp(budget, costs, knobs)}
    return {"price": numpy.exp(numpy.interp(budget, costs, numpy.log(knobs)))}


# The layer.

def feed_forward(directory, contents, layer, x, choices, r=None, price=None):
    """y_e for each token, e being its choice, without the bias of down; and the cost of the token.

    With the price by which experts were chosen, they skip neurons, if the file has skipping."""
    model, y, costs = directory["model"], numpy.zeros(x.shape), list_costs(directory, layer)[choices]
    saving = (2 / 3 if model["gated"] else 1 / 2) / numpy.mean(list_neurons(model))
    skips = price is not None and has_skipping(directory)
    limits = get_length(r) * math.sqrt(price * saving) if skips else numpy.full(len(x), -1)  # all exceed -1
    need(model["activation"] in ACTIVATIONS, f"the activation {model['activation']!a} is unknown")
    need((1, "up", layer) in contents, "the weights are those of a base, call take_rings")
    need((1, "down", layer) in contents, "down is stored whole, in the order of the source")
    for e in range(directory["plan"]["there"]):
        output, skipped = run_ring(model, contents, layer, e, x[choices >= e], limits[choices >= e])
        y[choices >= e] += output
        costs[choices >= e] -= saving * skipped
        kind = "skipping" if skips else "compensation"
        y[choices == e] += compensate(contents, kind, layer, e, x[choices == e])
    return y, costs


def run_ring(model, contents, layer, e, x, limits):
    """Output of the neurons of ring e that take part, h · down; and the number of the others."""
    get = lambda part: floats(contents[e + 1, part, layer]) if (e + 1, part, layer) in contents else 0
    act = ACTIVATIONS[model["activation"]]
    up = x @ get("up").T + get("up_bias")
    g = act(x @ get("gate").T + get("gate_bias")) if model["gated"] else act(up)
    h = g * up if model["gated"] else g
    key = e + 1, "skipping", layer, "scale"
    takes_part = abs(g) * (floats(contents[key]) if key in contents else 1) > limits[:, None]
    return numpy.where(takes_part, h, 0) @ get("down"), (~takes_part).sum(axis=1)


def compensate(contents, kind, layer, e, x):
    """B_e (A_e x) + b_e, of experts that skip neurons or of others, or nothing."""
    if (e + 1, kind, layer, "bias") not in contents:
        return 0
    get = lambda name: floats(contents[e + 1, kind, layer, name])
    return x @ get("first.weight").T @ get("second.weight").T + get("bias")
