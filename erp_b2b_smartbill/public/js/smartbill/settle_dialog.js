// What is known of a document whose outcome is unknown, and the two things that a person can decide about it.
import {
	again_at,
	error_html,
	fill,
	html,
	link,
	listen,
	mark,
	moment_of,
	record_link,
	spinner,
	waiting,
} from "./format";
import { patiently } from "./press";

/**
 * `options`: title; kind ("proforma" or "invoice"); subject {series, expected_number, evidence, message}; send(body)
 * -> answer; done(view).
 */
export function show_settle(options) {
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(options.title),
		size: "extra-large",
		fields: [{ fieldname: "panel", fieldtype: "HTML" }],
	});
	dialog.$wrapper.addClass("sb-dialog sb-settle-dialog");
	dialog.show();
	put_settle_panel(dialog.fields_dict.panel.$wrapper, {
		...options,
		done: (view) => {
			dialog.hide();
			options.done(view);
		},
	});
}

/** The same without the dialog, for the document's own form. */
export function put_settle_panel($parent, { kind, subject, send, done }) {
	const is_invoice = kind === "invoice";
	const proposed = subject.evidence?.number || "";
	const id = frappe.utils.get_random(6);
	$parent.html(
		String(
			html`<div class="sb-settle">
				${subject.message &&
				html`<div class="sb-note sb-note-red">${subject.message}</div>`}
				${evidence_html(subject, is_invoice)}
				<div class="form-group sb-settle-note">
					<label for="note-${id}" class="control-label reqd"
						>${__("How do you know?")}</label
					>
					<textarea
						id="note-${id}"
						class="form-control"
						rows="2"
						maxlength="500"
						data-field="note"
						aria-describedby="note-help-${id}"
					></textarea>
					<p id="note-help-${id}" class="help-box small text-muted">
						${__(
							"A few words, e.g. what you saw in SmartBill. They are kept for the audit with your name.",
						)}
					</p>
				</div>
				<div class="sb-answer" role="alert"></div>
				<div class="sb-choices">
					<section class="sb-choice" aria-labelledby="adopt-${id}">
						<h4 id="adopt-${id}">${__("This is our document")}</h4>
						<p>
							${is_invoice
								? __(
										"SmartBill has it: the number is taken over here, and nothing is sent again. It is checked that SmartBill lists it for this proforma.",
								  )
								: __(
										"SmartBill has it: the number is taken over here with its PDF, and nothing is sent again. It is checked that the number exists and refers to no other offer.",
								  )}
						</p>
						<div class="sb-number-field">
							<div>
								<span class="control-label">${__("Series")}</span>
								<div class="sb-series">${subject.series || "–"}</div>
							</div>
							<div class="form-group">
								<label for="number-${id}" class="control-label reqd"
									>${__("Number")}</label
								>
								<input
									id="number-${id}"
									class="form-control"
									data-field="number"
									inputmode="numeric"
									autocomplete="off"
									value="${proposed}"
									placeholder="${padded(subject.expected_number)}"
								/>
							</div>
						</div>
						<button type="button" class="btn btn-primary btn-sm" data-sb="adopt">
							${__("Take over this number")}
						</button>
					</section>
					<section class="sb-choice" aria-labelledby="absent-${id}">
						<h4 id="absent-${id}">${__("It does not exist")}</h4>
						<p>
							${__(
								"You have looked in SmartBill and it is not there. A new attempt is allowed: somebody presses the button again.",
							)}
						</p>
						<p class="sb-warning">
							${mark("notice")}
							<span
								>${__(
									"If it does exist after all, the client gets two documents.",
								)}</span
							>
						</p>
						<button type="button" class="btn btn-default btn-sm" data-sb="absent">
							${__("Allow a new attempt")}
						</button>
					</section>
				</div>
			</div>`,
		),
	);
	const value = (field) => $parent.find(`[data-field="${field}"]`).val().trim();
	const decide = async (action) => {
		const missing = ["note", ...(action === "adopt" ? ["number"] : [])].find(
			(field) => !value(field),
		);
		$parent.find("[data-field]").removeAttr("aria-invalid");
		if (missing) {
			refuse($parent, missing);
			return;
		}
		const $buttons = $parent.find(".sb-choice button").prop("disabled", true);
		say(
			$parent,
			html`<p class="text-muted">${spinner()} ${__("SmartBill is being asked.")}</p>`,
		);
		const body = {
			action,
			note: value("note"),
			...(action === "adopt" && { number: value("number") }),
		};
		const { data, error } = await patiently(
			() => send(body),
			(...told) => say($parent, html`<p>${waiting(...told)}</p>`),
			() => !$parent.is(":visible"),
		);
		$buttons.prop("disabled", false);
		say($parent, "");
		if (data) return done(data);
		say(
			$parent,
			html`<div class="sb-note sb-note-red">
				${error_html(error, record_link)} ${again_at(error)}
			</div>`,
		);
	};
	listen($parent, { adopt: () => decide("adopt"), absent: () => decide("absent") });
}

