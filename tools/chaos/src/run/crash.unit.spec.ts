import { crashIn } from './crash.ts';

describe('a line of the supervisor', () => {
  it.each([
    [
      'fulfilment has ended (exit code 1); starting it again in 0.2 s',
      'fulfilment ended by itself (exit code 1); its log says why',
    ],
    [
      'order-1 has ended (signal SIGSEGV); starting it again',
      'order-1 ended by itself (signal SIGSEGV); its log says why',
    ],
  ])('%s: a process ended by itself', (line, crash) => {
    expect(crashIn(line)).toBe(crash);
  });

  it.each(['order has ended (signal SIGKILL); starting it again in 0.2 s', 'order is back (process 7)', ''])(
    '%j: none did',
    (line) => {
      expect(crashIn(line)).toBeUndefined();
    },
  );
});
