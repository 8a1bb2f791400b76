"""Where the demo's e-mails arrive: an SMTP server of this machine that keeps each as a page in a folder."""

import contextlib
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class _Keeper:
	def __init__(self, folder: Path, tell: Callable[[str], None]):
		self._folder, self._tell = folder, tell

	async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
		message = message_from_bytes(envelope.content, policy=policy.default)
		body = message.get_body(("html", "plain"))
		subject = str(message["subject"] or "")
		number = len(list(self._folder.glob("*.html"))) + 1
		slug = re.sub(r"[^a-z0-9]+", "-", subject.lower())[:40].strip("-")
		page = self._folder / f"{number:03}-{slug}.html"
		page.write_text(body.get_content() if body else "", encoding="utf-8")
		self._tell(f"mail to {', '.join(envelope.rcpt_tos)}: {subject}\n  file://{page}")
		return "250 kept"


class _OnFreePort(Controller):
	"""On whatever port the machine gives; aiosmtpd itself tries the one that it was told, which is none."""

	def _trigger_server(self) -> None:
		self.port = self.server.sockets[0].getsockname()[1]
		super()._trigger_server()


@contextlib.contextmanager
def open_mailbox(folder: Path, tell: Callable[[str], None]) -> Iterator[int]:
	"""Yields the port, on loopback."""
	folder.mkdir(parents=True, exist_ok=True)
	controller = _OnFreePort(_Keeper(folder, tell), hostname="127.0.0.1", port=0)
	controller.start()
	try:
		yield controller.port
	finally:
		controller.stop()


def point_mail_at(port: int) -> None:
	"""The caller commits."""
	import frappe

	frappe.db.set_value("Email Account", {"default_outgoing": 1}, "smtp_port", str(port))
