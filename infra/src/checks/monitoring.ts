import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dashboard, Panel } from '@grafana/schema';
import { parse, stringify } from 'yaml';
import { dashboardFile } from '../monitoring/dashboard.ts';
import { levels, spokenLevel } from '../monitoring/levels.ts';
import { prometheusSeries } from '../monitoring/prometheus-names.ts';
import { parseExpression } from '../monitoring/promql.ts';
import { azureRulesFile, rulesFile } from '../monitoring/rule-files.ts';
import { services } from '../monitoring/rules.ts';
import { logsWorkspace, metricsWorkspace, workbookFile } from '../monitoring/workbook.ts';
import type { CheckResult, InfraProblem } from './problem.ts';
import { promtool, promtoolIsThere, testsFiles } from './rules.ts';

/** PromQL, and where it stands. */
export interface Asked {
  readonly where: string;
  readonly expr: string;
}

/** Where the levels are told to people. */
const tableFile = 'infra/monitoring/README.md';
const deployingFile = 'infra/bicep/modules/telemetry.bicep';

/**
 * What watches Daybook fits what it exports: every expression in rules, their tests, dashboards, the workbook and scalers is PromQL and asks
 * for series and labels that the services really export (`metricDefinitions` of libs/contracts); what is made of the levels is as they are.
 *
 * @param root the repository
 */
export function checkMonitoring(root: string): CheckResult {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const asked = askedBy(read);
  return {
    looked: `${services.length} dashboards, ${asked.length} expressions, ${prometheusSeries().size} series`,
    problems: [
      ...asked.flatMap(askedProblems),
      ...tableProblems(read(tableFile)),
      ...deployedProblems(read(deployingFile)),
      ...(promtoolIsThere() ? typeProblems(asked) : []),
    ],
  };
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly expr: string; readonly alert?: string; readonly record?: string }[];
  }[];
}
interface Tests {
  readonly tests: readonly { readonly name: string; readonly input_series: readonly { readonly series: string }[] }[];
}
interface Workbook {
  readonly items: readonly {
    readonly name: string;
    readonly content: { readonly queryType?: number; readonly query?: string };
  }[];
}
interface ScaledObject {
  readonly spec: {
    readonly triggers: readonly { readonly type: string; readonly metadata: { readonly query?: string } }[];
  };
}

/** Everything that asks for a series, as it stands in the files. */
function askedBy(read: (file: string) => string): readonly Asked[] {
  const rules = (parse(read(rulesFile)) as Rules).groups.flatMap((group) => group.rules);
  const tests = testsFiles.flatMap((file) => (parse(read(file)) as Tests).tests.map((test) => ({ file, ...test })));
  const workbook = (JSON.parse(read(workbookFile)) as Workbook).items.filter(({ content }) => content.queryType === 16);
  const scaler = (service: string): string => `apps/${service}/deploy/base/scaled-object.yaml`;
  return [
    ...rules.map(({ expr, alert, record }) => ({ where: `${rulesFile} ${alert ?? record}`, expr })),
    ...tests.flatMap(({ file, name, input_series: given }) =>
      given.map(({ series }) => ({ where: `${file} ${name}`, expr: series })),
    ),
    ...workbook.map(({ name, content }) => ({
      where: `${workbookFile} ${name}`,
      expr: (JSON.parse(content.query ?? '{}') as { queryText: string }).queryText,
    })),
    ...services.flatMap((service) => {
      const { panels = [] } = JSON.parse(read(dashboardFile(service))) as Dashboard;
      return (panels as readonly Panel[]).flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }) => ({ where: `${dashboardFile(service)} ${title}`, expr: String(expr) })),
      );
    }),
    ...services.flatMap((service) =>
      (parse(read(scaler(service))) as ScaledObject).spec.triggers
        .filter(({ type }) => type === 'prometheus')
        .map(({ metadata }) => ({ where: scaler(service), expr: metadata.query ?? '' })),
    ),
  ];
}

const recorded = new Map(levels.map(({ record, by }) => [record, { labels: by }]));
/** Recorded besides the levels. */
const alsoRecorded = new Map([['daybook:http_errors:ratio', { labels: ['service_name'] }]]);
const known = new Map<string, { readonly labels: readonly string[] }>([
  ...prometheusSeries(),
  ...recorded,
  ...alsoRecorded,
]);

/** What is asked for and nobody exports. */
export function askedProblems({ where, expr }: Asked): readonly InfraProblem[] {
  const say = (what: string): InfraProblem => ({ where, what });
  try {
    const { selectors, grouping } = parseExpression(expr);
    if (selectors.length === 0) return [say(`asks for nothing: ${expr}`)];
    const grouped = new Set(grouping);
    const problems: InfraProblem[] = [];
    for (const { metric, labels } of selectors) {
      const series = known.get(metric);
      if (series === undefined) problems.push(say(`${metric}: no service exports it`));
      else
        problems.push(
          ...labels
            .filter((label) => !series.labels.includes(label))
            .map((label) => say(`${metric} has no label ${label}`)),
        );
      for (const label of series?.labels ?? []) grouped.delete(label);
    }
    return [...problems, ...[...grouped].map((label) => say(`groups by ${label}, which nothing that it asks for has`))];
  } catch (error) {
    return [say((error as Error).message)];
  }
}

/** Bicep deploys what is made here, and puts in what the workbook leaves open. */
export function deployedProblems(bicep: string): readonly InfraProblem[] {
  const files = [azureRulesFile, workbookFile].map((file) => `../generated/${file.split('/').at(-1)}`);
  return [...files, metricsWorkspace, logsWorkspace]
    .filter((needed) => !bicep.includes(`'${needed}'`))
    .map((needed) => ({ where: deployingFile, what: `does not deploy ${needed}` }));
}

/** The table that people read says what the levels are. */
export function tableProblems(text: string): readonly InfraProblem[] {
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return levels.flatMap((level) => {
    const { target, alert } = spokenLevel(level);
    const [, ...cells] = rows.find((row) => row[1] === level.name) ?? [];
    const expected = [level.name, target, alert, level.alert.name];
    return expected.every((cell, index) => cells[index] === cell)
      ? []
      : [{ where: tableFile, what: `lacks the row | ${expected.join(' | ')} |` }];
  });
}

/** `promtool` knows types, too: it is given every expression as a rule. */
export function typeProblems(asked: readonly Asked[]): readonly InfraProblem[] {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-promql-'));
  try {
    const file = join(folder, 'asked.yaml');
    const rules = asked.map(({ expr }, index) => ({ record: `asked:${index}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: 'asked', rules }] }, { aliasDuplicateObjects: false }));
    return promtool(folder, ['check', 'rules', file]).map(({ what }) => {
      const { where = file, expr = '' } = asked[Number(/"asked:(\d+)"/.exec(what)?.[1] ?? -1)] ?? {};
      return { where, what: `${expr}: ${what}` };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
