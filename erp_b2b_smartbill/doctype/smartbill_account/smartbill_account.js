const CONTROLLER = "erp_b2b_smartbill.doctype.smartbill_account.smartbill_account";
const POLL_MS = 10000;
// where to look when a check of the connection fails
const FIELD_OF_CHECK = {
	address: "api_url",
	login: "email",
	company: "cif",
	series: "proforma_series",
	spare_series: "spare_series",
	invoice_series: "invoice_series",
	vat: "vat_rates",
	vat_map: "vat_rates",
	units: "units",
	unit_map: "units",
	v3: "v3_token",
	mode: "mode",
	counter: "health_html",
};
const ROUTE_OF_CHECK = {
	feature: ["Form", "B2B Settings"],
	time_zone: ["Form", "System Settings"],
};
const TONES = {
	ok: ["✓", "green"],
	notice: ["!", "orange"],
	problem: ["✕", "red"],
};

const escaped = (text) => frappe.utils.escape_html(String(text ?? ""));

frappe.ui.form.on("SmartBill Account", {
	setup(frm) {
		frm.set_query("tax_account", "vat_rates", () => ({
			filters: { company: frm.doc.company, account_type: "Tax", is_group: 0 },
		}));
		frm.set_query("item_tax_template", "vat_rates", () => ({
			filters: { company: frm.doc.company },
		}));
	},

	refresh(frm) {
		show_intro(frm);
		erp_b2b_smartbill.offer_tour(frm);
		// Live is switched on by its button
		const modes = frm.doc.mode === "Live" ? ["Off", "Draft", "Live"] : ["Off", "Draft"];
		frm.set_df_property("mode", "options", modes);
		clearInterval(frm.smartbill_timer);
		frm.get_field("health_html").$wrapper.empty();
		frm.toggle_display("health_section", !frm.is_new());
		show_clients(frm);
		if (frm.is_new()) {
			return;
		}
		add_buttons(frm);
		show_health(frm);
		frm.smartbill_timer = setInterval(() => {
			const is_shown = cur_frm === frm && !document.hidden && frm.$wrapper?.is(":visible");
			if (is_shown) {
				show_health(frm);
			}
		}, POLL_MS);
	},
});

frappe.ui.form.on("SmartBill VAT Rate", {
	// name and percentage are one thing in SmartBill: choosing the one sets the other
	tax_name(frm, doctype, name) {
		const row = frappe.get_doc(doctype, name);
		const taxes = frm.smartbill_health?.lists.taxes ?? [];
		const same_name = taxes.filter((tax) => tax.name === row.tax_name);
		const tax =
			taxes.find((one) => tax_label(one) === row.tax_name) ??
			(same_name.length === 1 ? same_name[0] : null);
		if (!tax) {
			return;
		}
		if (row.tax_name !== tax.name) {
			frappe.model.set_value(doctype, name, "tax_name", tax.name);
		}
		frappe.model.set_value(doctype, name, "tax_percentage", tax.percentage);
		if (!row.erpnext_rate) {
			frappe.model.set_value(doctype, name, "erpnext_rate", tax.percentage);
		}
	},
});

function show_intro(frm) {
	const lines = frm.is_new()
		? [
				__("One account for each company that issues proformas in SmartBill."),
				__(
					"The user and the token are in SmartBill Cloud under Integrari, section API. The token is stored encrypted.",
				),
				__(
					"SmartBill compares the fiscal code, the series, the VAT names and the units exactly, letter case included.",
				),
			]
		: [];
	frm.get_field("intro").$wrapper.html(
		lines.length ? `<p class="text-muted">${lines.map(escaped).join("<br>")}</p>` : "",
	);
}

async function show_clients(frm) {
	const { name } = frm.doc;
	const { show_clients_of } = await erp_b2b_smartbill.screens();
	if (frm.doc.name === name) {
		show_clients_of(frm);
	}
}

// buttons

function add_buttons(frm) {
	const may_write = frm.perm[0]?.write;
	if (may_write) {
		frm.add_custom_button(__("Test"), () => test(frm));
		frm.add_custom_button(
			__("Read lists from SmartBill"),
			() => read_lists(frm),
			__("SmartBill"),
		);
		frm.add_custom_button(__("Suggest maps"), () => suggest_maps(frm), __("SmartBill"));
	}
}

