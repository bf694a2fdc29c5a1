"""Makes src/test/resources/io/nomen/clip/families: small random checkpoints of the families that Nomen reads,
and what transformers and open_clip compute from them. Run it in this folder:

    pip install torch transformers open_clip_torch sentencepiece protobuf tokenizers safetensors pillow==11.3.0
    python family_goldens.py

Made with torch 2.15, transformers 5.24, open_clip 3.3, timm 1.0.31, tokenizers 0.23, sentencepiece 0.2.3, Pillow 11.3. Pillow 13
chooses between rows first and columns first by the sizes, which moves some bytes by one; Nomen goes rows first, as all
versions before do.
"""

import base64
import functools
import io
import json
import os
import shutil

import numpy as np
import open_clip
import sentencepiece
import timm
import torch
import transformers
from open_clip.transform import image_transform
from PIL import Image
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip.tokenization_siglip import SiglipTokenizer

OUT = "../resources/io/nomen/clip/families"
SIDE, PATCH, WIDTH, INNER, LAYERS, HEADS, POSITIONS = 32, 8, 32, 64, 2, 2, 16
# With these sizes the rest of a crop is even, or rounds down: torchvision and transformers agree.
PICTURES = [(50, 40), (31, 78), (64, 64), (200, 33)]
PROMPTS = [
    "a photo of a dog.",
    "",
    "A Photo of an Egyptian_cat, it's \u201cquoted\u201d!",
    "caf\u00e9 \u00dcber \u6771\u4eac \U0001f600",
    "  many   spaces\tand\nlines ",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen",
]


