/** `candor verify`: checks a log, or a proof bundle, without Candor's server or database. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { encodeBase64 } from './base64.ts'
import { verifyBundle, type CheckedEntry } from './bundle.ts'
import { verifyCheckpoint, type Cosigner, type TrustedKeys } from './checkpoint.ts'
import type { Entry } from './entry.ts'
import { folderStorage } from './folder-storage.ts'
import { httpStorage } from './http-storage.ts'
import { keepLog } from './keep-log.ts'
import { readLogKeys } from './log-keys.ts'
import { nodeCrypto } from './node-crypto.ts'
import { decodeNote, parseNote, parseVkey, signersOf, type NoteVerifier } from './signed-note.ts'
import { StorageFault, type TileReader } from './tile-storage.ts'
import { checkpointPath } from './tiles.ts'
import { verifyLog, type KeptLog, type LogReport } from './verify-log.ts'

const usage = `Usage: npx candor verify <folder|url> [options]
       npx candor verify --bundle <file> [--key <vkey>] [--witness <vkey> …]
       npx candor verify --statement <file> --key <vkey>

  --key <vkey>          the key of the log, from somebody you trust
  --witness <vkey>      the key of a witness; may be given more than once
  --quorum <n>          how many of them must have cosigned (default: all that are given)
  --origin <line>       the origin line, where it is not the name of the key
  --since <copy>        a checkpoint file from before, or a folder or URL with another copy of the log; may be given
                        more than once. With a copy the first bad entry is known exactly.
  --keep <folder>       compare with what is kept there, as --since does; when the log holds, keep its checkpoint and
                        hashes there
  --conversation <p>    list the entries of this pseudonym; also --customer, --actor
  --hour <hour>         list the entries of this hour, UTC: 2026-11-25T00
  --bundle <file>       check a proof bundle instead
  --statement <file>    check the signed text of a response site instead, and print what was signed
  --json                one JSON object

Exit code: 0 it holds, 1 it does not or cannot be read, 2 wrong usage.
`

interface Output {
  write(text: string): unknown
}

class UsageFault extends Error {}

/** @returns the exit code. */
export async function verifyCommand(args: string[], output: Output, errors: Output): Promise<number> {
  try {
    const options = readOptions(args)
    if (options.statement !== undefined) return checkStatement(options, output)
    return options.bundle === undefined ? await checkLog(options, output) : checkBundle(options, output)
  } catch (fault) {
    if (fault instanceof UsageFault) {
      errors.write(`candor verify: ${fault.message}\n\n${usage}`)
      return 2
    }
    if (!(fault instanceof StorageFault || isFileFault(fault))) throw fault
    errors.write(`candor verify: not verified: ${fault.message}\n`)
    return 1
  }
}

interface Options {
  target: string | undefined
  bundle: string | undefined
  statement: string | undefined
  logKey: NoteVerifier | null
  witnessKeys: NoteVerifier[] | null
  quorum: number | null
  origin: string | undefined
  since: string[]
  keep: string | undefined
  filters: Partial<Record<'conversation' | 'customer' | 'actor', string>>
  hour: string | undefined
  json: boolean
}

/** Matches are held until the log is known to hold; more are counted only. */
const matchesMax = 100_000

