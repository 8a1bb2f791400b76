// The public pages of the registration. Each page says what it is; everything a person wrote is put in as text.

import { open_confirm } from "./registration/confirm";
import { page_data } from "./registration/data";
import { open_register } from "./registration/register";
import { open_status } from "./registration/status";
import { open_welcome } from "./registration/welcome";

const PAGES = {
	register: open_register,
	status: open_status,
	confirm: open_confirm,
	welcome: open_welcome,
};

const root = document.querySelector("[data-b2b-page]");
PAGES[root?.dataset.b2bPage]?.(root, page_data());
