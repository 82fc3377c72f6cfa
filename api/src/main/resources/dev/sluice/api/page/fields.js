/** Fields of objects before and after, as a difference. */
import {html} from './html.js';

/** @param {{fields: {path: string, live?: string, wanted?: string}[], from: string, to: string}} properties from and to: live or wanted */
export const Fields = ({fields, from, to}) => html`<div class="fields">${fields.map(field => html`
  <div class="path">${field.path}</div>
  ${field[from] !== undefined && html`<div class="minus"><span aria-hidden="true">−</span><span class="hidden">before: </span>${field[from]}</div>`}
  ${field[to] !== undefined && html`<div class="plus"><span aria-hidden="true">+</span><span class="hidden">after: </span>${field[to]}</div>`}`)}</div>`;
