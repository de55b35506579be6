"""Weighted reduced-rank ridge regression in numpy by a full decomposition; the reference for the
compensation.

standard input: a line of JSON: tokens, rank, and the values of inputs, targets and weights, one row
per token
standard output: a line of JSON: the predicted outputs, one row per token; the weighted mean square
of the residual; that of the predictions around their mean
"""

import json
import sys

import numpy

task = json.load(sys.stdin)
tokens, rank = task["tokens"], task["rank"]
x = numpy.array(task["x"], float).reshape(tokens, -1)
t = numpy.array(task["t"], float).reshape(tokens, -1)
a = numpy.array(task["a"], float)
a = a / a.sum()

mean, center = a @ x, a @ t
x, t = x - mean, t - center
covariance = (x * a[:, None]).T @ x
cross = (x * a[:, None]).T @ t
ridge = 1e-2 * numpy.diag(covariance).mean()
f = numpy.linalg.solve(covariance + ridge * numpy.eye(len(covariance)), cross)
_, vectors = numpy.linalg.eigh(f.T @ covariance @ f)
v = vectors[:, ::-1][:, :rank]
y = x @ f @ v @ v.T
print(json.dumps({
    "predictions": (y + center).ravel().tolist(),
    "error": float(a @ ((t - y) ** 2).sum(1)),
    "explained": float(a @ (y ** 2).sum(1)),
}))
