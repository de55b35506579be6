"""numpy and ml_dtypes as independent decoders.

standard input: one tensor per line, its type and its bytes in hexadecimal; prints one line for each,
the elements as float64 in hexadecimal
"""

import sys

import ml_dtypes
import numpy

TYPES = {
    "BOOL": numpy.uint8,
    "U8": numpy.uint8,
    "I8": numpy.int8,
    "F8_E5M2": ml_dtypes.float8_e5m2,
    "F8_E4M3": ml_dtypes.float8_e4m3fn,
    "F8_E8M0": ml_dtypes.float8_e8m0fnu,
    "F8_E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "F8_E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "I16": "<i2",
    "U16": "<u2",
    "F16": "<f2",
    "BF16": ml_dtypes.bfloat16,
    "I32": "<i4",
    "U32": "<u4",
    "F32": "<f4",
    "C64": "<f4",
    "F64": "<f8",
    "I64": "<i8",
    "U64": "<u8",
}

# Types smaller than a byte, packed from the lowest bit.
PACKED = {
    "F4": (4, ml_dtypes.float4_e2m1fn),
    "F6_E2M3": (6, ml_dtypes.float6_e2m3fn),
    "F6_E3M2": (6, ml_dtypes.float6_e3m2fn),
}


def decode(name, data):
    if name in TYPES:
        return numpy.frombuffer(data, dtype=TYPES[name])
    width, dtype = PACKED[name]
    bits = numpy.unpackbits(numpy.frombuffer(data, numpy.uint8), bitorder="little")
    patterns = numpy.packbits(bits.reshape(-1, width), axis=1, bitorder="little")[:, 0]
    return patterns.view(dtype)


for line in sys.stdin:
    name, data = line.split()
    with numpy.errstate(invalid="ignore"):
        values = decode(name, bytes.fromhex(data)).astype("<f8")
    print(values.tobytes().hex())
