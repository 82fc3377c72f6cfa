/** Sign-in with a token of the API. */
import {html, useState} from './html.js';
import {send} from './client.js';

/** @param {{enter: (user: object) => void, message?: string}} properties */
export function SignIn({enter, message}) {
  const [token, set] = useState('');
  const [problem, setProblem] = useState(message ?? '');
  const [busy, setBusy] = useState(false);
  const submit = event => {
    event.preventDefault();
    setBusy(true);
    send('/page/session', {method: 'POST', body: {token}}).then(enter, failure => {
      setBusy(false);
      setProblem(failure.status === 401 ? 'The API does not know this token.' : failure.message);
    });
  };
  return html`<main id="content" class="signin"><form onSubmit=${submit}>
    <h1>Sluice</h1>
    <label for="token">Token of the API</label>
    <input id="token" type="password" autocomplete="current-password" required value=${token} onInput=${event => set(event.target.value)} aria-describedby="about" />
    <p id="about">The token that <code>sluice</code> uses. The server keeps it out of the browser: it answers with a cookie that ends after 12 hours, or when you sign out.</p>
    ${problem && html`<p class="refused" role="alert">${problem}</p>`}
    <button class="main" disabled=${busy || token === ''}>Sign in</button>
  </form></main>`;
}
