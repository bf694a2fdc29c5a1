"""Between stages 1 and 2: where in each training picture the thing is.

python masks.py --data DATA --workers 2 [--sets tiny-imagenet,...]
GrabCut (Rother 2004, OpenCV's), begun where the teacher's last map speaks for the picture's class (class
activation, Zhou 2016) and towards the middle. The image tower is shown some things on a plain ground, as in
catalogues and on plates of field guides; Tiny-ImageNet shows animals in the wild alone, and a tower that has
only seen those takes a dragonfly on white for a drumstick. Only pictures whose class the teacher knows have one.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import common
from teacher import SIDE, Teacher

CHUNK = 500
SURE, LIKELY, SURELY_NOT = 0.9, 0.6, 0.15  # quantiles of what speaks for the class


@torch.no_grad()
def evidence(teacher, x, labels):
    """[n, 64, 64]: how much each place speaks for the class, 0 to 1, and a third as much that it is in the middle."""
    last = teacher.maps(x)
    active = (last * teacher.head.weight[labels][:, :, None, None]).sum(1)
    active = active - active.amin((1, 2), keepdim=True)
    active = active / active.amax((1, 2), keepdim=True).clamp(min=1e-6)
    line = torch.linspace(-1, 1, 64)
    middle = 1 - 0.5 * (line**2 + line[:, None] ** 2)
    return 0.7 * F.interpolate(active[:, None], size=(64, 64), mode="bicubic")[:, 0] + 0.3 * middle


def mask(picture, evidence):
    """Of one uint8 picture [64, 64, 3]: bool [64, 64], true where the thing is."""
    marks = np.full(evidence.shape, cv2.GC_PR_BGD, np.uint8)
    marks[evidence > np.quantile(evidence, LIKELY)] = cv2.GC_PR_FGD
    marks[evidence > np.quantile(evidence, SURE)] = cv2.GC_FGD
    marks[evidence < np.quantile(evidence, SURELY_NOT)] = cv2.GC_BGD
    cv2.setRNGSeed(17)
    ground, thing = np.zeros((1, 65)), np.zeros((1, 65))  # GrabCut's own models of colour
    cv2.grabCut(np.ascontiguousarray(picture), marks, None, ground, thing, 3, cv2.GC_INIT_WITH_MASK)
    return (marks & 1).astype(bool)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="the folder that prepare.py wrote")
    p.add_argument("--sets", default="tiny-imagenet", help="names with commas")
    p.add_argument("--workers", type=int, default=1)
    p.add_argument("--worker", type=int, default=0, help=argparse.SUPPRESS)
    args = p.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pictures = common.Pictures(args.data)
    part, whole = args.data / "masks.part.npy", args.data / "masks.npy"
    if whole.exists():
        return
    if not part.exists():
        np.lib.format.open_memmap(part, "w+", np.uint8, (len(pictures.labels), 64, 8)).flush()
    packed = np.lib.format.open_memmap(part, "r+")  # one bit a pixel; all zeros: not made
    others = []
    if args.worker == 0:
        for w in range(1, args.workers):
            others.append(subprocess.Popen([sys.executable, *sys.argv, "--worker", str(w)]))
    labels = pictures.labels.numpy()
    own = np.isin(pictures.rows[:, 0], [pictures.names.index(n) for n in args.sets.split(",")])
    own = np.flatnonzero(own & (labels >= 0) & (labels < pictures.taught))
    teacher = Teacher()
    for i in range(args.worker * CHUNK, len(own), args.workers * CHUNK):
        rows = own[i : i + CHUNK]
        if packed[rows[-1]].any():
            continue
        spoken = evidence(teacher, pictures.whole(rows, SIDE), pictures.labels[rows]).numpy()
        for row, x, at in zip(rows, pictures.whole(rows, 64).mul(255).byte().permute(0, 2, 3, 1).numpy(), spoken):
            found = mask(x, at)
            packed[row] = np.packbits(found if found.any() else ~found, axis=1)
        packed.flush()
        if args.worker == 0:
            print(f"{i + len(rows)} of {len(own)}", flush=True)
    if any(other.wait() for other in others):
        sys.exit("a worker has failed; give the command again")
    if args.worker == 0:
        os.replace(part, whole)


if __name__ == "__main__":
    main()
