// How charts look: two palettes, told apart by lightness as well as by hue (blue, amber, vermilion of Okabe and Ito, 2008), and the rules
// that both share. Colours stand in the rules themselves, because not every reader of SVG knows variables.
import { type Markup, markup } from '../markup.ts';

interface Palette {
  ground: string;
  ink: string;
  muted: string;
  grid: string;
  accent: string;
  warning: string;
  good: string;
  gated: string;
  next: string;
}

export const LIGHT: Palette = {
  ground: '#ffffff',
  ink: '#1c2530',
  muted: '#586473',
  grid: '#e4e8ec',
  accent: '#0069a8',
  warning: '#b84a00',
  good: '#d3e8f7',
  gated: '#fbe7bd',
  next: '#e8eaed',
};

export const DARK: Palette = {
  ground: '#161b21',
  ink: '#e7ebf0',
  muted: '#9fabb8',
  grid: '#2c343d',
  accent: '#5ab4ea',
  warning: '#f08a4b',
  good: '#17405f',
  gated: '#54420f',
  next: '#2b3138',
};

function rules({ ground, ink, muted, grid, accent, warning, good, gated, next }: Palette): Markup {
  return markup`
.chart .ground{fill:${ground}}
.chart text{fill:${ink}}
.chart .muted{fill:${muted}}
.chart .grid{stroke:${grid}}
.chart .axis,.chart .whisker,.chart .tick{stroke:${muted}}
.chart .level{stroke:${muted}}
.chart .hull,.chart .gainless{stroke:${accent}}
.chart .under{fill:${accent}}
.chart .name{stroke:${ground}}
.chart .point,.chart .bar,.chart .p95{fill:${accent};stroke:${ground}}
.chart .off,.chart .max{fill:${ground};stroke:${muted}}
.chart .ring{stroke:${accent}}
.chart .track{fill:${grid}}
.chart .budget{stroke:${warning}}
.chart .over{fill:${warning}}
.chart .good{fill:${good}}
.chart .gated{fill:${gated}}
.chart .next{fill:${next}}
.chart .p50{fill:${ink};stroke:${ground}}`;
}

/** For a page's style, or for that of a file that stands alone. Paper is always light. */
export const chartStyle: Markup = markup`
.chart{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.chart .grid,.chart .axis,.chart .tick{stroke-width:1;fill:none}
.chart .whisker{stroke-width:1.75;fill:none}
.chart .level{stroke-width:1;stroke-dasharray:2 3;fill:none}
.chart .hull{stroke-width:2;fill:none}
.chart .gainless{stroke-width:1.5;stroke-dasharray:4 4;fill:none}
.chart .under{opacity:.09}
.chart .point,.chart .p95,.chart .p50{stroke-width:1.5}
.chart .off,.chart .max{stroke-width:1.75}
.chart .ring{stroke-width:1.75;fill:none}
.chart .budget{stroke-width:2;stroke-dasharray:5 3;fill:none}
.chart .name{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}
.chart .strong{font-weight:650}
.chart .small{font-size:11px}${rules(LIGHT)}
@media screen and (prefers-color-scheme:dark){${rules(DARK)}}
`;
