"""Trains small tokenizers of the kinds that model families use, with the libraries themselves.

    families_peer.py FAMILY   text -> tokenizer.json
    families_peer.py gguf     tokenizer.json of `bert` -> the metadata of a GGUF file

Input and output are standard input and output.
"""

import base64
import io
import json
import sys

import sentencepiece
from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers)

from sentencepiece_peer import fields

# The beginning of the Universal Declaration of Human Rights, and other difficult text.
CORPUS = """\
All human beings are born free and equal in dignity and rights. They're endowed with reason, don't
you think? IT'S 2024: we'll pay $1,234.56 for 1000000 items, won't we'd've I'm you'LL.
Tous les êtres humains naissent libres et égaux en dignité et en droits, l'été à Noël.
Alle Menschen sind frei und gleich an Würde und Rechten geboren: Straße, Ärger, ÖL.
Все люди рождаются свободными и равными в своем достоинстве и правах.
Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.
יולד כל אדם בן חורין ושווה בערכו ובזכויותיו. שָׁלוֹם
يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق ١٢٣٤
सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है १२३
มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์ ๑๒๓
人人生而自由,在尊严和权利上一律平等。すべての人間は、生まれながらにして自由であり、ﾊﾝｶｸ
모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.
Tất cả mọi người sinh ra đều được tự do và bình đẳng. İstanbul'da ığdır. ÇĞŞ
👩‍👩‍👧‍👦 👍🏽 🇩🇪 😀😀 ❤️ ™ ② ⅷ ﬁn ² ½ ℌ 𝒳 Ａｂｃ１２
    def f(x):\n\treturn x**2 + y_1  # e.g. HTTPServer.getURL("http://a.b/c?d=e&f")\r\n\r\n\n   \n
"""

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
START = r"[^\r\n\p{L}\p{N}]?"
SIGNS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
# llama.cpp knows upper and lower case only in ASCII.
ASCII_UPPER, ASCII_LOWER = r"[\p{L}&&[^a-z]]", r"[\p{L}&&[^A-Z]]"
PATTERNS = {
    "tekken-ggml": (
        START + ASCII_UPPER + "*" + ASCII_LOWER + "+|" + START + ASCII_UPPER + "+" + ASCII_LOWER + r"*|\p{N}"
        + r"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + TAIL),
    "gpt-4o-ggml": (
        START + ASCII_UPPER + "*" + ASCII_LOWER + "+" + CONTRACTIONS + "?|" + START + ASCII_UPPER + "+" + ASCII_LOWER
        + "*" + CONTRACTIONS + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + TAIL),
    "llama-3": CONTRACTIONS + "|" + START + r"\p{L}+|\p{N}{1,3}" + SIGNS + TAIL,
    "qwen2": CONTRACTIONS + "|" + START + r"\p{L}+|\p{N}" + SIGNS + TAIL,
    "tekken": (
        START + UPPER + "*" + LOWER + "+|" + START + UPPER + "+" + LOWER + r"*|\p{N}"
        + r"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + TAIL),
    "gpt-4o": (
        START + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?|" + START + UPPER + "+" + LOWER + "*"
        + CONTRACTIONS + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + TAIL),
    "olmo2": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*"
        + r"|\s*[\r\n]|\s+(?!\S)|\s+"),
    "marks": (
        CONTRACTIONS + "|" + START + r"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + TAIL),
}
DEEPSEEK = [
    r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"
    + r" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]
# Features that the format allows but no family uses.
ODD = {
    "lazy": r"\w+?\s|\d{2,}?|(?>a|ab)c?",
    "possessive": r"\p{Lu}*+\p{Ll}|x{2,3}+y|(?:ab)++",
    "anchors": r"^\s+|\s+$|\bth\w|\Bing\b|\A.|\S\z",
    "classes": r"[^\S\n]+|[\d\-.,]+|[\p{Sc}\p{So}\x{4E00}-\x{9FFF}]|\h{4}|[^\x{100}-\x{2FF}]",
    "ahead": r"(?=(\d{3})+(?!\d))|e(?!\s)|\P{L}(?=\p{^L})",
    "options": r"(?i)t(?-i:H)|(?m:.)x|q.z|(?i:[k-s]e)",
    "empty": r"x*|(?:)",
    "intervals": r"a{0,2}b{,2}c|\d{3}|x{|l{2}?|o{1,}",
}


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def bytes_after(*steps):
    return pre_tokenizers.Sequence(
        [*steps, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def byte_level(family):
    """Normaliser and pre-tokenizer of a byte-level tokenizer."""
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False)
    behaviors = ["removed", "merged_with_previous", "merged_with_next", "contiguous"]
    if family in PATTERNS:
        return normalizers.NFC() if family == "qwen2" else None, bytes_after(
            split(PATTERNS[family]))
    if family == "deepseek":
        return None, bytes_after(*map(split, DEEPSEEK))
    if family == "starcoder2":
        return None, pre_tokenizers.Sequence([pre_tokenizers.Digits(True), whole])
    if family == "gpt-neox":
        return normalizers.NFC(), whole
    if family in ("gpt2", "opt"):
        return None, whole
    if family == "default":
        return None, bytes_after(
            split(r"[\p{P}\$\+<=>\^~\|]+"),
            split(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"),
            split(r"\p{N}+"), split("[0-9][0-9][0-9]"))
    if family in ODD:
        return None, bytes_after(split(ODD[family]))
    if family in behaviors:
        return None, bytes_after(split(r"\s|e|\p{Lo}", family))
    if family.startswith("inverted-"):
        return None, bytes_after(split(r"\s|e|\p{Lo}", family.removeprefix("inverted-"), True))
    if family == "punctuation":
        return None, bytes_after(pre_tokenizers.Punctuation("contiguous"))
    if family == "white-space":
        return None, bytes_after(
            pre_tokenizers.WhitespaceSplit(), pre_tokenizers.CharDelimiterSplit("e"))
    if family == "words":
        return None, bytes_after(pre_tokenizers.Whitespace())
    if family == "replacing":
        return normalizers.Sequence([
            normalizers.Replace(Regex(r"\s{2,}|\d(?=\d)"), "#"), normalizers.Strip(True, False),
            normalizers.Nmt()]), whole
    if family == "compatibility":
        return normalizers.Sequence([
            normalizers.NFKD(), normalizers.StripAccents(), normalizers.Strip(False, True),
            normalizers.NFKC()]), whole
    return None


def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def add_tokens(tokenizer):
    tokenizer.add_tokens([
        AddedToken("<left>", lstrip=True, normalized=False),
        AddedToken("<right>", rstrip=True, normalized=False),
        AddedToken("<both>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("<word>", single_word=True, normalized=False),
        AddedToken("Été", normalized=True),
    ])
    tokenizer.add_special_tokens([
        special("<|end|>", lstrip=True), special("<|im_start|>"), special("<|im_end|>")])


def train_bytes(family, texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer, tokenizer.pre_tokenizer = byte_level(family)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=1200, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=["<s>", "</s>"], show_progress=False))
    add_tokens(tokenizer)
    begin = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 0)])
    tokenizer.post_processor = {
        "llama-3": processors.Sequence([processors.ByteLevel(trim_offsets=False), begin]),
        "opt": processors.RobertaProcessing(("</s>", 1), ("<s>", 0)),
    }.get(family, processors.ByteLevel(trim_offsets=False))
    document = json.loads(tokenizer.to_str())
    document["model"]["ignore_merges"] = family in ("llama-3", "tekken", "tekken-ggml")
    return document


def train_bert(family, texts):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    cased = family == "bert-cased"
    tokenizer.normalizer = normalizers.BertNormalizer(
        lowercase=not cased, strip_accents=False if cased else None)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=900, special_tokens=specials, show_progress=False))
    if family != "bert":
        add_tokens(tokenizer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return json.loads(tokenizer.to_str())


def train_unigram(family, texts):
    """Trains a tokenizer in the form of Transformers' converters for SentencePiece models."""
    model = io.BytesIO()
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="unigram", vocab_size=1000,
        byte_fallback=family == "unigram-bytes", character_coverage=0.998, num_threads=1,
        minloglevel=2)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    vocabulary = [
        (processor.id_to_piece(i), processor.get_score(i))
        for i in range(processor.vocab_size())]
    tokenizer = Tokenizer(models.Unigram(
        vocabulary, unk_id=processor.unk_id(), byte_fallback=family == "unigram-bytes"))
    spec = next(value for number, value, _ in fields(model.getvalue()) if number == 3)
    charsmap = next(value for number, value, _ in fields(spec) if number == 2)
    precompiled = normalizers.Precompiled(bytes(charsmap))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    metaspace = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    tokenizer.normalizer, tokenizer.pre_tokenizer = {
        "xlm-roberta": (
            normalizers.Sequence([precompiled, spaces]),
            pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])),
        "t5": (
            normalizers.Sequence(
                [precompiled, normalizers.Strip(False, True),
                 normalizers.Replace(Regex(" {2,}"), "\u2581")]),
            pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first")),
        "albert": (
            normalizers.Sequence([
                normalizers.Replace("``", '"'), normalizers.Replace("''", '"'),
                normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(),
                precompiled, spaces]),
            metaspace),
        "unigram-bytes": (None, metaspace),
    }[family]
    add_tokens(tokenizer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>",
        special_tokens=[("<s>", 1), ("</s>", 2)])
    return json.loads(tokenizer.to_str())


