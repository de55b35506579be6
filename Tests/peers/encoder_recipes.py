#!/usr/bin/env python3
"""Nested experts in a BERT encoder: compares recipes by how well they preserve the embeddings.

  python encoder_recipes.py MODEL_DIR --calibration FILE --evaluation FILE

MODEL_DIR holds config.json, model.safetensors and tokenizer.json of a BERT encoder (GELU, absolute positions, a norm
after the feed-forward layer). Every paragraph (split at blank lines) is one sequence, with the special tokens.

  dynamoe   neurons by sum |h|; E = 4 equal experts; a router predicts s_e = <y_e, y> / <y, y> (clamped to -1 ... 2);
            the smallest e with predicted s_e > theta is used.
  residual  neurons by weighted backward elimination; E = 8; each smaller expert has a constant and a rank-D/32 map of x
            in bf16 that stand in for the neurons it drops; a router predicts log e_k, e_k = |y_k - y|^2 / |x + y|^2,
            from [x, log |x|]; the k with the least predicted e_k + lambda * cost_k is used.
  zero      residual, but widths 0, 1/8 ... 6/8, 1 (the smallest expert is its compensation alone), rank D/16, routers
            half as wide.

Cost fraction: parameters of the expert in use (with its compensation), meaned over layers and tokens, plus the
router's, relative to the parameters of the feed-forward layer. theta or lambda is fitted for each budget on every
eighth calibration sequence, which is excluded from ranking, compensation and routers. The oracle chooses by the true
s_e or e_k of the current state, at the routed run's active fraction (its printed cost includes a router's share).
`fixed` keeps the first neurons of the same ranking in every layer, without compensation. Values: mean cosine to the
dense model's normalised mean-pooled embeddings, and to its last hidden states. Needs torch, safetensors, tokenizers.
"""
import argparse
import json
import math
import os

import torch
import torch.nn.functional as F


class Encoder:
    def __init__(self, folder):
        from safetensors.torch import load_file
        from tokenizers import Tokenizer
        c = json.load(open(os.path.join(folder, "config.json")))
        assert c["hidden_act"] == "gelu"
        tensors = load_file(os.path.join(folder, "model.safetensors"))
        self.w = {k.removeprefix("bert."): v.float() for k, v in tensors.items() if v.is_floating_point()}
        self.heads, self.eps = c["num_attention_heads"], c["layer_norm_eps"]
        self.layers, self.D, self.H = c["num_hidden_layers"], c["hidden_size"], c["intermediate_size"]
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.tokenizer.no_padding()

    def sequences(self, path, tokens, length=128, least=8):
        """Paragraphs of at least `least` tokens, cut to `length`, evenly spaced in the file, about `tokens` in all."""
        self.tokenizer.enable_truncation(length)
        paragraphs = [" ".join(p.split()) for p in open(path, encoding="utf-8").read().split("\n\n")]
        ids = [e.ids for e in self.tokenizer.encode_batch(paragraphs) if len(e.ids) >= least]
        step = max(1.0, sum(map(len, ids)) / tokens)
        return [ids[int(i * step)] for i in range(int(len(ids) / step))]

    def linear(self, name, x):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def norm(self, name, x):
        return F.layer_norm(x, (self.D,), self.w[name + ".weight"], self.w[name + ".bias"], self.eps)

    def ffn(self, l, x):
        p = f"encoder.layer.{l}."
        return self.linear(p + "output.dense", F.gelu(self.linear(p + "intermediate.dense", x)))

    def run(self, sequences, ffn, batch=32):
        """Last hidden states, one [length, D] per sequence. ffn(layer, x) sees real positions only: [tokens, D]."""
        out = [None] * len(sequences)
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        for part in (order[i:i + batch] for i in range(0, len(order), batch)):
            n = len(sequences[part[-1]])
            ids = torch.tensor([sequences[i] + [0] * (n - len(sequences[i])) for i in part])
            real = torch.tensor([[j < len(sequences[i]) for j in range(n)] for i in part])
            e = "embeddings."
            x = self.w[e + "word_embeddings.weight"][ids] + self.w[e + "position_embeddings.weight"][:n]
            x = self.norm(e + "LayerNorm", x + self.w[e + "token_type_embeddings.weight"][0])
            for l in range(self.layers):
                p = f"encoder.layer.{l}.attention."
                q, k, v = (self.linear(f"{p}self.{s}", x).view(len(part), n, self.heads, -1).transpose(1, 2)
                           for s in ("query", "key", "value"))
                a = F.scaled_dot_product_attention(q, k, v, attn_mask=real[:, None, None, :])
                a = self.linear(p + "output.dense", a.transpose(1, 2).reshape(len(part), n, self.D))
                x = self.norm(p + "output.LayerNorm", a + x)
                y = torch.zeros_like(x)
                y[real] = ffn(l, x[real])
                x = self.norm(f"encoder.layer.{l}.output.LayerNorm", x + y)
            for row, i in enumerate(part):
                out[i] = x[row, :len(sequences[i])]
        return out