async function checkLog(options: Options, output: Output): Promise<number> {
  if (options.target === undefined) throw new UsageFault('say which log: a folder or a URL')
  const reader = storageOf(options.target)
  const told = options.logKey === null || options.witnessKeys === null ? await toldKeys(reader) : null
  if (options.logKey === null && told === null)
    throw new UsageFault('there is no keys.json beside the log that could be read: give --key')
  const own = options.logKey !== null
  // Witnesses that the log names itself vouch for nothing once the verifier has brought a key.
  const witnessKeys = options.witnessKeys ?? (own ? [] : told!.witnessKeys)
  const origin = options.origin ?? (own ? undefined : told!.origin)
  const trusted: TrustedKeys = {
    logKey: options.logKey ?? told!.logKey,
    witnessKeys,
    quorum: options.quorum ?? (options.witnessKeys !== null || own ? witnessKeys.length : told!.quorum),
    ...(origin === undefined ? {} : { origin }),
  }
  const copies = [...options.since]
  // What is kept may only be continued: to lay a rewritten history over it would destroy the evidence.
  if (options.keep !== undefined && existsSync(path.join(options.keep, checkpointPath)))
    copies.push(options.keep)
  const kept = await Promise.all(copies.map((copy) => keptLog(copy, trusted)))
  const matches: { index: number; entry: Entry }[] = []
  let matched = 0
  const wanted = matcherOf(options)
  const startedAt = performance.now()
  const report = await verifyLog({
    crypto: nodeCrypto,
    reader,
    trusted,
    kept,
    ...(wanted === null
      ? {}
      : {
          onEntry: (index: number, entry: Entry) => {
            if (!wanted(entry)) return
            matched++
            if (matches.length < matchesMax) matches.push({ index, entry })
          },
        }),
  })
  const seconds = (performance.now() - startedAt) / 1_000
  const holds = report.kind === 'holds'
  if (holds && options.keep !== undefined)
    await keepLog(reader, folderStorage(options.keep), report.note!, report.checkpoint!.size)
  const list = wanted === null ? null : { matched, matches }
  output.write(
    options.json
      ? `${JSON.stringify(asJson(report, trusted, own, holds ? list : null))}\n`
      : asText(report, trusted, { own, seconds, list, keep: options.keep }),
  )
  return holds ? 0 : 1
}

function checkBundle(options: Options, output: Output): number {
  const { logKey } = options
  if (logKey === null && options.witnessKeys !== null)
    throw new UsageFault('with --witness, give the key of the log too')
  const own: TrustedKeys | undefined =
    logKey === null
      ? undefined
      : {
          logKey,
          witnessKeys: options.witnessKeys ?? [],
          quorum: options.quorum ?? options.witnessKeys?.length ?? 0,
          ...(options.origin === undefined ? {} : { origin: options.origin }),
        }
  const checked = verifyBundle(nodeCrypto, readFileSync(options.bundle!, 'utf8'), own)
  const holds = checked.kind === 'checked' && checked.entries.every(({ kind }) => kind === 'valid')
  if (options.json) output.write(`${JSON.stringify({ holds, ...checked })}\n`)
  else if (checked.kind === 'unreadable') output.write(`NOT A PROOF  ${checked.why}\n`)
  else {
    output.write(`log       ${checked.origin}\nkeys      ${keysSentence(checked.trusted)}\n`)
    for (const entry of checked.entries) output.write(`${bundledLine(entry)}\n`)
    const bad = checked.entries.filter(({ kind }) => kind === 'invalid').length
    output.write(
      holds
        ? `all ${checked.entries.length} entries are proven\n`
        : `BROKEN    ${bad} of ${checked.entries.length} entries are not proven\n`,
    )
  }
  return holds ? 0 : 1
}

/** What is printed is what was signed and nothing around it. */
function checkStatement(options: Options, output: Output): number {
  if (options.logKey === null)
    throw new UsageFault('with --statement, give the key of who should have signed it')
  const text = decodeNote(readFileSync(options.statement!))
  const note = text === null ? null : parseNote(text)
  const found = note === null ? null : signersOf(note, [options.logKey])
  const holds = found?.kind === 'signers' && found.signers.length > 0
  if (options.json) output.write(`${JSON.stringify({ holds, text: holds ? note!.text : null })}\n`)
  else if (holds) output.write(`${note!.text}\nsigned    by ${options.logKey.name}\n`)
  else
    output.write(
      note === null
        ? 'NOT SIGNED  This is no signed text.\n'
        : `NOT SIGNED  ${options.logKey.name} did not sign these words.\n`,
    )
  return holds ? 0 : 1
}

