import { sampleOf, samplesLackingOne } from './testing.ts';

const order = {
  type: 'object',
  required: ['orderId', 'lines'],
  properties: {
    orderId: { type: 'string' },
    currency: { type: 'string', examples: ['GBP'] },
    lines: {
      type: 'array',
      items: { type: 'object', required: ['quantity'], properties: { quantity: { type: 'integer' } } },
    },
    payment: { type: 'object', required: ['token'], properties: { token: { type: 'string' } } },
  },
};
const whole = { orderId: 'x', currency: 'GBP', lines: [{ quantity: 1 }], payment: { token: 'x' } };

it('a sample has what an expectation names', () => {
  expect(sampleOf(order)).toEqual(whole);
  expect([{ type: 'boolean' }, { const: '1.0' }, { type: 'number' }].map(sampleOf)).toEqual([true, '1.0', 1]);
});

it('each thing that is required is missing once', () => {
  const { orderId: _orderId, ...noId } = whole;
  const { lines: _lines, ...noLines } = whole;
  expect(samplesLackingOne(order)).toEqual([
    { lacking: 'orderId', sample: noId },
    { lacking: 'lines', sample: noLines },
    { lacking: 'lines[].quantity', sample: { ...whole, lines: [{}] } },
    { lacking: 'payment.token', sample: { ...whole, payment: {} } },
  ]);
});

it('an expectation that leaves a type open has no sample', () => {
  expect(() => sampleOf({ type: 'object', properties: { data: {} } })).toThrow('must say the type of everything');
});
