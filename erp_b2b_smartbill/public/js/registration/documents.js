// The documents of a form: chosen or dropped, checked before they are sent, listed with a way to take them out.

import { fill } from "./data";
import { el, say } from "./dom";

export class Documents {
	/** `field` holds what templates/b2b/fields.html makes. */
	constructor(field, limits) {
		this.field = field;
		this.limits = limits;
		this.files = [];
		this.list = field.querySelector("[data-files]");
		this.error = field.querySelector(".b2b-error");
		this.input = field.querySelector("input[type=file]");
		this.input.addEventListener("change", () => {
			this.add([...this.input.files]);
			// the same document may be chosen again after it was taken out
			this.input.value = "";
		});
		this.listen_for_drops(field.querySelector("[data-drop]"));
	}

	listen_for_drops(zone) {
		for (const kind of ["dragenter", "dragover"]) {
			zone.addEventListener(kind, (event) => {
				event.preventDefault();
				zone.classList.add("b2b-drop-over");
			});
		}
		for (const kind of ["dragleave", "drop"]) {
			zone.addEventListener(kind, () => zone.classList.remove("b2b-drop-over"));
		}
		zone.addEventListener("drop", (event) => {
			event.preventDefault();
			this.add([...event.dataTransfer.files]);
		});
		// a document dropped beside the zone must not replace the page and all that was typed
		for (const kind of ["dragover", "drop"]) {
			window.addEventListener(kind, (event) => {
				if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
			});
		}
	}

	add(files) {
		const problems = [];
		for (const file of files) {
			const problem = this.problem_of(file);
			if (problem) problems.push(problem);
			else this.files.push(file);
		}
		this.show_error([...new Set(problems)].join(" "));
		this.draw();
	}

	problem_of(file) {
		const { texts, max_files, max_bytes } = this.limits;
		const is_there = ({ name, size, lastModified }) =>
			name === file.name && size === file.size && lastModified === file.lastModified;
		if (this.files.some(is_there)) return null;
		if (!this.has_right_type(file)) return fill(texts.wrong_type, file.name);
		if (!file.size) return fill(texts.empty, file.name);
		if (file.size > max_bytes) return fill(texts.too_large, file.name);
		if (this.files.length >= max_files) return texts.too_many;
		return null;
	}

	/** By name or by what the browser says; the server looks into it. */
	has_right_type({ name, type }) {
		const extension = name.split(".").pop().toLowerCase();
		return this.limits.types.includes(type) || this.limits.extensions.includes(extension);
	}

	draw() {
		this.list.replaceChildren(...this.files.map((file) => this.row(file)));
	}

	row(file) {
		const remove = () => {
			this.files = this.files.filter((other) => other !== file);
			this.show_error("");
			this.draw();
			this.input.focus();
		};
		const label = fill(this.limits.texts.remove, file.name);
		return el(
			"li.b2b-file",
			el("span.b2b-file-name", file.name),
			el("span.b2b-file-size", size_text(file.size)),
			el(
				"button.b2b-file-remove",
				{ type: "button", onclick: remove, "aria-label": label, title: label },
				"×",
			),
		);
	}

	show_error(text) {
		say(this.error, text);
		this.field.classList.toggle("b2b-invalid", Boolean(text));
		if (text) this.input.setAttribute("aria-invalid", "true");
		else this.input.removeAttribute("aria-invalid");
	}

	append_to(form_data) {
		for (const file of this.files) form_data.append("documents", file, file.name);
	}

	clear() {
		this.files = [];
		this.show_error("");
		this.draw();
	}
}

function size_text(bytes) {
	const megabytes = bytes / (1024 * 1024);
	const number = (value, digits) =>
		value.toLocaleString(document.documentElement.lang || undefined, {
			maximumFractionDigits: digits,
		});
	return megabytes >= 1
		? `${number(megabytes, 1)} MB`
		: `${number(Math.max(1, bytes / 1024), 0)} KB`;
}
