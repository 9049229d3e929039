"""The denoiser: a text encoder and a UNet that learn together to tell latents from noise.

Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020), with the velocity of Salimans and Ho,
"Progressive Distillation" (2022), section 4, captions dropped for Ho and Salimans, "Classifier-Free Diffusion Guidance"
(2022), and the weights of Hang et al., "Efficient Diffusion Training via Min-SNR Weighting Strategy" (2023).
"""

import re
from collections.abc import Iterable
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

import autoencoder
import names
import pictures
import tokenizer
from configurations import Configuration
from loop import Machine, Training

STEPS = 1000  # of noise
UNCAPTIONED = 0.1  # share of captions dropped
MOST_SNR = 5.0  # gamma of Min-SNR
EVEN = 0.15  # share of steps drawn evenly, so that the noisiest are not forgotten


def build_text_encoder(configuration: Configuration, tokens: CLIPTokenizer) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokens),
            hidden_size=configuration.text_width,
            intermediate_size=4 * configuration.text_width,
            num_hidden_layers=configuration.text_layers,
            num_attention_heads=4,
            max_position_embeddings=configuration.tokens,
            hidden_act="quick_gelu",
            bos_token_id=tokens.bos_token_id,
            eos_token_id=tokens.eos_token_id,
            pad_token_id=tokens.pad_token_id,
            projection_dim=configuration.text_width,
        )
    )


def build_unet(configuration: Configuration) -> UNet2DConditionModel:
    """Stable Diffusion's UNet with one layer a block, attending to the text everywhere but at the lowest level."""
    return UNet2DConditionModel(
        sample_size=configuration.latent_size,
        in_channels=configuration.latent_channels,
        out_channels=configuration.latent_channels,
        block_out_channels=configuration.unet_widths,
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=configuration.text_width,
        attention_head_dim=configuration.heads,  # diffusers reads the number of heads here
        norm_num_groups=16,
    )


def build_scheduler() -> DDIMScheduler:
    """Stable Diffusion's noise schedule, predicting the velocity."""
    return DDIMScheduler(
        num_train_timesteps=STEPS,
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="v_prediction",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


class Denoiser(nn.Module):
    """Predicts the velocity of noisy latents from the tokens of their captions.

    The scale gives the latents it works on unit variance (Rombach et al., 2022, appendix G).
    """

    def __init__(self, text_encoder: CLIPTextModel, unet: UNet2DConditionModel, scale: float = 1):
        super().__init__()
        self.text_encoder, self.unet = text_encoder, unet
        self.register_buffer("scale", torch.tensor(float(scale)))

    def forward(self, x: torch.Tensor, t: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        return self.unet(x, t, self.text_encoder(tokens).last_hidden_state).sample

    @classmethod
    def new(cls, configuration: Configuration, tokens: CLIPTokenizer, scale: float = 1) -> "Denoiser":
        return cls(build_text_encoder(configuration, tokens), build_unet(configuration), scale)

    @classmethod
    def read(cls, folder: Path) -> "Denoiser":
        text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32)
        scale = AutoencoderKL.load_config(folder / "vae")["scaling_factor"]
        return cls(text_encoder, UNet2DConditionModel.from_pretrained(folder / "unet"), scale)


def step_chances(scheduler: DDIMScheduler) -> torch.Tensor:
    """The chance of each noise step: Min-SNR's weight of the velocity's loss, min(SNR, 5) / (SNR + 1).

    Drawing steps by their weight gives the weighted loss the same mean as drawing them evenly, and less variance.
    """
    snr = scheduler.alphas_cumprod / (1 - scheduler.alphas_cumprod)
    weight = snr.clamp(max=MOST_SNR) / (snr + 1)
    return (1 - EVEN) * weight / weight.sum() + EVEN / STEPS


def any_of(words: Iterable[str]) -> str:
    return r"\b(" + "|".join(words) + r")\b"


def picture_chances(configuration: Configuration, captions: list[str]) -> torch.Tensor:
    """How often each picture is learned from: more often where it shows a new thing, or a coloured one in a place."""
    outermost = [thing for thing in names.things(configuration.rings) if thing.ring == configuration.rings - 1]
    new = re.compile(any_of(noun for thing in outermost for noun in thing.nouns))
    places = any_of(where for place in pictures.PLACES.values() for where in place.where)
    composed = re.compile(any_of(pictures.COLOURS) + ".*" + places)

    def chance(caption: str) -> float:
        return (configuration.newest if new.search(caption) else 1.0) * (
            configuration.composed if composed.search(caption) else 1.0
        )

    return torch.tensor([chance(caption) for caption in captions])


def train(configuration: Configuration, machine: Machine, vae: AutoencoderKL, start: Path | None = None) -> bool:
    """Trains text encoder and UNet on the autoencoder's latents, from the start's weights if there is one.

    Says whether they are finished.
    """
    device = machine.device
    tokens = tokenizer.read(machine.folder / "tokenizer")
    encoded = autoencoder.latents(vae, machine)
    model = Denoiser.read(start) if start else Denoiser.new(configuration, tokens, 1 / encoded.std().item())
    training = Training("denoiser", model, configuration.denoiser, machine)
    clean = encoded * training.model.scale
    captions = pictures.captions(pictures.shards(machine.folder / "pictures"))
    wanted = picture_chances(configuration, captions).to(device)
    texts = tokenizer.encode(tokens, captions).to(device)
    silence = tokenizer.encode(tokens, [""]).to(device)
    scheduler = build_scheduler()
    chances = step_chances(scheduler).to(device)
    if device.type == "cpu":
        model.unet.set_attn_processor(AttnProcessor())  # faster there than the fused attention, backwards above all
    if machine.compiles:
        model.unet.compile()

    def loss() -> torch.Tensor:
        count = configuration.denoiser.batch
        chosen = torch.multinomial(wanted, count, replacement=True)
        dropped = torch.rand(count, 1, device=device) < UNCAPTIONED
        t = torch.multinomial(chances, count, replacement=True)
        x0, noise = clean[chosen], torch.randn_like(clean[chosen])
        x = scheduler.add_noise(x0, noise, t).contiguous(memory_format=torch.channels_last)
        with machine.autocast():
            v = model(x, t, torch.where(dropped, silence, texts[chosen]))
        return F.mse_loss(v.float(), scheduler.get_velocity(x0, noise, t))

    training.run(loss)
    return training.finished
