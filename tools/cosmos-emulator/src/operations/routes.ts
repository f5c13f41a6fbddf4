import type { EmulatorRequest, EmulatorResponse, JsonObject } from '../protocol/message.ts';
import { isObject, jsonResponse } from '../protocol/message.ts';
import { notFound, Refusal, unsupported } from '../protocol/refusal.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import { containerResource, databaseResource } from '../storage/catalog.ts';
import { batchOperation } from './batch.ts';
import { changeFeedPage } from './change-feed.ts';
import { checkDefinition, checkName, checkReplacement } from './containers.ts';
import { parseBody, seconds } from './context.ts';
import type { Services } from './context.ts';
import { itemOperation } from './items.ts';
import type { Operation } from './operation.ts';
import { queryItems, queryPlan, queryResources } from './query.ts';

const resource = (status: number, value: JsonObject): EmulatorResponse =>
  jsonResponse(status, value, { etag: String(value['_etag'] ?? '') });
const list = (name: string, rid: string, values: readonly JsonObject[]): EmulatorResponse =>
  jsonResponse(200, { _rid: rid, [name]: values, _count: values.length });
const gone: EmulatorResponse = { status: 204, headers: {}, body: '' };

const account = (origin: string): EmulatorResponse => {
  const locations = [{ name: 'Local', databaseAccountEndpoint: origin }];
  return jsonResponse(200, {
    // Not "localhost": the SDK would drop the locations and read the account before every request.
    id: 'daybook',
    _rid: 'daybook.local',
    _self: '',
    _dbs: '//dbs/',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
  });
};

const partitionRanges = (services: Services, container: ContainerRecord): EmulatorResponse => {
  const ranges = services.ranges.of(container.number);
  const values = ranges.map((range) => ({
    id: String(range.id),
    minInclusive: range.minInclusive,
    maxExclusive: range.maxExclusive,
    ridPrefix: range.id,
    throughputFraction: 1 / ranges.length,
    status: 'online',
    parents: range.parents.map(String),
  }));
  return list('PartitionKeyRanges', container.rid, values);
};

const offers = (services: Services): readonly JsonObject[] =>
  services.catalog
    .databases()
    .flatMap((database) => services.catalog.containers(database))
    .map((container): JsonObject => {
      const { _self, _rid } = containerResource(container);
      const offer = { offerVersion: 'V2', resource: String(_self), offerResourceId: String(_rid) };
      return {
        id: `offer${container.number}`,
        _rid: `offer${container.number}`,
        ...offer,
        content: { offerThroughput: 400 },
      };
    });

const createDatabase = (services: Services, request: EmulatorRequest): EmulatorResponse => {
  const body = parseBody(request);
  const name = checkName(isObject(body) ? body['id'] : undefined);
  return resource(201, databaseResource(services.catalog.createDatabase(name, seconds(services))));
};

const readOffer = (services: Services, id: string | undefined): EmulatorResponse => {
  const found = offers(services).find((offer) => offer['id'] === id);
  if (found === undefined) throw notFound(`offers/${id ?? ''}`);
  return resource(200, found);
};

/** Runs an operation within the running transaction. Throws refusals. */
export const route = (
  services: Services,
  request: EmulatorRequest,
  operation: Operation,
  origin: string,
): EmulatorResponse => {
  const { catalog } = services;
  const { kind, database = '', container = '', id } = operation;
  const addressed = (): ContainerRecord => catalog.container(database, container, false);
  const owner = (): ContainerRecord => catalog.container(database, container, true);
  const databases = (): readonly JsonObject[] => catalog.databases().map(databaseResource);
  const containers = (): readonly JsonObject[] => catalog.containers(catalog.database(database)).map(containerResource);
  switch (kind) {
    case 'read-account':
      return account(origin);
    case 'create-database':
      return createDatabase(services, request);
    case 'read-database':
      return resource(200, databaseResource(catalog.database(database)));
    case 'delete-database':
      catalog.deleteDatabase(database);
      return gone;
    case 'list-database':
      return list('Databases', '', databases());
    case 'query-database':
      return queryResources(request, 'Databases', databases());
    case 'create-container': {
      const definition = checkDefinition(parseBody(request));
      const created = catalog.createContainer(catalog.database(database), definition, seconds(services));
      return resource(201, containerResource(created));
    }
    case 'read-container':
      return resource(200, containerResource(addressed()));
    case 'replace-container': {
      const definition = checkReplacement(addressed().definition, parseBody(request));
      catalog.replaceContainer(addressed(), definition, seconds(services));
      return resource(200, containerResource(addressed()));
    }
    case 'delete-container':
      catalog.deleteContainer(addressed());
      return gone;
    case 'list-container':
      return list('DocumentCollections', catalog.database(database).rid, containers());
    case 'query-container':
      return queryResources(request, 'DocumentCollections', containers());
    case 'list-ranges':
      return partitionRanges(services, owner());
    case 'list-offer':
      return list('Offers', '', offers(services));
    case 'query-offer':
      return queryResources(request, 'Offers', offers(services));
    case 'read-offer':
      return readOffer(services, id);
    case 'replace-offer':
      throw unsupported('Changing throughput', 'Leave it out: nothing is throttled here.');
    case 'create-item':
    case 'upsert-item':
    case 'read-item':
    case 'replace-item':
    case 'patch-item':
    case 'delete-item':
      return itemOperation(services, request, owner(), kind, id);
    case 'batch':
      return batchOperation(services, request, owner());
    case 'query':
    case 'read-feed':
      return queryItems(services, request, owner());
    case 'query-plan':
      owner();
      return queryPlan();
    case 'change-feed':
      return changeFeedPage(services, request, owner());
    case 'delete-partition':
      throw unsupported('Deleting a whole partition', 'Delete its items one by one.');
    case 'manage-script':
    case 'execute-script':
      throw unsupported('Code in the database', 'Use a transactional batch.');
    case 'not-allowed':
      throw new Refusal(405, `The method ${request.method} is not supported for ${request.path} by this emulator.`);
    case 'unknown':
      throw unsupported(`The resource ${request.path}`, 'See the README of the emulator.');
  }
};
