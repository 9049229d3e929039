"""A walk from one prompt to another through a tiny model: the same run as any, from mixed prompts and mixed noise."""

import diffusers
import torch
from diffusers import StableDiffusionPipeline

from .pipelines import changed

PROMPTS = ["a photo of a car", "a photo of a tiger, in the rain"]
NEGATIVE = "blurry"
SEEDS = [11, 22]
STEPS, GUIDANCE, SIZE, FRAMES = 4, 7.5, 64, 5


def slerp(a, b, t):
    """Along the arc between two tensors as a whole, in double precision."""
    x, y = a.double().flatten(), b.double().flatten()
    angle = torch.arccos(x @ y / (x.norm() * y.norm()))
    mixed = (torch.sin((1 - t) * angle) * a.double() + torch.sin(t * angle) * b.double()) / torch.sin(angle)
    return mixed.float()


def make(folder, model):
    for scheduler, mix in (("DDIMScheduler", "lerp"), ("DPMSolverMultistepScheduler", "slerp")):
        usual, other = model.both_ways(lambda: walk(model, scheduler, mix))
        case = folder.case(
            f"tiny-sd15-{mix}-embeds-{scheduler}", "walks.safetensors",
            "t = 0 to 1 evenly; noise by slerp over the whole tensor, the negative prompt the same throughout",
            model=model.name, prompts=PROMPTS, negative=NEGATIVE, seeds=SEEDS, steps=STEPS, guidance=GUIDANCE,
            size_hw=[SIZE, SIZE], scheduler=scheduler,
        )
        for name in ("prompt_embeds", "final_latents", "image"):
            case.expect(name, usual[name], other[name])
        bytes = (usual["image"] * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
        case.expect("image_u8", bytes, atol=1, max_fraction_differing=0.005, layout="NHWC")


def walk(model, scheduler, mix):
    pipe = StableDiffusionPipeline(
        vae=model.vae, text_encoder=model.text_encoder, tokenizer=model.tokenizer, unet=model.unet,
        scheduler=changed(model, diffusers.PNDMScheduler, scheduler, {}), safety_checker=None, feature_extractor=None,
        image_encoder=None, requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    encoded = [pipe.encode_prompt(prompt, "cpu", 1, True, NEGATIVE) for prompt in PROMPTS]
    noises = [
        torch.randn(1, 4, SIZE // 8, SIZE // 8, generator=torch.Generator().manual_seed(seed)) for seed in SEEDS
    ]
    frames = {"prompt_embeds": [], "final_latents": [], "image": []}
    for i in range(FRAMES):
        t = i / (FRAMES - 1)
        (a, negative), (b, _) = encoded
        prompt = torch.lerp(a, b, t) if mix == "lerp" else slerp(a, b, t)
        latents = pipe(
            prompt_embeds=prompt, negative_prompt_embeds=negative, latents=slerp(*noises, t).clone(),
            num_inference_steps=STEPS, guidance_scale=GUIDANCE, height=SIZE, width=SIZE, output_type="latent",
        ).images
        decoded = model.vae.decode(latents / model.vae.config.scaling_factor).sample
        frames["prompt_embeds"].append(prompt)
        frames["final_latents"].append(latents)
        frames["image"].append((decoded / 2 + 0.5).clamp(0, 1))
    return {name: torch.cat(parts) for name, parts in frames.items()}
