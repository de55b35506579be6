"""Damages small files in thousands of ways, and runs the built program on each.

    mutations.py DYNAMOE COUNT [KIND ...]
    mutations.py --list

Makes COUNT mutations of every kind of file (kinds.py), always the same ones: flipped bits, extreme lengths, cuts,
blocks that are swapped, doubled or lost, numbers of JSON at their limits, too deep nesting. The program may refuse a
file with a documented exit code, or accept it; it must not end by a signal, take long, or use much memory, and it must
notice every mutation of a .dmoe. The unchanged file must be accepted. Prints the outcomes of each kind, and exits with
1 if any of this does not hold.
"""

import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from kinds import KINDS, Files
from place import ROOT, choose

DOCUMENTED = {0, 1, 64, 65, 66, 73, 74}
SECONDS, KILOBYTES = 2.0, 300_000
EXTREMES = [
    0, 1, 2, 63, 64, 65, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**48, 2**62, 2**63 - 1, 2**63, 2**64 - 1]
NUMBERS = [
    "0", "-1", "1", "0.5", "1e308", "1e999", "-0", "4294967295", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1e-320", "null", "\"x\"", "[]", "{}", "true"]


def spoil_bytes(data, head, chance):
    """One mutation; the same for the same state of `chance`."""
    size = len(data)
    # Every fourth anywhere, the others in the structure.
    span = size if head is None or chance.random() < 0.25 else min(head, size)
    place = chance.randrange(span)
    other = chance.randrange(span)
    length = min(chance.choice([1, 4, 8, 16, 64, 256]), size - max(place, other))
    match chance.randrange(9):
        case 0:
            return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
        case 1:
            return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
        case 2:
            width, form = chance.choice([(4, "<I"), (8, "<Q")])
            place -= place % 4
            value = struct.pack(form, chance.choice(EXTREMES) % (1 << 8 * width))
            return data[:place] + value + data[place + width :]
        case 3:
            return data[:place]
        case 4:
            return data + chance.randbytes(chance.choice([1, 7, 64]))
        case 5:
            first, second = sorted([place, other])
            length = min(length, second - first)
            one, two = data[first : first + length], data[second : second + length]
            return data[:first] + two + data[first + length : second] + one + data[second + length :]
        case 6:
            return data[:place] + data[place : place + length] + data[place:]
        case 7:
            return data[:place] + data[place + length :]
        case _:
            return data[:place] + bytes(length) + data[place + length :]


def spoil_json(data, head, chance):
    """A mutation that leaves most of the JSON readable, or one of bytes."""
    kind = chance.randrange(6)
    text = data.decode("utf-8")
    if kind == 0 and (numbers := list(re.finditer(r"-?\d[\d.eE+-]*", text))):
        number = chance.choice(numbers)
        return (text[: number.start()] + chance.choice(NUMBERS) + text[number.end() :]).encode()
    if kind == 1 and (strings := list(re.finditer(r'"[^"\\]*"', text))):
        one = chance.choice(strings)
        new = chance.choice(['""', '"\\u0000"', '"\\ud800"', '"\u202e"', '"' + "x" * 5000 + '"', "0", "null", "[[]]"])
        return (text[: one.start()] + new + text[one.end() :]).encode()
    if kind == 2 and (strings := list(re.finditer(r'"[^"\\]*"', text))):
        one, two = chance.choice(strings), chance.choice(strings)
        return (text[: one.start()] + two.group() + text[one.end() :]).encode()
    if kind == 3:
        place = chance.randrange(len(text))
        deep = chance.choice([10, 200, 100_000])
        return (text[:place] + chance.choice("[{") * deep + text[place:]).encode()
    return spoil_bytes(data, head, chance)


class Outcome(NamedTuple):
    code: int
    seconds: float
    kilobytes: int
    errors: str


def run(dynamoe, words):
    """Runs the program; a signal is a negative code."""
    with tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        process = subprocess.Popen(
            [dynamoe, *words], stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        # Its own processor time, if less: others may have kept it waiting.
        seconds = min(seconds, usage.ru_utime + usage.ru_stime)
        return Outcome(process.returncode, seconds, usage.ru_maxrss, errors.read().decode("utf-8", "replace"))


def complaint(kind, outcome, is_whole):
    """Error in the outcome of a run; None if there is none."""
    if is_whole and outcome.code:
        return f"is refused unchanged, with {outcome.code}"
    if outcome.code not in DOCUMENTED:
        return f"ended with {outcome.code}"
    if outcome.code and not outcome.errors.strip() and outcome.code != 1:
        return f"ended with {outcome.code} without a message"
    if "Fatal error" in outcome.errors or any(ord(c) < 32 and c not in "\n\t" for c in outcome.errors):
        return "an unreadable error"
    if outcome.seconds > SECONDS:
        return f"took {outcome.seconds:.1f} s"
    if outcome.kilobytes > KILOBYTES:
        return f"took {outcome.kilobytes / 1000:.0f} MB"
    if kind.notices and outcome.code == 0 and not is_whole:
        return "was not noticed"


def attempt(dynamoe, name, kind, number, place):
    """Damages the file, runs the program, and returns the outcome with any error; number 0 is the unchanged file."""
    data = kind.file.read_bytes()
    chance = random.Random(f"{name} {number}")
    spoil = spoil_json if kind.file.suffix == ".json" else spoil_bytes
    spoilt = data
    while number and spoilt == data:
        spoilt = spoil(data, kind.head, chance)
    folder = place / f"{name} {number}"
    folder.mkdir()
    if kind.folder is not None:
        for file in kind.folder.iterdir():
            if file.is_file():
                (folder / file.name).symlink_to(file.resolve())
    path = folder / kind.file.name
    path.unlink(missing_ok=True)
    path.write_bytes(spoilt)
    outcome = run(dynamoe, kind.words(str(folder if kind.folder else path)))
    wrong = complaint(kind, outcome, is_whole=number == 0)
    if wrong:
        kept = ROOT / "out/mutations" / f"{name}-{number}{kind.file.suffix}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(spoilt)
        wrong = f"{name} {number}: {wrong}: {outcome.errors.strip()[:200]} (kept as {kept.relative_to(ROOT)})"
    shutil.rmtree(folder)
    return outcome, wrong


def main(dynamoe, count, names):
    os.environ["SWIFT_BACKTRACE"] = "enable=no"
    failures = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        place = pathlib.Path(folder)
        files = Files(dynamoe, place)
        for name in names:
            kind = KINDS[name](files)
            found = list(pool.map(lambda number: attempt(dynamoe, name, kind, number, place), range(count + 1)))
            outcomes, wrong = [outcome for outcome, _ in found[1:]], [text for _, text in found if text]
            codes = {code: sum(o.code == code for o in outcomes) for code in sorted({o.code for o in outcomes})}
            seconds, megabytes = max(o.seconds for o in outcomes), max(o.kilobytes for o in outcomes) / 1000
            print(f"{name:18} {count} mutations: exit " + ", ".join(f"{code} × {n}" for code, n in codes.items())
                  + f"; at most {seconds:.2f} s, {megabytes:.0f} MB", flush=True)
            failures += wrong
    for text in failures[:40]:
        print(text, file=sys.stderr)
    if failures:
        print(f"{len(failures)} mutations failed", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    dynamoe, count, *names = choose(KINDS, 2, __doc__)
    sys.exit(main(dynamoe, int(count), names))