function refuse($parent, field) {
	const text =
		field === "note"
			? __("Say in a few words how you know.")
			: __("Give the number as it stands on the document, e.g. 0042.");
	say($parent, html`<div class="sb-note sb-note-red">${text}</div>`);
	$parent.find(`[data-field="${field}"]`).attr("aria-invalid", true).trigger("focus");
}

function say($parent, content) {
	$parent.find(".sb-answer").html(String(html`${content}`));
}

function padded(number) {
	return number ? String(number).padStart(4, "0") : "";
}

// the evidence

function evidence_html({ expected_number, evidence, series }, is_invoice) {
	const { first, last, pdfs = {} } = evidence || {};
	const looks =
		first && last && first.at !== last.at ? [first, last] : [last || first].filter(Boolean);
	return html`<section class="sb-evidence" aria-label="${__("What was seen")}">
		<dl class="sb-facts">
			${!is_invoice &&
			html`<div>
				<dt>${__("Expected number")}</dt>
				<dd>
					${expected_number
						? `${series || ""} ${padded(expected_number)}`
						: __("not known")}
				</dd>
			</div>`}
			${looks.map(
				(look, index) =>
					html`<div>
						<dt>${counter_label(is_invoice, looks.length > 1 && index === 0)}</dt>
						<dd>
							${look.complete || look.counter ? look.counter : "–"}
							<span class="text-muted">${moment_of(look.at)}</span>
							${!look.complete &&
							html`<div class="sb-small">
								${look.counter
									? __("not everything could be read")
									: __("it could not be read")}
							</div>`}
						</dd>
					</div>`,
			)}
			${!looks.length &&
			html`<div>
				<dt>${__("Looks at SmartBill")}</dt>
				<dd>${__("none yet")}</dd>
			</div>`}
		</dl>
		${!is_invoice && seen_html(last || first, pdfs, expected_number)} ${pdfs_html(pdfs)}
	</section>`;
}

function counter_label(is_invoice, is_first) {
	if (is_invoice) return __("Invoices of the proforma in SmartBill");
	return is_first
		? __("Next number of the series, first look")
		: __("Next number of the series");
}

function seen_html(look, pdfs, expected) {
	if (!look?.seen?.length) return "";
	const sights = {
		ours: ["ok", __("carries our reference")],
		other: ["notice", __("exists, with somebody else's text")],
		unreadable: ["notice", __("exists, but its text cannot be read")],
		absent: ["neutral", __("no such document")],
	};
	return html`<table class="sb-table sb-seen">
		<thead>
			<tr>
				<th scope="col">${__("Number")}</th>
				<th scope="col">${__("Seen in SmartBill")}</th>
				<th scope="col">${__("PDF")}</th>
			</tr>
		</thead>
		<tbody>
			${look.seen.map(({ number, sight }) => {
				const [level, text] = sights[sight] || ["neutral", sight];
				return html`<tr>
					<th scope="row">
						${padded(number)}
						${Number(number) === expected &&
						html`<span class="text-muted">${__("expected")}</span>`}
					</th>
					<td><span class="sb-inline">${mark(level)} ${text}</span></td>
					<td>${pdfs[number] ? link(pdfs[number], __("Open")) : "–"}</td>
				</tr>`;
			})}
		</tbody>
	</table>`;
}

function pdfs_html(pdfs) {
	return Object.entries(pdfs).map(
		([number, url]) =>
			html`<details class="sb-pdf">
				<summary>${fill(__("PDF of {0}"), html`<b>${padded(number)}</b>`)}</summary>
				<iframe
					src="${url}"
					title="${__("PDF of {0}", [padded(number)])}"
					loading="lazy"
				></iframe>
			</details>`,
	);
}
