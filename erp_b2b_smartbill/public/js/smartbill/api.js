// Our REST routes. Not frappe.call: for 403, 404 and 502 it shows a dialog of its own and hides what the server says.

const RUNS = "/api/v1/smartbill/runs";

/** Resolves, always, to {status, data} or {status, error: {code, message, problems, retry_after}}. */
export function request(method, path, body, signal) {
	return send(path, {
		method,
		headers: body && { "Content-Type": "application/json" },
		body: body && JSON.stringify(body),
		signal,
	});
}

/** As request; `fields` may hold files. */
export function upload(path, fields) {
	const body = new FormData();
	for (const [name, value] of Object.entries(fields)) body.append(name, value);
	return send(path, { method: "POST", body });
}

async function send(path, { method, headers, body, signal }) {
	let response;
	try {
		response = await fetch(path, {
			method,
			headers: {
				Accept: "application/json",
				"X-Frappe-CSRF-Token": frappe.csrf_token,
				...headers,
			},
			body,
			signal,
		});
	} catch {
		return failed(0, "connection_lost", __("The connection to the site was lost."));
	}
	const answer = await response.json().catch(() => null);
	if (answer && "data" in answer) return { status: response.status, data: answer.data };
	if (answer?.error?.message) {
		const retry_after = Number(response.headers.get("Retry-After")) || null;
		const error = { problems: [], ...answer.error, retry_after };
		return { status: response.status, error };
	}
	// a reverse proxy, or Frappe before it reached us
	const text = __("The site answered with status {0}.", [response.status]);
	return failed(response.status, "frappe", text);
}

function failed(status, code, message) {
	return { status, error: { code, message, problems: [], retry_after: null } };
}

function path_of(quotation) {
	return `/api/v1/quotations/${encodeURIComponent(quotation)}/smartbill/proforma`;
}

export const get = (quotation) => request("GET", path_of(quotation));

export const preview = (quotation) => request("POST", `${path_of(quotation)}?dry_run=1`);

/** What the e-mail of a proforma would say. */
export const email_defaults = (quotation) => request("GET", `${path_of(quotation)}/email`);

/** `step` is what follows the proforma's address, e.g. "cancel" or "invoice/settle". */
export async function post(quotation, step, body) {
	const answer = await request("POST", `${path_of(quotation)}/${step}`, body || {});
	return step === "invoice"
		? with_doubt(answer, __("The invoice may have been created."))
		: answer;
}

export async function issue(quotation) {
	const answer = await request("POST", path_of(quotation));
	return with_doubt(answer, __("The proforma may have been created."));
}

/** Nobody knows how far a request came that was cut off. */
function with_doubt(answer, doubt) {
	if (["connection_lost", "frappe"].includes(answer.error?.code)) {
		answer.error.message = [answer.error.message, doubt, __("Reload the page to see.")].join(
			" ",
		);
		answer.error.is_open = true;
	}
	return answer;
}

export const start_run = (quotations) => request("POST", RUNS, { quotations });
export const get_run = (name) => request("GET", `${RUNS}/${encodeURIComponent(name)}`);
export const stop_run = (name) => request("POST", `${RUNS}/${encodeURIComponent(name)}/stop`, {});
