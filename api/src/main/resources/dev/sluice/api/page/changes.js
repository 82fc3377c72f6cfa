/** Recent changes: pushes, merge requests, reviews, commands and changes of definitions. */
import {html, useEffect} from './html.js';
import {readAll} from './client.js';
import {useData} from './live.js';
import {stepFocus} from './keys.js';
import {refName, short} from './format.js';
import {changeAddress} from './route.js';
import {Age, Empty, Loaded, Outside} from './parts.js';

const ENOUGH = 100;
const WORDS = {
  'ref-changed': 'Push', 'merge-recorded': 'Merge', 'review-recorded': 'Review', 'command-given': 'Command',
  'definition-accepted': 'Definition', 'definition-removed': 'Definition removed',
};

export function Changes() {
  const state = useData(signal => readAll('/changes', {limit: ENOUGH}, ENOUGH, signal), [], {
    concerns: event => event.position?.topic === 'changes',
    pause: 400,
  });
  useEffect(() => {
    const step = event => stepFocus(event.detail);
    document.addEventListener('step', step);
    return () => document.removeEventListener('step', step);
  }, []);
  return html`<h1>Changes</h1><p class="lead">What reached Sluice, newest first. A commit leads to its way into the clusters.</p>
    <${Loaded} state=${state} rows=${10}>${({items, more}) => items.length === 0
      ? html`<${Empty} title="Nothing has changed yet" command="git push">Push to a repository of the fleet. The change appears here within a second if the forge sends webhooks, and with the next poll otherwise.<//>`
      : html`<ul class="items">${items.map(change => html`<${Item} key=${change.id} change=${change} />`)}</ul>
        ${more && html`<p class="note">The newest ${ENOUGH}. Earlier ones: <code>./sluice get changes</code></p>`}`}<//>`;
}

function Item({change}) {
  const target = change.commit ?? change.delivery;
  const title = change.title ?? (change.commit ? short(change.commit) : change.type);
  return html`<li><span class="tag calm">${WORDS[change.type] ?? change.type}</span>
    <div>${target ? html`<a data-item href=${changeAddress(target)}>${title}</a>` : html`<b>${title}</b>`}
      <small>${change.repository} ${refName(change.ref)}${change.actor ? ' by ' + change.actor : ''}${change.origin ? ', ' + change.origin : ''}
      ${change.url && html` · <${Outside} href=${change.url}>forge<//>`}</small></div>
    <span class="when"><${Age} at=${change.at} /></span></li>`;
}
