// What a manager sees of a registration: how it stands, who applies, what the tax office says, who else it could be.
import {
	action,
	fill,
	form_link,
	html,
	join,
	link,
	mark,
	minute_of,
	moment_of,
	soon,
} from "../smartbill/format";

export const COLORS = {
	"Awaiting Confirmation": "gray",
	Pending: "orange",
	"Information Requested": "blue",
	Approved: "green",
	Rejected: "red",
	Withdrawn: "gray",
};
const OPEN = ["Awaiting Confirmation", "Pending", "Information Requested"];

// (the applicant's field, the tax office's, label)
const FACTS = [
	["company_name", "name", () => __("Company Name")],
	["cui", "cui", () => __("CUI")],
	["vat_payer", "vat_payer", () => __("VAT Payer")],
	["reg_com", "reg_com", () => __("Trade Register No.")],
	["country", null, () => __("Country")],
	["county", "county", () => __("County")],
	["city", "city", () => __("City")],
	["address_line", "address_line", () => __("Street and number")],
	["postal_code", "postal_code", () => __("Postal Code")],
];

export const is_open = ({ status }) => OPEN.includes(status);
const is_customer = (one) => one.source === "Customer";
export const customers_among = (view) => view.duplicates.filter(is_customer);

/** The line under the title: {content, color}. */
export function banner_of(view) {
	const color = view.late ? "red" : COLORS[view.status] || "gray";
	const content = html`<b>${state_of(view)}</b> ${view.late && late_text(view)}
		<div class="sb-small">${join(origin_of(view), html` <span class="sb-dot">·</span> `)}</div>
		${view.status === "Rejected" &&
		view.decision.reason &&
		html`<div class="sb-pre">${view.decision.reason}</div>`}`;
	return { content, color };
}

function state_of({ status, age_days, decision, messages }) {
	const { by_name, at, automatically } = decision;
	switch (status) {
		case "Awaiting Confirmation":
			return __("The applicant has not confirmed the e-mail address yet.");
		case "Pending":
			return fill(__("Waits for a decision {0}."), age(age_days));
		case "Information Requested": {
			const asked = messages.filter(({ by }) => by === "Company").pop();
			return asked
				? __("Waits for the applicant's answer since {0}.", [minute_of(asked.at)])
				: __("Waits for the applicant's answer.");
		}
		case "Approved":
			return automatically
				? __("Approved by the rules on {0}.", [minute_of(at)])
				: __("Approved by {0} on {1}.", [by_name, minute_of(at)]);
		case "Rejected":
			return __("Rejected by {0} on {1}.", [by_name, minute_of(at)]);
		case "Withdrawn":
			return __("Withdrawn by the applicant on {0}.", [minute_of(at)]);
	}
	return __(status);
}

function late_text({ late_after_days: days }) {
	return days === 1
		? __("Applicants are told that it takes 1 working day.")
		: __("Applicants are told that it takes {0} working days.", [days]);
}

function origin_of({ name, submitted_at, email_confirmed_at, erased_at, mode }) {
	return [
		name,
		__("Sent {0}", [minute_of(submitted_at)]),
		email_confirmed_at ? __("E-mail confirmed") : __("E-mail not confirmed"),
		mode === "Automatic" ? __("Automatic approval") : __("Approval by hand"),
		erased_at && __("Personal data erased on {0}", [minute_of(erased_at)]),
	];
}

export function age(days) {
	if (days < 1) return __("since today");
	return days === 1 ? __("for 1 day") : __("for {0} days", [days]);
}

/** The field "Review". `choice` is what becomes of the company: see choice_of in choice.js. */
export function review_html(view, choice) {
	return html`<div class="sb-review">
		${made(view)} ${why(view)} ${is_open(view) && checks(view)} ${who_it_is(view, choice)}
		${compared(view)}
		<div class="sb-review-pair">${contact(view)} ${documents(view)}</div>
		${messages(view)}
	</div>`;
}

function part(title, content, attributes = "") {
	return html`<section class="sb-review-part" ${attributes}>
		${title && html`<h5>${title}</h5>`} ${content}
	</section>`;
}

function why({ reasons, status, mode }) {
	const waits = ["Pending", "Information Requested"].includes(status);
	if (!waits || mode !== "Automatic" || !reasons.length) return "";
	return html`<div class="sb-note sb-note-orange">
		<b>${__("Why it was not approved automatically")}</b>
		<ul class="sb-problems">
			${reasons.map((reason) => html`<li>${reason}</li>`)}
		</ul>
	</div>`;
}

