// A run in the background: shown, followed until it is over, stopped. What it looks like is said by those who extend it.
import { html, listen, spinner } from "./format";

const POLL_MS = 1500;
// while the run waits for its time
const PARKED_MS = 6000;
const ENDED = ["Completed", "Completed With Errors", "Failed"];

export const is_over = ({ status }) => ENDED.includes(status);

export class FollowedRun {
	/**
	 * Shows the run below $parent and follows it until it is over; `changed(run)` after every look. Those who extend it
	 * have `get()` and `send_stop()`, which resolve as the routes do, `content()`, `event` (of the site's realtime
	 * server, where there is one) and may have more `handlers`.
	 */
	constructor($parent, name, changed = () => {}) {
		Object.assign(this, { $parent, name, changed, errors: 0 });
		this.$parent.addClass("sb-run");
		listen(this.$parent, { stop: () => this.stop(), ...this.handlers() });
		this.$parent.html(String(html`<p class="text-muted">${spinner()} ${__("Loading")}</p>`));
		this.heard = ({ name: of_run }) => {
			// not for every row: what comes meanwhile is seen by the look that is due then
			if (of_run === this.name && this.is_seen && Date.now() - this.looked_at > POLL_MS / 2)
				this.look();
		};
		frappe.realtime.on(this.event, this.heard);
		this.look();
	}

	handlers() {
		return {};
	}

	leave() {
		this.gone = true;
		clearTimeout(this.timer);
		frappe.realtime.off(this.event, this.heard);
	}

	async look() {
		clearTimeout(this.timer);
		this.looked_at = Date.now();
		const { data, error } = await this.get();
		if (this.gone) return;
		if (data) {
			const is_news = JSON.stringify(data) !== JSON.stringify(this.run);
			this.run = data;
			this.errors = 0;
			// what somebody is reading, or has the focus on, stays as long as it is true
			if (is_news) {
				this.show();
				this.changed(data);
			}
		} else if (!this.run || ++this.errors > 5) {
			if (!this.run) this.$parent.empty();
			this.say(error.message);
			return;
		}
		if (is_over(this.run)) frappe.realtime.off(this.event, this.heard);
		else this.look_later();
	}

	look_later() {
		clearTimeout(this.timer);
		const pace = this.run.next_at ? PARKED_MS : POLL_MS;
		this.timer = setTimeout(
			// nobody asks for a view that nobody sees
			() => (this.is_seen ? this.look() : this.look_later()),
			// a little slower after every failure
			pace * (1 + this.errors),
		);
	}

	get is_seen() {
		return !document.hidden && this.$parent.is(":visible");
	}

	async stop() {
		this.stopping = true;
		this.show();
		const { error } = await this.send_stop();
		if (!error) return this.look();
		this.stopping = false;
		this.show();
		this.say(error.message);
	}

	say(message) {
		this.$parent.find(".sb-answer").remove();
		this.$parent.prepend(
			String(html`<div class="sb-answer sb-note sb-note-red" role="alert">${message}</div>`),
		);
	}

	show() {
		const top = this.$parent.find(".sb-run-rows").scrollTop();
		const focused = document.activeElement?.closest?.("[data-sb]")?.dataset;
		const again = focused && `[data-sb="${focused.sb}"][data-only="${focused.only || ""}"]`;
		this.$parent.html(String(this.content()));
		this.$parent.find(".sb-run-rows").scrollTop(top || 0);
		if (again) this.$parent.find(again).trigger("focus");
	}

	stop_button() {
		if (is_over(this.run)) return null;
		const stopping = this.stopping || this.run.stop_requested;
		return html`<button
			type="button"
			class="btn btn-default btn-sm"
			data-sb="stop"
			data-only=""
			${stopping && html`disabled`}
		>
			${stopping ? __("Stopping…") : __("Stop")}
		</button>`;
	}
}

/** `percent` is null while nobody knows how far it is. */
export function progress_bar(percent, kind = "") {
	const known = percent !== null;
	return html`<div
		class="progress sb-progress"
		role="progressbar"
		aria-label="${__("Progress")}"
		aria-valuemin="0"
		aria-valuemax="100"
		${known && html`aria-valuenow="${percent}"`}
	>
		<div
			class="progress-bar ${known ? kind : "sb-bar-unknown"}"
			style="width: ${known ? percent : 100}%"
		></div>
	</div>`;
}
