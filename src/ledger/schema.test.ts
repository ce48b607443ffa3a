import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ATTEMPT_COLUMNS,
  CALL_COLUMNS,
  prepareDatabase,
  ROLLUP_KEYS,
  ROLLUP_SUMS,
  SCHEMA_VERSION,
  schemaVersion,
} from './schema.ts';
import { inTransaction, openDatabase } from './sqlite.ts';

function preparedDatabase() {
  const db = openDatabase(':memory:');
  prepareDatabase(db);
  return db;
}

function columnsOf(db: ReturnType<typeof preparedDatabase>, table: string): unknown[] {
  return db
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map((row) => row['name']);
}

test('the migrations make the tables that the code names', () => {
  const db = preparedDatabase();
  assert.deepEqual(columnsOf(db, 'calls'), ['seq', ...CALL_COLUMNS]);
  assert.deepEqual(columnsOf(db, 'attempts'), ['call_seq', ...ATTEMPT_COLUMNS]);
  assert.deepEqual(columnsOf(db, 'rollups'), [...ROLLUP_KEYS, ...ROLLUP_SUMS]);
  assert.equal(schemaVersion(db), SCHEMA_VERSION);
  db.close();
});

test('preparing a current file again changes nothing', () => {
  const db = preparedDatabase();
  db.exec(`INSERT INTO calls (id) VALUES ('kept')`);
  prepareDatabase(db);
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM calls').get()?.['n'], 1);
  db.close();
});

test('a file of a newer release is refused and left alone', () => {
  const db = preparedDatabase();
  db.exec('PRAGMA user_version = 999');
  assert.throws(() => prepareDatabase(db), /schema 999.*newer release/);
  assert.equal(schemaVersion(db), 999);
  db.close();
});

test('a transaction that throws leaves nothing behind and lets the next one begin', () => {
  const db = preparedDatabase();
  const failure = new Error('no');
  assert.throws(
    () =>
      inTransaction(db, () => {
        db.exec(`INSERT INTO calls (id) VALUES ('gone')`);
        throw failure;
      }),
    failure,
  );
  assert.equal(
    inTransaction(db, () => db.prepare('SELECT COUNT(*) AS n FROM calls').get()?.['n']),
    0,
  );
  db.close();
});
