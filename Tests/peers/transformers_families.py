"""Transformers and PyTorch as an independent peer of all families of decoders.

    transformers_families.py DYNAMOE

For each tiny checkpoint in fixtures/families: the perplexity in Transformers on ids of its own tokenizer must be that
of `dynamoe evaluate --text` and `--tokens`; and the half-width expert written by `dynamoe export --format hf` must give
the same in Transformers as in `dynamoe evaluate`. Exits with 0 if all agree, else with 1.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

import torch
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText, AutoTokenizer
from transformers.utils import logging

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENCODERS = ("bert", "modernbert", "roberta")
CONTEXT, TOLERANCE = 64, 1e-4


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def theirs(folder, ids):
    wrapped = "text_config" in json.loads((folder / "config.json").read_text())
    model = (AutoModelForImageTextToText if wrapped else AutoModelForCausalLM).from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", trust_remote_code=False).eval()
    loss, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(ids), CONTEXT):
            window = torch.tensor(ids[start : start + CONTEXT])
            if len(window) < 2:
                continue
            logits = model(window[None, :-1]).logits[0].double()
            loss += torch.nn.functional.cross_entropy(logits, window[1:], reduction="sum").item()
            count += len(window) - 1
    return math.exp(loss / count)


def ours(dynamoe, path, variant, *text):
    result = json.loads(run(
        dynamoe, "evaluate", path, *text, "--context", CONTEXT, "--bos", "never", "--variants", variant, "--json"))
    return result["variants"][0]["perplexity"]


def compare(dynamoe, folder, text, place):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(text.read_text(), add_special_tokens=False, verbose=False)["input_ids"]
    tokens = place / "ids.jsonl"
    tokens.write_text(json.dumps(ids))
    container, half = place / "t.dmoe", place / "half"
    run(dynamoe, "partition", folder, "-o", container, "--importance", "weights", "--experts", "2", "--json")
    dense = theirs(folder, ids)
    pairs = {
        "text": (ours(dynamoe, folder, "dense", "--text", text), dense),
        "ids": (ours(dynamoe, folder, "dense", "--tokens", tokens), dense),
    }
    exported = subprocess.run([dynamoe, "export", container, "--format", "hf", "--expert", "0", "-o", half],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if exported.returncode == 0:
        pairs["half"] = (ours(dynamoe, container, "expert-0", "--tokens", tokens), theirs(half, ids))
    elif "follows from the hidden size" not in exported.stderr:
        sys.exit(f"{folder.name}: {exported.stderr}")
    worst = max(abs(found / expected - 1) for found, expected in pairs.values())
    print(f"{folder.name}: " + ", ".join(
        f"{name} {found:.5f} ({abs(found / expected - 1):.1e})" for name, (found, expected) in pairs.items()))
    return worst <= TOLERANCE


def main(dynamoe):
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    agrees = True
    with tempfile.TemporaryDirectory() as place:
        text = pathlib.Path(place) / "text.txt"
        text.write_bytes((ROOT / "fixtures/tiny-llama/heldout.txt").read_bytes()[:6000])
        for truth in sorted((ROOT / "fixtures/families").glob("*/expected.safetensors")):
            config = truth.with_name("config.json")
            document = json.loads(config.read_text())
            # The code of Llama-Nemotron is not in Transformers.
            if document["model_type"] in ENCODERS or "block_configs" in document:
                continue
            own = pathlib.Path(place) / config.parent.name
            own.mkdir()
            agrees &= compare(dynamoe, config.parent, text, own)
    print("agrees" if agrees else "DIFFERS")
    return 0 if agrees else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
