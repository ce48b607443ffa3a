// A strict reader of HTML and SVG for tests: what a browser would mend, it refuses. Enough to find elements and what they say.
import assert from 'node:assert/strict';

export interface Element {
  tag: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
}

const VOID = new Set(['meta', 'br', 'wbr']);
const TOKEN = /<!doctype html>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The tree under a nameless root. Fails for a stray sign, a tag that is not closed where it should be, an entity that nobody needs. */
export function readMarkup(text: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    assert.ok(match !== null, `cannot be read: ${text.slice(at, at + 80)}`);
    const [, isEnd, tag, attributes = '', isClosed, said] = match;
    const parent = open.at(-1) as Element;
    if (said !== undefined) parent.children.push(parent.tag === 'style' ? said : decode(said));
    else if (tag !== undefined && isEnd === '/') assert.equal(open.pop()?.tag, tag, `</${tag}> closes something else`);
    else if (tag !== undefined) {
      const element: Element = { tag, attributes: readAttributes(attributes), children: [] };
      parent.children.push(element);
      if (isClosed === '' && !VOID.has(tag)) open.push(element);
    }
  }
  assert.deepEqual(
    open.map(({ tag }) => tag),
    [''],
    'something is not closed',
  );
  return root;
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decode(value)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function decode(text: string): string {
  return text.replaceAll(/&([^;\s]*);?/g, (whole, name: string) => {
    const sign = ENTITIES[name];
    assert.ok(sign !== undefined, `${whole} is not escaped as it should be`);
    return sign;
  });
}

/** Every element below, in the order of the text, with that tag and, where one is named, that class. */
export function all(element: Element, tag: string, className?: string): Element[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    const classes = (child.attributes['class'] ?? '').split(' ');
    const isIt = child.tag === tag && (className === undefined || classes.includes(className));
    return [...(isIt ? [child] : []), ...all(child, tag, className)];
  });
}

/** What an element says, without what is only for its style. */
export function textOf(element: Element | undefined): string {
  assert.ok(element !== undefined, 'there is no such element');
  if (element.tag === 'style') return '';
  const text = element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
  return element.tag === 'br' ? ' ' : text;
}

/** Rows of cells of the table with that caption. */
export function tableOf(page: Element, caption: string): string[][] {
  const table = all(page, 'table').find((one) => textOf(all(one, 'caption')[0]) === caption);
  assert.ok(table !== undefined, `there is no table ${caption}`);
  return all(table, 'tr').map((row) =>
    row.children.flatMap((cell) => (typeof cell === 'string' ? [] : [textOf(cell)])),
  );
}
