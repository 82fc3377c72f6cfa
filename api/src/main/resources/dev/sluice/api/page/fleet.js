/** The fleet: what needs a person, the map of clusters and applications, and the list of all. */
import {html, useEffect, useMemo, useRef, useState} from './html.js';
import {read} from './client.js';
import {isPassing, useData, useEvents} from './live.js';
import {repeated} from './repeat.js';
import {NEEDS, STATES, cells, counts, needs, select, updated} from './filter.js';
import {address, applicationAddress} from './route.js';
import {FleetMap} from './map.js';
import {FleetList} from './list.js';
import {counted} from './format.js';
import {Count, Empty, Trouble} from './parts.js';
import {go} from './navigate.js';

const SHOWN_NEEDS = 6;
const AT_ONCE = 40;

/** More applications than this are read with all others. */
const MANY = 400;
const PAUSE = 250;

/** Reads the fleet once, and afterwards the applications that events name, and all of it now and then. */
function useFleet() {
  const [map, set] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const waiting = useRef({names: new Set(), all: true});
  const reader = useRef({now: () => {}, ask: () => {}});
  useEffect(() => {
    const control = new AbortController();
    const load = async () => {
      const now = waiting.current;
      const all = now.all || now.names.size > MANY;
      const names = all ? [...now.names] : [...now.names].slice(0, AT_ONCE);
      now.all = false;
      names.forEach(name => now.names.delete(name));
      try {
        if (all) {
          set(await read('/fleet-map', {}, control.signal));
        } else if (names.length > 0) {
          const part = await read('/fleet-map', {application: names}, control.signal);
          set(before => updated(before, names, part.applications));
        }
        setProblem(undefined);
        now.names.size > 0 && reader.current.ask();
        return true;
      } catch (failure) {
        now.all ||= all;
        names.forEach(name => now.names.add(name));
        control.signal.aborted || setProblem(failure);
        return !isPassing(failure);
      }
    };
    reader.current = repeated(load, PAUSE);
    reader.current.now();
    return () => {
      reader.current.stop();
      control.abort();
    };
  }, []);
  useEvents(event => {
    if (event === undefined || event.type === 'worker-hello') {
      waiting.current.all = true;
      reader.current.ask();
    } else if (event.application) {
      waiting.current.names.add(event.application);
      reader.current.ask();
    }
  });
  const load = () => {
    waiting.current.all = true;
    reader.current.now();
  };
  return {map, problem, load};
}

