// The dialogs of a decision. Each stays open with the reason when the server refuses.
import { again_at, error_html, html, mark } from "../smartbill/format";
import { preview } from "./api";
import { problems_of } from "./review";

const PREVIEW_AFTER_MS = 600;

/**
 * `send(values)` resolves to {data, error}; `done(data)` follows a success, `overtaken(error)` when somebody else was
 * faster. The rest are options of frappe.ui.Dialog.
 */
export function decision_dialog({ send, done, overtaken, danger, fields, ...options }) {
	const dialog = new frappe.ui.Dialog({
		...options,
		fields: [{ fieldname: "answer", fieldtype: "HTML" }, ...fields],
		primary_action: async (values) => {
			const $button = dialog.get_primary_btn().prop("disabled", true);
			say("");
			const { data, error } = await send(values);
			$button.prop("disabled", false);
			if (data || error.code === "decided") {
				dialog.hide();
				if (data) done(data);
				else overtaken(error);
				return;
			}
			say(
				html`<div class="sb-note sb-note-red">${error_html(error)} ${again_at(error)}</div>`,
			);
		},
	});
	const say = (content) => dialog.get_field("answer").$wrapper.html(String(content));
	dialog.$wrapper.addClass("sb-dialog");
	dialog.get_field("answer").$wrapper.attr("role", "alert");
	if (danger) dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
	dialog.show();
	return dialog;
}

/** What the approval will make, once more, before it is made. `terms` are [label, value]. */
export function show_approval({ view, choice, terms, ...rest }) {
	const { applicant } = view;
	const rows = [
		[
			__("Customer"),
			choice.customer
				? html`<b>${choice.title || choice.customer}</b>, ${__("is there already and is linked")}`
				: html`<b>${applicant.company_name}</b>, ${__("a new one")}`,
		],
		...terms,
		[
			__("User"),
			html`${applicant.email}
				<div class="sb-small text-muted">
					${__("Gets an e-mail with a link to choose a password.")}
				</div>`,
		],
	];
	const problems = problems_of(view);
	return decision_dialog({
		title: __("Approve the registration"),
		fields: [
			{
				fieldname: "summary",
				fieldtype: "HTML",
				options: String(
					html`${problems.length > 0 &&
						html`<ul class="sb-review-checks sb-review-stack">
							${problems.map(([level, text]) => html`<li>${mark(level)}<span>${text}</span></li>`)}
						</ul>`}
						<dl class="sb-review-facts">
							${rows.map(
								([label, value]) => html`<dt>${label}</dt>
									<dd>${value}</dd>`,
							)}
						</dl>`,
				),
			},
		],
		primary_action_label: __("Approve"),
		...rest,
	});
}

/** A dialog of one text and, beneath it, the e-mail as the applicant will read it. */
export function show_text({ name, act, field, label, description, ...rest }) {
	const dialog = decision_dialog({
		fields: [
			{ fieldname: field, fieldtype: "Small Text", label, description, reqd: 1 },
			{ fieldname: "preview", fieldtype: "HTML" },
		],
		...rest,
	});
	const $place = dialog.get_field("preview").$wrapper;
	let asked = 0;
	const show = async () => {
		const number = ++asked;
		const text = dialog.get_value(field);
		if (!text?.trim()) return $place.empty();
		const { data, error } = await preview(name, act, { [field]: text });
		// an answer to what was typed before
		if (number !== asked) return;
		if (error) $place.html(String(html`<p class="text-muted">${error.message}</p>`));
		else put_mail($place, data);
	};
	dialog.get_field(field).$input.on("input", frappe.utils.debounce(show, PREVIEW_AFTER_MS));
	return dialog;
}

function put_mail($place, { subject, message }) {
	const frame = document.createElement("iframe");
	// an e-mail is shown, never run; its links lead nowhere
	frame.setAttribute("sandbox", "");
	frame.className = "sb-mail-body";
	frame.title = __("The e-mail to the applicant");
	frame.srcdoc = `<base target="_blank"><body style="font: 14px/1.5 sans-serif; margin: 12px">${message}</body>`;
	const $mail = $(
		String(
			html`<figure class="sb-mail">
				<figcaption>
					<span class="sb-small text-muted">${__("The e-mail to the applicant")}</span>
					<div><b>${subject}</b></div>
				</figcaption>
			</figure>`,
		),
	);
	$place.empty().append($mail.append(frame));
}

export function show_erase(rest) {
	return decision_dialog({
		title: __("Erase personal data"),
		fields: [
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __(
					"Who asked for it, and when. Names, addresses, texts and documents are removed for good.",
				),
				reqd: 1,
			},
		],
		primary_action_label: __("Erase"),
		danger: true,
		...rest,
	});
}
