"""Draws the pictures to learn from: emoji on plain, coloured and painted backgrounds, with their captions.

Everything is drawn on a 128-pixel canvas, the height of the font's bitmaps, and reduced to the size asked for.
A shard of 1,000 pictures depends on its number alone, so the set is the same however many processes draw it.
"""

import colorsys
import json
import math
import multiprocessing
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import names
from configurations import Configuration
from names import Thing, with_article

CANVAS = 128
SHARD = 1000
FONT = os.environ.get("EMOJI_FONT", "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")

COLOURS = {
    "red": (215, 30, 35),
    "orange": (245, 135, 20),
    "yellow": (250, 215, 40),
    "green": (50, 160, 60),
    "blue": (40, 95, 215),
    "purple": (135, 60, 190),
    "pink": (245, 130, 185),
    "brown": (125, 80, 45),
    "black": (38, 38, 42),
    "white": (240, 240, 243),
    "golden": (225, 170, 40),
    "gray": (140, 140, 145),
}

Colour = tuple[int, int, int]
Random = random.Random


# Painting


def jitter(colour: Colour, rng: Random, by: float = 8) -> Colour:
    return tuple(round(min(255, max(0, c + rng.uniform(-by, by)))) for c in colour)


def hsv(hue: float, saturation: float, value: float) -> Colour:
    return tuple(round(255 * c) for c in colorsys.hsv_to_rgb(hue % 1, saturation, value))


def gradient(top: Colour, bottom: Colour, height: int = CANVAS) -> Image.Image:
    t = np.linspace(0, 1, height)[:, None, None]
    column = np.array(top) * (1 - t) + np.array(bottom) * t
    return Image.fromarray(np.broadcast_to(column, (height, CANVAS, 3)).round().astype(np.uint8))


def ground(picture: Image.Image, horizon: float, top: Colour, bottom: Colour) -> None:
    """Paints everything below the horizon."""
    y = round(horizon)
    picture.paste(gradient(top, bottom, CANVAS - y), (0, y))


def hills(draw: ImageDraw.ImageDraw, rng: Random, horizon: float, height: float, colour: Colour) -> None:
    phase, waves = rng.uniform(0, math.tau), rng.uniform(0.7, 1.4)
    crest = [(x, horizon + height * math.sin(phase + waves * math.tau * x / CANVAS)) for x in range(0, CANVAS + 4, 4)]
    draw.polygon([(0, CANVAS), *crest, (CANVAS, CANVAS)], fill=colour)


def disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def dots(
    draw: ImageDraw.ImageDraw, rng: Random, count: int, below: float, radii: tuple[float, float], colour: Colour
) -> None:
    """Scatters snowflakes or stars over the top of the picture."""
    for _ in range(count):
        disc(draw, rng.uniform(0, CANVAS), rng.uniform(0, below), rng.uniform(*radii), colour)


# Places


def meadow(rng: Random) -> Image.Image:
    picture = gradient(jitter((110, 185, 245), rng), jitter((205, 232, 252), rng))
    ground(picture, rng.uniform(72, 84), jitter((125, 195, 75), rng), jitter((70, 145, 45), rng))
    return picture


def sunset(rng: Random) -> Image.Image:
    picture = gradient(jitter((95, 60, 130), rng), jitter((255, 165, 80), rng))
    horizon = rng.uniform(80, 90)
    disc(ImageDraw.Draw(picture), rng.uniform(20, 108), horizon - rng.uniform(2, 14), 14, (255, 225, 120))
    ground(picture, horizon, jitter((120, 60, 70), rng), jitter((60, 30, 50), rng))
    return picture


def night(rng: Random) -> Image.Image:
    picture = gradient(jitter((10, 14, 45), rng), jitter((35, 45, 95), rng))
    dots(ImageDraw.Draw(picture), rng, 22, 90, (0.6, 1.3), (235, 235, 215))
    ground(picture, rng.uniform(92, 102), (22, 32, 52), (14, 20, 36))
    return picture


