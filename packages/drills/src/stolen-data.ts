/**
 * Everything on a server's disk is stolen but the keyholder's folder: the database, a backup, the settings with their
 * secrets, the log. The thief tries what a thief would. Then the keyholder's folder is stolen as well, to show that the
 * drill can fail, and what that folder is worth.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { openKeyholderClient } from '@candor/keyholder/client.ts'
import { openLogIndex } from '@candor/keyholder/log-index.ts'
import { openLocalRootKey } from '@candor/keyholder/root-key.ts'
import { startKeyholder } from '@candor/server/keyholder/keyholder-process.ts'
import { backUp } from '@candor/server/postgres/back-up.ts'
import { startEmbeddedPostgres } from '@candor/server/postgres/embedded-postgres.ts'
import { restore } from '@candor/server/postgres/restore.ts'
import { copyDisk } from './copy-disk.ts'
import { connectWire } from './keyholder-wire.ts'
import { ServerRefused, startServer, type DrilledServer } from './server-process.ts'
import { printTable } from './table.ts'
import {
  filesIn,
  keyLikes,
  openedAsDataKey,
  openedAsSecret,
  publicEpochKeys,
  readDatabase,
  search,
  type StolenDatabase,
  type StolenText,
} from './thief.ts'
import { converse, type Talk } from './talk.ts'

const talksPerTenant = 6
/** Waits for the outbox and the log before the plug is pulled. */
const restMs = 1_500

