"""Tiny models of the true architectures with random weights, in diffusers' folders."""

import contextlib
import json
import os
import pathlib
import shutil

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    LatentConsistencyModelPipeline,
    LCMScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from . import words

TRAINING = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
CROSS, PLAIN = "CrossAttn", ""


def unet(width, **more):
    return UNet2DConditionModel(
        sample_size=64,
        block_out_channels=(8, 16, 16, 16),
        layers_per_block=2,
        norm_num_groups=4,
        cross_attention_dim=width,
        **{"attention_head_dim": 4, **more},
    )


def autoencoder():
    return AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=64,
    )


def tiny_autoencoder():
    return AutoencoderTiny(
        encoder_block_out_channels=(16,) * 4,
        decoder_block_out_channels=(16,) * 4,
        num_encoder_blocks=(1, 1, 2, 1),
        num_decoder_blocks=(2, 1, 1, 1),
    )


def text_encoder(width, layers, heads, activation, vocabulary):
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=77,
        hidden_act=activation,
        projection_dim=width,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=1,
    )
    return CLIPTextModel(config)


def randomize(model, seed):
    """Weights of about the size that training leaves, biases and norms included."""
    source = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=source)
        if parameter.dim() > 1:
            value = noise / parameter[0].numel() ** 0.5 if "embedding" not in name else 0.5 * noise
        elif "norm" in name and name.endswith("weight"):
            value = 1 + 0.1 * noise
        else:
            value = 0.1 * noise
        parameter.data.copy_(value)
    return model.eval()


