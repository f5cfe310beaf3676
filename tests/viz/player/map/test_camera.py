"""The camera as a value, and the matrices it gives."""

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.browser
CAMERA = {"center": [0.1, -0.2, 0.3], "azimuth": 1.0, "elevation": 0.4, "distance": 2.0}


def seen(call: Any, camera: dict[str, Any], aspect: float, points: Any) -> Any:
    """Where points lie in the frame, as shares from its left and its top, and how deep, by the camera's matrix."""
    matrix = np.reshape(call("map/camera", "viewProjection", camera, aspect), (4, 4)).T  # column-major, as in WebGL
    x, y, _, w = matrix @ np.vstack([np.transpose(points), np.ones(len(points))])
    return 0.5 + 0.5 * x / w, 0.5 - 0.5 * y / w, w


def test_the_eye_sees_its_centre_in_the_middle(call: Any) -> None:
    x, y, depth = seen(call, CAMERA, 1.6, [CAMERA["center"]])
    assert (x[0], y[0], depth[0]) == (pytest.approx(0.5), pytest.approx(0.5), pytest.approx(2))


def test_a_camera_survives_plotlys_form(call: Any) -> None:
    back = call("map/camera", "fromPlotly", call("map/camera", "toPlotly", CAMERA))
    assert back == {name: pytest.approx(value) for name, value in CAMERA.items()}


@pytest.mark.parametrize("aspect", [0.45, 1.0, 1.9])
def test_the_first_view_holds_nearly_all_points_at_every_aspect(call: Any, aspect: float) -> None:
    i = np.arange(500)
    points = np.stack([np.sin(i) * 0.4, np.cos(i * 1.7) * 0.3, np.sin(i * 2.3) * 0.15], 1)
    x, y, _ = seen(call, call("map/camera", "fit", points.tolist(), aspect), aspect, points)
    assert ((x > 0) & (x < 1) & (y > 0) & (y < 1)).sum() >= 480
