"""Stage 2: the image tower, taught by stage 1.

python student.py --data DATA --out RUN --start CHECKPOINT [--scratch 1]
The embedding is a cosine classifier over every class and hypernym. Its targets are the teacher's view of
the very same crop, mixed with the label; pictures must be alike that are alike to the teacher, and patches
foretell the teacher's map at their place. With its own class put aside, a picture must be nearest to what
stands above it: so a thing that no class is for is called by the wider word, not by a sister of it.
Some things are shown on a plain ground, and the teacher is asked what they were on their own.
Most steps see half of the patches, the last ones whole pictures. Matrices learn by Muon, the rest by AdamW.
"""

import argparse
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import clip
import common
import evaluate
from teacher import WIDTHS, taught

LOOK = 3  # the teacher's map is foretold after this many layers


class Student(nn.Module):
    def __init__(self, model, directions):
        super().__init__()
        self.vision_model, self.visual_projection = model.vision_model, model.visual_projection
        self.logit_scale = model.logit_scale
        self.directions = nn.Parameter(directions.clone())  # of every concept
        width, embedding = model.visual_projection.in_features, model.visual_projection.out_features
        self.to_map = nn.Linear(width, WIDTHS[1])
        self.to_pooled = nn.Linear(embedding, WIDTHS[2])

    def forward(self, x, kept=None):
        """Embedding [n, d] and the patches' tokens half way up."""
        pooled, middle = self.vision_model(common.normalise(x), kept, LOOK)
        return self.visual_projection(pooled), middle

    def cosines(self, images):
        return F.normalize(images) @ F.normalize(self.directions).T


