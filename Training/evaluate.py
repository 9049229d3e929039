"""Measures a trained model: does it draw the thing, in the colour, as sharply as the pictures it learned from?

Things are recognised by their nearest neighbours among freshly drawn pictures, in a feature space that nobody
trained: histograms of oriented gradients (Dalal and Triggs, 2005), which see shapes and not colours. So the figures
of all models and sizes compare, and a second network's mistakes stay out of them. The same measures on drawn pictures
that the neighbours do not hold are printed beside: the best that can be reached.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from PIL import Image

import autoencoder
import names
import pictures
from configurations import Configuration
from names import Thing, with_article
from pictures import COLOURS, HELD_OUT, STYLES, Wish, draw

STEPS, GUIDANCE = 10, 3.0
SEEDS = (42, 1337)
NEIGHBOURS = 5
REFERENCES = 60  # drawn pictures of each thing to compare with
RINGS = ("core", "common", "further", "other")
WALK = ("a photo of a car", 42, "a photo of a tiger", 1337, 12)


# Features


def luma(pixels: np.ndarray) -> np.ndarray:
    """Rec. 601 luma from 0 to 1 of bytes [n, h, w, 3]."""
    return pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) / 255


def oriented_gradients(pixels: np.ndarray, cells: int = 8, bins: int = 9) -> np.ndarray:
    """Unit vectors [n, features]: gradient strength by cell and unsigned direction, in normalised 2×2 blocks."""
    dy, dx = np.gradient(luma(pixels), axis=(1, 2))
    strength, direction = np.hypot(dx, dy), np.arctan2(dy, dx) % np.pi / np.pi * bins
    n, side = len(pixels), pixels.shape[1] // cells
    lower = np.floor(direction)
    histogram = np.zeros((n, cells, cells, bins), np.float32)
    for offset, share in ((0, 1 - (direction - lower)), (1, direction - lower)):
        for b in range(bins):
            votes = strength * share * ((lower + offset) % bins == b)
            histogram[..., b] += votes.reshape(n, cells, side, cells, side).sum(axis=(2, 4))
    blocks = np.concatenate(
        [histogram[:, y : cells - 1 + y, x : cells - 1 + x] for y in (0, 1) for x in (0, 1)], axis=-1
    )
    blocks /= np.linalg.norm(blocks, axis=-1, keepdims=True) + 0.1
    features = blocks.reshape(n, -1)
    return features / np.linalg.norm(features, axis=1, keepdims=True).clip(1e-6)


def foreground_colour(pixels: np.ndarray) -> np.ndarray:
    """The mean colour [n, 3] of what differs from the left and right edge of its row, from 0 to 1."""
    rgb = pixels.astype(np.float32) / 255
    edge = np.concatenate([rgb[:, :, :3], rgb[:, :, -3:]], axis=2).mean(axis=2, keepdims=True)
    differs = (np.linalg.norm(rgb - edge, axis=-1) > 0.2)[..., None]
    return (rgb * differs).sum(axis=(1, 2)) / differs.sum(axis=(1, 2)).clip(1)


def sharpness(pixels: np.ndarray) -> float:
    """The mean absolute Laplacian of the pictures' luma."""
    light = luma(pixels)
    inner = light[:, 1:-1, 1:-1]
    around = light[:, :-2, 1:-1] + light[:, 2:, 1:-1] + light[:, 1:-1, :-2] + light[:, 1:-1, 2:]
    return float(np.abs(around - 4 * inner).mean())


# References


