"""Single system calls."""

import collections
import concurrent.futures
import os
import re
import shutil
import signal

from attempts import Attempts
from works import CANNOT_CREATE, CHECK_FAILED, DATA, INPUT_OUTPUT, INTERRUPTED, MISSING, WORKS


class Calls(Attempts):
    """Ends the program before a system call, or lets the call fail."""

    WRITING = {
        "pwrite64": ["ENOSPC", "EIO", "EDQUOT"], "ftruncate": ["ENOSPC", "EFBIG"], "fallocate": ["ENOSPC"],
        "fsync": ["EIO", "ENOSPC"], "rename": ["EIO", "ENOSPC", "EACCES"], "renameat2": ["EIO", "EACCES"],
        "mkdir": ["ENOSPC", "EROFS"], "pread64": ["EIO"], "unlink": [], "rmdir": []}

    def calls(self):
        """Ends the program before single system calls, or lets them fail."""
        names = ",".join(self.WRITING)
        probe = self.place()
        trace = ["strace", "-f", "-o", "log", "-e", f"trace={names}"]
        if not shutil.which("strace") or self.run(probe, [*trace, "true"]).code:
            return print("calls: skipped, strace cannot be used here")

        def counts(work):
            """Number of each system call in a run; runs that replace outputs make most."""
            place = self.place()
            self.put_old(place, work)
            self.run(place, [*trace, *self.words(work, force=True)])
            found = collections.Counter(re.findall(r"^\d+ +(\w+)\(", (place.path / "log").read_text(), re.M))
            self.remove(place)
            return found

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            known = {work.name: found for work, found in zip(WORKS, pool.map(counts, WORKS))}

        def attempt(work, number, chance):
            place, existing = self.begin(work, chance)
            found = known[work.name]
            call = chance.choice(sorted(found))
            # Half of the attempts hit one of the last calls, which rename the files.
            last = max(found[call] - 1 - chance.randrange(4), 0)
            which = chance.randrange(found[call]) if chance.random() < 0.5 else last
            fate = chance.choice(self.WRITING[call] + ["SIGKILL", "SIGKILL", "SIGTERM"])
            kind = "signal" if fate.startswith("SIG") else "error"
            injection = ["-e", f"inject={call}:{kind}={fate}:when={which + 1}"]
            outcome = self.run(place, [*trace, *injection, *self.words(work, existing)])
            kills = fate == "SIGKILL"
            between = kills or call == "rename" and kind == "error"
            wrong, states = self.look(place, work, existing, outcome.code, partials=kills, between=between)
            if outcome.code == 0:
                # Some calls do not matter, and a signal may come too late.
                seen = f"{fate} did no harm"
            elif outcome.code == 127 and "shared libraries" in outcome.errors:
                seen = "was not loaded"
            elif kind == "signal":
                seen = f"{fate} ended it, {states}"
                if outcome.code not in [INTERRUPTED, -getattr(signal, fate)]:
                    wrong.append(f"ended with {outcome.code}: {outcome.errors.strip()[:300]}")
            else:
                seen = f"failed with {outcome.code}, {states}"
                if outcome.code != CHECK_FAILED or work.name != "validate":
                    wrong += self.check_error(outcome, [DATA, MISSING, CANNOT_CREATE, INPUT_OUTPUT])
                if states == "new":
                    wrong.append("failed, and replaced the outputs")
            wrong += self.check_again(place, work) if kills or work.journal else []
            return place, seen, [
                f"{fate} at {call} {which + 1} of {found[call]}, existing {existing}: {text}" for text in wrong]

        self.each("calls", WORKS, attempt)
