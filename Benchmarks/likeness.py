"""How like two pictures are: [channels, height, width] from 0 to 1."""

import numpy as np


def psnr(a, b):
    """Peak signal to noise ratio in decibels."""
    error = float(np.mean((a - b) ** 2))
    return 10 * np.log10(1 / error) if error else float("inf")


def ssim(a, b):
    """Mean structural similarity (Wang et al., 2004) over Gaussian windows of 11 x 11 with a deviation of 1.5."""
    offsets = np.arange(11) - 5
    window = np.exp(-(offsets**2) / (2 * 1.5**2))
    window /= window.sum()

    def blurred(x):
        for axis in (1, 2):
            x = np.apply_along_axis(lambda row: np.convolve(row, window, mode="valid"), axis, x)
        return x

    a, b = a.astype(np.float64), b.astype(np.float64)
    mean_a, mean_b = blurred(a), blurred(b)
    variance_a, variance_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
    covariance = blurred(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    return float(np.mean(
        (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
        / ((mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2))))
