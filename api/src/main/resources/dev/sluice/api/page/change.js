/** One commit or delivery on its way: what reported it, what it affected, and how far each cluster is. */
import {html} from './html.js';
import {read} from './client.js';
import {useData} from './live.js';
import {clock, counted, refName, took} from './format.js';
import {shellWord} from './command.js';
import {applicationAddress} from './route.js';
import {Age, CommandLine, Commit, Copy, Empty, Loaded, Outside, Tag} from './parts.js';

const STEPS = [['dispatched', 'Sent'], ['received', 'Read'], ['rendered', 'Rendered'], ['planned', 'Planned'], ['applied', 'Applied'], ['healthy', 'Healthy']];

const CAUSES = {
  OTHER_REF: 'Follow another branch', UNREADABLE: 'Repository cannot be read', PENDING: 'Not evaluated yet', HELD: 'Held',
  REFUSED: 'Sources refused', SAME: 'No input differs',
};

function unless404(failure) {
  if (failure.status !== 404) {
    throw failure;
  }
  return undefined;
}

/** Reads what is known of a commit, or of the commits of a delivery. */
async function load(id, signal) {
  if (/^[0-9a-f]{7,64}$/.test(id)) {
    try {
      return await read('/commits/' + id, {}, signal);
    } catch (failure) {
      if (failure.status !== 404) {
        throw failure;
      }
    }
  }
  const {items} = await read('/changes', {delivery: id, limit: 100}, signal);
  if (items.length === 0) {
    return undefined;
  }
  const commits = [...new Set(items.map(change => change.commit).filter(commit => commit))];
  const found = await Promise.all(commits.map(commit => read('/commits/' + commit, {}, signal).catch(unless404)));
  const known = found.filter(one => one);
  const ids = new Set([...items, ...known.flatMap(one => one.commands)].map(one => one.id));
  return {
    delivery: id,
    commit: commits.length === 1 ? commits[0] : undefined,
    changes: [...items, ...known.flatMap(one => one.changes).filter(change => change.merge)],
    reviews: known.flatMap(one => one.reviews),
    commands: known.flatMap(one => one.commands),
    affected: known.flatMap(one => one.affected).filter(one => one.causes.some(cause => ids.has(cause))),
    unaffected: known.flatMap(one => one.unaffected),
  };
}

export function Change({name}) {
  const state = useData(signal => load(name, signal), [name], {concerns: event => !['heartbeat', 'worker-hello'].includes(event.type), pause: 200});
  return html`<${Loaded} state=${state}>${data => data === undefined
    ? html`<${Empty} title="Nothing is known of this commit or delivery" command="./sluice get changes">${name} has not arrived, or the log does not reach back to it. <a href="/changes">Recent changes</a><//>`
    : html`<${Known} name=${name} data=${data} />`}<//>`;
}

