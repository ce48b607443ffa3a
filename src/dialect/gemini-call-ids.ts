// Ids for the calls of a Gemini conversation, which older models leave out: calls and results then meet by name and order.

const MADE_UP = /^call_gemini_\d+$/;

/** Whether the id was given by us and means nothing to the provider. */
export function isMadeUpId(id: string): boolean {
  return MADE_UP.test(id);
}

interface OpenCall {
  id: string;
  name: string;
}

/** Gives every call of one conversation an id, the same one each time the conversation is read. */
export class GeminiCallIds {
  private made = 0;
  private readonly open: OpenCall[] = [];

  call(id: unknown, name: string): string {
    const known = typeof id === 'string' && id !== '' ? id : this.make();
    this.open.push({ id: known, name });
    return known;
  }

  /** The id of the call that a result answers: its own, else that of the first open call of the name. */
  result(id: unknown, name: string): string {
    const hasId = typeof id === 'string' && id !== '';
    const at = this.open.findIndex((call) => (hasId ? call.id === id : call.name === name));
    if (at >= 0) return (this.open.splice(at, 1)[0] as OpenCall).id;
    return hasId ? id : this.make();
  }

  private make(): string {
    return `call_gemini_${this.made++}`;
  }
}
