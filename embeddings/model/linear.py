"""Faster products of one or a few rows with a weight matrix, nearly all that decoding does. Knows no model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn.functional import linear
from torch.overrides import TorchFunctionMode

FEW = 32


class FewRows(TorchFunctionMode):
    """Inside ``with FewRows():`` linear layers without bias read 2 to 32 rows as columns.

    The same numbers in another order: measured there, 2 rows take 14 ms for the default model's blocks instead of 60,
    4 take 23 instead of 51, 16 take 50 instead of 79. Results differ by rounding. It holds for this thread only.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is linear and not kwargs and _few(*args):
            rows, weight = args[:2]
            columns = rows.reshape(-1, weight.shape[1]).contiguous().T  # the strides matter, in and out
            return torch.mm(weight, columns).T.contiguous().view(*rows.shape[:-1], -1)
        return func(*args, **(kwargs or {}))


class OneRow(TorchFunctionMode):
    """Inside ``with OneRow():`` linear layers without bias read a single row at about the speed of the memory.

    torch gives such a product to a routine that, measured on an AMD EPYC, needs 50 ms for the weights of the default
    model where reading them takes 22. As a batch of two halves of the matrix the same product takes 25 ms. Results
    differ by rounding. It holds for this thread only, and the model is not changed.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is linear and not kwargs and _fits(*args):
            row, weight = args[:2]
            halves = weight.view(2, -1, weight.shape[1])
            column = row.reshape(1, -1).T  # the strides matter: as a transposed row it takes the fast routine
            return torch.bmm(halves, column.expand(2, -1, 1)).view(*row.shape[:-1], -1)
        return func(*args, **(kwargs or {}))


def _fits(row: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> bool:
    rows, width = weight.shape
    return bias is None and row.numel() == width and rows % 2 == 0 and weight.is_contiguous()


def _few(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> bool:
    return bias is None and 2 <= rows.numel() // weight.shape[1] <= FEW
