import { languages, type Language } from '@candor/virtual-agent/script.ts'
import {
  addressCharactersMax,
  articleBytesMax,
  questionCharactersMax,
  questionsMax,
  titleCharactersMax,
} from '@candor/virtual-agent/knowledge/article.ts'
import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../tenants/request-actor.ts'
import type { ArticleDesk, WrittenArticle } from './article-desk.ts'
import type { Articles } from './article-store.ts'
import { requirePersonWho } from './authoring-routes.ts'
import { engineValue, itemsOf, uuid } from './authoring-schemas.ts'
import type { Crawls } from './crawls.ts'

/** A manual as PDF, in base64. */
export const importedBytesMax = 10 * 1024 * 1024
const importBodyBytesMax = Math.ceil(importedBytesMax / 3) * 4 + 16 * 1024
/** Markdown with its marks, and JSON with its escapes. */
const articleBodyBytesMax = 4 * articleBytesMax
const searchedCharactersMax = 1_000
/** Pages of a crawl are read through one by one, and approved together. */
const approvedAtOnceMax = 200

const language = { enum: languages } as const
const title = { type: 'string', minLength: 1, maxLength: titleCharactersMax } as const
const address = { type: ['string', 'null'], maxLength: addressCharactersMax } as const
const version = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const
const fields = {
  title,
  language,
  address,
  questions: {
    type: 'array',
    maxItems: questionsMax,
    items: { type: 'string', minLength: 1, maxLength: questionCharactersMax },
    description: 'How people ask for it: matched, never quoted',
  },
  markdown: { type: 'string', maxLength: 2 * articleBytesMax },
} as const
const written = ['title', 'language', 'address', 'questions', 'markdown'] as const
const params = { type: 'object', required: ['id'], properties: { id: uuid } } as const
const tags = ['virtual agent articles']
const base = '/v1/virtual-agent/articles'

