"""Prints a report of any size with every key that the page shows; its figures are random, but the
same in every run."""
import argparse
import json
import random

arguments = argparse.ArgumentParser()
arguments.add_argument("--layers", type=int, default=3)
arguments.add_argument("--experts", type=int, default=4)
arguments.add_argument("--tokens", type=int, default=60)
arguments.add_argument("--name", default="model")
arguments.add_argument("--token", default=" word")
options = arguments.parse_args()
E, L, H, name = options.experts, options.layers, 64 * options.experts, options.name
numbers = random.Random(7)
digest = "0123456789abcdef" * 4


def shares():
    parts = [numbers.random() for _ in range(E)]
    return [part / sum(parts) for part in parts]


def run(name, cost, ratio, **more):
    return {
        "name": name, **more, "perplexity": 12.5 * ratio, "perplexity_standard_error": 0.1,
        "perplexity_ratio": ratio, "perplexity_ratio_standard_error": 0.004,
        "active_ffn_fraction": cost, "router_fraction": 0, "cost_fraction": cost,
        "bytes_per_token": 5e8 + 1e9 * cost, "mean_kld": ratio - 1, "same_top_p": 1 / ratio,
    }


def quality():
    confusion = [[numbers.randrange(200) for _ in range(E)] for _ in range(E)]
    return {"accuracy": numbers.random(), "mean_absolute_error": numbers.random(),
            "under_provision": numbers.random() / 4, "over_provision": numbers.random() / 4,
            "confusion": confusion, "r2": [0.5] * (E - 1)}


def score():
    quantiles = sorted(numbers.gauss(-3, 1.5) for _ in range(5))
    return dict(zip(["p5", "p25", "median", "p75", "p95"], quantiles))


def token():
    width = numbers.random()
    return {"text": options.token, "mean_width": width,
            "experts": [numbers.randrange(E) for _ in range(L)]}


variants = [run("dense", 1, 1)]
variants += [run(f"expert-{e}", (e + 1) / E, 1 + 9 * (1 - (e + 1) / E) ** 2, expert=e) for e in range(E)]
for budget, ratio in [(0.25, 1.7), (0.35, 1.3), (0.5, 1.08), (0.65, 1.02), (0.8, 1.004)]:
    variants.append(run(f"routed@budget={budget}", budget + 0.003, ratio, budget=budget))
for budget in [0.35, 0.5, 0.65]:
    for kind, factor in [("oracle", 0.98), ("random", 2.1), ("fixed", 1.6)]:
        variants.append(run(f"{kind}@budget={budget}", budget, 1.2 * factor / (budget + 0.5), budget=budget))

print(json.dumps({
    "schema": "dynamoe.report", "schema_version": 1, "generator": "dynamoe " + name,
    "source": {"name": name, "family": "llama", "layers": L, "hidden_size": 128,
               "intermediate_size": H, "tensor_count": 9, "parameter_count": 123456789,
               "bytes": 246913578, "fingerprint": digest},
    "calibration": {"tokens": 32768, "positions": 32832, "parts": [
        {"text_sha256": digest, "context": 512, "bos_token": 1, "data_shard": "1/1", "tokens": 32768}]},
    "imatrix": None,
    "plan": {"recipe": "residual", "importance": "greedy", "experts": E, "alignment": 32,
             "router": {"kind": "mlp", "predicts": "log_error", "parameters": 5, "r2": []},
             "compensation_rank": 4, "skipping": "gate", "budgets": None,
             "layers": [{"layer": i, "widths": [64 * (e + 1) for e in range(E)],
                         "coverage": [((e + 1) / E) ** 0.5 for e in range(E)],
                         "stability": [0.6 + 0.3 * e / E for e in range(E - 1)],
                         "sensitivity": 0.7 + i} for i in range(L)],
             "massive_neurons": [{"layer": L - 1, "neuron": 1229, "expert": 0, "ratio": 107.49,
                                  "position": 0, "divergence": 0.046},
                                 {"layer": 0, "neuron": 7, "expert": 1, "ratio": 2.5,
                                  "position": 13, "divergence": 0.012}]},
    "output": {"name": name + ".dmoe", "bytes": 2 * 10**8, "overlay": False, "down_whole": False,
               "recoded": [], "experts": [
                   {"expert": e, "bytes": 10**8 + e * 10**7, "parameters": 1000,
                    "active_ffn_fraction": (e + 1) / E} for e in range(E)]},
    "routing": {"budget": 0.5, "knob": 0.1, "tokens": 4096, "routed_cost": 0.5, "layers": [
        {"layer": i, "dense": quality(), "routed": quality(),
         "scores": [score() for _ in range(E - 1)], "difficulty": shares(), "use": shares(),
         "neuron_fraction": 0.5, "neuron_fraction_8": 0.9} for i in range(L)]},
    "held_out": {"tokens": 16384, "context": 512, "text_sha256": digest, "variants": variants,
                 "quantized": [
                     {"element_type": "Q8_0", "perplexity": 12.51, "perplexity_ratio": 1.001,
                      "perplexity_ratio_standard_error": 0.0002, "mean_kld": 0.001,
                      "same_top_p": 0.99, "bytes_per_token": 8e8},
                     {"element_type": "Q4_0", "perplexity": 13, "perplexity_ratio": 1.04,
                      "perplexity_ratio_standard_error": 0.001, "mean_kld": 0.03,
                      "same_top_p": 0.92, "bytes_per_token": 4.5e8}]},
    "timing": [{"name": v["name"], "tokens_per_second": 1000 / (0.5 + v["cost_fraction"]),
                "ffn_tokens_per_second": 2000 / v["cost_fraction"],
                "single_ffn_tokens_per_second": 90 / v["cost_fraction"]} for v in variants],
    "recommendations": [
        {"max_perplexity_ratio": 1.001, "budget": None, "perplexity_ratio": None,
         "cost_fraction": None, "is_measured": False},
        {"max_perplexity_ratio": 1.02, "budget": 0.65, "perplexity_ratio": 1.02,
         "cost_fraction": 0.653, "is_measured": True}],
    "passages": [{"title": name, "budget": 0.5, "tokens": [token() for _ in range(options.tokens)]}],
    "token_kinds": {"easy": [{"text": options.token, "count": 99, "mean_width": 0.125}],
                    "hard": [{"text": options.token, "count": 21, "mean_width": 0.875}]},
    "warnings": ["a warning about " + name],
}))
