import { createLog } from './log.ts';

const lines: string[] = [];
const log = createLog('order', 'info', { write: (line: string) => void lines.push(line) });
beforeEach(() => void lines.splice(0));

const shipTo = { name: 'Ada Lovelace', address: ['12 St James Square'] };
const written = (): Record<string, unknown> => JSON.parse(lines.join('')) as Record<string, unknown>;

it('writes an object a line: service, level, time, fields, message', () => {
  log.info({ port: 1 }, 'listening');
  expect(written()).toEqual({
    level: 30,
    time: expect.any(String),
    name: 'order',
    service: 'order',
    port: 1,
    msg: 'listening',
  });
});

it('leaves out personal data and what pays, wherever they are', () => {
  log.warn({ shipTo, event: { data: { shipTo, orderId: 'o1' } }, payment: { token: 'tok_1' } }, 'odd');
  expect(written()).toMatchObject({
    shipTo: '[personal]',
    event: { data: { shipTo: '[personal]', orderId: 'o1' } },
    payment: { token: '[personal]' },
  });
  expect(lines.join('')).not.toMatch(/Lovelace|James|tok_1/);
});

it('writes errors with message, stack and fields, and without personal data or the text of a request', () => {
  const cause = new Error('inner');
  const error = Object.assign(new Error('cannot', { cause }), {
    code: 'bad',
    event: { shipTo },
    body: JSON.stringify(shipTo),
  });
  log.error({ err: error, hub: 'orders' }, 'failed');
  expect(written()).toMatchObject({
    hub: 'orders',
    err: {
      type: 'Error',
      message: 'cannot: inner',
      code: 'bad',
      event: { shipTo: '[personal]' },
      stack: expect.stringContaining('log.unit.spec'),
    },
  });
  expect(lines.join('')).not.toMatch(/Lovelace|James/);
});

it('writes something of what is thrown and no error', () => {
  log.error({ err: 'Ada Lovelace' }, 'failed');
  expect(written()['err']).toEqual({ value: 'string' });
});
