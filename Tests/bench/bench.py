#!/usr/bin/env python3
"""Speed and memory of the built program on one layer of a 7B shape, as ratios to what else does the job.

    bench.py DYNAMOE FOLDER

FOLDER gets a synthetic checkpoint (0.7 GB) and what is made of it; it stays for the next run.
Each figure is the median of three runs; a ratio is of runs in turn. Memory is the maximum resident size.
"""
import json, multiprocessing, os, shutil, statistics, subprocess, sys, time
import numpy as np
from ml_dtypes import bfloat16
from safetensors.numpy import save_file

DYNAMOE, FOLDER = sys.argv[1], sys.argv[2]
HIDDEN, WIDTH, HEADS, KEY_HEADS, VOCABULARY = 4096, 14336, 32, 8, 32000
RUNS = 3


def make_model(folder):
    """A LLaMA of one layer with Gaussian weights: for speed, not for quality."""
    if os.path.exists(f"{folder}/model.safetensors"):
        return
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng(0)

    def gaussian(*shape):
        return (random.standard_normal(shape, dtype=np.float32) * 0.02).astype(bfloat16)

    layer, head = "model.layers.0.", HIDDEN // HEADS
    shapes = {
        "model.embed_tokens.weight": (VOCABULARY, HIDDEN), "lm_head.weight": (VOCABULARY, HIDDEN),
        layer + "self_attn.q_proj.weight": (HIDDEN, HIDDEN),
        layer + "self_attn.k_proj.weight": (KEY_HEADS * head, HIDDEN),
        layer + "self_attn.v_proj.weight": (KEY_HEADS * head, HIDDEN),
        layer + "self_attn.o_proj.weight": (HIDDEN, HIDDEN),
        layer + "mlp.gate_proj.weight": (WIDTH, HIDDEN), layer + "mlp.up_proj.weight": (WIDTH, HIDDEN),
        layer + "mlp.down_proj.weight": (HIDDEN, WIDTH),
    }
    tensors = {name: gaussian(*shape) for name, shape in shapes.items()}
    for name in ["model.norm.weight", layer + "input_layernorm.weight", layer + "post_attention_layernorm.weight"]:
        tensors[name] = np.ones(HIDDEN, bfloat16)
    save_file(tensors, f"{folder}/model.safetensors", {"format": "pt"})
    with open(f"{folder}/config.json", "w") as file:
        json.dump({
            "model_type": "llama", "hidden_act": "silu", "hidden_size": HIDDEN, "intermediate_size": WIDTH,
            "num_hidden_layers": 1, "num_attention_heads": HEADS, "num_key_value_heads": KEY_HEADS,
            "vocab_size": VOCABULARY, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0}, file)


