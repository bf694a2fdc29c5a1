"""Score a checkpoint folder on pictures that were never trained on.

python evaluate.py CHECKPOINT --data DATA [--clones FOLDER] [--validation FOLDER] [--cifar FOLDER] [--samples FOLDER] [--things FOLDER]
Zero-shot top-1 over ImageNet's 1,000 classes of one picture each and of later photographs (with --clones), and of held-out pictures (what choices
are made by); over 200 classes (folders
named by WordNet id); by the folders' own names (folders named by thing). 20-nearest-neighbour vote, leave one out
(WebDataset shards with .cls); spherical k-means (folders named by thing). No label here decides anything but the score.
"""

import argparse
import csv
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import clip
import common
import sets

PROMPTS = (
    "a photo of a {}.", "a photo of the {}.", "itap of a {}.", "a bad photo of the {}.", "a origami {}.",
    "a photo of the large {}.", "a {} in a video game.", "art of the {}.", "a photo of the small {}.",
    "a picture of a {}.", "a {}.", "{}",
)  # fmt: skip


def picture(file, side):
    """The middle of a file's picture."""
    return middle(Image.open(file).convert("RGB"), side)


def middle(image, side):
    """Shorter side to `side` by Pillow's bicubic, centre crop."""
    w, h = image.size
    short = min(w, h)
    image = image.resize((int(w * side / short), int(h * side / short)), Image.Resampling.BICUBIC)
    left, top = round((image.width - side) / 2), round((image.height - side) / 2)  # half to even, as CLIP's code
    return np.asarray(image.crop((left, top, left + side, top + side)))


@torch.no_grad()
def embed(model, pictures):
    """Un-normalised image embeddings of uint8 pictures [n, side, side, 3]."""
    parts = [torch.from_numpy(np.array(pictures[i : i + 250])) for i in range(0, len(pictures), 250)]
    return torch.cat([clip.images(model, p.permute(0, 3, 1, 2).float() / 255) for p in parts])


@torch.no_grad()
def names(model, words, lemmas):
    """One unit direction for each list of lemmas: the mean over its first lemma in every prompt."""
    texts = [p.format(x[0]) for x in lemmas for p in PROMPTS]
    e = torch.cat([F.normalize(clip.texts(model.text, words(texts[i : i + 480]))) for i in range(0, len(texts), 480)])
    return F.normalize(e.view(len(lemmas), len(PROMPTS), -1).mean(1))


def folders(root, pattern, side):
    """Pictures of every sub-folder, and the number of the folder of each."""
    things = sorted(p for p in root.iterdir() if p.is_dir())
    found = [(f, i) for i, t in enumerate(things) for f in sorted(t.glob(pattern))]
    return [t.name for t in things], np.stack([picture(f, side) for f, _ in found]), torch.tensor([i for _, i in found])


def sample(clones, wnids, side):
    """One picture of each of ImageNet's classes, in the order of their WordNet ids."""
    files = sets.Repository(sets.clone(clones, sets.SAMPLE), "HEAD")
    found = sorted(p for p in files.objects if p.endswith(".JPEG"))
    labels = torch.tensor([wnids.index(p.split("_")[0]) for p in found])
    return np.stack([picture(io.BytesIO(files.read(p)), side) for p in found]), labels


def later(clones, side):
    """Photographs that came after ImageNet, and their classes in the order of the WordNet ids."""
    files = sets.Repository(sets.clone(clones, sets.LATER), "HEAD")
    rows = list(csv.DictReader(io.StringIO(files.read("dataset/images.csv").decode())))
    rows = [r for r in rows if f"dataset/images/{r['ImageId']}.png" in files.objects]
    shown = [picture(io.BytesIO(files.read(f"dataset/images/{r['ImageId']}.png")), side) for r in rows]
    return np.stack(shown), torch.tensor([int(r["TrueLabel"]) - 1 for r in rows])


def shards(root, side):
    pictures, labels = {}, {}
    for shard in sorted(root.glob("*.tar")):
        with tarfile.open(shard) as tar:
            for m in tar:
                key, kind = m.name.split(".")
                data = tar.extractfile(m).read()
                if kind == "cls":
                    labels[key] = int(data)
                else:
                    pictures[key] = picture(io.BytesIO(data), side)
    keys = sorted(pictures)
    return np.stack([pictures[k] for k in keys]), torch.tensor([labels[k] for k in keys])


def zero_shot(images, directions, labels):
    return 100 * ((F.normalize(images) @ directions.T).argmax(1) == labels).float().mean().item()


