import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { lineDiff } from '../audit/line-diff.ts';
import { type RolloutEntry, withCandidateAsRoute, withRollout } from './edit-rollout.ts';

const BASE = `# ours, do not touch
providers:
  simulated:   { seed: \${SEED:-3} }   # the seed
models: { nano: simulated/sim-small, haiku: simulated/sim-mid, sonnet: simulated/sim-frontier }
tasks:
  triage: { accept: [{ refusal: true }], route: sonnet } # agreed in May
  notes: { route: haiku }
`;
const CASCADE: RolloutEntry = { candidate: '{ cascade: [nano, haiku] }', steps: null, by: null, approval: null };

function configOf(text: string): Config {
  return parseConfig(text, { file: '/etc/tierline/tierline.yaml', env: {} });
}
/** The lines that went and came. */
function changes(before: string, after: string): string[] {
  return lineDiff(before, after).filter((line) => /^[-+]/.test(line));
}

describe('a rollout is put into a configuration', () => {
  const places: [string, string][] = [
    ['without the section', BASE],
    ['without a line break at the end', BASE.trimEnd()],
    [
      'after the others',
      `${BASE}rollouts:\n    notes:\n        candidate: nano # cheaper\n\n# strictly\nstrict: true\n`,
    ],
    ['below a heading alone', `${BASE}rollouts:\n# nothing yet\nstrict: true\n`],
    ['into braces', `${BASE}rollouts: { notes: { candidate: nano } }\n`],
    ['into empty braces', `${BASE}rollouts: {} # none\n`],
  ];
  for (const [where, source] of places) {
    test(`${where}: every other line stays and the result is valid`, () => {
      const text = withRollout(source, 'triage', { ...CASCADE, steps: [1, 100], by: 'tenant', approval: 'ask' });
      const rollout = configOf(text).rollouts.get('triage');
      assert.deepEqual([rollout?.stepsPercent, rollout?.by, rollout?.approval], [[1, 100], 'tenant', 'ask']);
      assert.deepEqual(
        rollout?.candidate.targets.map(({ name }) => name),
        ['nano', 'haiku'],
      );
      assert.equal(configOf(text).rollouts.has('notes'), source.includes('candidate: nano'));
      const gone = changes(source, text).filter((line) => line.startsWith('-'));
      assert.equal(gone.length, /rollouts: ?\{/.test(source) ? 1 : source.endsWith('\n') ? 0 : gone.length);
      assert.ok(text.startsWith(BASE.trimEnd()));
    });
  }

  test('as one line, in the words of whoever wrote it', () => {
    const text = withRollout(BASE, 'triage', { ...CASCADE, candidate: ' "nano" ', approval: 'ask' });
    assert.equal(text, `${BASE}rollouts:\n  triage: { candidate: "nano", approval: ask }\n`);
  });

  test('that is there gets another candidate and keeps what nobody changed, comments too', () => {
    const source = `${BASE}rollouts:
  triage:
    candidate: # first try
      cascade: [nano, sonnet]
    max_loss: 1 # strict
    steps: [5, 100]
`;
    const text = withRollout(source, 'triage', { ...CASCADE, steps: [10, 100], by: 'tenant' });
    assert.deepEqual(changes(source, text), [
      '-    candidate: # first try',
      '-      cascade: [nano, sonnet]',
      '+    candidate: { cascade: [nano, haiku] }',
      '-    steps: [5, 100]',
      '+    steps: [10, 100]',
      '+    by: tenant',
    ]);
    assert.equal(configOf(text).rollouts.get('triage')?.maxLoss, 0.01);
    const flow = `${BASE}rollouts: { triage: { candidate: nano, max_loss: 1 } } # here\n`;
    assert.ok(
      withRollout(flow, 'triage', CASCADE).endsWith(
        'rollouts: { triage: { candidate: { cascade: [nano, haiku] }, max_loss: 1 } } # here\n',
      ),
    );
  });

  test('that says the same already changes nothing, and a second time neither', () => {
    const source = `${BASE}rollouts:\n  triage: { candidate: { cascade: [ nano, "haiku" ] } }\n`;
    assert.equal(withRollout(source, 'triage', CASCADE), source);
    const once = withRollout(BASE, 'triage', { ...CASCADE, steps: [5, 100] });
    assert.equal(withRollout(once, 'triage', { ...CASCADE, steps: [5, 100] }), once);
  });

  test('whose candidate would be more than a route is refused', () => {
    for (const candidate of [
      '',
      '  ',
      'nano, steps: [100]',
      'nano }, notes: { candidate: nano',
      '{ cascade: [nano',
      'nano # so',
      '*x',
    ])
      assert.throws(() => withRollout(BASE, 'triage', { ...CASCADE, candidate }), /is no route on one line/, candidate);
    const variable = withRollout(BASE, 'triage', { ...CASCADE, candidate: '${CHEAP:-nano}' });
    assert.deepEqual(configOf(variable).rollouts.get('triage')?.candidate.targets[0], { kind: 'model', name: 'nano' });
  });

  test('is refused where it cannot be told what would change', () => {
    const refused: [string, RegExp][] = [
      ['{ models: {} }', /stands in braces as a whole/],
      [
        `shared: &all { notes: { candidate: nano } }\n${BASE}rollouts: *all\n`,
        /rollouts of the configuration are an alias/,
      ],
      [`${BASE}one: &one { candidate: nano }\nrollouts:\n  triage: *one\n`, /rollouts\.triage is not written out/],
      [`${BASE}rollouts: { notes: { candidate: nano } # the last }\n }\n`, /without touching more|no valid YAML/],
      ['a: [', /no valid YAML/],
    ];
    for (const [source, problem] of refused)
      assert.throws(() => withRollout(source, 'triage', CASCADE), problem, source);
  });
});

describe('the candidate is made the route', () => {
  const candidates: [string, string][] = [
    ['in braces', '  triage: { candidate: { cascade: [nano, haiku], fallback: sonnet }, approval: ask } # try\n'],
    [
      'below its key',
      '  triage:\n    approval: ask\n    candidate: { cascade: [nano, haiku], fallback: sonnet } # try\n',
    ],
    [
      'as lines',
      '  triage:\n      candidate:\n        cascade:\n        - nano\n        - haiku\n        fallback: sonnet\n',
    ],
    ['in braces over lines', '  triage: { candidate: {\n    cascade: [nano,\n      haiku], fallback: sonnet } }\n'],
  ];
  const tasks: [string, string][] = [
    ['in braces', '  triage: { accept: [{ refusal: true }], route: sonnet, volume: 5 } # kept\n'],
    ['as lines', '  triage:\n    accept: [{ refusal: true }]\n    route: sonnet # kept\n    volume: 5\n'],
    [
      'as deep lines',
      '    triage:\n            route:\n              model: sonnet\n            # kept\n            accept: [{ refusal: true }]\n            volume: 5\n',
    ],
  ];
  const head = BASE.slice(0, BASE.indexOf('  triage'));
  for (const [how, candidate] of candidates)
    for (const [where, task] of tasks)
      test(`from ${how} to a task ${where}, and the rollout goes`, () => {
        const source = `${head}${task}\nrollouts:\n${candidate}\nstrict: true # last\n`;
        const before = configOf(source);
        const text = withCandidateAsRoute(source, 'triage');
        const after = configOf(text);
        assert.deepEqual(after.tasks.get('triage')?.route, before.rollouts.get('triage')?.candidate);
        assert.deepEqual(after.tasks.get('triage')?.accept, before.tasks.get('triage')?.accept);
        assert.equal(after.rollouts.size, 0);
        assert.match(text, /# kept\n[^]*\nstrict: true # last\n$/);
        assert.doesNotMatch(text, /rollouts|\n\n\n/);
      });

  test('with the comments inside it; those beside it go with the rollout', () => {
    const source = `${head}  triage:
    route: sonnet
    accept: [{ refusal: true }]
rollouts:
  notes: { candidate: nano }
  triage:
    # cheap first
    candidate:
      # two of them
      cascade: [nano, haiku] # by price
    max_loss: 1
  # the end
`.replace('  triage:\n    route', '  notes: { route: haiku }\n  triage:\n    route');
    const text = withCandidateAsRoute(source, 'triage');
    assert.deepEqual(changes(source, text), [
      '-    route: sonnet',
      '+    route:',
      '+      # two of them',
      '+      cascade: [nano, haiku] # by price',
      '-  triage:',
      '-    # cheap first',
      '-    candidate:',
      '-      # two of them',
      '-      cascade: [nano, haiku] # by price',
      '-    max_loss: 1',
    ]);
    assert.deepEqual([...configOf(text).rollouts.keys()], ['notes']);
  });

  test('in sections in braces, first, last and alone', () => {
    const body = (rollouts: string): string => `${BASE}rollouts: ${rollouts}\n`;
    const triage = 'triage: { candidate: nano }';
    const rest = 'notes: { candidate: nano }';
    for (const [rollouts, left] of [
      [`{ ${triage}, ${rest} }`, `rollouts: { ${rest} }\n`],
      [`{ ${rest}, ${triage} }`, `rollouts: { ${rest} }\n`],
      [`{ ${triage} }`, ''],
    ] as const)
      assert.equal(
        withCandidateAsRoute(body(rollouts), 'triage'),
        `${BASE.replace('route: sonnet', 'route: nano')}${left}`,
      );
  });

  test('where the route comes from elsewhere it is written down', () => {
    const source = `${head}  notes: &usual { accept: [{ refusal: true }], route: sonnet }
  triage: { <<: *usual, volume: 5 }
rollouts: { triage: { candidate: nano } }
`;
    const text = withCandidateAsRoute(source, 'triage');
    assert.match(text, /triage: \{ <<: \*usual, volume: 5, route: nano \}/);
    assert.equal(configOf(text).tasks.get('notes')?.route.targets[0]?.name, 'sonnet');
  });

  test('is refused where it cannot be told, with what to do', () => {
    const refused: [string, RegExp][] = [
      [BASE, /rollouts\.triage is not written out in its place; change the configuration by hand/],
      [
        `${BASE}rollouts: { triage: { candidate: {\n cascade: [nano, haiku] # both\n } } }\n`,
        /comments or variables on several lines/,
      ],
      [
        `${BASE}rollouts: { triage: { candidate: {\n cascade: [nano, "\${B}"]\n } } }\n`,
        /comments or variables on several lines/,
      ],
      [
        BASE.replace('  triage: {', '  t: &t {').replace('  notes', '  triage: *t\n  notes'),
        /tasks\.triage is not written out/,
      ],
    ];
    for (const [source, problem] of refused) assert.throws(() => withCandidateAsRoute(source, 'triage'), problem);
  });
});
