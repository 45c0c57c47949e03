import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  answered(method: string, route: string, status: number, ms: number): void
  text(): Promise<string>
}

/** Prometheus text. Labels are route patterns and status codes: nothing of a person, nothing unbounded. */
export function openMetrics(gauges: Record<string, () => number>): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'candor_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'candor_http_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers: [registry],
  })
  for (const [name, read] of Object.entries(gauges))
    new Gauge({
      name: `candor_${name}`,
      help: name.replaceAll('_', ' '),
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  return {
    answered(method, route, status, ms) {
      requests.inc({ method, route, status })
      seconds.observe({ method, route }, ms / 1_000)
    },
    text: () => registry.metrics(),
  }
}
