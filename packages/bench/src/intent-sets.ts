/** The official splits of the open intent sets, as their folders have them. */

import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { Example } from '@candor/virtual-agent/intents/intent-types.ts'
import type { EvaluationFiles } from '@candor/server/eval-command.ts'

export const intentSets = {
  banking77: 'BANKING77',
  clinc150: 'CLINC150',
  'banking77-oos': 'BANKING77-OOS',
  'banking77-10': 'BANKING77, 10 an intent',
  'banking77-5': 'BANKING77, 5 an intent',
  'clinc150-10': 'CLINC150, 10 an intent',
  'clinc150-5': 'CLINC150, 5 an intent',
  'banking77-dev': 'BANKING77, 5 an intent, development split',
} as const

export type IntentSet = keyof typeof intentSets

/** `CANDOR_DATA`, or the folder `shared/data` beside the project; null when it is not there. */
export function intentDataFolder(): string | null {
  const folder = process.env.CANDOR_DATA ?? path.resolve(import.meta.dirname, '../../../../shared/data')
  return existsSync(path.join(folder, 'banking77', 'train.csv')) ? folder : null
}

export function readIntentSet(folder: string, set: IntentSet): EvaluationFiles {
  const csv = (name: string): Example[] => readCsv(path.join(folder, 'banking77', name))
  const lines = (name: string): Example[] =>
    readFileSync(path.join(folder, `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Example)
  switch (set) {
    case 'banking77':
      return { train: csv('train.csv'), test: csv('test.csv') }
    case 'clinc150':
      return {
        train: lines('clinc150/train'),
        valid: lines('clinc150/val'),
        outOfScopeTrain: lines('clinc150/oos_train'),
        outOfScopeValid: lines('clinc150/oos_val'),
        test: lines('clinc150/test'),
        outOfScopeTest: lines('clinc150/oos_test'),
      }
    case 'banking77-oos':
      return {
        train: lines('banking77/near_oos_inscope_train'),
        valid: lines('banking77/near_oos_inscope_valid'),
        outOfScopeValid: lines('banking77/near_oos_valid'),
        test: lines('banking77/near_oos_inscope_test'),
        outOfScopeTest: lines('banking77/near_oos_test'),
      }
    case 'banking77-10':
    case 'banking77-5':
      return {
        train: lines(`banking77/train_${set.slice('banking77-'.length)}`),
        // The few-shot samples are in lower case, as the papers that made them had their tests.
        test: csv('test.csv').map(({ text, label }) => ({ text: text.toLowerCase(), label })),
      }
    case 'clinc150-10':
    case 'clinc150-5':
      return {
        train: lines(`clinc150/train_${set.slice('clinc150-'.length)}`),
        test: lines('clinc150/test'),
        outOfScopeTest: lines('clinc150/oos_test'),
      }
    case 'banking77-dev':
      return { train: lines('banking77/train_5'), test: lines('banking77/dev') }
  }
}

/** Two columns, RFC 4180: quotes around a field with commas or line ends, two of them for one. */
function readCsv(file: string): Example[] {
  const text = readFileSync(file, 'utf8')
  const records = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*)),([^\r\n]*)\r?(?:\n|$)/g)]
  return records.slice(1).map(([, quoted, plain, label]) => ({
    text: quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
    label: label!.replaceAll('"', ''),
  }))
}