function readOptions(args: string[]): Options {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        witness: { type: 'string', multiple: true },
        quorum: { type: 'string' },
        origin: { type: 'string' },
        since: { type: 'string', multiple: true },
        keep: { type: 'string' },
        conversation: { type: 'string' },
        customer: { type: 'string' },
        actor: { type: 'string' },
        hour: { type: 'string' },
        bundle: { type: 'string' },
        statement: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
  } catch (fault) {
    if (fault instanceof TypeError && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS'))
      throw new UsageFault(fault.message, { cause: fault })
    throw fault
  }
  const { values, positionals } = parsed
  if (positionals.length > 1) throw new UsageFault('one log at a time')
  const filters: Options['filters'] = {}
  for (const name of ['conversation', 'customer', 'actor'] as const) {
    const value = values[name]
    if (value === undefined) continue
    if (!/^[A-Za-z0-9_-]{22}$/.test(value))
      throw new UsageFault(`--${name} takes a pseudonym of 22 characters`)
    filters[name] = value
  }
  if (values.hour !== undefined && !/^\d{4}-\d\d-\d\dT\d\d$/.test(values.hour))
    throw new UsageFault('--hour takes an hour like 2026-11-25T00')
  if (values.quorum !== undefined && !/^\d{1,2}$/.test(values.quorum))
    throw new UsageFault('--quorum takes a number')
  return {
    target: positionals[0],
    bundle: values.bundle,
    statement: values.statement,
    logKey: values.key === undefined ? null : keyOf('--key', values.key),
    witnessKeys: values.witness?.map((vkey) => keyOf('--witness', vkey)) ?? null,
    quorum: values.quorum === undefined ? null : Number(values.quorum),
    origin: values.origin,
    since: values.since ?? [],
    keep: values.keep,
    filters,
    hour: values.hour,
    json: values.json ?? false,
  }
}

function keyOf(option: string, vkey: string): NoteVerifier {
  const key = parseVkey(nodeCrypto, vkey)
  if (key === null)
    throw new UsageFault(`${option} takes a key <name>+<8 digits>+<base64>; this is none: ${vkey}`)
  return key
}

const isUrl = (place: string): boolean => /^https?:\/\//.test(place)

function storageOf(place: string): TileReader {
  if (isUrl(place)) return httpStorage(place)
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageFault(`there is no folder ${place}`)
  return folderStorage(place)
}

const toldKeys = (reader: TileReader): Promise<TrustedKeys | null> => readLogKeys(nodeCrypto, reader)

/** A copy counts only with a checkpoint that the log signed: otherwise it would accuse without evidence. */
async function keptLog(copy: string, trusted: TrustedKeys): Promise<KeptLog> {
  const isFile = !isUrl(copy) && statSync(copy, { throwIfNoEntry: false })?.isFile() === true
  const reader = isFile ? null : storageOf(copy)
  const bytes = reader === null ? readFileSync(copy) : await reader.read(checkpointPath)
  const note = bytes === null ? null : decodeNote(bytes)
  const checked = note === null ? null : verifyCheckpoint(note, { ...trusted, quorum: 0 })
  if (checked?.kind !== 'valid')
    throw new UsageFault(`--since ${copy}: ${checked?.why ?? 'there is no checkpoint'}`)
  return { checkpoint: checked.checkpoint, ...(reader === null ? {} : { reader }) }
}

function matcherOf({ filters, hour }: Options): ((entry: Entry) => boolean) | null {
  const wanted = Object.entries(filters) as ['conversation' | 'customer' | 'actor', string][]
  if (wanted.length === 0 && hour === undefined) return null
  return (entry) =>
    wanted.every(([name, value]) => entry[name] === value) &&
    (hour === undefined || entry.at.startsWith(`${hour}:`))
}

