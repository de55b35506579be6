"""Signals from outside."""

import signal
import time

from attempts import Attempts
from works import CATCHABLE, INTERRUPTED, WORKS


class Killed(Attempts):
    """Signals at any moment."""

    def moment(self, work, number, chance):
        """A random moment; in every other attempt near the end, when files are renamed."""
        share = chance.random() * 1.05 if number % 2 == 0 else 0.8 + 0.3 * chance.random()
        return share, share * self.undisturbed[work.name].seconds

    def killed(self):
        """Ends the program by a signal at any moment."""
        def attempt(work, number, chance):
            place, existing = self.begin(work, chance)
            # Half of the attempts use SIGKILL, the others a signal that can be caught.
            which = signal.SIGKILL if chance.random() < 0.5 else CATCHABLE[number % len(CATCHABLE)]
            share, seconds = self.moment(work, number, chance)
            process = self.start(place, self.words(work, force=existing))
            time.sleep(seconds)
            was_running = process.poll() is None
            process.send_signal(which)
            asked = time.monotonic()
            outcome = self.finish(process)
            took = time.monotonic() - asked
            kills = which == signal.SIGKILL
            wrong, states = self.look(
                place, work, existing, outcome.code, journal=outcome.code != 0, partials=kills, between=kills)
            if outcome.code == -which and not kills and states != "new":
                # Before the program has installed its handlers, it cannot catch a signal.
                seen = f"ended by the signal itself, {states}"
                if share > 0.5 and seconds > 0.2:
                    wrong.append("did not catch the signal")
            elif outcome.code == 0:
                seen = "had finished"
                if was_running and took > 0.3 + self.undisturbed[work.name].seconds / 2:
                    wrong.append(f"went on for {took:.1f} s")
            else:
                seen = f"{which.name} ended it, {states}"
                expected = -signal.SIGKILL if kills else INTERRUPTED
                if outcome.code != expected:
                    wrong.append(f"ended with {outcome.code}: {outcome.errors.strip()[:300]}")
                if "Fatal" in outcome.errors:
                    wrong.append(outcome.errors.strip()[:300])
            wrong += self.check_again(place, work)
            return place, seen, [f"{which.name} at {share:.3f}, existing {existing}: {text}" for text in wrong]

        self.each("killed", WORKS, attempt)
