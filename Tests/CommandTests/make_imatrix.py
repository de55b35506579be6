"""Writes our statistics as importance matrices of llama.cpp, OUT.dat and OUT.gguf: python make_imatrix.py STATS OUT"""

import struct
import sys

import gguf
import numpy as np
from safetensors.numpy import load_file

statistics, out = load_file(sys.argv[1]), sys.argv[2]
layers = sum(name.endswith(".square_sum") for name in statistics)
count, calls = float(statistics["token_count"]), 7
squares = {f"blk.{layer}.ffn_down.weight": statistics[f"layers.{layer}.square_sum"] for layer in range(layers)}

with open(out + ".dat", "wb") as file:
    file.write(struct.pack("<i", layers))
    for name, values in squares.items():
        name, values = name.encode(), (values / count * calls).astype("<f4")
        file.write(struct.pack("<i", len(name)) + name + struct.pack("<ii", calls, len(values)) + values.tobytes())
    file.write(struct.pack("<ii", calls, 9) + b"some text")

writer = gguf.GGUFWriter(out + ".gguf", "")
writer.add_string("general.type", "imatrix")
writer.add_array("imatrix.datasets", ["some text"])
writer.add_uint32("imatrix.chunk_count", calls)
for name, values in squares.items():
    writer.add_tensor(name + ".in_sum2", values.astype("f4").reshape(1, -1))
    writer.add_tensor(name + ".counts", np.array([[count]], "f4"))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
