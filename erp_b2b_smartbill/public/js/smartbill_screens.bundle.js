// Everything that a person sees of SmartBill's documents. Loaded by erp_b2b_smartbill.screens().
import * as api from "./smartbill/api";
import * as format from "./smartbill/format";
import { show_invoice } from "./smartbill/invoice_form";
import { show_proforma } from "./smartbill/proforma_form";
import { show_quotation } from "./smartbill/quotation_form";
import { show_run_dialog, start_run } from "./smartbill/run_dialog";
import { show_run } from "./smartbill/run_form";

erp_b2b_smartbill.loaded = {
	api,
	format,
	show_invoice,
	show_proforma,
	show_quotation,
	show_run,
	show_run_dialog,
	start_run,
};
