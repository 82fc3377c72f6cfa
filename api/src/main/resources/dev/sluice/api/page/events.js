/** The events of an application, newest first. */
import {shellWord} from './command.js';
import {html} from './html.js';
import {readAll} from './client.js';
import {useData} from './live.js';
import {clock} from './format.js';
import {Age, CommandLine, Empty, Loaded} from './parts.js';

const MOST = 400;

/** Spans that end now, in minutes: the API lists the oldest events of a span first. */
const SPANS = [[1, 'minute'], [10, '10 minutes'], [60, 'hour'], [360, '6 hours'], [1440, 'day']];

/** Reads the longest span whose events are all read. */
async function load(name, signal) {
  let best;
  for (const [minutes, label] of SPANS) {
    const since = new Date(Date.now() - minutes * 60_000).toISOString();
    const found = await readAll('/events', {application: name, since}, MOST, signal);
    if (found.more) {
      return best ?? {...found, label};
    }
    best = {...found, label};
  }
  return best;
}

export function Events({name}) {
  const state = useData(
    signal => load(name, signal),
    [name],
    {concerns: event => event.application === name, pause: 1000},
  );
  return html`<${Loaded} state=${state}>${({items, more, label}) => items.length === 0
    ? html`<${Empty} title="No event within a day" command=${'./sluice events --application ' + shellWord(name)}>The history has the earlier ones.<//>`
    : html`<p class="note">${more ? `There are more than ${MOST} events in the last minute; the newest ones are missing here.` : `All events of the last ${label}.`}</p><ul class="events">${items.toReversed().map(event => html`<li key=${event.id}><time dateTime=${event.at}>${clock(event.at)}</time> <b>${event.type}</b> ${event.cluster ?? ''} <span class="muted">${event.body?.message ?? ''} <${Age} at=${event.at} /></span></li>`)}</ul>
      <${CommandLine} text=${'./sluice events -f --application ' + shellWord(name)} />`}<//>`;
}
