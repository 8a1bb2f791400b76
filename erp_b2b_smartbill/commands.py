"""The commands that the app adds to bench. What they do is in smartbill/doctor.py, smartbill/clients/command.py,
customers/search/command.py, audit/command.py and audit/erase_command.py."""

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


@click.command("verify-audit")
@click.option(
	"--head",
	"heads",
	multiple=True,
	metavar="NUMBER:SEAL",
	help="A head of the chain that was kept elsewhere, as in a log; may be given again.",
)
@click.option(
	"--old-key-file",
	"old_key_files",
	multiple=True,
	type=click.Path(exists=True, dir_okay=False, resolve_path=True),
	help="A file with a former encryption_key of the site, for events made with it; may be given again.",
)
@click.option(
	"--accept",
	metavar="REASON",
	help="The chain may end where it does, as after a backup was restored; the reason is kept as an event.",
)
@pass_context
def verify_audit(
	context: object,
	heads: tuple[str, ...] = (),
	old_key_files: tuple[str, ...] = (),
	accept: str | None = None,
) -> None:
	"""Verify that no Business Event was edited, inserted, moved or deleted; exit code 0 when all is proven, 1 when
	something was, 2 when a former encryption key is needed, 3 when events wait for their seal too long."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		from erp_b2b_smartbill.audit import command

		status = command.run(click.echo, heads=heads, old_key_files=old_key_files, accept=accept)
	finally:
		frappe.destroy()
	sys.exit(status)


@click.command("erase-audit")
@click.argument("doctype")
@click.argument("name")
@click.option("--reason", required=True, help="Why, and who asked for it; it is kept as an event.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def erase_audit(context: object, doctype: str, name: str, reason: str, yes: bool = False) -> None:
	"""Erase for good what Business Events say about people in the events of one document, as of a Customer who asks to be
	forgotten; it may be deleted already. The chain of events stays whole. Exit code 1 when nothing was done."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		from erp_b2b_smartbill.audit import erase_command

		status = erase_command.run(
			click.echo, click.confirm, doctype=doctype, name=name, reason=reason, yes=yes
		)
	finally:
		frappe.destroy()
	sys.exit(status)


commands = [smartbill_doctor, smartbill_import, smartbill_search_rebuild, verify_audit, erase_audit]
