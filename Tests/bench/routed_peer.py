#!/usr/bin/env python3
"""Time of a routed export's feed-forward layers in PyTorch at a budget, relative to dense, and their counted cost:
routed_peer.py FOLDER TEXT BUDGET DTYPE TOKENS. The median of paired runs."""
import os, statistics, sys, time
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, text, budget, kind, tokens = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4], int(sys.argv[5])
torch.set_num_threads(os.cpu_count())
model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, kind), trust_remote_code=True).eval()
tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=True)
ids = tokenizer(open(text).read(), return_tensors="pt", verbose=False)["input_ids"][:, :tokens]
spent = 0.0


def start(module, arguments):
    module.started = time.perf_counter()


def stop(module, arguments, output):
    global spent
    spent += time.perf_counter() - module.started


for layer in model.model.layers:
    layer.mlp.register_forward_pre_hook(start)
    layer.mlp.register_forward_hook(stop)


def seconds(**knob):
    global spent
    spent = 0.0
    with model.variant(**knob):
        model.model(ids, use_cache=False)
        return spent, model.cost_fraction()


with torch.inference_mode():
    ratios = []
    for run in range(6):
        dense, _ = seconds()
        half, cost = seconds(budget=budget)
        # The first pair is a warm-up.
        ratios += [half / dense] if run else []
print(statistics.median(ratios), cost)
