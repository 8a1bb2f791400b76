"""Every resource with what its operations take and answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from erp_b2b_smartbill.api.schemas import (
	conflicts,
	credit,
	customers,
	description,
	favourites,
	health,
	overview,
	portal,
	proformas,
	registrations,
	runs,
	sync,
)
from erp_b2b_smartbill.api.schemas.shapes import Described, Resource

RESOURCES = (
	proformas.RESOURCE,
	runs.RESOURCE,
	sync.RESOURCE,
	conflicts.RESOURCE,
	customers.RESOURCE,
	overview.RESOURCE,
	favourites.OF_SALES,
	credit.RESOURCE,
	registrations.RESOURCE,
	portal.RESOURCE,
	favourites.OF_BUYERS,
	health.RESOURCE,
	description.RESOURCE,
)


def described() -> dict[Callable[..., Any], tuple[Resource, Described]]:
	"""By the handler of a route's operation."""
	return {
		handler: (resource, one) for resource in RESOURCES for handler, one in resource.operations.items()
	}
