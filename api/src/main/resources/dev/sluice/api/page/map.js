/** The map of the fleet: a square for each application in a cluster, drawn on a canvas. The list below says the same. */
import {html, useEffect, useLayoutEffect, useMemo, useRef, useState} from './html.js';
import {STATES, counts} from './filter.js';
import {LABEL, cellAt, pitch, place} from './layout.js';
import {applicationAddress} from './route.js';
import {counted} from './format.js';
import {go} from './navigate.js';

/** Returns the width of an element, and again when it changes. */
function useWidth(element) {
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => set(element.current.clientWidth));
    observer.observe(element.current);
    set(element.current.clientWidth);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Returns a number that changes when the colours of the page do. */
function useScheme() {
  const [scheme, set] = useState(0);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => set(before => before + 1);
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, []);
  return scheme;
}

function grouped(cells) {
  const groups = new Map();
  for (const cell of cells) {
    const group = groups.get(cell.cluster);
    group ? group.push(cell) : groups.set(cell.cluster, [cell]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function FleetMap({cells}) {
  const box = useRef();
  const canvas = useRef();
  const width = useWidth(box);
  const scheme = useScheme();
  const [hovered, setHovered] = useState(undefined);
  const size = pitch(cells.length, width || 1);
  const plan = useMemo(() => (width ? place(grouped(cells), width, size) : {blocks: [], height: 0}), [cells, width, size]);
  useLayoutEffect(() => {
    if (width) {
      draw(canvas.current, plan, width, size, hovered?.cell);
    }
  }, [plan, width, size, scheme, hovered]);
  const at = event => {
    const bounds = canvas.current.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const cell = cellAt(plan.blocks, size, x, y);
    return cell && {cell, x, y};
  };
  const number = counts(cells, cell => cell.state);
  const label = `Map of ${counted(cells.length, 'application')} in clusters: ` +
    STATES.filter(([id]) => number.has(id)).map(([id, text]) => `${number.get(id)} ${text}`).join(', ') + '. The list below has each of them.';
  return html`<section class="map" ref=${box} style=${{minHeight: plan.height + 'px'}}>
    <canvas ref=${canvas} role="img" aria-label=${label} class=${hovered ? 'over' : ''}
      onMouseMove=${event => setHovered(at(event))} onMouseLeave=${() => setHovered(undefined)}
      onClick=${event => { const found = at(event); found && go(applicationAddress(found.cell.application)); }}></canvas>
    ${hovered && html`<div class="tip" style=${{left: Math.min(hovered.x + 14, Math.max(0, width - 260)) + 'px', top: hovered.y + 16 + 'px'}}>
      <b>${hovered.cell.application}</b> in ${hovered.cell.cluster}<br />${hovered.cell.sync}${hovered.cell.health ? ', ' + hovered.cell.health : ''}${hovered.cell.held ? ', held: ' + hovered.cell.held : ''}
      ${hovered.cell.reason && html`<p>${hovered.cell.reason}</p>`}</div>`}
  </section>`;
}

function draw(canvas, plan, width, size, hovered) {
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = Math.max(1, plan.height * scale);
  canvas.style.width = width + 'px';
  canvas.style.height = plan.height + 'px';
  const pen = canvas.getContext('2d');
  const style = getComputedStyle(canvas);
  const colour = Object.fromEntries(STATES.map(([id]) => [id, style.getPropertyValue('--map-' + id).trim()]));
  const text = style.getPropertyValue('--text').trim();
  const faint = style.getPropertyValue('--muted').trim();
  pen.scale(scale, scale);
  const gap = size > 9 ? 2 : 1;
  const round = size > 12 ? 3 : size > 8 ? 1.5 : 0;
  for (const block of plan.blocks) {
    pen.font = '600 12px system-ui, sans-serif';
    pen.fillStyle = text;
    const room = block.columns * size;
    pen.fillText(block.cluster, block.x, block.y + 12, room - 30);
    const used = Math.min(pen.measureText(block.cluster).width, room - 30);
    pen.font = '12px system-ui, sans-serif';
    pen.fillStyle = faint;
    pen.fillText(String(block.cells.length), block.x + used + 6, block.y + 12);
    block.cells.forEach((cell, index) => {
      const x = block.x + (index % block.columns) * size;
      const y = block.y + LABEL + Math.floor(index / block.columns) * size;
      pen.fillStyle = colour[cell.state];
      if (round > 0) {
        pen.beginPath();
        pen.roundRect(x, y, size - gap, size - gap, round);
        pen.fill();
      } else {
        pen.fillRect(x, y, size - gap, size - gap);
      }
      if (cell === hovered) {
        pen.strokeStyle = text;
        pen.lineWidth = 2;
        pen.strokeRect(x, y, size - gap, size - gap);
      }
    });
  }
}
