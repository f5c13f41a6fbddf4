import { readFileSync } from 'node:fs';
import { buy } from './example.ts';
import { submitted } from './testing/sample-saga.ts';
import { sagaScenario } from './testing/scenario.ts';

const readme = readFileSync('README.md', 'utf8');
const example = readFileSync('src/example.ts', 'utf8');

describe('the README', () => {
  it('shows a saga in 30 lines, the one of this spec', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(shown?.replace("'@daybook/saga'", "'./index.ts'")).toBe(example);
    expect(example.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(30);
  });

  it('shows its test', () => {
    const order = submitted('o1', '85123A');
    const scenario = sagaScenario(buy).receives('OrderSubmitted', order);
    expect(scenario.asked).toEqual(['ReserveStock stock-85123A']);
    expect(scenario.waits(10_000).asked).toEqual(['ReserveStock stock-85123A']);
    scenario.answers('reserve', 'StockReserved', { item: '85123A' });
    expect(scenario.receives('OrderShipped', { orderId: 'o1' }).asked).toEqual(['CapturePayment payment-o1']);
    expect(scenario.answers('capture', 'PaymentCaptured').saga.status).toBe('completed');
    const own = readFileSync('src/example.unit.spec.ts', 'utf8');
    const lines = /```ts\nconst scenario[\s\S]*?```/.exec(readme)?.[0].split('\n').slice(1, -1) ?? [];
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(own).toContain(line.replace(/ \/\/.*$/, '').trim());
  });

  it('names for each promise a spec that is there', () => {
    const promises = [...readme.matchAll(/^\| (\d+)\. .*$/gm)];
    expect(promises.map(([, number]) => Number(number))).toEqual(promises.map((_, index) => index + 1));
    expect(promises.length).toBeGreaterThan(10);
    for (const [row] of promises) {
      const specs = [...row.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path ?? '');
      expect(specs.length).toBeGreaterThan(0);
      for (const path of specs) expect(readFileSync(path, 'utf8')).toMatch(/describe|it\(/);
    }
  });
});
