"""Language model whose feed-forward layers hold nested experts: the first neurons of a layer are its smallest expert,
all of them the dense layer, and a router in each layer sends easy tokens to small experts and hard ones to large ones.

    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
    model(ids)                       # dense
    model(ids, expert=3)             # this expert everywhere
    model(ids, threshold=0.9)        # for every token the smallest expert of this similarity, if routers predict that
    model(ids, budget=0.5)           # an expert for every token, at half of the feed-forward cost for one token
    model(ids, window_budget=0.5)    # the same cost for tokens that run together, where experts skip no neurons
    model.generate(ids, budget=0.5)  # or "budget": 0.5 in generation_config.json

Neurons outside a token's expert are not computed. At a budget, experts may skip those of their neurons whose gates are
nearly closed; for one token at a time, their other weights are not read. Everything outside the feed-forward layers is
unchanged.
"""

import functools
import math
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F
from transformers import CONFIG_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING
from transformers.conversion_mapping import get_checkpoint_conversion_mapping, register_checkpoint_conversion_mapping

from .configuration_dynamoe import SOURCE, DynamoeConfig
from .families_dynamoe import EXPONENTS, LAYOUTS, LEAST_ERROR, LEAST_SQUARE, LOG_ERRORS

Dense = MODEL_FOR_CAUSAL_LM_MAPPING[CONFIG_MAPPING[SOURCE]]
KNOBS = ("expert", "threshold", "budget", "window_budget")

# Weights with other names in files than in the dense model have them here too.
if renamed := get_checkpoint_conversion_mapping(Dense.__name__) or get_checkpoint_conversion_mapping(SOURCE):
    register_checkpoint_conversion_mapping(DynamoeConfig.model_type, renamed, overwrite=True)


class Layout(NamedTuple):
    """The names of a family's modules."""

    # The list of layers, and the module of a layer that holds the projections: empty for the layer itself.
    layers: str
    network: str
    # Gate and up may be one projection, the gate first.
    gate: str | None
    up: str
    down: str
    # Attributes of the same module.
    activation: str
    dropout: str | None
    # Whether weights have a row for each input.
    transposed: bool
    # The norm before the network, which reads the residual stream that the output is added to; None without it.
    before: str | None
    # The norm of the network's output.
    behind: str | None
    attention: str
    # Whether attention and network run in parallel, or a key of the configuration and its default.
    parallel: bool | tuple[str, bool]
    # Whether the network adds the residual stream, its second argument, to its output.
    adds: bool
    # Key of the factor of the output before it is added to the residual stream; None without one.
    factor: str | None


if SOURCE not in LAYOUTS:
    raise ValueError(f"this version of dynamoe has no layout for {SOURCE}: it knows {', '.join(LAYOUTS)}")
LAYOUT = Layout(**LAYOUTS[SOURCE])


class Variant(NamedTuple):
    """One way to run the model; dense by default."""

    expert: int | None = None
    # Whether maps replace the neurons that the expert drops; not if it runs bare.
    compensated: bool = False
    threshold: float | None = None
    # Price of an expert for one token, which skips neurons that are not worth it, or for tokens that run together.
    price: float | None = None
    window_price: float | None = None
    # Whether experts are chosen by true scores instead of by the routers.
    oracle: bool = False

    @property
    def is_routed(self):
        return self.threshold is not None or self.price is not None or self.window_price is not None


class State:
    """Settings of the run, shared by all layers."""

    variant = Variant()
    # Whether routers are compared with true scores.
    learning = False
    # Whether neurons that take part are counted.
    counting = False


class Router(nn.Module):
    """Predicts a score for every expert but the last, from the input of a network."""

    def __init__(self, features, experts, hidden):
        super().__init__()
        self.first = nn.Linear(features, hidden)
        self.second = nn.Linear(hidden, experts)

    def forward(self, features):
        return self.second(F.gelu(self.first(features)))


class LowRankMap(nn.Module):
    """Replacement for the neurons that an expert drops."""

    def __init__(self, size, rank):
        super().__init__()
        self.first = nn.Linear(size, rank, bias=False)
        self.second = nn.Linear(rank, size)

    def forward(self, rows):
        # Maps and biases are stored in their own types.
        first = self.first.weight.to(rows.dtype)
        return F.linear(F.linear(rows, first), self.second.weight.to(rows.dtype), self.second.bias.to(rows.dtype))


