import type { Tree } from '@nx/devkit';
import { register, registeredServices, registryFile } from '../registry.ts';
import { repositoryTree } from '../test-support/repository.ts';
import { serviceGenerator, type ServiceOptions } from './generator.ts';

// Prettier cannot be loaded here; that what is generated is formatted is seen in generated.int.spec.ts.
process.env['NX_SKIP_FORMAT'] = 'true';

let tree: Tree;
beforeEach(() => {
  tree = repositoryTree();
});

const generate = (options: ServiceOptions): Promise<unknown> => serviceGenerator(tree, options);
const text = (file: string): string => tree.read(file, 'utf8') ?? '';
const replaceIn = (file: string, from: string | RegExp, to: string): void =>
  tree.write(file, text(file).replace(from, to));

describe('a service', () => {
  it('is entered wherever all services are listed', async () => {
    await generate({ name: 'shipping', aggregate: 'shipment' });
    expect(registeredServices(tree).get('shipping')).toEqual({
      ...{ port: 4105, events: 'shipments', publishes: true, takesCommands: false },
    });
    expect(text('libs/contracts/src/versions.ts')).toContain("  shipping: '1.0.0',\n};");
    expect(text('libs/contracts/src/http/endpoints.ts')).toContain(
      'shipping: [...shipmentEndpoints, ...commonEndpoints],',
    );
    expect(text('libs/contracts/src/wire/catalogues.ts')).toContain('shipping: { ...shipmentEvents }');
    expect(text('libs/contracts/src/http/scopes.ts')).toContain("'Shipments', 'Operations']");
    expect(text('.github/workflows/rollback.yaml')).toContain(
      'options: [order, inventory, payment, fulfilment, shipping]',
    );
    expect(text('README.md')).toContain('  shipping      http://127.0.0.1:4105\n  Cosmos DB');
  });

  it('publishes its events, unless it has no hub', async () => {
    await generate({ name: 'shipping', aggregate: 'shipment' });
    await generate({ name: 'gift-shop', aggregate: 'gift-card', hub: false });
    const manifest = (app: string): object => JSON.parse(text(`apps/${app}/package.json`)).dependencies as object;
    expect(text('apps/shipping/src/main.ts')).toContain("eventRoute('shipping-events', 'shipping')");
    expect(manifest('shipping')).toHaveProperty('@daybook/messaging');
    expect(registeredServices(tree).get('gift-shop')).toMatchObject({ port: 4106, publishes: false });
    expect(text('apps/gift-shop/src/main.ts')).not.toContain('relay');
    expect(manifest('gift-shop')).not.toHaveProperty('@daybook/messaging');
  });

  it('is deployed as the others are, as itself and without a hub that it would be scaled by', async () => {
    const identity = 'apps/payment/deploy/overlays/dev/identity.yaml';
    replaceIn(identity, /client-id: .*/, 'client-id: 11111111-0000-0000-0000-000000000000');
    replaceIn(identity, /identityId: .*/, 'identityId: 22222222-0000-0000-0000-000000000000');
    await generate({ name: 'shipping' });
    const below = (folder: string): string[] =>
      tree
        .children(folder)
        .sort()
        .flatMap((name) => (tree.isFile(`${folder}/${name}`) ? [name] : below(`${folder}/${name}`)));
    // The dashboard is made with the rest of monitoring.
    expect(below('apps/shipping/deploy')).toEqual(
      below('apps/payment/deploy').filter((name) => name !== 'dashboard.json'),
    );
    const deployed = tree.listChanges().filter(({ path }) => /^apps\/shipping\/(deploy|Dockerfile)/.test(path));
    for (const { path } of deployed) expect(text(path)).not.toMatch(/payment|commands|eventhub/);
    const own = text('apps/shipping/deploy/overlays/dev/identity.yaml');
    expect(own).toContain('client-id: 00000000-0000-0000-0000-000000000000');
    expect(own).toContain('identityId: 22222222-0000-0000-0000-000000000000');
  });

  it('gets the next port that is free, or the one that was asked for', async () => {
    for (const name of ['one', 'two', 'three', 'four'])
      tree.write(registryFile, register(text(registryFile), `${name}x`, sink));
    await generate({ name: 'shipping', hub: false });
    await generate({ name: 'catering', hub: false, port: 4200 });
    // 4109 is the issuer's.
    const ports = [...registeredServices(tree)].map(([name, { port }]) => [name, port]);
    expect(ports.slice(-2)).toEqual([
      ['shipping', 4110],
      ['catering', 4200],
    ]);
  });

  it('finds its place also in lists that are broken into lines', async () => {
    const entry = "port: 4104, events: 'sagas', publishes: false, takesCommands: false";
    replaceIn(registryFile, `{ ${entry} }`, `{\n    ${entry.replaceAll(', ', ',\n    ')},\n  }`);
    const rollback = '.github/workflows/rollback.yaml';
    replaceIn(rollback, /options: \[order(.*)\]/, 'options:\n          [\n            order$1,\n          ]');
    await generate({ name: 'shipping' });
    expect([...registeredServices(tree).keys()].slice(-2)).toEqual(['fulfilment', 'shipping']);
    expect(text(rollback)).toContain('[order, inventory, payment, fulfilment, shipping]');
  });

  const sink = { port: 4108, events: 'sinks', publishes: false, takesCommands: false };
});

