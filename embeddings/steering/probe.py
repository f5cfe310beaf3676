"""Linear probes that decide what belongs to a region of the map: for `Atlas.inside` and for `RegionReward`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHIPPED = ("freedom", "survival under threat")
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Probe:
    """``coefficients @ z + intercept`` > 0 is inside; ``auc`` on answers held out of the fit, 0.5 chance, 1 perfect."""

    coefficients: np.ndarray
    intercept: float
    auc: float


def fit_probe(singles: np.ndarray, positive: np.ndarray, answers: np.ndarray, *, stratified: bool = False) -> Probe:
    """Regularised logistic regression on token-removed single states.

    Parameters
    ----------
    singles
        (m, d) states through the lens, without mean.
    positive
        (m,) bool: the points of the region; both classes weigh the same.
    answers
        (m,) int: points of one answer are never on both sides of a fold.
    stratified
        Give each fold its share of positives: for regions of few points.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0) if stratified else GroupKFold(FOLDS)
    scores = cross_val_predict(model, singles, positive, groups=answers, cv=folds, method="decision_function")
    model.fit(singles, positive)
    scaler, logistic = model[0], model[1]
    coefficients = logistic.coef_[0] / scaler.scale_
    intercept = float(logistic.intercept_[0] - coefficients @ scaler.mean_)
    return Probe(coefficients.astype(np.float64), intercept, float(roc_auc_score(positive, scores)))
