"""Times scikit-learn's FastICA (symmetric, log cosh) on one core, on Laplace sources mixed as in the experiment ica-local.

    OPENBLAS_CORETYPE=SkylakeX python3 sklearn_fastica.py 10,20,50,100,200 60,70,80

Beside it, in the same minutes: taskset -c 0 stein ica-local --dim 10,20,50,100,200 --method local,fastica --seed 60,70,80 --jobs 1
"""
import os
import sys
import time
import warnings

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from sklearn.decomposition import FastICA

warnings.simplefilter("ignore")
SAMPLES = 20_000


def unmixing(seed, dimension):
    """The matrix of the authors' script: normal entries, the condition number below the dimension."""
    random = np.random.RandomState(seed)
    while True:
        matrix = random.randn(dimension, dimension)
        if np.linalg.cond(matrix) < dimension:
            return matrix


for dimension in map(int, sys.argv[1].split(",")):
    for seed in map(int, sys.argv[2].split(",")):
        mixing = np.linalg.inv(unmixing(seed, dimension))
        samples = np.random.default_rng(seed).laplace(size=(SAMPLES, dimension)) @ mixing.T
        for dtype in (np.float64, np.float32):
            start = time.perf_counter()
            ica = FastICA(whiten="unit-variance", fun="logcosh", max_iter=400, tol=1e-4, random_state=seed)
            ica.fit(samples.astype(dtype))
            seconds = time.perf_counter() - start
            gains = np.sort(np.abs(ica.components_ @ mixing), axis=1)
            separated = int((gains[:, -2] < 0.5 * gains[:, -1]).sum())
            print(f"D = {dimension}, seed {seed}, {np.dtype(dtype).name}: {seconds:.3f} s, {ica.n_iter_} iterations, "
                  f"{separated} separated", flush=True)
