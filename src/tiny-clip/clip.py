"""CLIP as Hugging Face stores it: both towers, with the checkpoint's own parameter names."""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x, mask):
        n, t, d = x.shape
        parts = (self.q_proj, self.k_proj, self.v_proj)
        x = F.linear(x, torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts]))
        q, k, v = x.view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        a = q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5
        if mask is not None:
            a = a + mask
        return self.out_proj((a.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d))


class Mlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(c["hidden_size"])
        self.self_attn = Attention(c["hidden_size"], c["num_attention_heads"])
        self.layer_norm2 = nn.LayerNorm(c["hidden_size"])
        self.mlp = Mlp(c["hidden_size"], c["intermediate_size"])

    def forward(self, x, mask=None):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))


def encoder(c):
    return nn.ModuleDict({"layers": nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))})


class Vision(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, self.patch = c["hidden_size"], c["patch_size"]
        self.embeddings = nn.ParameterDict({"class_embedding": torch.zeros(d)})
        self.embeddings["patch_embedding"] = nn.Conv2d(3, d, self.patch, self.patch, bias=False)
        self.embeddings["position_embedding"] = nn.Embedding((c["image_size"] // self.patch) ** 2 + 1, d)
        self.pre_layrnorm = nn.LayerNorm(d)  # so spelt in every checkpoint
        self.encoder = encoder(c)
        self.post_layernorm = nn.LayerNorm(d)

    def forward(self, x, kept=None):
        """Class token [n, d] of normalised pictures; of the `kept` [n, k] patches only, if given."""
        e = self.embeddings
        x = e["patch_embedding"](x).flatten(2).transpose(1, 2) + e["position_embedding"].weight[1:]
        if kept is not None:
            x = x.gather(1, kept[:, :, None].expand(-1, -1, x.shape[2]))
        first = (e["class_embedding"] + e["position_embedding"].weight[0]).expand(len(x), 1, -1)
        x = self.pre_layrnorm(torch.cat([first, x], 1))
        for layer in self.encoder["layers"]:
            x = layer(x)
        return self.post_layernorm(x[:, 0])


class Text(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.eos = c["eos_token_id"]
        self.embeddings = nn.ModuleDict(
            {
                "token_embedding": nn.Embedding(c["vocab_size"], c["hidden_size"]),
                "position_embedding": nn.Embedding(c["max_position_embeddings"], c["hidden_size"]),
            }
        )
        self.encoder = encoder(c)
        self.final_layer_norm = nn.LayerNorm(c["hidden_size"])

    def forward(self, tokens):
        t = tokens.shape[1]
        x = self.embeddings["token_embedding"](tokens) + self.embeddings["position_embedding"].weight[:t]
        mask = torch.full((t, t), -math.inf, device=x.device).triu(1)
        for layer in self.encoder["layers"]:
            x = layer(x, mask)
        end = (tokens == self.eos).int().argmax(1)  # the first end token
        return self.final_layer_norm(x[torch.arange(len(x), device=x.device), end])


class Clip(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        v, t, d = config["vision_config"], config["text_config"], config["projection_dim"]
        self.vision_model, self.text_model = Vision(v), Text(t)
        self.visual_projection = nn.Linear(v["hidden_size"], d, bias=False)
        self.text_projection = nn.Linear(t["hidden_size"], d, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(config["logit_scale_init_value"]))
        for name, p in self.named_parameters():
            if "embedding" in name or p.dim() == 2:
                nn.init.trunc_normal_(p, std=0.02)
        depth = v["num_hidden_layers"]
        for layer in self.vision_model.encoder["layers"]:
            for p in (layer.self_attn.out_proj.weight, layer.mlp.fc2.weight):
                p.data /= math.sqrt(2 * depth)

    def images(self, x):
        """Embeddings [n, d], not normalised, of pictures in 0..1 as the checkpoint's preprocessing gives them."""
        from common import normalise

        return self.visual_projection(self.vision_model(normalise(x)))

    def texts(self, tokens):
        return self.text_projection(self.text_model(tokens))


def build(folder):
    return Clip(json.loads((Path(folder) / "config.json").read_text()))


def load(folder):
    model = build(folder)
    model.load_state_dict({k: v.float() for k, v in load_file(Path(folder) / "model.safetensors").items()})
    return model.eval()


def store(model, folder):
    half = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
    save_file(half, Path(folder) / "model.safetensors", metadata={"format": "pt"})


class Words:
    """Texts to tokens, padded with the end token as the towers were trained."""

    def __init__(self, folder):
        config = json.loads((Path(folder) / "config.json").read_text())["text_config"]
        self.tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self.end, self.longest = config["eos_token_id"], config["max_position_embeddings"]

    def __call__(self, texts):
        """Tokens [n, t]; a text that is too long loses its last words and keeps its end."""
        rows = [e.ids for e in self.tokenizer.encode_batch(list(texts))]
        rows = [r if len(r) <= self.longest else [*r[: self.longest - 1], self.end] for r in rows]
        t = max(map(len, rows))
        return torch.tensor([r + [self.end] * (t - len(r)) for r in rows])
