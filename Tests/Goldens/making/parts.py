"""The parts of the tiny models, each alone: text encoder, time embedding, denoiser, autoencoder."""

import torch
from diffusers import StableDiffusionPipeline
from diffusers.models.embeddings import get_timestep_embedding

from .goldens import spread, tolerance

PROMPTS = [
    "",
    "a photograph of an astronaut riding a horse",
    "A cat, it's on the windowsill & asleep!",
    "日本の富士山 🚀 café",
    "an intricate clockwork city in the clouds, " * 12,
    "blurry, low quality, watermark",
]

# Time, batch, latent height and width, tokens.
CALLS = [
    (999, 1, 8, 8, 77),
    (981, 2, 8, 8, 77),
    (500, 1, 12, 20, 77),
    (1, 1, 16, 8, 154),
    (261, 2, 10, 14, 77),
    (759.5, 1, 8, 12, 77),
    (33, 1, 13, 9, 31),
]


def source(seed):
    return torch.Generator().manual_seed(seed)


def text(folder, model, id="text", file=None):
    ids = model.tokenizer(PROMPTS, padding="max_length", truncation=True, max_length=77, return_tensors="pt").input_ids
    encoder = model.text_encoder
    inner = getattr(encoder, "text_model", encoder)

    def run():
        out = encoder(ids, output_hidden_states=True)
        states = out.hidden_states
        return {
            "last_hidden_state": out.last_hidden_state,
            "hidden_states_-2": states[-2],
            "hidden_states_0": states[0],
            "clip_skip_1": inner.final_layer_norm(states[-2]),
            "clip_skip_2": inner.final_layer_norm(states[-3]),
            "pooled": out.pooler_output,
        }

    usual = run()
    encoder.double()
    other = run()
    encoder.float()
    case = folder.case(
        id, file or f"{model.folder.name}.text.safetensors",
        "clip_skip_k is hidden_states[-(k+1)] through the final norm; pooled at argmax(ids), since eos_token_id is 2",
        prompts=PROMPTS, model=model.name,
    )
    case.given(ids=ids)
    for name, value in usual.items():
        case.expect(name, value, other[name])


def times(folder):
    t = torch.tensor([0.0, 1.0, 33.0, 500.0, 759.5, 981.0, 999.0])
    for width in (16, 320, 33):
        for cosine_first, shift in ((True, 0), (False, 1)):
            order = "cos_sin" if cosine_first else "sin_cos"
            case = folder.case(
                f"temb-{width}-{order}-shift{shift}", "timestep_embedding.safetensors", "get_timestep_embedding",
                dim=width, flip_sin_to_cos=cosine_first, freq_shift=shift,
            )
            case.given(t=t)
            value = get_timestep_embedding(t, width, cosine_first, shift)
            # The phase is rounded before its sine is taken.
            case.expect("emb", value, atol=1000 * 2.0**-23 * 2)


def denoiser(folder, model):
    for i, (time, n, height, width, tokens) in enumerate(CALLS):
        sample = torch.randn(n, 4, height, width, generator=source(i))
        states = torch.randn(n, tokens, model.unet.config.cross_attention_dim, generator=source(i + 100))
        usual, other = model.both_ways(lambda: model.unet(sample, time, states).sample)
        case = folder.case(
            f"unet{i}", f"{model.folder.name}.unet.safetensors", "one call of the UNet",
            model=model.name, timestep=time,
        )
        case.given(sample=sample, timestep=torch.tensor(float(time)), encoder_hidden_states=states)
        case.expect("sample", usual, other)


def autoencoder(folder, model):
    for i, (n, height, width) in enumerate([(1, 8, 8), (2, 6, 10), (1, 5, 7)]):
        latents = torch.randn(n, 4, height, width, generator=source(i))
        image = torch.rand(n, 3, 8 * height, 8 * width, generator=source(i + 10)) * 2 - 1
        noise = torch.randn(n, 4, height, width, generator=source(i + 20))

        def run():
            posterior = model.vae.encode(image).latent_dist
            return {
                "decoded": model.vae.decode(latents).sample,
                "mean": posterior.mean,
                "logvar": posterior.logvar,
                "mode": posterior.mode(),
                "sampled": posterior.mean + posterior.std * noise,
            }

        usual, other = model.both_ways(run)
        case = folder.case(
            f"vae{i}", f"{model.folder.name}.vae.safetensors",
            "decode: in.latents as the decoder sees them. encode: in.image in [-1, 1]. sampled = mean + std * in.noise",
            model=model.name,
        )
        case.given(latents=latents, image=image, noise=noise)
        for name, value in usual.items():
            case.expect(name, value, other[name])


def tiny_autoencoder(folder, model, name):
    for i, (n, height, width) in enumerate([(1, 8, 8), (2, 5, 7)]):
        latents = torch.randn(n, 4, height, width, generator=source(i))
        image = torch.rand(n, 3, 8 * height, 8 * width, generator=source(i + 10)) * 2 - 1
        usual, other = model.both_ways(
            lambda: {"decoded": model.vae.decode(latents).sample, "latents": model.vae.encode(image).latents}
        )
        case = folder.case(
            f"taesd-vae{i}", f"{name}.vae.safetensors",
            "AutoencoderTiny. decode: in.latents. encode: in.image in [-1, 1]", model=f"models/{name}",
        )
        case.given(latents=latents, image=image)
        for key, value in usual.items():
            case.expect(key, value, other[key])


def halves(folder, model, kind, dtype):
    """Weights in 16 bits: widened with arithmetic in fp32, and as a rough guide all arithmetic in 16 bits."""
    text(folder, model, f"{kind}-text")
    file = f"{model.folder.name}.safetensors"
    sample = torch.randn(1, 4, 8, 8, generator=source(1))
    states = torch.randn(1, 77, model.unet.config.cross_attention_dim, generator=source(2))
    latents = torch.randn(1, 4, 8, 8, generator=source(3))

    def run(dtype):
        return {
            "sample": model.unet(sample.to(dtype), 500, states.to(dtype)).sample.float(),
            "decoded": model.vae.decode(latents.to(dtype)).sample.float(),
        }

    wide, other = model.both_ways(lambda: run(torch.float32))
    case = folder.case(f"{kind}-upcast", file, "weights widened, arithmetic in fp32", model=model.name)
    case.given(sample=sample, timestep=torch.tensor(500.0), encoder_hidden_states=states, latents=latents)
    for name, value in wide.items():
        case.expect(name, value, other[name])
    model.unet.to(dtype), model.vae.to(dtype)
    native = run(dtype)
    model.unet.float(), model.vae.float()
    case = folder.case(
        f"{kind}-native", file, f"all arithmetic in {kind}; tolerance: four times the distance from fp32",
        model=model.name,
    )
    for name, value in native.items():
        case.expect(name, value, atol=tolerance(4 / 25 * spread(value, wide[name]), 0))


def guidance(folder, model):
    w = torch.tensor([0.0, 0.5, 1.0, 7.0, 7.5])
    width = model.unet.config.time_cond_proj_dim
    value = StableDiffusionPipeline.get_guidance_scale_embedding(None, w, width)
    case = folder.case(
        "guidance-embedding", f"{model.folder.name}.unet.safetensors", "w is the guidance scale less one"
    )
    case.given(w=w)
    case.expect("emb", value, atol=7500 * 2.0**-23 * 2)
