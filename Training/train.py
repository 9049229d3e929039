"""Trains a shipped model, stage by stage or all at once: see README.md."""

import argparse
import math
import shutil
import time
from pathlib import Path

import torch

import autoencoder
import denoiser
import evaluate
import export
import growth
import pictures
import tokenizer
from configurations import CONFIGURATIONS, Configuration
from loop import Machine


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="+", choices=("all", *STAGES), help="in their order; all of them, or some")
    parser.add_argument("--configuration", choices=CONFIGURATIONS, default="emoji64")
    parser.add_argument("--run", type=Path, required=True, help="folder of everything made on the way")
    parser.add_argument("--start", type=Path, help="exported model to train further; its latents stay as they are")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop by then, whatever is left to do")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="of the processor, while training")
    parser.add_argument("--processes", type=int, default=1, help="that draw pictures side by side")
    parser.add_argument(
        "--compile", action="store_true", help="compile the models: minutes first, a quarter faster then"
    )
    parser.add_argument("--shard-size", default="10GB", help="largest exported file, such as 15MB")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    chosen.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(chosen.threads)
    torch.set_float32_matmul_precision("high")
    torch.manual_seed(0)
    deadline = time.time() + 60 * chosen.minutes
    machine = Machine(chosen.run, torch.device(chosen.device), deadline, chosen.compile)
    for stage in STAGES if "all" in chosen.stages else chosen.stages:
        if not STAGES[stage](CONFIGURATIONS[chosen.configuration], machine, chosen):
            print(f"{stage}: more to do; the same command goes on from here")
            break


# Each stage says whether it has nothing left to do.


def draw_pictures(configuration: Configuration, machine: Machine, chosen: argparse.Namespace) -> bool:
    pictures.draw_all(configuration, machine.folder / "pictures", chosen.processes)
    return True


def write_tokenizer(configuration: Configuration, machine: Machine, chosen: argparse.Namespace) -> bool:
    folder = machine.folder / "tokenizer"
    if chosen.start:
        shutil.copytree(chosen.start / "tokenizer", folder, dirs_exist_ok=True)
    else:
        captions = pictures.captions(pictures.shards(machine.folder / "pictures"))
        tokenizer.write(captions, folder, configuration.merges, configuration.tokens)
    return True


def train_autoencoder(configuration: Configuration, machine: Machine, chosen: argparse.Namespace) -> bool:
    if chosen.start is None:
        return autoencoder.train(configuration, machine)
    teacher = autoencoder.read(chosen.start, machine.device)
    if teacher.config.sample_size == configuration.size:
        return growth.refine(configuration, machine, teacher)
    return growth.train(configuration, machine, teacher)


def train_denoiser(configuration: Configuration, machine: Machine, chosen: argparse.Namespace) -> bool:
    if chosen.start:
        vae = autoencoder.read(chosen.start, machine.device)
    else:
        vae = export.trained_autoencoder(configuration, machine.folder).to(machine.device).eval()
    return denoiser.train(configuration, machine, vae, chosen.start)


def export_model(configuration: Configuration, machine: Machine, chosen: argparse.Namespace) -> bool:
    if chosen.start and not (machine.folder / "autoencoder.pt").exists():
        autoencoder.keep(autoencoder.read(chosen.start, machine.device), machine)
    export.export(configuration, machine.folder, chosen.shard_size)
    return True


def evaluate_model(configuration: Configuration, machine: Machine, chosen: argparse.Namespace) -> bool:
    evaluate.evaluate(configuration, machine.folder, machine.device)
    return True


STAGES = {
    "pictures": draw_pictures,
    "tokenizer": write_tokenizer,
    "autoencoder": train_autoencoder,
    "denoiser": train_denoiser,
    "export": export_model,
    "evaluate": evaluate_model,
}


if __name__ == "__main__":
    main()
