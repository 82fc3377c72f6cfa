import assert from 'node:assert/strict';
import test from 'node:test';
import {repeated, wait} from '../page/repeat.js';

const later = time => new Promise(resolve => setTimeout(resolve, time));

test('a steady flow of requests neither ends nor delays the reading', async () => {
  let ended = 0;
  let atOnce = 0;
  const reader = repeated(async () => {
    atOnce += 1;
    assert.equal(atOnce, 1);
    await later(30);
    atOnce -= 1;
    ended += 1;
    return true;
  }, 5);
  const requests = setInterval(reader.ask, 2);
  await later(300);
  clearInterval(requests);
  reader.stop();

  assert.ok(ended >= 3, `${ended} readings`);
});

test('a request while it reads makes it read once more', async () => {
  let read = 0;
  const reader = repeated(async () => {
    read += 1;
    await later(20);
    return true;
  }, 1);
  reader.now();
  await later(5);
  reader.ask();
  reader.ask();
  await later(120);
  reader.stop();

  assert.equal(read, 2);
});

test('failures are followed by longer and longer waits', () => {
  assert.deepEqual([1, 2, 3, 10].map(failures => wait(failures, 1)), [1000, 2000, 4000, 30_000]);
  assert.equal(wait(1, 0), 500);
});

test('a stopped reader reads no more', async () => {
  let read = 0;
  const reader = repeated(async () => (read++, true), 1);
  reader.ask();
  reader.stop();
  await later(10);

  assert.equal(read, 0);
});
