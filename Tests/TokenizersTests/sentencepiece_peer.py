"""The `sentencepiece` library; the reference for tokenizers that it trains.

    sentencepiece_peer.py train VARIANT   text -> {"model": base64}
    sentencepiece_peer.py encode          {"model", "texts"} -> [[id, ...], ...]
    sentencepiece_peer.py gguf            {"model"} or {"tokenizer"} -> the metadata of a GGUF file
    sentencepiece_peer.py json FORM       {"model"} -> tokenizer.json

Input and output are standard input and output.
"""

import base64
import io
import json
import pathlib
import struct
import sys
import tempfile

import gguf
import sentencepiece

NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = range(1, 7)


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def write_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(data):
    """Number, value and bytes of each field of a protocol buffer message."""
    at = 0
    while at < len(data):
        start = at
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        else:
            size, at = (4, at) if tag & 7 == 5 else varint(data, at)
            value, at = data[at:at + size], at + size
        yield tag >> 3, value, data[start:at]


def edit(model, change):
    """Applies a change to the (piece, score, type) of every token; the library has no setters."""
    out = b""
    token = 0
    for number, value, whole in fields(model):
        if number == 1:
            parts = {number: part for number, part, _ in fields(value)}
            piece, score, kind = change(
                token, parts[1].decode(), struct.unpack("<f", parts[2])[0], parts.get(3, NORMAL))
            token += 1
            text = piece.encode()
            body = (b"\x0a" + write_varint(len(text)) + text + b"\x15" + struct.pack("<f", score)
                    + b"\x18" + write_varint(kind))
            whole = b"\x0a" + write_varint(len(body)) + body
        out += whole
    return out


