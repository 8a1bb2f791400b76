// Finding a customer in every source. Loaded by erp_b2b_smartbill.picker().
import { offer } from "./picker/offer";
import { pick_customer } from "./picker/picker";

erp_b2b_smartbill.loaded_picker = { offer, pick_customer };