def picture(width, height):
    i = np.arange(3 * width * height, dtype=np.int64)
    return Image.fromarray(((31 * i * i + 7 * i) // 11 % 256).astype(np.uint8).reshape(height, width, 3))


def randomise(model, seed):
    """Weights large enough that every part shows, and exact in half precision."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            if name.endswith(("pos_embed", "cls_token", "latent")):
                noise = 0.3 * noise
            elif p.ndim >= 2 and "position" not in name and "embedding.weight" not in name:
                fan = p[0].numel() if "proj" != name[-4:] else p.shape[0]
                noise = noise * 1.5 / fan**0.5
            elif "norm" in name and name.endswith("weight") or ".ln_" in name and name.endswith("weight") or "lambda" in name:
                noise = 1 + 0.2 * noise
            else:
                noise = 0.3 * noise
            p.copy_(noise.half().float())
    return model.float().eval()


def floats(output):
    output = getattr(output, "pooler_output", output)
    return output.detach().float().numpy()


def begin(name):
    folder = f"{OUT}/{name}"
    os.makedirs(folder, exist_ok=True)
    return folder


def halves(folder, state, file="model.safetensors"):
    save_file({k: v.numpy().astype(np.float16) for k, v in state.items() if v.dtype == torch.float32}, f"{folder}/{file}")


def goldens(folder, **tensors):
    save_file({k: np.ascontiguousarray(np.asarray(v, dtype=np.float32)) for k, v in tensors.items()}, f"{folder}/goldens.safetensors")


def pixels(processor):
    return torch.tensor(np.stack([np.asarray(processor(images=picture(*s), return_tensors="np")["pixel_values"][0]) for s in PICTURES]))


def write(folder, file, values):
    with open(f"{folder}/{file}", "w") as f:
        json.dump(values, f, ensure_ascii=False, indent=1)


def saved(model, folder):
    """As save_pretrained writes it: with the names that are on the hub."""
    model.save_pretrained(f"{folder}/whole")
    from safetensors.torch import load_file

    state = load_file(f"{folder}/whole/model.safetensors")
    shutil.move(f"{folder}/whole/config.json", f"{folder}/config.json")
    shutil.rmtree(f"{folder}/whole")
    halves(folder, state)


TOWER = dict(hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=LAYERS, num_attention_heads=HEADS)


def clip_tokens():
    rng = np.random.default_rng(5)
    tokens = np.zeros((5, POSITIONS), np.int64)
    for i, n in enumerate([0, 3, 7, 14, 14]):
        tokens[i, 0] = 298
        tokens[i, 1 : n + 1] = rng.integers(1, 290, n)
        tokens[i, n + 1] = 299
    return tokens


def hugging_face_clip():
    """OpenCLIP's B/32 as LAION has it in Hugging Face's layout: GELU, not QuickGELU."""
    config = transformers.CLIPConfig(
        projection_dim=24,
        vision_config=dict(image_size=SIDE, patch_size=PATCH, hidden_act="gelu", **TOWER),
        text_config=dict(vocab_size=300, max_position_embeddings=POSITIONS, hidden_act="gelu", bos_token_id=298, eos_token_id=299, **TOWER),
    )
    folder = begin("clip-gelu")
    model = randomise(transformers.CLIPModel(config), 1)
    saved(model, folder)
    processor = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    # What transformers 5 writes: no preprocessor_config.json.
    write(folder, "processor_config.json", {"image_processor": json.loads(processor.to_json_string()), "processor_class": "CLIPProcessor"})
    tokens = clip_tokens()
    raw = pixels(CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}, do_rescale=False, do_normalize=False)).float()
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (processor.image_mean, processor.image_std))
    image = lambda x: floats(model.get_image_features(pixel_values=x))
    goldens(
        folder,
        image=image(pixels(processor)),
        no_normalise=image(raw / 255),
        no_rescale=image((raw / 100 - mean) / std),
        blue_first=image((raw.flip(1) / 255 - mean) / std),
        text=floats(model.get_text_features(input_ids=torch.tensor(tokens))),
        tokens=tokens,
    )
    folder = begin("clip-vision")
    alone = transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(projection_dim=24, image_size=SIDE, patch_size=PATCH, **TOWER))
    randomise(alone, 8)
    saved(alone, folder)
    write(folder, "preprocessor_config.json", json.loads(processor.to_json_string()))
    goldens(folder, image=alone(pixel_values=pixels(processor)).image_embeds.detach().numpy())


def open_clips():
    for name, extra, pre in (
        ("open-clip-quick", {"quick_gelu": True}, {"interpolation": "bicubic", "resize_mode": "shortest"}),
        ("open-clip-custom", {"custom_text": True}, {"interpolation": "bilinear", "resize_mode": "longest", "fill_color": 90}),
    ):
        cfg = dict(
            embed_dim=24,
            vision_cfg=dict(image_size=SIDE, layers=LAYERS, width=WIDTH, head_width=WIDTH // HEADS, mlp_ratio=2.0, patch_size=PATCH),
            text_cfg=dict(context_length=POSITIONS, vocab_size=300, width=WIDTH, heads=HEADS, layers=LAYERS, mlp_ratio=2.0),
        )
        made = {k: dict(v) if isinstance(v, dict) else v for k, v in cfg.items()}
        made["quick_gelu"] = extra.get("quick_gelu", False)
        kind = open_clip.CustomTextCLIP if extra.get("custom_text") else open_clip.CLIP
        model = randomise(kind(**made), 2)
        folder = begin(name)
        mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
        write(folder, "open_clip_config.json", {"model_cfg": {**cfg, **extra}, "preprocess_cfg": {"mean": mean, "std": std, **pre}})
        if extra.get("quick_gelu"):
            state = {k: v.half() if v.dtype == torch.float32 else v for k, v in model.state_dict().items()}
            torch.save(state, f"{folder}/open_clip_pytorch_model.bin")
        else:
            halves(folder, model.state_dict(), "open_clip_model.safetensors")
        transform = image_transform(
            SIDE, is_train=False, mean=mean, std=std, interpolation=pre["interpolation"], resize_mode=pre["resize_mode"], fill_color=pre.get("fill_color", 0)
        )
        tokens = clip_tokens()
        x = torch.stack([transform(picture(*s)) for s in PICTURES])
        goldens(
            folder,
            image=model.encode_image(x).detach().numpy(),
            text=model.encode_text(torch.tensor(tokens)).detach().numpy(),
            tokens=tokens,
        )


def timm_towers():
    """Their configuration names one of timm's sizes; what is made here is the same with less of everything."""
    half, clip = [0.5] * 3, ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    eva02, encoder, largest = "eva02_base_patch16_clip_224", "vit_pe_core_base_patch16_224", "vit_pe_core_gigantic_patch14_448"
    for name, tower, pool, extra, mean, std, pre in (
        ("open-clip-eva02", eva02, "token", {}, *clip, {"interpolation": "bicubic", "resize_mode": "shortest"}),
        ("open-clip-pe", encoder, "map", dict(ref_feat_shape=(4, 4)), half, half, {"interpolation": "bilinear", "resize_mode": "squash"}),
        ("open-clip-pe-g", largest, "map", dict(ref_feat_shape=(4, 4)), half, half, {"interpolation": "bilinear", "resize_mode": "squash"}),
    ):
        folder = begin(name)
        text = dict(context_length=POSITIONS, vocab_size=300, width=WIDTH, heads=HEADS, layers=LAYERS, mlp_ratio=2.0)
        whole = timm.create_model
        open_clip.timm_model.timm.create_model = functools.partial(
            whole, img_size=SIDE, patch_size=PATCH, embed_dim=WIDTH, depth=LAYERS, num_heads=HEADS, **extra
        )
        vision = dict(image_size=int(tower[-3:]), timm_model_name=tower, timm_pool=pool, timm_proj=None)
        model = randomise(open_clip.CustomTextCLIP(embed_dim=24, vision_cfg=vision, text_cfg=text), 9)
        open_clip.timm_model.timm.create_model = whole
        keep_timm(folder, model, vision, text, SIDE, dict(mean=mean, std=std, **pre))


def keep_timm(folder, model, vision, text, side, pre):
    """The checkpoint, and what open_clip makes of pictures and prompts."""
    write(folder, "open_clip_config.json", {
        "model_cfg": {"embed_dim": 24, "vision_cfg": vision, "text_cfg": text, "custom_text": True},
        "preprocess_cfg": pre,
    })
    halves(folder, model.state_dict(), "open_clip_model.safetensors")
    transform = image_transform(side, is_train=False, **pre)
    tokens = clip_tokens()
    goldens(
        folder,
        image=model.encode_image(torch.stack([transform(picture(*s)) for s in PICTURES])).detach().numpy(),
        text=model.encode_text(torch.tensor(tokens)).detach().numpy(),
        tokens=tokens,
    )


def efficient_nets():
    """The configuration names the smallest size; what is made here has a tenth of its channels and more blocks."""
    folder, half, side = begin("open-clip-efficientnet"), [0.5] * 3, 45
    text = dict(context_length=POSITIONS, vocab_size=300, width=WIDTH, heads=HEADS, layers=LAYERS, mlp_ratio=2.0)
    vision = dict(image_size=side, timm_model_name="tf_efficientnet_lite0", timm_pool="avg", timm_proj="linear", timm_proj_bias=True)
    small = functools.partial(timm.models.efficientnet._gen_efficientnet_lite, channel_multiplier=0.1, depth_multiplier=1.3, bn_eps=1e-3, pad_type="same")
    whole, open_clip.timm_model.timm.create_model = timm.create_model, small
    model = randomise(open_clip.CustomTextCLIP(embed_dim=24, vision_cfg=vision, text_cfg=text), 10)
    open_clip.timm_model.timm.create_model = whole
    generator = torch.Generator().manual_seed(11)
    for name, t in sorted(model.visual.state_dict().items()):
        if t.ndim > 1:  # of three values, so that the file packs well
            t.copy_((t.sign() * (t.abs() > t.std() / 2) * 1.9 / t[0].numel() ** 0.5).half().float())
        if "bn" in name and t.ndim == 1:
            noise = torch.randn(t.shape, generator=generator)
            spread = {"weight": 1 + 0.2 * noise, "running_var": (0.5 * noise).exp()}.get(name.split(".")[-1], 0.3 * noise)
            t.copy_(spread.half().float())
    keep_timm(folder, model, vision, text, side, dict(mean=half, std=half, interpolation="bicubic", resize_mode="squash"))


def sentences():
    with open("../../main/resources/io/nomen/clip/tiny/nouns.txt") as f:
        nouns = [line.strip().lower() for line in f if line.strip()]
    return [f"a photo of a {noun}" for noun in nouns] + ["one two three four five six seven eight nine ten", "caf\u00e9 \u00fcber"]


def siglip(name, vocabulary, processor, seed, positions=POSITIONS):
    config = transformers.SiglipConfig(
        vision_config=dict(image_size=SIDE, patch_size=PATCH, **TOWER),
        text_config=dict(vocab_size=vocabulary, max_position_embeddings=positions, bos_token_id=2, eos_token_id=1, pad_token_id=1, **TOWER),
    )
    folder = begin(name)
    model = randomise(transformers.SiglipModel(config), seed)
    saved(model, folder)
    write(folder, "preprocessor_config.json", json.loads(processor.to_json_string()))
    write(folder, "prompts.json", PROMPTS)
    return folder, model


def siglip1():
    processor = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()), model_writer=trained, vocab_size=300, model_type="unigram",
        unk_id=2, bos_id=-1, eos_id=1, pad_id=0, character_coverage=0.999, minloglevel=2,
    )
    folder, model = siglip("siglip", 300, processor, 3)
    with open(f"{folder}/spiece.model", "wb") as f:
        f.write(trained.getvalue())
    write(folder, "tokenizer_config.json", {"tokenizer_class": "SiglipTokenizer", "do_lower_case": True, "pad_token": "</s>"})
    tokenizer = SiglipTokenizer(f"{folder}/spiece.model")
    tokens = np.array([tokenizer(p, padding="max_length", truncation=True, max_length=POSITIONS).input_ids for p in PROMPTS])
    goldens(folder, image=floats(model.get_image_features(pixel_values=pixels(processor))), text=floats(model.get_text_features(input_ids=torch.tensor(tokens))), tokens=tokens)


