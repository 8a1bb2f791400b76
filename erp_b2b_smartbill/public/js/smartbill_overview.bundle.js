// The whole customer on one screen: tabs of the Customer's form, a tab and a card of the Quotation's. Loaded by
// erp_b2b_smartbill.overview().
import { show_customer } from "./overview/customer_form";
import { show_party } from "./overview/quotation_form";

erp_b2b_smartbill.loaded_overview = { show_customer, show_party };
