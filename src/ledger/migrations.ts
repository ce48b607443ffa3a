// The tables of a ledger file, as a list of steps from one schema version to the next. A released step is never edited.

/**
 * Step n takes a file from version n to n + 1 (`PRAGMA user_version`). The views are made afresh after the last one, so a
 * step that only changes them is an empty string.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE calls (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL, at_ms INTEGER, tenant TEXT, task TEXT, session TEXT, dialect TEXT, stream INTEGER,
     requested_model TEXT, model TEXT, tier TEXT, provider TEXT, response_model TEXT,
     status TEXT, http_status INTEGER, error_code TEXT, finish_reason TEXT, escalated INTEGER,
     input_tokens INTEGER, cache_read_tokens INTEGER, cache_write_5m_tokens INTEGER, cache_write_1h_tokens INTEGER,
     output_tokens INTEGER, reasoning_tokens INTEGER, audio_input_tokens INTEGER, audio_output_tokens INTEGER,
     cost_nano_usd INTEGER, cost_basis TEXT,
     baseline_model TEXT, baseline_nano_usd INTEGER, baseline_basis TEXT,
     latency_ms REAL, ttft_ms REAL, decision_us REAL,
     reasons TEXT, planned TEXT, losses TEXT
   );
   CREATE UNIQUE INDEX calls_id ON calls (id);

   CREATE TABLE attempts (
     call_seq INTEGER NOT NULL, idx INTEGER NOT NULL,
     model TEXT, provider TEXT, upstream_model TEXT, status TEXT, http_status INTEGER, error_code TEXT,
     start_ms REAL, latency_ms REAL, ttft_ms REAL,
     input_tokens INTEGER, cache_read_tokens INTEGER, cache_write_5m_tokens INTEGER, cache_write_1h_tokens INTEGER,
     output_tokens INTEGER, reasoning_tokens INTEGER, audio_input_tokens INTEGER, audio_output_tokens INTEGER,
     cost_nano_usd INTEGER, cost_basis TEXT, upstream_request_id TEXT,
     PRIMARY KEY (call_seq, idx)
   ) WITHOUT ROWID;

   CREATE TABLE rollups (
     hour INTEGER NOT NULL, tenant TEXT NOT NULL, task TEXT NOT NULL,
     model TEXT NOT NULL, tier TEXT NOT NULL, provider TEXT NOT NULL,
     calls INTEGER NOT NULL, errors INTEGER NOT NULL, partials INTEGER NOT NULL, clients_gone INTEGER NOT NULL,
     escalated INTEGER NOT NULL, attempts INTEGER NOT NULL,
     input_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL,
     cache_write_5m_tokens INTEGER NOT NULL, cache_write_1h_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
     audio_input_tokens INTEGER NOT NULL, audio_output_tokens INTEGER NOT NULL, usage_unknown INTEGER NOT NULL,
     cost_nano_usd INTEGER NOT NULL, cost_unknown INTEGER NOT NULL, cost_estimated INTEGER NOT NULL,
     baseline_nano_usd INTEGER NOT NULL, baseline_unknown INTEGER NOT NULL,
     compared INTEGER NOT NULL, compared_cost_nano_usd INTEGER NOT NULL, compared_baseline_nano_usd INTEGER NOT NULL,
     latency_us INTEGER NOT NULL,
     latency_bucket_0 INTEGER NOT NULL, latency_bucket_1 INTEGER NOT NULL, latency_bucket_2 INTEGER NOT NULL,
     latency_bucket_3 INTEGER NOT NULL, latency_bucket_4 INTEGER NOT NULL, latency_bucket_5 INTEGER NOT NULL,
     latency_bucket_6 INTEGER NOT NULL, latency_bucket_7 INTEGER NOT NULL, latency_bucket_8 INTEGER NOT NULL,
     latency_bucket_9 INTEGER NOT NULL, latency_bucket_10 INTEGER NOT NULL,
     PRIMARY KEY (hour, tenant, task, model, tier, provider)
   ) WITHOUT ROWID;

   CREATE TABLE segments (file TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE skipped_lines (file TEXT NOT NULL, offset INTEGER NOT NULL, why TEXT NOT NULL, line TEXT NOT NULL);`,

  // Rows become entries: the words they share with others in a form, their figures by themselves. The two tables become
  // views of the same names and columns.
  `CREATE TABLE forms (form INTEGER PRIMARY KEY, words TEXT NOT NULL);
   CREATE TABLE entries (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, form INTEGER NOT NULL, figures TEXT NOT NULL);

   CREATE TABLE old_rows AS SELECT seq, id,
     json_object(
       'tenant', tenant, 'task', task, 'dialect', dialect, 'stream', json(iif(stream, 'true', 'false')),
       'requestedModel', requested_model, 'model', model, 'tier', tier, 'provider', provider,
       'responseModel', response_model, 'reasons', json(reasons), 'planned', json(planned), 'losses', json(losses),
       'status', status, 'httpStatus', http_status, 'errorCode', error_code, 'finishReason', finish_reason,
       'escalated', json(iif(escalated, 'true', 'false')), 'costBasis', cost_basis,
       'baselineModel', baseline_model, 'baselineBasis', baseline_basis,
       'attempts', json((SELECT json_group_array(json_object(
         'index', idx, 'model', model, 'provider', provider, 'upstreamModel', upstream_model, 'status', status,
         'httpStatus', http_status, 'errorCode', error_code, 'costBasis', cost_basis) ORDER BY idx)
         FROM attempts WHERE call_seq = seq))
     ) AS words,
     json_array(
       at_ms, CAST(round(latency_ms * 1000) AS INTEGER), CAST(round(ttft_ms * 1000) AS INTEGER),
       CAST(round(decision_us * 1000) AS INTEGER), cost_nano_usd, baseline_nano_usd,
       json(iif(input_tokens IS NULL, NULL, json_array(
         input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
         output_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens))),
       session,
       json((SELECT json_group_array(json_array(
         CAST(round(start_ms * 1000) AS INTEGER), CAST(round(latency_ms * 1000) AS INTEGER),
         CAST(round(ttft_ms * 1000) AS INTEGER), cost_nano_usd,
         json(iif(input_tokens IS NULL, NULL, json_array(
           input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
         output_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens))),
         upstream_request_id) ORDER BY idx)
         FROM attempts WHERE call_seq = seq))
     ) AS figures
     FROM calls;
   INSERT INTO forms (words) SELECT DISTINCT words FROM old_rows;
   CREATE INDEX forms_words ON forms (words);
   INSERT INTO entries SELECT seq, id, form, figures FROM old_rows JOIN forms USING (words) ORDER BY seq;
   CREATE UNIQUE INDEX entries_id ON entries (id);
   DROP INDEX forms_words;
   DROP TABLE old_rows;
   DROP TABLE attempts;
   DROP TABLE calls;`,

  // Attempts have verdicts, and say why they were stopped.
  '',

  // And what was expected of them.
  '',

  // Calls say what their requests asked for.
  '',

  // And what a learned router said of them, which rollups count.
  [
    'foreseen_predicted',
    'foreseen_explored',
    'foreseen_pinned',
    'foreseen_static',
    'unforeseen_no_evidence',
    'unforeseen_broken',
    'unforeseen_late',
    'unforeseen_resting',
  ]
    .map((column) => `ALTER TABLE rollups ADD COLUMN ${column} INTEGER NOT NULL DEFAULT 0;`)
    .join('\n'),

  // What was found out about calls after they had ended, and what that has cost.
  `CREATE TABLE notes (
     seq INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL,
     tenant TEXT NOT NULL, task TEXT, about TEXT, costs TEXT NOT NULL, body TEXT NOT NULL
   );
   CREATE UNIQUE INDEX notes_id ON notes (id);
   CREATE INDEX notes_kind ON notes (kind, seq);
   CREATE INDEX notes_about ON notes (about) WHERE about IS NOT NULL;
   ALTER TABLE rollups ADD COLUMN canaries INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE rollups ADD COLUMN canary_nano_usd INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE rollups ADD COLUMN canary_unknown INTEGER NOT NULL DEFAULT 0;`,

  // And the side of a rollout that they were on.
  '',
];
