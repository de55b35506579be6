#!/usr/bin/env python3
"""Seconds for the layers in Transformers on PyTorch, the best of three: forward_peer.py MODEL DTYPE TOKENS"""
import os, sys, time
import torch
from transformers import AutoModelForCausalLM

path, kind, tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(os.cpu_count())
layers = AutoModelForCausalLM.from_pretrained(path, dtype=getattr(torch, kind)).eval().model
windows = torch.randint(0, 1000, (tokens // 512, 512))
best = float("inf")
with torch.inference_mode():
    for _ in range(3):
        started = time.perf_counter()
        layers(windows, use_cache=False)
        best = min(best, time.perf_counter() - started)
print(best)
