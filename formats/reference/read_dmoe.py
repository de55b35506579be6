#!/usr/bin/env python3
"""Reads a .dmoe file as formats/dmoe.md describes it, and checks all of it.

Exit status: 0 the file is valid, 1 it is damaged or differs, 2 wrong usage or a file cannot be opened.
This module combines the others, which follow the sections of that page; each imports only those above it.

    json_rules        section 1     integers and JSON
    element_types     section 4     element types, the size of a tensor
    directory         sections 3, 4 preamble, directory, the tensors that it requires
    stored_tensors    sections 2, 5 sections, blocks and their coding
    rings             sections 6, 9 dense tensors from rings, rings from a base
    route_dmoe        section 7     routers, compensation, skipping and budgets
    dense_checkpoint                safetensors and GGUF, to compare with
"""
import argparse
import hashlib
import sys

import numpy

from dense_checkpoint import compare
from directory import MODEL, check_source, is_overlay, list_neurons, list_wanted, read_directory
from json_rules import need
from rings import rebuild
from route_dmoe import check_routing
from stored_tensors import read_permutation, read_sections, read_tensor


def read_dmoe(data):
    """Checks a file. Returns its directory, the records of the source by name, and the tensors of known kinds in the
    file: (section, kind, name or layer) → tensor.

    Adds to the plan `there`, the number of experts in the file; `is_dense`, whether the dense model can be rebuilt; and
    `routing`, the result of check_routing."""
    directory, start, file_length = read_directory(data)
    sources = check_source(directory)
    ends, contents = read_sections(directory, start, data, list_wanted(directory, sources))
    check_length(len(data), file_length, ends)
    check_permutations(directory, contents)
    plan = directory["plan"]
    plan["there"] = sum(end <= len(data) for end in ends[1:])
    is_full = plan["widths"][0][-1] == list_neurons(directory["model"])[0]
    plan["is_dense"] = plan["there"] == len(ends) - 1 and is_full and not is_overlay(directory)
    check_digests(sources, contents, plan["is_dense"])
    plan["routing"] = check_routing(directory, contents)
    return directory, sources, contents


def check_length(length, file_length, ends):
    """A file is complete, or ends with a ring (sections 2, 8)."""
    need(ends[-1] == file_length < 2**63, f"preamble: file_length is {file_length}, not {ends[-1]}")
    need(length in ends[1:], f"it has {length} of {file_length} bytes, which is not where a ring ends")


def check_permutations(directory, contents):
    """Every index is below H, none occurs twice (section 5)."""
    for l, H in enumerate(list_neurons(directory["model"])):
        permutation = read_permutation(contents, l).tolist()
        need(max(permutation) < H, f"permutation {l}: an index is too large")
        need(len({*permutation}) == len(permutation), f"permutation {l}: an index occurs twice")


def check_digests(sources, contents, is_dense):
    """The tensors that can be restored have the source's digests (sections 6, 8)."""
    for name, record in sources.items():
        if (0, "source", name) in contents:
            dense = read_tensor(contents[0, "source", name])
        elif is_dense and "ring_type" not in record["ffn"]:
            dense = rebuild(record, contents)
        else:
            continue
        need(hashlib.sha256(dense).hexdigest() == record["sha256"], f"{name!a}: wrong digest")


def describe(directory, sources):
    """Lines that describe a file."""
    model, plan, sections = directory["model"], directory["plan"], directory["sections"]
    yield ", ".join(f"{key} {model[key]!a}" for key in MODEL)
    for e, (section, *widths) in enumerate(zip(sections[1:], *plan["widths"])):
        yield f"expert {e}: {section['offset'] + section['length']} bytes, widths {' '.join(map(str, widths))}"
    yield f"holds experts 0…{plan['there'] - 1} of {len(sections) - 1}, routing: {plan['routing']}"
    exact = sum("ring_type" not in record.get("ffn", ()) for record in sources.values())
    yield f"complete: all {exact} dense tensors rebuilt" if plan["is_dense"] else "weights are missing"
    if exact < len(sources):
        yield f"not bit by bit: {len(sources) - exact} tensors whose rings are of another type"


def main():
    parser = argparse.ArgumentParser(description="Read a .dmoe file and check all of it.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--against", "--base", metavar="MODEL_FOLDER", help="compare with this dense checkpoint")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        directory, sources, _ = read_dmoe(numpy.memmap(options.file, "u1", "r"))
        print(*describe(directory, sources), sep="\n")
        if options.against:
            need(directory["plan"]["is_dense"] or is_overlay(directory), "it lacks weights, it cannot be compared")
            compare(sources, options.against)
            print(f"identical to {options.against}: {len(sources)} tensors")
    except (ValueError, RecursionError, OSError, MemoryError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, (OSError, MemoryError)) else 1)


if __name__ == "__main__":
    main()
