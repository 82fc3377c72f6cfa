/**
 * Commands to applications: what they do, the command line that does the same, and whether they are allowed. Pure.
 *
 * @typedef {{name: string, role: string, applications: string[], clusters: string[]}} User
 */

const RANKS = {viewer: 0, operator: 1, admin: 2};

/** Returns a word as a shell reads it. */
export function shellWord(text) {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) || /^--[a-z-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Returns the command line of an action.
 *
 * @param {string} verb such as sync
 * @param {{applications?: string[], clusters?: string[], options?: string[], reason: string}} what
 */
export function commandLine(verb, {applications = [], clusters = [], options = [], reason}) {
  return [
    './sluice',
    verb,
    ...applications.map(shellWord),
    ...clusters.flatMap(cluster => ['--cluster', shellWord(cluster)]),
    ...options.map(shellWord),
    '--reason',
    shellWord(reason || 'WHY'),
  ].join(' ');
}

/** Returns the longest text that all words begin with. */
export const commonPrefix = words =>
  words.reduce((prefix, word) => {
    let end = 0;
    while (end < prefix.length && prefix[end] === word[end]) {
      end += 1;
    }
    return prefix.slice(0, end);
  });

/** Actions on an application, in the order in which they are shown. */
export const ACTIONS = [
  {
    id: 'sync', label: 'Sync', role: 'operator', command: {kind: 're-evaluate'}, verb: 'sync', options: [],
    about: 'Reads Git again, and sends what differs from the last inputs.',
  },
  {
    id: 'force', label: 'Sync all objects', role: 'operator', command: {kind: 'resync'}, verb: 'sync', options: ['--force'],
    about: 'Sends the current inputs as a new generation, which writes every object again. It also puts back drift.',
  },
  {
    id: 'rollback', label: 'Roll back', role: 'operator', verb: 'rollback', options: [],
    about: 'Sends the inputs of an earlier commit, and holds the application at it until it is resumed.',
  },
  {
    id: 'suspend', label: 'Suspend', role: 'operator', command: {kind: 'suspend'}, verb: 'suspend', options: [],
    about: 'Stops sending, and healing, until the application is resumed.',
  },
  {
    id: 'resume', label: 'Resume', role: 'operator', command: {kind: 'resume'}, verb: 'resume', options: [],
    about: 'Ends a suspension or a rollback: the application follows Git again.',
  },
  {
    id: 'release', label: 'Release', role: 'operator', command: {kind: 'release'}, verb: 'release', options: [],
    about: 'Sends what waits for an operator or for other applications. Later changes wait again.',
  },
  {
    id: 'approve', label: 'Approve deletions', role: 'admin', verb: 'approve', options: [],
    about: 'Allows exactly the deletions below, in one cluster. Any other plan needs an approval of its own.',
  },
];

/**
 * Returns why a user may not use an action now, or an empty text if they may.
 *
 * @param {{id: string, role: string}} action
 * @param {User} user
 * @param {{defined: boolean, clusters: {held?: {what: string, withheld?: string}}[], plans: object[], generations: object[]}} application
 */
export function whyNot(action, user, application) {
  if ((RANKS[user.role] ?? 0) < RANKS[action.role]) {
    return `Needs the role ${action.role}; ${user.name} has ${user.role}.`;
  }
  if (!application.defined) {
    return 'The application is not in the fleet any more.';
  }
  const holds = application.clusters.map(cluster => cluster.held).filter(held => held);
  const isHeld = holds.some(held => ['suspended', 'pinned'].includes(held.what));
  const isWaiting = holds.some(held => ['manual', 'dependsOn', 'window'].includes(held.withheld ?? held.what));
  switch (action.id) {
    case 'resume':
      return isHeld ? '' : 'It is neither suspended nor pinned to a commit.';
    case 'suspend':
      return application.clusters.length > 0 && application.clusters.every(one => one.held?.what === 'suspended') ? 'It is suspended already.' : '';
    case 'release':
      return isWaiting ? '' : 'Nothing waits for a release.';
    case 'approve':
      return application.plans.length > 0 ? '' : 'No deletions wait for an approval.';
    case 'rollback':
      return application.generations.some(one => one.commit) ? '' : 'No earlier commit is known.';
    default:
      return '';
  }
}

/** Returns why a user may not retry or discard dead letters, or an empty text if they may. */
export const whyNotDeadLetters = user =>
  (RANKS[user.role] ?? 0) < RANKS.operator ? `Needs the role operator; ${user.name} has ${user.role}.` : '';