def neighbour_vote(x, labels, k=20):
    x, right = F.normalize(x), 0
    for i in range(0, len(x), 1000):
        s = x[i : i + 1000] @ x.T
        s[torch.arange(len(s)), torch.arange(i, i + len(s))] = -2
        votes = F.one_hot(labels[s.topk(k, 1).indices]).sum(1)
        right += (votes.argmax(1) == labels[i : i + 1000]).sum().item()
    return 100 * right / len(x)


def k_means(x, k, seed, starts=10, rounds=100):
    """Spherical k-means from k-means++ seeds; the best of several starts by the sum of cosines."""
    x, rng, best = F.normalize(x), np.random.default_rng(seed), (-1, None)
    for _ in range(starts):
        centres = x[rng.integers(len(x))][None]
        while len(centres) < k:
            far = (1 - (x @ centres.T).max(1).values).clamp(min=0).double().numpy()
            centres = torch.cat([centres, x[rng.choice(len(x), p=far / far.sum())][None]])
        for _ in range(rounds):
            own = (x @ centres.T).argmax(1)
            new = F.normalize(F.one_hot(own, k).float().T @ x)
            if torch.equal(new, centres):
                break
            centres = new
        score = (x @ centres.T).max(1).values.sum().item()
        if score > best[0]:
            best = score, (x @ centres.T).argmax(1)
    return best[1]


def clustering(x, labels, seeds=(0, 1, 2)):
    """Mean accuracy, NMI and ARI of k-means, in words."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    k, out = int(labels.max()) + 1, []
    for seed in seeds:
        found = k_means(x, k, seed)
        table = np.zeros((k, k))
        np.add.at(table, (found.numpy(), labels.numpy()), 1)
        right = table[linear_sum_assignment(-table)].sum() / len(x)
        nmi, ari = normalized_mutual_info_score(labels, found), adjusted_rand_score(labels, found)
        out.append((100 * right, 100 * nmi, 100 * ari))
    return " / ".join(f"{v:.1f}" for v in np.mean(out, 0))


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--data", type=Path, required=True, help="the folder that prepare.py wrote")
    p.add_argument("--clones", type=Path, help="folder with a clone of " + sets.SAMPLE)
    p.add_argument("--validation", type=Path)
    p.add_argument("--cifar", type=Path)
    p.add_argument("--samples", type=Path)
    p.add_argument("--things", type=Path)
    args = p.parse_args()
    torch.set_num_threads(2)
    model, words = clip.load(args.checkpoint), clip.Words(args.checkpoint)
    side = model.side
    pictures = common.Pictures(args.data)
    about = json.loads((args.data / "concepts.json").read_text())
    lemmas = dict(zip(about["wnids"], about["concepts"]))
    taught = names(model, words, about["concepts"][: about["taught"]])
    if args.clones:
        shown, labels = sample(args.clones, about["wnids"], side)
        found = zero_shot(embed(model, shown), taught, labels)
        print(f"Zero-shot top-1, {len(labels):,} pictures, one of each of 1,000 classes: {found:.2f} %", flush=True)
        shown, labels = later(args.clones, side)
        found = zero_shot(embed(model, shown), taught, labels)
        print(f"Zero-shot top-1, {len(labels):,} photographs later than ImageNet, 1,000 classes: {found:.2f} %", flush=True)
    rows = np.array(pictures.held_out())
    held = torch.cat([clip.images(model, pictures.whole(part, side)) for part in np.array_split(rows, 8)])
    found = zero_shot(held, taught, pictures.labels[rows])
    print(f"Zero-shot top-1, {len(rows):,} held-out pictures, 1,000 classes: {found:.2f} %", flush=True)
    if args.validation:
        wnids, shown, labels = folders(args.validation, "**/*.*", side)
        found = zero_shot(embed(model, shown), names(model, words, [lemmas[w] for w in wnids]), labels)
        print(f"Zero-shot top-1, {len(labels):,} validation pictures, {len(wnids)} classes: {found:.2f} %", flush=True)
    if args.cifar:
        shown, labels = shards(args.cifar, side)
        images = embed(model, shown)
        vote = neighbour_vote(images, labels)
        print(f"20-nearest-neighbour vote, {len(labels):,} pictures of CIFAR-10: {vote:.2f} %", flush=True)
        print(f"k-means of these, ACC / NMI / ARI: {clustering(images, labels)}", flush=True)
    if args.samples:
        things, shown, labels = folders(args.samples, "*.*", side)
        found = clustering(embed(model, shown), labels)
        print(f"k-means of {len(labels)} samples, {len(things)} things, ACC / NMI / ARI: {found}", flush=True)
    if args.things:
        things, shown, labels = folders(args.things, "*.*", side)
        found = zero_shot(embed(model, shown), names(model, words, [[t] for t in things]), labels)
        print(f"Zero-shot top-1, {len(labels)} pictures by their {len(things)} names: {found:.2f} %", flush=True)


if __name__ == "__main__":
    main()
