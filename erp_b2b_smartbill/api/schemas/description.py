"""This description itself."""

from __future__ import annotations

from erp_b2b_smartbill.api import description
from erp_b2b_smartbill.api.schemas.shapes import TEXT, Described, Resource

RESOURCE = Resource(
	"API",
	"What the API says of itself.",
	{},
	{
		description.show: Described(
			{
				200: {
					"type": "object",
					"properties": {"openapi": TEXT, "info": {"type": "object"}, "paths": {"type": "object"}},
					"required": ["openapi", "info", "paths"],
					"additionalProperties": True,
				}
			},
			file="application/json",
			notes="The document itself, without an envelope.",
		)
	},
)
