// An alert while it lasts, and what is told of it. Data only.
import type { Alarm } from '../alarm.ts';

/** An alarm that was raised and not cleared since, as it was raised last. */
export interface ActiveAlert extends Omit<Alarm, 'atMs'> {
  /** When it was first raised, milliseconds since 1970. */
  readonly firstMs: number;
  /** When it was raised last. */
  readonly lastMs: number;
  /** When it was told last. */
  readonly toldMs: number;
}

/** `repeated`: it was raised again long after it was told, and is not over. */
export type NoticeKind = 'raised' | 'repeated' | 'recovered';

/** One thing to tell, whoever it is told to. */
export interface Notice {
  /** The same for every try and every sink. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** When it happened, milliseconds since 1970. */
  readonly atMs: number;
  /** For people: the alarm's own, or the recovery's. */
  readonly sentence: string;
  readonly alert: ActiveAlert;
}
