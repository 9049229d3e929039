"""The named models. Sizes, shares and minutes stand here and nowhere else."""

from dataclasses import dataclass

from names import Thing


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a model learns. Minutes are of training, whatever the machine gets done in them."""

    minutes: float
    batch: int
    rate: float
    warm_up: int = 150  # steps
    ema: float = 0.9985  # decay a step, once warm


@dataclass(frozen=True)
class Configuration:
    # The pictures
    size: int  # pixels a side
    pictures: int
    rings: int  # of things: 1 for the core, 2 for the common ones as well, 3 for further ones, 4 for all
    plain: float  # share of things alone on a pale background
    coloured: float  # share of the others in a colour of their own choosing
    styled: float  # share drawn as a painting or a drawing
    newest: float  # how much more often than it is drawn a picture of the outermost ring is learned from
    composed: float  # and one of a thing in a colour of its own choosing and in a place
    # The autoencoder: each level after the first halves the picture
    autoencoder_widths: tuple[int, ...]
    latent_channels: int
    # The text encoder
    tokens: int
    merges: int
    text_width: int
    text_layers: int
    # The denoiser
    unet_widths: tuple[int, ...]
    heads: int
    # The training
    autoencoder: Schedule
    denoiser: Schedule

    @property
    def latent_size(self) -> int:
        return self.size >> (len(self.autoencoder_widths) - 1)

    def weight(self, thing: Thing) -> float:
        """How often a thing is drawn: walks start with the car and the tiger."""
        if thing.name in FAVOURITES:
            return 4
        return (1.5, 1.5, 1.5, 0.5)[thing.ring]


FAVOURITES = ("car", "tiger")

CONFIGURATIONS = {
    # Two slow cores: 54 things, latents of 4×16×16.
    "emoji64": Configuration(
        size=64,
        pictures=28_000,
        rings=1,
        plain=0.35,
        coloured=0.2,
        styled=0,
        newest=1,
        composed=1,
        autoencoder_widths=(32, 64, 128),
        latent_channels=4,
        tokens=32,
        merges=1488,
        text_width=128,
        text_layers=3,
        unet_widths=(64, 128, 256),
        heads=4,
        autoencoder=Schedule(minutes=25, batch=16, rate=1e-3),
        denoiser=Schedule(minutes=100, batch=32, rate=8e-4),
    ),
    # The same two cores, from emoji64 on: the same latents, which now stand for pictures of twice the side. It ships.
    "emoji128": Configuration(
        size=128,
        pictures=40_000,
        rings=3,
        plain=0.3,
        coloured=0.5,
        styled=0.1,
        newest=3,
        composed=3,
        autoencoder_widths=(32, 32, 64, 128),
        latent_channels=4,
        tokens=32,
        merges=1488,
        text_width=128,
        text_layers=3,
        unet_widths=(64, 128, 256),
        heads=4,
        autoencoder=Schedule(minutes=60, batch=4, rate=2.5e-4, warm_up=50, ema=0.995),
        denoiser=Schedule(minutes=98, batch=32, rate=6e-4),
    ),
    # Half an hour of one large GPU: 477 things, latents of 8×16×16.
    "emoji477": Configuration(
        size=128,
        pictures=240_000,
        rings=4,
        plain=0.35,
        coloured=0.2,
        styled=0.06,
        newest=1,
        composed=1,
        autoencoder_widths=(32, 64, 128, 128),
        latent_channels=8,
        tokens=32,
        merges=1488,
        text_width=192,
        text_layers=3,
        unet_widths=(64, 128, 256),
        heads=4,
        autoencoder=Schedule(minutes=6, batch=128, rate=8e-4),
        denoiser=Schedule(minutes=15, batch=1024, rate=1e-3, warm_up=300, ema=0.999),
    ),
}
