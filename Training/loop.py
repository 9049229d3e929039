"""The loop every model is trained in: bounded by the clock, stopped and resumed at will."""

import copy
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from configurations import Schedule

REPORT_EVERY = 100  # steps
SAVE_EVERY = 300  # seconds


@dataclass(frozen=True)
class Machine:
    """Where a run trains, and until when."""

    folder: Path
    device: torch.device
    deadline: float  # seconds since the epoch
    compiles: bool = False

    @property
    def multiplies_halves(self) -> bool:
        """Whether bf16 is worth its rounding; a processor without AVX512-BF16 makes up for each product."""
        return self.device.type != "cpu" or torch.cpu._is_avx512_bf16_supported()

    @property
    def layout(self) -> torch.memory_format:
        """The order of numbers in memory that it convolves faster in."""
        return torch.channels_last if self.device.type == "cuda" else torch.contiguous_format

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.multiplies_halves)

    def wait_while_paused(self) -> None:
        """Sleeps while the run's folder holds a file named PAUSE."""
        while (self.folder / "PAUSE").exists():
            time.sleep(0.5)


def rate_at(spent: float, step: int, schedule: Schedule) -> float:
    """A linear warm-up by steps times a cosine by minutes, down to a fiftieth (Loshchilov and Hutter, 2017, eq. 5)."""
    progress = min(1, spent / (60 * schedule.minutes))
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return schedule.rate * min(1, (step + 1) / schedule.warm_up) * (0.02 + 0.98 * cosine)


def orthogonalised(matrix: torch.Tensor) -> torch.Tensor:
    """The nearest matrix whose singular values are all about 1, by five Newton-Schulz steps of the fifth degree.

    The steps are polynomials of the rows' products alone, so they are multiplied together before they meet the rows.
    """
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    products, steps = x @ x.T, None
    for _ in range(5):
        step = torch.addmm(products, products, products, beta=-4.7750, alpha=2.0315)
        step.diagonal().add_(3.4445)
        steps = step if steps is None else step @ steps
        products = step @ products @ step
    x = steps @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum whose every step changes all directions of a matrix alike; a kernel is a matrix of its outputs' rows.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024). The factor 0.2 √max(rows, columns)
    gives a step AdamW's size, so that both take the same rates (Liu et al., "Muon is Scalable for LLM Training", 2025,
    section 2.2).
    """

    def __init__(self, parameters: list[nn.Parameter], momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(parameters, {"lr": 0.0, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state["mean"] = torch.zeros_like(p)
                mean = state["mean"]
                mean.lerp_(p.grad, 1 - group["momentum"])
                ahead = orthogonalised(p.grad.lerp(mean, group["momentum"]).flatten(1))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(ahead.view_as(p), alpha=-group["lr"] * 0.2 * max(ahead.shape) ** 0.5)


LEAST_SIDE = 16  # of a matrix for Muon: what leads from and to a few channels is AdamW's


def optimizers_of(model: nn.Module) -> list[torch.optim.Optimizer]:
    """Muon for hidden matrices and kernels, AdamW (Loshchilov and Hutter, 2019) for all else."""
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}

    def is_hidden(p: nn.Parameter) -> bool:
        return p.ndim > 1 and id(p) not in embeddings and min(len(p), p[0].numel()) >= LEAST_SIDE

    parameters = list(model.parameters())
    others = [p for p in parameters if not is_hidden(p)]
    return [
        Muon([p for p in parameters if is_hidden(p)]),
        torch.optim.AdamW(others, betas=(0.9, 0.99), weight_decay=0.0, fused=True),
    ]


class Training:
    """A model, its moving average and its optimisers, with the file they are kept in."""

    def __init__(self, name: str, model: nn.Module, schedule: Schedule, machine: Machine):
        self.name, self.schedule, self.machine = name, schedule, machine
        self.model = model.to(machine.device, memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.optimizers = optimizers_of(self.model)
        self.step, self.spent, self.loss = 0, 0.0, math.nan
        self.file = machine.folder / f"{name}.pt"
        if self.file.exists():
            self.load()

    @property
    def finished(self) -> bool:
        return self.spent >= 60 * self.schedule.minutes

    def load(self) -> None:
        state = torch.load(self.file, map_location=self.machine.device)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.step, self.spent, self.loss = state["step"], state["spent"], state["loss"]
        torch.set_rng_state(state["random"].cpu())
        print(f"{self.name}: resumed at step {self.step}, after {self.spent / 60:.1f} minutes", flush=True)

    def save(self) -> None:
        """Writes beside the last checkpoint, then takes its place."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "spent": self.spent,
            "loss": self.loss,
            "random": torch.get_rng_state(),
        }
        beside = self.file.with_suffix(".part")
        torch.save(state, beside)
        os.replace(beside, self.file)

    def run(self, loss_of: Callable[[], torch.Tensor]) -> None:
        """Takes steps down the loss until the schedule or the machine's time is up."""
        saved = reported = time.monotonic()
        while not self.finished and time.time() < self.machine.deadline:
            self.machine.wait_while_paused()
            began = time.monotonic()
            self.take_step(loss_of())
            now = time.monotonic()
            self.spent += now - began
            if self.step % REPORT_EVERY == 0:
                self.report(now - reported)
                reported = now
            if now - saved > SAVE_EVERY:
                self.save()
                saved = now
        self.save()

    def take_step(self, loss: torch.Tensor) -> None:
        rate = rate_at(self.spent, self.step, self.schedule)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        self.step += 1
        decay = min(self.schedule.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)
        if self.step == 1 or self.step % 10 == 0:  # reading the loss makes a GPU wait
            value = loss.item()
            self.loss = value if math.isnan(self.loss) else 0.8 * self.loss + 0.2 * value

    def report(self, seconds: float) -> None:
        pace = REPORT_EVERY * self.schedule.batch / seconds
        state = f"step {self.step}, {self.spent / 60:.1f} min, loss {self.loss:.4f}, {pace:.0f} samples/s"
        print(f"{self.name}: {state}", flush=True)
