// The learner for examples that say what they are about: it learns to tell the topic of a request from its words, and how good each model
// is on each topic. The topic is what helps most where requests are of many kinds, and it takes few examples to be told.
// Multinomial naive Bayes on weighted counts: Rennie et al. (2003), Tackling the poor assumptions of naive Bayes text classifiers.
import { isObject, type JsonObject } from '../../call/json.ts';
import { meanOf } from './direction.ts';
import type { Examples, Learner, Rate } from './learner.ts';
import { packBytes, packFloats, readCount, toBytes, unpack } from './pack.ts';
import { createWideSum } from './weighted-sum.ts';

export interface TopicsState {
  models: number;
  topics: number;
  /** Hashed columns that count: those of words. */
  columns: number;
  /** By column, then topic: the logarithm of how often a topic has it, less that of all topics. */
  words: Float32Array;
  priors: Float32Array;
  /** By topic, then model: its mean quality there less its mean everywhere, drawn towards 0. */
  qualities: Float32Array;
}

/** What is added to every count. */
const SMOOTHING = 0.3;
/** As many examples of a topic have to come together before its own mean counts as much as the mean of all. */
const DRAWN = 40;
/** A column that less weight than this has says nothing of requests to come. */
const LEAST_WEIGHT = 1.5;

/** With fewer topics than two it knows nothing beyond the means. */
export function createTopics(): Learner<TopicsState> {
  return { name: 'topics', fit, rater: raterOf, write, read };
}

function fit(examples: Examples): TopicsState {
  const { sparse, topics: topicOf, topicCount: topics, qualities, weights } = examples;
  // Runs of letters say the same once more; without them a request is told in half the time.
  const columns = sparse.columns / 2;
  const sums = new Float64Array(columns * topics);
  const totals = new Float64Array(topics);
  const priors = new Float64Array(topics).fill(1e-3);
  const having = weightsOf(examples, columns);
  for (let row = 0; row < sparse.rows; row++) {
    const topic = topicOf[row] as number;
    if (topic < 0) continue;
    priors[topic] = (priors[topic] as number) + (weights[row] as number);
    for (let at = sparse.starts[row] as number; at < (sparse.starts[row + 1] as number); at++) {
      const column = sparse.indices[at] as number;
      if (column >= columns || (having[column] as number) < LEAST_WEIGHT) continue;
      const value = (sparse.values[at] as number) * (weights[row] as number);
      sums[column * topics + topic] = (sums[column * topics + topic] as number) + value;
      totals[topic] = (totals[topic] as number) + value;
    }
  }
  const words = wordsOf(sums, { totals, having, columns, topics });
  const all = priors.reduce((sum, prior) => sum + prior, 0);
  return {
    models: qualities.length,
    topics,
    columns,
    words,
    priors: Float32Array.from(priors, (prior) => Math.log(prior / all)),
    qualities: qualitiesOf(examples),
  };
}

/** The weight of the rows that have a column. */
function weightsOf({ sparse, weights }: Examples, columns: number): Float64Array {
  const having = new Float64Array(columns);
  for (let row = 0; row < sparse.rows; row++)
    for (let at = sparse.starts[row] as number; at < (sparse.starts[row + 1] as number); at++) {
      const column = sparse.indices[at] as number;
      if (column < columns) having[column] = (having[column] as number) + (weights[row] as number);
    }
  return having;
}

interface Counts {
  totals: Float64Array;
  having: Float64Array;
  columns: number;
  topics: number;
}

function wordsOf(sums: Float64Array, { totals, having, columns, topics }: Counts): Float32Array {
  const words = new Float32Array(columns * topics);
  for (let column = 0; column < columns; column++) {
    if ((having[column] as number) < LEAST_WEIGHT) continue;
    let mean = 0;
    for (let topic = 0; topic < topics; topic++) {
      const at = column * topics + topic;
      words[at] = Math.log(((sums[at] as number) + SMOOTHING) / ((totals[topic] as number) + SMOOTHING * columns));
      mean += words[at] / topics;
    }
    // What all topics have in common decides nothing, and would take up the range of the packed numbers.
    for (let topic = 0; topic < topics; topic++)
      words[column * topics + topic] = (words[column * topics + topic] as number) - mean;
  }
  return words;
}

function qualitiesOf({ topics: topicOf, topicCount, qualities, weights }: Examples): Float32Array {
  const models = qualities.length;
  const means = new Float32Array(topicCount * models);
  for (const [model, values] of qualities.entries()) {
    const { mean } = meanOf(values, weights);
    const sums = new Float64Array(topicCount);
    const totals = new Float64Array(topicCount);
    for (const [row, value] of values.entries()) {
      const topic = topicOf[row] as number;
      if (topic < 0 || Number.isNaN(value)) continue;
      sums[topic] = (sums[topic] as number) + value * (weights[row] as number);
      totals[topic] = (totals[topic] as number) + (weights[row] as number);
    }
    for (let topic = 0; topic < topicCount; topic++)
      means[topic * models + model] =
        ((sums[topic] as number) - mean * (totals[topic] as number)) / ((totals[topic] as number) + DRAWN);
  }
  return means;
}

function raterOf({ models, topics, columns, words, priors, qualities }: TopicsState): Rate {
  const odds = new Float64Array(topics);
  const addWide = createWideSum(columns, topics);
  const table = toBytes(words);
  return (request, out) => {
    for (let topic = 0; topic < topics; topic++) odds[topic] = (priors[topic] as number) / table.scale;
    addWide(request, table.bytes, odds);
    let most = Number.NEGATIVE_INFINITY;
    for (let topic = 0; topic < topics; topic++) most = Math.max(most, odds[topic] as number);
    let total = 0;
    for (let topic = 0; topic < topics; topic++) {
      odds[topic] = Math.exp(table.scale * ((odds[topic] as number) - most));
      total += odds[topic] as number;
    }
    out.fill(0, 0, models);
    for (let topic = 0; topic < topics; topic++) {
      const chance = (odds[topic] as number) / total;
      for (let model = 0; model < models; model++)
        out[model] = (out[model] as number) + chance * (qualities[topic * models + model] as number);
    }
  };
}

function write({ models, topics, columns, words, priors, qualities }: TopicsState): JsonObject {
  return {
    models,
    topics,
    columns,
    words: packBytes(words),
    priors: packFloats(priors),
    qualities: packFloats(qualities),
  };
}

function read(json: unknown): TopicsState {
  if (!isObject(json)) throw new Error('is no state of the learner `topics`');
  const [models, topics, columns] = [
    readCount(json, 'models', 1),
    readCount(json, 'topics'),
    readCount(json, 'columns', 1),
  ];
  return {
    models,
    topics,
    columns,
    words: unpack(json.words, 'words', columns * topics),
    priors: unpack(json.priors, 'priors', topics),
    qualities: unpack(json.qualities, 'qualities', topics * models),
  };
}