def snow(rng: Random) -> Image.Image:
    picture = gradient(jitter((165, 190, 215), rng), jitter((215, 228, 240), rng))
    draw = ImageDraw.Draw(picture)
    hills(draw, rng, rng.uniform(76, 86), 3, jitter((244, 248, 252), rng, 3))
    dots(draw, rng, 26, CANVAS, (0.8, 1.8), (255, 255, 255))
    return picture


def beach(rng: Random) -> Image.Image:
    picture = gradient(jitter((120, 200, 245), rng), jitter((210, 240, 252), rng))
    ground(picture, 58, jitter((40, 140, 190), rng), jitter((80, 190, 205), rng))
    ground(picture, rng.uniform(82, 90), jitter((245, 222, 165), rng), jitter((225, 195, 130), rng))
    return picture


def desert(rng: Random) -> Image.Image:
    picture = gradient(jitter((250, 205, 130), rng), jitter((253, 235, 190), rng))
    draw = ImageDraw.Draw(picture)
    hills(draw, rng, rng.uniform(70, 78), 6, jitter((225, 165, 90), rng))
    hills(draw, rng, rng.uniform(90, 98), 5, jitter((205, 140, 70), rng))
    return picture


def sea(rng: Random) -> Image.Image:
    picture = gradient(jitter((60, 165, 215), rng), jitter((10, 50, 115), rng))
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y, radius = rng.uniform(0, CANVAS), rng.uniform(0, CANVAS), rng.uniform(1.5, 4)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(170, 225, 245))
    return picture


def space(rng: Random) -> Image.Image:
    picture = Image.new("RGB", (CANVAS, CANVAS), jitter((8, 6, 22), rng, 4))
    draw = ImageDraw.Draw(picture)
    dots(draw, rng, 40, CANVAS, (0.5, 1.4), (235, 235, 240))
    if rng.random() < 0.4:
        disc(draw, rng.choice((18, 110)), rng.uniform(14, 36), rng.uniform(6, 12), hsv(rng.random(), 0.4, 0.7))
    return picture


def forest(rng: Random) -> Image.Image:
    picture = gradient(jitter((165, 215, 190), rng), jitter((205, 230, 205), rng))
    draw = ImageDraw.Draw(picture)
    for x in range(0, CANVAS + 12, 12):
        x, top, green = x + rng.uniform(-5, 5), rng.uniform(8, 44), jitter((40, 95, 60), rng, 12)
        draw.polygon([(x, top), (x - 12, 98), (x + 12, 98)], fill=green)
    ground(picture, 92, jitter((80, 135, 65), rng), jitter((55, 100, 45), rng))
    return picture


def city(rng: Random) -> Image.Image:
    picture = gradient(jitter((165, 200, 230), rng), jitter((220, 230, 238), rng))
    draw = ImageDraw.Draw(picture)
    x = -rng.uniform(0, 12)
    while x < CANVAS:
        width, top, gray = rng.uniform(14, 26), rng.uniform(24, 66), rng.uniform(105, 150)
        draw.rectangle((x, top, x + width, 100), fill=jitter((gray, gray, gray + 8), rng, 5))
        for wx in np.arange(x + 3, x + width - 3, 6):
            for wy in np.arange(top + 4, 92, 8):
                draw.rectangle((wx, wy, wx + 2, wy + 3), fill=(235, 225, 170))
        x += width + 1
    ground(picture, 98, (112, 112, 118), (88, 88, 94))
    return picture


def road(rng: Random) -> Image.Image:
    picture = gradient(jitter((120, 185, 240), rng), jitter((215, 235, 250), rng))
    ground(picture, 66, jitter((130, 190, 90), rng), jitter((110, 170, 75), rng))
    ground(picture, 86, (105, 105, 110), (80, 80, 85))
    draw, first = ImageDraw.Draw(picture), rng.uniform(0, 30)
    for x in range(-30, CANVAS, 30):
        draw.rectangle((x + first, 116, x + first + 16, 119), fill=(240, 235, 200))
    return picture


