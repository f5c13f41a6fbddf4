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
import { queryItems, queryPlan, queryResources } from './query.ts';

const isTrue = (request: EmulatorRequest, header: string): boolean => request.headers[header]?.toLowerCase() === 'true';
const isQuery = (request: EmulatorRequest): boolean =>
  isTrue(request, 'x-ms-documentdb-isquery') || request.headers['content-type'] === 'application/query+json';
const isPlan = (request: EmulatorRequest): boolean => isTrue(request, 'x-ms-cosmos-is-query-plan-request');

/** Whether a request may change anything. */
export const isWrite = (request: EmulatorRequest): boolean =>
  request.method !== 'GET' && !isQuery(request) && !isPlan(request);

const notAllowed = (request: EmulatorRequest): Refusal =>
  new Refusal(405, `The method ${request.method} is not supported for ${request.path} by this emulator.`);

const resource = (status: number, value: JsonObject): EmulatorResponse =>
  jsonResponse(status, value, { etag: String(value['_etag'] ?? '') });
const list = (name: string, rid: string, values: readonly JsonObject[]): EmulatorResponse =>
  jsonResponse(200, { _rid: rid, [name]: values, _count: values.length });
const gone: EmulatorResponse = { status: 204, headers: {}, body: '' };

const account = (request: EmulatorRequest, origin: string): EmulatorResponse => {
  if (request.method !== 'GET') throw notAllowed(request);
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

const databases = (services: Services, request: EmulatorRequest, id: string | undefined): EmulatorResponse => {
  const { catalog } = services;
  const all = (): JsonObject[] => catalog.databases().map(databaseResource);
  if (id === undefined) {
    if (request.method === 'GET') return list('Databases', '', all());
    if (request.method !== 'POST') throw notAllowed(request);
    if (isQuery(request)) return queryResources(request, 'Databases', all());
    const body = parseBody(request);
    const name = checkName(isObject(body) ? body['id'] : undefined);
    return resource(201, databaseResource(catalog.createDatabase(name, seconds(services))));
  }
  if (request.method === 'GET') return resource(200, databaseResource(catalog.database(id)));
  if (request.method !== 'DELETE') throw notAllowed(request);
  catalog.deleteDatabase(id);
  return gone;
};

const containers = (
  services: Services,
  request: EmulatorRequest,
  databaseId: string,
  id: string | undefined,
): EmulatorResponse => {
  const { catalog } = services;
  if (id === undefined) {
    const database = catalog.database(databaseId);
    const all = (): JsonObject[] => catalog.containers(database).map(containerResource);
    if (request.method === 'GET') return list('DocumentCollections', database.rid, all());
    if (request.method !== 'POST') throw notAllowed(request);
    if (isQuery(request)) return queryResources(request, 'DocumentCollections', all());
    const created = catalog.createContainer(database, checkDefinition(parseBody(request)), seconds(services));
    return resource(201, containerResource(created));
  }
  const container = catalog.container(databaseId, id, false);
  if (request.method === 'GET') return resource(200, containerResource(container));
  if (request.method === 'DELETE') {
    catalog.deleteContainer(container);
    return gone;
  }
  if (request.method !== 'PUT') throw notAllowed(request);
  const definition = checkReplacement(container.definition, parseBody(request));
  catalog.replaceContainer(container, definition, seconds(services));
  return resource(200, containerResource(catalog.container(databaseId, id, false)));
};

const partitionRanges = (services: Services, container: ContainerRecord): EmulatorResponse => {
  const { ranges } = services.store;
  const values = ranges.map((range) => ({
    id: String(range.id),
    minInclusive: range.minInclusive,
    maxExclusive: range.maxExclusive,
    ridPrefix: range.id,
    throughputFraction: 1 / ranges.length,
    status: 'online',
    parents: [],
  }));
  return list('PartitionKeyRanges', container.rid, values);
};

const documents = (
  services: Services,
  request: EmulatorRequest,
  container: ContainerRecord,
  id: string | undefined,
): EmulatorResponse => {
  if (id !== undefined) {
    if (request.method === 'POST') throw notAllowed(request);
    return itemOperation(services, request, container, id);
  }
  if (request.method === 'GET') {
    return request.headers['a-im'] === undefined
      ? queryItems(services, request, container)
      : changeFeedPage(services, request, container);
  }
  if (request.method !== 'POST') throw notAllowed(request);
  if (isPlan(request)) return queryPlan();
  if (isQuery(request)) return queryItems(services, request, container);
  if (isTrue(request, 'x-ms-cosmos-is-batch-request')) return batchOperation(services, request, container);
  return itemOperation(services, request, container, undefined);
};

const offers = (services: Services, request: EmulatorRequest, id: string | undefined): EmulatorResponse => {
  const all = services.catalog
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
  if (id === undefined && request.method === 'GET') return list('Offers', '', all);
  if (id === undefined && request.method === 'POST' && isQuery(request)) return queryResources(request, 'Offers', all);
  if (request.method !== 'GET') throw unsupported('Changing throughput', 'Leave it out: nothing is throttled here.');
  const found = all.find((offer) => offer['id'] === id);
  if (found === undefined) throw notFound(`offers/${id ?? ''}`);
  return resource(200, found);
};

/** Finds the operation for a request and runs it within the running transaction. Throws refusals. */
export const route = (
  services: Services,
  request: EmulatorRequest,
  segments: readonly string[],
  origin: string,
): EmulatorResponse => {
  const [first, databaseId, second, containerId, third, itemId, ...more] = segments;
  if (first === undefined) return account(request, origin);
  if (first === 'offers' && second === undefined) return offers(services, request, databaseId);
  if (first !== 'dbs' || more.length > 0)
    throw unsupported(`The resource ${request.path}`, 'See the README of the emulator.');
  if (databaseId === undefined || second === undefined) return databases(services, request, databaseId);
  if (second !== 'colls') throw unsupported(`The resource type ${second}`, 'See the README of the emulator.');
  if (containerId === undefined || third === undefined) return containers(services, request, databaseId, containerId);
  const container = services.catalog.container(databaseId, containerId, true);
  if (third === 'docs') return documents(services, request, container, itemId);
  if (third === 'pkranges' && request.method === 'GET') return partitionRanges(services, container);
  throw unsupported(`The resource type ${third}`, 'See the README of the emulator.');
};
