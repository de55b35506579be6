"""Dense checkpoints in safetensors and GGUF, for comparison with a .dmoe file."""
import hashlib
import pathlib
import struct

import numpy

from element_types import get_size
from json_rules import COUNT, check_types, load_json, need

# Element types of GGUF by number; plain types have the names of safetensors.
GGUF_TYPES = (
    "F32 F16 Q4_0 Q4_1 - - Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ3_XXS IQ1_S IQ4_NL"
    " IQ3_S IQ2_S IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 - - - TQ1_0 TQ2_0 - - - MXFP4 NVFP4 Q1_0 Q2_0").split()
# struct formats of GGUF's values by the number of their type; strings and arrays have none.
GGUF_VALUES = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd"))
GGUF_STRING, GGUF_ARRAY = 8, 9


def compare(sources, path):
    """Compares names, types, shapes and digests with a dense checkpoint. Returns its bytes by name."""
    theirs = read_checkpoint(path)
    for name, (element_type, shape, data) in theirs.items():
        ours = name in sources and [sources[name][key] for key in ("element_type", "shape", "sha256")]
        need(ours == [element_type, shape, hashlib.sha256(data).hexdigest()], f"{path}: {name!a} is another one")
    need(len(theirs) == len(sources), f"{path} lacks {min(sources.keys() - theirs.keys(), default='')!a}")
    return {name: data for name, (_, _, data) in theirs.items()}


def read_checkpoint(path):
    """The tensors of a file, or of a folder of safetensors: name → (element type, shape, bytes)."""
    tensors = {}
    for file in sorted(pathlib.Path(path).glob("model*.safetensors")) or [path]:
        data = numpy.memmap(file, "u1", "r")
        try:
            tensors |= read_gguf(data) if bytes(data[:4]) == b"GGUF" else read_safetensors(data, file)
        except (struct.error, LookupError) as error:
            raise ValueError(f"{file}: not a supported GGUF file: {error}")
    return tensors


def read_safetensors(data, file):
    """The tensors of a safetensors file: the length of a header in JSON, the header, the data."""
    tensors, start = {}, 8 + int.from_bytes(bytes(data[:8]), "little")
    for name, tensor in load_json(data[8:start], dict, file).items():
        if name != "__metadata__":
            check_types(tensor, {"dtype": str, "shape": [COUNT], "data_offsets": [COUNT]}, f"{file}: {name!a}")
            begin, end = tensor["data_offsets"]
            tensors[name] = tensor["dtype"], tensor["shape"], data[start + begin:start + end]
    return tensors


def read_gguf(data):
    """The tensors of a GGUF file of version 2 or 3 that is little-endian and not split."""
    fields = Fields(data, 4)
    version, tensor_count, key_count = fields.take("IQQ")
    need(version in (2, 3), f"GGUF of version {version}")
    metadata = {fields.take_string(): fields.take_value(*fields.take("I")) for _ in range(key_count)}
    infos = [fields.take_info() for _ in range(tensor_count)]
    alignment = metadata.get("general.alignment", 32)
    start, tensors = -(-fields.position // alignment) * alignment, {}
    for name, shape, element_type, offset in infos:
        begin = start + offset
        tensors[name] = element_type, shape, data[begin:begin + get_size(element_type, shape)]
    return tensors


class Fields:
    """Reader of the consecutive fields at the beginning of a GGUF file."""

    def __init__(self, data, position):
        self.data, self.position = data, position

    def take(self, layout):
        """Reads numbers by a format of struct."""
        values = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def take_string(self):
        [length] = self.take("Q")
        self.position += length
        return bytes(self.data[self.position - length:self.position]).decode()

    def take_value(self, kind):
        if kind == GGUF_STRING:
            return self.take_string()
        if kind == GGUF_ARRAY:
            kind, count = self.take("IQ")
            return [self.take_value(kind) for _ in range(count)]
        return self.take(GGUF_VALUES[kind])[0]

    def take_info(self):
        """Name, shape, element type and offset of a tensor. GGUF has the fastest extent first."""
        name, [rank] = self.take_string(), self.take("I")
        shape, [kind, offset] = [*self.take(f"{rank}Q")][::-1], self.take("IQ")
        return name, shape, GGUF_TYPES[kind], offset
