// The prompter of a terminal. Loaded only when somebody is asked.
import { cancel, intro, isCancel, multiselect, note, outro, select, text } from '@clack/prompts';
import type { Prompter } from '../lifecycle/audit/prompter.ts';

export function openPrompter(): Prompter {
  intro('tierline audit');
  return {
    text: async ({ message, initial, hint, check }) => {
      const answer = await text({
        message,
        ...(initial === undefined ? {} : { initialValue: initial }),
        ...(hint === undefined ? {} : { placeholder: hint }),
        ...(check === undefined ? {} : { validate: (value) => check(value ?? '') }),
      });
      return isCancel(answer) ? left() : (answer ?? '');
    },
    select: async ({ message, choices, initial }) => {
      const answer = await select({
        message,
        options: choices.map((choice) => ({ ...choice })),
        ...(initial === undefined ? {} : { initialValue: initial }),
        maxItems: 12,
      });
      return isCancel(answer) ? left() : answer;
    },
    several: async ({ message, choices, initial }) => {
      const answer = await multiselect({
        message: `${message} (space marks, enter goes on)`,
        options: choices.map((choice) => ({ ...choice })),
        initialValues: [...initial],
        required: false,
      });
      return isCancel(answer) ? left() : answer;
    },
    say: (words, title) => (title === undefined ? outro(words) : note(words, title)),
  };
}

function left(): null {
  cancel('Left here; what was answered is saved.');
  return null;
}
