#!/usr/bin/env python3
"""Speed and memory of the built program on layers of 7B shape, as ratios to other programs.

    bench.py DYNAMOE FOLDER

FOLDER receives synthetic checkpoints (4 GB) and outputs (7 GB), which are kept for the next run. Each figure is the
best of three runs, or of one for partition with text; runs that form a ratio alternate. Memory is the maximum resident
set size. Takes 40 minutes on two cores.
"""
import json, multiprocessing, os, re, shutil, statistics, subprocess, sys, time
import numpy as np
from ml_dtypes import bfloat16
from safetensors.numpy import save_file

DYNAMOE, FOLDER = sys.argv[1], sys.argv[2]
HIDDEN, WIDTH, HEADS, KEY_HEADS, VOCABULARY = 4096, 14336, 32, 8, 32000
RUNS = 3
TOKENS, LAYERS = 8192, 32
FIXTURE = "fixtures/tiny-llama"
# The program chooses its OpenBLAS kernels itself.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}


def make_model(folder, layers):
    """Writes a LLaMA with Gaussian weights and a tokenizer of a thousand tokens, for speed only."""
    if os.path.exists(f"{folder}/config.json"):
        return
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng(0)
    # The pool's length is coprime to the row lengths, so no two rows are equal.
    pool = (random.standard_normal((1 << 25) + 35, dtype=np.float32) * 0.02).astype(bfloat16)

    def gaussian(*shape):
        return np.resize(np.roll(pool, int(random.integers(pool.size))), shape)

    head = HIDDEN // HEADS
    tensors = {"model.embed_tokens.weight": gaussian(VOCABULARY, HIDDEN), "lm_head.weight": gaussian(VOCABULARY, HIDDEN),
               "model.norm.weight": np.ones(HIDDEN, bfloat16)}
    for layer in (f"model.layers.{index}." for index in range(layers)):
        for name, rows, columns in [
                ("self_attn.q_proj", HIDDEN, HIDDEN), ("self_attn.k_proj", KEY_HEADS * head, HIDDEN),
                ("self_attn.v_proj", KEY_HEADS * head, HIDDEN), ("self_attn.o_proj", HIDDEN, HIDDEN),
                ("mlp.gate_proj", WIDTH, HIDDEN), ("mlp.up_proj", WIDTH, HIDDEN), ("mlp.down_proj", HIDDEN, WIDTH)]:
            tensors[f"{layer}{name}.weight"] = gaussian(rows, columns)
        for name in ["input_layernorm", "post_attention_layernorm"]:
            tensors[f"{layer}{name}.weight"] = np.ones(HIDDEN, bfloat16)
    save_file(tensors, f"{folder}/model.safetensors", {"format": "pt"})
    for name in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copyfile(f"{FIXTURE}/{name}", f"{folder}/{name}")
    with open(f"{folder}/config.json", "w") as file:
        json.dump({
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "hidden_size": HIDDEN, "intermediate_size": WIDTH,
            "num_hidden_layers": layers, "num_attention_heads": HEADS, "num_key_value_heads": KEY_HEADS,
            "vocab_size": VOCABULARY, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0}, file)


