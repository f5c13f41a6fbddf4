import { outcomeKey } from '@daybook/contracts';
import {
  authorizeWith,
  capturePayment,
  intent,
  paymentService,
  refundPayment,
  voidPayment,
} from '../test-support/payment-service.ts';

const authorize = intent('authorize');
const undo = intent('authorize', 'undo');
const capture = intent('capture');
const hangs = (): Promise<never> => new Promise(() => undefined);

async function captured(...override: Parameters<typeof paymentService>) {
  const service = paymentService(...override);
  await service.send('o1', authorizeWith('tok_approve'), authorize);
  await service.feed('o1');
  await service.send('o1', capturePayment, capture);
  await service.feed('o1');
  service.calls.length = 0;
  return service;
}

describe('an authorization', () => {
  it.each([
    ['tok_approve', 'PaymentAuthorized 900'],
    ['tok_decline', 'PaymentDeclined'],
    ['tok_other', 'PaymentDeclined'],
  ])('with %s ends as %s, in answer to the intent', async (token, outcome) => {
    const { send, feed, story, events } = paymentService();
    await send('o1', authorizeWith(token), authorize);
    await feed('o1');
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', outcome]);
    const [asked, answer] = await events('o1');
    expect(answer?.metadata).toMatchObject({
      commandKey: outcomeKey(authorize),
      correlationId: 'c',
      causationId: asked?.eventId,
      actor: 'service:payment',
    });
  });

  it('with tok_slow waits for the answer', async () => {
    const { runtime, send, feed, story } = paymentService();
    await send('o1', authorizeWith('tok_slow'), authorize);
    const handled = feed('o1');
    await runtime.advance(2_000);
    await handled;
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentAuthorized 900']);
    expect(runtime.sleeping).toBe(0);
  });

  it('with tok_timeout is unknown once the time is up, and a void settles it', async () => {
    const { runtime, send, feed, story, calls } = paymentService();
    await send('o1', authorizeWith('tok_timeout'), authorize);
    const handled = feed('o1');
    await runtime.advance(2_999);
    expect(await story('o1')).toHaveLength(1);
    await runtime.advance(1);
    await handled;
    await send('o1', voidPayment, undo);
    await feed('o1');
    expect(await story('o1')).toEqual([
      'PaymentAuthorizationRequested 900',
      'PaymentAuthorizationUnknown',
      'PaymentVoidRequested',
      'PaymentVoided 0',
    ]);
    expect(calls).toEqual(['authorize o1', 'void o1']);
  });

  it('is unknown also where a provider ignores that it was given up', async () => {
    const { runtime, send, feed, story } = paymentService(() => ({ authorize: hangs }));
    await send('o1', authorizeWith('tok_approve'), authorize);
    const handled = feed('o1');
    await runtime.advance(3_000);
    await handled;
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentAuthorizationUnknown']);
  });

  it('with tok_flaky is tried again until it is answered', async () => {
    const { runtime, send, feed, story, calls } = paymentService();
    await send('o1', authorizeWith('tok_flaky'), authorize);
    const handled = feed('o1');
    await runtime.advance(300);
    await handled;
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentAuthorized 900']);
    expect(calls).toEqual(['authorize o1', 'authorize o1', 'authorize o1']);
  });

  it('is unknown when all attempts have failed: whether one of them was carried out nobody knows', async () => {
    const { runtime, send, feed, story, calls } = paymentService(() => ({
      authorize: () => Promise.reject(new Error('down')),
    }));
    await send('o1', authorizeWith('tok_approve'), authorize);
    const handled = feed('o1');
    await runtime.advance(1_500);
    await handled;
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentAuthorizationUnknown']);
    expect(calls).toHaveLength(5);
  });
});

describe('a crash', () => {
  it('between the call and the record repeats the call with the same key, and records once', async () => {
    const { payments, workerOf, send, feed, story, events, calls } = paymentService();
    await send('o1', authorizeWith('tok_approve'), authorize);
    const dying = workerOf({ ...payments, execute: () => Promise.reject(new Error('killed')) });
    await expect(dying(await events('o1'))).rejects.toThrow('killed');
    await feed('o1');
    expect(calls).toEqual(['authorize o1', 'authorize o1']);
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentAuthorized 900']);
  });

  it('after the record calls nothing again', async () => {
    const { payments, workerOf, send, feed, story, events, calls } = paymentService();
    await send('o1', authorizeWith('tok_approve'), authorize);
    const dying = workerOf({
      ...payments,
      execute: async (request) => {
        await payments.execute(request);
        throw new Error('killed');
      },
    });
    await expect(dying(await events('o1'))).rejects.toThrow('killed');
    await feed('o1');
    expect(calls).toEqual(['authorize o1']);
    expect(await story('o1')).toHaveLength(2);
  });

  it('of nobody: two workers at once record one outcome', async () => {
    const { send, feed, story } = paymentService();
    await send('o1', authorizeWith('tok_approve'), authorize);
    await Promise.all([feed('o1'), feed('o1')]);
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentAuthorized 900']);
  });
});

