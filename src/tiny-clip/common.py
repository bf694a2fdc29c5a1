"""What every stage shares: pictures, augmentation, and a training loop that can be killed at any time.

All chance comes from generators seeded with (seed, step, worker), and the schedule counts steps, not
time: a run that was killed goes on from its last checkpoint and ends with the same weights, bit by bit.
"""

import atexit
import fcntl
import json
import math
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

FOR_EVER = timedelta(days=30)  # a worker that is paused has not died


class Pictures:
    """The folder that prepare.py writes: rows of all sets in one random order."""

    def __init__(self, folder):
        about = json.loads((folder / "concepts.json").read_text())
        self.concepts, self.synsets = about["concepts"], about["synsets"]  # lemmas, and WordNet ids
        self.taught, self.names = about["taught"], about["sets"]
        self.sets = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in self.names]
        self.rows = np.load(folder / "rows.npy")  # [n, 2] set, and number within it
        self.labels = torch.from_numpy(np.load(folder / "labels.npy"))  # [n] class, or -1
        self.known = torch.from_numpy(np.load(folder / "known.npy")).float()  # [sets, classes] 1: may be told there
        self.member = torch.from_numpy(np.load(folder / "member.npy"))  # [classes, concepts] 0 or 1
        self.train = len(self.labels) - about["held_out"]
        left_out = folder / "copies.npy"  # rows that copies.py found to be pictures that are only scored
        self.usable = np.arange(self.train)
        if left_out.exists():
            self.usable = np.setdiff1d(self.usable, np.load(left_out))

    def whole(self, rows, size):
        """Whole pictures, float [n, 3, size, size] of 0..1."""
        rows, out = np.asarray(rows), torch.empty(len(rows), 3, size, size)
        for s, images in enumerate(self.sets):
            own = np.flatnonzero(self.rows[rows, 0] == s)
            if len(own):
                whole = torch.tensor([[0.0, 0, 1, 1]]).expand(len(own), 4)
                out[torch.from_numpy(own)] = crops(images[self.rows[rows[own], 1]], whole, size)
        return out

    def held_out(self):
        return range(self.train, len(self.labels))

    def batch(self, step, size, seed):
        """Epoch and rows of one global batch: every epoch is a permutation of its own."""
        epoch, at = divmod(step, self.steps(size))
        order = np.random.default_rng((seed, epoch)).permutation(len(self.usable))
        return epoch, self.usable[order[at * size : (at + 1) * size]]

    def steps(self, size):
        """Batches of one epoch."""
        return len(self.usable) // size


def crops(images, boxes, size, mode="bilinear"):
    """Boxes [n, 4] (centre x and y and half extents, of -1..1; a negative extent mirrors) of uint8 [n, h, w, 3] as float [n, 3, size, size] of 0..1."""
    line = torch.linspace(-1 + 1 / size, 1 - 1 / size, size)
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div_(255)
    cx, cy, w, h = boxes.T[:, :, None, None]
    gx = (line.view(1, 1, size) * w + cx).expand(-1, size, size)
    gy = (line.view(1, size, 1) * h + cy).expand(-1, size, size)
    return F.grid_sample(x, torch.stack([gx, gy], 3), mode, "border", align_corners=False)


def generator(*numbers):
    return torch.Generator().manual_seed(int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1))


