/**
 * Server-sent events by fetch, since EventSource gives up after an answer such as 503, and then forgets the last id.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 *
 * @typedef {{id: string, event: string, data: string}} Frame
 */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/**
 * Returns a function that takes the next piece of a stream, and returns the frames that it completes.
 *
 * @returns {(text: string) => Frame[]}
 */
export function frames() {
  let rest = '';
  return text => {
    rest += text;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(frame).filter(one => one.data !== '');
  };
}

function frame(block) {
  const one = {id: '', event: 'message', data: ''};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') {
      one.data += (one.data === '' ? '' : '\n') + value;
    } else if (field === 'id' || field === 'event') {
      one[field] = value;
    }
  }
  return one;
}

/**
 * Follows a stream until it is stopped. After a break it goes on after the last event that it has received.
 *
 * @param {(lastId: string, signal: AbortSignal) => Promise<Response>} open
 * @param {{event: (event: object) => void, state: (live: boolean, resumed: boolean) => void}} listener resumed tells
 *     that nothing was missed
 * @returns {() => void} stops it
 */
export function follow(open, listener) {
  const stop = new AbortController();
  run(open, listener, stop.signal);
  return () => stop.abort();
}

async function run(open, listener, signal) {
  let last = '';
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    try {
      const response = await open(last, signal);
      if (response.status === 400) {
        last = ''; // an id of another stream
      }
      if (response.ok) {
        listener.state(true, last !== '');
        pause = FIRST_PAUSE;
        await receive(response, one => {
          last = one.id || last;
          listener.event(JSON.parse(one.data));
        });
      }
    } catch {
      // the API is away: another try follows
    }
    if (!signal.aborted) {
      listener.state(false, false);
      await new Promise(resolve => setTimeout(resolve, pause));
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
  }
}

async function receive(response, take) {
  const complete = frames();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) {
      return;
    }
    complete(value).forEach(take);
  }
}