export function Fleet({query}) {
  const {map, problem, load} = useFleet();
  const all = useMemo(() => (map ? cells(map) : []), [map]);
  const chosen = useMemo(() => select(all, query), [all, query]);
  if (!map) {
    return problem
      ? html`<${Trouble} problem=${problem} retry=${() => load()} />`
      : html`<div class="waiting tall" aria-busy="true" aria-label="Loading">${[1, 2, 3, 4, 5, 6].map(() => html`<div></div>`)}</div>`;
  }
  if (all.length === 0) {
    return html`<h1 class="hidden">Fleet</h1><${Empty} title="The fleet has no applications yet" command="./sluice init --repository https://forge.example/team/apps">
      An application names a directory of a Git repository and the clusters that it goes to. This command writes a fleet for a repository of yours; push it, and the applications appear here.<//>`;
  }
  return html`<h1 class="hidden">Fleet</h1>
    ${problem && html`<p class="stale" role="status">Not current: ${problem.message}</p>`}
    <${Summary} all=${all} query=${query} />
    <${Sluice} /><${Needs} all=${all} query=${query} />
    <${Filters} all=${all} chosen=${chosen} query=${query} />
    ${chosen.length === 0
      ? html`<${Empty} title="Nothing fits these filters" command="./sluice get apps">${counted(all.length, 'application')} in clusters are there without filters. <a href="/">Remove the filters</a><//>`
      : html`<${FleetMap} cells=${chosen} /><${FleetList} cells=${chosen} />`}`;
}

/** The numbers of cells by state; each is a filter. */
function Summary({all, query}) {
  const number = counts(all, cell => cell.state);
  const applications = new Set(all.map(cell => cell.application)).size;
  const clusters = new Set(all.map(cell => cell.cluster)).size;
  return html`<section class="summary" aria-label="Numbers">
    <p><b>${counted(applications, 'application')}</b> in <b>${counted(clusters, 'cluster')}</b></p>
    <div class="counts">${STATES.filter(([id]) => number.has(id)).map(([id, label]) => html`<${Count} number=${number.get(id)} label=${label} tone=${id}
      chosen=${query.state === id} href=${address('/', {...query, state: query.state === id ? '' : id})} />`)}</div>
    <div class="bar" aria-hidden="true">${STATES.filter(([id]) => number.has(id)).map(([id]) => html`<i class=${id} style=${{flexGrow: number.get(id)}}></i>`)}</div>
  </section>`;
}

/** What Sluice's own parts report, such as a silent worker, an unreadable repository or a held fleet revision. */
function Sluice() {
  const {data, problem} = useData(signal => read('/status', {}, signal), []);
  if (!data) {
    return problem && html`<p class="stale" role="status">Not known whether all parts of Sluice work: ${problem.message}</p>`;
  }
  const texts = [...new Set([
    ...(data.obstacles ?? []),
    ...(data.warnings ?? []),
    ...(data.unreadable ?? []).map(one => `${one.repository} ${one.ref} cannot be read: ${one.reason}`),
    ...(data.parts ?? []).flatMap(part => (part.conditions ?? []).map(one => one.message)),
  ])];
  return texts.length === 0 ? null : html`<section class="needs" aria-labelledby="parts"><h2 id="parts">Sluice reports</h2>
    <ul>${texts.map(text => html`<li><span class="tag warn">Sluice</span><p class="reason">${text}</p></li>`)}</ul></section>`;
}

/** What needs a person, by cause. */
function Needs({all, query}) {
  const [open, setOpen] = useState(false);
  const groups = useMemo(() => needs(all), [all]);
  if (groups.length === 0) {
    return html`<section class="needs calm"><p><b>No application needs a person.</b> ${all.every(cell => cell.state === 'good') ? 'All are synced and healthy.' : 'Some are not synced or healthy yet.'}</p></section>`;
  }
  const shown = open ? groups : groups.slice(0, SHOWN_NEEDS);
  return html`<section class="needs" aria-labelledby="needs"><h2 id="needs">Needs a person</h2>
    <ul>${shown.map(group => html`<${Need} key=${group.need + group.code} group=${group} query=${query} />`)}</ul>
    ${groups.length > SHOWN_NEEDS && html`<button class="quiet" onClick=${() => setOpen(!open)}>${open ? 'Show less' : counted(groups.length - SHOWN_NEEDS, 'more cause')}</button>`}
  </section>`;
}

const TONES = {approval: 'held', unsigned: 'bad', parked: 'bad', degraded: 'bad', drifted: 'warn', contended: 'warn', retrying: 'warn', unknown: 'calm'};

function Need({group, query}) {
  const {need, code} = group;
  const label = Object.fromEntries(NEEDS)[need];
  const first = group.cells[0];
  const named = group.cells.slice(0, 3);
  const more = group.cells.length - named.length;
  return html`<li>
    <span class=${'tag ' + (TONES[need] ?? 'held')}>${code || {approval: 'Approval', unsigned: 'Unsigned', parked: 'Parked', degraded: 'Degraded', drifted: 'Drifted', contended: 'Contended', retrying: 'Retrying', operator: 'Held', manual: 'Held', window: 'Window', dependency: 'Waits', unknown: 'Unknown'}[need]}</span>
    <div><b>${label}</b> ${named.map(cell => html`<a class="place" href=${applicationAddress(cell.application)}>${cell.application}<small> in ${cell.cluster}</small></a>`)}
      ${more > 0 && html`<a class="place" href=${address('/', {...query, need, code})}>${more.toLocaleString('en')} more</a>`}
      ${first.reason && html`<p class="reason" title=${first.reason}>${first.reason}</p>`}</div>
  </li>`;
}

/** The filters, as they are in the address. */
function Filters({all, chosen, query}) {
  const options = useMemo(() => ({
    cluster: sorted(counts(all, cell => cell.cluster)),
    sync: sorted(counts(all, cell => cell.sync)),
    health: sorted(counts(all, cell => cell.health)),
    repository: sorted(counts(all.flatMap(cell => cell.repositories.map(repository => ({repository}))), one => one.repository)),
  }), [all]);
  const choose = name => event => go(address('/', {...query, [name]: event.target.value}), {replace: true});
  const isFiltered = Object.values(query).some(value => value !== '');
  return html`<section class="filters" aria-label="Filters">
    ${Object.entries(options).map(([name, values]) => html`<label class=${query[name] ? 'set' : ''}>${name}
      <select value=${query[name] ?? ''} onChange=${choose(name)}>
        <option value="">all</option>${values.map(([value, number]) => html`<option value=${value} selected=${query[name] === value}>${value} (${number})</option>`)}</select></label>`)}
    <label class=${query.need ? 'set' : ''}>needs<select value=${query.need ?? ''} onChange=${choose('need')}>
      <option value="">anything</option><option value="any" selected=${query.need === 'any'}>a person</option>
      ${NEEDS.map(([id, label]) => html`<option value=${id} selected=${query.need === id}>${label}</option>`)}</select></label>
    <span class="shown" role="status">${isFiltered ? `${chosen.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}` : all.length.toLocaleString('en') + ' in clusters'}</span>
    <a class=${'reset' + (isFiltered ? '' : ' off')} href="/" aria-hidden=${isFiltered ? null : 'true'} tabIndex=${isFiltered ? null : '-1'}>Remove filters</a>
  </section>`;
}

const sorted = map => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
