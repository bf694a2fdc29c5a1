"""Stage 2: the image tower, taught by stage 1.

python student.py --data DATA --out RUN --start CHECKPOINT [--scratch 1]
The embedding is a cosine classifier over every class and hypernym. Its targets are what the teacher saw in the
same crop, mixed with the label where there is one and the teacher has an inkling of it (its five best guesses);
pictures must be alike that are alike to the teacher. A picture is only told from classes that its set would name: a photograph of no label may well show a bedroom. With its own
class put aside, a picture must be nearest to what stands above it: so a thing that no class is for is called by the
wider word, not by a sister of it. Some things are shown on a plain ground, and their target is what they were on
their own. Most steps see half of the patches, the last ones whole pictures. Matrices learn by Muon, the rest by AdamW.
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
import teacher


class Student(nn.Module):
    def __init__(self, model, directions):
        super().__init__()
        self.vision_model, self.visual_projection = model.vision_model, model.visual_projection
        self.logit_scale, self.side = model.logit_scale, model.config["vision_config"]["image_size"]
        self.directions = nn.Parameter(directions.clone())  # of every concept
        self.to_pooled = nn.Linear(model.visual_projection.out_features, teacher.WIDTH)

    def forward(self, x, kept=None):
        """Embedding [n, d]."""
        return self.visual_projection(self.vision_model(common.normalise(x), kept))

    def cosines(self, images):
        return F.normalize(images) @ F.normalize(self.directions).T


def rate(step, steps):
    """Up, level, and down to nothing over the last 30 %: the number of epochs may still grow while level."""
    t = step / steps
    return min(1, (step + 1) / 200, (1 - t) / 0.3)


def patches(step, steps, all_patches):
    return all_patches // 2 if step < 0.93 * steps else all_patches


def mix(tensors, share, g):
    """A `share` of the rows of each tensor blended with others of the batch, in the same proportions from 0 to 1."""
    n, rows = int(share * len(tensors[0])), len(tensors[0])
    partner = torch.randperm(rows, generator=g)[:n]
    weight = torch.rand(n, generator=g).to(tensors[0].device)
    blends = [torch.lerp(x[partner], x[:n], weight.view(-1, *[1] * (x.dim() - 1))) for x in tensors]
    return [torch.cat([blend, x[n:]]) for blend, x in zip(blends, tensors)]


def on_plain_ground(x, things, share, g):
    """A `share` of the pictures with one colour around their thing: half of them white, the rest black or any."""
    n = len(x)
    chosen = (torch.rand(n, generator=g).to(x.device) < share) & common.is_thing(things)
    kind, colour = torch.rand(n, 1, generator=g), torch.rand(n, 3, generator=g)
    colour = torch.where(kind < 0.5, 1.0, torch.where(kind < 0.65, 0.0, colour)).to(x.device)
    plain = torch.lerp(colour[:, :, None, None], x, things)
    return torch.where(chosen[:, None, None, None], plain, x)


def narrow_first(member):
    """Shares [classes, concepts] of those that a class belongs to, the narrower the more; rows sum to 1, or to 0."""
    share = member / member.sum(0).clamp(min=1)
    return share / share.sum(1, keepdim=True).clamp(min=1e-9)


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
    """Held-out top-1 by the learned directions of the teacher's 1,000 classes."""
    rows, hits = np.array(pictures.held_out()), 0
    for part in np.array_split(rows, 8):
        s = student.cosines(student(pictures.whole(part, student.side)))[:, : pictures.taught]
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
        p, scratch=0, batch=384, epochs=20, lr=1e-3, decay=0.05, hard=0.4, smallest=0.5, colour=0.4, ema=0.995,
        pooled_weight=2.0, relation_weight=1.0, wider_weight=0.25, mixed=0.5, whole=0.25, plain=0.3, views=1,
    )  # fmt: skip
    pictures = common.Pictures(args.data, args.device)
    run = common.Run(args.out, "student", args)
    student = beginning(args, pictures).to(args.device)
    judge = beginning(args, pictures).to(args.device)
    views = teacher.Views(args.out, pictures, args.views)
    weight, bias = views.weight.to(args.device), views.bias.to(args.device)
    if run.rank == 0:
        run.log(seen_by_teacher=[[pictures.names[s] for s in seen] for seen in views.seen])
    steps = args.epochs * pictures.steps(args.batch)
    classes = len(pictures.member)
    above = narrow_first(pictures.member[:, classes:]).to(args.device)
    alone = pictures.member.sum(0) == 1  # the classes themselves, and what stands above one of them only
    own = (pictures.member * alone).to(args.device)
    wider = narrow_first(pictures.member * ~alone).to(args.device)
    grid = student.vision_model.embeddings["position_embedding"].weight.shape[0] - 1  # patches

    def loss_of(step, rank, size):
        epoch, rows = pictures.batch(step, args.batch, args.seed)
        rows, view = rows[rank::size], epoch % args.views
        g = common.generator(args.seed, step, rank)
        boxes = common.within(common.view_boxes(rows, view), g, args.smallest, args.whole)
        x = pictures.crops(rows, boxes, student.side, masks=bool(args.plain))
        x, things = common.recoloured(x[:, :3], g, args.colour), x[:, 3:]
        if args.plain:
            x = on_plain_ground(x, things, args.plain, g)
        with torch.no_grad():
            pooled, has = (v.to(args.device) for v in views(rows, view))
            seen = F.linear(pooled, weight, bias).softmax(1)
            labels = pictures.labels[rows].to(args.device)
            named = F.one_hot(labels.clamp(min=0), classes).float() * (labels >= 0)[:, None]
            may = pictures.known.to(args.device)[pictures.rows[rows, 0]]
            # Of small blurred pictures the teacher is often sure and wrong: there the label alone is the target.
            guessed = (seen.topk(min(5, seen.shape[1])).indices == labels[:, None]).any(1)
            trusted = has * (guessed | (labels < 0) | (labels >= seen.shape[1]))[:, None]
            seen = F.pad(seen, (0, classes - seen.shape[1]))
            hard = torch.where(trusted > 0, args.hard, 1.0) * named.sum(1, keepdim=True)
            p = hard * named + trusted * (1 - hard) * seen
            x, pooled, has, named, may, p = mix([x, pooled, has, named, may, p], args.mixed, g)
            has = has[:, 0] > 0.999
            everything = torch.cat([p, p @ above], 1)
            everything = everything / everything.sum(1, keepdim=True).clamp(min=1e-9)
        count, kept = patches(step, steps, grid), None
        if count < grid:
            kept = torch.rand(len(rows), grid, generator=g).argsort(1)[:, :count].to(args.device)
        with common.autocast(args):
            images = student(x, kept)
            foreseen = student.to_pooled(images)
        images, foreseen = images.float(), foreseen.float()
        s = student.cosines(images) * student.logit_scale.clamp(max=math.log(100)).exp()
        s = torch.cat([s[:, :classes].masked_fill(may == 0, -1e4), s[:, classes:]], 1)
        loss = (
            F.cross_entropy(s[:, :classes], p)
            + 0.5 * F.cross_entropy(s, everything)
            + args.wider_weight * F.cross_entropy(s.masked_fill(named @ own > 0, -1e4), named @ wider)
        )
        if has.sum() < 8:  # of so few no deviation can be told; but every weight has a gradient, if of nothing
            return loss + 0 * foreseen.sum()
        alike = related(images[has], pooled[has])
        taught = args.pooled_weight * foretold(foreseen[has], pooled[has]) + args.relation_weight * alike
        return loss + has.float().mean() * taught

    def judged(weights):
        judge.load_state_dict(weights)
        return accuracy(judge, pictures)

    optimizers = common.optimizers(student, student.vision_model.encoder, args)
    run.train(student, optimizers, steps, loss_of, lambda s: rate(s, steps), judged)


if __name__ == "__main__":
    main()
