// Logs as they lie on disks: what each tool writes, shortened to a few records. Field by field from the tools' own documentation, see the
// readers. Shared by the tests of this folder and of the commands.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

export const TRIAGE =
  'You are a support triage system. Classify the ticket as billing, bug or sales. Answer with one word.';

const messages = (ask: string): unknown[] => [
  { role: 'system', content: TRIAGE },
  { role: 'user', content: ask },
];

/** A row of LiteLLM_SpendLogs with prompts, as a JSON export has it. */
export const LITELLM_ROW = {
  request_id: 'chatcmpl-Cz1',
  call_type: 'acompletion',
  api_key: '88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b',
  spend: 0.00135,
  total_tokens: 503,
  prompt_tokens: 500,
  completion_tokens: 3,
  startTime: '2026-11-20T08:15:02.120000+00:00',
  endTime: '2026-11-20T08:15:02.870000+00:00',
  request_duration_ms: 750,
  completionStartTime: '2026-11-20T08:15:02.700000+00:00',
  model: 'gpt-4o',
  model_id: 'a1b2',
  model_group: 'triage-model',
  custom_llm_provider: 'openai',
  api_base: 'https://api.openai.com',
  user: 'default_user_id',
  metadata: {
    status: 'success',
    user_api_key_alias: 'support-bot',
    usage_object: {
      prompt_tokens: 500,
      completion_tokens: 3,
      total_tokens: 503,
      prompt_tokens_details: { cached_tokens: 128, audio_tokens: 0 },
    },
  },
  cache_hit: 'False',
  cache_key: 'Cache OFF',
  request_tags: ['ticket-triage', 'User-Agent: OpenAI', 'User-Agent: OpenAI/Python 2.1.0'],
  team_id: 'team-1',
  end_user: '',
  messages: {},
  response: {
    id: 'chatcmpl-Cz1',
    object: 'chat.completion',
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'billing' } }],
    usage: { prompt_tokens: 500, completion_tokens: 3, total_tokens: 503 },
  },
  session_id: 's-1',
  status: 'success',
  proxy_server_request: { model: 'triage-model', messages: messages('I was charged twice.'), temperature: 0 },
};

/** The same table out of psql's CSV, without prompts: an error, a cache hit, a model LiteLLM has no price of, an embedding. */
export const LITELLM_CSV = `request_id,call_type,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,model,custom_llm_provider,metadata,cache_hit,request_tags,status,messages,response,proxy_server_request
req-1,acompletion,0.0021,820,800,20,2026-11-20 08:00:00.5,2026-11-20 08:00:01.25,claude-sonnet-4-6,anthropic,"{""additional_usage_values"":{""cache_read_input_tokens"":600,""cache_creation_input_tokens"":0}}",False,"[""taskName:summarize"",""User-Agent: curl""]",success,{},{},{}
req-2,acompletion,0,0,0,0,2026-11-20 08:01:00,2026-11-20 08:01:30,claude-sonnet-4-6,anthropic,"{""status"":""failure"",""error_information"":{""error_class"":""Timeout"",""error_message"":""took, too long""}}",,"[]",failure,{},{},{}
req-3,acompletion,0,110,100,10,2026-11-20 08:02:00,2026-11-20 08:02:00.01,gpt-4o-mini,openai,{},True,"[""faq""]",success,{},{},{}
req-4,acompletion,0,110,100,10,2026-11-20 08:03:00,2026-11-20 08:03:02,our-own-llama,openai,{},False,"[""faq""]",success,{},{},{}
req-5,aembedding,0.00002,1000,1000,0,2026-11-20 08:04:00,2026-11-20 08:04:00.2,text-embedding-3-small,openai,{},False,[],success,{},{},{}
`;

/** The enriched export of Langfuse to blob storage (snake_case), as JSONL. */
export const LANGFUSE_ROW = {
  id: '0b1c7a52f1e0a5d2',
  trace_id: '3f6f6f0d1b5a4b6c9a3e',
  project_id: 'clx1',
  environment: 'production',
  type: 'GENERATION',
  parent_observation_id: '7c1',
  start_time: '2026-11-20 09:00:00.000000',
  end_time: '2026-11-20 09:00:01.500000',
  name: 'OpenAI-generation',
  metadata: { attributes: 'x' },
  level: 'DEFAULT',
  status_message: '',
  version: '',
  input: JSON.stringify(messages('The export button crashes.')),
  output: JSON.stringify({ role: 'assistant', content: 'bug' }),
  provided_model_name: 'gpt-4o',
  model_parameters: '{"temperature":0}',
  usage_details: { input: 400, input_cached_tokens: 100, output: 3, total: 503 },
  cost_details: { input: 0.001125, output: 0.00003, total: 0.001155 },
  completion_start_time: '2026-11-20 09:00:01.200000',
  prompt_name: 'triage-prompt',
  prompt_version: 4,
  total_cost: 0.001155,
  latency: 1.5,
  time_to_first_token: 1.2,
  model_id: 'clm',
  tool_calls: [],
  tool_call_names: [],
  tool_definitions: {},
  user_id: 'u1',
  session_id: 's1',
  trace_name: 'support-flow',
  tags: ['prod', 'support'],
  release: 'v1',
};

