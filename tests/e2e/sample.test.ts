// `tierline sample` from logs to a file that `tierline profile` takes: drawing, masking, references and variants of a real process.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SampleLine } from '../../src/lifecycle/samples/sample.ts';
import { reply, type Script, type ScriptedUpstream, sendJson, startScriptedUpstream } from './scripted-upstream.ts';
import { CommandProcess, eventually, run, type Scope, temporaryFolder, writeConfig } from './support.ts';

interface Place {
  folder: string;
  samples: string;
  upstream: ScriptedUpstream;
}

async function placeOf(scope: Scope, script?: Script): Promise<Place> {
  const folder = temporaryFolder(scope);
  const upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  if (script !== undefined) upstream.on('real', script);
  writeConfig(folder, {
    providers: { up: { dialect: 'openai', base_url: `${upstream.url}/v1`, api_key: 'none' } },
    models: { strong: { use: 'up/real', tier: 'frontier', price: { input: 1, output: 2 } } },
    tasks: { triage: { accept: [{ pattern: '.' }], route: 'strong' } },
  });
  mkdirSync(join(folder, 'tierline'));
  return { folder, upstream, samples: join(folder, 'tierline/samples/triage.jsonl') };
}

function writeLog(folder: string, count: number): void {
  const lines = Array.from({ length: count }, (_, at) => {
    const content = `Ticket ${at} of person${at}@example.com: ${'the printer burns again, '.repeat((at % 7) + 1)}please help.`;
    const request = {
      model: 'gpt',
      messages: [
        { role: 'system', content: 'Sort tickets.' },
        { role: 'user', content },
      ],
    };
    return JSON.stringify({ request, response: { choices: [{ message: { content: 'bug' } }] } });
  });
  writeFileSync(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`);
}

const linesOf = ({ samples }: Place): SampleLine[] =>
  readFileSync(samples, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SampleLine);

const answering =
  (content: string): Script =>
  (visit) =>
    sendJson(visit, 200, {
      ...reply('openai'),
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    });

test('samples are drawn from a log, masked, with references, and added to without repeating', async (t) => {
  const place = await placeOf(t);
  writeLog(place.folder, 60);
  const args = ['sample', 'triage', '--from', 'log.jsonl', '-n', '5'];
  const first = await run([...args, '--reference', 'logged'], { cwd: place.folder });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /triage: 5 samples of 60 calls\n/);
  assert.match(first.stdout, /Masked: 5 email\./);
  assert.ok(first.stdout.split('\n').every((line) => line.length <= 110));
  const lines = linesOf(place);
  assert.ok(lines.every(({ reference }) => reference === 'bug'));
  assert.ok(lines.every((line) => JSON.stringify(line).includes('<email-1>')));
  const second = await run([...args, '--json'], { cwd: place.folder });
  const told = JSON.parse(second.stdout) as { drawn: number; ids: string[] };
  const ids = lines.map(({ id }) => id);
  assert.ok(told.ids.every((id) => !ids.includes(id)));
  assert.equal(linesOf(place).length, 5 + told.drawn);
  assert.equal(second.code, told.drawn === 5 ? 0 : 2);
  const other = await run([...args, '--replace', '--seed', '3', '--no-mask'], { cwd: place.folder });
  assert.match(other.stderr, /not masked/);
  assert.equal(linesOf(place).length, 5);
  assert.match(readFileSync(place.samples, 'utf8'), /person\d+@example\.com/);
  assert.equal(place.upstream.visits.length, 0);
});

test('a model gives references after leave, within the ceiling, and is not paid twice', async (t) => {
  const place = await placeOf(t, answering('hardware'));
  writeLog(place.folder, 30);
  const args = ['sample', 'triage', '--from', 'log.jsonl', '-n', '4', '--replace', '--reference', 'strong'];
  const unasked = await run(args, { cwd: place.folder });
  assert.equal(unasked.code, 1);
  assert.match(unasked.stderr, /This would ask strong for 4 references, about \$[\d.]+\. Nobody is here to ask/);
  assert.ok(!existsSync(place.samples) && place.upstream.visits.length === 0);
  const asked = await run([...args, '--max-usd', '1'], { cwd: place.folder });
  assert.equal(asked.code, 0, asked.stderr);
  assert.deepEqual(
    linesOf(place).map(({ reference }) => reference),
    ['hardware', 'hardware', 'hardware', 'hardware'],
  );
  assert.equal(place.upstream.visits.length, 4);
  assert.ok(place.upstream.visits.every(({ text }) => text.includes('<email-1>') && !text.includes('person')));
  const again = await run([...args, '--max-usd', '1'], { cwd: place.folder });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(place.upstream.visits.length, 4);
});

test('a model makes variants of the samples, each in the file as soon as it is paid', async (t) => {
  let questions = 0;
  const place = await placeOf(t, (visit) => {
    questions++;
    // The third question is never answered: by then the first two have to be in the file.
    if (questions === 3) return;
    const kinds = [...visit.text.matchAll(/kind \\"([\w-]+)\\"/g)].map(([, kind]) => kind);
    const made = kinds.map((kind, at) => JSON.stringify({ kind, text: `Made ${questions}.${at}` }));
    return answering(made.join('\n'))(visit);
  });
  writeFileSync(join(place.folder, 'seeds.jsonl'), '{"id":"s1","prompt":"My printer burns.","reference":"bug"}\n');
  const args = [
    'sample',
    'triage',
    '--variants',
    'strong',
    '--seeds',
    'seeds.jsonl',
    '--adversarial',
    '-n',
    '12',
    '--concurrency',
    '1',
  ];
  const command = new CommandProcess([...args, '--max-usd', '1'], { cwd: place.folder });
  await eventually(() => questions === 3, 20_000);
  command.child.kill('SIGKILL');
  await command.ended;
  assert.equal(linesOf(place).length, 10);
  assert.ok(
    linesOf(place).every(
      ({ tags, reference }) => tags?.['made'] === 'adversarial' && tags['seed'] === 's1' && reference === undefined,
    ),
  );
  const whole = await run([...args.slice(0, -1), '2', '-n', '3', '--max-usd', '1', '--json'], { cwd: place.folder });
  assert.equal(whole.code, 0, whole.stderr);
  assert.deepEqual(JSON.parse(whole.stdout), {
    path: 'tierline/samples/triage.jsonl',
    made: 3,
    wrong: 0,
    repeated: 0,
    firstWrong: null,
    spentNanoUsd: 14_000,
  });
  assert.equal(linesOf(place).length, 13);
});
