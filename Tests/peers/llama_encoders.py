"""llama.cpp and Transformers as peers of exported experts of encoders.

    llama_encoders.py DYNAMOE

Exports an expert of every encoder in fixtures/families, as a folder for Transformers and as GGUF for llama.cpp, and
compares the hidden states of the same token ids. Exits with 0 if all agree, else with 1.
"""

import pathlib
import sys
import tempfile

import numpy
import torch
from llama_cpp import LLAMA_POOLING_TYPE_NONE, Llama, llama_log_set
from transformers import AutoModel, logging

from llama_export import F32, partition, quiet, run

ENCODERS = ("bert", "modernbert", "roberta")
# llama.cpp looks GELU up in a table of half precision.
TOLERANCE = 2e-3


def theirs(path, ids):
    model = Llama(
        str(path), embedding=True, n_ctx=64, n_batch=64, n_ubatch=64, pooling_type=LLAMA_POOLING_TYPE_NONE,
        type_k=F32, type_v=F32, flash_attn=False, verbose=False)
    # Texts of the tokens would be split anew.
    model.tokenize = lambda *_, **__: ids
    states = numpy.array(model.embed("", normalize=False))
    model.close()
    return states


def main(dynamoe):
    llama_log_set(quiet, None)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    ids = [(7 * index + 13) % 300 for index in range(40)]
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        place = pathlib.Path(temporary)
        for name in ENCODERS:
            file = place / "t.dmoe"
            partition(dynamoe, name, {}, place, file)
            folder, plain = place / f"{name}-hf", place / f"{name}.gguf"
            run(dynamoe, "export", file, "--format", "hf", "--expert", "1", "-o", folder)
            run(dynamoe, "export", file, "--format", "gguf", "--expert", "1", "--type", "f32", "-o", plain)
            with torch.no_grad():
                model = AutoModel.from_pretrained(folder, dtype=torch.float32)
                expected = model(torch.tensor([ids])).last_hidden_state[0].numpy()
            difference = float(numpy.abs(theirs(plain, ids) - expected).max() / numpy.ptp(expected))
            agrees = difference < TOLERANCE
            failed = failed or not agrees
            print(f"{name}, expert 1: hidden states differ by {difference:.1e} of their range"
                  f"{'' if agrees else ': TOO MUCH'}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
