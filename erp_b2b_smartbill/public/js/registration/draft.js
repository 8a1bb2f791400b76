// What was typed survives a reload of the tab: in this tab only, without bank account, documents and consent.

const KEY = "b2b-registration-draft";

export function read_draft() {
	try {
		return JSON.parse(sessionStorage.getItem(KEY)) || null;
	} catch {
		return null;
	}
}

export function write_draft(values) {
	if (!Object.keys(values).length) return forget_draft();
	try {
		sessionStorage.setItem(KEY, JSON.stringify(values));
	} catch {
		// a browser that keeps nothing
	}
}

export function forget_draft() {
	try {
		sessionStorage.removeItem(KEY);
	} catch {
		// a browser that keeps nothing
	}
}
