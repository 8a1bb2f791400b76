// What a form says of its SmartBill document, in lines under the title.
import { action, date, fill, form_link, html, join, link, listen, soon, spinner } from "./format";

const COLORS = {
	Issued: "green",
	Invoiced: "green",
	Draft: "blue",
	Sending: "orange",
	Queued: "orange",
	Rejected: "red",
	Unknown: "red",
	Cancelled: "gray",
};

/** Replace our lines on the form; those of ERPNext and others stay. `lines` is [{content, color}]. */
export function put_banners(frm, lines, handlers) {
	const $area = frm.layout.message;
	$area.find(".sb-banner").closest(".form-message").remove();
	if (!lines.length && !$area.children().length) $area.addClass("hidden");
	for (const { content, color } of lines) {
		const box = html`<div class="sb-banner" role="status" aria-live="polite">${content}</div>`;
		frm.layout.show_message(String(box), color, true);
		if (color === "gray")
			$area.children().last().removeClass("blue").addClass("sb-banner-gray");
	}
	listen($area.find(".sb-banner"), handlers);
}

/** The lines of a proforma_view. */
export function lines_of(view) {
	if (!view) return [];
	const alarms = view.notices.filter(is_alarm);
	const notices = view.notices.filter((notice) => !is_alarm(notice));
	return [
		{ content: html`${headline(view)} ${folded(notices)}`, color: color_of(view) },
		...alarms.map((alarm) => ({ content: html`<b>${alarm}</b>`, color: "red" })),
		...view.invoices.filter(is_open_invoice).map(invoice_line),
		...outlived(view),
	];
}

/** Two documents of one offer in SmartBill: of all that is noted on a proforma, what somebody has to act on. */
function is_alarm(notice) {
	const sentence =
		"SmartBill has a second document of this offer: {0} {1} beside {2}. Cancel one of them there.";
	// written in the language of whoever found it
	return [sentence, __(sentence)].some((text) => notice.startsWith(text.split("{0}")[0]));
}

function folded(notices) {
	if (!notices.length) return "";
	const title = notices.length === 1 ? __("1 notice") : __("{0} notices", [notices.length]);
	return html`<details class="sb-notices">
		<summary>${title}</summary>
		${notices.map((notice) => html`<div>${notice}</div>`)}
	</details>`;
}

function color_of(view) {
	const unpaid = view.status === "Invoiced" && view.payment_status === "Unpaid";
	return unpaid ? "blue" : COLORS[view.status] || "blue";
}

function headline(view) {
	if (["Issued", "Invoiced", "Cancelled"].includes(view.status) && view.number)
		return numbered(view);
	if (view.status === "Sending")
		return html`${spinner()} <b>${__("Being issued…")}</b> ${__(
				"The number appears here by itself.",
			)}`;
	if (view.status === "Unknown") return unknown(view);
	if (view.status === "Draft")
		return joined([
			html`<b>${view.message}</b>`,
			view.document_url && link(view.document_url, __("Open in SmartBill")),
		]);
	return html`<b>${view.message}</b>`;
}

function numbered(view) {
	if (view.status === "Cancelled") return cancelled(view);
	const number = html`<b>${view.series} ${view.number}</b>`;
	return joined([
		fill(__("Proforma {0}"), number),
		fill(__("issued {0}"), date(view.issue_date)),
		...view.invoices.filter((invoice) => invoice.number).map(invoiced),
		payment(view),
		view.emailed_at && fill(__("sent by e-mail {0}"), date(view.emailed_at)),
		view.pdf_url
			? // the invoices have theirs
			  link(view.pdf_url, view.invoices.length ? __("Proforma PDF") : __("PDF"))
			: fill(__("the PDF is not stored yet: {0}"), action("pdf", __("fetch it"))),
		view.document_url && link(view.document_url, __("Open in SmartBill")),
		view.follow_error && fill(__("payment could not be read: {0}"), view.follow_error),
	]);
}

function cancelled(view) {
	return joined([
		html`<b>${view.message.replace(/\.$/, "")}</b>`,
		date(view.cancelled_at),
		view.pdf_url && link(view.pdf_url, __("PDF")),
		view.document_url && link(view.document_url, __("Open in SmartBill")),
		view.can.restore === true && action("restore", __("Restore")),
	]);
}

