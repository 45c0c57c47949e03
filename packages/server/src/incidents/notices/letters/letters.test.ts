import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extractText, getDocumentProxy } from 'unpdf'
import { composeNotice } from '../compose-notice.ts'
import { exampleMaterial, examplePerson } from '../test/example-notice.ts'
import { makeLetterCode, readLetterCode } from './letter-code.ts'
import { openLetterPages, type Paper } from './letter-pages.ts'

test('a code is read as it was printed, however it is typed, and a slip is told from a code', () => {
  for (let i = 0; i < 200; i++) {
    const { printed, hash } = makeLetterCode()
    assert.match(printed, /^([a-z2-7]{4}-){6}[a-z2-7]{4}$/)
    assert.deepEqual(readLetterCode(` ${printed.toUpperCase().replaceAll('-', ' ')} `), hash)
    assert.deepEqual(readLetterCode(printed.replaceAll('o', '0').replaceAll('l', '1')), hash)
    const at = i % 26 // of the letters without hyphens
    const letters = printed.replaceAll('-', '')
    const slip = letters.slice(0, at) + (letters[at] === 'x' ? 'y' : 'x') + letters.slice(at + 1)
    const read = readLetterCode(slip)
    assert.ok(read === null || !read.equals(hash))
  }
  assert.equal(readLetterCode('short'), null)
})

async function printed(paper: Paper, letters: number): Promise<{ bytes: Buffer; added: boolean[] }> {
  const chunks: Buffer[] = []
  const added: boolean[] = []
  await new Promise<void>((resolve) => {
    const pages = openLetterPages(paper, 'Card data', (bytes) => chunks.push(bytes), resolve)
    for (let i = 0; i < letters; i++) {
      const person = examplePerson({ name: i === 2 ? '山田太郎' : `Zoë Nº ${i}` })
      added.push(
        pages.add({
          notice: composeNotice(exampleMaterial, person),
          person,
          company: exampleMaterial.facts.company,
          code: `code-${i}`,
          reference: `7-${i}`,
        }),
      )
    }
    pages.end()
  })
  return { bytes: Buffer.concat(chunks), added }
}

test('letters follow one another with pages of their own count, and a name that the font cannot write has none', async () => {
  const { bytes, added } = await printed('letter', 4)
  assert.deepEqual(added, [true, true, false, true])
  const pdf = await getDocumentProxy(new Uint8Array(bytes))
  const { text, totalPages } = await extractText(pdf)
  assert.equal(totalPages, 6)
  for (const [n, i] of [0, 1, 3].entries()) {
    assert.match(text[n * 2]!, new RegExp(`Zoë Nº ${i}\\s12 Elm Street`))
    assert.match(text[n * 2]!, /Page 1 of 2/)
    assert.match(text[n * 2 + 1]!, new RegExp(`code-${i}\\b`))
    assert.match(text[n * 2 + 1]!, /Page 2 of 2/)
    assert.doesNotMatch(text.slice(n * 2, n * 2 + 2).join(), new RegExp(`Zoë Nº [^${i}]`))
  }
  const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 })
  assert.deepEqual([width, height], [612, 792])
})

test('the address is in the window of the envelope, on both papers', async () => {
  for (const paper of ['a4', 'letter'] as const) {
    const pdf = await getDocumentProxy(new Uint8Array((await printed(paper, 1)).bytes))
    const page = await pdf.getPage(1)
    const { height } = page.getViewport({ scale: 1 })
    const { items } = await page.getTextContent()
    const lines = items.filter(
      (item) => 'str' in item && /^(Zoë Nº 0|12 Elm Street|Springfield, CA 90000|USA)$/.test(item.str),
    ) as { transform: number[]; width: number }[]
    assert.equal(lines.length, 4)
    for (const { transform, width } of lines) {
      const [x, y] = [transform[4]!, height - transform[5]!].map((points) => (points / 72) * 25.4) as [
        number,
        number,
      ]
      assert.ok(x >= 20 && x + (width / 72) * 25.4 <= 105, `${x} mm from the left`)
      assert.ok(y >= 47 && y <= 90, `${y} mm from the top`)
    }
  }
})
