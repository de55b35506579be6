"""Tunes this folder's model at all costs at once: dense, routed and bare runs share their weights and learn together.

    python finetune.py --text corpus.txt -o tuned                                   one process
    torchrun --nproc-per-node 8 finetune.py --text corpus.txt -o tuned              all GPUs of a machine
    torchrun --nnodes 4 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint HOST:29500 finetune.py ...

Every batch is run dense, routed at a random budget, and as a random bare expert. Each run has the loss of a language
model; the narrow ones also learn from the dense one's predictions (--distil). In the dense run all experts of every
layer are computed, and their true scores are the targets of its router: no labels are needed. With several
processes, each holds a share of weights and optimizer (FSDP). At the end the budget tables are measured again, and a
folder like this one is written: `dynamoe import tuned -o tuned.dmoe` makes a .dmoe of it.
"""

import argparse
import contextlib
import functools
import importlib
import json
import math
import os
import pathlib
import random
import shutil
import time

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from safetensors import safe_open
from torch.distributed.checkpoint import state_dict as states
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer

FOLDER = pathlib.Path(__file__).resolve().parent


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--model", type=pathlib.Path, default=FOLDER, help="folder of the model (default: the folder of this file)")
    add("--text", type=pathlib.Path, nargs="+", default=[], help="text files in UTF-8")
    add("--tokens", type=pathlib.Path, nargs="+", default=[], help="token ids: lines of JSON, or safetensors (input_ids)")
    add("-o", "--output", type=pathlib.Path, required=True, help="the folder to write")
    add("--train", choices=["all", "experts", "routers"], default="all", help="weights to train; others stay unchanged")
    add("--steps", type=int, default=300)
    add("--batch", type=int, default=8, help="windows per batch of a process")
    add("--accumulate", type=int, default=1, help="batches per step of a process")
    add("--context", type=int, default=512, help="tokens per window, limited by the model's own")
    add("--lr", type=float, default=1e-4, help="learning rate of the model's weights")
    add("--router-lr", type=float, default=1e-3, help="learning rate of routers and compensation")
    add("--warmup", type=float, default=0.05, help="share of the steps with rising rates; a cosine decay follows")
    add("--router-weight", type=float, default=1.0, help="weight of the routers' loss relative to the language model's")
    add("--distil", type=float, default=0.5, help="share of narrow runs' loss from the dense run instead of the text")
    add("--held-out", type=int, default=64, help="windows held out to measure with; as many more set the budgets")
    add("--precision", choices=["float32", "bfloat16"], help="precision of arithmetic (default: bfloat16 on GPUs)")
    add("--gradient-checkpointing", action="store_true", help="keep few activations, recompute the others")
    add("--checkpoint-every", type=int, default=100, help="steps between checkpoints, 0 for none")
    add("--checkpoints", type=pathlib.Path, help="folder of checkpoints (default: beside the output)")
    add("--resume", action="store_true", help="continue from the last checkpoint")
    add("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.text and not options.tokens:
        parser.error("give --text or --tokens")
    options.checkpoints = options.checkpoints or options.output.with_name(options.output.name + ".checkpoints")
    if options.output.exists():
        parser.error(f"{options.output} already exists")
    if options.checkpoints.exists() and not options.resume:
        parser.error(f"{options.checkpoints} is from an unfinished run: continue it with --resume, or remove it")
    return options


def read_windows(options, tokenizer, processes):
    """Windows for training, for setting budgets and for measuring; each begins with the beginning token, if any."""
    ids = []
    for path in options.text:
        ids.append(torch.tensor(tokenizer(path.read_text("utf-8"), add_special_tokens=False, verbose=False)["input_ids"]))
    for path in options.tokens:
        if path.suffix == ".safetensors":
            with safe_open(path, "pt") as file:
                names = list(file.keys())
                ids.append(file.get_tensor("input_ids" if len(names) > 1 else names[0]).flatten())
        else:
            lines = map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines()))
            ids += [torch.tensor(line["input_ids"] if isinstance(line, dict) else line) for line in lines]
    ids, first = torch.cat(ids).long(), tokenizer("a")["input_ids"][:1]
    first = first if first == [tokenizer.bos_token_id] else []
    width = options.context - len(first)
    windows = ids[: len(ids) // width * width].reshape(-1, width)
    windows = torch.cat([torch.tensor(first, dtype=torch.long).expand(len(windows), -1), windows], dim=1)
    # All processes measure equally many windows.
    kept = -(-options.held_out // processes) * processes
    if len(windows) < 2 * kept + options.batch * processes:
        raise SystemExit(f"too little text: {len(windows)} windows of {options.context} tokens, {2 * kept} held out")
    # Spread over the whole text, to represent it.
    places = torch.linspace(0, len(windows) - 1, 2 * kept).round().long()
    learns = torch.ones(len(windows), dtype=torch.bool)
    learns[places] = False
    return windows[learns], windows[places[0::2]], windows[places[1::2]]


def load_code(model, name):
    """Imports one of the Python files of a model."""
    package = type(model).__module__.rpartition(".")[0]
    return importlib.import_module(f"{package}.{name}_dynamoe")


def next_tokens(logits, ids):
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())


class Tuning:
    def __init__(self, options):
        self.options = options
        self.device = torch.device("cpu")
        if torch.cuda.is_available():
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
            torch.cuda.set_device(self.device)
        # torchrun sets RANK in the processes that it starts.
        self.are_many = "RANK" in os.environ
        if self.are_many:
            dist.init_process_group("nccl" if self.device.type == "cuda" else "gloo")
        self.rank, self.processes = (dist.get_rank(), dist.get_world_size()) if self.are_many else (0, 1)
        torch.manual_seed(options.seed + self.rank)
        # Weights are trained in full precision, whatever the precision of arithmetic.
        self.model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32, trust_remote_code=True).train()
        self.form = self.model.config.dynamoe
        # Loaded now, because FSDP changes the class of the model.
        self.modeling, self.families = (load_code(self.model, name) for name in ("modeling", "families"))
        options.context = min(options.context, getattr(self.model.config, "max_position_embeddings", options.context))
        tokenizer = AutoTokenizer.from_pretrained(options.model, trust_remote_code=True)
        self.training, self.calibration, self.held_out = read_windows(options, tokenizer, self.processes)
        kind = options.precision or ("bfloat16" if self.device.type == "cuda" else "float32")
        self.precision = None if kind == "float32" else getattr(torch, kind)
        self.choose_weights()
        self.place()
        if options.gradient_checkpointing:
            self.model.gradient_checkpointing_enable({"use_reentrant": False})
        groups = []
        for is_own, rate in ((False, options.lr), (True, options.router_lr)):
            weights = [w for name, w in self.model.named_parameters() if w.requires_grad and (".experts." in name) == is_own]
            groups += [{"params": weights, "peak": rate}] if weights else []
        if not groups:
            raise SystemExit(f"--train {options.train}: the model has no routers")
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
        # Per step, over all processes.
        self.tokens = options.batch * options.accumulate * options.context * self.processes
        self.record = {"steps": options.steps, "tokens": options.steps * self.tokens, "seconds": 0.0}

    def choose_weights(self):
        """Marks the weights to train."""
        projections = set()
        for experts in self.model.experts():
            for name in {experts.layout.gate, experts.layout.up, experts.layout.down} - {None}:
                projections |= set(map(id, getattr(experts.network[0], name).parameters()))
        for name, weight in self.model.named_parameters():
            weight.requires_grad_({
                "all": True,
                "experts": ".experts." in name or id(weight) in projections,
                "routers": ".experts.router." in name,
            }[self.options.train])

    def place(self):
        """Moves the model to its device, or shares it among the devices of several processes."""
        if not self.are_many:
            self.model.to(self.device)
            return
        mesh = init_device_mesh(self.device.type, (self.processes,))
        policy = MixedPrecisionPolicy(param_dtype=self.precision, reduce_dtype=torch.float32)
        for experts in self.model.experts():
            if experts.router is not None:
                # Routers decide between nearly equal numbers, so they stay in full precision.
                fully_shard(experts.router, mesh=mesh)
        for layer in self.model.get_submodule(self.model.experts()[0].layout.layers):
            fully_shard(layer, mesh=mesh, mp_policy=policy)
        fully_shard(self.model, mesh=mesh, mp_policy=policy)

    def say(self, *words):
        if self.rank == 0:
            print(*words, flush=True)

    def sum(self, *numbers):
        """Sums over all processes."""
        numbers = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        if self.are_many:
            dist.all_reduce(numbers)
        return numbers.tolist()

    def logits(self, ids):
        # With FSDP, the policy sets the precision.
        is_mixed = self.precision is not None and not self.are_many
        with torch.autocast(self.device.type, self.precision) if is_mixed else contextlib.nullcontext():
            return self.model(ids, use_cache=False).logits.float()

    # Learning

    @functools.lru_cache(2)
    def order(self, round):
        return torch.randperm(len(self.training), generator=torch.Generator().manual_seed(self.options.seed + round))

    def batch(self, number):
        """Windows of a batch of this process, in random order: each is used once before any is repeated."""
        count, size = len(self.training), self.options.batch
        start = (number * self.processes + self.rank) * size
        places = [self.order(place // count)[place % count] for place in range(start, start + size)]
        return self.training[torch.stack(places)].to(self.device)

    def narrow_runs(self, number):
        """Runs of a batch besides the dense one: the same in all processes and after resuming."""
        runs, chance, widths = {}, random.Random(f"{self.options.seed} {number}"), self.form["widths"][0]
        if self.options.train != "routers":
            # In half of the runs no neurons are skipped: that has maps of its own.
            knob = "window_budget" if self.form.get("skipping") and chance.random() < 0.5 else "budget"
            if rows := self.budget_rows("window" if knob == "window_budget" else "table"):
                runs["routed"] = {knob: chance.uniform(rows[0][0], 0.9)}
            if len(widths) > 1:
                runs["bare"] = {"expert": chance.randrange(len(widths) - 1)}
        return runs

    def budget_rows(self, name):
        return (self.form["budgets"] or {}).get(name)

    def learn(self, ids, runs):
        """Computes the gradients of a batch, one run after the other. Returns the loss of each."""
        options, losses = self.options, {}
        share = 1 / (1 + len(runs)) / options.accumulate
        has_routers = self.form["router"] is not None
        # The backward pass may recompute activations, so it must be inside.
        with self.model.learning() if has_routers else contextlib.nullcontext():
            logits = self.logits(ids)
            losses["dense"] = next_tokens(logits, ids)
            loss = 0.0 if options.train == "routers" else share * losses["dense"]
            if has_routers:
                losses["routers"] = self.model.router_loss()
                loss = loss + options.router_weight / options.accumulate * losses["routers"]
            loss.backward()
        taught = F.log_softmax(logits.detach()[:, :-1].flatten(0, 1), dim=-1)
        for name, knob in runs.items():
            with self.model.variant(**knob):
                logits = self.logits(ids)
                losses[name] = next_tokens(logits, ids)
                own = F.log_softmax(logits[:, :-1].flatten(0, 1), dim=-1)
                copied = F.kl_div(own, taught, reduction="batchmean", log_target=True)
                (share * ((1 - options.distil) * losses[name] + options.distil * copied)).backward()
        return {name: loss.item() for name, loss in losses.items()}

    def step(self, step):
        options = self.options
        warm = max(1, round(options.warmup * options.steps))
        rate = (step + 1) / warm if step < warm else 0.5 + 0.5 * math.cos(math.pi * (step - warm) / (options.steps - warm))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        numbers = range(step * options.accumulate, (step + 1) * options.accumulate)
        losses = [self.learn(self.batch(number), self.narrow_runs(number)) for number in numbers]
        for group in self.optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return losses

    def run(self):
        options = self.options
        weights = [weight.numel() for weight in self.model.parameters() if weight.requires_grad]
        self.say(
            f"{sum(weights):,} weights learn from {self.training.numel():,} tokens, {self.tokens:,} in each of "
            f"{options.steps} steps")
        first = self.resume()
        if first == 0:
            self.record["before"] = self.figures()
        before, started, losses = self.record["seconds"], time.monotonic(), []
        since = started
        for step in range(first, options.steps):
            losses += self.step(step)
            self.record["seconds"] = before + time.monotonic() - started
            if (step + 1) % 10 == 0 or step + 1 == options.steps:
                means = self.sum(*(sum(loss[name] for loss in losses) / len(losses) for name in losses[0]))
                speed = len(losses) / options.accumulate * self.tokens / (time.monotonic() - since)
                lost = "  ".join(f"{name} {mean / self.processes:.4f}" for name, mean in zip(losses[0], means))
                self.say(f"step {step + 1}/{options.steps}  {lost}  {speed:,.0f} tokens/s")
                since, losses = time.monotonic(), []
            if options.checkpoint_every and (step + 1) % options.checkpoint_every == 0 and step + 1 < options.steps:
                self.keep(step + 1)
        self.set_costs()
        self.set_budgets()
        self.record["after"] = self.figures()
        self.say("\n".join(self.comparison()))
        self.save()

    def comparison(self):
        def text(figures):
            return f"{figures['perplexity']:.3f} at {figures['cost_fraction']:.3f}"

        names = [f"perplexity at cost, {self.held_out.numel():,} tokens held out", *self.record["after"]]
        width = max(map(len, names))
        rows = [(name, text(self.record["before"][name]), text(after)) for name, after in self.record["after"].items()]
        return [f"| {name:<{width}} | {before:<15} | {after:<15} |" for name, before, after in [
            (names[0], "before", "after"), ("-" * width, "-" * 15, "-" * 15), *rows]]

    # Measuring

    @torch.no_grad()
    def measure(self, windows, watch=None, **knob):
        """Perplexity and cost fraction of a variant; calls `watch` after each run."""
        self.model.eval()
        lost = cost = count = 0
        with self.model.variant(**knob):
            for ids in windows[self.rank :: self.processes].to(self.device).split(self.options.batch):
                tokens = ids[:, 1:].numel()
                lost += tokens * next_tokens(self.logits(ids), ids).item()
                cost += tokens * self.model.cost_fraction()
                count += tokens
                if watch:
                    watch()
        self.model.train()
        lost, cost, count = self.sum(lost, cost, count)
        return {"perplexity": math.exp(lost / count), "cost_fraction": cost / count}

    def figures(self):
        """Measures the model dense, as the bare expert nearest to half the width, and routed."""
        widths = self.form["widths"][0]
        half = min(range(len(widths)), key=lambda expert: abs(widths[expert] - widths[-1] / 2))
        knobs = {"dense": {}, f"expert-{half}": {"expert": half}}
        if self.form["budgets"]:
            knobs |= {f"routed@budget={budget}": {"budget": budget} for budget in self.families.BUDGETS}
            if self.form.get("skipping"):
                knobs |= {f"routed@window={budget}": {"window_budget": budget} for budget in self.families.BUDGETS}
        return {name: self.measure(self.held_out, **knob) for name, knob in knobs.items()}

    def totals(self, windows, values, **knob):
        """Sums over all runs of a variant, and over all processes, of what `values` gives for a layer: a tensor."""
        sums, layers = {}, self.model.experts()

        def watch():
            for number, layer in enumerate(layers):
                sums[number] = sums.get(number, 0) + values(layer).double()

        self.measure(windows, watch, **knob)
        whole = torch.stack([sums[number] for number in range(len(layers))])
        return torch.tensor(self.sum(*whole.flatten().tolist()), dtype=torch.float64).reshape(whole.shape)

    @torch.no_grad()
    def set_costs(self):
        """Measures what experts that skip neurons cost at each price, if gates have changed."""
        if not self.form.get("skipping") or self.options.train == "routers":
            return
        with self.model.counting():
            taking = self.totals(self.calibration, lambda layer: layer.taking * layer.choices.numel())
        tokens = self.calibration.numel()
        for layer, counts in zip(self.model.experts(), (taking / tokens).unbind()):
            for expert, ring in enumerate(layer.skipping):
                skipped = layer.widths[expert] - counts[:, expert]
                ring.cost.copy_(layer.costs[expert] - layer.saving * skipped)

    def set_budgets(self):
        """Measures the knob for each cost, for choices by the routers and by true scores, and for tokens that run together.

        The knobs of the old table still give about their costs; their new costs give the knobs to try next.
        """
        old = self.budget_rows("table")
        if not old:
            return
        is_price = self.form["router"]["predicts"] == "log_error"
        name, scale, back = ("price", math.log, math.exp) if is_price else ("threshold", float, float)
        reach = 2.0 if is_price else -0.02
        cheapest = self.form["budgets"]["ends"][0] + self.model.router_fraction()
        targets = [cheapest + place * (1 - cheapest) for place in self.families.PLACES]

        def one_way(rows):
            """Rows without those whose knobs are not monotone in the cost: they are noise."""
            kept = []
            for row in rows:
                if not kept or all(new != last and (new < last) == is_price for new, last in zip(row[1:], kept[-1][1:])):
                    kept.append(list(row))
            return kept

        def found(name, knobs, is_oracle=False):
            """Knobs for the targets, from those of the old rows; None if no knob changes the cost."""
            knobs, points = list(map(scale, knobs)), {}
            knobs = [knobs[0] + reach, *knobs, knobs[-1] - reach]
            for _ in range(2):
                for knob in knobs:
                    cost = self.measure(self.calibration, **{name: back(knob)}, oracle=is_oracle)["cost_fraction"]
                    points[cost] = knob
                line = one_way(sorted(points.items()))
                if len(line) == 1:
                    return None
                knobs = [self.modeling.interpolate(line, target) for target in targets]
            return [back(knob) for knob in knobs]

        columns = [found(name, [row[column] for row in old], column == 2) for column in (1, 2)]
        if None not in columns:
            self.form["budgets"]["table"] = one_way(zip(targets, *columns))
        if old := self.budget_rows("window"):
            prices = found("window_price", [price for _, price in old])
            if prices is not None:
                self.form["budgets"]["window"] = one_way(zip(targets, prices))

    # Files

    def keep(self, step):
        """Writes a checkpoint, each process its share, and removes the one before."""
        model, optimizer = states.get_state_dict(self.model, self.optimizer)
        folder = self.options.checkpoints
        dcp.save({"model": model, "optimizer": optimizer}, checkpoint_id=folder / f"step-{step:08}")
        if self.rank == 0:
            (folder / "record.json").write_text(json.dumps(self.record))
            for old in sorted(folder.glob("step-*"))[:-1]:
                shutil.rmtree(old)

    def resume(self):
        """Reads the newest complete checkpoint, which has metadata. Returns the number of finished steps."""
        folder = self.options.checkpoints
        whole = sorted(folder.glob("step-*/.metadata"))
        if not whole:
            return 0
        model, optimizer = states.get_state_dict(self.model, self.optimizer)
        dcp.load({"model": model, "optimizer": optimizer}, checkpoint_id=whole[-1].parent)
        states.set_state_dict(self.model, self.optimizer, model_state_dict=model, optim_state_dict=optimizer)
        self.record = json.loads((folder / "record.json").read_text())
        step = int(whole[-1].parent.name.removeprefix("step-"))
        self.say(f"resumed at step {step}")
        return step

    def save(self):
        """Writes a folder like the model's, with the tuned weights and a new budget table."""
        whole = states.StateDictOptions(full_state_dict=True, cpu_offload=True)
        state = states.get_model_state_dict(self.model, options=whole)
        if self.rank != 0:
            return
        source, output = self.options.model, self.options.output
        partial = output.with_name(output.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        for path in source.glob("*.safetensors"):
            with safe_open(path, "pt") as file:
                for name in file.keys():
                    # In the type of the folder: full precision was for training.
                    for name_here in {name, f"{self.model.base_model_prefix}.{name}"} & state.keys():
                        state[name_here] = state[name_here].to(file.get_slice(name)[:0].dtype)
        # Otherwise Transformers saves the file of the model's class, which FSDP has replaced by PyTorch's.
        type(self.model)._auto_class = None
        self.model.save_pretrained(partial, state_dict=state)
        for path in source.iterdir():
            if path.is_file() and ".safetensors" not in path.name:
                shutil.copy(path, partial)
        config = json.loads((source / "config.json").read_text("utf-8"))
        config["dynamoe"]["budgets"] = self.form["budgets"]
        (partial / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
        if (card := partial / "README.md").exists():
            tuned = f"Tuned with finetune.py for {self.record['tokens']:,} tokens; the figures above are from before."
            card.write_text("\n".join([card.read_text("utf-8"), "## Tuned", "", tuned, "", *self.comparison(), ""]), "utf-8")
        (partial / "finetune.json").write_text(json.dumps(self.record, indent=2) + "\n", "utf-8")
        partial.rename(output)
        shutil.rmtree(self.options.checkpoints, ignore_errors=True)


def main():
    tuning = Tuning(parse())
    tuning.run()
    if tuning.are_many:
        # The first process may still be writing.
        dist.barrier()
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
