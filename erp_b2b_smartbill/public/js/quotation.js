// The SmartBill proforma on the Quotation: one line under the title, one button, or the group of what it offers.
(() => {
	const POLL_MS = 3000;
	const MAX_POLLS = 70; // a little longer than a claim may last
	const GROUP = __("SmartBill");
	const COLORS = {
		Issued: "green",
		Invoiced: "green",
		Draft: "blue",
		Sending: "orange",
		Queued: "orange",
		Rejected: "red",
		Unknown: "red",
	};

	frappe.ui.form.on("Quotation", {
		refresh(frm) {
			stop_polling(frm);
			const loaded = frm.doc.__onload?.smartbill;
			// the server sends nothing for a draft, a new document, a user without the rights, a switch that is off
			if (loaded && !frm.is_new()) show(frm, loaded.proforma);
		},
	});

	function show(frm, proforma) {
		frm.doc.__onload.smartbill = { proforma };
		show_buttons(frm, proforma);
		show_headline(frm, proforma);
		if (proforma?.status === "Sending") poll(frm, proforma);
	}

	function show_buttons(frm, proforma) {
		const generate = __("Generate SmartBill Proforma");
		for (const label of [
			__("PDF"),
			__("Open in SmartBill"),
			__("Check status"),
			__("Details"),
		])
			frm.remove_custom_button(label, GROUP);
		frm.remove_custom_button(generate);

		if (!proforma || ["Rejected", "Queued"].includes(proforma.status)) {
			frm.add_custom_button(generate, () => issue(frm))
				.addClass("btn-primary")
				.removeClass("btn-default");
			return;
		}
		if (proforma.number) {
			frm.add_custom_button(__("PDF"), () => open_pdf(frm, proforma), GROUP);
		}
		if (proforma.document_url) {
			frm.add_custom_button(
				__("Open in SmartBill"),
				() => open_link(proforma.document_url),
				GROUP,
			);
		}
		if (!proforma.settled) {
			frm.add_custom_button(__("Check status"), () => check(frm), GROUP);
		}
		frm.add_custom_button(
			__("Details"),
			() => frappe.set_route("Form", "SmartBill Proforma", proforma.name),
			GROUP,
		);
	}

	function show_headline(frm, proforma) {
		frm.layout.show_message();
		if (!proforma) return;
		const text = escape(proforma.message);
		const parts = [];
		if (proforma.status === "Issued") {
			parts.push(
				__("Proforma {0}, issued on {1}", [
					`<b>${escape(`${proforma.series} ${proforma.number}`)}</b>`,
					escape(frappe.datetime.str_to_user(proforma.issue_date)),
				]),
			);
			if (proforma.pdf_url) parts.push(link(proforma.pdf_url, __("PDF")));
			else parts.push(escape(__("the PDF is not stored yet")));
			if (proforma.document_url)
				parts.push(link(proforma.document_url, __("Open in SmartBill")));
		} else {
			parts.push(`<b>${text}</b>`);
			if (!proforma.settled && proforma.status !== "Queued")
				parts.push(
					`<a href="#" data-smartbill="check" style="text-decoration: underline">${escape(
						__("Check now"),
					)}</a>`,
				);
		}
		message(frm, parts.join(" · "), COLORS[proforma.status] || "blue");
	}

	// Quotations whose request is in the air: a form object serves one document after the other
	const in_flight = new Set();

	async function issue(frm) {
		const { name } = frm.doc;
		if (in_flight.has(name)) return;
		if (frm.is_dirty()) {
			frappe.show_alert({ message: __("Save the Quotation first."), indicator: "orange" });
			return;
		}
		in_flight.add(name);
		const button = frm.custom_buttons[__("Generate SmartBill Proforma")];
		button?.prop("disabled", true);
		frm.layout.show_message();
		message(frm, `<b>${escape(__("The proforma is being issued."))}</b>`, "orange");
		const answer = await call(name, "POST");
		in_flight.delete(name);
		button?.prop("disabled", false);
		if (answer.data) await finish(frm, answer.data);
		else show_error(frm, name, answer.error);
	}

	async function finish(frm, proforma) {
		if (proforma.status === "Issued") {
			frappe.show_alert({ message: escape(proforma.message), indicator: "green" });
		}
		// our fields of the form changed on the server, and so did the attachments
		if (frm.doc.name === proforma.quotation) await frm.reload_doc();
	}

	async function check(frm) {
		const { name } = frm.doc;
		const answer = await call(name, "GET");
		if (!answer.data) {
			show_error(frm, name, answer.error);
		} else if (answer.data.settled) {
			await finish(frm, answer.data);
		} else if (frm.doc.name === name) {
			show(frm, answer.data);
			frappe.show_alert({ message: escape(answer.data.message), indicator: "orange" });
		}
	}

	async function open_pdf(frm, proforma) {
		if (proforma.pdf_url) {
			open_link(proforma.pdf_url);
			return;
		}
		// asking again fetches the PDF of a proforma that is issued already; it issues nothing
		const answer = await call(proforma.quotation, "POST");
		if (answer.data?.pdf_url) {
			await finish(frm, answer.data);
			open_link(answer.data.pdf_url);
		} else {
			const reason = answer.data?.pdf_error || answer.error?.message || "";
			frappe.show_alert({
				message: escape(__("The PDF is not available yet. {0}", [reason])),
				indicator: "orange",
			});
		}
	}

	function poll(frm, proforma, turn = 0) {
		if (turn >= MAX_POLLS) return;
		frm.smartbill_timer = setTimeout(async () => {
			if (frm.doc.name !== proforma.quotation) return;
			const answer = await call(proforma.quotation, "GET");
			if (frm.doc.name !== proforma.quotation) return;
			if (answer.data?.status === "Sending") poll(frm, proforma, turn + 1);
			else if (answer.data?.settled && !frm.is_dirty()) frm.reload_doc();
			else if (answer.data) show(frm, answer.data);
			else poll(frm, proforma, turn + 1);
		}, POLL_MS);
	}

	function stop_polling(frm) {
		clearTimeout(frm.smartbill_timer);
	}

	function show_error(frm, name, error) {
		if (frm.doc.name !== name) {
			frappe.show_alert(
				{ message: escape(`${name}: ${error.message}`), indicator: "red" },
				15,
			);
			return;
		}
		const known = frm.doc.__onload?.smartbill?.proforma;
		const problems = (error.problems || [])
			.map((problem) => `<li>${problem_html(problem)}</li>`)
			.join("");
		show_headline(frm, known && !known.settled ? known : null);
		const list = problems ? `<ul class="mb-0">${problems}</ul>` : "";
		message(
			frm,
			`<b>${escape(error.message)}</b>${list}`,
			error.code === "connection_lost" ? "orange" : "red",
		);
	}

	function problem_html(problem) {
		const text = escape(problem.message);
		if (problem.doctype && problem.name) {
			const route = frappe.utils.get_form_link(problem.doctype, problem.name);
			return `${text} ${link(route, __("Open {0}", [__(problem.doctype)]))}`;
		}
		const field = (problem.field || "").split("[")[0];
		if (!field || !field_exists(field)) return text;
		return `${text} <a href="#" style="text-decoration: underline" data-smartbill="field" data-field="${escape(
			field,
		)}">${escape(__("Show the field"))}</a>`;
	}

	function field_exists(field) {
		return Boolean(frappe.meta.get_docfield("Quotation", field));
	}

	function message(frm, html, color) {
		frm.layout.show_message(`<div>${html}</div>`, color, true);
		frm.layout.message
			.find("[data-smartbill]")
			.off("click")
			.on("click", (event) => {
				event.preventDefault();
				const { smartbill, field } = event.currentTarget.dataset;
				if (smartbill === "check") check(frm);
				else frm.scroll_to_field(field);
			});
	}

	// Not frappe.call: for 403, 404 and 502 it shows a dialog of its own and hides what the server says.
	async function call(quotation, method) {
		const name = encodeURIComponent(quotation);
		try {
			const response = await fetch(`/api/v1/quotations/${name}/smartbill/proforma`, {
				method,
				headers: { Accept: "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token },
			});
			const body = await response.json();
			if (body.data || body.error) return body;
			return {
				error: {
					code: "frappe",
					message: __("The site answered with status {0}.", [response.status]),
				},
			};
		} catch {
			return {
				error: {
					code: "connection_lost",
					message: __(
						"The connection to the site was lost; the proforma may have been created. Reload the page.",
					),
				},
			};
		}
	}

	function link(url, label) {
		return `<a href="${escape(
			url,
		)}" target="_blank" rel="noopener noreferrer" style="text-decoration: underline">${escape(
			label,
		)}</a>`;
	}

	function open_link(url) {
		window.open(url, "_blank", "noopener");
	}

	function escape(text) {
		return frappe.utils.escape_html(String(text ?? ""));
	}
})();
