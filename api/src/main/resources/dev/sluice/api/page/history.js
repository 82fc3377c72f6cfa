/** The generations of an application as a timeline: one entry for all clusters that got the same commit for the same cause. */
import {html} from './html.js';
import {read} from './client.js';
import {useData} from './live.js';
import {ACTIONS, shellWord, whyNot} from './command.js';
import {millis, took} from './format.js';
import {Age, Commit, Empty, Loaded, Outside, Tag} from './parts.js';

const MOST = 60;

async function load(name, signal) {
  const page = await read(`/applications/${encodeURIComponent(name)}/history`, {limit: MOST}, signal);
  const commits = [...new Set(page.items.map(one => one.commit).filter(id => id))].slice(0, 50);
  const origins = commits.length > 0 ? await read('/commits', {commit: commits}, signal) : [];
  return {entries: entries(page.items), origins: new Map(origins.map(one => [one.commit, one])), more: page.next !== undefined, since: page.knownSince};
}

/** Joins neighbours with the same commit and cause. */
export function entries(generations) {
  const all = [];
  for (const one of generations) {
    const last = all.at(-1);
    const isSame = last && last.commit === one.commit && last.reason === one.reason && last.actor === one.actor && !last.generations.some(other => other.cluster === one.cluster);
    if (isSame) {
      last.generations.push(one);
    } else {
      all.push({commit: one.commit, reason: one.reason, actor: one.actor, generations: [one]});
    }
  }
  return all;
}

export function History({name, rollBack, user, detail}) {
  const state = useData(signal => load(name, signal), [name], {concerns: event => event.application === name, pause: 300});
  const rollback = ACTIONS.find(one => one.id === 'rollback');
  return html`<${Loaded} state=${state}>${({entries: list, origins, more, since}) => list.length === 0
    ? html`<${Empty} title="Nothing was sent yet" command=${'./sluice describe ' + shellWord(name)}>The first generation is sent once its sources can be read and nothing holds it.<//>`
    : html`<ol class="timeline">${list.map(entry => html`<${Entry} entry=${entry} origin=${origins.get(entry.commit)} rollBack=${rollBack} refused=${whyNot(rollback, user, detail)} />`)}</ol>
      ${more && html`<p class="note">The newest ${MOST} generations. All of them: <code>./sluice history ${shellWord(name)}</code></p>`}
      ${since && html`<p class="note">Earlier generations are not known: the log begins <${Age} at=${since.since} />.</p>`}`}<//>`;
}

function Entry({entry, origin, rollBack, refused}) {
  const push = origin?.changes.find(change => !change.merge && change.title) ?? origin?.changes[0];
  const request = origin?.changes.find(change => change.merge);
  const title = push?.title ?? request?.title ?? entry.reason ?? 'A generation';
  const first = entry.generations[0];
  return html`<li><div class="about"><b>${title}</b> <small>${push?.author ? 'by ' + push.author : entry.actor ? 'by ' + entry.actor : ''}
      ${request && html` · merge request <${Outside} href=${request.merge.url}>${request.merge.number}<//>${request.merge.mergedBy ? ', merged by ' + request.merge.mergedBy : ''}`}</small>
      <p class="muted"><${Commit} id=${entry.commit} /> · <${Age} at=${first.steps.dispatched ?? first.outcomeAt} />${entry.reason && html` · ${entry.reason}`}${push?.url && html` · <${Outside} href=${push.url}>forge<//>`}</p></div>
    ${entry.commit && html`<button class="quiet small" aria-disabled=${refused ? 'true' : null} title=${refused || 'Send this commit again, with a preview'} onClick=${() => refused || rollBack(entry.commit)}>Roll back to this</button>`}
    <ul>${entry.generations.map(one => html`<${Generation} one=${one} />`)}</ul></li>`;
}

function Generation({one}) {
  const {dispatched, applied, healthy} = one.steps;
  const durations = [
    dispatched && applied && `applied after ${took(Date.parse(applied) - Date.parse(dispatched))}`,
    applied && healthy && `healthy ${took(Date.parse(healthy) - Date.parse(applied))} later`,
  ].filter(text => text);
  return html`<li><span class="where">${one.cluster} <small>#${one.generation}</small></span> <${Tag} value=${one.outcome} />
    ${one.health && html`<${Tag} value=${one.health.value} />`} <span class="muted">${durations.join(', ')}${one.supersededBy ? ` · superseded by #${one.supersededBy}` : ''}</span>
    ${one.failure && html`<p class="reason"><b>${one.failure.code}: </b>${one.failure.message}${one.failure.closed && html` <span class="muted">(closed ${one.failure.closed.reason.toLowerCase()}${one.failure.closed.by ? ' by ' + one.failure.closed.by : ''})</span>`}</p>`}
    ${one.observations.filter(each => !['progressing', 'healthy'].includes(each.type)).slice(-5).map(each => html`<p class="observation"><${Tag} value=${each.type} /> ${each.object ?? ''} ${each.detail}${each.by ? ', by ' + each.by : ''}${each.after ? ` after ${took(millis(each.after))}` : ''} <span class="muted"><${Age} at=${each.at} /></span></p>`)}</li>`;
}
