"""DDIM run backwards, from picture to noise, over the model that is a formula."""

import diffusers
import torch

from .goldens import Folder
from .samplers import FORMULA, SHAPE, TRAINING, model

CONFIGURATION = {**TRAINING, "clip_sample": False, "steps_offset": 1}
STEPS = 10


def run(prediction, whole, dtype):
    scheduler = diffusers.DDIMInverseScheduler(
        **CONFIGURATION, prediction_type=prediction, set_alpha_to_one=whole
    )
    scheduler.set_timesteps(STEPS)
    x = torch.randn(SHAPE, generator=torch.Generator().manual_seed(5)).to(dtype)
    trajectory = [x]
    for t in scheduler.timesteps:
        x = scheduler.step(model(x, t).to(dtype), t, x).prev_sample
        trajectory.append(x)
    return torch.stack(trajectory)


def make(root):
    about = "DDIMInverseScheduler over the fake model of the schedulers: from a picture to noise."
    folder = Folder(root, "inversion", about, fake_model=FORMULA)
    for prediction in ("epsilon", "v_prediction", "sample"):
        for whole in (False, True):
            if prediction == "sample" and whole:
                continue  # the reference divides by zero
            usual, other = (run(prediction, whole, dtype) for dtype in (torch.float32, torch.float64))
            case = folder.case(
                f"{prediction}-{'whole' if whole else 'first'}", "inversion.safetensors", "", steps=STEPS,
                scheduler={
                    "_class_name": "DDIMScheduler", **CONFIGURATION, "prediction_type": prediction,
                    "set_alpha_to_one": whole, "timestep_spacing": "leading",
                },
            )
            case.expect("trajectory", usual.float(), other)
    folder.write()
