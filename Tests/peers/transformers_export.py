"""Transformers and PyTorch as an independent peer of `dynamoe export --format hf`.

    transformers_export.py DYNAMOE FILE.dmoe MODEL [TEXT]

Exports experts of FILE.dmoe, made from MODEL, as they are and refitted, and loads each folder without remote code. The
perplexity must be that of `dynamoe evaluate`. Those that are not refitted are compared with the dense model in
Transformers restricted to the expert's neurons, which are located by their rows in the up projection: logits must be
equal. Exits with 0 if all agree, else with 1.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from transformers_logits import CONTEXT, ROOT, TOLERANCE, perplexity


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, trust_remote_code=False).eval()


def masked(dense, cut):
    """Restricts the dense model to the neurons of the smaller one."""
    for whole, part in zip(dense.model.layers, cut.model.layers):
        rows = {tuple(row): index for index, row in enumerate(whole.mlp.up_proj.weight.tolist())}
        kept = [rows[tuple(row)] for row in part.mlp.up_proj.weight.tolist()]
        mask = torch.zeros(whole.mlp.up_proj.weight.shape[0])
        mask[kept] = 1
        whole.mlp.down_proj.register_forward_pre_hook(lambda module, inputs, mask=mask: (inputs[0] * mask,))
    return dense


def compare_logits(folder, source, words):
    """Largest difference from the dense model with the neurons of the folder's, over the range of logits."""
    cut = load(folder)
    tokens = AutoTokenizer.from_pretrained(folder)(words, return_tensors="pt")["input_ids"][:, :CONTEXT]
    with torch.no_grad():
        found, expected = cut(tokens).logits, masked(load(source), cut)(tokens).logits
    return ((found - expected).abs().max() / (expected.max() - expected.min())).item()


def main(dynamoe, file, source, text=ROOT / "fixtures/tiny-llama/heldout.txt"):
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    text = pathlib.Path(text)
    words = text.read_bytes().decode("utf-8")
    count = len(json.loads(run(dynamoe, "inspect", file, "--json"))["experts"])
    experts = sorted({0, count // 2, count - 1})
    names = [f"expert-{expert}{ending}" for expert in experts for ending in ("", "@bare")]
    report = json.loads(run(
        dynamoe, "evaluate", file, "--text", text, "--context", CONTEXT, "--max-tokens", 10**9, "--json",
        "--variants", ",".join(names)))
    figures = {variant["name"]: variant["perplexity"] for variant in report["variants"]}
    worst = 0
    with tempfile.TemporaryDirectory() as place:
        for name in names:
            folder = pathlib.Path(place) / name
            expert, _, bare = name.removeprefix("expert-").partition("@")
            options = ["--no-refit"] if bare else []
            run(dynamoe, "export", file, "--format", "hf", "--expert", expert, "-o", folder, "--shard-size", "500kB",
                *options)
            run(dynamoe, "validate", folder, "--against", file)
            theirs, count = perplexity(str(folder), words)
            difference = abs(figures[name] / theirs - 1)
            line = f"{name}: perplexity {figures[name]:.6f}, transformers {theirs:.6f} over {count} tokens ({difference:.2e})"
            # The export rounds refitted projections to the type of the source.
            worst = max(worst, difference if bare else difference / 10)
            if bare:
                logits = compare_logits(folder, source, words)
                line += f"; logits differ by {logits:.2e} of their range"
                worst = max(worst, logits)
            print(line)
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
