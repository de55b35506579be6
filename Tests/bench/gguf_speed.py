"""Speed of the package gguf at what BlocksBenchmark does: `gguf_speed.py TYPE...`.

Prints, for each type, how many bytes of floats the best of ten runs over 16 pieces made in a second.
"""
import sys, time
import gguf
import numpy as np

ROWS, COLUMNS = 256, 4096


def speed(name):
    quantization = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[quantization]
    data = np.full((ROWS, COLUMNS // elements * size), 0x15, np.uint8)
    seconds = []
    for _ in range(10):
        started = time.perf_counter()
        for _ in range(16):
            values = gguf.quants.dequantize(data, quantization)
        seconds.append(time.perf_counter() - started)
    return int(16 * values.nbytes / min(seconds))


print(*map(speed, sys.argv[1:]))
