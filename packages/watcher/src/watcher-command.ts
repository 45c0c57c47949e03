/** `candor watcher <url>`: goes to one page by hand and says what it found. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { watcherProfiles, type WatcherProfile, type WatcherRun } from '@candor/protocol/integrity-api.ts'
import { makeCanary } from './canary.ts'
import { NoChromium } from './launch-chromium.ts'
import { watch } from './watch.ts'

const usage = `Usage: npx candor watcher <url> [--profile <name>]… [--approve <host>]… [--submit] [--json]

Visits the page, types a card that nobody has, and says where that card went.
  --profile  ${watcherProfiles.join(', ')}; desktop, phone and fresh unless given
  --approve  a host that may be sent card data (the payment provider)
  --submit   sends the form off as well: only where an order with this card does no harm
  --json     the runs, one a line
CANDOR_BROWSER names another Chromium than the packaged one.
Ends with 1 when the card left or the page is not as it should be, 2 when it was not to be found out.
`

const asked = readArguments()
if (asked === null) {
  process.stderr.write(usage)
  process.exitCode = 2
} else
  try {
    const outcomes = new Set<WatcherRun['outcome']>()
    for (const profile of asked.profiles) {
      const { run, typed, sandboxed } = await watch(
        { url: asked.url, approvedHosts: asked.approvedHosts, steps: [], submit: asked.submit },
        profile,
        {
          id: randomUUID(),
          canary: makeCanary((count) => randomBytes(count), new Date()),
          baseline: null,
          chromium: {
            executable: process.env['CANDOR_BROWSER'],
            cacheFolder: path.resolve(import.meta.dirname, '../../../.cache'),
            env: process.env as Record<string, string>,
          },
          random: () => randomInt(1_000_000) / 1_000_000,
          now: Date.now,
        },
      )
      outcomes.add(run.outcome)
      process.stdout.write(asked.json ? `${JSON.stringify(run)}\n` : `${told(run, typed, sandboxed)}\n`)
    }
    process.exitCode = outcomes.has('leaking') || outcomes.has('changed') ? 1 : outcomes.has('failed') ? 2 : 0
  } catch (caught) {
    if (!(caught instanceof NoChromium)) throw caught
    process.stderr.write(`${caught.message}\n`)
    process.exitCode = 2
  }

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        profile: { type: 'string', multiple: true, default: ['desktop', 'phone', 'fresh'] },
        approve: { type: 'string', multiple: true, default: [] },
        submit: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const [url] = positionals
    const profiles = values.profile.filter((name): name is WatcherProfile =>
      (watcherProfiles as readonly string[]).includes(name),
    )
    const isPage = positionals.length === 1 && URL.canParse(url!) && /^https?:$/.test(new URL(url!).protocol)
    if (!isPage || profiles.length !== values.profile.length || profiles.includes('cart')) {
      if (profiles.includes('cart'))
        process.stderr.write('The way to a cart is kept with a watched page: docs/watcher.md.\n')
      return null
    }
    return { url: url!, profiles, approvedHosts: values.approve, submit: values.submit, json: values.json }
  } catch (caught) {
    if (!(caught instanceof TypeError && 'code' in caught)) throw caught
    process.stderr.write(`${caught.message}\n`)
    return null
  }
}

function told(run: WatcherRun, typed: readonly string[], sandboxed: boolean): string {
  const outcome = { clean: 'nothing found', changed: 'changed', leaking: 'THE CARD LEFT', failed: 'failed' }[
    run.outcome
  ]
  return [
    `${run.profile}: ${outcome}. ${run.requests} requests, ${run.scripts.length} scripts; typed: ${typed.join(', ') || 'nothing'}.`,
    ...(run.reason === undefined ? [] : [`  ${run.reason}`]),
    ...run.findings.map(
      ({ detail, url, proof }) => `  ${proof ? 'proof' : 'finding'}: ${detail}\n    to ${url}`,
    ),
    ...(sandboxed
      ? []
      : ['  Chromium ran without its sandbox: as root, or where the system forbids it, it has none.']),
  ].join('\n')
}