def mountains(rng: Random) -> Image.Image:
    picture = gradient(jitter((130, 180, 230), rng), jitter((220, 232, 245), rng))
    draw = ImageDraw.Draw(picture)
    for i in range(4):
        x, height, half = i * 40 + rng.uniform(-12, 12), rng.uniform(40, 66), rng.uniform(28, 40)
        draw.polygon([(x, 96 - height), (x - half, 96), (x + half, 96)], fill=jitter((110, 120, 140), rng, 10))
        snow_line, cap = 96 - 0.7 * height, 0.3 * half
        draw.polygon([(x, 96 - height), (x - cap, snow_line), (x + cap, snow_line)], fill=(240, 244, 250))
    ground(picture, 92, jitter((120, 165, 85), rng), jitter((90, 135, 65), rng))
    return picture


def room(rng: Random) -> Image.Image:
    hue = rng.random()
    picture = gradient(hsv(hue, 0.18, 0.92), hsv(hue, 0.22, 0.86))
    ground(picture, 94, jitter((190, 140, 95), rng), jitter((150, 105, 65), rng))
    return picture


@dataclass(frozen=True)
class Place:
    """How a place is painted, where a thing in it is, and what a picture of it alone shows."""

    paint: Callable[[Random], Image.Image]
    where: tuple[str, ...]
    alone: tuple[str, ...]
    has_ground: bool = True


PLACES = {
    "meadow": Place(meadow, ("on grass", "on the grass", "in a meadow"), ("a meadow", "grass")),
    "sunset": Place(sunset, ("at sunset", "in the sunset"), ("a sunset", "the sunset")),
    "night": Place(night, ("at night", "under the stars"), ("a night sky", "the night sky")),
    "snow": Place(snow, ("in the snow", "in winter"), ("snow", "a snowy landscape")),
    "beach": Place(beach, ("on the beach", "at the beach"), ("a beach", "the beach")),
    "desert": Place(desert, ("in the desert",), ("a desert", "the desert")),
    "sea": Place(sea, ("under water", "in the sea"), ("the sea", "water"), has_ground=False),
    "space": Place(space, ("in space",), ("space", "outer space"), has_ground=False),
    "forest": Place(forest, ("in the forest", "in a forest"), ("a forest", "the forest")),
    "city": Place(city, ("in the city", "in a city"), ("a city street",)),
    "road": Place(road, ("on the road", "on a road"), ("a road", "the road")),
    "mountains": Place(mountains, ("in the mountains",), ("mountains", "the mountains")),
    "room": Place(room, ("in a room",), ("a room",)),
}


# Things


@cache
def font() -> ImageFont.FreeTypeFont:
    """Noto Color Emoji at 109, its one bitmap size; Raqm joins the emoji that are sequences."""
    return ImageFont.truetype(FONT, 109, layout_engine=ImageFont.Layout.RAQM)


def cut_out(emoji: str) -> Image.Image:
    picture = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(picture).text((10, 4), emoji, font=font(), embedded_color=True)
    return picture.crop(picture.getbbox())


def crowned(head: Image.Image) -> Image.Image:
    crown = cut_out("👑")
    width = round(0.53 * head.width)
    crown = crown.resize((width, round(width * crown.height / crown.width)), Image.Resampling.LANCZOS)
    rise = round(0.55 * crown.height)
    picture = Image.new("RGBA", (head.width, head.height + rise))
    picture.alpha_composite(head, (0, rise))
    picture.alpha_composite(crown, ((head.width - crown.width) // 2, 0))
    return picture


@cache
def portrait(thing: Thing) -> Image.Image:
    head = cut_out(thing.emoji)
    return crowned(head) if thing.crowned else head


def tinted(picture: Image.Image, name: str) -> Image.Image:
    """Recolours by lightness: black to the colour up to the mean lightness, the colour to white above it."""
    rgba = np.asarray(picture).astype(np.float32)
    rgb, alpha = rgba[..., :3] / 255, rgba[..., 3:]
    light = (rgb * [0.299, 0.587, 0.114]).sum(-1, keepdims=True)  # Rec. 601 luma
    colour = np.array(COLOURS[name]) / 255
    mean = min(max((light * alpha).sum() / alpha.sum(), 0.3), 0.75)
    if name == "black":
        tint = 0.42 * light
    elif name == "white":
        tint = 0.72 + 0.28 * light
    elif name == "gray":
        tint = 0.2 + 0.65 * light
    else:
        shade = colour * (0.18 + 0.82 * light / mean)
        highlight = colour + (1 - colour) * (light - mean) / (1 - mean) * 0.75
        tint = np.where(light < mean, shade, highlight)
    mixed = np.clip(0.85 * tint + 0.15 * rgb, 0, 1) * 255
    return Image.fromarray(np.concatenate([mixed, alpha], -1).round().astype(np.uint8))


# Styles


def as_painting(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.ModeFilter(7))


def as_drawing(picture: Image.Image) -> Image.Image:
    """Pencil lines where the lightness changes, and a little of the shading."""
    light = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(0.8))).astype(np.float32)
    dy, dx = np.gradient(light, 0.5)
    paper = 250 - np.clip(2.6 * np.hypot(dx, dy), 0, 200) - 0.12 * (255 - light)
    return Image.fromarray(paper.clip(0, 255).astype(np.uint8)).convert("RGB")