def write_model(root, name, pipeline, scheduler, width, layers, heads, activation, seed, **denoiser):
    folder = pathlib.Path(root) / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    vocabulary = words.write(folder / "tokenizer")
    parts = {
        "text_encoder": randomize(text_encoder(width, layers, heads, activation, vocabulary), seed),
        "unet": randomize(unet(width, **denoiser), seed + 1),
        "vae": randomize(autoencoder(), seed + 2),
        "scheduler": scheduler,
    }
    for part, model in parts.items():
        model.save_pretrained(folder / part)
    index = {
        "_class_name": pipeline.__name__,
        "_diffusers_version": "0.6.0",
        "feature_extractor": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", type(scheduler).__name__],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=1) + "\n")
    return folder


def prefix_text_encoder(folder):
    """Older exports have a prefix on every name, and positions as a buffer."""
    path = folder / "text_encoder" / "model.safetensors"
    weights = {f"text_model.{name.removeprefix('text_model.')}": value for name, value in load_file(path).items()}
    weights["text_model.embeddings.position_ids"] = torch.arange(77).unsqueeze(0)
    save_file(weights, path, {"format": "pt"})


def copy_in_halves(folder, name, dtype, variant=None):
    """The same model with its weights in 16 bits."""
    half = folder.with_name(name)
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(folder, half)
    for path in half.rglob("*.safetensors"):
        weights = {n: v.to(dtype) if v.is_floating_point() else v for n, v in load_file(path).items()}
        path.unlink()
        save_file(weights, path.with_suffix(f".{variant}.safetensors") if variant else path, {"format": "pt"})


def copy_in_shards(folder, name):
    """The same model with every part in several files and an index."""
    shards = folder.with_name(name)
    shutil.rmtree(shards, ignore_errors=True)
    shutil.copytree(folder, shards)
    for path in list(shards.rglob("*.safetensors")):
        weights = list(load_file(path).items())
        path.unlink()
        thirds = [dict(weights[i::3]) for i in range(3)]
        names = [f"{path.stem}-{i:05}-of-00003.safetensors" for i in (1, 2, 3)]
        for shard, file in zip(thirds, names):
            save_file(shard, path.with_name(file), {"format": "pt"})
        index = {
            "metadata": {"total_size": sum(v.nbytes for _, v in weights)},
            "weight_map": {key: file for shard, file in zip(thirds, names) for key in shard},
        }
        path.with_name(f"{path.name}.index.json").write_text(json.dumps(index, indent=1) + "\n")


def make(root):
    leading = {**TRAINING, "set_alpha_to_one": False, "steps_offset": 1}
    sd15 = write_model(
        root, "tiny-sd15", StableDiffusionPipeline, PNDMScheduler(**leading, skip_prk_steps=True),
        width=24, layers=3, heads=3, activation="quick_gelu", seed=100,
    )
    copy_in_halves(sd15, "tiny-sd15-fp16", torch.float16, variant="fp16")
    copy_in_halves(sd15, "tiny-sd15-bf16", torch.bfloat16)
    copy_in_shards(sd15, "tiny-sd15-sharded")
    prefix_text_encoder(sd15)
    write_model(
        root, "tiny-sd21", StableDiffusionPipeline,
        DDIMScheduler(**leading, clip_sample=False, prediction_type="v_prediction"),
        width=20, layers=4, heads=5, activation="gelu", seed=200,
        attention_head_dim=(2, 4, 4, 4), use_linear_projection=True,
    )
    write_model(
        root, "tiny-lcm", LatentConsistencyModelPipeline, LCMScheduler(**TRAINING),
        width=24, layers=3, heads=3, activation="quick_gelu", seed=300, time_cond_proj_dim=16,
    )
    # An autoencoder alone, to take the place of another.
    folder = pathlib.Path(root) / "models" / "tiny-taesd"
    shutil.rmtree(folder, ignore_errors=True)
    randomize(tiny_autoencoder(), 400).save_pretrained(folder)
    print(pathlib.Path(root) / "models")


def weights_of(folder):
    """All tensors of a part's files."""
    return {k: v for path in sorted(pathlib.Path(folder).glob("*.safetensors")) for k, v in load_file(path).items()}


def load_part(kind, folder):
    """A part in single precision from files of any precision."""
    model = kind.from_config(kind.load_config(folder))
    model.load_state_dict({k: v.float() for k, v in weights_of(folder).items()})
    return model.eval()


def load_text_encoder(folder):
    config = CLIPTextConfig.from_pretrained(folder)
    model = CLIPTextModel(config)
    names = set(model.state_dict())
    prefix = "text_model." if next(iter(names)).startswith("text_model.") else ""
    weights = {prefix + k.removeprefix("text_model."): v.float() for k, v in weights_of(folder).items()}
    model.load_state_dict({k: v for k, v in weights.items() if k in names})
    if not prefix:
        # diffusers looks for the final norm under the name that it had in older versions of transformers.
        object.__setattr__(model, "text_model", model)
    return model.eval()


class Model:
    """The parts of a model's folder; `tiny` names a folder with an AutoencoderTiny in the place of its own.

    A name is one of the tiny models, or the path of another's folder.
    """

    def __init__(self, root, name, tiny=None):
        self.folder = pathlib.Path(root).resolve() / "models" / name
        self.name = os.path.relpath(self.folder, root)
        self.tokenizer = words.load(self.folder / "tokenizer")
        self.text_encoder = load_text_encoder(self.folder / "text_encoder")
        self.unet = load_part(UNet2DConditionModel, self.folder / "unet")
        own = (AutoencoderKL, self.folder / "vae")
        self.vae = load_part(*((AutoencoderTiny, self.folder.with_name(tiny)) if tiny else own))

    def scheduler(self, kind):
        return kind.from_pretrained(self.folder / "scheduler")

    @contextlib.contextmanager
    def other_way(self):
        """The same arithmetic in another order: attention spelled out, torch's own convolutions."""
        attentive = [part for part in (self.unet, self.vae) if hasattr(part, "set_attn_processor")]
        for part in attentive:
            part.set_attn_processor(AttnProcessor())
        with torch.backends.mkldnn.flags(enabled=False):
            yield
        for part in attentive:
            part.set_attn_processor(AttnProcessor2_0())

    def both_ways(self, function):
        """What `function` gives in the usual and in the other way."""
        usual = function()
        with self.other_way():
            return usual, function()
