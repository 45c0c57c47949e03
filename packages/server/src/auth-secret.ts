import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { Secret } from './config.ts'

/**
 * The secret that staff sessions are signed with: the configured one, else one made at the first start and kept
 * beside the keys, so that sessions outlive a restart.
 */
export function authSecret(config: { authSecret: Secret | undefined; dataFolder: string }): Secret {
  if (config.authSecret) return config.authSecret
  const file = path.join(config.dataFolder, 'keys', 'auth-secret')
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    const unfinished = `${file}.${process.pid}`
    writeFileSync(unfinished, randomBytes(32).toString('base64url'), { mode: 0o600 })
    try {
      linkSync(unfinished, file) // whole or not at all, and never over one that is already in use
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    } finally {
      rmSync(unfinished)
    }
  }
  return new Secret(readFileSync(file, 'utf8'))
}
