"""Code shared by all parts: places, runs, and checks of the files that they leave."""

import collections
import concurrent.futures
import fcntl
import json
import os
import pathlib
import pickle
import random
import re
import shutil
import signal
import subprocess
import sys
import time

from works import COMPANIONS, FAMILY, FEW, PARTIAL, SECONDS, TINY, WORKS, Outcome, Place, Undisturbed


class Attempts:
    """Code shared by all parts."""

    def __init__(self, dynamoe, count, folder, inputs):
        self.dynamoe = str(pathlib.Path(dynamoe).resolve())
        self.count = count
        self.folder = pathlib.Path(folder)
        self.inputs = pathlib.Path(inputs).resolve()
        self.attempts = 0
        self.failures = []
        # Number of times that each state was observed, by part and command.
        self.seen = collections.defaultdict(collections.Counter)
        self.undisturbed = self.prepare_once()

    def prepare_once(self):
        """Results of undisturbed runs, by command; the first process makes them and the inputs of all commands."""
        self.inputs.mkdir(exist_ok=True)
        known = self.inputs.with_name(self.inputs.name + ".undisturbed")
        with known.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if data := file.read():
                return pickle.loads(data)
            self.prepare()
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                found = pool.map(self.run_undisturbed, WORKS)
                undisturbed = {work.name: one for work, one in zip(WORKS, found)}
            file.write(pickle.dumps(undisturbed))
            return undisturbed

    def prepare(self):
        """Makes the inputs of all commands."""
        for name, model in [("large", TINY), ("model", FAMILY)]:
            (self.inputs / name).mkdir(exist_ok=True)
            for file in ["model.safetensors", *COMPANIONS]:
                shutil.copy(model / file, self.inputs / name / file)
        shutil.copy(FAMILY / "model.gguf", self.inputs / "model.gguf")
        shutil.copy(TINY / "heldout.txt", self.inputs / "text.txt")
        for words in [
            ["partition", "large", "-o", "t.dmoe", "--text", "text.txt", *FEW, "--experts", "2"],
            ["calibrate", "large", "-o", "1.stats", "--text", "text.txt", *FEW, "--data-shard", "1/2"],
            ["calibrate", "large", "-o", "2.stats", "--text", "text.txt", *FEW, "--data-shard", "2/2"],
            ["export", "t.dmoe", "--format", "hf", "-o", "routed"],
        ]:
            subprocess.run([self.dynamoe, *words], cwd=self.inputs, check=True, stdout=subprocess.DEVNULL)

    # Places and runs

    def place(self, copies=False):
        """A new folder for an attempt, with its own copies of inputs that change."""
        self.attempts += 1
        place = Place(self.folder / f"{self.attempts}-{random.randrange(1 << 30):x}")
        place.path.mkdir()
        place.out.mkdir()
        place.scratch.mkdir()
        if copies:
            shutil.copytree(self.inputs, place.path / "in")
            # Long ago, so that no coarse clock hides a change.
            for file in (place.path / "in").rglob("*"):
                os.utime(file, (1e9, 1e9))
        else:
            (place.path / "in").symlink_to(self.inputs)
        return place

    def words(self, work, force=False):
        return [self.dynamoe, *work.words, "--threads", "1", *(["--force"] if force and work.outputs else [])]

    def start(self, place, words, **more):
        environment = os.environ | {"TMPDIR": str(place.scratch), "SWIFT_BACKTRACE": "enable=no"}
        return subprocess.Popen(
            words, cwd=place.path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **more)

    def finish(self, process):
        try:
            printed, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Outcome(-1000, f"did not end within {SECONDS} s", b"")
        return Outcome(process.returncode, errors.decode("utf-8", "replace"), printed)

    def run(self, place, words, **more):
        return self.finish(self.start(place, words, **more))

    def run_undisturbed(self, work):
        """Results of the command, which two runs must agree on, and its duration."""
        found = []
        for _ in range(2):
            place = self.place()
            started = time.monotonic()
            outcome = self.run(place, self.words(work))
            seconds = time.monotonic() - started
            if outcome.code:
                sys.exit(f"{work.name} cannot be run: {outcome.errors}")
            found.append(Undisturbed(self.results(place, work, outcome), seconds, self.used(place.out)))
            self.remove(place)
        first, second = found
        for name in first.files:
            if first.files[name] != second.files[name] and not self.is_timed(work, name):
                sys.exit(f"{work.name}: {name} differs between runs")
        return first._replace(seconds=min(first.seconds, second.seconds))

    def remove(self, place):
        shutil.rmtree(place.path, ignore_errors=True)

    @staticmethod
    def used(folder):
        return sum(-(-file.stat().st_size // 4096) * 4096 for file in folder.rglob("*") if file.is_file())

    @staticmethod
    def stop(process):
        """Stops the program; False if it has already ended."""
        process.send_signal(signal.SIGSTOP)
        while True:
            try:
                state = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                return False
            if state in "TtZX":
                return state in "Tt"
            time.sleep(0.0005)

    # Files

    @staticmethod
    def is_timed(work, name):
        """Whether an output is a page with times, which differs between runs."""
        return name.endswith(".html") and work.words[0] == "partition" and "--text" in work.words

    @staticmethod
    def content(path):
        """The bytes of a file; of a report without its times."""
        data = path.read_bytes()
        if path.name.endswith(".report.json"):
            try:
                document = json.loads(data)
                document.pop("timing", None)
                return json.dumps(document).encode()
            except ValueError:
                return data
        return data

    def files(self, folder):
        return {str(file.relative_to(folder)): self.content(file) for file in folder.rglob("*") if file.is_file()}

    def results(self, place, work, outcome):
        if work.outputs:
            return self.files(place.out)
        printed = re.sub(rb'"[a-z_]*per_second": [^\n]*', b"", outcome.printed)
        return {"printed": printed}

    @staticmethod
    def old(work):
        """Files under the names of the outputs before the run."""
        files = {}
        for name in work.outputs:
            if "." in name:
                files[name] = f"{name} as it was\n".encode()
            else:
                files |= {f"{name}/config.json": b"{}\n", f"{name}/model.safetensors": b"as it was"}
        return files

    def put_old(self, place, work):
        for name, data in self.old(work).items():
            (place.out / name).parent.mkdir(exist_ok=True)
            (place.out / name).write_bytes(data)

    def begin(self, work, chance, copies=False):
        """A place for an attempt, every other time with existing outputs."""
        place = self.place(copies)
        existing = bool(work.outputs) and chance.random() < 0.5
        if existing:
            self.put_old(place, work)
        return place, existing

    def page_is_whole(self, place, data, wanted=None):
        """Whether a page is that of the report beside it or, if the report is of another run, has head and end."""
        page = place.path / "page.html"
        made = self.run(place, [self.dynamoe, "report", "out/t.report.json", "-o", str(page), "--force"])
        if made.code == 0 and page.read_bytes() == data:
            return True
        return wanted is not None and data[:1000] == wanted[:1000] and data[-20:] == wanted[-20:]

    def state(self, place, work, output, files, before, wanted, folder=None):
        """State of one output: absent, old, new, or another."""
        def part(all_files):
            return {name: data for name, data in all_files.items() if name.split("/")[0] == output}

        found = part(files)
        if not found:
            return "absent" if not ((folder or place.out) / output).exists() else "an empty folder"
        if found == part(before):
            return "old"
        if found == part(wanted):
            return "new"
        if self.is_timed(work, output) and self.page_is_whole(place, found[output], wanted[output]):
            return "new"
        return f"neither old nor new ({sum(map(len, found.values()))} bytes)"

    def look(self, place, work, existing, code=None, wanted=None, journal=True, partials=False, between=False):
        """Errors in the files of a place, and the state of the outputs.

        The other outputs describe the first. If a run ended `between` their renames, the first appears after them; in
        all other cases they appear together.
        """
        wanted = self.undisturbed[work.name].files if wanted is None else wanted
        before = self.old(work) if existing else {}
        files = self.files(place.out)
        states = [self.state(place, work, output, files, before, wanted) for output in work.outputs]
        expected = "old" if existing else "absent"
        wrong = []
        if set(states) - {expected, "new"} or len(set(states)) > 1 and (not between or states[0] == "new"):
            wrong.append("outputs are " + ", ".join(f"{n} {s}" for n, s in zip(work.outputs, states)))
        if code == 0 and set(states) - {"new"}:
            wrong.append("ended with 0, and outputs are " + ", ".join(states))
        allowed = set(work.outputs) | ({work.journal} if journal and work.journal else set())
        for path in sorted(place.out.iterdir()):
            if path.name not in allowed and not (partials and path.name.endswith(PARTIAL)):
                wrong.append(f"left {path.name}")
        for path in sorted(place.scratch.iterdir()):
            if not (partials and path.name.endswith(PARTIAL)):
                wrong.append(f"left {path.name} in TMPDIR")
        return wrong, ", ".join(sorted(set(states))) or "printed"

    @staticmethod
    def check_error(outcome, codes, mention=""):
        """Errors in the end of a run that must fail."""
        lines = outcome.errors.splitlines()
        if outcome.code not in codes:
            return [f"ended with {outcome.code}: {outcome.errors.strip()[:300]}"]
        # A temporary name means nothing to the user.
        if (len(lines) != 1 or not lines[0].startswith("dynamoe: ") or mention not in lines[0]
                or ".dynamoe-partial" in lines[0]):
            return [f"said {outcome.errors.strip()[:300]!r}"]
        return []

    def check_again(self, place, work):
        """Errors in the results of the same command, now undisturbed."""
        if not work.outputs:
            return []
        outcome = self.run(place, self.words(work, force=True))
        if outcome.code:
            return [f"run again it ended with {outcome.code}: {outcome.errors.strip()[:300]}"]
        wrong, _ = self.look(place, work, True, code=0, journal=False, partials=True)
        return [f"run again: {text}" for text in wrong]

    def note(self, part, work, seen, wrong, attempt):
        self.seen[f"{part:10} {work.name:18}"][seen] += 1
        self.failures += [f"{part} {work.name} {attempt}: {text}" for text in wrong]

    def each(self, part, works, attempt):
        """Makes COUNT attempts of each work; `attempt` receives their number and a source of random numbers."""
        def one(work, number):
            place = None
            try:
                place, seen, wrong = attempt(work, number, random.Random(f"{part} {work.name} {number}"))
                self.note(part, work, seen, wrong, number)
            except Exception as error:
                self.failures.append(f"{part} {work.name} {number}: the test itself: {error!r}")
            if place is not None:
                self.remove(place)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for work in works:
                for number in range(self.count):
                    pool.submit(one, work, number)
