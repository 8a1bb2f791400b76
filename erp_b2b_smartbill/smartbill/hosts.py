"""Which addresses an account's credentials may be sent to.

Somebody who may edit an account must not be able to have its token sent elsewhere: only SmartBill's own host is
allowed, and what the server's administrator names in site_config.json under `smartbill_allowed_hosts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

SMARTBILL_HOST = "ws.smartbill.ro"
DEFAULT_API_URL = f"https://{SMARTBILL_HOST}/SBORO/api"


def allowed_url(url: str, extra_hosts: Iterable[str] = ()) -> str | None:
	"""The address without a trailing slash, or None when it may not be used.

	`extra_hosts` are "name" (any port) or "name:port". Plain HTTP is allowed only for those of them that are this
	machine itself.
	"""
	try:
		parts = urlsplit(url.strip())
		host, port = (parts.hostname or "").lower(), parts.port
	except ValueError:
		return None
	if not host or parts.username or parts.password or parts.query or parts.fragment:
		return None

	named = any(_matches(host, port, extra) for extra in extra_hosts)
	if parts.scheme == "https":
		permitted = named or (host == SMARTBILL_HOST and port in (None, 443))
	else:
		permitted = parts.scheme == "http" and named and _is_loopback(host)
	return url.strip().rstrip("/") if permitted else None


def _matches(host: str, port: int | None, extra: str) -> bool:
	try:
		parts = urlsplit(f"//{extra.strip()}")
		return host == (parts.hostname or "").lower() and parts.port in (None, port)
	except ValueError:
		return False


def _is_loopback(host: str) -> bool:
	if host == "localhost":
		return True
	try:
		return ip_address(host).is_loopback
	except ValueError:
		return False
