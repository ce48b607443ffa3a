// Progress of a long command: a bar on a terminal, a line for each tenth elsewhere.

export interface Progress {
  /** One more is done; `message` says how things stand. */
  advance: (message?: string) => void;
  /** Something to know that is no progress. */
  note: (message: string) => void;
  finish: (message: string) => void;
}

export interface ProgressOptions {
  total: number;
  title: string;
  isTTY: boolean;
  print: (line: string) => void;
  /** Where the bar is drawn; standard output when left out. */
  output?: NodeJS.WriteStream;
}

/** Starts the progress; the terminal library is loaded only for a terminal. */
export async function startProgress({ total, title, isTTY, print, output }: ProgressOptions): Promise<Progress> {
  if (isTTY) {
    const { progress } = await import('@clack/prompts');
    const bar = progress({ max: total, ...(output === undefined ? {} : { output }) });
    bar.start(title);
    return {
      advance: (message) => bar.advance(1, message),
      note: (message) => bar.message(message),
      finish: (message) => bar.stop(message),
    };
  }
  let done = 0;
  let tenths = 0;
  const notes = new Set<string>();
  print(title);
  return {
    advance: (message) => {
      done += 1;
      const reached = Math.floor((10 * done) / total);
      if (reached > tenths) print(message === undefined ? `${reached * 10} %` : `${reached * 10} %  ${message}`);
      tenths = reached;
    },
    note: (message) => {
      // The same trouble again and again is told once.
      if (!notes.has(message)) print(message);
      notes.add(message);
    },
    finish: print,
  };
}
