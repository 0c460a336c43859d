#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Spectra per second of arPLS by pybaselines on the spectra of baseline_spectra.cpp, then the program.

    bench/baseline_spectra.py build/bench/bin/baseline_spectra [SPECTRA]

Needs numpy and pybaselines; says so and ends with 0 where they are not installed.
"""

import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"


def spectra(count, channels=1000):
    import numpy as np

    j = np.arange(channels) / 2
    clean = (100 + 80 * np.exp(-j / 200) + 50 * np.exp(-(((j - 120) / 5) ** 2) / 2)
             + 30 / (1 + ((j - 250) / 4) ** 2) + 60 * np.exp(-(((j - 380) / 8) ** 2) / 2))
    n = np.arange(1, channels + 1) + 1000 * np.arange(count)[:, None]
    noise = 43758.5453 * np.sin(12.9898 * n + 78.233)
    return clean + 2 * (noise - np.floor(noise) - 0.5)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 256
    try:
        from pybaselines import Baseline
        import pybaselines
    except ImportError as missing:
        print(f"pybaselines: not timed ({missing})")
    else:
        y = spectra(count)
        fitter = Baseline()
        fitter.arpls(y[0], lam=16e5)
        start = time.process_time()
        middle = [fitter.arpls(one, lam=16e5)[0][500] for one in y][0]
        rate = count / (time.process_time() - start)
        print(f"pybaselines {pybaselines.__version__}: {rate:9.0f} spectra/s  middle {middle:.6f}")
    return subprocess.call([sys.argv[1], str(count)])


if __name__ == "__main__":
    sys.exit(main())