def forget(*paths):
    """Drops the files from the page cache."""
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def run(job, cold=()):
    """Seconds of a job, and for a command its memory in MB."""
    forget(*cold)
    started = time.perf_counter()
    if callable(job):
        return job() or time.perf_counter() - started, None
    process = subprocess.Popen(job, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{job}: ended with {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def row(title, seconds, memory, against="", peer=None, ratio=None):
    text = f"{title:44} {seconds:9.2f} s {memory:7.0f} MB"
    if peer is not None:
        text += f"   {against:34} {peer:8.2f} s   × {ratio or seconds / peer:.2f}"
    print(text, flush=True)


def compare(title, ours, peers, cold=(), rehearse=False):
    """Runs our job and its peers alternately; returns the best of each.

    A rehearsal before each run is for peers that report the best of several runs in one process: like them, it then has
    the files cached and the memory allocated."""
    runs = [(rehearse and run(ours), run(ours, cold), [run(job, cold)[0] for _, job in peers]) for _ in range(RUNS)]
    seconds, memory = min(r[1][0] for r in runs), max(r[1][1] for r in runs)
    for index, (name, _) in enumerate(peers):
        row(title if index == 0 else "", seconds, memory, name, min(r[2][index] for r in runs))


def list_tensors(path):
    code = f"from safetensors import safe_open\nf = safe_open({path!r}, 'np')\nfor k in f.keys(): f.get_slice(k).get_shape()"
    return [sys.executable, "-c", code]


def copy_synced(source, target):
    def job():
        shutil.copyfile(source, target)
        with open(target, "rb+") as file:
            os.fsync(file.fileno())
    return job


def pytorch(model, kind, tokens):
    """A job that reports the time of the layers itself, without loading."""
    def job():
        text = subprocess.run([sys.executable, "Tests/bench/forward_peer.py", model, kind, str(tokens)],
                              check=True, capture_output=True, text=True).stdout
        return float(text)
    return job


def calibrate(model, tokens):
    return [DYNAMOE, "calibrate", model, "--text", f"{FIXTURE}/calibration.txt", "--max-tokens", str(tokens),
            "-o", f"{FOLDER}/statistics", "--force"]


def partition(model, output, *options):
    return [DYNAMOE, "partition", model, "-o", output, "--force", *options]


def with_text(models):
    """Partitions models of 2 and 4 layers with default options, by phase, and extrapolates to 32 layers."""
    text = f"{FOLDER}/text.txt"
    with open(text, "w") as file:
        for name in ["calibration.txt", "heldout.txt"]:
            file.write(open(f"{FIXTURE}/{name}").read())
    found = {}
    for layers, model in models.items():
        command = partition(model, f"{FOLDER}/{layers}.dmoe", "--text", text, "--max-tokens", str(TOKENS))
        dry = json.loads(subprocess.run(command + ["--dry-run", "--json"], check=True, capture_output=True,
                                        env=ENVIRONMENT).stdout)
        started, phases, process = time.perf_counter(), {}, subprocess.Popen(
            command + ["--progress", "plain"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=ENVIRONMENT)
        phase = before = None
        for line in process.stderr:
            if re.match(r"[A-Z][^:]*: [0-9]", line):
                if phase:
                    phases[phase] = phases.get(phase, 0) + time.perf_counter() - before
                phase, before = line.split(":")[0], time.perf_counter()
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{command}: ended with {status}")
        phases[phase] = phases.get(phase, 0) + time.perf_counter() - before
        found[layers] = phases
        row(f"partition, {TOKENS} tokens, {layers} layers", time.perf_counter() - started, usage.ru_maxrss / 1024,
            "what --dry-run says", dry["estimated_seconds"])
        print(f"{'':44} {'':>11} {dry['estimated_memory'] / 1e6:7.0f} MB   what --dry-run says")
    few, many = sorted(found)
    total = 0
    for phase in found[many]:
        layer = (found[many][phase] - found[few].get(phase, 0)) / (many - few)
        whole = max(found[many][phase] + (LAYERS - many) * layer, 0)
        total += whole
        print(f"  {phase:42} {whole:9.0f} s              of {LAYERS} layers, by {few} and {many}")
    print(f"  {'all':42} {total:9.0f} s              of {LAYERS} layers", flush=True)


def feed_forward(model, routed):
    """Time of the feed-forward layer at half the cost, relative to dense in the same run."""
    if not os.path.exists(routed):
        run(partition(model, routed, "--text", f"{FIXTURE}/calibration.txt", "--max-tokens", "4096"))
    ratios = []
    for _ in range(RUNS):
        text = subprocess.run(
            [DYNAMOE, "evaluate", routed, "--text", f"{FIXTURE}/heldout.txt", "--max-tokens", "1022", "--threads", "1",
             "--variants", "dense,routed@budget=0.5,routed@window=0.5", "--json"],
            check=True, capture_output=True, env=ENVIRONMENT).stdout
        dense, alone, together = json.loads(text)["variants"]
        ratios.append([
            dense["ffn_tokens_per_second"] / together["ffn_tokens_per_second"], together["window_cost_fraction"],
            dense["single_ffn_tokens_per_second"] / alone["single_ffn_tokens_per_second"], alone["cost_fraction"]])
    window, cost, single, single_cost = (statistics.median(column) for column in zip(*ratios))
    print(f"feed-forward layer at budget 0.5: × {window:.2f} of dense for windows of 512 (cost {cost:.2f}), "
          f"× {single:.2f} for one token at a time (cost {single_cost:.2f})")


def exported(routed, folder):
    """The same for the routed export in Transformers on PyTorch."""
    run([DYNAMOE, "export", routed, "--format", "hf", "-o", folder, "--force"])
    for kind in ("float32", "bfloat16"):
        ratio, cost = map(float, subprocess.run(
            [sys.executable, "Tests/bench/routed_peer.py", folder, f"{FIXTURE}/heldout.txt", "0.5", kind, "512"],
            check=True, capture_output=True, text=True).stdout.split())
        print(f"its export in PyTorch, {kind}, cost {cost:.2f}: × {ratio:.2f} of dense for windows of 512", flush=True)


def measure(*command):
    """Integers printed by a command."""
    return [int(number) for number in subprocess.run(command, check=True, capture_output=True).stdout.split()]


def coding(weights):
    """Size and speed of the lossless coding in memory, compared with zipnn: one thread each, then ours with all."""
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
    """Speed of decoding quantised weights in memory, compared with the gguf package; one thread each."""
    types = ["Q4_K", "Q8_0"]
    program = os.path.join(os.path.dirname(DYNAMOE), "BlocksBenchmark")
    runs = [(measure(program, *types), measure(sys.executable, "Tests/bench/gguf_speed.py", *types)) for _ in range(RUNS)]
    for place, name in enumerate(types):
        ours, peer = (statistics.median(run[i][place] for run in runs) / 1e6 for i in range(2))
        ratio = statistics.median(run[0][place] / run[1][place] for run in runs)
        print(f"{name:10} {ours:6.0f} MB/s of floats decoded; gguf {peer:6.0f}   × {ratio:.2f} as fast")


def main():
    models = {layers: f"{FOLDER}/model-{layers}" for layers in (2, 4)}
    for layers, path in models.items():
        # In a separate process: the peak memory of this one would count for its children.
        maker = multiprocessing.Process(target=make_model, args=(path, layers))
        maker.start()
        maker.join()
    model, dmoe = models[2], f"{FOLDER}/model.dmoe"
    weights = f"{model}/model.safetensors"
    print(subprocess.run([DYNAMOE, "--version", "--verbose"], capture_output=True, text=True, env=ENVIRONMENT).stdout)
    print(f"{'two layers of a 7B shape':44} {'time':>11} {'memory':>10}   {'against':34} {'time':>10}   ours/peer")
    compare("inspect", [DYNAMOE, "inspect", model], [("safetensors in Python", list_tensors(weights))])
    for tokens in (512, 4096):
        compare(f"calibrate, {tokens} tokens", calibrate(model, tokens),
                [("PyTorch, float32", pytorch(model, "float32", tokens)),
                 ("PyTorch, bfloat16", pytorch(model, "bfloat16", tokens))], rehearse=True)
    copy = ("copy of the same bytes, synced", copy_synced(weights, f"{FOLDER}/copy"))
    for compression in ("none", "lossless"):
        compare(f"partition by weights, {compression}, cold",
                partition(model, dmoe, "--importance", "weights", "--compression", compression), [copy],
                cold=[weights, dmoe, f"{FOLDER}/copy"])
    compare("validate --against", [DYNAMOE, "validate", dmoe, "--against", model],
            [("sha256sum of both files", ["sha256sum", weights, dmoe])])
    compare("reference reader", [sys.executable, "formats/reference/read_dmoe.py", dmoe, "--against", model],
            [("dynamoe validate --against", [DYNAMOE, "validate", dmoe, "--against", model])])
    with_text(models)
    coding(weights)
    blocks()
    feed_forward(model, f"{FOLDER}/routed.dmoe")
    exported(f"{FOLDER}/routed.dmoe", f"{FOLDER}/routed")


main()
