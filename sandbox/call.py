"""One call on its way through the sandbox."""

import threading
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from sandbox.knobs import Value
from sandbox.records import Company, Fault, JournalEntry, User
from sandbox.state import State


@dataclass
class Call:
	"""What came in (`request`, `raw`), and what the steps of the pipeline find out about it: the fault it
	met, who calls (`user`), for which `company`, and the mapped fields of the body. `ended` is set when the
	sandbox is reset meanwhile.
	"""

	state: State
	request: Request
	raw: bytes
	entry: JournalEntry
	ended: threading.Event
	fault: Fault | None = None
	rate_headers: list[tuple[str, str]] = field(default_factory=list)
	user: User | None = None
	found_company: Company | None = None
	sent: dict[str, Any] = field(default_factory=dict)
	fields: dict[str, Any] = field(default_factory=dict)

	@property
	def knobs(self) -> dict[str, Value]:
		return self.state.knobs

	@property
	def company(self) -> Company:
		assert self.found_company is not None, "an endpoint runs after the company was found"
		return self.found_company

	@property
	def base(self) -> str:
		"""Where the caller reached the sandbox, for the addresses in answers."""
		return self.request.host_url.rstrip("/")

	@property
	def rate_key(self) -> str:
		"""Limits are counted by token: by the raw header, else by the caller's address (section 7.3)."""
		return self.request.headers.get("Authorization") or f"address {self.request.remote_addr}"

	def argument(self, name: str) -> str:
		return self.request.args.get(name, "").strip()

	def met(self, action: str) -> bool:
		"""Whether the call's fault is this action, taking effect during the create itself."""
		return self.fault is not None and self.fault.when == "create" and self.fault.action == action
