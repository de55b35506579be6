"""The gguf package as an independent decoder and encoder of quantised blocks; numpy for types it lacks.

    blocks_peer.py decode|encode

standard input: one job per line, the name of a type and bytes in hexadecimal: blocks to decode, or
floats to encode; prints one line for each, the floats or blocks in hexadecimal
"""

import sys

import gguf
import numpy

QUARTERS = numpy.array([0, 2, 4, 6], numpy.uint8)


def scaled(scale, numbers):
    return scale.astype(numpy.float32).reshape(-1, 1) * numbers.astype(numpy.float32)


def decode_q8_1(data):
    blocks = data.view([("d", "<f2"), ("s", "<f2"), ("q", "i1", 32)])
    return scaled(blocks["d"], blocks["q"])


def decode_q8_k(data):
    blocks = data.view([("d", "<f4"), ("q", "i1", 256), ("sums", "<i2", 16)])
    return scaled(blocks["d"], blocks["q"])


def decode_q1_0(data):
    blocks = data.view([("d", "<f2"), ("bits", "u1", 16)])
    bits = numpy.unpackbits(blocks["bits"], axis=1, bitorder="little")
    scale = blocks["d"].astype(numpy.float32).reshape(-1, 1)
    return numpy.where(bits == 1, scale, -scale)


def decode_q2_0(data):
    blocks = data.view([("d", "<f2"), ("bits", "u1", 16)])
    numbers = (blocks["bits"][:, :, None] >> QUARTERS) & 3
    return scaled(blocks["d"], numbers.reshape(-1, 64).astype(numpy.int8) - 1)


# Decoders written from the block layouts, for types that the package cannot decode.
LAYOUTS = {"Q8_1": decode_q8_1, "Q8_K": decode_q8_k, "Q1_0": decode_q1_0, "Q2_0": decode_q2_0}


def decode(name, data):
    data = numpy.frombuffer(data, numpy.uint8)
    if name in LAYOUTS:
        return LAYOUTS[name](data)
    return gguf.quants.dequantize(data, gguf.GGMLQuantizationType[name])


def encode(name, data):
    return gguf.quants.quantize(numpy.frombuffer(data, "<f4"), gguf.GGMLQuantizationType[name])


job = {"decode": decode, "encode": encode}[sys.argv[1]]
for line in sys.stdin:
    name, data = line.split()
    with numpy.errstate(all="ignore"):
        print(numpy.ascontiguousarray(job(name, bytes.fromhex(data))).tobytes().hex())
