/** Texts of 10 KB made to take a guard long: every form repeated, nested, or nearly a number. */

import type { Random } from './card-corpus.ts'
import { cardFree, positive } from './card-corpus.ts'

export const hardInputLength = 10_240

export function hardInputs(random: Random): Record<string, string> {
  const filled = (part: string) =>
    part.repeat(Math.ceil(hardInputLength / part.length)).slice(0, hardInputLength)
  const digits = (count: number) => Array.from({ length: count }, () => random.below(10)).join('')
  const many = (make: () => string) => {
    let text = ''
    while (text.length < hardInputLength) text += make() + ' '
    return text.slice(0, hardInputLength)
  }
  const inputs: Record<string, string> = {
    'random digits': digits(hardInputLength),
    'random digits, spaced': [...digits(hardInputLength / 2)].join(' '),
    'random digits by fours': digits(hardInputLength).replace(/.{4}/g, '$& ').slice(0, hardInputLength),
    base64: btoa(digits(7_600)),
    'base64 twice': btoa(btoa(digits(5_600))),
    'base64 three times': btoa(btoa(btoa('four one one '.repeat(330)))),
    'numbers in every form': many(() => positive(random).text),
    'card-free messages': many(() => cardFree(random).text),
    'amount that never ends': '$' + filled('1 ').slice(1),
  }
  for (const part of repeated) inputs[`repeated: ${part}`] = filled(part)
  return inputs
}

const repeated = [
  '1', '4111111111111111', '4111 1111 1111 1111 ', '4111 1111 1111 1111 12/26 123 ', '4111 x ', '4 x ', 'a1', '_4', '4-', '4,', '(1)', '1.1.',
  'OlIZSB', '4lll ', 'O l I Z ', '4|1!', 'four one one one ', 'fouroneoneone', 'e ', 'oneey', 'einundzwanzig ', 'double four ', '%34%31', '%2534',
  '%25', '&#52;', '&#x0000034', '&amp;amp;', '\\u0034', '\\', '34', '34 31 ', '4️⃣1️⃣', '4̶', '٤１𝟒४', '四一一一', 'cvv 123 ', 'code 12 ',
  '4111111111111111 code 1 ', 'exp 12/26 ', '12/12/2026 ', '+1 ', 'DE89370400440532013000 ', 'AD1 ', '$1,1', '1,111', ' ', 'a', 'abcdefghij4',
  '6f2705c0-205c-4040-ad58-a6c2ffff44b6 ', '%B4111111111111111^A/B^2612', '4111111111111111^', '[card number removed] ', 'card 1 xy ',
] // prettier-ignore