def autocast(args):
    """Products in bfloat16 where --bf16 1 asks for it; weights, sums and losses stay float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(args.bf16))


def one_cycle(step, steps, warmup):
    """Learning-rate factor: up in a line over `warmup` of the steps, down along a cosine to nothing."""
    t = step / steps
    return t / warmup if t < warmup else 0.5 * (1 + math.cos(math.pi * (t - warmup) / (1 - warmup)))


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
                parts = 3 if x.shape[0] == 3 * x.shape[1] else 1  # query, key and value are one parameter
                x = torch.cat([self.orthogonal(part) for part in x.chunk(parts)])
                longest = max(x.shape[0] // parts, x.shape[1])
                p.mul_(1 - group["lr"] * group["decay"]).add_(x, alpha=-0.2 * group["lr"] * math.sqrt(longest))

    def orthogonal(self, x):
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = (x / (x.norm() + 1e-7)).to(self.precision)
        for _ in range(5):  # Newton-Schulz with Jordan's coefficients
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        return x.T if tall else x


def optimizers(model, encoder, args):
    """Muon for the matrices of the encoder's layers, AdamW for the rest; `base` is each group's learning rate before the schedule."""
    matrices = [q for q in encoder.parameters() if q.dim() == 2]
    known = {id(q) for q in matrices}
    others = [q for q in model.parameters() if id(q) not in known]
    adam = torch.optim.AdamW(
        [
            dict(params=[q for q in others if q.dim() > 1], weight_decay=args.decay),
            dict(params=[q for q in others if q.dim() < 2], weight_decay=0.0),
        ],
        lr=args.lr, betas=(0.9, 0.98),
    )  # fmt: skip
    for g in adam.param_groups:
        g["base"] = args.lr
    return [Muon(matrices, args.lr, args.decay, torch.bfloat16 if args.bf16 else torch.float32), adam]


class Run:
    """One stage of training: its workers, its checkpoint and its log, all under `folder`/`name`.*"""

    def __init__(self, folder, name, args):
        self.folder, self.name, self.args = folder, name, args
        self.rank, self.size = int(os.environ.get("TINY_RANK", 0)), args.workers
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(args.threads)
        torch.manual_seed(args.seed)
        if self.rank == 0:
            self.claim(folder / f"{name}.pid")
            self.log(settings={k: str(v) for k, v in vars(args).items()})
        if self.size > 1:
            meet = os.environ.setdefault("TINY_MEET", str(folder.resolve() / f"{name}.meet-{os.getpid()}"))
            if self.rank == 0:
                for old in folder.glob(f"{name}.meet-*"):
                    old.unlink()
                for r in range(1, self.size):
                    subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, "TINY_RANK": str(r)})
            dist.init_process_group("gloo", f"file://{meet}", FOR_EVER, world_size=self.size, rank=self.rank)

    def claim(self, path):
        """Write the process id, and hold the file: two runs must not share a checkpoint."""
        self.pid = open(path, "a+")
        try:
            fcntl.flock(self.pid, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{path}: already running; stop that process or wait for it")
        self.pid.truncate(0)
        self.pid.write(f"{os.getpid()}\n")
        self.pid.flush()
        atexit.register(path.unlink, missing_ok=True)

    def average(self, tensors):
        """The mean over all workers, in place."""
        if self.size > 1 and tensors:
            flat = torch.cat([t.reshape(-1) for t in tensors])
            dist.all_reduce(flat)
            flat /= self.size
            for t, f in zip(tensors, flat.split([t.numel() for t in tensors])):
                t.copy_(f.view_as(t))

    def log(self, **fields):
        line = json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **fields})
        print(line, flush=True)
        with open(self.folder / f"{self.name}.log", "a") as f:
            f.write(line + "\n")

    def train(self, model, optimizers, steps, loss_of, rate, evaluate):
        """`loss_of(step, worker, workers)` gives a loss; `rate(step)` the factor of every learning rate."""
        path = self.folder / f"{self.name}.pt"
        ema = {k: v.clone() for k, v in model.state_dict().items()}
        first = 0
        if path.exists():
            state = torch.load(path, map_location="cpu")
            first = state["step"]
            model.load_state_dict(state["model"])
            ema = state["ema"]
            for o, s in zip(optimizers, state["optimizers"]):
                o.load_state_dict(s)
        bases = [[g["base"] for g in o.param_groups] for o in optimizers]
        parameters = [p for p in model.parameters() if p.requires_grad]
        started, losses = time.time(), []
        for step in range(first, steps):
            for o, base in zip(optimizers, bases):
                for g, b in zip(o.param_groups, base):
                    g["lr"] = b * rate(step)
            loss = loss_of(step, self.rank, self.size)
            loss.backward()
            with torch.no_grad():
                self.average([p.grad for p in parameters])
                torch.nn.utils.clip_grad_norm_(parameters, self.args.clip)
            for o in optimizers:
                o.step()
                o.zero_grad(set_to_none=True)
            decay = min(self.args.ema, (step + 1) / (step + 10))
            with torch.no_grad():
                for k, v in model.state_dict().items():
                    if v.is_floating_point():
                        ema[k].lerp_(v, 1 - decay)
            losses.append(loss.item())
            done = step + 1
            if done % self.args.log_every == 0 and self.rank == 0:
                pace = self.args.batch * len(losses) / (time.time() - started)
                self.log(step=done, of=steps, loss=round(float(np.mean(losses)), 4), images_s=round(pace, 1))
                started, losses = time.time(), []
            if done % self.args.save_every == 0 or done == steps:
                with torch.no_grad():  # batch norm's running numbers differ between workers
                    self.average([b for b in model.buffers() if b.is_floating_point()])
                    self.average([v for v in ema.values() if v.is_floating_point()])
                if self.rank == 0:
                    state = dict(step=done, model=model.state_dict(), ema=ema)
                    state["optimizers"] = [o.state_dict() for o in optimizers]
                    save(state, path)
            if (done % self.args.eval_every == 0 or done == steps) and self.rank == 0:
                self.log(step=done, held_out=evaluate(ema))
                started, losses = time.time(), []
        return ema


def save(state, path):
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def arguments(p, **defaults):
    """The options that every stage has."""
    p.add_argument("--data", type=Path, required=True, help="the folder that prepare.py wrote")
    p.add_argument("--out", type=Path, required=True, help="checkpoints, logs, process ids")
    standard = dict(
        seed=17, workers=1, threads=1, bf16=0, ema=0.999, clip=1.0,
        log_every=20, save_every=100, eval_every=500,
    )  # fmt: skip
    for name, value in {**standard, **defaults}.items():
        p.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    return p.parse_args()
