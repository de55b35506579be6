"""llama.cpp's own vocabularies, and its tokens, as peers of `list-tokens`.

    llama_vocabularies.py LIST_TOKENS FOLDER

FOLDER holds `ggml-vocab-*.gguf` with `.inp` and `.out`, as `vendor/llama.cpp/models` of the source package of
llama-cpp-python does. Prints for each file how many texts have the tokens of its `.out`, or that it is refused. Exits
with 0 if no text has other tokens, else with 1.
"""

import json
import pathlib
import subprocess
import sys

SEPARATOR = "\n__ggml_vocab_test__\n"


def tokens(program, path, texts):
    """Kind of tokenizer and ids of each text; or a reason, and None."""
    run = subprocess.run([program, path], input=json.dumps(texts), stdout=subprocess.PIPE, text=True, check=True)
    kind, _, ids = run.stdout.partition("\n")
    return kind, json.loads(ids) if ids.strip() else None


def main(program, folder):
    equal = refused = wrong = 0
    for path in sorted(pathlib.Path(folder).glob("ggml-vocab-*.gguf")):
        given, expected = path.with_name(path.name + ".inp"), path.with_name(path.name + ".out")
        if not given.exists():
            print(f"{path.name}: no texts")
            continue
        # Line ends are part of the texts.
        texts = given.read_bytes().decode().split(SEPARATOR)
        lines = expected.read_text().split("\n")[: len(texts)]
        kind, found = tokens(program, path, texts)
        if found is None:
            refused += 1
            print(f"{path.name}: {kind}")
            continue
        right = sum(ids == [int(word) for word in line.split()] for ids, line in zip(found, lines, strict=True))
        equal += right == len(texts)
        wrong += right != len(texts)
        print(f"{path.name}: {kind}, {right} of {len(texts)} texts")
    print(f"{equal} files equal, {refused} refused, {wrong} wrong")
    return 1 if wrong or equal + refused == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
