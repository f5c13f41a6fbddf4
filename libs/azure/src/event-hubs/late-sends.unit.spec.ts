import { AwaitableSender } from 'rhea-promise';
import { surviveLateSends } from './late-sends.ts';

/** A sender as it is when its timer fires, over a link in this state. */
const senderOver = (link: object): AwaitableSender =>
  Object.assign(Object.create(AwaitableSender.prototype) as AwaitableSender, { _link: link });

describe('the address of a link', () => {
  it('whose connection broke can be read: the error of a send that took too long names it, in a timer', () => {
    surviveLateSends();
    surviveLateSends();
    expect(senderOver({ source: undefined }).address).toBeUndefined();
  });

  it('is otherwise what it was', () => {
    surviveLateSends();
    expect(senderOver({ source: { address: 'orders' } }).address).toBe('orders');
  });
});
