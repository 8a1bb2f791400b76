"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, add_years, getdate


class FiscalYear(Document):
	def validate(self) -> None:
		self.validate_from_to_dates("year_start_date", "year_end_date")
		last = getdate(add_days(add_years(self.year_start_date, 1), -1))
		if not self.is_short_year and getdate(self.year_end_date) != last:
			frappe.throw(
				_("Fiscal Year End Date should be one year after Fiscal Year Start Date"), frappe.InvalidDates
			)
		if not self.is_new() and (
			self.has_value_changed("year_start_date") or self.has_value_changed("year_end_date")
		):
			frappe.throw(
				_(
					"Cannot change Fiscal Year Start Date and Fiscal Year End Date once the Fiscal Year is saved."
				)
			)
		self.validate_overlap()

	def validate_overlap(self) -> None:
		"""A day of a company lies in one year."""
		own = {row.company for row in self.companies}
		for other in frappe.get_all(
			"Fiscal Year",
			filters={
				"name": ["!=", self.name],
				"year_start_date": ["<=", self.year_end_date],
				"year_end_date": [">=", self.year_start_date],
			},
			pluck="name",
		):
			others = set(frappe.get_all("Fiscal Year Company", {"parent": other}, pluck="company"))
			if not own or not others or own & others:
				frappe.throw(
					_(
						"Year start date or end date is overlapping with {0}. To avoid please set company"
					).format(other),
					frappe.NameError,
				)