/** What the virtual agent may quote. */
export function articleRoutes(rooms: {
  articles: Articles
  desk: ArticleDesk
  crawls: Crawls
}): FastifyPluginAsync {
  const { articles, desk, crawls } = rooms
  return async (app) => {
    app.get(
      base,
      {
        schema: {
          operationId: 'listArticles',
          summary: 'Articles by title, without their text',
          tags,
          response: { 200: itemsOf('Article') },
        },
      },
      async (request) => ({
        items: await articles.list(requireStaff(request, 'virtual-agent.read').tenant),
      }),
    )

    app.get<{ Params: { id: string } }>(
      `${base}/:id`,
      {
        schema: {
          operationId: 'article',
          summary: 'An article with its text and the passages it is quoted by',
          tags,
          params,
          response: { 200: { $ref: 'ArticleDetail#' } },
        },
      },
      (request) => articles.detail(requireStaff(request, 'virtual-agent.read').tenant, request.params.id),
    )

    app.post<{ Body: WrittenArticle }>(
      base,
      {
        bodyLimit: articleBodyBytesMax,
        schema: {
          operationId: 'addArticle',
          summary: 'Write an article; it is quoted once somebody else has approved it',
          tags,
          body: { type: 'object', required: written, additionalProperties: false, properties: fields },
          response: { 201: { $ref: 'Article#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'virtual-agent.edit')
        return reply.code(201).send(await desk.write(by, request.idempotencyKey, request.body))
      },
    )

    app.put<{ Params: { id: string }; Body: WrittenArticle & { version: number } }>(
      `${base}/:id`,
      {
        bodyLimit: articleBodyBytesMax,
        schema: {
          operationId: 'changeArticle',
          summary: 'Change an article; refused when somebody changed it after the given version',
          tags,
          params,
          body: {
            type: 'object',
            required: ['version', ...written],
            additionalProperties: false,
            properties: { version, ...fields },
          },
          response: { 200: { $ref: 'Article#' } },
        },
      },
      (request) => {
        const { version, ...article } = request.body
        return desk.rewrite(requireStaff(request, 'virtual-agent.edit'), request.params.id, version, article)
      },
    )

    app.delete<{ Params: { id: string } }>(
      `${base}/:id`,
      {
        schema: {
          operationId: 'withdrawArticle',
          summary: 'Quote an article no more, from this moment on',
          tags,
          params,
          response: { 204: { type: 'null', description: 'It is quoted no more' } },
        },
      },
      async (request, reply) => {
        await articles.withdraw(requireStaff(request, 'virtual-agent.edit').tenant, request.params.id)
        return reply.code(204).send()
      },
    )

    app.post<{ Params: { id: string }; Body: { version: number } }>(
      `${base}/:id/approve`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'approveArticle',
          summary: 'Approve one version of an article; never by who changed it last',
          tags,
          params,
          body: {
            type: 'object',
            required: ['version'],
            additionalProperties: false,
            properties: { version },
          },
          response: { 200: { $ref: 'Article#' } },
        },
      },
      (request) =>
        articles.approve(
          requirePersonWho(request, 'virtual-agent.approve'),
          request.params.id,
          request.body.version,
        ),
    )

    app.post<{ Body: { articles: { id: string; version: number }[] } }>(
      `${base}/approve`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'approveArticles',
          summary: 'Approve several articles, all or none',
          tags,
          body: {
            type: 'object',
            required: ['articles'],
            additionalProperties: false,
            properties: {
              articles: {
                type: 'array',
                minItems: 1,
                maxItems: approvedAtOnceMax,
                items: {
                  type: 'object',
                  required: ['id', 'version'],
                  additionalProperties: false,
                  properties: { id: uuid, version },
                },
              },
            },
          },
          response: { 200: itemsOf('Article') },
        },
      },
      async (request) => ({
        items: await articles.approveAll(
          requirePersonWho(request, 'virtual-agent.approve'),
          request.body.articles,
        ),
      }),
    )

    app.post<{ Body: ImportedBody }>(
      `${base}/import`,
      {
        bodyLimit: importBodyBytesMax,
        schema: {
          operationId: 'importArticle',
          summary: 'Read an article out of Markdown, HTML or a PDF',
          tags,
          body: {
            type: 'object',
            required: ['format', 'language', 'content'],
            additionalProperties: false,
            properties: {
              format: { enum: ['markdown', 'html', 'pdf'] },
              language,
              title: { ...title, description: 'Else the one that the document names' },
              address,
              content: { type: 'string', minLength: 1, description: 'The text; a PDF in base64' },
            },
          },
          response: { 201: { $ref: 'Article#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'virtual-agent.edit')
        const { title = null, address = null, ...rest } = request.body
        const given = { ...rest, title, address }
        return reply.code(201).send(await desk.take(by, request.idempotencyKey, given))
      },
    )

    app.post<{ Body: { site: string; language: Language } }>(
      `${base}/crawl`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'crawlSite',
          summary: 'Read the pages that the sitemap of a site of the tenant’s names',
          tags,
          body: {
            type: 'object',
            required: ['site', 'language'],
            additionalProperties: false,
            properties: {
              site: {
                type: 'string',
                minLength: 1,
                maxLength: addressCharactersMax,
                description: 'Origin of one of the sites of the tenant',
              },
              language,
            },
          },
          response: { 202: { $ref: 'Crawl#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'virtual-agent.edit')
        return reply.code(202).send(await crawls.start(by, request.body.site, request.body.language))
      },
    )

    app.get(
      `${base}/crawl`,
      {
        schema: {
          operationId: 'crawl',
          summary: 'How far the crawl is',
          tags,
          response: { 200: { $ref: 'Crawl#' } },
        },
      },
      async (request) => crawls.status(requireStaff(request, 'virtual-agent.read').tenant),
    )

    app.post(
      `${base}/crawl/stop`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'stopCrawl',
          summary: 'Stop the crawl; pages that were read stay',
          tags,
          response: { 200: { $ref: 'Crawl#' } },
        },
      },
      async (request) => crawls.stop(requireStaff(request, 'virtual-agent.edit').tenant),
    )

    app.post<{ Body: { text: string; language?: Language } }>(
      `${base}/search`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'searchArticles',
          summary: 'What the approved articles would answer, and why',
          tags,
          body: {
            type: 'object',
            required: ['text'],
            additionalProperties: false,
            properties: {
              text: { type: 'string', minLength: 1, maxLength: searchedCharactersMax },
              language,
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['result'],
              properties: { result: engineValue('Passages, the nearest first; docs/virtual-agent.md') },
            },
          },
        },
      },
      async (request) => ({
        result: await desk.search(
          requireStaff(request, 'virtual-agent.read').tenant,
          request.body.text,
          request.body.language ?? null,
        ),
      }),
    )
  }
}

interface ImportedBody {
  format: 'markdown' | 'html' | 'pdf'
  language: Language
  title?: string
  address?: string | null
  content: string
}
