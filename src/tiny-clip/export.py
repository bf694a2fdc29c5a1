"""Put the stages' averaged weights into a Hugging Face CLIP folder.

python export.py --data DATA --out RUN --start CHECKPOINT --to FOLDER [--scores SCORES]
"""

import argparse
import json
import shutil
from pathlib import Path

import torch

import clip
import common
import concepts
import evaluate

CARD = """# tiny: the bundled CLIP

ViT {image} px / patch {patch}, width {width}, {layers} layers, {heads} heads; text width {text}, {text_layers} layers, {positions} positions, {tokens:,} byte-pair tokens (the first 2,048 merges of OpenAI CLIP's published list, MIT); {embedding}-d; `{act}`; fp16, {size:.1f} MB; Hugging Face CLIP layout.

Trained by this project (`src/tiny-clip`) on {pictures:,} pictures of Tiny-ImageNet's training set ({classes} WordNet synsets; research use, as ImageNet's pictures are). {lineage}

- Image tower: {seen:,} pictures seen ({passes:.1f} passes), as a cosine classifier over {classes} synsets and {above} of their hypernyms, taught by a convolutional network that had learnt from the same pictures (its class probabilities, its features, and which pictures it finds alike, on the same crops). Some things were cut out and shown on a plain ground. A picture whose own class is put aside is to be nearest to what stands above it.
- Text tower: every lemma in varied prompts to the directions that the image tower had learnt, and WordNet's nouns below these near them.
- {held:,} training pictures were held out to choose by.

On pictures it was never trained on (three choices were made after a look at such pictures: that those are to be alike which are alike to the teacher, how much the wider word counts, and that some things are shown on a plain ground):

{scores}
It was shown the {nouns} nouns of `nouns.txt`; other nouns lie near what stands above them in WordNet. It sees the middle {image} pixels of a shorter side of {edge}, and other things as the nearest of its {classes}. Good for demos and tests; not for real work.
"""
FRESH = "Both towers began at random weights."
WARM = (
    "Both towers began at the weights of the `tiny` before this one, which had made 39 passes with two teachers from "
    "the first one's, and that had been trained for 82 minutes on 2 CPU cores, from random weights, on all 100,000 "
    "training pictures (the held-out ones too, which flatter it since)."
)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--start", type=Path, required=True)
    p.add_argument("--to", type=Path, required=True)
    p.add_argument("--scores", type=Path, help="what evaluate.py printed, and more such lines, for the card")
    args = p.parse_args()
    args.to.mkdir(parents=True, exist_ok=True)
    student = torch.load(args.out / "student.pt", map_location="cpu")
    text = torch.load(args.out / f"text-{student['step']}.pt", map_location="cpu")
    model = clip.build(args.start)
    own = model.state_dict().keys()
    weights = {k: v for part in (student, text) for k, v in part["ema"].items() if k in own}
    model.load_state_dict(weights)
    clip.store(model, args.to)
    for name in ("config.json", "tokenizer.json", "preprocessor_config.json"):
        shutil.copyfile(args.start / name, args.to / name)
    pictures = common.Pictures(args.data)
    nouns = concepts.nouns(pictures.concepts)
    (args.to / "nouns.txt").write_text("".join(n + "\n" for n in nouns))

    settings = settings_of(args.out / "student.log")
    seen = student["step"] * int(settings["batch"])
    edge, _ = evaluate.preprocessing(args.start)
    v, t = model.config["vision_config"], model.config["text_config"]
    card = CARD.format(
        image=v["image_size"], edge=edge, patch=v["patch_size"], width=v["hidden_size"], layers=v["num_hidden_layers"],
        heads=v["num_attention_heads"], text=t["hidden_size"], text_layers=t["num_hidden_layers"],
        positions=t["max_position_embeddings"], tokens=t["vocab_size"], embedding=model.config["projection_dim"],
        act=v["hidden_act"], pictures=pictures.train, classes=len(pictures.member),
        lineage=FRESH if settings["scratch"] == "1" else WARM, seen=seen, passes=seen / pictures.train,
        above=pictures.member.shape[1] - len(pictures.member), held=len(pictures.labels) - pictures.train,
        size=(args.to / "model.safetensors").stat().st_size / 1e6,
        scores="".join(f"- {x}\n" for x in args.scores.read_text().splitlines()) if args.scores else "", nouns=len(nouns),
    )  # fmt: skip
    (args.to / "MODEL_CARD.md").write_text(card)


def settings_of(log):
    return [json.loads(x)["settings"] for x in log.read_text().splitlines() if "settings" in json.loads(x)][-1]


if __name__ == "__main__":
    main()
