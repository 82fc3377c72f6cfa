/** How live objects differ from what was applied, and who changed them. */
import {shellWord} from './command.js';
import {html} from './html.js';
import {objectName} from './format.js';
import {Fields} from './fields.js';
import {Age, Commit, Empty, Tag} from './parts.js';

const KINDS = {CHANGED: 'changed', TAKEN_OVER: 'taken over', DELETED: 'deleted', RETURNED: 'returned'};

const writer = one => `${one.manager} (${one.operation}${one.subresource ? ' ' + one.subresource : ''})`;

export function Drift({detail}) {
  const found = detail.drift.filter(one => one.drift.objects.length + one.drift.contended.length > 0);
  if (found.length === 0) {
    return html`<${Empty} title=${detail.clusters.some(one => one.sync === 'Unknown' || !one.applied) ? 'No difference is reported, but not all clusters are known' : 'No live object differs from what was applied'} command=${'./sluice drift ' + shellWord(detail.application)}>Workers watch what they applied. A change by somebody else appears here at once, with its field manager.<//>`;
  }
  return found.map(one => html`<section class="differences"><h3>${one.cluster} <small>generation ${one.generation}, commit <${Commit} id=${one.commit} />${one.drift.heals ? 'being healed' : 'not healed: sync all objects puts them back'}</small></h3>
    ${one.drift.objects.map(object => html`<article><h4><${Tag} value=${KINDS[object.kind] ?? object.kind} tone="warn" /> ${objectName(object.object)}</h4>
      <p class="muted">${object.writers.length > 0 ? 'by ' + object.writers.map(writer).join(', ') : 'by whom is not known'}, seen <${Age} at=${object.since} /></p>
      <${Fields} fields=${object.fields} from="wanted" to="live" /></article>`)}
    ${one.drift.contended.map(each => html`<p><${Tag} value="contended" tone="bad" /> ${objectName(each.object)}: healed ${each.heals} times, and changed again by ${each.writers.map(writer).join(', ')}</p>`)}
    ${one.drift.omitted > 0 && html`<p>and ${one.drift.omitted} more</p>`}</section>`);
}
