// Progress of a long command: a bar on a terminal, a line for each tenth elsewhere.

export interface Progress {
  advance: () => void;
  finish: (message: string) => void;
}

export interface ProgressOptions {
  total: number;
  title: string;
  isTTY: boolean;
  print: (line: string) => void;
}

/** Starts the progress; the terminal library is loaded only for a terminal. */
export async function startProgress({ total, title, isTTY, print }: ProgressOptions): Promise<Progress> {
  if (isTTY) {
    const { progress } = await import('@clack/prompts');
    const bar = progress({ max: total });
    bar.start(title);
    return { advance: () => bar.advance(1), finish: (message) => bar.stop(message) };
  }
  let done = 0;
  let tenths = 0;
  print(title);
  return {
    advance: () => {
      done += 1;
      const reached = Math.floor((10 * done) / total);
      if (reached > tenths) print(`${reached * 10} %`);
      tenths = reached;
    },
    finish: print,
  };
}
