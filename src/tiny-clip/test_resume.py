"""python test_resume.py: each stage, killed half way and started again, ends with the very same weights."""

import json
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
    "teacher": ["--epochs", "2", "--batch", "8"],
    "student": ["--epochs", "2", "--batch", "16", "--start", str(START)],
    "text": ["--steps", "8", "--batch", "8", "--start", str(START), "--others", "0"],
}


def toy(folder):
    rng = np.random.default_rng(1)
    folder.mkdir()
    np.save(folder / "images.npy", rng.integers(0, 256, (80, 64, 64, 3), np.uint8))
    np.save(folder / "masks.npy", rng.integers(0, 256, (80, 64, 8), np.uint8))
    np.save(folder / "labels.npy", rng.integers(0, 3, 80))
    np.save(folder / "member.npy", np.array([[1, 0, 0, 1, 0], [0, 1, 0, 1, 1], [0, 0, 1, 0, 1]], np.float32))
    names = [["cat"], ["dog", "hound"], ["bus"], ["animal"], ["thing"]]
    (folder / "concepts.json").write_text(json.dumps({"wnids": ["n1", "n2", "n3"], "concepts": names}))


def start(stage, data, out):
    command = [sys.executable, str(HERE / f"{stage}.py"), "--data", str(data), "--out", str(out)]
    return subprocess.Popen(command + COMMON + STAGES[stage], stdout=subprocess.DEVNULL)


def finish(stage, data, out):
    assert start(stage, data, out).wait() == 0, stage
    return torch.load(max(out.glob(f"{stage}*.pt"), key=lambda f: f.stat().st_mtime))


def main():
    with tempfile.TemporaryDirectory() as tmp:
        data = Path(tmp) / "data"
        toy(data)
        whole, broken = Path(tmp) / "whole", Path(tmp) / "broken"
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
