// Makes the Config of a file whose keys have been checked one by one: looks up what names refer to and checks what only
// the whole can tell.
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { ClientKey, Config, ModelConfig, ProviderConfig } from './config.ts';
import { type Names, type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import { resolveAlerts } from './resolve-alerts.ts';
import { resolveThresholds } from './resolve-audit.ts';
import { resolveCanary } from './resolve-canary.ts';
import { resolveEncoders } from './resolve-encoders.ts';
import { resolveLimits } from './resolve-limits.ts';
import { resolveModel } from './resolve-model.ts';
import { resolveProvider } from './resolve-provider.ts';
import { resolveRollouts } from './resolve-rollouts.ts';
import { type Ladder, plainRoute, resolveRoute } from './resolve-route.ts';
import { refuseIdleCascade, resolveRules, resolveTasks, type TaskContext } from './resolve-task.ts';
import type { FileConfig } from './schema.ts';
import type { Environment } from './source.ts';
import { resolveWatch } from './watch-schema.ts';

export interface ResolveContext {
  /** The file's path; null when there is none. */
  file: string | null;
  env: Environment;
  names: Names;
  /** Whether calls are only observed, whatever the file says. */
  observe: boolean;
  /** Sections of the file that are broken and were left out. */
  broken: ReadonlySet<string>;
  report: Report;
}

/** The configuration; it is of use only when nothing has been reported. */
export function resolveConfig(file: FileConfig, context: ResolveContext): Config {
  const { names, report } = context;
  const providers = resolveProviders(file, context);
  const models = new Map<string, ModelConfig>();
  for (const [name, model] of Object.entries(file.models))
    models.set(name, resolveModel(name, model, { names, report }));
  const observes = file.observe || context.observe;
  refuseNothing(observes, context);
  const baseline = file.baseline ?? null;
  if (baseline !== null && !names.models.has(baseline)) {
    report(unknownName('model', baseline, { path: ['baseline'], known: names.models }));
  }
  const keys = resolveKeys(file, report);
  refuseOpenHost(file, keys, context);
  const folder = context.file === null ? process.cwd() : dirname(context.file);
  const ladder: Ladder = { names, models, providers, report, folder };
  const routing = resolveRouting(file, baseline, ladder);
  return {
    file: context.file,
    server: resolveServer(file.server),
    keys,
    providers,
    models,
    tiers: file.tiers,
    observes,
    baseline,
    ...routing,
    isStrict: file.strict,
    ...resolveDelivery(file),
    ledger: { path: ledgerPath(file.ledger.path, context.file), durability: file.ledger.durability },
    responses: { keep: file.responses.keep, retentionMs: file.responses.retention },
    objects: { retentionMs: file.objects.retention, maxBytes: file.objects.max_size },
    capture: resolveCapture(file, context),
    watch: resolveWatch(file.watch),
    canary: resolveCanary(file, { models: names.models, tasks: routing.tasks, baseline, report }),
    answer: {
      costInUsage: file.answer.cost_in_usage,
      headers: file.answer.headers,
      litellmCompat: file.answer.litellm_compat,
    },
    judges: {
      kappa: file.judges.kappa,
      falsePass: file.judges.false_pass,
      bias: file.judges.bias,
      minLabels: file.judges.min_labels,
    },
    encoders: resolveEncoders(file.encoders, ladder),
    alerts: resolveAlerts(file.alerts, report),
    contextGuardShare: file.context_guard,
  };
}

/** While calls are observed, the providers' own names will do. */
function refuseNothing(observes: boolean, { names, broken, report }: ResolveContext): void {
  if (names.models.size > 0 || broken.has('models')) return;
  if (observes && (names.providers.size > 0 || broken.has('providers'))) return;
  const [section, what, example] = observes
    ? ['providers', 'provider', 'providers: { openai: { api_key: ${OPENAI_API_KEY} } }']
    : ['models', 'model', 'models: { small: anthropic/claude-haiku-4-5 }'];
  const message = `names no ${what}, so nothing can be answered`;
  report({ path: [section], at: 'key', message, hint: `For example: ${example}` });
}

function resolveCapture(
  { capture, ledger, tasks: known }: FileConfig,
  { report, broken }: ResolveContext,
): Config['capture'] {
  if (capture === undefined) return null;
  const { share, tasks, retention, max_size: maxBytes, mask } = capture;
  for (const [index, task] of (tasks ?? []).entries())
    if (known[task] === undefined && !broken.has('tasks'))
      report(unknownName('task', task, { path: ['capture', 'tasks', index], known: Object.keys(known) }));
  if (ledger.path === ':memory:')
    report({ path: ['capture'], at: 'key', message: 'is kept beside the ledger, and a ledger in memory has no place' });
  return {
    share,
    tasks: tasks === undefined ? null : new Set(tasks),
    retentionMs: retention,
    maxBytes,
    isMasked: mask,
  };
}

type Routing = Pick<Config, 'tasks' | 'tenants' | 'rules' | 'defaultRoute' | 'rollouts' | 'marksCache' | 'thresholds'>;

function resolveRouting(file: FileConfig, baseline: string | null, ladder: Ladder): Routing {
  const context: TaskContext = {
    ladder,
    userTier: userTierOf(file),
    isStrict: file.strict,
    marksCache: file.prompt_caching === 'auto',
    thresholds: resolveThresholds(file.profile, { path: ['profile'], report: ladder.report }),
  };
  const byBaseline = baseline === null ? null : plainRoute({ kind: 'model', name: baseline });
  const rules = resolveRules(file.rules, [], context);
  const defaultRoute = file.default === undefined ? byBaseline : resolveRoute(file.default, ['default'], ladder);
  for (const [index, { route }] of rules.entries()) refuseIdleCascade(route, ['rules', index, 'route'], ladder.report);
  if (defaultRoute !== null) refuseIdleCascade(defaultRoute, ['default'], ladder.report);
  const tasks = resolveTasks(file.tasks, context);
  return {
    tasks,
    tenants: new Map(
      Object.entries(file.tenants).map(([name, limits]) => [name, resolveLimits(limits, ['tenants', name], ladder)]),
    ),
    rules,
    defaultRoute,
    rollouts: resolveRollouts(file.rollouts, tasks, ladder),
    marksCache: context.marksCache,
    thresholds: context.thresholds,
  };
}

function userTierOf({ user_tier: from }: FileConfig): TaskContext['userTier'] {
  if (from?.header !== undefined) return { header: from.header.toLowerCase() };
  return from?.metadata === undefined ? null : { metadata: from.metadata };
}

function resolveProviders(file: FileConfig, { env, report }: ResolveContext): Map<string, ProviderConfig> {
  const providers = new Map<string, ProviderConfig>();
  for (const [name, written] of Object.entries(file.providers)) {
    const provider = resolveProvider(name, written ?? {}, {
      env,
      report: (key, message, hint) => {
        const path: Path = ['providers', name, ...(key === null ? [] : [key])];
        report({ path, at: key === null ? 'key' : 'value', message, hint: hint ?? null });
      },
    });
    if (provider !== null) providers.set(name, provider);
  }
  return providers;
}

function resolveServer(server: FileConfig['server']): Config['server'] {
  return {
    host: server.host,
    port: server.port,
    maxBodyBytes: server.max_body,
    maxDepth: server.max_depth,
    shutdownGraceMs: server.shutdown_grace,
  };
}

function resolveDelivery({ timeouts, retries, breaker }: FileConfig): Pick<Config, 'timeouts' | 'retries' | 'breaker'> {
  return {
    timeouts: {
      connectMs: timeouts.connect,
      firstByteMs: timeouts.first_byte,
      idleMs: timeouts.idle,
      totalMs: timeouts.total,
      keepAliveMs: timeouts.keep_alive,
    },
    retries: {
      maxAttempts: retries.max_attempts,
      baseDelayMs: retries.base_delay,
      maxDelayMs: retries.max_delay,
      maxRetryAfterMs: retries.max_wait,
      budgetShare: retries.budget,
    },
    breaker: {
      failureShare: breaker.failure_share,
      minExchanges: breaker.min_requests,
      windowMs: breaker.window,
      cooldownMs: breaker.cooldown,
    },
  };
}

function resolveKeys(file: FileConfig, report: Report): ClientKey[] {
  const entries = Array.isArray(file.keys)
    ? file.keys.map((entry, index) => ({ step: index, name: null, entry }))
    : Object.entries(file.keys).map(([name, entry]) => ({ step: name, name, entry }));
  const seen = new Set<string>();
  return entries.map(({ step, name, entry }) => {
    const { key, tenant, ...rest } = typeof entry === 'string' ? { key: entry, tenant: 'default' } : entry;
    const path: Path = ['keys', step];
    if (seen.has(key)) report({ path, at: 'value', message: 'is a key that stands in this list already' });
    if (!/^[\x21-\x7e]+$/.test(key))
      report({ path, at: 'value', message: 'holds a character that no client can send' });
    seen.add(key);
    return { key, tenant, name: name ?? ('name' in rest && typeof rest.name === 'string' ? rest.name : null) };
  });
}

function refuseOpenHost(file: FileConfig, keys: readonly ClientKey[], { broken, report }: ResolveContext): void {
  const { host } = file.server;
  if (!/^[A-Za-z0-9.:-]+$/.test(host))
    report({ path: ['server', 'host'], at: 'value', message: 'is no host name or address' });
  else if (!isLoopback(host) && keys.length === 0 && !broken.has('keys')) {
    report({
      path: ['server', 'host'],
      at: 'value',
      message: `opens the gateway to the network while \`keys\` is empty: anybody who reaches it could spend your money`,
      hint: 'Add a key under `keys`, or keep host: 127.0.0.1.',
    });
  }
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A relative path counts from the file's folder, so that it does not matter where the gateway is started. */
function ledgerPath(path: string, file: string | null): string {
  return path === ':memory:' || file === null ? path : resolve(dirname(file), path);
}