function asJson(
  report: LogReport,
  trusted: TrustedKeys,
  own: boolean,
  list: { matched: number; matches: unknown[] } | null,
): object {
  const { checkpoint, note: _, ...rest } = report
  return {
    ...rest,
    origin: checkpoint?.origin ?? null,
    size: checkpoint?.size ?? null,
    root: checkpoint === null ? null : encodeBase64(checkpoint.root),
    keys: { own, log: trusted.logKey.vkey, witnesses: trusted.witnessKeys.map(({ vkey }) => vkey) },
    quorum: trusted.quorum,
    ...list,
  }
}

function asText(
  report: LogReport,
  trusted: TrustedKeys,
  shown: {
    own: boolean
    seconds: number
    list: { matched: number; matches: { index: number; entry: Entry }[] } | null
    keep: string | undefined
  },
): string {
  const { checkpoint, firstBad, timeSteps } = report
  const lines = [`log       ${checkpoint?.origin ?? trusted.origin ?? trusted.logKey.name}`]
  if (checkpoint !== null)
    lines.push(`size      ${number(checkpoint.size)} entries`, `root      ${encodeBase64(checkpoint.root)}`)
  if (report.cosigners.length > 0 || report.kind === 'holds')
    lines.push(`signed    by the log${cosignersSentence(report.cosigners, trusted.quorum)}`)
  lines.push(`keys      ${keysSentence(shown.own)}`)
  if (timeSteps !== null)
    lines.push(
      `note      ${number(timeSteps.count)} times an entry is dated more than 5 s before the one ahead of it, first entry ${timeSteps.firstIndex}`,
    )
  if (firstBad !== null) {
    const where =
      firstBad.to === firstBad.from + 1
        ? `the first bad entry is ${firstBad.from}`
        : `the first bad entry is one of ${firstBad.from} to ${firstBad.to - 1}`
    return `${[...lines, `BROKEN    ${where}: ${firstBad.why}`].join('\n')}\n`
  }
  if (shown.list !== null) {
    for (const { index, entry } of shown.list.matches) lines.push(entryLine(index, entry))
    lines.push(`entries   ${number(shown.list.matched)} match`)
  }
  if (shown.keep !== undefined) lines.push(`kept      ${shown.keep}`)
  lines.push(`whole log holds: ${number(report.entriesRead)} entries (${shown.seconds.toFixed(1)} s)`)
  return `${lines.join('\n')}\n`
}

const keysSentence = (own: boolean): string =>
  own
    ? 'yours'
    : 'told by the log itself: this shows that it is whole, not whose it is. Give --key and --witness.'

function cosignersSentence(cosigners: readonly Cosigner[], quorum: number): string {
  const names = cosigners.map(
    ({ name, atSeconds }) => `${name} at ${new Date(atSeconds * 1_000).toISOString()}`,
  )
  return names.length === 0 ? ', by no witness' : `, by ${names.join(', by ')} (quorum ${quorum})`
}

function entryLine(index: number, entry: Entry): string {
  const { v: _, at, type, range, ...rest } = entry
  const span = range === undefined ? '' : ` events ${range[0]} to ${range[1] === 0 ? 'now' : range[1]}`
  const fields = Object.entries(rest).map(([name, value]) => `${name} ${value}`)
  return `${String(index).padStart(9)} ${at} ${type}${span} ${fields.join(' ')}`
}

function bundledLine(checked: CheckedEntry): string {
  if (checked.kind === 'invalid') return `${String(checked.index).padStart(9)} NOT PROVEN: ${checked.why}`
  const detail = typeof checked.detail === 'object' ? `\n          ${checked.detail.text}` : ''
  return `${entryLine(checked.index, checked.entry)}${detail}`
}

const number = (value: number): string => value.toLocaleString('en-US')

const isFileFault = (fault: unknown): fault is Error =>
  fault instanceof Error &&
  'code' in fault &&
  /^(ENOENT|EACCES|EISDIR|ENOTDIR|ENOSPC)$/.test(String(fault.code))

if (import.meta.main)
  process.exitCode = await verifyCommand(process.argv.slice(2), process.stdout, process.stderr)
