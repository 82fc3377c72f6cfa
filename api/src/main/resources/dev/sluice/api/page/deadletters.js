/** Open dead letters by cause, with what to do, and retry and discard of many at once. */
import {html, useEffect, useMemo, useState} from './html.js';
import {newKey, post, readAll} from './client.js';
import {useData} from './live.js';
import {stepFocus} from './keys.js';
import {commandLine, whyNotDeadLetters} from './command.js';
import {counted} from './format.js';
import {applicationAddress} from './route.js';
import {useCodes} from './codes.js';
import {Answers} from './actions.js';
import {Age, CommandLine, Commit, Dialog, Empty, Loaded, Trouble} from './parts.js';

const MOST = 1000;
const SHOWN = 50;
const MOST_FOLLOWED = 500;

export function DeadLetters({query, user}) {
  const state = useData(signal => readAll('/dead-letters', {entry: query.entry, ...(query.entry ? {} : {application: query.application, code: query.code})}, MOST, signal),
    [query.entry, query.application, query.code], {concerns: event => event.type.startsWith('dead-letter'), pause: 300});
  const [chosen, setChosen] = useState(new Set());
  const [action, setAction] = useState(undefined);
  useEffect(() => {
    const step = event => stepFocus(event.detail);
    document.addEventListener('step', step);
    return () => document.removeEventListener('step', step);
  }, []);
  const refused = whyNotDeadLetters(user);
  return html`<h1>Dead letters</h1><p class="lead">What could not be applied, by cause. An entry closes by itself once the same or a later generation succeeds.</p>
    <${Loaded} state=${state}>${({items, more}) => {
      const open = items.filter(one => !one.closedAt);
      const selected = open.filter(one => chosen.has(one.entry));
      const toggle = (entries, on) => setChosen(before => {
        const next = new Set(before);
        entries.forEach(entry => (on ? next.add(entry) : next.delete(entry)));
        return next;
      });
      const button = (id, label) => html`<button class=${id === 'retry' ? 'main' : ''} aria-disabled=${refused || selected.length === 0 ? 'true' : null} title=${refused || (selected.length === 0 ? 'Choose dead letters first' : label)}
        onClick=${() => refused || selected.length === 0 || setAction({id, entries: selected})}>${label}${selected.length > 0 ? ` (${selected.length})` : ''}</button>`;
      return html`${open.length === 0
        ? html`<${Empty} title=${query.entry ? (items.length > 0 ? 'This dead letter is closed' : 'There is no such dead letter, or your token may not see it') : query.code || query.application ? 'No dead letter of this selection is open' : 'No dead letter is open'} command="./sluice dead-letters list --all">The fleet shows what waits.${(query.entry || query.code || query.application) && html` <a href="/dead-letters">All open dead letters</a>`}<//>`
        : html`<div class="toolbar"><label class="check"><input type="checkbox" checked=${selected.length === open.length} onChange=${event => toggle(open.map(one => one.entry), event.target.checked)} />All ${open.length}${more ? ' of the newest' : ''}</label>${button('retry', 'Retry')}${button('discard', 'Discard')}${refused && html`<small>${refused}</small>`}</div>
          <${Groups} open=${open} chosen=${chosen} toggle=${toggle} />`}
        ${action && html`<${ActOn} ...${action} close=${() => { setAction(undefined); setChosen(new Set()); }} />`}`;
    }}<//>`;
}

function Groups({open, chosen, toggle}) {
  const codes = useCodes();
  const groups = useMemo(() => Object.entries(Object.groupBy(open, one => one.code)).sort(([, a], [, b]) => b.length - a.length), [open]);
  return groups.map(([code, letters]) => html`<section class="cause" key=${code}><header><label class="check"><input type="checkbox" aria-label=${`All with the cause ${code}`} checked=${letters.every(one => chosen.has(one.entry))} onChange=${event => toggle(letters.map(one => one.entry), event.target.checked)} /></label>
      <h2>${code} <span class="number">${letters.length}</span></h2></header>
    ${codes.get(code) && html`<p>${codes.get(code).meaning}</p><p><b>What to do: </b>${codes.get(code).remedy}</p>`}
    <ul class="letters">${letters.slice(0, SHOWN).map(one => html`<${Letter} key=${one.entry} one=${one} chosen=${chosen.has(one.entry)} toggle=${toggle} />`)}</ul>
    ${letters.length > SHOWN && html`<p class="note">and ${letters.length - SHOWN} more of this cause, which the box above chooses as well</p>`}</section>`);
}

