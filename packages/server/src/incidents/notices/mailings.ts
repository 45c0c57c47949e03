import { createHmac, type KeyObject } from 'node:crypto'
import {
  noticeLanguages,
  type AffectedPerson,
  type Mailing,
  type MailingDetail,
  type MailingState,
  type NoticeCategory,
  type NoticeFacts,
  type NoticeFault,
  type NoticeLanguage,
  type NoticePreview,
} from '@candor/protocol/notices-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Query, Store } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import { checkLine, refuseField } from '../../tenants/fields.ts'
import { composeNotice, type NoticeMaterial } from './compose-notice.ts'
import { lintNotice } from './lint-notice.ts'
import { noticeHtml } from './notice-html.ts'
import { noticeText } from './notice-text.ts'
import { parseFacts } from './parse-facts.ts'
import { parsePerson } from './parse-person.ts'
import { parseTemplate } from './parse-template.ts'
import { progressOf, type Pace } from './progress.ts'
import { makeMailingKey, openMailingKey, openPerson, sealPerson } from './sealed-person.ts'
import { standardTemplates } from './standard-templates.ts'
import type { Template } from './template.ts'

/**
 * Mailings from draft to done. What is sent was checked against the jurisdictions of the persons it goes to, proposed by
 * one person and approved by another; the database asks for both (migration 0062).
 */
export interface Mailings {
  /** Asked again with the same id, answers what it made. */
  create(by: Actor, id: string, incident: string, what: { title: unknown; facts: unknown }): Promise<Mailing>
  /** While it is a draft. @param templates null: the standard ones. */
  change(
    by: Actor,
    mailing: MailingOf,
    what: { facts: unknown; templates: readonly unknown[] | null },
  ): Promise<MailingDetail>
  /** While it is a draft; who is in it already is not added again. At most `personsPerCallMax`. */
  addPersons(
    by: Actor,
    mailing: MailingOf,
    persons: readonly unknown[],
  ): Promise<{ added: number; persons: number }>
  list(tenant: string, incident: string): Promise<Mailing[]>
  detail(tenant: string, mailing: MailingOf): Promise<MailingDetail>
  /** As one of the persons gets it. @throws Refusal `not_found` where there is nobody. */
  preview(
    tenant: string,
    mailing: MailingOf,
    jurisdiction: string,
    language: NoticeLanguage,
  ): Promise<NoticePreview>
  /** @throws Refusal `invalid_field` with every fault against a jurisdiction. */
  propose(by: Actor, mailing: MailingOf, note: string): Promise<Mailing>
  /** Back to a draft, by who proposed it. */
  withdraw(by: Actor, mailing: MailingOf): Promise<Mailing>
  /** Back to a draft, by somebody else, with a note. */
  refuse(by: Actor, mailing: MailingOf, note: string): Promise<Mailing>
  /** @throws Refusal `second_person_needed` */
  approve(by: Actor, mailing: MailingOf): Promise<Mailing>
  /** Also after a pause. */
  start(by: Actor, mailing: MailingOf): Promise<Mailing>
  pause(by: Actor, mailing: MailingOf): Promise<Mailing>
  /** By the program itself: something is wrong with all mails, not with one. */
  pauseItself(tenant: string, mailing: string, because: string): Promise<void>
  /** Destroys the key of its persons, once it is done: receipts stay, nobody can be named by them. */
  forgetPersons(by: Actor, mailing: MailingOf): Promise<Mailing>
}

/** A mailing of an incident. */
export interface MailingOf {
  incident: string
  id: string
}

/** A body of a megabyte. */
export const personsPerCallMax = 1_000
/** Places are 32 bits in return paths; more than this is no one company's incident. */
const personsMax = 10_000_000
const mailingsPerIncidentMax = 50
const titleCharactersMax = 100

