// A real browser for tests, where one is installed: opens a file, tells what it asked for and complained about, and answers questions
// about the page. Speaks the DevTools protocol over its WebSocket; every wait has a bound.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually, type Scope, temporaryFolder } from './support.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of the browser; null when there is none. `TIERLINE_CHROMIUM` names one that is not on the path. */
export function findChromium(): string | null {
  const { PATH = '', TIERLINE_CHROMIUM } = process.env;
  const paths = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return (
    [...(TIERLINE_CHROMIUM === undefined ? [] : [TIERLINE_CHROMIUM]), ...paths].find((path) => existsSync(path)) ?? null
  );
}

interface Message {
  id?: number;
  method?: string;
  params?: {
    request?: { url: string };
    entry?: { text: string };
    exceptionDetails?: { text: string };
    args?: unknown[];
  };
  result?: { result?: { value?: unknown } };
}

export interface Page {
  /** URLs that were asked for, the page's own first. */
  requests: string[];
  /** Errors, warnings and violations of the page's policy. */
  complaints: string[];
  /** The value of an expression, as JSON has it. */
  ask: <Value>(expression: string) => Promise<Value>;
  /** As another screen shows it. */
  show: (screen: { width: number; scheme: 'light' | 'dark' }) => Promise<void>;
}

/** Opens a file in a browser of its own, which ends with the test. */
export async function openInChromium(scope: Scope, command: string, file: string): Promise<Page> {
  const profile = temporaryFolder(scope);
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  const browser = spawn(command, [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']);
  let said = '';
  browser.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((resolve) => browser.once('close', resolve));
  scope.after(async () => {
    browser.kill('SIGKILL');
    await ended;
  });
  const [, port] = await eventually(
    () => /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said),
    30_000,
    () => `the browser does not listen: ${said}`,
  );
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  scope.after(() => socket.close());
  return openPage(new Devtools(socket), file);
}

async function openPage(devtools: Devtools, file: string): Promise<Page> {
  const { requests, complaints } = devtools;
  for (const part of ['Page', 'Network', 'Runtime', 'Log']) await devtools.call(`${part}.enable`);
  await devtools.call('Page.navigate', { url: pathToFileURL(file).href });
  await eventually(
    () => devtools.isLoaded,
    30_000,
    () => `${file} does not load`,
  );
  return {
    requests,
    complaints,
    ask: async <Value>(expression: string) => {
      const { result } = await devtools.call('Runtime.evaluate', { expression, returnByValue: true });
      return result?.result?.value as Value;
    },
    show: async ({ width, scheme }) => {
      const screen = { width, height: 900, deviceScaleFactor: 1, mobile: false };
      await devtools.call('Emulation.setDeviceMetricsOverride', screen);
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await devtools.call('Emulation.setEmulatedMedia', { features });
    },
  };
}

class Devtools {
  readonly requests: string[] = [];
  readonly complaints: string[] = [];
  isLoaded = false;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private last = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener('message', ({ data }) => this.take(JSON.parse(String(data)) as Message));
  }

  async call(method: string, params: object = {}): Promise<Message> {
    const id = ++this.last;
    let answer: Message | null = null;
    this.waiting.set(id, (message) => (answer = message));
    this.socket.send(JSON.stringify({ id, method, params }));
    return eventually(
      () => answer,
      15_000,
      () => `${method} is not answered`,
    );
  }

  private take(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) this.waiting.get(id)?.(message);
    else if (method === 'Network.requestWillBeSent') this.requests.push(params?.request?.url ?? '');
    else if (method === 'Log.entryAdded') this.complaints.push(params?.entry?.text ?? '');
    else if (method === 'Runtime.exceptionThrown') this.complaints.push(params?.exceptionDetails?.text ?? '');
    else if (method === 'Runtime.consoleAPICalled') this.complaints.push(JSON.stringify(params?.args));
    else if (method === 'Page.loadEventFired') this.isLoaded = true;
  }
}
