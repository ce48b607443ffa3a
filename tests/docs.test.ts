// The pages say what the code does: tables, links, examples and names in them are checked against it.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ERRORS } from '../src/call/errors.ts';
import { parseConfig } from '../src/config/load.ts';
import { configSchema } from '../src/config/schema.ts';

const ROOT = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const FILES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
const PAGES = new Map(FILES.map((file) => [file, read(file)]));

/** A page without its code, where brackets are no links. */
const prose = (text: string): string => text.replaceAll(/^( *)```.*?^\1```$/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** What a heading is called in a link. */
function slug(heading: string): string {
  const plain = heading.replaceAll(/[`*]|\[|\]\([^)]*\)/g, '').trim();
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function everyMatch(pattern: RegExp): [string, string][] {
  return [...PAGES].flatMap(([file, text]) =>
    [...text.matchAll(pattern)].map((match): [string, string] => [file, match[1] ?? '']),
  );
}

test('there are pages to check', () => {
  for (const file of ['README.md', 'ARCHITECTURE.md', 'docs/errors.md', 'docs/README.md'])
    assert.ok(PAGES.has(file), file);
});

test('the page of errors and the table in the code are the same, line by line', () => {
  const rows = [
    ...read('docs/errors.md').matchAll(/^\| `([a-z_]+)` \| (\d+) \| (\w+) \| (yes|no) \| (.+?) \| (.+) \|$/gm),
  ];
  const told = rows.map(([, code, status, fault, again, sentence]) => [
    code,
    Number(status),
    fault,
    again === 'yes',
    sentence,
  ]);
  const known = Object.entries(ERRORS).map(([code, kind]) => [
    code,
    kind.status,
    kind.fault,
    kind.retryable,
    kind.sentence,
  ]);
  assert.deepEqual(told, known);
  for (const [, code, , , , , advice] of rows) assert.match(advice ?? '', /^[A-Z].*\.$/, code);
});

test('every relative link leads to a file, and to a heading of it', () => {
  let links = 0;
  for (const [file, text] of PAGES) {
    for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links++;
      const [name = '', anchor] = target.split('#');
      const to = name === '' ? file : path.join(path.dirname(file), name);
      assert.ok(existsSync(path.join(ROOT, to)), `${file}: ${target}`);
      if (anchor === undefined) continue;
      const headings = [...read(to).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading));
      assert.ok(headings.includes(anchor), `${file}: ${target}; there are ${headings.join(', ')}`);
    }
  }
  assert.ok(links > 20, `${links} links`);
});

test('every page in docs/ is on the list of pages', () => {
  for (const file of FILES) {
    if (/^docs\/[^/]+$/.test(file) && file !== 'docs/README.md') {
      assert.ok(read('docs/README.md').includes(`(${path.basename(file)})`), file);
    }
  }
});

test('every page of a client is on the list of clients', () => {
  const pages = FILES.filter((file) => /^docs\/clients\/(?!README)/.test(file));
  assert.ok(pages.length > 8, pages.join(', '));
  for (const file of pages) assert.ok(read('docs/clients/README.md').includes(`(${path.basename(file)})`), file);
});

describe('examples of configuration', () => {
  /** What fragments of the pages refer to, for the sections that they leave out. */
  const SECTIONS: Record<string, string> = {
    providers:
      'providers: { anthropic: { api_key: k }, openai: { api_key: k }, openrouter: { api_key: k }, local: { dialect: openai, base_url: http://127.0.0.1:1/v1 } }',
    models: `models:
  small: { use: anthropic/claude-haiku-4-5 }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: mid }
  opus: { use: anthropic/claude-opus-4-7, tier: frontier }`,
    keys: 'keys: [a-key-for-tests]',
  };
  const keys = new Set(Object.keys(configSchema.shape));

  function blocks(text: string): string[] {
    const found = [...text.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map(([, block = '']) => block);
    return found.filter((block) => keys.has(/^([a-z_]+):/m.exec(block)?.[1] ?? ''));
  }

  function complete(block: string): string {
    const own = new Set([...block.matchAll(/^([a-z_]+):/gm)].map(([, key]) => key));
    const sections = { ...SECTIONS };
    // A page's own providers and tiers want models that fit them.
    const provider = /^providers:\n {2}([\w-]+):/m.exec(block)?.[1];
    if (provider !== undefined) sections.models = `models: { any: ${provider}/some-model }`;
    else if (own.has('tiers')) sections.models = 'models: { any: openai/some-model }';
    const added = Object.entries(sections).filter(([key]) => !own.has(key));
    return [block, ...added.map(([, section]) => section)].join('\n');
  }

  function environment(text: string): Record<string, string> {
    const names = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => [
      name,
      name.endsWith('URL') ? 'http://127.0.0.1:1/v1' : `value-of-${name.toLowerCase()}`,
    ]);
    return { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k', ...(Object.fromEntries(names) as Record<string, string>) };
  }

  for (const [file, text] of PAGES) {
    for (const [index, block] of blocks(text).entries()) {
      test(`${file}, number ${index + 1} can be used as it stands`, () => {
        const config = parseConfig(complete(block), {
          file: path.join(ROOT, 'examples/tierline.yaml'),
          env: environment(block),
        });
        assert.ok(config.models.size > 0);
      });
    }
  }

  test('the one on the first page needs nothing added', () => {
    const [block = ''] = blocks(read('README.md'));
    const config = parseConfig(block, { file: path.join(ROOT, 'examples/tierline.yaml'), env: environment(block) });
    assert.deepEqual([...config.tasks.keys()], ['ticket-triage', 'code-review']);
  });

  test('there are many', () => {
    assert.ok([...PAGES.values()].flatMap(blocks).length >= 10);
  });
});

describe('names in the pages', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  test('every npm script exists', () => {
    const named = [...everyMatch(/\bnpm run ([a-z][\w:-]*)/g), ...everyMatch(/\bnpm (start|test)\b/g)];
    for (const [file, script] of named) assert.ok(scripts[script] !== undefined, `${file}: npm run ${script}`);
    assert.ok(named.length > 5);
  });

  test('every file of the project exists', () => {
    const named = everyMatch(/`((?:src|tests|docs|bench|scripts|examples)\/[\w./-]*)`/g);
    for (const [file, name] of named) assert.ok(existsSync(path.join(ROOT, name)), `${file}: ${name}`);
    assert.ok(named.length > 0);
  });

  test('every command exists', () => {
    const sources = globSync('src/cli/**/*.ts', { cwd: ROOT }).map(read).join('\n');
    const commands = [...sources.matchAll(/\.?command\('([a-z-]+)'\)/g)].map(([, name]) => name);
    const named = everyMatch(/(?:`|^)(?:npx )?tierline ([a-z]+)/gm);
    for (const [file, name] of named) assert.ok(commands.includes(name), `${file}: tierline ${name}`);
    assert.ok(named.length > 5);
  });

  test('every error code is one of the table', () => {
    for (const [file, code] of everyMatch(/`((?:upstream|invalid)_[a-z_]+)`/g)) {
      if (code === 'upstream_model' || code === 'invalid_request_error') continue;
      assert.ok(Object.hasOwn(ERRORS, code), `${file}: ${code}`);
    }
  });
});

describe('what no page and no lock file may tell', () => {
  test("paths of somebody's machine and hosts of registries", () => {
    for (const [file, text] of PAGES) {
      assert.doesNotMatch(text, /(^|[\s`"'(=])\/(work|tmp|home|root|Users)\//m, file);
      assert.doesNotMatch(text, /registry\.|npmjs\.(org|com)|artifactory|verdaccio/i, file);
    }
  });

  test('where packages were downloaded from', () => {
    assert.doesNotMatch(read('package-lock.json'), /"resolved": "(?!node_modules|\.)/);
  });
});
