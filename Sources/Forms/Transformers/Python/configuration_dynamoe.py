"""Configuration of a model with nested experts: that of its dense family, and the sizes of its experts."""

from transformers import CONFIG_MAPPING

# The `model_type` of the dense model.
SOURCE = "llama"


class DynamoeConfig(CONFIG_MAPPING[SOURCE]):
    """Configuration of the dense model with a member `dynamoe`:

    - `widths`: per layer, the number of neurons of every expert; the last has all;
    - `router`: `kind` (`linear` or `mlp`; `mlp` has `hidden`, a width per layer) and the score that it `predicts` for
      every expert but the last: `similarity`, or the logarithm of its error (`log_error`); null without routers;
    - `compensation`: `rank` of the maps that replace the neurons that an expert drops; null without compensation;
    - `skipping`: true if experts skip neurons, as the model's buffers tell; otherwise null or missing;
    - `budgets`: a `table` of rows (cost, knob, knob for choices by true scores), and the costs at its `ends`; with
      skipping also a `window` of rows (cost, price) for tokens that run together; null without budgets.

    Section 7 of the .dmoe format defines the form.
    """

    model_type = f"dynamoe_{SOURCE}"
    dynamoe: dict | None = None
