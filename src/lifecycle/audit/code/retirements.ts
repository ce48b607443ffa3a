// When makers have shut a model down, or say they will: calls to it then fail. Kept by hand; a model that is not here may be on its way out
// all the same. The dates are those of developers.openai.com/api/docs/deprecations, platform.claude.com/docs/en/about-claude/model-deprecations
// and ai.google.dev/gemini-api/docs/deprecations as excerpts and articles quoted them on 2026-11-28, not read on the pages themselves: an
// audit names them as something to look up, and nothing is decided by them.

const DATES: readonly [names: string, date: string][] = [
  ['gpt-3.5-turbo(?:-0125)?|gpt-4(?:-0613|-1106-preview)?|gpt-4-turbo(?:-2024-04-09)?|gpt-4o-2024-05-13', '2026-10-23'],
  ['o1(?:-2024-12-17)?|o1-pro(?:-2025-03-19)?|o3-mini(?:-2025-01-31)?|o4-mini(?:-2025-04-16)?', '2026-10-23'],
  ['gpt-4.1-nano(?:-2025-04-14)?', '2026-10-23'],
  ['chatgpt-4o-latest', '2026-02-17'],
  [
    'gpt-5(?:-mini|-nano)?(?:-2025-08-07)?|gpt-5-pro(?:-2025-10-06)?|o3(?:-2025-04-16)?|o3-pro(?:-2025-06-10)?',
    '2026-12-11',
  ],
  ['gpt-4o(?:-mini)?(?:-2024-\\d\\d-\\d\\d)?|gpt-4.1(?:-mini)?(?:-2025-04-14)?', '2027-01-14'],
  ['gpt-5.1(?:-2025-11-13)?', '2027-04-01'],
  ['claude-2(?:.[01])?|claude-3-sonnet(?:-20240229)?', '2025-07-21'],
  ['claude-3-5-sonnet(?:-latest|-20240620|-20241022)?', '2025-10-28'],
  ['claude-3-opus(?:-latest|-20240229)?', '2026-01-05'],
  ['claude-3-7-sonnet(?:-latest|-20250219)?', '2026-02-19'],
  ['claude-(?:sonnet|opus)-4(?:-0|-20250514)?', '2026-06-15'],
  ['gemini-3-pro-preview', '2026-03-09'],
  ['gemini-2.5-(?:pro|flash)', '2026-12-01'],
];

const PATTERNS = DATES.map(([names, date]): [RegExp, string] => [
  new RegExp(`(?:^|[./:])(?:${names.replaceAll('.', '[-.]')})$`),
  date,
]);

/** The day a model was or will be shut down at its maker's, `2026-10-23`; null when none is known. */
export function retirementOf(model: string): string | null {
  return PATTERNS.find(([pattern]) => pattern.test(model.toLowerCase()))?.[1] ?? null;
}