/** The table export of Langfuse's pages (camelCase): a span, a generation with a reasoning model, an embedding. */
export const LANGFUSE_TABLE = [
  {
    id: 'o1',
    traceId: 't1',
    type: 'SPAN',
    name: 'handle',
    startTime: '2026-11-20T09:00:00.000Z',
    endTime: null,
    input: null,
  },
  {
    id: 'o2',
    traceId: 't1',
    type: 'GENERATION',
    name: 'draft-reply',
    startTime: '2026-11-20T09:00:00.000Z',
    endTime: '2026-11-20T09:00:04.000Z',
    level: 'DEFAULT',
    model: 'gpt-5.5',
    modelParameters: { reasoning_effort: 'low' },
    input: {
      messages: messages('Write a reply.'),
      tools: [{ type: 'function', function: { name: 'lookup', parameters: {} } }],
    },
    output: {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'lookup', arguments: '{}' } }],
    },
    usageDetails: { input: 900, output: 100, output_reasoning_tokens: 400, total: 1400 },
    costDetails: {},
    totalCost: 0,
    latency: 4,
    promptName: null,
    traceName: 'reply-flow',
    traceTags: ['task:draft-reply'],
  },
  {
    id: 'o3',
    traceId: 't1',
    type: 'EMBEDDING',
    name: 'embed',
    startTime: '2026-11-20T09:00:05.000Z',
    endTime: '2026-11-20T09:00:05.100Z',
    model: 'text-embedding-3-small',
    usageDetails: { input: 300, total: 300 },
  },
];

/** A line of `npx @helicone/export --include-body`. */
export const HELICONE_ROW = {
  response_id: '5f0a8c0a-0001',
  response_created_at: '2026-11-20T10:00:02.000Z',
  response_status: 200,
  response_model: 'claude-haiku-4-5-20251001',
  request_id: '5f0a8c0a-0002',
  request_created_at: '2026-11-20T10:00:00.900Z',
  request_path: 'https://api.anthropic.com/v1/messages',
  request_user_id: 'jane@example.org',
  request_properties: { Feature: 'moderation', Environment: 'production', 'Helicone-Session-Path': '/flag' },
  request_model: 'claude-haiku-4-5',
  provider: 'ANTHROPIC',
  delay_ms: 1100,
  time_to_first_token: 300,
  total_tokens: 330,
  prompt_tokens: 320,
  prompt_cache_write_tokens: 0,
  prompt_cache_read_tokens: 200,
  completion_tokens: 10,
  cost: 0.00039,
  cache_reference_id: '00000000-0000-0000-0000-000000000000',
  request_body: {
    model: 'claude-haiku-4-5',
    max_tokens: 20,
    system: [{ type: 'text', text: 'Say whether the post breaks the rules: yes or no.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Buy now!' }] }],
  },
  response_body: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5-20251001',
    content: [{ type: 'text', text: 'yes' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 120, output_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: 0 },
  },
};

/** The CSV of the same tool has no answers, and folds objects. */
export const HELICONE_CSV = `response_id,response_created_at,response_status,request_created_at,request_body,request_properties,request_user_id,model,prompt_tokens,completion_tokens,latency,cost
"r-1","2026-11-20T10:00:02.000Z","200","2026-11-20T10:00:01.000Z","{""model"":""gpt-4o-mini"",""messages"":[{""role"":""system"",""content"":""Translate into German.""},{""role"":""user"",""content"":""Hello,\\nworld""}]}","{""Task"":""translate""}","u","gpt-4o-mini","50","12","812","0.0000147"
"r-2","2026-11-20T10:01:02.000Z","429","2026-11-20T10:01:01.000Z","{""model"":""gpt-4o-mini"",""messages"":[{""role"":""user"",""content"":""x""}]}","","u","gpt-4o-mini","","","90",""
`;

export const BATCH_REQUEST = {
  custom_id: 'triage-00017',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'gpt-4o-mini', messages: messages('Do you sell in Norway?'), max_tokens: 4 },
};

