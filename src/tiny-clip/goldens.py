"""Remake the golden embeddings that the Java tests compare a checkpoint with.

python goldens.py CHECKPOINT --photos FOLDER --names golden_photos.txt --prompts tiny_golden_prompts.json --out FOLDER
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

import clip
import evaluate


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--photos", type=Path, required=True)
    p.add_argument("--names", type=Path, required=True)
    p.add_argument("--prompts", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model, words = clip.load(args.checkpoint), clip.Words(args.checkpoint)
    photos = np.stack([evaluate.picture(args.photos / f, model.side) for f in args.names.read_text().split()])
    tokens = words(json.loads(args.prompts.read_text()))
    padding = torch.full((len(tokens), words.longest - tokens.shape[1]), words.end)
    photos[:4].tofile(args.out / "tiny_crops_kodim01-04.rgb")  # for tests without the photographs
    np.save(args.out / "tiny_golden_image.npy", evaluate.embed(model, photos).numpy())
    np.save(args.out / "tiny_golden_tokens.npy", torch.cat([tokens, padding], 1).numpy())
    np.save(args.out / "tiny_golden_text.npy", clip.texts(model.text, tokens).numpy())


if __name__ == "__main__":
    main()
