import {
  exampleOf,
  namesCards,
  overlapWithIssuerRanges,
  patternMax,
  prefixMax,
  screen,
  weaknessOf,
  type WeakWord,
} from '@candor/card-guard'
import type { TenantIdentifierFormat } from '@candor/protocol/api.ts'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { checkLine, refuseField } from './fields.ts'

export interface IdentifierFormats {
  /** By name. */
  identifierFormats(tenant: string): Promise<TenantIdentifierFormat[]>
  /** The same id again answers what is stored, or `idempotency_conflict`. */
  addIdentifierFormat(by: Actor, id: string, given: GivenFormat): Promise<TenantIdentifierFormat>
  changeIdentifierFormat(by: Actor, id: string, given: GivenFormat): Promise<TenantIdentifierFormat>
  removeIdentifierFormat(tenant: string, id: string): Promise<void>
  /** What the card guard is given. Without a promise once it is held in memory, as it is while messages come. */
  guardFormats: FormatsOf
  /** After each change, when `guardFormats` answers the new ones. */
  onFormatsChanged(listener: (tenant: string, formats: readonly IdentifierFormat[]) => void): void
}

export type FormatsOf = (tenant: string) => readonly IdentifierFormat[] | Promise<readonly IdentifierFormat[]>

export interface GivenFormat {
  name: unknown
  pattern: unknown
  prefix?: unknown
}

/** Each is looked for in every text with a number in it, and goes to every visitor's browser. */
export const formatsMax = 12
export const formatNameMax = 60
/** With more of them fixed, the pattern would as good as hold the number. PCI DSS lets no more than ten be shown. */
const fixedDigitsMax = 8
const tenantsHeldMax = 10_000