export const BATCH_RESULT = {
  id: 'batch_req_1',
  custom_id: 'triage-00017',
  response: {
    status_code: 200,
    request_id: 'r',
    body: {
      id: 'chatcmpl-9',
      object: 'chat.completion',
      created: 1_795_000_000,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, message: { role: 'assistant', content: 'sales' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 60, completion_tokens: 2, total_tokens: 62 },
    },
  },
  error: null,
};

export const ANTHROPIC_BATCH = {
  custom_id: 'review-3',
  params: {
    model: 'claude-opus-4-7',
    max_tokens: 2000,
    system: 'Review the change.',
    messages: [{ role: 'user', content: 'diff' }],
  },
};

export const FINE_TUNING = {
  messages: [...messages('The page is blank.'), { role: 'assistant', content: 'bug', weight: 1 }],
};

export const PLAIN_BODY = { model: 'gpt-4o', messages: messages('Where is my invoice?') };

export const PAIR = {
  id: 'p-1',
  timestamp: '2026-11-20T11:00:00Z',
  latency_ms: 420,
  user_agent: 'node-fetch/1.0',
  request: { model: 'gemini-2.5-flash', contents: [{ role: 'user', parts: [{ text: 'Name three rivers.' }] }] },
  response: {
    modelVersion: 'gemini-2.5-flash',
    candidates: [{ content: { role: 'model', parts: [{ text: 'Elbe, Rhine, Danube' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 9, thoughtsTokenCount: 30, totalTokenCount: 46 },
  },
};

export function jsonl(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** A folder that is gone after the test. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-audit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of its own for a test, gone after it. */
export function fileFor(t: TestContext, name: string, content: string | Buffer): string {
  const file = path.join(folderFor(t), name);
  writeFileSync(file, content);
  return file;
}

/** Calls of four tasks as pairs of request and response: labels, extraction, code review, and chats that have no instructions. */
export function pairs(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => pairAt(index, count));
}

const LABELS = ['billing', 'bug', 'sales'];
const DAY_MS = 86_400_000;

function pairAt(index: number, count: number): unknown {
  const atMs = Date.UTC(2026, 10, 1) + (index * 10 * DAY_MS) / count;
  const at = new Date(atMs).toISOString();
  const around = { id: `call-${index}`, timestamp: at, latency_ms: 300 + (index % 7) * 50 };
  const system = `${TRIAGE} Today is ${at.slice(0, 10)}. Request ${index}.`;
  if (index % 10 < 6) {
    const ask = `My order ${index} is wrong, please write to me at person${index}@example.org.`;
    return {
      ...around,
      ...exchange(
        'gpt-4o',
        [
          { role: 'system', content: system },
          { role: 'user', content: ask },
        ],
        LABELS[index % 3] as string,
        [300 + (index % 50), 2],
      ),
    };
  }
  if (index % 10 < 8) {
    const schema = {
      type: 'object',
      properties: { number: { type: 'string' }, total: { type: 'number' } },
      required: ['number', 'total'],
    };
    const made = exchange(
      'gpt-5.5',
      [
        { role: 'system', content: 'Extract the invoice into JSON.' },
        { role: 'user', content: `Invoice RE-${index}` },
      ],
      JSON.stringify({ number: `RE-${index}`, total: index }),
      [800, 40],
    );
    return {
      ...around,
      ...made,
      request: { ...made.request, response_format: { type: 'json_schema', json_schema: { name: 'invoice', schema } } },
    };
  }
  if (index % 10 === 8) {
    const diff = `\`\`\`diff\ndiff --git a/x.ts b/x.ts\n+const value = ${index};\n\`\`\``;
    return {
      ...around,
      ...exchange(
        'gpt-5.5',
        [
          { role: 'system', content: 'You review pull requests. Name bugs with file and line.' },
          { role: 'user', content: diff },
        ],
        `Line ${index}: the handle is never closed. `.repeat(20),
        [3000, 400],
      ),
    };
  }
  return {
    ...around,
    ...exchange(
      'gpt-4o-mini',
      [
        {
          role: 'user',
          content: `tell me about ${WORDS[index % WORDS.length]} and ${WORDS[(index * 7) % WORDS.length]} number ${index}`,
        },
      ],
      'Here is what I know of it.',
      [30, 20],
    ),
  };
}

const WORDS = 'rivers lakes chess paint moss ferns tides clay bread kites maps bells ropes looms nails'.split(' ');

function exchange(model: string, list: unknown[], answer: string, [input, output]: [number, number]) {
  return {
    request: { model, messages: list },
    response: {
      id: 'chatcmpl',
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
      usage: { prompt_tokens: input, completion_tokens: output },
    },
  };
}
