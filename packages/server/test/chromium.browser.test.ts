import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { launchBrowser } from './chromium.ts'

const browser = await launchBrowser()
after(() => browser.close())

/** How many different columns of pixels a text has: a row of boxes for missing letters has few. */
async function drawn(text: string): Promise<number> {
  const page = await browser.newPage()
  await page.setContent('<canvas width="600" height="60"></canvas>')
  const columns = await page.evaluate((words) => {
    const canvas = document.querySelector('canvas')!
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    context.font = '40px sans-serif'
    context.fillText(words, 5, 45)
    const seen = new Set<string>()
    for (let x = 0; x < canvas.width; x++) seen.add(context.getImageData(x, 0, 1, canvas.height).data.join())
    return seen.size
  }, text)
  await page.close()
  return columns
}

test('the browser has letters for every script that the widget speaks', async () => {
  const missing = await drawn('\u{10FF00}'.repeat(12))
  for (const text of ['Good morning', 'Größe señor çà', 'صباح الخير يا صديقي']) {
    assert((await drawn(text)) > 3 * missing, text)
  }
})

test('web security is on: a page cannot read what another origin serves, unless that origin says so', async (t) => {
  const other = createServer((request, response) => {
    if (request.url === '/open') response.setHeader('access-control-allow-origin', '*')
    response.end('served')
  })
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close().closeAllConnections())
  const { port } = other.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`

  const page = await browser.newPage()
  await page.goto(`http://localhost:${port}/`)
  const read = (url: string) =>
    page.evaluate(
      (from) =>
        fetch(from)
          .then((answer) => answer.text())
          .catch((fault: Error) => fault.name),
      url,
    )
  assert.equal(await read(`${origin}/open`), 'served')
  assert.equal(await read(`${origin}/closed`), 'TypeError')
  await page.close()
})

test('the browser reaches no host but this machine', async () => {
  const page = await browser.newPage()
  await assert.rejects(page.goto('http://example.com/'), /ERR_NAME_NOT_RESOLVED/)
  await page.close()
})
