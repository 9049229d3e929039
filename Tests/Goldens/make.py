"""Makes the reference data anew: tiny random models of the true architectures, and what torch, diffusers and
transformers compute with them.

    python3 make.py FOLDER
    python3 make.py FOLDER shipped    # only those of the model that ships
"""

import pathlib
import sys

import torch

from making import inversion, models, parts, pipelines, rng, samplers, walks, words
from making.goldens import Folder

PRESETS = pathlib.Path(__file__).resolve().parents[2] / "Presets"


def expectations(root):
    folder = Folder(root, "expected-sd15", "Parts and pipelines of tiny-sd15, which predicts noise.")
    model = models.Model(root, "tiny-sd15")
    for part in (parts.text, parts.denoiser, parts.autoencoder, pipelines.plain):
        part(folder, model)
    parts.times(folder)
    tiny = models.Model(root, "tiny-sd15", tiny="tiny-taesd")
    parts.tiny_autoencoder(folder, tiny, "tiny-taesd")
    pipelines.tiny(folder, tiny)
    for kind, dtype in (("fp16", torch.float16), ("bf16", torch.bfloat16)):
        parts.halves(folder, models.Model(root, f"tiny-sd15-{kind}"), kind, dtype)
    folder.write()

    folder = Folder(root, "expected-sd21", "Parts and pipelines of tiny-sd21, which predicts velocity.")
    model = models.Model(root, "tiny-sd21")
    for part in (parts.text, parts.denoiser, pipelines.velocity):
        part(folder, model)
    folder.write()

    folder = Folder(root, "expected-lcm", "Pipelines of tiny-lcm, which is told its guidance.")
    model = models.Model(root, "tiny-lcm")
    parts.guidance(folder, model)
    pipelines.consistency(folder, model)
    folder.write()

    folder = Folder(root, "walks", "Walks of a few frames through tiny-sd15.")
    walks.make(folder, models.Model(root, "tiny-sd15"))
    folder.write()


def shipped(root):
    """Needs nothing but the model that ships, so it is made again alone whenever that is trained further."""
    folder = Folder(root, "expected-emoji", "Pipelines of the model that ships, in single precision.")
    pipelines.shipped(folder, models.Model(root, PRESETS / "models/emoji"))
    folder.write()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["shipped"]):
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1])
    torch.manual_seed(0)
    with torch.no_grad():
        if not sys.argv[2:]:
            rng.make(root)
            words.make(root)
            samplers.make(root)
            inversion.make(root)
            models.make(root)
            expectations(root)
        shipped(root)
