// Who asks the questions of an interview: a terminal, or a test.

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

export interface Prompter {
  /** `check` gives the sentence that says what is wrong, or undefined. An empty answer is an empty text. */
  text: (question: {
    message: string;
    initial?: string;
    hint?: string;
    check?: (text: string) => string | undefined;
  }) => Promise<string | null>;
  select: (question: { message: string; choices: readonly Choice[]; initial?: string }) => Promise<string | null>;
  several: (question: {
    message: string;
    choices: readonly Choice[];
    initial: readonly string[];
  }) => Promise<string[] | null>;
  say: (text: string, title?: string) => void;
}
