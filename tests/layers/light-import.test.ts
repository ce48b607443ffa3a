// Importing the library must cost next to nothing: whatever the entry point imports by itself is a few small files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const source = path.join(import.meta.dirname, '../../src');

/** Files and packages that are loaded with `entry`; what is imported later, or only for its types, is not. */
function loadedWith(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, words = '', target = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\b((?!\s+type\b)[^;'"]*?)(?:\bfrom\s+)?'([^']+)';$/gms,
    )) {
      const isOnlyTypes = /^\s*\{(?:\s*type\s+[\w\s]+,?)+\}\s*$/.test(words);
      if (isOnlyTypes) continue;
      if (target.startsWith('.')) visit(path.resolve(path.dirname(file), target));
      else packages.add(target);
    }
  };
  visit(path.join(source, entry));
  return { files, packages };
}

test('the walk follows imports of values, and finds what they load', () => {
  const { files, packages } = loadedWith('library/open-router.ts');
  assert.ok(files.has(path.join(source, 'router.ts')));
  assert.ok(packages.has('zod') && packages.has('yaml') && packages.has('eventsource-parser'));
});

test('the entry point loads no package, no command, and not the router', () => {
  const { files, packages } = loadedWith('index.ts');
  assert.deepEqual([...packages], []);
  const names = [...files].map((file) => path.relative(source, file));
  assert.ok(names.includes('library/create-router.ts') && names.includes('library/language-model.ts'));
  assert.ok(names.length < 30, names.join(' '));
  const heavy = names.filter((name) =>
    /^(cli|gateway|ledger|catalog|delivery|state)\/|^(router|engine|instance)\.ts$/.test(name),
  );
  assert.deepEqual(heavy, []);
});
