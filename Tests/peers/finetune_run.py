"""Fine-tunes with finetune.py as a user would: python finetune_run.py DYNAMOE FILE.dmoe TEXT.

Exports FILE.dmoe, and tunes the folder on TEXT for a few steps in two processes of torchrun: once without interruption,
and once killed and resumed. Both must end with equal weights. `dynamoe import` must accept the result, which must be
valid, better on the text than before at every cost, and true to its budgets. Exits with 0 if all of this holds, else
with 1."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file

STEPS, EVERY = 20, 8


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout


def tuning(folder, text, output, *options):
    words = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", folder / "finetune.py",
        "--text", text, "-o", output, "--steps", STEPS, "--checkpoint-every", EVERY, "--batch", "4", "--context", "128",
        "--held-out", "16", "--lr", "1e-3", *options]
    environment = os.environ | {
        "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(
        [str(word) for word in words], stdout=subprocess.PIPE, text=True, env=environment)


def kill(process):
    """Kills the launcher and all its children at once."""
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for identifier in [process.pid, *map(int, children)]:
        os.kill(identifier, signal.SIGKILL)
    process.wait()


def lines(process, until=None):
    """Output lines, to the end or to a line with this prefix."""
    found = []
    for line in process.stdout:
        found.append(line.rstrip())
        if until and line.startswith(until):
            return found
    assert process.wait() == 0, found
    return found


def variants(dynamoe, file, text):
    told = run(dynamoe, "evaluate", file, "--text", text, "--context", "128", "--max-tokens", "6000", "--budget",
               "0.35,0.5,0.65", "--json")
    return {variant["name"]: variant for variant in json.loads(told)["variants"]}


def main(dynamoe, file, text):
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        folder = place / "routed"
        run(dynamoe, "export", file, "--format", "hf", "-o", folder)
        print(*lines(tuning(folder, text, place / "whole")), sep="\n")
        # Killed between two checkpoints.
        process = tuning(folder, text, place / "halves")
        lines(process, until=f"step {EVERY + 2}/")
        kill(process)
        told = lines(tuning(folder, text, place / "halves", "--resume"))
        assert f"resumed at step {EVERY}" in told, told
        assert not (place / "halves.checkpoints").exists()
        whole, halves = (load_file(place / name / "model.safetensors") for name in ("whole", "halves"))
        apart = max((whole[name].float() - halves[name].float()).abs().max().item() for name in whole)
        print(f"in one go and resumed: weights differ by {apart:.1e}")
        moved = sum(not torch.equal(whole[name], value) for name, value in load_file(folder / "model.safetensors").items())
        run(dynamoe, "validate", place / "halves")
        tuned = place / "tuned.dmoe"
        run(dynamoe, "import", place / "halves", "-o", tuned)
        run(dynamoe, "validate", tuned)
        run(dynamoe, "export", tuned, "--format", "hf", "--expert", "dense", "-o", place / "dense")
        run(dynamoe, "validate", tuned, "--against", place / "dense")
        before, after = variants(dynamoe, file, text), variants(dynamoe, tuned, text)
        agrees = apart == 0 and moved > 0
        for name, variant in after.items():
            if name.startswith(("routed", "dense")):
                agrees &= variant["perplexity"] < before[name]["perplexity"]
                print(f"{name}: {before[name]['perplexity']:.3f} → {variant['perplexity']:.3f}, "
                      f"cost {variant['cost_fraction']:.3f}")
            if "budget" in variant and name.startswith("routed"):
                agrees &= abs(variant["cost_fraction"] - variant["budget"]) < 0.05
    print("agrees" if agrees else "DIFFERS")
    return 0 if agrees else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
