// The page behind the link in the welcome mail: on to Frappe's own page for a password.

import { Api } from "./api";
import { press } from "./button";
import { move_to, say, show } from "./dom";

export function open_welcome(root, data) {
	const api = new Api(data);
	const texts = data.welcome;
	const told = root.querySelector("[data-told]");
	const box = (name) => root.querySelector(`[data-state="${name}"]`);
	const button = (name) => box(name).querySelector("button");

	const tell = (text, kind) => {
		told.className = `b2b-notice b2b-notice-${kind}`;
		say(told, text);
		if (text) move_to(told);
	};
	const show_state = (name) => {
		for (const each of root.querySelectorAll("[data-state]")) show(each, each === box(name));
	};

	button("ready").addEventListener("click", async () => {
		tell("", "danger");
		const answer = await press(button("ready"), texts.opening, async () => {
			const result = await api.post("/welcome", { token: data.token });
			if (result.data) {
				location.assign(result.data.url);
				// until the browser is there
				await new Promise((resolve) => setTimeout(resolve, 10_000));
			}
			return result;
		});
		if (!answer?.error) return;
		if (["expired", "used"].includes(answer.error.code)) show_state(answer.error.code);
		else tell(answer.error.message, "danger");
	});

	button("expired").addEventListener("click", async () => {
		tell("", "danger");
		const answer = await press(button("expired"), data.texts.sending, () =>
			api.post("/welcome/resend", { token: data.token }),
		);
		if (!answer) return;
		if (answer.error) return tell(answer.error.message, "danger");
		show(box("expired"), false);
		tell(texts.resent, "success");
	});

	show_state(data.state);
}
