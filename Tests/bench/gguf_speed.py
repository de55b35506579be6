"""Speed of the gguf package in the job of BlocksBenchmark: `gguf_speed.py TYPE...`.

Prints, for each type, the bytes of floats per second in the best of ten runs over 16 pieces.
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
