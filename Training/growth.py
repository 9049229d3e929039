"""An autoencoder grown by one level: the same latents, pictures of twice the side.

The inner levels and their weights are the smaller autoencoder's, which stays as the teacher of the latents. The
encoder's new level learns to hand the inner ones what the teacher's first level hands them for the picture's half; the
decoder learns the picture from the teacher's latents, its new level first and alone, then all of it. So a denoiser of
the teacher's latents serves both, and learns at the same time.

One of the full size already is refined: encoder and decoder together, with the latents held near to where they were, so
that a denoiser of the old ones goes on.

What the latents leave open a decoder blurs, for the mean of all possible edges is a slope. So it is also asked for as
much second difference around every pixel as the drawing has there, wherever exactly.
"""

import re

import torch
from diffusers import AutoencoderKL
from torch import nn
from torch.nn import functional as F

import autoencoder
from autoencoder import Lessons, as_input, edge_difference
from configurations import Configuration
from loop import Machine, Training

SCALES = 3  # at which edges are compared, each half of the last
DISTURBANCE = 0.1  # the most noise on the latents, as a share of their deviation: generated ones are not exact
ENCODER_EVERY = 3  # steps: it has less to learn
INNER_FROM = 0.1  # share of the time after which the decoder's inner levels learn as well
CRISPNESS = 7.0  # weight of the second differences
ANCHOR = 2.0  # weight of the latents' way from where they were, as a share of their variance


def grown(teacher: AutoencoderKL, configuration: Configuration) -> AutoencoderKL:
    """The teacher and one more level, as wide as its first, that begins as a plain halving and a plain doubling."""
    model = autoencoder.build(configuration)
    model.register_to_config(scaling_factor=teacher.config.scaling_factor)
    own = model.state_dict()
    for name, weight in teacher.state_dict().items():
        own[re.sub(r"(encoder\.down_blocks\.)(\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}", name)].copy_(weight)
    down, up = model.encoder.down_blocks[0], model.decoder.up_blocks[-1]
    for resnet in (*down.resnets, *up.resnets):
        nn.init.zeros_(resnet.conv2.weight)
        nn.init.zeros_(resnet.conv2.bias)
    begin_plainly(down.downsamplers[0].conv, taps=(0, 1))
    begin_plainly(model.decoder.up_blocks[-2].upsamplers[0].conv, taps=(1,))
    return model


@torch.no_grad()
def begin_plainly(conv: nn.Conv2d, taps: tuple[int, ...]) -> None:
    """Makes a convolution the mean of some taps of its own channel."""
    nn.init.zeros_(conv.weight)
    nn.init.zeros_(conv.bias)
    for y in taps:
        for x in taps:
            conv.weight[:, :, y, x] = torch.eye(len(conv.weight)) / len(taps) ** 2


def halved_features(encoder: nn.Module, x: torch.Tensor, level: int) -> torch.Tensor:
    """What the encoder's blocks up to a level make of pictures, before that level's halving."""
    h = encoder.conv_in(x)
    for block in encoder.down_blocks[:level]:
        h = block(h)
    for resnet in encoder.down_blocks[level].resnets:
        h = resnet(h, None)
    return h


def inner_features(model: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """What the decoder's inner levels make of latents: features of half the picture's side."""
    decoder = model.decoder
    h = decoder.mid_block(decoder.conv_in(model.post_quant_conv(latents)))
    for block in decoder.up_blocks[:-2]:
        h = block(h)
    for resnet in decoder.up_blocks[-2].resnets:
        h = resnet(h, None)
    return h


def outer_pictures(model: AutoencoderKL, features: torch.Tensor) -> torch.Tensor:
    """What the decoder's outermost level makes of them: pictures."""
    decoder = model.decoder
    h = decoder.up_blocks[-1](decoder.up_blocks[-2].upsamplers[0](features))
    return decoder.conv_out(decoder.conv_act(decoder.conv_norm_out(h)))


def crispness(x: torch.Tensor) -> torch.Tensor:
    """How much second difference, the Laplacian's magnitude, there is around each pixel.

    The mean of neighbours comes first: a screen of single dots would be the cheapest way to much of it.
    """
    x = F.avg_pool2d(x, 2, stride=1)
    inner = x[:, :, 1:-1, 1:-1]
    around = x[:, :, :-2, 1:-1] + x[:, :, 2:, 1:-1] + x[:, :, 1:-1, :-2] + x[:, :, 1:-1, 2:]
    return F.avg_pool2d((around - 4 * inner).abs(), 5, stride=2)


def picture_difference(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Colours and crispness at full size, edges at several."""
    difference = F.l1_loss(y, x) + CRISPNESS * F.l1_loss(crispness(y), crispness(x))
    for _ in range(SCALES):
        difference = difference + autoencoder.EDGES * edge_difference(y, x)
        y, x = F.avg_pool2d(y, 2), F.avg_pool2d(x, 2)
    return difference


def disturbed(latents: torch.Tensor, deviation: float) -> torch.Tensor:
    strength = DISTURBANCE * deviation * torch.rand(len(latents), 1, 1, 1, device=latents.device)
    return latents + strength * torch.randn_like(latents)


def refine(configuration: Configuration, machine: Machine, start: AutoencoderKL) -> bool:
    """Trains all of an autoencoder of the full size further. Says whether it is finished."""
    latents = autoencoder.latents(start, machine)
    variance, deviation = latents.var().item(), latents.std().item()
    training = Training("autoencoder", start, configuration.autoencoder, machine)
    model, lessons = training.model.to(memory_format=machine.layout), Lessons.read(machine)

    def loss() -> torch.Tensor:
        chosen = lessons.draw(configuration.autoencoder.batch)
        x = as_input(lessons.known[chosen]).contiguous(memory_format=machine.layout)
        with machine.autocast():
            z = model.encode(x).latent_dist.mode()
            y = model.decode(disturbed(z, deviation)).sample
        return picture_difference(y.float(), x) + ANCHOR * F.mse_loss(z.float(), latents[chosen]) / variance

    return lessons.teach(training, loss)


def train(configuration: Configuration, machine: Machine, teacher: AutoencoderKL) -> bool:
    """Grows the teacher and trains what came of it. Says whether it is finished."""
    training = Training("autoencoder", grown(teacher, configuration), configuration.autoencoder, machine)
    model, lessons = training.model.to(memory_format=machine.layout), Lessons.read(machine)
    latents = autoencoder.latents(teacher, machine)
    deviation = latents.std().item()
    begins = 60 * configuration.autoencoder.minutes * INNER_FROM

    def encoder_loss(x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad(), machine.autocast():
            wanted = halved_features(teacher.encoder, F.avg_pool2d(x, 2), 0).float()
        with machine.autocast():
            found = halved_features(model.encoder, x, 1).float()
        return F.mse_loss(found, wanted) / wanted.var()

    def decoder_loss(z: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        with machine.autocast():
            with torch.set_grad_enabled(training.spent > begins):
                features = inner_features(model, disturbed(z, deviation))
            y = outer_pictures(model, features).float()
        return picture_difference(y, x)

    def loss() -> torch.Tensor:
        chosen = lessons.draw(configuration.autoencoder.batch)
        x = as_input(lessons.known[chosen]).contiguous(memory_format=machine.layout)
        total = decoder_loss(latents[chosen], x)
        return total + encoder_loss(x) if training.step % ENCODER_EVERY == 0 else total

    return lessons.teach(training, loss)
