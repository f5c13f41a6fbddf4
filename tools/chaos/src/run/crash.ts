/**
 * What a line of the supervisor says of a process that ended by itself; undefined where it says something else, or that it was killed. Whatever
 * happens to a process from outside, it may not end of its own accord.
 */
export function crashIn(line: string): string | undefined {
  const [, name, how] = /^(\S+) has ended \((.+?)\)/.exec(line) ?? [];
  return name === undefined || how === undefined || how === 'signal SIGKILL'
    ? undefined
    : `${name} ended by itself (${how}); its log says why`;
}
