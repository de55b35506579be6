"""Imports folders that Transformers saved again: python import_resaved.py DYNAMOE FILE.dmoe MODEL.

For FILE.dmoe, made from MODEL, and for every decoder in fixtures/families, loads the routed folder in Transformers and
saves it again unchanged, in float32. `dynamoe import` must accept it, with the figures of the container that the folder
was made from. Exits with 0 if all of this holds, else with 1."""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENCODERS = ("bert", "modernbert", "roberta")


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def figures(dynamoe, file, *options):
    """Perplexities by variant, of experts as they are: folders hold no tokens to refit them on."""
    told = json.loads(run(dynamoe, "evaluate", file, "--json", *options))["variants"]
    return {variant["name"].removesuffix("@bare"): variant["perplexity"] for variant in told
            if not variant.get("refitted")}


def main(dynamoe, file, model):
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    agrees, text = True, ROOT / "fixtures/tiny-llama/heldout.txt"
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        sources = [pathlib.Path(model), *sorted(path.parent for path in (ROOT / "fixtures/families").glob("*/expected.safetensors"))]
        for source in sources:
            document = json.loads((source / "config.json").read_text())
            # Without a form with routers.
            if document["model_type"] in ENCODERS or {"text_config", "block_configs"} & {*document}:
                continue
            container = pathlib.Path(file)
            if source != sources[0]:
                container = place / f"{source.name}.dmoe"
                run(dynamoe, "partition", source, "-o", container, "--importance", "weights", "--experts", "3", "--json")
            folder, saved, back = place / source.name, place / f"{source.name}.saved", place / f"{source.name}.back.dmoe"
            run(dynamoe, "export", container, "--format", "hf", "-o", folder)
            loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, trust_remote_code=True)
            loaded.save_pretrained(saved, max_shard_size="300KB")
            for path in folder.glob("token*"):
                (saved / path.name).write_bytes(path.read_bytes())
            run(dynamoe, "import", saved, "-o", back)
            run(dynamoe, "validate", back)
            options = ["--text", text, "--max-tokens", "1000", "--context", "64"]
            before, after = (figures(dynamoe, path, *options) for path in (container, back))
            worst = max(abs(after[name] / before[name] - 1) for name in before)
            agrees &= before.keys() == after.keys() and worst < 1e-6
            print(f"{source.name}: {len(before)} variants, figures differ by {worst:.1e}")
    print("agrees" if agrees else "DIFFERS")
    return 0 if agrees else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
