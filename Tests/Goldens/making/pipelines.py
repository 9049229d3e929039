"""Whole runs of diffusers' pipelines over the tiny models, evaluation by evaluation."""

import json

import diffusers
import torch
from diffusers import (
    LatentConsistencyModelPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
)

PROMPT = "a photograph of an astronaut riding a horse"
NEGATIVE = "blurry, low quality, watermark"
CAT = "a cat sitting on a windowsill in soft morning light"
LONG = "an intricate clockwork city in the clouds, " * 12
SEED, LARGE = 42, 1234567890123

KARRAS = {"use_karras_sigmas": True}
SQUARE = {"height": 64, "width": 64}
WIDE = {"height": 64, "width": 96}

# Name, class, changes to the model's own configuration.
SCHEDULERS = [
    ("ddim", "DDIMScheduler", {}),
    ("pndm", "PNDMScheduler", {}),
    ("pndm-prk", "PNDMScheduler", {"skip_prk_steps": False}),
    ("euler", "EulerDiscreteScheduler", {}),
    ("euler-karras", "EulerDiscreteScheduler", KARRAS),
    ("euler-a", "EulerAncestralDiscreteScheduler", {}),
    ("heun", "HeunDiscreteScheduler", {}),
    ("lms", "LMSDiscreteScheduler", {}),
    ("ddpm", "DDPMScheduler", {}),
    ("dpmpp-2m", "DPMSolverMultistepScheduler", {}),
    ("dpmpp-2m-karras", "DPMSolverMultistepScheduler", KARRAS),
    ("dpmpp-2m-sde-karras", "DPMSolverMultistepScheduler", {**KARRAS, "algorithm_type": "sde-dpmsolver++"}),
    ("dpmpp-2m-trailing", "DPMSolverMultistepScheduler", {"timestep_spacing": "trailing"}),
    ("dpm-singlestep", "DPMSolverSinglestepScheduler", {"lower_order_final": True}),
    ("unipc", "UniPCMultistepScheduler", {}),
]

ZERO = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
VELOCITY = [
    ("ddim", "DDIMScheduler", {}),
    ("euler-zsnr-trailing", "EulerDiscreteScheduler", ZERO),
    ("euler-a", "EulerAncestralDiscreteScheduler", {}),
    ("dpmpp-2m-karras", "DPMSolverMultistepScheduler", KARRAS),
    ("unipc", "UniPCMultistepScheduler", {}),
    ("pndm", "PNDMScheduler", {}),
    ("lcm", "LCMScheduler", {}),
]


def generators(seeds):
    made = [torch.Generator().manual_seed(seed) for seed in (seeds if isinstance(seeds, list) else [seeds])]
    return made if isinstance(seeds, list) else made[0]


def run(kind, model, scheduler, seeds, call):
    """The latents before the first evaluation and after each, and the picture in 0...1."""
    more = {} if kind is LatentConsistencyModelPipeline else {"image_encoder": None}
    pipe = kind(
        vae=model.vae, text_encoder=model.text_encoder, tokenizer=model.tokenizer, unet=model.unet,
        scheduler=scheduler, safety_checker=None, feature_extractor=None, requires_safety_checker=False, **more,
    )
    pipe.set_progress_bar_config(disable=True)
    seen = {"steps": []}
    prepare = pipe.prepare_latents

    def preparing(*args, **keywords):
        seen["init_latents"] = prepare(*args, **keywords)
        return seen["init_latents"].clone()

    def after(pipe, i, t, state):
        seen["steps"].append(state["latents"].clone())
        return {}

    pipe.prepare_latents = preparing
    image = pipe(**call, generator=generators(seeds), output_type="pt", callback_on_step_end=after).images
    times = pipe.scheduler.timesteps[-len(seen["steps"]):]
    return {
        "init_latents": seen["init_latents"],
        "steps": torch.stack(seen["steps"]),
        "image": image,
        "timesteps": times.double(),
    }