@dataclass(frozen=True)
class References:
    """Drawn pictures in the feature space, with the number of the thing each shows."""

    features: np.ndarray
    labels: np.ndarray

    def recognise(self, pixels: np.ndarray) -> np.ndarray:
        """The number of the thing that most of the nearest neighbours show, by cosine."""
        likeness = oriented_gradients(pixels) @ self.features.T
        nearest = np.argpartition(-likeness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        votes = np.zeros((len(pixels), self.labels.max() + 1))
        for row, columns in enumerate(nearest):
            np.add.at(votes[row], self.labels[columns], likeness[row, columns])
        return votes.argmax(axis=1)


def drawn(wishes: list[Wish], size: int, seed: int) -> np.ndarray:
    rng = random.Random(seed)
    return np.stack([draw(wish, size, rng) for wish in wishes])


def references(things: list[Thing], size: int) -> References:
    rng = random.Random(1)
    wishes = [pictures.wish(thing, rng, plain=i % 2 == 0) for thing in things for i in range(REFERENCES)]
    labels = np.repeat(np.arange(len(things)), REFERENCES)
    return References(oriented_gradients(drawn(wishes, size, seed=2)), labels)


def texture(pixels: np.ndarray) -> np.ndarray:
    """How colourful, how sharp and how flat each picture is: [n, 3]."""
    rgb = pixels.astype(np.float32) / 255
    light = luma(pixels)
    dy, dx = np.gradient(light, axis=(1, 2))
    steps = np.hypot(dx, dy)
    return np.stack([np.ptp(rgb, axis=-1).mean((1, 2)), steps.mean((1, 2)), (steps < 0.008).mean((1, 2))], axis=1)


@dataclass(frozen=True)
class Likeness:
    """What of a wish is recognised by comparing a picture with drawn ones of the same thing in the same place.

    So a picture is judged by its thing: mountains and meadows are the same in all of them.
    """

    attribute: str  # of a wish
    values: list[str]  # that it may have
    feature: Callable[[np.ndarray], np.ndarray]  # pixels to [n, features]
    seed: int
    scaled: bool = False  # whether each feature counts by its spread
    draws: int = 4

    def drawn(self, wish: Wish, size: int) -> np.ndarray:
        """The mean feature [values, features] of drawn pictures of the wish with each value."""
        wishes = [replace(wish, **{self.attribute: value}) for value in self.values for _ in range(self.draws)]
        return self.feature(drawn(wishes, size, self.seed)).reshape(len(self.values), self.draws, -1).mean(axis=1)

    def nearest(self, pixels: np.ndarray, wishes: list[Wish], size: int) -> list[str]:
        """For each picture the value with which the thing that was wished for would look most like it."""
        alike = {wish: self.drawn(wish, size) for wish in set(wishes)}
        spread = np.concatenate(list(alike.values())).std(axis=0) if self.scaled else 1
        return [
            self.values[np.linalg.norm((alike[wish] - found) / spread, axis=-1).argmin()]
            for wish, found in zip(wishes, self.feature(pixels), strict=True)
        ]


COLOUR = Likeness("colour", list(COLOURS), foreground_colour, seed=100)
STYLE = Likeness("style", ["", *STYLES], texture, seed=200, scaled=True)


# Generated pictures


def noise(model: StableDiffusionPipeline, seed: int) -> torch.Tensor:
    """The same numbers on every device: drawn one picture at a time on the processor."""
    shape = (1, model.unet.config.in_channels, model.unet.config.sample_size, model.unet.config.sample_size)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def embed(model: StableDiffusionPipeline, captions: list[str]) -> torch.Tensor:
    tokens = model.tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return model.text_encoder(tokens.to(model.device)).last_hidden_state


@torch.no_grad()
def generate(
    model: StableDiffusionPipeline, embeddings: torch.Tensor, noises: torch.Tensor, batch: int = 32
) -> np.ndarray:
    """Pictures as bytes [n, size, size, 3], one for each embedding [n, tokens, width] and noise [n, c, h, w]."""
    silence, made = embed(model, [""]), []
    for text, x in zip(embeddings.split(batch), noises.split(batch), strict=True):
        images = model(
            prompt_embeds=text,
            negative_prompt_embeds=silence.expand_as(text),
            latents=x.to(model.device),
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            output_type="np",
        ).images
        made.append((images * 255).round().astype(np.uint8))
    return np.concatenate(made)


def generate_all(model: StableDiffusionPipeline, captions: list[str], seeds: tuple[int, ...] = SEEDS) -> np.ndarray:
    """Every caption with every seed: the first seed's pictures, then the second's."""
    with torch.no_grad():
        embeddings = embed(model, captions).repeat(len(seeds), 1, 1)
    noises = torch.cat([noise(model, seed) for seed in seeds for _ in captions])
    return generate(model, embeddings, noises)


def slerp(a: torch.Tensor, b: torch.Tensor, t: float) -> torch.Tensor:
    """Along the great circle from a to b (Shoemake, 1985)."""
    angle = torch.arccos(torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), dim=0))
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)


def walk(model: StableDiffusionPipeline) -> np.ndarray:
    """Frames from one caption and seed to another: embeddings mixed linearly, noise along the sphere."""
    first, first_seed, last, last_seed, frames = WALK
    with torch.no_grad():
        a, b = embed(model, [first]), embed(model, [last])
    times = [i / (frames - 1) for i in range(frames)]
    noises = [slerp(noise(model, first_seed), noise(model, last_seed), t) for t in times]
    return generate(model, torch.cat([a.lerp(b, t) for t in times]), torch.cat(noises))


# The table


def share(found: list | np.ndarray, wanted: list | np.ndarray) -> float:
    return 100 * float(np.mean(np.asarray(found) == np.asarray(wanted)))


def sheet(rows: list[np.ndarray], columns: int = 18, gap: int = 2) -> Image.Image:
    """All pictures in rows of as many columns, on white."""
    rows = [row[i : i + columns] for row in rows for i in range(0, len(row), columns)]
    side = rows[0].shape[1] + gap
    picture = Image.new("RGB", (columns * side + gap, len(rows) * side + gap), "white")
    for y, row in enumerate(rows):
        for x, pixels in enumerate(row):
            picture.paste(Image.fromarray(pixels), (x * side + gap, y * side + gap))
    return picture