class Skipping(nn.Module):
    """Scales of a ring's neurons, costs of the expert that ends with it, and the replacement for all that it lacks."""

    def __init__(self, neurons, size, rank):
        super().__init__()
        # from_pretrained casts no buffer to another type than it has here: costs decide between nearly equal numbers.
        self.register_buffer("scale", torch.ones(neurons, dtype=torch.float32))
        self.register_buffer("cost", torch.ones(EXPONENTS[1] - EXPONENTS[0] + 1, dtype=torch.float64))
        self.compensation = LowRankMap(size, rank) if rank else None


class Experts(nn.Module):
    """The experts of one layer, over the projections of the dense network, whose neurons are in order of importance."""

    def __init__(self, config, layer, layout, network, state):
        super().__init__()
        form, size = config.dynamoe, config.hidden_size
        self.layout, self.state = layout, state
        parallel = layout.parallel
        self.is_parallel = parallel if isinstance(parallel, bool) else getattr(config, *parallel)
        self.factor = getattr(config, layout.factor) if layout.factor else 1.0
        self.widths = form["widths"][layer]
        # In lists, so that they are no submodules: the network contains this module, and saves its activation.
        self.network = [network]
        self.activation = [getattr(network, layout.activation)]
        partial, all_neurons = len(self.widths) - 1, self.widths[-1]
        self.register_buffer("permutation", torch.arange(all_neurons, dtype=torch.int32))
        self.router = self.compensation = None
        if router := form["router"]:
            self.predicts = router["predicts"]
            features = size + (self.predicts == "log_error")
            self.router = (
                nn.Linear(features, partial)
                if router["kind"] == "linear"
                else Router(features, partial, router["hidden"][layer])
            )
        # The weight of the layer's errors, by which prices compare them between layers.
        self.sensitivity = form["sensitivities"][layer] if form.get("sensitivities") else 1.0
        rank = form["compensation"]["rank"] if form["compensation"] else 0
        if rank:
            self.compensation = nn.ModuleList(LowRankMap(size, rank) for _ in range(partial))
        self.skipping = None
        if form.get("skipping"):
            rings = zip([0, *self.widths], self.widths)
            ranks = [rank] * partial + [0]
            self.skipping = nn.ModuleList(Skipping(stop - start, size, r) for (start, stop), r in zip(rings, ranks))
        rows = 2 if layout.gate is None else 3
        maps = [2 * rank * size + size if rank else 0] * partial + [0]
        # Share of the layer's parameters that each expert uses.
        self.costs = [(w * rows * size + m) / (all_neurons * rows * size) for w, m in zip(self.widths, maps)]
        # The same without compensation.
        self.bare_costs = [w / all_neurons for w in self.widths]
        # The share that a skipped neuron saves: its rows behind the gate.
        self.saving = (rows - 1) / rows / all_neurons
        self.weights = all_neurons * rows * size
        # The norm after the network, in a list so that it is no submodule.
        self.norm = []
        # Latest residual stream, and latest output of a parallel attention.
        self.residual = self.beside = None
        # Of the last run: the expert of each token, and the number of its neurons that were skipped; the loss of the
        # router; and the number of neurons that take part at each price in each expert, as a mean over tokens.
        self.choices = self.skipped = self.router_loss = self.taking = None

    # Weights

    def rows(self, name, start, stop, part=0):
        """Weights and bias of some neurons of a projection into the network."""
        module = getattr(self.network[0], name)
        place = slice(part * self.widths[-1] + start, part * self.widths[-1] + stop)
        weight = module.weight[:, place].t() if self.layout.transposed else module.weight[place]
        return weight, None if module.bias is None else module.bias[place]

    def gates(self, rows, start, stop):
        """Activated values of neurons of the gate, or of up without one."""
        return self.activation[0](F.linear(rows, *self.rows(self.layout.gate or self.layout.up, start, stop)))

    def factors(self, rows, start, stop, chosen=None):
        """Factors that make hidden values of those of the gate, of all neurons or chosen ones; 1 without a gate."""
        layout = self.layout
        if layout.gate is None:
            return 1
        weight, bias = self.rows(layout.up, start, stop, part=1 if layout.gate == layout.up else 0)
        if chosen is None:
            return F.linear(rows, weight, bias)
        # Copied rows are read, written and read again: reading all is faster than copying many.
        if 3 * len(chosen) > len(weight):
            return F.linear(rows, weight, bias)[:, chosen]
        return F.linear(rows, weight.index_select(0, chosen), None if bias is None else bias.index_select(0, chosen))

    def contribution(self, hidden, start, stop):
        """Contribution of hidden values to the output of the network."""
        down = getattr(self.network[0], self.layout.down).weight
        return F.linear(hidden, down[start:stop].t() if self.layout.transposed else down[:, start:stop])

    def maps(self, skips):
        """Compensation of every expert but the last, if they skip neurons or not."""
        if self.compensation is None:
            return []
        return [ring.compensation for ring in self.skipping[:-1]] if skips else self.compensation

    def ring(self, rows, start, stop):
        """Contribution of the neurons of these ranks to the output of the network."""
        return self.contribution(self.gates(rows, start, stop) * self.factors(rows, start, stop), start, stop)

    # Skipping

    def costs_at(self, price):
        """Costs of the experts for one token, interpolated between the prices with known costs."""
        first, last = EXPONENTS
        place = min(math.log2(max(price, 2.0**first)), last) - first
        lower = min(int(place), last - first - 1)
        costs = torch.stack([ring.cost.double() for ring in self.skipping], dim=-1)
        return costs[lower] + (place - lower) * (costs[lower + 1] - costs[lower])

    def thresholds(self, residual, price):
        """For each token, the value that a gate's times the scale of its neuron must exceed to be worth a price."""
        length = torch.linalg.vector_norm(residual, dim=-1, keepdim=True, dtype=torch.float64)
        return (math.sqrt(price * self.saving) * length).float()

    def lengths(self, gates, start, stop):
        """Lengths of output that values of gates lead to."""
        return gates.float().abs() * torch.cat([ring.scale for ring in self.skipping])[start:stop]

    @torch.no_grad()
    def count(self, rows, residual):
        """Mean number of neurons that take part, for each price with a known cost and each expert."""
        stop = self.widths[-1]
        squares = (self.lengths(self.gates(rows, 0, stop), 0, stop) / self.thresholds(residual, 1.0)).square()
        taking = torch.stack([(squares > 2.0**power).sum(0) for power in range(EXPONENTS[0], EXPONENTS[1] + 1)])
        return taking.cumsum(-1)[:, [width - 1 for width in self.widths]].double() / len(rows)

    def one(self, rows, stop, threshold):
        """Output for one token, and the number of neurons that take part: only their rows of up and down are read."""
        gates = self.gates(rows, 0, stop)
        chosen = (self.lengths(gates, 0, stop) > threshold)[0].nonzero()[:, 0]
        hidden = gates[:, chosen] * self.factors(rows, 0, stop, chosen)
        module = getattr(self.network[0], self.layout.down)
        if not self.layout.transposed and not module.weight.t().is_contiguous():
            # The weights of a neuron have to lie together: those between them would be read as well.
            with torch.inference_mode(False):
                module.weight.data = module.weight.data.t().contiguous().t()
        down = module.weight if self.layout.transposed else module.weight.t()
        pieces = torch.arange(0, len(chosen), 64, device=rows.device)
        output = F.embedding_bag(chosen, down, pieces, mode="sum", per_sample_weights=hidden[0].to(down.dtype))
        return output.sum(0, keepdim=True).to(rows.dtype), len(chosen)

    # Choices

    def predict(self, rows, residual):
        """Scores that the router predicts for every expert but the last."""
        features = rows.float()
        if self.predicts == "log_error":
            length = torch.linalg.vector_norm(residual, dim=-1, keepdim=True, dtype=torch.float64)
            features = torch.cat([features, length.clamp_min(math.sqrt(LEAST_SQUARE)).log().float()], dim=-1)
        return self.router(features.to(next(self.router.parameters()).dtype)).float()

    @torch.no_grad()
    def truth(self, rows, residual, price=None):
        """True scores of every expert but the last; with a price, of experts that skip neurons."""
        outputs, full, output, start = [], 0, 0, 0
        threshold = None if price is None else self.thresholds(residual, price)
        for stop in self.widths:
            gates, factors = self.gates(rows, start, stop), self.factors(rows, start, stop)
            ring = self.contribution(gates * factors, start, stop)
            full = full + ring
            if price is not None:
                taking = self.lengths(gates, start, stop) > threshold
                ring = self.contribution(gates * taking * factors, start, stop)
            output = output + ring
            outputs.append(output)
            start = stop
        full = full.float()
        outputs.pop()
        if self.compensation is not None and self.predicts == "log_error":
            outputs = [output + add(rows) for output, add in zip(outputs, self.maps(price is not None))]
        bias = getattr(self.network[0], self.layout.down).bias
        with_bias = full if bias is None else full + bias.float()
        scale = self.factor
        for norm in self.norm:
            # The norm, linearised at the full output.
            weight = norm(torch.ones_like(full[:1]))
            scale = self.factor * weight * full.square().mean(-1, keepdim=True).clamp_min(1e-30).rsqrt()
        scores = []
        for output in outputs:
            if self.predicts == "similarity":
                own, other = (scale * full).double(), (scale * output.float()).double()
                length = own.square().sum(-1)
                score = (other * own).sum(-1) / length.clamp_min(LEAST_SQUARE)
                score = torch.where(length == 0, 1.0, score)
            else:
                error = (scale * (output.float() - full)).double().square().sum(-1)
                stream = (residual.float() + scale * with_bias).double().square().sum(-1)
                score = (error / stream.clamp_min(LEAST_SQUARE)).clamp_min(LEAST_ERROR).log()
                score = score + math.log(self.sensitivity)
            scores.append(score.float())
        return torch.stack(scores, dim=-1)

    def choose(self, scores):
        """Chooses an expert for each token."""
        variant, last = self.state.variant, len(self.widths) - 1
        experts = torch.arange(last + 1, device=scores.device)
        if variant.threshold is not None:
            good = (scores.double() > variant.threshold) & (variant.threshold < 1)
            return torch.where(good, experts[:last], last).amin(-1)
        price, costs = variant.window_price, torch.tensor(self.costs, dtype=torch.float64, device=scores.device)
        if variant.price is not None:
            price, costs = variant.price, costs if self.skipping is None else self.costs_at(variant.price)
        costs = price * costs
        totals = scores.clamp(*LOG_ERRORS).exp().double() + costs[:last]
        totals = torch.cat([totals.nan_to_num(nan=math.inf), costs[last:].expand(len(scores), 1)], dim=-1)
        # Ties go to the smaller expert.
        return torch.where(totals == totals.amin(-1, keepdim=True), experts, last).amin(-1)

    # Runs

    def stream(self, rows):
        """Residual stream that the output is added to."""
        if self.residual is None:
            return rows
        residual = self.residual if self.beside is None else self.residual + self.beside
        return residual.reshape(rows.shape)

    def same(self, rows, expert):
        """Output with the same expert for every token."""
        output = self.ring(rows, 0, self.widths[expert])
        if self.state.variant.compensated and self.compensation is not None and expert < len(self.compensation):
            output = output + self.compensation[expert](rows)
        return output

    def routed(self, rows, choices, thresholds=None):
        """Output with an expert for each token; each ring is computed only for tokens whose expert holds it.

        With thresholds, neurons that do not exceed them are skipped: not computed for one token, 0 for several.
        """
        order = torch.argsort(choices, descending=True, stable=True)
        counts = torch.bincount(choices, minlength=len(self.widths)).flip(0).cumsum(0).flip(0).tolist()
        rows = rows[order]
        output, active = torch.zeros_like(rows), torch.zeros_like(choices)
        start = 0
        for ring, stop in enumerate(self.widths):
            count = counts[ring]
            if count == 0:
                break
            # Rings needed by the same tokens are computed together.
            if ring + 1 < len(counts) and counts[ring + 1] == count:
                continue
            if thresholds is None:
                output[:count] += self.ring(rows[:count], start, stop)
            elif len(rows) == 1 and not torch.is_grad_enabled():
                output, active[0] = self.one(rows, stop, thresholds)
            else:
                gates = self.gates(rows[:count], start, stop)
                taking = self.lengths(gates, start, stop) > thresholds[order[:count]]
                active[:count] += taking.sum(-1)
                hidden = gates * taking * self.factors(rows[:count], start, stop)
                output[:count] += self.contribution(hidden, start, stop)
            start = stop
        if thresholds is not None:
            widths = torch.tensor(self.widths, device=choices.device)
            self.skipped = widths[choices] - torch.empty_like(active).index_copy(0, order, active)
        for expert, add in enumerate(self.maps(thresholds is not None)):
            first, end = counts[expert + 1], counts[expert]
            # In training also for no tokens: processes share gradients of the same weights.
            if first < end or self.training:
                output[first:end] += add(rows[first:end])
        return torch.empty_like(output).index_copy(0, order, output)

    def forward(self, hidden_states, residual=None):
        rows = hidden_states.reshape(-1, hidden_states.shape[-1])
        variant, scores, self.skipped = self.state.variant, None, None
        skips = self.skipping is not None and variant.price is not None
        if self.state.counting:
            self.taking = self.count(rows, self.stream(rows))
        if self.state.learning or variant.oracle:
            # Routers learn the errors of experts that skip nothing.
            price = variant.price if skips and not self.state.learning else None
            scores = self.truth(rows, self.stream(rows), price)
        if self.state.learning:
            # Only the router learns from this: the model must not become easier to predict.
            self.router_loss = F.mse_loss(self.predict(rows.detach(), self.stream(rows).detach()), scores)
        if variant.is_routed:
            if not variant.oracle:
                with torch.no_grad():
                    scores = self.predict(rows, self.stream(rows))
            self.choices = self.choose(scores)
            thresholds = self.thresholds(self.stream(rows), variant.price) if skips else None
            output = self.routed(rows, self.choices, thresholds)
        else:
            expert = len(self.widths) - 1 if variant.expert is None else variant.expert
            self.choices = torch.full((len(rows),), expert, device=rows.device)
            output = self.same(rows, expert)
        bias = getattr(self.network[0], self.layout.down).bias
        if bias is not None:
            output = output + bias
        self.residual = self.beside = None
        output = self.dropout(output).reshape(hidden_states.shape)
        return output + residual if self.layout.adds else output

    def dropout(self, output):
        if self.layout.dropout is None:
            return output
        dropout = getattr(self.network[0], self.layout.dropout)
        return F.dropout(output, dropout.p if isinstance(dropout, nn.Module) else dropout, self.training)

    def attach(self, layer):
        """Replaces the network of a layer."""
        layout, network = self.layout, self.network[0]

        def keep(module, arguments, keywords):
            self.residual = arguments[0] if arguments else keywords["hidden_states"]

        def keep_beside(module, arguments, output):
            self.beside = output[0]

        if self.is_parallel:
            layer.register_forward_pre_hook(keep, with_kwargs=True)
            layer.get_submodule(layout.attention).register_forward_hook(keep_beside)
        elif layout.before is not None:
            getattr(layer, layout.before).register_forward_pre_hook(keep, with_kwargs=True)
        if layout.behind is not None:
            self.norm.append(getattr(layer, layout.behind))
        network.experts = self
        if layout.network:
            network.forward = self.forward
        else:
            # The second projection computes the whole network; the first passes its input on.
            setattr(network, layout.activation, nn.Identity())
            getattr(network, layout.up).forward = lambda rows: rows
            getattr(network, layout.down).forward = self.forward


