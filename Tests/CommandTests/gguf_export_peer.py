"""Compares an exported GGUF file with its .dmoe and the dense model in GGUF:

    gguf_export_peer.py REFERENCE FILE.dmoe FOUND.gguf DENSE.gguf EXPERT [TYPE]

REFERENCE is the folder of the independent reader, which supplies the permutations. DENSE.gguf was made by llama.cpp's
own converter or by the gguf package; the expert's neurons are picked from its tensors, and encoded as TYPE by that
package. Tensors must be equal bit for bit, as must the keys, except for those listed here. Prints the number of equal
tensors."""

import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import gguf
import numpy
from gguf import GGMLQuantizationType as Type
from read_dmoe import read_dmoe
from stored_tensors import read_tensor

# Keys that the fixtures' converter writes in addition, that it takes from its own lists, or that we add.
MAY_DIFFER = {
    "general.name", "general.type", "general.size_label", "general.file_type", "general.quantization_version",
    "general.license", "tokenizer.ggml.add_sep_token", "tokenizer.ggml.eot_token_id",
    "falcon.tensor_data_layout", "modern-bert.attention.layer_norm_rms_epsilon",
    "modern-bert.classifier.pooling_type", "dynamoe.generator", "dynamoe.expert",
}
# The usual values, or what llama.cpp computes itself.
YARN = (".yarn_beta_fast", ".yarn_beta_slow", ".yarn_attn_factor")
SAME_PRE = [{"gpt-2", "olmo"}, {"dbrx", "glm4"}]
NORMAL, UNKNOWN, CONTROL, USER_DEFINED = 1, 2, 3, 4


def contents(reader):
    return {key: field.contents() for key, field in reader.fields.items() if not key.startswith("GGUF.")}


def values(tensor):
    shape = [int(extent) for extent in reversed(tensor.shape)]
    return gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(shape)


def picked(tensor, orders, width):
    """The tensor cut to the neurons of the expert."""
    parts = tensor.name.split(".")
    data = values(tensor)
    if parts[0] != "blk" or parts[2] not in ("ffn_gate", "ffn_up", "ffn_down") or parts[2:] == ["ffn_down", "bias"]:
        return data
    axis = 1 if parts[2] == "ffn_down" else 0
    order = orders[int(parts[1])]
    fused = data.shape[axis] // width
    return data.take(numpy.concatenate([order + part * width for part in range(fused)]), axis)


def expected_type(tensor, shape, kind, tied):
    if kind is None or len(shape) < 2 or tensor.name.startswith("position_embd"):
        return tensor.tensor_type
    if kind == Type.Q4_0 and tensor.name == ("token_embd.weight" if tied else "output.weight"):
        kind = Type.Q8_0
    return Type.F16 if kind in (Type.Q8_0, Type.Q4_0) and shape[-1] % 32 else kind


def check_tensors(found, dense, orders, width, kind):
    names = {tensor.name for tensor in dense.tensors}
    tied = "output.weight" not in names
    tensors = {tensor.name: tensor for tensor in found.tensors}
    assert tensors.keys() == names, tensors.keys() ^ names
    for tensor in dense.tensors:
        mine = tensors[tensor.name]
        if kind is None and all(len(order) == width for order in orders):
            assert mine.tensor_type == tensor.tensor_type and mine.data.tobytes() == tensor.data.tobytes(), tensor.name
            continue
        data = picked(tensor, orders, width)
        wanted = expected_type(tensor, data.shape, kind, tied)
        assert mine.tensor_type == wanted, (tensor.name, mine.tensor_type, wanted)
        assert [int(extent) for extent in reversed(mine.shape)] == list(data.shape), tensor.name
        assert mine.data.tobytes() == gguf.quants.quantize(data, wanted).tobytes(), tensor.name
    return len(names)


def check_vocabulary(mine, theirs):
    """Compares kinds and scores, except where the fixtures' converter did not know about added tokens."""
    types = [keys.pop("tokenizer.ggml.token_type", []) for keys in (mine, theirs)]
    scores = [keys.pop("tokenizer.ggml.scores", None) for keys in (mine, theirs)]
    assert len(types[0]) == len(types[1])
    for index, (kind, other) in enumerate(zip(*types)):
        same = kind == other or (kind, other) in {(UNKNOWN, CONTROL), (USER_DEFINED, NORMAL)}
        assert same, (index, kind, other)
    assert (scores[0] is None) == (scores[1] is None)
    for index, (kind, other) in enumerate(zip(*types)):
        if scores[0] and kind == other == NORMAL:
            assert scores[0][index] == scores[1][index], (index, scores[0][index], scores[1][index])
    pre = [keys.pop("tokenizer.ggml.pre", None) for keys in (mine, theirs)]
    # WordPiece has one way of splitting words.
    assert pre[0] == pre[1] or set(pre) in SAME_PRE or mine["tokenizer.ggml.model"] == "bert", pre


def check_keys(mine, theirs, widths):
    check_vocabulary(mine, theirs)
    architecture = theirs["general.architecture"]
    if len(set(widths)) > 1:
        assert mine["general.architecture"] == "deci"
        mine = {key.replace("deci.", f"{architecture}.", 1): value for key, value in mine.items()}
        theirs[f"{architecture}.feed_forward_length"] = widths
        mine["general.architecture"] = architecture
    else:
        theirs[f"{architecture}.feed_forward_length"] = widths[0]
    # The fixture's own script writes fewer keys than the converter.
    for key in mine.keys() | theirs.keys() if "general.type" in theirs else theirs.keys():
        if key not in MAY_DIFFER and not key.endswith(YARN):
            assert mine.get(key) == theirs.get(key), (key, mine.get(key), theirs.get(key))


def main(file, found, dense, expert, kind=None):
    directory, sources, stored = read_dmoe(numpy.memmap(file, "u1", "r"))
    width = directory["model"]["intermediate_size"]
    widths = [layer[int(expert)] for layer in directory["plan"]["widths"]]
    orders = [
        read_tensor(stored[0, "permutation", layer]).view("<u4")[:count].astype(int)
        for layer, count in enumerate(widths)
    ]
    if all(count == width for count in widths):
        orders = [numpy.arange(width)] * len(widths)
    readers = [gguf.GGUFReader(path) for path in (found, dense)]
    kind = None if kind is None else Type[kind.upper()]
    count = check_tensors(*readers, orders, width, kind)
    check_keys(*map(contents, readers), widths)
    print(count)


main(*sys.argv[2:])
