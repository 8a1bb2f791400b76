// The page behind the link in the confirmation mail. Opening it changes nothing, for mail scanners open links:
// the button confirms.

import { Api } from "./api";
import { press } from "./button";
import { el, move_to, say, show } from "./dom";
import { draw_head, draw_steps } from "./progress";

export function open_confirm(root, data) {
	const api = new Api(data);
	const texts = data.confirm;
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
		const answer = await press(button("ready"), data.texts.sending, () =>
			api.post("/confirm", { token: data.token }),
		);
		if (!answer) return;
		if (answer.data) return confirmed(answer.data);
		if (answer.error.code === "expired") show_state("expired");
		else tell(answer.error.message, "danger");
	});

	button("expired").addEventListener("click", async () => {
		tell("", "danger");
		const answer = await press(button("expired"), data.texts.sending, () =>
			api.post("/confirm/resend", { token: data.token }),
		);
		if (!answer) return;
		if (answer.error) return tell(answer.error.message, "danger");
		show(box("expired"), false);
		tell(texts.resent, "success");
	});

	function confirmed(view) {
		const done = box("done");
		done.replaceChildren(
			draw_head(view),
			draw_steps(view.steps, texts),
			...(view.status_url
				? [el("p", el("a", { href: view.status_url }, texts.follow))]
				: []),
		);
		show_state("done");
		done.querySelector("h1").focus();
	}

	show_state(data.state);
}
