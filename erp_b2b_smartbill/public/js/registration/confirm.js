// The page behind the link in the confirmation mail. Opening it changes nothing, for mail scanners open links:
// the button confirms.

import { Api } from "./api";
import { el } from "./dom";
import { draw_head, draw_steps } from "./progress";
import { Sheets } from "./sheets";

export function open_confirm(root, data) {
	const api = new Api(data);
	const texts = data.confirm;
	const sheets = new Sheets(root, api, data);

	sheets.on_press(
		"ready",
		data.texts.sending,
		() => api.post("/confirm", { token: data.token }),
		(answer) => {
			if (answer.data) confirmed(answer.data);
			else if (answer.error.code === "expired") sheets.show("expired");
			else sheets.tell(answer.error.message, "danger");
		},
	);
	sheets.offer_another("/confirm/resend", texts.resent);

	function confirmed(view) {
		const done = sheets.box("done");
		done.replaceChildren(
			draw_head(view),
			draw_steps(view.steps, texts),
			...(view.status_url
				? [el("p", el("a", { href: view.status_url }, texts.follow))]
				: []),
		);
		sheets.show("done");
		done.querySelector("h1").focus();
	}

	sheets.show(data.state);
}
