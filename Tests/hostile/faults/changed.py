"""Inputs that change."""

import json
import os
import shutil
import signal
import time

from attempts import Attempts
from works import CHECK_FAILED, DATA, INPUT_OUTPUT, MISSING, USAGE, WORKS


class Changed(Attempts):
    """Changes to inputs while they are read."""

    @staticmethod
    def other(path):
        """Another file of the same kind."""
        data = bytearray(path.read_bytes())
        if path.name == "text.txt":
            return bytes(data).swapcase()
        if path.suffix == ".json":
            document = json.loads(data)
            match path.name:
                case "config.json":
                    document["rms_norm_eps"] = 0.01
                case "tokenizer.json":
                    document["model"]["vocab"] = dict(zip(
                        document["model"]["vocab"], reversed(document["model"]["vocab"].values())))
                case "tokenizer_config.json":
                    document["unknown"] = "another"
                case _:
                    document["generator"] = "another"
            return json.dumps(document, ensure_ascii=False).encode()
        # Slightly different numbers, with the same structure.
        start = 8 + int.from_bytes(data[:8], "little") if path.suffix in [".safetensors", ".stats"] else len(data) // 2
        data[start::8] = bytes(byte ^ 1 for byte in data[start::8])
        return bytes(data)

    def change(self, path, way):
        match way:
            case "cut":
                os.truncate(path, path.stat().st_size // 2)
            case "emptied":
                os.truncate(path, 0)
            case "longer":
                with path.open("ab") as file:
                    file.write(b"\n\n\n\n")
            case "touched":
                os.utime(path)
            case "rewritten":
                other = self.other(path)
                with path.open("r+b") as file:
                    file.write(other)
                    file.truncate()
            case "rewritten within":
                # The middle of the largest tensor, which fingerprints do not cover.
                data = bytearray(path.read_bytes())
                start = 8 + int.from_bytes(data[:8], "little")
                tensors = [value["data_offsets"] for value in json.loads(data[8:start]).values() if "shape" in value]
                first, end = max(tensors, key=lambda offsets: offsets[1] - offsets[0])
                third = (end - first) // 3
                inner = slice(start + first + third, start + end - third, 2)
                data[inner] = bytes(byte ^ 0x55 for byte in data[inner])
                path.write_bytes(data)
            case "replaced":
                new = path.with_name(path.name + ".new")
                new.write_bytes(self.other(path))
                new.rename(path)
            case "removed":
                path.unlink()

    def changed(self):
        """Changes an input while the program is stopped, or between an interruption and the resumed run."""
        ways = ["cut", "emptied", "longer", "touched", "rewritten", "rewritten", "replaced", "removed"]

        def attempt(work, number, chance):
            place, existing = self.begin(work, chance, copies=True)
            name = work.inputs[0] if chance.random() < 0.4 else chance.choice(work.inputs)
            way = chance.choice(ways)
            share = chance.random()
            is_taken_up = work.journal is not None and chance.random() < 0.5
            if is_taken_up:
                way = chance.choice(["rewritten", "rewritten within"])
                name = work.inputs[0] if way == "rewritten within" else name
            process = self.start(place, self.words(work, force=existing))
            time.sleep(share * self.undisturbed[work.name].seconds)
            stopped = not is_taken_up and self.stop(process)
            if is_taken_up:
                process.send_signal(signal.SIGINT)
                is_taken_up = self.finish(process).code != 0
            self.change(place.path / "in" / name, way)
            if stopped:
                process.send_signal(signal.SIGCONT)
            if is_taken_up:
                process = self.start(place, self.words(work, force=existing))
                way += ", then resumed"
            elif work.journal and not stopped:
                # The run ended before it could be interrupted.
                return place, "done before", []
            outcome = self.finish(process)
            seen, wrong = self.judge(place, work, existing, outcome, [USAGE] if is_taken_up else [])
            return place, f"{way}: {seen}", [f"{name} {way} at {share:.3f}, existing {existing}: {t}" for t in wrong]

        self.each("changed", WORKS, attempt)

    def judge(self, place, work, existing, outcome, codes):
        """A result must be that of the old inputs or of the new ones, never of a mixture."""
        if outcome.code == CHECK_FAILED and work.name == "validate":
            return "a check failed", []
        if outcome.code:
            wrong = self.check_error(outcome, [DATA, MISSING, INPUT_OUTPUT, *codes])
            return f"{outcome.code}", wrong + self.look(place, work, existing, outcome.code)[0]
        result = self.results(place, work, outcome)
        wanted, seen = self.undisturbed[work.name].files, "as before"
        if not self.is_same(place, work, result, wanted):
            names = [name for name in result if result[name] != wanted.get(name)]
            wanted, seen = self.after(place, work), "as after"
            if not self.is_same(place, work, result, wanted):
                later = "refused" if wanted is None else "taken"
                return "neither", [f"another {', '.join(names)}; as it is now the input is {later}"]
        return seen, self.look(place, work, existing, 0, wanted=wanted)[0] if work.outputs else []

    def is_same(self, place, work, result, wanted):
        if wanted is None:
            return False
        if result.keys() != wanted.keys():
            return False
        return all(
            result[name] == wanted[name] or self.is_timed(work, name) and self.page_is_whole(place, result[name])
            for name in wanted)

    def after(self, place, work):
        """Outputs for the present inputs; None if they are refused."""
        kept = place.path / "kept"
        place.out.rename(kept)
        place.out.mkdir()
        outcome = self.run(place, self.words(work))
        found = None if outcome.code else self.results(place, work, outcome)
        shutil.rmtree(place.out)
        kept.rename(place.out)
        return found
