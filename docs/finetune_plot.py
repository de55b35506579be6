"""Draws docs/finetune.svg from the figures in docs/finetune.json: python docs/finetune_plot.py."""

import json
import math
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 700, 20, 360
SERIES = [("before", "as partitioned", "#d55e00"), ("after", "tuned", "#0072b2")]
STYLE = """
  text { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1b1f24;
    paint-order: stroke; stroke: #fff; stroke-width: 3px }
  .soft { fill: #59616b } .grid { stroke: #dfe2e6 } .end { text-anchor: end } .middle { text-anchor: middle }
  .line { fill: none; stroke-width: 2.2 } .dense { stroke-width: 1.4; stroke-dasharray: 6 4 }
  .card { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8eaed; stroke: #181c20 } .soft { fill: #a5adb6 } .grid { stroke: #31373e } .card { fill: #181c20 } }
"""


def main():
    figures = json.loads((HERE / "finetune.json").read_text())
    values = [variant["perplexity"] for side in ("before", "after") for variant in figures[side].values()]
    low, high = math.log(min(values)) - 0.02, math.log(max(values)) + 0.03

    def x(cost):
        return LEFT + cost * (RIGHT - LEFT)

    def y(perplexity):
        return BOTTOM - (math.log(perplexity) - low) / (high - low) * (BOTTOM - TOP)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Perplexity by cost, '
        'before and after tuning">',
        f"<style>{STYLE}</style>", f'<rect class="card" width="{WIDTH}" height="{HEIGHT}" rx="8"/>']
    for cost in (0, 0.25, 0.5, 0.75, 1):
        out.append(f'<path class="grid" d="M{x(cost):.1f} {TOP}V{BOTTOM}"/>')
        out.append(f'<text class="soft middle" x="{x(cost):.1f}" y="{BOTTOM + 20}">{cost:g}</text>')
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (math.exp(high) - math.exp(low)) / step <= 9)
    for perplexity in range(math.ceil(math.exp(low) / step) * step, math.ceil(math.exp(high)), step):
        out.append(f'<path class="grid" d="M{LEFT} {y(perplexity):.1f}H{RIGHT}"/>')
        out.append(f'<text class="soft end" x="{LEFT - 8}" y="{y(perplexity) + 4:.1f}">{perplexity}</text>')
    out.append(
        f'<text class="soft middle" x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 46}">cost fraction: feed-forward parameters in use, '
        "routers included</text>")
    out.append(f'<text class="soft middle" transform="translate(18 {(TOP + BOTTOM) / 2}) rotate(-90)">perplexity</text>')
    for row, (side, name, color) in enumerate(SERIES):
        variants = figures[side]
        dense = variants["dense"]["perplexity"]
        routed = [value for key, value in variants.items() if key.startswith("routed@")]
        bare = [(key, value) for key, value in variants.items() if key.startswith("expert-")]
        out.append(f'<path class="dense" stroke="{color}" d="M{LEFT} {y(dense):.1f}H{RIGHT}"/>')
        points = [(x(value["cost_fraction"]), y(value["perplexity"])) for value in routed]
        out.append(
            f'<path class="line" stroke="{color}" d="M' + "L".join(f"{a:.1f} {b:.1f}" for a, b in points) + '"/>')
        for (a, b), value in zip(points, routed):
            title = f'{name}: perplexity {value["perplexity"]:.2f} at cost {value["cost_fraction"]:.3f}'
            out.append(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4.5" fill="{color}"><title>{title}</title></circle>')
        for key, value in bare:
            a, b = x(value["cost_fraction"]), y(value["perplexity"])
            title = f'{name}, {key} everywhere: perplexity {value["perplexity"]:.2f}'
            out.append(f'<path fill="{color}" d="M{a:.1f} {b - 6:.1f}l6 6l-6 6l-6 -6z"><title>{title}</title></path>')
        top = TOP + 22 + 66 * row
        out.append(f'<text x="{RIGHT - 190}" y="{top}" style="fill:{color};font-weight:600">{name}</text>')
        for place, (mark, what) in enumerate([
                ("<circle cx='0' cy='0' r='4.5'/>", "routed at five budgets"),
                ("<path d='M0 -6l6 6l-6 6l-6 -6z'/>", "half the neurons, bare"),
                (f"<path class='dense' stroke='{color}' d='M-10 0h20'/>", f"dense, {dense:.2f}")]):
            line = top + 16 * (place + 1)
            out.append(f'<g fill="{color}" transform="translate({RIGHT - 178} {line - 4})">{mark}</g>')
            out.append(f'<text class="soft" x="{RIGHT - 160}" y="{line}">{what}</text>')
    (HERE / "finetune.svg").write_text("\n".join(out + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main()
