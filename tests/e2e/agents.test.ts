// The coding agents themselves, unchanged, through a task that takes their shell: on a model that speaks their own dialect
// and on one that speaks another, with a change of model between two turns because a gate refused an answer or because a
// provider went down. The lines of docs/clients configure them; where they are not installed their tests are left out.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { CallRow } from '../../src/call/row.ts';
import {
  type Agent,
  block,
  claudeCode,
  claudeCodeByName,
  codex,
  KEY,
  page,
  runAgent,
  whyNot,
} from './agent-programs.ts';
import { hasResult, say, shellCall, type Turn } from './agent-upstream.ts';
import {
  errorBody,
  type Script,
  type ScriptedUpstream,
  sendJson,
  startScriptedUpstream,
  type Visit,
  type WireName,
} from './scripted-upstream.ts';
import { eventually, type GatewayProcess, type Scope, startGateway, temporaryFolder } from './support.ts';

const WORD = 'larkspur';
const COMMAND = `echo ${WORD} | tee proof.txt`;
const ANSWER = 'The file is written, all of it.';

/** What a good model does: call the shell, then answer. */
function goodTurn(visit: Visit): Turn {
  if (hasResult(visit)) return { text: ANSWER };
  const call = shellCall(visit, COMMAND);
  return call === null ? { text: 'Nothing to do.' } : { thought: 'A file is wanted.', call: call ?? assert.fail() };
}

const good = (visit: Visit): void => say(visit, goodTurn(visit));

/** Good in the first turn, and this in the second. */
const thenInstead =
  (second: Script): Script =>
  (visit) =>
    hasResult(visit) ? second(visit) : good(visit);

/** The task of both agents: the one names it, the other is told by a header. */
const taskOf = (agent: Agent, task: object): object => ({ tasks: { 'claude-code': { ...agent.match, ...task } } });

interface Stage {
  gateway: GatewayProcess;
  first: ScriptedUpstream;
  second: ScriptedUpstream;
  /** Ends the agent's run and checks what every run has to have come to. */
  play: (agent: Agent) => Promise<CallRow[]>;
}

const other = (wire: WireName): WireName => (wire === 'openai' ? 'anthropic' : 'openai');

/** A gateway before two providers: the first speaks this, the second the other. */
async function setStage(scope: Scope, wire: WireName, more: object): Promise<Stage> {
  const [first, second] = await Promise.all([startScriptedUpstream(), startScriptedUpstream()]);
  scope.after(() => first.close().catch(() => undefined));
  scope.after(() => second.close());
  const at = (up: ScriptedUpstream, dialect: WireName): object =>
    dialect === 'openai'
      ? { dialect, base_url: `${up.url}/v1`, api_key: 'k-openai', responses: true }
      : { dialect, base_url: up.url, api_key: 'k-anthropic' };
  const price = { price: { input: 1, output: 2 } };
  const gateway = await startGateway(scope, {
    config: {
      providers: { one: at(first, wire), two: at(second, other(wire)) },
      models: { first: { use: 'one/real-1', ...price }, second: { use: 'two/real-2', ...price } },
      keys: [KEY],
      timeouts: { keep_alive: '100ms' },
      retries: { max_attempts: 1 },
      ...more,
    },
  });
  const play = async (agent: Agent): Promise<CallRow[]> => {
    const home = temporaryFolder(scope);
    const { code, output } = await runAgent(agent, home, gateway.url);
    assert.equal(code, 0, output);
    assert.ok(output.includes(ANSWER), output);
    assert.equal(readFileSync(join(home, 'work/proof.txt'), 'utf8'), `${WORD}\n`);
    const rows = await rowsOf(gateway);
    assert.equal(
      rows.length,
      2,
      JSON.stringify(rows.map(({ status, model, errorCode }) => [status, model, errorCode])),
    );
    for (const row of rows) {
      const { status, dialect, stream, task, costBasis } = row;
      assert.deepEqual(
        { status, dialect, stream, task, costBasis },
        { status: 'ok', dialect: agent.dialect, stream: true, task: 'claude-code', costBasis: 'measured' },
      );
      assert.match(row.session ?? '', /^[0-9a-f-]{36}$/);
    }
    assert.equal(new Set(rows.map(({ session }) => session)).size, 1);
    return rows;
  };
  return { gateway, first, second, play };
}

/** The rows of a run; the tables follow the journal, so they may take a moment to show. */
function rowsOf(gateway: GatewayProcess): Promise<CallRow[]> {
  return eventually(() => {
    const rows = existsSync(gateway.ledgerPath) ? gateway.rows() : [];
    return rows.length > 1 ? rows : null;
  });
}

const attemptsOf = ({ attempts }: CallRow): unknown[] =>
  attempts.map(({ model, status, httpStatus, stopped }) => [model, status, httpStatus, stopped]);

