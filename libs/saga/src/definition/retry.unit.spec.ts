import { answerWaitMs, exponential, roundPauseMs } from './retry.ts';

const policy = exponential(5, 1_000, { pauseMs: 100, pauseMaxMs: 500 });

describe('the wait for an answer', () => {
  it('is the timeout at first, whatever the chance', () => {
    expect(answerWaitMs(policy, 1, 0.99)).toBe(1_000);
  });

  it('grows by a random part of what doubles, up to the longest pause', () => {
    expect([2, 3, 4, 9].map((sent) => answerWaitMs(policy, sent, 1))).toEqual([1_100, 1_300, 1_500, 1_500]);
    expect(answerWaitMs(policy, 9, 0)).toBe(1_000);
  });
});

describe('the pause before a new round', () => {
  it('grows, and is never less than half of what it may be', () => {
    expect([1, 2, 3, 9].map((sent) => roundPauseMs(policy, sent, 1))).toEqual([100, 200, 400, 500]);
    expect([1, 2, 3, 9].map((sent) => roundPauseMs(policy, sent, 0))).toEqual([50, 100, 200, 250]);
  });
});
