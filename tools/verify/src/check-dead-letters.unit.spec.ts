import { eachService, serviceNames } from '@daybook/contracts';
import { createDeadLetters } from '@daybook/messaging';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { checkDeadLetters, deadLetterRule } from './check-dead-letters.ts';

function world() {
  const runtime = virtualRuntime();
  const letters = (name: string) =>
    memoryContainer({ name, runtime, partitionKey: ({ partition }) => String(partition) });
  const containers = eachService(letters);
  return { runtime, containers };
}

describe('the dead letters', () => {
  it('are looked through, and are empty where all is well', async () => {
    const { runtime, containers } = world();
    expect(await checkDeadLetters(containers, runtime)).toEqual({ count: serviceNames.length, findings: [] });
  });

  it('are findings, parked alone or with their key', async () => {
    const { runtime, containers } = world();
    const message = (key: string, sequenceNumber: number) => ({
      ...{ messageId: `m${sequenceNumber}`, key, body: {}, partitionId: '0', sequenceNumber },
      ...{ offset: String(sequenceNumber), enqueuedAtMs: 0 },
    });
    const error = new Error('bad');
    const inventory = createDeadLetters({ container: containers.inventory, runtime });
    await inventory.parkAlone('inventory-commands', message('stock-85123A', 1), error, 1);
    const fulfilment = createDeadLetters({ container: containers.fulfilment, runtime });
    await fulfilment.park('saga-inputs', message('FulfilOrder:o1', 2), error, 5);
    await fulfilment.parkBehind('saga-inputs', message('FulfilOrder:o1', 3));
    const { findings } = await checkDeadLetters(containers, runtime);
    expect(findings).toEqual([
      {
        rule: deadLetterRule,
        where: 'inventory-dead-letters',
        message: 'inventory-commands: m1 for stock-85123A after 1 attempts: bad',
      },
      {
        rule: deadLetterRule,
        where: 'fulfilment-dead-letters',
        message: 'saga-inputs: m2 for FulfilOrder:o1 after 5 attempts: bad',
      },
      {
        rule: deadLetterRule,
        where: 'fulfilment-dead-letters',
        message: 'saga-inputs: m3 for FulfilOrder:o1 after 0 attempts: behind a parked message of its key',
      },
    ]);
  });
});