def run(job):
    """Seconds of a job, and its memory in MB where it is a command."""
    started = time.perf_counter()
    if callable(job):
        job()
        return time.perf_counter() - started, None
    process = subprocess.Popen(job, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{job}: ended with {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def compare(title, ours, peer_title, peer):
    pairs = [(run(ours), run(peer)) for _ in range(RUNS)]
    seconds = statistics.median(a[0] for a, _ in pairs)
    peer_seconds = statistics.median(b[0] for _, b in pairs)
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    memory = max(a[1] for a, _ in pairs)
    print(f"{title:34} {seconds:8.2f} s {memory:8.0f} MB   {peer_title:30} {peer_seconds:8.2f} s   × {ratio:.2f}",
          flush=True)


def list_tensors(path):
    code = f"from safetensors import safe_open\nf = safe_open({path!r}, 'np')\nfor k in f.keys(): f.get_slice(k).get_shape()"
    return [sys.executable, "-c", code]


def copy_synced(source, target):
    def job():
        shutil.copyfile(source, target)
        with open(target, "rb+") as file:
            os.fsync(file.fileno())
    return job


def feed_forward(model, routed):
    """How long the feed-forward layer takes at half the cost, by its own dense time in the same run."""
    fixture = "fixtures/tiny-llama"
    for name in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copyfile(f"{fixture}/{name}", f"{model}/{name}")
    if not os.path.exists(routed):
        subprocess.run([DYNAMOE, "partition", model, "-o", routed, "--text", f"{fixture}/calibration.txt",
                        "--max-tokens", "4096", "--force"], check=True, stdout=subprocess.DEVNULL)
    ratios = []
    for _ in range(RUNS):
        text = subprocess.run(
            [DYNAMOE, "evaluate", routed, "--text", f"{fixture}/heldout.txt", "--max-tokens", "1022", "--threads", "1",
             "--variants", "dense,routed@budget=0.5", "--json"], check=True, capture_output=True).stdout
        dense, half = json.loads(text)["variants"]
        ratios.append([dense[key] / half[key] for key in ["ffn_tokens_per_second", "single_ffn_tokens_per_second"]]
                      + [half["cost_fraction"]])
    window, single, cost = (statistics.median(column) for column in zip(*ratios))
    print(f"feed-forward layer at budget 0.5, cost {cost:.2f}: × {window:.2f} of dense for windows of 512, "
          f"× {single:.2f} for one token at a time")


def measure(*command):
    """The whole numbers that a command prints."""
    return [int(number) for number in subprocess.run(command, check=True, capture_output=True).stdout.split()]


def coding(weights):
    """Size and speed of the lossless coding in memory, beside zipnn's; one thread each, then ours with all."""
    program = os.path.join(os.path.dirname(DYNAMOE), "CodingBenchmark")

    runs = [(measure(program, weights, "1"), measure(program, weights, str(os.cpu_count())),
             measure(sys.executable, "Tests/bench/zipnn_speed.py", weights)) for _ in range(RUNS)]
    for title, place in ("coding", 2), ("decoding", 3):
        one, all_cores, peer = (statistics.median(run[i][place] for run in runs) / 1e6 for i in range(3))
        ratio = statistics.median(run[0][place] / run[2][place] for run in runs)
        print(f"{title:10} {one:6.0f} MB/s on one thread, {all_cores:6.0f} on {os.cpu_count()}; "
              f"zipnn {peer:6.0f} on one   × {ratio:.2f} as fast")
    (plain, ours, _, _, *planes), _, (_, theirs, *_) = runs[0]
    print("time       of coding {:.0f} % goes into planes, of decoding {:.0f} %; the rest into prefix codes".format(
        *(share / 10 for share in planes)))
    print(f"coded      {100 * ours / plain:.2f} % of the plain bytes, zipnn {100 * theirs / plain:.2f} %")


def blocks():
    """Speed of decoding quantised weights in memory, beside that of the package gguf; one thread each."""
    types = ["Q4_K", "Q8_0"]
    program = os.path.join(os.path.dirname(DYNAMOE), "BlocksBenchmark")
    runs = [(measure(program, *types), measure(sys.executable, "Tests/bench/gguf_speed.py", *types)) for _ in range(RUNS)]
    for place, name in enumerate(types):
        ours, peer = (statistics.median(run[i][place] for run in runs) / 1e6 for i in range(2))
        ratio = statistics.median(run[0][place] / run[1][place] for run in runs)
        print(f"{name:10} {ours:6.0f} MB/s of floats decoded; gguf {peer:6.0f}   × {ratio:.2f} as fast")


def main():
    model, dmoe = f"{FOLDER}/model", f"{FOLDER}/model.dmoe"
    weights = f"{model}/model.safetensors"
    # In a process of its own: what this one has used would count for those that it starts.
    maker = multiprocessing.Process(target=make_model, args=(model,))
    maker.start()
    maker.join()
    print(f"{'':34} {'time':>10} {'memory':>11}   {'against':30} {'time':>10}   ours/peer")
    compare("inspect", [DYNAMOE, "inspect", model], "safetensors in Python", list_tensors(weights))
    compare("partition --importance weights",
            [DYNAMOE, "partition", model, "-o", dmoe, "--importance", "weights", "--force"],
            "copy of the same bytes, synced", copy_synced(weights, f"{FOLDER}/copy"))
    compare("validate --against", [DYNAMOE, "validate", dmoe, "--against", model],
            "sha256sum of both files", ["sha256sum", weights, dmoe])
    compare("reference reader", [sys.executable, "formats/reference/read_dmoe.py", dmoe, "--against", model],
            "dynamoe validate --against", [DYNAMOE, "validate", dmoe, "--against", model])
    coding(weights)
    blocks()
    feed_forward(model, f"{FOLDER}/routed.dmoe")


main()
