/**
 * Repeated reading: never twice at once, a moment after it was asked for, and later and later after failures. Pure, but
 * for its timer.
 */

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

/**
 * Returns how long to wait after failures, in milliseconds.
 *
 * @param {number} failures in a row
 * @param {number} random from 0 to 1, so that pages do not try again together
 */
export const wait = (failures, random) => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1)) * (0.5 + random / 2);

/**
 * Returns a reader. A request while it reads makes it read once more afterwards, and never ends the reading that goes on.
 *
 * @param {() => Promise<boolean>} read tells whether it succeeded
 * @param {number} pause from the first request until it reads, in milliseconds
 */
export function repeated(read, pause) {
  let timer = 0;
  let isReading = false;
  let isAsked = false;
  let isStopped = false;
  let failures = 0;
  const after = time => {
    if (timer === 0 && !isReading && !isStopped) {
      timer = setTimeout(run, time);
    }
  };
  const run = async () => {
    clearTimeout(timer);
    timer = 0;
    if (isReading || isStopped) {
      isAsked = true;
      return;
    }
    isReading = true;
    isAsked = false;
    failures = (await read()) ? 0 : failures + 1;
    isReading = false;
    if (failures > 0) {
      after(wait(failures, Math.random()));
    } else if (isAsked) {
      after(pause);
    }
  };
  return {
    ask: () => {
      isAsked = true;
      after(pause);
    },
    now: run,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
