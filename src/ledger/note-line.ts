// The mark of a journal line that is a note: JSON follows it.

export const NOTE = '!';
