import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fileFor, folderFor, jsonl, LITELLM_CSV, pairs } from '../lifecycle/audit/logs.fixture.ts';
import type { Prompter } from '../lifecycle/audit/prompter.ts';
import { parseRegister } from '../lifecycle/audit/register.ts';
import { applyCommand } from './audit-apply.ts';
import { fromCodeCommand } from './audit-from-code.ts';
import { fromLogCommand } from './audit-from-log.ts';
import { initCommand } from './audit-init.ts';
import { showCommand } from './audit-register.ts';

const nowMs = Date.UTC(2026, 10, 28);
const CONFIG = `# ours
providers: { anthropic: { api_key: a-key-for-tests }, openai: { api_key: a-key-for-tests } }
models:
  haiku: { use: anthropic/claude-haiku-4-5, tier: small }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: mid }
  gpt: { use: openai/gpt-5.5, tier: frontier }
baseline: sonnet
tasks:
  other: { route: haiku }
`;

interface Desk {
  config: string;
  register: string;
  printed: string[];
  io: { print: (text: string) => void; warn: (text: string) => void; isTTY: boolean };
}

function deskFor(t: TestContext): Desk {
  const folder = folderFor(t);
  const config = path.join(folder, 'tierline.yaml');
  writeFileSync(config, CONFIG);
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  return {
    config,
    register: path.join(folder, 'tierline', 'tasks.yaml'),
    printed,
    io: { print, warn: print, isTTY: false },
  };
}

const tasksIn = (file: string) => parseRegister(readFileSync(file, 'utf8'), file).tasks;

async function audited(t: TestContext, content: string | Buffer = jsonl(pairs(200))): Promise<Desk> {
  const desk = deskFor(t);
  await fromLogCommand({ files: [fileFor(t, 'calls.jsonl', content)], config: desk.config, nowMs }, desk.io);
  return desk;
}

/** A prompter that gives one answer after the other; enter when they are used up. */
function scripted(answers: (string | null)[]): Prompter & { said: string[] } {
  const next = <T>(usual: T): Promise<T> => Promise.resolve((answers.length > 0 ? answers.shift() : usual) as T);
  const said: string[] = [];
  return {
    said,
    text: ({ initial }) => next<string | null>(initial ?? ''),
    select: ({ initial }) => next<string | null>(initial ?? null),
    several: ({ initial }) => Promise.resolve([...initial]),
    say: (text) => void said.push(text),
  };
}

