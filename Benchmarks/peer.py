"""A peer as a process that answers line by line, as our benchmark program does.

    peer.py pytorch|openvino MODEL fp32|bf16 THREADS
    peer.py openvino-files MODEL            converts the model for OpenVINO, once

Commands: text; unet SIDE OUTPUT; vae SIDE OUTPUT; first SIDE; walk FRAMES STEPS. See Benchmark.swift.
"""

import gc
import json
import math
import sys
import time
from pathlib import Path

import numpy as np

PROMPTS = ("a photo of a car", "a photo of a tiger")


def waves(shape, pitch):
    """The inputs that Work.swift makes alike."""
    count = math.prod(shape)
    return np.sin(np.arange(count, dtype=np.float64) * pitch).astype(np.float32).reshape(shape)


def inputs(part, side, channels, tokens=None, width=None):
    """A latent in both halves of guidance with two prompts, or one latent to decode."""
    latent = waves((1, channels, side, side), 0.11)
    if part == "vae":
        return [latent]
    return [latent.repeat(2, axis=0), np.array(500), waves((2, tokens, width), 0.37)]


class PyTorch:
    """diffusers' own pipeline, channels last."""

    def __init__(self, model, precision, threads):
        import torch
        from diffusers import DDIMScheduler, StableDiffusionPipeline

        self.torch = torch
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        self.pipeline = StableDiffusionPipeline.from_pretrained(model, torch_dtype=self.dtype)
        self.pipeline.scheduler = DDIMScheduler.from_config(self.pipeline.scheduler.config)
        self.pipeline.set_progress_bar_config(disable=True)
        for part in (self.pipeline.unet, self.pipeline.vae):
            part.to(memory_format=torch.channels_last)
        text = self.pipeline.text_encoder.config
        self.tokens, self.width, self.vocabulary = text.max_position_embeddings, text.hidden_size, text.vocab_size
        self.channels = self.pipeline.unet.config.in_channels

    def _tensor(self, values):
        tensor = self.torch.from_numpy(values)
        if values.ndim == 4:
            return tensor.to(self.dtype).contiguous(memory_format=self.torch.channels_last)
        return tensor.to(self.dtype) if values.dtype == np.float32 else tensor

    def text(self):
        row = [i % self.vocabulary for i in range(self.tokens)]
        ids = self.torch.tensor([row, row])
        return lambda: self.pipeline.text_encoder(ids)

    def unet(self, side):
        x, t, prompt = map(self._tensor, inputs("unet", side, self.channels, self.tokens, self.width))
        return lambda: self.pipeline.unet(x, t, prompt).sample.float().contiguous().numpy()

    def vae(self, side):
        z = self._tensor(inputs("vae", side, self.channels)[0])
        return lambda: self.pipeline.vae.decode(z).sample.float().contiguous().numpy()

    def first(self, side):
        latent = self._tensor(inputs("vae", side, self.channels)[0])
        return lambda: self.pipeline(
            PROMPTS[0], latents=latent, num_inference_steps=1, guidance_scale=4, output_type="latent")

    def walk(self, frames, steps):
        """What a plain loop over frames does: lerped prompts, slerped noise."""
        torch, side = self.torch, self.pipeline.unet.config.sample_size

        def work():
            ends = [self.pipeline.encode_prompt(p, "cpu", 1, True, "") for p in PROMPTS]
            a, b = (
                torch.randn(1, self.channels, side, side, generator=torch.Generator().manual_seed(i)) for i in range(2))
            angle = torch.acos((a * b).sum() / (a.norm() * b.norm()))
            for i in range(frames):
                t = i / (frames - 1)
                prompt, negative = ((1 - t) * p + t * q for p, q in zip(*ends))
                noise = (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)
                self.pipeline(
                    prompt_embeds=prompt, negative_prompt_embeds=negative, latents=noise.to(self.dtype),
                    num_inference_steps=steps, guidance_scale=4)

        return work


class OpenVINO:
    """The UNet and the decoder as OpenVINO compiles them, in its own precision hint and for fixed sizes."""

    def __init__(self, model, precision, threads):
        import openvino

        self.core = openvino.Core()
        self.folder = converted(model)
        self.options = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision], "INFERENCE_NUM_THREADS": threads}
        sizes = json.loads((self.folder / "sizes.json").read_text())
        self.sizes = sizes["channels"], sizes["tokens"], sizes["width"]
        self.compiled = {}

    def _work(self, part, side):
        values = inputs(part, side, *self.sizes)
        if (part, side) not in self.compiled:
            network = self.core.read_model(self.folder / f"{part}.xml")
            network.reshape({i: list(v.shape) for i, v in enumerate(values)})
            self.compiled[part, side] = self.core.compile_model(network, "CPU", self.options)
        return lambda: np.asarray(self.compiled[part, side](values)[0], dtype=np.float32)

    def unet(self, side):
        return self._work("unet", side)

    def vae(self, side):
        return self._work("vae", side)


def converted(model):
    """Where the model lies in OpenVINO's form."""
    return Path(f"{model}-openvino")


def convert(model):
    """Writes what OpenVINO reads, where it is not there yet."""
    folder = converted(model)
    if (folder / "sizes.json").exists():
        return

    import openvino
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig

    folder.mkdir(exist_ok=True)
    text = CLIPTextConfig.from_pretrained(model, subfolder="text_encoder")

    class Denoiser(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = UNet2DConditionModel.from_pretrained(model, subfolder="unet", torch_dtype=torch.float32)

        def forward(self, x, t, prompt):
            return self.net(x, t, prompt, return_dict=False)[0]

    class Decoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = AutoencoderKL.from_pretrained(model, subfolder="vae", torch_dtype=torch.float32)

        def forward(self, z):
            return self.net.decode(z, return_dict=False)[0]

    for part, make in (("unet", Denoiser), ("vae", Decoder)):
        network = make().eval().requires_grad_(False)
        channels = network.net.config.in_channels if part == "unet" else network.net.config.latent_channels
        example = inputs(part, network.net.config.sample_size if part == "unet" else 16, channels,
                         text.max_position_embeddings, text.hidden_size)
        tensors = tuple(map(torch.from_numpy, example))
        graph = openvino.convert_model(network, example_input=tensors if part == "unet" else tensors[0])
        openvino.save_model(graph, folder / f"{part}.xml", compress_to_fp16=True)  # the weights are halves already
        del network, graph
        gc.collect()
    sizes = {"channels": channels, "tokens": text.max_position_embeddings, "width": text.hidden_size}
    (folder / "sizes.json").write_text(json.dumps(sizes))


def peak_memory():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def answer(found):
    print(json.dumps({"peak_mb": peak_memory(), **found}), flush=True)


def main():
    if sys.argv[1] == "openvino-files":
        return convert(sys.argv[2])
    name, model, precision, threads = sys.argv[1:]
    start = time.perf_counter()
    peer = {"pytorch": PyTorch, "openvino": OpenVINO}[name](model, precision, int(threads))
    answer({"seconds": time.perf_counter() - start})
    for line in sys.stdin:
        words = line.split()
        output = words.pop() if words[0] in ("unet", "vae") else None
        work = getattr(peer, words[0])(*map(int, words[1:]))
        start = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - start
        if output:
            result.astype(np.float32).tofile(output)
        answer({"seconds": seconds})


if __name__ == "__main__":
    main()
