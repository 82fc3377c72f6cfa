/**
 * Server-sent events by fetch, since EventSource gives up after an answer such as 503, and then forgets the last id.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 *
 * @typedef {{id: string, event: string, data: string}} Frame
 */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** The server sends something every 15 seconds; a stream that is silent for longer is broken. */
const SILENCE = 40_000;

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
 * @param {{event: (event: object) => void, state: (live: boolean) => void, signedOut: () => void}} listener signedOut is
 *     called, and the stream ends, if the session is over
 * @param {{silence?: number, pause?: number}} [limits] milliseconds without a byte after which the stream is broken, and
 *     before the first other try
 * @returns {() => void} stops it
 */
export function follow(open, listener, {silence = SILENCE, pause = FIRST_PAUSE} = {}) {
  const stop = new AbortController();
  run(open, listener, stop.signal, silence, pause);
  return () => stop.abort();
}

async function run(open, listener, signal, silence, first) {
  let last = '';
  let pause = first;
  while (!signal.aborted) {
    const watch = watchdog(silence, signal);
    try {
      const response = await open(last, watch.signal);
      if (response.status === 401) {
        listener.state(false);
        listener.signedOut();
        return;
      }
      if (response.status === 400) {
        last = ''; // an id of another stream
      }
      if (response.ok) {
        listener.state(true);
        pause = first;
        await receive(response, watch, one => {
          last = one.id || last;
          listener.event(JSON.parse(one.data));
        });
      }
    } catch {
      // the API is away: another try follows
    } finally {
      watch.end();
    }
    if (!signal.aborted) {
      listener.state(false);
      await new Promise(resolve => setTimeout(resolve, pause * (0.5 + Math.random())));
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
  }
}

/** Aborts a request that has been silent for too long; the clock also counts while the computer sleeps. */
function watchdog(silence, outer) {
  const control = new AbortController();
  const abort = () => control.abort();
  let heard = Date.now();
  const timer = setInterval(() => Date.now() - heard > silence && abort(), silence / 8);
  outer.addEventListener('abort', abort);
  return {
    signal: control.signal,
    heard: () => {
      heard = Date.now();
    },
    end: () => {
      clearInterval(timer);
      outer.removeEventListener('abort', abort);
      abort();
    },
  };
}

async function receive(response, watch, take) {
  const complete = frames();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  watch.signal.addEventListener('abort', () => reader.cancel().catch(() => {}));
  while (!watch.signal.aborted) {
    const {done, value} = await reader.read();
    if (done) {
      return;
    }
    watch.heard();
    complete(value).forEach(take);
  }
}
