/** The fleet: what needs a person, the map of clusters and applications, and the list of all. */
import {html, useEffect, useMemo, useRef, useState} from './html.js';
import {read} from './client.js';
import {useEvents} from './live.js';
import {NEEDS, STATES, cells, counts, needs, select, updated} from './filter.js';
import {address, applicationAddress} from './route.js';
import {FleetMap} from './map.js';
import {FleetList} from './list.js';
import {counted} from './format.js';
import {Count, Empty, Trouble} from './parts.js';
import {go} from './navigate.js';

const SHOWN_NEEDS = 6;
const AT_ONCE = 40;
const PAUSE = 250;

/** Reads the fleet once, and afterwards only the applications that events name. */
function useFleet() {
  const [map, set] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const waiting = useRef({names: new Set(), all: false, timer: 0, reading: false});
  const load = async names => {
    try {
      if (names) {
        const part = await read('/fleet-map', {application: names});
        set(before => before && updated(before, names, part.applications));
      } else {
        set(await read('/fleet-map'));
      }
      setProblem(undefined);
    } catch (failure) {
      setProblem(failure);
      if (failure.status === 0 || failure.status === 503) {
        waiting.current.all = true;
        schedule(2000);
      }
    }
  };
  const schedule = pause => {
    const now = waiting.current;
    if (now.timer !== 0 || now.reading) {
      return;
    }
    now.timer = setTimeout(async () => {
      const names = now.all || now.names.size > AT_ONCE ? undefined : [...now.names];
      now.timer = 0;
      now.names.clear();
      now.all = false;
      now.reading = true;
      await load(names);
      now.reading = false;
      if (now.all || now.names.size > 0) {
        schedule(PAUSE);
      }
    }, pause);
  };
  useEffect(() => {
    load();
    return () => clearTimeout(waiting.current.timer);
  }, []);
  useEvents(event => {
    if (event === undefined) {
      waiting.current.all = true;
      schedule(PAUSE);
    } else if (event.application) {
      waiting.current.names.add(event.application);
      schedule(PAUSE);
    } else if (event.type === 'worker-hello') {
      waiting.current.all = true;
      schedule(2000);
    }
  });
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
    <${Needs} all=${all} query=${query} />
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

/** What needs a person, by cause. */
function Needs({all, query}) {
  const [open, setOpen] = useState(false);
  const groups = useMemo(() => needs(all), [all]);
  if (groups.length === 0) {
    return html`<section class="needs calm"><p><b>Nothing needs you.</b> All clusters hold what Git has, or are on the way to it.</p></section>`;
  }
  const shown = open ? groups : groups.slice(0, SHOWN_NEEDS);
  return html`<section class="needs" aria-labelledby="needs"><h2 id="needs">Needs a person</h2>
    <ul>${shown.map(group => html`<${Need} key=${group.need + group.code} group=${group} query=${query} />`)}</ul>
    ${groups.length > SHOWN_NEEDS && html`<button class="quiet" onClick=${() => setOpen(!open)}>${open ? 'Show less' : counted(groups.length - SHOWN_NEEDS, 'more cause')}</button>`}
  </section>`;
}

const TONES = {approval: 'held', unsigned: 'bad', parked: 'bad', degraded: 'bad', drifted: 'warn', unknown: 'calm'};

function Need({group, query}) {
  const {need, code} = group;
  const label = Object.fromEntries(NEEDS)[need];
  const first = group.cells[0];
  const named = group.cells.slice(0, 3);
  const more = group.cells.length - named.length;
  return html`<li>
    <span class=${'tag ' + (TONES[need] ?? 'held')}>${code || {approval: 'Approval', unsigned: 'Unsigned', parked: 'Parked', degraded: 'Degraded', drifted: 'Drifted', operator: 'Held', manual: 'Held', window: 'Window', dependency: 'Waits', unknown: 'Unknown'}[need]}</span>
    <div><b>${label}</b> ${named.map(cell => html`<a class="place" href=${applicationAddress(cell.application)}>${cell.application}<small> in ${cell.cluster}</small></a>`)}
      ${more > 0 && html`<a class="place" href=${address('/', {...query, need, q: code})}>${more.toLocaleString('en')} more</a>`}
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
    <span class="shown" role="status">${isFiltered ? `${chosen.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}` : counted(all.length, 'place')}</span>
    <a class=${'reset' + (isFiltered ? '' : ' off')} href="/" aria-hidden=${isFiltered ? null : 'true'} tabIndex=${isFiltered ? null : '-1'}>Remove filters</a>
  </section>`;
}

const sorted = map => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
