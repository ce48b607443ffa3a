// The assessment of a router as a page.
import type { AssessedRouter } from './assess.ts';
import { assessmentText } from './assess-text.ts';

export function assessmentPage(assessed: AssessedRouter): string {
  return `<!doctype html><meta charset="utf-8"><title>Router</title><pre>${assessmentText(assessed)}</pre>`;
}
