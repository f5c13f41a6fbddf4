import { eventsContainer } from '@daybook/contracts';
import { alertExpr, levels, rateOr0, type Severity } from './levels.ts';

/** A series made of others, at each evaluation. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly lasting: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook: string;
}

export const services = Object.keys(eventsContainer);

const requests = 'http_server_request_duration_seconds_count';

const httpErrors: Recording = {
  record: 'daybook:http_errors:ratio',
  expr: `${rateOr0(`${requests}{http_response_status_code=~"5.."}`, requests, '5m')} / sum by (service_name) (rate(${requests}[5m]))`,
};

export const recordings: readonly Recording[] = [...levels.map(({ record, expr }) => ({ record, expr })), httpErrors];

/** What else somebody has to look at. */
const furtherAlerts: readonly Alert[] = [
  {
    alert: 'ConsumerBehind',
    // A partition that has moved is told of by two instances for a while.
    expr: 'sum by (service_name, hub) (max by (service_name, hub, partition) (messaging_consumer_lag)) > 1000',
    lasting: '10m',
    severity: 'warning',
    summary: '{{ $labels.service_name }}: {{ $value }} messages of {{ $labels.hub }} wait',
    runbook: 'infra/runbooks/unpublished-events.md',
  },
  {
    alert: 'OutboxFailed',
    expr: 'max by (service_name) (messaging_outbox_failed) > 0',
    lasting: '5m',
    severity: 'critical',
    summary: '{{ $labels.service_name }}: {{ $value }} events could not be published',
    runbook: 'infra/runbooks/unpublished-events.md',
  },
  {
    alert: 'SagaParked',
    expr: 'max by (type, step) (saga_unfinished{status="parked"}) > 0',
    lasting: '10m',
    severity: 'critical',
    summary: '{{ $value }} sagas {{ $labels.type }} are parked at {{ $labels.step }}: an operator has to act',
    runbook: 'infra/runbooks/a-stuck-saga.md',
  },
  {
    alert: 'RequestsFail',
    expr: `${httpErrors.record} > 0.01`,
    lasting: '5m',
    severity: 'critical',
    summary: '{{ $labels.service_name }}: {{ $value | humanizePercentage }} of requests end with 5xx',
    runbook: 'infra/runbooks/slow-appends.md',
  },
  {
    // A service that says nothing is no healthy service.
    alert: 'ServiceSilent',
    expr: services.map((name) => `absent_over_time(projection_lag_seconds{service_name="${name}"}[5m])`).join(' or '),
    lasting: '1m',
    severity: 'critical',
    summary: '{{ $labels.service_name }} has told nothing of itself for five minutes',
    runbook: 'infra/runbooks/unpublished-events.md',
  },
];

export const alerts: readonly Alert[] = [
  ...levels.map((level) => {
    const { name, lasting, severity, summary, runbook } = level.alert;
    return { alert: name, expr: alertExpr(level), lasting, severity, summary, runbook };
  }),
  ...furtherAlerts,
];