def greedy_order(G, Wd, tokens):
    """Most important first. G: weighted second moments of h; Wd: [H, D]. Shrinks M to its diagonal by H/(H + N)."""
    H = len(G)
    M = G.double() * (Wd.double() @ Wd.double().T)
    score, eliminated = M.diagonal().clone(), []
    M = M * (tokens / (tokens + H))
    for _ in range(H):
        j = int(score.argmin())
        eliminated.append(j)
        score += 2 * M[j]
        score[j] = math.inf
    return torch.tensor(eliminated[::-1])


def low_rank(a, x, T, rank, ridge=1e-2):
    """Weighted reduced-rank ridge regression of T on x: (mean x, mean T, A [rank, D], B [D, rank]), A and B in bf16."""
    a = (a / a.sum())[:, None]
    mu, c = (a * x).sum(0), (a * T).sum(0)
    z = x - mu
    C, S = (z.T @ (a * z)).double(), (z.T @ (a * (T - c))).double()
    full = torch.linalg.solve(C + ridge * C.diagonal().mean() * torch.eye(len(C), dtype=C.dtype), S)
    V = torch.linalg.eigh(full.T @ C @ full)[1][:, -rank:]
    return mu, c, (full @ V).T.bfloat16().float(), V.bfloat16().float()


def fit_router(features, targets, width, seed=0, epochs=10, batch=256):
    """One MLP per layer, all layers at once. features [L, N, I], targets [L, N, K]. Returns f(layer, features)."""
    torch.manual_seed(seed)
    (L, N, I), K = features.shape, targets.shape[2]
    mean, std = features.mean(1, keepdim=True), features.std(1, keepdim=True).clamp_min(1e-6)
    bound1, bound2 = I ** -0.5, 0.1 * width ** -0.5
    w1 = torch.empty(L, I, width).uniform_(-bound1, bound1).requires_grad_()
    b1 = torch.empty(L, 1, width).uniform_(-bound1, bound1).requires_grad_()
    w2 = torch.empty(L, width, K).uniform_(-bound2, bound2).requires_grad_()
    b2 = targets.mean(1, keepdim=True).clone().requires_grad_()
    optimiser = torch.optim.AdamW([w1, b1, w2, b2], lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=epochs * math.ceil(N / batch))
    with torch.enable_grad():
        for _ in range(epochs):
            for i in torch.randperm(N).split(batch):
                f = (features[:, i] - mean) / std
                loss = ((F.gelu(f @ w1 + b1) @ w2 + b2 - targets[:, i]) ** 2).mean((1, 2)).sum()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
    a, b, c, d = (p.detach() for p in (w1, b1, w2, b2))
    return lambda l, f: F.gelu((f - mean[l]) / std[l] @ a[l] + b[l]) @ c[l] + d[l]


def bisect(outputs, choose, costs, target, low, high):
    """The knob at which the mean cost of choose(outputs, knob) equals target; cost grows from low to high."""
    for _ in range(40):
        knob = (low + high) / 2
        low, high = (knob, high) if costs[choose(outputs, knob)].mean() < target else (low, knob)
    return (low + high) / 2


