// Evaluations as JUnit XML: a suite for each task, a case for each sample. The form is that of the Surefire reports of Apache Maven
// (surefire-test-report.xsd, version 3.0), which continuous integration reads.

import type { TaskEvaluation } from '../../lifecycle/evaluate/evaluate.ts';
import type { EvaluatedSample } from '../../lifecycle/evaluate/summarise-run.ts';
import { reasonOf } from '../../lifecycle/evaluate/summarise-run.ts';

export function writeJunit(results: readonly TaskEvaluation[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...results.map(writeSuite),
    '</testsuites>',
    '',
  ].join('\n');
}

function writeSuite({ run, samples, summary }: TaskEvaluation): string {
  const failures = samples.filter(({ pass }) => pass === false).length;
  const seconds = samples.reduce((sum, { call }) => sum + (call?.latencyMs ?? 0), 0) / 1000;
  const suite = `<testsuite name="${escape(run.task)}" tests="${samples.length}" failures="${failures}" errors="0" skipped="${summary.missing}" time="${seconds.toFixed(3)}">`;
  return [suite, ...samples.map((sample) => writeCase(run.task, sample)), '</testsuite>'].join('\n');
}

function writeCase(task: string, sample: EvaluatedSample): string {
  const { id, call, pass } = sample;
  const seconds = ((call?.latencyMs ?? 0) / 1000).toFixed(3);
  const start = `<testcase classname="${escape(task)}" name="${escape(id)}" time="${seconds}"`;
  if (pass === true) return `${start}/>`;
  if (pass === null) return `${start}><skipped/></testcase>`;
  const told = call?.error?.message ?? sample.verdicts.find((verdict) => !verdict.pass)?.reason ?? '';
  const message = `${call?.model ?? 'nobody'}: ${reasonOf(sample)}`;
  return `${start}><failure message="${escape(message)}">${escape(told)}</failure></testcase>`;
}

/** XML 1.0 has no place for most control characters, not even as references. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
