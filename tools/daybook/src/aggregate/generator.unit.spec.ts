import type { Tree } from '@nx/devkit';
import { serviceGenerator } from '../service/generator.ts';
import { repositoryTree } from '../test-support/repository.ts';
import { aggregateGenerator } from './generator.ts';

// Prettier cannot be loaded here; that what is generated is formatted is seen in generated.int.spec.ts.
process.env['NX_SKIP_FORMAT'] = 'true';

let tree: Tree;
beforeEach(async () => {
  tree = repositoryTree();
  await serviceGenerator(tree, { name: 'shipping', aggregate: 'shipment' });
});

const generate = (name: string, service = 'shipping', plural?: string): Promise<unknown> =>
  aggregateGenerator(tree, { name, service, ...(plural === undefined ? {} : { plural }) });
const text = (file: string): string => tree.read(file, 'utf8') ?? '';
const released = (version: string): void =>
  tree.write('libs/contracts/producers/shipping/released.json', JSON.stringify({ version }));

describe('another aggregate', () => {
  it('joins the service: routes, composition, contracts', async () => {
    await generate('gift-card');
    expect(text('apps/shipping/src/http/routes.ts')).toContain('EventReading & ShipmentRoutes & GiftCardRoutes;');
    expect(text('apps/shipping/src/http/routes.ts')).toContain(
      '  router.use(shipmentRoutes(parts));\n  router.use(giftCardRoutes(parts));\n  return router;',
    );
    expect(text('apps/shipping/src/main.ts')).toContain(
      'shipments, shipmentSummaries, giftCards, giftCardSummaries })',
    );
    expect(text('apps/shipping/src/main.ts')).toContain(
      "import { giftCardEvents, shipmentEvents } from '@daybook/contracts'",
    );
    expect(text('libs/contracts/src/http/endpoints.ts')).toContain(
      'shipping: [...shipmentEndpoints, ...giftCardEndpoints, ...commonEndpoints]',
    );
    expect(text('libs/contracts/src/wire/catalogues.ts')).toContain(
      'shipping: { ...shipmentEvents, ...giftCardEvents }',
    );
    expect(text('apps/shipping/README.md')).toMatch(/## Shipments[^]*\n\n## Gift cards[^]*\n\n## Run it/);
  });

  it('is the next minor version of the contract, once for all that comes before the next release', async () => {
    const changelog = 'libs/contracts/producers/shipping/CHANGELOG.md';
    released('1.0.0');
    await generate('parcel');
    expect(text('libs/contracts/src/versions.ts')).toContain("shipping: '1.1.0'");
    await generate('pallet');
    expect(text('libs/contracts/src/versions.ts')).toContain("shipping: '1.1.0'");
    expect(text(changelog)).toMatch(/## 1\.1\.0\n\n- .*pallets.*\n- .*parcels.*\n\n## 1\.0\.0/);
    released('1.1.0');
    await generate('crate');
    expect(text('libs/contracts/src/versions.ts')).toContain("shipping: '1.2.0'");
  });

  it('is said in the newest section of the changelog of the service', async () => {
    tree.write('apps/shipping/CHANGELOG.md', '# Log\n\n## 0.2.0\n\n- New.\n\n## 0.1.0\n\n- Old.\n');
    await generate('parcel');
    expect(text('apps/shipping/CHANGELOG.md')).toMatch(
      /^# Log\n\n## 0\.2\.0\n\n- Parcels .*\n- New\.\n\n## 0\.1\.0\n\n- Old\.\n$/,
    );
  });
});

describe('is refused', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a service that is not there',
      'parcel',
      'nobody',
      /There is no service nobody.*\(shipping\).*npx nx g daybook:service nobody/,
    ],
    ['a service that was not generated', 'parcel', 'order', /order is put together by hand/],
    ['the orchestrator', 'parcel', 'fulfilment', /fulfilment is put together by hand/],
    ['an aggregate that is there', 'shipment', 'shipping', /There is an aggregate shipment already: apps\/shipping/],
    ['one whose streams would be taken for those of another', 'shipment-note', 'shipping', /would begin alike/],
    ['a name of another form', 'Parcel', 'shipping', /"Parcel" cannot be the name of an aggregate/],
  ])('%s', async (_case, name, service, why) => {
    const before = tree.listChanges().length;
    await expect(generate(name, service)).rejects.toThrow(why);
    expect(tree.listChanges()).toHaveLength(before);
  });

  it.each<[string, string | RegExp, string, RegExp]>([
    [
      'apps/shipping/src/main.ts',
      'await service.run(',
      'void service.run(',
      /main\.ts: expected "await service\.run\(serviceRoutes/,
    ],
    [
      'apps/shipping/src/http/routes.ts',
      'return router;',
      'return app;',
      /routes\.ts: expected the statement "return router;"/,
    ],
    [
      'libs/contracts/src/wire/catalogues.ts',
      'shipping: {',
      'shipping: all({',
      /catalogues\.ts: expected "shipping: \{ \.\.\.…Events \},"/,
    ],
  ])('where %s was changed so that there is no place for it', async (file, from, to, why) => {
    tree.write(file, text(file).replace(from, to));
    await expect(generate('parcel')).rejects.toThrow(why);
  });
});
