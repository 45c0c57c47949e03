/**
 * A skimmer sends a card out of a payment page by every way that browsers have: out of a page without headers, where
 * it has to succeed, out of one whose policy reports, and out of one whose policy is enforced.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import * as path from 'node:path'
import { makeCanary } from '@candor/watcher/canary.ts'
import { hostOf, type Sent } from '@candor/watcher/sent.ts'
import { watch, type Watched } from '@candor/watcher/watch.ts'
import { printTable } from '../table.ts'
import { openAttacker, type Attacker } from './attacker.ts'
import { columns, failedControls, rowsOf, untriedHints, type Matrix, type Outcome } from './matrix.ts'
import { openShop, type Shop, type Variant } from './shop.ts'
import { ways, type Way } from './ways.ts'

/** For what a browser puts off (hints, beacons, checks of WebRTC). */
const limits = { beforeMs: 400, afterMs: 2_500, leftMs: 1_500 }

/**
 * @param browser path of another Chromium than the packaged one, which follows no hints (`preconnect`, `dns-prefetch`)
 * @returns whether every way led out of the unprotected page, so that the rest of the table means something
 */
export async function exfiltration(
  print: (line: string) => void,
  [browser]: readonly string[] = [],
): Promise<boolean> {
  const matrix = await runExfiltration(browser)
  print('A card that nobody has, typed into a payment page whose own script was altered:\n')
  printTable(
    print,
    columns,
    rowsOf(matrix).map((row) => row.map((cell) => cell.replaceAll(/[`*]/g, ''))),
  )
  const failed = failedControls(matrix)
  print('')
  const untried = untriedHints(matrix)
  if (untried.length > 0)
    print(
      `Not tried: ${untried.join(', ')}. This browser follows no hints; name one that does: npx candor drill exfiltration <path>`,
    )
  if (failed.length === 0)
    print(
      'Every way that was tried led out of the page without headers: what was stopped was stopped by them.',
    )
  else print(`WRONG: ${failed.join(', ')} did not lead out of the page without headers either.`)
  return failed.length === 0
}

export async function runExfiltration(browser?: string): Promise<Matrix> {
  const attacker = await openAttacker()
  const shop = await openShop(attacker.ports)
  try {
    const matrix: Matrix = {}
    const together = ways.filter(({ leavesPage }) => !leavesPage)
    const alone = ways.filter(({ leavesPage }) => leavesPage)
    for (const variant of ['none', 'report-only', 'enforced'] as const)
      for (const group of [together, ...alone.map((way) => [way])])
        for (const [id, outcome] of await attempt(shop, attacker, group, variant, browser))
          matrix[id] = { ...matrix[id]!, [variant]: outcome }
    return matrix
  } finally {
    await shop.close()
    await attacker.close()
  }
}

async function attempt(
  shop: Shop,
  attacker: Attacker,
  group: readonly Way[],
  variant: Variant,
  browser: string | undefined,
): Promise<[string, Outcome][]> {
  shop.serve(group, variant)
  attacker.forget()
  const canary = makeCanary((count) => randomBytes(count), new Date())
  let sent: readonly Sent[] = []
  const watched = await watch({ url: shop.url, approvedHosts: [], steps: [], submit: false }, 'fresh', {
    id: randomUUID(),
    canary,
    // Nothing but the shop's own is approved, so that a host which is merely spoken to is found as well.
    baseline: { scripts: [], hosts: [], headers: null, forms: null },
    chromium: {
      executable: browser,
      cacheFolder: path.resolve(import.meta.dirname, '../../../../.cache'),
      env: { PATH: '/usr/bin:/bin' },
      args: [
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
        // Else a page on this machine is not a private network's, and its peers are hidden behind names.
        '--disable-features=WebRtcHideLocalIpsWithMdns',
      ],
    },
    random: Math.random,
    now: Date.now,
    limits,
    onSent: (each) => (sent = each),
  })
  return group.map((way) => {
    // Nobody's name server is asked for names of this machine: that the browser asked is all there is to see.
    const arrived =
      way.arrival === 'name'
        ? sent.some(({ kind, url }) => kind === 'name' && url.includes(canary.number))
        : attacker.got(way.id, canary.number)
    return [way.id, { arrived, reported: shop.reported(way.id), watcher: seen(way, attacker, watched) }]
  })
}

function seen(way: Way, attacker: Attacker, { run }: Watched): Outcome['watcher'] {
  const about = run.findings.filter(({ url }) =>
    way.arrival === 'packet'
      ? url === `udp://127.0.0.1:${attacker.ports.udp}`
      : /(?:^|\.)([a-z-]+)\.attacker\.localhost$/.exec(
          hostOf(url.includes('://') ? url : `dns://${url}`),
        )?.[1] === way.id,
  )
  if (about.some(({ proof }) => proof)) return 'proof'
  return about.length > 0 ? 'trace' : 'no'
}
