"""Sections and stored tensors: sections 2 and 5 of formats/dmoe.md."""
import re
import zlib

import numpy

from directory import BIASES, MATRICES
from element_types import TYPES, get_size, is_plain
from json_rules import need

# The kinds that are not optional (section 5), and the key that distinguishes tensors of a kind.
LABELS = {"source": "name", "file": "name", "permutation": "layer", **dict.fromkeys(MATRICES + BIASES, "layer")}
# Types whose elements are rotated before they are coded (section 5).
ROTATED = ("BF16", "F16", "F32", "F64")


def read_sections(directory, start, data, wanted):
    """Checks the layout of sections and tensors (sections 2, 5). Sections that are cut away have no bytes (section 8).

    Returns the ends of all sections, and the wanted tensors of those in the file, by their keys."""
    ends, contents, missing = [], {}, dict(wanted)
    for i, section in enumerate(directory["sections"]):
        check_kind(section, i)
        is_there = section["offset"] + section["length"] <= len(data)
        end = start
        for tensor in section["tensors"]:
            where = f"section {i}: {tensor['kind']!a} at {end}"
            need(tensor["offset"] == end, f"{where}: its offset is {tensor['offset']}")
            try:
                end = read_blocks(tensor, directory["block_bytes"], data if is_there else None)
            except (ValueError, zlib.error) as error:
                raise ValueError(f"{where}: {error}")
            if tensor["kind"] in LABELS:
                key = i, tensor["kind"], tensor.get(LABELS[tensor["kind"]])
                form = tensor["element_type"], tensor["shape"]
                need(key in missing, f"{where}: {key!a} has no place here, or is there twice")
                need(form == missing[key], f"{where}: {key!a} is {form}, not {missing[key]}")
                del missing[key]
                if is_there:
                    contents[key] = tensor
        need([section["offset"], section["length"]] == [start, end - start], f"section {i}: wrong offset or length")
        ends.append(end)
        start = end
    need(not missing, f"there is no {min(missing, default='')!a}")
    return ends, contents


def check_kind(section, i):
    """The first section is shared, the others are rings in order (section 4)."""
    kind, ring = ("ring", i - 1) if i else ("shared", section.get("ring"))
    need(section["kind"] == kind and section.get("ring") == ring, f"section {i} is not {kind} {ring}")


def read_blocks(tensor, block_bytes, data):
    """Checks a tensor's blocks and the padding after them (sections 2, 5). Returns the offset of the next tensor.

    Adds to the tensor `stored`: the arguments of decode_block for each block. Without data, no bytes are read."""
    size, position, tensor["stored"] = get_size(tensor["element_type"], tensor["shape"]), tensor["offset"], []
    need(len(tensor["blocks"]) == -(-size // block_bytes), f"{len(tensor['blocks'])} blocks for {size} bytes")
    for b, block in enumerate(tensor["blocks"]):
        plain_size = min(block_bytes, size - b * block_bytes)
        check_block(block, plain_size, tensor["element_type"], f"block {b}")
        length, checksum = block
        if data is not None:
            stored = data[position:position + length]
            need(f"{zlib.crc32(stored):08x}" == checksum, f"block {b} has another checksum")
            tensor["stored"].append((stored, plain_size, tensor["element_type"]))
            decode_block(*tensor["stored"][-1])
        position += length
    end = position + -position % 64
    need(data is None or not data[position:end].any(), "the padding behind it is not zero")
    return end


def check_block(block, plain_size, element_type, where):
    """A block is [length, checksum], and no longer than its plain bytes (section 5)."""
    need([*map(type, block)] == [int, str] and re.fullmatch("[0-9a-f]{8}", block[1]), f"{where} is no pair")
    need(plain_size <= 16 * block[0] <= 16 * plain_size, f"{where} stores {plain_size} bytes in {block[0]}")
    need(block[0] == plain_size or is_plain(element_type), f"{where} is coded, which {element_type} cannot be")


def decode_block(stored, plain_size, element_type):
    """The plain bytes of a block; a coded one has a plane for each byte of its elements (section 5)."""
    if len(stored) == plain_size:
        return stored
    w = TYPES[element_type][1]
    n = plain_size // w
    plane_lengths = numpy.frombuffer(stored, "<u4", w).tolist()
    need(4 * w + sum(plane_lengths) == len(stored) and all(1 <= length <= n for length in plane_lengths),
         f"planes of {plane_lengths} bytes, {n} when plain, in a block of {len(stored)}")
    elements = numpy.empty((n, w), "u1")
    for i, plane in enumerate(numpy.split(stored[4 * w:], numpy.cumsum(plane_lengths[:-1]))):
        # Plane 0 is the most significant byte, the last of a little-endian element.
        elements[:, w - 1 - i] = plane if len(plane) == n else inflate(plane, n)
    return (rotate_right(elements, w) if element_type in ROTATED else elements).reshape(-1)


def inflate(plane, n):
    """The n bytes of a raw deflate stream that ends with the plane (section 5)."""
    stream = zlib.decompressobj(-15)
    plain = numpy.frombuffer(stream.decompress(plane, n + 1), "u1")  # one byte more reveals excess bytes
    need(len(plain) == n and stream.eof and not stream.unused_data, f"a stream is not just {n} bytes")
    return plain


def rotate_right(elements, w):
    """Elements of w bytes rotated right by one bit, so that the sign is the highest bit again (section 5)."""
    numbers = elements.view(f"<u{w}")
    return (numbers >> 1 | numbers << (8 * w - 1)).view("u1")


def read_tensor(tensor):
    """The plain bytes of a stored tensor, decoded anew each time: a model may be larger than memory."""
    return numpy.concatenate([numpy.empty(0, "u1"), *(decode_block(*block) for block in tensor["stored"])])


def read_permutation(contents, layer):
    """The permutation of a layer: by rank, the index of the neuron in the dense model (sections 1, 5)."""
    return read_tensor(contents[0, "permutation", layer]).view("<u4")