describe('from-log', () => {
  test('the page has the tasks by spend, what is worth testing first, and what was written', async (t) => {
    const { printed, register } = await audited(t);
    const page = printed.join('');
    assert.match(page, /calls\.jsonl \(request bodies\): 200 calls\./);
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('│'))
      .map((line) => line.split('│')[1]?.trim());
    assert.deepEqual(rows.slice(0, 4), [
      'task',
      'review-pull-requests',
      'extract-invoice-json',
      'support-triage-classify',
    ]);
    assert.match(
      page,
      /Worth testing first, .*\n +\$[\d.]+ {2}\S+: \$[\d.]+ a month on gpt-5\.5, .*; sonnet would take \$[\d.]+\./,
    );
    assert.match(
      page,
      /support-triage-classify: of 120 sampled calls 120 seem to hold personal data or secrets \(email in 120\)/,
    );
    assert.match(page, /Register: .*tasks\.yaml, \d+ tasks added, 0 updated\./);
    assert.ok(existsSync(register));
    for (const line of page.split('\n').filter((one) => one.startsWith('│'))) assert.ok(line.length <= 114, line);
  });

  test('nothing of a person and no prompt is in the register', async (t) => {
    const text = readFileSync((await audited(t)).register, 'utf8');
    assert.doesNotMatch(text, /example\.org|person\d|RE-\d|order|diff --git/);
    assert.match(text, /title: you are a support triage …|title: you are a support triage system/);
    assert.match(text, /personal_data: \{ sampled: 120, calls: 120, kinds: \{ email: 120 \} \}/);
    assert.doesNotMatch(text, /consequence: /);
  });

  test('gzip, several files and unreadable lines are taken together', async (t) => {
    const desk = deskFor(t);
    const files = [
      fileFor(t, 'a.jsonl.gz', gzipSync(jsonl(pairs(20)))),
      fileFor(t, 'b.csv', LITELLM_CSV),
      fileFor(t, 'c.jsonl', `oops\n${jsonl(pairs(2))}`),
    ];
    await fromLogCommand({ files, config: desk.config, nowMs }, desk.io);
    const page = desk.printed.join('');
    assert.match(page, /b\.csv \(LiteLLM spend logs\): 5 calls\./);
    assert.match(page, /c\.jsonl \(request bodies\): 2 calls; 1 of 3 records cannot be read, the first in line 1\./);
    assert.match(page, /27 calls in \d+ tasks/);
  });

  test('with --json there is one object, and with --dry-run no register', async (t) => {
    const desk = deskFor(t);
    await fromLogCommand(
      { files: [fileFor(t, 'a', jsonl(pairs(50)))], config: desk.config, json: true, dryRun: true, nowMs },
      desk.io,
    );
    const told = JSON.parse(desk.printed.join('')) as {
      groups: { name: string }[];
      worthTesting: unknown[];
      files: { digest: string }[];
    };
    assert.ok(told.groups.length >= 3 && told.worthTesting.length >= 1);
    assert.match(told.files[0]?.digest ?? '', /^[\da-f]{16}$/);
    assert.equal(existsSync(desk.register), false);
  });

  test('--dry-run says that the register was left alone', async (t) => {
    const desk = deskFor(t);
    await fromLogCommand(
      { files: [fileFor(t, 'a', jsonl(pairs(50)))], config: desk.config, dryRun: true, nowMs },
      desk.io,
    );
    assert.match(desk.printed.join(''), /\nRegister: .*tasks\.yaml was left alone \(--dry-run\)\.\n$/);
    assert.equal(existsSync(desk.register), false);
  });

  test('a second log brings the register up to date and leaves what people wrote', async (t) => {
    const desk = await audited(t);
    const edited = readFileSync(desk.register, 'utf8').replace(
      '  support-triage-classify:\n',
      '  ticket-triage:\n    # since May\n    consequence: irreversible\n    owner: support\n',
    );
    writeFileSync(desk.register, edited);
    await fromLogCommand({ files: [fileFor(t, 'more.jsonl', jsonl(pairs(300)))], config: desk.config, nowMs }, desk.io);
    const task = tasksIn(desk.register)['ticket-triage'];
    assert.equal(task?.evidence?.log?.calls, 180);
    assert.equal(task?.owner, 'support');
    // What cannot be undone is tried one rung higher.
    assert.equal(task?.tier, 'mid');
    assert.match(readFileSync(desk.register, 'utf8'), /# since May/);
    assert.equal(tasksIn(desk.register)['support-triage-classify'], undefined);
  });

  test('every wrong input has its sentence', async (t) => {
    const desk = deskFor(t);
    const run = (files: string[], more: object = {}): Promise<void> =>
      fromLogCommand({ files, config: desk.config, nowMs, ...more }, desk.io);
    await assert.rejects(run(['/nowhere.jsonl']), /There is no file \/nowhere\.jsonl\./);
    await assert.rejects(run([fileFor(t, 'empty', '')]), /No call was found: .*empty is empty\./);
    await assert.rejects(run([path.dirname(desk.config)]), /is a folder; name the files in it\./);
    const bytes = Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 73 + 129) % 256));
    await assert.rejects(run([fileFor(t, 'some.bin', bytes)]), /some\.bin is no text in UTF-8\./);
    await assert.rejects(
      run([fileFor(t, 'cut.gz', gzipSync(jsonl(pairs(9))).subarray(0, 99))]),
      /cut\.gz cannot be unpacked/,
    );
    await assert.rejects(run([fileFor(t, 'head.csv', 'id,model\n')]), /head\.csv has no records\./);
    const damaged = '[\n  {\n    "model": "gpt-4o",\n    "messages": }\n  }\n]';
    await assert.rejects(
      run([fileFor(t, 'broken.json', damaged)]),
      /\(line 2 begins one that is damaged or no JSON object\)/,
    );
    await assert.rejects(
      run([fileFor(t, 'app.log', '{"level":"info"}\n')]),
      /app\.log has 1 records and no call among them \(line 1 is in no known format\)/,
    );
    await assert.rejects(run([fileFor(t, 'x', '{}')], { format: 'csv' }), /"csv" is no format of a log/);
    await assert.rejects(run([fileFor(t, 'x', '{}')], { config: '/nowhere.yaml' }), /there is no such file/);
    const register = fileFor(t, 'tasks.yaml', 'version: 3');
    await assert.rejects(run([fileFor(t, 'x', jsonl(pairs(2)))], { register }), /is no register of tasks/);
  });
});

