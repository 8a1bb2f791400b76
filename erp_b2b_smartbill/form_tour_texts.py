"""The texts of form tours, which Frappe itself does not look for: its translation commands find this by
babel_extractors.csv."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO


def extract(file: BinaryIO, *_args: Any, **_options: Any) -> Iterator[tuple[None, str, str, list[str]]]:
	"""The messages of one tour, as Babel takes them: (line, function, text, comments)."""
	tour = json.load(file)
	for step in tour["steps"]:
		for kind in ("title", "description"):
			yield None, "_", step[kind], [f"The {kind} of a step of the Form Tour '{tour['title']}'"]
