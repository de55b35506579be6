"""Gives the built program texts that could control programs that show them, and checks its outputs.

    names.py DYNAMOE [GROUP ...]
    names.py --list

Every text of a model, and the names of its files, contain code for a terminal, a browser, YAML, Markdown, a shell or
Python. Prints a line for each group, and exits with 1, naming every case that fails.
"""

import html.parser
import json
import pathlib
import re
import shlex
import shutil
import struct
import sys

from place import FEW, MODEL, ROOT, TEXT, change, gguf, harmless, run_groups

CODE = ROOT / "Sources/Forms/Transformers/Python"
GENERATED = set()
# A mark joins the character before it, and so hides the byte from comparisons of characters.
MARK = "\u0301"
TERMINAL = [
    "esc\x1b[2Jape", "title\x1b]0;owned\x07", "new\nline\r", "right\u202eleft", "isolate\u2067d", "zero\u200bwidth",
    "c1\x9b31m", "line\u2028separator", "byte\ufefforder", "del\x7fete", "tag\U000e0041"]
MARKUP = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&lt;b&gt;", "]]>", "</style><b>", "</title><b>",
    "javascript:alert(1)", "a|b", f"a|{MARK}b", "`<b>`", f"a`{MARK}<b>", "``<i>``", "](http://x)", "<!--", "---",
    "k: v", "'; touch owned;'", f"'{MARK}; touch owned;'{MARK}"]
# A file name with everything that is dangerous in pages, cards and shells.
FILE_NAME = f"m`{MARK}<img src=x onerror=alert(1)>|{MARK}'{MARK};$(touch owned)'\x1b[2J\u202e: ---"


def hostile_model(at):
    """A model in which all free text is hostile, and a container with routers made of it."""
    folder = at.model(FILE_NAME)
    data = (folder / "model.safetensors").read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:end])
    size = len(data) - end
    for place, name in enumerate(TERMINAL + MARKUP):
        header[name] = {"dtype": "U8", "shape": [1], "data_offsets": [size + place, size + place + 1]}
    header["__metadata__"] = {"format": "pt", "".join(MARKUP): "".join(TERMINAL)}
    text = json.dumps(header).encode()
    body = data[end:] + bytes(len(TERMINAL + MARKUP))
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
    own = ["".join(MARKUP), "".join(TERMINAL), "\u202e"]
    change(folder / "tokenizer.json", lambda it: it["added_tokens"].extend(
        it["added_tokens"][0] | {"id": 317 + number, "content": text} for number, text in enumerate(own)))
    change(folder / "config.json", lambda it: it | {
        "architectures": ["LlamaForCausalLM", *MARKUP], "_name_or_path": "".join(MARKUP + TERMINAL)})
    (folder / "README.md").write_text("---\nlicense: \"mit\\\" \n  x: `<b>`\"\nlicense_link: https://x/](<b>)\n---\n")
    shown = at.path("shown.txt")
    shown.write_text("The cat. " + " ".join(MARKUP + TERMINAL) + " " + "".join(own) + f" e{MARK} \u0600 \x1b[31mred\n")
    output = at.path(FILE_NAME + ".dmoe")
    at.done("a hostile model", "partition", folder, "-o", output, "--text", TEXT, shown, "--max-tokens", "1024",
            "--context", "64", "--experts", "2", "--show-text", shown, "--parse-special")
    return folder, output, shown


def plain_container(at):
    """A container with routers, and a report beside it, in which nothing is hostile."""
    plain = at.path("plain.dmoe")
    at.done("a plain model", "partition", MODEL, "-o", plain, "--text", TEXT, "--max-tokens", "1024",
            "--context", "64", "--experts", "2", "--show-text", TEXT)
    return plain


