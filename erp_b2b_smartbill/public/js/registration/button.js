// A button that works on something: it cannot be pressed twice, says so, and always comes back.

/** Run `work` once; resolves to what it returned, or to undefined while another press is at work. */
export async function press(button, busy_text, work) {
	if (button.disabled) return undefined;
	const label = button.textContent;
	button.disabled = true;
	button.setAttribute("aria-busy", "true");
	button.textContent = busy_text;
	try {
		return await work((text) => (button.textContent = text));
	} finally {
		button.disabled = false;
		button.removeAttribute("aria-busy");
		button.textContent = label;
	}
}
