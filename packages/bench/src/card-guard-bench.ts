/** Measures the card guard: what it finds, what it masks wrongly, how fast it is, and others beside it in the same run. */

import * as path from 'node:path'
import type { CardFree, Positive } from '@candor/card-guard/card-corpus.ts'
import {
  cardFree,
  cardFreeKinds,
  formNames,
  isMasked,
  isSplitMasked,
  leaks,
  positive,
  randomFrom,
  splitConversation,
  toldConversation,
} from '@candor/card-guard/card-corpus.ts'
import type { GuardWindow } from '@candor/card-guard'
import { openWindow, screen } from '@candor/card-guard'
import * as composer from '@candor/card-guard/composer.ts'
import { machineRun, machineTemplates } from '@candor/card-guard/machine-corpus.ts'
import { hardInputs } from '@candor/card-guard/hard-inputs.ts'
import { rivals } from './card-guard-rivals.ts'
import type { ChatTexts } from './card-guard-texts.ts'
import { readChatTexts } from './card-guard-texts.ts'

export interface CardGuardBenchOptions {
  readonly seed?: number
  readonly positives?: number
  readonly cardFree?: number
  /** Rivals take up to a millisecond a message, so they see every n-th only; the guard sees the same ones beside them. */
  readonly rivalMessages?: number
  /** Folder of the open data sets. */
  readonly dataFolder?: string
  readonly print?: (line: string) => void
}

export async function cardGuardBench(options: CardGuardBenchOptions = {}): Promise<void> {
  const { seed = 20_260_512, print = console.log } = options
  const random = randomFrom(seed)
  const data = readChatTexts(
    options.dataFolder ?? path.resolve(import.meta.dirname, '../../../../shared/data'),
  )
  print(`card guard, seed ${seed}`)
  if (!data)
    print('The open data sets are not here, so natural text is left out: only generated messages count.')

  const positives = Array.from({ length: options.positives ?? 110_000 }, (_, i) =>
    positive(random, formNames[i % formNames.length]),
  )
  const generated = Array.from({ length: options.cardFree ?? 60_000 }, (_, i) =>
    cardFree(random, cardFreeKinds[i % cardFreeKinds.length]),
  )
  const natural = [...new Set(data?.messages)].map((text): CardFree => ({ kind: 'natural', text }))
  printRecall(positives, print)
  printFalseMasks([...generated, ...natural], print)
  printSplit(random, data, print)
  printMachines(random, print)
  printSpeed(data?.messages ?? generated.map(({ text }) => text), print)
  printHardInputs(print)
  await printRivals(positives, [...generated, ...natural], options.rivalMessages ?? 5_000, print)
}

type Print = (line: string) => void

function printRecall(positives: readonly Positive[], print: Print): void {
  const byForm = new Map<string, { all: number; masked: number }>()
  let masked = 0
  for (const one of positives) {
    const found = isMasked(one, screen(one.text))
    const form = byForm.get(one.form) ?? { all: 0, masked: 0 }
    byForm.set(one.form, { all: form.all + 1, masked: form.masked + (found ? 1 : 0) })
    if (found) masked++
  }
  const found = positives.filter((one) => isMasked(one, composer.screen(one.text))).length
  print(`recall of the composer alone ${percent(found, positives.length)}`)
  print(`recall ${percent(masked, positives.length)} of ${positives.length} numbers in ${byForm.size} forms`)
  for (const [form, { all, masked }] of byForm) if (masked < all) print(`  ${form}: ${percent(masked, all)}`)
}

function printFalseMasks(messages: readonly CardFree[], print: Print): void {
  const byKind = new Map<string, number>()
  let wrong = 0
  for (const { kind, text } of messages) {
    if (screen(text).findings.length === 0) continue
    wrong++
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
  }
  const composed = messages.filter(({ text }) => composer.screen(text).findings.length > 0).length
  print(`false masks of the composer alone ${percent(composed, messages.length)}`)
  print(`false masks ${percent(wrong, messages.length)} of ${messages.length} card-free messages`)
  for (const [kind, count] of byKind) print(`  ${kind}: ${count}`)
}

function printSplit(random: ReturnType<typeof randomFrom>, data: ChatTexts | undefined, print: Print): void {
  const count = 10_000
  for (const [kind, converse] of [
    ['cut anywhere', splitConversation],
    ['by fours, with words around them', toldConversation],
  ] as const) {
    const conversations = Array.from({ length: count }, () => converse(random))
    const masked = (open: () => GuardWindow) =>
      conversations.filter((one) =>
        isSplitMasked(
          one,
          shownBy(
            open(),
            one.messages.map(({ text }) => text),
          ).shown,
        ),
      )
    print(
      `split over messages, ${kind}: every piece masked in ${percent(masked(openWindow).length, count)} of ${count} ` +
        `conversations, in the composer in ${percent(masked(composer.openWindow).length, count)}`,
    )
  }
  if (!data) return
  const wrong = data.threads.filter((thread) => shownBy(openWindow(), thread).joined > 0).length
  print(`  masked over messages in ${wrong} of ${data.threads.length} natural threads of one author`)
}

