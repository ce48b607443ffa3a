// A moment as a clock on the wall shows it in some place. Pure: the moment comes in.

export interface WallTime {
  /** 0 is Sunday. */
  day: number;
  minute: number;
}

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Reads the time of a zone (IANA name). Within one minute the answer is remembered: the formatter is slow. */
export function createWallClock(zone: string): (atMs: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  let knownMinute = Number.NaN;
  let known: WallTime = { day: 0, minute: 0 };
  return (atMs) => {
    const minute = Math.floor(atMs / 60_000);
    if (minute !== knownMinute) {
      const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
      known = {
        day: DAY_NAMES.indexOf(parts.weekday ?? ''),
        minute: Number(parts.hour) * 60 + Number(parts.minute),
      };
      knownMinute = minute;
    }
    return known;
  };
}
