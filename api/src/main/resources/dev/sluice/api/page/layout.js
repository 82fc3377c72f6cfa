/**
 * Places of the cells of the fleet's map: a block of squares for each cluster, in rows as wide as the page. Pure.
 *
 * @typedef {{cluster: string, x: number, y: number, columns: number, cells: object[]}} Block
 */

export const LABEL = 20;
const SPACE = 20;
const LEAST_WIDTH = 110;

/** Blocks begin and end on the lines of a grid with so many parts, so that those of several rows are in line. */
const PARTS = 24;

/** Returns the distance of squares for a number of cells. */
export function pitch(cells, width) {
  const sizes = [26, 20, 16, 13, 11, 9, 7, 6];
  const fits = sizes.find(size => cells * size * size < width * 220);
  return fits ?? 5;
}

/**
 * Places the blocks.
 *
 * @param {Map<string, object[]>} groups cells by cluster
 * @param {number} width in pixels
 * @param {number} size distance of squares in pixels
 * @returns {{blocks: Block[], height: number}}
 */
export function place(groups, width, size) {
  const part = (width + SPACE) / PARTS;
  const blocks = [];
  let x = 0;
  let y = 0;
  let tallest = 0;
  for (const [cluster, cells] of groups) {
    const wanted = Math.ceil(Math.sqrt(cells.length * 4));
    const parts = Math.min(PARTS, Math.ceil((Math.max(LEAST_WIDTH, wanted * size) + SPACE) / part));
    const columns = Math.max(1, Math.floor((parts * part - SPACE) / size));
    const height = LABEL + Math.ceil(cells.length / columns) * size;
    if (x > 0 && x + columns * size > width + 0.01) {
      x = 0;
      y += tallest + SPACE;
      tallest = 0;
    }
    blocks.push({cluster, x, y, columns, cells});
    x += parts * part;
    tallest = Math.max(tallest, height);
  }
  return {blocks, height: y + tallest};
}

/** Returns the cell at a point, or undefined. */
export function cellAt(blocks, size, x, y) {
  for (const block of blocks) {
    const column = Math.floor((x - block.x) / size);
    const row = Math.floor((y - block.y - LABEL) / size);
    if (column >= 0 && column < block.columns && row >= 0 && y >= block.y + LABEL) {
      const cell = block.cells[row * block.columns + column];
      if (cell) {
        return cell;
      }
    }
  }
  return undefined;
}
