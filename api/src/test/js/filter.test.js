import assert from 'node:assert/strict';
import test from 'node:test';
import {cells, counts, need, needs, select, state, updated} from '../page/filter.js';

const place = (application, ...clusters) => ({application, repositories: ['forge.example/' + application], clusters});
const good = {cluster: 'east', sync: 'Synced', health: 'Healthy'};

test('the worst state of a cell colours it', () => {
  assert.equal(state(good), 'good');
  assert.equal(state({...good, sync: 'Parked', health: 'Degraded'}), 'parked');
  assert.equal(state({...good, health: 'Missing'}), 'degraded');
  assert.equal(state({...good, sync: 'Drifted', held: 'suspended'}), 'drifted');
  assert.equal(state({...good, held: 'suspended'}), 'held');
  assert.equal(state({...good, sync: 'Unknown', held: 'suspended'}), 'unknown');
  assert.equal(state({...good, health: 'Unknown'}), 'unknown');
  assert.equal(state({...good, health: 'Progressing'}), 'moving');
  assert.equal(state({...good, sync: 'OutOfSync'}), 'moving');
});

test('what needs a person is what only a person can end', () => {
  assert.equal(need(good), undefined);
  assert.equal(need({...good, sync: 'Syncing'}), undefined);
  assert.equal(need({...good, held: 'wave'}), undefined);
  assert.equal(need({...good, sync: 'Parked', held: 'guard'}), 'approval');
  assert.equal(need({...good, sync: 'Parked', code: 'Unsigned'}), 'unsigned');
  assert.equal(need({...good, sync: 'Parked', code: 'Invalid'}), 'parked');
  assert.equal(need({...good, held: 'pinned'}), 'operator');
  assert.equal(need({...good, held: 'window'}), 'window');
  assert.equal(need({...good, held: 'constructor'}), undefined);
});

test('only what is synced and healthy is called so', () => {
  assert.equal(state({...good, health: 'Suspended'}), 'suspended');
  assert.equal(state({...good, health: undefined}), 'unknown');
  assert.equal(need({...good, health: 'Unknown'}), 'unknown');
  assert.equal(need({...good, sync: 'Retrying'}), 'retrying');
  assert.equal(need({...good, sync: 'OutOfSync', code: 'RepositoryUnreachable'}), 'retrying');
  assert.equal(need({...good, sync: 'OutOfSync'}), undefined);
  assert.equal(need({...good, sync: 'Drifted', heals: true}), undefined);
  assert.equal(need({...good, sync: 'Drifted', heals: true, contended: true}), 'contended');
  assert.equal(need({...good, sync: 'Drifted'}), 'drifted');
});

test('needs are grouped by cause, the most urgent and largest first', () => {
  const parked = code => ({...good, sync: 'Parked', code});
  const all = cells({applications: [
    place('a', {...good, held: 'manual'}), place('b', parked('Invalid')), place('c', parked('Forbidden')), place('d', parked('Invalid')),
    place('e', {...good, sync: 'Parked', held: 'guard', code: 'PruneLimit'}), place('f', good),
  ]});

  assert.deepEqual(needs(all).map(group => [group.need, group.code, group.cells.length]), [
    ['approval', '', 1], ['parked', 'Invalid', 2], ['parked', 'Forbidden', 1], ['manual', '', 1],
  ]);
});

test('filters and words must all fit', () => {
  const all = cells({applications: [place('shop', good, {...good, cluster: 'west', sync: 'Parked', code: 'Invalid'}), place('web', good)]});
  const names = filter => select(all, filter).map(cell => cell.application + '/' + cell.cluster);

  assert.deepEqual(names({}), ['shop/east', 'shop/west', 'web/east']);
  assert.deepEqual(names({q: 'SHOP invalid'}), ['shop/west']);
  assert.deepEqual(names({cluster: 'east', repository: 'forge.example/web'}), ['web/east']);
  assert.deepEqual(names({need: 'any'}), ['shop/west']);
  assert.deepEqual(names({need: 'approval'}), []);
  assert.deepEqual(names({state: 'good', q: 'shop'}), ['shop/east']);
});

test('counts are by value', () => {
  const all = cells({applications: [place('a', good, {...good, cluster: 'west'}), place('b', {...good, health: undefined})]});

  assert.deepEqual([...counts(all, cell => cell.cluster)], [['east', 2], ['west', 1]]);
  assert.deepEqual([...counts(all, cell => cell.health)], [['Healthy', 2]]);
});

test('applications that were read again replace, join and leave the map', () => {
  const map = {applications: [place('a', good), place('c', good)]};
  const parked = place('a', {...good, sync: 'Parked'});

  assert.deepEqual(updated(map, ['a'], [parked]).applications, [parked, place('c', good)]);
  assert.deepEqual(updated(map, ['b'], [place('b', good)]).applications.map(one => one.application), ['a', 'b', 'c']);
  assert.deepEqual(updated(map, ['c'], []).applications.map(one => one.application), ['a']);
});
