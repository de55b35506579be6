"""Integers and JSON by section 1 of formats/dmoe.md."""
import functools
import json

# Every number that the page names is an integer of 0 … 2^63 − 1 (section 1).
COUNT, POSITIVE = range(2**63), range(1, 2**63)


def need(condition, message):
    """Refuses the file unless the condition holds."""
    if not condition:
        raise ValueError(message)


def load_json(data, wanted, where):
    """Parses JSON in UTF-8 (section 1) and checks the types of its values."""
    value = json.loads(
        bytes(data).decode("utf-8"), object_pairs_hook=functools.partial(load_object, where=where),
        parse_int=load_integer, parse_constant=refuse_constant)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a surrogate pair
    check_types(value, wanted, where)
    return value


def load_object(pairs, where):
    """An object never names a key twice (section 1)."""
    need(len(dict(pairs)) == len(pairs), f"{where}: an object names a key twice")
    return dict(pairs)


def load_integer(digits):
    """An integer has no sign (section 1), not even -0. One of more than 20 digits is too large in any case."""
    return -1 if digits[0] == "-" else int(digits[:20])


def refuse_constant(name):
    """JSON has no NaN and no infinity."""
    raise ValueError(f"{name} is no JSON")


def check_types(value, wanted, where):
    """Checks a value of JSON against a type, a range of integers, [element] or {key: value}.

    A key that ends with a question mark is optional; keys that are not named are skipped (section 4)."""
    kind = wanted if type(wanted) is type else int if type(wanted) is range else type(wanted)
    # Types are compared exactly: in Python true is an int, and 1.0 is in range(2).
    need(type(value) is kind and (kind is not int or value in wanted), f"{where} is not {describe(kind, wanted)}")
    if type(wanted) is dict:
        for key, inner in wanted.items():
            name = key.rstrip("?")
            if name == key or name in value:
                check_types(value.get(name), inner, f"{where}.{name}")
    if type(wanted) is list:
        for i, element in enumerate(value):
            check_types(element, wanted[0], f"{where}[{i}]")


def describe(kind, wanted):
    """Name of a type in JSON's terms."""
    if kind is int:
        steps = f" in steps of {wanted.step}" if wanted.step > 1 else ""
        return f"an integer of {wanted[0]} … {wanted[-1]}{steps}"
    return {str: "a string", bool: "a boolean", list: "an array", dict: "an object"}[kind]
