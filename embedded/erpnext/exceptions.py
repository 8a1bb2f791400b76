"""Errors that several modules raise, under the names ERPNext v15 gives them."""

import frappe


class PartyFrozen(frappe.ValidationError):
	pass


class PartyDisabled(frappe.ValidationError):
	pass


class InvalidCurrency(frappe.ValidationError):
	pass
