import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'

export interface ServerProcess {
  url: string
  slug: string
  key: string
  folder: string
  /** SIGKILL, then the same data folder again on the same port. */
  killAndRestart(): Promise<void>
  /** Ends the postmaster at once; the server's supervisor starts it again. */
  killDatabase(): void
  stop(): Promise<void>
  /** Ends the server and leaves its folder until `stop`. */
  stopKeepingData(): Promise<void>
  /** The same data folder again on the same port. */
  startAgain(): Promise<void>
}

/** Starts `server-program.ts` with its embedded PostgreSQL on a fresh data folder. */
export async function startServerProcess(
  env: Record<string, string> = {},
  said: (text: string) => void = (text) => process.stderr.write(text),
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-process-'))
  const port = await freePort()
  let child: ChildProcess
  let databasePid = 0

  async function start(): Promise<{ url: string; slug: string; key: string | null }> {
    child = spawn(process.execPath, [path.join(import.meta.dirname, 'server-program.ts'), ...flags], {
      env: {
        PATH: process.env['PATH'],
        CANDOR_PORT: String(port),
        CANDOR_DATA_FOLDER: folder,
        CANDOR_KEY_FILE: path.join(folder, 'keys/keys.json'),
        CANDOR_DEMO: 'off',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let last = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-4_000)
      said(text)
    })
    for await (const line of createInterface({ input: child.stdout! })) {
      const ready = JSON.parse(line) as { url: string; slug: string; key: string | null; databasePid: number }
      databasePid = ready.databasePid
      child.stdout!.resume()
      return ready
    }
    await once(child, 'close')
    throw new Error(`the server process ended before it was ready: ${last}`)
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }

  const first = await start()
  return {
    url: first.url,
    slug: first.slug,
    key: first.key!,
    folder,
    async killAndRestart() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await start()
    },
    killDatabase() {
      process.kill(databasePid, 'SIGKILL')
    },
    stopKeepingData: end,
    async startAgain() {
      await start()
    },
    async stop() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
