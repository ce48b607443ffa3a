// What can be told of a request's text without a model: language, code, tables, formulas. Each fact is looked for when
// somebody asks, once per request. Null means that it cannot be told; a rule then does not match.
import type { View } from '../call/view.ts';
import { detectLanguage } from './language.ts';

export interface Facts {
  /** ISO 639-1 code of the user's last turn. */
  readonly language: string | null;
  readonly hasCode: boolean | null;
  readonly hasTables: boolean | null;
  readonly hasMath: boolean | null;
}

/** Longer texts are judged by their beginning and end, where the user's words are. */
const LONGEST = 40_000;

const FENCE = /^\s{0,3}(?:```|~~~)/m;
/** Lines that are hardly ever prose: declarations, includes, diffs, tags of a document, shell prompts. */
const CODE_LINE =
  /^\s*(?:(?:export |public |private |static |async )*(?:function|class|interface|enum|struct|fn|func|def|impl)\s+\w+\s*[(<{:]|(?:const|let|var)\s+[\w{[].*=|import\s+[\w{*'"].*(?:from\s+['"]|;$)|from\s+[\w.]+\s+import\s|#include\s*[<"]|(?:SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s.+\sSET|CREATE\s+TABLE)\s|diff --git |@@ -\d+|<(?:!DOCTYPE|!doctype|html|div|script|\?xml|\?php)\b|return\s.*;$|}\s*(?:else|catch|finally)\b|if\s*\(.*\)\s*{)/m;
const MARKDOWN_TABLE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$/m;
const HTML_TABLE = /<table[\s>]/i;
/** Three lines in a row with the same number of tabs, two at least. */
const TAB_TABLE = /^(?:[^\t\n]*\t){2,}[^\t\n]*\n(?:[^\t\n]*\t){2,}[^\t\n]*\n(?:[^\t\n]*\t){2,}[^\t\n]*$/m;
const TEX = /\$\$|\\\[|\\\(|\\(?:frac|sum|int|sqrt|lim|begin\{(?:equation|align|matrix|cases))\b|[∑∫√∂∇≤≥≠≈∞∈∀∃]/;
/** `3x + 5 = 20`, `f(x) = x^2`, `12 * (4 + 7)`: an operator between terms, and a digit or a power. */
const FORMULA =
  /(?:\d[a-z]?|\w\([a-z]\)|\b[a-z])\s*(?:\^\s*\d|[*×÷]\s*\(?\s*\d|=\s*[-+]?\d*[a-z]?\s*[-+*/^]\s*\d|[-+]\s*\d+\s*=)/;

/** The texts that facts are told from. */
type Readable = Pick<View, 'ask' | 'text'>;

const REMEMBERED = new WeakMap<Readable, Facts>();

export function factsOf(view: Readable): Facts {
  let facts = REMEMBERED.get(view);
  if (facts === undefined) {
    facts = new TextFacts(view);
    REMEMBERED.set(view, facts);
  }
  return facts;
}

class TextFacts implements Facts {
  private readonly view: Readable;
  private sample: string | undefined;
  private spoken: string | null | undefined;

  constructor(view: Readable) {
    this.view = view;
  }

  get language(): string | null {
    if (this.spoken === undefined) this.spoken = detectLanguage(this.view.ask.slice(0, LONGEST));
    return this.spoken;
  }

  get hasCode(): boolean | null {
    return this.find(FENCE, CODE_LINE);
  }

  get hasTables(): boolean | null {
    return this.find(MARKDOWN_TABLE, HTML_TABLE, TAB_TABLE);
  }

  get hasMath(): boolean | null {
    return this.find(TEX, FORMULA);
  }

  /** A text without a word tells nothing either way. */
  private find(...patterns: RegExp[]): boolean | null {
    if (this.sample === undefined) {
      const { text } = this.view;
      this.sample = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
    }
    const { sample } = this;
    return sample.trim() === '' ? null : patterns.some((pattern) => pattern.test(sample));
  }
}
