import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MetricDefinition, metricDefinitions } from '@daybook/contracts';

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

/** Cells of the table's rows, as the README has them. */
const rows = readme
  .split('\n')
  .filter((line) => /^\| `[a-z]+[._].*\| (counter|histogram|gauge) /.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

it('the README has every metric, as it is', () => {
  const defined = Object.entries<MetricDefinition>(metricDefinitions).map(
    ([name, { kind, unit, attributes, description, services, once }]) => [
      `\`${name}\``,
      kind,
      `\`${unit}\``,
      attributes.map((attribute) => `\`${attribute}\``).join(', '),
      [
        description,
        ...(services === undefined ? [] : [`only ${services.join(', ')}`]),
        ...(once === undefined ? [] : [`from when ${once}`]),
      ].join('; '),
    ],
  );
  expect(rows).toEqual(defined);
});
