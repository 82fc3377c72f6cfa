/** The one event stream of the page, and data that is read again when events concern it. */
import {useCallback, useEffect, useRef, useState} from './html.js';
import {openStream} from './client.js';
import {follow} from './stream.js';

const listeners = new Set();
const states = new Set();
let live = false;
let stop = () => {};

/** Starts the stream. */
export function start() {
  stop();
  stop = follow(openStream, {
    event: event => listeners.forEach(one => one(event)),
    state: (now, resumed) => {
      const back = now && !live;
      live = now;
      states.forEach(one => one(now));
      if (back && !resumed) {
        listeners.forEach(one => one(undefined)); // events may have been missed
      }
    },
  });
}

/** Ends the stream. */
export function end() {
  stop();
  stop = () => {};
}

/** Returns whether events arrive. */
export function useIsLive() {
  const [now, set] = useState(live);
  useEffect(() => {
    set(live);
    states.add(set);
    return () => states.delete(set);
  }, []);
  return now;
}

/**
 * Calls back for events.
 *
 * @param {(event: object|undefined) => void} take undefined: events may have been missed
 */
export function useEvents(take) {
  const newest = useRef(take);
  newest.current = take;
  useEffect(() => {
    const listener = event => newest.current(event);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
}

/**
 * Reads data, and reads it again a moment after events that concern it. What was read before stays until then.
 *
 * @param {(signal: AbortSignal) => Promise<any>} load
 * @param {any[]} inputs read at once when one of them differs
 * @param {{concerns?: (event: object) => boolean, pause?: number}} [options] pause in milliseconds
 */
export function useData(load, inputs, {concerns = () => false, pause = 150} = {}) {
  const [state, set] = useState({data: undefined, problem: undefined, of: undefined});
  const timer = useRef(0);
  const run = useRef({abort: () => {}});
  const key = JSON.stringify(inputs);
  const reload = useCallback(() => {
    run.current.abort();
    const control = new AbortController();
    run.current = control;
    clearTimeout(timer.current);
    timer.current = 0;
    load(control.signal).then(
      data => control.signal.aborted || set({data, problem: undefined, of: key}),
      problem => {
        if (!control.signal.aborted) {
          set(before => ({data: before.of === key ? before.data : undefined, problem, of: key}));
          if (problem.status === 0 || problem.status === 503) {
            timer.current = setTimeout(reload, 2000);
          }
        }
      },
    );
  }, [key]);
  useEffect(() => {
    reload();
    return () => {
      run.current.abort();
      clearTimeout(timer.current);
    };
  }, [reload]);
  useEvents(event => {
    if ((event === undefined || concerns(event)) && timer.current === 0) {
      timer.current = setTimeout(reload, pause);
    }
  });
  return {...(state.of === key ? state : {data: undefined, problem: undefined}), reload};
}
