/** Card redactors from npm, set to cards alone so that nothing else they do counts for or against them. */

import { OpenRedaction } from '@openredaction/core'
import { Redactor } from '@redactpii/node'
import { standardRules, stringAnonymize } from '@visulima/redact'
import { AnonymizeNlp } from 'anonymize-nlp'
import cardValidator from 'card-validator'

export interface Rival {
  readonly name: string
  mask(text: string): string | Promise<string>
}

const redactPii = new Redactor({
  rules: { CREDIT_CARD: true, EMAIL: false, NAME: false, PHONE: false, SSN: false },
})
const openRedaction = new OpenRedaction({ patterns: ['CREDIT_CARD'] })
const visulimaRules = standardRules.filter((rule) => typeof rule === 'object' && rule.key === 'creditcard')

export const rivals: readonly Rival[] = [
  { name: '@redactpii/node 1.0.17', mask: (text) => redactPii.redact(text) },
  { name: '@openredaction/core 1.1.5', mask: async (text) => (await openRedaction.detect(text)).redacted },
  { name: '@visulima/redact 2.0.5', mask: (text) => stringAnonymize(text, visulimaRules) },
  { name: 'anonymize-nlp 1.0.6', mask: (text) => new AnonymizeNlp(['creditcard']).anonymize(text) },
  {
    // What most teams write: a pattern for digits with gaps, and a validator's word for each.
    name: 'card-validator 10.0.4 behind a pattern',
    mask: (text) =>
      text.replace(/\b\d(?:[ -]?\d){11,18}\b/g, (digits) =>
        cardValidator.number(digits.replace(/\D/g, '')).isValid ? '[card]' : digits,
      ),
  },
]
