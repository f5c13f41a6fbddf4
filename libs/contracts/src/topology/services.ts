/**
 * Which services there are. Everything that is done for each of them follows from here: containers, hubs, roles, ports on a laptop, lists of
 * the operators' tools, infrastructure. A new service is a new entry (`npx nx g daybook:service`).
 */
export interface ServiceDefinition {
  /** Where it listens on a laptop. */
  readonly port: number;
  /** The container of its events. */
  readonly events: string;
  /** Its events go to everybody, over the hub `<service>-events`. */
  readonly publishes: boolean;
  /** Sagas may send it commands, over the hub `<service>-commands`, and it answers over `saga-inputs`. */
  readonly takesCommands: boolean;
}

export const services = {
  order: { port: 4101, events: 'orders', publishes: true, takesCommands: true },
  inventory: { port: 4102, events: 'stock', publishes: true, takesCommands: true },
  payment: { port: 4103, events: 'payments', publishes: true, takesCommands: true },
  // The orchestrator: it gives commands, and what it records is nobody else's business.
  fulfilment: { port: 4104, events: 'sagas', publishes: false, takesCommands: false },
} as const satisfies Readonly<Record<string, ServiceDefinition>>;

export type ServiceName = keyof typeof services;

export const serviceNames = Object.keys(services) as readonly ServiceName[];

/** The services that an order goes through: of these it is known what they do for it. */
export const shopServices = ['order', 'inventory', 'payment', 'fulfilment'] as const satisfies readonly ServiceName[];
export type ShopService = (typeof shopServices)[number];
export const isShopService = (service: ServiceName): service is ShopService =>
  shopServices.some((name) => name === service);

/** Names of the services for which a property holds. */
type ServiceWith<Property extends keyof ServiceDefinition> = {
  [S in ServiceName]: (typeof services)[S][Property] extends true ? S : never;
}[ServiceName];

/** The services whose events go out, and those that sagas command, in the order of the list. */
export const publishers = serviceNames.filter(
  (name) => services[name].publishes,
) as readonly ServiceWith<'publishes'>[];
export const participants = serviceNames.filter(
  (name) => services[name].takesCommands,
) as readonly ServiceWith<'takesCommands'>[];

export const isPublisher = (service: ServiceName): service is (typeof publishers)[number] =>
  publishers.some((name) => name === service);

/** Something for each service, by its name. */
export function eachService<T>(make: (service: ServiceName) => T): Readonly<Record<ServiceName, T>> {
  return Object.fromEntries(serviceNames.map((name) => [name, make(name)])) as Record<ServiceName, T>;
}
