"""The autoencoder: pictures to small latents and back.

Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), in the shape of Rombach et al., "High-Resolution Image
Synthesis with Latent Diffusion Models" (2022): its loss without the perceptual and adversarial terms, which flat
drawings do not need, and with the differences between neighbours, which keep their edges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch.nn import functional as F

import pictures
from configurations import Configuration
from loop import Machine, Training

EDGES = 0.5  # weight of the differences between neighbours
PRIOR = 2e-7  # weight of the divergence from the normal distribution, in nats a picture
HELD_OUT = 512  # pictures at the end of the set that training never sees


def build(configuration: Configuration) -> AutoencoderKL:
    levels = len(configuration.autoencoder_widths)
    return AutoencoderKL(
        down_block_types=["DownEncoderBlock2D"] * levels,
        up_block_types=["UpDecoderBlock2D"] * levels,
        block_out_channels=list(configuration.autoencoder_widths),
        layers_per_block=1,
        latent_channels=configuration.latent_channels,
        norm_num_groups=16,
        sample_size=configuration.size,
        mid_block_add_attention=False,
    )


def read(folder: Path, device: torch.device) -> AutoencoderKL:
    """The autoencoder of an exported model, in single precision."""
    model = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32)
    return model.to(device, memory_format=torch.channels_last).eval()


def as_input(pixels: torch.Tensor) -> torch.Tensor:
    """Bytes [n, h, w, 3] as numbers from -1 to 1, [n, 3, h, w] in channels-last order."""
    return pixels.permute(0, 3, 1, 2).float().div(127.5).sub(1)


def psnr(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Peak signal-to-noise ratio of each picture in dB; the values run from -1 to 1, so the peak is 2."""
    return 10 * torch.log10(4 / (a - b).square().mean(dim=(1, 2, 3)))


def edge_difference(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The mean absolute difference of the two pictures' horizontal and vertical steps."""
    return F.l1_loss(a.diff(dim=3), b.diff(dim=3)) + F.l1_loss(a.diff(dim=2), b.diff(dim=2))


def loss(model: AutoencoderKL, x: torch.Tensor, machine: Machine) -> torch.Tensor:
    with machine.autocast():
        posterior = model.encode(x).latent_dist
        y = model.decode(posterior.sample()).sample
    y = y.float()
    return F.l1_loss(y, x) + EDGES * edge_difference(y, x) + PRIOR * posterior.kl().float().mean()


@torch.no_grad()
def encode(model: AutoencoderKL, pixels: torch.Tensor, batch: int = 256) -> torch.Tensor:
    """The most likely latents of bytes [n, h, w, 3], reduced to the model's size, unscaled."""
    size = model.config.sample_size
    return torch.cat(
        [model.encode(F.adaptive_avg_pool2d(as_input(part), size)).latent_dist.mode() for part in pixels.split(batch)]
    )


def latents(vae: AutoencoderKL, machine: Machine) -> torch.Tensor:
    """The latents of all pictures, unscaled; encoded once, then kept in latents.pt."""
    file = machine.folder / "latents.pt"
    if file.exists():
        return torch.load(file, map_location=machine.device)
    parts = []
    for shard in pictures.shards(machine.folder / "pictures"):
        pixels = torch.from_numpy(pictures.load([shard]))
        parts.append(encode(vae, pixels.to(machine.device)).contiguous())
    encoded = torch.cat(parts)
    torch.save(encoded, file)
    return encoded


@torch.no_grad()
def held_out_psnr(model: AutoencoderKL, pixels: torch.Tensor) -> float:
    """Mean PSNR in dB of held-out pictures, reconstructed from their most likely latents."""
    x = as_input(pixels)
    y = torch.cat([model.decode(model.encode(part).latent_dist.mode()).sample for part in x.split(64)])
    return psnr(y.clamp(-1, 1), x).mean().item()


@dataclass(frozen=True)
class Lessons:
    """A run's pictures as bytes [n, h, w, 3]: those to learn from, and those to be asked about."""

    known: torch.Tensor
    held_out: torch.Tensor

    @classmethod
    def read(cls, machine: Machine) -> "Lessons":
        pixels = torch.from_numpy(pictures.load(pictures.shards(machine.folder / "pictures"))).to(machine.device)
        return cls(pixels[:-HELD_OUT], pixels[-HELD_OUT:])

    def draw(self, count: int) -> torch.Tensor:
        """The numbers of some pictures, at random."""
        return torch.randint(len(self.known), (count,), device=self.known.device)

    def teach(self, training: Training, loss: Callable[[], torch.Tensor]) -> bool:
        """Trains an autoencoder, and prints how well it knows the held-out pictures. Says whether it is finished."""
        training.run(loss)
        print(f"autoencoder: {held_out_psnr(training.average, self.held_out):.1f} dB on {HELD_OUT} held-out pictures")
        return training.finished


def train(configuration: Configuration, machine: Machine) -> bool:
    """Trains the autoencoder. Says whether it is finished."""
    training = Training("autoencoder", build(configuration), configuration.autoencoder, machine)
    if training.finished:
        return True
    model, lessons = training.model, Lessons.read(machine)
    if machine.compiles:
        model.encoder.compile()
        model.decoder.compile()

    def batch() -> torch.Tensor:
        x = as_input(lessons.known[lessons.draw(configuration.autoencoder.batch)])
        return x.flip(3) if torch.rand(()) < 0.5 else x

    return lessons.teach(training, lambda: loss(model, batch(), machine))


def keep(model: AutoencoderKL, machine: Machine) -> None:
    """Takes a trained autoencoder for the run's own."""
    torch.save({"average": model.state_dict()}, machine.folder / "autoencoder.pt")