STYLES = {"painting": as_painting, "drawing": as_drawing}


# Whole pictures


@dataclass(frozen=True)
class Wish:
    """What is to be drawn. Each part is missing when nothing is said about it."""

    thing: Thing | None
    noun: str = ""
    colour: str = ""
    size: str = ""
    position: str = ""
    background: str = ""
    place: str = ""
    style: str = ""

    def caption(self, rng: Random) -> str:
        opening = f"a {self.style} of " if self.style else rng.choice(OPENINGS)
        if self.thing is None:
            return opening + rng.choice(PLACES[self.place].alone)
        subject = with_article(" ".join(filter(None, (self.size, self.colour, self.noun))))
        where = rng.choice(PLACES[self.place].where) if self.place else ""
        if self.background:
            where = f"on {with_article(self.background)} background"
        return opening + " ".join(filter(None, (subject, self.position, where)))


OPENINGS = ("", "", "", "a photo of ", "a photo of ", "a picture of ", "an image of ")


def wish(thing: Thing, rng: Random, plain: bool, style: str = "", coloured: float = 0.2) -> Wish:
    """A thing as captions talk of it: some in a colour, six in ten somewhere, some small or big."""
    colour = rng.choice(list(COLOURS)) if not plain and style != "drawing" and rng.random() < coloured else ""
    size = rng.choices(("small", "big", ""), (7, 5, 88))[0]
    position = ""
    if size == "small" and rng.random() < 0.5:
        position = rng.choice(list(SHIFTS))
    background = place = ""
    kind = 0 if plain else rng.random()
    if kind > 0.6:
        place = rng.choice(list(PLACES))
    elif kind > 0.42:
        background = rng.choice(list(COLOURS))
    return Wish(thing, thing.noun(rng), colour, size, position, background, place, style)


SHIFTS = {"on the left": (-26, 0), "on the right": (26, 0), "at the top": (0, -26), "at the bottom": (0, 26)}
SCALES = {"small": (0.44, 0.52), "big": (0.95, 1.02), "": (0.74, 0.86)}


def backdrop(wish: Wish, rng: Random) -> Image.Image:
    if wish.place:
        return PLACES[wish.place].paint(rng)
    if wish.background:
        colour = jitter(COLOURS[wish.background], rng, 10)
        return gradient(colour, tuple(round(0.93 * c) for c in colour))
    hue, saturation = rng.random(), rng.uniform(0.03, 0.22)
    lower = hsv(hue + rng.uniform(-0.06, 0.06), saturation + 0.05, rng.uniform(0.82, 0.93))
    return gradient(hsv(hue, saturation, rng.uniform(0.95, 1)), lower)


