"""What happens after a class is closed, in the same transaction.

Closing knows nothing of literacy; apps above register a function here in their AppConfig.ready (docs/adr/0006).
This is explicit and typed where a signal would be neither.
"""

from collections.abc import Callable
from typing import Any

ClosingHook = Callable[..., None]
_after_closing: list[ClosingHook] = []


def after_closing(function: ClosingHook) -> ClosingHook:
    """Register ``function(class_group=…, passed=[Enrolment…], by=user)``."""
    if function not in _after_closing:
        _after_closing.append(function)
    return function


def run_after_closing(*, class_group: Any, passed: list[Any], by: Any) -> None:
    """Call every registered function; an error in one undoes the closing."""
    for function in _after_closing:
        function(class_group=class_group, passed=passed, by=by)
