/** What forges sent by webhooks. */
import {html, useEffect} from './html.js';
import {readAll} from './client.js';
import {useData} from './live.js';
import {stepFocus} from './keys.js';
import {followers, refName} from './format.js';
import {address, changeAddress} from './route.js';
import {Age, Commit, Empty, Loaded} from './parts.js';

const ENOUGH = 200;

export function Deliveries({query}) {
  const state = useData(
    signal => readAll('/deliveries', {followed: query.followed, endpoint: query.endpoint, limit: ENOUGH}, ENOUGH, signal),
    [query.followed, query.endpoint],
    {concerns: event => event.position?.topic === 'changes', pause: 400},
  );
  useEffect(() => {
    const step = event => stepFocus(event.detail);
    document.addEventListener('step', step);
    return () => document.removeEventListener('step', step);
  }, []);
  const filter = (label, followed) => html`<a href=${address('/deliveries', {...query, followed})} aria-current=${(query.followed ?? '') === followed ? 'page' : null}>${label}</a>`;
  return html`<h1>Deliveries</h1><p class="lead">The events that webhooks caused, newest first, and what follows their repository.</p>
    <nav class="tabs" aria-label="Which deliveries">${filter('All', '')}${filter('Followed', 'true')}${filter('Not followed', 'false')}</nav>
    <${Loaded} state=${state} rows=${10}>${({items}) => items.length === 0
      ? html`<${Empty} title="No delivery" command="./sluice check-delivery --repository URL">No webhook of this selection has arrived. This command waits for one, and says what arrived instead.<//>`
      : html`<div class="scroll" tabIndex="0" role="region" aria-label="Deliveries"><table><thead><tr><th>Received</th><th>Endpoint</th><th>Repository</th><th>Event</th><th>Commit</th><th>By</th><th>Followed by</th><th>Delivery</th></tr></thead>
        <tbody>${items.map(one => html`<${Delivery} key=${one.id} one=${one} />`)}</tbody></table></div>`}<//>`;
}

function Delivery({one}) {
  return html`<tr><td><${Age} at=${one.at} /></td><td>${one.endpoint}</td><td>${one.repository}</td><td>${one.type} ${refName(one.ref)}</td>
    <td><${Commit} id=${one.commit} /></td><td>${one.actor ?? '–'}</td>
    <td>${one.followed ? followers(one).join(', ') || 'not this ref' : html`<span class="tag warn">nothing</span>${one.similar && html` <small>similar: ${one.similar}</small>`}`}
      ${one.unmet && html` <small>Git did not show ${one.unmet.expected.slice(0, 10)} in time</small>`}</td>
    <td><a data-item class="mono" href=${changeAddress(one.delivery)}>${one.delivery.slice(0, 13)}</a></td></tr>`;
}
