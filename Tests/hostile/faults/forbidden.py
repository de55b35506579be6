"""Missing permissions."""

import os

from attempts import Attempts
from works import CANNOT_CREATE, MISSING, NOBODY, WORKS, Outcome


class Forbidden(Attempts):
    """Folders and files without permission."""

    def forbidden(self):
        """Takes away permissions; as root, runs the program as nobody, because root is never refused."""
        more = {}
        if os.geteuid() == 0:
            more = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            probe = self.place()
            try:
                outcome = self.run(probe, [self.dynamoe, "--version"], **more)
            except PermissionError as error:
                outcome = Outcome(1, str(error), b"")
            self.remove(probe)
            if outcome.code:
                return print(f"forbidden: skipped, nobody may not run the program: {outcome.errors.strip()[:200]}")

        def attempt(work, number, chance):
            place = self.place(copies=True)
            if more:
                for path in [place.path, *place.path.rglob("*")]:
                    os.chown(path, NOBODY, NOBODY)
            way = chance.choice(["read-only", "not searched", "unreadable", "folder of input"])
            if not work.outputs:
                way = chance.choice(["unreadable", "folder of input", "no scratch"])
            name = chance.choice(work.inputs)
            path, codes, mention = place.path / "in" / name, [MISSING], "in/"
            match way:
                case "read-only":
                    path, mode, codes, mention = place.out, 0o555, [CANNOT_CREATE], "out"
                case "not searched":
                    path, mode, codes, mention = place.out, 0o444, [CANNOT_CREATE], "out"
                case "no scratch":
                    path, mode, codes, mention = place.scratch, 0o555, [CANNOT_CREATE], "tmp"
                case "unreadable":
                    mode = 0
                case _:
                    path, mode = path.parent, 0o444
            before = path.stat().st_mode & 0o777
            path.chmod(mode)
            outcome = self.run(place, self.words(work), **more)
            path.chmod(before)
            what = f"{way} {path.relative_to(place.path)}"
            wrong, states = self.look(place, work, False, outcome.code)
            # A report beside a file and companions of weights are optional.
            wrong += self.check_error(outcome, codes, mention) if outcome.code or work.outputs else []
            return place, f"{way}: {outcome.code}", [f"{what}: {text}" for text in wrong]

        self.each("forbidden", WORKS, attempt)