def interpolate(points, place):
    """Interpolates linearly between the two points next to a place."""
    if len(points) == 1:
        return points[0][1]
    upper = next((number for number, point in enumerate(points) if number and point[0] > place), len(points) - 1)
    (low, first), (high, second) = points[upper - 1 : upper + 1]
    return first + (place - low) / (high - low) * (second - first)


def find_variant(form, budget, in_window=False):
    """The variant for a budget for one token, or for tokens that run together, by the budget table."""
    is_price = form["router"]["predicts"] == "log_error"
    table = [(cost, knob) for cost, knob, _ in form["budgets"]["table"]]
    if in_window:
        # Without rows of its own, experts skip nothing.
        table = form["budgets"].get("window", table)
    if budget >= 1:
        return Variant(expert=len(form["widths"][0]) - 1, compensated=True)
    if not table or not budget >= table[0][0]:
        return Variant(expert=0, compensated=True)
    # Prices span many powers of ten.
    scale, back = (math.log, math.exp) if is_price else (float, float)
    points = [(cost, scale(knob)) for cost, knob in table]
    knob = back(interpolate(points, min(budget, points[-1][0])))
    return Variant(**{("window_price" if in_window else "price") if is_price else "threshold": knob})


class DynamoeForCausalLM(Dense):
    config_class = DynamoeConfig
    # Prices decide between nearly equal numbers.
    _keep_in_fp32_modules_strict = {"router"}

    def __init__(self, config):
        super().__init__(config)
        self.dynamoe_state = State()
        for index, layer in enumerate(self.get_submodule(LAYOUT.layers)):
            network = layer.get_submodule(LAYOUT.network)
            Experts(config, index, LAYOUT, network, self.dynamoe_state).attach(layer)
        self.post_init()

    def experts(self):
        """The experts of every layer."""
        return [module for module in self.modules() if isinstance(module, Experts)]

    @contextmanager
    def variant(
        self, expert=None, threshold=None, budget=None, window_budget=None, price=None, window_price=None, oracle=False
    ):
        """Context for runs of a variant, dense by default; backward passes must be inside, too."""
        before, knobs = self.dynamoe_state.variant, (expert, threshold, budget, window_budget, price, window_price)
        self.dynamoe_state.variant = self._variant(*knobs)._replace(oracle=oracle)
        try:
            yield
        finally:
            self.dynamoe_state.variant = before

    @contextmanager
    def learning(self):
        """Context for runs in which routers are compared with true scores."""
        self.dynamoe_state.learning = True
        try:
            yield
        finally:
            self.dynamoe_state.learning = False

    @contextmanager
    def counting(self):
        """Context for runs that count the neurons that take part at each price with known costs."""
        self.dynamoe_state.counting = True
        try:
            yield
        finally:
            self.dynamoe_state.counting = False

    def router_loss(self):
        """Squared error of the routers in the last run while learning, as the mean over layers."""
        return torch.stack([experts.router_loss for experts in self.experts()]).mean()

    def cost_fraction(self):
        """Share of the feed-forward cost of the last run if its tokens had run one by one, with routers if they ran.

        Needs the variant of the run.
        """
        return self._cost(in_window=False)

    def window_cost_fraction(self):
        """The same of tokens that run together, with all neurons of their experts."""
        return self._cost(in_window=True)

    def _cost(self, in_window):
        variant, means = self.dynamoe_state.variant, []
        for layer in self.experts():
            costs, skipped = layer.costs, 0
            if not variant.is_routed and not variant.compensated:
                costs = layer.bare_costs
            elif layer.skipped is not None and not in_window:
                skipped = layer.skipped.double()
            costs = layer.choices.new_tensor(costs, dtype=torch.float64)[layer.choices]
            means.append((costs - layer.saving * skipped).mean())
        asked = variant.is_routed and not variant.oracle
        return torch.stack(means).mean().item() + (self.router_fraction() if asked else 0.0)

    def router_fraction(self):
        """The parameters of the routers over those of the feed-forward layers."""
        layers = self.experts()
        routers = sum(weight.numel() for layer in layers if layer.router is not None for weight in layer.router.parameters())
        return routers / sum(layer.weights for layer in layers)

    def _variant(self, expert, threshold, budget, window_budget, price, window_price):
        form = self.config.dynamoe
        count = len(form["widths"][0])
        knobs = (expert, threshold, budget, window_budget, price, window_price)
        if sum(knob is not None for knob in knobs) > 1:
            raise ValueError("expert, threshold, budget and window_budget exclude each other: give one")
        if expert is not None:
            if not 0 <= expert < count:
                raise ValueError(f"expert {expert}: expected 0 to {count - 1}")
            return Variant(expert=expert)
        if all(knob is None for knob in knobs):
            return Variant()
        predicts = form["router"] and form["router"]["predicts"]
        if predicts is None:
            raise ValueError("this model has no routers: expert is the only knob")
        if threshold is not None and predicts != "similarity":
            raise ValueError("these routers predict errors, not similarities: use budget or window_budget")
        if (price is not None or window_price is not None) and predicts != "log_error":
            raise ValueError("these routers predict similarities, not errors: use threshold or budget")
        for number in (price, window_price):
            if number is not None and not number >= 0:
                raise ValueError(f"price {number}: expected a number of at least 0")
        if budget is None and window_budget is None:
            return Variant(threshold=threshold, price=price, window_price=window_price)
        if form["budgets"] is None:
            raise ValueError("this model has no budget table: use threshold or expert")
        return find_variant(form, window_budget if budget is None else budget, in_window=budget is None)

    @functools.wraps(Dense.forward)
    def forward(self, *args, **kwargs):
        knobs = {knob: kwargs.pop(knob, None) for knob in KNOBS}
        if all(value is None for value in knobs.values()):
            return super().forward(*args, **kwargs)
        with self.variant(**knobs):
            return super().forward(*args, **kwargs)

    def generate(self, *args, generation_config=None, **kwargs):
        knobs = {knob: kwargs.pop(knob, None) for knob in KNOBS}
        if all(value is None for value in knobs.values()):
            chosen = generation_config or self.generation_config
            knobs = {knob: getattr(chosen, knob, None) for knob in KNOBS}
        if all(value is None for value in knobs.values()):
            return super().generate(*args, generation_config=generation_config, **kwargs)
        with self.variant(**knobs):
            return super().generate(*args, generation_config=generation_config, **kwargs)