def terminals(at):
    folder, output, shown = hostile_model(at)
    text = ["--text", shown, "--parse-special", "--max-tokens", "256"]
    words = [
        ["inspect"], ["inspect", "--tensors"], ["inspect", "--statistics"], ["validate"],
        ["evaluate", "--variants", "dense", *text]]
    for path in [folder, output]:
        for command in words + ([["show", *text]] if path == output else []):
            at.done("hostile names", command[0], path, *command[1:])
            coloured = at.run(command[0], path, *command[1:], "--color", "always")
            at.complaints.check(
                harmless(re.sub("\x1b\\[[0-9;]*m", "", coloured.output)) and harmless(coloured.errors),
                f"{command[0]} in colour steers the terminal")
            document = at.run(command[0], path, *command[1:], "--json")
            try:
                told = json.loads(document.output)
            except ValueError:
                at.complaints.check(False, f"{command[0]} --json is no JSON: {document}")
                continue
            if command[0] == "inspect":
                names = {tensor["name"] for tensor in told["tensors"]}
                at.complaints.check(names >= set(TERMINAL + MARKUP), "inspect --json has not the whole names")
    at.done("hostile names", "partition", folder, "--importance", "weights", "--dry-run", "-o", at.path("none.dmoe"))
    at.done("hostile names", "inspect", folder, "--metadata", "".join(MARKUP))
    named = at.model("named")
    (named / "dynamoe-family.json").write_text(json.dumps({"like": "llama", "name": "".join(TERMINAL)}))
    for command in [
        ["inspect"], ["validate"], ["evaluate", "--text", TEXT, *FEW, "--variants", "dense"],
        ["partition", "--importance", "weights", "--dry-run", "-o", at.path("none.dmoe")],
        ["partition", "--importance", "weights", "-o", at.path("named.dmoe")]]:
        at.done("a hostile name of a family", command[0], named, *command[1:])
    for value in TERMINAL:
        for key in ["model_type", "hidden_act", "rope_scaling"]:
            change(named / "config.json", lambda it: it | {key: value})
            (named / "dynamoe-family.json").unlink(missing_ok=True)
            at.refused(f"{key} {value!r}", {65}, "evaluate", named, "--text", TEXT)
            shutil.copyfile(MODEL / "config.json", named / "config.json")
    for case, value in [("marks", "a" + MARK * 100_000), ("letters", "b" * 100_000)]:
        change(named / "config.json", lambda it: it | {"model_type": value})
        at.refused(f"a model_type of many {case}", {65}, "evaluate", named, "--text", TEXT)
        file = at.path("long.safetensors")
        text = json.dumps({value: {"dtype": "U8", "shape": [9], "data_offsets": [0, 1]}}).encode()
        file.write_bytes(struct.pack("<Q", len(text)) + text + b"\0")
        at.refused(f"a name of many {case}", {65}, "inspect", file)
    # As if a shell had expanded a star to file names.
    for words in [[folder], ["--threads", folder], ["--color", folder], ["--a\x1b[2Jb"], ["--memory", folder]]:
        outcome = at.run("inspect", MODEL, *words)
        at.complaints.check(
            outcome.code == 64 and harmless(outcome.errors), f"wrong usage controls the terminal: {words[0]} FILE")
    keys = at.path("keys.gguf")
    string = lambda text: struct.pack("<Q", len(text.encode())) + text.encode()
    pairs = [(name, 8, string("".join(TERMINAL))) for name in TERMINAL + MARKUP]
    keys.write_bytes(gguf("t\x1b[2J\u202e", [("general.architecture", 8, string("x\x1b[2J\u202e")), *pairs]))
    for words in [["inspect", keys], ["inspect", keys, "--metadata", TERMINAL[0]], ["inspect", keys, "--tensors"]]:
        at.done("hostile keys", *words)
    told = json.loads(at.run("inspect", keys, "--json").output)["metadata"]
    values = {entry["key"]: entry["value"] for entry in told}
    at.complaints.check(values.get(MARKUP[0]) == "".join(TERMINAL), "--json lacks parts of the keys")


