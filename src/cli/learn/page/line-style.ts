// How lines of an assessment look, several in one chart: told apart by dashes and width as well as by colour.
import { DARK, LIGHT } from '../../../lifecycle/report/chart/style.ts';
import { type Markup, markup } from '../../../lifecycle/report/markup.ts';

/** By what a line stands for; the same in every chart. */
export type LineClass = 'policy' | 'second' | 'third' | 'plain' | 'rough' | 'best' | 'chance';

function rules({ ground, ink, muted, accent, warning }: typeof LIGHT): Markup {
  return markup`
.chart .policy{stroke:${accent}}
.chart .second,.chart .third{stroke:${warning}}
.chart .plain,.chart .rough,.chart .chance{stroke:${muted}}
.chart .best{stroke:${ink}}
.chart .level-dot{fill:${accent}}
.chart .alone{fill:${ink};stroke:${ground}}
.chart .open{fill:${ground};stroke:${muted}}`;
}

export const lineStyle: Markup = markup`
.figures.small{grid-template-columns:repeat(auto-fit,minmax(min(100%,260px),1fr));gap:20px 32px}
.small svg.chart{max-width:320px}
.small figure{margin-bottom:0}
@media (min-width:641px),print{.lead td:last-child{min-width:19ch}}
@media print{section>p{break-after:avoid}}
.chart .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:butt}
.chart .third{stroke-dasharray:7 3}
.chart .plain{stroke-width:1.5;stroke-dasharray:5 3}
.chart .rough{stroke-width:1.5;stroke-dasharray:2 2}
.chart .best{stroke-width:1.5;stroke-dasharray:1 3;stroke-linecap:round}
.chart .chance{stroke-width:1}
.chart .alone,.chart .open{stroke-width:1.5}
.chart .level-dot{opacity:.55}${rules(LIGHT)}
@media screen and (prefers-color-scheme:dark){${rules(DARK)}}
`;
