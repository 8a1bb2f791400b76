// The SmartBill column of the list of Quotations, and issuing the proformas of the selected ones.
(() => {
	const { proforma: is_on } = frappe.boot.erp_b2b_smartbill || {};
	if (!is_on) return;

	const FIELD = "smartbill_status";
	const PAYMENT = "smartbill_payment_status";
	const COLORS = {
		Issued: "green",
		Invoiced: "green",
		Paid: "green",
		"Partly Paid": "blue",
		Draft: "blue",
		Queued: "orange",
		Sending: "orange",
		Unknown: "red",
		"Needs a decision": "red",
		Rejected: "red",
		Cancelled: "gray",
	};
	// ERPNext's settings stay; ours come beside them
	const settings = (frappe.listview_settings["Quotation"] ??= {});
	settings.add_fields = [
		...(settings.add_fields || []),
		FIELD,
		PAYMENT,
		"smartbill_number",
		"smartbill_proforma",
	];
	settings.formatters = {
		...settings.formatters,
		[FIELD]: (value, df, doc) => cell(doc, ...shown_of(doc)),
	};
	after("onload", (list) => {
		show_column(list);
		list.page.add_actions_menu_item(
			__("Issue SmartBill Proformas"),
			() => issue_selected(list),
			false,
		);
		list.page.add_menu_item(__("Last SmartBill run"), () => show_last_run(list));
	});
	after("refresh", mark_what_waits);

	function after(event, more) {
		const theirs = settings[event];
		settings[event] = function (list) {
			theirs?.call(this, list);
			more(list);
		};
	}

	/** Beside ERPNext's status, wherever Frappe's limit of columns would have cut it. */
	function show_column(list) {
		const setup = list.setup_columns;
		list.setup_columns = function () {
			setup.call(list);
			place_column(list);
		};
		place_column(list);
		list.render_header(true);
	}

	function place_column(list) {
		list.columns = list.columns.filter(({ df }) => df?.fieldname !== FIELD);
		const status = list.columns.findIndex(({ type }) => type === "Status");
		const df = { ...frappe.meta.get_docfield("Quotation", FIELD), label: __("SmartBill") };
		list.columns.splice(status < 0 ? 1 : status + 1, 0, { type: "Field", df });
	}

	/** What is shown, and what a click filters by. */
	function shown_of(doc) {
		const is_followed = ["Issued", "Invoiced"].includes(doc[FIELD]);
		return is_followed && ["Paid", "Partly Paid"].includes(doc[PAYMENT])
			? [doc[PAYMENT], `${PAYMENT},=,${doc[PAYMENT]}`]
			: [doc[FIELD]];
	}

	function cell(doc, shown, filter = `${FIELD},=,${doc[FIELD]}`) {
		const escape = frappe.utils.escape_html;
		if (!shown)
			return `<span class="filterable text-muted" data-filter="${FIELD},is,not set" title="${escape(
				__("No SmartBill proforma"),
			)}">–</span>`;
		// "PRF 0042": in a list of one company's offers the series says nothing
		const number = (doc.smartbill_number || "").split(" ").pop();
		const text = [__(shown, null, "SmartBill Proforma"), number].filter(Boolean).join(" ");
		const title = [
			__("SmartBill"),
			doc.smartbill_number,
			__(shown, null, "SmartBill Proforma"),
		]
			.filter(Boolean)
			.join(" · ");
		return `<span class="filterable indicator-pill ${COLORS[shown] || "gray"} ellipsis"
			data-filter="${escape(filter)}" data-smartbill="${escape(doc.name)}" title="${escape(title)}">
			<span class="ellipsis">${escape(text)}</span></span>`;
	}

	/** What waits for a person is known to the proformas: one request, when the list has unknown outcomes. */
	async function mark_what_waits(list) {
		const rows = list.data.filter((doc) => doc[FIELD] === "Unknown" && doc.smartbill_proforma);
		if (!rows.length || !list.$result) return;
		const { message: waiting } = await frappe.call({
			method: "frappe.client.get_list",
			type: "POST",
			args: {
				doctype: "SmartBill Proforma",
				filters: {
					name: ["in", rows.map((doc) => doc.smartbill_proforma)],
					needs_person: 1,
				},
				fields: ["name"],
				limit_page_length: rows.length,
			},
		});
		const names = new Set((waiting || []).map((one) => one.name));
		for (const doc of rows.filter((one) => names.has(one.smartbill_proforma)))
			list.$result
				.find(`[data-smartbill="${CSS.escape(doc.name)}"]`)
				.replaceWith(cell(doc, "Needs a decision"));
	}

	async function issue_selected(list) {
		const { start_run } = await erp_b2b_smartbill.screens();
		start_run(list.get_checked_items(true), () => list.refresh());
	}

	async function show_last_run(list) {
		const runs = await frappe.db.get_list("SmartBill Issue Run", {
			filters: { requested_by: frappe.session.user },
			fields: ["name", "status"],
			order_by: "creation desc",
			limit: 1,
		});
		if (!runs.length) {
			frappe.show_alert({
				message: __("You have not started a run yet."),
				indicator: "blue",
			});
			return;
		}
		const { show_run_dialog } = await erp_b2b_smartbill.screens();
		show_run_dialog(runs[0].name, () => list.refresh());
	}
})();
