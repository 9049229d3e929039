"""Ours beside its peers, in one run: PyTorch with diffusers, and OpenVINO where it is installed.

Every contender does the same work on the same inputs, in turn, for several rounds; the table shows
medians as ratios to PyTorch's. Outputs are compared before a time is believed.

    bench.py BINARY [--model FOLDER] [--rounds 3] [--threads 2] [--parts unet64,unet32,vae64,text,walk]

Without --model a checkpoint of Stable Diffusion 1.5's architecture with random weights is made once
in Benchmarks/.cache (1.7 GB).
"""

import argparse
import gc
import importlib.util
import json
import math
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent


def waves(shape, pitch):
    """The inputs that Benchmark.swift makes alike."""
    return torch.tensor([math.sin(i * pitch) for i in range(math.prod(shape))], dtype=torch.float32).reshape(shape)


def random_checkpoint(folder):
    """Stable Diffusion 1.5's architecture with random weights, in diffusers' layout, half precision."""
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    alphabet = sorted(_byte_alphabet())
    tokens = alphabet + [a + "</w>" for a in alphabet] + ["<|startoftext|>", "<|endoftext|>"]
    tokenizer_folder = folder / "tokenizer"
    tokenizer_folder.mkdir(parents=True)
    (tokenizer_folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    (tokenizer_folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(
        str(tokenizer_folder / "vocab.json"), str(tokenizer_folder / "merges.txt"), model_max_length=77)
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
        bos_token_id=len(tokens) - 2, eos_token_id=len(tokens) - 1, pad_token_id=len(tokens) - 1))
    unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8)
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512)
    scheduler = DDIMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, set_alpha_to_one=False,
        steps_offset=1)
    pipeline = StableDiffusionPipeline(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
        feature_extractor=None, requires_safety_checker=False)
    pipeline.to(torch.float16).save_pretrained(folder)


