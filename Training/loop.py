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


def optimizer_of(model: nn.Module) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter, 2019) that decays matrices and kernels, not biases and norms."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.99), fused=True)


class Training:
    """A model, its moving average and its optimiser, with the file they are kept in."""

    def __init__(self, name: str, model: nn.Module, schedule: Schedule, machine: Machine):
        self.name, self.schedule, self.machine = name, schedule, machine
        self.model = model.to(machine.device, memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.optimizer = optimizer_of(self.model)
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
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent, self.loss = state["step"], state["spent"], state["loss"]
        torch.set_rng_state(state["random"].cpu())
        print(f"{self.name}: resumed at step {self.step}, after {self.spent / 60:.1f} minutes", flush=True)

    def save(self) -> None:
        """Writes beside the last checkpoint, then takes its place."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
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
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.spent, self.step, self.schedule)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
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
