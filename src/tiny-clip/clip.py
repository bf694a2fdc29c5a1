"""The checkpoint as open_clip has it: timm's EfficientNet-Lite0 with a linear head, and CLIP's text tower."""

import json
from pathlib import Path

import open_clip
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"


def config(folder):
    return json.loads((Path(folder) / CONFIG).read_text())


def build(folder):
    towers = {k: v for k, v in config(folder)["model_cfg"].items() if k != "custom_text"}  # which class it is
    model = open_clip.model.CustomTextCLIP(**towers)
    preprocess = config(folder)["preprocess_cfg"]
    model.side = preprocess["size"]
    model.mean, model.std = (torch.tensor(preprocess[k]).view(1, 3, 1, 1) for k in ("mean", "std"))
    return model.eval()


def load(folder):
    model = build(folder)
    model.load_state_dict({k: v.float() for k, v in load_file(Path(folder) / WEIGHTS).items()})
    return model


def images(model, x):
    """Embeddings [n, d], not normalised, of pictures in 0..1 as the checkpoint's preprocessing gives them."""
    return model.encode_image((x - model.mean) / model.std)


def texts(tower, tokens):
    """Embeddings [n, d], not normalised, of tokens [n, t] by `model.text`, which itself takes no shorter texts than its longest."""
    t = tokens.shape[1]
    x = tower.token_embedding(tokens) + tower.positional_embedding[:t]
    x = tower.ln_final(tower.transformer(x, attn_mask=tower.attn_mask[:t, :t]))
    end = (tokens == tower.vocab_size - 1).int().argmax(1)  # the first end token
    return x[torch.arange(len(x)), end] @ tower.text_projection


def store(model, folder):
    """Matrices in half precision; what there is one of for each channel as it is, for variances lie below a half's range."""
    kept = {k: v.detach().contiguous() for k, v in model.state_dict().items() if v.is_floating_point()}
    half = {k: v.half() if v.dim() > 1 else v for k, v in kept.items()}
    save_file(half, Path(folder) / WEIGHTS, metadata={"format": "pt"})


class Words:
    """Texts to tokens, padded with the end token as the towers were trained."""

    def __init__(self, folder):
        text = config(folder)["model_cfg"]["text_cfg"]
        self.tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self.end, self.longest = text["vocab_size"] - 1, text["context_length"]

    def __call__(self, texts):
        """Tokens [n, t]; a text that is too long loses its last words and keeps its end."""
        rows = [e.ids for e in self.tokenizer.encode_batch(list(texts))]
        rows = [r if len(r) <= self.longest else [*r[: self.longest - 1], self.end] for r in rows]
        t = max(map(len, rows))
        return torch.tensor([r + [self.end] * (t - len(r)) for r in rows])
