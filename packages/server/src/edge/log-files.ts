import { readFile } from 'node:fs/promises'
import * as path from 'node:path'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'

/** What a log consists of (c2sp.org/tlog-tiles), and nothing that could climb out of its folder. */
const logPath =
  /^(checkpoint|keys\.json|tile\/(entries|[0-9]{1,2})(\/x[0-9]{3})*\/[0-9]{3}(\.p\/[0-9]{1,3})?)$/

/** The access log as plain files, for anybody and from anywhere: it holds pseudonyms only. */
export function logFileRoutes(folder: string): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { '*': string } }>('/log/*', { schema: { hide: true } }, async (request, reply) => {
      const name = request.params['*']
      if (!logPath.test(name)) throw new Refusal('not_found', 'There is no such file in the log.')
      let body: Buffer
      try {
        body = await readFile(path.join(folder, name))
      } catch (caught) {
        if (!(caught instanceof Error && 'code' in caught && caught.code === 'ENOENT')) throw caught
        throw new Refusal('not_found', 'There is no such file in the log.')
      }
      const tile = name.startsWith('tile/')
      return reply
        .header('access-control-allow-origin', '*')
        .header('cross-origin-resource-policy', 'cross-origin')
        .header('cache-control', tile ? 'public, max-age=31536000, immutable' : 'no-store')
        .type(
          tile
            ? 'application/octet-stream'
            : name === 'checkpoint'
              ? 'text/plain; charset=utf-8'
              : 'application/json',
        )
        .send(body)
    })
  }
}