function payment({ payment_status, status }) {
	const words = {
		Unpaid: __("unpaid"),
		"Partly Paid": __("partly paid"),
		Paid: html`<b>${__("paid")}</b>`,
	};
	// nothing is paid on a proforma that nobody has followed yet
	return words[payment_status] || (status === "Issued" && __("unpaid"));
}

function invoiced({ name, series, number, pdf_url }) {
	const invoice = form_link("SmartBill Invoice", name, `${series} ${number}`);
	return html`${fill(__("invoiced {0}"), invoice)}
	${pdf_url && html`(${link(pdf_url, __("PDF"))})`}`;
}

/** What is not settled yet: nobody knows, and a person decides where looking does not help. */
function unknown(view) {
	const decides = view.can.settle === true;
	if (view.needs_person)
		return joined([
			html`<b>${view.message}</b>`,
			decides
				? action("decide", __("Decide"))
				: __("Ask a B2B Manager to decide."),
		]);
	return joined([
		html`<b>${__("Outcome unknown: SmartBill may have created it.")}</b> ${__(
				"It is not sent again until that is settled.",
			)}`,
		view.next_look_at && __("looked for again by itself at {0}", [soon(view.next_look_at)]),
		view.can.check === true && action("check", __("Check now")),
		decides && action("decide", __("Decide")),
	]);
}

const is_open_invoice = ({ status }) => ["Sending", "Unknown", "Queued"].includes(status);

function invoice_line(invoice) {
	const name = form_link("SmartBill Invoice", invoice.name, __("The invoice"));
	if (invoice.status === "Sending")
		return {
			content: html`${spinner()} ${fill(__("{0} is being issued…"), name)}`,
			color: "orange",
		};
	if (invoice.status === "Queued")
		return {
			content: fill(__("{0} was not sent: {1}"), name, html`${invoice.message}`),
			color: "orange",
		};
	return {
		content: joined([
			html`<b>${fill(__("{0}: outcome unknown, SmartBill may have created it."), name)}</b>
				${invoice.message}`,
			may_settle() &&
				action("decide_invoice", __("Decide"), html`data-name="${invoice.name}"`),
			action("follow", __("Check now")),
		]),
		color: "red",
	};
}

export function may_settle() {
	return ["B2B Manager", "System Manager"].some((role) => frappe.user.has_role(role));
}

/** The proforma lives in SmartBill though its Quotation does not. */
function outlived(view) {
	const standing = ["Issued", "Unknown", "Sending", "Draft", "Invoiced"].includes(view.status);
	if (view.quotation_state === "submitted" || !standing) return [];
	const text =
		view.quotation_state === "amended"
			? __(
					"This Quotation was replaced by an amended one, but its proforma still stands in SmartBill.",
			  )
			: __("This Quotation is cancelled, but its proforma still stands in SmartBill.");
	const cancel = view.can.cancel === true && action("cancel", __("Cancel it in SmartBill"));
	return [{ content: joined([html`<b>${text}</b>`, cancel]), color: "orange" }];
}

/** On an amended Quotation: the proforma of the one that it replaces. */
export function predecessor_lines(predecessor) {
	if (!predecessor) return [];
	const name = predecessor.number
		? `${predecessor.series} ${predecessor.number}`
		: predecessor.name;
	const proforma = form_link("SmartBill Proforma", predecessor.name, name);
	const quotation = form_link("Quotation", predecessor.quotation);
	const text = __("The proforma {0} of the replaced Quotation {1} still stands in SmartBill.");
	const cancel = !predecessor.can || predecessor.can.cancel === true;
	return [
		{
			content: joined([
				html`<b>${fill(text, proforma, quotation)}</b>`,
				cancel && action("cancel_predecessor", __("Cancel it in SmartBill")),
			]),
			color: "orange",
		},
	];
}

function joined(parts) {
	return html`${join(parts, html` <span class="sb-dot" aria-hidden="true">·</span> `)}`;
}
