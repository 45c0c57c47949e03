/**
 * The server of the bench, but text is stored as it is: the module that seals is replaced before anything loads it.
 * There is no such switch in the server.
 */
import { registerHooks } from 'node:module'

const sealing = import.meta.resolve('@candor/server/access/data-key.ts')
const plain = import.meta.resolve('./plain-data-key.ts')

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    return resolved.url === sealing ? { ...resolved, url: plain } : resolved
  },
})
await import('./candor-server.ts')
