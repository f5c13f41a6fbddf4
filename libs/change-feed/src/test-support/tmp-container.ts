import type { Container, Document, FeedRange, Stored } from '@daybook/ports';
export function tmpContainer(name: string, pk: string, rangeCount: number): Container {
  const docs = new Map<string, Stored>();
  let lsn = 0;
  const hash = (s: string) => [...s].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) >>> 0, 7) % rangeCount;
  const ranges: FeedRange[] = Array.from({ length: rangeCount }, (_, i) => ({
    id: String(i),
    minInclusive: String(i),
    maxExclusive: String(i + 1),
  }));
  return {
    name,
    async batch(key, operations) {
      const staged = new Map(docs);
      const next = lsn + 1;
      const results = [];
      for (const [failedIndex, op] of operations.entries()) {
        const id = op.kind === 'delete' || op.kind === 'read' ? op.id : op.document.id;
        const k = `${key}|${id}`;
        const cur = staged.get(k);
        const fail = (status: number) => ({ applied: false as const, failedIndex, status, requestCharge: 1 });
        if (op.kind === 'create' && cur) return fail(409);
        if (op.kind !== 'create' && op.kind !== 'upsert' && !cur) return fail(404);
        if ('ifMatch' in op && op.ifMatch !== undefined && cur?._etag !== op.ifMatch) return fail(412);
        if (op.kind === 'delete') staged.delete(k);
        else if (op.kind !== 'read')
          staged.set(k, {
            ...(structuredClone(op.document) as Document),
            _etag: `e${next}-${failedIndex}`,
            _ts: 0,
            _lsn: next,
          } as Stored);
        const d = staged.get(k);
        results.push(d ? { status: 200, document: d } : { status: 204 });
      }
      lsn = next;
      docs.clear();
      for (const [k, v] of staged) docs.set(k, v);
      return { applied: true, results, requestCharge: 1 };
    },
    async read(key, id) {
      const document = docs.get(`${key}|${id}`);
      return document ? { document, requestCharge: 1 } : { requestCharge: 1 };
    },
    async query() {
      return { documents: [...docs.values()], requestCharge: 1 };
    },
    async feedRanges() {
      return ranges;
    },
    async feedPage({ range, continuation, start, limit }) {
      const from = continuation !== undefined ? Number(continuation) : start === 'now' ? lsn : 0;
      const all = [...docs.values()]
        .filter((d) => hash(String(d[pk])) === Number(range.id) && (d._lsn ?? 0) > from)
        .sort((a, b) => (a._lsn ?? 0) - (b._lsn ?? 0));
      let n = Math.min(limit, all.length);
      while (n > 0 && n < all.length && all[n]?._lsn === all[n - 1]?._lsn) n += 1;
      const documents = all.slice(0, n);
      return {
        documents,
        continuation: String(documents.at(-1)?._lsn ?? (continuation === undefined ? lsn : from)),
        hasMore: n > 0,
        requestCharge: 1,
      };
    },
  };
}
