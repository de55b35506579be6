"""Records how strongly neurons fire, by Transformers, for models that dynamoe does not run.

    record_statistics.py MODEL TEXT OUTPUT [--context N] [--max-tokens N] [--down NAME] [--tokenizer FOLDER]
                         [--trust-remote-code]

MODEL is a folder with safetensors, TEXT a file in UTF-8. OUTPUT is a file of statistics (`formats/statistics.md`):
    dynamoe partition MODEL --calibration OUTPUT -o FILE.dmoe
NAME is the module whose input is recorded, with {} for the layer; by default the last projection of each layer's
feed-forward network is looked for. The model runs in float32, in windows of N tokens. Models whose code is in MODEL
and not in Transformers (OpenELM, Llama-Nemotron) need --trust-remote-code, which runs that code.
"""

import argparse
import hashlib
import json
import pathlib
import struct

import numpy as np
from safetensors.numpy import save

END = 4096
DOWN = ("mlp.down_proj", "feed_forward.down_proj", "feed_forward.w2", "mlp.fc2", "mlp.c_proj", "ffn.proj_2")
LAYERS = ("num_hidden_layers", "num_transformer_layers")


def fingerprint(folder):
    """The digest of the names, types, shapes and ends of all tensors, by which dynamoe knows a model."""
    tensors, files = [], sorted(pathlib.Path(folder).glob("*.safetensors"))
    if not files:
        raise SystemExit(f"{folder}: expected a folder with safetensors")
    for file in files:
        with open(file, "rb") as opened:
            start = 8 + struct.unpack("<Q", opened.read(8))[0]
            header = json.loads(opened.read(start - 8))
            header.pop("__metadata__", None)
            for name, tensor in header.items():
                first, last = (start + offset for offset in tensor["data_offsets"])
                end = min(last - first, END)
                opened.seek(first)
                begin = opened.read(end)
                opened.seek(last - end)
                described = f"{name}\0{tensor['dtype']}\0{tensor['shape']}\0".encode()
                tensors.append((name.encode(), described + begin + opened.read(end)))
    return hashlib.sha256(b"".join(content for _, content in sorted(tensors))).hexdigest()


def write(path, layers, positions, model, part):
    """Writes statistics: for each layer the sums of |h| and h² of its neurons over the positions."""
    tensors = {"token_count": np.array(positions, dtype=np.int64)}
    for layer, (absolute, square) in enumerate(layers):
        tensors[f"layers.{layer}.abs_sum"] = np.asarray(absolute, dtype=np.float64)
        tensors[f"layers.{layer}.square_sum"] = np.asarray(square, dtype=np.float64)
    metadata = {"format": "dynamoe.statistics", "model_fingerprint": model, "parts": json.dumps([part])}
    pathlib.Path(path).write_bytes(save(tensors, metadata))


def part(text, context, tokens, begins=None):
    """What the statistics were recorded on."""
    return {"text_sha256": hashlib.sha256(text).hexdigest(), "context": context, "bos_token": begins,
            "data_shard": "1/1", "tokens": tokens}


def down_projections(model, name):
    """The modules whose inputs are the neurons' values, by layer."""
    modules, config = dict(model.named_modules()), model.config.get_text_config()
    layers = next((getattr(config, key) for key in LAYERS if hasattr(config, key)), None)
    if layers is None:
        raise SystemExit(f"config.json: expected the number of layers, as {' or '.join(LAYERS)}")
    if name:
        names = [name.format(layer) for layer in range(layers)]
        if missing := [path for path in names if path not in modules]:
            raise SystemExit(f"--down: the model has no module {missing[0]}")
        return [modules[path] for path in names]
    for ending in DOWN:
        found = [module for path, module in modules.items() if path.endswith(ending) and "vision" not in path]
        if len(found) == layers:
            return found
    raise SystemExit("no projection was found in every layer: name it with --down")


def record(model, windows, name=None):
    """The sums of each layer, and the number of positions."""
    import torch

    projections = down_projections(model, name)
    sums = [None] * len(projections)

    def keep(layer):
        def hook(module, arguments):
            hidden = arguments[0].detach().double().reshape(-1, arguments[0].shape[-1])
            new = hidden.abs().sum(0), hidden.square().sum(0)
            sums[layer] = new if sums[layer] is None else tuple(map(torch.add, sums[layer], new))
        return hook
    handles = [module.register_forward_pre_hook(keep(layer)) for layer, module in enumerate(projections)]
    with torch.no_grad():
        for window in windows:
            model(torch.tensor([window]), use_cache=False)
    for handle in handles:
        handle.remove()
    return [tuple(values.numpy() for values in layer) for layer in sums], sum(map(len, windows))


def main():
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("output")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--max-tokens", type=int, default=32768)
    parser.add_argument("--down", help="module whose input is recorded, {} for the layer")
    parser.add_argument("--tokenizer", help="folder of the tokenizer, if MODEL has none")
    parser.add_argument("--trust-remote-code", action="store_true", help="run the model's own Python code, from MODEL")
    chosen = parser.parse_args()
    trust = {"trust_remote_code": chosen.trust_remote_code}
    text, origin = chosen.text.read_bytes(), fingerprint(chosen.model)
    try:
        config = AutoConfig.from_pretrained(chosen.model, **trust)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        if "trust_remote_code" in str(error):
            reason = "Transformers does not have the model; --trust-remote-code runs the model's own code"
        raise SystemExit(f"{chosen.model}: {reason}") from None
    tokenizer = AutoTokenizer.from_pretrained(chosen.tokenizer or chosen.model, **trust)
    ids = tokenizer(text.decode(), add_special_tokens=False, verbose=False)["input_ids"][:chosen.max_tokens]
    first = tokenizer("a")["input_ids"][:1]
    begins = first if first == [tokenizer.bos_token_id] else []
    step = chosen.context - len(begins)
    windows = [begins + ids[start:start + step] for start in range(0, len(ids), step)]
    model = AutoModelForCausalLM.from_pretrained(chosen.model, config=config, dtype=torch.float32, **trust).eval()
    layers, positions = record(model, windows, chosen.down)
    write(chosen.output, layers, positions, origin, part(text, chosen.context, len(ids), *begins))
    print(f"{chosen.output}: {len(layers)} layers, {len(ids)} tokens")


if __name__ == "__main__":
    main()
