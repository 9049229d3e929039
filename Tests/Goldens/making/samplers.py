"""Every scheduler of diffusers that we offer, over a model that is a formula."""

import inspect
from unittest import mock

import diffusers
import torch

from .goldens import Folder
from .pipelines import public

FORMULA = {"a": 0.35, "b": 0.6, "c": 0.013, "d": 0.7}
SHAPE = (1, 2, 3, 4)
FILE = "schedulers.safetensors"
TRAINING = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}

CLASSES = {
    "ddim": "DDIMScheduler",
    "ddpm": "DDPMScheduler",
    "euler": "EulerDiscreteScheduler",
    "euler-a": "EulerAncestralDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "lms": "LMSDiscreteScheduler",
    "dpmpp-2m": "DPMSolverMultistepScheduler",
    "dpmpp-2s": "DPMSolverSinglestepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "pndm": "PNDMScheduler",
    "lcm": "LCMScheduler",
    "flow-euler": "FlowMatchEulerDiscreteScheduler",
}
QUIET = {"clip_sample": False}
EXPONENTIAL, BETA, KARRAS = ({f"use_{kind}_sigmas": True} for kind in ("exponential", "beta", "karras"))
ZERO = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}


def cases():
    """Identifier, class, configuration, then optionally settings of the run."""
    for name in ("ddim", "ddpm", "euler", "euler-a", "heun", "lms", "dpmpp-2m", "unipc"):
        predictions = ["epsilon", "v_prediction"] + ["sample"] * (name != "euler-a")
        for prediction in predictions:
            for spacing in ("leading", "linspace", "trailing"):
                offset = {"steps_offset": 1} if spacing == "leading" else {}
                yield f"{name}-{prediction}-{spacing}", name, {
                    "prediction_type": prediction, "timestep_spacing": spacing, **offset,
                }
        for steps in (1, 2, 5, 20):
            yield f"{name}-steps{steps}", name, {}, {"steps": steps}
        yield f"{name}-begin", name, {}, {"begin": 4}
        yield f"{name}-linearbeta", name, {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02}
        if name != "lms":
            yield f"{name}-cosbeta", name, {"beta_schedule": "squaredcos_cap_v2"}
        if name not in ("heun", "lms"):
            yield f"{name}-zsnr", name, ZERO
        if name in ("euler", "heun", "lms", "dpmpp-2m", "unipc"):
            yield f"{name}-karras", name, KARRAS
            yield f"{name}-exponential", name, EXPONENTIAL
            yield f"{name}-beta", name, BETA
            yield f"{name}-karras-leading", name, {**KARRAS, "timestep_spacing": "leading", "steps_offset": 1}
            yield f"{name}-karras-v", name, {**KARRAS, "prediction_type": "v_prediction"}
    for spacing in ("leading", "linspace", "trailing"):
        for way, skips in (("plms", True), ("prk", False)):
            yield f"pndm-{way}-{spacing}", "pndm", {"skip_prk_steps": skips, "timestep_spacing": spacing}
    for steps in (1, 2, 5, 20):
        yield f"pndm-plms-steps{steps}", "pndm", {"skip_prk_steps": True}, {"steps": steps}
    yield "pndm-plms-v", "pndm", {"skip_prk_steps": True, "prediction_type": "v_prediction"}
    yield "pndm-plms-alpha1", "pndm", {"skip_prk_steps": True, "set_alpha_to_one": True}

    yield "ddim-eta0.5", "ddim", {}, {"step": {"eta": 0.5}}
    yield "ddim-eta1.0", "ddim", {}, {"step": {"eta": 1.0}}
    clip = {"clip_sample": True, "clip_sample_range": 0.8}
    threshold = {"thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 1.5}
    yield "ddim-clip", "ddim", clip
    yield "ddim-clip-recompute", "ddim", clip, {"step": {"use_clipped_model_output": True, "eta": 0.3}}
    yield "ddim-threshold", "ddim", threshold
    yield "ddpm-clip", "ddpm", {"clip_sample": True}
    yield "ddpm-fixed_large", "ddpm", {"variance_type": "fixed_large"}
    yield "euler-continuous", "euler", {"timestep_type": "continuous", "prediction_type": "v_prediction"}
    yield "euler-final-sigma-min", "euler", {"final_sigmas_type": "sigma_min"}
    yield "euler-loglinear", "euler", {"interpolation_type": "log_linear"}
    yield "euler-karras-range", "euler", {**KARRAS, "sigma_min": 0.05, "sigma_max": 10.0}

    least = {"final_sigmas_type": "sigma_min"}
    flow = {"use_flow_sigmas": True, "flow_shift": 3.0, "prediction_type": "flow_prediction"}
    for name, more in {
        "1m": {"solver_order": 1},
        "3m": {"solver_order": 3},
        "heun": {"solver_type": "heun"},
        "eulerfinal": {"euler_at_final": True, **least},
        "nolower": {"lower_order_final": False},
        "lu": {"use_lu_lambdas": True},
        "sigmamin": least,
        "lambdaclip": {"lambda_min_clipped": -5.1},
        "nopp": {"algorithm_type": "dpmsolver", **least},
        "sde": {"algorithm_type": "sde-dpmsolver++"},
        "sde-karras": {"algorithm_type": "sde-dpmsolver++", **KARRAS},
        "sde-heun": {"algorithm_type": "sde-dpmsolver++", "solver_type": "heun"},
        "sde-nopp": {"algorithm_type": "sde-dpmsolver", **least},
        "flow": flow,
        "threshold": threshold,
    }.items():
        yield f"dpmpp-2m-{name}", "dpmpp-2m", more
    yield "dpmpp-2m-steps16", "dpmpp-2m", {}, {"steps": 16}
    for order in (1, 2, 3):
        more = {"solver_order": order, "lower_order_final": True}
        yield f"dpmpp-2s-order{order}", "dpmpp-2s", more
        yield f"dpmpp-2s-order{order}-steps9", "dpmpp-2s", more, {"steps": 9}
    yield "dpmpp-2s-karras", "dpmpp-2s", {"lower_order_final": True, **KARRAS}
    yield "dpmpp-2s-heun", "dpmpp-2s", {"lower_order_final": True, "solver_order": 3, "solver_type": "heun"}
    for name, more in {
        "bh1": {"solver_type": "bh1", **least},
        "1": {"solver_order": 1},
        "3": {"solver_order": 3},
        "nocorr": {"disable_corrector": [0, 1]},
        "noise-pred": {"predict_x0": False, **least},
        "flow": flow,
    }.items():
        yield f"unipc-{name}", "unipc", more
    for steps, original in ((1, 50), (2, 50), (4, 50), (8, 50), (4, 100)):
        yield f"lcm-{steps}-{original}", "lcm", {}, {"steps": steps, "set": {"original_inference_steps": original}}
    yield "lcm-v", "lcm", {"prediction_type": "v_prediction"}, {"steps": 4}
    yield "lcm-strength", "lcm", {}, {"steps": 4, "set": {"strength": 0.6}}

    yield "euler-churn", "euler", {}, {
        "step": {"s_churn": 2.0, "s_tmin": 0.1, "s_tmax": 10.0, "s_noise": 1.003},
    }
    yield "euler-custom-sigmas", "euler", {}, {"steps": None, "set": {"sigmas": [12.0, 5.0, 2.0, 0.7, 0.2, 0.0]}}
    yield "euler-custom-timesteps", "euler", {}, {"steps": None, "set": {"timesteps": [990, 700, 410, 90, 3]}}
    for shift in (1.0, 3.0):
        for steps in (1, 2, 10):
            yield f"flow-euler-shift{shift}-steps{steps}", "flow-euler", {"shift": shift}, {"steps": steps}
    dynamic = {"use_dynamic_shifting": True}
    yield "flow-euler-dynamic", "flow-euler", dynamic, {"set": {"mu": 0.7}}
    yield "flow-euler-dynamic-linear", "flow-euler", {**dynamic, "time_shift_type": "linear"}, {"set": {"mu": 0.7}}
    levels = {"sigmas": [1.0, 0.8, 0.5, 0.2], "mu": 0.9}
    yield "flow-euler-sigmas", "flow-euler", dynamic, {"steps": None, "set": levels}
    yield "flow-euler-terminal", "flow-euler", {"shift": 3.0, "shift_terminal": 0.1}
    yield "flow-euler-stochastic", "flow-euler", {"stochastic_sampling": True}
    for name, more in (("karras", KARRAS), ("exponential", EXPONENTIAL), ("beta", BETA)):
        yield f"flow-euler-{name}", "flow-euler", {"shift": 3.0, **more}


def model(x, t):
    k = torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape)
    a, b, c, d = FORMULA.values()
    return a * x.double() + b * torch.sin(c * float(t) + d * k)


