// Call sites of a repository as what goes into the register: one task for each function that asks a model. Tests have none.

import { type CallSite, isInTests } from './code/call-site.ts';
import type { CodeAudit } from './code/read-code.ts';
import type { Found } from './merge-register.ts';
import { type Entry, QUESTIONS } from './register.ts';
import { toTaskName } from './template.ts';

/** `source`: how the folder is called in the register. */
export function foundInCode({ sites }: CodeAudit, { source, at }: { source: string; at: string }): Found {
  const groups = new Map<string, CallSite[]>();
  for (const site of sites) {
    if (site.kind === 'embedding' || isInTests(site.file)) continue;
    const name = taskNameOf(site);
    groups.set(name, [...(groups.get(name) ?? []), site]);
  }
  const entries = new Map([...groups].map(([name, of]) => [name, entryOf(of)]));
  return { entries, at, sources: [{ source, format: 'source code', sites: sites.length }] };
}

/** The function's name, else the file's, as people write names of tasks: `classifyTicket` is `classify-ticket`. */
export function taskNameOf({ within, file }: CallSite): string {
  const stem = (file.split('/').at(-1) ?? file).replace(/\..*$/, '');
  const isPlain =
    within === null || /^(?:main|handler|run|default|constructor|init|__init__|call|invoke|POST|GET)$/.test(within);
  const words = (isPlain ? stem : within).replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').replaceAll(/[_\s.]+/g, '-');
  return toTaskName(words.toLowerCase()) ?? 'unnamed';
}

function entryOf(sites: readonly CallSite[]): Entry {
  const structure = [
    ...(sites.some(({ hasTools }) => hasTools) ? ['tools'] : []),
    ...(sites.some(({ hasSchema }) => hasSchema) ? ['schema'] : []),
  ];
  return {
    ...(structure.length === 0 ? {} : { input: { structure } }),
    ...(structure.includes('schema')
      ? { accept: [{ json_schema: 'request' }] }
      : structure.includes('tools')
        ? { accept: [{ tool_calls: 'valid' }] }
        : {}),
    unanswered: [...QUESTIONS],
    evidence: {
      code: {
        at: sites.map(({ file, line }) => `${file}:${line}`),
        clients: [...new Set(sites.map(({ client }) => client))],
        models: [...new Set(sites.flatMap(({ models }) => models))],
      },
    },
  };
}
