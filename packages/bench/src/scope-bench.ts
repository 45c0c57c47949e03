import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { parseScopeQuery } from '@candor/server/incidents/scope/scope-query.ts'
import { workOutScope } from '@candor/server/incidents/scope/scope.ts'
import { story, writeStory, type StoryTruth } from '@candor/server/incidents/scope/story-views.ts'
import { startEmbeddedPostgres } from '@candor/server/postgres/embedded-postgres.ts'
import { openStore } from '@candor/server/store/store.ts'
import { seededRandom } from './seeded-random.ts'

const day = 86_400_000
const from = Date.parse('2017-09-20T00:00:00Z')
/** The story's sixteen days. */
const altered = { from: Date.parse('2017-09-26T00:00:00Z'), until: Date.parse('2017-10-12T00:00:00Z') }
const secondsGoal = 5

/**
 * Page views of three tenants (one with an altered script, one with a skimmer at an address of its own, one spared) in
 * one database, as visits writes them, and the scope of each worked out and compared with what happened.
 */
export async function scopeBench(
  options: { views: number; seed: number },
  say: (line: string) => void,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-bench-scope-'))
  // PostgreSQL runs as another user where we are root, and has to pass through.
  chmodSync(folder, 0o711)
  const postgres = await startEmbeddedPostgres({ dataFolder: path.join(folder, 'data'), log() {} })
  const store = await openStore({ url: postgres.url, log() {} })
  try {
    const random = seededRandom(options.seed)
    const tenants: { name: string; tenant: string; truth: StoryTruth }[] = []
    const each = Math.floor(options.views / 3)
    for (const [name, more] of [
      ['altered script', { altered: { ...altered, share: 1 } }],
      ['skimmer, 5 % of page views', { skimmer: { ...altered, share: 0.05 } }],
      ['spared', {}],
    ] as const) {
      const tenant = randomUUID()
      const startedAt = performance.now()
      const plan = { altered: null, skimmer: null, reporting: 0.7, known: 0.3, random, ...more }
      const truth = await writeStory(store, { tenant, views: each, from, until: from + 30 * day, ...plan })
      say(`${name}: ${each} page views written in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
      tenants.push({ name, tenant, truth })
    }
    await store.refreshStatistics()
    let total = 0
    const rows: string[] = []
    for (const { name, tenant, truth } of tenants) {
      const query = parseScopeQuery({
        version: 1,
        from: new Date(from).toISOString(),
        until: new Date(from + 30 * day).toISOString(),
        hashes: [story.altered],
        addresses: [story.skimmer],
        releases: [],
        templates: null,
        exclude: { withoutCardFields: true, templates: [story.storeCard] },
        categories: { otherwise: ['payment-card'], byTemplate: {} },
      })
      const startedAt = performance.now()
      const { scope, members } = await workOutScope(store, tenant, query)
      const seconds = (performance.now() - startedAt) / 1_000
      total += seconds
      const again = await workOutScope(store, tenant, query)
      const found = new Set(members.filter((member) => member.class === 'ran').map(({ visit }) => visit))
      const real = new Set([...truth.ranAltered.reported, ...truth.ranSkimmer])
      const right = [...found].filter((visit) => real.has(visit)).length
      const precision = found.size === 0 ? 1 : right / found.size
      const recall = real.size === 0 ? 1 : right / real.size
      rows.push(
        `| ${name} | ${scope.ran.visits} | ${scope.unknown.visits} | ${precision.toFixed(4)} | ${recall.toFixed(4)} | ${again.scope.digest === scope.digest ? 'yes' : 'NO'} | ${seconds.toFixed(2)} s |`,
      )
    }
    return [
      `Scope of ${(3 * each).toLocaleString('en')} page views of three tenants, seed ${options.seed}`,
      '',
      '| tenant | visits that ran it | may have | precision | recall | same again | time |',
      '|---|---|---|---|---|---|---|',
      ...rows,
      '',
      `All three: ${total.toFixed(1)} s; the goal for a million is ${secondsGoal} s: ${options.views < 1_000_000 ? 'not asked of so few' : total <= secondsGoal ? 'met' : 'missed'}.`,
    ].join('\n')
  } finally {
    await store.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