class Drawing:
    """Stands in for diffusers' randn_tensor and keeps what it gave."""

    def __init__(self, seed, dtype):
        self.source, self.dtype, self.drawn = torch.Generator().manual_seed(seed), dtype, []

    def __call__(self, shape, *args, **keywords):
        self.drawn.append(torch.randn(shape, generator=self.source))
        return self.drawn[-1].to(self.dtype)


def run(kind, configuration, seed, dtype, steps=10, begin=0, step=None, set=None):
    scheduler = getattr(diffusers, kind)(**configuration)
    scheduler.set_timesteps(steps, **(set or {}))
    drawing = Drawing(seed, dtype)
    x0, noise = drawing(SHAPE), drawing(SHAPE)
    drawing.drawn.clear()
    result = {"x0": x0.float(), "noise2": noise.float(), "trajectory": [], "model_inputs": [], "pred_x0": []}
    # Along a flow, the first latent is plain noise.
    scale = torch.as_tensor(getattr(scheduler, "init_noise_sigma", 1.0), dtype=torch.float64)
    if begin:
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(begin)
        x = scheduler.add_noise(x0, noise, scheduler.timesteps[begin : begin + 1])
    else:
        x = x0 * float(scale)
    result["trajectory"].append(x)
    for t in scheduler.timesteps[begin:]:
        shown = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        with mock.patch.object(inspect.getmodule(type(scheduler)), "randn_tensor", drawing, create=True):
            out = scheduler.step(model(shown, t).to(dtype), t, x, **(step or {}))
        x = out.prev_sample
        result["model_inputs"].append(shown)
        result["trajectory"].append(x)
        # Where a scheduler reports it at all; what consistency models report is not the plain prediction.
        clean = out.get("pred_original_sample", out.get("denoised"))
        if clean is not None:
            result["pred_x0"].append(clean)
    for name in ("trajectory", "model_inputs", "pred_x0"):
        result[name] = torch.stack(result[name]) if result[name] else None
    result["drawn"] = torch.stack(drawing.drawn) if drawing.drawn else None
    result["timesteps"] = scheduler.timesteps.double()
    result["init_noise_sigma"] = scale.reshape(1)
    result["sigmas"] = scheduler.sigmas.double() if hasattr(scheduler, "sigmas") else None
    result["configuration"] = {"_class_name": kind, **public(scheduler.config)}
    return result


