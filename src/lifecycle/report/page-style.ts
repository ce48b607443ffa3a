// How the page of a report looks: one column that breathes, light or dark, on paper too.
import { DARK, LIGHT } from './chart/style.ts';
import { type Markup, markup } from './markup.ts';

function colours(palette: typeof LIGHT, page: string, line: string): Markup {
  const { ground, ink, muted, accent, good, gated, next, warning } = palette;
  return markup`--page:${page};--ground:${ground};--ink:${ink};--muted:${muted};--accent:${accent};--good:${good};--gated:${gated};--next:${next};--line:${line};--warning:${warning}`;
}

export const pageStyle: Markup = markup`
:root{color-scheme:light dark;${colours(LIGHT, '#f4f5f7', '#dde2e7')}}
@media screen and (prefers-color-scheme:dark){:root{${colours(DARK, '#0e1216', '#2a323b')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:40px 24px 72px}
header{margin-bottom:24px}
h1{font-size:2rem;line-height:1.2;margin:0;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.35rem;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
h3{font-size:1rem;margin:20px 0 4px}
p{margin:0 0 12px;max-width:88ch}
a{color:var(--accent);text-underline-offset:2px}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.eyebrow{margin:0 0 6px;color:var(--accent);font-size:.8rem;font-weight:650;letter-spacing:.06em;text-transform:uppercase}
.meta,.quiet{color:var(--muted)}
.meta{font-size:.9rem;margin-top:6px;overflow-wrap:anywhere}
.quiet{font-size:.85em;font-weight:400}
section{background:var(--ground);border:1px solid var(--line);border-radius:12px;padding:24px;margin:0 0 20px}
.headline{font-size:1.4rem;line-height:1.35;font-weight:600;letter-spacing:-.01em;margin-bottom:8px;text-wrap:balance}
.advice{font-size:1.05rem;max-width:none}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:28px 40px;align-items:start;margin:20px 0 24px}
figure{margin:0 0 28px;min-width:0}
.figures figure:last-child{margin-bottom:0}
figcaption{font-size:.9rem;line-height:1.45;color:var(--muted);margin-bottom:10px}
figcaption strong{color:var(--ink)}
svg.chart{display:block;width:100%;max-width:480px;height:auto;overflow:visible}
details{margin-top:6px;font-size:.9rem}
summary{cursor:pointer;color:var(--accent);width:fit-content}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.scroll{overflow-x:auto;margin:12px 0 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.4;font-variant-numeric:tabular-nums}
.figures th,.figures td{padding:6px}
.figures table{font-size:.84rem}
caption{text-align:left;color:var(--muted);font-size:.85rem;padding-bottom:4px}
th,td{padding:8px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{font-weight:600;color:var(--muted);font-size:.82rem;vertical-align:bottom}
tbody th{font-weight:600;min-width:9ch}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
tbody tr:last-child>*{border-bottom:0}
.figure{text-align:right;white-space:nowrap}
thead .figure{white-space:normal}
.chip{display:inline-block;padding:1px 9px;border-radius:99px;font-size:.85rem;line-height:1.5;white-space:nowrap;color:var(--ink);background:var(--next);border:1px solid transparent}
.chip.default{background:var(--good)}
.chip.gated{background:var(--gated)}
.chip.undecided{background:none;border:1px dashed var(--muted)}
ul{margin:0;padding-left:20px;max-width:90ch}
ul.warnings{margin:0 0 12px;padding:10px 16px 10px 34px;border-left:4px solid var(--warning);background:var(--page);border-radius:4px}
li{margin:3px 0;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:8px 20px;margin:12px 0 20px;font-size:.92rem}
dt{font-weight:600}
dd{margin:0;max-width:80ch}
.method table{font-size:.82rem}
@media (max-width:640px){
main{padding:24px 12px 48px}
section{padding:16px;border-radius:10px}
h1{font-size:1.6rem}
.headline{font-size:1.08rem}
dl{grid-template-columns:1fr;gap:2px}
dd{margin-bottom:10px}
table,tbody,tr,caption{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
tbody tr{padding:10px 0;border-bottom:1px solid var(--line)}
tbody tr:last-child{border-bottom:0}
tbody th,tbody td{display:flex;justify-content:space-between;gap:16px;padding:2px 0;border:0;text-align:right;white-space:normal}
tbody th{display:block;text-align:left;font-size:1rem}
tbody td::before{content:attr(data-column);color:var(--muted);font-weight:400;text-align:left;flex:none}
}
@media print{
@page{margin:14mm}
body{background:none;font-size:10.5pt}
main{max-width:none;padding:0}
section{border:0;padding:0;margin:0 0 18pt;border-radius:0}
section.task,section.sure{break-before:page}
figure,tr,.advice,.headline{break-inside:avoid}
h2,h3,caption{break-after:avoid}
.figures{grid-template-columns:1fr 1fr;gap:14pt 18pt}
.scroll{overflow:visible}
details{display:none}
.chip,svg.chart{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
