// Prompt caching as the two providers do it: OpenAI by itself in steps of 128 tokens, Anthropic up to marked breakpoints.
// Entries belong to one scope (organisation and model) and never cross it; there is no other state between requests.
import type { SimulatedClock } from './clock.ts';
import { hexOf } from './draw.ts';
import type { CacheTtl, PromptBlock } from './request.ts';
import { countTokens, toPieces } from './tokens.ts';

const MIN_TOKENS = 1_024;
const STEP_TOKENS = 128;
/** OpenAI forgets a prefix that nobody asked for in this time. */
const AUTOMATIC_TTL_MS = 10 * 60_000;
const TTL_MS: Readonly<Record<CacheTtl, number>> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };
/** Anthropic looks at so many blocks for an earlier entry, the marked one being the first. */
const LOOKBACK_BLOCKS = 20;
const MAX_ENTRIES = 50_000;

/** Where the tokens of one prompt came from; the four classes are disjoint and add up to the prompt. */
export interface PromptUse {
  fresh: number;
  read: number;
  write5m: number;
  write1h: number;
}

export interface PromptCache {
  /** OpenAI's way: the longest known prefix is read, and the whole prompt is remembered. */
  useAutomatic: (scope: string, blocks: readonly PromptBlock[]) => PromptUse;
  /** Anthropic's way: nothing happens without a breakpoint; reading prolongs an entry's life. */
  useBreakpoints: (scope: string, blocks: readonly PromptBlock[]) => PromptUse;
}

interface Entry {
  expiresAtMs: number;
  ttlMs: number;
}

/** Entries with a time to live; the ones longest unused go first when there are too many. */
function createEntries(clock: SimulatedClock) {
  const entries = new Map<string, Entry>();
  const keep = (key: string, ttlMs: number): void => {
    entries.delete(key);
    entries.set(key, { expiresAtMs: clock.now() + ttlMs, ttlMs });
    const [oldest] = entries.keys();
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
  };
  /** Whether the key is alive; being asked for makes it live on. */
  const touch = (key: string): boolean => {
    const entry = entries.get(key);
    if (entry === undefined || entry.expiresAtMs <= clock.now()) return false;
    keep(key, entry.ttlMs);
    return true;
  };
  return { keep, touch };
}

/** Digests of every prefix that OpenAI caches, shortest first, with their lengths. */
function automaticPrefixes(scope: string, pieces: readonly string[]): { key: string; tokens: number }[] {
  const prefixes: { key: string; tokens: number }[] = [];
  let key = `auto|${scope}`;
  for (let end = STEP_TOKENS; end <= pieces.length; end += STEP_TOKENS) {
    key = hexOf(`${key}|${pieces.slice(end - STEP_TOKENS, end).join('')}`, 32);
    if (end >= MIN_TOKENS) prefixes.push({ key, tokens: end });
  }
  return prefixes;
}

interface Boundary extends Pick<PromptBlock, 'run'> {
  key: string;
  /** Tokens of the prompt up to and including this block. */
  tokens: number;
  cacheTtl: CacheTtl | null;
}

function blockBoundaries(scope: string, blocks: readonly PromptBlock[]): Boundary[] {
  let key = `marked|${scope}`;
  let tokens = 0;
  return blocks.map(({ text, cacheTtl, run }) => {
    key = hexOf(`${key}|${text}`, 32);
    tokens += countTokens(text);
    return { key, tokens, cacheTtl: tokens >= MIN_TOKENS ? cacheTtl : null, ...(run === undefined ? {} : { run }) };
  });
}

export function createPromptCache(clock: SimulatedClock): PromptCache {
  const { keep, touch } = createEntries(clock);

  /** Length of the longest living prefix that one of the breakpoints can see. */
  const findRead = (boundaries: readonly Boundary[]): number => {
    let seen = 0;
    for (let index = boundaries.length - 1; index >= 0; index -= 1) {
      const boundary = boundaries[index] as Boundary;
      if (boundary.cacheTtl !== null) seen = LOOKBACK_BLOCKS;
      if (seen > 0 && touch(boundary.key)) return boundary.tokens;
      if (boundary.run === undefined || boundary.run !== boundaries[index - 1]?.run) seen -= 1;
    }
    return 0;
  };

  return {
    useAutomatic: (scope, blocks) => {
      const pieces = blocks.flatMap(({ text }) => toPieces(text));
      const prefixes = automaticPrefixes(scope, pieces);
      const read = prefixes.findLast(({ key }) => touch(key))?.tokens ?? 0;
      for (const { key } of prefixes) keep(key, AUTOMATIC_TTL_MS);
      return { fresh: pieces.length - read, read, write5m: 0, write1h: 0 };
    },
    useBreakpoints: (scope, blocks) => {
      const boundaries = blockBoundaries(scope, blocks);
      const marked = boundaries.filter((boundary) => boundary.cacheTtl !== null);
      const read = findRead(boundaries);
      const lengthOf = (ttl?: CacheTtl): number =>
        Math.max(read, marked.findLast(({ cacheTtl }) => ttl === undefined || cacheTtl === ttl)?.tokens ?? 0);
      const written1h = lengthOf('1h');
      const written = lengthOf();
      for (const { key, cacheTtl, tokens } of marked) {
        if (tokens > read && cacheTtl !== null) keep(key, TTL_MS[cacheTtl]);
        else touch(key);
      }
      const total = boundaries.at(-1)?.tokens ?? 0;
      return { fresh: total - written, read, write5m: written - written1h, write1h: written1h - read };
    },
  };
}