def place_thing(picture: Image.Image, wish: Wish, rng: Random) -> Image.Image:
    """Sets the thing near the middle, on a shadow where there is ground."""
    thing = portrait(wish.thing)
    if wish.colour:
        thing = tinted(thing, wish.colour)
    scale = rng.uniform(*SCALES[wish.size]) * CANVAS / max(*thing.size, 110)
    width, height = (max(1, round(side * scale)) for side in thing.size)
    dx, dy = SHIFTS.get(wish.position, (0, 0))
    standing = bool(wish.place) and PLACES[wish.place].has_ground
    x = round((CANVAS - width) / 2 + dx + rng.gauss(0, 2.2))
    y = round((CANVAS - height) / 2 + dy + rng.gauss(0, 2.2) + (6 if standing and not wish.position else 0))
    if standing:
        shadow = Image.new("L", picture.size)
        feet = (x + 0.1 * width, y + height - 5, x + 0.9 * width, y + height + 5)
        ImageDraw.Draw(shadow).ellipse(feet, fill=90)
        picture.paste((0, 0, 0), mask=shadow.filter(ImageFilter.GaussianBlur(2.5)))
    thing = thing.resize((width, height), Image.Resampling.LANCZOS)
    picture.paste(thing, (x, y), thing)
    return picture


def draw(wish: Wish, size: int, rng: Random) -> np.ndarray:
    """The picture of a wish as [size, size, 3] bytes."""
    picture = backdrop(wish, rng)
    if wish.thing:
        picture = place_thing(picture, wish, rng)
    if wish.style:
        picture = STYLES[wish.style](picture)
    if size != CANVAS:
        picture = picture.resize((size, size), Image.Resampling.BOX)
    return np.asarray(picture)


# The set


# Colour, thing, place: combinations that no model sees while it learns, though it sees every pair.
HELD_OUT = (
    ("red", "car", "road"),
    ("blue", "car", "city"),
    ("green", "car", "beach"),
    ("yellow", "car", "snow"),
    ("blue", "tiger", "meadow"),
    ("purple", "tiger", "snow"),
    ("green", "dragon", "mountains"),
    ("pink", "castle", "sunset"),
    ("blue", "rocket", "space"),
    ("red", "rocket", "night"),
    ("purple", "fish", "sea"),
    ("yellow", "bus", "city"),
    ("green", "truck", "road"),
    ("red", "airplane", "mountains"),
    ("blue", "house", "forest"),
    ("brown", "bear", "forest"),
    ("black", "horse", "desert"),
    ("white", "rabbit", "snow"),
    ("golden", "crown", "room"),
    ("pink", "butterfly", "meadow"),
)


def any_wish(configuration: Configuration, things: list[Thing], rng: Random) -> Wish:
    """A thing, or now and then a place alone, as often as the configuration says."""
    if rng.random() < 0.03:
        return Wish(None, place=rng.choice(list(PLACES)))
    (thing,) = rng.choices(things, [configuration.weight(thing) for thing in things])
    style = rng.choice(list(STYLES)) if rng.random() < configuration.styled else ""
    while True:
        wished = wish(thing, rng, rng.random() < configuration.plain, style, configuration.coloured)
        if (wished.colour, thing.name, wished.place) not in HELD_OUT:
            return wished


def draw_shard(number: int, configuration: Configuration, folder: Path) -> None:
    """Draws pictures 1000·number … 1000·number + 999 and their captions, unless they are there."""
    shard = folder / f"{number:04}.npy"
    if shard.exists():
        return
    rng = Random(7000 + number)
    things = names.things(configuration.rings)
    wishes = [any_wish(configuration, things, rng) for _ in range(SHARD)]
    shard.with_suffix(".json").write_text(json.dumps([wish.caption(rng) for wish in wishes]))
    beside = shard.with_suffix(".part")
    with beside.open("wb") as file:
        np.save(file, np.stack([draw(wish, configuration.size, rng) for wish in wishes]))
    beside.rename(shard)


def draw_all(configuration: Configuration, folder: Path, processes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shards = configuration.pictures // SHARD
    with multiprocessing.Pool(processes) as pool:
        pool.starmap(draw_shard, [(number, configuration, folder) for number in range(shards)], chunksize=1)
    print(f"{shards * SHARD} pictures of {configuration.size}×{configuration.size} in {folder}")


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npy"))


def load(shards: list[Path]) -> np.ndarray:
    """The pictures [n, size, size, 3] of some shards."""
    return np.concatenate([np.load(shard) for shard in shards])


def captions(shards: list[Path]) -> list[str]:
    return [caption for shard in shards for caption in json.loads(shard.with_suffix(".json").read_text())]
