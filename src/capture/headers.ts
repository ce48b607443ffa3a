// Names of request headers: those that the router reads whatever the configuration says, and those that open something.

/** Task, conversation and ceiling of a request: see `policy/task-name.ts`, `policy/session.ts` and `policy/asked.ts`. */
export const READ_HEADERS: readonly string[] = [
  'x-tierline-task',
  'x-litellm-tags',
  'x-session-id',
  'x-tierline-session',
  'helicone-session-id',
  'thread-id',
  'x-tierline-max-cost-usd',
];

/** Never kept, even when a rule matches on one. */
export const CREDENTIAL_HEADERS = /auth|key|token|secret|cookie|password|credential|signature/i;
