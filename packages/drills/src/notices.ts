/**
 * Two tenants write to their customers at once. The mail server dies in the middle, the sender is killed twice. Counted
 * is what arrived, by the mail server itself: none lost, none doubled, none with another tenant's name on it.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'
import type { Mailing } from '@candor/protocol/notices-api.ts'
import { companies, fateOf, sharesOf } from './notice-world.ts'
import { signingRates } from './signing-rates.ts'
import { printTable } from './table.ts'

/** As many as one airline wrote to. */
const personsDefault = 825_000
const personsSmall = 4_000
const connections = 16
const outageMs = 6_000
const doubtSeconds = 20
const perMinuteWanted = 10_000

interface Counted {
  tenants: { reached: number; more: number; none: number; wrong: number }[]
  crossed: number
  unsigned: number
  unknown: number
  bytes: number
}

export async function notices(print: (line: string) => void, args: readonly string[] = []): Promise<boolean> {
  const given = /^--persons=(\d{3,7})$/.exec(args.find((arg) => arg.startsWith('--persons=')) ?? '')?.[1]
  const persons =
    given === undefined ? (args.includes('--small') ? personsSmall : personsDefault) : Number(given)
  const root = mkdtempSync(path.join(tmpdir(), 'candor-drill-'))
  // PostgreSQL and the keyholder may run as users of their own and have to pass through.
  chmodSync(root, 0o711)
  const running: ChildProcess[] = []
  try {
    return await drill(root, persons, print, running)
  } finally {
    for (const child of running)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await sleep(500)
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function drill(
  root: string,
  persons: number,
  print: (line: string) => void,
  running: ChildProcess[],
): Promise<boolean> {
  const port = await freePort()
  const secret = randomBytes(24).toString('base64url')
  const keyFile = path.join(root, 'dkim.pem')
  writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const sink = await startSink(persons, `http://127.0.0.1:${port}`, secret)
  running.push(sink.child)
  const data = path.join(root, 'data')
  const settings = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    CANDOR_PORT: String(port),
    CANDOR_HOST: '127.0.0.1',
    CANDOR_DEMO: 'off',
    CANDOR_DATA_FOLDER: data,
    CANDOR_AUTH_SECRET: randomBytes(32).toString('base64url'),
    CANDOR_SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    CANDOR_SMTP_FROM: 'notices@candor.example',
    CANDOR_SMTP_DKIM: `candor.example/drill=${keyFile}`,
    CANDOR_SMTP_CONNECTIONS: String(connections),
    CANDOR_SMTP_DOMAIN_PER_MINUTE: '6000',
    CANDOR_SMTP_RETRY_SECONDS: '2',
    CANDOR_SMTP_DOUBT_SECONDS: String(doubtSeconds),
    CANDOR_SMTP_HOOK_SECRET: secret,
  }
  print(
    `${persons.toLocaleString('en')} persons of two tenants, signed with Ed25519, ${connections} connections, everything on this machine (${availableParallelism()} cores).\n`,
  )

  await signingRates(print)
  let server = startSender(settings, persons, print)
  running.push(server.child)
  const steps: { at: number; does: string; act(): Promise<void> }[] = [
    {
      at: 0.2,
      does: 'kill -9 of the sender',
      act: async () => {
        await server.kill()
        running.push((server = startSender(settings, persons, print)).child)
      },
    },
    {
      at: 0.4,
      does: `the mail server dies with mails in its hands, and is back after ${outageMs / 1_000} s`,
      act: async () => {
        await sink.ask('crash')
        await sleep(outageMs)
        await sink.ask('up')
      },
    },
    {
      at: 0.6,
      does: 'kill -9 of the sender',
      act: async () => {
        await server.kill()
        running.push((server = startSender(settings, persons, print)).child)
      },
    },
  ]
  const startedAt = Date.now()
  let sendingFrom = 0
  let told = 0
  let rssMax = 0
  let rateMax = 0
  let last: Mailing[] = []
  for (;;) {
    last = (await server.next()) ?? last
    rssMax = Math.max(rssMax, server.rss())
    if (last.length < companies.length || last.some(({ state }) => state === 'draft')) {
      const added = last.reduce((sum, { progress }) => sum + progress.persons, 0)
      if (Date.now() - told > 10_000)
        print(`  ${seconds(startedAt)}  preparing: ${added.toLocaleString('en')} persons`)
      if (Date.now() - told > 10_000) told = Date.now()
      continue
    }
    if (sendingFrom === 0) sendingFrom = Date.now()
    const done = last.reduce((sum, { progress }) => sum + progress.sent + progress.bounced, 0)
    const rate = last.reduce((sum, { progress }) => sum + progress.mailsPerMinute, 0)
    rateMax = Math.max(rateMax, rate)
    const [step] = steps
    if (step !== undefined && done / persons >= step.at) {
      steps.shift()
      print(`  ${seconds(startedAt)}  ${share(done, persons)}: ${step.does}`)
      await step.act()
      continue
    }
    if (Date.now() - told > 15_000) {
      told = Date.now()
      const until = last.map(({ progress }) => progress.doneAt).filter((at) => at !== null)
      print(
        `  ${seconds(startedAt)}  ${share(done, persons)} told, ${rate.toLocaleString('en')} a minute, done about ${until.sort().at(-1)?.slice(11, 19) ?? '–'} UTC`,
      )
    }
    if (last.every(({ state }) => state === 'done')) break
  }
  const took = (Date.now() - sendingFrom) / 1_000
  const counted = await sink.ask('stats')
  // What the mail server reported last is in the rows a second later.
  await sleep(1_500)
  await server.next()
  last = (await server.next()) ?? last
  await server.stop()
  const log = await verifiedLog(path.join(data, 'access-log'))
  await sink.ask('end')

  const rows = companies.map((company, t) => {
    const { progress } = last[t]!
    const { reached, more, none, wrong } = counted.tenants[t]!
    return [
      company,
      ...[progress.persons, reached, progress.bounced, progress.letters, none, more - wrong, wrong].map((n) =>
        n.toLocaleString('en'),
      ),
      String(progress.sentAgain),
    ]
  })
  print('')
  printTable(
    print,
    [
      'tenant',
      'persons',
      'got a mail',
      'bounced',
      'letters',
      'lost',
      'doubled',
      'wrongly',
      'handed over again',
    ],
    rows,
  )
  const expected = companies.map((_, t) => expectedOf(sharesOf(persons)[t]!))
  const perMinute = Math.round((counted.tenants.reduce((sum, { reached }) => sum + reached, 0) / took) * 60)
  print(
    `\nWith another tenant’s name: ${counted.crossed}. To addresses of nobody: ${counted.unknown}. Unsigned: ${counted.unsigned}.`,
  )
  print(
    `${perMinute.toLocaleString('en')} mails a minute in all, kills and outage included; ${rateMax.toLocaleString('en')} in the best minute. The server’s memory: ${Math.round(rssMax / 1e6)} MB at most.`,
  )
  print(`The access log holds from its first entry to its last: ${log.holds}, ${log.entries} entries.`)
  const right = companies.every((_, t) => {
    const { progress } = last[t]!
    const mine = counted.tenants[t]!
    return (
      mine.none === 0 &&
      mine.more === 0 &&
      progress.sent === expected[t]!.sent &&
      progress.bounced === expected[t]!.bounced &&
      progress.letters === expected[t]!.letters &&
      progress.unreachable === 0
    )
  })
  const fast = persons < personsDefault || perMinute >= perMinuteWanted
  if (!fast) print(`WRONG: less than ${perMinuteWanted} a minute.`)
  if (!right) print(`WRONG: expected ${JSON.stringify(expected)}, found ${JSON.stringify({ counted, last })}`)
  return right && fast && log.holds && counted.crossed + counted.unknown + counted.unsigned === 0
}

function expectedOf(count: number): { sent: number; bounced: number; letters: number } {
  const fates = new Map<string, number>()
  for (let n = 0; n < count; n++) fates.set(fateOf(n), (fates.get(fateOf(n)) ?? 0) + 1)
  const of = (fate: string): number => fates.get(fate) ?? 0
  const bounced = of('refused') + of('returned')
  return { sent: of('delivered') + of('put-off'), bounced, letters: bounced + of('no-email') }
}

async function verifiedLog(folder: string): Promise<{ holds: boolean; entries: number }> {
  const reader = folderStorage(folder)
  const trusted = await readLogKeys(nodeCrypto, reader)
  if (trusted === null) return { holds: false, entries: 0 }
  const report = await verifyLog({ crypto: nodeCrypto, reader, trusted })
  return { holds: report.kind === 'holds', entries: report.entriesRead }
}

async function startSink(persons: number, url: string, secret: string) {
  const child = fork(fileURLToPath(import.meta.resolve('./notice-sink.ts')), [String(persons), url, secret])
  const answer = async (): Promise<unknown> => ((await once(child, 'message')) as [unknown])[0]
  const { port } = (await answer()) as { port: number }
  return {
    child,
    port,
    async ask(kind: 'crash' | 'up' | 'stats' | 'end'): Promise<Counted> {
      const answered = answer()
      child.send({ kind })
      return (await answered) as Counted
    },
  }
}

function startSender(environment: Record<string, string>, persons: number, print: (line: string) => void) {
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.resolve('./notice-server.ts')), String(persons)],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let complaint = ''
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-2_000)))
  const ended = once(child, 'close')
  let stopping = false
  let rss = 0
  let arrived: (mailings: Mailing[]) => void = () => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as {
      kind: string
      mailings: Mailing[]
      rss: number
      level: string
      event: string
      more: object
    }
    if (told.kind === 'logged' && told.level === 'error')
      print(`  the server: ${told.event} ${JSON.stringify(told.more)}`)
    if (told.kind !== 'progress') return
    rss = told.rss
    arrived(told.mailings)
  })
  return {
    child,
    rss: () => rss,
    /** The next progress. */
    next: (): Promise<Mailing[] | null> =>
      Promise.race([
        new Promise<Mailing[]>((resolve) => (arrived = resolve)),
        ended.then(() => {
          if (!stopping) throw new Error(`The server ended by itself: ${complaint}`)
          return null
        }),
      ]),
    async kill() {
      stopping = true
      child.kill('SIGKILL')
      await ended
      // Its database and its keyholder follow it.
      await sleep(1_000)
    },
    async stop() {
      stopping = true
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const seconds = (from: number): string => `${String(Math.round((Date.now() - from) / 1_000)).padStart(5)} s`
const share = (done: number, of: number): string => `${Math.round((done / of) * 100)} %`