def train_characters(family, texts):
    """Trains BPE over characters, without byte tokens or a byte alphabet."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=family == "characters-fused"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=900, limit_alphabet=100, special_tokens=["<unk>"], show_progress=False))
    add_tokens(tokenizer)
    return json.loads(tokenizer.to_str())


def train(family, text):
    texts = [CORPUS, text[:100_000]]
    if byte_level(family):
        return train_bytes(family, texts)
    if family.startswith("bert"):
        return train_bert(family, texts)
    if family.startswith("characters"):
        return train_characters(family, texts)
    return train_unigram(family, texts)


def bert_metadata(document):
    """Metadata of llama.cpp's BERT files, in which the first pieces of words are marked instead of the later ones."""
    vocabulary = sorted(document["model"]["vocab"].items(), key=lambda item: item[1])
    special = {token["content"] for token in document["added_tokens"] if token["special"]}
    mark = lambda token: (
        token if token in special else token[2:] if token.startswith("##") else "\u2581" + token)
    return {
        "model": "bert", "tokens": [mark(token) for token, _ in vocabulary],
        "types": [3 if token in special else 1 for token, _ in vocabulary], "merges": None,
        "scores": None}


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="")
    sys.stdout.reconfigure(encoding="utf-8")
    if sys.argv[1] == "gguf":
        json.dump(bert_metadata(json.load(sys.stdin)), sys.stdout)
    else:
        json.dump(train(sys.argv[1], sys.stdin.read()), sys.stdout, ensure_ascii=False)
