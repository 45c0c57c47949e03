import assert from 'node:assert/strict'
import { test } from 'node:test'
import { articleFaults } from '@candor/virtual-agent/knowledge/article.ts'
import { openArticleReader } from './article-reader.ts'
import { readArticle, type ArticleFile } from './read-article.ts'

const file = {
  charset: null,
  id: 'refunds',
  version: 4,
  address: 'https://air.example/refunds',
  title: 'refunds.md',
  language: 'en',
} as const

test('a file becomes an article that nobody has approved yet, in its own language and with its own title', async (t) => {
  const reader = openArticleReader()
  t.after(() => reader.close())
  const read = async (more: Pick<ArticleFile, 'kind' | 'bytes' | 'source'>) => {
    const result = await readArticle(reader, { ...file, ...more })
    assert.ok(result.kind === 'read', JSON.stringify(result))
    assert.deepEqual(articleFaults(result.article), [])
    assert.equal(result.article.approved, false)
    const { title, language, source, version } = result.article
    return { title, language, source, version }
  }
  assert.deepEqual(
    await read({ kind: 'markdown', source: 'written', bytes: Buffer.from('# Geld zurück\n\nWir überweisen das Geld in zehn Tagen.') }),
    { title: 'Geld zurück', language: 'de', source: 'written', version: 4 },
  ) // prettier-ignore
  assert.deepEqual(await read({ kind: 'markdown', source: 'markdown', bytes: Buffer.from('12345') }), {
    title: 'refunds.md',
    language: 'en',
    source: 'markdown',
    version: 4,
  })
  assert.deepEqual(
    await read({ kind: 'html', source: 'html', bytes: Buffer.from('<html lang="es-MX"><title>Reembolsos</title><p>Ok') }),
    { title: 'Reembolsos', language: 'es', source: 'html', version: 4 },
  ) // prettier-ignore
})

test('a file that cannot be read says why', async (t) => {
  const reader = openArticleReader()
  t.after(() => reader.close())
  const result = await readArticle(reader, { ...file, kind: 'pdf', source: 'pdf', bytes: Buffer.from('no') })
  assert.deepEqual(result, { kind: 'unreadable', reason: 'malformed', message: 'This is no PDF.' })
})
