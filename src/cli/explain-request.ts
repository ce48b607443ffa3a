// `tierline explain --file`: where a request would go and why, without sending it anywhere. The gateway's own planner
// answers, with what the ledger knows of earlier calls.
import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { isObject } from '../call/json.ts';
import type { PlannedAttempt } from '../call/plan.ts';
import type { Caller } from '../call/view.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { countTokens } from '../catalog/token-count.ts';
import { compilePolicy, modelPartsOf } from '../compile-policy.ts';
import type { Config } from '../config/config.ts';
import { loadPredictors } from '../config/load-predictors.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { gemini } from '../dialect/gemini.ts';
import { guessDialect, namedDialect, pathOf } from '../dialect/guess-dialect.ts';
import { Inbound } from '../dialect/inbound.ts';
import { readPriors } from '../evidence/priors.ts';
import { loadPredictor } from '../learn/load-predictor.ts';
import { showCount, showShare, showText, showUsd, UNKNOWN } from '../ledger/display.ts';
import { type Consideration, type ConsideredModel, consider } from '../policy/consider.ts';
import { factsOf } from '../policy/facts.ts';
import { sayArm } from '../policy/rollout.ts';
import { NO_STATE, type PlanState } from '../policy/state.ts';
import { seedHistory } from '../seed-history.ts';

export interface ExplainRequestOptions {
  config: Config;
  /** Path of a request body as a client would send it. */
  file: string;
  /** `openai`, `responses`, `anthropic` or `gemini`; told by the shape of the body when not given. */
  dialect?: string;
  /** Of a Gemini body, which names none: `auto` when not given. */
  model?: string;
  /** `name: value`. */
  header?: readonly string[];
  tenant?: string;
  json?: boolean;
  /** The rollouts that are running; none when not given. */
  rolloutOf?: PlanState['rolloutOf'];
  /** Milliseconds since 1970. */
  nowMs: number;
}

/** Prints the consideration. Throws a sentence, or the TierlineError that the gateway would answer an invalid body with. */
export function explainRequestCommand(options: ExplainRequestOptions, print: (text: string) => void): void {
  const { nowMs, rolloutOf = NO_STATE.rolloutOf } = options;
  const { config, predictors } = loadPredictors(options.config, loadPredictor);
  const { view, path } = readRequest(options);
  const caller: Caller = { tenant: options.tenant ?? 'default', path, headers: toHeaders(options.header ?? []) };
  const history = seedHistory(config.ledger.path, readPriors(config).priors);
  const policy = compilePolicy(config, modelPartsOf(config, createCatalog()), predictors);
  const recordOf = (task: string | null, model: string) => history.recordOf(task, model);
  const found = consider(policy, view, caller, { ...NO_STATE, nowMs, spends: true, rolloutOf, recordOf });
  const facts = readFacts(view);
  print(options.json === true ? `${JSON.stringify({ facts, ...found }, null, 2)}\n` : toPage(found, facts));
}

function readRequest({ config, file, dialect: named, model }: ExplainRequestOptions): { view: Inbound; path: string } {
  const { maxDepth } = config.server;
  const body = readFileSync(file);
  const json = parsed(body);
  if (named === 'gemini' || (named === undefined && isGemini(json))) {
    const outside = { model: model ?? 'auto', stream: false };
    return {
      view: Inbound.read(gemini, body, maxDepth, outside),
      path: `/v1beta/models/${outside.model}:generateContent`,
    };
  }
  if (model !== undefined) throw new Error('--model is for bodies of Gemini; every other one names its model itself.');
  const dialect = named === undefined ? guessDialect(json) : dialectNamed(named);
  return { view: Inbound.read(dialect, body, maxDepth), path: pathOf(dialect) };
}

function isGemini(json: unknown): boolean {
  return isObject(json) && json.contents !== undefined && json.messages === undefined;
}

type Facts = ReturnType<typeof readFacts>;

function readFacts(view: Inbound) {
  const { language, hasCode, hasTables, hasMath } = factsOf(view);
  return {
    model: view.model,
    dialect: view.dialect.name,
    stream: view.stream,
    bytes: view.bytes,
    messages: view.messageCount,
    inputTokens: countTokens(view.text, 'generic'),
    images: view.imageCount,
    maxOutputTokens: view.maxOutputTokens,
    language,
    hasCode,
    hasTables,
    hasMath,
    hasTools: view.hasTools,
    hasSchema: view.hasSchema,
    hasDocuments: view.hasDocuments,
    hasAudio: view.hasAudio,
    wantsReasoning: view.wantsReasoning,
    isInToolLoop: view.isInToolLoop,
    signedBy: view.signedBy,
  };
}

