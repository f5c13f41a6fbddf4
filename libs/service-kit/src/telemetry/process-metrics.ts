import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Meter, metrics } from '@opentelemetry/api';
import { instruments } from './instruments.ts';

const nsPerS = 1e9;
/** How often the event loop is asked for the time, in milliseconds: a delay is what comes on top of it. */
const resolutionMs = 20;

/** How the process itself is doing. Measured from when it is called. @returns ends it */
export function observeProcess(meter: Meter = metrics.getMeter('@daybook/service-kit')): () => void {
  const { gauge } = instruments(meter);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  gauge('nodejs.eventloop.delay.p99').addCallback((result) => {
    // Nothing has been measured yet where it was never late: it says NaN or 0 then.
    const lateNs = delay.percentile(99) - resolutionMs * 1e6;
    result.observe(Math.max(0, lateNs || 0) / nsPerS);
    delay.reset();
  });
  gauge('process.memory.usage').addCallback((result) => result.observe(process.memoryUsage.rss()));
  return () => delay.disable();
}
