/** Actions on an application: buttons, and the dialog that asks for a reason and shows what would be done. */
import {html, useEffect, useMemo, useState} from './html.js';
import {newKey, post, read, readAll} from './client.js';
import {useData} from './live.js';
import {ACTIONS, commandLine, commonPrefix, whyNot} from './command.js';
import {counted, objectName, short} from './format.js';
import {CommandLine, Commit, Dialog, Tag, Trouble} from './parts.js';

const MOST_ANSWERS = 200;

/** @param {{application: object, user: object, choose: (id: string) => void}} properties */
export function Buttons({application, user, choose}) {
  return html`<div class="actions" role="group" aria-label="Actions">${ACTIONS.map(action => {
    const reason = whyNot(action, user, application);
    return html`<button class=${action.id === 'sync' ? 'main' : ''} aria-disabled=${reason ? 'true' : null} title=${reason || action.about}
      aria-describedby=${reason ? 'no-' + action.id : null} onClick=${() => reason || choose(action.id)}>${action.label}</button>
      ${reason && html`<span class="hidden" id=${'no-' + action.id}>${reason}</span>`}`;
  })}</div>`;
}

/**
 * The dialog of an action.
 *
 * @param {{id: string, commit?: string, application: object, close: () => void}} properties commit of a rollback
 */
export function ActionDialog({id, commit, application, close}) {
  const action = ACTIONS.find(one => one.id === id);
  const names = application.clusters.map(one => one.cluster);
  const [plans] = useState(application.plans); // those that are shown, also after one of them was carried out
  const [clusters, setClusters] = useState(id === 'approve' ? [plans[0].cluster] : names);
  const [target, setTarget] = useState(commit ?? '');
  const [reason, setReason] = useState('');
  const [ignoreWindows, setIgnore] = useState(false);
  const [plan, setPlan] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const [sent, setSent] = useState(undefined);
  const held = plans.find(one => one.cluster === clusters[0]);
  const command = commandOf(action, {target, held, ignoreWindows});
  const request = (dryRun, why) => ({command, applications: [application.application], clusters, reason: why, dryRun});
  const choice = JSON.stringify([command, clusters]);
  const key = useMemo(newKey, [choice, reason.trim()]); // the API takes a repeated key for the same command
  const isPreviewed = plan?.of === choice;
  const ready = command !== undefined && clusters.length > 0;
  useEffect(() => {
    if (!ready) {
      setPlan(undefined);
      return undefined;
    }
    let current = true;
    setPlan(undefined);
    setProblem(undefined);
    post('/commands', request(true, 'preview')).then(
      answer => current && (setPlan({...answer, of: choice}), setProblem(undefined)),
      failure => current && (setPlan(undefined), setProblem(failure)),
    );
    return () => { current = false; };
  }, [choice]);
  const submit = event => {
    event.preventDefault();
    post('/commands', request(false, reason.trim()), key).then(answer => (setSent(answer), setProblem(undefined)), setProblem);
  };
  const line = commandLine(action.verb, {
    applications: [application.application],
    clusters: clusters.length === names.length && id !== 'approve' ? [] : clusters,
    options: [...action.options, ...(id === 'rollback' ? ['--to', short(target) || 'COMMIT'] : []),
      ...(id === 'approve' && held ? ['--plan', held.plan.digest] : []), ...(ignoreWindows ? ['--ignore-windows'] : [])],
    reason: reason.trim(),
  });
  if (sent) {
    return html`<${Dialog} title=${action.label + ': ' + application.application} close=${close}><${Answers} planned=${sent.commands} /><footer><button class="main" onClick=${close}>Close</button></footer><//>`;
  }
  return html`<${Dialog} title=${action.label + ': ' + application.application} close=${close} wide=${id === 'approve' || id === 'rollback'}>
    <form onSubmit=${submit}><p>${action.about}</p>
      ${id === 'rollback' && html`<${Earlier} application=${application} target=${target} choose=${setTarget} />`}
      ${id === 'approve' ? html`<${OnePlan} plans=${plans} chosen=${clusters[0]} choose=${name => setClusters([name])} />`
        : names.length > 1 && html`<fieldset><legend>Clusters</legend>${names.map(name => html`<label class="check"><input type="checkbox" checked=${clusters.includes(name)}
            onChange=${event => setClusters(event.target.checked ? [...clusters, name] : clusters.filter(one => one !== name))} />${name}</label>`)}</fieldset>`}
      ${id === 'release' && html`<label class="check"><input type="checkbox" checked=${ignoreWindows} onChange=${event => setIgnore(event.target.checked)} />Also while no maintenance window allows it (needs the role admin)</label>`}
      <div class="expected" aria-live="polite">${problem ? html`<${Trouble} problem=${problem} />` : isPreviewed && html`<h3>What would happen</h3>
        <ul>${plan.commands.flatMap(one => one.expected.split('; ')).map(text => html`<li>${text}</li>`)}${plan.skipped.map(text => html`<li>skipped: ${text}</li>`)}</ul>`}</div>
      <label class="field" for="reason">Reason, for the audit<input id="reason" required maxlength="500" autocomplete="off" value=${reason} onInput=${event => setReason(event.target.value)} /></label>
      <p class="same">The same on the command line:</p><${CommandLine} text=${line} />
      <footer><button type="button" onClick=${close}>Cancel</button><button class=${'main' + (id === 'approve' ? ' danger' : '')} disabled=${!ready || reason.trim() === '' || !isPreviewed}>${action.label}</button></footer>
    </form><//>`;
}

