import { join } from 'node:path';
import {
  bicepParser,
  checkBicep,
  endingProblems,
  parameterProblems,
  promiseProblems,
  syntaxProblems,
} from './bicep.ts';
import { symbolProblems } from './bicep-symbols.ts';

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

  it('is found wrong where what stays for good would end by itself', () => {
    const container = (purpose: 'events' | 'leases', resource: object) => ({ name: purpose, purpose, resource });
    expect(endingProblems({ containers: [container('events', {}), container('leases', { defaultTtl: 60 })] })).toEqual(
      [],
    );
    expect(endingProblems({ containers: [container('events', { defaultTtl: -1 })] })).toHaveLength(1);
  });

  describe('names', () => {
    const main = [
      "param name string\nvar all = map(['a'], (each) => '${each}${name}')",
      "module store 'modules/store.bicep' = [for (each, i) in all: {\n  name: each\n  params: { name: each, at: i }\n}]",
      'output id string = store[0].outputs.id\n',
    ].join('\n');
    const store = "param name string\nparam at int = 1\noutput id string = '${name}${at}'\n";
    const said = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
      const parse = await bicepParser();
      return symbolProblems(new Map(Object.entries(files).map(([path, text]) => [path, parse(text)]))).map(
        ({ where, what }) => `${where.replace('infra/bicep/', '')} ${what}`,
      );
    };
    const both = { 'main.bicep': main, 'modules/store.bicep': store };

    it('are those that are there', async () => {
      expect(await said(both)).toEqual([]);
    });

    it.each([
      ['a name is not declared', { 'main.bicep': main.replace('${name}', '${nam}${name}') }, 'nam: is not declared'],
      ['a parameter is not used', { 'main.bicep': `param more int\n${main}` }, 'more: nobody uses this parameter'],
      [
        'a module is not there',
        { 'main.bicep': main.replace('/store', '/stores') },
        'modules/stores.bicep is not there',
      ],
      [
        'a module has no such parameter',
        { 'main.bicep': main.replace('at: i', 'to: i') },
        'store: has no parameter to',
      ],
      ['a module needs more', { 'main.bicep': main.replace('name: each, ', '') }, 'store: needs the parameter name'],
      ['a module says nothing of it', { 'main.bicep': main.replace('.id', '.key') }, 'store: has no output key'],
    ])('are found wrong where %s', async (_case, change, what) => {
      expect(await said({ ...both, ...change })).toContainEqual(expect.stringContaining(what));
    });
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
