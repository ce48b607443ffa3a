// Takes the tests of a promptfoo configuration over as samples, and names everything that could not be taken over. Sources: promptfoo's pages
// of test cases, prompts and its reference (promptfoo.dev/docs/configuration), 2026-11-28.
import { dirname } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../../call/json.ts';
import { type SampleLine, toSample } from '../../samples/sample.ts';
import { takeOver } from './assertion.ts';
import { type Prompt, pathOf, readData, readPrompts } from './promptfoo-files.ts';
import {
  asList,
  asObject,
  asText,
  combinationsOf,
  mergeTests,
  readDefault,
  readTests,
  varsOf,
} from './promptfoo-tests.ts';
import { fillIn, fillInAll, type Vars } from './template.ts';

export interface Imported {
  lines: SampleLine[];
  /** What was left out, each kind once: where, what and why. */
  left: Left[];
}

export interface Left {
  /** `tests[3]`, `defaultTest`, `the configuration`. */
  at: string;
  say: string;
}

export interface ImportOptions {
  /** The configuration's file. */
  path: string;
  /** Label or number (from 1) of the prompt; null: there is only one. */
  prompt: string | null;
  /** The configured model that judges by rubrics; null: rubrics are not taken over. */
  judge: string | null;
}

/** Throws Error when nothing can be taken over: no tests, no prompt that can be used. */
export function importPromptfoo(options: ImportOptions): Imported {
  const folder = dirname(options.path);
  const config = readData(options.path);
  if (!isObject(config)) throw new Error(`${options.path} is no promptfoo configuration.`);
  const prompt = choosePrompt(readPrompts(config.prompts, folder), options.prompt);
  const left: Left[] = leftOfConfig(config);
  const usual = readDefault(config.defaultTest, folder);
  const found = readTests(config.tests, folder, (at, say) => left.push({ at, say }));
  if (found.length === 0 && left.length === 0) throw new Error(`${options.path} has no tests.`);
  const lines: SampleLine[] = [];
  for (const { test, at } of found) {
    try {
      lines.push(...linesOf(mergeTests(usual, test), { ...options, folder, prompt, at, left }));
    } catch (error) {
      left.push({ at, say: `the test is left out: ${(error as Error).message}` });
    }
  }
  return { lines, left };
}

function choosePrompt(prompts: readonly Prompt[], wanted: string | null): Prompt {
  const list = prompts.map(({ label }, index) => `${index + 1}: ${shorten(label)}`).join('; ');
  const chosen =
    wanted === null
      ? prompts.length === 1
        ? prompts[0]
        : undefined
      : (prompts.find(({ label }) => label === wanted) ?? prompts[Number(wanted) - 1]);
  if (chosen !== undefined) return chosen;
  const reason = wanted === null ? 'A task has one prompt' : `There is no prompt ${JSON.stringify(wanted)}`;
  throw new Error(`${reason}: choose one with --prompt. There are ${list || 'none'}.`);
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

/** Sections that change what is sent or judged. Providers, outputs and options of the command line are not a test's matter. */
function leftOfConfig(config: JsonObject): Left[] {
  const sections = ['scenarios', 'nunjucksFilters', 'extensions', 'transform', 'derivedMetrics', 'redteam'];
  return sections
    .filter((key) => config[key] !== undefined)
    .map((key) => ({ at: key, say: 'is not supported and left out' }));
}

interface TestContext extends Pick<ImportOptions, 'judge'> {
  folder: string;
  prompt: Prompt;
  at: string;
  left: Left[];
}

/** Throws Error for a test that cannot be taken over at all. */
function linesOf(test: JsonObject, context: TestContext): SampleLine[] {
  const options = asObject(test.options);
  for (const key of ['transformVars', 'transform', 'storeOutputAs'])
    if (options[key] !== undefined) throw new Error(`\`options.${key}\` is not supported`);
  if (test.threshold !== undefined && Number(test.threshold) < 1)
    throw new Error('`threshold` lets some assertions fail; here all of them have to hold');
  return combinationsOf(varsOf(test, context.folder), options.disableVarExpansion === true).map((vars) => {
    const accept: JsonObject[] = [];
    let reference: Json | undefined;
    const all = flatten(asList(test.assert)).map((assertion) => takeAssertion(assertion, vars, context));
    if (all.length > 0 && all.every((taken) => taken === null))
      throw new Error('none of its assertions could be taken over, so nothing would check its answers');
    for (const taken of all) {
      accept.push(...(taken?.gates ?? []));
      reference = taken?.reference ?? reference;
    }
    const tags = tagsOf(test);
    const line = {
      ...requestOf(context.prompt.template, vars, options),
      ...(reference === undefined ? {} : { reference }),
      ...(accept.length === 0 ? {} : { accept }),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    };
    toSample(line);
    return line as unknown as SampleLine;
  });
}

function takeAssertion(
  written: JsonObject,
  vars: Vars,
  { at, left, folder, judge }: TestContext,
): { gates: JsonObject[]; reference?: Json | undefined } | null {
  const type = asText(written.type);
  const leave = (say: string): null => {
    left.push({ at, say: `the assertion ${type} is left out: ${say}` });
    return null;
  };
  if (written.weight === 0) return leave('its weight is 0');
  for (const key of ['transform', 'contextTransform']) if (written[key] !== undefined) return leave(`it has a ${key}`);
  try {
    const value = written.value === undefined ? undefined : fillInAll(written.value, vars);
    const threshold = typeof written.threshold === 'number' ? written.threshold : null;
    const options = { judge, readData: (reference: string) => readData(pathOf(reference, folder)) };
    const taken = takeOver({ type, value, threshold }, options);
    return 'refused' in taken ? leave(taken.refused) : taken;
  } catch (error) {
    return leave((error as Error).message);
  }
}

/** A set of which all have to hold is what its members are; another one has no equivalent. */
function flatten(list: readonly Json[]): JsonObject[] {
  return list.flatMap((item): JsonObject[] => {
    if (!isObject(item)) return [];
    const isWhole = item.type === 'assert-set' && (item.threshold === undefined || item.threshold === 1);
    return isWhole ? flatten(asList(item.assert)) : [item];
  });
}

function requestOf(template: Json, vars: Vars, { prefix = '', suffix = '' }: JsonObject): JsonObject {
  if (typeof template === 'string') return { prompt: fillIn(`${asText(prefix)}${template}${asText(suffix)}`, vars) };
  const filled = fillInAll(template, vars);
  if (!Array.isArray(filled) || !filled.every(isObject)) throw new Error('the prompt is no list of messages');
  if (prefix !== '' || suffix !== '') throw new Error('a prefix or suffix of a conversation is not supported');
  return { messages: filled };
}

/** Texts only: a tag is a word. */
function tagsOf(test: JsonObject): Record<string, string> {
  const metadata = Object.entries(asObject(test.metadata)).filter(([, value]) => typeof value !== 'object');
  const tags = Object.fromEntries(metadata.map(([key, value]) => [key, asText(value)]));
  return typeof test.description === 'string' ? { description: test.description, ...tags } : tags;
}
