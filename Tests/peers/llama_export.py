"""llama.cpp as an independent peer of `dynamoe export --format gguf`.

    llama_export.py DYNAMOE

Exports experts of the small trained model and of every family in fixtures/families, loads them in llama.cpp, and
compares its tokens with those of the tokenizers package, and its perplexity over the windows of `dynamoe evaluate` with
that of the expert in the .dmoe (f32, bf16, f16) or of the exported file (q8_0, q4_0). Exits with 0 if all agree, else
with 1.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import tokenizers
from llama_cpp import Llama, llama_log_callback, llama_log_set

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "fixtures/tiny-llama"
TEXT = MODEL / "heldout.txt"
F32 = 0
# Products with quantised matrices also round the other operand to eight bits, those with bf16 to bf16.
TOLERANCES = {"f32": 1e-4, "bf16": 2e-3, "f16": 1e-3, "q8_0": 2e-3, "q4_0": 5e-3}
# llama.cpp scales positions by the whole context, at least 256 positions.
SCALINGS = [
    ("phi3", {"type": "longrope", "short_factor": [1, 1.5, 2], "long_factor": [2, 4, 8]}),
    ("qwen2", {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}),
    ("qwen3", {"rope_type": "yarn", "factor": 4.0, "attention_factor": 1.3}),
    ("mistral", {"type": "linear", "factor": 2.5}),
]
FAMILIES = (
    "apertus arcee bloom cohere cohere2 ernie4_5 exaone4 falcon falcon2 falcon_40b gemma gemma2 gemma3 glm glm4 gpt2 "
    "gpt_neox gpt_neox_serial granite helium hunyuan_v1_dense llama3 ministral mistral mpt nemotron olmo olmo2 olmo3 "
    "phi phi3 qwen2 qwen3 seed_oss smollm3 stablelm starcoder2"
).split()
# What llama.cpp supports: its only scale, and windows of 64 layers only.
SUPPORTED = {
    "gemma2": {"query_pre_attn_scalar": 16},
    "exaone4": {"sliding_window": None, "layer_types": ["full_attention"] * 4},
}


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def theirs(path, text, context, limit, begins=None):
    """llama.cpp's perplexity, and its tokens of the text without special tokens.

    Windows begin with BOS if `begins`, by default if the file says so.
    """
    model = Llama(
        str(path), n_ctx=max(context, 64), n_batch=max(context, 64), n_ubatch=max(context, 64), logits_all=True,
        type_k=F32, type_v=F32, flash_attn=False, swa_full=True, verbose=False)
    ids = model.tokenize(text.encode(), add_bos=False, special=False)
    if begins is None:
        begins = model.metadata.get("tokenizer.ggml.add_bos_token") == "true"
    start = [model.token_bos()] if begins else []
    step, loss, count = context - len(start), 0.0, 0
    for place in range(0, min(len(ids), limit), step):
        window = start + ids[place : min(place + step, limit)]
        if len(window) < 2:
            continue
        model.reset()
        model.eval(window)
        logits = numpy.array(model.scores[: len(window) - 1], dtype=numpy.float64)
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[numpy.arange(len(window) - 1), window[1:]]
        loss += (numpy.log(numpy.exp(logits).sum(axis=1)) - chosen).sum()
        count += len(window) - 1
    model.close()
    return math.exp(loss / count), ids


def ours(dynamoe, path, variant, context, limit):
    result = json.loads(run(
        dynamoe, "evaluate", path, "--text", TEXT, "--context", context, "--max-tokens", limit, "--variants", variant,
        "--json"))
    return next(v["perplexity"] for v in result["variants"] if v["name"] == variant)


def compare(dynamoe, label, file, tokenizer, place, expert, kind, context, limit):
    path = place / "expert.gguf"
    options = [] if kind is None else ["--type", kind]
    told = json.loads(run(
        dynamoe, "export", file, "--format", "gguf", "--expert", expert, "-o", path, "--force", "--json", *options))
    text = TEXT.read_text(encoding="utf-8")
    found, ids = theirs(path, text, context, limit)
    if kind in ("q8_0", "q4_0"):
        expected = ours(dynamoe, path, "dense", context, limit)
    else:
        expected = ours(dynamoe, file, f"expert-{told['expert']}", context, limit)
    wanted = tokenizers.Tokenizer.from_file(str(tokenizer)).encode(text, add_special_tokens=False).ids
    difference = abs(found / expected - 1)
    agrees = difference <= TOLERANCES[kind or "bf16"] and ids == wanted
    print(
        f"{label}, expert {expert}, {kind or 'as stored'} ({told['architecture']}): llama.cpp {found:.6f}, "
        f"dynamoe {expected:.6f}: {'agrees' if agrees else 'DIFFERS'} ({difference:.1e}; tokens "
        f"{'the same' if ids == wanted else 'DIFFER'})", flush=True)
    return agrees


def partition(dynamoe, name, changes, place, file):
    """Partitions a family's checkpoint with a changed configuration into four experts."""
    model = place / name
    model.mkdir(exist_ok=True)
    for part in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (model / part).write_bytes((ROOT / "fixtures/families" / name / part).read_bytes())
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | changes))
    run(dynamoe, "partition", model, "-o", file, "--importance", "weights", "--experts", 4, "--force")
    return model


@llama_log_callback
def quiet(level, text, data):
    """Drops llama.cpp's log messages."""


def main(dynamoe):
    llama_log_set(quiet, None)
    agree = True
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        file, mixed = place / "t.dmoe", place / "mixed.dmoe"
        text = ["--text", MODEL / "calibration.txt", "--max-tokens", 4096, "--router", "none"]
        run(dynamoe, "partition", MODEL, "-o", file, "--experts", 4, *text)
        # Narrow layers magnify the rounding of refitted projections.
        run(dynamoe, "partition", MODEL, "-o", mixed, "--fractions", "auto", "--no-keep-tokens", *text)
        for expert in ("50%", "dense"):
            for kind in ("f32", "bf16", "f16", "q8_0", "q4_0"):
                agree &= compare(
                    dynamoe, "tiny-llama", file, MODEL / "tokenizer.json", place, expert, kind, 256, 8192)
        for expert in ("0", "1"):
            for kind in ("f32", "bf16", "f16"):
                agree &= compare(
                    dynamoe, "mixed widths", mixed, MODEL / "tokenizer.json", place, expert, kind, 256, 8192)
        for name in FAMILIES:
            # Contexts fit attention windows, which some architectures lack.
            model = partition(dynamoe, name, SUPPORTED.get(name, {}), place, file)
            agree &= compare(dynamoe, name, file, model / "tokenizer.json", place, "1", "f32", 16, 512)
        for name, scaling in SCALINGS:
            changes = {"rope_scaling": scaling, "original_max_position_embeddings": 32, "sliding_window": None}
            model = partition(dynamoe, name, changes, place, file)
            label = f"{name}, {scaling.get('type') or scaling['rope_type']}"
            agree &= compare(dynamoe, label, file, model / "tokenizer.json", place, "1", "f32", 64, 512)
    return 0 if agree else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