def make(root):
    about = (
        "Schedulers over a fake model: out[k] = a*in[k] + b*sin(c*t + d*k), k the flat index, t the time. "
        "x = in.x0 * init_noise_sigma, or add_noise(in.x0, in.noise2) at 'begin'. in.noise: what steps drew, in order."
    )
    folder = Folder(root, "schedulers", about, fake_model=FORMULA)
    for seed, (id, name, configuration, *rest) in enumerate(cases()):
        settings = rest[0] if rest else {}
        kind = CLASSES[name]
        known = inspect.signature(getattr(diffusers, kind)).parameters
        common = {k: v for k, v in {**TRAINING, **QUIET}.items() if k in known}
        configuration = {**common, **configuration}
        # Double precision shows how far apart ways of rounding are.
        usual, other = (run(kind, configuration, seed, dtype, **settings) for dtype in (torch.float32, torch.float64))
        case = folder.case(
            id, FILE, "", scheduler=usual["configuration"], step=settings.get("step", {}),
            begin=settings.get("begin", 0), subsampled=None,
            set_timesteps={"num_inference_steps": settings.get("steps", 10), **settings.get("set", {})},
        )
        case.given(x0=usual["x0"])
        if settings.get("begin"):
            case.given(noise2=usual["noise2"])
        if usual["drawn"] is not None:
            case.given(noise=usual["drawn"])
        for key in ("trajectory", "model_inputs", "pred_x0"):
            if usual[key] is not None:
                case.expect(key, usual[key].float(), other[key])
        whole = bool((usual["timesteps"] == usual["timesteps"].round()).all())
        case.expect("timesteps", usual["timesteps"], atol=0.0 if whole else 1e-3)
        for key in ("init_noise_sigma", "sigmas"):
            if usual[key] is not None:
                case.expect(key, usual[key], atol=1e-5 * usual[key].max().item())
    tables(folder)
    folder.write()


def tables(folder):
    for name, more in {
        "scaled_linear": {},
        "linear": {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02},
        "squaredcos_cap_v2": {"beta_schedule": "squaredcos_cap_v2"},
        "scaled_linear-zsnr": {"rescale_betas_zero_snr": True},
    }.items():
        scheduler = diffusers.DDIMScheduler(**TRAINING | more)
        case = folder.case(f"table-{name}", FILE, "in single precision", config=TRAINING | more)
        case.expect("betas", scheduler.betas, atol=5e-6)
        case.expect("alphas_cumprod", scheduler.alphas_cumprod, atol=5e-6)