export function openIdentifierFormats(options: { store: Store; clock: Clock }): IdentifierFormats {
  const { store, clock } = options
  const held = new Map<string, Held>()
  const listeners: ((tenant: string, formats: readonly IdentifierFormat[]) => void)[] = []

  function heldOf(tenant: string): Held {
    const known = held.get(tenant)
    if (known !== undefined) return known
    const fresh: Held = {
      formats: null,
      rows: store.read(tenant, (q) =>
        q<FormatRow>(`select ${columns} from identifier_formats where tenant_id = $1 order by name`, [
          tenant,
        ]),
      ),
    }
    held.set(tenant, fresh)
    if (held.size > tenantsHeldMax) held.delete(held.keys().next().value!)
    fresh.rows.then(
      (rows) => (fresh.formats = rows.map(guardFormatOf)),
      () => held.get(tenant) === fresh && held.delete(tenant),
    )
    return fresh
  }

  /** There is one server to a database, so whoever changes a row here brings the new ones. */
  async function changed(tenant: string): Promise<void> {
    held.delete(tenant)
    const formats = (await heldOf(tenant).rows).map(guardFormatOf)
    for (const listener of listeners) listener(tenant, formats)
  }

  async function named(q: Query, tenant: string, name: string, id: string): Promise<void> {
    const [other] = await q(
      'select 1 from identifier_formats where tenant_id = $1 and name = $2 and id <> $3',
      [tenant, name, id],
    )
    if (other !== undefined) refuseField('name', 'is the name of another format')
  }

  return {
    identifierFormats: async (tenant) => (await heldOf(tenant).rows).map(formatOf),

    async addIdentifierFormat(by, id, given) {
      const { name, pattern, prefix = null } = checkIdentifierFormat(given)
      const row = await store.write(by.tenant, async (q) => {
        // One at a time for each tenant: two at once would both find room.
        await q('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`identifier formats ${by.tenant}`])
        const [known] = await q<FormatRow>(
          `select ${columns} from identifier_formats where tenant_id = $1 and id = $2`,
          [by.tenant, id],
        )
        if (known !== undefined) {
          if (known.name === name && known.pattern === pattern && known.prefix === prefix) return known
          throw new Refusal('idempotency_conflict')
        }
        await named(q, by.tenant, name, id)
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from identifier_formats where tenant_id = $1',
          [by.tenant],
        )
        if (count >= formatsMax)
          throw new Refusal('too_many', `A tenant has at most ${formatsMax} identifier formats.`)
        const [made] = await q<FormatRow>(
          `insert into identifier_formats (tenant_id, id, name, pattern, prefix, saved_by, saved_by_name, saved_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
          [by.tenant, id, name, pattern, prefix, by.id, by.name, new Date(clock.now())],
        )
        return made!
      })
      await changed(by.tenant)
      return formatOf(row)
    },

    async changeIdentifierFormat(by, id, given) {
      const { name, pattern, prefix = null } = checkIdentifierFormat(given)
      const row = await store.write(by.tenant, async (q) => {
        await named(q, by.tenant, name, id)
        const [saved] = await q<FormatRow>(
          `update identifier_formats
           set name = $3, pattern = $4, prefix = $5, saved_by = $6, saved_by_name = $7, saved_at = $8
           where tenant_id = $1 and id = $2 returning ${columns}`,
          [by.tenant, id, name, pattern, prefix, by.id, by.name, new Date(clock.now())],
        )
        if (saved === undefined) throw new Refusal('not_found')
        return saved
      })
      await changed(by.tenant)
      return formatOf(row)
    },

    async removeIdentifierFormat(tenant, id) {
      const gone = await store.write(tenant, (q) =>
        q('delete from identifier_formats where tenant_id = $1 and id = $2 returning id', [tenant, id]),
      )
      if (gone.length === 0) throw new Refusal('not_found')
      await changed(tenant)
    },

    guardFormats(tenant) {
      const { formats, rows } = heldOf(tenant)
      if (formats !== null) return formats
      const coming = rows.then((rows) => rows.map(guardFormatOf))
      // Who does not wait for them is not told of a fault of the database.
      coming.catch(() => undefined)
      return coming
    },

    onFormatsChanged: (listener) => void listeners.push(listener),
  }
}

/**
 * A format that may be given to the card guard.
 * @throws Refusal `invalid_field` naming the field: above all where its words would let card numbers through.
 */
export function checkIdentifierFormat(given: GivenFormat): IdentifierFormat {
  const name = noNumber(checkLine(given.name, 'name', formatNameMax), 'name')
  const pattern = noNumber(checkLine(given.pattern, 'pattern', patternMax), 'pattern')
  if (!/[#?]/.test(pattern)) refuseField('pattern', 'has a # for each digit that differs')
  if (/[^\P{N}0-9]/u.test(pattern)) refuseField('pattern', 'has no digits but 0 to 9')
  if ((pattern.match(/\d/g) ?? []).length > fixedDigitsMax)
    refuseField('pattern', `fixes at most ${fixedDigitsMax} digits`)
  if (namesCards(pattern)) refuseField('pattern', weaknesses['card-talk'])
  if (given.prefix === null || given.prefix === undefined || given.prefix === '') return { name, pattern }
  const prefix = noNumber(checkLine(given.prefix, 'prefix', prefixMax), 'prefix')
  const weakness = weaknessOf(prefix)
  if (weakness !== undefined) refuseField('prefix', weaknesses[weakness])
  return { name, pattern, prefix }
}

/** Said behind "The field prefix". */
const weaknesses: Readonly<Record<WeakWord, string>> = {
  short: 'is a word of at least three letters',
  'card-talk': 'names cards: behind it a card number would be let through',
  everyday: 'is a word of your own, such as “order”: this one may stand before any number',
}

function noNumber(line: string, field: string): string {
  if (screen(line).findings.length > 0) refuseField(field, 'is no card number')
  return line
}

interface Held {
  rows: Promise<FormatRow[]>
  /** Once they are read. */
  formats: readonly IdentifierFormat[] | null
}

interface FormatRow {
  id: string
  name: string
  pattern: string
  prefix: string | null
  saved_by_name: string
  saved_at: Date
}

const columns = 'id, name, pattern, prefix, saved_by_name, saved_at'

function guardFormatOf({ name, pattern, prefix }: FormatRow): IdentifierFormat {
  return { name, pattern, ...(prefix === null ? {} : { prefix }) }
}

function formatOf(row: FormatRow): TenantIdentifierFormat {
  const format = guardFormatOf(row)
  return {
    id: row.id,
    name: row.name,
    pattern: row.pattern,
    prefix: row.prefix,
    example: exampleOf(format),
    overlap: overlapWithIssuerRanges(format),
    savedBy: row.saved_by_name,
    savedAt: row.saved_at.toISOString(),
  }
}
