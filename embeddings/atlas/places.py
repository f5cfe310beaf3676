"""What has a name on the map: landmarks and regions. Data only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Landmark:
    """Where a theme lies: ``name``, ``position`` (3,) on the map, ``pca`` (3,) in the plain projection, ``indices`` of
    its atlas points, all of which have its name by `Naming` where their own answers do not vote, ``theme`` the
    questions' theme that this is."""

    name: str
    position: np.ndarray
    pca: np.ndarray
    indices: np.ndarray
    theme: str


@dataclass(frozen=True, eq=False)
class Region:
    """A linear probe on token-removed single states: inside where ``coefficients @ z + intercept`` > 0.

    ``auc`` is the area under its ROC curve on answers held out of the probe's fit, ``indices`` the atlas points inside.
    """

    name: str
    coefficients: np.ndarray
    intercept: float
    auc: float
    indices: np.ndarray
