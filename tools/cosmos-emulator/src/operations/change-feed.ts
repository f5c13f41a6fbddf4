import { charges } from '../protocol/charges.ts';
import { limits } from '../protocol/limits.ts';
import type { EmulatorRequest, EmulatorResponse } from '../protocol/message.ts';
import { badRequest, unsupported } from '../protocol/refusal.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import type { Condition } from '../storage/condition.ts';
import { allOf } from '../storage/condition.ts';
import type { Row } from '../storage/store.ts';
import type { Services } from './context.ts';
import { sessionHeaders } from './context.ts';
import { requestScope } from './scope.ts';

/** After which log sequence number to read; `since` (seconds) narrows a first page by time. */
interface Start {
  readonly after: number;
  readonly since: number | undefined;
}

const startOf = (request: EmulatorRequest, currentLsn: number): Start => {
  const continuation = request.headers['if-none-match'];
  if (continuation === '*') return { after: currentLsn, since: undefined };
  if (continuation !== undefined) {
    const lsn = /^"?(\d{1,15})"?$/.exec(continuation)?.[1];
    if (lsn === undefined)
      throw badRequest(`The change feed continuation ${JSON.stringify(continuation.slice(0, 80))} is not valid.`);
    return { after: Number(lsn), since: undefined };
  }
  const time = request.headers['if-modified-since'];
  if (time === undefined) return { after: 0, since: undefined };
  const at = Date.parse(time);
  if (Number.isNaN(at)) throw badRequest('The if-modified-since header is not a valid date.');
  return { after: 0, since: Math.floor(at / 1000) };
};

/** How many items a page may have, from `x-ms-max-item-count` (-1: the service chooses). */
export const pageSize = (request: EmulatorRequest): number => {
  const header = request.headers['x-ms-max-item-count'];
  const asked = header === undefined ? -1 : Number(header);
  if (!Number.isInteger(asked) || asked < -1 || asked === 0) {
    throw badRequest('x-ms-max-item-count must be -1 or a positive whole number.');
  }
  return asked === -1 ? limits.defaultPageItems : Math.min(asked, limits.pageItems);
};

/** Reads a page of rows; items of one transaction (one number) are never split. */
const readPage = (services: Services, where: Condition, size: number): { rows: readonly Row[]; full: boolean } => {
  const rows: Row[] = [];
  let bytes = 0;
  const sql = `SELECT lsn, body FROM items WHERE ${where.sql} ORDER BY lsn, number`;
  for (const row of services.store.iterate(sql, ...where.values)) {
    const full = rows.length >= size || bytes > limits.responsePageBytes / 2;
    if (full && row['lsn'] !== rows.at(-1)?.['lsn']) return { rows, full: true };
    rows.push(row);
    bytes += String(row['body']).length;
  }
  return { rows, full: false };
};

/**
 * One page of the incremental feed: the latest version of each changed item, in the order of change. The `etag` header
 * is the continuation; 304 (with it) means that there is nothing new.
 */
export const changeFeedPage = (
  services: Services,
  request: EmulatorRequest,
  container: ContainerRecord,
): EmulatorResponse => {
  if (request.headers['a-im']?.toLowerCase() !== 'incremental feed') {
    throw unsupported(
      'The change feed mode "all versions and deletes"',
      'Use the latest version mode (Incremental Feed).',
    );
  }
  const scope = requestScope(services, request, container);
  const currentLsn = services.catalog.lsn(container);
  const { after, since } = startOf(request, currentLsn);
  const where = allOf([
    ...scope.conditions,
    ...scope.alive,
    { sql: 'lsn > ?', values: [after] },
    ...(since === undefined ? [] : [{ sql: 'ts >= ?', values: [since] }]),
  ]);
  const { rows, full } = readPage(services, where, pageSize(request));
  // Everything up to the container's number was looked at unless the page was cut: the next read starts there.
  const next = full ? Number(rows.at(-1)?.['lsn']) : Math.max(after, currentLsn);
  const documents = rows.map((row) => `${String(row['body']).slice(0, -1)},"_lsn":${row['lsn']}}`);
  const body = `{"_rid":${JSON.stringify(container.rid)},"Documents":[${documents.join(',')}],"_count":${documents.length}}`;
  const headers = {
    etag: `"${next}"`,
    'x-ms-item-count': String(documents.length),
    'x-ms-request-charge': String(charges.changeFeed(documents.length === 0 ? 0 : body.length)),
    ...sessionHeaders(services, container, scope.range ?? 0),
  };
  return documents.length === 0 ? { status: 304, headers, body: '' } : { status: 200, headers, body };
};
