"""latentwalk beside its peers, in one run: PyTorch with diffusers, and OpenVINO.

    bench.py BINARY [--rounds 3] [--parts steps,threads,memory,walks,shortcuts,profile] [--precisions fp32,bf16]

Every contender is a process and does the same work on the same inputs, in turn, for several rounds, of which the
first is not counted; tables show medians, and ratios to PyTorch. Outputs are held against PyTorch in fp32.

A processor without bf16 is measured in fp32 alone unless --precisions says otherwise.
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import numpy as np

import checkpoint
from contender import PEER, QUIET, Contender
from likeness import psnr, ssim

HERE = Path(__file__).resolve().parent
PEERS = ["latentwalk", "PyTorch", "OpenVINO"]
FULL = "full computation"


class Bench:
    def __init__(self, options):
        self.binary, self.rounds, self.threads = options.binary, options.rounds, options.threads
        self.precisions = options.precisions.split(",")
        self.precision = self.precisions[-1]  # where one is enough, and what ratios are to
        self.large = HERE / ".cache" / "sd15-random"
        self.small = HERE.parent / "Presets" / "models" / "emoji"
        if not (self.large / "model_index.json").exists():
            print(f"making a random checkpoint in {self.large}", flush=True)
            checkpoint.make(self.large)

    def contender(self, kind, precision, model=None, threads=None):
        return Contender(kind, model or self.large, precision, threads or self.threads, self.binary)

    def convert(self):
        """Makes OpenVINO's files of the large model where they are missing, with all memory to itself."""
        command = [sys.executable, str(PEER), "openvino-files", str(self.large)]
        subprocess.run(command, check=True, env={**os.environ, **QUIET})

    def steps(self):
        """Single pieces of work at Stable Diffusion 1.5's sizes, with what comes out."""
        self.convert()
        work = {
            "UNet step with guidance, 512x512": "unet 64", "UNet step with guidance, 256x256": "unet 32",
            "decoding 512x512": "vae 64", "text encoder, two prompts": "text"}
        times, outputs, ceilings = defaultdict(list), {}, {}
        for precision in self.precisions:  # one at a time, or memory does not suffice
            with ExitStack() as stack:
                all_of_them = [stack.enter_context(self.contender(kind, precision)) for kind in PEERS]
                ceilings[precision] = all_of_them[0].ask("ceiling")["gflops"]
                for _ in range(self.rounds + 1):
                    for title, command in work.items():
                        for c in all_of_them:
                            if command == "text":
                                if not c.name.startswith("OpenVINO"):
                                    times[title, c.name].append(c.ask(command)["seconds"])
                                continue
                            seconds, outputs[title, c.name] = c.output(command)
                            times[title, c.name].append(seconds)
        for title in work:
            reference = outputs.get((title, "PyTorch fp32"))
            found = {n: v for (t, n), v in outputs.items() if t == title}
            self.table(title, {n: median(v) for (t, n), v in times.items() if t == title},
                       {n: distance(v, reference) for n, v in found.items() if reference is not None})
        check(outputs, work)
        print("\nThe fastest product of two 2048 x 2048 matrices: "
              + ", ".join(f"{p} {g:.0f} GFLOP/s" for p, g in ceilings.items()))

    def one_thread(self):
        self.convert()
        times = defaultdict(list)
        with ExitStack() as stack:
            all_of_them = [stack.enter_context(self.contender(kind, self.precision, threads=1)) for kind in PEERS]
            for _ in range(2):
                for c in all_of_them:
                    times[c.name].append(c.output("unet 64")[0])
        self.table("UNet step with guidance, 512x512, one thread", {n: v[-1] for n, v in times.items()})

    def memory(self):
        """A process that makes one picture of 512x512 and nothing else, from its start."""
        print(f"\none picture of 512x512 in {self.precision}, from a cold process with warm files")
        for kind in PEERS[:2]:
            with self.contender(kind, self.precision) as c:
                c.ask("first 64")
                first = c.age()
                peak = c.ask("walk 2 1")["peak_mb"]
                print(f"  {c.name:<18} loaded in {c.load:5.2f} s, first step done {first:5.2f} s after the start, "
                      f"peak {peak / 1000:.2f} GB")

    def walks(self):
        for title, model, precisions, command, rounds in (
            ("walk of 8 frames of 4 guided steps at 512x512", self.large, [self.precision], "walk 8 4", 1),
            ("shipped model: walk of 8 frames of 20 guided steps", self.small, self.precisions, "walk 8 20",
             self.rounds)):
            times = defaultdict(list)
            with ExitStack() as stack:
                all_of_them = [
                    stack.enter_context(self.contender(kind, p, model)) for p in precisions for kind in PEERS[:2]]
                for c in all_of_them:
                    c.ask("walk 2 1")
                for _ in range(rounds):
                    for c in all_of_them:
                        times[c.name].append(c.ask(command)["seconds"])
            self.table(title, {n: statistics.median(v) for n, v in times.items()})

    def shortcuts(self):
        """What is left out: its gain with the large model, its price with the shipped one, whose pictures are some."""
        settings = ["", "0.2..0.8", "0..0.6", "deep:2", "deep:3", "deep:5", "0.2..0.8 deep:3"]
        seeds = range(8)
        print("\nshortcuts, 20 guided steps: time of a step with Stable Diffusion 1.5 at 512x512 (mean of 10) and of a "
              "picture of the\nshipped model, and how near its pictures are to the full computation; a preview takes 8 "
              "steps, and of the\nlarge model half the size: its time is that of these steps, shared out to 20")
        with (self.contender("latentwalk", self.precision) as large,
              self.contender("latentwalk", self.precision, self.small) as small):
            large.output("picture 0 1")
            whole = {s: small.output(f"picture {s} 20")[1] for s in seeds}
            side = round((whole[0].size // 3) ** 0.5)
            whole = {s: v.reshape(3, side, side) for s, v in whole.items()}
            base = None

            def row(setting, step, steps, *options):
                nonlocal base
                found = [small.output(f"picture {s} {steps}", *options) for s in seeds]
                pictures = [v.reshape(3, side, side) for _, v in found]
                small_time = statistics.median(t for t, _ in found)
                base = base or (step, small_time)
                likeness = "" if setting == FULL else (
                    f"PSNR {np.mean([psnr(p, whole[s]) for s, p in zip(seeds, pictures)]):5.1f} dB, "
                    f"SSIM {np.mean([ssim(p, whole[s]) for s, p in zip(seeds, pictures)]):.3f}")
                print(f"  {setting:<18} {step:6.3f} s {step / base[0]:5.2f} x   "
                      f"{small_time * 1e3:6.1f} ms {small_time / base[1]:5.2f} x   {likeness}", flush=True)

            for setting in settings:
                large.ask(f"steps 3 {setting}")  # what it meets for the first time here is not timed
                row(setting or FULL, large.ask(f"steps 10 {setting}")["seconds"] / 10, 20, *setting.split())
            # Eight steps, of the large model at half its size and by its UNet alone, shared out to twenty.
            half = statistics.median([large.output("unet 32")[0] for _ in range(4)][1:])
            row("preview", 8 * half / 20, 8)

    def profile(self):
        for title, command in (("UNet step with guidance, 512x512", "unet 64"), ("decoding 512x512", "vae 64")):
            with self.contender("latentwalk", self.precision) as c:
                ceiling = c.ask("ceiling")["gflops"]
                seconds, _ = [c.output(command) for _ in range(2)][-1]
                rows = c.ask(f"profile {command} {c.scratch.name}")["profile"]
            kinds = defaultdict(lambda: [0, 0, 0])
            for row in rows:
                for i, key in enumerate(("seconds", "calls", "gflop")):
                    kinds[row["kind"]][i] += row[key]
            work = sum(v[2] for v in kinds.values())
            print(f"\nwhere the time goes: {title} in {self.precision}, {seconds:.3f} s, {work:.0f} GFLOP, "
                  f"{work / seconds / ceiling:.0%} of the ceiling of {ceiling:.0f} GFLOP/s\n"
                  "(convolutions are counted in full; made by tiles, they take fewer products, and can pass the ceiling)")
            for kind, (spent, calls, gflop) in sorted(kinds.items(), key=lambda item: -item[1][0]):
                speed = f"{gflop / spent:6.0f} GFLOP/s {gflop / spent / ceiling:6.0%}" if gflop else ""
                print(f"  {kind:<14}{spent:8.3f} s {calls:5} calls  {speed}")
            for row in sorted(rows, key=lambda row: -row["seconds"])[:10]:
                speed = f"{row['gflop'] / row['seconds']:6.0f} GFLOP/s" if row["gflop"] else ""
                print(f"    {row['kind']} {row['sizes']:<42}{row['seconds']:8.3f} s {row['calls']:3} calls {speed}")

    def table(self, title, seconds, errors=None):
        base = f"PyTorch {self.precision}"
        print(f"\n{title}: seconds, ratio to {base}" + (", error against PyTorch fp32" if errors else ""))
        for name, value in seconds.items():
            error = f"{errors[name]:10.1e}" if errors and name in errors else ""
            print(f"  {name:<18}{value:9.3f} s {value / seconds[base]:6.2f} x{error}", flush=True)


def median(times):
    """Of all rounds but the first, where there is more than one."""
    return statistics.median(times[1:] or times)


def distance(found, reference):
    """The largest difference over the reference's spread."""
    return float(np.abs(found - reference).max() / reference.std())


def check(outputs, work):
    """Says where an output is further from PyTorch's in fp32 than it may be."""
    for title in work:
        if (title, "PyTorch fp32") not in outputs:
            continue
        error = {n: distance(v, outputs[title, "PyTorch fp32"]) for (t, n), v in outputs.items() if t == title}
        for name, bound in (("latentwalk fp32", 1e-3), ("latentwalk bf16", 1.5 * error.get("PyTorch bf16", 0))):
            if name in error and not error[name] <= bound:
                print(f"DISAGREES: {title}: {name} is {error[name]:.1e} from PyTorch fp32, {bound:.1e} is allowed")


def processor():
    """Its name, and what of its instructions decides how fast it is."""
    info = Path("/proc/cpuinfo").read_text()
    fields = dict(re.findall(r"^(.+?)\s*:[ ]*(.*)$", info, re.MULTILINE))
    flags = set(fields.get("flags", "").split())
    has = {"AVX2": "avx2" in flags, "AVX-512": "avx512f" in flags, "AVX512-BF16": "avx512_bf16" in flags,
           "AMX": "amx_bf16" in flags}
    name = fields.get("model name", platform.machine())
    return f"{name} with {', '.join(n for n, h in has.items() if h) or 'neither AVX2 nor AVX-512'}", has["AVX512-BF16"]


def main():
    parts = {"steps": Bench.steps, "threads": Bench.one_thread, "memory": Bench.memory, "walks": Bench.walks,
             "shortcuts": Bench.shortcuts, "profile": Bench.profile}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--parts", default=",".join(parts), help="what is measured; all of it by default")
    name, has_bf16 = processor()
    parser.add_argument("--precisions", default="fp32,bf16" if has_bf16 else "fp32", help="%(default)s here")
    options = parser.parse_args()
    bench = Bench(options)
    print(f"{name}, {options.threads} threads, {options.rounds} rounds, medians")
    if not has_bf16:
        print("The processor does not multiply bf16" + (
            ": ours and OpenVINO's are fp32's products in what follows, and PyTorch's are as it can."
            if "bf16" in bench.precisions else ", so all is in fp32."))
    for part in options.parts.split(","):
        parts[part](bench)


if __name__ == "__main__":
    main()
