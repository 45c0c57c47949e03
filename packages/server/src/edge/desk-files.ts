import type { FastifyPluginAsync } from 'fastify'
import { pageHeaders } from './security-headers.ts'
import { readFolder, serveFiles } from './static-files.ts'

/** The console under `/desk/`: hashed assets are immutable, every other path is the application itself. */
export function deskRoutes(folder: string, publicUrl: () => string): FastifyPluginAsync {
  return async (app) => {
    app.get('/desk', { schema: { hide: true } }, (_, reply) => reply.redirect('/desk/', 308))
    const read = () => {
      const page = {
        ...pageHeaders({ publicUrl: publicUrl(), framedBy: 'self' }),
        'cache-control': 'no-cache',
      }
      return readFolder(folder, (name) =>
        name.startsWith('assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : page,
      )
    }
    serveFiles(app, '/desk/', read, 'index.html')
  }
}
