/** What did this person read? Asked of the keyholder's own index, with millions of entries of others around. */
import { randomBytes } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openLogIndex, type LogIndex } from '@candor/keyholder/log-index.ts'
import { encodeEntry, pseudonymOf } from '@candor/ledger/entry.ts'
import { whole, type AccessFigure } from './access-figures.ts'
import { seededRandom } from './seeded-random.ts'

const listSecondsMax = 5
/** Entries of one transaction while the index is filled. */
const batchEntries = 20_000
/** Filling takes no longer; what is there by then is what is searched, and its number is printed. */
const fillMsMax = 12 * 60_000
const agents = 2_000
const days = 90
const dayMs = 86_400_000
/** What the bulk reader opened, in an hour of one night, some of it twice. */
const bulkRead = 3_000
/** Two a day by somebody who is in no hurry. */
const slowPerDay = 2
/** Of everybody's openings so many are of conversations of others, for good reasons. */
const offAssignmentShare = 0.001
const startAt = Date.UTC(2026, 7, 1)

interface Truth {
  bulkReader: Uint8Array
  /** Conversations that were opened in the night, base64url. */
  read: Set<string>
  slowReader: string
  slowCount: number
  from: number
  until: number
}

export function measureInsiders(
  plan: { seed: number; entries: number },
  folder: string,
  say: (line: string) => void,
): AccessFigure[] {
  const file = path.join(folder, 'insiders.sqlite')
  const { filled, truth, seconds } = fill(file, plan, say)
  const index = openLogIndex(file)
  try {
    const size = statSync(file).size
    say(`${whole(filled)} entries, ${(size / 1e9).toFixed(1)} GB, written in ${seconds.toFixed(0)} s`)

    const listFrom = performance.now()
    const found = listOf(index, truth)
    const listSeconds = (performance.now() - listFrom) / 1_000
    const right = [...found].filter((conversation) => truth.read.has(conversation)).length
    const [precision, recall] = [right / found.size, right / truth.read.size]

    const reviewFrom = performance.now()
    const review = index.review(tenant, startAt + (days - 30) * dayMs)
    const reviewSeconds = (performance.now() - reviewFrom) / 1_000
    const place = review.findIndex(({ actor }) => actor.id === truth.slowReader)
    return [
      {
        what: `what one bulk reader read in a night, exactly, of ${whole(filled)} entries`,
        measured: `${whole(found.size)} conversations in ${listSeconds.toFixed(2)} s`,
        beside: `ground truth: ${whole(truth.read.size)}`,
        ratio: `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
        isMet: precision === 1 && recall === 1 && listSeconds <= listSecondsMax,
      },
      {
        what: `review list of 30 days, of ${whole(filled)} entries`,
        measured: `${review.length} rows in ${reviewSeconds.toFixed(2)} s`,
        beside: `slow reader: ${truth.slowCount} conversations of others`,
        ratio:
          place === -1 ? 'not listed' : `listed as no. ${place + 1}, with ${review[place]!.offAssignment}`,
        isMet: place !== -1 && review[place]!.offAssignment === truth.slowCount,
      },
    ]
  } finally {
    index.close()
    rmSync(file, { force: true })
  }
}

const tenant = '5f2b7c1e-8f0a-4c34-9a52-1c3b6d7e8f90'

/** Page by page, as the proof page does. */
function listOf(index: LogIndex, truth: Truth): Set<string> {
  const found = new Set<string>()
  for (let before: number | undefined; ;) {
    const filter = {
      tenant,
      actor: truth.bulkReader,
      from: new Date(truth.from).toISOString(),
      until: new Date(truth.until).toISOString(),
      types: ['open', 'join'] as ('open' | 'join')[],
    }
    const page = index.list(before === undefined ? filter : { ...filter, before }, 500)
    for (const { pseudonyms } of page.items) found.add(pseudonyms.conversation!)
    if (!page.more) return found
    before = page.items.at(-1)!.index
  }
}

/**
 * Written without the keyholder's indexes, which it makes itself when it next opens the file: the same in the end, and
 * ten million rows do not wander about in four trees.
 */
function fill(
  file: string,
  plan: { seed: number; entries: number },
  say: (line: string) => void,
): { filled: number; truth: Truth; seconds: number } {
  const random = seededRandom(plan.seed)
  const pick = (below: number): number => Math.floor(random() * below)
  const bytes16 = (kind: number, n: number): Buffer => {
    const bytes = Buffer.alloc(16)
    bytes.writeUInt32BE(kind, 0)
    // Pseudonyms are spread over all values, as HMACs are: an index of them has no warm end.
    bytes.writeUInt32BE(Math.imul(n, 2_654_435_761) >>> 0, 4)
    bytes.writeUInt32BE(n, 8)
    return bytes.swap32()
  }
  const detailHash = randomBytes(32).toString('base64url')
  const tenantText = pseudonymOf(bytes16(1, 0))
  const conversations = Math.max(10_000, Math.floor(plan.entries / 6))
  const stepMs = (days * dayMs) / plan.entries
  // The night is in the last third: most entries lie on either side of it.
  const bulkFrom = Math.floor(plan.entries * 0.8)
  const bulkEvery = Math.max(1, Math.floor(plan.entries / 50 / bulkRead))
  const slowEvery = Math.floor(plan.entries / (days * slowPerDay))
  const [bulk, slow] = [agents, agents + 1]
  const bulkReader = bytes16(2, bulk)
  const truth: Truth = {
    bulkReader,
    read: new Set(),
    slowReader: 'slow-reader',
    slowCount: 0,
    from: 0,
    until: 0,
  }
  const sinceReview = startAt + (days - 30) * dayMs
  const slowRead = new Set<number>()
  const ofBulkReader: { at: number; conversation: string }[] = []

  function row(i: number): { entry: (string | number | Uint8Array)[]; detail: string | null } {
    const at = Math.floor(startAt + i * stepMs)
    const bulkTurn = i - bulkFrom
    const isBulk = bulkTurn >= 0 && bulkTurn % bulkEvery === 0 && bulkTurn / bulkEvery < bulkRead
    const isSlow = !isBulk && i % slowEvery === 1
    const who = isBulk ? bulk : isSlow ? slow : pick(agents + 2)
    const conversation = pick(conversations)
    const off = isBulk || isSlow || (who !== slow && random() < offAssignmentShare)
    const actor = bytes16(2, who)
    const about = bytes16(3, conversation)
    if (isBulk) {
      truth.from ||= at
      truth.until = at + 1
    }
    if (who === bulk) ofBulkReader.push({ at, conversation: pseudonymOf(about) })
    if (isSlow && at > sinceReview) slowRead.add(conversation)
    const type = i % 9 === 0 ? 'join' : 'open'
    const entry = encodeEntry({
      v: 1,
      at: new Date(at).toISOString(),
      type,
      tenant: tenantText,
      actor: pseudonymOf(actor),
      conversation: pseudonymOf(about),
      customer: pseudonymOf(about),
      range: [1, 0],
      purpose: 'desk',
      outcome: 'granted',
      detail: detailHash,
    })
    const flags = (off ? 1 : 0) + (isBulk ? 2 : 0)
    const text = Buffer.from(entry).toString()
    const detail = {
      actor: { kind: 'agent', id: isSlow ? truth.slowReader : `agent-${who}`, name: 'An agent' },
    }
    return {
      entry: [i, at, type, tenant, actor, about, about, 'desk', 'granted', flags, 1, 0, text],
      // Of all the others nothing is asked here.
      detail: off ? JSON.stringify(detail) : null,
    }
  }

  const startedAt = performance.now()
  openLogIndex(file).close()
  const db = new DatabaseSync(file)
  const indexes = db.prepare("select name from sqlite_master where type = 'index' and sql is not null").all()
  for (const { name } of indexes) db.exec(`drop index "${String(name)}"`)
  const insertEntry = db.prepare('insert into entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertDetail = db.prepare('insert into details values (?, ?, ?)')
  let filled = 0
  while (filled < plan.entries && performance.now() - startedAt < fillMsMax) {
    const until = Math.min(filled + batchEntries, plan.entries)
    db.exec('begin')
    for (; filled < until; filled++) {
      const { entry, detail } = row(filled)
      insertEntry.run(...entry)
      if (detail !== null) insertDetail.run(filled, detailSalt, detail)
    }
    db.exec('commit')
    if (filled % 1_000_000 === 0) say(`${whole(filled)} entries`)
  }
  db.close()
  openLogIndex(file).close()
  // All that this person opened within those hours counts, whatever for.
  for (const { at, conversation } of ofBulkReader)
    if (at >= truth.from && at < truth.until) truth.read.add(conversation)
  truth.slowCount = slowRead.size
  return { filled, truth, seconds: (performance.now() - startedAt) / 1_000 }
}

const detailSalt = randomBytes(16)
