import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { TaskConfig } from '../../config/config.ts';
import { profileOf } from '../report/report.fixture.ts';
import { offlineTasks } from './offline-tasks.ts';

interface Laid {
  samples?: string[];
  answers?: string[];
  profiles?: string[];
}

function lay(t: TestContext, { samples = [], answers = [], profiles = [] }: Laid): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-offline-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['samples', 'answers', 'profile']) mkdirSync(join(folder, part));
  for (const name of samples) writeFileSync(join(folder, 'samples', `${name}.jsonl`), '{"prompt":"x"}\n');
  for (const name of answers) writeFileSync(join(folder, 'answers', `${name}.jsonl`), '');
  for (const name of profiles) {
    const profile = profileOf(name, [{ model: 'a', passed: 190, thousand: 1 }]);
    writeFileSync(join(folder, 'profile', `${name}.json`), JSON.stringify(profile));
  }
  return folder;
}

const config = (...names: string[]) => ({
  file: null,
  tasks: new Map(names.map((name) => [name, { name } as TaskConfig])),
});

describe('without asking anybody', () => {
  test('a task is judged again where its answers are, else its profile is taken as it is', (t) => {
    const folder = lay(t, { samples: ['a', 'b'], answers: ['a'], profiles: ['a', 'b'] });
    const { judged, kept } = offlineTasks(config('a', 'b', 'c'), { tasks: [], folder });
    assert.deepEqual(judged, ['a']);
    assert.deepEqual(
      kept.map(({ task }) => task),
      ['b'],
    );
  });

  test('a profile is enough, also of a task that nobody configured', (t) => {
    const folder = lay(t, { profiles: ['old'] });
    assert.deepEqual(
      offlineTasks(config(), { tasks: [], folder }).kept.map(({ task }) => task),
      ['old'],
    );
    assert.equal(offlineTasks(config('a'), { tasks: ['old'], folder }).kept.length, 1);
  });

  test('samples that were never asked make no profile of nothing', (t) => {
    const folder = lay(t, { samples: ['a', 'b'], answers: ['b'] });
    assert.deepEqual(offlineTasks(config('a', 'b'), { tasks: [], folder }), { judged: ['b'], kept: [] });
  });

  test('a named task of which there is nothing is told, and so is a folder with nothing', (t) => {
    const folder = lay(t, { samples: ['a'], profiles: ['b'] });
    assert.throws(
      () => offlineTasks(config('a'), { tasks: ['a'], folder }),
      /Of a there are neither answers nor a profile/,
    );
    assert.throws(
      () => offlineTasks(config('a'), { tasks: [], folder: join(folder, 'none') }),
      /neither answers nor profiles in/,
    );
  });

  test('a file that is no profile is told by its name', (t) => {
    const folder = lay(t, { profiles: ['a'] });
    writeFileSync(join(folder, 'profile', 'b.json'), '{"version":1}');
    assert.throws(() => offlineTasks(config('a'), { tasks: [], folder }), /b\.json is no profile: task/);
  });
});
