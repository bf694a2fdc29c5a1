"""Decode every set into one array of pictures, number its labels, and put all rows into one random order.

python prepare.py --clones FOLDER --out DATA [--sets tiny-imagenet,...]
A set that is done is not made again. Classes are the 1,000 of ImageNet, which the trunk's own classifier knows, then what the
sets' labels add; concepts are the classes and then their telling hypernyms.
"""

import argparse
import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

import concepts
import sets

SEED = 17
HELD_OUT = 2000  # to choose settings and checkpoints by; nothing is trained on them


def square(data, side):
    """The middle square of a picture, `side` pixels."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    box = (left, top, left + short, top + short)
    if image.size != (side, side):
        image = image.resize((side, side), Image.Resampling.BICUBIC, box, reducing_gap=3.0)
    return np.asarray(image)


def decode(name, clones, out):
    if (out / f"{name}.json").exists():
        return
    paths, read = sets.pictures(name, clones)
    side, part, kept, digests = sets.SETS[name].side, out / f"{name}.part", [], []
    array = np.lib.format.open_memmap(part, "w+", np.uint8, (len(paths), side, side, 3))
    for i, path in enumerate(paths):
        data = read(path)
        try:
            array[len(kept)] = square(data, side)
        except OSError as e:
            print(f"{name}: {path} left out: {e}", flush=True)
            continue
        kept.append(i)
        digests.append(hashlib.sha256(data).hexdigest())
    array.flush()
    os.replace(part, out / f"{name}.npy")
    about = {"paths": [paths[i] for i in kept], "digests": digests}
    (out / f"{name}.json").write_text(json.dumps(about))
    print(f"{name}: {len(kept)} pictures", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--clones", type=Path, required=True, help="folder with clones of sets.py's repositories")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--sets", default=",".join(sets.SETS), help="names of sets.py, with commas")
    args = p.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    names = args.sets.split(",")
    for name in names:
        decode(name, args.clones, args.out)

    said = {n: sets.labels(n, args.clones, json.loads((args.out / f"{n}.json").read_text())["paths"]) for n in names}
    taught = sets.imagenet(args.clones)
    classes = concepts.Classes(taught, [label for labels in said.values() for label in labels if label])
    rows, labels, known = [], [], np.zeros((len(names), len(classes.wnids)), np.uint8)
    known[:, : len(taught)] = 1
    for s, name in enumerate(names):
        numbers = np.array([-1 if x is None else classes.number[x] for x in said[name]], np.int64)
        known[s, numbers[numbers >= 0]] = 1
        rows.append(np.stack([np.full(len(numbers), s), np.arange(len(numbers))], 1))
        labels.append(numbers)
    rows, labels = np.concatenate(rows), np.concatenate(labels)

    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(rows))
    # Held out: classes of mini-ImageNet that Tiny-ImageNet has not, for some pictures are in both.
    sets_of = {n: set(labels[rows[:, 0] == s].tolist()) for s, n in enumerate(names)}
    own = sets_of.get("mini-imagenet", set()) - sets_of.get("tiny-imagenet", set())
    may = np.isin(labels[order], sorted(own)) & (rows[order, 0] == names.index("mini-imagenet"))
    held = np.flatnonzero(may)[-HELD_OUT:]
    order = np.concatenate([np.delete(order, held), order[held]])

    np.save(args.out / "rows.npy", rows[order])
    np.save(args.out / "labels.npy", labels[order])
    np.save(args.out / "known.npy", known)
    np.save(args.out / "member.npy", classes.member)
    about = {"sets": names, "held_out": len(held), "wnids": classes.wnids, "taught": len(taught), "synsets": classes.synsets, "concepts": classes.concepts}
    (args.out / "concepts.json").write_text(json.dumps(about, indent=0))
    print(f"{len(rows)} pictures, {(labels >= 0).sum()} with one of {len(classes.wnids)} classes, {len(classes.concepts)} concepts")


if __name__ == "__main__":
    main()
