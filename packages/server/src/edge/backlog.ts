/** Bytes that may wait for one reader longer than a moment. More, and one slow phone holds the memory of a hundred others. */
const backlogBytesMax = 1024 * 1024
/** A burst may go beyond that for so long: a batch of long messages is more than a socket takes at once. */
const burstMsMax = 2_000
/** What no burst may reach. */
const burstBytesMax = 16 * 1024 * 1024

/** Judges a reader after each write; calls `tooSlow` once. */
export function watchBacklog(
  waitingBytes: () => number,
  tooSlow: () => void,
): { written(): boolean; end(): void } {
  let timer: NodeJS.Timeout | null = null
  let over = false

  function end(): void {
    over = true
    if (timer !== null) clearTimeout(timer)
  }

  function judge(): void {
    timer = null
    if (over || waitingBytes() <= backlogBytesMax) return
    end()
    tooSlow()
  }

  return {
    /** False when the reader has just been found too slow. */
    written() {
      const waiting = waitingBytes()
      if (waiting <= backlogBytesMax || over) return !over
      if (waiting > burstBytesMax) judge()
      else timer ??= setTimeout(judge, burstMsMax)
      return !over
    },
    end,
  }
}