function made({ created, status }) {
	if (status !== "Approved" || !created.customer) return "";
	const rows = [
		[
			created.linked_existing ? __("Customer, was there before") : __("Customer"),
			"Customer",
			created.customer,
		],
		[__("Address"), "Address", created.address],
		[__("Contact"), "Contact", created.contact],
		[__("User"), "User", created.user],
	].filter(([, , name]) => name);
	return part(
		__("What was made"),
		html`<dl class="sb-review-made">
			${rows.map(
				([label, doctype, name]) => html`<div>
					<dt>${label}</dt>
					<dd>${frappe.model.can_read(doctype) ? form_link(doctype, name) : name}</dd>
				</div>`,
			)}
		</dl>`,
	);
}

/** What to look at before deciding, the good and the bad. */
function checks(view) {
	const rows = [anaf_check(view), differences_check(view), duplicates_check(view), email_check(view)];
	return html`<ul class="sb-review-checks">
		${rows
			.filter(Boolean)
			.map(
				([level, text, more]) =>
					html`<li>${mark(level)}<span>${text} ${more && html`<span class="sb-small text-muted">${more}</span>`}</span></li>`,
			)}
	</ul>`;
}

/** What speaks against it, for whoever is about to approve. */
export function problems_of(view) {
	return [anaf_check(view), differences_check(view)].filter(
		(check) => check && ["problem", "notice"].includes(check[0]),
	);
}

function anaf_check({ anaf, can }) {
	const again = can.look === true && action("look", __("Ask ANAF again"));
	const asked = anaf.at && __("Asked {0}.", [soon(anaf.at)]);
	const more = html`${asked} ${again}`;
	if (anaf.state === "found") {
		if (anaf.facts.struck_off) return ["problem", __("The company is struck off at ANAF."), more];
		if (anaf.facts.inactive) return ["problem", __("The company is inactive at ANAF."), more];
		return ["ok", __("The company is active at ANAF."), more];
	}
	if (anaf.state === "unknown") return ["notice", __("ANAF does not know this fiscal code."), more];
	if (anaf.state === "unavailable")
		return ["notice", __("Not verified: ANAF did not answer."), more];
	return ["neutral", __("ANAF was not asked: it knows Romanian companies only."), again];
}

function differences_check({ anaf, differences }) {
	if (anaf.state !== "found") return null;
	const { length } = differences;
	if (!length) return ["ok", __("What the applicant says is what ANAF says.")];
	return [
		"notice",
		length === 1 ? __("1 detail differs from ANAF.") : __("{0} details differ from ANAF.", [length]),
		join(differences.map(({ label }) => label), ", "),
	];
}

function duplicates_check({ duplicates }) {
	if (!duplicates.length) return ["ok", __("Nobody on this site looks like this company.")];
	const sure = duplicates.some((one) => one.sure);
	return sure
		? ["problem", __("This company is on the site already: see below.")]
		: ["notice", __("This company may be on the site already: see below.")];
}

function email_check({ email_confirmed_at }) {
	return email_confirmed_at
		? ["ok", __("The e-mail address is confirmed."), soon(email_confirmed_at)]
		: ["neutral", __("The e-mail address is not confirmed.")];
}

function compared({ applicant, anaf, differences }) {
	const differs = new Set(differences.map(({ field }) => field));
	const known = anaf.state === "found";
	const foreign = applicant.country && applicant.country !== "Romania";
	const rows = FACTS.filter(([ours]) => ours !== "country" || foreign);
	return part(
		"",
		html`<table class="sb-table sb-review-table ${known ? "" : "sb-review-alone"}">
			<thead>
				<tr>
					<td></td>
					<th scope="col">${__("Applicant says")}</th>
					${known && html`<th scope="col">${__("ANAF says")}</th>`}
				</tr>
			</thead>
			<tbody>
				${rows.map(([ours, theirs, label]) => {
					const is_other = differs.has(ours);
					const theirs_says = known && theirs && said(anaf.facts[theirs]);
					return html`<tr class="${is_other ? "sb-review-differs" : theirs_says && "sb-review-same"}">
						<th scope="row">
							${label()}
							${is_other && html`<span class="sb-review-mark">${__("differs")}</span>`}
						</th>
						<td data-label="${__("Applicant")}">${value_of(ours, applicant[ours])}</td>
						${known &&
						html`<td data-label="${__("ANAF")}">
							${value_of(ours, theirs_says)}
						</td>`}
					</tr>`;
				})}
			</tbody>
		</table>`,
	);
}

const said = (value) => (value === true ? "Yes" : value === false ? "No" : value);

