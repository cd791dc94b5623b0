/** A moment as portal links write it: `2026-11-24T10:00:00` on the Danish clock, or with an offset of its own. */

const ZONE = 'Europe/Copenhagen';
const WRITTEN = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+ -]\d{2}:?\d{2})?$/;

/** Unix milliseconds; null for what is no moment. Of an hour that the clock shows twice the later one. */
export function danishMoment(text: string): number | null {
  const found = WRITTEN.exec(text.trim());
  if (!found) return null;
  const [, day = '', clock = '', seconds = '00', offset = ''] = found;
  const plain = Date.parse(`${day}T${clock}:${seconds}Z`);
  if (Number.isNaN(plain)) return null;
  if (offset === '') return plain - offsetAt(plain - offsetAt(plain));
  // A plus in a query is a space.
  const [sign, hours, minutes] = offset === 'Z' ? ['+', '00', '00'] : [offset.slice(0, 1), offset.slice(1, 3), offset.slice(-2)];
  return plain - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** How far the Danish clock is ahead of UTC then, ms. */
function offsetAt(ms: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' }).formatToParts(ms);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value ?? '0');
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - ms;
}
