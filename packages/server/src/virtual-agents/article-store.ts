import { isDeepStrictEqual } from 'node:util'
import { Refusal } from '@candor/protocol/refusals.ts'
import type {
  ArticleDetail,
  ArticleSummary,
  Fault,
  VersionDetail,
} from '@candor/protocol/virtual-agent-api.ts'
import {
  articleBytes,
  articleFaults,
  articlesMax,
  type Article,
  type ArticleSource,
  type Block,
} from '@candor/virtual-agent/knowledge/article.ts'
import { chunkArticle } from '@candor/virtual-agent/knowledge/chunk-article.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import type { Clock } from '../clock.ts'
import type { Query, Store } from '../store/store.ts'
import { systemActor, type Actor } from '../tenants/actor.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { blocksAsMarkdown } from './blocks-as-markdown.ts'
import { cardFaults, faultsRefusal } from './check-definition.ts'

/**
 * What the virtual agent may quote. Each change is a version of the article; one that somebody else than its author
 * approved is quoted from the next publication on, and until it is withdrawn.
 */
export interface Articles {
  /** By title. */
  list(tenant: string): Promise<ArticleSummary[]>
  /** @throws Refusal `not_found` */
  detail(tenant: string, id: string): Promise<ArticleDetail>
  /** The same id again answers what is stored, or `idempotency_conflict`. @throws Refusal `invalid_field` with all faults */
  add(by: Actor, id: string, given: GivenArticle): Promise<ArticleSummary>
  /** @param version that the change was made to. @throws Refusal `draft_changed`, `not_found`, `invalid_field` */
  change(by: Actor, id: string, version: number, given: GivenArticle): Promise<ArticleSummary>
  /** A page of the tenant's site: a new article, or the next version of the one that was read from there. */
  keepCrawled(
    by: Actor,
    id: string,
    page: GivenArticle & { address: string },
  ): Promise<'new' | 'changed' | 'same'>
  /** @throws Refusal `second_person_needed` for who changed it, `draft_changed` for another version, `not_found` */
  approve(by: Actor, id: string, version: number): Promise<ArticleSummary>
  /** All or none. @throws as `approve` */
  approveAll(by: Actor, articles: readonly ArticleKey[]): Promise<ArticleSummary[]>
  /** Not quoted from this moment on, whatever version is in force. @throws Refusal `not_found` */
  withdraw(tenant: string, id: string): Promise<void>
  /** Written and approved by the installation itself. No request leads here. */
  addAsInstallation(tenant: string, id: string, given: GivenArticle): Promise<void>
  /** What a published version was frozen with; without a version: what the next one would be. */
  quotable(tenant: string, version: number | null): Promise<Article[]>
  /** Which articles those are, without their texts. */
  quotableKeys(tenant: string, version: number | null): Promise<QuotableArticle[]>
  /** Which of these are quoted no more, whatever version is in force. */
  withdrawn(tenant: string, ids: readonly string[]): Promise<Set<string>>

  /** For proposals, in their transaction. */
  count(q: Query, tenant: string): Promise<number>
  freeze(q: Query, tenant: string, version: number): Promise<void>
  frozen(q: Query, tenant: string, version: number): Promise<VersionDetail['quotes']>
}

export interface ArticleKey {
  id: string
  version: number
}

export interface QuotableArticle extends ArticleKey {
  language: Language
}

export interface GivenArticle {
  title: string
  language: Language
  address: string | null
  questions: string[]
  source: ArticleSource
  body: Block[]
  /** Where it was written here. */
  markdown: string | null
}

/** All articles of a tenant: an index of as much is held in memory for who is in use. */
export const articleBytesInAllMax = 20_000_000

