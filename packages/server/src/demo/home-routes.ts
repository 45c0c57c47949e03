import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { pageHeaders } from '../edge/security-headers.ts'
import { sendFile, staticFile, type StaticFile } from '../edge/static-files.ts'

const folder = path.join(import.meta.dirname, 'home')

/** What stands at `/` where there is no demo: the name of the house, and the door to the desk. */
export function homeRoutes(publicUrl: () => string): FastifyPluginAsync {
  return async (app) => {
    const files = new Map<string, StaticFile>()
    for (const [url, name] of [
      ['/', 'home.html'],
      ['/home.css', 'home.css'],
    ] as const)
      app.get(url, { schema: { hide: true } }, (request, reply) => {
        let file = files.get(url)
        if (file === undefined) {
          const headers = {
            ...(url === '/' ? pageHeaders({ publicUrl: publicUrl(), framedBy: 'nobody' }) : {}),
            'cache-control': 'no-cache',
          }
          file = staticFile(readFileSync(path.join(folder, name)), path.extname(name), headers)
          files.set(url, file)
        }
        return sendFile(request, reply, file)
      })
  }
}
