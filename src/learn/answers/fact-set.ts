// Facts with names, gathered by whoever finds them and written out in one order.

export type Put = (name: string, value: number) => void;

/** One kind of facts: their names in their order, and who finds them. What is not put is 0. */
export interface FactKind<Input> {
  names: readonly string[];
  find: (input: Input, put: Put) => void;
}

/** 1 for yes, 0 for no. */
export function flag(is: boolean): number {
  return is ? 1 : 0;
}