/** The buttons that depend on how the account is doing. */
function add_buttons_by_health(frm, health) {
	const may_go_live =
		frm.perm[0]?.write && frappe.user.has_role("System Manager") && health.live_here !== true;
	toggle_button(frm, __("Go Live"), may_go_live, () => go_live(frm), "primary");
	const may_switch =
		health.can_switch_series &&
		(frappe.user.has_role("B2B Manager") || frappe.user.has_role("System Manager"));
	toggle_button(frm, __("Switch to the spare series"), may_switch, () => switch_series(frm));
}

function toggle_button(frm, label, is_wanted, action, type) {
	const is_there = Boolean(frm.custom_buttons[label]);
	if (is_wanted && !is_there) {
		frm.add_custom_button(label, action);
		if (type) {
			frm.change_custom_button_type(label, null, type);
		}
	} else if (!is_wanted && is_there) {
		frm.remove_custom_button(label);
	}
}

function is_unsaved(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save the account first."), indicator: "orange" });
		return true;
	}
	return false;
}

async function call(frm, method, args = {}) {
	const { message } = await frm.call({ method, doc: frm.doc, args, freeze: true });
	return message;
}

// test

async function test(frm) {
	if (is_unsaved(frm)) {
		return;
	}
	const { checks, resumed } = await call(frm, "test_connection");
	await frm.reload_doc();
	const problems = checks.filter(({ level }) => level === "problem").length;
	const summary = problems
		? __("{0} of {1} checks need something to be done.", [problems, checks.length])
		: __("Everything that has to be right is right.");
	const dialog = new frappe.ui.Dialog({
		title: __("Test of the SmartBill Account"),
		indicator: problems ? "red" : "green",
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "checks" }],
		primary_action_label: __("Close"),
		primary_action: () => dialog.hide(),
	});
	const note = resumed
		? `<p>${escaped(__("The account was paused and is used again."))}</p>`
		: "";
	dialog.get_field("checks").$wrapper.html(
		`<p class="bold">${escaped(summary)}</p>${note}
		<div class="smartbill-checks">${checks.map(check_row).join("")}</div>`,
	);
	dialog.$wrapper.on("click", "a[data-check]", (event) => {
		event.preventDefault();
		const id = event.currentTarget.dataset.check;
		dialog.hide();
		if (ROUTE_OF_CHECK[id]) {
			frappe.set_route(...ROUTE_OF_CHECK[id]);
		} else {
			frm.scroll_to_field(FIELD_OF_CHECK[id]);
		}
	});
	dialog.show();
}

function check_row({ id, level, text, advice }) {
	const [sign, color] = TONES[level];
	const has_place = FIELD_OF_CHECK[id] || ROUTE_OF_CHECK[id];
	const link =
		level !== "ok" && has_place
			? ` <a href="#" data-check="${escaped(id)}">${escaped(__("Show"))}</a>`
			: "";
	const more =
		level !== "ok" && (advice || link)
			? `<div class="text-muted small">${escaped(advice)}${link}</div>`
			: "";
	return `<div style="display: flex; gap: var(--margin-sm); padding: var(--padding-xs) 0;">
		<span class="indicator-pill no-indicator-dot ${color}" style="flex: none; align-self: flex-start;
			width: 22px; justify-content: center;" title="${escaped(level_title(level))}">${sign}</span>
		<div class="${level === "ok" ? "text-muted" : ""}">${escaped(text)}${more}</div></div>`;
}

function level_title(level) {
	return { ok: __("In order"), notice: __("To know"), problem: __("To do") }[level];
}

// lists and maps

async function read_lists(frm) {
	if (is_unsaved(frm)) {
		return;
	}
	const { problem } = await call(frm, "read_lists");
	if (problem) {
		frappe.msgprint({ title: __("Lists of SmartBill"), indicator: "red", message: escaped(problem) });
		return;
	}
	await frm.reload_doc();
	frappe.show_alert({ message: __("The lists were read."), indicator: "green" });
}

const tax_label = ({ name, percentage }) => `${name} (${percentage} %)`;

function fill_pick_lists(frm, { series, taxes, units }) {
	const fill = (fieldname, options) => {
		frm.set_df_property(fieldname, "ignore_validation", 1);
		frm.set_df_property(fieldname, "options", options);
		frm.get_field(fieldname).set_data?.(options);
	};
	fill("proforma_series", series.p);
	fill("spare_series", series.p);
	fill("invoice_series", series.f);
	for (const [table, column, options] of [
		["vat_rates", "tax_name", taxes.map(tax_label)],
		["units", "measuring_unit_name", units],
	]) {
		const { grid } = frm.get_field(table);
		grid.update_docfield_property(column, "ignore_validation", 1);
		grid.update_docfield_property(column, "options", options);
	}
}

