/** The list of the fleet, of which only the rows in sight exist. */
import {html, useEffect, useLayoutEffect, useRef, useState} from './html.js';
import {Age, Tag} from './parts.js';
import {applicationAddress} from './route.js';

const ROW = 36;
const NARROW_ROW = 66;
const BEYOND = 12;

/** Returns the rows in sight, and their height. */
function useWindow(box, number) {
  const narrow = useRef(matchMedia('(max-width: 700px)'));
  const measure = () => {
    const row = narrow.current.matches ? NARROW_ROW : ROW;
    const top = box.current ? box.current.getBoundingClientRect().top : 0;
    const from = Math.max(0, Math.floor(-top / row) - BEYOND);
    const to = Math.min(number, Math.ceil((innerHeight - top) / row) + BEYOND);
    return {row, from: Math.min(from, number), to: Math.max(to, 0)};
  };
  const [seen, set] = useState({row: narrow.current.matches ? NARROW_ROW : ROW, from: 0, to: Math.min(number, 40)});
  const update = () => set(before => {
    const next = measure();
    return next.row === before.row && next.from === before.from && next.to === before.to ? before : next;
  });
  useLayoutEffect(update, [number]);
  useEffect(() => {
    addEventListener('scroll', update, {passive: true});
    addEventListener('resize', update);
    return () => {
      removeEventListener('scroll', update);
      removeEventListener('resize', update);
    };
  }, [number]);
  return seen;
}

export function FleetList({cells}) {
  const box = useRef();
  const {row, from, to} = useWindow(box, cells.length);
  const wanted = useRef(-1);
  useEffect(() => {
    const step = event => {
      const at = document.activeElement?.dataset?.row;
      const next = at === undefined ? 0 : Math.min(cells.length - 1, Math.max(0, Number(at) + event.detail));
      const top = box.current.getBoundingClientRect().top + next * row;
      if (top < 120 || top + row > innerHeight - 20) {
        wanted.current = next;
        scrollBy(0, top < 120 ? top - 120 : top + row - innerHeight + 40);
      }
      focusRow(next);
    };
    const focusRow = index => {
      const link = box.current.querySelector(`[data-row="${index}"]`);
      wanted.current = link ? -1 : index;
      link?.focus({preventScroll: true});
    };
    document.addEventListener('step', step);
    return () => document.removeEventListener('step', step);
  }, [cells, row]);
  useEffect(() => {
    if (wanted.current >= 0) {
      box.current.querySelector(`[data-row="${wanted.current}"]`)?.focus({preventScroll: true});
      wanted.current = -1;
    }
  }, [from, to]);
  return html`<div class="fleet" role="table" aria-label="Applications in clusters" aria-rowcount=${cells.length + 1}>
    <div role="rowgroup"><div class="row head" role="row" aria-rowindex="1">${['Application', 'Cluster', 'Sync', 'Health', 'Held', 'Behind', 'Since'].map(name =>
      html`<span role="columnheader" class=${name === 'Behind' ? 'numeric' : ''}>${name}</span>`)}</div></div>
    <div class="rows" ref=${box} role="rowgroup" style=${{height: cells.length * row + 'px'}}>
      ${cells.slice(from, to).map((cell, index) => html`<${Row} key=${cell.application + '/' + cell.cluster} cell=${cell} index=${from + index} top=${(from + index) * row} />`)}
    </div></div>`;
}

function Row({cell, index, top}) {
  return html`<div class=${'row ' + cell.state} role="row" aria-rowindex=${index + 2} style=${{transform: `translateY(${top}px)`}}>
    <span role="cell"><a data-row=${index} href=${applicationAddress(cell.application)}>${cell.application}</a></span>
    <span role="cell" class="cluster">${cell.cluster}</span>
    <span role="cell"><${Tag} value=${cell.sync} />${cell.code && html` <small title=${cell.reason}>${cell.code}</small>`}</span>
    <span role="cell"><${Tag} value=${cell.health} /></span>
    <span role="cell">${cell.held ? html`<span class="tag held">${cell.held}</span>` : html`<span class="none">–</span>`}</span>
    <span role="cell" class="numeric">${cell.behind ?? html`<span class="none">–</span>`}</span>
    <span role="cell" class="since"><${Age} at=${cell.since} suffix="" /></span>
  </div>`;
}
