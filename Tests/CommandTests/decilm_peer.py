"""Reads a folder as DeciLM readers do: python decilm_peer.py FILE.dmoe FOLDER EXPERT.

Computes the width of each layer from config.json alone, by the formula shared by llama.cpp, vLLM, SGLang, TensorRT-LLM
and mlx-lm, also with the factor rounded to six digits as in mlx-lm, and compares it with the tensors and with the plan
of the file. Prints the widths."""

import json
import pathlib
import struct
import sys

from safetensors import safe_open

data = pathlib.Path(sys.argv[1]).read_bytes()
widths = json.loads(data[64 : 64 + struct.unpack("<Q", data[8:16])[0]])["plan"]["widths"]
folder, expert = pathlib.Path(sys.argv[2]), int(sys.argv[3])
config = json.loads((folder / "config.json").read_bytes())
assert config["architectures"] == ["DeciLMForCausalLM"] and config["model_type"] == "nemotron-nas"
assert config["intermediate_size"] is None and config["num_key_value_heads"] is None
assert config["hidden_act"] == "silu" and config["mlp_bias"] is False and config["rope_theta"] > 0
D, heads, blocks = config["hidden_size"], config["num_attention_heads"], config["block_configs"]
assert len(blocks) == config["num_hidden_layers"]


def round_up(size):
    return size if size % 256 == 0 else size + 256 - size % 256


found = []
with safe_open(folder / "model.safetensors", "numpy") as tensors:
    shape = lambda layer, name: tensors.get_slice(f"model.layers.{layer}.{name}.weight").get_shape()
    for layer, block in enumerate(blocks):
        factor = block["ffn"]["ffn_mult"]
        # Some readers require a number with a decimal point.
        assert type(factor) is float and not block["ffn"]["no_op"] and not block["attention"]["no_op"]
        width, rounded = (round_up(int(2 * number * D / 3)) for number in (factor, round(factor, 6)))
        assert width == rounded == widths[layer][expert]
        assert [shape(layer, f"mlp.{name}_proj") for name in ("gate", "up", "down")] == [[width, D]] * 2 + [[D, width]]
        groups = heads // block["attention"]["n_heads_in_group"]
        assert shape(layer, "self_attn.k_proj") == [groups * (D // heads), D]
        found.append(width)
print(*found)
