import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createCatalog } from '../../../catalog/catalog.ts';
import { createLadder } from '../ladder.ts';
import { folderFor } from '../logs.fixture.ts';
import { foundInCode, taskNameOf } from '../register-code.ts';
import { type CallSite, constantsOf, isInTests, looksLikeModel, readArguments, toCallSite } from './call-site.ts';
import { loadParsers } from './parse-calls.ts';
import { auditCode, type CodeAudit } from './read-code.ts';
import { retirementOf } from './retirements.ts';
import { scanCalls } from './scan-calls.ts';
import { walkFolder } from './walk-folder.ts';

const atMs = Date.UTC(2026, 10, 28);
const ladder = createLadder(createCatalog(), { config: null, atMs });
const parsers = loadParsers(import.meta.dirname);

type Language = 'javascript' | 'python';

function sitesOf(text: string, language: Language, how: 'parsed' | 'scanned'): CallSite[] {
  const file = language === 'python' ? 'a.py' : 'a.ts';
  const calls =
    how === 'scanned' ? scanCalls(text, language) : (parsers[language](text, file) ?? assert.fail('no parser'));
  const constants = constantsOf(text);
  return calls
    .flatMap((call) => toCallSite(call, { file, language, constants }) ?? [])
    .toSorted((one, other) => one.line - other.line);
}

const TYPESCRIPT = `
import OpenAI from 'openai';
import { generateObject, streamText } from 'ai';
import { openai } from '@ai-sdk/openai';
const MODEL = process.env.TRIAGE_MODEL ?? 'gpt-4o-mini';
const MODELS = { review: 'claude-opus-4-7', draft: 'claude-sonnet-4-6' };
const client = new OpenAI();
// client.chat.completions.create({ model: 'gpt-3.5-turbo' })
export async function classifyTicket(text: string): Promise<string> {
  const answer = await client.chat.completions.create({
    model: MODEL,
    max_tokens: 5,
    messages: [{ role: 'system', content: 'Classify (billing, bug)' }, { role: 'user', content: \`\${text})\` }],
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
  });
  return answer.choices[0]?.message.content ?? '';
}
export const reviewCode = async (diff: string) => {
  return anthropic.messages.create({ model: MODELS.review, max_tokens: 2000, system: 'Review', tools: [tool], messages: [] });
};
class Drafts {
  private readonly model = openai('gpt-5.4');
  async write(prompt: string) {
    const { object } = await generateObject({ model: openai('gpt-5.4'), schema, prompt });
    return streamText({ model: this.model, prompt });
  }
}
export function raw() {
  return fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model: 'gpt-4.1', messages: [] }) });
}
export const either = (isBig: boolean) => client.responses.create({ model: isBig ? 'gpt-5.5' : 'gpt-5.4-mini', instructions: 'x', input: 'y' });
const chat = new ChatOpenAI({ modelName: 'gpt-4o' });
const google = await ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'x', config: { systemInstruction: 's', maxOutputTokens: 5 } });
const vectors = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'x' });
twilio.messages.create({ body: 'hi', to: '+1' });
fetch('https://example.org/users');
`;

const PYTHON = `
import os
from openai import OpenAI
import litellm
MODEL = os.getenv("SUMMARY_MODEL", "gpt-4o")
NAMES = {"triage": "claude-haiku-4-5"}
client = OpenAI()

def summarize(text: str) -> str:
    """client.chat.completions.create(model="nope")"""
    r = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "system", "content": "Summarize"}, {"role": "user", "content": text}],
        max_tokens=300,
    )
    return r.choices[0].message.content

class Agent:
    llm = ChatAnthropic(model="claude-sonnet-4-6", max_tokens=100)

    async def act(self, x):
        # litellm.completion(model="gpt-4")
        return await litellm.acompletion(model="anthropic/claude-haiku-4-5", messages=x, tools=TOOLS)

def triage(x):
    return anthropic.messages.create(model=NAMES["triage"], system="Label.", max_tokens=5, messages=x)

def parse(x):
    return client.beta.chat.completions.parse(model="gpt-4o-2024-08-06", messages=x, response_format=Ticket)

def other(x, model):
    client.responses.create(model=model, input=x)
    llm = init_chat_model("gpt-4o-mini", temperature=0)
    embed = client.embeddings.create(model="text-embedding-3-large", input=x)
    return requests.post("https://api.anthropic.com/v1/messages", json={"model": "claude-opus-4-7", "max_tokens": 5})
`;

type Told = [line: number, client: string, models: string, flags: string, within: string | null];

const flagsOf = (site: CallSite): string =>
  `${site.hasSystem ? 's' : ''}${site.hasSchema ? 'j' : ''}${site.hasTools ? 't' : ''}${site.hasMaxTokens ? 'm' : ''}`;
const told = (site: CallSite): Told => [site.line, site.client, site.models.join(), flagsOf(site), site.within];