/** A caller and a provider of one dialect lose nothing but what another provider has thought. */
function expectLosses(row: CallRow | undefined, isForeign: boolean): void {
  const losses = row?.losses.filter((loss) => !loss.includes('thinking of another provider'));
  if (isForeign) assert.notEqual(losses?.length, 0);
  else assert.deepEqual(losses, []);
}

/** The second provider has been told what happened at the first. */
function expectTold({ second }: Stage): void {
  const [visit] = second.visits;
  assert.ok(visit !== undefined && hasResult(visit));
  assert.ok(visit.text.includes(COMMAND), 'the call');
  assert.ok(visit.text.replaceAll(COMMAND, '').includes(WORD), 'its result');
  assert.doesNotMatch(visit.text, /c2lnbmVkIGhlcmU=|c2VhbGVk/, 'seals of the first provider');
}

for (const agent of [claudeCodeByName, codex]) {
  describe(agent.name, { skip: whyNot(agent) }, () => {
    for (const wire of [agent.own, other(agent.own)]) {
      const isForeign = wire !== agent.own;
      const where = `on a model of ${wire}`;

      test(`${where} calls its shell and comes to an end`, async (t) => {
        const stage = await setStage(t, wire, taskOf(agent, { route: 'first' }));
        stage.first.on('real-1', good);
        const rows = await stage.play(agent);
        for (const row of rows) {
          assert.deepEqual(attemptsOf(row), [['first', 'ok', 200, null]]);
          expectLosses(row, isForeign);
        }
        assert.equal(stage.first.visits.length, 2);
      });

      test(`${where} goes on with a stronger model when a gate refuses its second answer`, async (t) => {
        const route = { cascade: ['first', 'second'] };
        const stage = await setStage(t, wire, taskOf(agent, { accept: [{ tool_calls: 'valid' }], route }));
        const refused = async (visit: Visit): Promise<void> => {
          // Long enough for the agent to see comments before the first event.
          await sleep(350);
          say(visit, { call: { name: 'no_such_tool', given: {} } });
        };
        stage.first.on('real-1', thenInstead(refused));
        stage.second.on('real-2', good);
        const [one, two] = await stage.play(agent);
        assert.equal(one?.model, 'first');
        expectLosses(one, isForeign);
        assert.deepEqual([two?.model, two?.escalated], ['second', true]);
        assert.deepEqual(two && attemptsOf(two), [
          ['first', 'ok', 200, null],
          ['second', 'ok', 200, null],
        ]);
        assert.equal(
          two?.attempts[0]?.verdicts?.some(({ pass }) => !pass),
          true,
        );
        expectLosses(two, !isForeign);
        expectTold(stage);
      });

      test(`${where} goes on with another provider when its own is down in the second turn`, async (t) => {
        const route = { model: 'first', fallback: 'second' };
        const stage = await setStage(t, wire, taskOf(agent, { route }));
        stage.first.on(
          'real-1',
          thenInstead((visit) => sendJson(visit, 503, errorBody(visit.wire, 'Down.'))),
        );
        stage.second.on('real-2', good);
        const [one, two] = await stage.play(agent);
        assert.equal(one?.model, 'first');
        assert.equal(two?.model, 'second');
        assert.deepEqual(two && attemptsOf(two), [
          ['first', 'error', 503, null],
          ['second', 'ok', 200, null],
        ]);
        expectLosses(two, !isForeign);
        expectTold(stage);
      });

      if (isForeign) continue;
      test(`${where} goes on with another provider when its own is gone in the second turn`, async (t) => {
        const route = { model: 'first', fallback: 'second' };
        const stage = await setStage(t, wire, taskOf(agent, { route }));
        stage.first.on('real-1', (visit) => {
          visit.response.on('finish', () => void stage.first.close());
          good(visit);
        });
        stage.second.on('real-2', good);
        const [one, two] = await stage.play(agent);
        assert.equal(one?.model, 'first');
        assert.equal(two?.model, 'second');
        const [gone] = two?.attempts ?? [];
        assert.deepEqual([gone?.model, gone?.status, gone?.errorCode], ['first', 'error', 'upstream_unreachable']);
        expectTold(stage);
      });
    }
  });
}

test('Claude Code asks for models by its own names, which the task of its page takes over', {
  skip: whyNot(claudeCode),
}, async (t) => {
  const { tasks } = parse(block(page('claude-code.md'), 'yaml')) as { tasks: object };
  const models = Object.fromEntries(
    ['small', 'sonnet', 'opus'].map((name) => [name, { use: `one/${name}`, price: { input: 1, output: 2 } }]),
  );
  const stage = await setStage(t, 'anthropic', { tasks, models });
  stage.first.on('sonnet', good);
  for (const { model, requestedModel } of await stage.play(claudeCode)) {
    assert.equal(model, 'sonnet');
    assert.match(requestedModel, /^claude-/);
  }
});