def siglip2():
    processor = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE}, resample=2)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.train_from_iterator(
        (s.replace(" ", "\u2581") for s in sentences()),
        trainers.BpeTrainer(
            vocab_size=500, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{b:02X}>" for b in range(256)], show_progress=False
        ),
    )
    # The bytes are pieces, not special tokens: written back as the library reads them.
    text = json.loads(tokenizer.to_str())
    text["added_tokens"] = text["added_tokens"][:4]
    tokenizer = Tokenizer.from_str(json.dumps(text))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", pair="$A <eos> $B <eos>", special_tokens=[("<eos>", 1)])
    folder, model = siglip("siglip2", tokenizer.get_vocab_size(), processor, 4)
    tokenizer.save(f"{folder}/tokenizer.json", pretty=False)
    write(folder, "tokenizer_config.json", {"tokenizer_class": "GemmaTokenizer", "do_lower_case": True, "pad_token": "<pad>", "padding_side": "right"})
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), tokenizer.normalizer])
    tokenizer.enable_truncation(POSITIONS)
    tokenizer.enable_padding(length=POSITIONS, pad_id=0, pad_token="<pad>")
    tokens = np.array([tokenizer.encode(p).ids for p in PROMPTS])
    goldens(folder, image=floats(model.get_image_features(pixel_values=pixels(processor))), text=floats(model.get_text_features(input_ids=torch.tensor(tokens))), tokens=tokens)


