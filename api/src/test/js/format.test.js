import assert from 'node:assert/strict';
import test from 'node:test';
import {age, bothTimes, counted, followers, millis, refName, short, span, took} from '../page/format.js';

test('spans have their two largest units', () => {
  assert.deepEqual([0, -5, 59, 61, 600, 3660, 86400, 90000, 86400 * 12].map(span), ['0s', '0s', '59s', '1m1s', '10m', '1h1m', '1d', '1d1h', '12d']);
  assert.equal(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:05:00Z')), '5m');
});

test('times of steps', () => {
  assert.deepEqual([3, 999, 2130, 61_000].map(took), ['3 ms', '999 ms', '2.1 s', '1m1s']);
  assert.equal(millis('PT1M2.5S'), 62_500);
  assert.equal(millis('PT1H'), 3_600_000);
  assert.ok(Number.isNaN(millis('a day')));
});

test('a time is shown in local time and in UTC', () => {
  assert.match(bothTimes('2026-01-02T03:04:05Z'), /local, 2026-01-02 03:04:05 UTC$/);
});

test('names are short', () => {
  assert.equal(refName('refs/heads/main'), 'main');
  assert.equal(refName('refs/tags/v1'), 'tags/v1');
  assert.equal(short('0123456789abcdef'), '0123456789');
  assert.equal(short(undefined), '');
  assert.equal(counted(1, 'cluster'), '1 cluster');
  assert.equal(counted(10000, 'cluster'), '10,000 clusters');
});

test('a delivery is followed by applications, the fleet, and what it reads', () => {
  assert.deepEqual(followers({applications: 2, fleet: true, readers: ['ApplicationSet all']}), ['2 applications', 'the fleet', 'ApplicationSet all']);
  assert.deepEqual(followers({applications: 1, fleet: false}), ['1 application']);
  assert.deepEqual(followers({applications: 0, fleet: false, readers: ['FleetInclude team-a']}), ['FleetInclude team-a']);
  assert.deepEqual(followers({applications: 0, fleet: false, readers: []}), []);
});
