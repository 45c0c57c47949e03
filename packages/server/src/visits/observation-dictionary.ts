import { createHash } from 'node:crypto'
import { openAllowance } from './allowance.ts'
import { openTemplateLearning, templateOf, type TemplateLearning } from './page-template.ts'
import { seenFrom, type SeenFrom } from './seen-from.ts'
import type { Query, Store } from '../store/store.ts'

/** s: address of a script, l: of a loader, h: a hash, r: a release, t: where a request went. */
export type WordKind = 's' | 'l' | 'h' | 'r' | 't'

/** Something met, that has a number or is given one. */
export interface Met {
  at: number
  network: string
  /** One more network that met it in the same flush. */
  also?: string
  cardFields?: boolean
}

/** Notes one more meeting with a name. */
export function meet(names: Map<string, Met>, name: string, how: Met): void {
  const before = names.get(name)
  if (before === undefined) names.set(name, { ...how })
  else {
    if (how.network !== before.network) before.also = how.network
    else if (how.also !== undefined && how.also !== before.network) before.also = how.also
    if (how.cardFields === true) before.cardFields = true
  }
}

/**
 * Numbers for what page views name: templates, addresses, hashes, sets of them. Bounded for each tenant. Where a bound
 * is reached, the one that was not seen for longest goes, among those that only one network ever showed and nobody
 * approved: what two networks saw is never lost, so inventing names cannot push out what visitors really ran.
 */
export interface Dictionary {
  /** Number of the page's template; absent where the network has named too many new ones. */
  templates(tenant: string, pages: ReadonlyMap<string, Met>): Promise<Map<string, TemplateNumber>>
  words(tenant: string, kind: WordKind, words: ReadonlyMap<string, Met>): Promise<Map<string, number>>
  /** Number of each set; 0 where there are too many. The empty set has a number too. */
  sets(tenant: string, kind: 's' | 'h', sets: readonly (readonly number[])[]): Promise<number[]>
  /** Never pushed out from now on. */
  keep(
    tenant: string,
    what: { template?: number; words?: readonly (readonly [WordKind, string])[] },
  ): Promise<void>
}

export interface TemplateNumber {
  id: number
  template: string
}

const templatesMax = 2_000
const wordsMax: Record<WordKind, number> = { s: 5_000, l: 50, h: 20_000, r: 200, t: 2_000 }
/** A site has some dozens; what differs for every visitor is cut down to what several networks have. */
const setsMax = 50_000
/** New names of one network: at once, and then for each day. An office has more pages open than that nowhere. */
const newOfNetworkAtOnceMax = 400
const newOfNetworkPerDayMax = 400
/** How late "last seen" may be in the database. */
const touchMs = 600_000
/** What several networks saw may go after this, where nothing else can: or a table that was filled would stay full. */
const forgottenMs = 30 * 24 * 3_600_000
const tenantsHeldMax = 1_000

interface Entry {
  id: number
  seen: SeenFrom
  kept: boolean
  writtenAt: number
  cardFields: boolean
}

interface Held {
  templates: Names
  words: Record<WordKind, Names>
  learning: TemplateLearning
  sets: Map<string, number>
  setCount: { s: number; h: number }
}