describe('show', () => {
  test('the register as a table, with what nobody has answered', async (t) => {
    const desk = await audited(t);
    desk.printed.length = 0;
    showCommand({ tasks: [], config: desk.config }, desk.io);
    const page = desk.printed.join('');
    assert.match(page, /│ support-triage-classify │ - .*│ one_of .*│ to be answered │ small │/);
    assert.match(page, /support-triage-classify: owner, accept \(suggested\), consequence, latency_budget, private/);
    assert.match(page, /support-triage-classify: small\. Every answer is one of 3 labels \(120 answers seen\)\./);
  });

  test('as JSON, and only the tasks that were named', async (t) => {
    const desk = await audited(t);
    desk.printed.length = 0;
    showCommand({ tasks: ['review-pull-requests'], config: desk.config, json: true }, desk.io);
    const told = JSON.parse(desk.printed.join('')) as { tasks: { name: string; tier: string }[] };
    assert.deepEqual(
      told.tasks.map(({ name, tier }) => [name, tier]),
      [['review-pull-requests', 'mid']],
    );
  });

  test('without a register, and for a task that is not there, it says what to do', async (t) => {
    const desk = deskFor(t);
    assert.throws(
      () => showCommand({ tasks: [], config: desk.config }, desk.io),
      /There is no register at .*from-log.*from-code.*init/,
    );
    const other = await audited(t);
    assert.throws(
      () => showCommand({ tasks: ['nope'], config: other.config }, other.io),
      /has no task "nope"; there are review-pull-requests/,
    );
  });
});

describe('apply', () => {
  test('the difference is shown, nothing is changed, and what is open is told', async (t) => {
    const desk = await audited(t);
    desk.printed.length = 0;
    applyCommand({ tasks: ['support-triage-classify'], config: desk.config }, desk.io);
    const page = desk.printed.join('');
    assert.match(page, /\n\+ {2}support-triage-classify:\n/);
    assert.match(page, /\n\+ {4}route: small\n/);
    assert.match(page, /Nobody has said what a wrong answer costs: support-triage-classify\./);
    assert.match(page, /Nothing was changed; --write does it\./);
    assert.equal(readFileSync(desk.config, 'utf8'), CONFIG);
  });

  test('with --write every line of the configuration stays, and a second time there is nothing to do', async (t) => {
    const desk = await audited(t);
    applyCommand({ tasks: [], config: desk.config, write: true }, desk.io);
    const text = readFileSync(desk.config, 'utf8');
    assert.ok(text.startsWith(CONFIG));
    assert.match(text, /\n {2}extract-invoice-json:\n {4}input: \{ typical_tokens: 800, .*structure: \[schema\] \}/);
    desk.printed.length = 0;
    applyCommand({ tasks: [], config: desk.config, write: true }, desk.io);
    assert.match(desk.printed.join(''), /has all of it already\./);
  });

  test('what would be no valid configuration is not written', async (t) => {
    const desk = await audited(t);
    writeFileSync(desk.register, readFileSync(desk.register, 'utf8').replaceAll('tier: small', 'tier: smol'));
    assert.throws(() => applyCommand({ tasks: [], config: desk.config, write: true }, desk.io), /smol/);
    assert.equal(readFileSync(desk.config, 'utf8'), CONFIG);
  });

  test('as JSON', async (t) => {
    const desk = await audited(t);
    desk.printed.length = 0;
    applyCommand({ tasks: [], config: desk.config, json: true }, desk.io);
    const told = JSON.parse(desk.printed.join('')) as { added: string[]; isWritten: boolean; diff: string[] };
    assert.equal(told.isWritten, false);
    assert.ok(told.added.includes('support-triage-classify') && told.diff.length > 5);
  });
});

