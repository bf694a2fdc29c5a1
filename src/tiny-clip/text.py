"""Stage 3: the text tower learns to say what the image tower sees.

python text.py --data DATA --out RUN --start CHECKPOINT --clones FOLDER [--scratch 1]
Every lemma of every concept, in varied prompts, goes to its concept's direction (a lemma of several
concepts between theirs): so lemmas of one synset land together, and near the words above them. A share of
each batch are names that CLIP's text tower knows, to where vectors.py places them among the concepts: so an
everyday word that no picture ever had lies by its right neighbours. Another share are WordNet's other nouns below
the concepts, some with their glosses, on the way to the nearest concept above.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import clip
import common
import concepts
import evaluate
import head
import vectors

OPENINGS = (
    "", "", "a photo of", "a picture of", "an image of", "a close-up of", "a bad photo of", "a good photo of",
    "a blurry picture of", "a drawing of", "art of", "itap of",
)  # fmt: skip
ARTICLES = ("", "a", "a", "the", "the", "one", "my", "some")
QUALITIES = ("", "", "", "", "small", "large", "old", "new", "nice", "origami")
GLOSS = 8  # words: what a thing is comes first
ENDS = (".", ".", "", " in a video game.", " outdoors.")


def prompts(lemmas, g):
    """One random prompt for each lemma."""
    out = []
    for lemma in lemmas:
        parts = [s[torch.randint(len(s), (), generator=g)] for s in (OPENINGS, ARTICLES, QUALITIES)]
        end = ENDS[torch.randint(len(ENDS), (), generator=g)]
        out.append(" ".join(p for p in (*parts, lemma) if p) + end)
    return out


def glossed(entries, count, share, g):
    """`count` random entries of the glossary: texts, of which about `share` end in their gloss's first words, and their owners."""
    picked = [entries[i] for i in torch.randint(len(entries), (count,), generator=g)]
    lemmas = [e[0][torch.randint(len(e[0]), (), generator=g)] for e in picked]
    explained = torch.rand(count, generator=g) < share
    texts = zip(prompts(lemmas, g), lemmas, picked, explained)
    first = (f"{lemma}, {' '.join(e[1].split()[:GLOSS])}" if long else short for short, lemma, e, long in texts)
    return list(first), [e[2] for e in picked]


def share_of(owners, count):
    """Lists of numbers below `count` as rows [n, count] that sum to 1."""
    rows = torch.zeros(len(owners), count)
    for row, numbers in zip(rows, owners):
        row[numbers] = 1 / len(numbers)
    return rows


def by_length(tower, tokens, end, groups=4):
    """Embeddings [n, d] of tokens [n, t], in groups of like length: most texts are short, and no step is spent on their padding."""
    lengths = (tokens != end).sum(1) + 1
    order = lengths.argsort(stable=True)
    parts = [clip.texts(tower, tokens[rows, : lengths[rows].max()]) for rows in order.chunk(groups)]
    return torch.cat(parts)[order.argsort()]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--start", type=Path, required=True, help="checkpoint folder: configuration, tokenizer, weights")
    p.add_argument("--clones", type=Path, help="folder with a clone of Detic; without, no names from CLIP's vectors")
    args = common.arguments(
        p, scratch=0, batch=256, steps=4000, lr=1e-3, decay=0.05, scale=30.0, ema=0.99, others=0.25, glosses=0.3, foreign=0.25, seen_weight=1.0
    )  # fmt: skip
    pictures = common.Pictures(args.data)
    seen = torch.load(args.out / "head.pt", map_location="cpu")
    run = common.Run(args.out, f"text-{seen['step']}", args)
    towers = [clip.build(args.start) if args.scratch else clip.load(args.start) for _ in range(2)]
    tower, judge = (model.text for model in towers)
    words = clip.Words(args.start)
    directions = F.normalize(seen["ema"]["directions"])

    lemmas = list(dict.fromkeys(itertools.chain(*pictures.concepts)))
    owners = share_of([[i for i, c in enumerate(pictures.concepts) if x in c] for x in lemmas], len(directions))
    entries = concepts.glossary(pictures.synsets) if args.others else []
    near, share = directions, owners
    goals, foreign = F.normalize(share @ near), []
    if args.clones:
        places, foreign, home = vectors.placed(pictures.concepts, directions, *vectors.names(args.clones))
        if run.rank == 0:
            run.log(names_from_clip=len(foreign), left_out_anchors_near_home=round(home, 3))

    def loss_of(step, rank, size):
        g = common.generator(args.seed, step, rank)
        count = args.batch // size
        others = int(count * args.others) if entries else 0
        abroad = int(count * args.foreign) if foreign else 0
        rows = torch.randint(len(lemmas), (count - others - abroad,), generator=g)
        texts, wanted, goal = prompts([lemmas[i] for i in rows], g), [share[rows]], [goals[rows]]
        if others:
            more, below = glossed(entries, others, args.glosses, g)
            texts, wanted = texts + more, [*wanted, share_of(below, len(near))]
            goal.append(F.normalize(wanted[-1] @ near))
        if abroad:
            picked = torch.randint(len(foreign), (abroad,), generator=g)
            said = [foreign[i][torch.randint(len(foreign[i]), (), generator=g)] for i in picked]
            texts, goal = texts + prompts(said, g), [*goal, places[picked]]
            wanted.append((args.scale * places[picked] @ near.T).softmax(1))
        with common.autocast(args):
            found = by_length(tower, words(texts), words.end).float()
        found = F.normalize(found)
        goal = torch.cat(goal)
        told = F.cross_entropy(args.scale * found @ near.T, torch.cat(wanted))
        return told + 5 * (1 - (found * goal).sum(1).mean()) + args.seen_weight * (((found - goal) @ root) ** 2).sum(1).mean()

    views = head.Views(args.out, pictures, ["0"])
    rows = np.random.default_rng(args.seed).choice(pictures.usable, min(10000, len(pictures.usable)), replace=False)

    def embedded(rows):
        x = views(np.asarray(rows), np.zeros(len(rows), int))
        return F.linear(x, seen["ema"]["proj.weight"], seen["ema"]["proj.bias"])

    shown = F.normalize(embedded(rows))
    moments, axes = torch.linalg.eigh(shown.T @ shown / len(shown))
    root = axes * moments.clamp(min=0).sqrt() * seen["ema"]["logit_scale"].exp()
    images = embedded(pictures.held_out())
    labels = pictures.labels[list(pictures.held_out())]
    classes = pictures.taught
    if run.rank == 0:
        run.log(held_out_by_directions=evaluate.zero_shot(images, directions[:classes], labels))

    def judged(weights):
        judge.load_state_dict(weights)
        named = evaluate.names(towers[1], words, pictures.concepts)
        right = (named @ directions.T).argmax(1) == torch.arange(len(directions))
        by_text = evaluate.zero_shot(images, named[:classes], labels)
        return {"by_text": round(by_text, 2), "concepts_found": round(right.float().mean().item(), 4)}

    optimizers = common.optimizers(tower, tower.transformer, args)
    run.train(tower, optimizers, args.steps, loss_of, lambda s: common.one_cycle(s, args.steps, 0.05), judged)


if __name__ == "__main__":
    main()
