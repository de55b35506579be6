"""The gguf package as an independent peer of our reader and writer.

peer.py describe FILE...     prints one line per key and per tensor as the package reads them, with
                             fields separated by tabs, and "end" after each file
peer.py write FOLDER         writes the files of SAMPLES below with the package
peer.py swap FILE COPY       writes a copy of the other byte order with the package
"""

import argparse
import builtins
import shutil
import struct
import sys

import gguf
import numpy
from gguf.scripts.gguf_convert_endian import convert_byteorder

TYPES = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"]
VALUES = {
    "u8": [0, 255],
    "i8": [-128, 127],
    "u16": [0, 65535],
    "i16": [-32768, 32767],
    "u32": [0, 2**32 - 1],
    "i32": [-(2**31), 2**31 - 1],
    "u64": [0, 2**64 - 1],
    "i64": [-(2**63), 2**63 - 1],
    "f32": [-0.0, 1.5, float("inf")],
    "f64": [1e300, -2.0**-1074],
    "bool": [True, False, True],
    "string": ["", "e\u0301 \u00e9", "\u2581the"],
}
# Types whose size the package knows correctly and that it can write.
QUANTIZED = [
    name
    for name in gguf.GGMLQuantizationType.__members__
    if name not in ("F32", "F16", "F64", "I8", "I16", "I32", "I64", "BF16", "Q8_1")
]
PLAIN = ["float32", "float16", "float64", "int8", "int16", "int32", "int64"]


def words(kind, value):
    """A value as text that both languages format alike."""
    if kind == "string":
        return bytes(value).hex()
    if kind == "f32":
        return struct.pack(">f", value).hex()
    if kind == "f64":
        return struct.pack(">d", value).hex()
    return str(int(value))


def describe(path):
    reader = gguf.GGUFReader(path)
    for key, field in reader.fields.items():
        if key.startswith("GGUF."):
            continue
        kinds = [TYPES[kind] for kind in field.types]
        kind = kinds[-1]
        if kinds == ["array"]:
            # The package does not keep the type of an empty array.
            kind = TYPES[int(field.parts[3][0])]
        parts = [field.parts[index] for index in field.data]
        values = [words(kind, part if kind == "string" else part.tolist()[0]) for part in parts]
        shown = f"{kind}[{len(values)}]" if kinds[0] == "array" else kind
        print("key", key, shown, ",".join(values), sep="\t")
    for tensor in reader.tensors:
        data = tensor.data
        if reader.byte_order == "S" and data.dtype.itemsize > 1:
            data = data.astype(data.dtype.newbyteorder("<"))
        shape = ",".join(str(int(extent)) for extent in reversed(tensor.shape.tolist()))
        print("tensor", tensor.name, tensor.tensor_type.name, shape, data.tobytes().hex(), sep="\t")
    print("end")


def fill(writer, big):
    """Writes all types of values, and tensors of many types."""
    for kind, values in VALUES.items():
        number = gguf.GGUFValueType(TYPES.index(kind))
        for index, value in enumerate(values):
            writer.add_key_value(f"one.{kind}.{index}", value, number)
        writer.add_key_value(f"many.{kind}", values, gguf.GGUFValueType.ARRAY, number)
    random = numpy.random.default_rng(5)
    for index, name in enumerate(PLAIN):
        shape = [(3, 5), (7,), (2, 3, 4), (1, 2, 3, 5)][index % 4]
        size = int(numpy.prod(shape)) * numpy.dtype(name).itemsize
        # Exponents stay below those of NaN, which need not survive a conversion.
        data = numpy.frombuffer(random.bytes(size), numpy.uint8) & 0x3B
        writer.add_tensor(f"plain.{name}", data.view(name).reshape(shape))
    if not big:
        for name in QUANTIZED:
            kind = gguf.GGMLQuantizationType[name]
            size = gguf.GGML_QUANT_SIZES[kind][1]
            data = numpy.frombuffer(random.bytes(6 * size), numpy.uint8).reshape(3, 2 * size)
            writer.add_tensor(f"blocks.{name}", data, raw_dtype=kind)
        data = numpy.frombuffer(random.bytes(24), numpy.uint8).reshape(3, 8)
        writer.add_tensor("plain.BF16", data, raw_dtype=gguf.GGMLQuantizationType.BF16)


def swappable(writer):
    """Writes tensors of the types whose byte order the package can swap."""
    writer.add_key_value("list", [1, 2, 70000], gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT32)
    random = numpy.random.default_rng(6)
    for name in ["Q4_0", "Q8_0", "Q4_K", "Q6_K", "MXFP4", "NVFP4", "F16", "F32", "BF16"]:
        kind = gguf.GGMLQuantizationType[name]
        size = gguf.GGML_QUANT_SIZES[kind][1]
        data = numpy.frombuffer(random.bytes(6 * size), numpy.uint8).reshape(3, 2 * size)
        writer.add_tensor(name, data, raw_dtype=kind)


def write(folder):
    big = gguf.GGUFEndian.BIG
    samples = {
        "all": (dict(), lambda writer: fill(writer, False)),
        "small": (dict(), lambda writer: fill(writer, True)),
        "small-big": (dict(endianess=big), lambda writer: fill(writer, True)),
        "aligned": (dict(), lambda writer: (writer.add_custom_alignment(64), fill(writer, False))),
        "split": (dict(split_max_tensors=5), lambda writer: fill(writer, False)),
        "split-small": (dict(split_max_size=200, small_first_shard=True), lambda writer: fill(writer, False)),
        "swappable": (dict(), swappable),
    }
    for name, (options, add) in samples.items():
        writer = gguf.GGUFWriter(f"{folder}/{name}.gguf", "llama", **options)
        add(writer)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def swap(path, copy):
    shutil.copyfile(path, copy)
    builtins.input = lambda _: "YES"
    convert_byteorder(gguf.GGUFReader(copy, "r+"), argparse.Namespace(order="big", dry_run=False))


if __name__ == "__main__":
    arguments = sys.argv[2:]
    {
        "describe": lambda: [describe(path) for path in arguments],
        "write": lambda: write(*arguments),
        "swap": lambda: swap(*arguments),
    }[sys.argv[1]]()
