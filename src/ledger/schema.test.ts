import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareDatabase, ROLLUP_KEYS, ROLLUP_SUMS, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { inTransaction, openDatabase } from './sqlite.ts';
import { ATTEMPT_COLUMNS, CALL_COLUMNS } from './views.ts';

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
  assert.deepEqual(columnsOf(db, 'calls'), Object.keys(CALL_COLUMNS));
  assert.deepEqual(columnsOf(db, 'attempts'), Object.keys(ATTEMPT_COLUMNS));
  assert.deepEqual(columnsOf(db, 'rollups'), [...ROLLUP_KEYS, ...ROLLUP_SUMS]);
  assert.equal(schemaVersion(db), SCHEMA_VERSION);
  db.close();
});

test('preparing a current file again changes nothing', () => {
  const db = preparedDatabase();
  db.exec(`INSERT INTO entries (id, form, figures) VALUES ('kept', 1, '[]')`);
  prepareDatabase(db);
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM entries').get()?.['n'], 1);
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
        db.exec(`INSERT INTO entries (id, form, figures) VALUES ('gone', 1, '[]')`);
        throw failure;
      }),
    failure,
  );
  assert.equal(
    inTransaction(db, () => db.prepare('SELECT COUNT(*) AS n FROM entries').get()?.['n']),
    0,
  );
  db.close();
});