/** What is no JSON is refused later, with its place. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function dialectNamed(name: string): Dialect {
  const dialect = namedDialect(name);
  if (dialect !== null) return dialect;
  throw new Error(
    `--dialect ${JSON.stringify(name)} is not one that clients speak here; there are openai, responses, anthropic and gemini.`,
  );
}

function toHeaders(written: readonly string[]): Record<string, string> {
  const pairs = written.map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`--header ${JSON.stringify(line)} is no header; write name:value.`);
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return Object.fromEntries(pairs);
}

function toPage(found: Consideration, facts: Facts): string {
  const { plan, refusal } = found;
  const sections: [string, string[]][] = [
    ['Request', requestLines(found, facts)],
    ['Reasons', found.reasons.map(({ step, say }) => field(step, showText(say)))],
  ];
  if (found.candidates.length > 0) {
    sections.push(['Candidates', toTable(found.candidates).split('\n')]);
    const verdicts = found.candidates.flatMap(({ model, verdicts: all }) =>
      all.map(({ guard, isPassed, isKnown, say }) =>
        field(
          model,
          `${isPassed ? (isKnown ? 'ok      ' : 'unknown ') : 'stopped '} ${guard.padEnd(11)} ${showText(say)}`,
        ),
      ),
    );
    sections.push(['Guards', verdicts.length === 0 ? ['none had anything to say'] : verdicts]);
  }
  if (refusal !== null) sections.push(['Refused', [field(refusal.code, showText(refusal.message))]]);
  if (plan !== null) {
    const cost = `${showUsd(found.costNanoUsd)}${plan.attempts[1]?.after === 'any' ? ', escalations included' : ''}`;
    sections.push(['Plan', [...plan.attempts.map(attemptLine), field('expected cost', cost)]]);
  }
  return `${sections.map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)].join('\n')).join('\n\n')}\n`;
}

function requestLines({ task, arm, session }: Consideration, facts: Facts): string[] {
  const has = [
    facts.hasCode === true && 'code',
    facts.hasTables === true && 'tables',
    facts.hasMath === true && 'formulas',
    facts.hasTools && 'tools',
    facts.hasSchema && 'a schema',
    facts.images > 0 && `${facts.images} pictures`,
    facts.hasDocuments && 'documents',
    facts.hasAudio && 'audio',
    facts.wantsReasoning && 'reasoning',
    facts.isInToolLoop && 'an open tool loop',
    facts.signedBy !== null && `signed blocks of ${facts.signedBy}`,
  ].filter((word) => word !== false);
  const size = `${showCount(facts.bytes)} bytes, ${facts.messages} ${facts.messages === 1 ? 'message' : 'messages'}, about ${showCount(facts.inputTokens)} tokens`;
  return [
    field('asks for', `${showText(facts.model)} (${facts.dialect}${facts.stream ? ', streamed' : ''})`),
    field('size', size),
    field('language', facts.language ?? 'cannot be told'),
    field('has', has.length === 0 ? 'plain text' : has.join(', ')),
    field('task', showText(task)),
    ...(arm === null ? [] : [field('rollout', showText(sayArm(arm)))]),
    field('session', showText(session)),
  ];
}

function toTable(candidates: readonly ConsideredModel[]): string {
  const table = new Table({
    head: ['model', 'tier', '', 'input', 'cached', 'output', 'cost', 'pass rate'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { model, tier, isAllowed, expected } of candidates) {
    const { inputTokens, cachedTokens, outputTokens, costNanoUsd, passRate } = expected;
    table.push([
      model,
      tier || UNKNOWN,
      isAllowed ? '' : 'stopped',
      showCount(inputTokens),
      showCount(cachedTokens),
      outputTokens === null ? UNKNOWN : showCount(outputTokens),
      showUsd(costNanoUsd),
      showShare(passRate),
    ]);
  }
  return table.toString();
}

function attemptLine(attempt: PlannedAttempt, index: number): string {
  const words: string[] = [];
  if (index > 0)
    words.push(attempt.after === 'any' ? 'when the one before did not satisfy' : 'when the one before failed upstream');
  if (attempt.isGated) words.push('gated');
  if (attempt.timeoutMs !== null) words.push(`at most ${attempt.timeoutMs} ms`);
  if (attempt.hedgeAfterMs !== null) words.push(`hedged after ${attempt.hedgeAfterMs} ms`);
  if (attempt.deployments !== null)
    words.push(`only at deployment ${attempt.deployments.map((at) => at + 1).join(', ')}`);
  return `${index + 1}. ${attempt.model}${words.length === 0 ? '' : `: ${words.join(', ')}`}`;
}

function field(name: string, value: string): string {
  return `${name.padEnd(14)} ${value}`;
}
