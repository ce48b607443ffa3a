// Everybody who works after the reply, as the router knows them: those who keep calls, and those who watch them.
import type { CaptureCall } from '../capture/capture.ts';
import type { Afterwards } from '../router.ts';

/** Null when there is nobody. */
export function createAfterwards(capture: CaptureCall | null, watching: Afterwards | null): Afterwards | null {
  if (capture === null) return watching;
  return {
    wantsAnswer: (call, plan) => watching?.wantsAnswer(call, plan) === true,
    ended: (ended) => {
      capture(ended.call, ended.plan.task);
      watching?.ended(ended);
    },
  };
}