class Muon(torch.optim.Optimizer):
    """Momentum whose every matrix is made orthogonal (Jordan 2024), scaled to AdamW's usual step (Liu 2025)."""

    def __init__(self, parameters, lr, decay, precision=torch.float32, momentum=0.95):
        super().__init__(parameters, dict(lr=lr, base=lr, decay=decay, momentum=momentum))
        self.precision = precision

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("momentum", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                x = p.grad.lerp(m, group["momentum"])
                tall = x.shape[0] > x.shape[1]
                x = x.T if tall else x
                x = (x / (x.norm() + 1e-7)).to(self.precision)
                for _ in range(5):  # Newton-Schulz with Jordan's coefficients
                    a = x @ x.T
                    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
                x = x.T if tall else x
                p.mul_(1 - group["lr"] * group["decay"]).add_(x, alpha=-0.2 * group["lr"] * math.sqrt(max(p.shape)))


def rate(step, steps):
    """Up, level, and down to nothing over the last 30 %: the number of epochs may still grow while level."""
    t = step / steps
    return min(1, (step + 1) / 200, (1 - t) / 0.3)


def patches(step, steps, all_patches):
    return all_patches // 2 if step < 0.93 * steps else all_patches


def mix(x, named, share, g):
    """A `share` of the pictures blended with others of the batch, in proportions from 0 to 1, and their labels too."""
    n = int(share * len(x))
    partner = torch.randperm(len(x), generator=g)[:n]
    weight = torch.rand(n, 1, generator=g)
    blends = torch.lerp(x[partner], x[:n], weight[:, :, None, None].to(x.device))
    labels = torch.lerp(named[partner], named[:n], weight.to(x.device))
    return torch.cat([blends, x[n:]]), torch.cat([labels, named[n:]])


def on_plain_ground(x, things, share, g):
    """A `share` of the pictures with one colour around their thing: half of them white, the rest black or any."""
    n = len(x)
    chosen = (torch.rand(n, generator=g).to(x.device) < share) & common.is_thing(things)
    kind, colour = torch.rand(n, 1, generator=g), torch.rand(n, 3, generator=g)
    colour = torch.where(kind < 0.5, 1.0, torch.where(kind < 0.65, 0.0, colour)).to(x.device)
    plain = torch.lerp(colour[:, :, None, None], x, things)
    return torch.where(chosen[:, None, None, None], plain, x)


def narrow_first(member):
    """Shares [classes, concepts] of those that a class belongs to, the narrower the more; rows sum to 1."""
    share = member / member.sum(0).clamp(min=1)
    return share / share.sum(1, keepdim=True)


def standard(x):
    """Each channel of the last dimension with mean 0 and deviation 1 over all the others."""
    flat = x.flatten(0, -2)
    return (x - flat.mean(0)) / (flat.std(0) + 1e-4)


def foretold(found, wanted):
    return 1 - F.cosine_similarity(found, standard(wanted), dim=-1).mean()


def related(found, wanted, temperature=0.1):
    """Cross-entropy between who is like whom in the teacher's eyes and in the student's, over the other pictures."""
    n = len(found)
    others = ~torch.eye(n, dtype=torch.bool, device=found.device)

    def likeness(x):
        x = F.normalize(x - x.mean(0))
        return (x @ x.T / temperature)[others].view(n, n - 1)

    return F.cross_entropy(likeness(found), likeness(standard(wanted)).softmax(1))


@torch.no_grad()
def accuracy(student, pictures):
    """Held-out top-1 by the learned directions of the classes."""
    rows, classes, hits = list(pictures.held_out()), len(pictures.member), 0
    for i in range(0, len(rows), 250):
        part = rows[i : i + 250]
        s = student.cosines(student(pictures.get(part))[0])[:, :classes]
        hits += (s.argmax(1).cpu() == pictures.labels[part]).sum().item()
    return round(100 * hits / len(rows), 2)


def beginning(args, pictures):
    """The model of --start and a direction for every concept, or both at random."""
    if args.scratch:
        model = clip.build(args.start)
        return Student(model, torch.randn(pictures.member.shape[1], model.visual_projection.out_features))
    model = clip.load(args.start).train()
    return Student(model, evaluate.names(model, clip.Words(args.start), pictures.concepts))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--start", type=Path, required=True, help="checkpoint folder: configuration, tokenizer, weights")
    args = common.arguments(
        p, scratch=0, batch=384, epochs=20, lr=1e-3, decay=0.05, hard=0.4, smallest=0.3, colour=0.4, ema=0.995,
        map_weight=2.0, pooled_weight=2.0, relation_weight=1.0, wider_weight=0.25, glance=56,
        mixed=0.5, whole=0.25, plain=0.3,
    )  # fmt: skip
    pictures = common.Pictures(args.data, args.device)
    run = common.Run(args.out, "student", args)
    student = beginning(args, pictures).to(args.device)
    judge = beginning(args, pictures).to(args.device)
    teacher = taught(args.out, len(pictures.member)).to(args.device, memory_format=torch.channels_last)
    steps = args.epochs * (pictures.train // args.batch)
    classes = len(pictures.member)
    above = narrow_first(pictures.member[:, classes:]).to(args.device)
    alone = pictures.member.sum(0) == 1  # the classes themselves, and what stands above one of them only
    own = (pictures.member * alone).to(args.device)
    wider = narrow_first(pictures.member * ~alone).to(args.device)
    matrices = [q for q in student.vision_model.encoder.parameters() if q.dim() == 2]
    known = {id(q) for q in matrices}
    others = [q for q in student.parameters() if id(q) not in known]
    adam = torch.optim.AdamW(
        [
            dict(params=[q for q in others if q.dim() > 1], weight_decay=args.decay),
            dict(params=[q for q in others if q.dim() < 2], weight_decay=0.0),
        ],
        lr=args.lr, betas=(0.9, 0.98),
    )  # fmt: skip
    for g in adam.param_groups:
        g["base"] = args.lr
    grid = student.vision_model.embeddings["position_embedding"].weight.shape[0] - 1  # patches
    side = math.isqrt(grid)

    def loss_of(step, rank, size):
        rows = pictures.batch(step, args.batch, args.seed)[rank::size]
        g = common.generator(args.seed, step, rank)
        x = pictures.get(rows)
        if args.plain:
            x = torch.cat([x, pictures.things(rows)], 1)
        x = common.augment(x, g, args.smallest, args.colour, whole=args.whole)
        x, things = x[:, :3], x[:, 3:]
        shown = on_plain_ground(x, things, args.plain, g) if args.plain else x
        named = F.one_hot(pictures.labels[rows].to(args.device), classes).float()
        both, named = mix(torch.cat([x, shown], 1), named, args.mixed, g)
        x, shown = both.chunk(2, 1)  # to the teacher, who knows things where they live alone, and to the student
        with torch.no_grad():
            small = F.interpolate(x, size=(args.glance,) * 2, mode="bilinear", antialias=True)
            with common.autocast(args):
                seen = teacher(small.contiguous(memory_format=torch.channels_last), maps=True)
            logits, wanted_map, wanted_pooled = (v.float() for v in seen)
            p = torch.lerp(logits.softmax(1), named, args.hard)
            everything = torch.cat([p, p @ above], 1) / 2
            wanted_map = F.interpolate(wanted_map, size=(side, side), mode="bilinear").flatten(2).transpose(1, 2)
        count, kept = patches(step, steps, grid), None
        if count < grid:
            kept = torch.rand(len(rows), grid, generator=g).argsort(1)[:, :count].to(args.device)
            wanted_map = wanted_map.gather(1, kept[:, :, None].expand(-1, -1, wanted_map.shape[2]))
        with common.autocast(args):
            images, tokens = student(shown, kept)
            foreseen = student.to_map(tokens), student.to_pooled(images)
        images, foreseen_map, foreseen_pooled = (v.float() for v in (images, *foreseen))
        s = student.cosines(images) * student.logit_scale.clamp(max=math.log(100)).exp()
        return (
            F.cross_entropy(s[:, :classes], p)
            + 0.5 * F.cross_entropy(s, everything)
            + args.wider_weight * F.cross_entropy(s.masked_fill(named @ own > 0, -1e4), named @ wider)
            + args.map_weight * foretold(foreseen_map, wanted_map)
            + args.pooled_weight * foretold(foreseen_pooled, wanted_pooled)
            + args.relation_weight * related(images, wanted_pooled)
        )

    def judged(weights):
        judge.load_state_dict(weights)
        return accuracy(judge, pictures)

    optimizers = [Muon(matrices, args.lr, args.decay, torch.bfloat16 if args.bf16 else torch.float32), adam]
    run.train(student, optimizers, steps, loss_of, lambda s: rate(s, steps), judged)


if __name__ == "__main__":
    main()
