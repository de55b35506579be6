"""Copies the small model with a vocabulary of millions as a large sparse file: huge_vocabulary.py MODEL OUT"""

import json
import pathlib
import shutil
import struct
import sys

TOKENS = 4_000_000


def main(model, out):
    shutil.copytree(model, out)
    data = (model / "model.safetensors").read_bytes()
    end = 8 + struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:end])
    body = b""
    # Tensors of the vocabulary come last, in the hole at the end of the file.
    for name, entry in sorted(header.items(), key=lambda item: "embed" in item[0] or "lm_head" in item[0]):
        if name == "__metadata__":
            continue
        if "embed" in name or "lm_head" in name:
            entry["shape"][0] = TOKENS
            length = 2 * TOKENS * entry["shape"][1]
            start = max(other["data_offsets"][1] for key, other in header.items() if other.get("done"))
        else:
            part = data[end + entry["data_offsets"][0] : end + entry["data_offsets"][1]]
            start, length = len(body), len(part)
            body += part
        entry |= {"data_offsets": [start, start + length], "done": True}
    last = max(entry["data_offsets"][1] for entry in header.values() if entry.pop("done", False))
    text = json.dumps(header).encode()
    with open(out / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)
        file.truncate(8 + len(text) + last)
    config = json.loads((model / "config.json").read_text()) | {"vocab_size": TOKENS}
    (out / "config.json").write_text(json.dumps(config))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