class Recipe:
    """Common code of the recipes. Subclasses rank neurons, define the router's targets, and choose experts."""
    def __init__(self, model, train, held_out, seed):
        D, H, layers = model.D, model.H, range(model.layers)
        self.model, self.widths = model, [math.floor(f * H + 0.5) for f in self.fractions]
        self.E, rank = len(self.widths), D // self.rank_divisor if self.compensated else 0
        extra = D + 2 * rank * D if self.compensated else 0
        self.costs = torch.tensor([(n * 2 * D + extra) / (2 * D * H) for n in self.widths[:-1]] + [1.0])
        xs, held = self.record(train), self.record(held_out)
        self.compensation, self.parts = None, []
        for l in layers:
            p = f"encoder.layer.{l}."
            up, bias = model.w[p + "intermediate.dense.weight"], model.w[p + "intermediate.dense.bias"]
            down, down_bias = model.w[p + "output.dense.weight"].T, model.w[p + "output.dense.bias"]
            order = self.order(xs[l], lambda x: F.gelu(F.linear(x, up, bias)), down, down_bias)
            self.parts.append((up[order], bias[order], down[order], down_bias))
        if self.compensated:                          # weighted by who would use each expert
            errors = self.targets(xs)
            use = torch.full_like(errors, 0.02)
            for g in (.25, .35, .45, .55, .65, .75):
                choice = self.choose(errors, bisect(errors, self.choose, self.costs, g, *self.ends))
                use += F.one_hot(choice, self.E)[..., :-1] / 6
            fitted = []
            for l in layers:
                T, y = self.lacking(l, xs[l])
                q = 1 / (xs[l] + y).square().sum(1)
                fitted.append([low_rank(q * use[l, :, k], xs[l], T[k], rank) for k in range(self.E - 1)])
            self.compensation = fitted
        width, inputs = min(max(D // self.width_divisor, 16), 256), self.features(xs[0][:1]).shape[1]
        self.router_cost = ((inputs + 1) * width + (width + 1) * (self.E - 1)) / (2 * D * H)
        predict = fit_router(torch.stack([self.features(x) for x in xs]), self.targets(xs), width, seed)
        self.predict = lambda l, x: predict(l, self.features(x))
        self.start = torch.stack([self.predict(l, held[l]) for l in layers]), self.targets(held)

    def record(self, sequences):
        seen = [[] for _ in range(self.model.layers)]

        def ffn(l, x):
            seen[l].append(x)
            return self.model.ffn(l, x)
        self.model.run(sequences, ffn)
        return [torch.cat(s) for s in seen]

    def lacking(self, l, x):
        """Difference of each smaller expert's output from the whole, [E - 1, N, D], and the whole output."""
        up, bias, down, down_bias = self.parts[l]
        h, lacks, tail = F.gelu(F.linear(x, up, bias)), [], 0
        for a, b in zip(self.widths[-2::-1], self.widths[:0:-1]):
            tail = tail + h[:, a:b] @ down[a:b]
            lacks.insert(0, tail)
        if self.compensation:
            lacks = [t - c - (x - mu) @ A.T @ B.T for t, (mu, c, A, B) in zip(lacks, self.compensation[l])]
        return torch.stack(lacks), tail + h[:, :self.widths[0]] @ down[:self.widths[0]] + down_bias

    def targets(self, xs):
        return torch.stack([torch.cat([self.quality(l, x, *self.lacking(l, x)) for x in xs[l].split(4096)])
                            for l in range(len(xs))])

    def run(self, sequences, knob, oracle):
        """Hidden states of the routed model, its choices [L, tokens, E - 1], and its mean active fraction."""
        seen = [[] for _ in range(self.model.layers)]

        def ffn(l, x):
            T, y = self.lacking(l, x)
            seen[l].append(self.quality(l, x, T, y) if oracle else self.predict(l, x))
            return y - torch.cat((T, torch.zeros_like(T[:1])))[self.choose(seen[l][-1], knob), torch.arange(len(x))]
        states = self.model.run(sequences, ffn)
        outputs = torch.stack([torch.cat(s) for s in seen])
        return states, outputs, self.costs[self.choose(outputs, knob)].mean().item()

    def fit_knob(self, held_out, active, oracle):
        outputs = self.start[oracle]
        for _ in range(2):                            # on dense states first, then on the routed model's own
            knob = bisect(outputs, self.choose, self.costs, active, *self.ends)
            outputs = self.run(held_out, knob, oracle)[1]
        return bisect(outputs, self.choose, self.costs, active, *self.ends)

    def fixed(self, sequences, n):
        return self.model.run(sequences, lambda l, x: F.gelu(F.linear(x, *(p[:n] for p in self.parts[l][:2])))
                              @ self.parts[l][2][:n] + self.parts[l][3])


class Dynamoe(Recipe):
    fractions, compensated, width_divisor, ends = (.25, .5, .75, 1), False, 4, (-5.0, 5.0)        # ends of theta

    def order(self, x, hidden, down, down_bias):
        return sum(hidden(p).abs().sum(0) for p in x.split(4096)).argsort(descending=True, stable=True)

    def features(self, x):
        return x

    def quality(self, l, x, T, y):
        y = y - self.parts[l][3]
        return (1 - (T * y).sum(2) / y.square().sum(1).clamp_min(1e-30)).clamp(-1, 2).T

    def choose(self, out, knob):
        return torch.cat((out > knob, torch.ones_like(out[..., :1], dtype=torch.bool)), -1).int().argmax(-1)


class Residual(Recipe):
    fractions, compensated, ends = [(e + 1) / 8 for e in range(8)], True, (20.0, -40.0)           # ends of log lambda
    rank_divisor, width_divisor = 32, 4

    def order(self, x, hidden, down, down_bias):
        G = total = 0
        for p in x.split(4096):
            h = hidden(p)
            q = 1 / (p + h @ down + down_bias).square().sum(1)
            G, total = G + (h.T @ (q[:, None] * h)).double(), total + q.sum()
        return greedy_order(G / total, down, len(x))

    def features(self, x):
        return torch.cat((x, x.norm(dim=1, keepdim=True).log()), 1)

    def quality(self, l, x, T, y):
        return (T.square().sum(2) / (x + y).square().sum(1)).clamp_min(1e-10).log().T

    def choose(self, out, knob):
        total = F.pad(out.clamp(-25, 5).exp(), (0, 1)) + math.exp(knob) * self.costs
        return total.argmin(-1)


class ResidualZero(Residual):
    fractions, rank_divisor, width_divisor = [e / 8 for e in range(7)] + [1], 16, 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--evaluation", required=True)
    parser.add_argument("--calibration-tokens", type=int, default=32768)
    parser.add_argument("--evaluation-tokens", type=int, default=16384)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    model = Encoder(a.model)
    calibration = model.sequences(a.calibration, a.calibration_tokens)
    test = model.sequences(a.evaluation, a.evaluation_tokens)
    train, held_out = [s for i, s in enumerate(calibration) if i % 8 != 7], calibration[7::8]
    print("tokens fitted, held out, tested:", *(sum(map(len, s)) for s in (train, held_out, test)))
    print("recipe    choice  budget  cost  embedding   token", flush=True)
    dense = model.run(test, model.ffn)
    pool = lambda states: torch.stack([s.mean(0) for s in states])
    for name, kind in (("dynamoe", Dynamoe), ("residual", Residual), ("zero", ResidualZero)):
        recipe = kind(model, train, held_out, a.seed)
        for budget in (.35, .50, .65):
            for choice in ("routed", "oracle", "fixed"):
                if choice == "fixed":
                    states, cost = recipe.fixed(test, round(budget * model.H)), round(budget * model.H) / model.H
                else:
                    knob = recipe.fit_knob(held_out, budget - recipe.router_cost, choice == "oracle")
                    states, _, cost = recipe.run(test, knob, choice == "oracle")
                    cost += recipe.router_cost
                embedding = F.cosine_similarity(pool(dense), pool(states)).mean()
                token = F.cosine_similarity(torch.cat(dense), torch.cat(states)).mean()
                print(f"{name:9} {choice:7} {budget:6.2f} {cost:6.3f}     {embedding:.4f}  {token:.4f}", flush=True)


if __name__ == "__main__":
    main()
