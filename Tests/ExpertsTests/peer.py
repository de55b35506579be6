"""Ridge regression in numpy, in double precision; the reference for the linear router.

standard input: a line of JSON: rows, features, outputs, fitting (the number of leading rows to fit;
the others are held out), penalties, and the values of both matrices, row by row
standard output: a line of JSON: for each penalty the weights and biases for raw features, and the
held-out mean squared error
"""

import json
import sys

import numpy

task = json.load(sys.stdin)
rows, fitting = task["rows"], task["fitting"]
x = numpy.array(task["x"]).reshape(rows, task["features"])
t = numpy.array(task["t"]).reshape(rows, task["outputs"])

mean, deviation = x[:fitting].mean(0), x[:fitting].std(0)
varies = deviation > 1e-6 * abs(mean)
scale = numpy.where(varies, 1 / numpy.where(varies, deviation, 1), 0)
z = (x[:fitting] - mean) * scale
gram = z.T @ z
results = []
for penalty in task["penalties"]:
    ridge = penalty * numpy.trace(gram) / len(gram) * numpy.eye(len(gram))
    weight = numpy.linalg.solve(gram + ridge, z.T @ (t[:fitting] - t[:fitting].mean(0)))
    weight = weight * scale[:, None]
    bias = t[:fitting].mean(0) - mean @ weight
    error = numpy.mean((x[fitting:] @ weight + bias - t[fitting:]) ** 2)
    results.append(
        {"weight": weight.T.ravel().tolist(), "bias": bias.tolist(), "error": float(error)})
print(json.dumps(results))
