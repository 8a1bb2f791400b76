// The page behind the link in the welcome mail: on to Frappe's own page for a password.

import { Api } from "./api";
import { Sheets } from "./sheets";

export function open_welcome(root, data) {
	const api = new Api(data);
	const texts = data.welcome;
	const sheets = new Sheets(root, api, data);

	sheets.on_press(
		"ready",
		texts.opening,
		async () => {
			const result = await api.post("/welcome", { token: data.token });
			if (result.data) {
				location.assign(result.data.url);
				// until the browser is there
				await new Promise((resolve) => setTimeout(resolve, 10_000));
			}
			return result;
		},
		({ error }) => {
			if (!error) return;
			if (["expired", "used"].includes(error.code)) sheets.show(error.code);
			else sheets.tell(error.message, "danger");
		},
	);
	sheets.offer_another("/welcome/resend", texts.resent);

	sheets.show(data.state);
}
