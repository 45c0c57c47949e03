import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { memoryOfTree } from './process-memory.ts'
import type { WatchAnswer, WatchOrder } from './watch-order.ts'

/** Of the run, its browser and all that the browser starts: a shop's page takes some 400 MB. */
const memoryBytesMax = 2_000_000_000
const memoryLookMs = 1_000
/** Of JavaScript in the run itself, which holds what the page sent. */
const heapMiBMax = 768
/** A run ends itself after 90 s; one that does not is ended. */
const runMsMax = 150_000
const answerBytesMax = 20_000_000
const complaintCharactersMax = 2_000

/**
 * One run in a process of its own. When it takes too long or too much memory it is killed, and its browser ends with
 * it, because the pipe through which it is driven closes.
 */
export async function watchInProcess(
  order: WatchOrder,
  limits: { runMsMax?: number; memoryBytesMax?: number } = {},
): Promise<WatchAnswer> {
  // All that the browser writes is below this.
  const temporary = mkdtempSync(path.join(tmpdir(), 'candor-watch-'))
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMiBMax}`, path.join(import.meta.dirname, 'watch-worker.ts')],
    {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', TMPDIR: temporary },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  let why = ''
  const end = (reason: string): void => {
    why ||= reason
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => end('It took too long and was ended.'), limits.runMsMax ?? runMsMax)
  const looking = setInterval(() => {
    if (memoryOfTree(child.pid ?? 0) > (limits.memoryBytesMax ?? memoryBytesMax))
      end('The page took more memory than a run may have.')
  }, memoryLookMs)
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > answerBytesMax) end('It had more to tell than can be kept.')
    else chunks.push(chunk)
  })
  let complaint = ''
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-complaintCharactersMax)))
  // A child that died before it read has no use for its order.
  child.stdin.on('error', () => undefined)
  child.stdin.end(JSON.stringify(order))
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    )
    if (why !== '') return { kind: 'failed', reason: why }
    if (code !== 0) return { kind: 'failed', reason: `It broke off (${code}): ${lastLine(complaint)}` }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as WatchAnswer
  } finally {
    clearTimeout(timer)
    clearInterval(looking)
    rmSync(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

function lastLine(text: string): string {
  const said = text.split('\n').find((line) => /Error/.test(line)) ?? text.trim().split('\n').at(-1)!
  return said.slice(0, 300)
}
