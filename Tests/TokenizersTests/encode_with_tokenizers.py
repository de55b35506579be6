"""The `tokenizers` library; the reference for our tokenizer.

    encode_with_tokenizers.py encode         {"tokenizer", "texts", "special"} -> [[id, ...], ...]
    encode_with_tokenizers.py make VARIANT   tokenizer.json -> another tokenizer.json

Input and output are standard input and output.
"""

import json
import sys

from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers


def encode(request):
    tokenizer = Tokenizer.from_str(request["tokenizer"])
    tokenizer.encode_special_tokens = not request["special"]
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in request["texts"]]


def add_tokens(tokenizer):
    """Adds tokens with every property that affects matching."""
    tokenizer.add_tokens([
        AddedToken("<left>", lstrip=True, normalized=False),
        AddedToken("<right>", rstrip=True, normalized=False),
        AddedToken("<both>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("<word>", single_word=True, normalized=False),
        AddedToken("ing", single_word=False, normalized=False),
        AddedToken("ingot", single_word=True, normalized=False),
        AddedToken("caf\u00e9", normalized=True),
        AddedToken("Stra\u00dfe", normalized=True, lstrip=True),
        AddedToken("   ", normalized=False),
    ])
    tokenizer.add_special_tokens([
        AddedToken("<|end|>", lstrip=True, normalized=False),
        AddedToken("<|end|>x", normalized=False),
        AddedToken("<e\u0301>", normalized=True),
    ])


def make(variant, text):
    tokenizer = Tokenizer.from_str(text)
    byte_level = pre_tokenizers.ByteLevel
    digits = pre_tokenizers.Digits
    if variant == "nfc-digits":
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [digits(individual_digits=True), byte_level(add_prefix_space=False)])
        add_tokens(tokenizer)
    elif variant == "nfd-lowercase-prefix":
        tokenizer.normalizer = normalizers.Sequence([
            normalizers.NFD(), normalizers.Lowercase(), normalizers.Replace("th", "\u00fe"),
            normalizers.Prepend("_")])
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [byte_level(add_prefix_space=True), digits(individual_digits=False)])
        add_tokens(tokenizer)
    elif variant == "prefix-per-piece":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [digits(individual_digits=False), byte_level(add_prefix_space=True)])
        add_tokens(tokenizer)
    elif variant == "one-word":
        tokenizer.pre_tokenizer = byte_level(add_prefix_space=False, use_regex=False)
    elif variant == "digits-of-bytes":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [byte_level(add_prefix_space=False), digits(individual_digits=True)])
    elif variant in ("ignore-merges", "unknown", "unknown-fused", "dropped"):
        return make_by_hand(variant, text)
    else:
        raise SystemExit(f"no variant {variant}")
    return tokenizer.to_str()


def make_by_hand(variant, text):
    """Makes variants by editing the JSON, because the library has no setters for them."""
    document = json.loads(text)
    model = document["model"]
    if variant == "ignore-merges":
        model["ignore_merges"] = True
        for word in ("\u0120Unreachable", "qqqq", "zq"):
            model["vocab"][word] = len(model["vocab"])
        model["merges"] = [" ".join(merge) for merge in model["merges"]]
    else:
        gone = ["e", "\u0120", "\u00c3"]
        model["merges"] = [
            merge for merge in model["merges"] if not any(g in "".join(merge) for g in gone)]
        for token in gone:
            del model["vocab"][token]
        if variant != "dropped":
            model["unk_token"] = "<s>"
            model["fuse_unk"] = variant == "unknown-fused"
    return json.dumps(document)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="")
    sys.stdout.reconfigure(encoding="utf-8")
    if sys.argv[1] == "encode":
        json.dump(encode(json.load(sys.stdin)), sys.stdout)
    else:
        sys.stdout.write(make(sys.argv[2], sys.stdin.read()))
