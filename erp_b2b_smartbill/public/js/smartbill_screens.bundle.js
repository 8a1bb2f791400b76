// Everything that a person sees of SmartBill's documents and of registrations. Loaded by erp_b2b_smartbill.screens().
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
	add_bulk_actions,
	api,
	format,
	show_age,
	show_counts,
	show_invoice,
	show_next_request,
	show_proforma,
	show_quotation,
	show_registration,
	show_run,
	show_run_dialog,
	start_run,
	take_tier,
};
