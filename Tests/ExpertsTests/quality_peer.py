"""Figures of formats/report.md on routing and ranking in numpy, token by token.

standard input: a line of JSON: predicted and truth (for each window rows of numbers), costs, widths,
threshold or price, even and odd (scores of neurons)
standard output: a line of JSON with the figures
"""

import json
import sys

import numpy

task = json.load(sys.stdin)
costs, widths = task["costs"], task["widths"]
experts = len(costs)


def choose(row):
    if "threshold" in task:
        return next((e for e, s in enumerate(row) if s > task["threshold"]), experts - 1)
    errors = numpy.append(numpy.exp(numpy.clip(row, -25, 5)), 0)
    return int(numpy.argmin(errors + task["price"] * numpy.array(costs)))


wanted = [[choose(row) for row in window] for window in task["truth"]]
given = [[choose(row) for row in window] for window in task["predicted"]]
c, guess = numpy.concatenate(wanted), numpy.concatenate(given)
confusion = numpy.zeros((experts, experts), int)
numpy.add.at(confusion, (c, guess), 1)
truth = numpy.concatenate([numpy.array(window) for window in task["truth"]])
predicted = numpy.concatenate([numpy.array(window) for window in task["predicted"]])
chunks = []
for window in given:
    chunks += [window[i : i + 8] for i in range(0, len(window), 8) if i + 8 <= len(window)]
    if len(window) < 8:
        chunks.append(window)
kept = [numpy.argsort(-numpy.array(task[half]), kind="stable") for half in ("even", "odd")]
print(
    json.dumps(
        {
            "confusion": confusion.tolist(),
            "accuracy": float(numpy.mean(c == guess)),
            "meanAbsoluteError": float(numpy.mean(abs(c - guess))),
            "underProvision": float(numpy.mean(guess < c)),
            "overProvision": float(numpy.mean(guess > c)),
            # A single token has no variance.
            "r2": (1 - ((truth - predicted) ** 2).sum(0) / ((truth - truth.mean(0)) ** 2).sum(0)).tolist()
            if len(truth) > 1
            else [],
            "quantiles": numpy.quantile(truth, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).T.tolist(),
            "difficulty": [float(numpy.mean(c == e)) for e in range(experts)],
            "use": [float(numpy.mean(guess == e)) for e in range(experts)],
            "neurons": float(numpy.mean([widths[e] for e in guess])) / widths[-1],
            # Uses the union of the neurons directly.
            "neurons8": float(
                numpy.mean([len(set().union(*(range(widths[e]) for e in chunk))) for chunk in chunks])
            )
            / widths[-1],
            "stability": [
                len(set(kept[0][:n].tolist()) & set(kept[1][:n].tolist())) / n for n in widths[:-1]
            ],
        }
    )
)
