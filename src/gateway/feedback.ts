// `POST /v1/feedback`: what a client says of an answer it was given.
import type { IncomingMessage } from 'node:http';
import { type FeedbackDesk, type FeedbackRules, giveFeedback, MAX_FEEDBACK_BYTES, readFeedback } from '../feedback.ts';
import type { Admission } from './admission.ts';
import type { Authenticate } from './auth.ts';
import { readBody } from './body.ts';
import { sendJson } from './refuse.ts';
import { requireMethod } from './target.ts';

export interface FeedbackVisit extends Admission {
  request: IncomingMessage;
  settings: { authenticate: Authenticate; maxBodyBytes: number; maxDepth: number; feedback: FeedbackRules };
}

/** Answers 201. Rejects with TierlineError: those of `readBody`, `readFeedback` and `giveFeedback`, and `invalid_api_key`. */
export async function takeFeedback(desk: FeedbackDesk, visit: FeedbackVisit): Promise<void> {
  const { id, headers, request, responder, settings } = visit;
  requireMethod(request, ['POST']);
  const tenant = settings.authenticate(headers);
  const body = await readBody(request, Math.min(settings.maxBodyBytes, MAX_FEEDBACK_BYTES));
  const feedback = readFeedback(body, settings);
  const given = await giveFeedback(desk, feedback, {
    tenant,
    id: feedbackId(id),
    atMs: Date.now(),
    rules: settings.feedback,
  });
  const leftOut = given.leftOut.length === 0 ? {} : { left_out: given.leftOut };
  sendJson(responder, 201, { id: given.id, object: 'feedback', request_id: feedback.requestId, ...leftOut });
}

/** The id of the request that brought it, which is nobody else's: `fb_` in the place of `req_`. */
function feedbackId(requestId: string): string {
  return requestId.replace(/^req_/, 'fb_');
}