def record(folder, id, kind, model, scheduler, seeds, call, how=""):
    given = {key: value for key, value in call.items() if key != "image"}
    usual, other = model.both_ways(lambda: run(kind, model, scheduler, seeds, call))
    case = folder.case(
        id, f"{model.folder.name}.pipeline.safetensors", how or kind.__name__, model=model.name, seeds=seeds,
        scheduler={"_class_name": type(scheduler).__name__, **public(scheduler.config)}, call=given,
    )
    if "image" in call:
        case.given(image=call["image"])
    case.expect("init_latents", usual["init_latents"], other["init_latents"])
    case.expect("steps", usual["steps"], other["steps"], per_step=True)
    case.expect("image", usual["image"], other["image"])
    bytes = (usual["image"] * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
    case.expect("image_u8", bytes, atol=1, max_fraction_differing=0.005, layout="NHWC")
    case.expect("timesteps", usual["timesteps"], atol=0.0)


def public(configuration):
    return {k: v for k, v in configuration.items() if not k.startswith("_")}


def changed(model, own, name, changes):
    return getattr(diffusers, name).from_config(model.scheduler(own).config, **changes)


def plain(folder, model):
    """Every scheduler over the model that predicts noise; sizes, batches and arguments with one of them."""
    own = diffusers.PNDMScheduler
    base = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "num_inference_steps": 6, "guidance_scale": 7.5}

    def scheduler(name="DDIMScheduler", changes=None):
        return changed(model, own, name, changes or {})

    for name, kind, changes in SCHEDULERS:
        record(
            folder, f"txt2img-{name}", StableDiffusionPipeline, model, scheduler(kind, changes), SEED,
            {**base, **SQUARE},
        )
    both = {"prompt": [PROMPT, CAT], "negative_prompt": [NEGATIVE] * 2}
    for name, seeds, more, how in [
        ("ddim-eta1", SEED, {**SQUARE, "eta": 1.0}, "noise from the same generator after the first latents"),
        ("ddim-nonsquare", LARGE, WIDE, "not square"),
        ("ddim-odd", LARGE, {"height": 80, "width": 112}, "not a multiple of 64"),
        ("nocfg", SEED, {**SQUARE, "negative_prompt": None, "guidance_scale": 1.0}, "the prompt alone"),
        ("noneg", SEED, {**SQUARE, "negative_prompt": None}, "no negative prompt is an empty one"),
        ("clip-skip1", SEED, {**SQUARE, "clip_skip": 1}, "layers are skipped for the prompt only"),
        ("rescale", SEED, {**SQUARE, "guidance_rescale": 0.7}, "guidance rescale"),
        ("long", SEED, {**SQUARE, "prompt": LONG}, "what is longer than 77 tokens is cut"),
        ("batch", [SEED, LARGE], {**SQUARE, **both}, "two prompts, a generator for each"),
        ("n2", SEED, {**SQUARE, "num_images_per_prompt": 2}, "two pictures from one generator"),
    ]:
        call = {**base, **more}
        record(folder, f"txt2img-{name}", StableDiffusionPipeline, model, scheduler(), seeds, call, how)
    record(
        folder, "txt2img-euler-a-batch", StableDiffusionPipeline, model,
        scheduler("EulerAncestralDiscreteScheduler"), [SEED, LARGE], {**base, **SQUARE, **both},
        "stochastic steps with a generator for each picture",
    )
    image = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(7))
    for name, kind, changes in SCHEDULERS:
        if name in ("ddim", "pndm", "euler", "euler-a", "dpmpp-2m-karras"):
            record(
                folder, f"img2img-{name}", StableDiffusionImg2ImgPipeline, model, scheduler(kind, changes), SEED,
                {**base, "num_inference_steps": 10, "strength": 0.6, "image": image},
                "in.image in 0...1; the generator draws the encoder's sample first, then the noise",
            )


def tiny(folder, model):
    """tiny-sd15 with tiny-taesd as its autoencoder."""
    call = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "num_inference_steps": 4, "guidance_scale": 7.5, **SQUARE}
    scheduler = changed(model, diffusers.PNDMScheduler, "DDIMScheduler", {})
    record(folder, "txt2img-taesd", StableDiffusionPipeline, model, scheduler, SEED, call, "tiny-taesd as the VAE")


def velocity(folder, model):
    """The model that predicts velocity."""
    base = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "num_inference_steps": 6, "guidance_scale": 7.5, **WIDE}
    for name, kind, changes in VELOCITY:
        scheduler = changed(model, diffusers.DDIMScheduler, kind, changes)
        record(folder, f"txt2img-{name}", StableDiffusionPipeline, model, scheduler, SEED, base)
    scheduler = changed(model, diffusers.DDIMScheduler, "DDIMScheduler", ZERO)
    record(
        folder, "txt2img-ddim-zsnr-trailing-rescale", StableDiffusionPipeline, model, scheduler, SEED,
        {**base, "guidance_rescale": 0.7},
    )


def shipped(folder, model):
    """The model that ships, with its own sampler and with another, at its own size."""
    index = json.loads((model.folder / "model_index.json").read_text())
    own = getattr(diffusers, index["scheduler"][1])
    base = {"negative_prompt": None, "num_inference_steps": 6, "guidance_scale": 4.0}
    for name, prompt, seed, kind in [
        ("own", "a photo of a car", SEED, own.__name__),
        ("euler", "a red car on the road", LARGE, "EulerDiscreteScheduler"),
    ]:
        scheduler = changed(model, own, kind, {})
        record(folder, f"txt2img-{name}", StableDiffusionPipeline, model, scheduler, seed, {"prompt": prompt, **base})


def consistency(folder, model):
    """The model that is told its guidance."""
    for steps, guidance, original in [(4, 8.0, 50), (1, 8.0, 50), (2, 1.5, 50), (8, 7.5, 50), (4, 8.0, 100)]:
        call = {
            "prompt": PROMPT, **SQUARE, "num_inference_steps": steps, "guidance_scale": guidance,
            "original_inference_steps": original,
        }
        record(
            folder, f"lcm-{steps}-{guidance}-{original}", LatentConsistencyModelPipeline, model,
            model.scheduler(diffusers.LCMScheduler), SEED, call,
        )
