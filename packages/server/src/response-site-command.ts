import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { openResponseSites } from './incidents/response-site/open-response-sites.ts'

/**
 * `candor response-site <folder>`: the published response sites and their letter box, and nothing else. For the host that
 * has to stand while everything else is contained, restored or under load.
 */
const usage = `Usage: npx candor response-site <folder> [--listen 127.0.0.1:7080]

  <folder>   <data>/response of the installation, or a copy of it
  --listen   address and port; put your TLS proxy in front of it
  --proxied  take the visitor's address from X-Forwarded-For, as one proxy in front writes it
`

/** Headers of a page view are short; who sends slowly or much is not reading. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 8_192,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    listen: { type: 'string', default: '127.0.0.1:7080' },
    proxied: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
const [, host, port] = /^(.+):(\d{1,5})$/.exec(values.listen) ?? []
if (folder === undefined || positionals.length > 1 || host === undefined) {
  process.stderr.write(usage)
  process.exit(2)
}

const sites = await openResponseSites({
  folder: path.resolve(folder),
  now: () => Date.now(),
  addressOf(request) {
    const forwarded = request.headers['x-forwarded-for']
    const last = values.proxied
      ? String(forwarded ?? '')
          .split(',')
          .at(-1)!
          .trim()
      : ''
    return last === '' ? (request.socket.remoteAddress ?? '') : last
  },
})
const server = createServer(limits, (request, response) => {
  if (sites.handle(request, response)) return
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('There is no such page.\n')
})
server.listen(Number(port), host.replace(/^\[|\]$/g, ''), () => {
  const { address, port: bound } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ event: 'response-site', address, port: bound })}\n`)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.closeIdleConnections()
    server.close(() => void sites.close().then(() => process.exit(0)))
  })
