/**
 * Addresses of views. All state that a person can share is in the address: the view, its subject, filters and tabs.
 *
 * @typedef {{view: string, name: string, query: Record<string, string>}} Route
 */

const VIEWS = {applications: 'application', changes: 'change', 'dead-letters': 'dead-letters', deliveries: 'deliveries'};

/**
 * Returns the view that an address shows.
 *
 * @param {string} pathname
 * @param {string} search with its question mark, or empty
 * @returns {Route}
 */
export function parse(pathname, search) {
  const query = Object.fromEntries(new URLSearchParams(search));
  const parts = pathname.split('/').filter(part => part !== '');
  if (parts.length === 0) {
    return {view: 'fleet', name: '', query};
  }
  const view = Object.hasOwn(VIEWS, parts[0]) ? VIEWS[parts[0]] : 'unknown';
  const name = parts.slice(1).map(decoded).join('/');
  if (view === 'change' && name === '') {
    return {view: 'changes', name: '', query};
  }
  return view === 'application' && name === '' ? {view: 'unknown', name, query} : {view, name, query};
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Returns an address with a query; empty values are left out.
 *
 * @param {string} path
 * @param {Record<string, string|undefined>} [query]
 */
export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given).toString();
  return text === '' ? path : path + '?' + text;
}

/** @param {string} name @param {Record<string, string|undefined>} [query] */
export const applicationAddress = (name, query) => address('/applications/' + encodeURIComponent(name), query);

/** @param {string} id of a commit or a delivery */
export const changeAddress = id => '/changes/' + encodeURIComponent(id);
