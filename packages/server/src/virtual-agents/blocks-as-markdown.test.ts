import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block } from '@candor/virtual-agent/knowledge/article.ts'
import { readHtml } from './articles/read-html.ts'
import { readMarkdown } from './articles/read-markdown.ts'
import { blocksAsMarkdown } from './blocks-as-markdown.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const again = (body: readonly Block[]): Block[] => readMarkdown(bytes(blocksAsMarkdown(body))).body

test('what was read from a page is edited as Markdown and means the same when it is read again', () => {
  const page = `<html><body><main>
    <h1>Refunds &amp; returns</h1><p>Within 14 days. See <a href="/x">the rules</a> [1] * and _more_.</p>
    <h2># 1. When?</h2><p>- not a list</p><p>1. not one either</p><p>a | b &lt;c&gt; \`d\` \\e ~~f~~</p>
    <ul><li>Cards<ul><li>Credit</li><li>Debit</li></ul></li><li>Vouchers</li></ul>
    <ol><li>Pack it</li><li>Send it</li></ol>
    <table><tr><th>Size</th><th>Price</th></tr><tr><td>S | M</td><td>5 €</td></tr><tr><td>L</td><td>7 €</td></tr></table>
    <p>===</p><p>---</p><p>&amp;amp; stays</p><p>https://shop.example/a_b_c</p>
  </main></body></html>`
  const { body } = readHtml(bytes(page), null)
  assert.ok(body.length > 15, JSON.stringify(body))
  assert.deepEqual(again(body), body)
})

test('every mark that could begin something in Markdown stays the text that it is', () => {
  const texts = [
    '# a', '## a', '> a', '- a', '+ a', '* a', '1. a', '12) a', '---', '***', '===', '___', '```', '~~~', '    a',
    '<b>a</b>', '[a](b)', '![a](b)', '[a]: b', '`a`', '*a*', '_a_', '**a**', 'a\\b', '&lt;', '&#35;', '| a |',
    'a  ', '<!-- a -->', '<script>a</script>', 'http://a.b', '---\ntitle: x\n---',
  ] // prettier-ignore
  for (const text of texts) {
    const clean = text.replaceAll(/\s+/g, ' ').trim()
    const body: Block[] = [{ kind: 'paragraph', text: clean }]
    assert.deepEqual(again(body), body, text)
    const item: Block[] = [{ kind: 'item', depth: 0, mark: '•', text: clean }]
    assert.deepEqual(again(item), item, `point ${text}`)
  }
})