async function suggest_maps(frm) {
	const found = await frappe.xcall(`${CONTROLLER}.maps_for`, { account: frm.doc.name });
	if (!found.read) {
		frappe.show_alert({
			message: __("Read the lists from SmartBill first."),
			indicator: "orange",
		});
		return;
	}
	const has_row = (table, column, value) =>
		(frm.doc[table] ?? []).some((row) => row[column] === value);
	const units = found.units.filter(({ uom }) => !has_row("units", "uom", uom));
	const rates = found.vat_rates.filter(
		({ erpnext_rate }) => !has_row("vat_rates", "erpnext_rate", erpnext_rate),
	);
	const lines = [
		...rates.map((row) => [
			`${row.erpnext_rate} %`,
			`${row.tax_name} (${row.tax_percentage} %)`,
		]),
		...units.map((row) => [row.uom, row.measuring_unit_name]),
	];
	const left = [...found.unmapped_rates.map((rate) => `${rate} %`), ...found.unmapped_units];
	const dialog = new frappe.ui.Dialog({
		title: __("Suggested maps"),
		fields: [{ fieldtype: "HTML", fieldname: "rows" }],
		primary_action_label: lines.length ? __("Add these rows") : __("Close"),
		primary_action() {
			rates.forEach((row) => frm.add_child("vat_rates", row));
			units.forEach((row) => frm.add_child("units", row));
			frm.refresh_field("vat_rates");
			frm.refresh_field("units");
			if (lines.length) {
				frm.dirty();
				frappe.show_alert(__("Look through the maps, then save."));
			}
			dialog.hide();
		},
	});
	const table = lines.length
		? `<table class="table table-bordered"><thead><tr><th>${escaped(__("ERPNext"))}</th>
			<th>${escaped(__("SmartBill"))}</th></tr></thead><tbody>${lines
				.map(([ours, theirs]) => `<tr><td>${escaped(ours)}</td><td>${escaped(theirs)}</td></tr>`)
				.join("")}</tbody></table>`
		: `<p>${escaped(__("Nothing is to be added."))}</p>`;
	const rest = left.length
		? `<p class="text-muted">${escaped(
				__("To be chosen by hand, or not in SmartBill: {0}.", [left.join(", ")]),
			)}</p>`
		: "";
	dialog.get_field("rows").$wrapper.html(table + rest);
	dialog.show();
}

// Live

async function go_live(frm) {
	if (is_unsaved(frm)) {
		return;
	}
	if (frm.doc.mode !== "Live") {
		const sure = await new Promise((resolve) =>
			frappe.confirm(
				escaped(
					__(
						"From now on, proformas with a number are issued in SmartBill for {0} from this site, {1}. Go Live?",
						[frm.doc.company, window.location.host],
					),
				),
				() => resolve(true),
				() => resolve(false),
			),
		);
		if (!sure) {
			return;
		}
	}
	await ask_to_go_live(frm, [], []);
}

async function ask_to_go_live(frm, seen, looked_at) {
	const answer = await call(frm, "go_live", { looked_at: JSON.stringify(looked_at) });
	if (await is_live_now(frm, answer)) {
		return;
	}
	show_question(
		frm,
		answer,
		[...seen, ...answer.unknown],
		[...looked_at, ...answer.looked_at],
	);
}

async function is_live_now(frm, { live, problem }) {
	if (problem) {
		frappe.msgprint({
			title: __("Live was not switched on"),
			indicator: "red",
			message: escaped(problem),
		});
		return true;
	}
	if (live) {
		await frm.reload_doc();
		frappe.show_alert({ message: __("The account is Live on this site."), indicator: "green" });
	}
	return live;
}

