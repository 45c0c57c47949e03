/** Words of ten and more, and how several of them make one number in five languages. */

import { panDigitsMin } from './issuer-ranges.ts'
import { teach } from './number-words.ts'
import type { Compose, Lexed, Lexeme, Reading } from './read-digits.ts'
import { singleDigit, singly } from './read-digits.ts'

/** How a text is read when nothing in it is ambiguous. */
export const plainReading: Reading = {
  alike: 'first',
  compose: (lexemes, i) => compose(lexemes, i, false),
  times: timesAt,
}

/** The readings worth trying: more than the plain one only where something is ambiguous. */
export function readingsOf(text: string, lexed: Lexed): Reading[] {
  const readings: Reading[] = [plainReading]
  if (lexed.digitsMax < panDigitsMin) return readings
  if (lexed.alternates) readings.push({ ...plainReading, alike: 'second' })
  if (lexed.alikes) readings.push({ ...plainReading, alike: 'no' })
  if (lexed.compounds) readings.push({ alike: 'first', times: timesAt })
  if (lexed.compounds && text.includes('-')) readings.push({ ...plainReading, compose: byHyphens })
  if (lexed.hesitates) readings.push({ ...plainReading, hesitant: true })
  return readings
}

/** Only a hyphen or a joining word makes one number of two: "soixante dix-huit" is 60 and 18. */
const byHyphens: Compose = (lexemes, i) => compose(lexemes, i, true)

teach(
  'plural',
  `0:zeros zeroes ceros nullen ohs
1:ones unos einsen uns
2:twos doses zweien
3:threes treses dreien
4:fours cuatros vieren quatros
5:fives cincos funfen fuenfen
6:sixes seises sechsen
7:sevens sietes sieben setes
8:eights ochos achten oitos
9:nines nueves neunen noves`,
)
teach(
  'number',
  `10:ten diez dix zehn dez
11:eleven once onze elf
12:twelve doce douze zwolf zwoelf doze
13:thirteen trece treize dreizehn treze
14:fourteen catorce quatorze vierzehn catorze
15:fifteen quince quinze funfzehn fuenfzehn
16:sixteen dieciseis seize sechzehn dezesseis dezasseis
17:seventeen diecisiete siebzehn dezessete dezassete
18:eighteen dieciocho achtzehn dezoito
19:nineteen diecinueve neunzehn dezenove dezanove
20:twenty veinte vingt vingts zwanzig vinte
21:veintiuno veintiun veintiuna
22:veintidos
23:veintitres
24:veinticuatro
25:veinticinco
26:veintiseis
27:veintisiete
28:veintiocho
29:veintinueve
30:thirty treinta trente dreissig dreizig trinta
40:forty fourty cuarenta quarante vierzig quarenta
50:fifty cincuenta cinquante funfzig fuenfzig cinquenta
60:sixty sesenta soixante sechzig sessenta
70:seventy setenta septante siebzig
80:eighty ochenta octante huitante achtzig oitenta
90:ninety ninty noventa nonante neunzig
100:hundred cien ciento cent cents hundert cem cento
200:doscientos doscientas duzentos duzentas
300:trescientos trescientas trezentos trezentas
400:cuatrocientos cuatrocientas quatrocentos quatrocentas
500:quinientos quinientas quinhentos quinhentas
600:seiscientos seiscientas seiscentos seiscentas
700:setecientos setecientas setecentos setecentas
800:ochocientos ochocientas oitocentos oitocentas
900:novecientos novecientas novecentos novecentas
1000:thousand mil mille tausend`,
)

