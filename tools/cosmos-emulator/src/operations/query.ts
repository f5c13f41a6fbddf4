import { charges } from '../protocol/charges.ts';
import type { EmulatorRequest, EmulatorResponse, Json, JsonObject } from '../protocol/message.ts';
import { isObject, jsonResponse } from '../protocol/message.ts';
import { badRequest, unsupported } from '../protocol/refusal.ts';
import type { Query } from '../sql/ast.ts';
import type { Position } from '../sql/continuation.ts';
import { decodePosition, encodePosition, fingerprint } from '../sql/continuation.ts';
import { evaluate } from '../sql/evaluate.ts';
import type { IndexedOrder } from '../sql/order-index.ts';
import { indexedOrder } from '../sql/order-index.ts';
import { parseQuery } from '../sql/parser.ts';
import { planQuery } from '../sql/pushdown.ts';
import type { Candidate } from '../sql/run.ts';
import { runQuery } from '../sql/run.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import { allOf } from '../storage/condition.ts';
import { versionColumn } from '../storage/schema.ts';
import type { Row } from '../storage/store.ts';
import { pageSize } from './change-feed.ts';
import { parseBody, sessionHeaders } from './context.ts';
import type { Services } from './context.ts';
import { checkOrderBy } from './order-by.ts';
import { requestScope } from './scope.ts';

interface QuerySpecification {
  readonly text: string;
  readonly query: Query;
  readonly parameters: ReadonlyMap<string, Json>;
}

const maxParsed = 500;
const parsed = new Map<string, Query>();

const parseCached = (text: string): Query => {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const query = parseQuery(text);
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(text, query);
  return query;
};

const specificationOf = (request: EmulatorRequest): QuerySpecification => {
  // A plain read of the feed is the query for everything.
  const body = request.method === 'GET' ? { query: 'SELECT * FROM c' } : parseBody(request);
  if (!isObject(body) || typeof body['query'] !== 'string')
    throw badRequest('A query needs a body {"query", "parameters"}.');
  const parameters = new Map<string, Json>();
  const given = body['parameters'] ?? [];
  if (!Array.isArray(given)) throw badRequest('The parameters of a query must be an array.');
  for (const parameter of given as readonly Json[]) {
    if (!isObject(parameter) || typeof parameter['name'] !== 'string')
      throw badRequest('A query parameter needs a name.');
    if (parameter['value'] !== undefined) parameters.set(parameter['name'], parameter['value']);
  }
  return { text: body['query'], query: parseCached(body['query']), parameters };
};

/**
 * The plan that passes through: queries run whole on the server. The SDK asks for one with every query and, as the
 * query itself succeeds, does not need it.
 */
export const queryPlan = (): EmulatorResponse =>
  jsonResponse(200, {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: 'None',
      top: null,
      offset: null,
      limit: null,
      orderBy: [],
      orderByExpressions: [],
      groupByExpressions: [],
      groupByAliases: [],
      aggregates: [],
      groupByAliasToAggregateType: {},
      rewrittenQuery: '',
      hasSelectValue: false,
      hasNonStreamingOrderBy: false,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  });

const mergesAcrossRanges = ({ query }: QuerySpecification): boolean =>
  query.aggregated || query.orderBy.length > 0 || query.top !== undefined || query.limit !== undefined;

function* candidates(rows: Iterable<Row>, count: { loaded: number }): Iterable<Candidate> {
  for (const row of rows) {
    count.loaded += 1;
    yield { number: Number(row['number']), item: JSON.parse(String(row['body'])) as JsonObject };
  }
}

/** The order that an index gives to a query across partitions; the items of one partition are sorted in memory. */
const orderByIndex = (
  services: Services,
  { query, parameters }: QuerySpecification,
  container: ContainerRecord,
  after: Position | undefined,
): (IndexedOrder & { readonly using: string }) | undefined => {
  const order = indexedOrder(query, (part) => evaluate(part, { item: undefined, parameters }), after);
  const using = order && services.orderIndexes.ensure(container.number, order);
  return order === undefined || using === undefined ? undefined : { ...order, using };
};