export function openMailings(options: {
  store: Store
  clock: Clock
  ids: Ids
  /** Seals the keys of mailings. */
  key: KeyObject
  /** False where no mail server is configured. */
  canSend: boolean
  pace: Pace
  /** A mailing may be sent from now on, or may not. */
  onChange(): void
}): Mailings {
  const { store, clock, ids, key } = options
  const now = (): Date => new Date(clock.now())

  const rowOf = async (
    q: Query,
    tenant: string,
    { incident, id }: MailingOf,
    lock = false,
  ): Promise<MailingRow> => {
    const [row] = await q<MailingRow>(
      `select * from notice_mailings where tenant_id = $1 and id = $2 and incident_id = $3${lock ? ' for update' : ''}`,
      [tenant, id, incident],
    )
    if (row === undefined) throw new Refusal('not_found')
    return row
  }

  const shown = async (q: Query, row: MailingRow): Promise<Mailing> => ({
    id: row.id,
    incident: row.incident_id,
    number: row.number,
    title: row.title,
    state: row.state,
    pausedBecause: row.paused_because,
    createdBy: { id: row.created_by, name: row.created_by_name },
    createdAt: row.created_at.toISOString(),
    proposedBy: by(row.proposed_by, row.proposed_by_name),
    approvedBy: by(row.approved_by, row.approved_by_name),
    progress: await progressOf(q, row.tenant_id, row.id, row.persons, options.pace, clock.now()),
  })

  async function deed(q: Query, actor: Actor, mailing: string, what: string, note = ''): Promise<void> {
    await q(
      `insert into notice_deeds (tenant_id, mailing_id, id, what, done_by, done_by_name, at, note)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [actor.tenant, mailing, ids.next(), what, actor.id, actor.name, now(), note],
    )
  }

  /** One step from one of some states to another. */
  async function step(
    actor: Actor,
    mailing: MailingOf,
    from: readonly MailingState[],
    what: string,
    act: (q: Query, row: MailingRow) => Promise<void>,
    note = '',
  ): Promise<Mailing> {
    const changed = await store.write(actor.tenant, async (q) => {
      const row = await rowOf(q, actor.tenant, mailing, true)
      if (!from.includes(row.state))
        throw new Refusal(
          'mailing_state',
          `The mailing is ${row.state}; this takes one that is ${from.join(' or ')}.`,
        )
      await act(q, row)
      await deed(q, actor, row.id, what, note)
      return shown(q, await rowOf(q, actor.tenant, mailing))
    })
    options.onChange()
    return changed
  }

  const setState = (q: Query, row: MailingRow, state: MailingState): Promise<unknown> =>
    q('update notice_mailings set state = $3, paused_because = null where tenant_id = $1 and id = $2', [
      row.tenant_id,
      row.id,
      state,
    ])

  async function faultsOf(q: Query, row: MailingRow): Promise<NoticeFault[]> {
    const groups = await groupsOf(q, row)
    return groups.flatMap((group) => lintNotice(materialOf(row), group))
  }

  async function detailOf(q: Query, row: MailingRow): Promise<MailingDetail> {
    const groups = await groupsOf(q, row)
    const batches = await q<{ batch: number; letters: number; printed: number }>(
      `select batch, count(*)::int as letters, count(printed_at)::int as printed from notice_letters
       where tenant_id = $1 and mailing_id = $2 and batch is not null group by batch order by batch`,
      [row.tenant_id, row.id],
    )
    return {
      ...(await shown(q, row)),
      facts: row.facts,
      faults: groups.flatMap((group) => lintNotice(materialOf(row), group)),
      groups: groups.map(({ jurisdiction, language, persons }) => ({ jurisdiction, language, persons })),
      letterBatches: batches,
    }
  }

  return {
    async create(actor, id, incident, what) {
      const title = checkLine(what.title, 'title', titleCharactersMax)
      const facts = parseFacts(what.facts)
      return store.write(actor.tenant, async (q) => {
        await q('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`notice mailings ${actor.tenant}`])
        const [known] = await q<MailingRow>(
          'select * from notice_mailings where tenant_id = $1 and id = $2',
          [actor.tenant, id],
        )
        if (known !== undefined) {
          if (known.incident_id !== incident || known.title !== title)
            throw new Refusal('idempotency_conflict')
          return shown(q, known)
        }
        const [count] = await q<{ next: number; here: number }>(
          `select coalesce(max(number), 0) + 1 as next, count(*) filter (where incident_id = $2)::int as here
           from notice_mailings where tenant_id = $1`,
          [actor.tenant, incident],
        )
        if (count!.here >= mailingsPerIncidentMax)
          throw new Refusal('too_many', `An incident has at most ${mailingsPerIncidentMax} mailings.`)
        const [row] = await q<MailingRow>(
          `insert into notice_mailings (tenant_id, id, incident_id, number, title, state, facts, templates, sealed_key,
             date, created_by, created_by_name, created_at)
           values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12) returning *`,
          [
            ...[actor.tenant, id, incident, count!.next, title, JSON.stringify(facts)],
            JSON.stringify(standardFor(facts)),
            makeMailingKey(key, actor.tenant, id).sealed,
            ...[now(), actor.id, actor.name, now()],
          ],
        )
        await deed(q, actor, id, 'created')
        return shown(q, row!)
      })
    },

    async change(actor, mailing, { facts: rawFacts, templates: raw }) {
      const facts = parseFacts(rawFacts)
      const parsed = raw?.map((template, i) => parseTemplate(template, `templates[${i}]`))
      if (parsed !== undefined && new Set(parsed.map(({ language }) => language)).size !== parsed.length)
        refuseField('templates', 'has one template for each language')
      const templates =
        parsed === undefined
          ? standardFor(facts)
          : Object.fromEntries(parsed.map((template) => [template.language, template]))
      await step(actor, mailing, ['draft'], 'changed', async (q, row) => {
        await q(
          'update notice_mailings set facts = $3, templates = $4, date = $5 where tenant_id = $1 and id = $2',
          [row.tenant_id, row.id, JSON.stringify(facts), JSON.stringify(templates), now()],
        )
      })
      return this.detail(actor.tenant, mailing)
    },

    async addPersons(actor, mailing, raw) {
      if (raw.length > personsPerCallMax)
        throw new Refusal('too_large', `At most ${personsPerCallMax} persons at once.`)
      const persons = [
        ...new Map(
          raw.map((each, i) => parsePerson(each, `persons[${i}]`)).map((each) => [each.id, each]),
        ).values(),
      ]
      return store.write(actor.tenant, async (q) => {
        const row = await rowOf(q, actor.tenant, mailing, true)
        if (row.state !== 'draft')
          throw new Refusal('mailing_state', `The mailing is ${row.state}: its persons are fixed.`)
        const known = await q<{ person_id: string }>(
          'select person_id from notice_persons where tenant_id = $1 and mailing_id = $2 and person_id = any($3)',
          [row.tenant_id, row.id, persons.map(({ id }) => id)],
        )
        const there = new Set(known.map(({ person_id }) => person_id))
        const fresh = persons.filter(({ id }) => !there.has(id))
        if (row.persons + fresh.length > personsMax)
          throw new Refusal('too_many', `A mailing has at most ${personsMax} persons.`)
        if (fresh.length > 0) await insertPersons(q, row, fresh, key, now())
        return { added: fresh.length, persons: row.persons + fresh.length }
      })
    },

    list: (tenant, incident) =>
      store.read(tenant, async (q) => {
        const rows = await q<MailingRow>(
          'select * from notice_mailings where tenant_id = $1 and incident_id = $2 order by number',
          [tenant, incident],
        )
        const mailings: Mailing[] = []
        for (const row of rows) mailings.push(await shown(q, row))
        return mailings
      }),

    detail: (tenant, mailing) =>
      store.read(tenant, async (q) => detailOf(q, await rowOf(q, tenant, mailing)), { snapshot: true }),

    preview: (tenant, mailing, jurisdiction, language) =>
      store.read(tenant, async (q) => {
        const row = await rowOf(q, tenant, mailing)
        const group = (await groupsOf(q, row)).find(
          (each) => each.jurisdiction === jurisdiction && each.language === language,
        )
        if (group === undefined || row.sealed_key === null)
          throw new Refusal('not_found', `Nobody in ${jurisdiction} is written to in ${language}.`)
        const faults = lintNotice(materialOf(row), group)
        const [example] = await q<{ sealed: Buffer }>(
          'select sealed from notice_persons where tenant_id = $1 and mailing_id = $2 and place = $3',
          [tenant, row.id, group.example],
        )
        const material = materialOf(row)
        if (material.templates[language] === undefined)
          return { jurisdiction, language, subject: '', text: '', html: '', faults }
        const mailingKey = openMailingKey(key, tenant, row.id, row.sealed_key)
        const person = openPerson(mailingKey, row.id, group.example, example!.sealed)
        const notice = composeNotice(material, person)
        const [text, html] = [noticeText(notice), noticeHtml(notice)]
        return { jurisdiction, language, subject: notice.title, text, html, faults }
      }),

    propose: (actor, mailing, note) =>
      step(
        actor,
        mailing,
        ['draft'],
        'proposed',
        async (q, row) => {
          if (row.persons === 0) throw new Refusal('mailing_state', 'There is nobody in the mailing yet.')
          const faults = await faultsOf(q, row)
          if (faults.length > 0)
            throw new Refusal('invalid_field', faults[0]!.message, {
              field: faults[0]!.place,
              faults: faults.slice(0, 100).map(({ jurisdiction, language, place, message, citation }) => ({
                field: `${jurisdiction} ${language} ${place}`,
                message: `${message} (${citation})`,
              })),
            })
          await q(
            `update notice_mailings set state = 'proposed', proposed_by = $3, proposed_by_name = $4, proposed_at = $5
             where tenant_id = $1 and id = $2`,
            [row.tenant_id, row.id, actor.id, actor.name, now()],
          )
        },
        note,
      ),

    withdraw: (actor, mailing) =>
      step(actor, mailing, ['proposed'], 'withdrawn', async (q, row) => {
        if (row.proposed_by !== actor.id)
          throw new Refusal(
            'not_allowed',
            `${row.proposed_by_name} proposed it: refuse it with a note instead.`,
          )
        await backToDraft(q, row)
      }),

    refuse: (actor, mailing, note) =>
      step(
        actor,
        mailing,
        ['proposed'],
        'refused',
        async (q, row) => {
          if (row.proposed_by === actor.id)
            throw new Refusal('second_person_needed', 'You proposed this mailing: withdraw it instead.')
          await backToDraft(q, row)
        },
        note,
      ),

    approve: (actor, mailing) =>
      step(actor, mailing, ['proposed'], 'approved', async (q, row) => {
        if (row.proposed_by === actor.id)
          throw new Refusal(
            'second_person_needed',
            'You proposed this mailing: somebody else has to approve it.',
          )
        await q(
          `update notice_mailings set state = 'approved', approved_by = $3, approved_by_name = $4, approved_at = $5
           where tenant_id = $1 and id = $2`,
          [row.tenant_id, row.id, actor.id, actor.name, now()],
        )
      }),

    start: (actor, mailing) =>
      step(actor, mailing, ['approved', 'paused'], 'started', async (q, row) => {
        if (!options.canSend)
          throw new Refusal(
            'mailing_state',
            'No mail server is configured: CANDOR_SMTP_URL and CANDOR_SMTP_FROM.',
          )
        await setState(q, row, 'sending')
      }),

    pause: (actor, mailing) =>
      step(actor, mailing, ['sending'], 'paused', async (q, row) => void (await setState(q, row, 'paused'))),

    async pauseItself(tenant, mailing, because) {
      await store.write(tenant, (q) =>
        q(
          `update notice_mailings set state = 'paused', paused_because = $3
           where tenant_id = $1 and id = $2 and state = 'sending'`,
          [tenant, mailing, because],
        ),
      )
      options.onChange()
    },

    forgetPersons: (actor, mailing) =>
      step(actor, mailing, ['done'], 'changed', async (q, row) => {
        await q('update notice_mailings set sealed_key = null where tenant_id = $1 and id = $2', [
          row.tenant_id,
          row.id,
        ])
      }),
  }
}

/** Of a mailing's row. */
export function materialOf(row: Pick<MailingRow, 'templates' | 'facts' | 'date'>): NoticeMaterial {
  return { templates: row.templates, facts: row.facts, date: dayOf(row.date) }
}

export interface MailingRow {
  tenant_id: string
  id: string
  incident_id: string
  number: number
  title: string
  state: MailingState
  paused_because: string | null
  facts: NoticeFacts
  templates: Partial<Record<NoticeLanguage, Template>>
  sealed_key: Buffer | null
  date: Date
  persons: number
  created_by: string
  created_by_name: string
  created_at: Date
  proposed_by: string | null
  proposed_by_name: string | null
  approved_by: string | null
  approved_by_name: string | null
}

interface GroupRow {
  jurisdiction: string
  language: NoticeLanguage
  categories: NoticeCategory[]
  persons: number
  example: number
}

function groupsOf(q: Query, row: MailingRow): Promise<GroupRow[]> {
  return q<GroupRow>(
    `select jurisdiction, language, categories, persons, example from notice_groups
     where tenant_id = $1 and mailing_id = $2 order by persons desc, jurisdiction, language`,
    [row.tenant_id, row.id],
  )
}

async function insertPersons(
  q: Query,
  row: MailingRow,
  persons: readonly AffectedPerson[],
  key: KeyObject,
  at: Date,
): Promise<void> {
  if (row.sealed_key === null) throw new Refusal('erased')
  const mailingKey = openMailingKey(key, row.tenant_id, row.id, row.sealed_key)
  const placed = persons.map((person, i) => ({ person, place: row.persons + i }))
  await q(
    `insert into notice_persons (tenant_id, mailing_id, place, person_id, has_address, sealed)
     select $1, $2, * from unnest($3::int[], $4::uuid[], $5::bool[], $6::bytea[])`,
    [
      row.tenant_id,
      row.id,
      placed.map(({ place }) => place),
      placed.map(({ person }) => person.id),
      placed.map(({ person }) => person.address !== null),
      placed.map(({ person, place }) => sealPerson(mailingKey, row.id, place, person)),
    ],
  )
  const mails = placed.filter(({ person }) => person.email !== null)
  await q(
    `insert into notice_mails (tenant_id, mailing_id, place, state, due_at, domain)
     select $1, $2, place, 'waiting', $5, domain from unnest($3::int[], $4::int[]) as new (place, domain)`,
    [
      row.tenant_id,
      row.id,
      mails.map(({ place }) => place),
      mails.map(({ person }) => domainTag(key, person.email!)),
      at,
    ],
  )
  const letters = placed.filter(({ person }) => person.email === null && person.address !== null)
  await q(
    `insert into notice_letters (tenant_id, mailing_id, place, because)
     select $1, $2, place, 'no-email' from unnest($3::int[]) as new (place)`,
    [row.tenant_id, row.id, letters.map(({ place }) => place)],
  )
  const groups = Map.groupBy(placed, ({ person }) => `${person.jurisdiction} ${person.language}`)
  for (const members of groups.values()) {
    const [{ person, place }] = members as [(typeof members)[number]]
    await q(
      `insert into notice_groups as g (tenant_id, mailing_id, jurisdiction, language, categories, persons, example)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (tenant_id, mailing_id, jurisdiction, language) do update set
         persons = g.persons + excluded.persons,
         categories = array(select distinct unnest(g.categories || excluded.categories) order by 1)`,
      [
        ...[row.tenant_id, row.id, person.jurisdiction, person.language],
        [...new Set(members.flatMap((member) => member.person.categories))],
        ...[members.length, place],
      ],
    )
  }
  await q('update notice_mailings set persons = persons + $3 where tenant_id = $1 and id = $2', [
    row.tenant_id,
    row.id,
    persons.length,
  ])
}

/** Equal for equal domains, and no list of domains without the key. */
function domainTag(key: KeyObject, email: string): number {
  const domain = email.slice(email.lastIndexOf('@') + 1)
  return createHmac('sha256', key).update(`notice domain ${domain}`).digest().readInt32BE()
}

function backToDraft(q: Query, row: MailingRow): Promise<unknown> {
  return q(
    `update notice_mailings set state = 'draft', proposed_by = null, proposed_by_name = null, proposed_at = null
     where tenant_id = $1 and id = $2`,
    [row.tenant_id, row.id],
  )
}

function standardFor(facts: NoticeFacts): Partial<Record<NoticeLanguage, Template>> {
  return Object.fromEntries(
    noticeLanguages
      .filter((language) => facts.words[language] !== undefined)
      .map((language) => [language, standardTemplates[language]]),
  )
}

function by(id: string | null, name: string | null): { id: string; name: string } | null {
  return id === null ? null : { id, name: name! }
}

/** A `date` comes as midnight of the server's zone. */
function dayOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
