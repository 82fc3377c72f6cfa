/** Keys of the page. */
import {html} from './html.js';
import {Dialog} from './parts.js';

const KEYS = [
  ['/', 'Search'],
  ['j  k', 'Next or previous item of a list'],
  ['Enter', 'Open the item'],
  ['g f', 'Fleet'],
  ['g c', 'Changes'],
  ['g d', 'Dead letters'],
  ['g w', 'Deliveries of webhooks'],
  ['Esc', 'Close a dialog, or leave the search'],
  ['?', 'This help'],
];

const PLACES = {f: '/', c: '/changes', d: '/dead-letters', w: '/deliveries'};

/**
 * Listens to keys; returns a function that ends it.
 *
 * @param {{search: () => HTMLInputElement, help: () => void, go: (address: string) => void}} actions
 */
export function listenToKeys(actions) {
  let before = '';
  const listen = event => {
    const isTyping = event.target.matches?.('input, textarea, select');
    if (event.key === 'Escape' && isTyping) {
      event.target.blur();
    }
    if (isTyping || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) {
      return;
    }
    if (before === 'g' && PLACES[event.key]) {
      actions.go(PLACES[event.key]);
    } else if (event.key === '/') {
      event.preventDefault();
      actions.search().focus();
      actions.search().select();
    } else if (event.key === '?') {
      actions.help();
    } else if (event.key === 'j' || event.key === 'k') {
      document.dispatchEvent(new CustomEvent('step', {detail: event.key === 'j' ? 1 : -1}));
    }
    before = event.key;
  };
  document.addEventListener('keydown', listen);
  return () => document.removeEventListener('keydown', listen);
}

/** Moves the focus among the marked links of a view. */
export function stepFocus(by) {
  const items = [...document.querySelectorAll('main [data-item]')];
  const at = items.findIndex(item => item === document.activeElement);
  const next = items[Math.min(items.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  next?.focus();
  next?.scrollIntoView({block: 'nearest'});
}

/** The help. */
export function Help({close}) {
  return html`<${Dialog} title="Keys" close=${close}>
    <dl class="keys">${KEYS.map(([key, what]) => html`<div><dt>${key.split(/\s+/).map(one => html`<kbd>${one}</kbd> `)}</dt><dd>${what}</dd></div>`)}</dl>
    <p>Whatever this page shows and does, <code>./sluice</code> and the <a href="/api/v1/openapi.json" target="_blank">HTTP API</a> show and do as well. Each action shows its command line.</p><//>`;
}
