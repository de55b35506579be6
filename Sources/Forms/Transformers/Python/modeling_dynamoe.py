"""Language model whose feed-forward layers hold nested experts: the first neurons of a layer are its smallest expert,
all of them the dense layer, and a router in each layer sends easy tokens to small experts and hard ones to large ones.

    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
    model(ids)                       # dense
    model(ids, expert=3)             # this expert everywhere
    model(ids, threshold=0.9)        # for every token the smallest expert of this similarity, if routers predict that
    model(ids, budget=0.5)           # an expert for every token, at half of the feed-forward cost
    model.generate(ids, budget=0.5)  # or "budget": 0.5 in generation_config.json

Neurons outside a token's expert are not computed. Everything outside the feed-forward layers is unchanged.
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
from .families_dynamoe import LAYOUTS, LEAST_ERROR, LEAST_SQUARE, LOG_ERRORS

Dense = MODEL_FOR_CAUSAL_LM_MAPPING[CONFIG_MAPPING[SOURCE]]

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
    price: float | None = None
    # Whether experts are chosen by true scores instead of by the routers.
    oracle: bool = False

    @property
    def is_routed(self):
        return self.threshold is not None or self.price is not None


class State:
    """Settings of the run, shared by all layers."""

    variant = Variant()
    # Whether routers are compared with true scores.
    learning = False


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
        rank = form["compensation"]["rank"] if form["compensation"] else 0
        if rank:
            self.compensation = nn.ModuleList(LowRankMap(size, rank) for _ in range(partial))
        rows = 2 if layout.gate is None else 3
        maps = [2 * rank * size + size if rank else 0] * partial + [0]
        # Share of the layer's parameters that each expert uses.
        self.costs = [(w * rows * size + m) / (all_neurons * rows * size) for w, m in zip(self.widths, maps)]
        # The same without compensation.
        self.bare_costs = [w / all_neurons for w in self.widths]
        self.weights = all_neurons * rows * size
        # The norm after the network, in a list so that it is no submodule.
        self.norm = []
        # Latest residual stream, and latest output of a parallel attention.
        self.residual = self.beside = None
        # Of the last run: the expert of each token, and the loss of the router.
        self.choices = self.router_loss = None

    # Weights

    def rows(self, name, start, stop, part=0):
        """Weights and bias of some neurons of a projection into the network."""
        module = getattr(self.network[0], name)
        place = slice(part * self.widths[-1] + start, part * self.widths[-1] + stop)
        weight = module.weight[:, place].t() if self.layout.transposed else module.weight[place]
        return weight, None if module.bias is None else module.bias[place]

    def ring(self, rows, start, stop):
        """Contribution of the neurons of these ranks to the output of the network."""
        layout = self.layout
        fused = layout.gate == layout.up
        hidden = F.linear(rows, *self.rows(layout.up, start, stop, part=1 if fused else 0))
        if layout.gate is None:
            hidden = self.activation[0](hidden)
        else:
            hidden = self.activation[0](F.linear(rows, *self.rows(layout.gate, start, stop))) * hidden
        down = getattr(self.network[0], layout.down).weight
        return F.linear(hidden, down[start:stop].t() if layout.transposed else down[:, start:stop])

    # Choices

    def predict(self, rows, residual):
        """Scores that the router predicts for every expert but the last."""
        features = rows.float()
        if self.predicts == "log_error":
            length = torch.linalg.vector_norm(residual, dim=-1, keepdim=True, dtype=torch.float64)
            features = torch.cat([features, length.clamp_min(math.sqrt(LEAST_SQUARE)).log().float()], dim=-1)
        return self.router(features.to(next(self.router.parameters()).dtype)).float()

    @torch.no_grad()
    def truth(self, rows, residual):
        """True scores of every expert but the last."""
        outputs, start = [], 0
        for stop in self.widths:
            ring = self.ring(rows, start, stop)
            outputs.append(outputs[-1] + ring if outputs else ring)
            start = stop
        full = outputs.pop().float()
        if self.compensation is not None and self.predicts == "log_error":
            outputs = [output + add(rows) for output, add in zip(outputs, self.compensation)]
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
            scores.append(score.float())
        return torch.stack(scores, dim=-1)

    def choose(self, scores):
        """Chooses an expert for each token."""
        variant, last = self.state.variant, len(self.widths) - 1
        experts = torch.arange(last + 1, device=scores.device)
        if variant.threshold is not None:
            good = (scores.double() > variant.threshold) & (variant.threshold < 1)
            return torch.where(good, experts[:last], last).amin(-1)
        costs = variant.price * torch.tensor(self.costs, dtype=torch.float64, device=scores.device)
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

    def routed(self, rows, choices):
        """Output with an expert for each token; each ring is computed only for tokens whose expert holds it."""
        order = torch.argsort(choices, descending=True, stable=True)
        counts = torch.bincount(choices, minlength=len(self.widths)).flip(0).cumsum(0).flip(0).tolist()
        rows = rows[order]
        output = torch.zeros_like(rows)
        start = 0
        for ring, stop in enumerate(self.widths):
            count = counts[ring]
            if count == 0:
                break
            # Rings needed by the same tokens are computed together.
            if ring + 1 < len(counts) and counts[ring + 1] == count:
                continue
            output[:count] += self.ring(rows[:count], start, stop)
            start = stop
        if self.compensation is not None:
            for expert, add in enumerate(self.compensation):
                first, end = counts[expert + 1], counts[expert]
                # In training also for no tokens: processes share gradients of the same weights.
                if first < end or self.training:
                    output[first:end] += add(rows[first:end])
        return torch.empty_like(output).index_copy(0, order, output)

    def forward(self, hidden_states, residual=None):
        rows = hidden_states.reshape(-1, hidden_states.shape[-1])
        variant, scores = self.state.variant, None
        if self.state.learning or variant.oracle:
            scores = self.truth(rows, self.stream(rows))
        if self.state.learning:
            # Only the router learns from this: the model must not become easier to predict.
            self.router_loss = F.mse_loss(self.predict(rows.detach(), self.stream(rows).detach()), scores)
        if variant.is_routed:
            if not variant.oracle:
                with torch.no_grad():
                    scores = self.predict(rows, self.stream(rows))
            self.choices = self.choose(scores)
            output = self.routed(rows, self.choices)
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


def find_variant(form, budget):
    """The variant for a budget, by the budget table."""
    table, is_price = form["budgets"]["table"], form["router"]["predicts"] == "log_error"
    if budget >= 1:
        return Variant(expert=len(form["widths"][0]) - 1, compensated=True)
    if not table or not budget >= table[0][0]:
        return Variant(expert=0, compensated=True)
    # Prices span many powers of ten.
    scale, back = (math.log, math.exp) if is_price else (float, float)
    points = [(cost, scale(knob)) for cost, knob, _ in table]
    knob = back(interpolate(points, min(budget, points[-1][0])))
    return Variant(price=knob) if is_price else Variant(threshold=knob)


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
    def variant(self, expert=None, threshold=None, budget=None, price=None, oracle=False):
        """Context for runs of a variant, dense by default; backward passes must be inside, too."""
        before = self.dynamoe_state.variant
        self.dynamoe_state.variant = self._variant(expert, threshold, budget, price)._replace(oracle=oracle)
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

    def router_loss(self):
        """Squared error of the routers in the last run while learning, as the mean over layers."""
        return torch.stack([experts.router_loss for experts in self.experts()]).mean()

    def cost_fraction(self):
        """Share of the feed-forward cost in the last run, with routers if they ran; needs the variant of the run."""
        layers = self.experts()
        variant = self.dynamoe_state.variant
        is_bare = not variant.is_routed and not variant.compensated
        costs = [layer.bare_costs if is_bare else layer.costs for layer in layers]
        means = [
            layer.choices.new_tensor(cost, dtype=torch.float64)[layer.choices].mean()
            for layer, cost in zip(layers, costs)
        ]
        asked = variant.is_routed and not variant.oracle
        return torch.stack(means).mean().item() + (self.router_fraction() if asked else 0.0)

    def router_fraction(self):
        """The parameters of the routers over those of the feed-forward layers."""
        layers = self.experts()
        routers = sum(weight.numel() for layer in layers if layer.router is not None for weight in layer.router.parameters())
        return routers / sum(layer.weights for layer in layers)

    def _variant(self, expert, threshold, budget, price):
        form = self.config.dynamoe
        count = len(form["widths"][0])
        if sum(knob is not None for knob in (expert, threshold, budget, price)) > 1:
            raise ValueError("expert, threshold and budget exclude each other: give one")
        if expert is not None:
            if not 0 <= expert < count:
                raise ValueError(f"expert {expert}: expected 0 to {count - 1}")
            return Variant(expert=expert)
        if threshold is None and budget is None and price is None:
            return Variant()
        predicts = form["router"] and form["router"]["predicts"]
        if predicts is None:
            raise ValueError("this model has no routers: expert is the only knob")
        if threshold is not None and predicts != "similarity":
            raise ValueError("these routers predict errors, not similarities: use budget")
        if price is not None and predicts != "log_error":
            raise ValueError("these routers predict similarities, not errors: use threshold or budget")
        if budget is None:
            return Variant(threshold=threshold, price=price)
        if form["budgets"] is None:
            raise ValueError("this model has no budget table: use threshold")
        return find_variant(form, budget)

    @functools.wraps(Dense.forward)
    def forward(self, *args, expert=None, threshold=None, budget=None, **kwargs):
        if expert is None and threshold is None and budget is None:
            return super().forward(*args, **kwargs)
        with self.variant(expert, threshold, budget):
            return super().forward(*args, **kwargs)

    def generate(self, *args, expert=None, threshold=None, budget=None, generation_config=None, **kwargs):
        if expert is None and threshold is None and budget is None:
            chosen = generation_config or self.generation_config
            expert, threshold, budget = (getattr(chosen, knob, None) for knob in ("expert", "threshold", "budget"))
        if expert is None and threshold is None and budget is None:
            return super().generate(*args, generation_config=generation_config, **kwargs)
        with self.variant(expert, threshold, budget):
            return super().generate(*args, generation_config=generation_config, **kwargs)