describe('a void', () => {
  it('asked for before the provider was called spares the call', async () => {
    const { send, feed, story, calls } = paymentService();
    await send('o1', authorizeWith('tok_approve'), authorize);
    await send('o1', voidPayment, undo);
    await feed('o1');
    expect(calls).toEqual(['void o1']);
    expect(await story('o1')).toEqual(['PaymentAuthorizationRequested 900', 'PaymentVoidRequested', 'PaymentVoided 0']);
  });

  it('asked for while the provider is being called releases what it then holds', async () => {
    const { runtime, send, feed, story, calls } = paymentService();
    await send('o1', authorizeWith('tok_slow'), authorize);
    const handled = feed('o1');
    await runtime.advance(1_000);
    await send('o1', voidPayment, undo);
    await runtime.advance(1_000);
    await handled;
    await feed('o1');
    expect(calls).toEqual(['authorize o1', 'void o1']);
    expect(await story('o1')).toEqual([
      'PaymentAuthorizationRequested 900',
      'PaymentVoidRequested',
      'PaymentAuthorized 900',
      'PaymentVoided 900',
    ]);
  });

  it('asked for twice is answered twice, and given to the provider once', async () => {
    const { send, feed, events, calls } = paymentService();
    await send('o1', authorizeWith('tok_approve'), authorize);
    await feed('o1');
    await send('o1', voidPayment, undo);
    await send('o1', voidPayment, intent('authorize', 'undo', 1));
    await feed('o1');
    await feed('o1');
    expect(calls).toEqual(['authorize o1', 'void o1']);
    const answers = (await events('o1')).filter(({ type }) => type === 'PaymentVoided');
    expect(answers.map(({ metadata, data }) => [metadata.commandKey, data['amount']])).toEqual([
      [outcomeKey(undo), 900],
      [outcomeKey(intent('authorize', 'undo', 1)), 0],
    ]);
  });

  it('that the provider does not answer is tried again', async () => {
    let tries = 0;
    const { runtime, send, feed, story } = paymentService((sandbox) => ({
      void: (key, signal) => ((tries += 1) === 1 ? hangs() : sandbox.void(key, signal)),
    }));
    await send('o1', authorizeWith('tok_approve'), authorize);
    await feed('o1');
    await send('o1', voidPayment, undo);
    const first = expect(feed('o1')).rejects.toMatchObject({ code: 'provider-timeout' });
    await runtime.advance(3_000);
    await first;
    expect(await story('o1')).not.toContain('PaymentVoided 900');
    await feed('o1');
    expect((await story('o1')).at(-1)).toBe('PaymentVoided 900');
  });
});

describe('money that moves', () => {
  it('is captured and refunded once, whatever is handed over again', async () => {
    const { send, feed, story, calls } = await captured();
    await send('o1', refundPayment('r1', 300), intent('refund'));
    await feed('o1');
    for (let again = 0; again < 3; again += 1) await feed('o1');
    expect(calls).toEqual(['refund o1 r1']);
    expect((await story('o1')).slice(-4)).toEqual([
      'PaymentCaptureRequested 900',
      'PaymentCaptured 900',
      'PaymentRefundRequested 300',
      'PaymentRefunded 300',
    ]);
  });

  it('that the provider refuses to refund is answered, and can be asked for again', async () => {
    const no = { kind: 'refused', code: 'closed', message: 'The account is closed.' } as const;
    const { send, feed, events } = await captured(() => ({ refund: () => Promise.resolve(no) }));
    await send('o1', refundPayment('r1', 900), intent('refund'));
    await feed('o1');
    expect((await events('o1')).at(-1)).toMatchObject({
      type: 'PaymentRequestRefused',
      data: { request: 'refund', refundId: 'r1', code: 'provider-refused', message: no.message },
      metadata: { commandKey: outcomeKey(intent('refund')) },
    });
    expect(await send('o1', refundPayment('r1', 900), intent('refund', 'do', 1))).toBe('appended');
    expect((await events('o1')).at(-1)?.type).toBe('PaymentRefundRequested');
  });

  it('is never unknown: a capture without an answer is tried again', async () => {
    let tries = 0;
    const { runtime, send, feed, story } = paymentService((sandbox) => ({
      capture: (...call) => ((tries += 1) === 1 ? hangs() : sandbox.capture(...call)),
    }));
    await send('o1', authorizeWith('tok_approve'), authorize);
    await feed('o1');
    await send('o1', capturePayment, capture);
    const first = expect(feed('o1')).rejects.toMatchObject({ code: 'provider-timeout' });
    await runtime.advance(3_000);
    await first;
    await feed('o1');
    expect((await story('o1')).slice(-2)).toEqual(['PaymentCaptureRequested 900', 'PaymentCaptured 900']);
  });
});
