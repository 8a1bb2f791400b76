"""The commands that the app adds to bench. What they do is in smartbill/doctor.py, smartbill/clients/command.py and
customers/search/command.py."""

import sys

import click
import frappe
from frappe.commands import get_site, pass_context


@click.command("smartbill-doctor")
@click.option("--company", help="Only the SmartBill Account of this company.")
@click.option("--draft", is_flag=True, help="Also make a draft of 1 leu in SmartBill, without a number.")
@click.option(
	"--live-check",
	metavar="SERIES",
	help="Also issue one real proforma of 1 leu in this series, read its PDF and cancel it. Asks first.",
)
@pass_context
def smartbill_doctor(
	context: object, company: str | None = None, draft: bool = False, live_check: str | None = None
) -> None:
	"""Check the SmartBill accounts of a site; exit code 1 when something has to be done."""
	if draft and live_check:
		raise click.UsageError("--draft and --live-check are two different checks: give one of them.")
	# frappe itself is imported after the site is known
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		from erp_b2b_smartbill.smartbill import doctor

		status = doctor.run(click.echo, click.prompt, company=company, draft=draft, live_check=live_check)
	finally:
		frappe.destroy()
	sys.exit(status)


@click.command("smartbill-import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, resolve_path=True))
@click.option("--account", help="The SmartBill Account; may be left out when there is only one.")
@click.option(
	"--columns",
	metavar="1=name,4=vat_code",
	help="What columns are, where they are not recognised; nothing behind the sign: not imported.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def smartbill_import(
	context: object, file: str, account: str | None = None, columns: str | None = None, yes: bool = False
) -> None:
	"""Import the clients of a FILE that SmartBill exported, however large; exit code 1 unless all of it was imported."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		from erp_b2b_smartbill.smartbill.clients import command

		status = command.run(file, click.echo, click.confirm, account=account, columns=columns, yes=yes)
	finally:
		frappe.destroy()
	sys.exit(status)


@click.command("smartbill-search-rebuild")
@click.option("--fresh", is_flag=True, help="Empty the index and build it from nothing; not while many work.")
@pass_context
def smartbill_search_rebuild(context: object, fresh: bool = False) -> None:
	"""Bring the customer search in line with the records, as after an import by SQL; exit code 1 unless it came to the
	end."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		from erp_b2b_smartbill.customers.search import command

		status = command.run(click.echo, fresh=fresh)
	finally:
		frappe.destroy()
	sys.exit(status)


commands = [smartbill_doctor, smartbill_import, smartbill_search_rebuild]
