import { parseConfig } from './config.ts';

describe('the configuration', () => {
  it('lists hubs with partitions and consumer groups', () => {
    const text = '{"hubs":[{"name":"orders","partitions":4,"consumerGroups":["projections","$default"]}]}';
    expect(parseConfig(text)).toEqual([{ name: 'orders', partitions: 4, consumerGroups: ['projections', '$Default'] }]);
  });

  it.each([
    ['not JSON', '{', 'not JSON'],
    ['no hubs', '{}', 'a list "hubs"'],
    ['an unknown field', '{"hubs":[],"hub":1}', 'a field "hub"'],
    ['a hub without a name', '{"hubs":[{"partitions":1}]}', 'hubs[0].name'],
    ['no partitions', '{"hubs":[{"name":"a","partitions":0}]}', 'hubs[0].partitions'],
    ['a misspelt field', '{"hubs":[{"name":"a","partitions":1,"groups":[]}]}', 'a field "groups"'],
    ['a name with a slash', '{"hubs":[{"name":"a/b","partitions":1}]}', 'hubs[0].name'],
    ['a hub twice', '{"hubs":[{"name":"a","partitions":1},{"name":"A","partitions":1}]}', 'twice'],
    ['a group twice', '{"hubs":[{"name":"a","partitions":1,"consumerGroups":["g","G"]}]}', 'twice'],
    ['groups that are no list', '{"hubs":[{"name":"a","partitions":1,"consumerGroups":"g"}]}', 'must be a list'],
  ])('is refused with %s', (_name, text, message) => {
    expect(() => parseConfig(text)).toThrow(
      expect.objectContaining({ code: 'EmulatorConfigError', message: expect.stringContaining(message) }),
    );
  });
});