function Known({name, data}) {
  const push = data.changes.find(change => !change.merge && change.title) ?? data.changes[0];
  const begin = Math.min(...[...data.changes.map(change => change.at), ...data.commands.map(one => one.at), ...data.affected.flatMap(one => Object.values(one.steps))].filter(at => at).map(at => Date.parse(at)));
  const done = data.affected.filter(one => ['unchanged', 'removed'].includes(one.outcome) || (one.steps.healthy && (one.health?.value ?? 'Healthy') === 'Healthy')).length;
  const parked = data.affected.filter(one => one.outcome === 'parked' && !one.supersededBy).length;
  return html`<header class="subject"><p class="trail"><a href="/changes">Changes</a></p><h1>${push?.title ?? name}</h1>
      <div class="sources">${data.commit && html`<${Commit} id=${data.commit} />`}${data.delivery && html`<span>delivery <code>${data.delivery}</code></span>`}<${Copy} text=${location.href} what="link to this page" label="Copy link" /></div></header>
    <section class="journey" aria-label="Way of the change">
      <${Stop} title="Reported" tone="good">${data.changes.map(change => html`<${Reported} change=${change} />`)}${data.commands.map(one => html`<p>command <b>${one.command.kind}</b> by ${one.by}: ${one.reason}, <${Age} at=${one.at} /></p>`)}
        ${data.changes.length === 0 && html`<p class="muted">The push is not known any more.</p>`}<//>
      <${Stop} title="Evaluated" tone=${data.unaffected.some(one => ['PENDING', 'UNREADABLE'].includes(one.cause)) || data.affected.length + data.unaffected.length === 0 ? 'busy' : 'good'}><p><b>${counted(new Set(data.affected.map(one => one.application)).size, 'application')}</b> affected, <b>${new Set(data.unaffected.map(one => one.application)).size}</b> not</p><//>
      <${Stop} title="In the clusters" tone=${parked > 0 ? 'bad' : data.affected.length > 0 && done === data.affected.length ? 'good' : data.affected.length > 0 ? 'busy' : 'calm'}>
        <p><b>${done}</b> of ${data.affected.length} healthy, unchanged or removed${parked > 0 ? html`, <b>${parked} parked</b>` : ''}</p><//>
    </section>
    ${data.affected.length === 0
      ? html`<${Empty} title="Nothing was sent for it" command=${data.commit && './sluice explain ' + shellWord(data.commit)}>The reasons are below, for each application with a source in its repository.<//>`
      : html`<section class="scroll" tabIndex="0" role="region" aria-label="Targets"><table class="steps"><thead><tr><th>Application</th><th>Cluster</th>${STEPS.map(([, label]) => html`<th class="numeric">${label}</th>`)}<th>Outcome</th></tr></thead>
        <tbody>${data.affected.map(one => html`<${Target} key=${one.application + one.cluster + one.generation} one=${one} begin=${begin} />`)}</tbody></table></section>`}
    <${Reviews} reviews=${data.reviews} />
    <${Unaffected} list=${data.unaffected} />
    <${CommandLine} text=${'./sluice trace ' + shellWord(data.commit ?? name)} />`;
}

const Stop = ({title, tone, children}) => html`<div class=${'stop ' + tone}><h2>${title}</h2>${children}</div>`;

function Reported({change}) {
  if (change.merge) {
    return html`<p>merge request <${Outside} href=${change.merge.url}>${change.merge.number}<//> ${change.title ?? ''}${change.merge.author ? ' by ' + change.merge.author : ''}${change.merge.mergedBy ? ', merged by ' + change.merge.mergedBy : ''}, <${Age} at=${change.at} /></p>`;
  }
  return html`<p><b>${change.repository}</b> ${refName(change.ref)}${change.actor ? ' by ' + change.actor : ''}, ${change.origin ?? change.type}${change.author ? ', written by ' + change.author : ''}, <${Age} at=${change.at} />
    ${change.url && html` · <${Outside} href=${change.url}>forge<//>`}</p>`;
}

function Target({one, begin}) {
  const next = STEPS.findIndex(([step]) => !one.steps[step]);
  const isOver = ['parked', 'unchanged', 'removed', 'superseded'].includes(one.outcome) || one.supersededBy !== undefined;
  return html`<tr><th scope="row"><a data-item href=${applicationAddress(one.application)}>${one.application}</a> <small>#${one.generation}</small></th><td>${one.cluster}</td>
    ${STEPS.map(([step], index) => html`<td class=${'numeric step' + (one.steps[step] ? ' done' : index === next && !isOver ? ' now' : '')}>${one.steps[step]
      ? html`<span title=${clock(one.steps[step])}>+${took(Math.max(0, Date.parse(one.steps[step]) - begin))}</span>` : index === next && !isOver ? html`<span class="pulse" aria-label="in progress">…</span>` : html`<span class="none">–</span>`}</td>`)}
    <td><${Tag} value=${one.outcome} />${one.health && one.health.value !== 'Healthy' && html` <${Tag} value=${one.health.value} />`}${one.supersededBy && html` <small>superseded by #${one.supersededBy}</small>`}
      ${one.reason && html`<p class="reason">${one.reason}</p>`}${one.failure && html`<p class="reason"><b>${one.failure.code}: </b>${one.failure.message}</p>`}</td></tr>`;
}

function Reviews({reviews}) {
  const all = reviews.flatMap(one => one.reviews ?? []);
  return all.length === 0 ? null : html`<section><h2>Reviews</h2><ul>${all.map(one => html`<li>${one.reviewer ?? 'somebody'}: ${one.verdict}, <${Age} at=${one.at} /></li>`)}</ul></section>`;
}

function Unaffected({list}) {
  if (list.length === 0) {
    return null;
  }
  const groups = Object.groupBy(list, one => one.cause);
  return html`<section class="unaffected"><h2>Not affected</h2>${Object.entries(groups).map(([cause, all]) => html`<details open=${all.length <= 10}><summary>${CAUSES[cause] ?? cause} <span class="number">${all.length}</span></summary>
    <ul>${all.slice(0, 200).map(one => html`<li><a href=${applicationAddress(one.application)}>${one.application}</a>${one.cluster ? ' in ' + one.cluster : ''}: <span class="muted">${one.why}</span></li>`)}</ul>${all.length > 200 && html`<p>and ${all.length - 200} more</p>`}</details>`)}</section>`;
}
