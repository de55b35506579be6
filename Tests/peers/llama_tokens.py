"""Added tokens of GGUF files, by kind and by name, as peers of `list-tokens`.

    llama_tokens.py LIST_TOKENS

Small SentencePiece vocabularies with control, user-defined and normal tokens, of names that llama.cpp knows and does
not know, are written to GGUF files; random texts of their pieces must have the ids of llama.cpp, with and without the
special tokens in them. Exits with 0 if all agree, else with 1.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

import gguf
import llama_cpp

from llama_export import quiet

NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = range(1, 7)
PIECES = ["he", "ll", "llo", "hello", "▁hello", "us", "er", "user", "▁user", "▁u", "▁us", "日本", "éa", "▁▁", "  "]
NAMES = ["<|im_start|>", "<|im_end|>", "<|end|>", "<|user|>", "</x>", "<fim_prefix>", "<|message|>", "<u>", "b▁c"]
TEXTS = ["hello", " user", "  ", "\n", "▁", "日", "本", "日本語", "é", "éa", "a", "b c", ".", "<", "|>", "\t", "🙂"]
CASES = {
    "user-defined": ({name: USER for name in NAMES}, {}),
    "without space": ({name: USER for name in NAMES}, {"add_space_prefix": False}),
    "control": ({name: CONTROL for name in NAMES}, {}),
    "normal": ({name: NORMAL for name in NAMES}, {}),
    "harmony": ({name: CONTROL for name in [*NAMES, "<|call|>", "<|return|>", "<|channel|>"]}, {}),
    "solar": ({name: CONTROL for name in [*NAMES, "<|calls|>", "<|flush|>"]}, {}),
    "old end": ({name: USER for name in [*NAMES, "<|tool_response>"]}, {}),
    "phi-3": ({name: CONTROL for name in [*NAMES, "<|endoftext|>"]}, {"name": "Phi-3 Mini"}),
}


def write(path, added, options):
    tokens = [("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL)] + [(f"<0x{b:02X}>", BYTE) for b in range(256)]
    tokens += [(c, NORMAL) for c in "▁abcdefghijklmnopqrstuvwxyz."] + [(piece, NORMAL) for piece in PIECES]
    tokens += [(name, kind) for name, kind in added.items()]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(options.get("name", "tiny"))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_scores([-float(n) for n in range(len(tokens))])
    writer.add_token_types([kind for _, kind in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(options.get("add_space_prefix", True))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def peer(path, texts, special):
    model = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
    return [model.tokenize(text.encode(), add_bos=False, special=special) for text in texts]


def ours(program, path, texts, special):
    run = subprocess.run([program, path, *(["--parse-special"] if special else [])], input=json.dumps(texts),
                         stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.partition("\n")[2])


def main(program):
    llama_cpp.llama_log_set(quiet, None)
    chance = random.Random(11)
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        path = str(pathlib.Path(place) / "vocabulary.gguf")
        for case, (added, options) in CASES.items():
            write(path, added, options)
            parts = TEXTS + list(added) + ["<s>", "</s>"]
            texts = ["".join(chance.choices(parts, k=chance.randint(1, 8))) for _ in range(500)]
            for special in (False, True):
                pairs = list(zip(texts, ours(program, path, texts, special), peer(path, texts, special), strict=True))
                others = [pair for pair in pairs if pair[1] != pair[2]]
                wrong += len(others)
                print(f"{case}, {'with' if special else 'without'} special tokens: {500 - len(others)} of 500 agree")
                for text, found, expected in others[:3]:
                    print(f"  {text!r}: {found}, llama.cpp {expected}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
