import { serviceNames } from '@daybook/contracts';
import { runScript } from './support/command.ts';

jest.setTimeout(60_000);

/** What keeps the services apart while they are worked on. */
describe('the workspace', () => {
  /** Projects that Nx would check after a change of the file. */
  const affectedBy = async (file: string): Promise<readonly string[]> => {
    const args = ['show', 'projects', '--affected', `--files=${file}`, '--json'];
    const env = { NX_DAEMON: 'false', NX_TUI: 'false' };
    const { code, out, err } = await runScript('node_modules/nx/dist/bin/nx.js', args, { env });
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as string[];
  };

  it('checks nothing of the order service after a change in the payment service', async () => {
    const affected = await affectedBy('apps/payment/src/main.ts');
    expect(affected).toContain('@daybook/payment');
    expect(affected.filter((name) => /order|inventory|fulfilment/.test(name))).toEqual([]);
  });

  it('checks every service after a change in a library that all use', async () => {
    const affected = await affectedBy('libs/eventstore/src/append.ts');
    for (const service of serviceNames) {
      expect(affected).toContain(`@daybook/${service}`);
    }
  });

  /** For each import (file, what it imports) the names of the rules that it breaks. */
  const rulesBroken = async (imports: readonly (readonly [string, string])[]): Promise<readonly string[][]> => {
    const texts = imports.map(([filePath, specifier]) => ({
      filePath,
      text: `import * as used from '${specifier}';\nexport const it = used;\n`,
    }));
    const { code, out, err } = await runScript('apps/e2e/src/support/lint-texts.ts', [JSON.stringify(texts)]);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as string[][];
  };

  it('does not let a service import another, nor domain code an SDK, nor a library a tool', async () => {
    const imports = [
      ['apps/payment/src/main.ts', '@daybook/order-domain'],
      ['apps/payment/src/some.unit.spec.ts', '@daybook/order-domain'],
      ['apps/order/domain/src/index.ts', '@azure/cosmos'],
      ['apps/order/domain/src/index.ts', '@daybook/azure'],
      ['libs/eventstore/src/index.ts', '@daybook/local'],
    ] as const;
    expect(await rulesBroken(imports)).toEqual(
      imports.map(() => expect.arrayContaining(['@nx/enforce-module-boundaries'])),
    );
  });

  it('lets a service import its own domain and the shared libraries', async () => {
    const imports = [
      ['apps/payment/src/main.ts', '@daybook/payment-domain'],
      ['apps/payment/src/main.ts', '@daybook/eventstore'],
    ] as const;
    expect(await rulesBroken(imports)).toEqual(imports.map(() => []));
  });
});
