import { useEffect, useState } from 'react'
import { runSliced } from './run-sliced.ts'

/** What long work gives, null while it runs. `make` begins it; it MUST be the same function for the same work. */
export function useSliced<T>(make: (() => Generator<void, T>) | null): T | null {
  const [result, setResult] = useState<{ of: unknown; value: T } | null>(null)
  useEffect(() => {
    if (!make) return
    const stop = new AbortController()
    runSliced(make(), stop.signal).then(
      (value) => setResult({ of: make, value }),
      (fault: unknown) => {
        if (!stop.signal.aborted) throw fault
      },
    )
    return () => stop.abort()
  }, [make])
  return result !== null && result.of === make ? result.value : null
}
