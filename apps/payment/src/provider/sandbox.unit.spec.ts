import { virtualRuntime } from '@daybook/ports';
import { sandboxProvider } from './sandbox.ts';

const runtime = virtualRuntime({ seed: 1 });
const charge = (token: string, key = 'o1') => ({ key, amount: 900, currency: 'GBP', token });
const never = new AbortController().signal;

describe('the sandbox decides by the token, the same way each time', () => {
  it.each([
    ['tok_approve', { kind: 'done', providerReference: 'charge-o1' }],
    ['tok_decline', { kind: 'refused', code: 'card-declined', message: 'The card was declined.' }],
    ['tok_other', { kind: 'refused', code: 'token-unknown', message: 'The sandbox does not know this token.' }],
    ['constructor', { kind: 'refused', code: 'token-unknown', message: 'The sandbox does not know this token.' }],
  ])('%s', async (token, answer) => {
    const provider = sandboxProvider(runtime);
    expect(await provider.authorize(charge(token), never)).toEqual(answer);
    expect(await provider.authorize(charge(token), never)).toEqual(answer);
  });

  it('tok_slow is approved after two seconds', async () => {
    const answer = sandboxProvider(runtime).authorize(charge('tok_slow'), never);
    let answered = false;
    void answer.then(() => (answered = true));
    await runtime.advance(1_999);
    expect(answered).toBe(false);
    await runtime.advance(1);
    expect(await answer).toMatchObject({ kind: 'done' });
  });

  it('tok_timeout never answers, and ends when the caller gives up', async () => {
    const given = new AbortController();
    const answer = sandboxProvider(runtime).authorize(charge('tok_timeout'), given.signal);
    await runtime.advance(3_600_000);
    given.abort(new Error('given up'));
    await expect(answer).rejects.toThrow('given up');
    await expect(sandboxProvider(runtime).authorize(charge('tok_timeout'), given.signal)).rejects.toThrow('given up');
  });

  it('tok_flaky fails twice, then approves: each charge by itself', async () => {
    const provider = sandboxProvider(runtime);
    for (const key of ['o1', 'o2']) {
      await expect(provider.authorize(charge('tok_flaky', key), never)).rejects.toThrow('tok_flaky');
      await expect(provider.authorize(charge('tok_flaky', key), never)).rejects.toThrow('tok_flaky');
    }
    expect(await provider.authorize(charge('tok_flaky', 'o1'), never)).toMatchObject({ kind: 'done' });
    expect(await provider.authorize(charge('tok_flaky', 'o2'), never)).toMatchObject({ kind: 'done' });
  });

  it('captures, refunds and voids always succeed', async () => {
    const provider = sandboxProvider(runtime);
    await provider.void('o1', never);
    expect(await provider.capture('o1', 900, never)).toEqual({ kind: 'done', providerReference: 'capture-o1' });
    expect(await provider.refund('o1', 'r1', 9, never)).toEqual({ kind: 'done', providerReference: 'refund-r1' });
  });
});