function show_question(frm, answer, seen, looked_at) {
	const dialog = new frappe.ui.Dialog({
		title: __("Before going Live"),
		size: "large",
		fields: [
			{ fieldtype: "HTML", fieldname: "found" },
			{
				fieldtype: "Small Text",
				fieldname: "note",
				label: __("How the numbers were compared"),
				description: __("It is kept for the audit."),
				reqd: 1,
			},
		],
		primary_action_label: __("Everything is in order: go Live"),
		async primary_action({ note }) {
			const done = await call(frm, "go_live", { reconciled: true, note });
			if (await is_live_now(frm, done)) {
				dialog.hide();
			}
		},
		secondary_action_label: answer.not_looked_at
			? __("Look at {0} more", [answer.not_looked_at])
			: __("Cancel"),
		secondary_action() {
			dialog.hide();
			if (answer.not_looked_at) {
				ask_to_go_live(frm, seen, looked_at);
			}
		},
	});
	dialog.get_field("found").$wrapper.html(question_html(answer, seen));
	dialog.show();
}

function question_html({ why, question, ranges }, seen) {
	const reasons = why
		.map((text) => `<div class="form-message red" style="margin: 0">${escaped(text)}</div>`)
		.join("");
	const numbers = Object.entries(ranges)
		.map(([series, text]) => `<li><b>${escaped(series)}</b>: ${escaped(text)}</li>`)
		.join("");
	const rows = seen
		.map(
			(row) => `<tr><td>${escaped(row.series)} ${escaped(row.number)}</td>
			<td>${escaped(row.text)}</td><td>${
				row.quotation ? form_link("Quotation", row.quotation) : escaped(row.reference)
			}</td></tr>`,
		)
		.join("");
	const table = rows
		? `<table class="table table-bordered"><thead><tr><th>${escaped(__("Number"))}</th>
			<th>${escaped(__("What its PDF says"))}</th><th>${escaped(__("Quotation"))}</th></tr></thead>
			<tbody>${rows}</tbody></table>`
		: "";
	return `${reasons}<p style="margin-top: var(--margin-md)">${escaped(question)}</p>
		<ul>${numbers}</ul>${table}`;
}

function switch_series(frm) {
	if (is_unsaved(frm)) {
		return;
	}
	frappe.prompt(
		{
			fieldtype: "Small Text",
			fieldname: "reason",
			label: __("Reason"),
			description: escaped(
				__("The series {0} and {1} change places.", [
					frm.doc.proforma_series,
					frm.doc.spare_series,
				]),
			),
			reqd: 1,
		},
		async ({ reason }) => {
			const { proforma_series } = await call(frm, "switch_to_spare_series", { reason });
			await frm.reload_doc();
			frappe.show_alert({
				message: escaped(
					__("Proformas are issued in the series {0} from now on.", [proforma_series]),
				),
				indicator: "green",
			});
		},
		__("Switch to the spare series"),
		__("Switch"),
	);
}

// health

async function show_health(frm) {
	const name = frm.doc.name;
	let health;
	try {
		health = await frappe.xcall(`${CONTROLLER}.health_of`, { account: name }, "GET");
	} catch {
		// the next round asks again
		return;
	}
	if (frm.doc.name !== name) {
		return;
	}
	const is_first = !frm.smartbill_health || frm.smartbill_health.lists_read_at !== health.lists_read_at;
	frm.smartbill_health = health;
	if (is_first || frm.smartbill_filled !== name) {
		frm.smartbill_filled = name;
		fill_pick_lists(frm, health.lists);
	}
	add_buttons_by_health(frm, health);
	show_banner(frm, health);
	const $health = frm.get_field("health_html").$wrapper.html(health_html(health));
	$health.find("[data-action=seen]").on("click", async () => {
		await call(frm, "clear_counter_notice");
		await frm.reload_doc();
	});
	count_down(frm, $health, health.blocked_seconds);
}

function show_banner(frm, health) {
	const [text, color] = banner(health);
	if (frm.smartbill_banner === text && frm.layout.message?.is(":visible")) {
		return;
	}
	frm.smartbill_banner = text;
	frm.layout.show_message();
	frm.layout.show_message(`<div>${escaped(text)}</div>`, color, true);
}

function banner(health) {
	if (health.mode === "Off") {
		return [__("Off: nothing is issued in SmartBill for this company."), "white"];
	}
	if (health.paused) {
		return [
			__("Paused: nothing is issued until the test passes. {0}", [health.pause_reason ?? ""]),
			"red",
		];
	}
	if (health.mode === "Draft") {
		return [
			__("Draft mode: SmartBill gets drafts only. They have no number, and are finished there by hand."),
			"orange",
		];
	}
	if (!health.live_here) {
		return [health.refusal, "red"];
	}
	return [
		__("Live on this site since {0}: proformas are issued in SmartBill.", [
			frappe.datetime.str_to_user(health.live_since),
		]),
		"green",
	];
}

