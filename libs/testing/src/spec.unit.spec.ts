import { type Decider, refuse } from '@daybook/ports';
import { spec } from './spec.ts';

interface Door {
  readonly open: boolean;
}
type DoorEvent = { readonly type: 'Opened' } | { readonly type: 'Closed' };

const door: Decider<'open' | 'close', DoorEvent, Door> = {
  initial: { open: false },
  decide(command, { open }) {
    if (command === 'open') return open ? [] : [{ type: 'Opened' }];
    return open ? [{ type: 'Closed' }] : refuse('door-closed', 'The door is closed already.', { open });
  },
  evolve: (_state, { type }) => ({ open: type === 'Opened' }),
};

describe('spec', () => {
  it('holds for what a decider does, does not do and refuses', () => {
    spec(door).given().when('open').then({ type: 'Opened' });
    spec(door).given({ type: 'Opened' }).when('open').then();
    spec(door).given({ type: 'Opened' }, { type: 'Closed' }).when('close').thenRefused('door-closed', { open: false });
  });

  it('fails for anything else', () => {
    const closing = spec(door).given({ type: 'Opened' }).when('close');
    expect(() => closing.then()).toThrow();
    expect(() => closing.thenRefused('door-closed')).toThrow();
    expect(() => spec(door).given().when('close').then()).toThrow();
    expect(() => spec(door).given().when('close').thenRefused('other')).toThrow();
  });
});
