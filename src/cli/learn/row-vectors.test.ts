import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { readArtifact } from '../../learn/artifact/artifact.ts';
import { hear } from '../heard.fixture.ts';
import { assessCommand } from './assess.ts';
import { type Asked, type VectorOptions, vectorsOf } from './row-vectors.ts';
import { makeRows, PRICES, rowsFolder } from './rows.fixture.ts';
import { type TrainCommandOptions, trainCommand } from './train.ts';

const cleanups: (() => void)[] = [];
const { folder, put } = rowsFolder({ after: (end) => void cleanups.push(end) });
after(() => {
  for (const end of cleanups) end();
});
const prices = join(folder, 'prices.json');
writeFileSync(prices, JSON.stringify(PRICES));

const TEXT = `providers: { simulated: { speed: 1000 }, simulated-openai: { dialect: openai, region: eu } }
models:
  vectors: { use: simulated/sim-embed, kind: embedding, price: { input: 2 } }
  unpriced: { use: simulated/sim-embed, kind: embedding }
  talker: { use: simulated/sim-small, price: { input: 1, output: 2 } }
encoders: { paid: { kind: embeddings, model: vectors }, free: { kind: embeddings, model: unpriced }, hard: { kind: llm, model: talker } }
tasks: { t: { route: { predict: not-yet.json, static: talker } }, secret: { regions: [eu], route: { predict: not-yet.json } } }
tenants: { shy: { regions: [eu] } }
`;
const config: Config = parseConfig(TEXT, { file: join(folder, 'tierline.yaml'), env: {}, mayAwait: true });

const asking = (...prompts: string[]): Asked[] => prompts.map((prompt) => ({ prompt, task: 't', segment: null }));

const asked = (more: Partial<VectorOptions> = {}): VectorOptions => ({
  encoder: { written: 'paid' },
  config,
  folder: join(folder, 'kept'),
  yes: true,
  ...more,
});

describe('vectors of requests', () => {
  test('come in the order of the texts, one for each different one, and are kept', async () => {
    const { io, warnings } = hear();
    const { name, of } = await vectorsOf(asking('one thing', 'another', 'one thing'), asked(), io);
    const { rows, columns, values } = of(['another', 'one thing', 'one thing']);
    const row = (at: number): Float64Array => values.subarray(at * columns, (at + 1) * columns);
    assert.equal(rows, 3);
    assert.deepEqual(row(1), row(2));
    assert.notDeepEqual(row(0), row(1));
    assert.ok(
      warnings.some((line) => /vectors for the vectors of 2 requests, about \$/.test(line)),
      warnings.join(),
    );
    assert.ok(
      warnings.some((line) => /cost \$0\.00000\d/.test(line)),
      warnings.join(),
    );
    const again = hear();
    await vectorsOf(asking('another'), asked({ encoder: { known: name } }), again.io);
    assert.deepEqual(
      again.warnings.filter((line) => /about|cost/.test(line)),
      [],
    );
    assert.equal(readdirSync(join(folder, 'kept', 'embeddings')).length, 1);
  });

  test('of a text that was not asked for there are none', async () => {
    const { of } = await vectorsOf(asking('one thing'), asked(), hear().io);
    assert.throws(() => of(['something else']), /a request has no vector/);
  });

  test('are not paid without leave, and not beyond a ceiling', async () => {
    await assert.rejects(vectorsOf(asking('costly'), asked({ yes: undefined }), hear().io), /Nobody is here to ask/);
    await assert.rejects(
      vectorsOf(asking('costly'), asked({ encoder: { written: 'free' }, maxUsd: 1 }), hear().io),
      /A ceiling needs prices, and unpriced has none/,
    );
    const many = Array.from({ length: 200 }, (_, at) => `a request like no other ${at}`);
    await assert.rejects(
      vectorsOf(asking(...many), asked({ yes: undefined, maxUsd: 0.0001 }), hear().io),
      /^Error: \d+ requests have no vector by .*: the ceiling was reached\. Those that were made are kept/,
    );
    const rest = hear();
    await vectorsOf(asking(...many), asked(), rest.io);
    const [, left] = /vectors of (\d+) requests/.exec(rest.warnings.join('\n')) ?? [];
    assert.ok(Number(left) < 200 && Number(left) > 0, `${left} were left`);
  });

  test('by a model that talks are priced with what it is asked and says', async () => {
    const { io, warnings } = hear();
    await assert.rejects(
      vectorsOf(asking('x'), asked({ encoder: { written: 'hard' }, yes: undefined }), io),
      /about \$0\.00/,
    );
    assert.deepEqual(warnings, []);
  });

  test('are not made of what a paid model may not see, nor of nothing', async () => {
    const refused = async (row: Partial<Asked>, message: RegExp): Promise<void> => {
      const [one] = asking('never sent') as [Asked];
      await assert.rejects(vectorsOf([{ ...one, ...row }], asked(), hear().io), message);
    };
    await refused({ task: 'secret' }, /Requests of the task secret may not be shown to vectors: leave their rows out/);
    await refused({ segment: 'shy' }, /may not be shown to vectors/);
    await refused({ prompt: ' ' }, /1 rows ask nothing/);
  });

  test('want an encoder of the configuration', async () => {
    const wrong: [Partial<VectorOptions>, RegExp][] = [
      [
        { encoder: { written: 'pade' } },
        /There is no encoder pade in the configuration\. There are: paid, free, hard\.$/,
      ],
      [{ config: null }, /The encoder paid stands in a configuration: say with --config/],
      [
        { encoder: { known: 'use-lite@9' } },
        /The artifact wants vectors by use-lite@9, and no encoder of the configuration/,
      ],
    ];
    for (const [more, message] of wrong) await assert.rejects(vectorsOf(asking('x'), asked(more), hear().io), message);
  });
});

test('a router that was trained with an encoder is evaluated with it, and the artifact names it', async () => {
  const data = [put('train.jsonl', makeRows(120))];
  const out = join(folder, 'router.json');
  const { io } = hear();
  const options: TrainCommandOptions = {
    data,
    models: null,
    out,
    gate: false,
    reference: null,
    label: 'correct',
    without: [],
    prices,
    seed: 1,
    json: false,
    config,
    encoder: 'paid',
    yes: true,
  };
  await trainCommand(options, io);
  const { encoder } = readArtifact(out).artifact.estimator;
  assert.match(encoder?.name ?? '', /sim-embed/);
  assert.ok(existsSync(join(folder, 'embeddings')));
  const assessed = hear();
  const held = [put('held.jsonl', makeRows(90, 2))];
  const as = { pair: null, label: null, without: [], prices, json: true, html: null };
  await assessCommand({ router: out, data: held, config, yes: true, ...as }, assessed.io);
  const told = JSON.parse(assessed.text()) as { assessment: { pair: { promptOnly: { apgr: { value: number } } } } };
  assert.ok(told.assessment.pair.promptOnly.apgr.value > 0.6);
  await assert.rejects(
    assessCommand({ router: out, data: held, config: null, ...as }, hear().io),
    /The encoder .*sim-embed.* stands in a configuration/,
  );
});
