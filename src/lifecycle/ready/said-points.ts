// Points about what somebody has to say of a task: whose it is, what a wrong answer does, how much comes in and how long answers are.
import { isDeepStrictEqual } from 'node:util';
import { otherwiseOf } from '../../policy/attempts.ts';
import { upstreamsIn } from '../profile/candidate.ts';
import { missing, ok, open, type Point } from './point.ts';
import { isGated, keyOf, routesOf, type TaskFacts } from './task-facts.ts';

export function saidPoints(facts: TaskFacts): Point[] {
  return [
    ownerPoint(facts),
    consequencePoint(facts),
    gatePoint(facts),
    ...judgePoints(facts),
    outputPoint(facts),
    volumePoint(facts),
  ];
}

function ownerPoint(facts: TaskFacts): Point {
  const { owner } = facts.task;
  if (owner !== null) return ok('owner', `belongs to ${owner}`);
  return missing('owner', 'nobody is said to own it', keyOf(facts, 'owner'));
}

function consequencePoint(facts: TaskFacts): Point {
  const { consequence } = facts.task;
  if (consequence !== null) return ok('consequence', `a wrong answer: ${consequence}`);
  return missing('consequence', 'what a wrong answer does is not said', keyOf(facts, 'consequence'));
}

/** What cannot be taken back needs gates and an error; what can, gates that are really asked. */
function gatePoint(facts: TaskFacts): Point {
  const { task, policyTask } = facts;
  const { consequence } = task;
  const gates = task.accept.map(({ kind }) => kind).join(', ');
  if (task.accept.length === 0) {
    if (consequence === 'none' || consequence === 'reviewed')
      return ok(
        'gate',
        `nothing checks its answers, and for ${consequence === 'none' ? 'no consequence' : 'what people look at'} nothing has to`,
      );
    return missing('gate', 'nothing checks its answers', keyOf(facts, 'accept'));
  }
  const routes = routesOf(facts);
  const soft = routes.find(
    ({ route }) => consequence === 'irreversible' && otherwiseOf(route, policyTask) === 'answer',
  );
  if (soft !== undefined)
    return missing(
      'gate',
      'an answer that fails every gate goes to the client all the same, and cannot be taken back',
      `${keyOf(facts, soft.at)}: { otherwise: error }`,
    );
  const idle = routes.find(({ route }) => !isGated(route, policyTask));
  if (idle !== undefined && consequence !== 'none' && consequence !== 'reviewed')
    return missing(
      'gate',
      `its gates (${gates}) are never asked: the route is no cascade`,
      `${keyOf(facts, idle.at)}: a cascade, or { otherwise: error }`,
    );
  return ok('gate', `checked by ${gates}`);
}

/** A judge whose agreement with labels nobody knows may be wrong as often as the model it judges. */
function judgePoints({ task, config, evidence: { judges } }: TaskFacts): Point[] {
  const upstreamsOf = upstreamsIn(config.models);
  return task.accept.flatMap((gate): Point[] => {
    if (gate.kind !== 'judge') return [];
    const mend = `tierline judge ${task.name}`;
    if (judges.problem !== null) return [missing('judge', judges.problem, mend)];
    const upstreams = upstreamsOf(gate.model).toSorted();
    const graded = judges.value?.judges.find(
      ({ upstream, rubric, min }) =>
        isDeepStrictEqual(upstream.toSorted(), upstreams) && rubric === gate.rubric && min === gate.min,
    );
    if (graded === undefined) return [missing('judge', `the judge ${gate.model} has not been graded`, mend)];
    if (graded.verdict === 'trusted') return [ok('judge', `the judge ${gate.model} is trusted: ${graded.say}`)];
    if (graded.verdict === 'open') return [open('judge', `the judge ${gate.model}: ${graded.say}`, mend)];
    return [missing('judge', `the judge ${gate.model} is not to be trusted: ${graded.say}`, mend)];
  });
}

function outputPoint(facts: TaskFacts): Point {
  const { task, evidence } = facts;
  if (task.typicalOutputTokens !== null)
    return ok('output_length', `answers of about ${task.typicalOutputTokens} tokens are expected`);
  const lengths = (evidence.profile.value?.models ?? []).flatMap(({ outputTokens }) => outputTokens?.mean ?? []);
  if (lengths.length > 0) {
    const mean = Math.round(lengths.reduce((sum, length) => sum + length, 0) / lengths.length);
    return ok('output_length', `answers of about ${mean === 1 ? '1 token' : `${mean} tokens`} were measured`);
  }
  return missing('output_length', 'how long its answers are is not known', keyOf(facts, 'output.typical_tokens'));
}

function volumePoint(facts: TaskFacts): Point {
  const { volume } = facts.task;
  if (volume !== null) return ok('volume', `${volume.toLocaleString('en-US')} calls a month are expected`);
  return missing('volume', 'how many calls a month are expected is not said', keyOf(facts, 'volume'));
}