describe('from-code', () => {
  test('calls and models are shown, and go into the register', (t) => {
    const desk = deskFor(t);
    const folder = folderFor(t);
    writeFileSync(
      path.join(folder, 'mail.py'),
      'def reply(x):\n    return client.chat.completions.create(model="gpt-4-turbo", messages=x)\n',
    );
    fromCodeCommand({ folder, config: desk.config, nowMs }, desk.io);
    const page = desk.printed.join('');
    assert.match(page, /: 1 file; 1 call, 1 model named\./);
    assert.match(page, /│ mail\.py:2 +│ openai +│ gpt-4-turbo +│.*│ reply +│/);
    assert.match(page, /│ gpt-4-turbo .*│ ended 2026-10-23 │/);
    assert.deepEqual(tasksIn(desk.register)['reply']?.evidence?.code, {
      at: ['mail.py:2'],
      clients: ['openai'],
      models: ['gpt-4-turbo'],
    });
  });

  test('the page is no wider than 110 columns, paths keep both ends, long lists are cut and tests folded', (t) => {
    const desk = deskFor(t);
    const folder = folderFor(t);
    const deep = path.join(folder, 'packages/assistant-backend/src/conversations');
    const call = (model: string): string =>
      `client.chat.completions.create({ model: '${model}', tools, max_tokens: 5 });\n`;
    mkdirSync(deep, { recursive: true });
    const names = Array.from({ length: 45 }, (_, at) => call(`azure/openai/gpt-4.1-mini-2025-04-14-v${at}`));
    writeFileSync(path.join(deep, 'summarizeConversation.ts'), names.join(''));
    writeFileSync(path.join(deep, 'other.test.ts'), call('gpt-5.4-nano'));
    writeFileSync(path.join(folder, 'a.env.json'), '["amazon/gpt-4o"]');
    fromCodeCommand({ folder, config: desk.config, dryRun: true, nowMs }, desk.io);
    const page = desk.printed.join('');
    assert.ok(page.split('\n').every((line) => line.length <= 110));
    assert.match(page, /│ packages/);
    assert.match(page, /…\S*Conversation\.ts:1 /);
    assert.match(page, /\nRegister: .*tasks\.yaml was left alone \(--dry-run\)\.\n$/);
    assert.match(page, /5 more calls; --json has all of them\.\n1 call only in tests, not shown/);
    assert.match(page, /6 more models; --json has all of them\.\n1 model only in tests, not shown/);
    // Those that a call asks come first.
    assert.doesNotMatch(page, /│ (?:gpt-5\.4-nano|amazon)/);
  });

  test('a folder without calls leaves no register, and a file is no folder', (t) => {
    const desk = deskFor(t);
    fromCodeCommand({ folder: folderFor(t), config: desk.config, nowMs }, desk.io);
    assert.equal(existsSync(desk.register), false);
    assert.throws(() => fromCodeCommand({ folder: desk.config, nowMs }, desk.io), /is no folder\./);
  });
});

