/** The one event stream of the page, and data that is read again when events concern it. */
import {useEffect, useRef, useState} from './html.js';
import {openStream, signedOut} from './client.js';
import {repeated} from './repeat.js';
import {follow} from './stream.js';

/**
 * Everything shown is read again this often, in milliseconds, since not every change of a state is an event: a part that
 * falls silent sends none.
 */
const AGAIN = 20_000;

const listeners = new Set();
const states = new Set();
let live = false;
let since = Date.now();
let stop = () => {};

const missed = () => listeners.forEach(one => one(undefined));

const state = now => {
  const changed = now !== live;
  live = now;
  if (changed) {
    since = Date.now();
    states.forEach(one => one({live, since}));
    if (now) {
      missed();
    }
  }
};

/** Starts the stream. It is closed while the page is hidden, since browsers open only six connections to a server. */
export function start() {
  end();
  const connect = () => {
    stop = follow(openStream, {event: event => listeners.forEach(one => one(event)), state, signedOut});
  };
  const shown = () => {
    stop();
    if (document.hidden) {
      state(false);
    } else {
      connect();
      missed();
    }
  };
  const timer = setInterval(() => document.hidden || missed(), AGAIN * (0.9 + Math.random() / 5));
  document.addEventListener('visibilitychange', shown);
  if (!document.hidden) {
    connect();
  }
  const disconnect = () => stop();
  close = () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', shown);
    disconnect();
    state(false);
  };
}

let close = () => {};

/** Ends the stream. */
export function end() {
  close();
  close = () => {};
}

/** Returns whether events arrive, and since when, in milliseconds. */
export function useConnection() {
  const [now, set] = useState({live, since});
  useEffect(() => {
    set({live, since});
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
 * @param {{concerns?: (event: object) => boolean, pause?: number, once?: boolean}} [options] pause in milliseconds; once
 *     if it is read again only when the user asks
 */
export function useData(load, inputs, {concerns = () => false, pause = 150, once = false} = {}) {
  const [shown, set] = useState({data: undefined, problem: undefined, of: undefined});
  const reader = useRef({now: () => {}, ask: () => {}});
  const key = JSON.stringify(inputs);
  useEffect(() => {
    const control = new AbortController();
    reader.current = repeated(async () => {
      try {
        const data = await load(control.signal);
        control.signal.aborted || set({data, problem: undefined, of: key});
        return true;
      } catch (problem) {
        control.signal.aborted || set(before => ({data: before.of === key ? before.data : undefined, problem, of: key}));
        return once || !isPassing(problem);
      }
    }, pause);
    reader.current.now();
    const {stop: stopReading} = reader.current;
    return () => {
      stopReading();
      control.abort();
    };
  }, [key]);
  useEvents(event => !once && (event === undefined || concerns(event)) && reader.current.ask());
  return {...(shown.of === key ? shown : {data: undefined, problem: undefined}), reload: () => reader.current.now()};
}

/** Returns whether a problem may end by itself. */
export const isPassing = problem => problem.status === 0 || problem.status === 429 || problem.status >= 500;