for (const how of ['parsed', 'scanned'] as const) {
  test(`calls of TypeScript, ${how}`, () => {
    assert.deepEqual(sitesOf(TYPESCRIPT, 'javascript', how).map(told), [
      [10, 'openai', 'gpt-4o-mini', 'sjm', 'classifyTicket'],
      [19, 'anthropic', 'claude-opus-4-7', 'stm', 'reviewCode'],
      [24, 'ai-sdk', 'gpt-5.4', 'j', 'write'],
      [25, 'ai-sdk', 'gpt-5.4', '', 'write'],
      [29, 'http', 'gpt-4.1', '', 'raw'],
      [31, 'openai', 'gpt-5.5,gpt-5.4-mini', 's', 'either'],
      [32, 'langchain', 'gpt-4o', '', null],
      [33, 'google', 'gemini-2.5-flash', 'sm', null],
      [34, 'openai', 'text-embedding-3-small', '', null],
    ]);
  });

  test(`calls of Python, ${how}`, () => {
    assert.deepEqual(sitesOf(PYTHON, 'python', how).map(told), [
      [11, 'openai', 'gpt-4o', 'sm', 'summarize'],
      [19, 'langchain', 'claude-sonnet-4-6', 'm', null],
      [23, 'litellm', 'anthropic/claude-haiku-4-5', 't', 'act'],
      [26, 'anthropic', 'claude-haiku-4-5', 'sm', 'triage'],
      [29, 'openai', 'gpt-4o-2024-08-06', 'j', 'parse'],
      [32, 'openai', '', '', 'other'],
      [33, 'langchain', 'gpt-4o-mini', '', 'other'],
      [34, 'openai', 'text-embedding-3-large', '', 'other'],
      [35, 'http', 'claude-opus-4-7', 'm', 'other'],
    ]);
  });
}

test('a program that no parser takes is scanned', () => {
  assert.equal(parsers.javascript('const = = (', 'a.js'), null);
  assert.equal(
    sitesOf('const = = (\nclient.chat.completions.create({ model: "gpt-4o" })', 'javascript', 'scanned').length,
    1,
  );
});

test('arguments are split where they are, not inside of brackets and texts', () => {
  assert.deepEqual(readArguments('model="a,b", messages=[f(1, 2)], **rest'), [
    { key: 'model', value: '"a,b"' },
    { key: 'messages', value: '[f(1, 2)]' },
    { key: null, value: '**rest' },
  ]);
  assert.deepEqual(readArguments("{ model, 'x-y': { a: 1 }, ...rest }"), [
    { key: 'model', value: 'model' },
    { key: 'x-y', value: '{ a: 1 }' },
  ]);
});

test('constants are read where they are set, not in comments and not from arguments', () => {
  const constants = constantsOf(
    `// MODEL = 'gpt-4'\nconst A: string = 'gpt-4o';\nconst T = { big: "gpt-5.5", small: 'gpt-5.4-mini' };\ncall(\n    model="gpt-3.5-turbo",\n)\nB = os.environ.get("X", "o3-mini")\n`,
  );
  assert.deepEqual(
    [...constants].toSorted(([one], [other]) => (one < other ? -1 : 1)),
    [
      ['A', ['gpt-4o']],
      ['B', ['o3-mini']],
      ['T', ['gpt-5.5', 'gpt-5.4-mini']],
      ['T.big', ['gpt-5.5']],
      ['T.small', ['gpt-5.4-mini']],
    ],
  );
});

test('names of models are told from other words', () => {
  for (const name of [
    'gpt-4o',
    'o3-mini',
    'anthropic/claude-haiku-4-5',
    'us.anthropic.claude-sonnet-4-6-v1:0',
    'gemini-2.5-flash',
    'auto/ticket-triage',
  ])
    assert.ok(looksLikeModel(name), name);
  for (const name of ['./gemini-error.ts', '../gpt-4o', 'src/claude-quirks.py', 'gemini-cases.jsonl', './../claude-x'])
    assert.ok(!looksLikeModel(name), name);
  for (const name of ['gpt', 'o3', 'claude', 'open-ai', 'my-gpt-4', 'model', 'src/gpt-helpers/index.ts x']) {
    if (name !== 'o3') assert.ok(!looksLikeModel(name), name);
  }
});

test('files of tests are told from others', () => {
  for (const file of [
    'tests/a.py',
    'src/a.test.ts:12',
    'a/__tests__/b.js',
    'test_a.py',
    'pkg/a_test.py',
    'a.fixture.ts',
  ])
    assert.ok(isInTests(file), file);
  for (const file of ['src/latest/a.py', 'src/contest.ts:3', 'src/protest_a.ts']) assert.ok(!isInTests(file), file);
});

test('a function whose name ends in Embeddings is no class of LangChain', () => {
  const text =
    "if (view.kind === 'embedding') return refuse('kind', sayNoEmbeddings(candidate.model));\nnew OpenAIEmbeddings({ model: 'text-embedding-3-small' });\n";
  for (const how of ['parsed', 'scanned'] as const)
    assert.deepEqual(
      sitesOf(text, 'javascript', how).map(({ line }) => line),
      [2],
    );
});

