"""No space."""

import shutil

from attempts import Attempts
from works import CANNOT_CREATE, INPUT_OUTPUT, WORKS


class Full(Attempts):
    """Full disks and size limits."""

    def full(self):
        """Lets the program run out of space, by a limit or on a small disk."""
        writing = [work for work in WORKS if work.outputs or work.scratch]
        probe = self.place()
        mounts = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=64k none out"]
        if not shutil.which("unshare") or self.run(probe, mounts).code:
            print("full: without a disk of its own, which unshare cannot give here")
            mounts = None
        self.remove(probe)

        def limited(work, number, chance):
            """A limit on the size of files."""
            place, existing = self.begin(work, chance)
            blocks = chance.randrange(self.undisturbed[work.name].bytes // 512 + 2)
            script = 'ulimit -f "$0" && exec "$@"'
            outcome = self.run(place, ["sh", "-c", script, str(blocks), *self.words(work, existing)])
            return place, existing, outcome, f"files of at most {512 * blocks} bytes"

        def small(work, number, chance):
            """A small disk; its contents are copied before it is unmounted."""
            place, existing = self.begin(work, chance)
            needed = self.undisturbed[work.name].bytes + 4096 * (2 + 2 * len(self.old(work)))
            # Coded data is first written at the offsets of uncoded data.
            share = 1.8 * chance.random() if number % 2 else 0.9 + 0.2 * chance.random()
            pages = max(4, int((needed + (1 << 20 if work.scratch else 0)) * share) // 4096)
            spot = "tmp" if work.scratch == "tmp" else "out"
            script = (
                f"cp -a {spot} before && mount -t tmpfs -o size={pages * 4096} none {spot} && cp -a before/. {spot}"
                f' && {{ "$@"; code=$?; cp -a {spot} after && exit $code; }}; exit 99')
            outcome = self.run(place, ["unshare", "-rm", "sh", "-c", script, "sh", *self.words(work, existing)])
            if outcome.code != 99:
                shutil.rmtree(place.path / spot)
                (place.path / "after").rename(place.path / spot)
            return place, existing, outcome, f"a disk of {pages * 4096} bytes"

        def attempt(work, number, chance):
            kinds = [limited] + ([small, small] if mounts and (work.outputs or work.scratch == "tmp") else [])
            place, existing, outcome, what = kinds[number % len(kinds)](work, number, chance)
            if outcome.code == 99:
                return place, "too small for what was there", []
            wrong, states = self.look(place, work, existing, outcome.code)
            if outcome.code:
                wrong += self.check_error(outcome, [CANNOT_CREATE, INPUT_OUTPUT], "out" if work.outputs else "tmp")
                if states == "new":
                    wrong.append("failed, and replaced the outputs")
            wrong += self.check_again(place, work) if work.journal else []
            seen = f"failed with {outcome.code}, {states}" if outcome.code else "had space"
            return place, seen, [f"{what}, existing {existing}: {text}" for text in wrong]

        self.each("full", writing, attempt)
