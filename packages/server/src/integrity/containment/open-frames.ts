/** Where a frame is open, as far as it says. */
export interface FramePlace {
  /** Of the host page, as the browser vouches for it. */
  origin: string | null
  url: string | null
  release: string | null
}

/** A visitor's widget that is connected. */
export interface OpenFrame {
  readonly tenant: string
  /** Changes as the visitor goes from page to page. */
  where(): FramePlace
  /**
   * Tells it to stop, for good, and ends its connection. `confirmed` is called when the frame itself says that it has
   * stopped: at most once, and not at all where it says nothing. MUST NOT throw.
   */
  stop(confirmed: () => void): void
}

export interface OpenFrames {
  /** It is open until the answer is called. */
  opened(frame: OpenFrame): () => void
  /** Tenants that have frames open. */
  tenants(): string[]
  /** Stops those of a tenant that fit. @returns how many they are; `confirmed` is called for each that says so. */
  stop(tenant: string, fits: (place: FramePlace) => boolean, confirmed: () => void): number
}

/** Goodbyes of one turn of the loop: some milliseconds, in which nothing else is answered. */
const batchMax = 250

export function openOpenFrames(): OpenFrames {
  const frames = new Map<string, Set<OpenFrame>>()

  function forget(frame: OpenFrame): void {
    const set = frames.get(frame.tenant)
    if (set?.delete(frame) && set.size === 0) frames.delete(frame.tenant)
  }

  return {
    opened(frame) {
      let set = frames.get(frame.tenant)
      if (set === undefined) frames.set(frame.tenant, (set = new Set()))
      set.add(frame)
      return () => forget(frame)
    },

    tenants: () => [...frames.keys()],

    stop(tenant, fits, confirmed) {
      const chosen = [...(frames.get(tenant) ?? [])].filter((frame) => fits(frame.where()))
      // At once, so that a second containment meanwhile does not count them again.
      for (const frame of chosen) forget(frame)
      let at = 0
      const next = (): void => {
        const end = Math.min(at + batchMax, chosen.length)
        while (at < end) chosen[at++]!.stop(confirmed)
        if (at < chosen.length) setImmediate(next)
      }
      next()
      return chosen.length
    },
  }
}
