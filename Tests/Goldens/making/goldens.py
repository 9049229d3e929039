"""A folder of reference data: tensors in safetensors files, and a manifest that lists the cases."""

import json
import math
import pathlib

import torch
from safetensors.torch import save_file

TYPES = {
    torch.float32: "F32",
    torch.float64: "F64",
    torch.int64: "I64",
    torch.uint8: "U8",
}


def tolerance(spread, largest):
    """The next of 1, 2 or 5 times a power of ten above 25 times the spread, or above what single precision loses."""
    wanted = max(25 * spread, 4e-6 * largest, 1e-12)
    power = 10.0 ** math.floor(math.log10(wanted))
    return float(f"{next(m for m in (1, 2, 5, 10) if m * power >= wanted) * power:.0e}")


def spread(value, other):
    return (value.double() - other.double()).abs().max().item()


class Folder:
    def __init__(self, root, name, about, **more):
        self.path = pathlib.Path(root) / name
        self.path.mkdir(parents=True, exist_ok=True)
        self.manifest = {"about": about, **more, "cases": []}
        self.files = {}

    def case(self, id, file, how, **more):
        case = {"id": id, "file": file, "how": how, "inputs": {}, "expected": {}, **more}
        self.manifest["cases"].append(case)
        return Case(case, self.files.setdefault(file, {}))

    def write(self):
        for name, tensors in self.files.items():
            save_file(tensors, self.path / name)
        text = json.dumps(self.manifest, indent=1, ensure_ascii=True)
        (self.path / "manifest.json").write_text(text + "\n")
        print(self.path, len(self.manifest["cases"]), "cases")


class Case:
    def __init__(self, case, tensors):
        self.case, self.tensors = case, tensors

    def _store(self, key, value):
        value = value.detach().contiguous().clone()
        self.tensors[key] = value
        return {"key": key, "shape": list(value.shape), "dtype": TYPES[value.dtype]}

    def given(self, **tensors):
        for name, value in tensors.items():
            self.case["inputs"][name] = self._store(f"{self.case['id']}/in.{name}", value)

    def expect(self, name, value, other=None, atol=None, per_step=False, **more):
        """`other` is the same computed in another way, equally valid; the tolerance follows from the difference."""
        entry = self._store(f"{self.case['id']}/{name}", value)
        largest = value.double().abs().max().item() if value.numel() else 0.0
        entry["max_abs"] = largest
        if atol is None:
            entry["spread"] = spread(value, value if other is None else other)
            if not math.isfinite(entry["spread"]):
                raise ValueError(f"{self.case['id']} {name} is not finite")
            entry["atol"] = tolerance(entry["spread"], largest)
            if per_step:
                entry["atol_per_step"] = [
                    tolerance(spread(a, b), a.abs().max().item()) for a, b in zip(value, other)
                ]
                entry["atol"] = max(entry["atol"], *entry["atol_per_step"])
        else:
            entry["atol"] = atol
        self.case["expected"][name] = {**entry, **more}