export function openDictionary(options: { store: Store; now: () => number }): Dictionary {
  const { store, now } = options
  const tenants = new Map<string, Promise<Held>>()
  const newNames = openAllowance({
    atOnceMax: newOfNetworkAtOnceMax,
    perMinuteMax: newOfNetworkPerDayMax / (24 * 60),
    now,
  })

  function heldOf(tenant: string): Promise<Held> {
    const known = tenants.get(tenant) ?? load(store, tenant)
    tenants.delete(tenant)
    if (tenants.size >= tenantsHeldMax) tenants.delete(tenants.keys().next().value!)
    tenants.set(tenant, known)
    known.catch(() => tenants.delete(tenant))
    return known
  }

  /** Numbers of all that may have one; what is new or was last written long ago is written. */
  async function resolve(
    tenant: string,
    table: Table,
    names: Names,
    met: ReadonlyMap<string, Met>,
  ): Promise<Map<string, number>> {
    const write: { name: string; met: Met; seen: SeenFrom; cardFields: boolean }[] = []
    const evicted: number[] = []
    const numbers = new Map<string, number>()
    for (const [name, how] of met) {
      const known = names.get(name)
      const one = seenFrom(known?.seen ?? null, how.at, how.network)
      const seen = how.also === undefined ? one : seenFrom(one, how.at, how.also)
      if (known === undefined) {
        if (!newNames.take(`${tenant} ${how.network}`)) continue
        if (names.size() + write.filter((each) => names.get(each.name) === undefined).length >= table.max) {
          const gone = names.evict(how.at - forgottenMs)
          if (gone === null) continue
          evicted.push(gone)
        }
      } else numbers.set(name, known.id)
      const cardFields = known?.cardFields === true || how.cardFields === true
      if (
        known === undefined ||
        how.at - known.writtenAt > touchMs ||
        seen.several !== known.seen.several ||
        cardFields !== known.cardFields
      )
        write.push({ name, met: how, seen, cardFields })
      else names.touch(name, seen)
    }
    if (write.length === 0 && evicted.length === 0) return numbers
    const rows = await store.write(tenant, async (q) => {
      if (evicted.length > 0)
        await q(`delete from ${table.name} where tenant_id = $1 and id = any($2)`, [tenant, evicted])
      return table.upsert(q, tenant, write)
    })
    for (const { name, met: how, seen, cardFields } of write) {
      const id = rows.get(name)!
      numbers.set(name, id)
      names.set(name, { id, seen, kept: names.get(name)?.kept ?? false, writtenAt: how.at, cardFields })
    }
    return numbers
  }

  return {
    async templates(tenant, pages) {
      const held = await heldOf(tenant)
      const began: string[] = []
      const wanted = new Map<string, Met>()
      const templateOfPage = new Map<string, string>()
      for (const [page, met] of pages) {
        const { origin, pathname } = new URL(page)
        began.push(...held.learning.learn(pathname, met.network, origin))
        // What has a number keeps it: a page that was approved does not dissolve among its neighbours.
        const own = origin + templateOf(pathname)
        const template =
          held.templates.get(own)?.kept === true
            ? own
            : origin + templateOf(pathname, (prefix) => held.learning.varies(origin + prefix))
        templateOfPage.set(page, template)
        meet(wanted, template, met)
      }
      if (began.length > 0)
        await store.write(tenant, (q) =>
          q(
            'insert into observed_places (tenant_id, prefix) select $1, unnest($2::text[]) on conflict do nothing',
            [tenant, began],
          ),
        )
      const numbers = await resolve(tenant, templateTable, held.templates, wanted)
      const result = new Map<string, TemplateNumber>()
      for (const [page, template] of templateOfPage) {
        const id = numbers.get(template)
        if (id !== undefined) result.set(page, { id, template })
      }
      return result
    },

    async words(tenant, kind, words) {
      if (words.size === 0) return new Map()
      const held = await heldOf(tenant)
      return resolve(tenant, wordTable(kind), held.words[kind], words)
    },

    async sets(tenant, kind, sets) {
      const held = await heldOf(tenant)
      const digests = sets.map((members) => digestOf(members))
      const missing = new Map<string, readonly number[]>()
      digests.forEach((digest, i) => {
        if (!held.sets.has(kind + digest)) missing.set(digest, sets[i]!)
      })
      const room = Math.max(0, setsMax - held.setCount[kind])
      const made = [...missing].slice(0, room)
      if (missing.size > 0) {
        const rows = await store.write(tenant, async (q) => {
          const inserted = await q(
            `insert into observed_sets (tenant_id, kind, digest, members)
             select $1, $2, decode(x.digest, 'hex'), x.members
             from jsonb_to_recordset($3) as x (digest text, members int[])
             on conflict (tenant_id, kind, digest) do nothing returning id`,
            [tenant, kind, JSON.stringify(made.map(([digest, members]) => ({ digest, members })))],
          )
          held.setCount[kind] += inserted.length
          return q<{ id: number; digest: string }>(
            `select id, encode(digest, 'hex') as digest from observed_sets
             where tenant_id = $1 and kind = $2 and digest = any(select decode(unnest($3::text[]), 'hex'))`,
            [tenant, kind, [...missing.keys()]],
          )
        })
        for (const { id, digest } of rows) {
          if (held.sets.size >= setsMax) held.sets.delete(held.sets.keys().next().value!)
          held.sets.set(kind + digest, id)
        }
      }
      return digests.map((digest) => held.sets.get(kind + digest) ?? 0)
    },

    async keep(tenant, { template, words = [] }) {
      const held = await heldOf(tenant)
      await store.write(tenant, async (q) => {
        if (template !== undefined)
          await q('update observed_templates set kept = true where tenant_id = $1 and id = $2', [
            tenant,
            template,
          ])
        if (words.length > 0)
          await q(
            `update observed_words w set kept = true from jsonb_to_recordset($2) as x (kind text, word text)
             where w.tenant_id = $1 and w.kind = x.kind and md5(w.word) = md5(x.word)`,
            [tenant, JSON.stringify(words.map(([kind, word]) => ({ kind, word })))],
          )
      })
      if (template !== undefined) held.templates.keep((entry) => entry.id === template)
      for (const [kind, word] of words) held.words[kind].keepName(word)
    },
  }
}