describe('init', () => {
  test('without a terminal it points to the other ways', async (t) => {
    const desk = deskFor(t);
    await assert.rejects(
      initCommand({ config: desk.config, canAsk: false, nowMs }, desk.io),
      /needs a terminal.*from-log.*from-code.*--answers/s,
    );
    assert.equal(existsSync(desk.register), false);
  });

  test('a task is asked, saved, and its tier follows what a wrong answer costs', async (t) => {
    const desk = await audited(t);
    const prompter = scripted([
      'support-triage-classify',
      'Labels tickets.',
      'support',
      '300 / 400',
      'en',
      '2 / 2',
      'keep',
      'irreversible',
      '2s',
      'private',
      '500',
      ' done',
    ]);
    await initCommand({ config: desk.config, canAsk: true, nowMs }, desk.io, () => Promise.resolve(prompter));
    const task = tasksIn(desk.register)['support-triage-classify'];
    assert.deepEqual(
      [task?.owner, task?.consequence, task?.latency_budget, task?.private, task?.volume],
      ['support', 'irreversible', '2s', true, 500],
    );
    assert.deepEqual(task?.unanswered, []);
    assert.equal(task?.tier, 'mid');
    assert.match(prompter.said.join('\n'), /Where to begin: mid/);
  });

  test('leaving in the middle keeps what was said, and the next time goes on there', async (t) => {
    const desk = await audited(t);
    await initCommand({ config: desk.config, canAsk: true, nowMs }, desk.io, () =>
      Promise.resolve(scripted(['extract-invoice-json', '', 'finance', null])),
    );
    assert.equal(tasksIn(desk.register)['extract-invoice-json']?.owner, 'finance');
    assert.ok(!tasksIn(desk.register)['extract-invoice-json']?.unanswered?.includes('owner'));
    assert.ok(tasksIn(desk.register)['extract-invoice-json']?.unanswered?.includes('consequence'));
  });

  test('without a register it begins with the name of a task', async (t) => {
    const desk = deskFor(t);
    const prompter = scripted([
      'mail-reply',
      'Replies.',
      'crm',
      '500 / 900',
      'en',
      '200 / 400',
      'text',
      'reviewed',
      '',
      'any',
      '100',
      ' done',
    ]);
    await initCommand({ config: desk.config, canAsk: true, nowMs }, desk.io, () => Promise.resolve(prompter));
    const task = tasksIn(desk.register)['mail-reply'];
    assert.deepEqual(task?.accept, [{ finish: 'complete' }, { refusal: true }]);
    assert.equal(task?.tier, 'mid');
    assert.deepEqual(task?.unanswered, ['latency_budget']);
  });

  test('answers of a file do the same for scripts', async (t) => {
    const desk = await audited(t);
    const answers = fileFor(
      t,
      'answers.yaml',
      'tasks:\n  support-triage-classify: { owner: support, consequence: reversible }\n  new-one: { owner: x, output: { typical_tokens: 9, largest_tokens: 20 } }\n',
    );
    await initCommand({ config: desk.config, answers, canAsk: false, nowMs }, desk.io);
    assert.match(desk.printed.join(''), /2 tasks answered in /);
    assert.deepEqual(tasksIn(desk.register)['support-triage-classify']?.unanswered, [
      'accept',
      'latency_budget',
      'private',
    ]);
    assert.equal(tasksIn(desk.register)['new-one']?.tier, 'small');
  });

  test('a file that holds no answers is refused with every mistake', async (t) => {
    const desk = deskFor(t);
    const run = (answers: string): Promise<void> =>
      initCommand({ config: desk.config, answers, canAsk: false, nowMs }, desk.io);
    await assert.rejects(run('/nowhere.yaml'), /There is no file \/nowhere\.yaml\./);
    await assert.rejects(
      run(fileFor(t, 'a.yaml', 'tasks: { a: { consequence: maybe }, b: { ownr: x } }')),
      /(?=[\s\S]*tasks\.a\.consequence)(?=[\s\S]*ownr)/,
    );
    await assert.rejects(run(fileFor(t, 'b.yaml', 'tasks: [')), /cannot be read/);
  });
});
