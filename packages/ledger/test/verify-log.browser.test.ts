/** The verifier as a browser runs it: the same files, with @noble and fetch, in a real Chromium. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { test } from 'node:test'
import { launchBrowser } from '../../server/test/chromium.ts'
import { encodeLogKeys, logKeysPath } from '../src/log-keys.ts'
import { entriesPath } from '../src/tiles.ts'
import { copyOf, entriesTo, flipBit, logOf, logSigner, origin, witnessSigner } from './test-log.ts'

const repository = path.resolve(import.meta.dirname, '../../..')

/** Served to the page, with the policy that the console has: nothing inline, nothing evaluated. */
const page = `<!doctype html><title>Verifier</title><script type="module" src="/check.js"></script>`

/** Run by the page. What it finds stands in a global that the test reads. */
const checkScript = `
import { browserCrypto as crypto } from '/ledger/browser-crypto.ts'
import { httpStorage } from '/ledger/http-storage.ts'
import { readLogKeys } from '/ledger/log-keys.ts'
import { verifyLog } from '/ledger/verify-log.ts'
globalThis.checkLog = async (name) => {
  const reader = httpStorage(new URL('/logs/' + name, location.href).href)
  const trusted = await readLogKeys(crypto, reader)
  const report = await verifyLog({ crypto, reader, trusted, kept: [] })
  return { kind: report.kind, entriesRead: report.entriesRead, firstBad: report.firstBad }
}
globalThis.ready = true
`

test(
  'a browser verifies a whole log by itself, and one flipped byte turns it',
  { timeout: 120_000 },
  async () => {
    const honest = await logOf(entriesTo(1_000))
    honest.files.set(
      logKeysPath,
      encodeLogKeys({ origin, vkey: logSigner.vkey, witnesses: [witnessSigner.vkey], quorum: 1 }),
    )
    const attacked = copyOf(honest)
    flipBit(attacked, entriesPath(2), 4_000)
    const logs = new Map([
      ['honest', honest.files],
      ['attacked', attacked.files],
    ])

    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://page')
      const send = (type: string, body: string | Uint8Array): void => {
        response.writeHead(200, {
          'content-type': type,
          'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
        })
        response.end(body)
      }
      if (pathname === '/') return send('text/html', page)
      if (pathname === '/check.js') return send('text/javascript', checkScript)
      if (pathname.startsWith('/ledger/')) {
        const file = path.join(repository, 'packages/ledger/src', path.basename(pathname))
        // A page resolves no package names; the two of @noble are pointed at where they lie.
        return send('text/javascript', withAddresses(stripTypeScriptTypes(readFileSync(file, 'utf8'))))
      }
      if (/^\/npm\/@noble\/[\w/.-]+\.js$/.test(pathname) && !pathname.includes('..'))
        return send(
          'text/javascript',
          withAddresses(readFileSync(path.join(repository, 'node_modules', pathname.slice(5)), 'utf8')),
        )
      const [, , name, ...rest] = pathname.split('/')
      const bytes = pathname.startsWith('/logs/') ? logs.get(name!)?.get(rest.join('/')) : undefined
      if (bytes !== undefined) return send('application/octet-stream', bytes)
      response.writeHead(404)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const browser = await launchBrowser()
    try {
      const tab = await browser.newPage()
      const faults: string[] = []
      tab.on('pageerror', (fault) => faults.push(fault.message))
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      await tab.waitForFunction('globalThis.ready === true', null, { timeout: 20_000 })
      assert.deepEqual(await tab.evaluate("checkLog('honest')"), {
        kind: 'holds',
        entriesRead: 1_000,
        firstBad: null,
      })
      const found = await tab.evaluate<{ kind: string; firstBad: { from: number; to: number } }>(
        "checkLog('attacked')",
      )
      assert.equal(found.kind, 'broken')
      // Byte 4,000 of the bundle of entries 512 to 767.
      assert.equal(found.firstBad.from, 512 + Math.floor(4_000 / (2 + entriesTo(513)[512]!.length)))
      assert.equal(found.firstBad.to, found.firstBad.from + 1)
      assert.deepEqual(faults, [])
    } finally {
      await browser.close()
      server.closeAllConnections()
      server.close()
    }
  },
)

const withAddresses = (script: string): string => script.replaceAll(/(from\s+')(@noble\/)/g, '$1/npm/$2')
