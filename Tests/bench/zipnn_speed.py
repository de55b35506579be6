"""Codes and decodes the tensors of a BF16 checkpoint with zipnn, on one thread: zipnn_speed.py FILE.safetensors

Prints the same as CodingBenchmark: plain bytes, coded bytes, and bytes per second each way, the best of five."""
import sys, time, warnings
warnings.filterwarnings("ignore")
import ml_dtypes, zipnn  # ml_dtypes registers bfloat16, which numpy lacks
from safetensors.numpy import load_file

tensors = [tensor.tobytes() for tensor in load_file(sys.argv[1]).values()]
coder = zipnn.ZipNN(bytearray_dtype="bfloat16", threads=1)
size = sum(map(len, tensors))


def best(job, inputs):
    """Shortest time in seconds; inputs that the job may modify are copied before timing."""
    seconds = []
    for _ in range(5):
        copies = [bytearray(data) for data in inputs]
        started = time.perf_counter()
        results = [job(data) for data in copies]
        seconds.append(time.perf_counter() - started)
    return min(seconds), results


coding, coded = best(coder.compress, tensors)
decoding, plain = best(coder.decompress, coded)
assert all(bytes(a) == b for a, b in zip(plain, tensors))
print(size, sum(map(len, coded)), int(size / coding), int(size / decoding))
