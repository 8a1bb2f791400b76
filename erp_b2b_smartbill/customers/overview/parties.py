"""Under which names a customer was quoted to: as the Customer, and before that as the Lead or Prospect it came from."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from pypika import Field
from pypika.terms import Criterion

from erp_b2b_smartbill.customers.overview.scope import Scope

# Customer's field by the doctype it came from; a site's ERPNext may know fewer
ORIGINS = {"Lead": "lead_name", "Prospect": "prospect_name"}


@dataclass(frozen=True)
class Parties:
	"""Names by doctype; Customer is always there, the others only with names."""

	names: dict[str, tuple[str, ...]]

	def are(self, party_type: Field, party: Field) -> Criterion:
		"""The condition for documents that name one of them. `party` alone narrows them down by its index."""
		of_types = [
			(party_type == doctype) & party.isin(list(names)) for doctype, names in self.names.items()
		]
		if len(of_types) == 1:
			return of_types[0]
		everybody = [name for names in self.names.values() for name in names]
		return party.isin(everybody) & Criterion.any(of_types)

	def filters(self, type_field: str, field: str) -> dict[str, object]:
		"""The same, for a list in the desk."""
		everybody = [name for names in self.names.values() for name in names]
		return {type_field: ["in", list(self.names)], field: ["in", everybody]}


def of(scope: Scope) -> Parties:
	names = {"Customer": scope.customers}
	meta = frappe.get_meta("Customer")
	origins = {doctype: field for doctype, field in ORIGINS.items() if meta.has_field(field)}
	if origins:
		customer = frappe.qb.DocType("Customer")
		rows = (
			frappe.qb.from_(customer)
			.select(*(customer[field] for field in origins.values()))
			.where(customer.name.isin(list(scope.customers)))
			.run()
		)
		for doctype, column in zip(origins, zip(*rows, strict=True), strict=True):
			if found := sorted({name for name in column if name}):
				names[doctype] = tuple(found)
	return Parties(names)
