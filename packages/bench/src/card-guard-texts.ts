/** Natural chat from the open data sets: messages one by one, and whole conversations by author. */

import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface ChatTexts {
  readonly messages: readonly string[]
  /** The messages of one author in one conversation, in order. */
  readonly threads: readonly (readonly string[])[]
}

/** Nothing when the folder is not there: the data sets are not part of the repository. */
export function readChatTexts(folder: string): ChatTexts | undefined {
  if (!existsSync(path.join(folder, 'star', 'dialogues.jsonl.gz'))) return undefined
  const threads = [...starThreads(folder), ...multidogoThreads(folder), ...abcdThreads(folder)]
  const lone = [
    ...jsonLines(path.join(folder, 'clinc150', 'train.jsonl')).map(({ text }) => text as string),
    ...jsonLines(path.join(folder, 'nlupp', 'banking.jsonl')).map(({ text }) => text as string),
    ...jsonLines(path.join(folder, 'natcs', 'insurance.jsonl')).map(({ utterance }) => utterance as string),
    ...readFileSync(path.join(folder, 'banking77', 'train.csv'), 'utf8')
      .split('\n')
      .slice(1),
  ].filter((text) => typeof text === 'string' && text !== '')
  return { messages: [...threads.flat(), ...lone], threads }
}

function starThreads(folder: string): string[][] {
  interface Dialogue {
    events: { a: string; k: string; text?: string }[]
  }
  return jsonLines(path.join(folder, 'star', 'dialogues.jsonl.gz')).flatMap((line) => {
    const said = (line as unknown as Dialogue).events.filter(({ text }) => text)
    return ['User', 'Wizard'].map((author) => said.filter(({ a }) => a === author).map(({ text }) => text!))
  })
}

function multidogoThreads(folder: string): string[][] {
  return ['airline', 'fastfood', 'media', 'software'].flatMap((topic) => {
    const threads = new Map<string, string[]>()
    for (const { conv, text } of jsonLines(path.join(folder, 'multidogo', `${topic}.train.jsonl.gz`))) {
      const thread = threads.get(conv as string) ?? []
      threads.set(conv as string, [...thread, text as string])
    }
    return [...threads.values()]
  })
}

function abcdThreads(folder: string): string[][] {
  const conversations = JSON.parse(readFileSync(path.join(folder, 'abcd', 'abcd_sample.json'), 'utf8')) as {
    original: [string, string][]
  }[]
  return conversations.flatMap(({ original }) =>
    ['agent', 'customer'].map((author) => original.filter(([who]) => who === author).map(([, text]) => text)),
  )
}

function jsonLines(file: string): Record<string, unknown>[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
