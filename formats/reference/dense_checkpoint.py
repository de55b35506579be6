"""Reads dense checkpoints, safetensors and GGUF, as far as it takes to compare one with a .dmoe file."""
import hashlib, pathlib, struct
import numpy
from read_dmoe import COUNT, check_types, get_size, load_json, need

# The element types of GGUF by their numbers; those of plain numbers have the names of safetensors.
GGUF_TYPES = ("F32 F16 Q4_0 Q4_1 - - Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ3_XXS IQ1_S"
              " IQ4_NL IQ3_S IQ2_S IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 - - - TQ1_0 TQ2_0 - - - MXFP4 NVFP4 Q1_0"
              " Q2_0").split()
# The formats of metadata values by their numbers; 8 is a string, 9 an array.
GGUF_VALUES = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd"))

def read_checkpoint(path):
    """The tensors of a file, or of a folder of safetensors: name → (element type, shape, bytes)."""
    tensors = {}
    for file in sorted(pathlib.Path(path).glob("model*.safetensors")) or [path]:
        data = numpy.memmap(file, "u1", "r")
        tensors |= read_gguf(data) if bytes(data[:4]) == b"GGUF" else read_safetensors(data, file)
    return tensors

def read_safetensors(data, file):
    tensors, start = {}, 8 + int.from_bytes(bytes(data[:8]), "little")
    for name, tensor in load_json(data[8:start], dict, file).items():
        if name != "__metadata__":
            check_types(tensor, {"dtype": str, "shape": [COUNT], "data_offsets": [COUNT]}, f"{file}: {name!a}")
            begin, end = tensor["data_offsets"]
            tensors[name] = tensor["dtype"], tensor["shape"], data[start + begin:start + end]
    return tensors

def read_gguf(data):
    """A file of version 2 or 3, little-endian and not split."""
    position = 4
    def take(layout):
        nonlocal position
        values = struct.unpack_from("<" + layout, data, position)
        position += struct.calcsize("<" + layout)
        return values[0] if len(values) == 1 else values
    def string():
        nonlocal position
        length = take("Q")
        position += length
        return bytes(data[position - length:position]).decode()
    def value(kind):
        if kind != 9:
            return string() if kind == 8 else take(GGUF_VALUES[kind])
        kind, count = take("IQ")
        return [value(kind) for _ in range(count)]
    version, tensor_count, key_count = take("IQQ")
    need(version in (2, 3), f"GGUF of version {version}")
    metadata = {string(): value(take("I")) for _ in range(key_count)}
    alignment, infos = metadata.get("general.alignment", 32), []
    for _ in range(tensor_count):
        name, rank = string(), take("I")
        infos.append((name, [take("Q") for _ in range(rank)][::-1], take("I"), take("Q")))
    start, tensors = -(-position // alignment) * alignment, {}
    for name, shape, kind, offset in infos:
        begin, size = start + offset, get_size(GGUF_TYPES[kind], shape)
        tensors[name] = GGUF_TYPES[kind], shape, data[begin:begin + size]
    return tensors

def compare(sources, path):
    """Compares names, types, shapes and digests with a dense checkpoint. Returns its bytes by name."""
    theirs = read_checkpoint(path)
    for name, (element_type, shape, data) in theirs.items():
        ours = name in sources and [sources[name][key] for key in ("element_type", "shape", "sha256")]
        need(ours == [element_type, shape, hashlib.sha256(data).hexdigest()], f"{path}: {name!a} is another one")
    need(len(theirs) == len(sources), f"{path} lacks {min(sources.keys() - theirs.keys(), default='')!a}")
    return {name: data for name, (_, _, data) in theirs.items()}
