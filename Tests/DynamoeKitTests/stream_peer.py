"""Tensors of a GGUF file as the gguf package reads them.

stream_peer.py FILE     prints a line for every tensor, its fields separated by tabs: name, type, shape,
                        SHA-256 of its bytes, SHA-256 of its values as little-endian floats
"""

import hashlib
import sys

import gguf
import numpy

for tensor in gguf.GGUFReader(sys.argv[1]).tensors:
    shape = ",".join(str(int(extent)) for extent in reversed(tensor.shape.tolist()))
    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype("<f4")
    digests = [hashlib.sha256(numpy.ascontiguousarray(part).tobytes()).hexdigest() for part in (tensor.data, values)]
    print(tensor.name, tensor.tensor_type.name, shape, *digests, sep="\t")