def _byte_alphabet():
    """The 256 symbols that stand for bytes in CLIP's tables."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(rest))]


class Ours:
    """A process of our benchmark program that answers line by line."""

    def __init__(self, binary, model, precision, threads):
        self.name = f"latentwalk {precision}"
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            [binary, str(model), precision, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment)
        self.scratch = tempfile.NamedTemporaryFile()
        self.load = self._answer()["seconds"]
        self.peak = 0

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: the benchmark program ended with {self.process.wait()}")
        return json.loads(line)

    def _ask(self, command):
        print(command, file=self.process.stdin, flush=True)
        answer = self._answer()
        self.peak = answer["peak_mb"]
        return answer["seconds"]

    def _array(self):
        return np.fromfile(self.scratch.name, dtype=np.float32)

    def unet(self, side):
        return self._ask(f"unet {side} {self.scratch.name}"), self._array()

    def vae(self, side):
        return self._ask(f"vae {side} {self.scratch.name}"), self._array()

    def text(self, _):
        return self._ask("text"), None

    def walk(self, frames, steps):
        return self._ask(f"walk {frames} {steps}"), None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class PyTorch:
    """diffusers' own parts, channels last, in the thread count of the run."""

    def __init__(self, model, dtype):
        from diffusers import DDIMScheduler, StableDiffusionPipeline

        start = time.perf_counter()
        self.name = "PyTorch " + {torch.float32: "fp32", torch.bfloat16: "bf16"}[dtype]
        self.dtype = dtype
        self.pipeline = StableDiffusionPipeline.from_pretrained(model, torch_dtype=dtype)
        self.pipeline.scheduler = DDIMScheduler.from_config(self.pipeline.scheduler.config)
        self.pipeline.set_progress_bar_config(disable=True)
        for part in (self.pipeline.unet, self.pipeline.vae):
            part.to(memory_format=torch.channels_last)
        self.load = time.perf_counter() - start

    @staticmethod
    def _timed(work):
        with torch.no_grad():
            start = time.perf_counter()
            result = work()
            return time.perf_counter() - start, result

    def unet(self, side):
        unet, tokens = self.pipeline.unet, self.pipeline.text_encoder.config.max_position_embeddings
        prompt = waves((2, tokens, unet.config.cross_attention_dim), 0.37).to(self.dtype)
        x = waves((1, unet.config.in_channels, side, side), 0.11).repeat(2, 1, 1, 1).to(self.dtype)
        x = x.contiguous(memory_format=torch.channels_last)
        seconds, y = self._timed(lambda: unet(x, 500, prompt).sample)
        return seconds, y.float().contiguous().numpy().ravel()

    def vae(self, side):
        z = waves((1, self.pipeline.vae.config.latent_channels, side, side), 0.11).to(self.dtype)
        seconds, y = self._timed(lambda: self.pipeline.vae.decode(z).sample)
        return seconds, y.float().contiguous().numpy().ravel()

    def text(self, _):
        config = self.pipeline.text_encoder.config
        row = [i % config.vocab_size for i in range(config.max_position_embeddings)]
        return self._timed(lambda: self.pipeline.text_encoder(torch.tensor([row, row])))[0], None

    def walk(self, frames, steps):
        """What a plain loop over frames does: lerped prompts, slerped noise."""
        pipeline = self.pipeline
        side = pipeline.unet.config.sample_size

        def work():
            ends = [pipeline.encode_prompt(p, "cpu", 1, True, "") for p in ("a photo of a car", "a photo of a tiger")]
            noises = [
                torch.randn(1, pipeline.unet.config.in_channels, side, side, generator=torch.Generator().manual_seed(i))
                for i in range(2)]
            angle = torch.acos((noises[0] * noises[1]).sum() / (noises[0].norm() * noises[1].norm()))
            for i in range(frames):
                t = i / (frames - 1)
                prompt, negative = ((1 - t) * a + t * b for a, b in zip(*ends))
                noise = (torch.sin((1 - t) * angle) * noises[0] + torch.sin(t * angle) * noises[1]) / torch.sin(angle)
                pipeline(
                    prompt_embeds=prompt, negative_prompt_embeds=negative, latents=noise.to(self.dtype),
                    num_inference_steps=steps, guidance_scale=4)

        return self._timed(work)[0], None

    def close(self):
        del self.pipeline
        gc.collect()


class OpenVINO:
    """The UNet and the decoder as OpenVINO compiles them, in its own precision hint."""

    def __init__(self, model, precision, threads, sides):
        import openvino
        from diffusers import AutoencoderKL, UNet2DConditionModel
        from transformers import CLIPTextConfig

        self.name = f"OpenVINO {precision}"
        start = time.perf_counter()
        core = openvino.Core()
        options = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision], "INFERENCE_NUM_THREADS": threads}
        unet = UNet2DConditionModel.from_pretrained(model, subfolder="unet", torch_dtype=torch.float32).requires_grad_(False)
        vae = AutoencoderKL.from_pretrained(model, subfolder="vae", torch_dtype=torch.float32).requires_grad_(False)
        config = unet.config
        self.tokens = CLIPTextConfig.from_pretrained(model, subfolder="text_encoder").max_position_embeddings
        self.width, self.channels, self.latent = config.cross_attention_dim, config.in_channels, vae.config.latent_channels
        self.compiled = {}

        class Denoiser(torch.nn.Module):
            def forward(self, x, t, prompt):
                return unet(x, t, prompt, return_dict=False)[0]

        class Decoder(torch.nn.Module):
            def forward(self, z):
                return vae.decode(z, return_dict=False)[0]

        for part, side in sides:
            if part == "unet":
                example = (waves((1, self.channels, side, side), 0.11).repeat(2, 1, 1, 1), torch.tensor(500), waves((2, self.tokens, self.width), 0.37))
                network = openvino.convert_model(Denoiser().eval(), example_input=example)
            elif part == "vae":
                example = (waves((1, self.latent, side, side), 0.11),)
                network = openvino.convert_model(Decoder().eval(), example_input=example[0])
            else:
                continue
            self.compiled[part, side] = (core.compile_model(network, "CPU", options), [e.numpy() for e in example])
        del unet, vae
        gc.collect()
        self.load = time.perf_counter() - start

    def _run(self, part, side):
        network, inputs = self.compiled[part, side]
        start = time.perf_counter()
        result = network(inputs)[0]
        return time.perf_counter() - start, np.asarray(result, dtype=np.float32).ravel()

    def unet(self, side):
        return self._run("unet", side)

    def vae(self, side):
        return self._run("vae", side)

    def close(self):
        self.compiled.clear()
        gc.collect()


