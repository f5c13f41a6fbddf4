import { openApiOf, type OpenApiDocument, type Operation } from '@daybook/contracts/documents';
import { openApiChanges } from './openapi-changes.ts';

// The order service's own document, as it would be after a change.
const old = openApiOf('order');
const cancel = '/v1/orders/{orderId}/cancel';

type Mutable = { -readonly [K in keyof Operation]: Operation[K] } & Record<string, unknown>;
interface Draft {
  readonly paths: Record<string, Record<string, Mutable>>;
  readonly components: {
    readonly responses: Record<string, Record<string, unknown>>;
    readonly schemas: Record<string, object>;
  };
}

/** What changes, when the document does. */
function told(change: (draft: Draft) => void): string[] {
  const now = structuredClone(old) as unknown as Draft;
  change(now);
  return openApiChanges(old, now as unknown as OpenApiDocument).map(
    ({ kind, document, path, what }) => `${kind} ${document} ${path}: ${what}`,
  );
}
const operation = (draft: Draft, path = cancel, method = 'post'): Mutable => draft.paths[path]?.[method] as Mutable;

it('nothing has changed where nothing has', () => {
  expect(told(() => undefined)).toEqual([]);
});

describe('an endpoint', () => {
  it('that is new is compatible, whatever its method is', () => {
    expect(told((draft) => (draft.paths['/v1/orders/{orderId}/notes/{note}'] = { delete: operation(draft) }))).toEqual([
      'compatible openapi DELETE /v1/orders/{orderId}/notes/{note}: is new',
    ]);
  });

  it('that is gone breaks', () => {
    expect(told((draft) => delete draft.paths[cancel])).toEqual([`breaking openapi POST ${cancel}: is gone`]);
  });
});

describe('who may use it', () => {
  const everybody = old.paths[cancel]?.['post']?.security ?? [];
  const [first = {}, ...others] = everybody;
  const name = Object.values(first).flat().join(' and ');
  const security = (...now: Operation['security']): string[] => told((draft) => (operation(draft).security = now));

  it('must not be fewer', () => {
    expect(security(...others)).toEqual([`breaking openapi POST ${cancel} security: is no longer for ${name}`]);
  });

  it('may be more', () => {
    expect(security(...everybody, { bearer: ['warehouse'] })).toEqual([
      `compatible openapi POST ${cancel} security: is for warehouse, too`,
    ]);
  });

  it('must not need more than it did', () => {
    const more = { bearer: [...Object.values(first).flat(), 'orders.write'] };
    expect(security(more, ...others)).toEqual([`breaking openapi POST ${cancel} security: is no longer for ${name}`]);
  });
});

it('the scope that a token needs must not be another', () => {
  expect(told((draft) => (operation(draft)['x-scope'] = 'Orders.Cancel'))).toEqual([
    `breaking openapi POST ${cancel} scope: needs the scope Orders.Cancel where it needed Orders.Write`,
  ]);
});

describe('a parameter', () => {
  const parameters = (change: (list: Record<string, unknown>[]) => unknown, path = '/v1/orders') =>
    told((draft) => {
      const list = operation(draft, path, 'get').parameters.map((each) => ({ ...each }));
      operation(draft, path, 'get').parameters = change(list) as Operation['parameters'];
    });

  it.each<[string, (list: Record<string, unknown>[]) => unknown, string[]]>([
    ['gone breaks', (list) => list.filter(({ name }) => name !== 'status'), ['breaking query status: is gone']],
    [
      'new is compatible',
      (list) => [...list, { name: 'sku', in: 'query', required: false, schema: {} }],
      ['compatible query sku: is new'],
    ],
    [
      'new and required breaks',
      (list) => [...list, { name: 'sku', in: 'query', required: true, schema: {} }],
      ['breaking query sku: is required now'],
    ],
    [
      'required now breaks',
      (list) => list.map((each) => (each['name'] === 'status' ? { ...each, required: true } : each)),
      ['breaking query status: is required now'],
    ],
    [
      'narrower breaks',
      (list) =>
        list.map((each) =>
          each['name'] === 'limit' ? { ...each, schema: { ...(each['schema'] as object), maximum: 100 } } : each,
        ),
      ['breaking query limit: maximum is 100, was 200'],
    ],
    [
      'with another default breaks',
      (list) =>
        list.map((each) =>
          each['name'] === 'limit' ? { ...each, schema: { ...(each['schema'] as object), default: 20 } } : each,
        ),
      ['breaking query limit: default is 20, was 50'],
    ],
  ])('that is %s', (_, change, expected) => {
    const found = parameters(change).map((line) => line.replace('openapi GET /v1/orders ', ''));
    expect(found).toEqual(expected);
  });

  it('of a header counts like any other', () => {
    expect(
      told(
        (draft) =>
          (operation(draft).parameters = operation(draft).parameters.filter(({ name }) => name !== 'Idempotency-Key')),
      ),
    ).toEqual([`breaking openapi POST ${cancel} header Idempotency-Key: is gone`]);
  });
});

