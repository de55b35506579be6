"""Closes, fills and delays the standard streams of the built program.

    streams.py DYNAMOE [GROUP ...]
    streams.py --list

Every command ends soon, with the right code and message: standard input that is closed cannot be read, and a result
without a place is an error before any output is written. Prints a line per group, and exits with 1, naming every case
that fails.
"""

import itertools
import os
import subprocess
import sys
import threading
import time

from place import FEW, MODEL, SECONDS, TEXT, Outcome, run_groups, safetensors

DONE, USAGE, MISSING, INPUT_OUTPUT = 0, 64, 66, 74
PRINTING = [["--help"], ["inspect", "--help"], ["help", "partition"], ["--version"], ["--version", "--verbose"],
            *[["--generate-completion-script", shell] for shell in ("bash", "zsh", "fish")]]


def inputs(at):
    """A container, an export and statistics for the commands."""
    at.done("a container", "partition", MODEL, "-o", at.path("t.dmoe"), "--text", TEXT, *FEW, "--experts", "2")
    at.done("an export", "export", at.path("t.dmoe"), "--format", "hf", "-o", at.path("routed"))
    at.done("statistics", "calibrate", MODEL, "--text", TEXT, *FEW, "-o", at.path("1.stats"))


def commands(at):
    """Words of commands, with the name of their output; None for a result on standard output alone."""
    file, text = at.path("t.dmoe"), ["--text", TEXT, *FEW]
    for words in [*PRINTING, ["inspect", file], ["inspect", MODEL, "--json"], ["validate", file, "--json"],
                  ["evaluate", MODEL, *text, "--variants", "dense"], ["show", file, *text, "--budget", "0.9"],
                  ["partition", MODEL, "-o", at.path("none.dmoe"), "--importance", "weights", "--dry-run"]]:
        yield words, None
    for output, words in [
            ("p.dmoe", ["partition", MODEL, *text]), ("s.stats", ["calibrate", MODEL, *text]),
            ("m.stats", ["merge", at.path("1.stats")]), ("r.html", ["report", at.path("t.report.json")]),
            ("i.dmoe", ["import", at.path("routed")]), ("e", ["export", file, "--format", "hf"]),
            ("e.gguf", ["export", file, "--format", "gguf", "--expert", "0"]),
            ("e.dmoe", ["export", file, "--format", "dmoe", "--expert", "0"])]:
        yield [*words, "-o", at.path("out", output)], output


def run(at, redirections, words, **options):
    """A command with redirections of the shell."""
    script = f'exec "$0" "$@" {redirections}'
    try:
        done = subprocess.run(
            ["sh", "-c", script, at.dynamoe, *map(str, words)], stdin=options.pop("stdin", subprocess.DEVNULL),
            capture_output=True, timeout=SECONDS, **options)
    except subprocess.TimeoutExpired:
        return Outcome(-99, "", "hangs")
    return Outcome.of(done)


def expect(at, case, outcome, codes, message=None):
    is_line = message is None or (outcome.errors.count("\n") == 1 and message in outcome.errors)
    at.complaints.check(outcome.code in codes and is_line, f"{case}: ended with {outcome.code}, not {codes}, "
                        f"or says not {message!r}: {outcome.errors[:300]!r}")


def closed(at):
    inputs(at)
    at.path("out").mkdir()
    subsets = [set(chosen) for count in (1, 2, 3) for chosen in itertools.combinations((0, 1, 2), count)]
    for words, output in commands(at):
        for chosen in subsets:
            case = f"{words[:2]} without {sorted(chosen)}"
            outcome = run(at, " ".join(f"{number}>&-" for number in chosen), words)
            if 1 in chosen:
                expect(at, case, outcome, [INPUT_OUTPUT],
                       None if 2 in chosen else "standard output: cannot be written: Bad file descriptor")
                at.complaints.check(not list(at.path("out").iterdir()), f"{case}: wrote its output")
            else:
                expect(at, case, outcome, [DONE])
                at.complaints.check(bool(outcome.output), f"{case}: printed nothing")
                if output:
                    at.complaints.check(at.path("out", output).exists(), f"{case}: no output")
            for path in at.path("out").iterdir():
                if path.is_dir():
                    for name in path.iterdir():
                        name.unlink()
                    path.rmdir()
                else:
                    path.unlink()
    evaluate = ["evaluate", MODEL, *FEW, "--variants", "dense"]
    for words in (["--text", "-"], ["--text", "/dev/stdin"], ["--text", "/dev/fd/0"]):
        for chosen in ({0}, {0, 2}):
            outcome = run(at, " ".join(f"{number}>&-" for number in chosen), evaluate + words)
            expect(at, f"text from closed input: {words} {chosen}", outcome, [MISSING, 65],
                   None if 2 in chosen else f"{words[1]}: ")
    for chosen in subsets:
        redirections = " ".join(f"{number}>&-" for number in chosen)
        expect(at, f"usage without {chosen}", run(at, redirections, ["inspect"]), [USAGE])
        expect(at, f"a missing file without {chosen}", run(at, redirections, ["inspect", at.path("none")]),
               [INPUT_OUTPUT if 1 in chosen else MISSING])


def full(at):
    inputs(at)
    at.path("out").mkdir()
    for words, _ in commands(at):
        expect(at, f"{words[:2]} to a full disk", run(at, ">/dev/full", words), [INPUT_OUTPUT],
               "standard output: cannot be written: No space left on device")
    for words in PRINTING:
        outcome = subprocess.run(
            ["sh", "-c", f"ulimit -f 0; exec \"$0\" \"$@\" >'{at.path('limited')}'", at.dynamoe, *words],
            capture_output=True)
        expect(at, f"{words} to a file of no size", Outcome(outcome.returncode, "", outcome.stderr.decode()),
               [INPUT_OUTPUT], "standard output: cannot be written: File too large")
        expect(at, f"{words} to a file open for reading", run(at, "1</dev/null", words), [INPUT_OUTPUT],
               "standard output: cannot be written: Bad file descriptor")


def slow(at):
    """Pipes that do not block: their other end is slower than the program."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    def feed():
        time.sleep(0.5)
        os.write(writing, TEXT.read_bytes()[:2000])
        os.close(writing)

    feeder = threading.Thread(target=feed)
    feeder.start()
    at.done("text that arrives late", "evaluate", MODEL, "--text", "-", *FEW, "--variants", "dense", stdin=reading)
    feeder.join()
    os.close(reading)
    many = at.path("many.safetensors")
    many.write_bytes(safetensors([f"tensor {number}" for number in range(4000)]))
    whole = at.run("inspect", many, "--json").output.encode()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        [at.dynamoe, "inspect", many, "--json"], stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    time.sleep(0.5)
    found = b""
    while data := os.read(reading, 1 << 16):
        found += data
        time.sleep(0.01)
    os.close(reading)
    errors = process.communicate()[1]
    at.complaints.check(
        process.returncode == 0 and found == whole and len(whole) > 1 << 17,
        f"a slow reader got {len(found)} of {len(whole)} bytes; ended with {process.returncode}: {errors}")


if __name__ == "__main__":
    sys.exit(run_groups({"closed": closed, "full": full, "slow": slow}, __doc__))
