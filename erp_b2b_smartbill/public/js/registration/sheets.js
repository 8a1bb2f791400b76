// A page behind a link in a mail: sheets of which one is shown, each with its button, and a place where things are told.

import { press } from "./button";
import { move_to, say, show } from "./dom";

export class Sheets {
	constructor(root, api, data) {
		Object.assign(this, { root, api, data, told: root.querySelector("[data-told]") });
	}

	box(name) {
		return this.root.querySelector(`[data-state="${name}"]`);
	}

	show(name) {
		for (const each of this.root.querySelectorAll("[data-state]"))
			show(each, each === this.box(name));
	}

	tell(text, kind) {
		this.told.className = `b2b-notice b2b-notice-${kind}`;
		say(this.told, text);
		if (text) move_to(this.told);
	}

	/** Do `work` when the sheet's button is pressed; `answered` is given what it resolved to. */
	on_press(name, busy_text, work, answered) {
		const button = this.box(name).querySelector("button");
		button.addEventListener("click", async () => {
			this.tell("", "danger");
			const answer = await press(button, busy_text, work);
			if (answer) answered(answer);
		});
	}

	/** The sheet of a link that is too old asks for another mail. */
	offer_another(path, resent) {
		this.on_press(
			"expired",
			this.data.texts.sending,
			() => this.api.post(path, { token: this.data.token }),
			({ error }) => {
				if (error) return this.tell(error.message, "danger");
				show(this.box("expired"), false);
				this.tell(resent, "success");
			},
		);
	}
}
