"""Runs the parts of an exported folder's Python that need no PyTorch: python exported_peer.py FOLDER, JSON on standard input.

Prints the definitions of families_dynamoe.py, the fields of Layout in modeling_dynamoe.py, and for each of "forms" (as
under `dynamoe` in config.json) the variant for each of "budgets", and for each of them as one of a window."""

import ast
import json
import math
import pathlib
import sys
from typing import NamedTuple

folder, request = pathlib.Path(sys.argv[1]), json.load(sys.stdin)
families = {}
exec((folder / "families_dynamoe.py").read_text(), families)
# The file itself imports PyTorch.
wanted = {"Layout", "Variant", "interpolate", "find_variant"}
parts = [part for part in ast.parse((folder / "modeling_dynamoe.py").read_text()).body if getattr(part, "name", "") in wanted]
assert len(parts) == len(wanted)
modeling = {"math": math, "NamedTuple": NamedTuple}
exec(compile(ast.Module(parts, []), "modeling", "exec"), modeling)
variants, windows = (
    [[modeling["find_variant"](form, budget, in_window)._asdict() for budget in request["budgets"]] for form in request["forms"]]
    for in_window in (False, True))
print(json.dumps({
    "families": {name: value for name, value in families.items() if name.isupper()},
    "fields": modeling["Layout"]._fields, "variants": variants, "windows": windows}))
