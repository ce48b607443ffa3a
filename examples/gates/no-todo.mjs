// A gate of one's own: the answer must not leave work behind.
export function check(answer) {
  const lines = answer.text.split('\n').filter((line) => line.includes('TODO'));
  return { pass: lines.length === 0, reason: `${lines.length} lines with TODO` };
}