def ceiling(dtype):
    """The machine's own matrix product in GFLOP/s, as PyTorch reaches it."""
    a = torch.randn(2048, 2048).to(dtype)
    best = min(_seconds(lambda: a @ a) for _ in range(5))
    return 2 * 2048**3 / best / 1e9


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def distance(found, reference):
    """Largest difference over the reference's standard deviation."""
    return float(np.abs(found - reference).max() / reference.std())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--parts", default="unet64,unet32,vae64,text")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--skip", default="", help="contenders left out, such as OpenVINO")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    model = options.model or HERE / ".cache" / "sd15-random"
    if not (model / "model_index.json").exists():
        print(f"making a random checkpoint in {model}", flush=True)
        random_checkpoint(model)

    parts = [(p.rstrip("0123456789"), int(p.lstrip("abcdefghijklmnopqrstuvwxyz") or 0)) for p in options.parts.split(",")]
    names, times, outputs, loads, peaks = [], {}, {}, {}, {}
    for precision, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        # One precision at a time, or memory does not suffice; the conversion for OpenVINO first, which takes most.
        makers = [
            lambda: PyTorch(model, dtype), lambda: Ours(options.binary, model, precision, options.threads)]
        if has_openvino(options.skip):
            makers.insert(0, lambda: OpenVINO(model, precision, options.threads, parts))
        contenders = [make() for make in makers]
        for c in contenders:
            times[c.name] = {part: [] for part in parts}
        for _ in range(options.rounds + 1):  # the first round warms caches and is not counted
            for part, size in parts:
                for c in contenders:
                    work = getattr(c, part, None)
                    if work is None:
                        continue
                    seconds, output = work(options.frames, options.steps) if part == "walk" else work(size)
                    times[c.name][part, size].append(seconds)
                    if output is not None:
                        outputs[c.name, (part, size)] = output
        for c in contenders:
            names.append(c.name)
            loads[c.name] = c.load
            if isinstance(c, Ours):
                peaks[c.name] = c.peak
            c.close()
        contenders.clear()
        gc.collect()
    report(names, parts, times, outputs, loads, peaks, options)


def has_openvino(skipped):
    return "OpenVINO" not in skipped and importlib.util.find_spec("openvino") is not None


def report(names, parts, times, outputs, loads, peaks, options):
    base = "PyTorch bf16"
    print(f"\n{options.threads} threads, {options.rounds} rounds, medians; ceiling of a 2048 matrix product in PyTorch: "
          f"fp32 {ceiling(torch.float32):.0f}, bf16 {ceiling(torch.bfloat16):.0f} GFLOP/s")
    for part, size in parts:
        print(f"\n{part} {size or ''}".rstrip() + f": seconds, ratio to {base}, error of PyTorch fp32's spread")
        reference = outputs.get(("PyTorch fp32", (part, size)))
        against = statistics.median(times[base][part, size][1:])
        for name in names:
            counted = times[name][part, size][1:]
            if not counted:
                continue
            middle = statistics.median(counted)
            found = outputs.get((name, (part, size)))
            error = f"  {distance(found, reference):.1e}" if found is not None and reference is not None else ""
            print(f"  {name:<18}{middle:9.3f} s  {middle / against:6.2f} x{error}")
    print("\nload:", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in loads.items()))
    print("peak resident memory:", ", ".join(f"{name} {peak} MB" for name, peak in peaks.items()))


if __name__ == "__main__":
    main()
