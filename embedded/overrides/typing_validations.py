"""Arguments of whitelisted functions converted by their annotations.

The package added `from __future__ import annotations` to every module, so that annotations became texts and
nothing was converted any more ("0" stayed a true text). The framework's own functions get their annotations
evaluated; an app's stay as they are, because Frappe itself does not look into textual annotations.
"""

import inspect
from typing import Any

from embedded.overrides import replace

_evaluated: dict[Any, dict[str, Any]] = {}


def evaluated_annotations(function: Any) -> dict[str, Any]:
	"""Return a function's annotations as types, where they can be evaluated at all."""
	function = inspect.unwrap(function)
	if function not in _evaluated:
		try:
			_evaluated[function] = inspect.get_annotations(function, eval_str=True)
		except (NameError, TypeError, SyntaxError, AttributeError):
			_evaluated[function] = function.__annotations__
	return _evaluated[function]


@replace("frappe.utils.typing_validations:transform_parameter_types")
def transform_parameter_types(original: Any, func: Any, args: tuple, kwargs: dict) -> tuple:
	if func.__module__.split(".", 1)[0] == "frappe":
		func.__annotations__ = evaluated_annotations(func)
	return original(func, args, kwargs)
