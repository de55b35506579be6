"""Files that llama.cpp saved itself, with every key that it knows, are read as their originals.

    llama_saved.py DYNAMOE

llama.cpp loads the GGUF file of each family in fixtures/families and saves it; `dynamoe evaluate` must find the same
perplexity in both files. Exits with 0 if all agree, else with 1.
"""

import ctypes
import json
import pathlib
import subprocess
import sys
import tempfile

import llama_cpp

from llama_export import FAMILIES, ROOT, TEXT, quiet

# Architectures that llama.cpp's saver aborts on.
UNSAVED = {"apertus"}


def saved(path, place):
    """Path of the file as llama.cpp saves it."""
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
    save = llama_cpp.llama_cpp._lib.llama_model_save_to_file
    save.argtypes, save.restype = [ctypes.c_void_p, ctypes.c_char_p], None
    save(model, str(place).encode())
    llama_cpp.llama_model_free(model)
    return place


def perplexity(dynamoe, path):
    done = subprocess.run(
        [dynamoe, "evaluate", str(path), "--text", str(TEXT), "--max-tokens", "64", "--context", "16", "--variants",
         "dense", "--json"], stdout=subprocess.PIPE)
    return json.loads(done.stdout)["variants"][0]["perplexity"] if done.returncode == 0 else None


def main(dynamoe):
    llama_cpp.llama_log_set(quiet, None)
    llama_cpp.llama_backend_init()
    agree = True
    with tempfile.TemporaryDirectory() as place:
        for name in FAMILIES:
            path = ROOT / "fixtures/families" / name / "model.gguf"
            if not path.exists() or name in UNSAVED:
                continue
            expected = perplexity(dynamoe, path)
            found = perplexity(dynamoe, saved(path, pathlib.Path(place) / f"{name}.gguf"))
            same = expected is not None and found == expected
            print(f"{name}, saved by llama.cpp: {found}, before {expected}: {'agrees' if same else 'DIFFERS'}")
            agree &= same
    return 0 if agree else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
