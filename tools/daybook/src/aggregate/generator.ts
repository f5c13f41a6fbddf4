import { isShopService, type ServiceName } from '@daybook/contracts';
import { formatFiles, type GeneratorCallback, type Tree } from '@nx/devkit';
import { afterwards, generateContracts, generateInfra } from '../afterwards.ts';
import { namesOf } from '../names.ts';
import { refuse } from '../refused.ts';
import { registeredServices } from '../registry.ts';
import { addAggregate } from './add-aggregate.ts';
import { checkAggregate } from './check-aggregate.ts';
import { raiseVersion } from './raise-version.ts';

/** Options of `npx nx g daybook:aggregate`, as schema.json has them. */
export interface AggregateOptions {
  readonly name: string;
  readonly service: string;
  readonly plural?: string;
}

/** One more aggregate in a service. Nothing is written where something stands in its way. @throws GenerationRefused */
export async function aggregateGenerator(tree: Tree, options: AggregateOptions): Promise<GeneratorCallback> {
  const { name, service } = options;
  const services = registeredServices(tree);
  const own = [...services.keys()].filter((each) => !isShopService(each as ServiceName));
  const registered = services.get(service);
  if (registered === undefined) {
    const all = own.length === 0 ? 'none yet' : own.join(', ');
    return refuse(
      `There is no service ${service}: --service must be one that was generated (${all}). To begin one: npx nx g daybook:service ${service}`,
    );
  }
  if (!own.includes(service)) {
    return refuse(
      `${service} is put together by hand, around what an order needs of it, and simulated and verified as it is: nothing is added to it here. Begin a service of its own (npx nx g daybook:service), or write the aggregate after apps/${service}/domain and apps/${service}/src/main.ts.`,
    );
  }
  const names = namesOf(name, options.plural);
  checkAggregate(tree, service, names);

  addAggregate(tree, service, registered, names);
  const version = raiseVersion(tree, service, names);
  await formatFiles(tree);
  return afterwards(
    tree.root,
    [generateContracts, generateInfra],
    [
      `apps/${service} has ${names.manyWords}: its README says how to ask for them. Its contract is ${version}, not released yet.`,
      `Its tests: npx nx run-many -t lint typecheck test build -p ${service} ${service}-domain contracts`,
      `When it is as it should be: npx nx run contracts:release -- ${service}`,
    ],
  );
}
