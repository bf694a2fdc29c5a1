"""Put the stages' averaged weights into a Hugging Face CLIP folder.

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
import evaluate
import sets
import vectors

CARD = """# tiny: the bundled CLIP

ViT {image} px / patch {patch}, width {width}, {layers} layers, {heads} heads; text width {text}, {text_layers} layers, {positions} positions, {tokens:,} byte-pair tokens (the first 2,048 merges of OpenAI CLIP's published list, MIT); {embedding}-d; `{act}`; fp16, {size:.1f} MB; Hugging Face CLIP layout.

Trained by this project (`src/tiny-clip`) on {pictures:,} pictures of these sets. The weights rest on research data:

| set | pictures | classes | terms |
|---|---|---|---|
{sets}

{copies:,} more were left out because they are copies of pictures that are only scored. {lineage}

- Teacher: EfficientNet-Lite2 (Apache-2.0), which knows ImageNet's 1,000 classes. Word vectors: CLIP ViT-B/32's of {foreign:,} names that no picture had, as they come with Detic (Apache-2.0).
- Image tower: {seen:,} pictures seen ({passes:.1f} passes), as a cosine classifier over {classes:,} classes and {above} of their hypernyms, from labels, from what the teacher saw in the same crops, and from which pictures it finds alike. Some things were cut out and shown on a plain ground. A picture whose own class is put aside is to be nearest to what stands above it.
- Text tower: every lemma in varied prompts to the directions that the image tower had learnt, names without pictures to where CLIP's vectors place them among these, and WordNet's nouns below near them.
- {held:,} training pictures were held out to choose by.

On pictures it was never trained on:

{scores}
It was shown the {nouns:,} nouns of `nouns.txt`, most of them with the meaning that is meant; other nouns lie near what stands above them in WordNet. It sees the middle {image} pixels of a shorter side of {edge}. Good for demos and tests; not for real work.
"""
PROMPTS = (  # as Nomen puts nouns before the tower
    "itap of a {}.", "a bad photo of the {}.", "a origami {}.", "a photo of the large {}.", "a {} in a video game.",
    "art of the {}.", "a photo of the small {}.",
)  # fmt: skip
FRESH = "Both towers began at random weights."
WARM = "Both towers began at the weights of the `tiny` before this one, which had learnt from Tiny-ImageNet alone."


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
    _, foreign, _ = vectors.placed(pictures.concepts, student["ema"]["directions"], *vectors.names(args.clones))
    nouns = concepts.nouns(pictures.concepts, pictures.synsets, foreign)
    embeddings = noun_embeddings(clip.load(args.to), clip.Words(args.to), list(nouns))
    save_file({"embeddings": embeddings.half()}, args.to / "nouns.safetensors")
    (args.to / "nouns.txt").write_text("".join(f"{n}\t{m}\n" if m else n + "\n" for n, m in nouns.items()))

    settings = settings_of(args.out / "student.log")
    seen = student["step"] * int(settings["batch"])
    edge, _ = evaluate.preprocessing(args.start)
    v, t = model.config["vision_config"], model.config["text_config"]
    card = CARD.format(
        image=v["image_size"], edge=edge, patch=v["patch_size"], width=v["hidden_size"], layers=v["num_hidden_layers"],
        heads=v["num_attention_heads"], text=t["hidden_size"], text_layers=t["num_hidden_layers"],
        positions=t["max_position_embeddings"], tokens=t["vocab_size"], embedding=model.config["projection_dim"],
        act=v["hidden_act"], pictures=len(pictures.usable), classes=len(pictures.member),
        lineage=FRESH if settings["scratch"] == "1" else WARM, seen=seen, passes=seen / len(pictures.usable), foreign=len(foreign),
        sets=table(pictures), copies=pictures.train - len(pictures.usable),
        above=pictures.member.shape[1] - len(pictures.member), held=len(pictures.labels) - pictures.train,
        size=(args.to / "model.safetensors").stat().st_size / 1e6,
        scores="".join(f"- {x}\n" for x in args.scores.read_text().splitlines()) if args.scores else "", nouns=len(nouns),
    )  # fmt: skip
    (args.to / "MODEL_CARD.md").write_text(card)


@torch.no_grad()
def noun_embeddings(model, words, nouns):
    """Unit rows [n, d]: the mean over TAC's prompts of what the tower gives, normalised once."""
    every = [model.texts(words([p.format(x) for p in PROMPTS for x in nouns[i : i + 64]])) for i in range(0, len(nouns), 64)]
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
