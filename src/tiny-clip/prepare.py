"""Decode Tiny-ImageNet into one array of 64 x 64 pictures, so that training reads no files.

python prepare.py --images tiny-imagenet-200 --out DATA
"""

import argparse
import io
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

import concepts


def downloaded(root):
    """(bytes, class) of every training picture of the folder as downloaded, in a fixed random order."""
    wnids = sorted(p.name for p in (root / "train").iterdir() if p.is_dir())
    files = [(f, i) for i, w in enumerate(wnids) for f in sorted((root / "train" / w / "images").glob("*.JPEG"))]
    files = [files[j] for j in np.random.default_rng(17).permutation(len(files))]
    return wnids, [i for _, i in files], (f.read_bytes() for f, _ in files)


def packed(root):
    """The same of the small re-encoded form: images-*.bin, index.npy, labels.npy, wnids.txt."""
    index = np.load(root / "index.npy")
    shards = [np.memmap(f, np.uint8, "r") for f in sorted(root.glob("images-*.bin"))]
    wnids = (root / "wnids.txt").read_text().split()
    return wnids, np.load(root / "labels.npy").tolist(), (shards[s][o : o + n].tobytes() for s, o, n in index)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--images", type=Path, required=True, help="tiny-imagenet-200, or its packed form")
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if (args.images / "index.npy").exists():
        wnids, labels, pictures = packed(args.images)
        known = json.loads((args.images / "concepts.json").read_text())["concepts"]
        member = np.load(args.images / "member.npy").astype(np.float32)
    else:
        wnids, labels, pictures = downloaded(args.images)
        known, member = concepts.from_wordnet(wnids)
    part = args.out / "images.part.npy"
    array = np.lib.format.open_memmap(part, "w+", np.uint8, (len(labels), 64, 64, 3))
    for i, data in enumerate(pictures):
        array[i] = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    array.flush()
    os.replace(part, args.out / "images.npy")
    np.save(args.out / "labels.npy", np.array(labels, np.int64))
    np.save(args.out / "member.npy", member)
    (args.out / "concepts.json").write_text(json.dumps({"wnids": wnids, "concepts": known}, indent=0))
    print(f"{len(labels)} pictures of {len(wnids)} classes, {len(known)} concepts")


if __name__ == "__main__":
    main()