test('a model that is shut down is told with its day', () => {
  assert.equal(retirementOf('claude-3-5-sonnet-20241022'), '2025-10-28');
  assert.equal(retirementOf('openai/gpt-4-turbo'), '2026-10-23');
  assert.equal(retirementOf('gpt-5.4'), null);
  assert.equal(retirementOf('claude-sonnet-4-6'), null);
});

function repository(t: TestContext, files: Record<string, string>): string {
  const folder = folderFor(t);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

describe('a repository', () => {
  const CALL = "client.chat.completions.create({ model: 'gpt-4o' });\n";

  test('what was installed, built, ignored or minified is not read', (t) => {
    const folder = repository(t, {
      'src/a.ts': CALL,
      'node_modules/x/a.js': CALL,
      'dist/a.js': CALL,
      '.git/a.js': CALL,
      'src/a.min.js': CALL,
      'src/one-line.js': `${'x'.repeat(3000)};${CALL}`,
      'src/types.d.ts': CALL,
      'ignored/a.ts': CALL,
      'src/a.gen.ts': CALL,
      'src/kept.gen.ts': CALL,
      'package-lock.json': '{"gpt-4o": 1}',
      '.gitignore': '# made\n/ignored/\n*.gen.ts\n!kept.gen.ts\n',
      'notes.md': 'gpt-4o',
    });
    const { files, skipped } = walkFolder(folder);
    assert.deepEqual(
      files.map((file) => file.path),
      ['src/a.ts', 'src/kept.gen.ts'],
    );
    assert.equal(skipped, 1);
  });

  test('a .gitignore further down counts from there on', (t) => {
    const folder = repository(t, { 'a/.gitignore': 'x.ts\n', 'a/x.ts': CALL, 'a/b/x.ts': CALL, 'x.ts': CALL });
    assert.deepEqual(
      walkFolder(folder).files.map((file) => file.path),
      ['x.ts'],
    );
  });

  test('models of settings are found too, secrets are not looked at', (t) => {
    const folder = repository(t, {
      'src/a.ts': CALL,
      '.env': 'MODEL=gpt-5.4-nano\nOPENAI_API_KEY=sk-secret-value-123456\n',
      'config/llm.yaml': 'model: gemini-2.5-flash\nold: claude-3-5-sonnet-20241022\n',
      '.gitignore': '.env\n',
    });
    const audit = auditCode(folder, { ladder, atMs });
    assert.deepEqual(
      audit.models.map(({ name, tier, retiredOn }) => [name, tier, retiredOn]),
      [
        ['claude-3-5-sonnet-20241022', 'mid', '2025-10-28'],
        ['gemini-2.5-flash', 'mid', '2026-12-01'],
        ['gpt-4o', 'mid', '2027-01-14'],
        ['gpt-5.4-nano', 'small', null],
      ],
    );
    assert.deepEqual(audit.models[3]?.at, ['.env:1']);
    assert.doesNotMatch(JSON.stringify(audit), /sk-secret/);
  });

  test('a model that the catalog does not know has no price and no tier', (t) => {
    const audit = auditCode(repository(t, { 'a.py': 'x = "qwen9-next-600b"\n' }), { ladder, atMs });
    assert.deepEqual(audit.models, [
      { name: 'qwen9-next-600b', at: ['a.py:1'], vendor: null, tier: null, price: null, retiredOn: null },
    ]);
  });

  test('every function that asks a model is a task, vectors and tests are none', (t) => {
    const files = { 'src/tickets.ts': TYPESCRIPT, 'tests/all.py': PYTHON };
    const audit: CodeAudit = auditCode(repository(t, files), { ladder, atMs });
    const found = foundInCode(audit, { source: 'repo', at: 'now' });
    assert.deepEqual(
      [...found.entries.keys()],
      ['classify-ticket', 'review-code', 'write', 'raw', 'either', 'tickets'],
    );
    assert.deepEqual(found.entries.get('classify-ticket')?.accept, [{ json_schema: 'request' }]);
    assert.deepEqual(found.entries.get('classify-ticket')?.evidence?.code, {
      at: ['src/tickets.ts:10'],
      clients: ['openai'],
      models: ['gpt-4o-mini'],
    });
    assert.equal(found.entries.get('write')?.evidence?.code?.at.length, 2);
  });
});

test('functions name tasks as people write them; nameless ones take the name of the file', () => {
  const site = { file: 'src/ticketTriage.ts', within: 'classifyTicketFast' } as CallSite;
  assert.equal(taskNameOf(site), 'classify-ticket-fast');
  assert.equal(taskNameOf({ ...site, within: 'write_reply' }), 'write-reply');
  for (const within of [null, 'main', 'handler']) assert.equal(taskNameOf({ ...site, within }), 'ticket-triage');
});