/** @returns whether nothing was opened without the keyholder's folder, and everything with it. */
export async function stolenData(print: (line: string) => void): Promise<boolean> {
  const root = mkdtempSync(path.join(tmpdir(), 'candor-drill-'))
  // PostgreSQL and the keyholder may run as users of their own and have to pass through.
  chmodSync(root, 0o711)
  const running: { stop(): Promise<void> }[] = []
  try {
    return await drill(root, print, running)
  } finally {
    for (const each of running.reverse()) await each.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

async function drill(
  root: string,
  print: (line: string) => void,
  running: { stop(): Promise<void> }[],
): Promise<boolean> {
  const home = path.join(root, 'home')
  const passphrase = randomBytes(18).toString('base64url')
  const settings = {
    CANDOR_AUTH_SECRET: randomBytes(32).toString('base64url'),
    CANDOR_KEYHOLDER_PASSPHRASE: passphrase,
  }
  const server = await startServer({ ...settings, CANDOR_DATA_FOLDER: home })
  // In every text that is written, and nowhere else; the tag shows that the search finds what is there.
  const word = `Koffer${randomBytes(9).toString('hex')}`
  const tag = `tag-${randomBytes(6).toString('hex')}`
  let talks: Talk[]
  try {
    talks = await converse(server, { perTenant: talksPerTenant, word, tag })
    await backUp({
      dataFolder: home,
      target: path.join(root, 'backup'),
      logFolder: path.join(home, 'access-log'),
      now: Date.now,
    })
    await new Promise((resolve) => setTimeout(resolve, restMs))
  } finally {
    await server.kill()
  }

  const loot = path.join(root, 'loot')
  copyDisk(home, loot, (name) => name !== 'keyholder' && !name.startsWith('held-by'))
  const restored = path.join(root, 'restored')
  await restore({
    backup: path.join(root, 'backup'),
    dataFolder: restored,
    keyholderFolder: path.join(restored, 'keyholder'),
    logFolder: path.join(restored, 'access-log'),
    force: false,
    now: Date.now,
  })
  const environment = Buffer.from(
    Object.entries(server.environment)
      .map(([name, value]) => `${name}=${value}`)
      .join('\0'),
  )

  const rows: string[][] = []
  const opened = new Set<string>()
  const row = (attempt: string, tried: string, found: string, conversations: Iterable<string>): void => {
    const these = new Set(conversations)
    for (const each of these) opened.add(each)
    rows.push([attempt, tried, found, `${these.size} of ${talks.length}`])
  }

  // 1. Every byte.
  const disk = filesIn(loot)
  const backup = filesIn(path.join(root, 'backup'))
  const others = [{ name: 'environment', bytes: environment }]
  let searchFinds = true
  for (const [what, files, hasTag] of [
    ['the disk', disk, true],
    ['the backup', backup, true],
    ['the environment', others, false],
  ] as const) {
    const megabytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6
    const hits = search(files, word)
    searchFinds &&= !hasTag || search(files, tag).length > 0
    row(
      `${what}, searched for the texts in every encoding`,
      `${files.length} files, ${megabytes.toFixed(1)} MB`,
      hits.length === 0 ? 'nothing' : hits.join(', '),
      hits.length === 0 ? [] : talks.map(({ conversation }) => conversation),
    )
  }

  // 2. The databases, started.
  const outside = disk.filter(({ name }) => !name.startsWith('postgres/')).map(({ bytes }) => bytes)
  const secrets = [environment, ...Object.values(server.environment).map((value) => Buffer.from(value))]
  let stolen: StolenDatabase | null = null
  let epochs = new Map<string, Buffer>()
  const tried = new Set<string>()
  let triedOn = ''
  for (const [what, folder] of [
    ['the database', loot],
    ['the restored backup', restored],
  ] as const) {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder, log: () => undefined })
    try {
      const database = await readDatabase(postgres.url)
      stolen ??= database
      const plain = search([{ name: 'rows', bytes: Buffer.from(database.rows) }], word)
      searchFinds &&= database.rows.includes(tag)
      row(
        `${what} started, all rows read as its owner`,
        `${database.texts.length} sealed texts, ${database.wrappedKeys} wrapped keys`,
        plain.length === 0 ? 'no text' : 'texts',
        plain.length === 0 ? [] : database.conversations,
      )
      epochs = await publicEpochKeys(postgres.url)
      const texts = oneOfEach(database.texts, ({ conversation }) => conversation)
      // Who opens one key of those that were wrapped with one ephemeral key opens all of them.
      const wrappedApart = oneOfEach(texts, ({ wrapped }) => wrapped.toString('latin1', 1, 33))
      const all = [
        ...keyLikes([...secrets, ...outside], true),
        ...keyLikes([Buffer.from(database.rows), ...database.values], false),
      ]
      // What did not open these very texts a moment ago need not be tried again.
      const bodies = database.texts.map(({ body }) => body.toString('base64')).join()
      const keys = bodies === triedOn ? all.filter((key) => !tried.has(key.toString('latin1'))) : all
      triedOn = bodies
      for (const key of keys) tried.add(key.toString('latin1'))
      row(
        `${what}: everything like a key tried as a data key`,
        `${countOf(keys, all)} keys`,
        'no text',
        keys.flatMap((key) => openedAsDataKey(texts, key)),
      )
      row(
        `${what}: the same as a private epoch key, or as the shared secret`,
        `${countOf(keys, all)} secrets, ${epochs.size} public keys`,
        'no key',
        keys.flatMap((key) => openedAsSecret(wrappedApart, epochs, key)),
      )
    } finally {
      await postgres.stop()
    }
  }

  // 3. The program, on what was stolen.
  const socket = path.join(loot, 'keyholder', 'socket')
  row('the keyholder’s socket', '1 path', await socketAnswers(socket), [])
  const thiefs = { ...settings, CANDOR_DATA_FOLDER: loot }
  const refusal = await refusalOf(thiefs)
  row('the server started on it, with a keyholder of its own', '1 start', refusal ?? 'it starts', [])
  rmSync(path.join(loot, 'log-key'))
  rmSync(path.join(loot, 'access-log'), { recursive: true })
  row(
    'the same, and its memory of the log’s key removed',
    `${talks.length} conversations`,
    'no text',
    await readThrough(
      { ...thiefs, CANDOR_KEYHOLDER_FOLDER: path.join(root, 'own-keyholder') },
      talks,
      running,
    ),
  )

  // 4. The real keyholder, for somebody who is a customer of it as well.
  const replayed = await replayToOtherTenant(path.join(home, 'keyholder'), home, passphrase, talks, stolen!)
  row(
    'wrapped keys replayed to the real keyholder as another tenant’s',
    `${replayed.asked} keys, ${replayed.entries} entries in the log`,
    'no key',
    replayed.opened,
  )
  print(
    `${talks.length} conversations of 2 tenants; stolen: the database folder, a backup, the environment with its secrets, and`,
  )
  print('everything else on the server’s disk but the keyholder’s folder.\n')
  printTable(print, ['attempt', 'tried', 'found', 'opened'], rows)
  print(`\n${opened.size} of ${talks.length} conversations opened.`)
  if (!searchFinds) print('WRONG: the search does not find a tag that is stored as it is.')

  // 5. The control.
  const rich = path.join(root, 'rich')
  copyDisk(home, rich, (name) => !name.startsWith('held-by'))
  const epochSecrets = epochSecretsIn(path.join(rich, 'keyholder'), passphrase)
  const byHand = new Set(epochSecrets.flatMap((secret) => openedAsSecret(stolen!.texts, epochs, secret)))
  const { CANDOR_KEYHOLDER_PASSPHRASE: _, ...withoutPassphrase } = settings
  const closed = await refusalOf({ ...withoutPassphrase, CANDOR_DATA_FOLDER: rich })
  const all = await readThrough({ ...settings, CANDOR_DATA_FOLDER: rich }, talks, running)
  print(`\nControl, with the keyholder’s folder stolen as well:`)
  print(`  without its passphrase: ${closed === null ? 'it starts' : `0 of ${talks.length} (${closed})`}`)
  print(`  with the passphrase:    ${all.length} of ${talks.length} conversations opened by the server`)
  print(
    `                          ${byHand.size} of ${talks.length} by the attempt above, given the epoch keys`,
  )
  print('That folder and its passphrase are worth all conversations: keep them on another machine.')
  return (
    opened.size === 0 && searchFinds && refusal !== null && closed !== null && all.length === talks.length
  )
}

