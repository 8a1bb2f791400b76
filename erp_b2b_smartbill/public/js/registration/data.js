// What the server gave the page to work with.

export function page_data() {
	return JSON.parse(document.getElementById("b2b-data").textContent);
}

/** Put values into the places {0}, {1} of a sentence. */
export function fill(sentence, ...values) {
	return sentence.replace(/\{(\d)\}/g, (place, index) => values[index] ?? place);
}