function Letter({one, chosen, toggle}) {
  return html`<li><input type="checkbox" aria-label=${`Choose ${one.entry}`} checked=${chosen} onChange=${event => toggle([one.entry], event.target.checked)} />
    <div><p>${one.application ? html`<a data-item href=${applicationAddress(one.application)}>${one.application}</a>` : html`<b>no application</b>`}${one.cluster ? ' in ' + one.cluster : ''}${' '}<small>${one.generation ? `generation ${one.generation}, ` : ''}${one.stage.toLowerCase()}, ${counted(one.attempts, 'attempt')}${one.object ? ', ' + one.object : ''}</small> ${one.commit && html`<${Commit} id=${one.commit} />`}</p>
      <p class="message">${one.message}</p></div><span class="when"><${Age} at=${one.openedAt} /></span></li>`;
}

/** The dialog for chosen dead letters: preview, reason, progress. */
function ActOn({id, entries, close}) {
  const label = id === 'retry' ? 'Retry' : 'Discard';
  const ids = entries.map(one => one.entry);
  const [reason, setReason] = useState('');
  const [preview, setPreview] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const [sent, setSent] = useState(undefined);
  const key = useMemo(newKey, [reason.trim()]);
  const ask = (dryRun, why) => post('/dead-letters/actions', {action: id, entries: ids, reason: why, dryRun}, dryRun ? undefined : key);
  useEffect(() => {
    ask(true, 'preview').then(setPreview, setProblem);
  }, []);
  const submit = event => {
    event.preventDefault();
    ask(false, reason.trim()).then(answer => (setSent(answer), setProblem(undefined)), setProblem);
  };
  const title = `${label} ${counted(entries.length, 'dead letter')}`;
  if (sent) {
    return html`<${Dialog} title=${title} close=${close} wide=${true}><${Progress} entries=${ids} /><${Answers} planned=${sent.commands} />${sent.skipped.map(text => html`<p>skipped: ${text}</p>`)}
      <footer><button class="main" onClick=${close}>Close</button></footer><//>`;
  }
  return html`<${Dialog} title=${title} close=${close} wide=${true}><form onSubmit=${submit}>
    <p>${id === 'retry' ? 'Tries again what was parked. It never regresses anything: a newer generation wins.' : 'Closes the entries without a retry. What they are about stays as it is.'}</p>
    <div class="expected" aria-live="polite">${problem ? html`<${Trouble} problem=${problem} />` : preview === undefined ? html`<p class="muted">Asking what would happen</p>` : html`<h3>What would happen</h3>
      <ul>${preview.commands.slice(0, 30).map(one => html`<li><b>${one.application ?? one.id}</b> ${one.expected || one.clusters.join(', ')}</li>`)}${preview.skipped.map(text => html`<li>skipped: ${text}</li>`)}</ul>
      ${preview.commands.length > 30 && html`<p>and ${preview.commands.length - 30} more</p>`}`}</div>
    <label class="field" for="reason">Reason, for the audit<input id="reason" required maxlength="500" autocomplete="off" value=${reason} onInput=${event => setReason(event.target.value)} /></label>
    <p class="same">The same on the command line:</p><${CommandLine} text=${commandLine('dead-letters ' + id, {applications: ids, reason: reason.trim()})} />
    <footer><button type="button" onClick=${close}>Cancel</button><button class="main" disabled=${reason.trim() === '' || !preview || preview.commands.length === 0}>${title}</button></footer></form><//>`;
}

/** How many of the chosen dead letters are closed, as their entries say. */
function Progress({entries}) {
  const followed = entries.slice(0, MOST_FOLLOWED);
  const state = useData(
    async signal => (await readAll('/dead-letters', {state: 'closed'}, MOST, signal)).items.map(one => one.entry),
    [], {concerns: event => event.type.startsWith('dead-letter'), pause: 1000});
  const closed = new Set(state.data ?? []);
  const done = followed.filter(entry => closed.has(entry)).length;
  return html`<label class="field">${done} of ${followed.length} closed${entries.length > followed.length ? ` (${entries.length - followed.length} more are not followed here)` : ''}<progress max=${followed.length} value=${done}></progress></label>`;
}