@dataclass(frozen=True)
class Series:
    """What was wished for, as the model generated it and as the pictures to learn from are drawn."""

    wishes: list[Wish]
    generated: np.ndarray
    drawn: np.ndarray


@dataclass(frozen=True)
class Measure:
    """A figure of the model and, where it has one, of drawn pictures."""

    name: str
    model: float
    drawn: float | None = None

    def __str__(self) -> str:
        return f"{self.name:44} {self.model:7.1f} {'' if self.drawn is None else format(self.drawn, '7.1f')}"


def series(model: StableDiffusionPipeline, wishes: list[Wish], captions: list[str], size: int) -> Series:
    """Every wish with every seed."""
    wishes_of_all = wishes * len(SEEDS)
    return Series(wishes_of_all, generate_all(model, captions), drawn(wishes_of_all, size, seed=3))


def compared(name: str, series: Series, judge: Callable[[np.ndarray], float]) -> Measure:
    return Measure(name, judge(series.generated), judge(series.drawn))


def sharpness_of_walk(frames: np.ndarray) -> float:
    """The least sharp frame in per cent of the mean of the first and the last."""
    each = [sharpness(frame[None]) for frame in frames]
    return 100 * min(each) / np.mean([each[0], each[-1]])


def measure(model: StableDiffusionPipeline, configuration: Configuration) -> tuple[list[Measure], Image.Image]:
    """All figures, and the sheet of what was generated for them."""
    size, things = configuration.size, names.things(configuration.rings)
    by_name = {thing.name: thing for thing in things}
    known = references(things, size)

    def alone(things: list[Thing]) -> Series:
        wishes = [Wish(thing, thing.name) for thing in things]
        return series(model, wishes, [f"a photo of {with_article(wish.noun)}" for wish in wishes], size)

    rings = [alone([thing for thing in things if thing.ring == ring]) for ring in range(configuration.rings)]
    places = [Wish(by_name[noun], noun, colour, place=place) for colour, noun, place in HELD_OUT]
    captions = [f"a {wish.colour} {wish.noun} {pictures.PLACES[wish.place].where[0]}" for wish in places]
    scenes = series(model, places, captions, size)
    portraits = [Wish(thing, thing.name, style=style) for style in STYLES for thing in things if thing.core][::3]
    styled = series(model, portraits, [f"a {wish.style} of {with_article(wish.noun)}" for wish in portraits], size)
    frames = walk(model)

    def recognised(series: Series) -> Callable[[np.ndarray], float]:
        wanted = [things.index(wish.thing) for wish in series.wishes]
        return lambda pixels: share(known.recognise(pixels), wanted)

    def coloured(pixels: np.ndarray) -> float:
        return share(COLOUR.nearest(pixels, scenes.wishes, size), [wish.colour for wish in scenes.wishes])

    def in_style(pixels: np.ndarray) -> float:
        return share(STYLE.nearest(pixels, styled.wishes, size), [wish.style for wish in styled.wishes])

    core = rings[0]
    held_out = torch.from_numpy(np.concatenate([core.drawn, scenes.drawn])).to(model.device)
    measures = [
        *(
            compared(f"{name} thing alone recognised, %", ring, recognised(ring))
            for name, ring in zip(RINGS, rings, strict=False)
        ),
        compared("thing in colour and place recognised, %", scenes, recognised(scenes)),
        compared("its colour right, %", scenes, coloured),
        compared("painting or drawing recognised as that, %", styled, in_style),
        compared("thing in a style recognised, %", styled, recognised(styled)),
        compared("sharpness, thousandths", core, lambda pixels: 1000 * sharpness(pixels)),
        Measure("walk: least sharp frame against its ends, %", sharpness_of_walk(frames)),
        Measure("autoencoder on held-out pictures, dB", autoencoder.held_out_psnr(model.vae, held_out)),
    ]
    return measures, sheet([*(ring.generated for ring in rings), scenes.generated, styled.generated, frames])


def evaluate(configuration: Configuration, run: Path, device: torch.device) -> None:
    """Prints the table; writes run/evaluation.json and run/sheet.png."""
    model = StableDiffusionPipeline.from_pretrained(run / "model", dtype=torch.float32).to(device)
    model.scheduler = DPMSolverMultistepScheduler.from_config(model.scheduler.config, use_karras_sigmas=True)
    model.set_progress_bar_config(disable=True)
    measures, picture = measure(model, configuration)
    print(f"{'':44} {'model':>7} {'drawn':>7}", *measures, sep="\n")
    (run / "evaluation.json").write_text(json.dumps({m.name: float(m.model) for m in measures}, indent=2))
    picture.save(run / "sheet.png")
