"""PyTorch's own forward pass of the same checkpoint: forward_pass.py CHECKPOINT BATCH ROUNDS THREADS."""

import sys
import time

import torch
from transformers import CLIPConfig, CLIPVisionModelWithProjection

checkpoint, batch, rounds, threads = sys.argv[1], *map(int, sys.argv[2:5])
torch.set_num_threads(threads)
config = CLIPConfig.from_pretrained(checkpoint)
config.vision_config.projection_dim = config.projection_dim
model = CLIPVisionModelWithProjection(config.vision_config).eval()
size = config.vision_config.image_size
for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
    model, pixels = model.to(dtype), torch.randn(batch, 3, size, size).to(dtype)
    rates = []
    with torch.inference_mode():
        for i in range(-2, rounds):
            started = time.perf_counter()
            model(pixel_values=pixels)
            if i >= 0:
                rates.append(batch / (time.perf_counter() - started))
    rates.sort()
    print(
        f"{torch.__version__} {name} threads {threads}: {rates[len(rates) // 2]:.1f} images/s"
        f" ({rates[0]:.1f} to {rates[-1]:.1f})"
    )
