// Calls of our REST routes. XMLHttpRequest, because only it tells how much of an upload is through.

import { fill } from "./data";

const TIMEOUT = 120_000;

export class Api {
	constructor({ api, language, texts }) {
		this.base = api;
		this.language = language;
		this.texts = texts;
	}

	/** Resolves, always, to {status, data} or {status, error: {code, message, problems}}. */
	get(path, options) {
		return this.send("GET", path, null, options);
	}

	post(path, body, options) {
		return this.send("POST", path, body ?? {}, options);
	}

	send(method, path, body, { timeout = TIMEOUT, on_progress, signal } = {}) {
		return new Promise((resolve) => {
			const request = new XMLHttpRequest();
			request.open(method, this.address(path));
			request.timeout = timeout;
			request.setRequestHeader("Accept", "application/json");
			// visitors who are signed in have a token, guests have none
			const token = window.frappe?.csrf_token;
			if (token && token !== "None") request.setRequestHeader("X-Frappe-CSRF-Token", token);
			request.onload = () => resolve(this.read(request));
			request.onerror = () => resolve(this.broken(method));
			request.ontimeout = () => resolve(this.broken(method));
			request.onabort = () => resolve(failed(0, "aborted", ""));
			signal?.addEventListener("abort", () => request.abort());
			if (on_progress) {
				request.upload.onprogress = ({ lengthComputable, loaded, total }) =>
					lengthComputable && on_progress(Math.round((100 * loaded) / total));
			}
			if (body && !(body instanceof FormData)) {
				request.setRequestHeader("Content-Type", "application/json");
				body = JSON.stringify(body);
			}
			request.send(body);
		});
	}

	/** The page decides about the language of the answers, not the browser. */
	address(path) {
		return `${this.base}${path}${path.includes("?") ? "&" : "?"}_lang=${this.language}`;
	}

	read(request) {
		const answer = parse(request.responseText);
		if (answer && "data" in answer) return { status: request.status, data: answer.data };
		const error = answer?.error;
		if (request.status === 429) {
			const minutes = Math.ceil(
				(Number(request.getResponseHeader("Retry-After")) || 60) / 60,
			);
			const text =
				error?.code === "too_fast" ? error.message : fill(this.texts.too_many, minutes);
			return failed(429, error?.code || "too_many_requests", text);
		}
		if (error?.message) {
			return { status: request.status, error: { problems: [], ...error } };
		}
		// a reverse proxy, or Frappe before it reached our route
		const text = request.status === 413 ? this.texts.too_large : this.texts.failed;
		return failed(request.status, "unexpected", text);
	}

	/** Whether a request arrived is known only when the browser says that it is offline. */
	broken(method) {
		const sure = method === "GET" || navigator.onLine === false;
		return failed(0, "connection_lost", sure ? this.texts.offline : this.texts.unknown);
	}
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function failed(status, code, message) {
	return { status, error: { code, message, problems: [] } };
}
