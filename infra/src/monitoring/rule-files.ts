import { stringify } from 'yaml';
import { type Alert, alerts, recordings, services } from './rules.ts';

/** Azure evaluates at most once a minute: so does everybody, that the tests are of what runs. */
const interval = '1m';

/** For Prometheus, and for `promtool`, whose tests are beside it. */
export const rulesFile = 'infra/monitoring/rules.yaml';

export function rulesText(): string {
  const groups = [
    { name: 'daybook-levels', interval, rules: recordings },
    {
      name: 'daybook-alerts',
      interval,
      rules: alerts.map(({ alert, expr, lasting, severity, summary, runbook }) => ({
        ...{ alert, expr, for: lasting },
        labels: { severity },
        annotations: { summary, runbook },
      })),
    },
  ];
  const head = '# Made of infra/src/monitoring: npm run generate -w @daybook/infra. Their tests: rules.test.yaml.\n';
  return head + stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The tests of rules that are about each service. */
export const serviceTestsFile = 'infra/monitoring/services.test.yaml';

/** Each service in turn says nothing any more, while the others go on: one alert, and it is about that one. */
export function serviceTestsText(): string {
  const tests = services.map((silent) => ({
    name: `${silent} says nothing any more, while the others go on`,
    interval,
    input_series: services.map((name) => ({
      series: `projection_lag_seconds{service_name="${name}",feed="relay"}`,
      values: name === silent ? '0x4' : '0x40',
    })),
    alert_rule_test: [
      { eval_time: '9m', alertname: 'ServiceSilent', exp_alerts: [] },
      { eval_time: '15m', alertname: 'ServiceSilent', exp_alerts: [alertOf('ServiceSilent', silent)] },
    ],
  }));
  const head = '# Made of infra/src/monitoring: npm run generate -w @daybook/infra. promtool test rules ';
  const file = { rule_files: ['rules.yaml'], evaluation_interval: interval, tests };
  return `${head}${serviceTestsFile}\n${stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** An alert as it comes for a service. */
function alertOf(alert: string, service: string): object {
  const { severity, summary, runbook } = alerts.find((each) => each.alert === alert) as Alert;
  return {
    exp_labels: { severity, service_name: service },
    exp_annotations: { summary: summary.replaceAll('{{ $labels.service_name }}', service), runbook },
  };
}

/** For `Microsoft.AlertsManagement/prometheusRuleGroups`: the same rules in Azure's words. */
export const azureRulesFile = 'infra/bicep/generated/prometheus-rules.json';

export function azureRulesText(): string {
  const rules = {
    interval: duration(interval),
    recordings: recordings.map(({ record, expr }) => ({ record, expression: expr, enabled: true })),
    alerts: alerts.map(azureAlert),
  };
  return `${JSON.stringify(rules, undefined, 2)}\n`;
}

/** Azure counts from 0, critical, to 4, verbose; 0 is for what stops everything. */
const severities = { critical: 1, warning: 2 } as const;

const azureAlert = ({ alert, expr, lasting, severity, summary, runbook }: Alert): object => ({
  ...{ alert, expression: expr, for: duration(lasting), severity: severities[severity], enabled: true },
  labels: { severity },
  annotations: { summary, runbook },
});

/** ISO 8601: `5m` is `PT5M`. */
const duration = (text: string): string => `PT${text.toUpperCase()}`;
