/** The page: who uses it, which view is shown, and what all views share. */
import {Guard, html, render, useEffect, useRef, useState} from './html.js';
import {send, useSession} from './client.js';
import {end, start, useConnection} from './live.js';
import {go, useRoute} from './navigate.js';
import {SignIn} from './signin.js';
import {Help, listenToKeys} from './keys.js';
import {Fleet} from './fleet.js';
import {Application} from './application.js';
import {Change} from './change.js';
import {Changes} from './changes.js';
import {DeadLetters} from './deadletters.js';
import {Deliveries} from './deliveries.js';
import {Currency, Empty, Trouble} from './parts.js';

const VIEWS = {
  fleet: Fleet,
  application: Application,
  change: Change,
  changes: Changes,
  'dead-letters': DeadLetters,
  deliveries: Deliveries,
};

const LINKS = [
  ['/', 'Fleet', ['fleet', 'application']],
  ['/changes', 'Changes', ['changes', 'change']],
  ['/dead-letters', 'Dead letters', ['dead-letters']],
  ['/deliveries', 'Deliveries', ['deliveries']],
];

function Shell({user, route, signOut}) {
  const [help, setHelp] = useState(false);
  const {live: isLive} = useConnection();
  const search = useRef();
  useEffect(() => listenToKeys({search: () => search.current, help: () => setHelp(true), go}), []);
  useEffect(() => {
    document.title = (route.name || (LINKS.find(([, , views]) => views.includes(route.view)) ?? ['', 'Not found'])[1]) + ' · Sluice';
  }, [route.view, route.name]);
  const View = VIEWS[route.view];
  return html`
    <a class="skip" href="#content">Skip to the content</a>
    <header class="top">
      <a class="brand" href="/" aria-label="Sluice, the fleet">${mark}<span>Sluice</span></a>
      <nav aria-label="Views">${LINKS.map(([href, label, views]) =>
        html`<a href=${href} aria-current=${views.includes(route.view) ? 'page' : null}>${label}</a>`)}</nav>
      <${Search} route=${route} input=${search} />
      <span class=${'live ' + (isLive ? 'on' : 'off')} role="status" title=${isLive ? 'Changes appear as they happen' : 'The event stream is interrupted; the page tries again'}>${isLive ? 'Live' : 'Connecting'}</span>
      <button class="quiet" onClick=${() => setHelp(true)} aria-label="Keys and help">?</button>
      <${Who} user=${user} signOut=${signOut} />
    </header>
    <main id="content" tabIndex="-1"><${Currency} />${View
      ? html`<${Guard} key=${route.view + route.name} instead=${failure => html`<${Trouble} problem=${failure} retry=${() => location.reload()} />`}><${View} key=${route.view + route.name} name=${route.name} query=${route.query} user=${user} /><//>`
      : html`<${Empty} title="There is no such page" command="./sluice status">Choose a view above, or search for an application.<//>`}</main>
    ${help && html`<${Help} close=${() => setHelp(false)} />`}`;
}

const mark = html`<svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><rect width="32" height="32" rx="7" class="mark" /><g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M7 6v20M25 6v20M7 10h18" /><path d="M11 17c1.7-1.600 3.300-1.600 5 0s3.300 1.600 5 0M11 23c1.700-1.600 3.300-1.600 5 0s3.300 1.600 5 0" /></g></svg>`;

/** The search: it filters the fleet, and a commit leads to its page. */
function Search({route, input}) {
  const text = route.view === 'fleet' ? route.query.q ?? '' : '';
  const [value, set] = useState(text);
  const timer = useRef(0);
  useEffect(() => set(text), [text]);
  const show = (next, replace) => {
    const query = new URLSearchParams(route.view === 'fleet' ? location.search : '');
    next === '' ? query.delete('q') : query.set('q', next);
    go('/' + (query.size ? '?' + query : ''), {replace});
  };
  const typed = event => {
    set(event.target.value);
    clearTimeout(timer.current);
    if (route.view === 'fleet') {
      timer.current = setTimeout(show, 120, event.target.value.trim(), true);
    }
  };
  const submit = event => {
    event.preventDefault();
    clearTimeout(timer.current);
    const asked = value.trim();
    if (/^[0-9a-f]{7,64}$/.test(asked)) {
      go('/changes/' + asked);
    } else {
      show(asked, route.view === 'fleet');
    }
  };
  return html`<form class="search" role="search" onSubmit=${submit}><input ref=${input} type="search" value=${value} onInput=${typed}
    placeholder="Search applications, or a commit" aria-label="Search applications, or a commit" autocomplete="off" spellcheck=${false} /><kbd aria-hidden="true">/</kbd></form>`;
}

function Who({user, signOut}) {
  const limits = [...user.applications, ...user.clusters.map(name => 'cluster ' + name)].join(', ');
  const title = `${user.name}, role ${user.role}${limits ? ', limited to ' + limits : ''}`;
  return html`<span class="who" title=${title}><span>${user.name}</span> <small>${user.role}</small>
    ${user.needsToken && html`<button class="quiet" onClick=${signOut}>Sign out</button>`}</span>`;
}

function Page() {
  const route = useRoute();
  const [user, setUser] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const enter = next => {
    useSession(next.proof, () => leave('The session is over. Sign in again.'));
    setUser(next);
    if (next.name) {
      start();
    }
  };
  const leave = message => {
    end();
    useSession('', () => {});
    setUser({message});
  };
  const load = () =>
    send('/page/session').then(
      next => {
        setProblem(undefined);
        enter(next);
      },
      failure => {
        setProblem(failure);
        if (failure.status === 0) {
          setTimeout(load, 2000);
        }
      },
    );
  useEffect(() => {
    load();
  }, []);
  if (problem) {
    return html`<main id="content"><${Trouble} problem=${problem} retry=${load} /></main>`;
  }
  if (!user) {
    return null;
  }
  return user.name
    ? html`<${Shell} user=${user} route=${route} signOut=${() => send('/page/session', {method: 'DELETE'}).then(() => leave(''), failure => leave(failure.status === 401 ? '' : 'The API did not end the session: ' + failure.message))} />`
    : html`<${SignIn} enter=${enter} message=${user.message} />`;
}

render(html`<${Page} />`, document.getElementById('page'));
