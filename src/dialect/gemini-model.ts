// What differs between Gemini models, told by their names. Names of future models count as the newest kind.

/** `gemini-2.5-pro` and older of the family, by number. */
const NUMBERED = /(?:^|\/)gemini-(\d+)(?:\.(\d+))?/;

export interface GeminiTraits {
  /** From Gemini 3 on: thinking is set by level, calls carry ids and signatures, tool results may hold media. */
  isThird: boolean;
  /** Takes a thinkingConfig at all. */
  takesThinking: boolean;
  /** Least and largest thinking budget in tokens. */
  budget: { min: number; max: number };
  /** Takes a budget of zero, or the level MINIMAL, as "do not think". */
  canStopThinking: boolean;
}

export function geminiTraits(model: string): GeminiTraits {
  const number = NUMBERED.exec(model);
  const major = number === null ? Number.POSITIVE_INFINITY : Number(number[1]);
  const isOld = major < 2 || (major === 2 && Number(number?.[2] ?? 0) < 5);
  const isPro = /-pro\b/.test(model);
  const isLite = /-lite\b/.test(model);
  return {
    isThird: major >= 3 && !/gemma|learnlm/.test(model),
    takesThinking: !isOld && !/gemma|learnlm|-image\b|-tts\b/.test(model),
    budget: { min: isPro ? 128 : isLite ? 512 : 0, max: isPro ? 32_768 : 24_576 },
    canStopThinking: !isPro,
  };
}
