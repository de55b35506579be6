"""Runs a routed model by the independent reader: python routed_peer.py REFERENCE FILE BUDGET BOS TEXT.

REFERENCE is the folder of the reader, FILE a .dmoe of a llama with float weights that contains its tokenizer, BOS the
id at the start of the single window. Prints the text of each token (a character belongs to the token that completes it)
and its expert in every layer; the beginning token is left out."""

import codecs
import json
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import numpy
import tokenizers
from read_dmoe import read_dmoe
from route_dmoe import choose, feed_forward, find_knob, floats, list_token_costs, predict
from stored_tensors import read_tensor

directory, _, contents = read_dmoe(numpy.memmap(sys.argv[2], "u1", "r"))
budget, beginning = float(sys.argv[3]), int(sys.argv[4])
text = pathlib.Path(sys.argv[5]).read_bytes().decode("utf-8")
read_file = lambda name: bytes(read_tensor(contents[0, "file", name]))
weight = lambda name: floats(contents[0, "source", name])
config = json.loads(read_file("config.json"))
tokenizer = tokenizers.Tokenizer.from_str(read_file("tokenizer.json").decode())
ids = tokenizer.encode(text, add_special_tokens=False).ids
vocabulary = json.loads(read_file("tokenizer.json"))["model"]["vocab"]
names = {index: name for name, index in vocabulary.items()}

# GPT-2's alphabet: printable bytes map to themselves, the others to code points from 256.
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
alphabet = {chr(byte): byte for byte in printable}
alphabet |= {chr(256 + n): byte for n, byte in enumerate(b for b in range(256) if b not in printable)}
decoder = codecs.getincrementaldecoder("utf-8")("replace")
texts = [decoder.decode(bytes(alphabet[c] for c in names[index])) for index in ids]

heads, shared = config["num_attention_heads"], config["num_key_value_heads"]
size, epsilon = config["head_dim"], config["rms_norm_eps"]
stream = weight("model.embed_tokens.weight")[[beginning, *ids]]
count = len(stream)
angles = numpy.outer(numpy.arange(count), config["rope_theta"] ** (-numpy.arange(0, size, 2) / size))
cosine, sine = (numpy.tile(f(angles), 2)[:, None] for f in (numpy.cos, numpy.sin))
future = numpy.triu(numpy.full((count, count), -numpy.inf), 1)


def normalize(x, scale):
    return x / numpy.sqrt((x ** 2).mean(axis=1, keepdims=True) + epsilon) * scale


def rotate(x):
    low, high = numpy.split(x, 2, axis=2)
    return x * cosine + numpy.concatenate([-high, low], axis=2) * sine


choices = []
for layer in range(config["num_hidden_layers"]):
    at = f"model.layers.{layer}."
    x = normalize(stream, weight(at + "input_layernorm.weight"))
    project = lambda part, n: (x @ weight(f"{at}self_attn.{part}_proj.weight").T).reshape(count, n, size)
    query, key, value = rotate(project("q", heads)), rotate(project("k", shared)), project("v", shared)
    key, value = (numpy.repeat(each, heads // shared, axis=1) for each in (key, value))
    scores = numpy.einsum("qhd,khd->hqk", query, key) / numpy.sqrt(size) + future
    shares = numpy.exp(scores - scores.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    joined = numpy.einsum("hqk,khd->qhd", shares, value).reshape(count, heads * size)
    stream = stream + joined @ weight(at + "self_attn.o_proj.weight").T
    x = normalize(stream, weight(at + "post_attention_layernorm.weight"))
    knob = find_knob(directory, contents, budget)
    price = knob.get("price")
    chosen = choose(
        predict(directory, contents, layer, x, stream), list_token_costs(directory, contents, layer, price), **knob)
    stream = stream + feed_forward(directory, contents, layer, x, chosen, stream, price)[0]
    choices.append(chosen[1:])
print(json.dumps({
    "texts": texts, "experts": numpy.transpose(choices).tolist(), "widths": directory["plan"]["widths"]}))
