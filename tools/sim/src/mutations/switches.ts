/**
 * Mistakes that the simulator can build into the system it runs, to show that it would find them. Production code knows nothing of
 * them: most are made where the simulator composes the services, and what is inside a library is changed as its source is loaded.
 */
export const mutations = {
  'no-inbox': 'remove the inbox: the database takes a command key twice',
  'blind-write': 'make a write blind: events are written without looking at what is there',
  'checkpoint-before-handling': 'checkpoint before handling: a message counts as done when it is taken',
  'publish-after-commit': 'publish after commit: by the process that committed, not from the change feed',
  'compensation-after-success': 'register compensation after success: what is in doubt is not undone',
  'cancel-after-pivot': 'accept a cancel after the pivot: a shipped order can be cancelled',
  'no-tombstone': 'drop the tombstone: what was released before it was reserved is reserved after all',
  'reply-not-awaited': 'take a reply that is not awaited: late and repeated answers move the saga',
} as const;

export type MutationName = keyof typeof mutations;

export const mutationNames = Object.keys(mutations) as readonly MutationName[];

export function isMutationName(name: string): name is MutationName {
  return Object.hasOwn(mutations, name);
}
