import type { KeyObject } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { Query, Store } from '../store/store.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import type { People } from '../tenants/people.ts'
import { openArticleDesk } from './article-desk.ts'
import { articleRoutes } from './article-routes.ts'
import { openArticles, type Articles } from './article-store.ts'
import { crawlSite, waitOrAbort } from './articles/crawl-site.ts'
import { openArticleReader } from './articles/article-reader.ts'
import { authoringRoutes } from './authoring-routes.ts'
import { authoringSchemas } from './authoring-schemas.ts'
import { openAuthoring, type Authoring } from './authoring.ts'
import { openCrawls, type Crawls } from './crawls.ts'
import { openCurrentAgents, type CurrentAgents } from './current-agent.ts'
import { openDrafts } from './drafts.ts'
import { evaluationRoutes } from './evaluation-routes.ts'
import { openEvaluation, type Evaluator } from './evaluation.ts'
import { openToolSecrets, type ToolSecrets } from './tool-secrets.ts'
import { openTrained } from './trained.ts'
import { openTraining, type Trainer, type Training } from './training.ts'
import { openUnanswered } from './unanswered.ts'
import { openVersions, type Versions } from './versions.ts'

/** Everything by which a tenant's people make their virtual agent; `agents` is what comes of it. */
export interface AuthoringRooms {
  agents: CurrentAgents
  articles: Articles
  authoring: Authoring
  crawls: Crawls
  secrets: ToolSecrets
  training: Training
  versions: Versions
  routes: FastifyPluginAsync
  close(): Promise<void>
}

export function openAuthoringRooms(options: {
  store: Store
  clock: Clock
  ids: Ids
  log: (event: Record<string, unknown>) => void
  people: People['people']
  guardFormats: FormatsOf
  personBehindKey(tenant: string, key: string): Promise<string | null>
  /** For tool secrets alone. */
  secretsKey: KeyObject
  answeringFirst(tenant: string): Promise<(q: Query) => Promise<void>>
  encoder(): Encoder
  trainer: Trainer
  evaluator: Evaluator
  /** Origins of the tenant's sites. */
  sites(tenant: string): Promise<string[]>
  outbound: Outbound
}): AuthoringRooms {
  const { store, clock, guardFormats } = options
  const articles = openArticles(options)
  const versions = openVersions({ ...options, articles })
  const trained = openTrained(store, clock)
  const training = openTraining({ ...options, trained })
  const agents = openCurrentAgents({ ...options, versions, trained, articles, training })
  const secrets = openToolSecrets(store, clock, options.secretsKey)
  const drafts = openDrafts({
    ...options,
    inForce: async (tenant) => (await versions.inForce(tenant))?.definition ?? null,
  })
  const authoring = openAuthoring({
    ...options,
    drafts,
    versions,
    trained,
    articles,
    training,
    secrets,
    agents,
  })
  const reader = openArticleReader()
  const crawls = openCrawls({
    ...options,
    articles,
    crawl: (request) =>
      crawlSite(request, { outbound: options.outbound, reader, now: clock.now, wait: waitOrAbort }),
  })
  const desk = openArticleDesk({ articles, agents, reader })
  const evaluation = openEvaluation({ ...options, drafts, agents, guardFormats })
  return {
    agents,
    articles,
    authoring,
    crawls,
    secrets,
    training,
    versions,
    async routes(app) {
      for (const schema of authoringSchemas) app.addSchema(schema)
      await app.register(authoringRoutes({ authoring, drafts, training, versions, secrets }))
      await app.register(evaluationRoutes({ evaluation, unanswered: openUnanswered(store, clock) }))
      await app.register(articleRoutes({ articles, desk, crawls }))
    },
    async close() {
      await Promise.all([training.close(), crawls.close(), reader.close()])
    },
  }
}
