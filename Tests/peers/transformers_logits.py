"""Transformers and PyTorch as an independent peer of `dynamoe evaluate`.

    transformers_logits.py DYNAMOE [MODEL] [TEXT]

Computes the perplexity of the model on the text as specified for `dynamoe evaluate`: tokens of the
whole text without special tokens, consecutive windows of BOS and 255 tokens, every text token
predicted. Exits with 0 if both agree within 0.1 %, else with 1.
"""

import json
import math
import pathlib
import subprocess
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTEXT = 256
TOLERANCE = 1e-3


def perplexity(folder, text):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model.eval()
    tokens = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    loss, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(tokens), CONTEXT - 1):
            targets = torch.tensor(tokens[start : start + CONTEXT - 1])
            window = torch.cat([torch.tensor([tokenizer.bos_token_id]), targets])
            logits = model(window[None, :-1]).logits[0].double()
            loss += torch.nn.functional.cross_entropy(logits, targets, reduction="sum").item()
            count += len(targets)
    return math.exp(loss / count), count


def ours(dynamoe, folder, text):
    output = subprocess.run(
        [dynamoe, "evaluate", folder, "--text", text, "--context", str(CONTEXT),
         "--max-tokens", "1000000000", "--variants", "dense", "--json"],
        check=True, stdout=subprocess.PIPE).stdout
    result = json.loads(output)
    return result["variants"][0]["perplexity"], result["tokens"]


def main(dynamoe, folder=ROOT / "fixtures/tiny-llama", text=None):
    text = pathlib.Path(text or ROOT / "fixtures/tiny-llama/heldout.txt")
    expected, count = perplexity(str(folder), text.read_bytes().decode("utf-8"))
    found, found_count = ours(dynamoe, str(folder), str(text))
    difference = abs(found / expected - 1)
    agrees = count == found_count and difference <= TOLERANCE
    print(
        f"{folder}: perplexity {found:.6f} over {found_count} tokens, transformers "
        f"{expected:.6f} over {count}: {'agrees' if agrees else 'DIFFERS'} ({difference:.2e})")
    return 0 if agrees else 1


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
