"""A LLaMA in plain numpy, in double precision; the reference for our forward pass.

peer.py make FOLDER VARIANT      writes a small random checkpoint
peer.py run FOLDER OUT           standard input: JSON, the tokens of each window; writes safetensors:
                                 logits.W, hidden.L.W, abs_sum.L and square_sum.L, all F64
peer.py perplexity FOLDER TEXT   prints the perplexity in windows of BOS and 255 tokens, and how
                                 many tokens were predicted
"""

import json
import pathlib
import sys

import ml_dtypes
import numpy
from safetensors import safe_open
from safetensors.numpy import save_file

BASE = dict(
    model_type="llama", hidden_act="silu", hidden_size=24, intermediate_size=56,
    num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, vocab_size=61,
    rms_norm_eps=1e-5, max_position_embeddings=64, rope_theta=10000.0)
VARIANTS = {
    "plain": {},
    "biases": dict(attention_bias=True, mlp_bias=True),
    "attention-biases": dict(attention_bias=True),
    "tied": dict(tie_word_embeddings=True),
    "wide-heads": dict(head_dim=10),
    "one-key-head": dict(num_key_value_heads=1),
    "all-key-heads": dict(num_key_value_heads=None),
    "one-head": dict(num_attention_heads=1, num_key_value_heads=1),
    "theta": dict(rope_theta=500000.0),
    "rope-parameters": dict(
        rope_theta=None, rope_parameters=dict(rope_theta=123.5, rope_type="default")),
    "F16": {}, "BF16": {}, "F64": {}, "F32": {},
}


def shapes(config):
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    heads = config["num_attention_heads"]
    size = config.get("head_dim") or hidden // heads
    queries, keys = heads * size, (config.get("num_key_value_heads") or heads) * size
    yield "model.embed_tokens.weight", (config["vocab_size"], hidden)
    yield "model.norm.weight", (hidden,)
    if not config.get("tie_word_embeddings"):
        yield "lm_head.weight", (config["vocab_size"], hidden)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        yield at + "input_layernorm.weight", (hidden,)
        yield at + "post_attention_layernorm.weight", (hidden,)
        projections = [
            ("self_attn.q_proj", queries, hidden, "attention_bias"),
            ("self_attn.k_proj", keys, hidden, "attention_bias"),
            ("self_attn.v_proj", keys, hidden, "attention_bias"),
            ("self_attn.o_proj", hidden, queries, "attention_bias"),
            ("mlp.gate_proj", inner, hidden, "mlp_bias"),
            ("mlp.up_proj", inner, hidden, "mlp_bias"),
            ("mlp.down_proj", hidden, inner, "mlp_bias"),
        ]
        for name, rows, columns, bias in projections:
            yield at + name + ".weight", (rows, columns)
            if config.get(bias):
                yield at + name + ".bias", (rows,)


def make(folder, variant):
    config = {key: value for key, value in {**BASE, **VARIANTS[variant]}.items()
              if value is not None}
    random = numpy.random.default_rng(len(variant))
    tensors = {}
    for name, shape in shapes(config):
        values = random.standard_normal(shape)
        values = 1 + values / 8 if "norm" in name else values / numpy.sqrt(shape[-1]) * 1.5
        tensors[name] = values.astype(dtype(variant))
    folder = pathlib.Path(folder)
    (folder / "config.json").write_text(json.dumps(config))
    save_file(tensors, folder / "model.safetensors")


def dtype(variant):
    if variant == "BF16":
        return ml_dtypes.bfloat16
    return {"F16": numpy.float16, "F64": numpy.float64}.get(variant, numpy.float32)


