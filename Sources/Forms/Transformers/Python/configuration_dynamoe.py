"""The configuration of a model with nested experts: that of the family it came from, and how its experts are cut."""

from transformers import CONFIG_MAPPING

# The `model_type` of the dense model.
SOURCE = "llama"


class DynamoeConfig(CONFIG_MAPPING[SOURCE]):
    """What the dense model's configuration has, and `dynamoe`:

    - `widths`: for each layer how many neurons every expert has, the last having all;
    - `router`: `kind` (`linear` or `mlp`, this with `hidden`, a width for each layer) and what it `predicts` of every
      expert but the last: its `similarity`, or the logarithm of its error (`log_error`); null without routers;
    - `compensation`: the `rank` of the maps that stand in for the neurons that an expert drops; null without;
    - `budgets`: a `table` of rows (cost, knob, knob for choices by the truth) and the costs at its `ends`; null without.

    The form is that of section 7 of the .dmoe format.
    """

    model_type = f"dynamoe_{SOURCE}"
    dynamoe: dict | None = None
