// Frappe's charts in the desk's colours. What they show is in the table beside them too, so they are hidden from those
// who hear the page.
import { html } from "./parts";

const HEIGHT = 190;
// below that labels are cut
const NARROW = 500;

/** A place for a chart; drawn by `draw_chart` once it is on the page. */
export const chart_place = (name) =>
	html`<div class="sb-360-chart" data-chart="${name}" aria-hidden="true"></div>`;

/**
 * `series` are [{name, values}], one value a label; `format(value)` is what a pointer is told. Colours are Frappe's
 * names of them, a series each. `short_labels` are for a telephone.
 */
export function draw_chart($area, name, { labels, short_labels, series, format, colors }) {
	const place = $area.find(`[data-chart="${name}"]`)[0];
	if (!place) return;
	const is_narrow = place.offsetWidth && place.offsetWidth < NARROW;
	const options = {
		type: "bar",
		height: HEIGHT,
		colors: colors.map(css_color),
		data: { labels: (is_narrow && short_labels) || labels, datasets: series },
		animate: 0,
		// it would be lost when the window changes meanwhile
		disableEntryAnimation: 1,
		truncateLegends: 0,
		axisOptions: {
			xAxisMode: "tick",
			xIsSeries: is_narrow && !short_labels ? 1 : 0,
			shortenYAxisNumbers: 1,
		},
		barOptions: { spaceRatio: 0.55 },
		tooltipOptions: { formatTooltipY: format },
	};
	// it measures its place
	const draw = () => {
		if (!place.isConnected) return;
		const chart = new frappe.Chart(place, options);
		// by itself it shows nothing for most of a second
		chart.update(options.data);
		$(place).data("chart", chart);
	};
	if (place.offsetWidth) draw();
	else requestAnimationFrame(draw);
}

/** Before what they stand in is replaced: they follow the window's width. */
export function leave_charts($area) {
	$area.find("[data-chart]").each((_place, element) => $(element).data("chart")?.destroy());
}

/** The chart library takes no CSS variables. */
function css_color(name) {
	const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}-500`);
	return value.trim() || name;
}
