// The coding agents that are run as they are: where they are found, how the lines of docs/clients configure them, and how
// one is run with a home and an environment of its own. They are large, so they are no packages of this project.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WireName } from './scripted-upstream.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = process.env.TIERLINE_AGENTS ?? join(ROOT, '../scratch-agents');
const ADDRESS = /http:\/\/127\.0\.0\.1:4400/g;
export const KEY = 'key-of-the-agents';
const AGENT_MS = 60_000;

export const page = (name: string): string => readFileSync(join(ROOT, 'docs/clients', name), 'utf8');

/** The code block of a language on a page. */
export function block(text: string, language: string, index = 0): string {
  const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))][index];
  return found?.[1] ?? assert.fail(`the page has no ${language}`);
}

export interface Agent {
  name: string;
  command: string;
  /** npm's name. */
  package: string;
  dialect: string;
  /** Whose models speak the agent's own dialect. */
  own: WireName;
  args: (prompt: string) => string[];
  /** Writes what the agent reads and gives its environment. */
  prepare: (home: string, url: string) => Record<string, string>;
  /** How the task of the configuration takes the agent's requests. */
  match: object;
}

/** The lines of a page that set variables, without the line that starts the agent. */
function exportsOf(lines: string, url: string): Record<string, string> {
  const pairs = [...lines.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value.replace(ADDRESS, url).replace('$TIERLINE_KEY', KEY),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

const CALM = { IS_SANDBOX: '1', CLAUDE_CODE_MAX_RETRIES: '0', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };

/** With its own names for models: the first lines of its page, and no more. */
export const claudeCode: Agent = {
  name: 'Claude Code',
  command: 'claude',
  package: '@anthropic-ai/claude-code',
  dialect: 'anthropic-messages',
  own: 'anthropic',
  args: (prompt) => ['-p', prompt, '--dangerously-skip-permissions'],
  prepare: (_, url) => ({ ...exportsOf(block(page('claude-code.md'), 'sh'), url), ...CALM }),
  match: {},
};

/** With the names of models that its page gives it. */
export const claudeCodeByName: Agent = {
  ...claudeCode,
  args: (prompt) => [...claudeCode.args(prompt), '--model', 'sonnet'],
  prepare: (home, url) => ({
    ...claudeCode.prepare(home, url),
    ...exportsOf(block(page('claude-code.md'), 'sh', 1), url),
  }),
};

export const codex: Agent = {
  name: 'Codex CLI',
  command: 'codex',
  package: '@openai/codex',
  dialect: 'openai-responses',
  own: 'openai',
  args: (prompt) => ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
  prepare: (home, url) => {
    mkdirSync(join(home, '.codex'));
    const settings = block(page('codex.md'), 'toml').replace(ADDRESS, url);
    const calm = 'request_max_retries = 0\nstream_max_retries = 0\n[analytics]\nenabled = false\n';
    writeFileSync(join(home, '.codex/config.toml'), settings + calm);
    return { TIERLINE_KEY: KEY };
  },
  match: { match: { header: { originator: ['codex_exec', 'codex_cli_rs'] } } },
};

export interface Ran {
  code: number | null;
  output: string;
}

/** Why an agent cannot be run here; false when it can. */
export function whyNot(agent: Agent): string | false {
  if (existsSync(join(FOLDER, 'node_modules/.bin', agent.command))) return false;
  return `not found: npm install ${agent.package} in a folder that TIERLINE_AGENTS names`;
}

/** Runs an agent in an empty folder of its home, with nothing of the caller's environment. */
export function runAgent(agent: Agent, home: string, url: string): Promise<Ran> {
  const PATH = [dirname(process.execPath), process.env.PATH].join(':');
  const env = { PATH, HOME: home, ...agent.prepare(home, url) };
  const cwd = join(home, 'work');
  mkdirSync(cwd);
  const program = join(FOLDER, 'node_modules/.bin', agent.command);
  const child = spawn(program, agent.args('Write the file.'), { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), AGENT_MS);
  let output = '';
  const gather = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', gather);
  child.stderr.setEncoding('utf8').on('data', gather);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