class Llama:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.config = json.loads((folder / "config.json").read_text())
        with safe_open(folder / "model.safetensors", framework="numpy") as file:
            self.weights = {
                name: file.get_tensor(name).astype(numpy.float64) for name in file.keys()}
        self.heads = self.config["num_attention_heads"]
        self.key_heads = self.config.get("num_key_value_heads") or self.heads
        self.size = self.config.get("head_dim") or self.config["hidden_size"] // self.heads
        rope = self.config.get("rope_parameters") or self.config
        self.theta = rope.get("rope_theta", 10000.0)

    def linear(self, name, x):
        y = x @ self.weights[name + ".weight"].T
        return y + self.weights[name + ".bias"] if name + ".bias" in self.weights else y

    def norm(self, name, x):
        square = numpy.mean(x * x, axis=-1, keepdims=True)
        return x / numpy.sqrt(square + self.config["rms_norm_eps"]) * self.weights[name + ".weight"]

    def rotate(self, x):
        """x: heads, positions, size; rotates complex numbers whose parts are the two halves of the size."""
        half = self.size // 2
        frequencies = self.theta ** (-numpy.arange(half) * 2 / self.size)
        turns = numpy.exp(1j * numpy.outer(numpy.arange(x.shape[1]), frequencies))
        turned = (x[..., :half] + 1j * x[..., half:]) * turns
        return numpy.concatenate([turned.real, turned.imag], axis=-1)

    def split(self, x, heads):
        return x.reshape(len(x), heads, self.size).transpose(1, 0, 2)

    def attention(self, at, x):
        queries = self.rotate(self.split(self.linear(at + "q_proj", x), self.heads))
        keys = self.rotate(self.split(self.linear(at + "k_proj", x), self.key_heads))
        values = self.split(self.linear(at + "v_proj", x), self.key_heads)
        keys, values = (numpy.repeat(y, self.heads // self.key_heads, axis=0)
                        for y in (keys, values))
        scores = queries @ keys.transpose(0, 2, 1) / numpy.sqrt(self.size)
        scores[:, numpy.triu(numpy.ones(scores.shape[1:], bool), 1)] = -numpy.inf
        weights = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        joined = (weights @ values).transpose(1, 0, 2).reshape(len(x), -1)
        return self.linear(at + "o_proj", joined)

    def run(self, tokens):
        """Returns the logits, and the hidden values of every layer."""
        x = self.weights["model.embed_tokens.weight"][tokens]
        hidden = []
        for layer in range(self.config["num_hidden_layers"]):
            at = f"model.layers.{layer}."
            x = x + self.attention(at + "self_attn.", self.norm(at + "input_layernorm", x))
            y = self.norm(at + "post_attention_layernorm", x)
            gate = self.linear(at + "mlp.gate_proj", y)
            hidden.append(gate / (1 + numpy.exp(-gate)) * self.linear(at + "mlp.up_proj", y))
            x = x + self.linear(at + "mlp.down_proj", hidden[-1])
        tied = self.config.get("tie_word_embeddings")
        output = "model.embed_tokens" if tied else "lm_head"
        return self.norm("model.norm", x) @ self.weights[output + ".weight"].T, hidden


def run(folder, out):
    model = Llama(folder)
    results = {}
    for window, tokens in enumerate(json.load(sys.stdin)):
        logits, hidden = model.run(tokens)
        results[f"logits.{window}"] = logits
        for layer, h in enumerate(hidden):
            results[f"hidden.{layer}.{window}"] = h
            for key, sums in (("abs_sum", abs(h)), ("square_sum", h * h)):
                key = f"{key}.{layer}"
                results[key] = results.get(key, 0) + sums.sum(axis=0)
    save_file({key: numpy.ascontiguousarray(value) for key, value in results.items()}, out)


def perplexity(folder, text):
    from tokenizers import Tokenizer

    model = Llama(folder)
    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    text = pathlib.Path(text).read_bytes().decode("utf-8")
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    losses = []
    for start in range(0, len(tokens), 255):
        targets = tokens[start : start + 255]
        logits, _ = model.run([model.config["bos_token_id"]] + targets[:-1])
        logits -= logits.max(axis=-1, keepdims=True)
        normalizers = numpy.log(numpy.exp(logits).sum(axis=-1))
        losses.extend(normalizers - logits[numpy.arange(len(targets)), targets])
    print(numpy.exp(numpy.mean(losses)), len(losses))


if __name__ == "__main__":
    {"make": make, "run": run, "perplexity": perplexity}[sys.argv[1]](*sys.argv[2:])
