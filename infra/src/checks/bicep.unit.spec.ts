import { join } from 'node:path';
import { bicepParser, checkBicep, parameterProblems, promiseProblems, syntaxProblems } from './bicep.ts';

const infra = join(__dirname, '..', '..');

describe('Bicep', () => {
  it('is well in this repository', async () => {
    expect((await checkBicep(infra)).problems).toEqual([]);
  });

  it('is found wrong where its syntax is', async () => {
    const parse = await bicepParser();
    const text = "param a string\nresource x 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 'a'\n";
    expect(syntaxProblems('x.bicep', parse(text))).not.toEqual([]);
    expect(syntaxProblems('x.bicep', parse(`${text}}\n`))).toEqual([]);
  });

  it('is found wrong where several regions write, keys work or items may end by themselves', () => {
    const well =
      "enableMultipleWriteLocations: false\ndisableLocalAuth: true\ntype: 'Continuous'\nresource: container.resource\n";
    expect(promiseProblems(well)).toEqual([]);
    expect(promiseProblems(well.replace('false', 'true'))).toHaveLength(1);
    expect(promiseProblems(well.replace('disableLocalAuth: true', ''))).toHaveLength(1);
    expect(promiseProblems(`${well}defaultTtl: 60`)).toHaveLength(1);
  });

  it('is found wrong where a parameter is unknown or missing', () => {
    const main = "param prefix string\nparam size string = 'small'\nparam alertEmail string\n";
    const file = (parameters: object): string => JSON.stringify({ parameters });
    expect(parameterProblems('p.json', file({ prefix: { value: 'a' } }), main)).toEqual([]);
    expect(parameterProblems('p.json', file({}), main)).toMatchObject([{ what: 'prefix: main.bicep needs a value' }]);
    expect(parameterProblems('p.json', file({ prefix: { value: 'a' }, sise: { value: 'b' } }), main)).toMatchObject([
      { what: 'sise: main.bicep has no such parameter' },
    ]);
  });
});
