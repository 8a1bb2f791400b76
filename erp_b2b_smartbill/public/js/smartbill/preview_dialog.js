// The document as SmartBill will print it, what speaks for and against issuing it, and the button that issues it.
import * as api from "./api";
import {
	action,
	again_at,
	error_html,
	fill,
	html,
	listen,
	mark,
	record_link,
	spinner,
	waiting,
} from "./format";
import { comparison_html, document_html } from "./preview_document";
import { patiently } from "./press";

const LEVELS = ["problem", "notice", "ok"];

/**
 * `screen` is {quotation, field_link(field) -> markup or nothing, show_field(field), issued(view)}. The dialog may be
 * closed at any time: what is in the air goes on, what waits is given up.
 */
export function show_preview(screen) {
	new Preview(screen).open();
}

class Preview {
	constructor(screen) {
		this.screen = screen;
		this.left = false;
		this.dialog = new frappe.ui.Dialog({
			title: __("SmartBill proforma of {0}", [frappe.utils.escape_html(screen.quotation)]),
			size: "extra-large",
			fields: [{ fieldname: "preview", fieldtype: "HTML" }],
			primary_action_label: __("Issue proforma"),
			primary_action: () => this.issue(),
			secondary_action_label: __("Check again"),
			secondary_action: () => this.load(),
			on_hide: () => (this.left = true),
			// the preview may be there before the dialog has opened
			on_page_show: () => this.focus(),
		});
		this.dialog.$wrapper.addClass("sb-dialog sb-preview-dialog");
		this.$area = this.dialog.fields_dict.preview.$wrapper;
		this.$status = $('<div class="sb-footer-status" role="status" aria-live="polite"></div>');
		this.dialog.footer.find(".custom-actions").append(this.$status);
		listen(this.dialog.$wrapper, {
			field: ({ field }) => {
				this.dialog.hide();
				screen.show_field(field);
			},
			leave: () => this.dialog.hide(),
		});
	}

	open() {
		this.dialog.show();
		this.load();
	}

	async load() {
		this.enable(false);
		this.say("");
		if (!this.preview) this.$area.html(String(skeleton()));
		this.$area.find(".sb-preview").attr("aria-busy", "true");
		const { data, error } = await api.preview(this.screen.quotation);
		if (this.left) return;
		this.preview = data;
		if (error) {
			this.$area.html(
				String(
					html`<div class="sb-empty" role="alert">
						${mark("problem")}
						<div>${error_html(error, (one) => this.way_to(one))}</div>
						<div class="text-muted">${again_at(error)}</div>
					</div>`,
				),
			);
			return;
		}
		this.$area.html(String(preview_html(data, (check) => this.way_to(check))));
		this.dialog.set_primary_action(
			data.mode === "Draft" ? __("Create draft in SmartBill") : __("Issue proforma"),
		);
		this.enable(data.ready);
		this.focus();
	}

	focus() {
		if (this.preview?.ready) this.dialog.get_primary_btn().trigger("focus");
	}

	async issue() {
		if (this.busy || !this.preview?.ready) return;
		this.busy = true;
		this.enable(false);
		this.say(html`${spinner()} ${__("The proforma is being issued.")}`);
		const answer = await patiently(
			() => api.issue(this.screen.quotation),
			(seconds, message) =>
				this.say(html`${waiting(seconds, message)} ${action("leave", __("Do not wait"))}`),
			() => this.left,
		);
		this.busy = false;
		if (answer.data) {
			this.dialog.hide();
			this.screen.issued(answer.data);
		} else if (this.left) {
			if (answer.left) this.screen.given_up();
			else this.screen.failed(answer.error);
		} else {
			this.fail(answer.error);
		}
	}

	fail(error) {
		// what may have been created is not offered again before somebody has looked
		this.enable(!error.is_open && this.preview.ready && !error.problems.length);
		this.say("");
		this.$area.find(".sb-answer").remove();
		this.$area.prepend(
			String(
				html`<div class="sb-answer sb-note sb-note-red" role="alert">
					${error_html(error, (one) => this.way_to(one))} ${again_at(error)}
				</div>`,
			),
		);
		this.$area.find(".sb-answer").get(0).scrollIntoView({ block: "nearest" });
	}

	way_to(finding) {
		return record_link(finding) || this.screen.field_link(finding.field);
	}

	say(content) {
		this.$status.html(String(html`${content}`));
	}

	enable(on) {
		this.dialog.get_primary_btn().prop("disabled", !on);
	}
}

function preview_html(preview, way_to) {
	return html`<div class="sb-preview">
		${preview.mode === "Draft" && draft_note()}
		<div class="sb-preview-columns">
			<section
				class="sb-paper"
				aria-label="${__("The document as SmartBill will print it")}"
				tabindex="0"
			>
				${document_html(preview)}
			</section>
			<aside class="sb-checks" aria-label="${__("Checks")}">
				${summary_html(preview)}
				<ul class="sb-check-list">
					${by_level(preview.checks).map((check) => check_html(check, way_to))}
				</ul>
				${comparison_html(preview)}
			</aside>
		</div>
	</div>`;
}

function draft_note() {
	return html`<div class="sb-note sb-note-blue" role="note">
		${fill(
			__(
				"{0} SmartBill gets a draft without a number, which a person finishes or deletes there.",
			),
			html`<b>${__("Draft mode.")}</b>`,
		)}
	</div>`;
}

function summary_html({ ready, checks }) {
	const problems = checks.filter(({ level }) => level === "problem").length;
	const text = ready
		? __("Ready to be issued")
		: problems === 1
		  ? __("One problem to solve first")
		  : __("{0} problems to solve first", [problems]);
	return html`<h4 class="sb-summary sb-summary-${ready ? "green" : "red"}" role="status">
		${mark(ready ? "ok" : "problem")} ${text}
	</h4>`;
}

function by_level(checks) {
	return [...checks].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

function check_html(check, way_to) {
	const kind = { ok: __("OK"), notice: __("Notice"), problem: __("Problem") }[check.level];
	return html`<li class="sb-check sb-check-${check.level}">
		${mark(check.level)}
		<div>
			<span class="sr-only">${kind}:</span> ${check.message}
			${check.level !== "ok" && way_to(check)}
		</div>
	</li>`;
}

function skeleton() {
	const line = (width) => html`<div class="sb-skeleton" style="width: ${width}%"></div>`;
	return html`<div class="sb-preview" aria-busy="true">
		<span class="sr-only">${__("Loading")}</span>
		<div class="sb-preview-columns" aria-hidden="true">
			<div class="sb-paper">${[40, 65, 55, 100, 100, 100, 30].map(line)}</div>
			<div class="sb-checks">${[70, 90, 80, 85].map(line)}</div>
		</div>
	</div>`;
}
