"""Stage 2: the image tower's linear head, over what features.py saw; the trunk itself is not trained.

python head.py --data DATA --out RUN --start CHECKPOINT
The embedding is a cosine classifier over every class and hypernym, whose directions begin where the text tower puts
their names. Its targets are what the trunk's own classifier of ImageNet's classes says of the same view, mixed with
the label where there is one and that classifier has an inkling of it (its five best guesses); pictures must be alike
that are alike to the trunk. A picture is only told from classes that its set would name: a photograph of no label may
well show a bedroom. With its own class put aside, a picture must be nearest to what stands above it: so a thing that no
class is for is called by the wider word, not by a sister of it.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import clip
import common
import evaluate
import features


class Head(nn.Module):
    def __init__(self, directions, mean):
        super().__init__()
        self.proj = nn.Linear(features.WIDTH, directions.shape[1])
        nn.init.normal_(self.proj.weight, std=features.WIDTH**-0.5)
        with torch.no_grad():  # features are all positive: what they share is taken off
            self.proj.bias.copy_(-self.proj.weight @ mean)
        self.directions = nn.Parameter(F.normalize(directions))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(20.0)))

    def forward(self, x):
        return self.proj(x)

    def cosines(self, images):
        return F.normalize(images) @ F.normalize(self.directions).T


class Views:
    """Pooled features of the pictures' rows: for each view one array by set."""

    def __init__(self, folder, pictures, views):
        self.pictures = pictures
        self.seen = [[np.load(features.file(folder, name, v)) for name in pictures.names] for v in views]
        found = np.load(folder / "head.npz")
        self.weight, self.bias = torch.from_numpy(found["weight"]), torch.from_numpy(found["bias"])

    def __call__(self, rows, views):
        """Features [n, 1280] of rows, each in its view."""
        out = np.empty((len(rows), features.WIDTH), np.float32)
        sets, numbers = self.pictures.rows[rows].T
        for v, of in enumerate(self.seen):
            for s, kept in enumerate(of):
                own = np.flatnonzero((sets == s) & (views == v))
                out[own] = kept[numbers[own]]
        return torch.from_numpy(out)


def narrow_first(member):
    """Shares [classes, concepts] of those that a class belongs to, the narrower the more; rows sum to 1, or to 0."""
    share = member / member.sum(0).clamp(min=1)
    return share / share.sum(1, keepdim=True).clamp(min=1e-9)


def related(found, wanted, temperature=0.1):
    """Cross-entropy between who is like whom to the trunk and in the embedding, over the other pictures."""
    n = len(found)
    others = ~torch.eye(n, dtype=torch.bool)

    def likeness(x):
        x = F.normalize(x - x.mean(0))
        return (x @ x.T / temperature)[others].view(n, n - 1)

    return F.cross_entropy(likeness(found), likeness(wanted).softmax(1))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--start", type=Path, required=True, help="checkpoint folder: configuration, tokenizer, text tower")
    p.add_argument("--views", default="0", help="numbers with commas")
    args = common.arguments(
        p, batch=1024, epochs=3, lr=2e-3, hard=0.25, ema=0.99, relation_weight=1.0, wider_weight=0.25
    )  # fmt: skip
    pictures = common.Pictures(args.data)
    run = common.Run(args.out, "head", args)
    views = Views(args.out, pictures, args.views.split(","))
    model = clip.load(args.start)
    with torch.no_grad():
        begin = evaluate.names(model, clip.Words(args.start), pictures.concepts)
    held, nothing = np.array(pictures.held_out()), np.zeros(len(pictures.held_out()), int)
    head, judge = (Head(begin, views(held, nothing).mean(0)) for _ in range(2))
    steps = args.epochs * pictures.steps(args.batch)
    classes = len(pictures.member)
    above = narrow_first(pictures.member[:, classes:])
    alone = pictures.member.sum(0) == 1  # the classes themselves, and what stands above one of them only
    own = pictures.member * alone
    wider = narrow_first(pictures.member * ~alone)

    def loss_of(step, rank, size):
        epoch, rows = pictures.batch(step, args.batch, args.seed)
        rows = rows[rank::size]
        g = common.generator(args.seed, step, rank)
        x = views(rows, torch.randint(len(views.seen), (len(rows),), generator=g).numpy())
        with torch.no_grad():
            seen = F.linear(x, views.weight, views.bias).softmax(1)
            labels = pictures.labels[rows]
            named = F.one_hot(labels.clamp(min=0), classes).float() * (labels >= 0)[:, None]
            may = pictures.known[pictures.rows[rows, 0]]
            # Of small blurred pictures the classifier is often sure and wrong: there the label alone is the target.
            guessed = (seen.topk(min(5, seen.shape[1])).indices == labels[:, None]).any(1)
            trusted = (guessed | (labels < 0) | (labels >= seen.shape[1]))[:, None].float()
            seen = F.pad(seen, (0, classes - seen.shape[1]))
            hard = torch.where(trusted > 0, args.hard, 1.0) * named.sum(1, keepdim=True)
            wanted = hard * named + trusted * (1 - hard) * seen
            everything = torch.cat([wanted, wanted @ above], 1)
            everything = everything / everything.sum(1, keepdim=True)
        images = head(x)
        s = head.cosines(images) * head.logit_scale.clamp(max=math.log(100)).exp()
        told = torch.cat([s[:, :classes].masked_fill(may == 0, -1e4), s[:, classes:]], 1)
        return (
            F.cross_entropy(told[:, :classes], wanted)
            + 0.5 * F.cross_entropy(told, everything)
            + args.wider_weight * F.cross_entropy(s.masked_fill(named @ own > 0, -1e4), named @ wider)
            + args.relation_weight * related(images[:512], x[:512])
        )

    @torch.no_grad()
    def judged(weights):
        judge.load_state_dict(weights)
        s = judge.cosines(judge(views(held, nothing)))[:, : pictures.taught]
        return round(100 * (s.argmax(1) == pictures.labels[held]).float().mean().item(), 2)

    optimizer = torch.optim.AdamW([dict(params=list(head.parameters()), base=args.lr)], lr=args.lr, betas=(0.9, 0.98), weight_decay=0)
    run.train(head, [optimizer], steps, loss_of, lambda s: common.one_cycle(s, steps, 0.05), judged)


if __name__ == "__main__":
    main()
