/** Texts for times, durations and ids. */

const UNITS = [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]];

/**
 * Returns a duration in its two largest units, such as 2h5m.
 *
 * @param {number} seconds
 */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const index = UNITS.findIndex(([, size]) => whole >= size);
  if (index < 0) {
    return '0s';
  }
  const [unit, size] = UNITS[index];
  const first = Math.floor(whole / size) + unit;
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((whole % size) / next[1]) : 0;
  return rest > 0 && whole < 10 * size ? first + rest + next[0] : first;
}

/**
 * Returns the age of a time, such as 5m.
 *
 * @param {string} time in ISO 8601
 * @param {number} now in milliseconds
 */
export const age = (time, now) => span((now - Date.parse(time)) / 1000);

/**
 * Returns a short time between two steps, such as 101 ms or 2.1 s.
 *
 * @param {number} millis
 */
export function took(millis) {
  if (millis < 1000) {
    return Math.round(millis) + ' ms';
  }
  return millis < 60_000 ? (millis / 1000).toFixed(1) + ' s' : span(millis / 1000);
}

/** Returns the milliseconds of an ISO 8601 duration of hours, minutes and seconds, such as PT1M2.5S. */
export function millis(duration) {
  const parts = /^PT(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?$/.exec(duration ?? '');
  return parts ? ((+(parts[1] ?? 0) * 60 + +(parts[2] ?? 0)) * 60 + +(parts[3] ?? 0)) * 1000 : NaN;
}

/**
 * Returns a time for people who compare clocks: local, then UTC.
 *
 * @param {string} time in ISO 8601
 */
export function bothTimes(time) {
  const at = new Date(time);
  const local = at.toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'medium'});
  return `${local} local, ${at.toISOString().replace('T', ' ').replace('.000Z', 'Z').replace('Z', '')} UTC`;
}

/** Returns the time of day with milliseconds, in local time. */
export function clock(time) {
  const at = new Date(time);
  const two = number => String(number).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** Returns the first ten digits of a commit id. */
export const short = commit => (commit ?? '').slice(0, 10);

/** Returns a branch without refs/heads/, and other refs without refs/. */
export const refName = ref => (ref ?? '').replace(/^refs\/heads\//, '').replace(/^refs\//, '');

/** Returns a number with its noun, such as 3 applications. */
export const counted = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** Returns an object as events name it, such as Deployment shop/web. */
/** What follows the ref of a delivery; empty if its repository is followed, but not this ref. */
export const followers = delivery => [
  ...(delivery.applications ? [counted(delivery.applications, 'application')] : []),
  ...(delivery.fleet ? ['the fleet'] : []),
  ...(delivery.readers ?? []),
];

export const objectName = object =>
  `${object.kind} ${object.namespace ? object.namespace + '/' : ''}${object.name}`;
