/**
 * Long work in small pieces on the page's own thread. A worker would need a script address that Trusted Types let
 * through, and the console's policy makes no exception (`trusted-types 'none'`).
 */

/** Less than a frame: keys and scrolling stay as quick as without it. */
const sliceMsMax = 8

/** The generator yields often; between two slices the page breathes. @throws what `signal` was aborted with */
export async function runSliced<T>(work: Generator<void, T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const until = performance.now() + sliceMsMax
    do {
      const step = work.next()
      if (step.done) return step.value
    } while (performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve))
    signal.throwIfAborted()
  }
}