/** What counts, measures and numbers things, 10,000 messages of each template and of all in turn. */
function printMachines(random: ReturnType<typeof randomFrom>, print: Print): void {
  const count = 10_000
  const names = Object.keys(machineTemplates)
  const runs = [...names.map((name) => [name]), names]
  let masked = 0
  let slowestUs = 0
  for (const run of runs) {
    const messages = machineRun(run, count, random)
    const start = process.cpuUsage()
    const { shown } = shownBy(openWindow(), messages)
    slowestUs = Math.max(slowestUs, process.cpuUsage(start).user / count)
    const wrong = shown.filter((text, i) => text !== messages[i]).length
    masked += wrong
    if (wrong > count * 0.0005) print(`  ${run.length > 1 ? 'all in turn' : run[0]}: ${wrong} of ${count}`)
  }
  print(
    `machine-like talk masked ${percent(masked, runs.length * count)} of ${runs.length} runs of ${count} messages, ` +
      `at most ${slowestUs.toFixed(1)} µs of processor time a message`,
  )
}

/** The texts as they stand after the last message, and how often earlier ones changed. */
function shownBy(window: GuardWindow, texts: readonly string[]): { shown: string[]; joined: number } {
  const shown: string[] = []
  let joined = 0
  for (const [at, text] of texts.entries()) {
    const screened = window.screen(String(at), text)
    shown[at] = screened.text
    for (const earlier of screened.earlier) shown[Number(earlier.id)] = earlier.text
    joined += screened.earlier.length
  }
  return { shown, joined }
}

function printSpeed(messages: readonly string[], print: Print): void {
  const bytes = messages.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const pattern = /\d(?:[ -]?\d){11,18}/
  const timed = (work: (text: string) => unknown) => {
    const runs = Array.from({ length: 5 }, () => {
      const start = process.cpuUsage()
      for (const text of messages) work(text)
      return process.cpuUsage(start).user / 1000
    })
    return Math.min(...runs)
  }
  const guardMs = timed((text) => screen(text))
  const patternMs = timed((text) => pattern.test(text))
  print(
    `speed ${(bytes / guardMs / 1000).toFixed(1)} MB/s of processor time on ${messages.length} chat messages, ` +
      `${((guardMs / messages.length) * 1000).toFixed(2)} µs each; ${(guardMs / patternMs).toFixed(1)} times a plain pattern`,
  )
}

function printHardInputs(print: Print): void {
  const timed = Object.entries(hardInputs(randomFrom(1))).map(([name, text]) => {
    const runs = Array.from({ length: 9 }, () => {
      const start = process.cpuUsage()
      screen(text)
      return process.cpuUsage(start).user / 1000
    })
    return { name, ms: runs.sort((a, b) => a - b)[4]! }
  })
  timed.sort((a, b) => b.ms - a.ms)
  const worst = timed.slice(0, 4).map(({ name, ms }) => `${name} ${ms.toFixed(1)} ms`)
  print(`hardest of ${timed.length} inputs of 10 KB (median processor time of 9): ${worst.join(', ')}`)
}

async function printRivals(
  positives: readonly Positive[],
  messages: readonly CardFree[],
  count: number,
  print: Print,
): Promise<void> {
  const some = everyNth(positives, count)
  const plain = some.filter(({ form }) => form === 'plain' || form === 'as printed')
  const free = everyNth(messages, count)
  const guard = { name: 'card-guard', mask: (text: string): string | Promise<string> => screen(text).text }
  print(`beside others: ${some.length} numbers, ${free.length} card-free messages of the same run`)
  print('| package | numbers found, all forms | plain and as printed | false masks | µs a message |')
  print('|---|---|---|---|---|')
  for (const { name, mask } of [guard, ...rivals]) {
    const found = async (list: readonly Positive[]) => {
      let hits = 0
      for (const one of list) {
        const masked = await mask(one.text)
        if (!masked.includes(one.text.slice(one.start, one.end)) && !leaks(one.pan, masked)) hits++
      }
      return percent(hits, list.length)
    }
    const [all, easy] = [await found(some), await found(plain)]
    const start = performance.now()
    let wrong = 0
    for (const { text } of free) if ((await mask(text)) !== text) wrong++
    const each = ((performance.now() - start) / free.length) * 1000
    print(`| ${name} | ${all} | ${easy} | ${percent(wrong, free.length)} | ${each.toFixed(1)} |`)
  }
}

function everyNth<T>(list: readonly T[], count: number): T[] {
  // A stride that shares no factor with the number of forms, or some forms would be left out.
  const stride = Math.max(1, Math.floor(list.length / count)) | 1
  return list.filter((_, i) => i % stride === 0)
}

function percent(part: number, all: number): string {
  return `${((part / all) * 100).toFixed(3)} %`
}

if (import.meta.main) await cardGuardBench({ ...(process.argv[2] && { dataFolder: process.argv[2] }) })
