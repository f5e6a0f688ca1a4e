"""The operators, by what they change. Importing this package registers all of them."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.fairness.operators.registry import OPERATORS, Operator

__all__ = ["OPERATORS", "Operator"]

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
