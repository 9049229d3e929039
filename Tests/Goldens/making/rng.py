"""torch.randn and torch.rand on a CPU generator."""

import numpy as np
import torch

from .goldens import Folder

SEEDS = [0, 42, 2**32 - 1, 1234567890123]
FILE = "randn.safetensors"


def generator(seed):
    return torch.Generator().manual_seed(seed)


def make(root):
    folder = Folder(root, "rng", "Random numbers of torch's CPU generator. first and last: up to 64 values.")
    for seed in SEEDS:
        for n in (1, 7, 15, 16, 17, 16384):
            x = torch.randn(n, generator=generator(seed))
            case = folder.case(f"seed{seed}-n{n}", FILE, "torch.randn(n)", seed=seed, n=n)
            case.expect("first", x[:64], atol=2e-5)
            case.expect("last", x[-64:], atol=2e-5)
    for seed, sizes in ((5, [7, 7]), (5, [1, 1, 1]), (9, [17, 7]), (11, [5, 64, 5]), (3, [16, 16])):
        id = f"sequence-seed{seed}-" + "-".join(map(str, sizes))
        case = folder.case(id, FILE, "several draws from one generator", seed=seed, sizes=sizes)
        source = generator(seed)
        for i, size in enumerate(sizes):
            case.expect(f"draw{i}", torch.randn(size, generator=source), atol=2e-5)
    for seed in SEEDS[:3]:
        case = folder.case(f"rand-seed{seed}", FILE, "torch.rand(64)", seed=seed)
        case.expect("u", torch.rand(64, generator=generator(seed)), atol=0.0)
        case = folder.case(f"u32-seed{seed}", FILE, "the 32-bit numbers of MT19937 below both, from numpy", seed=seed)
        bits = np.frombuffer(np.random.RandomState(seed).bytes(4 * 64), "<u4")
        case.expect("u32", torch.from_numpy(bits.astype(np.int64)), atol=0.0)
    case = folder.case("per-image-generators", FILE, "[1, 4, 8, 8] of every seed, side by side", seeds=[42, 2**32 - 1])
    case.expect("x", torch.cat([torch.randn(1, 4, 8, 8, generator=generator(s)) for s in (42, 2**32 - 1)]), atol=2e-5)
    folder.write()
