"""Transformers and PyTorch as an independent peer of the routed folders that `dynamoe export --format hf` writes.

    transformers_routed.py DYNAMOE [NAME...]

For fixtures/tiny-llama by both recipes, and for each family of decoders in fixtures/families (or those named): in
Transformers, perplexity and cost fraction of the exported folder on held-out text must be those of `dynamoe evaluate`
on the .dmoe, also the cost of tokens that run together: dense, for every expert, for two budgets, for one of a window
and, if supported, for one threshold. The full expert must give the logits of the source loaded by Transformers itself,
and a folder written by save_pretrained those of the exported one; generation by a knob, given or in
generation_config.json, must give the logits and the most likely tokens of full recomputation, though single tokens do
not read the neurons that they skip.
Every `model_type` that the exported Python knows must have a checkpoint here, and unknown ones must be refused. Exits
with 0 if all agree, else with 1.
"""

import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENCODERS = ("bert", "modernbert", "roberta")
TOLERANCE = 1e-4
BUDGETS, WINDOW_BUDGET, THRESHOLD = ("0.5", "0.7"), "0.5", "0.8"


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def load(folder, trust):
    # In float32 as in dynamoe, with eager attention, because fused kernels do not support soft caps.
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", trust_remote_code=trust).eval()


def measure(model, batches, **knobs):
    """Perplexity, and mean costs over positions, for one at a time and for those that run together."""
    loss, count, cost, window = 0.0, 0, 0.0, 0.0
    with torch.no_grad(), model.variant(**knobs):
        for batch in batches:
            logits, targets = model(batch[:, :-1]).logits.double(), batch[:, 1:]
            loss += torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()
            count += targets.numel()
            cost += model.cost_fraction() * targets.numel()
            window += model.window_cost_fraction() * targets.numel()
    return math.exp(loss / count), cost / count, window / count