function commandOf(action, {target, held, ignoreWindows}) {
  switch (action.id) {
    case 'rollback':
      return target ? {kind: 'restore', commit: target} : undefined;
    case 'approve':
      return held && {kind: 'approve', generation: held.plan.generation, plan: held.plan.digest};
    case 'release':
      return ignoreWindows ? {kind: 'release', ignoreWindows: true} : {kind: 'release'};
    default:
      return action.command;
  }
}

/** The commits that the application had before, to choose one. */
function Earlier({application, target, choose}) {
  const [past, setPast] = useState(application.generations);
  const [origins, setOrigins] = useState([]);
  useEffect(() => {
    read(`/applications/${encodeURIComponent(application.application)}/history`, {limit: 50}).then(page => {
      setPast(page.items);
      const ids = [...new Set(page.items.map(one => one.commit).filter(id => id))].slice(0, 50);
      return ids.length > 0 ? read('/commits', {commit: ids}).then(setOrigins) : undefined;
    }).catch(() => {}); // the list then has only the last generations, without subjects
  }, []);
  const now = new Set(application.clusters.map(one => one.applied?.commit).filter(id => id));
  const commits = [...new Set([target, ...past.map(one => one.commit)].filter(id => id))];
  const subject = id => origins.find(one => one.commit === id)?.changes.find(change => change.title)?.title ?? '';
  return html`<fieldset class="earlier"><legend>To which commit</legend>${commits.map(id => html`<label class="check"><input type="radio" name="commit" checked=${id === target} onChange=${() => choose(id)} />
    <code>${short(id)}</code> <span>${subject(id)}</span>${now.has(id) && html` <span class="tag calm">applied now</span>`}</label>`)}</fieldset>`;
}

/** The deletions that an approval allows. */
function OnePlan({plans, chosen, choose}) {
  const {plan} = plans.find(one => one.cluster === chosen) ?? plans[0];
  return html`${plans.length > 1 && html`<fieldset><legend>Cluster</legend>${plans.map(one => html`<label class="check"><input type="radio" name="cluster" checked=${one.cluster === chosen} onChange=${() => choose(one.cluster)} />${one.cluster}</label>`)}</fieldset>`}
    <h3>Generation ${plan.generation} in ${chosen} would delete ${counted(plan.deletions.length + plan.omitted, 'object')}</h3>
    <p>Commit <${Commit} id=${plan.commit} />, plan <code class="digest">${plan.digest}</code></p>
    <ul class="deletions">${plan.deletions.map(one => html`<li><span class="tag bad">delete</span> ${objectName(one.object)}</li>`)}</ul>
    ${plan.omitted > 0 && html`<p>and ${plan.omitted} more, which the digest covers as well</p>`}
    ${plan.unknown.length > 0 && html`<p>Other applications may claim these objects, since their newest targets do not render: ${plan.unknown.join(', ')}</p>`}`;
}

/** The dispatcher's answers to commands, as they come: one request reads those of all commands of a dialog. */
export function Answers({planned}) {
  const ids = planned.filter(one => !one.done).map(one => one.id);
  const idPrefix = ids.length > 0 ? commonPrefix(ids) : undefined;
  const {data} = useData(
    signal => (idPrefix ? readAll('/commands', {idPrefix}, MOST_ANSWERS, signal) : Promise.resolve({items: []})),
    [idPrefix],
    {concerns: event => ['command-answered', 'command-outcome'].includes(event.type), pause: 1000},
  );
  const found = data?.items ?? [];
  return html`<ul class="answers" aria-live="polite">${planned.slice(0, 20).map(one => {
    const answer = found.find(each => each.id === one.id);
    return html`<li><b>${one.application ?? one.id}</b> ${one.done ? html`<${Tag} value="done" tone="good" />`
      : answer?.accepted === undefined ? html`<${Tag} value="waits for the dispatcher" tone="busy" />`
      : answer.accepted ? html`<${Tag} value="accepted" tone="good" />` : html`<${Tag} value="refused" tone="bad" />`}
      ${answer?.message && html`<p>${answer.message}</p>`}
      ${answer?.outcomes.map(each => html`<p>${each.cluster}: <${Tag} value=${each.result.toLowerCase()} tone=${{SENT: 'good', SAME: 'calm', REFUSED: 'bad', WAITING: 'busy'}[each.result] ?? 'held'} /> ${each.message}</p>`)}
      ${answer?.accepted && answer.pending.length > 0 && html`<p class="muted">Git is evaluated for ${answer.pending.join(', ')}</p>`}</li>`;
  })}</ul>${planned.length > 20 && html`<p>and ${planned.length - 20} more: ./sluice describe APP shows their answers</p>`}`;
}
