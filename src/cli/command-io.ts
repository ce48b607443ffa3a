// Where a command speaks: what it is there for goes to `print`, what else there is to say to `warn`.

export interface CommandIo {
  /** To standard output, a line at least. */
  print: (text: string) => void;
  /** To standard error, as a sentence of tierline's. */
  warn: (text: string) => void;
  /** Whether a person reads along on standard error: then there is progress to see. */
  isTTY: boolean;
}
