// The ledger as people and readers see it: `calls` and `attempts`, put together from entries and their forms. A column is
// added here; nothing that has been written is touched.

/** Disjoint token classes, in the order of a journal line. */
export const TOKEN_COLUMNS = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
] as const;

type TokenColumn = (typeof TOKEN_COLUMNS)[number];

const tokens = (text: string, at: string): Record<TokenColumn, string> =>
  Object.fromEntries(TOKEN_COLUMNS.map((column, i) => [column, `${text} ->> '${at}[${i}]'`])) as Record<
    TokenColumn,
    string
  >;

/** Columns of `calls` and where each is: `words` by its name in `CallRow`, `figures` by its place in a line. */
export const CALL_COLUMNS = {
  seq: 'seq',
  id: 'id',
  at_ms: 'figures ->> 0',
  tenant: `words ->> 'tenant'`,
  task: `words ->> 'task'`,
  rollout: `words ->> '$.arm.rollout'`,
  arm: `words ->> '$.arm.arm'`,
  rollout_percent: `words ->> '$.arm.percent'`,
  session: 'figures ->> 7',
  dialect: `words ->> 'dialect'`,
  stream: `words ->> 'stream'`,
  requested_model: `words ->> 'requestedModel'`,
  asks: `words ->> 'asks'`,
  max_output_tokens: 'figures ->> 9',
  messages: 'figures ->> 10',
  prediction: 'figures -> 11',
  model: `words ->> 'model'`,
  tier: `words ->> 'tier'`,
  provider: `words ->> 'provider'`,
  response_model: `words ->> 'responseModel'`,
  status: `words ->> 'status'`,
  http_status: `words ->> 'httpStatus'`,
  error_code: `words ->> 'errorCode'`,
  finish_reason: `words ->> 'finishReason'`,
  escalated: `words ->> 'escalated'`,
  ...tokens('figures', '$[6]'),
  cost_nano_usd: 'figures ->> 4',
  cost_basis: `words ->> 'costBasis'`,
  baseline_model: `words ->> 'baselineModel'`,
  baseline_nano_usd: 'figures ->> 5',
  baseline_basis: `words ->> 'baselineBasis'`,
  latency_ms: '(figures ->> 1) / 1000.0',
  ttft_ms: '(figures ->> 2) / 1000.0',
  decision_us: '(figures ->> 3) / 1000.0',
  reasons: `words -> 'reasons'`,
  planned: `words -> 'planned'`,
  losses: `words -> 'losses'`,
} as const;

/** Columns of `attempts`: `word` and `figure` are one attempt's share of words and figures. */
export const ATTEMPT_COLUMNS = {
  call_seq: 'seq',
  idx: `word.value ->> 'index'`,
  model: `word.value ->> 'model'`,
  provider: `word.value ->> 'provider'`,
  upstream_model: `word.value ->> 'upstreamModel'`,
  status: `word.value ->> 'status'`,
  http_status: `word.value ->> 'httpStatus'`,
  error_code: `word.value ->> 'errorCode'`,
  start_ms: '(figure.value ->> 0) / 1000.0',
  latency_ms: '(figure.value ->> 1) / 1000.0',
  ttft_ms: '(figure.value ->> 2) / 1000.0',
  ...tokens('figure.value', '$[4]'),
  cost_nano_usd: 'figure.value ->> 3',
  cost_basis: `word.value ->> 'costBasis'`,
  upstream_request_id: 'figure.value ->> 5',
  verdicts: `figure.value -> 6`,
  stopped: `word.value ->> 'stopped'`,
  expected_input_tokens: `figure.value ->> '$[7][0]'`,
  expected_cached_tokens: `figure.value ->> '$[7][1]'`,
  expected_output_tokens: `figure.value ->> '$[7][2]'`,
  expected_cost_nano_usd: `figure.value ->> '$[7][3]'`,
  expected_pass_rate: `(figure.value ->> '$[7][4]') / 1e6`,
} as const;

export type CallColumn = keyof typeof CALL_COLUMNS;
export type AttemptColumn = keyof typeof ATTEMPT_COLUMNS;

const select = (columns: Record<string, string>): string =>
  Object.entries(columns)
    .map(([column, expression]) => `${expression} AS ${column}`)
    .join(', ');

/** Made afresh whenever the schema version changes. */
export const CREATE_VIEWS = `
  DROP VIEW IF EXISTS calls;
  DROP VIEW IF EXISTS attempts;
  CREATE VIEW calls AS SELECT ${select(CALL_COLUMNS)} FROM entries JOIN forms USING (form);
  CREATE VIEW attempts AS SELECT ${select(ATTEMPT_COLUMNS)} FROM entries JOIN forms USING (form),
    json_each(words, '$.attempts') AS word JOIN json_each(figures, '$[8]') AS figure ON figure.key = word.key;`;
