"""Runs the built program on tokenizers whose work may grow as the product of their length and the text's.

    lengths.py DYNAMOE [GROUP ...]
    lengths.py --list

It works, or refuses with one line, soon. Prints a line per group, and exits with 1, naming every case that fails.
"""

import json
import shutil
import sys

from place import MODEL, run_groups

ADDED = {"special": False, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}


def tokenizes(at, case, change, text, tokens=2000):
    """Evaluates a text with a changed tokenizer."""
    model = at.path("model")
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer_config.json"):
        shutil.copy(MODEL / name, model / name)
    tokenizer = json.loads((MODEL / "tokenizer.json").read_text())
    change(tokenizer)
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))
    at.path("text").write_text(text)
    outcome = at.run("evaluate", model, "--text", at.path("text"), "--max-tokens", tokens, "--context", 32)
    at.complaints.check(
        outcome.code == 0 or outcome.code == 65 and outcome.errors.count("\n") == 1,
        f"{case}: ended with {outcome.code}: {outcome.errors[:300]!r}")


def adds(*texts, normalized=False):
    """Adds tokens, which have no row in the embedding."""
    def change(tokenizer):
        first = len(set(tokenizer["model"]["vocab"].values()) | {token["id"] for token in tokenizer["added_tokens"]})
        tokenizer["added_tokens"] += [
            {"id": first + n, "content": text, **ADDED, "normalized": normalized} for n, text in enumerate(texts)]
    return change


def added(at):
    for normalized in (False, True):
        tokenizes(at, "a long added token", adds("a" * 20_000, normalized=normalized), "a" * 19_999 + "b" + "a" * 50_000)
        tokenizes(at, "added tokens with a common beginning",
                  adds(*("a" * 500 + "b" * n for n in range(2000)), normalized=normalized), ("a" * 500 + "c") * 200)
        tokenizes(at, "added tokens that begin each other",
                  adds(*("a" * n for n in range(50, 2000)), normalized=normalized), "a" * 100_000)


def pieces(at):
    def unigram(tokenizer):
        tokenizer.update(added_tokens=[], normalizer=None, pre_tokenizer=None, decoder=None, post_processor=None)
        tokenizer["model"] = {
            "type": "Unigram", "unk_id": 0, "byte_fallback": False,
            "vocab": [["<unk>", 0], ["a", -1], ["a" * 200_000, -2], *(["a" * n + "b", -3] for n in range(1, 300))]}
    tokenizes(at, "a long piece", unigram, "a" * 400_000)
    tokenizes(at, "pieces that begin each other", unigram, ("a" * 299 + "c") * 300)


def steps(at):
    def replaces(tokenizer):
        tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Replace", "pattern": {"String": f"x{n}"}, "content": "y"} for n in range(1000)]}

    def prepends(tokenizer):
        tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "y"}] * 1000}

    def splits(tokenizer):
        tokenizer["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"String": f"x{n}"}, "behavior": "Isolated", "invert": False}
            for n in range(1000)] + [{"type": "ByteLevel", "add_prefix_space": False}]}
    for name, change in (("replacements", replaces), ("beginnings", prepends), ("splits", splits)):
        tokenizes(at, f"a thousand {name}", change, "some words " * 90_000)


    def patterns(tokenizer):
        tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Replace", "pattern": {"Regex": "a*b"}, "content": "b"}] * 250}

    def splits_by_pattern(tokenizer):
        tokenizer["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "a*b"}, "behavior": "Isolated", "invert": False}] * 60 + [
            {"type": "ByteLevel", "add_prefix_space": False}]}

    def grows(tokenizer):
        tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Replace", "pattern": {"String": start}, "content": end}
            for start, end in (("a", "a" * 60), ("a" * 60, "a"))] * 32}
    for name, change in (("patterns", patterns), ("splits by patterns", splits_by_pattern)):
        tokenizes(at, name, change, ("a" * 100 + " ") * 3000)
    tokenizes(at, "texts that grow and shrink", grows, "a" * 200_000)


def words(at):
    same = lambda tokenizer: None
    tokenizes(at, "a word of a megabyte", same, "a" * 1_000_000)
    tokenizes(at, "a megabyte of spaces", same, " " * 1_000_000)
    tokenizes(at, "a megabyte of marks", same, "e" + "\u0301" * 500_000)
    tokenizes(at, "a megabyte of line ends", same, "\n" * 1_000_000)

    def form(name):
        return lambda tokenizer: tokenizer.update(normalizer={"type": name})
    for name in ("NFC", "NFD", "NFKC", "NFKD"):
        tokenizes(at, f"marks out of order in {name}", form(name), "a" + "\u0301\u0327" * 100_000)
        tokenizes(at, f"long replacements in {name}", form(name), "\ufdfa " * 40_000)

    def spaces(tokenizer):
        adds(" ")(tokenizer)
        tokenizer["added_tokens"][-1]["rstrip"] = True
    tokenizes(at, "added white space that takes more", spaces, " " * 100_000)


if __name__ == "__main__":
    sys.exit(run_groups({"added": added, "pieces": pieces, "steps": steps, "words": words}, __doc__))
