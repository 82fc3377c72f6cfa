import assert from 'node:assert/strict';
import test from 'node:test';
import {follow, frames} from '../page/stream.js';

test('frames are complete at an empty line, wherever the pieces end', () => {
  const next = frames();

  assert.deepEqual(next(': hello\n\nid: 1\nevent: app'), []);
  assert.deepEqual(next('lied\ndata: {"a":1}\n\nid: 2\ndata: {}\n'), [{id: '1', event: 'applied', data: '{"a":1}'}]);
  assert.deepEqual(next('\n'), [{id: '2', event: 'message', data: '{}'}]);
});

test('after a break it asks for what follows the last event', async () => {
  const asked = [];
  const answers = ['id: 7\ndata: {"n":7}\n\n', 'id: 8\ndata: {"n":8}\n\n'];
  const received = [];
  await new Promise(resolve => {
    const stop = follow(
      async last => {
        asked.push(last);
        if (asked.length === 2) {
          throw new TypeError('no connection');
        }
        return new Response(answers.shift());
      },
      {
        event: event => received.push(event.n) === 2 && (stop(), resolve()),
        state: () => {},
      },
    );
  });

  assert.deepEqual(asked, ['', '7', '7']);
  assert.deepEqual(received, [7, 8]);
});

test('a stream that falls silent is broken, and opened again', async () => {
  const states = [];
  let opened = 0;
  await new Promise(resolve => {
    const stop = follow(
      async () => {
        opened += 1;
        return new Response(new ReadableStream({})); // never a byte, never an end
      },
      {event: () => {}, state: now => states.push(now) === 3 && (stop(), resolve())},
      {silence: 40, pause: 1},
    );
  });

  assert.deepEqual(states, [true, false, true]);
  assert.equal(opened, 2);
});

test('a session that is over ends the stream, and is told', async () => {
  let opened = 0;
  await new Promise(resolve => {
    follow(async () => (opened++, new Response('', {status: 401})), {event: () => {}, state: () => {}, signedOut: resolve}, {pause: 1});
  });
  await new Promise(resolve => setTimeout(resolve, 20));

  assert.equal(opened, 1);
});
