"""Speaks to the control side of a running SmartBill sandbox, over HTTP like everything else."""

from typing import Any

import requests

CREATE = "/SBORO/api/estimate/v2"


class Sandbox:
	def __init__(self, url: str):
		self.url = url.rstrip("/")
		self.api_url = f"{self.url}/SBORO/api"

	def reset(self, **seed: Any) -> None:
		"""The default seed, `seed` in place of parts of it; the rate limit is off, for the tests of one token would
		reach it together."""
		self._control("POST", "reset", {"seed": seed})
		self.knobs(v1_limit=0)

	def knobs(self, **values: Any) -> None:
		self._control("POST", "knobs", values)

	def fault(self, action: str, *, when: str = "before", path: str = CREATE, **more: Any) -> None:
		"""The next call of `path` fails in this way."""
		match = {"path": path}
		self._control("POST", "faults", {"match": match, "when": when, "action": action, "times": 1, **more})

	def order(self, fault: dict[str, Any]) -> None:
		"""A fault in the control API's own words."""
		self._control("POST", "faults", fault)

	def advance(self, seconds: float) -> None:
		"""Move the sandbox's clock, as the test moves the app's."""
		self._control("POST", "clock", {"advance_s": seconds})

	def foreign_document(self, series: str) -> None:
		"""Somebody types a document into the series by hand."""
		self._control("POST", "foreign-document", {"series": series, "client": "Altcineva"})

	def state(self) -> dict[str, Any]:
		"""All that the sandbox remembers, its tokens apart."""
		return self._control("GET", "state")

	def is_at_rest(self, calls: int) -> bool:
		"""Whether so many calls were taken since the reset and each of them is done with, client or not."""
		health = self._control("GET", "health")
		return health["calls"] >= calls and health["serving"] == 0

	def documents(self) -> list[dict[str, Any]]:
		documents = self._control("GET", "state?documents=1")["documents"]
		return list(documents.values()) if isinstance(documents, dict) else documents

	def creates(self) -> list[dict[str, Any]]:
		"""Every request that could have made a proforma."""
		journal = self._control("GET", "journal?since=0")
		entries = journal["journal"] if isinstance(journal, dict) else journal
		return [entry for entry in entries if entry["path"] == CREATE]

	def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
		response = requests.request(method, f"{self.url}/__control/{path}", json=body, timeout=10)
		response.raise_for_status()
		return response.json()
