import assert from 'node:assert/strict';
import test from 'node:test';
import {address, applicationAddress, changeAddress, parse} from '../page/route.js';

test('an address names its view, its subject and its query', () => {
  assert.deepEqual(parse('/', ''), {view: 'fleet', name: '', query: {}});
  assert.deepEqual(parse('/', '?q=shop&cluster=east'), {view: 'fleet', name: '', query: {q: 'shop', cluster: 'east'}});
  assert.deepEqual(parse('/applications/web', '?tab=drift'), {view: 'application', name: 'web', query: {tab: 'drift'}});
  assert.deepEqual(parse('/changes', ''), {view: 'changes', name: '', query: {}});
  assert.deepEqual(parse('/changes/a%2Fb', ''), {view: 'change', name: 'a/b', query: {}});
});

test('other addresses are unknown', () => {
  for (const path of ['/nothing', '/applications', '/constructor', '/toString/x']) {
    assert.equal(parse(path, '').view, 'unknown', path);
  }
});

test('a damaged escape is shown as it is', () => {
  assert.equal(parse('/changes/%zz', '').name, '%zz');
});

test('addresses escape names, and leave out empty values', () => {
  assert.equal(applicationAddress('a/b', {tab: 'drift', cluster: ''}), '/applications/a%2Fb?tab=drift');
  assert.equal(changeAddress('x y?'), '/changes/x%20y%3F');
  assert.equal(address('/', {q: undefined}), '/');
});