def train(variant, text):
    # The fixture has no indentation, from which tokens of several spaces are learnt.
    lines = [line.replace(", ", "  ").replace(". ", "     ") if i % 4 == 0 else line
             for i, line in enumerate(text.splitlines())]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="bpe",
        vocab_size=1000 if variant == "no-bytes" else 1300, character_coverage=1.0,
        byte_fallback=variant != "no-bytes", split_digits=True,
        split_by_whitespace=variant != "across-words", max_sentence_length=1 << 20,
        # As in Llama: the text is unchanged except for the space prefix.
        normalization_rule_name="identity", add_dummy_prefix=variant != "no-prefix",
        remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
        num_threads=1, minloglevel=2)
    model = model.getvalue()
    if variant == "ties":
        # Groups of equal scores, so that the position in the text decides.
        model = edit(model, lambda i, piece, score, kind: (piece, score // 100, kind))
    elif variant == "no-order":
        # Merges in a different order than they were learnt: some tokens become unreachable.
        model = edit(model, lambda i, piece, score, kind: (piece, -float(i * 7919 % 1013), kind))
    elif variant == "unused":
        model = edit(model, lambda i, piece, score, kind: (
            piece, score, UNUSED if kind == NORMAL and i % 3 == 0 and len(piece) > 1 else kind))
    return {"model": base64.b64encode(model).decode()}


def load(request):
    return sentencepiece.SentencePieceProcessor(model_proto=base64.b64decode(request["model"]))


def metadata(request):
    """Metadata that the `gguf` library would write to a file."""
    merges = None
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if "model" in request:
            (folder / "tokenizer.model").write_bytes(base64.b64decode(request["model"]))
            vocabulary = gguf.vocab.SentencePieceVocab(folder)
        else:
            (folder / "tokenizer.json").write_text(request["tokenizer"], encoding="utf-8")
            vocabulary = gguf.vocab.BpeVocab(folder)
            merges = gguf.vocab.SpecialVocab(folder, load_merges=True).merges
        tokens = list(vocabulary.all_tokens())
    contents = [text.decode() if isinstance(text, bytes) else text for text, _, _ in tokens]
    kinds = [int(kind) for _, _, kind in tokens]
    # The library leaves these kinds to its callers.
    for token in json.loads(request.get("tokenizer", "{}")).get("added_tokens", []):
        kinds[token["id"]] = CONTROL if token["special"] else USER
    return {
        "model": vocabulary.tokenizer_model, "tokens": contents, "types": kinds,
        "scores": [score for _, score, _ in tokens], "merges": merges,
    }


def tokenizer_json(form, request):
    """A tokenizer.json whose merges are all ways to split a piece in two, ordered by score."""
    processor = load(request)
    ids = range(processor.vocab_size())
    pieces = {processor.id_to_piece(i): i for i in ids}
    merges = []
    for piece, token in pieces.items():
        if processor.is_byte(token) or processor.is_control(token):
            continue
        ways = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        ways = [way for way in ways if way[0] in pieces and way[1] in pieces]
        ways.sort(key=lambda way: (pieces[way[0]], pieces[way[1]]))
        merges += [(-processor.get_score(token), way) for way in ways]
    merges.sort(key=lambda merge: merge[0])

    special = lambda token, normalized: {
        "id": pieces[token], "content": token, "special": True, "normalized": normalized,
        "single_word": False, "lstrip": False, "rstrip": False}
    word = lambda token, content, normalized: {
        **special("<s>", normalized), "id": token, "content": content, "special": False}
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
    prepend = {"type": "Prepend", "prepend": "\u2581"}
    metaspace = lambda scheme, split: {
        "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": split}
    split = lambda pattern, behavior: {
        "type": "Split", "pattern": {"String": pattern}, "behavior": behavior, "invert": False}
    normalizer, pre_tokenizer = {
        "plain": ({"type": "Sequence", "normalizers": [prepend, replace]}, None),
        "prepend": ({"type": "Sequence", "normalizers": [prepend, replace]}, None),
        "legacy": ({"type": "Sequence", "normalizers": [prepend, replace]}, None),
        "holes": ({"type": "Sequence", "normalizers": [prepend, replace]}, None),
        "holes-fused": ({"type": "Sequence", "normalizers": [prepend, replace]}, None),
        "whole-words": (replace, split("\u2581", "MergedWithNext")),
        "gemma": (replace, split(" ", "MergedWithPrevious")),
        "split-next": (None, split(" ", "MergedWithNext")),
        "split-previous": (None, split("th", "MergedWithPrevious")),
        "split-isolated": (None, {
            "type": "Sequence", "pretokenizers": [
                split("\u2581\u2581", "Isolated"), split("e", "Isolated"),
                {"type": "Digits", "individual_digits": True}]}),
        "metaspace-first": (None, metaspace("first", False)),
        "metaspace-always": (None, metaspace("always", False)),
        "metaspace-never": (None, metaspace("never", False)),
        "metaspace-first-split": (None, metaspace("first", True)),
        "metaspace-always-split": (None, metaspace("always", True)),
        "metaspace-default": (None, {"type": "Metaspace", "replacement": "\u2581"}),
        "metaspace-underscore": (None, {**metaspace("always", True), "replacement": "_"}),
    }[form]
    gone = []
    if form.startswith("holes"):
        # Characters, and some of the byte tokens that would replace them.
        gone = [p for p in pieces if "e" in p and len(p) < 6] + ["<0x65>", "<0xC3>", "<0xF0>"]
    for piece in gone:
        pieces[f"<gone {piece}>"] = pieces.pop(piece)
    words = [(len(ids), "<user>", False), (len(ids) + 1, "  ", form == "legacy")]
    if form == "plain":
        words = []
    return {
        "version": "1.0", "truncation": None, "padding": None, "decoder": None,
        "added_tokens": [special(t, form == "legacy") for t in ("<unk>", "<s>", "</s>")]
        + [word(*w) for w in words],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [pieces["<s>"]], "tokens": ["<s>"]}}},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "fuse_unk": form != "holes",
            "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "byte_fallback": True, "ignore_merges": form == "whole-words", "vocab": pieces,
            "merges": [list(way) for _, way in merges
                       if all(p in pieces for p in (*way, "".join(way)))],
        },
    }


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="")
    sys.stdout.reconfigure(encoding="utf-8")
    if sys.argv[1] == "train":
        result = train(sys.argv[2], sys.stdin.read())
    else:
        request = json.load(sys.stdin)
        if sys.argv[1] == "encode":
            processor = load(request)
            result = [processor.encode(text) for text in request["texts"]]
        elif sys.argv[1] == "gguf":
            result = metadata(request)
        else:
            result = tokenizer_json(sys.argv[2], request)
    json.dump(result, sys.stdout)