describe('is refused, and nothing is written', () => {
  it.each<[string, ServiceOptions, RegExp]>([
    ['a name of another form', { name: 'Shipping' }, /"Shipping" cannot be the name of a service/],
    ['a service that is there', { name: 'payment' }, /There is a service payment already.*daybook:aggregate/],
    ['a library', { name: 'saga' }, /"saga" is the name of something else here/],
    ['a tool', { name: 'local' }, /"local" is the name of something else/],
    ['another app', { name: 'e2e' }, /"e2e" is the name of something else/],
    ['an identity', { name: 'operator' }, /"operator" is the name of something else/],
    ['a process', { name: 'azurite' }, /"azurite" is the name of something else/],
    ['a port in use', { name: 'shipping', port: 4102 }, /Port 4102 is used by inventory: choose another one/],
    ['a port of an emulator', { name: 'shipping', port: 8081 }, /Port 8081 is used by cosmos/],
    ['a port that is none', { name: 'shipping', port: 80 }, /--port must be a number from 1024 to 60000/],
    [
      'an aggregate that is there',
      { name: 'shipping', aggregate: 'order' },
      /There is an aggregate order already: apps\/order/,
    ],
    ['a path that all have', { name: 'shipping', aggregate: 'feed' }, /\/v1\/feeds is there in every service/],
    ['a name in the contracts', { name: 'shipping', aggregate: 'saga' }, /SagaStatus is in the contracts already/],
    ['another scope', { name: 'shipping', aggregate: 'box', plural: 'operations' }, /'Operations' is in the contracts/],
    [
      'a container that is there',
      { name: 'shipping', aggregate: 'order-lease' },
      /There is a container order-leases already/,
    ],
    ['a word of JavaScript', { name: 'shipping', aggregate: 'package' }, /"package" means something else/],
  ])('%s', async (_case, options, why) => {
    const before = tree.listChanges().length;
    await expect(generate(options)).rejects.toThrow(why);
    expect(tree.listChanges()).toHaveLength(before);
  });

  it('a second time', async () => {
    await generate({ name: 'shipping' });
    await expect(generate({ name: 'shipping', aggregate: 'parcel' })).rejects.toThrow(
      /There is a service shipping already/,
    );
  });

  it('a hub more than there is room for', async () => {
    await generate({ name: 'shipping' });
    await expect(generate({ name: 'catering' })).rejects.toThrow(
      /There are 8 hubs, and 8 are what a namespace of Event Hubs has room for here: with --no-hub/,
    );
    await generate({ name: 'catering', hub: false });
  });

  it.each<[string, string | RegExp, string, RegExp]>([
    [registryFile, 'port: 4101,', 'port: first,', /services\.ts: expected an entry "name: \{ port/],
    [
      registryFile,
      'export const services = {',
      'const list = {',
      /services\.ts: expected the list "export const services/,
    ],
    [
      'libs/contracts/src/versions.ts',
      'contractVersions',
      'versions',
      /versions\.ts: expected the object "export const contractVersions/,
    ],
    ['libs/contracts/src/http/scopes.ts', "'Operations'", "'Running'", /scopes\.ts: expected the list "scopeAreas/],
    ['libs/contracts/src/streams.ts', 'sagaStream', 'streamOfSaga', /streams\.ts: expected the stream of sagas/],
    [
      '.github/workflows/rollback.yaml',
      'options: [order',
      'options: order',
      /rollback\.yaml: expected the services that can be chosen/,
    ],
    [
      'apps/payment/deploy/overlays/dev/scale.yaml',
      '/spec/triggers/2/',
      '/spec/triggers/3/',
      /scale\.yaml: expected the address/,
    ],
  ])('where %s has another form, which is named', async (file, from, to, why) => {
    replaceIn(file, from, to);
    await expect(generate({ name: 'shipping' })).rejects.toThrow(why);
  });
});
