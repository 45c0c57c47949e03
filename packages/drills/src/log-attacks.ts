/** Every way to lie with a log that issue 3 names, and whether verifier and witness find it. */
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { verifyCheckpoint, type Checkpoint, type TrustedKeys } from '@candor/ledger/checkpoint.ts'
import { encodeEntry } from '@candor/ledger/entry.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { keepLog } from '@candor/ledger/keep-log.ts'
import { hashBytes } from '@candor/ledger/ledger-crypto.ts'
import { nodeCrypto as crypto } from '@candor/ledger/node-crypto.ts'
import { noteSignatureType, parseVkey, signerOf } from '@candor/ledger/signed-note.ts'
import { checkpointPath, decodeEntries, encodeEntries, entriesPath, tilePath } from '@candor/ledger/tiles.ts'
import { verifyLog, type KeptLog, type LogReport } from '@candor/ledger/verify-log.ts'
import { drillEntries, drillEntry, offerToWitness, writeLog } from './drill-log.ts'
import { printTable } from './table.ts'
import { startWitness, type WitnessProcess } from './witness-process.ts'

const size = 2_000
/** Where the attacker strikes; in the middle of a tile, and not in the last. */
const struck = 1_234
const cutAt = 1_900
const snapshotAt = 1_500

interface Attack {
  name: string
  /** `disk`: writes the log's files. `disk, key`: and signs as the log. */
  holds: 'disk' | 'disk, key'
  /** Changes the files of a copy of the log. */
  strike(folder: string): Promise<void>
  /** The first bad entry. */
  expected: number
  /** What the witness must say when the log next offers its checkpoint; null where no checkpoint changes. */
  alarm: 'log-forked' | 'log-shrank' | null
  /** What is shown was signed and cosigned once: a newcomer can only see how old the cosignature is. */
  isOldTruth?: true
}

