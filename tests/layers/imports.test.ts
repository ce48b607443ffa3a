// Walks every import of src/ and holds it against the table in ARCHITECTURE.md.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '../..');
const source = path.join(root, 'src');

interface Layer {
  name: string;
  allowed: Set<string>;
}

/** Rows of the table under "Layout": | folder/ | what it is | may import |. "all above" means every earlier row. */
function readTable(): Map<string, Layer> {
  const layers = new Map<string, Layer>();
  const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const table = page.split('<!-- layers -->')[1] ?? '';
  for (const line of table.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
    const name = cells[1]?.replace(/\/$/, '');
    if (cells.length < 5 || name === undefined || name === 'folder' || name.startsWith('---')) continue;
    const says = cells[3] ?? '';
    const words =
      says === 'nothing'
        ? []
        : says === 'all above'
          ? [...layers.keys()]
          : says.split(',').map((word) => word.trim().replace(/\/$/, ''));
    layers.set(name, { name, allowed: new Set([name, ...words]) });
  }
  return layers;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => path.join(folder, file));
}

/** The layer of a file: its top folder, or its own name for files directly in src/. */
function layerOf(file: string): string {
  return path.relative(source, file).split(path.sep)[0] as string;
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    path.resolve(path.dirname(file), match[1] as string),
  );
}

test('imports go down the table of ARCHITECTURE.md only', () => {
  const layers = readTable();
  const files = filesOf(source);
  assert.ok(files.length > 40, 'the walk found the source');
  const wrong: string[] = [];
  let walked = 0;
  for (const file of files) {
    const layer = layers.get(layerOf(file));
    assert.ok(layer, `${layerOf(file)} has no row in ARCHITECTURE.md`);
    for (const target of importsOf(file)) {
      walked++;
      if (!layer.allowed.has(layerOf(target)))
        wrong.push(`${path.relative(root, file)} imports ${path.relative(root, target)}`);
    }
  }
  assert.ok(walked > 100, 'the walk found the imports');
  assert.deepEqual(wrong, []);
});

test('every row of the table is a folder or file that exists', () => {
  const found = new Set(filesOf(source).map(layerOf));
  assert.deepEqual(
    [...readTable().keys()].filter((name) => !found.has(name)),
    [],
  );
});
