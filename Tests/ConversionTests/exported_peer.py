"""Runs the parts of an exported folder's Python that need no PyTorch: python exported_peer.py FOLDER.

Prints what families_dynamoe.py defines, and the fields of Layout in modeling_dynamoe.py."""

import ast
import json
import pathlib
import sys
from typing import NamedTuple

folder = pathlib.Path(sys.argv[1])
families = {}
exec((folder / "families_dynamoe.py").read_text(), families)
# The file itself imports PyTorch.
parts = [part for part in ast.parse((folder / "modeling_dynamoe.py").read_text()).body if getattr(part, "name", "") == "Layout"]
modeling = {"NamedTuple": NamedTuple}
exec(compile(ast.Module(parts, []), "modeling", "exec"), modeling)
print(json.dumps({
    "families": {name: value for name, value in families.items() if name.isupper()},
    "fields": modeling["Layout"]._fields}))
