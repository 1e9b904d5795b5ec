# SPDX-License-Identifier: Apache-2.0
"""The expected values of tst_texture.cpp: NumPy, SciPy and scikit-image (0.2x), none of Pulmoscope's own code.

python3 -m venv v && v/bin/pip install numpy scipy scikit-image && v/bin/python tests/texture/texture_numbers.py
"""
import numpy as np
from scipy import stats
from skimage.feature import graycomatrix, graycoprops

LOW, BIN, COUNT = -1000, 25, 48
X, Y, Z = 11, 9, 7


def volume():
    x, y, z = np.meshgrid(np.arange(X), np.arange(Y), np.arange(Z), indexing="ij")
    hu = (x * 37 + y * 101 + z * 253 + x * y * z * 11) % 1401 - 1100
    mask = np.zeros((X, Y, Z), int)
    mask[:6, 1:8, 1:] = 1
    mask[0, 1, :] = 0
    mask[6:10, 2:, :6] = 2
    mask[9, 8, 0] = 0
    return hu, mask


def levels_of(hu):
    return np.clip((hu - LOW) // BIN, 0, COUNT - 1)


def first_order(values):
    p = np.bincount(levels_of(values), minlength=COUNT) / len(values)
    return [len(values), values.mean(), values.std(), stats.skew(values), stats.kurtosis(values),
            *np.percentile(values, [10, 25, 50, 75, 90]), stats.entropy(p, base=2), (p**2).sum()]


def figures_of(m):
    p = m / m.sum()
    i, j = np.indices(p.shape)
    mean = (p * i).sum()
    variance = (p * (i - mean) ** 2).sum()
    return [m.sum() / 2, (p * (i - j) ** 2).sum(), (p / (1 + (i - j) ** 2)).sum(), (p**2).sum(),
            stats.entropy(p.ravel(), base=2), (p * (i - mean) * (j - mean)).sum() / variance]


def matrix_3d(hu, inside):
    """All 26 neighbours of every voxel, hence each pair both ways."""
    m = np.zeros((COUNT, COUNT))
    level = levels_of(hu)
    for x, y, z in np.argwhere(inside):
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for dz in (-1, 0, 1):
                    a, b, c = x + dx, y + dy, z + dz
                    if (dx, dy, dz) == (0, 0, 0) or not (0 <= a < X and 0 <= b < Y and 0 <= c < Z):
                        continue
                    if inside[a, b, c]:
                        m[level[x, y, z], level[a, b, c]] += 1
    return m


def figures_2d(hu, inside):
    """scikit-image on one slice: what is outside has a level of its own, whose row and column are dropped."""
    level = np.where(inside, levels_of(hu) + 1, 0).astype(np.uint8)
    m = graycomatrix(level, [1], [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4], levels=COUNT + 1, symmetric=True)
    m = m[1:, 1:].sum(axis=3, keepdims=True)
    p = m / m.sum()
    prop = lambda name: graycoprops(p, name)[0, 0]
    return [m.sum() / 2, prop("contrast"), prop("homogeneity"), prop("ASM"), stats.entropy(p.ravel(), base=2),
            prop("correlation")]


def show(name, values):
    print(name, "{" + ", ".join(f"{v:.9g}" for v in values) + "}")


hu, mask = volume()
for name, inside in (("right", mask == 1), ("left", mask == 2), ("both", mask > 0)):
    show(name, first_order(hu[inside]) + figures_of(matrix_3d(hu, inside)))
flat = mask[:, :, 3] > 0
show("one slice", first_order(hu[:, :, 3][flat]) + figures_2d(hu[:, :, 3], flat))
x, y, z = np.meshgrid(np.arange(X) * 2.0, np.arange(Y) * 1.5, np.arange(Z) * 3.0, indexing="ij")
sphere = (mask > 0) & ((x - 11) ** 2 + (y - 7) ** 2 + (z - 8) ** 2 <= 36)
show("sphere", first_order(hu[sphere]) + figures_of(matrix_3d(hu, sphere)))
