// The buyer's pages: his account, and what is added to ERPNext's own page of a Quotation.

import { open_account } from "./portal/account";
import { open_quotation } from "./portal/quotation";
import { page_data } from "./registration/data";

const account = document.querySelector('[data-b2b-portal="account"]');
if (account) open_account(account, page_data());
else if (window.frappe?.boot?.b2b_portal) open_quotation(frappe.boot.b2b_portal);
