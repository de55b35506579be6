"""Outputs that vanish."""

import shutil
import signal
import time

from attempts import Attempts
from works import CANNOT_CREATE, INPUT_OUTPUT, MISSING, PARTIAL, WORKS


class Gone(Attempts):
    """Changes to outputs while they are written."""

    def gone(self):
        """Removes files that the program writes, while it is stopped."""
        ways = ["folder removed", "folder renamed", "folder replaced", "outputs removed", "partial removed"]
        writing = [work for work in WORKS if work.outputs]

        def attempt(work, number, chance):
            place, existing = self.begin(work, chance)
            way = chance.choice(ways)
            share = chance.random()
            process = self.start(place, self.words(work, force=existing))
            time.sleep(share * self.undisturbed[work.name].seconds)
            # After renaming its outputs, the program has done its work even if it has not ended.
            stopped = self.stop(process) and "new" not in self.look(place, work, existing)[1]
            elsewhere = place.path / "elsewhere"
            match way:
                case "folder removed":
                    shutil.rmtree(place.out)
                case "folder renamed":
                    place.out.rename(elsewhere)
                case "folder replaced":
                    place.out.rename(elsewhere)
                    place.out.mkdir()
                case "outputs removed":
                    for path in place.out.iterdir():
                        if not path.name.startswith("."):
                            shutil.rmtree(path) if path.is_dir() else path.unlink()
                case _:
                    for path in place.out.glob(f".*{PARTIAL}"):
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
            process.send_signal(signal.SIGCONT)
            outcome = self.finish(process)
            wrong = []
            if outcome.code:
                wrong += self.check_error(outcome, [MISSING, CANNOT_CREATE, INPUT_OUTPUT], mention="out")
            # Every output, wherever it is now, must have the old or the new contents.
            before, wanted = self.old(work), self.undisturbed[work.name].files
            for folder in [place.out, elsewhere]:
                files = self.files(folder) if folder.exists() else {}
                for name in work.outputs:
                    state = self.state(place, work, name, files, before, wanted, folder)
                    if state not in ["old", "new", "absent"] and not self.is_timed(work, name):
                        wrong.append(f"{name} is {state}")
                # A renamed file cannot be removed under its old name.
                if folder == place.out:
                    wrong += [f"left {name}" for name in files if PARTIAL in name]
            if outcome.code == 0 and stopped and not way.startswith("folder"):
                wrong += self.look(place, work, True, 0)[0]
            if way == "partial removed" and outcome.code:
                wrong += self.look(place, work, existing, outcome.code)[0]
            return place, f"{way}: {outcome.code}", [
                f"{way} at {share:.3f}, existing {existing}: {text}" for text in wrong]

        self.each("gone", writing, attempt)