describe('a body', () => {
  const schemaOf = (draft: Draft) =>
    (
      operation(draft).requestBody as unknown as {
        content: Record<string, { schema: { properties: Record<string, object>; required: string[] } }>;
      }
    ).content['application/json']?.schema as { properties: Record<string, object>; required: string[] };

  it('with another required property breaks', () => {
    const lines = told((draft) => {
      schemaOf(draft).properties['refund'] = { type: 'boolean' };
      schemaOf(draft).required.push('refund');
    });
    expect(lines).toEqual([`breaking openapi POST ${cancel} body refund: is required now`]);
  });

  it('with another optional property is compatible', () => {
    expect(told((draft) => (schemaOf(draft).properties['refund'] = { type: 'boolean' }))).toEqual([
      `compatible openapi POST ${cancel} body refund: is new`,
    ]);
  });

  it('that has to be there now breaks', () => {
    const lines = told((draft) => {
      const deliver = operation(draft, '/v1/orders/{orderId}/deliver');
      (deliver.requestBody as { required: boolean }).required = true;
    });
    expect(lines).toEqual(['breaking openapi POST /v1/orders/{orderId}/deliver body: is required now']);
  });
});

describe('an answer', () => {
  it('with another status breaks, and so does one less', () => {
    const lines = told((draft) => {
      const { 202: accepted, ...others } = operation(draft, '/v1/orders').responses;
      operation(draft, '/v1/orders').responses = { ...others, 201: accepted ?? {} };
    });
    expect(lines).toEqual([
      'breaking openapi POST /v1/orders answer 202: is gone',
      'breaking openapi POST /v1/orders answer 201: is new',
    ]);
  });

  it('without its ETag breaks', () => {
    const lines = told(
      (draft) => delete (operation(draft, '/v1/orders/drafts').responses['201'] as { headers?: object }).headers,
    );
    expect(lines).toEqual([
      'breaking openapi POST /v1/orders/drafts answer 201 header ETag: is gone',
      'breaking openapi POST /v1/orders/drafts answer 201 header Idempotent-Replayed: is gone',
    ]);
  });

  it('that several endpoints share breaks all of them', () => {
    const lines = told((draft) => {
      const [shared] = Object.values(draft.components.responses).filter((response) =>
        JSON.stringify(response).includes('trackingNumber'),
      );
      const { schema } =
        (shared as { content: Record<string, { schema: { required: string[] } }> }).content['application/json'] ?? {};
      schema?.required.splice(0, 1);
    });
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines)
      expect(line).toMatch(/^breaking openapi \w+ \/v1\/orders\/\S+ answer 20[02] orderId: may be absent now$/);
  });
});

describe('a problem', () => {
  const codesOf = (draft: Draft, status: string): string[] => {
    const response = operation(draft).responses[status] as unknown as {
      content: Record<string, { schema: { allOf: { properties: { code: { enum: string[] } } }[] } }>;
    };
    return response.content['application/problem+json']?.schema.allOf[1]?.properties.code.enum ?? [];
  };

  it('with another code is compatible: clients go by the status', () => {
    expect(told((draft) => codesOf(draft, '409').push('too-late'))).toEqual([
      `compatible openapi POST ${cancel} problem too-late: is new, with status 409`,
    ]);
  });

  it('whose code is gone breaks', () => {
    expect(told((draft) => codesOf(draft, '409').splice(0, 1, 'too-late'))).toEqual([
      `breaking openapi POST ${cancel} problem cannot-cancel: is gone`,
      `compatible openapi POST ${cancel} problem too-late: is new, with status 409`,
    ]);
  });

  it('whose code has another status breaks', () => {
    const lines = told((draft) => {
      const { 409: conflict, ...others } = operation(draft).responses;
      operation(draft).responses = { ...others, 410: conflict ?? {} };
    });
    expect(lines).toEqual([`breaking openapi POST ${cancel} problem cannot-cancel: has status 410, had 409`]);
  });
});