export function openArticles(options: {
  store: Store
  clock: Clock
  guardFormats: FormatsOf
  /** Who made the key; null when that is not known. */
  personBehindKey(tenant: string, key: string): Promise<string | null>
}): Articles {
  const { store, clock, guardFormats, personBehindKey } = options

  /**
   * What a key writes, the person who made it has written: otherwise one person with a key could write and approve.
   * @throws Refusal `not_allowed` for a key that nobody is known to have made
   */
  async function authorOf(by: Actor): Promise<Actor> {
    if (by.kind !== 'api') return by
    const person = await personBehindKey(by.tenant, by.id)
    if (person === null)
      throw new Refusal('not_allowed', 'It is not known who made this key: make another one for articles.')
    return { ...by, id: person }
  }

  /** One change of a tenant's articles at a time: two at once would both find room. */
  async function change<T>(tenant: string, act: (q: Query) => Promise<T>): Promise<T> {
    return store.write(tenant, async (q) => {
      await q('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`virtual agent articles ${tenant}`])
      return act(q)
    })
  }

  async function mustBeKept(tenant: string, id: string, given: GivenArticle): Promise<number> {
    const article = { ...given, id, version: 1, approved: false }
    const identifiers = await guardFormats(tenant)
    const { title, questions, body, markdown } = given
    const faults: Fault[] = [
      ...articleFaults(article),
      ...(await cardFaults(
        { title, questions, body, ...(markdown === null ? {} : { markdown }) },
        identifiers,
      )),
    ]
    if (faults.length > 0) throw faultsRefusal(faults, 'body')
    return articleBytes(body)
  }

  async function mustFit(q: Query, tenant: string, id: string, bytes: number): Promise<void> {
    const [others] = await q<{ n: number; bytes: number }>(
      `select count(*)::int as n, coalesce(sum(v.bytes), 0)::int as bytes
       from virtual_agent_articles a
       join virtual_agent_article_versions v on v.tenant_id = $1 and v.article = a.id and v.version = a.version
       where a.tenant_id = $1 and a.withdrawn_at is null and a.id <> $2`,
      [tenant, id],
    )
    if (others!.n >= articlesMax)
      throw new Refusal('too_many', `A tenant has at most ${articlesMax} articles.`)
    if (others!.bytes + bytes > articleBytesInAllMax)
      throw new Refusal(
        'too_large',
        `The articles of a tenant have at most ${articleBytesInAllMax} bytes together.`,
      )
  }

  async function putVersion(
    q: Query,
    by: Actor,
    id: string,
    version: number,
    given: GivenArticle,
    bytes: number,
  ): Promise<void> {
    await q(
      `insert into virtual_agent_article_versions (tenant_id, article, version, title, language, address, source,
         questions, body, markdown, bytes, changed_by, changed_by_name, changed_at, by_installation)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        by.tenant,
        id,
        version,
        given.title,
        given.language,
        given.address,
        given.source,
        JSON.stringify(given.questions),
        JSON.stringify(given.body),
        given.markdown,
        bytes,
        by.id,
        by.name,
        new Date(clock.now()),
        by.kind === 'system',
      ],
    )
  }

  async function putFirst(
    q: Query,
    by: Actor,
    id: string,
    given: GivenArticle,
    bytes: number,
  ): Promise<void> {
    await mustFit(q, by.tenant, id, bytes)
    const made = await q(
      `insert into virtual_agent_articles (tenant_id, id, version, crawled_from) values ($1, $2, 1, $3)
       on conflict (tenant_id, id) do nothing returning id`,
      [by.tenant, id, given.source === 'crawl' ? given.address : null],
    )
    // One that was withdrawn has it.
    if (made.length === 0) throw new Refusal('idempotency_conflict')
    await putVersion(q, by, id, 1, given, bytes)
  }

  async function putNext(
    q: Query,
    by: Actor,
    row: ArticleRow,
    given: GivenArticle,
    bytes: number,
  ): Promise<void> {
    await mustFit(q, by.tenant, row.id, bytes)
    await putVersion(q, by, row.id, row.version + 1, given, bytes)
    await q('update virtual_agent_articles set version = $3 where tenant_id = $1 and id = $2', [
      by.tenant,
      row.id,
      row.version + 1,
    ])
    // Between two approvals nothing refers to it any more.
    await q(
      `delete from virtual_agent_article_versions v
       where tenant_id = $1 and article = $2 and version <= $3 and approved_at is null
         and not exists (select from virtual_agent_version_articles f
           where f.tenant_id = $1 and f.article = $2 and f.article_version = v.version)`,
      [by.tenant, row.id, row.version],
    )
  }

  async function approveOne(q: Query, by: Actor, { id, version }: ArticleKey): Promise<ArticleSummary> {
    const row = await mustHave(q, by.tenant, id)
    mustBeVersion(row, version)
    if (row.changed_by === by.id)
      throw new Refusal(
        'second_person_needed',
        `You changed “${row.title}” last: somebody else has to approve it.`,
      )
    if (row.approved_at !== null) return summaryOf(row)
    await approveVersion(q, by, id, version, new Date(clock.now()))
    return summaryOf(await mustHave(q, by.tenant, id))
  }

  return {
    list: (tenant) =>
      store.read(tenant, async (q) => {
        const rows = await q<ArticleRow>(`${selectArticles} order by lower(v.title), a.id`, [tenant])
        return rows.map(summaryOf)
      }),

    detail: (tenant, id) =>
      store.read(tenant, async (q) => {
        const row = await mustHave(q, tenant, id)
        const [text] = await q<TextRow>(
          `select questions, body, markdown from virtual_agent_article_versions
           where tenant_id = $1 and article = $2 and version = $3`,
          [tenant, id, row.version],
        )
        const article = articleOf({ ...row, ...text! })
        return {
          ...summaryOf(row),
          questions: text!.questions,
          markdown: text!.markdown ?? blocksAsMarkdown(text!.body),
          passages: chunkArticle(article).map(({ id, headings, text }) => ({ id, headings, text })),
        }
      }),

    async add(sender, id, given) {
      const by = await authorOf(sender)
      const bytes = await mustBeKept(by.tenant, id, given)
      return change(by.tenant, async (q) => {
        const known = await rowOf(q, by.tenant, id)
        if (known !== null) {
          if (known.version === 1 && known.title === given.title && known.bytes === bytes)
            return summaryOf(known)
          throw new Refusal('idempotency_conflict')
        }
        await putFirst(q, by, id, given, bytes)
        return summaryOf(await mustHave(q, by.tenant, id))
      })
    },

    async change(sender, id, version, given) {
      const by = await authorOf(sender)
      const bytes = await mustBeKept(by.tenant, id, given)
      return change(by.tenant, async (q) => {
        const row = await mustHave(q, by.tenant, id)
        mustBeVersion(row, version)
        await putNext(q, by, row, given, bytes)
        return summaryOf(await mustHave(q, by.tenant, id))
      })
    },

    async keepCrawled(sender, id, page) {
      const by = await authorOf(sender)
      const bytes = await mustBeKept(by.tenant, id, page)
      return change(by.tenant, async (q) => {
        const [known] = await q<ArticleRow & TextRow>(
          `${selectArticles.replace('select ', 'select v.questions, v.body, v.markdown, ')} and a.crawled_from = $2`,
          [by.tenant, page.address],
        )
        if (known === undefined) {
          await putFirst(q, by, id, page, bytes)
          return 'new'
        }
        const same =
          known.title === page.title &&
          known.language === page.language &&
          isDeepStrictEqual(known.body, JSON.parse(JSON.stringify(page.body)))
        if (same) return 'same'
        // Questions are the author's, not the page's.
        await putNext(q, by, known, { ...page, questions: known.questions }, bytes)
        return 'changed'
      })
    },

    approve: (by, id, version) => change(by.tenant, (q) => approveOne(q, by, { id, version })),

    approveAll: (by, keys) =>
      change(by.tenant, async (q) => {
        const approved: ArticleSummary[] = []
        for (const key of keys) approved.push(await approveOne(q, by, key))
        return approved
      }),

    async withdraw(tenant, id) {
      await change(tenant, async (q) => {
        const gone = await q(
          `update virtual_agent_articles set withdrawn_at = $3
           where tenant_id = $1 and id = $2 and withdrawn_at is null returning id`,
          [tenant, id, new Date(clock.now())],
        )
        if (gone.length === 0) throw new Refusal('not_found')
      })
    },

    async addAsInstallation(tenant, id, given) {
      const by = systemActor(tenant, 'Installation')
      const bytes = await mustBeKept(tenant, id, given)
      await change(tenant, async (q) => {
        const [known] = await q('select 1 from virtual_agent_articles where tenant_id = $1 and id = $2', [
          tenant,
          id,
        ])
        if (known !== undefined) return
        await putFirst(q, by, id, given, bytes)
        await approveVersion(q, by, id, 1, new Date(clock.now()))
      })
    },

    quotable: (tenant, version) =>
      store.read(tenant, async (q) => {
        const rows = await q<ArticleRow & TextRow>(
          `select a.id, v.version, v.title, v.language, v.address, v.source, v.questions, v.body
           from virtual_agent_articles a
           join virtual_agent_article_versions v on v.tenant_id = a.tenant_id and v.article = a.id
           ${
             version === null
               ? 'and v.version = a.approved_version and a.withdrawn_at is null'
               : `join virtual_agent_version_articles f on f.tenant_id = a.tenant_id and f.version = $2
                    and f.article = a.id and f.article_version = v.version`
           }
           where a.tenant_id = $1 order by a.id`,
          version === null ? [tenant] : [tenant, version],
        )
        return rows.map(articleOf)
      }),

    quotableKeys: (tenant, version) =>
      store.read(tenant, (q) =>
        version === null
          ? q<QuotableArticle>(
              `select a.id, v.version, v.language from virtual_agent_articles a
               join virtual_agent_article_versions v
                 on v.tenant_id = a.tenant_id and v.article = a.id and v.version = a.approved_version
               where a.tenant_id = $1 and a.withdrawn_at is null`,
              [tenant],
            )
          : q<QuotableArticle>(
              `select f.article as id, v.version, v.language from virtual_agent_version_articles f
               join virtual_agent_article_versions v
                 on v.tenant_id = f.tenant_id and v.article = f.article and v.version = f.article_version
               where f.tenant_id = $1 and f.version = $2`,
              [tenant, version],
            ),
      ),

    withdrawn: (tenant, ids) =>
      store.read(tenant, async (q) => {
        const rows = await q<{ id: string }>(
          `select id from virtual_agent_articles
           where tenant_id = $1 and id = any ($2) and withdrawn_at is not null`,
          [tenant, ids],
        )
        return new Set(rows.map(({ id }) => id))
      }),

    async count(q, tenant) {
      const [{ n } = { n: 0 }] = await q<{ n: number }>(
        `select count(*)::int as n from virtual_agent_articles
         where tenant_id = $1 and approved_version is not null and withdrawn_at is null`,
        [tenant],
      )
      return n
    },

    async freeze(q, tenant, version) {
      await q(
        `insert into virtual_agent_version_articles (tenant_id, version, article, article_version)
         select tenant_id, $2, id, approved_version from virtual_agent_articles
         where tenant_id = $1 and approved_version is not null and withdrawn_at is null`,
        [tenant, version],
      )
    },

    frozen: (q, tenant, version) =>
      q<{ id: string; version: number; title: string }>(
        `select f.article as id, f.article_version as version, v.title
         from virtual_agent_version_articles f
         join virtual_agent_article_versions v
           on v.tenant_id = f.tenant_id and v.article = f.article and v.version = f.article_version
         where f.tenant_id = $1 and f.version = $2 order by lower(v.title), f.article`,
        [tenant, version],
      ),
  }
}

interface ArticleRow {
  id: string
  version: number
  approved_version: number | null
  title: string
  language: Language
  address: string | null
  source: ArticleSource
  bytes: number
  changed_by: string
  changed_by_name: string
  changed_at: Date
  approved_by: string | null
  approved_by_name: string | null
  approved_at: Date | null
}

interface TextRow {
  questions: string[]
  body: Block[]
  markdown: string | null
}

const selectArticles = `
  select a.id, a.version, a.approved_version, v.title, v.language, v.address, v.source, v.bytes,
    v.changed_by, v.changed_by_name, v.changed_at, v.approved_by, v.approved_by_name, v.approved_at
  from virtual_agent_articles a
  join virtual_agent_article_versions v on v.tenant_id = a.tenant_id and v.article = a.id and v.version = a.version
  where a.tenant_id = $1 and a.withdrawn_at is null`

async function rowOf(q: Query, tenant: string, id: string): Promise<ArticleRow | null> {
  const [row] = await q<ArticleRow>(`${selectArticles} and a.id = $2`, [tenant, id])
  return row ?? null
}

async function mustHave(q: Query, tenant: string, id: string): Promise<ArticleRow> {
  const row = await rowOf(q, tenant, id)
  if (row === null) throw new Refusal('not_found')
  return row
}

function mustBeVersion(row: ArticleRow, version: number): void {
  if (row.version !== version)
    throw new Refusal(
      'draft_changed',
      `${row.changed_by_name} made version ${row.version} of this article in between.`,
      {
        field: 'version',
      },
    )
}

async function approveVersion(q: Query, by: Actor, id: string, version: number, at: Date): Promise<void> {
  await q(
    `update virtual_agent_article_versions set approved_by = $4, approved_by_name = $5, approved_at = $6
     where tenant_id = $1 and article = $2 and version = $3`,
    [by.tenant, id, version, by.id, by.name, at],
  )
  await q('update virtual_agent_articles set approved_version = $3 where tenant_id = $1 and id = $2', [
    by.tenant,
    id,
    version,
  ])
}

function articleOf(row: Omit<ArticleRow & TextRow, 'markdown'>): Article {
  const { id, version, title, language, address, source, body, questions } = row
  return { id, version, title, language, address, source, body, questions, approved: true }
}

function summaryOf(row: ArticleRow): ArticleSummary {
  const { id, version, title, language, address, source, bytes } = row
  return {
    id,
    version,
    title,
    language,
    address,
    source,
    bytes,
    changedBy: { id: row.changed_by, name: row.changed_by_name },
    changedAt: row.changed_at.toISOString(),
    approval:
      row.approved_at === null
        ? null
        : { by: { id: row.approved_by!, name: row.approved_by_name! }, at: row.approved_at.toISOString() },
    approvedVersion: row.approved_version === row.version ? null : row.approved_version,
  }
}
