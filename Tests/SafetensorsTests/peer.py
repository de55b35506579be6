"""The safetensors library as an independent peer of our reader and writer.

peer.py judge              standard input: frames (4 bytes of length, little-endian, then the bytes
                           of a file); prints one line for each, "accept" or "reject: REASON"
peer.py describe FILE...   prints one JSON line per file: its metadata and its tensors, as the library
                           loads them, bytes in hexadecimal
peer.py write FOLDER       standard input: JSON lines {"file", "metadata", "tensors": [[name, type,
                           shape, hexadecimal bytes]]}; writes each with the library's serializer
"""

import ctypes
import json
import sys

import safetensors


def frames(data):
    position = 0
    while position < len(data):
        length = int.from_bytes(data[position : position + 4], "little")
        yield data[position + 4 : position + 4 + length]
        position += 4 + length


def judge():
    for data in frames(sys.stdin.buffer.read()):
        try:
            safetensors.deserialize(data)
            print("accept")
        except safetensors.SafetensorError as error:
            print("reject:", str(error).replace("\n", " "))


def describe(paths):
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__")
        tensors = [
            [name, info["dtype"], info["shape"], bytes(info["data"]).hex()]
            for name, info in safetensors.deserialize(data)
        ]
        print(json.dumps({"metadata": metadata, "tensors": tensors}))


def write(folder):
    for line in sys.stdin.buffer:
        case = json.loads(line)
        specs, buffers = {}, []
        for name, dtype, shape, data in case["tensors"]:
            if dtype == "F4":
                # The library counts pairs of elements for this type: the last extent is doubled.
                shape = shape[:-1] + [shape[-1] // 2]
            buffer = ctypes.create_string_buffer(bytes.fromhex(data))
            buffers.append(buffer)
            specs[name] = safetensors.TensorSpec(
                dtype=NAMES[dtype],
                shape=shape,
                data_ptr=ctypes.addressof(buffer),
                data_len=len(data) // 2,
            )
        with open(f"{folder}/{case['file']}", "wb") as file:
            file.write(safetensors.serialize(specs, case["metadata"]))


# The serializer's names for the types of the header; it has none for 6-bit types.
NAMES = {
    "BOOL": "bool",
    "F4": "float4_e2m1fn_x2",
    "U8": "uint8",
    "I8": "int8",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E8M0": "float8_e8m0fnu",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "I16": "int16",
    "U16": "uint16",
    "F16": "float16",
    "BF16": "bfloat16",
    "I32": "int32",
    "U32": "uint32",
    "F32": "float32",
    "C64": "complex64",
    "F64": "float64",
    "I64": "int64",
    "U64": "uint64",
}


if __name__ == "__main__":
    arguments = sys.argv[2:]
    {"judge": judge, "describe": lambda: describe(arguments), "write": lambda: write(*arguments)}[
        sys.argv[1]
    ]()