def compare(dynamoe, source, text, context, options, place):
    ids = AutoTokenizer.from_pretrained(source)(
        text.read_text(), add_special_tokens=False, verbose=False)["input_ids"]
    tokens, container, folder = place / "ids.jsonl", place / "t.dmoe", place / "routed"
    tokens.write_text(json.dumps(ids))
    run(dynamoe, "partition", source, "-o", container, "--text", ROOT / "fixtures/tiny-llama/calibration.txt",
        "--max-tokens", 4096, "--context", context, "--no-keep-tokens", "--json", *options)
    run(dynamoe, "export", container, "--format", "hf", "-o", folder, "--shard-size", "500kB")
    run(dynamoe, "validate", folder, "--against", container)
    form = json.loads((folder / "config.json").read_text())["dynamoe"]
    variants = {"dense": {}} | {f"expert-{e}": {"expert": e} for e in range(len(form["widths"][0]))}
    if form["budgets"]:
        variants |= {f"routed@budget={budget}": {"budget": float(budget)} for budget in BUDGETS}
        variants[f"routed@window={WINDOW_BUDGET}"] = {"window_budget": float(WINDOW_BUDGET)}
    if form["router"]["predicts"] == "similarity":
        variants[f"routed@{THRESHOLD}"] = {"threshold": float(THRESHOLD)}
    report = json.loads(run(
        dynamoe, "evaluate", container, "--tokens", tokens, "--context", context, "--bos", "never",
        "--max-tokens", 10**9, "--variants", ",".join(variants), "--json"))
    ours = {figures["name"]: figures for figures in report["variants"]}
    model = load(folder, True)
    # All full windows at once, then the shorter last one.
    whole = len(ids) // context * context
    batches = [torch.tensor(ids[:whole]).reshape(-1, context), torch.tensor(ids[whole:])[None]]
    batches = [batch for batch in batches if batch.shape[1] > 1]
    worst = []
    for name, knobs in variants.items():
        perplexity, cost, window = measure(model, batches, **knobs)
        found = ours[name]
        difference = abs(found["perplexity"] / perplexity - 1)
        costs = max(abs(found["cost_fraction"] - cost), abs(found["window_cost_fraction"] - window))
        # If costs differ at all, float error has decided a choice, and all later positions see other states.
        worst.append((max(difference / (10 if costs > 1e-9 else 1), costs), name))
        print(f"  {name}: {found['perplexity']:.5f}, transformers {perplexity:.5f} ({difference:.1e}); "
              f"cost {found['cost_fraction']:.4f} ({costs:.1e})")
    sample = batches[0][:1, :32]
    with torch.no_grad():
        expected = load(source, False)(sample).logits
        logits = model(sample).logits
        span = (expected.max() - expected.min()).item()
        dense = ((logits - expected).abs().max() / span).item()
    # Without a budget table, the routers cost more than they save.
    knob = {"budget": float(BUDGETS[0])} if form["budgets"] else {"expert": 0}
    # Cached generation must equal full recomputation; the knob may be in a file.
    settings = folder / "generation_config.json"
    stated = json.loads(settings.read_text()) if settings.exists() else {}
    # If a configuration is marked as taken from config.json, Transformers ignores foreign keys.
    stated.pop("_from_model_config", None)
    settings.write_text(json.dumps(stated | knob))
    how = {"max_new_tokens": 8, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    with torch.no_grad():
        generation = model.generate(sample, **how, **knob, output_logits=True, return_dict_in_generate=True)
        tokens, steps = generation.sequences, torch.cat(generation.logits)
        recomputed = model(tokens[:, :-1], **knob).logits[0, sample.shape[1] - 1 :]
        by_file = load(folder, True).generate(sample, **how)
        # Saved from memory as single tokens have left it.
        model.save_pretrained(place / "again")
        again = load(place / "again", True)
        saved = (again(sample, **knob).logits - model(sample, **knob).logits).abs().max().item() / span
    apart = ((steps - recomputed).abs().max() / span).item()
    generated = int((tokens[0, sample.shape[1] :] != recomputed.argmax(-1)).sum()) + int((tokens != by_file).sum())
    worst += [(dense, "logits of the source"), (apart, "logits of single tokens"), (saved, "saved and loaded again")]
    print(f"  logits of the source {dense:.1e} of their range, of single tokens {apart:.1e}, saved and loaded again "
          f"{saved:.1e}; {generated} generated tokens differ")
    difference, name = max(worst)
    print(f"{place.name}: worst {difference:.1e} ({name})")
    return difference <= TOLERANCE and generated == 0


def untested(folder, sources):
    """Model types that the Python of a folder knows, but no source has."""
    known = {}
    exec((folder / "families_dynamoe.py").read_text(), known)
    return known["LAYOUTS"].keys() - {json.loads((source / "config.json").read_text())["model_type"] for source in sources}


def refuses(folder, place):
    """Whether the Python of a folder fails, with a reason, if its model type has no layout."""
    shutil.copytree(folder, place)
    code = place / "families_dynamoe.py"
    code.write_text(code.read_text() + "LAYOUTS = {}\n")
    try:
        load(place, True)
    except ValueError as error:
        return "has no layout for" in str(error)
    return False


def main(dynamoe, *names):
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    torch.manual_seed(0)
    tiny = ROOT / "fixtures/tiny-llama"
    cases = [
        ("residual", tiny, 256, []), ("open", tiny, 256, ["--skip", "none"]),
        ("dynamoe", tiny, 256, ["--recipe", "dynamoe"]),
        ("linear", tiny, 256, ["--router", "linear", "--experts", "4", "--compensation-rank", "0"])]
    for truth in sorted((ROOT / "fixtures/families").glob("*/expected.safetensors")):
        config = truth.with_name("config.json")
        # Encoders, models for images and text and those whose code is elsewhere have no form with routers.
        document = json.loads(config.read_text())
        if document["model_type"] not in ENCODERS and not {"text_config", "block_configs"} & {*document}:
            cases += [(config.parent.name, config.parent, 64, []),
                      (config.parent.name + "-dynamoe", config.parent, 64, ["--recipe", "dynamoe"])]
    differ = []
    with tempfile.TemporaryDirectory() as place:
        text = pathlib.Path(place) / "text.txt"
        text.write_bytes((tiny / "heldout.txt").read_bytes()[:6000])
        for name, source, context, options in cases:
            if names and name not in names:
                continue
            own = pathlib.Path(place) / name
            own.mkdir()
            if not compare(dynamoe, source, text, context, options, own):
                differ.append(name)
        folder = own / "routed"
        if not names:
            differ += untested(folder, [source for _, source, _, _ in cases])
        if not refuses(folder, pathlib.Path(place) / "without"):
            differ.append("a family without a layout")
    print("DIFFERS: " + ", ".join(differ) if differ else "agrees")
    return 1 if differ else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
