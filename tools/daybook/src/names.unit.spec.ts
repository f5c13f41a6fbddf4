import { checkName, namesOf } from './names.ts';

it('a name has the forms that code, paths and texts need', () => {
  expect(namesOf('gift-card')).toEqual({
    ...{ aggregate: 'gift-card', plural: 'gift-cards', thing: 'giftCard', things: 'giftCards' },
    ...{ Thing: 'GiftCard', Things: 'GiftCards', words: 'gift card', Words: 'Gift card' },
    ...{ manyWords: 'gift cards', ManyWords: 'Gift cards', a: 'a', AWords: 'A gift card' },
  });
});

it.each([
  ['shipment', 'shipments', 'a'],
  ['entry', 'entries', 'an'],
  ['survey', 'surveys', 'a'],
  ['box', 'boxes', 'a'],
  ['batch', 'batches', 'a'],
  ['address', 'addresses', 'an'],
])('many of %s are %s', (one, many, a) => {
  expect(namesOf(one)).toMatchObject({ plural: many, a });
});

it('many may have a name of their own', () => {
  expect(namesOf('person', 'people')).toMatchObject({ plural: 'people', things: 'people', Things: 'People' });
});

it.each([
  '',
  'sh',
  'Shipping',
  'shipping_2',
  '2ship',
  'ship--ping',
  '-ship',
  'ship-',
  'ship-2',
  'über',
  's'.repeat(21),
])('"%s" is no name of a service', (name) => {
  expect(() => checkName('a service', name, 20)).toThrow(/cannot be the name of a service: use 3 to 20 small letters/);
});

it.each([
  ['class', undefined, /"class" means something else in the code/],
  ['status', undefined, /"status" means something else/],
  ['answer', undefined, /"answer" means something else/],
  ['story', 'runtime', /"story" means something else/],
  ['goods', 'goods', /One and many are both called "goods"/],
  ['person', 'Persons', /"Persons" cannot be the name of many of an aggregate/],
])('%s, many of it %s, is no name of an aggregate', (one, many, why) => {
  expect(() => namesOf(one, many)).toThrow(why);
});
