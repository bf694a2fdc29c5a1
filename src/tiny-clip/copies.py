"""Which training pictures are copies of pictures that are only scored: those are not trained on.

python copies.py --data DATA --clones FOLDER --scored FOLDER [--scored FOLDER ...]
A copy has the same bytes, or a thumbnail that correlates (12 x 12 pixels in colour, as it is, mirrored, of the
whole or of the middle square): so it is found when it was made smaller or encoded anew. Writes copies.npy, the
rows, and copies.txt, how many of each set and which of what.
"""

import argparse
import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import common
import sets

SIDE = 12
ALIKE = 0.96


def thumbnails(x):
    """Unit vectors [n, 3 * 12 * 12] of pictures [n, 3, h, w], without their mean colour."""
    x = F.interpolate(x, size=(SIDE, SIDE), mode="area")
    return F.normalize((x - x.mean((2, 3), keepdim=True)).flatten(1))


def scored_files(folders, clones):
    """(name, bytes) of every picture in the folders, in their .tar shards too, and of ImageNet's one of each class."""
    for folder in folders:
        for f in sorted(folder.rglob("*")):
            if f.suffix == ".tar":
                with tarfile.open(f) as tar:
                    yield from ((f"{folder.name}/{m.name}", tar.extractfile(m).read()) for m in tar if m.isfile())
            elif f.is_file():
                yield str(f.relative_to(folder.parent)), f.read_bytes()
    sample = sets.Repository(sets.clone(clones, sets.SAMPLE), "HEAD")
    yield from ((f"{sets.SAMPLE}/{p}", sample.read(p)) for p in sorted(sample.objects) if p.endswith("JPEG"))
    later = sets.Repository(sets.clone(clones, sets.LATER), "HEAD")
    yield from ((f"{sets.LATER}/{p}", later.read(p)) for p in sorted(later.objects) if p.startswith("dataset/images/"))
    places = sets.files("miniplaces", clones)
    yield from ((f"miniplaces/{p}", places.read(p)) for p in sorted(places.objects) if p.startswith("data/images/val/"))


def views(image):
    """Whole and middle square, each 24 x 24, [2, 3, 24, 24] in 0..1."""
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    boxes = (0, 0, image.width, image.height), (left, top, left + short, top + short)
    size = (2 * SIDE, 2 * SIDE)
    found = [np.asarray(image.resize(size, Image.Resampling.BOX, box, reducing_gap=3.0)) for box in boxes]
    return torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2).float() / 255


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--clones", type=Path, required=True)
    p.add_argument("--scored", type=Path, action="append", required=True)
    args = p.parse_args()
    pictures = common.Pictures(args.data)
    names, digests, shown = [], {}, []
    for name, data in scored_files(args.scored, args.clones):
        try:
            shown.append(views(Image.open(io.BytesIO(data)).convert("RGB")))
        except OSError:
            continue  # no picture: a label, a readme
        digests[hashlib.sha256(data).hexdigest()] = len(names)
        names.append(name)
    shown = torch.stack(shown, 1).flatten(0, 1)
    scored = thumbnails(torch.cat([shown, shown.flip(3)]))
    print(f"{len(names)} scored pictures", flush=True)
    said = [json.loads((args.data / f"{n}.json").read_text()) for n in pictures.names]
    rows, why = [], []
    for i in range(0, len(pictures.rows), 2000):
        part = np.arange(i, min(i + 2000, len(pictures.rows)))
        found = thumbnails(pictures.whole(part, 2 * SIDE * 2))
        likest = (found @ scored.T).max(1)
        for row, likeness, at in zip(part, likest.values.tolist(), (likest.indices % len(names)).tolist()):
            s, number = pictures.rows[row]
            same = digests.get(said[s]["digests"][number])
            if same is not None or likeness > ALIKE:
                rows.append(row)
                of = names[at if same is None else same]
                why.append(f"{pictures.names[s]}\t{said[s]['paths'][number]}\t{of}\t{'bytes' if same is not None else round(likeness, 3)}")
    np.save(args.data / "copies.npy", np.array(rows, np.int64))
    (args.data / "copies.txt").write_text("".join(w + "\n" for w in why))
    for name in pictures.names:
        own = [w.split("\t") for w in why if w.startswith(name + "\t")]
        print(f"{name}: {len(own)} copies, {sum(w[3] == 'bytes' for w in own)} of them the same bytes")


if __name__ == "__main__":
    main()
