/** What another apply of the newest target would change in a cluster, which its worker is asked for. */
import {shellWord} from './command.js';
import {html} from './html.js';
import {post} from './client.js';
import {useData} from './live.js';
import {objectName} from './format.js';
import {Fields} from './fields.js';
import {Empty, Loaded, Tag} from './parts.js';

const TONES = {CREATED: 'good', CONFIGURED: 'warn', DELETED: 'bad', REPLACED: 'bad', REFUSED: 'bad'};

export function Difference({name, cluster}) {
  const state = useData(() => post('/diffs', {application: name, cluster}), [name, cluster], {once: true});
  return html`<${Loaded} state=${state}>${answer => answer.failure
    ? html`<p class="reason"><b>${answer.failure.code}: </b>${answer.failure.message}</p>`
    : answer.differences.length === 0
    ? html`<${Empty} title="Applying the newest target again would change nothing" command=${`./sluice diff ${shellWord(name)} --cluster ${shellWord(cluster)}`}>The worker of ${cluster} compared generation ${answer.generation ?? '–'} with the live objects in a dry run.<//>`
    : html`<section class="differences"><h3>Applying generation ${answer.generation} again <small>${cluster} holds ${answer.ledgerGeneration ?? 'nothing'}</small></h3>
      ${answer.differences.map(one => html`<article><h4><${Tag} value=${one.kind.toLowerCase()} tone=${TONES[one.kind]} /> ${objectName(one.object)}</h4>${one.message && html`<p class="reason">${one.message}</p>`}<${Fields} fields=${one.fields} from="live" to="wanted" /></article>`)}
      ${answer.omitted > 0 && html`<p>and ${answer.omitted} more</p>`}</section>`}<//>
    <p class="note"><button class="quiet" onClick=${state.reload}>Compare again</button> Nothing is written to the cluster. Values of Secrets are never shown.</p>`;
}