function countOf(keys: readonly Buffer[], all: readonly Buffer[]): string {
  return keys.length === all.length ? String(keys.length) : `the same ${all.length} (${keys.length} new)`
}

function oneOfEach(texts: readonly StolenText[], by: (text: StolenText) => string): StolenText[] {
  return [...new Map(texts.map((text) => [by(text), text])).values()]
}

/** The private halves, raw, as the root key gives them out. */
function epochSecretsIn(folder: string, passphrase: string): Buffer[] {
  const rootKey = openLocalRootKey(folder, passphrase)
  const index = openLogIndex(path.join(folder, 'index.sqlite'))
  try {
    return index.effects().flatMap((effect) => {
      if (effect.kind !== 'epoch-key') return []
      const sealed = Buffer.from(effect.sealed, 'base64')
      return [rootKey.open(`epoch ${effect.tenant} ${effect.id}`, sealed).subarray(-32)]
    })
  } finally {
    index.close()
  }
}

async function socketAnswers(socket: string): Promise<string> {
  try {
    const wire = await connectWire(socket)
    wire.drop()
    return 'it answers'
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught)) throw caught
    return `nobody there (${String(caught.code)})`
  }
}

async function refusalOf(settings: Record<string, string>): Promise<string | null> {
  try {
    const server = await startServer(settings)
    await server.stop()
    return null
  } catch (caught) {
    if (!(caught instanceof ServerRefused)) throw caught
    return `refuses: ${caught.message.replace(/^.*did not start: /, '').slice(0, 60)}`
  }
}

/** Conversations whose text the server shows, asked over its API with a key that was made for it. */
async function readThrough(
  settings: Record<string, string>,
  talks: readonly Talk[],
  running: { stop(): Promise<void> }[],
): Promise<string[]> {
  const server = await startServer(settings)
  running.push(server)
  const opened: string[] = []
  for (const talk of talks) {
    const texts = await textsOf(server, talk)
    if (talk.texts.some((text) => texts.includes(text))) opened.push(talk.conversation)
  }
  running.pop()
  await server.stop()
  return opened
}

async function textsOf(server: DrilledServer, talk: Talk): Promise<string> {
  const { key } = server.tenants.find(({ slug }) => slug === talk.slug)!
  const response = await fetch(`${server.url}/v1/conversations/${talk.conversation}/events?limit=100`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return response.text()
}

/** Every stolen wrapped key, asked for in the name of the other tenant, of its own conversations. */
async function replayToOtherTenant(
  folder: string,
  home: string,
  passphrase: string,
  talks: readonly Talk[],
  stolen: StolenDatabase,
): Promise<{ asked: number; entries: number; opened: string[] }> {
  const keyholder = await startKeyholder(
    {
      folder,
      logFolder: path.join(home, 'access-log'),
      origin: 'candor.local/log',
      witnesses: [],
      quorum: 0,
      passphrase,
      keyFile: path.join(home, 'none'),
    },
    () => undefined,
  )
  const client = openKeyholderClient({ kind: 'socket', path: keyholder.socket }, () => undefined)
  try {
    const before = await client.ask('status', {})
    const opened: string[] = []
    for (const text of stolen.texts) {
      const other = talks.find(({ tenant }) => tenant !== text.tenant)!
      const own = stolen.texts.find(({ tenant }) => tenant === other.tenant)!
      for (const epochKey of [text.epochKey, own.epochKey]) {
        const { keys } = await client.ask('open', {
          tenant: other.tenant,
          actor: { kind: 'virtual-agent', id: randomUUID(), name: 'thief' },
          conversation: other.conversation,
          customer: randomUUID(),
          purpose: 'virtual-agent',
          range: [1, 0],
          live: false,
          offAssignment: false,
          keys: [{ segment: text.segment, epochKey, wrapped: text.wrapped.toString('base64') }],
        })
        if (keys[0] !== null) opened.push(text.conversation)
      }
    }
    const after = await client.ask('status', {})
    return { asked: 2 * stolen.texts.length, entries: after.entries - before.entries, opened }
  } finally {
    client.close()
    await keyholder.stop()
  }
}
