import { type Fault, memoryContainer, virtualRuntime } from '@daybook/ports';
import { createRegistries } from './registries.ts';

function registriesWith(faults: (Fault | undefined)[]) {
  const runtime = virtualRuntime();
  const container = memoryContainer({
    ...{ name: 'read-models', partitionKey: ({ id }) => id, runtime },
    faults: () => faults.shift(),
  });
  return { runtime, registries: createRegistries(container, runtime) };
}

describe('the registry of a read model, when a service starts', () => {
  it('is found although the database is away or busy for a moment, or an answer is lost', async () => {
    const { runtime, registries } = registriesWith(['before', 'throttled', undefined, 'executed-but-lost']);
    const ensured = registries.ensure('orders', 1);
    await runtime.advance(30_000);
    expect(await ensured).toMatchObject({ serving: 1 });
    expect(await registries.read('orders')).toEqual(await ensured);
  });

  it('is given up where the database stays away', async () => {
    const { runtime, registries } = registriesWith(Array.from({ length: 50 }, () => 'before' as const));
    const refused = expect(registries.ensure('orders', 1)).rejects.toMatchObject({ code: 'unavailable' });
    await runtime.advance(60_000);
    await refused;
  });
});
