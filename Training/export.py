"""Writes a run's averaged weights as a diffusers folder in half precision."""

import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline

import autoencoder
import names
import pictures
import tokenizer
from configurations import Configuration
from denoiser import Denoiser, build_scheduler


def averages(run: Path, name: str) -> dict[str, torch.Tensor]:
    return torch.load(run / f"{name}.pt", map_location="cpu")["average"]


def trained_autoencoder(configuration: Configuration, run: Path) -> AutoencoderKL:
    vae = autoencoder.build(configuration)
    vae.load_state_dict(averages(run, "autoencoder"))
    return vae


def pipeline(configuration: Configuration, run: Path) -> StableDiffusionPipeline:
    """The run's models as they stand, in single precision."""
    tokens = tokenizer.read(run / "tokenizer")
    vae = trained_autoencoder(configuration, run)
    denoiser = Denoiser.new(configuration, tokens)
    denoiser.load_state_dict(averages(run, "denoiser"))
    vae.register_to_config(scaling_factor=denoiser.scale.item())
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=denoiser.text_encoder,
        tokenizer=tokens,
        unet=denoiser.unet,
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def card(configuration: Configuration) -> str:
    """What the model knows, for those who write its prompts."""
    things = [f"- {', '.join(thing.nouns)}" for thing in names.things(configuration.rings)]
    places = [f"- {', '.join(place.where)}" for place in pictures.PLACES.values()]
    styles = ", ".join(f'"a {style} of a fox"' for style in pictures.STYLES)
    return "\n".join(
        [
            f"# A small latent diffusion model of {configuration.size}×{configuration.size} pixels",
            "",
            "Trained from nothing on drawings of Noto Color Emoji (its pictures under Apache 2.0, its files under the",
            "SIL Open Font License 1.1), named after Unicode's CLDR. It knows these words and no others:",
            "",
            '"a photo of a car", "a red car on the road", "a small tiger on the left", "a big owl at the top",',
            '"a photo of an owl on a blue background", "a photo of a meadow".',
            "",
            f"Colours: {', '.join(pictures.COLOURS)}.",
            *([f"Styles: {styles}."] if configuration.styled else []),
            "",
            "## Places",
            "",
            *places,
            "",
            f"## {len(things)} things",
            "",
            *things,
            "",
        ]
    )


def export(configuration: Configuration, run: Path, shard_size: str) -> Path:
    """Writes run/model. Files larger than the shard size are split; the default keeps each model in one."""
    folder = run / "model"
    models = pipeline(configuration, run).to(dtype=torch.float16)
    models.save_pretrained(folder, max_shard_size=shard_size)
    shutil.copytree(run / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)  # vocab.json and merges.txt too
    (folder / "README.md").write_text(card(configuration))
    megabytes = sum(file.stat().st_size for file in folder.rglob("*.safetensors")) / 1e6
    print(f"{folder}: {megabytes:.1f} MB of weights")
    return folder