/** A page of a query over the items of a container: of one partition, of a range, or of all. */
export const queryItems = (
  services: Services,
  request: EmulatorRequest,
  container: ContainerRecord,
): EmulatorResponse => {
  const specification = specificationOf(request);
  const { query, parameters, text } = specification;
  checkOrderBy(query, container.definition['indexingPolicy']);
  const scope = requestScope(services, request, container);
  const perRange =
    scope.range !== undefined && !scope.singlePartition && services.ranges.of(container.number).length > 1;
  if (perRange && mergesAcrossRanges(specification)) {
    throw unsupported(
      'A query with ORDER BY, TOP, OFFSET LIMIT or aggregates per feed range',
      'Leave out forceQueryPlan and enableQueryControl: the query then runs whole.',
    );
  }
  const plan = planQuery(query, parameters, container.definition.partitionKey.paths, scope.singlePartition);
  const mark = fingerprint(text, [...parameters], scope.identity);
  const token = request.headers['x-ms-continuation'];
  const after = token === undefined || token === '' ? undefined : decodePosition(mark, token);
  const indexed = scope.singlePartition ? undefined : orderByIndex(services, specification, container, after);
  const conditions = [...scope.conditions, ...scope.alive, ...plan.conditions, ...(indexed?.conditions ?? [])];
  // Written out, for SQLite to see that the index is for this container; named, or it prefers to sort all of it.
  if (indexed !== undefined) conditions.push({ sql: `container = ${container.number}`, values: [] });
  const resumed = after?.keys[0];
  if (plan.order !== undefined && typeof resumed === 'number') {
    conditions.push({ sql: `${versionColumn} ${plan.order.descending ? '<=' : '>='} ?`, values: [resumed] });
  } else if (query.orderBy.length === 0 && after !== undefined) {
    conditions.push({ sql: 'number > ?', values: [after.number] });
  }
  const byVersion = plan.order && `${versionColumn} ${plan.order.descending ? 'DESC' : 'ASC'}, number`;
  const order = indexed?.order ?? byVersion ?? 'number';
  const using = indexed === undefined ? '' : `INDEXED BY "${indexed.using}"`;
  const where = allOf(conditions);
  const count = { loaded: 0 };
  const rows = services.store.iterate(
    `SELECT number, body FROM items ${using} WHERE ${where.sql} ORDER BY ${order}`,
    ...where.values,
  );
  const page = runQuery(query, candidates(rows, count), {
    parameters,
    size: pageSize(request),
    after,
    sorted: query.orderBy.length === 0 || plan.order !== undefined || indexed !== undefined,
  });
  const body = JSON.stringify({ _rid: container.rid, Documents: page.results, _count: page.results.length });
  return {
    status: 200,
    headers: {
      'x-ms-item-count': String(page.results.length),
      'x-ms-request-charge': String(charges.query(count.loaded, page.results.length === 0 ? 0 : body.length)),
      ...sessionHeaders(services, container, scope.range ?? 0),
      ...(page.next === undefined ? {} : { 'x-ms-continuation': encodePosition(mark, page.next) }),
    },
    body,
  };
};

/** A query over a few resources in memory: databases, containers, offers. Not paged. */
export const queryResources = (
  request: EmulatorRequest,
  name: 'Databases' | 'DocumentCollections' | 'Offers',
  resources: readonly JsonObject[],
): EmulatorResponse => {
  const { query, parameters } = specificationOf(request);
  const page = runQuery(
    query,
    resources.map((item, number) => ({ number, item })),
    { parameters, size: Number.MAX_SAFE_INTEGER, after: undefined, sorted: query.orderBy.length === 0 },
  );
  return jsonResponse(200, { _rid: '', [name]: page.results, _count: page.results.length });
};