/** The number whose words begin at `i`, as digits: "vierundzwanzig" 24, "quatre-vingt-onze" 91, "four thousand one" 4001. */
function compose(lexemes: readonly Lexeme[], i: number, hyphens: boolean): { digits: string; next: number } {
  const single = lexemes[i]!.word!
  if (single.role !== 'number') return singly(lexemes, i)
  const number = (at: number): number => {
    const word = lexemes[at]?.word
    if (
      hyphens &&
      at > i &&
      !lexemes[at]?.dashed &&
      !lexemes[at]?.glued &&
      lexemes[at - 1]!.word?.role !== 'joins'
    )
      return -1
    return word?.role === 'number' && lexemes[at]!.kind === 'word' ? word.value : -1
  }
  const afterJoin = (at: number, join?: string): number => {
    const word = lexemes[at]?.word
    return word?.role === 'joins' && (!join || word.text === join) ? at + 1 : at
  }

  function belowHundred(at: number): { value: number; next: number } | undefined {
    const value = number(at)
    if (value < 0 || value > 99) return undefined
    if (value > 0 && value < 10) {
      const tens = afterJoin(at + 1, 'und') // German says the ones first
      if (tens > at + 1 && number(tens) >= 20 && number(tens) % 10 === 0 && number(tens) < 100) {
        return { value: value + number(tens), next: tens + 1 }
      }
      if (value === 4 && number(at + 1) === 20 && lexemes[at + 1]!.word!.text.startsWith('vingt')) {
        if (lexemes[at + 1]!.word!.text === 'vingts') return { value: 80, next: at + 2 }
        const rest = number(afterJoin(at + 2))
        return rest > 0 && rest < 20
          ? { value: 80 + teen(afterJoin(at + 2)).value, next: teen(afterJoin(at + 2)).next }
          : { value: 80, next: at + 2 }
      }
    }
    if (value === 10) return teen(at)
    // German tens end in "-ig" and take nothing behind them.
    if (value >= 20 && value % 10 === 0 && !lexemes[at]!.word!.text.endsWith('ig')) {
      const next = afterJoin(at + 1)
      const rest = number(next)
      if (rest > 0 && rest < 10) return { value: value + rest, next: next + 1 }
      if (rest >= 10 && rest < 20 && lexemes[at]!.word!.text === 'soixante') {
        const last = teen(next)
        return { value: value + last.value, next: last.next }
      }
    }
    return { value, next: at + 1 }
  }

  /** French "dix-sept", Spanish "diez y seis", Portuguese "dez e sete"; English ten takes nothing behind it. */
  function teen(at: number): { value: number; next: number } {
    const next = afterJoin(at + 1)
    const rest = number(next)
    const joins = number(at) === 10 && rest >= 6 && rest < 10 && lexemes[at]!.word!.text.startsWith('d')
    return joins ? { value: 10 + rest, next: next + 1 } : { value: number(at), next: at + 1 }
  }

  function belowThousand(at: number): { value: number; next: number } | undefined {
    let hundreds = number(at)
    let next = at + 1
    if (hundreds > 0 && hundreds < 10 && number(next) === 100) {
      hundreds *= 100
      next++
    } else if (hundreds < 100 || hundreds >= 1000) return belowHundred(at)
    const rest = belowHundred(afterJoin(next))
    return rest && rest.value > 0
      ? { value: hundreds + rest.value, next: rest.next }
      : { value: hundreds, next }
  }

  let read = number(i) === 1000 ? { value: 1, next: i } : belowThousand(i)
  if (read && number(read.next) === 1000 && read.value > 0) {
    const rest = belowThousand(afterJoin(read.next + 1))
    read = { value: read.value * 1000 + (rest?.value ?? 0), next: rest?.next ?? read.next + 1 }
  }
  return read
    ? { digits: String(read.value), next: read.next }
    : { digits: String(single.value), next: i + 1 }
}

/** "three zeros", "4 times one": the count stands at `i`. */
function timesAt(
  lexemes: readonly Lexeme[],
  i: number,
  count: string,
): { digits: string; next: number } | undefined {
  if (count.length !== 1 || count < '2') return undefined
  const next = lexemes[i + 1]
  if (!next?.word) return undefined
  if (next.word.role === 'plural')
    return { digits: String(next.word.value).repeat(Number(count)), next: i + 2 }
  if (next.word.role !== 'times') return undefined
  const digit = lexemes[i + 2] && singleDigit(lexemes[i + 2]!, { alike: 'no' })
  return digit ? { digits: digit.repeat(Number(count)), next: i + 3 } : undefined
}
