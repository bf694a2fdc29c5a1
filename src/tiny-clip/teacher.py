"""Stage 1: a convolutional network that learns the 200 classes and later teaches the image tower.

python teacher.py --data DATA --out RUN
A short ResNet for 64 x 64 pictures, one cycle of SGD with label smoothing; small pictures first.
"""

import argparse

import torch
import torch.nn.functional as F
from torch import nn

import common

WIDTHS = (64, 192, 384)  # at 16 x 16, 8 x 8, 4 x 4


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(o)
        self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(o)
        nn.init.zeros_(self.norm2.weight)
        self.short = nn.Sequential()
        if stride > 1 or i != o:
            pool = [nn.AvgPool2d(stride, ceil_mode=True)] if stride > 1 else []
            self.short = nn.Sequential(*pool, nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        return F.relu(self.norm2(self.conv2(y)) + self.short(x), inplace=True)


class Teacher(nn.Module):
    def __init__(self, classes):
        super().__init__()
        a, b, c = WIDTHS
        self.stem = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(True),
            nn.Conv2d(32, a, 3, 2, 1, bias=False), nn.BatchNorm2d(a), nn.ReLU(True),
        )  # fmt: skip
        self.stage1 = nn.Sequential(Block(a, a, 1), Block(a, a, 1))
        self.stage2 = nn.Sequential(Block(a, b, 2), Block(b, b, 1))
        self.stage3 = nn.Sequential(Block(b, c, 2), Block(c, c, 1))
        self.head = nn.Linear(c, classes)

    def maps(self, x):
        """Of pictures at 64 pixels: [n, 192, 8, 8] and [n, 384, 4, 4]; of smaller and larger ones in proportion."""
        middle = self.stage2(self.stage1(self.stem(common.normalise(x))))
        return middle, self.stage3(middle)

    def forward(self, x, maps=False):
        """Logits [n, classes]; with `maps` also the middle map and the pooled last one [n, 384]."""
        middle, last = self.maps(x)
        pooled = last.mean((2, 3))
        logits = self.head(pooled)
        return (logits, middle, pooled) if maps else logits


def taught(folder, classes):
    """The averaged weights that this stage left in `folder`, to be asked and not to learn."""
    model = Teacher(classes)
    model.load_state_dict(torch.load(folder / "teacher.pt", map_location="cpu")["ema"])
    return model.eval()


def side(step, steps):
    """Pixels: small pictures are cheap, teach nearly as much, and resemble whole ones once cropped."""
    t = step / steps
    return 32 if t < 0.3 else 40 if t < 0.5 else 48 if t < 0.82 else 56


@torch.no_grad()
def accuracy(model, pictures):
    """Held-out top-1 of pictures at 48 pixels, as the image tower will show them."""
    model.eval()
    rows = list(pictures.held_out())
    hits = 0
    for i in range(0, len(rows), 250):
        part = rows[i : i + 250]
        x = F.interpolate(pictures.get(part), size=(48, 48), mode="bilinear", antialias=True)
        x = x.contiguous(memory_format=torch.channels_last)
        hits += (model(x).argmax(1).cpu() == pictures.labels[part]).sum().item()
    model.train()
    return round(100 * hits / len(rows), 2)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args = common.arguments(
        p, batch=256, epochs=28, lr=0.4, decay=5e-4, smoothing=0.1, smallest=0.35, colour=0.2, ema=0.998, clip=5.0
    )  # fmt: skip
    pictures = common.Pictures(args.data, args.device)
    run = common.Run(args.out, "teacher", args)
    model = Teacher(len(pictures.member)).to(args.device, memory_format=torch.channels_last)
    judge = Teacher(len(pictures.member)).to(args.device, memory_format=torch.channels_last)
    steps = args.epochs * (pictures.train // args.batch)
    bent = [q for q in model.parameters() if q.dim() < 2]
    flat = [q for q in model.parameters() if q.dim() >= 2]
    optimizer = torch.optim.SGD(
        [dict(params=flat, weight_decay=args.decay), dict(params=bent, weight_decay=0.0)],
        lr=args.lr, momentum=0.9, nesterov=True,
    )  # fmt: skip
    for g in optimizer.param_groups:
        g["base"] = args.lr

    def loss_of(step, rank, size):
        rows = pictures.batch(step, args.batch, args.seed)[rank::size]
        g = common.generator(args.seed, step, rank)
        x = common.augment(pictures.get(rows), g, args.smallest, args.colour, side(step, steps))
        with common.autocast(args):
            logits = model(x.contiguous(memory_format=torch.channels_last)).float()
        return F.cross_entropy(logits, pictures.labels[rows].to(args.device), label_smoothing=args.smoothing)

    def evaluate(weights):
        judge.load_state_dict(weights)
        return accuracy(judge, pictures)

    run.train(model, [optimizer], steps, loss_of, lambda s: common.one_cycle(s, steps, 0.2), evaluate)


if __name__ == "__main__":
    main()
