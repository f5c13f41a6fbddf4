import { serviceNames } from '../topology/services.ts';
import { endpoints } from './endpoints.ts';
import { openApiOf } from './openapi.ts';

describe.each(serviceNames)('the document of %s', (service) => {
  const { paths, components } = openApiOf(service);
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));

  it('has every endpoint, each with a name of its own', () => {
    expect(operations).toHaveLength(endpoints[service].length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('refers to all that is shared, and to nothing that is not in it', () => {
    const text = JSON.stringify({ paths, components });
    const named = [...text.matchAll(/"\$ref":"#\/components\/(schemas|responses)\/(\w+)"/g)];
    const shared = (['schemas', 'responses'] as const).flatMap((kind) =>
      Object.keys(components[kind] as object).map((name) => `${kind}/${name}`),
    );
    expect(new Set(named.map(([, kind, name]) => `${kind}/${name}`))).toEqual(new Set(shared));
  });

  it('says of each operation who may use it, what it answers and what can go wrong', () => {
    for (const { description, security, responses } of operations) {
      expect(security.length).toBeGreaterThan(0);
      expect(description).toMatch(/^For the role (customer|operator|service)/);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429', '500', '503']));
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });
});

it('a command takes a key and a version, and says so', () => {
  const operation = openApiOf('order').paths['/v1/orders/{orderId}/cancel']?.['post'];
  expect(operation?.parameters).toMatchObject([
    { name: 'orderId', in: 'path', required: true },
    { name: 'Idempotency-Key', in: 'header', required: false },
    { name: 'If-Match', in: 'header', required: false },
  ]);
  expect(operation?.responses['409']).toMatchObject({ description: 'cannot-cancel' });
  expect(operation?.requestBody).toMatchObject({ required: true });
});

it('a query has its parameters with their limits', () => {
  const operation = openApiOf('inventory').paths['/v1/stock']?.['get'];
  const limit = operation?.parameters.find(({ name }) => name === 'limit');
  expect(limit).toMatchObject({ in: 'query', required: false, schema: { minimum: 1, maximum: 200, default: 50 } });
});

it('each role of an endpoint is enough', () => {
  const { security } = openApiOf('inventory').paths['/v1/stock']?.['get'] ?? {};
  expect(security).toEqual([{ bearer: ['operator'] }, { bearer: ['service'] }]);
});

it('an answer may get further properties, a request may have no others', () => {
  const operation = openApiOf('payment').paths['/v1/payments/{paymentId}/refunds']?.['post'];
  const body = (operation?.requestBody as { content: Record<string, { schema: object }> }).content['application/json'];
  expect(body?.schema).toHaveProperty('additionalProperties', false);
  expect(JSON.stringify(operation?.responses['202'])).not.toContain('additionalProperties');
});
