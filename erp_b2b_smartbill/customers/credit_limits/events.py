"""Which Business Events about credit limits concern a company."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pypika import Table
from pypika.terms import Criterion


def concern(event: Table, companies: Sequence[str]) -> Criterion:
	"""The condition for changes of limits in one of the companies, as `guard.record` writes them."""
	texts = [f"%{_written(company)}%" for company in companies]
	if not texts:
		return event.name.isnull()
	return Criterion.any(field.like(text) for text in texts for field in (event.before, event.after))


def _written(company: str) -> str:
	"""A pattern, in which what databases read differently stands for any one character."""
	return re.sub(r"[%_\\]", "_", f'"company": {json.dumps(company, ensure_ascii=False)}')