def dinov2s():
    """The table of positions is for 40 pixels, pictures are cut to 32: it is resized, as in the published ones."""
    # As on the hub.
    processor = BitImageProcessorPil(
        size={"shortest_edge": 36}, crop_size={"height": 32, "width": 32}, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225]
    )
    shape = dict(hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, mlp_ratio=2, image_size=40, patch_size=PATCH)
    for name, model in (
        ("dinov2", transformers.Dinov2Model(transformers.Dinov2Config(**shape))),
        ("dinov2-gated", transformers.Dinov2Model(transformers.Dinov2Config(use_swiglu_ffn=True, **shape))),
        ("dinov2-registers", transformers.Dinov2WithRegistersModel(transformers.Dinov2WithRegistersConfig(num_register_tokens=3, **shape))),
    ):
        folder = begin(name)
        randomise(model, 6)
        saved(model, folder)
        write(folder, "preprocessor_config.json", json.loads(processor.to_json_string()))
        goldens(folder, image=floats(model(pixel_values=pixels(processor))))


def rules():
    """The squares of bytes that each rule of preprocessing makes."""
    raw = dict(do_rescale=False, do_normalize=False)
    cases = []
    for resample in (2, 3):
        for size, crop in ((16, 16), (20, 16)):
            cases.append((CLIPImageProcessorPil, dict(size={"shortest_edge": size}, crop_size={"height": crop, "width": crop}, resample=resample)))
        cases.append((SiglipImageProcessorPil, dict(size={"height": 16, "width": 16}, resample=resample)))
        cases.append((CLIPImageProcessorPil, dict(size={"height": 16, "width": 16}, do_center_crop=False, resample=resample)))
        cases.append((CLIPImageProcessorPil, dict(size={"height": 20, "width": 20}, crop_size={"height": 16, "width": 16}, resample=resample)))
    out = []
    for kind, said in cases:
        for width, height in ((50, 40), (31, 78), (9, 12), (16, 16), (1, 40)):
            x = kind(**said, **raw)(images=picture(width, height), return_tensors="np")["pixel_values"][0]
            out.append({"preprocessor": said, "width": width, "height": height, "rgb": base64.b64encode(np.asarray(x).astype(np.uint8).transpose(1, 2, 0).tobytes()).decode()})
    for mode in ("shortest", "longest", "squash"):
        for interpolation in ("bicubic", "bilinear"):
            for width, height in ((50, 40), (31, 78), (9, 12), (16, 16), (3, 40)):
                said = {"resize_mode": mode, "interpolation": interpolation, "fill_color": 7}
                steps = image_transform(16, is_train=False, mean=[0.0] * 3, std=[1.0] * 3, interpolation=interpolation, resize_mode=mode, fill_color=7)
                x = np.rint(steps(picture(width, height)).numpy() * 255).astype(np.uint8)
                out.append({"open_clip": said, "width": width, "height": height, "rgb": base64.b64encode(x.transpose(1, 2, 0).tobytes()).decode()})
    with open(f"{OUT}/preprocessing.json", "w") as f:
        f.write("[" + ",\n".join(json.dumps(c) for c in out) + "]\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.makedirs(OUT, exist_ok=True)
    hugging_face_clip()
    open_clips()
    timm_towers()
    efficient_nets()
    siglip1()
    siglip2()
    dinov2s()
    rules()
