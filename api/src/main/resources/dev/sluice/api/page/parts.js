/** Small parts that several views use. */
import {html, useEffect, useRef, useState} from './html.js';
import {onCatchingUp} from './client.js';
import {age, bothTimes, short} from './format.js';
import {useConnection} from './live.js';
import {changeAddress} from './route.js';

/** A connection that is away for a shorter time, in milliseconds, is not worth a line. */
const GRACE = 1000;

/** Returns the present time, which moves every ten seconds. */
export function useNow() {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const move = () => set(Date.now());
    clocks.add(move);
    return () => clocks.delete(move);
  }, []);
  return now;
}

/** One timer moves all ages. */
const clocks = new Set();
setInterval(() => clocks.forEach(move => move()), 10_000);

/** Returns how many records the API has still to read, or an empty text. */
export function useCatchingUp() {
  const [records, set] = useState('');
  useEffect(() => onCatchingUp(set), []);
  return records;
}

/** Says why what is shown may not be current. */
export function Currency() {
  const {live, since} = useConnection();
  const records = useCatchingUp();
  const now = useNow();
  const isLost = !live && now - since > GRACE;
  return html`${isLost && html`<p class="stale" role="status">Not current: no live updates since ${new Date(since).toLocaleTimeString()}. The page tries again, and reads everything again every 20 seconds.</p>`}
    ${records && html`<p class="stale" role="status">Not current: the API has still to read ${records}. What is shown may be old, and things may be missing.</p>`}`;
}

/** The age of a time; its local time and UTC are its title. */
export function Age({at, suffix = ' ago'}) {
  const now = useNow();
  return at ? html`<time dateTime=${at} title=${bothTimes(at)}>${age(at, now)}${suffix}</time>` : null;
}

const TONES = {
  Synced: 'good', Healthy: 'good', applied: 'good', unchanged: 'good', removed: 'calm',
  Parked: 'bad', Degraded: 'bad', Missing: 'bad', parked: 'bad', refused: 'bad',
  Drifted: 'warn', Retrying: 'warn', retrying: 'warn', drifted: 'warn',
  OutOfSync: 'busy', Syncing: 'busy', Progressing: 'busy', Removing: 'busy', dispatched: 'busy',
  Suspended: 'held', held: 'held', superseded: 'calm', Unknown: 'calm',
};

/** A state as a word with a mark, so that colour is never the only sign. */
export function Tag({value, tone}) {
  return value ? html`<span class=${'tag ' + (tone ?? TONES[value] ?? 'calm')}>${value}</span>` : html`<span class="none">–</span>`;
}

const copyMark = html`<svg viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true"><rect x="5.5" y="5.5" width="8" height="8.5" rx="1.5" /><path d="M10.5 3.5V3A1 1 0 0 0 9.5 2h-6A1 1 0 0 0 2.5 3v7a1 1 0 0 0 1 1h.5" /></svg>`;

/** Copies a text; browsers have navigator.clipboard only with TLS or on this machine. */
async function write(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text);
  }
  const field = document.createElement('textarea');
  field.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

/** A button that copies a text. */
export function Copy({text, what, label}) {
  const [done, set] = useState(false);
  const copy = async () => {
    await write(text);
    set(true);
    setTimeout(() => set(false), 1500);
  };
  return html`<button class="copy" onClick=${copy} aria-label=${'Copy ' + what} title=${'Copy ' + what}>${done ? '✓' : copyMark}${label && html` ${label}`}</button>`;
}

/** A commit, which leads to its page and can be copied. */
export function Commit({id}) {
  return id
    ? html`<span class="commit"><a class="mono" href=${changeAddress(id)} title=${id}>${short(id)}</a><${Copy} text=${id} what="commit id" /></span>`
    : html`<span class="none">–</span>`;
}

/** A command of the command line, which can be copied. */
export function CommandLine({text}) {
  return html`<div class="command"><code>${text}</code><${Copy} text=${text} what="command" /></div>`;
}

/** A link to a page of the forge; only http and https are followed. */
export function Outside({href, children}) {
  return /^https?:\/\//i.test(href ?? '')
    ? html`<a href=${href} target="_blank" rel="noopener noreferrer">${children}<span class="outside" aria-label=" (leaves Sluice)">↗</span></a>`
    : html`<span>${children}</span>`;
}

/** What is shown where there is nothing: what that means, and what to do next. */
export function Empty({title, children, command}) {
  const records = useCatchingUp();
  if (records) {
    return html`<div class="empty"><h3>Not known yet</h3><p>The API has still to read ${records}.</p></div>`;
  }
  return html`<div class="empty"><h3>${title}</h3><p>${children}</p>${command && html`<${CommandLine} text=${command} />`}</div>`;
}

/** A refusal or an outage. */
export function Trouble({problem, retry}) {
  return html`<div class="trouble" role="alert"><strong>${problem.title ?? 'The page has a fault'}</strong><p>${problem.message}</p>
    ${retry && html`<button onClick=${retry}>Try again</button>`}</div>`;
}

/** Data of useData: its trouble, a placeholder, or its view. */
export function Loaded({state, children, rows = 6}) {
  if (state.data !== undefined) {
    return html`<${state.problem ? Stale : Fresh} problem=${state.problem}>${children(state.data)}<//>`;
  }
  return state.problem
    ? html`<${Trouble} problem=${state.problem} retry=${state.reload} />`
    : html`<div class="waiting" aria-busy="true" aria-label="Loading">${Array.from({length: rows}, () => html`<div></div>`)}</div>`;
}

const Fresh = ({children}) => children;
const Stale = ({problem, children}) => html`<div><p class="stale" role="status">Not current: ${problem.message}</p>${children}</div>`;

/** Tabs whose choice is in the address. */
export function Tabs({tabs, chosen, href}) {
  return html`<nav class="tabs" aria-label="Parts of this view">${tabs.map(([id, label, number]) => html`
    <a href=${href(id)} aria-current=${id === chosen ? 'page' : null}>${label}${number ? html` <span class="number">${number}</span>` : null}</a>`)}</nav>`;
}

/** A dialog over the page; Escape closes it. */
export function Dialog({title, close, children, wide}) {
  const box = useRef();
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    return () => dialog.open && dialog.close();
  }, []);
  return html`<dialog ref=${box} class=${wide ? 'wide' : ''} aria-label=${title} onCancel=${event => { event.preventDefault(); close(); }}
      onClick=${event => event.target === box.current && close()}>
    <div class="inside"><header><h2>${title}</h2><button class="quiet" onClick=${close} aria-label="Close">✕</button></header>${children}</div></dialog>`;
}

/** A number with a label, which may filter. */
export function Count({number, label, tone, href, chosen}) {
  const text = html`<b>${number.toLocaleString('en')}</b> <span>${label}</span>`;
  return href
    ? html`<a class=${'count ' + (tone ?? '')} href=${href} aria-current=${chosen ? 'true' : null}>${text}</a>`
    : html`<span class=${'count ' + (tone ?? '')}>${text}</span>`;
}

