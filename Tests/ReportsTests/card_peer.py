"""Parses a model card from standard input as the Hub and a renderer do, and prints as JSON: its front
matter, the text without code, the code, and the number of cells in the rows of each table."""
import json
import re
import sys

import yaml

card = sys.stdin.buffer.read().decode("utf-8")
# Front matter, by the expression of huggingface_hub.
head = re.search(r"^(\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(\r\n|\r|\n|$))", card)
body = card[head.end():]
# Code blocks, then inline code: a run of backticks up to the next one of the same length.
blocks = re.findall(r"(?m)^```\w*\n(.*?)^```$", body, re.S)
body = re.sub(r"(?m)^```\w*\n.*?^```$", "", body, flags=re.S)
# Cells end at bars, even in code, unless the bars are escaped.
rows = [line for line in body.splitlines() if line.startswith("|")]
cells = [len(re.findall(r"(?<!\\)\|", row)) - 1 for row in rows]
spans = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
print(json.dumps({
    "head": yaml.safe_load(head.group(2)), "text": spans.sub("", body), "blocks": blocks,
    "code": [found.group(2).strip() for found in spans.finditer(body)], "cells": sorted(set(cells)),
}))
