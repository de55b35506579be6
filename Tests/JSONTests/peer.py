"""Python's json module as an independent peer.

peer.py make           prints random documents, one per line
peer.py compare        standard input: the same documents, one per line, as rewritten by another
                       writer; fails unless each has the same contents
"""

import json
import random
import sys


def text(random):
    ranges = [(0, 0x20), (0x20, 0x80), (0x80, 0x800), (0x800, 0xD800), (0xE000, 0x110000)]
    return "".join(chr(random.randrange(*random.choice(ranges))) for _ in range(random.randrange(6)))


def value(random, depth):
    kind = random.randrange(8 if depth < 5 else 6)
    if kind == 0:
        return random.choice([None, True, False])
    if kind == 1:
        return random.choice([0, -1, 2**63, -(2**63), 2**64, random.randrange(-(10**20), 10**20)])
    if kind == 2:
        return random.choice([0.5, -0.0, 1e300, 5e-324, random.gauss(0, 1), random.gauss(0, 1) * 1e-9])
    if kind < 6:
        return text(random)
    if kind == 6:
        return [value(random, depth + 1) for _ in range(random.randrange(5))]
    return {text(random): value(random, depth + 1) for _ in range(random.randrange(5))}


def documents():
    numbers = random.Random(1)
    for _ in range(2000):
        yield value(numbers, 0), numbers.random() < 0.5


def make():
    for document, escaped in documents():
        line = json.dumps(document, ensure_ascii=escaped, separators=(" ,\t", " : "))
        sys.stdout.buffer.write(line.encode() + b"\n")


def compare():
    lines = sys.stdin.buffer.read().removesuffix(b"\n").split(b"\n")
    expected = [document for document, _ in documents()]
    assert len(lines) == len(expected), f"expected {len(expected)} lines, found {len(lines)}"
    for line, document in zip(lines, expected):
        found = json.loads(line)
        # The text also shows the order of keys and the sign of zero.
        assert json.dumps(found) == json.dumps(document), f"{line} is not {document!r}"


if __name__ == "__main__":
    {"make": make, "compare": compare}[sys.argv[1]]()
