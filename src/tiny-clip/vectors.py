"""What CLIP ViT-B/32 says of words: its text vectors of the names of LVIS, Open Images and Objects365.

They come with Detic (Apache-2.0), as "a {name}". A name without pictures is given a direction in the image tower's
space: kernel ridge regression from CLIP's vectors, fitted on the names that are lemmas of concepts.
"""

import ast
import csv
import io
import json
import re

import numpy as np
import torch
import torch.nn.functional as F

import sets

DETIC = "facebookresearch/Detic", "436cda2a2347df60a7c66daca0e8c59f93dc5e79"


def plain(name):
    """As one would write it: without underscores, brackets, or alternatives after a slash."""
    name = re.sub(r"_?\(.*?\)", "", name.split("/")[0]).replace("_", " ").strip()
    return name if name.isupper() else name.lower()


def names(clones):
    """Lists of names that mean the same thing [n], and CLIP's vectors of the first of each, [n, 512] of unit length."""
    kept = sets.Repository(sets.clone(clones, DETIC[0]), DETIC[1])

    def table(file):
        return np.load(io.BytesIO(kept.read(f"datasets/metadata/{file}.npy"))).astype(np.float32)

    lvis = sorted(json.loads(kept.read("datasets/metadata/lvis_v1_train_cat_info.json")), key=lambda c: c["id"])
    listed = ast.parse(kept.read("detic/data/datasets/oid.py")).body
    listed = next(n for n in listed if isinstance(n, ast.Assign) and n.targets[0].id == "categories")
    open_images = sorted(ast.literal_eval(listed.value), key=lambda c: c["id"])
    objects = csv.reader(io.StringIO(kept.read("datasets/metadata/Objects365_names_fix.csv").decode()))
    found = [[c["name"], *c["synonyms"]] for c in lvis], [[c["name"]] for c in open_images], [[r[-1]] for r in objects]
    tables = [table("lvis_v1_clip_a+cname"), table("oid_clip_a+cname"), table("o365_clip_a+cnamefix")]
    for words, vectors in zip(found, tables, strict=True):
        if len(words) != len(vectors):
            raise SystemExit(f"Detic has {len(vectors)} vectors for {len(words)} names; is its clone at {DETIC[1]}?")
    words = [list(dict.fromkeys(map(plain, w))) for w in [*found[0], *found[1], *found[2]]]
    return words, F.normalize(torch.from_numpy(np.concatenate(tables)))


def kernel(a, b):
    return ((a @ b.T - 1) / 0.8).exp()


def placed(concepts, directions, words, vectors, strength=0.01):
    """Directions [m, d] for those names that no concept has, the names, and a score.

    The score is the share of anchors (names of a concept) whose own concept is among the ten nearest to the direction
    that the other anchors give them.
    """
    number = {}
    for i, lemmas in enumerate(concepts):
        for x in lemmas:
            number.setdefault(x.lower(), []).append(i)
    owner = [next((number[w.lower()][0] for w in x if len(number.get(w.lower(), ())) == 1), None) for x in words]
    taken = {}  # of the names of one concept the first
    for i, o in enumerate(owner):
        if o is not None:
            taken.setdefault(o, i)
    anchors = torch.tensor(list(taken.values()))
    homes = torch.tensor(list(taken))
    centre = vectors.mean(0)
    x = F.normalize(vectors - centre)
    y = F.normalize(directions)[homes]
    mean = y.mean(0)
    inverse = torch.linalg.inv(kernel(x[anchors], x[anchors]) + strength * torch.eye(len(anchors)))
    weights = inverse @ (y - mean)
    left_out = F.normalize(y - weights / inverse.diagonal()[:, None])  # Allen's PRESS: without refitting
    rank = (left_out @ F.normalize(directions).T).topk(10).indices
    home = (rank == homes[:, None]).any(1).float().mean().item()
    new = [i for i, x in enumerate(words) if not any(w.lower() in number for w in x)]
    found = F.normalize(kernel(x[new], x[anchors]) @ weights + mean)
    return found, [words[i] for i in new], home
