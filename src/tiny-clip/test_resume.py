"""python test_resume.py: each stage, killed half way and started again, ends with the very same weights."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
START = HERE.parent / "main/resources/io/nomen/clip/tiny"
COMMON = ["--save-every", "3", "--log-every", "1", "--workers", "2"]
STAGES = {
    "head": ["--epochs", "2", "--batch", "32", "--start", str(START)],
    "text": ["--steps", "8", "--batch", "8", "--start", str(START), "--others", "0"],
}


def toy(folder, out):
    """Two sets: one whose things the classifier knows, and one of an own class, with an unlabelled picture."""
    rng = np.random.default_rng(1)
    folder.mkdir()
    out.mkdir()
    np.save(folder / "seen.npy", rng.integers(0, 256, (60, 64, 64, 3), np.uint8))
    np.save(folder / "unseen.npy", rng.integers(0, 256, (50, 40, 40, 3), np.uint8))
    rows = np.concatenate([[(0, i) for i in range(60)], [(1, i) for i in range(50)]])
    labels = np.concatenate([rng.integers(0, 2, 60), np.full(50, 2)])
    labels[-1] = -1
    order = rng.permutation(len(rows))
    np.save(folder / "rows.npy", rows[order])
    np.save(folder / "labels.npy", labels[order])
    np.save(folder / "copies.npy", np.array([3, 7]))
    np.save(folder / "known.npy", np.array([[1, 1, 0], [1, 1, 1]], np.uint8))
    np.save(folder / "member.npy", np.array([[1, 0, 0, 1, 0], [0, 1, 0, 1, 1], [0, 0, 1, 0, 1]], np.float32))
    names = [["cat"], ["dog", "hound"], ["bus"], ["animal"], ["thing"]]
    about = {"sets": ["seen", "unseen"], "held_out": 10, "taught": 2, "concepts": names}
    about["synsets"] = about["wnids"] = ["n1", "n2", "n3", "n4", "n5"]
    (folder / "concepts.json").write_text(json.dumps(about))
    for name, count in (("seen", 60), ("unseen", 50)):
        np.save(out / f"{name}-view-0.npy", rng.random((count, 1280)).astype(np.float16))
    np.savez(out / "head.npz", weight=rng.standard_normal((2, 1280)).astype(np.float32), bias=np.zeros(2, np.float32))


def start(stage, data, out):
    command = [sys.executable, str(HERE / f"{stage}.py"), "--data", str(data), "--out", str(out)]
    return subprocess.Popen(command + COMMON + STAGES[stage], stdout=subprocess.DEVNULL)


def finish(stage, data, out):
    assert start(stage, data, out).wait() == 0, stage
    return torch.load(max(out.glob(f"{stage}*.pt"), key=lambda f: f.stat().st_mtime))


def main():
    with tempfile.TemporaryDirectory() as tmp:
        data, whole, broken = (Path(tmp) / x for x in ("data", "whole", "broken"))
        toy(data, whole)
        shutil.copytree(whole, broken)
        for stage in STAGES:
            wanted = finish(stage, data, whole)
            run = start(stage, data, broken)
            while not list(broken.glob(f"{stage}*.pt")):
                time.sleep(0.02)
            run.kill()
            run.wait()
            step = torch.load(next(broken.glob(f"{stage}*.pt")))["step"]
            assert step < wanted["step"], "it had finished before it was killed"
            found = finish(stage, data, broken)
            for part in ("model", "ema"):
                for name, value in wanted[part].items():
                    assert torch.equal(value, found[part][name]), (stage, part, name)
            print(f"{stage}: killed at step {step} of {wanted['step']}, the same weights")


if __name__ == "__main__":
    main()
