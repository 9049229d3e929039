"""A contender: a process that answers commands line by line with JSON."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

PEER = Path(__file__).resolve().parent / "peer.py"
# The peers' libraries tell much that is no part of a table.
QUIET = {"TRANSFORMERS_VERBOSITY": "error", "DIFFUSERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1",
         "TQDM_DISABLE": "1", "PYTHONWARNINGS": "ignore"}


class Contender:
    def __init__(self, kind, model, precision, threads, binary):
        self.name = f"{kind} {precision}"
        program = [str(binary)] if kind == "latentwalk" else [sys.executable, str(PEER), kind.lower()]
        self.scratch = tempfile.NamedTemporaryFile()
        self.born = time.perf_counter()
        self.process = subprocess.Popen(
            [*program, str(model), precision, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **QUIET, "OMP_NUM_THREADS": str(threads)})
        self.load = self._answer()["seconds"]

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended with {self.process.wait()}")
        return json.loads(line)

    def ask(self, command):
        """The answer to a command without output."""
        print(command, file=self.process.stdin, flush=True)
        return self._answer()

    def output(self, command, *more):
        """Seconds, and the numbers that the command wrote."""
        seconds = self.ask(" ".join([command, self.scratch.name, *more]))["seconds"]
        return seconds, np.fromfile(self.scratch.name, dtype=np.float32)

    def age(self):
        """Seconds since the process was started."""
        return time.perf_counter() - self.born

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.scratch.close()
