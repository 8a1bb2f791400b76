// The section "Clients" of a SmartBill Account: when they were read last, what is open, the run at work, and the two
// ways to read them.
import {
	again_at,
	error_html,
	fill,
	form_link,
	html,
	listen,
	minute_of,
	number,
	record_link,
} from "../smartbill/format";
import { open_list } from "../smartbill/lists";
import * as api from "./api";
import { show_import_dialog } from "./import_dialog";
import { list_link } from "./lists";
import { figures, SyncRunView } from "./sync_run_view";

// a run may begin elsewhere: by night, by another person
const POLL_MS = 15000;

export function show_clients_of(frm) {
	frm.smartbill_clients?.leave();
	frm.smartbill_clients = null;
	const $parent = frm.get_field("clients_html").$wrapper;
	if (frm.is_new()) {
		$parent.empty();
		return;
	}
	if (!frm.doc.__onload?.reads_clients) {
		$parent.html(String(off_html()));
		return;
	}
	frm.smartbill_clients = new AccountSection(frm, $parent);
}

class AccountSection {
	constructor(frm, $parent) {
		this.frm = frm;
		this.account = frm.doc.name;
		this.$parent = $parent.html(
			'<div data-part="state"></div><div data-part="run"></div><div data-part="answer"></div>',
		);
		listen(this.$parent.find("[data-part=state]"), {
			list: open_list,
			sync: () => this.sync(),
			import: () => this.import(),
		});
		this.look();
		this.timer = setInterval(() => {
			const is_shown = !document.hidden && this.$parent.is(":visible");
			if (is_shown && cur_frm === frm && !this.view) this.look();
		}, POLL_MS);
	}

	leave() {
		this.gone = true;
		clearInterval(this.timer);
		this.view?.leave();
	}

	async look() {
		const { data, error } = await api.get_account(this.account);
		if (this.gone) return;
		if (!data) {
			this.part("state").html(String(note(error)));
			return;
		}
		this.state = data;
		this.part("state").html(String(state_html(data, this.account)));
		if (data.running) this.follow(data.running);
	}

	follow(run) {
		if (this.view?.name === run) return;
		this.view?.leave();
		const $run = this.part("run").html('<div class="sb-beside"></div>').children();
		this.view = new SyncRunView(
			$run,
			run,
			(shown) => {
				if (!shown.over) return;
				// it stays to be read; the figures above it are asked for again
				this.view = null;
				this.look();
			},
			true,
		);
	}

	async sync() {
		if (this.is_unsaved()) return;
		const { data, error } = await this.pressing("sync", () => api.start_sync(this.account));
		this.part("answer").html(String(error ? note(error) : ""));
		if (data) {
			await this.look();
			this.follow(data.name);
		}
	}

	import() {
		if (!this.is_unsaved()) show_import_dialog(this.account);
	}

	/** No second press while the first is on its way. */
	async pressing(name, work) {
		const $button = this.$parent.find(`[data-sb=${name}]`).prop("disabled", true);
		const answer = await work();
		$button.prop("disabled", false);
		return answer;
	}

	is_unsaved() {
		if (!this.frm.is_dirty()) return false;
		frappe.show_alert({ message: __("Save the account first."), indicator: "orange" });
		return true;
	}

	part(name) {
		return this.$parent.find(`[data-part=${name}]`);
	}
}

function note(error) {
	// the account itself is open already
	const way = (problem) => (problem.doctype === "SmartBill Account" ? "" : record_link(problem));
	return html`<div class="sb-note sb-note-red" role="alert">
		${error_html(error, way)} ${again_at(error)}
	</div>`;
}

function off_html() {
	return html`<p class="text-muted">
		${fill(
			__("Reading SmartBill's clients is switched off in {0}."),
			form_link("B2B Settings", "B2B Settings", __("B2B Settings")),
		)}
	</p>`;
}

function state_html(state, account) {
	const { has_token, running, failed } = state;
	const of_account = ["account", "=", account];
	const active = ["status", "=", "Active"];
	const is_read = Boolean(state.last);
	return html`<p class="sb-last-read">${last_read(state)}</p>
		${failed &&
		html`<div class="sb-note sb-note-red" role="status">
			${fill(
				__("The last run, {0}, failed: {1}"),
				form_link("SmartBill Sync Run", failed.name),
				failed.message,
			)}
		</div>`}
		${(is_read || state.clients > 0) &&
		figures([
			[
				__("Clients"),
				list_link("SmartBill Client", [of_account, active], number(state.clients, 0)),
				"clients",
			],
			[
				__("Not linked to a Customer"),
				list_link(
					"SmartBill Client",
					[of_account, active, ["customer", "is", "not set"]],
					number(state.not_linked, 0),
				),
				"not_linked",
			],
			[
				__("Open conflicts"),
				list_link(
					"Customer Sync Conflict",
					[of_account, ["status", "=", "Open"]],
					number(state.open_conflicts, 0),
				),
				"open_conflicts",
			],
		])}
		${!has_token &&
		html`<div class="sb-note sb-note-blue" role="note">
			${__(
				"Without a V3 token SmartBill gives no list of clients. Enter one under Connection, or import a file that SmartBill exported.",
			)}
		</div>`}
		${!running &&
		html`<div class="sb-buttons">
			<button type="button" class="btn btn-default btn-sm" data-sb="sync">
				${__("Sync clients now")}
			</button>
			<button type="button" class="btn btn-default btn-sm" data-sb="import">
				${__("Import a file")}
			</button>
		</div>`}`;
}

function last_read({ last }) {
	if (!last) return __("The clients were never read.");
	const counts = [
		__("{0} read", [number(last.seen, 0)]),
		last.new_clients > 0 && __("{0} new", [number(last.new_clients, 0)]),
		last.changed > 0 && __("{0} changed", [number(last.changed, 0)]),
		last.conflicts > 0 && __("{0} conflicts opened", [number(last.conflicts, 0)]),
		last.gone > 0 && __("{0} no longer in SmartBill", [number(last.gone, 0)]),
		last.rejected > 0 && __("{0} rejected", [number(last.rejected, 0)]),
	].filter(Boolean);
	return fill(
		last.source === "File"
			? __("Last read on {0} from a file, by {1}: {2}.")
			: __("Last read on {0} in SmartBill, by {1}: {2}."),
		html`<b>${minute_of(last.ended_at)}</b>`,
		form_link("SmartBill Sync Run", last.name),
		counts.join(", "),
	);
}
