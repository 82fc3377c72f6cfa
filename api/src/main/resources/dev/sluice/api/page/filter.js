/**
 * The fleet as cells: an application in a cluster. Pure.
 *
 * @typedef {{application: string, repositories: string[], cluster: string, sync: string, health?: string, held?: string,
 *     behind?: number, code?: string, reason?: string, since?: string, state: string, person?: string}} Cell
 * @typedef {{q?: string, cluster?: string, repository?: string, sync?: string, health?: string, need?: string}} Filter
 */

/** States of a cell, the worst first, with the words for people. */
export const STATES = [
  ['parked', 'Parked'],
  ['degraded', 'Degraded'],
  ['drifted', 'Drifted'],
  ['held', 'Held'],
  ['suspended', 'Objects suspended'],
  ['unknown', 'Unknown'],
  ['moving', 'In progress'],
  ['good', 'Synced and healthy'],
];

/** What may need a person, the most urgent first. */
export const NEEDS = [
  ['approval', 'Deletions wait for an approval'],
  ['unsigned', 'Commits without an accepted signature'],
  ['parked', 'Cannot be applied: dead letters are open'],
  ['degraded', 'Objects are not healthy'],
  ['contended', 'Somebody changes healed objects again'],
  ['drifted', 'Live objects differ, and are not healed'],
  ['retrying', 'Fails again and again, or cannot be sent'],
  ['operator', 'Held by an operator'],
  ['manual', 'Waits for a release'],
  ['window', 'Waits for a maintenance window'],
  ['dependency', 'Waits for other applications'],
  ['unknown', 'State is not known'],
];

/**
 * Returns the cells of the API's fleet map.
 *
 * @param {{applications: {application: string, repositories: string[], clusters: object[]}[]}} map
 * @returns {Cell[]}
 */
export function cells(map) {
  return map.applications.flatMap(place =>
    place.clusters.map(cell => ({
      ...cell,
      application: place.application,
      repositories: place.repositories,
      state: state(cell),
      person: need(cell),
    })),
  );
}

/** Returns the one state that a cell is coloured by. */
export function state(cell) {
  if (cell.sync === 'Parked') {
    return 'parked';
  }
  if (cell.health === 'Degraded' || cell.health === 'Missing') {
    return 'degraded';
  }
  if (cell.sync === 'Unknown') {
    return 'unknown';
  }
  if (cell.sync === 'Drifted') {
    return 'drifted';
  }
  if (cell.held) {
    return 'held';
  }
  if (cell.sync !== 'Synced' || cell.health === 'Progressing') {
    return 'moving';
  }
  if (cell.health === 'Suspended') {
    return 'suspended';
  }
  return cell.health === 'Healthy' ? 'good' : 'unknown';
}

/** Returns what a person may have to do, or undefined. */
export function need(cell) {
  if (cell.held === 'guard') {
    return 'approval';
  }
  if (cell.sync === 'Parked') {
    return cell.code === 'Unsigned' ? 'unsigned' : 'parked';
  }
  if (cell.health === 'Degraded' || cell.health === 'Missing') {
    return 'degraded';
  }
  if (cell.sync === 'Drifted' && !(cell.heals && !cell.contended)) {
    return cell.contended ? 'contended' : 'drifted';
  }
  const held = {suspended: 'operator', pinned: 'operator', manual: 'manual', window: 'window', dependsOn: 'dependency'};
  if (cell.held && Object.hasOwn(held, cell.held)) {
    return held[cell.held];
  }
  if (cell.sync === 'Retrying' || (cell.sync === 'OutOfSync' && cell.code)) {
    return 'retrying';
  }
  return cell.sync === 'Unknown' || (cell.sync === 'Synced' && cell.health === 'Unknown') ? 'unknown' : undefined;
}

/**
 * Returns the cells that fit a filter.
 *
 * @param {Cell[]} all
 * @param {Filter} filter
 */
export function select(all, filter) {
  const words = (filter.q ?? '').toLowerCase().split(/\s+/).filter(word => word !== '');
  return all.filter(
    cell =>
      is(filter.cluster, cell.cluster) &&
      is(filter.sync, cell.sync) &&
      is(filter.health, cell.health) &&
      is(filter.state, cell.state) &&
      is(filter.code, cell.code) &&
      (!filter.repository || cell.repositories.includes(filter.repository)) &&
      (!filter.need || (filter.need === 'any' ? cell.person !== undefined : cell.person === filter.need)) &&
      words.every(word => has(cell, word)),
  );
}

const is = (wanted, value) => !wanted || wanted === value;

const has = (cell, word) =>
  [cell.application, cell.cluster, cell.sync, cell.health, cell.held, cell.code].some(
    text => text !== undefined && text.toLowerCase().includes(word),
  ) || cell.repositories.some(name => name.toLowerCase().includes(word));

/**
 * Returns how many cells have each value, as a map.
 *
 * @param {Cell[]} all
 * @param {(cell: Cell) => string|undefined} value
 */
export function counts(all, value) {
  const found = new Map();
  for (const cell of all) {
    const name = value(cell);
    if (name !== undefined) {
      found.set(name, (found.get(name) ?? 0) + 1);
    }
  }
  return found;
}

/**
 * Returns what needs a person, grouped by what is to be done and by cause, the most urgent first.
 *
 * @param {Cell[]} all
 * @returns {{need: string, code: string, cells: Cell[]}[]}
 */
export function needs(all) {
  const groups = new Map();
  for (const cell of all) {
    if (cell.person !== undefined) {
      const code = ['parked', 'retrying', 'unknown'].includes(cell.person) ? cell.code ?? '' : '';
      const key = cell.person + ' ' + code;
      const group = groups.get(key) ?? {need: cell.person, code, cells: []};
      group.cells.push(cell);
      groups.set(key, group);
    }
  }
  const order = NEEDS.map(([name]) => name);
  return [...groups.values()].sort(
    (a, b) => order.indexOf(a.need) - order.indexOf(b.need) || b.cells.length - a.cells.length,
  );
}

/**
 * Returns the map with the newest states of some applications.
 *
 * @param {{applications: object[]}} map
 * @param {string[]} names of the applications that were read again
 * @param {object[]} places of them; those that are gone are missing
 */
export function updated(map, names, places) {
  const fresh = new Map(places.map(place => [place.application, place]));
  const kept = map.applications
    .filter(place => !names.includes(place.application) || fresh.has(place.application))
    .map(place => fresh.get(place.application) ?? place);
  const known = new Set(kept.map(place => place.application));
  const added = places.filter(place => !known.has(place.application));
  return {applications: [...kept, ...added].sort((a, b) => (a.application < b.application ? -1 : 1))};
}
