import { formatFiles, type GeneratorCallback, type Tree } from '@nx/devkit';
import { addAggregate } from '../aggregate/add-aggregate.ts';
import { checkAggregate } from '../aggregate/check-aggregate.ts';
import { afterwards, generateContracts, generateInfra, install, release } from '../afterwards.ts';
import { checkName, namesOf, serviceNameLengthMax } from '../names.ts';
import { checkEventsContainer, checkRoomForHub, checkServiceIsNew, freePort, registeredServices } from '../registry.ts';
import { addService } from './add-service.ts';

/** Options of `npx nx g daybook:service`, as schema.json has them. */
export interface ServiceOptions {
  readonly name: string;
  readonly aggregate?: string;
  readonly plural?: string;
  readonly port?: number;
  readonly hub?: boolean;
}

/** A service with one aggregate. Nothing is written where something stands in its way. @throws GenerationRefused */
export async function serviceGenerator(tree: Tree, options: ServiceOptions): Promise<GeneratorCallback> {
  const { name, hub = true } = options;
  checkName('a service', name, serviceNameLengthMax);
  const services = registeredServices(tree);
  checkServiceIsNew(tree, services, name);
  if (hub) checkRoomForHub(services);
  const names = namesOf(options.aggregate ?? name, options.plural);
  checkAggregate(tree, name, names);
  checkEventsContainer(services, name, names.plural);

  const port = freePort(services, options.port);
  const registered = { port, events: names.plural, publishes: hub, takesCommands: false };
  addService(tree, name, registered);
  addAggregate(tree, name, registered, names);
  await formatFiles(tree);
  return afterwards(
    tree.root,
    [install, generateContracts, release(name), generateInfra],
    [
      `apps/${name} is there, on port ${port}: its README says how to ask it. Look at it, and commit it whole.`,
      `Its tests: npx nx run-many -t lint typecheck test build -p ${name} ${name}-domain contracts`,
      'What people decide before it goes to a cluster: tools/daybook/README.md',
    ],
  );
}