function health_html(health) {
	const cards = [
		card(
			__("Calls in 10 seconds"),
			`${health.calls_10_s} <span class="text-muted small">/ ${health.limit_10_s}</span>`,
			health.calls_10_s >= health.limit_10_s ? "orange" : "",
		),
		card(__("Calls in 10 minutes"), health.calls_10_min),
		card(
			__("Blocked by SmartBill"),
			health.blocked_seconds
				? '<span data-countdown></span>'
				: `<span class="text-muted">${escaped(__("No"))}</span>`,
			health.blocked_seconds ? "red" : "",
		),
		card(
			__("Lists read"),
			health.lists_read_at
				? frappe.datetime.comment_when(health.lists_read_at)
				: `<span class="text-muted">${escaped(__("Never"))}</span>`,
		),
	].join("");
	return `<div style="padding-bottom: var(--padding-md);"><div style="display: grid; gap: var(--margin-sm);
			grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));">${cards}</div>
		${notice_html(health)}${unknown_html(health)}${error_html(health)}</div>`;
}

function card(label, value, color = "") {
	const style = color ? `color: var(--text-on-${color}); background: var(--bg-${color});` : "";
	return `<div class="smartbill-card" style="border: 1px solid var(--border-color);
			border-radius: var(--border-radius-md); padding: var(--padding-sm) var(--padding-md); ${style}">
		<div class="small ${color ? "" : "text-muted"}">${escaped(label)}</div>
		<div class="bold" style="font-size: var(--text-xl);">${value}</div></div>`;
}

function notice_html({ counter_notice }) {
	if (!counter_notice) {
		return "";
	}
	return `<div class="form-message orange" style="margin: var(--margin-md) 0 0; display: flex;
			justify-content: space-between; gap: var(--margin-md);">
		<div>${counter_notice.split("\n").map(escaped).join("<br>")}</div>
		<button class="btn btn-xs btn-default" style="flex: none" data-action="seen">${escaped(
			__("Seen"),
		)}</button></div>`;
}

function unknown_html({ unknown }) {
	if (!unknown.length) {
		return "";
	}
	const rows = unknown
		.map(
			(row) => `<tr><td>${escaped(row.series)}</td><td>${form_link(row.doctype, row.name)}</td>
			<td>${form_link("Quotation", row.quotation)}</td>
			<td>${escaped(__(row.status, null, row.doctype))}${
				row.needs_person ? ` · ${escaped(__("waits for a person"))}` : ""
			}</td>
			<td class="text-right">${escaped(row.expected_number || "-")}</td></tr>`,
		)
		.join("");
	const titles = [__("Series"), __("Document"), __("Quotation"), __("Status")];
	return `<p class="bold" style="margin: var(--margin-md) 0 var(--margin-xs)">${escaped(
		__("What holds a series"),
	)}</p><table class="table table-bordered" style="margin: 0"><thead><tr>${titles
		.map((title) => `<th>${escaped(title)}</th>`)
		.join("")}<th class="text-right">${escaped(
		__("Expected number"),
	)}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function error_html({ last_error }) {
	if (!last_error) {
		return "";
	}
	const what = last_error.failure || `HTTP ${last_error.http_status}`;
	return `<p class="text-muted small" style="margin: var(--margin-sm) 0 0">${escaped(
		__("Last failed call: {0}, {1}", [last_error.operation, what]),
	)} · ${frappe.datetime.comment_when(last_error.called_at)} · ${form_link(
		"SmartBill Call",
		last_error.name,
		__("Show"),
	)}</p>`;
}

function count_down(frm, $health, seconds) {
	clearInterval(frm.smartbill_countdown);
	if (!seconds) {
		return;
	}
	const end = Date.now() + seconds * 1000;
	const show = () => {
		const left = Math.max(0, Math.round((end - Date.now()) / 1000));
		const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
		$health.find("[data-countdown]").text(text);
		if (!left) {
			clearInterval(frm.smartbill_countdown);
		}
	};
	frm.smartbill_countdown = setInterval(show, 1000);
	show();
}

function form_link(doctype, name, label) {
	const route = frappe.utils.get_form_link(doctype, name);
	return `<a href="${route}">${escaped(label ?? name)}</a>`;
}
