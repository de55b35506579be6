"""Divergence of one model's logits from another's in numpy; the reference for our figures.

standard input: a line of JSON: columns, targets, and the logits of both models, row after row
standard output: a line of JSON: the figures under the names of formats/report.md, without null
"""

import json
import sys

import numpy

task = json.load(sys.stdin)
targets = numpy.array(task["targets"])
rows = numpy.arange(len(targets))


def log_softmax(values):
    values = numpy.array(values, numpy.float64).reshape(-1, task["columns"])
    values = values - values.max(1, keepdims=True)
    return values - numpy.log(numpy.exp(values).sum(1, keepdims=True))


def standard_error(values):
    return values.std(ddof=1) / len(values) ** 0.5


dense, own = log_softmax(task["dense"]), log_softmax(task["own"])
kld = (numpy.exp(dense) * (dense - own)).sum(1)
loss, dense_loss = -own[rows, targets], -dense[rows, targets]
change = numpy.exp(-loss) - numpy.exp(-dense_loss)
ratio = numpy.exp(loss.mean()) / numpy.exp(dense_loss.mean())
rms = (change**2).mean() ** 0.5
same = (own.argmax(1) == dense.argmax(1)).astype(float)

figures = {
    "perplexity": numpy.exp(loss.mean()),
    "perplexity_ratio": ratio,
    "mean_kld": kld.mean(),
    "mean_delta_p": change.mean(),
    "rms_delta_p": rms,
    "same_top_p": same.mean(),
}
shares = {"maximum": 1, "p99_9": 0.999, "p99": 0.99, "p95": 0.95, "p90": 0.9, "median": 0.5,
          "p10": 0.1, "p5": 0.05, "p1": 0.01, "minimum": 0}
figures |= {name: numpy.quantile(kld, share) for name, share in shares.items()}
if len(targets) > 1:
    # The error of the ratio, from variances and covariance, because both losses are correlated.
    (variance, both), (_, dense_variance) = numpy.cov(loss, dense_loss)
    spread = variance + dense_variance - 2 * both
    figures |= {
        "perplexity_standard_error": numpy.exp(loss.mean()) * standard_error(loss),
        "perplexity_ratio_standard_error": ratio * (spread / len(targets)) ** 0.5,
        "mean_kld_standard_error": standard_error(kld),
        "mean_delta_p_standard_error": standard_error(change),
        "rms_delta_p_standard_error": standard_error(change**2) / (2 * rms),
        "same_top_p_standard_error": standard_error(same),
    }
print(json.dumps({name: float(value) for name, value in figures.items()}))
