// Everything that a person sees of SmartBill's documents and clients, and of registrations. Loaded by
// erp_b2b_smartbill.screens().
import { show_clients_of } from "./clients/account_section";
import { show_client } from "./clients/client_form";
import { show_sync_run } from "./clients/sync_run_form";
import { show_conflict } from "./clients/conflict_form";
import { add_settle_actions, keep_order, show_kinds } from "./clients/conflict_list";
import { show_credit_request } from "./credit_requests/form";
import { add_ask_action } from "./credit_requests/list";
import { show_health } from "./health/page";
import { show_registration, take_tier } from "./registrations/form";
import { add_bulk_actions, show_age, show_counts } from "./registrations/list";
import { show_next_request } from "./registrations/settings";
import * as api from "./smartbill/api";
import * as format from "./smartbill/format";
import { show_invoice } from "./smartbill/invoice_form";
import { show_proforma } from "./smartbill/proforma_form";
import { show_quotation } from "./smartbill/quotation_form";
import { show_run_dialog, start_run } from "./smartbill/run_dialog";
import { show_run } from "./smartbill/run_form";

erp_b2b_smartbill.loaded = {
	add_ask_action,
	add_bulk_actions,
	add_settle_actions,
	api,
	format,
	keep_order,
	show_age,
	show_client,
	show_clients_of,
	show_conflict,
	show_counts,
	show_credit_request,
	show_invoice,
	show_health,
	show_kinds,
	show_next_request,
	show_proforma,
	show_quotation,
	show_registration,
	show_run,
	show_run_dialog,
	show_sync_run,
	start_run,
	take_tier,
};
