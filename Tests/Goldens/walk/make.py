"""Truth for lerp, slerp and easing: computed with 60 digits, rounded once to float64.

    python3 make.py        (needs mpmath; writes interpolation.safetensors and manifest.json here)

`slerp_exact` is the arc itself; `slerp_threshold` is the line where |cos| > 0.9995, as other tools have it.
Exactly opposite vectors have no arc: there the line is expected of both.
"""
import json, pathlib, random, struct
from mpmath import mp, mpf, acos, cos, pi, sin, sqrt

mp.dps = 60
HERE = pathlib.Path(__file__).parent
WAYS = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]


def dot(a, b): return sum(x * y for x, y in zip(a, b))
def line(a, b, t): return [(1 - t) * x + t * y for x, y in zip(a, b)]


def arc(a, b, t, threshold):
    lengths = sqrt(dot(a, a) * dot(b, b))
    if lengths == 0: return line(a, b, t)
    c = max(mpf(-1), min(mpf(1), dot(a, b) / lengths))
    if abs(c) > threshold or 1 - abs(c) < mpf(10) ** -30: return line(a, b, t)
    theta = acos(c)
    return [(sin((1 - t) * theta) * x + sin(t * theta) * y) / sin(theta) for x, y in zip(a, b)]


def pairs():
    r = random.Random(7)
    gauss = lambda n: [r.gauss(0, 1) for _ in range(n)]
    a, b = gauss(3), gauss(3)
    yield "general", a, b
    yield "orthogonal", [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
    yield "same", a, a
    yield "same-direction", a, [2.5 * x for x in a]
    yield "opposite", a, [-x for x in a]
    yield "opposite-scaled", a, [-4 * x for x in a]
    yield "zero-a", [0.0] * 3, b
    yield "zero-b", a, [0.0] * 3
    yield "zero-both", [0.0] * 3, [0.0] * 3
    yield "tiny", [x * 2.0**-60 for x in a], [x * 2.0**-60 for x in b]
    yield "huge", [x * 2.0**60 for x in a], [x * 2.0**60 for x in b]
    yield "different-lengths", a, [x * 64 for x in b]
    yield "high-dimensional", gauss(1024), gauss(1024)
    for angle in ("1e-8", "1e-4", "0.0316", "0.032", "1", "3", "3.11", "3.1415"):
        yield f"angle-{angle}", [1.0, 0.0], [float(cos(mpf(angle))), float(sin(mpf(angle)))]


class File:
    def __init__(self): self.header, self.data = {}, b""

    def add(self, key, shape, values):
        packed = struct.pack(f"<{len(values)}d", *map(float, values))
        offsets = [len(self.data), len(self.data) + len(packed)]
        self.header[key] = {"dtype": "F64", "shape": shape, "data_offsets": offsets}
        self.data += packed
        return {"key": key, "shape": shape, "dtype": "F64"}

    def write(self, path):
        header = json.dumps(self.header).encode()
        header += b" " * (-len(header) % 8)
        path.write_bytes(struct.pack("<Q", len(header)) + header + self.data)


def close_to(entry, values, digits):
    """Float64 carries 16 digits; near π the arc magnifies them by 1/sin θ."""
    scale = max(map(abs, values))
    return entry | {"atol_f64": float(scale * digits) or 1e-300, "atol": float(scale * max(digits * 1e9, 1e-6)) or 1e-30}


file, cases = File(), []
for name, a, b in pairs():
    inputs = {"a": file.add(f"{name}/in.a", [len(a)], a), "b": file.add(f"{name}/in.b", [len(b)], b),
              "t": file.add(f"{name}/in.t", [len(WAYS)], WAYS)}
    (x, y), ways = (list(map(mpf, a)), list(map(mpf, b))), list(map(mpf, WAYS))
    length = sqrt(dot(x, x) * dot(y, y))
    wide = 1 / sqrt(max(1 - (dot(x, y) / length) ** 2, mpf(10) ** -9)) if length and dot(x, y) < 0 else 1
    expected = {}
    for kind, way in (("lerp", line), ("slerp_exact", lambda x, y, t: arc(x, y, t, 1)),
                      ("slerp_threshold", lambda x, y, t: arc(x, y, t, mpf("0.9995")))):
        values = [v for t in ways for v in way(x, y, t)]
        expected[kind] = close_to(file.add(f"{name}/{kind}", [len(WAYS), len(a)], values), values, 4e-15 * wide)
    cases.append({"id": name, "file": "interpolation.safetensors", "inputs": inputs, "expected": expected})

xs = [mpf(i) / 16 for i in range(17)]
curves = {"linear": lambda x: x, "smoothstep": lambda x: 3 * x**2 - 2 * x**3,
          "sine_in": lambda x: 1 - cos(x * pi / 2), "sine_out": lambda x: sin(x * pi / 2)}
cases.append({"id": "easing", "file": "interpolation.safetensors", "inputs": {"x": file.add("easing/in.x", [17], xs)},
              "expected": {name: close_to(file.add(f"easing/{name}", [17], list(map(f, xs))), [1], 1e-15)
                           for name, f in curves.items()}})

file.write(HERE / "interpolation.safetensors")
about = "lerp, slerp and easing; rows of an expected tensor belong to the values of in.t. Made by make.py."
(HERE / "manifest.json").write_text(json.dumps({"about": about, "cases": cases}, indent=1) + "\n")
