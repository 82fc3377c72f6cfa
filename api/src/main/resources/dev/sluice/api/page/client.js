/** Requests to the HTTP API of this origin. */

const API = '/api/v1';
const PROOF = 'Sluice-Session-Proof';

let proof = '';
let onSignedOut = () => {};
let catchingUp = '';
const catchingUpListeners = new Set();

/** A refusal of the API, or a request that did not reach it. */
export class ApiProblem extends Error {
  /** @param {number} status 0 if the API was not reached @param {string} title @param {string} detail */
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

/** Sets what proves that writes come from this page, and what happens when the session is over. */
export function useSession(value, signedOut) {
  proof = value ?? '';
  onSignedOut = signedOut;
}

/** Tells that the session is over. */
export const signedOut = () => onSignedOut();

/** Calls back with how many records the API has still to read, such as "12 records", or an empty text; returns the end. */
export function onCatchingUp(take) {
  catchingUpListeners.add(take);
  take(catchingUp);
  return () => catchingUpListeners.delete(take);
}

function noteCatchingUp(response) {
  const now = response.headers.get('Sluice-Catching-Up') ?? '';
  if (now !== catchingUp) {
    catchingUp = now;
    catchingUpListeners.forEach(one => one(now));
  }
}

/**
 * Sends a request; returns the answer.
 *
 * @param {string} path
 * @param {{method?: string, body?: object, key?: string, signal?: AbortSignal}} [options] key makes a repetition harmless
 */
export async function send(path, {method = 'GET', body, key, signal} = {}) {
  const headers = {Accept: 'application/json'};
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  if (method !== 'GET' && proof !== '') {
    headers[PROOF] = proof;
  }
  if (key) {
    headers['Idempotency-Key'] = key;
  }
  let response;
  try {
    response = await fetch(path, {method, headers, signal, body: body && JSON.stringify(body), cache: 'no-store'});
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new ApiProblem(0, 'The API does not answer', 'It may be restarting. The page tries again.');
  }
  if (response.ok && path.startsWith(API)) {
    noteCatchingUp(response);
  }
  if (response.ok) {
    return response.json();
  }
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) {
    onSignedOut();
  }
  throw new ApiProblem(response.status, problem.title ?? 'Refused', problem.detail ?? `HTTP status ${response.status}`);
}

/**
 * Reads from the API.
 *
 * @param {string} path below /api/v1
 * @param {Record<string, string|number|string[]|undefined>} [parameters]
 * @param {AbortSignal} [signal]
 */
export function read(path, parameters = {}, signal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== '') {
        query.append(name, String(one));
      }
    }
  }
  const text = query.toString();
  return send(API + path + (text === '' ? '' : '?' + text), {signal});
}

/** Reads pages until there are no more, or until there are enough items. */
export async function readAll(path, parameters = {}, enough = 1000, signal) {
  const items = [];
  let after;
  do {
    const page = await read(path, {limit: Math.min(enough, 200), ...parameters, after}, signal);
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined && items.length < enough);
  return {items, more: after !== undefined};
}

/** Posts to the API. */
export const post = (path, body, key) => send(API + path, {method: 'POST', body, key});

/** Returns a key by which the API knows a repeated request. Unlike randomUUID, it also works without TLS. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

/** Reads an event stream; see stream.js. */
export const openStream = (lastId, signal) =>
  fetch(API + '/events', {
    headers: {Accept: 'text/event-stream', ...(lastId ? {'Last-Event-ID': lastId} : {})},
    signal,
    cache: 'no-store',
  });
