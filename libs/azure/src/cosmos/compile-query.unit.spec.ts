import { compileQuery } from './compile-query.ts';

describe('compileQuery', () => {
  it('selects everything without conditions', () => {
    expect(compileQuery({})).toEqual({ query: 'SELECT * FROM c', parameters: [] });
  });

  it('makes every value a parameter, and orders', () => {
    const compiled = compileQuery({
      where: [
        { field: 'version', op: '>', value: 3 },
        { field: 'data.sku', op: 'starts-with', value: '85' },
        { field: 'name', op: 'contains', value: 'lamp' },
        { field: 'status', op: 'in', value: ['a', 'b'] },
      ],
      orderBy: [
        { field: 'version', direction: 'asc' },
        { field: 'id', direction: 'desc' },
      ],
    });
    expect(compiled.query).toBe(
      'SELECT * FROM c WHERE c["version"] > @p0 AND STARTSWITH(c["data"]["sku"], @p1) AND CONTAINS(c["name"], @p2)' +
        ' AND c["status"] IN (@p3, @p4) ORDER BY c["version"] ASC, c["id"] DESC',
    );
    expect(compiled.parameters?.map(({ value }) => value)).toEqual([3, '85', 'lamp', 'a', 'b']);
  });

  it('keeps field names out of the language, and matches nothing against an empty list', () => {
    const where = [{ field: 'a"] = 1 OR c["b', op: '=', value: 1 }] as const;
    expect(compileQuery({ where }).query).toBe(String.raw`SELECT * FROM c WHERE c["a\"] = 1 OR c[\"b"] = @p0`);
    expect(compileQuery({ where: [{ field: 'a', op: 'in', value: [] }] }).query).toBe('SELECT * FROM c WHERE false');
  });
});