function value_of(field, value) {
	if (!value) return html`<span class="text-muted">–</span>`;
	return field === "vat_payer" || field === "country" ? __(value) : value;
}

/** The duplicates. Where a Customer is among them, which one the approval is to link. */
function who_it_is(view, choice) {
	if (!is_open(view)) return "";
	const others = view.duplicates.filter((one) => !is_customer(one));
	const customers = customers_among(view);
	const by_hand =
		choice.by_hand && !customers.some(({ name }) => name === choice.customer)
			? [{ source: "Customer", name: choice.customer, title: choice.title, reason: __("Chosen by hand") }]
			: [];
	if (!view.duplicates.length && !by_hand.length) return "";
	const may_choose = view.can.approve === true;
	const rows = [...by_hand, ...customers];
	return part(
		__("Possible duplicates"),
		html`<ul class="sb-review-list">
			${rows.map((one) => duplicate(one, may_choose && customer_choice(one, choice)))}
			${may_choose && rows.length > 0 && new_customer(choice)}
			${others.map((one) => duplicate(one, ""))}
		</ul>`,
		html`data-part="duplicates"`,
	);
}

function duplicate(one, chooser) {
	const url = one.url || frappe.utils.get_form_link(one.source, one.name);
	const title = one.title || one.name;
	return html`<li>
		${mark(one.sure ? "problem" : "notice")}
		<span class="sb-review-grow">
			${link(url, title)}
			<span class="sb-small text-muted">
				${join(
					[
						one.name === title ? __(one.source) : `${__(one.source)} ${one.name}`,
						one.reason,
						one.status && __(one.status),
						one.disabled && html`<b>${__("Disabled")}</b>`,
					],
					" · ",
				)}
			</span>
		</span>
		${chooser}
	</li>`;
}

function customer_choice({ name, title }, choice) {
	return radio(name, choice.customer === name, __("Link to this Customer"), title);
}

function new_customer(choice) {
	return html`<li>
		${mark("neutral")}
		<span class="sb-review-grow text-muted">${__("None of these companies")}</span>
		${radio("", choice.create_new, __("Make a new Customer"), "")}
	</li>`;
}

function radio(value, checked, label, title) {
	return html`<label class="sb-review-choice">
		<input
			type="radio"
			name="sb-review-customer"
			value="${value}"
			data-title="${title}"
			${checked ? html`checked` : ""}
		/>
		${label}
	</label>`;
}

function contact({ applicant }) {
	const { email, phone } = applicant;
	const rows = [
		[__("Contact"), [applicant.first_name, applicant.last_name].filter(Boolean).join(" ")],
		[__("E-mail"), email && html`<a class="sb-link" href="mailto:${email}">${email}</a>`],
		[__("Phone"), phone && html`<a class="sb-link" href="tel:${phone}">${phone}</a>`],
		[__("IBAN"), applicant.iban],
		[__("Message"), applicant.message],
	].filter(([, value]) => value);
	return part(
		__("Who applies"),
		html`<dl class="sb-review-facts">
			${rows.map(
				([label, value]) => html`<dt>${label}</dt>
					<dd class="sb-pre">${value}</dd>`,
			)}
		</dl>`,
	);
}

function documents({ documents: files }) {
	return part(
		__("Documents"),
		files.length
			? html`<ul class="sb-review-list">
					${files.map(
						({ url, file_name, size }) => html`<li>
							<span class="sb-review-grow">${link(url, file_name)}</span>
							<span class="sb-small text-muted">${size_of(size)}</span>
						</li>`,
					)}
			  </ul>`
			: html`<p class="text-muted">${__("No documents were sent.")}</p>`,
	);
}

function size_of(bytes) {
	const kilobytes = Math.max(1, Math.round(bytes / 1024));
	return kilobytes < 1024
		? __("{0} KB", [kilobytes])
		: __("{0} MB", [format_number(kilobytes / 1024, null, 1)]);
}

function messages({ messages: said_so_far }) {
	if (!said_so_far.length) return "";
	return part(
		__("Questions and answers"),
		html`<ol class="sb-review-thread">
			${said_so_far.map(
				(one) => html`<li class="${one.by === "Company" ? "sb-review-ours" : ""}">
					<div class="sb-small text-muted">
						${one.by === "Company" ? one.user || __("We") : __("Applicant")} ·
						<time datetime="${one.at}" title="${moment_of(one.at)}">${soon(one.at)}</time>
					</div>
					<div class="sb-pre">${one.text}</div>
				</li>`,
			)}
		</ol>`,
	);
}