/** Names with their numbers, in memory: of the tables of one tenant, the whole. */
interface Names {
  get(name: string): Entry | undefined
  set(name: string, entry: Entry): void
  touch(name: string, seen: SeenFrom): void
  size(): number
  /** Forgets the one that may go and was not seen for longest; answers its number. */
  evict(forgottenBefore: number): number | null
  keep(which: (entry: Entry) => boolean): void
  keepName(name: string): void
}

function openNames(): Names {
  const entries = new Map<string, Entry>()
  /** Those that may go, the one not seen for longest first. */
  const loose = new Set<string>()
  function place(name: string, entry: Entry): void {
    loose.delete(name)
    if (!entry.kept && !entry.seen.several) loose.add(name)
  }
  function keepName(name: string): void {
    const entry = entries.get(name)
    if (entry !== undefined) entry.kept = true
    loose.delete(name)
  }
  return {
    get: (name) => entries.get(name),
    set(name, entry) {
      entries.set(name, entry)
      place(name, entry)
    },
    touch(name, seen) {
      const entry = entries.get(name)!
      entry.seen = seen
      place(name, entry)
    },
    size: () => entries.size,
    evict(forgottenBefore) {
      const [first] = loose
      const oldest =
        first ?? [...entries].find(([, { kept, writtenAt }]) => !kept && writtenAt < forgottenBefore)?.[0]
      if (oldest === undefined) return null
      const { id } = entries.get(oldest)!
      entries.delete(oldest)
      loose.delete(oldest)
      return id
    },
    keep(which) {
      for (const [name, entry] of entries) if (which(entry)) keepName(name)
    },
    keepName,
  }
}

interface Table {
  name: string
  max: number
  upsert(
    q: Query,
    tenant: string,
    rows: readonly { name: string; met: Met; seen: SeenFrom; cardFields: boolean }[],
  ): Promise<Map<string, number>>
}

