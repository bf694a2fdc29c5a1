"""Put the stages' averaged weights into a folder of open_clip's layout.

python export.py --data DATA --out RUN --start CHECKPOINT --clones FOLDER --to FOLDER [--scores SCORES]
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import clip
import common
import concepts
import features
import sets
import vectors

CARD = """# tiny: the bundled CLIP

EfficientNet-Lite0 {image} px with a linear head; text width {text}, {text_layers} layers, {positions} positions, {tokens:,} byte-pair tokens (the first 2,048 merges of OpenAI CLIP's published list, MIT); {embedding}-d; fp16, {size:.1f} MB; open_clip's layout with timm's `{trunk}`.

- Trunk: EfficientNet-Lite0 as published (Apache-2.0), which was trained by others on the 1.28 million training pictures of ImageNet's 1,000 classes. It was not trained further, as in LiT (Zhai et al., CVPR 2022).
- Head: {seen:,} pictures seen ({passes:.1f} passes), as a cosine classifier over {classes:,} classes and {above} of their hypernyms, from labels, from what the trunk's own classifier says, and from which pictures the trunk finds alike. A picture whose own class is put aside is to be nearest to what stands above it.
- Text tower: every lemma in varied prompts to the directions that the head had learnt; {foreign:,} names that no picture had to where CLIP ViT-B/32's vectors of them place them among these, as they come with Detic (Apache-2.0); WordNet's nouns below near them.

Head and text tower were trained by this project (`src/tiny-clip`) on {pictures:,} pictures of these sets. The weights rest on research data:

| set | pictures | classes | terms |
|---|---|---|---|
{sets}

{copies:,} more were left out because they are copies of pictures that are only scored. {held:,} were held out to choose by.

{scores}It was shown the {nouns:,} nouns of `nouns.txt`, most of them with the meaning that is meant; other nouns lie near what stands above them in WordNet. It sees the middle {image} pixels of the shorter side. Good for demos and first looks; for work take a CLIP that has seen hundreds of millions of pictures.
"""
PROMPTS = (  # as Nomen puts nouns before the tower
    "itap of a {}.", "a bad photo of the {}.", "a origami {}.", "a photo of the large {}.", "a {} in a video game.",
    "art of the {}.", "a photo of the small {}.",
)  # fmt: skip


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--start", type=Path, required=True)
    p.add_argument("--to", type=Path, required=True)
    p.add_argument("--clones", type=Path, required=True, help="folder with a clone of Detic")
    p.add_argument("--scores", type=Path, help="what evaluate.py printed, and more such lines, for the card")
    args = p.parse_args()
    args.to.mkdir(parents=True, exist_ok=True)
    head = torch.load(args.out / "head.pt", map_location="cpu")
    text = torch.load(args.out / f"text-{head['step']}.pt", map_location="cpu")
    model = clip.load(args.start)
    trunk, _ = features.trunk()
    model.visual.trunk.load_state_dict(trunk.state_dict())
    model.visual.head.proj.load_state_dict({k: head["ema"][f"proj.{k}"] for k in ("weight", "bias")})
    model.logit_scale.data.copy_(head["ema"]["logit_scale"])
    model.text.load_state_dict(text["ema"])
    clip.store(model, args.to)
    for name in (clip.CONFIG, "tokenizer.json"):
        shutil.copyfile(args.start / name, args.to / name)
    pictures = common.Pictures(args.data)
    _, foreign, _ = vectors.placed(pictures.concepts, head["ema"]["directions"], *vectors.names(args.clones))
    nouns = concepts.nouns(pictures.concepts, pictures.synsets, foreign)
    embeddings = noun_embeddings(clip.load(args.to), clip.Words(args.to), list(nouns))
    save_file({"embeddings": embeddings.half()}, args.to / "nouns.safetensors")
    (args.to / "nouns.txt").write_text("".join(f"{n}\t{m}\n" if m else n + "\n" for n, m in nouns.items()))

    settings = settings_of(args.out / "head.log")
    seen = head["step"] * int(settings["batch"])
    towers = clip.config(args.start)["model_cfg"]
    v, t = towers["vision_cfg"], towers["text_cfg"]
    card = CARD.format(
        image=v["image_size"], trunk=v["timm_model_name"], text=t["width"], text_layers=t["layers"],
        positions=t["context_length"], tokens=t["vocab_size"], embedding=towers["embed_dim"],
        pictures=len(pictures.usable), classes=len(pictures.member), seen=seen, passes=seen / len(pictures.usable),
        foreign=len(foreign), sets=table(pictures), copies=pictures.train - len(pictures.usable),
        above=pictures.member.shape[1] - len(pictures.member), held=len(pictures.labels) - pictures.train,
        size=(args.to / clip.WEIGHTS).stat().st_size / 1e6,
        scores=args.scores.read_text().rstrip() + "\n\n" if args.scores else "", nouns=len(nouns),
    )  # fmt: skip
    (args.to / "MODEL_CARD.md").write_text(card)


@torch.no_grad()
def noun_embeddings(model, words, nouns):
    """Unit rows [n, d]: the mean over TAC's prompts of what the tower gives, normalised once."""
    every = [clip.texts(model.text, words([p.format(x) for p in PROMPTS for x in nouns[i : i + 64]])) for i in range(0, len(nouns), 64)]
    return F.normalize(torch.cat([e.view(len(PROMPTS), -1, e.shape[1]).mean(0) for e in every]))


def table(pictures):
    lines = []
    for s, name in enumerate(pictures.names):
        own = pictures.usable[pictures.rows[pictures.usable, 0] == s]
        labels = pictures.labels[own]
        classes = len(labels[labels >= 0].unique())
        lines.append(f"| {name} | {len(own):,} | {classes or 'none'} | {sets.SETS[name].terms} |")
    return "\n".join(lines)


def settings_of(log):
    return [json.loads(x)["settings"] for x in log.read_text().splitlines() if "settings" in json.loads(x)][-1]


if __name__ == "__main__":
    main()