/** @returns whether everything was found. */
export async function logAttacks(print: (line: string) => void): Promise<boolean> {
  const root = mkdtempSync(path.join(tmpdir(), 'candor-drill-'))
  let witness: WitnessProcess | null = null
  try {
    const key = signerOf(crypto, 'drill.candor.example/log', noteSignatureType, randomBytes(32))
    witness = await startWitness(path.join(root, 'witness'), key.vkey)
    const trusted: TrustedKeys = {
      logKey: parseVkey(crypto, key.vkey)!,
      witnessKeys: [parseVkey(crypto, witness.vkey)!],
      quorum: 1,
    }
    const entries = drillEntries(size)
    const honest = path.join(root, 'honest')
    const snapshot = path.join(root, 'snapshot')
    await writeLog(snapshot, entries.slice(0, snapshotAt), key)
    await cosigned(snapshot, witness)
    cpSync(snapshot, honest, { recursive: true })
    await writeLog(honest, entries, key)
    await cosigned(honest, witness)

    // The auditor was here before the attacker and kept the hashes.
    const kept = path.join(root, 'kept')
    const before = await verified(honest, trusted)
    if (before.kind !== 'holds')
      throw new Error(`The log does not hold before it is attacked: ${before.firstBad?.why}`)
    await keepLog(folderStorage(honest), folderStorage(kept), before.note!, size)
    const memory: KeptLog = { checkpoint: checkpointIn(kept, trusted), reader: folderStorage(kept) }

    const rewrite = (change: (list: Uint8Array[]) => void) => async (folder: string) => {
      const list = [...entries]
      change(list)
      rmSync(folder, { recursive: true })
      await writeLog(folder, list, key)
    }
    const attacks = attacksOn(
      entries,
      snapshot,
      rewrite,
      async (folder, list) => await writeLog(folder, list, key),
    )

    print(`A log of ${size} entries, a witness process, and an auditor who kept 32 bytes an entry.`)
    print(
      'Who writes the disk only is found by anybody. Who signs as the log is found exactly by the auditor who',
    )
    print('kept something, is refused by whoever asks for the cosignature, and is reported by the witness.\n')
    const rows: string[][] = []
    let missed = 0
    for (const attack of attacks) {
      const folder = path.join(root, 'attacked')
      cpSync(honest, folder, { recursive: true })
      await attack.strike(folder)
      const hasKey = attack.holds === 'disk, key'
      // The auditor does without the witness here, so that what memory finds is not what the quorum finds.
      const report = hasKey
        ? await verified(folder, { ...trusted, quorum: 0 }, [memory])
        : await verified(folder, trusted)
      const newcomer = await verified(folder, trusted)
      const answer = attack.alarm === null ? null : await offerToWitness(folder, witness)
      const alarm = (await witness.newAlarms()).at(-1)?.kind ?? null
      const isFound =
        report.firstBad?.from === attack.expected &&
        report.firstBad.to === attack.expected + 1 &&
        (newcomer.kind === 'broken' || attack.isOldTruth === true) &&
        alarm === attack.alarm &&
        answer?.kind !== 'cosigned'
      if (!isFound) missed++
      rows.push([
        attack.name,
        attack.holds,
        report.firstBad === null ? 'nothing' : String(report.firstBad.from),
        String(attack.expected),
        newcomer.kind === 'broken' ? 'refuses' : 'sees an old one',
        alarm ?? (attack.alarm === null ? 'not asked' : 'silent'),
        isFound ? 'ok' : 'MISSED',
      ])
      rmSync(folder, { recursive: true })
    }
    printTable(print, ['attack', 'attacker holds', 'first bad', 'expected', 'newcomer', 'witness', ''], rows)
    print(
      `\n${attacks.length - missed} of ${attacks.length} attacks found${missed === 0 ? '' : `, ${missed} MISSED`}.`,
    )
    return missed === 0
  } finally {
    await witness?.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

function attacksOn(
  entries: readonly Uint8Array[],
  snapshot: string,
  rewrite: (change: (list: Uint8Array[]) => void) => (folder: string) => Promise<void>,
  write: (folder: string, list: readonly Uint8Array[]) => Promise<void>,
): Attack[] {
  const other = encodeEntry(drillEntry(struck, 5))
  const inBundle = (change: (list: Uint8Array[]) => void) => (folder: string) => {
    const file = path.join(folder, entriesPath(Math.floor(struck / 256)))
    const { entries: list } = decodeEntries(readFileSync(file))
    change(list)
    writeFileSync(file, encodeEntries(list))
    return Promise.resolve()
  }
  const inFile = (name: string, byte: number) => (folder: string) => {
    const file = path.join(folder, name)
    const bytes = readFileSync(file)
    bytes[byte]! ^= 1
    writeFileSync(file, bytes)
    return Promise.resolve()
  }
  const within = struck % 256
  const swap = (list: Uint8Array[], at: number): unknown => list.splice(at, 2, list[at + 1]!, list[at]!)
  const flip = (list: Uint8Array[], at: number): void => {
    const entry = list[at]!.slice()
    // A digit of a range becomes another digit: still an entry, another claim.
    entry[entry.indexOf(']'.charCodeAt(0)) - 1]! ^= 1
    list[at] = entry
  }
  const disk = (
    name: string,
    expected: number,
    strike: Attack['strike'],
    alarm: Attack['alarm'] = null,
  ): Attack => ({ name, holds: 'disk', strike, expected, alarm })
  const withKey = (
    name: string,
    expected: number,
    alarm: Attack['alarm'],
    strike: Attack['strike'],
  ): Attack => ({ name, holds: 'disk, key', strike, expected, alarm })
  const lastBundle = Math.floor(cutAt / 256)
  const lastWidth = size % 256
  return [
    disk(
      '1 bit flipped in an entry',
      struck,
      inBundle((list) => flip(list, within)),
    ),
    disk('1 bit flipped in a hash tile', struck, inFile(tilePath(0, 4), within * hashBytes)),
    disk('1 bit flipped in a tile above', 768, inFile(tilePath(1, 0, 7), 3 * hashBytes)),
    disk('1 bit flipped in the checkpoint', 0, inFile(checkpointPath, 40)),
    disk(
      'entry dropped',
      struck,
      inBundle((list) => list.splice(within, 1)),
    ),
    disk(
      'entry inserted',
      struck,
      inBundle((list) => list.splice(within, 0, other)),
    ),
    disk(
      'entries reordered',
      struck,
      inBundle((list) => swap(list, within)),
    ),
    disk('tail truncated', cutAt, (folder) => {
      const bundle = path.join(folder, entriesPath(lastBundle, lastWidth))
      const { entries: list } = decodeEntries(readFileSync(bundle))
      writeFileSync(bundle, encodeEntries(list.slice(0, cutAt % 256)))
      const tile = path.join(folder, tilePath(0, lastBundle, lastWidth))
      writeFileSync(tile, readFileSync(tile).subarray(0, (cutAt % 256) * hashBytes))
      return Promise.resolve()
    }),
    withKey(
      '1 bit flipped, log rebuilt',
      struck,
      'log-forked',
      rewrite((list) => flip(list, struck)),
    ),
    withKey(
      'entry dropped, log rebuilt',
      struck,
      'log-shrank',
      rewrite((list) => list.splice(struck, 1)),
    ),
    withKey(
      'dropped, and one added at the end',
      struck,
      'log-forked',
      rewrite((list) => {
        list.splice(struck, 1)
        list.push(encodeEntry(drillEntry(size)))
      }),
    ),
    withKey(
      'entry inserted, log rebuilt',
      struck,
      'log-forked',
      rewrite((list) => list.splice(struck, 0, other)),
    ),
    withKey(
      'entries reordered, log rebuilt',
      struck,
      'log-forked',
      rewrite((list) => swap(list, struck)),
    ),
    withKey(
      'tail truncated and signed again',
      cutAt,
      'log-shrank',
      rewrite((list) => list.splice(cutAt)),
    ),
    withKey(
      'history forked for one auditor',
      struck,
      'log-forked',
      rewrite((list) => list.splice(struck, list.length, ...drillEntries(size + 50, 3).slice(struck))),
    ),
    {
      ...withKey('machine set back to a snapshot', snapshotAt, 'log-shrank', (folder) => {
        rmSync(folder, { recursive: true })
        cpSync(snapshot, folder, { recursive: true })
        return Promise.resolve()
      }),
      isOldTruth: true,
    },
    withKey('set back to a snapshot and continued', snapshotAt, 'log-forked', async (folder) => {
      rmSync(folder, { recursive: true })
      cpSync(snapshot, folder, { recursive: true })
      await write(folder, [...entries.slice(0, snapshotAt), ...drillEntries(size + 100, 7).slice(snapshotAt)])
    }),
  ]
}

const verified = (folder: string, trusted: TrustedKeys, kept: KeptLog[] = []): Promise<LogReport> =>
  verifyLog({ crypto, reader: folderStorage(folder), trusted, kept })

function checkpointIn(folder: string, trusted: TrustedKeys): Checkpoint {
  const checked = verifyCheckpoint(readFileSync(path.join(folder, checkpointPath), 'utf8'), trusted)
  if (checked.kind !== 'valid') throw new Error(checked.why)
  return checked.checkpoint
}

async function cosigned(folder: string, witness: WitnessProcess): Promise<void> {
  const answer = await offerToWitness(folder, witness)
  if (answer.kind !== 'cosigned') throw new Error(`The witness did not cosign an honest log: ${answer.kind}`)
}
