"""Checks what a .dmoe file holds for routing, and runs its layers as the routers choose (formats/dmoe.md, section 7).

All of this works on what read_dmoe.py returns. `contents` gets the tensors of routing by (section, kind, layer, name),
without layer for budgets. Inputs x and the residual stream r are arrays with a row for each token, scores have a
column for each partial expert. A cut file (8) holds fewer experts than its routers and budgets count on: there are
scores for all of them, and costs only of those that are there."""
import math
import numpy
from dense_checkpoint import compare
from read_dmoe import TYPES, need, read_tensor

erf = numpy.vectorize(math.erf, [float])
ACTIVATIONS = {
    "silu": lambda z: z / (1 + numpy.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
    "relu": lambda z: numpy.maximum(z, 0)}
# What tells tensors of a kind apart. One that lacks it is skipped, and one in a section of the other sort.
SHARED_LABELS = {"router": ("layer", "name"), "budgets": ("name",)}
RING_LABELS = {"compensation": ("layer", "name")}

def check_routing(directory, contents):
    """Checks the tensors of routing, and adds those that are there to contents. Returns what there is to say of it."""
    plan = directory["plan"]
    if "router" not in plan:
        return "none"
    if plan["router"]["kind"] not in ("linear", "mlp") or plan["router"]["predicts"] not in ("similarity", "log_error"):
        return "of a kind that is not known here, not checked"
    need(count_partial(directory) > 0, "plan: a router, but no partial expert")
    for i, section in enumerate(directory["sections"]):
        labels, found = RING_LABELS if i else SHARED_LABELS, {}
        for tensor in section["tensors"]:
            label = [tensor.get(key) for key in labels.get(tensor["kind"], [None])]
            if None not in label and (tensor["kind"] != "compensation" or "compensation" in plan):
                key = (i, tensor["kind"], *label)
                need(key not in found, f"a second {key!a}")
                found[key] = tensor
        wanted = list_ring(directory, i - 1) if i else list_shared(directory, found)
        for key in sorted(wanted.keys() | found.keys()):
            form = (found[key]["element_type"], found[key]["shape"]) if key in found else None
            need(form == wanted.get(key), f"{key!a} is {form}, not {wanted.get(key)}")
        if i <= plan["there"]:
            for key, tensor in found.items():
                check_values(key, floats(tensor), plan["router"]["predicts"])
            contents.update(found)
    return "checked"

def count_partial(directory):
    """P, the number of partial experts that the plan names: in a part (8) all are."""
    return sum(width < directory["model"]["intermediate_size"] for width in directory["plan"]["widths"][0])

def get_rank(directory):
    """ρ of the compensation, 0 if there is none."""
    return directory["plan"].get("compensation", {"rank": 0})["rank"]

def list_shared(directory, found):
    """The routers and budgets that the shared section must hold: key → (type, shape)."""
    model, router = directory["model"], directory["plan"]["router"]
    P, F = count_partial(directory), model["hidden_size"] + (router["predicts"] == "log_error")
    rows = lambda *key: [*found[key]["shape"], 0][0] if key in found else 0  # an extent that is the file's choice
    wanted = {}
    for l in range(model["layers"]):
        shapes = {"weight": [P, F], "bias": [P]}
        if router["kind"] == "mlp":
            N = rows(0, "router", l, "first.bias")
            need(N > 0, f"the router of layer {l} is empty, or not there")
            shapes = {"first.weight": [N, F], "first.bias": [N], "second.weight": [P, N], "second.bias": [P]}
        wanted |= {(0, "router", l, name): ("F32", shape) for name, shape in shapes.items()}
    if any(key[1] == "budgets" for key in found):
        wanted[0, "budgets", "table"] = "F64", [rows(0, "budgets", "table"), 3]
        wanted[0, "budgets", "ends"] = "F64", [2]
    return wanted

def list_ring(directory, e):
    """The compensation that ring e must hold: key → (type, shape). A full expert has none, it drops nothing."""
    model, R, D = directory["model"], get_rank(directory), directory["model"]["hidden_size"]
    if R == 0 or e >= count_partial(directory):
        return {}
    forms = {"first.weight": ("BF16", [R, D]), "second.weight": ("BF16", [D, R]), "bias": ("F32", [D])}
    return {(e + 1, "compensation", l, name): form for l in range(model["layers"]) for name, form in forms.items()}

def check_values(key, values, predicts):
    need(numpy.isfinite(values).all(), f"{key!a}: not all are finite")
    if key[1:] == ("budgets", "ends"):
        need(values[0] > 0 and values[1] == 1, f"{key!a}: {values} are no costs of the smallest and the full expert")
    if key[1:] == ("budgets", "table"):
        is_threshold = predicts == "similarity"  # thresholds grow with the costs, prices are above 0 and fall
        growth = numpy.diff(values, axis=0) * ([1, 1, 1] if is_threshold else [1, -1, -1])
        need((growth > 0).all(), f"{key!a}: costs or knobs are not monotone")
        need(is_threshold or (values[:, 1:] > 0).all(), f"{key!a}: a price is not above 0")

def floats(tensor):
    """The elements of a stored tensor in double precision."""
    kind, raw = tensor["element_type"], read_tensor(tensor)
    need(kind in ("BF16", "F16", "F32", "F64"), f"{tensor['kind']!a}: there is no computing with {kind}")
    values = (raw.view("<u2").astype("<u4") << 16).view("<f4") if kind == "BF16" else raw.view(f"<f{TYPES[kind][1]}")
    return values.reshape(tensor["shape"]).astype("f8")

def take_base(directory, sources, contents, path):
    """Gives the rings of an overlay (9) their tensors from its base: section 6 read backwards, S[r] = P[π(r)]."""
    base = compare(sources, path)
    for name, record in [item for item in sources.items() if "ffn" in item[1]]:
        layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
        order = read_tensor(contents[0, "permutation", layer]).view("<u4")
        block, size = TYPES[record["element_type"]]
        need(block == 1, f"{name!a}: there is no computing with {record['element_type']}")
        elements = base[name].reshape(*record["shape"], size)
        for part, P in zip(parts, numpy.split(elements.swapaxes(0, axis), len(parts))):
            ends = directory["plan"]["widths"][layer][:directory["plan"]["there"]]
            for e, ranks in enumerate(numpy.split(order, ends)[:len(ends)]):
                S = P[ranks]
                contents[e + 1, part, layer] = {
                    "kind": part, "layer": layer, "element_type": record["element_type"], "shape": list(S.shape[:-1]),
                    "stored": [(S.reshape(-1), S.size, record["element_type"])]}

def predict(directory, contents, layer, x, r):
    """The scores: similarities, or logarithms of errors."""
    router = directory["plan"]["router"]
    get = lambda name: floats(contents[0, "router", layer, name])
    if router["predicts"] == "log_error":
        length = numpy.sqrt((r.astype("f8") ** 2).sum(axis=1))
        x = numpy.column_stack([x, numpy.log(numpy.maximum(length, 2.0 ** -511))])
    if router["kind"] == "linear":
        return x @ get("weight").T + get("bias")
    z = x @ get("first.weight").T + get("first.bias")
    return z / 2 * (1 + erf(z / math.sqrt(2))) @ get("second.weight").T + get("second.bias")

def list_costs(directory, layer):
    """Of every expert that is there, the share of the layer's parameters that it uses, its compensation included."""
    model, plan, R = directory["model"], directory["plan"], get_rank(directory)
    D, H, rows = model["hidden_size"], model["intermediate_size"], 3 if model["gated"] else 2
    extra = 2 * R * D + D if R else 0
    widths = plan["widths"][layer][:plan["there"]]
    return numpy.array([(w * rows * D + (extra if w < H else 0)) / (H * rows * D) for w in widths])

def find_knob(directory, contents, budget, by_truth=False):
    """From a wanted cost to the arguments of choose; by_truth, if choices are by what the routers estimate."""
    table = floats(contents[0, "budgets", "table"])
    if budget >= 1:
        return {"expert": directory["plan"]["there"] - 1}
    if len(table) == 0 or budget < table[0, 0]:
        return {"expert": 0}
    costs, knobs = table[:, 0], table[:, 2 if by_truth else 1]
    if directory["plan"]["router"]["predicts"] == "similarity":
        return {"threshold": numpy.interp(budget, costs, knobs)}  # above the last row its knob
    return {"price": numpy.exp(numpy.interp(budget, costs, numpy.log(knobs)))}

def choose(scores, costs, expert=None, threshold=None, price=None):
    """An expert for each token, by one of the last three, among those that have costs."""
    if expert is not None:
        return numpy.full(len(scores), expert)
    scores = scores[:, :len(costs)]
    partial, shape = scores.shape[1], (len(scores), len(costs))
    if threshold is not None:
        is_enough = numpy.zeros(shape, bool)
        is_enough[:, :partial] = (scores > threshold) & (threshold < 1)
        is_enough[:, -1] = True
        return is_enough.argmax(axis=1)
    errors = numpy.zeros(shape)  # that of a full expert is 0
    errors[:, :partial] = numpy.exp(numpy.clip(scores, -25, 5))
    totals = errors + price * costs
    chosen = numpy.where(numpy.isnan(totals), numpy.inf, totals).argmin(axis=1)  # the first, so the smaller, of equals
    return numpy.where(numpy.isnan(totals).all(axis=1), len(costs) - 1, chosen)

def feed_forward(directory, contents, layer, x, choices):
    """What the layer gives, each token having the expert that was chosen for it, without the bias of down."""
    model, y = directory["model"], numpy.zeros(x.shape)
    need(model["activation"] in ACTIVATIONS, f"the activation {model['activation']!a} is unknown")
    need((1, "up", layer) in contents, "the weights are those of a base, call take_base")
    need((1, "down", layer) in contents, "down is stored whole, in the order of the source")
    act = ACTIVATIONS[model["activation"]]
    for i in range(1, directory["plan"]["there"] + 1):
        part = lambda *key: floats(contents[(i, *key)]) if (i, *key) in contents else 0
        rows = x[choices >= i - 1]
        up = rows @ part("up", layer).T + part("up_bias", layer)
        hidden = act(rows @ part("gate", layer).T + part("gate_bias", layer)) * up if model["gated"] else act(up)
        y[choices >= i - 1] += hidden @ part("down", layer)
        if (i, "compensation", layer, "bias") in contents:
            A, B, b = (part("compensation", layer, name) for name in ("first.weight", "second.weight", "bias"))
            y[choices == i - 1] += x[choices == i - 1] @ A.T @ B.T + b
    return y
