import { createHash, randomUUID } from 'node:crypto'
import type { Store } from '../../store/store.ts'
import {
  flag,
  insertLinks,
  insertViews,
  nameVisitors,
  type LinkRow,
  type ViewRow,
} from '../../visits/observation-rows.ts'

/**
 * Page views of a story, written as visits writes them, with what really happened in each: for the tests, the bench and
 * the drill of a scope. A vendor's script is served altered for a while, and a skimmer at an address of its own for
 * another while.
 */
export interface StoryPlan {
  tenant: string
  views: number
  /** Milliseconds since 1970. */
  from: number
  until: number
  /** When the altered body was served, and to which share of the page views; null: never. */
  altered: { from: number; until: number; share: number } | null
  /** The same for the script at another address. */
  skimmer: { from: number; until: number; share: number } | null
  /** Share of browsers that report hashes. */
  reporting: number
  /** Share of visits whose visitor is known. */
  known: number
  random: () => number
}

export interface StoryTruth {
  /** Visits by what they did on the payment page. */
  ranAltered: { reported: Set<string>; silent: Set<string> }
  ranSkimmer: Set<string>
  /** Page views of the payment page whose browser reported no hash. */
  silent: { visit: string; at: number }[]
  /** When a browser first and last reported the altered script on the payment page. */
  reportedAt: { first: number; last: number }
  paymentViews: number
  /** Visitor of each visit that is known. */
  visitors: Map<string, string>
}

const site = 'https://shop.example'
export const story = {
  payment: `${site}/checkout/:id`,
  /** Card fields, too, but of the store's own card. */
  storeCard: `${site}/account/store-card`,
  vendor: 'https://vendor.example/chat.js',
  skimmer: 'https://statics.example/s.js',
  good: hashOf('the vendor’s script'),
  altered: hashOf('the vendor’s script, and one thing more'),
} as const

/** Rows of one statement. */
const batchMax = 5_000

export async function writeStory(store: Store, plan: StoryPlan): Promise<StoryTruth> {
  const { tenant, random } = plan
  const numbers = await store.write(tenant, async (q) => {
    const template = async (text: string, cardFields: boolean): Promise<number> =>
      (
        await q<{ id: number }>(
          `insert into observed_templates
             (tenant_id, template, first_seen_at, last_seen_at, card_fields, seen_day, seen_network, seen_several)
           values ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($4 / 1000.0), $5, 0, 0, true) returning id`,
          [tenant, text, plan.from, plan.until, cardFields],
        )
      )[0]!.id
    const word = async (kind: string, text: string): Promise<number> =>
      (
        await q<{ id: number }>(
          `insert into observed_words (tenant_id, kind, word, last_seen_at, seen_day, seen_network, seen_several)
           values ($1, $2, $3, to_timestamp($4 / 1000.0), 0, 0, true) returning id`,
          [tenant, kind, text, plan.until],
        )
      )[0]!.id
    const set = async (kind: string, members: number[]): Promise<number> =>
      (
        await q<{ id: number }>(
          'insert into observed_sets (tenant_id, kind, digest, members) values ($1, $2, $3, $4::int[]) returning id',
          [tenant, kind, createHash('sha256').update(members.join()).digest(), members],
        )
      )[0]!.id
    const shop = await word('s', `${site}/shop.js`)
    const vendor = await word('s', story.vendor)
    const skimmer = await word('s', story.skimmer)
    const shopHash = await word('h', hashOf('the shop'))
    const good = await word('h', story.good)
    // Nobody's browser knows a hash that it was never served.
    const altered = await word('h', plan.altered === null ? hashOf('something else') : story.altered)
    return {
      templates: [
        await template(`${site}/`, false),
        await template(`${site}/product/:id`, false),
        await template(story.payment, true),
        await template(story.storeCard, true),
      ],
      loader: await word('l', 'https://chat.example/w/loader.js'),
      plain: await set('s', [shop, vendor]),
      skimmed: await set('s', [shop, vendor, skimmer]),
      goodSet: await set('h', [shop, shopHash, vendor, good]),
      alteredSet: await set('h', [shop, shopHash, vendor, altered]),
    }
  })
  const truth: StoryTruth = {
    ranAltered: { reported: new Set(), silent: new Set() },
    ranSkimmer: new Set(),
    silent: [],
    reportedAt: { first: Infinity, last: -Infinity },
    paymentViews: 0,
    visitors: new Map(),
  }
  const payment = numbers.templates[2]!
  let views: ViewRow[] = []
  let links: LinkRow[] = []
  let visitors: { visit: string; visitor: string; at: number }[] = []
  const write = async (): Promise<void> => {
    await store.write(tenant, async (q) => {
      await insertViews(q, tenant, views)
      await insertLinks(q, tenant, links)
      await nameVisitors(q, tenant, visitors)
    })
    views = []
    links = []
    visitors = []
  }

  const stepMs = (plan.until - plan.from) / plan.views
  let visit = randomUUID() as string
  let reports = false
  for (let n = 0; n < plan.views; n++) {
    // Visits have four page views on the average, one after the other.
    if (n % 4 === 0) {
      visit = randomUUID()
      reports = random() < plan.reporting
      if (random() < plan.known) {
        const visitor = randomUUID()
        truth.visitors.set(visit, visitor)
        visitors.push({ visit, visitor, at: Math.floor(plan.from + n * stepMs) })
      }
    }
    const at = Math.floor(plan.from + n * stepMs)
    const template = numbers.templates[Math.floor(random() * numbers.templates.length)]!
    const served = (what: StoryPlan['altered']): boolean =>
      what !== null && at >= what.from && at < what.until && random() < what.share
    const altered = served(plan.altered)
    const skimmed = served(plan.skimmer)
    const view = randomUUID()
    views.push({
      template,
      set: skimmed ? numbers.skimmed : numbers.plain,
      at,
      view,
      visit,
      network: String(n % 5_000),
      loader: numbers.loader,
      release: 0,
      flags: template === payment ? flag.cardFields | flag.pinned : flag.pinned,
    })
    if (reports)
      links.push({ set: altered ? numbers.alteredSet : numbers.goodSet, at, view, visit, template })
    if (template === payment) {
      truth.paymentViews++
      if (altered) truth.ranAltered[reports ? 'reported' : 'silent'].add(visit)
      if (altered && reports) {
        truth.reportedAt.first = Math.min(truth.reportedAt.first, at)
        truth.reportedAt.last = Math.max(truth.reportedAt.last, at)
      }
      if (skimmed) truth.ranSkimmer.add(visit)
      if (!reports) truth.silent.push({ visit, at })
    }
    if (views.length >= batchMax) await write()
  }
  await write()
  return truth
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
