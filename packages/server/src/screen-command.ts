/** `candor screen`: a tenant tries the card guard with transcripts of its own, line by line. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { GuardWindow } from '@candor/card-guard'
import { openWindow } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { checkIdentifierFormat, formatsMax, type GivenFormat } from './tenants/identifier-formats.ts'

/**
 * Reads JSON lines `{conversation, author, text}` and writes, in order, one line `{conversation, index, text, findings}`
 * each: `index` is the line's place in its conversation from 0, `text` is masked. After a line that completes a split
 * number follows one line `{conversation, index, text}` for each earlier piece. A line that is not one is refused on
 * `errors` and the rest goes on. Answers the exit code: 0, or 1 when a line was refused.
 * @param formats the tenant's own kinds of numbers, which are let through where they are introduced.
 */
export async function screenCommand(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  errors: NodeJS.WritableStream = process.stderr,
  formats: readonly IdentifierFormat[] = [],
): Promise<number> {
  const conversations = new Map<string, Conversation>()
  const withWindows = new Map<string, Conversation>()
  let exitCode = 0
  let lineNumber = 0

  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    lineNumber++
    if (line.trim() === '') continue
    const parsed = parseLine(line)
    if (parsed.kind === 'refused') {
      exitCode = 1
      await write(errors, { error: { code: parsed.code, message: parsed.message, line: lineNumber } })
      continue
    }
    const { conversation, author, text } = parsed
    const held = lastUsed(conversations, conversation, countsMax, () => ({ next: 0, windows: new Map() }))
    lastUsed(
      withWindows,
      conversation,
      conversationsMax,
      () => held,
      (silent) => silent.windows.clear(),
    )
    const index = held.next++
    const screened = lastUsed(held.windows, author, authorsMax, () => openWindow()).screen(
      String(index),
      text,
      formats,
    )
    await write(output, { conversation, index, text: screened.text, findings: screened.findings })
    for (const earlier of screened.earlier) {
      await write(output, { conversation, index: Number(earlier.id), text: earlier.text })
    }
  }
  return exitCode
}

/**
 * A file with a list of formats, `[{"name", "pattern", "prefix"}]`, as the settings take them.
 * @throws FormatsFault that says what is wrong with the file, to the person at the command line.
 */
export function readFormats(file: string): IdentifierFormat[] {
  const wrong = (what: string, cause?: unknown): FormatsFault =>
    new FormatsFault(`${file}: ${what}`, { cause })
  let list: unknown
  try {
    list = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw wrong('not JSON', cause)
    throw wrong('cannot be read', cause)
  }
  if (!Array.isArray(list) || list.length > formatsMax)
    throw wrong(`not a list of at most ${formatsMax} formats`)
  return list.map((given: unknown, i) => {
    try {
      return checkIdentifierFormat((given ?? {}) as GivenFormat)
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause
      throw wrong(`format ${i + 1}: ${cause.message}`, cause)
    }
  })
}

export class FormatsFault extends Error {}

interface Conversation {
  next: number
  readonly windows: Map<string, GuardWindow>
}

type ParsedLine =
  | { readonly kind: 'line'; readonly conversation: string; readonly author: string; readonly text: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/**
 * Conversations whose windows are held at once; the one longest silent makes room. With windows of some 12,000 characters
 * this bounds memory to some 100 MB however long the transcript is. One that returns later starts with fresh windows.
 */
const conversationsMax = 2_000
/** People and bots that write in one conversation; more are a transcript put together wrongly. */
const authorsMax = 16
/** Conversations whose count is remembered, so that `index` goes on when a conversation returns. */
const countsMax = 1_000_000

/** The value of the key, made when there is none, and now the last used; the one longest unused makes room. */
function lastUsed<T>(
  values: Map<string, T>,
  key: string,
  sizeMax: number,
  make: () => T,
  leave: (value: T) => void = () => {},
): T {
  const value = values.get(key) ?? make()
  // A map keeps the order of insertion, so its first entry is the one longest unused.
  values.delete(key)
  values.set(key, value)
  if (values.size > sizeMax) {
    const [oldest, unused] = values.entries().next().value!
    values.delete(oldest)
    leave(unused)
  }
  return value
}

function parseLine(line: string): ParsedLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { kind: 'refused', code: 'not_json', message: 'The line is not JSON.' }
  }
  if (typeof value !== 'object' || value === null) {
    return { kind: 'refused', code: 'not_an_object', message: 'The line is not a JSON object.' }
  }
  const { conversation, author, text } = value as Record<string, unknown>
  for (const [name, field] of Object.entries({ conversation, author, text })) {
    if (typeof field === 'string') continue
    return { kind: 'refused', code: 'field_missing', message: `"${name}" is missing or not a string.` }
  }
  return {
    kind: 'line',
    conversation: conversation as string,
    author: author as string,
    text: text as string,
  }
}

/** Waits while the reader is slower than we are. */
async function write(stream: NodeJS.WritableStream, line: object): Promise<void> {
  if (!stream.write(JSON.stringify(line) + '\n')) await once(stream, 'drain')
}

if (import.meta.main) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads us has seen enough, as `head` has.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  process.exitCode = await run()
}

async function run(): Promise<number> {
  let formats: IdentifierFormat[]
  try {
    const { values } = parseArgs({ options: { formats: { type: 'string' } } })
    formats = values.formats === undefined ? [] : readFormats(values.formats)
  } catch (fault) {
    const isUsage =
      fault instanceof TypeError && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')
    if (!(fault instanceof Error && (isUsage || fault instanceof FormatsFault))) throw fault
    process.stderr.write(`candor screen: ${fault.message}\n`)
    return 1
  }
  return screenCommand(process.stdin, process.stdout, process.stderr, formats)
}
