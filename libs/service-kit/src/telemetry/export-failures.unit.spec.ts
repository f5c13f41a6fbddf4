import { diag } from '@opentelemetry/api';
import { silentLog } from '../log.ts';
import { logExportFailures } from './export-failures.ts';

it('what OpenTelemetry complains about is a line a minute, with how many there were', () => {
  let nowMs = 0;
  const lines: object[] = [];
  const end = logExportFailures({ ...silentLog, warn: (fields) => void lines.push(fields) }, () => nowMs);
  const err = new Error('ECONNREFUSED');
  diag.error('collector:4318 cannot be reached', { to: 'nobody' }, err);
  for (let each = 0; each < 100; each += 1) diag.warn('again');
  diag.info('nothing to say');
  nowMs += 60_000;
  diag.error('x'.repeat(1_000));
  nowMs += 60_000;
  diag.error(JSON.stringify({ stack: 'Error: no route\n    at x', message: 'no route' }));
  end();
  diag.error('after the end');
  expect(lines).toEqual([
    { said: 'collector:4318 cannot be reached', err },
    { said: 'x'.repeat(300), untold: 100 },
    { said: 'no route' },
  ]);
});
