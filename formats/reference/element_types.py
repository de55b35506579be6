"""The element types of section 4 of formats/dmoe.md, and the size of a tensor."""
import math

from json_rules import need

# Elements and bytes of a block, by type.
TYPES = {name: (elements, size) for elements, size, names in [
    (1, 1, "BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E5M2FNUZ F8_E4M3FNUZ"),
    (1, 2, "I16 U16 F16 BF16"), (1, 4, "I32 U32 F32"), (1, 8, "I64 U64 F64 C64"),
    (2, 1, "F4"), (4, 3, "F6_E2M3 F6_E3M2"),
    (32, 17, "MXFP4"), (32, 18, "Q4_0 IQ4_NL"), (32, 20, "Q4_1"), (32, 22, "Q5_0"), (32, 24, "Q5_1"),
    (32, 34, "Q8_0"), (32, 36, "Q8_1"), (64, 18, "Q2_0"), (64, 36, "NVFP4"), (128, 18, "Q1_0"),
    (256, 50, "IQ1_S"), (256, 54, "TQ1_0"), (256, 56, "IQ1_M"), (256, 66, "IQ2_XXS TQ2_0"), (256, 74, "IQ2_XS"),
    (256, 82, "IQ2_S"), (256, 84, "Q2_K"), (256, 98, "IQ3_XXS"), (256, 110, "Q3_K IQ3_S"), (256, 136, "IQ4_XS"),
    (256, 144, "Q4_K"), (256, 176, "Q5_K"), (256, 210, "Q6_K"), (256, 292, "Q8_K"),
] for name in names.split()}


def is_plain(element_type):
    """Whether a block is one element."""
    return TYPES[element_type][0] == 1


def is_packed(element_type):
    """Whether elements share bytes, but no scale."""
    return TYPES[element_type][0] in (2, 4)


def get_size(element_type, shape):
    """Bytes of a tensor. Its type is known, its size fits 63 bits, and it ends with a whole block (section 4)."""
    need(element_type in TYPES, f"{element_type!a} is no element type")
    elements, size = TYPES[element_type]
    count, largest = math.prod(shape), math.prod(extent or 1 for extent in shape)
    need(largest * size < elements << 63, f"{shape} overflows")
    # Blocks of packed types may span rows, those of quantised types may not.
    run = count if is_plain(element_type) or is_packed(element_type) else shape[-1] if shape else 1
    need(run % elements == 0, f"{shape} ends within a block")
    return count // elements * size
