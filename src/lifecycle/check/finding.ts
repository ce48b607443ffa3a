// What `tierline check` tells about a configuration that is valid but may not be meant so.

export interface Finding {
  /** `error`: it cannot work as written. `warning`: it probably is not meant so. `note`: good to know. */
  level: 'error' | 'warning' | 'note';
  /** Short name of the kind of finding, for machines. */
  code: string;
  /** Where in the configuration: `tasks.triage.rules[1]`. */
  at: string;
  say: string;
}