const templateTable: Table = {
  name: 'observed_templates',
  max: templatesMax,
  async upsert(q, tenant, rows) {
    const stored = await q<{ id: number; name: string }>(
      `insert into observed_templates
         (tenant_id, template, first_seen_at, last_seen_at, card_fields, seen_day, seen_network, seen_several)
       select $1, x.name, to_timestamp(x.at / 1000.0), to_timestamp(x.at / 1000.0), x.card, x.day, x.network, x.several
       from jsonb_to_recordset($2) as x (name text, at bigint, card boolean, day int, network bigint, several boolean)
       on conflict (tenant_id, md5(template)) do update set
         last_seen_at = greatest(observed_templates.last_seen_at, excluded.last_seen_at),
         card_fields = excluded.card_fields, seen_day = excluded.seen_day,
         seen_network = excluded.seen_network, seen_several = excluded.seen_several
       returning id, template as name`,
      [tenant, JSON.stringify(rows.map(rowOf))],
    )
    return new Map(stored.map(({ id, name }) => [name, id]))
  },
}

function wordTable(kind: WordKind): Table {
  return {
    name: 'observed_words',
    max: wordsMax[kind],
    async upsert(q, tenant, rows) {
      const stored = await q<{ id: number; name: string }>(
        `insert into observed_words (tenant_id, kind, word, last_seen_at, seen_day, seen_network, seen_several)
         select $1, $3, x.name, to_timestamp(x.at / 1000.0), x.day, x.network, x.several
         from jsonb_to_recordset($2) as x (name text, at bigint, day int, network bigint, several boolean)
         on conflict (tenant_id, kind, md5(word)) do update set
           last_seen_at = greatest(observed_words.last_seen_at, excluded.last_seen_at), seen_day = excluded.seen_day,
           seen_network = excluded.seen_network, seen_several = excluded.seen_several
         returning id, word as name`,
        [tenant, JSON.stringify(rows.map(rowOf)), kind],
      )
      return new Map(stored.map(({ id, name }) => [name, id]))
    },
  }
}

function rowOf(row: { name: string; met: Met; seen: SeenFrom; cardFields: boolean }): object {
  const { name, met, seen, cardFields } = row
  return { name, at: met.at, card: cardFields, day: seen.day, network: seen.network, several: seen.several }
}

async function load(store: Store, tenant: string): Promise<Held> {
  return store.read(tenant, async (q) => {
    interface Row {
      id: number
      kind: WordKind
      name: string
      at: Date
      card: boolean
      seen_day: number
      seen_network: string
      seen_several: boolean
      kept: boolean
    }
    const seen = 'seen_day, seen_network::text, seen_several, kept'
    const templates = await q<Row>(
      `select id, template as name, last_seen_at as at, card_fields as card, ${seen} from observed_templates
       where tenant_id = $1 order by last_seen_at, id`,
      [tenant],
    )
    const words = await q<Row>(
      `select id, kind, word as name, last_seen_at as at, false as card, ${seen} from observed_words
       where tenant_id = $1 order by last_seen_at, id`,
      [tenant],
    )
    const places = await q<{ prefix: string }>('select prefix from observed_places where tenant_id = $1', [
      tenant,
    ])
    const counts = await q<{ kind: 's' | 'h'; count: number }>(
      'select kind, count(*)::int as count from observed_sets where tenant_id = $1 group by kind',
      [tenant],
    )
    const held: Held = {
      templates: openNames(),
      words: { s: openNames(), l: openNames(), h: openNames(), r: openNames(), t: openNames() },
      learning: openTemplateLearning(places.map(({ prefix }) => prefix)),
      sets: new Map(),
      setCount: { s: 0, h: 0, ...Object.fromEntries(counts.map(({ kind, count }) => [kind, count])) },
    }
    const entry = (row: Row): Entry => ({
      id: row.id,
      seen: { day: row.seen_day, network: row.seen_network, several: row.seen_several },
      kept: row.kept,
      writtenAt: row.at.getTime(),
      cardFields: row.card,
    })
    for (const row of templates) held.templates.set(row.name, entry(row))
    for (const row of words) held.words[row.kind].set(row.name, entry(row))
    return held
  })
}

function digestOf(members: readonly number[]): string {
  return createHash('sha256').update(members.join(' ')).digest('hex')
}
