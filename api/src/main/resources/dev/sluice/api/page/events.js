/** The events of an application, newest first. */
import {html} from './html.js';
import {readAll} from './client.js';
import {useData} from './live.js';
import {clock} from './format.js';
import {Age, CommandLine, Empty, Loaded} from './parts.js';

const DAY = 86_400_000;
const MOST = 400;

export function Events({name}) {
  const state = useData(
    signal => readAll('/events', {application: name, since: new Date(Date.now() - DAY).toISOString()}, MOST, signal),
    [name],
    {concerns: event => event.application === name, pause: 500},
  );
  return html`<${Loaded} state=${state}>${({items}) => items.length === 0
    ? html`<${Empty} title="No event within a day" command=${'./sluice events --application ' + name}>The history has the earlier ones.<//>`
    : html`<ul class="events">${items.toReversed().map(event => html`<li key=${event.id}><time dateTime=${event.at}>${clock(event.at)}</time> <b>${event.type}</b> ${event.cluster ?? ''} <span class="muted">${event.body?.message ?? ''} <${Age} at=${event.at} /></span></li>`)}</ul>
      <${CommandLine} text=${'./sluice events -f --application ' + name} />`}<//>`;
}
