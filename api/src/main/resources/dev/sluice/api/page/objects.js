/** The live objects of an application in a cluster, which its worker is asked for. */
import {shellWord} from './command.js';
import {html} from './html.js';
import {post} from './client.js';
import {useData} from './live.js';
import {Empty, Loaded, Tag} from './parts.js';
import {word} from './application.js';

export function Objects({name, cluster}) {
  const state = useData(() => post('/objects', {application: name, cluster}), [name, cluster], {once: true});
  return html`<${Loaded} state=${state}>${answer => answer.failure
    ? html`<p class="reason"><b>${answer.failure.code}: </b>${answer.failure.message}</p>`
    : answer.objects.length === 0
    ? html`<${Empty} title="It has no objects in this cluster" command=${'./sluice describe ' + shellWord(name) + ' --objects'}>Nothing was applied yet, or all of it was removed.<//>`
    : html`<ul class="tree">${answer.objects.map(node => html`<li class=${'depth' + Math.min(node.depth, 4)}><${Tag} value=${word(node.health)} /> <span class="kind">${node.object.kind}</span> <b>${node.object.name}</b>
        ${node.object.namespace && html` <small>in ${node.object.namespace}</small>`}${node.reason && html` <span class="reason">${node.reason}</span>`}</li>`)}</ul>
      ${answer.omitted > 0 && html`<p class="note">and ${answer.omitted} more</p>`}${answer.unlisted.map(text => html`<p class="note">not listed: ${text}</p>`)}
      <p class="note"><button class="quiet" onClick=${state.reload}>Ask again</button> The cluster's worker answered once; later changes are shown when you ask again.</p>`}<//>`;
}