class Structure(html.parser.HTMLParser):
    """The elements of a page, with the names of their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found, self.dangers = set(), set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.add((tag, tuple(name for name, _ in attributes)))
        for name, value in attributes:
            if name.startswith("on") or re.match(r"\s*(javascript|data|https?):", value or "", re.I):
                self.dangers.add((tag, name, value))

    def handle_decl(self, text):
        self.found.add(("!", text))

    def handle_comment(self, text):
        self.dangers.add(("comment", text))


def replaced(value, place, text):
    """The document with all strings at a place replaced; all elements of an array are one place."""
    if not place:
        return text if isinstance(value, str) else value
    if isinstance(value, list):
        return [replaced(element, place[1:], text) for element in value]
    if isinstance(value, dict):
        return {key: replaced(it, place[1:], text) if key == place[0] else it for key, it in value.items()}
    return value


def strings(value, place=()):
    if isinstance(value, str):
        return {place}
    if isinstance(value, list):
        return set().union(*(strings(element, (*place, 0)) for element in value))
    if isinstance(value, dict):
        return set().union(*(strings(it, (*place, key)) for key, it in value.items()))
    return set()


def pages(at):
    _, output, _ = hostile_model(at)
    plain_container(at)
    expected = Structure(at.path("plain.report.html").read_text())
    beside = pathlib.Path(str(output).removesuffix(".dmoe") + ".report.json")
    documents = [("the report of a hostile model", json.loads(beside.read_text()))]
    document = json.loads(at.path("plain.report.json").read_text())
    text = "".join(MARKUP + TERMINAL)
    for place in sorted(strings(document), key=str):
        documents.append(("/".join(map(str, place)), replaced(document, place, text)))
    for number, (case, document) in enumerate(documents):
        report, page = at.path(f"{number}.json"), at.path(f"{number}.html")
        report.write_text(json.dumps(document))
        outcome = at.run("report", report, "-o", page)
        at.complaints.check(
            outcome.code in (0, 65) and harmless(outcome.errors + outcome.output),
            f"report with a hostile {case}: {outcome}")
        if outcome.code == 0:
            found = Structure(page.read_text())
            foreign = {tag for tag, _ in found.found} - {tag for tag, _ in expected.found}
            at.complaints.check(
                not foreign and not found.dangers and harmless(page.read_text()),
                f"the page with a hostile {case} has {foreign or found.dangers or 'control characters'}")


def outside_code(text):
    """The part of a Markdown text that is not code, by the rules of CommonMark."""
    text = re.sub(r"(?m)^(```+).*\n(?:.*\n)*?\1$", "", text)
    result, place = "", 0
    runs = [(it.start(), it.end()) for it in re.finditer("`+", text)]
    for start, end in runs:
        if start < place:
            continue
        close = next((b for a, b in runs if a >= end and b - a == end - start and "\n\n" not in text[end:a]), None)
        if close:
            result, place = result + text[place:start], close
    return result + text[place:]


def cards(at):
    folder, output, _ = hostile_model(at)
    for case, words in [("routed", []), ("half", ["--expert", "0"])]:
        out = at.path(f"{case} {FILE_NAME}")
        at.done(f"a hostile {case}", "export", output, "--format", "hf", "-o", out, *words)
        card = (out / "README.md").read_text()
        at.complaints.check(harmless(card), f"the card of a hostile {case} model has control characters")
        _, head, body = card.split("---\n", 2)
        known = r'(base_model|license|license_name|license_link): "[^"\\\n]*"|(library_name|pipeline_tag): [a-z-]+' \
            r"|tags:|- [a-z_]+|# .*"
        at.complaints.check(all(re.fullmatch(known, line) for line in head.splitlines()), f"front matter: {head!r}")
        rest = outside_code(body)
        at.complaints.check(
            not re.search(r"<|\]\(|^---", rest, re.M), f"the card of a hostile {case} model has the model's markup: "
            + repr([line for line in rest.splitlines() if "<" in line or "](" in line][:2]))
        for table in re.findall(r"(?:^\|.*\n)+", body, re.M):
            bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            at.complaints.check(len(bars) == 1, f"a table of the card of a hostile {case} model is broken")
        line = re.search(r"```sh\n(dynamoe export .*)\n", body).group(1)
        try:
            shown = ["dynamoe", "export", output.name, "--format", "hf", *words, "-o", out.name]
            visible = lambda word: re.sub(r"[\x1b\u202e]", lambda it: f"\\u{{{ord(it.group()):x}}}", word)
            holds = sorted(shlex.split(line)) == sorted(map(visible, shown))
        except ValueError:
            holds = False
        at.complaints.check(holds, f"a shell reads the command of a card differently: {line!r}")
        if not words:
            for file in out.glob("*.py"):
                ours = CODE / file.name
                # The generated file has no source; it is the same in all folders.
                if not ours.exists():
                    GENERATED.add((file.name, file.read_bytes()))
                else:
                    at.complaints.check(file.read_bytes() == ours.read_bytes(), f"{file.name} is not ours")
            at.complaints.check(
                [name for name, _ in GENERATED] == ["families_dynamoe.py"], "the generated Python differs between folders")
        config, source = (json.loads((place / "config.json").read_text()) for place in (out, folder))
        changed = {key for key in config if config[key] != source.get(key)}
        at.complaints.check(
            changed <= {"intermediate_size", "model_type", "architectures", "auto_map", "dynamoe"},
            f"config.json has other values for {changed}")
        at.done(f"a hostile {case}", "validate", out, "--against", output)
    # GGUF has no U8 tensors: they are left out, everything else stays hostile.
    shutil.copyfile(MODEL / "model.safetensors", folder / "model.safetensors")
    small, written = at.path("small.dmoe"), at.path(FILE_NAME + ".gguf")
    at.done("hostile tokens", "partition", folder, "-o", small, "--importance", "weights", "--experts", "2")
    at.done("hostile tokens", "export", small, "--format", "gguf", "--expert", "0", "-o", written)
    at.done("hostile tokens", "inspect", written)
    told = at.run("inspect", written, "--metadata", "tokenizer.ggml.tokens", "--json").output
    at.complaints.check("".join(MARKUP) in json.loads(told)["value"], "a hostile token is not whole in GGUF")


def code(at):
    """Folders whose Python is, or calls, foreign code: validate must not pass them."""
    plain = at.path("routed")
    at.done("a routed folder", "export", plain_container(at), "--format", "hf", "-o", plain)
    at.done("a routed folder", "validate", plain)

    def changed(case, *edits):
        folder = at.path(case)
        shutil.copytree(plain, folder)
        for edit in edits:
            edit(folder)
        outcome = at.run("validate", folder)
        at.complaints.check(outcome.code == 1 and harmless(outcome.output), f"validate accepts a folder with {case}")

    inject = 'llama"\nimport os; os.system("touch owned")\n#'

    def name(folder):
        change(folder / "config.json", lambda it: it["dynamoe"]["source"].update(model_type=inject))
        change(folder / "config.json", lambda it: it.update(model_type="dynamoe_" + inject))
        path = folder / "configuration_dynamoe.py"
        path.write_text(path.read_text().replace('SOURCE = "llama"', f'SOURCE = "{inject}"'))

    family = lambda folder: (folder / "dynamoe-family.json").write_text('{"like": "llama"}')
    evil = lambda folder: (folder / "evil.py").write_text("class Evil: pass\n")
    changed("code in the name of the family", name)
    changed("code in the name of a family that it describes", name, family)
    changed("a changed file", lambda folder: (folder / "modeling_dynamoe.py").open("a").write("\n"))
    changed("auto_map to another file", evil, lambda folder: change(folder / "config.json", lambda it: it.update(
        auto_map=it["auto_map"] | {"AutoModelForCausalLM": "evil.Evil"})))
    changed("auto_map to another repository", lambda folder: change(folder / "config.json", lambda it: it.update(
        auto_map={key: "org/evil--" + value for key, value in it["auto_map"].items()})))
    changed("a tokenizer of its own", evil, lambda folder: change(
        folder / "tokenizer_config.json", lambda it: it.update(auto_map={"AutoTokenizer": ["evil.Evil", None]})))
    # finetune.py would import them in place of Python's modules, or Transformers would run them.
    for name in ["json.py", "json.pyc", "json.so", "random/__init__.py", "custom_generate/generate.py"]:
        def add(folder):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("print(1)\n")

        changed(f"{name.replace('/', ' ')} beside the code", add)


if __name__ == "__main__":
    sys.exit(run_groups({"terminals": terminals, "pages": pages, "cards": cards, "code": code}, __doc__))
