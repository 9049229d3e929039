"""Measures samplers at few steps: how far a model's latents end from where many steps take them, and how sharp.

    python samplers.py MODEL

The samplers all solve the same equation from the same noise, so the latents of many steps are what each of them is
after. Their distance is given as a share of the latents' own deviation.
"""

import sys
from pathlib import Path

import diffusers
import torch
from diffusers import StableDiffusionPipeline
from diffusers.models.attention_processor import AttnProcessor

import evaluate

CAPTIONS = (
    "a photo of a car",
    "a photo of a tiger",
    "a photo of a castle",
    "a king",
    "a red car on the road",
    "a penguin in the snow",
    "a blue rocket in space",
    "a cat on the grass",
)
SEED, GUIDANCE = 42, 4.0
STEPS = (6, 8, 10, 15, 20)
TRAILING = {"timestep_spacing": "trailing", "use_karras_sigmas": False}
TRUTH = ("DPMSolverMultistepScheduler", TRAILING, 60)

# Name, class, changes to the model's own configuration.
SAMPLERS = (
    ("DDIM, leading", "DDIMScheduler", {"timestep_spacing": "leading"}),
    ("DDIM, trailing", "DDIMScheduler", TRAILING),
    ("Euler, trailing", "EulerDiscreteScheduler", TRAILING),
    ("DPM++ 2M, trailing", "DPMSolverMultistepScheduler", TRAILING),
    ("DPM++ 2M, Karras", "DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    ("UniPC, trailing", "UniPCMultistepScheduler", TRAILING),
)


@torch.no_grad()
def latents(model: StableDiffusionPipeline, kind: str, changes: dict, steps: int) -> torch.Tensor:
    own = model.scheduler
    model.scheduler = getattr(diffusers, kind).from_config(own.config, **changes)
    noises = torch.cat([evaluate.noise(model, SEED)] * len(CAPTIONS))
    made = model(
        list(CAPTIONS), latents=noises, num_inference_steps=steps, guidance_scale=GUIDANCE, output_type="latent"
    ).images
    model.scheduler = own
    return made


@torch.no_grad()
def sharpness(model: StableDiffusionPipeline, latents: torch.Tensor) -> float:
    pictures = model.vae.decode(latents / model.vae.config.scaling_factor).sample
    pixels = ((pictures / 2 + 0.5).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1)
    return 1000 * evaluate.sharpness(pixels.numpy())


def main(folder: Path) -> None:
    model = StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    model.unet.set_attn_processor(AttnProcessor())
    model.set_progress_bar_config(disable=True)
    truth = latents(model, *TRUTH)
    print(f"{'distance in %, and sharpness':30}", *(f"{steps:14}" for steps in STEPS))
    for name, kind, changes in SAMPLERS:
        row = []
        for steps in STEPS:
            made = latents(model, kind, changes, steps)
            distance = 100 * ((made - truth).square().mean().sqrt() / truth.std()).item()
            row.append(f"{distance:8.1f} {sharpness(model, made):5.1f}")
        print(f"{name:30}", *row, flush=True)
    print(f"{'many steps':30} {'':8} {sharpness(model, truth):5.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
