import { checkPersonalData, personalFieldNames, withoutPersonalData } from './personal-data.ts';

const shipping = { OrderSubmitted: [{ path: 'shipTo', subject: 'customerId' }], OrderDrafted: [] };

describe('Personal data: a map of personal data', () => {
  it('that can work is accepted', () => {
    expect(() => checkPersonalData(shipping)).not.toThrow();
    expect(() => checkPersonalData({ A: [{ path: 'to.address', subject: 'to.id' }] })).not.toThrow();
  });

  it.each([
    ['a path that is none', [{ path: 'lines[0].note', subject: 'id' }]],
    ['a field that holds its own subject', [{ path: 'to', subject: 'to.id' }]],
    ['a field twice removed', [{ path: 'to', subject: 'id' }, { path: 'to.name', subject: 'id' }]], // prettier-ignore
    ['a subject that is encrypted', [{ path: 'to', subject: 'who.id' }, { path: 'who', subject: 'id' }]], // prettier-ignore
  ])('with %s is refused', (_, fields) => {
    expect(() => checkPersonalData({ A: fields })).toThrow(TypeError);
  });
});

describe('Personal data: logs', () => {
  const names = personalFieldNames({ ...shipping, B: [{ path: 'to.address', subject: 'id' }] });

  it('leave personal fields out wherever they are', () => {
    const fields = { err: { event: { data: { shipTo: { name: 'Ada' }, total: 3 } } }, list: [{ address: 'x' }], n: 1 };
    expect(withoutPersonalData(fields, names)).toEqual({
      err: { event: { data: { shipTo: '[personal]', total: 3 } } },
      list: [{ address: '[personal]' }],
      n: 1,
    });
  });

  it('end what has no end', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(JSON.stringify(withoutPersonalData(circle, names))).toContain('[too deep]');
  });
});
