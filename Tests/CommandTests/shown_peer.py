"""Reads the output of `show` without colour: python shown_peer.py SHOWN JSON TEXT COLUMNS.

SHOWN is the output, JSON that of --json for the same text. Compares both using Unicode's character widths: the lines
must be the text, none too long, and each token's digit must be below the first character of the token."""

import json
import pathlib
import sys
import unicodedata

shown, document, text = (pathlib.Path(path).read_bytes().decode("utf-8") for path in sys.argv[1:4])
columns = int(sys.argv[4])
tokens = json.loads(document)["tokens"]
assert "".join(token["text"] for token in tokens) == text


def escape(character):
    if character == "\n":
        return "↵"
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
    return f"\\u{{{ord(character):x}}}" if hidden else character


def measure(character):
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# Between heading and legend, without the blank lines next to them.
lines = shown.split("\n")[2:-3]
pairs = list(zip(lines[::2], lines[1::2], strict=True))
assert "".join(line for line, _ in pairs) == "".join(map(escape, text))
places = []  # line and column of every character
for number, (line, digits) in enumerate(pairs):
    column = 0
    for character in line:
        places.append((number, column))
        column += measure(character)
    assert column <= columns and len(digits) <= column, line
expected, position = {}, 0
for token in tokens:
    visible = "".join(map(escape, token["text"]))
    # Not below a combining mark, which joins the character before it.
    own = [position + i for i, character in enumerate(visible) if measure(character) > 0]
    if own:
        start = position
        inked = [i for i in own if visible[i - start] != " " and places[i][0] == places[own[0]][0]]
        expected[places[(inked or own)[0]]] = str(min(int(token["mean_width"] * 10 + 1e-9), 9))
    position += len(visible)
found = {(number, column): digit for number, (_, digits) in enumerate(pairs)
         for column, digit in enumerate(digits) if digit != " "}
assert found == expected, (found, expected)
