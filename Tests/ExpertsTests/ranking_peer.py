"""Backward elimination in numpy, by its definition; the reference for the greedy ranking.

standard input: a line of JSON: neurons, tokens, and the values of the tokens' hidden vectors (weights
applied) and of the down projection, one row per token and one row per neuron
standard output: a line of JSON: the order, most important first; for each neuron the increase of the
error when it was dropped; the sum over the whole matrix
"""

import json
import sys

import numpy

task = json.load(sys.stdin)
size, tokens = task["neurons"], task["tokens"]
h = numpy.array(task["h"], float).reshape(tokens, size)
down = numpy.array(task["down"], float).reshape(size, -1)
m = (h.T @ h) * (down @ down.T)
diagonal = numpy.diag(m).copy()
m *= tokens / (size + tokens)
numpy.fill_diagonal(m, diagonal)

dropped, scores, before = [], [0.0] * size, 0.0
while len(dropped) < size:
    errors = {}
    for j in range(size):
        if j not in dropped:
            trial = dropped + [j]
            errors[j] = m[numpy.ix_(trial, trial)].sum()
    j = min(errors, key=lambda k: (errors[k], -k))
    scores[j] = errors[j] - before
    before = errors[j]
    dropped.append(j)
print(json.dumps({"order": dropped[::-1], "scores": scores, "sum": m.sum()}))
