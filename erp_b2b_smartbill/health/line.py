"""One line of the health page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

State = Literal["ok", "warning", "failed", "off"]
OK: State = "ok"
WARNING: State = "warning"
FAILED: State = "failed"
OFF: State = "off"

Fact = str | int | bool | datetime | None
# {doctype, name} of a document, {doctype, filters} of a list
Link = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
	"""`check` is stable, for programs; `about` is the account or queue where a check has a line for each; `text` says how
	it is and `advice` what to do, where there is something to do; `facts` is what the text was made of."""

	check: str
	label: str
	state: State
	text: str
	advice: str = ""
	about: str = ""
	link: Link | None = None
	facts: Mapping[str, Fact] = field(default_factory=dict)

	def without_details(self, text: str, advice: str) -> Line:
		"""How it is, and not about what: for whoever may not read that."""
		return replace(self, about="", text=text, advice=advice if self.advice else "", link=None, facts={})


@dataclass(frozen=True)
class Subject:
	"""What lines are about."""

	check: str
	label: str
	about: str = ""
	link: Link | None = None

	def ok(self, text: str, **facts: Fact) -> Line:
		return self._line(OK, text, "", facts)

	def warning(self, text: str, advice: str, **facts: Fact) -> Line:
		return self._line(WARNING, text, advice, facts)

	def failed(self, text: str, advice: str, **facts: Fact) -> Line:
		return self._line(FAILED, text, advice, facts)

	def off(self, text: str, **facts: Fact) -> Line:
		return self._line(OFF, text, "", facts)

	def _line(self, state: State, text: str, advice: str, facts: Mapping[str, Fact]) -> Line:
		return Line(self.check, self.label, state, text, advice, self.about, self.link, facts)


def worst(lines: list[Line]) -> State:
	"""Of the lines together; what is switched off is no fault."""
	states = {line.state for line in lines}
	return FAILED if FAILED in states else WARNING if WARNING in states else OK
