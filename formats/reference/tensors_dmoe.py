"""The tensors of a .dmoe file: types, blocks, and how they make dense ones (formats/dmoe.md, sections 4 to 6).

A stored tensor is its record of the directory, and `stored`, which read_blocks adds: for each block its bytes in the
file and how many plain ones they give. Blocks are decoded when they are needed, and not kept."""
import math, re, zlib
import numpy

BITS = {name: bits for bits, names in {
            4: "F4", 6: "F6_E2M3 F6_E3M2", 8: "BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E5M2FNUZ F8_E4M3FNUZ",
            16: "I16 U16 F16 BF16", 32: "I32 U32 F32", 64: "I64 U64 F64 C64"}.items() for name in names.split()}
FLOATS = ("BF16", "F16", "F32", "F64")

def need(condition, what):
    if not condition:
        raise ValueError(what)

def get_size(shape, element_type, where):
    need(element_type in BITS, f"{where}: {element_type!a} is no element type")
    bits = math.prod(extent or 1 for extent in shape) * BITS[element_type]  # a zero must not hide an overflow
    need(bits < 2 ** 66 and (0 in shape or bits % 8 == 0), f"{where} does not fit 63 bits, or ends within a byte")
    return 0 if 0 in shape else bits // 8

def read_blocks(tensor, block_bytes, data, where):
    """Checks the blocks of a tensor (5) and adds `stored` to it. Returns where they end."""
    element_type, blocks, position = (tensor[key] for key in ("element_type", "blocks", "offset"))
    size = get_size(tensor["shape"], element_type, where)
    need(len(blocks) == -(-size // block_bytes), f"{where}: {len(blocks)} blocks for {size} bytes")
    tensor["stored"] = []
    for b, block in enumerate(blocks):
        where_b, plain_size = f"{where}: block {b}", min(block_bytes, size - b * block_bytes)
        need([*map(type, block)] == [int, str] and re.fullmatch("[0-9a-f]{8}", block[1]), f"{where_b} is no pair")
        length, checksum = block
        need(0 < length <= plain_size, f"{where_b} stores {plain_size} bytes in {length}")
        need(length == plain_size or BITS[element_type] >= 8, f"{where_b} is coded, which {element_type} cannot be")
        stored = data[position:position + length]
        position += length
        tensor["stored"].append((stored, plain_size))
        if position <= len(data):  # else a section is missing (8): whether it may be, is for the caller to say
            need(f"{zlib.crc32(stored):08x}" == checksum, f"{where_b} has another checksum")
            decode_block(stored, plain_size, element_type, where_b)
    return position

def decode_block(stored, plain_size, element_type, where="a block"):
    """The plain bytes of a block (5), at most 2^26: coded ones are planes, one for each byte of the elements."""
    if len(stored) == plain_size:
        return stored
    width = BITS[element_type] // 8
    count, start = plain_size // width, 4 * width
    need(len(stored) > start, f"{where} ends within the lengths of its planes")
    lengths = stored[:start].view("<u4").tolist()
    need(start + sum(lengths) == len(stored) and all(1 <= length <= count for length in lengths),
         f"{where} has {len(stored)} bytes, which planes of {lengths} do not add up to, or one is too long")
    planes = numpy.empty((width, count), "u1")
    for plane, length in zip(planes, lengths):
        plane[:] = inflate(stored[start:start + length], count, where)
        start += length
    elements = numpy.ascontiguousarray(planes[::-1].T).view(f"<u{width}")  # plane 0 is the highest byte, so the last
    if element_type in FLOATS:
        elements[:] = elements >> 1 | elements << (8 * width - 1)  # the sign goes from the lowest bit back to the top
    return elements.view("u1").reshape(-1)

def inflate(coded, count, where):
    """A plane (5): as it is, or a raw deflate stream that gives just its bytes and ends with its own last one."""
    if len(coded) == count:
        return coded
    stream = zlib.decompressobj(-15)
    try:
        plain = stream.decompress(coded, count + 1)  # room for one more shows whether there is more, however much
    except zlib.error as error:
        raise ValueError(f"{where}: {error}")
    need(len(plain) == count, f"{where}: a plane of {count} bytes comes out {'longer' if plain[count:] else 'shorter'}")
    need(stream.eof and not stream.unused_data, f"{where}: a stream does not end with its last byte")
    return numpy.frombuffer(plain, "u1")

def read_tensor(tensor):
    """The plain bytes of a stored tensor."""
    blocks = [decode_block(stored, plain_size, tensor["element_type"]) for stored, plain_size in tensor["stored"]]
    return numpy.concatenate(blocks) if blocks else numpy.empty(0, "u1")

def floats(tensor):
    """The elements of a stored tensor in double precision."""
    kind, raw = tensor["element_type"], read_tensor(tensor)
    need(kind in FLOATS, f"{tensor['kind']!a}: there is no computing with {kind}")
    values = (raw.view("<u2").astype("<u4") << 16).view("<f4") if kind == "BF16" else raw.view(f"<f{BITS[kind] // 8}")
    return values.reshape(tensor["shape"]).astype("f8")

def rebuild(record, shared, *rings):
    """A dense tensor from its rings (6): P[π(r)] = S[r], and part behind part along the neuron axis."""
    layer, parts, axis = (record["ffn"][key] for key in ("layer", "parts", "neuron_axis"))
    order = read_tensor(shared["permutation", layer]).view("<u4")
    dense = numpy.empty((len(parts), len(order), record["size"] // len(order) // len(parts)), "u1")
    for P, part in zip(dense, parts):
        P[order] = numpy.concatenate([read_tensor(ring[part, layer]) for ring in rings]).reshape(len(order), -1)
    if axis == 1:  # elements change places, the bytes of one do not
        dense = dense.reshape(len(order) * len(parts), -1, BITS[record["element_type"]] // 8).transpose(1, 0, 2)
    return numpy.ascontiguousarray(dense)
