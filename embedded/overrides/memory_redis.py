"""Redis in the process's own memory: the cache and the queues of one process.

Processes do not share it, so whatever several processes must agree on goes through the database, as on a bench.
"""

from typing import Any

import fakeredis
import frappe
import redis

from embedded.overrides import replace

_server = fakeredis.FakeServer()


def connection_pool(database: int) -> redis.ConnectionPool:
	"""Return connections to one database of this process's Redis."""
	return redis.ConnectionPool(connection_class=fakeredis.FakeRedisConnection, server=_server, db=database)


def forget() -> None:
	"""Start with an empty Redis, as a forked process must: the server's lock may have been held at the fork."""
	global _server
	_server = fakeredis.FakeServer()


@replace("frappe.utils.redis_wrapper:setup_cache")
def setup_cache() -> Any:
	from frappe.utils.redis_wrapper import RedisWrapper

	return RedisWrapper(connection_pool=connection_pool(0))


@replace("frappe.utils.redis_wrapper:ClientCache.__init__")
def client_cache_init(self: Any, maxsize: int = 1024, ttl: int = 600, monitor: Any = None) -> None:
	"""Without another process there is nobody to hear invalidations from: plain reads from memory are enough."""
	import threading

	self.maxsize = maxsize
	self.local_ttl = ttl
	self.lock = threading.RLock()
	self.cache = {}
	self.invalidator = self.redis = frappe.cache
	self.invalidator_id = None
	self.healthy = True
	self.connection_retries = self.hits = self.misses = 0


@replace("frappe.utils.redis_wrapper:ClientCache.erase_persistent_caches")
def erase_persistent_caches(self: Any, *, doctype: str | None = None) -> None:
	"""Clear what Redis would have told every worker to clear: there is one process."""
	import json

	payload = json.dumps({"doctype": doctype, "site": frappe.get_site_name()})
	self._handle_persistent_cache_invalidation({"type": "message", "data": payload})


@replace("frappe.utils.redis_queue:RedisQueue.get_connection")
def get_connection(username: str | None = None, password: str | None = None) -> redis.Redis:
	return redis.Redis(connection_pool=connection_pool(1))
