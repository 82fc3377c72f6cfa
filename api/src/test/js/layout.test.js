import assert from 'node:assert/strict';
import test from 'node:test';
import {LABEL, cellAt, pitch, place} from '../page/layout.js';

const cells = number => Array.from({length: number}, (_, index) => ({index}));

test('squares are smaller the more there are', () => {
  assert.equal(pitch(10, 1400), 26);
  assert.ok(pitch(1000, 1400) < 26);
  assert.ok(pitch(10_000, 1400) >= 5);
});

test('no block is wider than the page, and none covers another', () => {
  const groups = new Map(Array.from({length: 30}, (_, index) => ['c' + index, cells(1 + index * 11)]));
  for (const width of [340, 1400]) {
    const {blocks, height} = place(groups, width, 10);
    for (const one of blocks) {
      assert.ok(one.x + one.columns * 10 <= width);
      const bottom = one.y + LABEL + Math.ceil(one.cells.length / one.columns) * 10;
      assert.ok(bottom <= height);
      for (const other of blocks) {
        const isApart = other.x >= one.x + one.columns * 10 || one.x >= other.x + other.columns * 10 || other.y >= bottom ||
          one.y >= other.y + LABEL + Math.ceil(other.cells.length / other.columns) * 10;
        assert.ok(one === other || isApart);
      }
    }
  }
});

test('a point finds its cell', () => {
  const {blocks} = place(new Map([['a', cells(30)], ['b', cells(5)]]), 1000, 10);
  assert.equal(cellAt(blocks, 10, 15, LABEL + 2), blocks[0].cells[1]);
  assert.equal(cellAt(blocks, 10, 15, 2), undefined);
  assert.equal(cellAt(blocks, 10, blocks[1].x + 41, LABEL + 5), blocks[1].cells[4]);
  assert.equal(cellAt(blocks, 10, 999, 999), undefined);
});
