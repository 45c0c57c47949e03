import { openAllowance } from './allowance.ts'

/** How much of a minute's intake one network and one site may take. */
export interface IntakeLimits {
  networkAtOnceMax: number
  networkPerMinuteMax: number
  siteAtOnceMax: number
  sitePerMinuteMax: number
  /** Of one network, when its site has used up everything. */
  fairPerMinuteMax: number
}

/**
 * Two buckets, for the network and for the site. A flood from few networks empties theirs alone. A flood from many
 * empties the site's, and then whoever took little is still heard: real visitors send little each, so crowding
 * them out costs a network for every few reports a minute, and the flood is counted either way.
 */
export function openIntakeAllowance(
  limits: IntakeLimits,
  now: () => number,
): { take(site: string, network: string, cost: number): boolean } {
  const ofNetwork = openAllowance({
    atOnceMax: limits.networkAtOnceMax,
    perMinuteMax: limits.networkPerMinuteMax,
    now,
  })
  const ofSite = openAllowance({
    atOnceMax: limits.siteAtOnceMax,
    perMinuteMax: limits.sitePerMinuteMax,
    now,
  })
  const fair = openAllowance({
    atOnceMax: limits.fairPerMinuteMax,
    perMinuteMax: limits.fairPerMinuteMax,
    now,
  })
  return {
    take(site, network, cost) {
      const key = `${site} ${network}`
      if (!ofNetwork.take(key, cost)) return false
      // Taken always, so that it says who took little.
      const little = fair.take(key, cost)
      return ofSite.take(site, cost) || little
    },
  }
}
