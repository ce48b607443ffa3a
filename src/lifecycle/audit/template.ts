// The template behind a prompt: the text with everything left out that changes from call to call (dates, ids, numbers, names, quoted
// and pasted material). Prompts of one program then are equal, or nearly so. What it gives out may be shown: no slot is filled.

/** Instructions stand at the beginning; what comes after this many characters is material. */
const LONGEST = 8000;
const SLOT = '_';

const TAGGED = /<([a-z_][\w-]{0,40})>[^<]{60,}<\/\1>/gi;
const FENCED = /```[^`]*(?:```|$)/g;
/** A line that announces material, and the material up to the next heading. */
const MATERIAL =
  /^[#*\s]*(?:context|documents?|sources?|transcript|tickets?|e-?mails?|article|data|(?:input|customer|user)?[ _]?(?:text|message|input|question|query)|conversation|history|passages?|excerpts?)\W{0,3}:\W*(?:\n|\S).*?(?=\n#|\n<|\n[A-Z][\w ]{2,30}:\s*\n|$(?![\s\S]))/gims;
const QUOTED = /"[^"\n]{1,120}"|“[^”\n]{1,120}”|«[^»\n]{1,120}»/g;
const ADDRESS = /\b[\w.+-]+@[\w.-]+\w|https?:\/\/\S+|\bwww\.\S+/gi;
const CALENDAR =
  /\b(?:january|february|march|april|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|am|pm)\b/gi;
/** A capital inside of a sentence: a name. Words in capitals alone are emphasis or formats. */
const NAME = /(?<=[\p{Ll}\p{N},;)] |_ )\p{Lu}[\p{Ll}'’-]+/gu;

/** The words of the template in lower case, slots as `_`; empty for a text without words. */
export function templateOf(text: string): string {
  const plain = text
    .slice(0, LONGEST)
    .replaceAll(TAGGED, '<$1>')
    .replaceAll(FENCED, SLOT)
    .replaceAll(MATERIAL, SLOT)
    .replaceAll(QUOTED, SLOT)
    .replaceAll(ADDRESS, SLOT)
    .replaceAll(CALENDAR, SLOT)
    .replaceAll(NAME, SLOT);
  const words = plain.split(/[^\p{L}\p{N}_'’]+/u).map((word) => (/\p{N}/u.test(word) ? SLOT : word.toLowerCase()));
  return words
    .filter((word, index) => word !== '' && !(word === SLOT && words[index - 1] === SLOT))
    .join(' ')
    .trim();
}

/** What a first message asks for: its words up to the first colon or line break. What comes after is material. */
export function askTemplateOf(message: string): string {
  const head = /^[^:\n]*/.exec(message.trimStart())?.[0] ?? '';
  const template = templateOf(head);
  return template.split(' ').length >= 3 ? template : templateOf(message.slice(0, 400));
}

const EMPTY = new Set(
  `you are is a an the and or of to in on for with as by at be this that these those it its your our my i we they he she will would should
  can could may must please helpful assistant expert ai act role task given following using use based from into if then when not no do does
  only just who what which how any all each every very best good great well also have has was were but so let us me about their them his her
  user users system model answer respond response reply always never`.split(/\s+/),
);

/** Up to four telling words of a template as a name: `classify-support-ticket`; null when there are none. */
export function nameOf(template: string): string | null {
  const words = template.split(' ').filter((word) => /^[a-z][a-z'’]{2,19}$/.test(word) && !EMPTY.has(word));
  const first = [...new Set(words)].slice(0, 3).map((word) => word.replaceAll(/['’]/g, ''));
  return first.length === 0 ? null : first.join('-');
}

/** The template's beginning for a person to know it by, 60 characters at most. */
export function titleOf(template: string): string {
  const title = template.replaceAll(/(?: ?_)+/g, ' …').trim();
  return title.length <= 60 ? title : `${title.slice(0, 60).replace(/\s\S*$/, '')} …`;
}

/** A name that a log tells as a task's name of a configuration: no slash, no space; null when nothing is left of it. */
export function toTaskName(told: string): string | null {
  const name = told
    .trim()
    .replaceAll(/[^A-Za-z0-9._:@+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/-+$/, '')
    .slice(0, 60);
  return name === '' || /^\d+$/.test(name) ? null : name;
}
